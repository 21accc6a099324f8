//! The organisation: the service provider's side.
