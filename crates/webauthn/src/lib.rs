//! Relying-party ceremonies with user verification, over webauthn-rs-core.
