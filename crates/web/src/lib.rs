//! Pages and their protection: design system, cookies, forms, headers, errors.
//!
//! There is no domain word and no SQL here. A service makes one [`Site`] (its name, its public
//! address, its texts), writes handlers that take the extractors below, and hands its router to a
//! [`Shell`]:
//!
//! ```text
//! request ─► Shell: overload? Host? peer, tracking id, browser secret, time limit, panic net
//!              └─► handler: Cookies, Csrf, CheckedForm<T>, StrictQuery<T>, … ─► Site::render | Error
//!         ◄─ Shell: error page, security headers on every status, browser cookie
//! ```
//!
//! - [`ambient`] time and chance as arguments; [`token`] secrets that are handed out
//! - [`address`] the public URL, safe return paths; [`peer`], [`network`] who is calling
//! - [`cookie`], [`browser`], [`form`] what a browser sends back, and the proof that it may
//! - [`headers`], [`shell`], [`error`], [`limit`], [`once`] protection of every answer
//! - [`text`], [`filters`], [`page`], [`assets`], [`qr`], [`live`] what people see
//!
//! Templates of other crates extend `layout.html` and `console.html` and import the macros of
//! `ui.html`: their `askama.toml` lists `dirs = ["templates", "../web/templates"]`, and the module
//! with the template structs says `use web::filters;`. A template of theirs is never called
//! `layout.html`, `console.html` or `ui.html` itself: names are looked up beside the template first.

pub mod address;
pub mod ambient;
pub mod assets;
pub mod browser;
pub mod cookie;
pub mod error;
pub mod filters;
pub mod form;
pub mod headers;
pub mod limit;
pub mod live;
pub mod network;
pub mod once;
pub mod page;
pub mod peer;
pub mod qr;
pub mod shell;
pub mod site;
pub mod text;
pub mod token;

pub use address::{PublicUrl, ReturnTo};
pub use ambient::{Clock, Entropy};
pub use browser::{Browser, Csrf, CsrfToken};
pub use cookie::{Cookie, Cookies, SetCookie};
pub use error::{Error, Result};
pub use form::{CheckedForm, CheckedJson, Fields, ForeignForm, StrictQuery};
pub use headers::FormAction;
pub use once::without_head;
pub use peer::Peer;
pub use shell::{Shell, ShellOptions, Tracking};
pub use site::{Service, Site};
pub use text::{Message, Text};
pub use token::{Token, TokenHash};
