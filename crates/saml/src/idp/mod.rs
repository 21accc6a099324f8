//! The identity provider: read a request, issue the response.
//!
//! A value passes through like this:
//!
//! ```text
//! query ─► binding::redirect::decode ─► AuthnRequest::parse ─► check(&ServiceProvider, &Here)
//!            ├─► CheckedRequest ─► reply ─► issue(&Statement) ─► SignedResponse
//!            ├─► Refused::Answer  ─► reply ─► decline(status)  ─► SignedResponse
//!            └─► Refused::NoAnswer: a page of our own, and nothing leaves
//! ```
//!
//! A [`Reply`] says where a response may go, and is made of a checked request or
//! of a registered service provider, never of what a message says. [`issue`] and
//! [`decline`] are the only makers of a [`SignedResponse`].
//!
//! A request that waits in a table is kept as its bytes and time of arrival, and
//! is checked again as of that time against the registration of now.

mod check;
mod checks;
mod issue;
mod registration;
mod write;

pub use check::{CheckedRequest, Here, Refused, Reply, RequestRejection, RequestRule, check};
pub use issue::{Fresh, IssueError, Issuer, SignedResponse, Signing, Statement, decline, issue};
pub use registration::{AcsEndpoint, AcsEndpoints, ServiceProvider};
