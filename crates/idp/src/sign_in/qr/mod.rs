//! Hop 4, on a phone: a code on the desktop, opened, typed and approved on a phone. It returns to hop 3.
//!
//! ```text
//! desktop  POST /sign-in/{id}/qr ─► GET /sign-in/{id}/qr        the code; then the digits; then the account's name
//!              …/events, …/state                                state words and the next code, by the cookie alone
//! phone    GET /q/{handle} (inert) ─► POST /q/{handle} ─► /phone/{id} ─► …/digits ─► …/passkey ─► approved
//! desktop  POST /sign-in/{id}/qr/continue ─► hop 3
//! ```
//!
//! Nothing is held in memory: any node answers any of it. The rules are in [`model::qr`](crate::model::qr).
//!
//! - [`handle`] what the code says; [`acts`] what is written; [`facts`] what is decided by
//! - [`desktop`] the code's page, [`live`] its news, [`complete`] the approval's use
//! - [`phone`] the phone's pages, [`approve`] its ceremony, [`freeze`] the person's own switch

mod acts;
pub(crate) mod approve;
pub(crate) mod complete;
pub(crate) mod desktop;
mod facts;
pub(crate) mod freeze;
mod handle;
pub(crate) mod live;
pub(crate) mod phone;
mod words;
