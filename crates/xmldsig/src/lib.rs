//! Strict XML, exclusive canonicalisation and XML signatures for protocol messages.
