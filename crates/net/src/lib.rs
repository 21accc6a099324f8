//! Outbound traffic: HTTP with a guard against requests to inside addresses, and text records.
//!
//! Addresses to fetch come from administrators and from other people's metadata. A [`Client`]
//! therefore speaks only to the public internet, over `https`, and to what the server's own file
//! opens beside it ([`Inside`]). A name is resolved once, every address it has is checked, and
//! the connection goes to a checked address: what the name means a moment later does not matter.
//! Who is asked about names can be chosen; a [`Resolver`] also reads the text records by which a
//! domain's holder proves it. Nothing is redirected, nothing waits longer than five seconds, nothing grows without bound.

mod address;
mod client;
mod resolver;

pub use address::{Inside, NotANetwork};
pub use client::{Client, ClientError, FetchError, Limits, Outside};
pub use resolver::{LookupError, NameServers, Resolver, ResolverError};
