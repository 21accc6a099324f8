//! The messages as values: what they say, before anybody decided whether to
//! believe it. Assertions are not among the public ones: outside this crate an
//! assertion exists only as [`VerifiedAssertion`](crate::sp::VerifiedAssertion).

pub(crate) mod assertion;
mod authn_request;
pub(crate) mod response;
mod status;

pub use crate::xml::read::Malformed;
pub use authn_request::{AuthnRequest, NameIdPolicy, RequestedAcs};
pub use status::{Decline, Status};
