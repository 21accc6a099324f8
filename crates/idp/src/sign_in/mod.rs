//! The sign-in: its page, its ceremonies, and the one place that decides what comes next.
//!
//! - [`dispatch`] hop 3: decides the next step, purely
//! - [`load`] reads what it decides by
//! - [`page`] shows the step, and takes "Continue as Maya" and "This isn't me"
//! - [`passkey`] hop 4, in this browser; [`qr`] hop 4, on a phone

pub(crate) mod dispatch;
pub(crate) mod load;
pub(crate) mod page;
pub(crate) mod passkey;
pub(crate) mod qr;
