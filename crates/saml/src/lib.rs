//! SAML 2.0 web single sign-on: messages, bindings, metadata, and both roles.
