//! The OpenID provider, driven as a product drives it.

mod flow;
pub(crate) mod party;
mod refusals;
mod tabs;
mod tokens;
