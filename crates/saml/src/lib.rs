//! SAML 2.0 web single sign-on: messages, bindings, metadata, and both roles.
//!
//! ```text
//!  sp::RequestToSend ──redirect──► idp::check ──► idp::issue ──post──► sp::verify
//!    (AuthnRequest)               (CheckedRequest)  (SignedResponse)  (VerifiedAssertion)
//! ```
//!
//! Here: [`core`], the values; [`protocol`], the messages; [`binding`], how they
//! travel; [`metadata`], how the parties describe themselves; [`idp`] and [`sp`],
//! the two roles. Not here: clock, chance, I/O, HTTP, storage. The XML, its
//! canonical form and its signatures are the crate `xmldsig`.
//!
//! Holding a value is the proof of how it came to be: a
//! [`sp::VerifiedAssertion`] is made by [`sp::verify`] only, a
//! [`idp::SignedResponse`] by [`idp::issue`] and [`idp::decline`] only.

pub mod binding;
pub mod core;
pub mod idp;
pub mod metadata;
pub mod protocol;
pub mod sp;
mod xml;
