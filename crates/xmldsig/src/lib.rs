//! Strict XML, exclusive canonicalisation and XML signatures for protocol messages.
//!
//! Two ways through it, and nothing else:
//!
//! ```text
//! bytes ── Document::parse ──► Element ── verify(keys) ──► Signed ── document() ──► Document
//!          strict, bounded     as posted  one shape only    the octets that were digested
//!
//! Writer ── finish_unsigned ──► Enveloped ── sign(key) ──► Canonical ── Writer::embed …
//!           canonical already                              signed, or part of something larger
//! ```
//!
//! What is here: the reader ([`Document`]), exclusive canonicalisation ([`canonicalize`]),
//! the canonical writer ([`Writer`]), keys and certificates, [`sign`] and [`verify`]. What
//! is not: a clock, input or output, a word of SAML, and any way to skip a check.
//!
//! The reader refuses whatever two readers could read in two ways. [`verify`] refuses every
//! shape of signature but one, checks it on the element as posted, and answers with a value
//! made of the very octets whose digest it checked: the posted tree cannot be reached from
//! there. Each refusal has a name: [`XmlRule`], [`SignatureError`], [`C14nError`],
//! [`Refused`], [`KeyError`].

mod algorithm;
mod c14n;
mod canonical;
mod certificate;
mod grammar;
mod keys;
mod limits;
mod name;
mod sign;
mod verify;
mod writer;
mod xml;

pub use algorithm::{DigestAlgorithm, Refused, SignatureAlgorithm};
pub use c14n::{C14nError, canonicalize};
pub use canonical::{Canonical, Enveloped, WriteError};
pub use certificate::{Certificate, CertificateError, self_signed};
pub use keys::{KeyError, KeyKind, Keys, SigningKey, VerifyingKey};
pub use limits::Limits;
pub use name::{Name, Namespace};
pub use sign::{SignError, sign};
pub use verify::{SignatureError, Signed, signature_of, verify};
pub use writer::Writer;
pub use xml::{Attribute, Document, Element, XmlError, XmlRule};
