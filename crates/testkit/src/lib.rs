//! Browser driver, software authenticator, fixed clock and tampering for tests.
