//! Addresses: the public URL of a service, and paths to which a person may be sent back.

mod public_url;
mod return_to;

pub use public_url::{PublicUrl, PublicUrlError};
pub use return_to::ReturnTo;
