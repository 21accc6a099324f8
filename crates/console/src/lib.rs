//! What the administration and the sign-in of both services share. It knows no noun of either: a person is an opaque
//! [`PersonId`](person::PersonId), a purpose is the service's word.
//!
//! - [`person`] ids, addresses, names; [`roles`] who may act on whom
//! - [`door`] passkey ceremonies in, proofs out; [`ceremony`] the place each one is bound to
//! - [`sessions`] who is signed in, until when, and how freshly proven
//! - [`passkeys`], [`invitations`] the rows behind them
//! - [`events`] what is written about every act and every refusal, and the pages that show it
//! - [`post`] the page that carries a signed response to a service provider; [`pages`] the other pages
//!
//! A service concatenates [`MIGRATIONS`] after `store::MIGRATIONS`, gives [`MESSAGES`] to `web::Text::english`, calls
//! [`sweep`] from a job, and mounts the door with its own URLs:
//!
//! ```no_run
//! use console::ceremony::{Place, Purpose};
//! use console::door::{Ask, Door, begin_authentication, take_authentication};
//! use console::events::Actor;
//! use console::sessions::{self, FreshToken, Kind, Limits, NewSession, Opening};
//! # use jiff::Timestamp;
//! # use store::Store;
//! # use web::{Browser, Cookies, Entropy, Error, SetCookie, Token};
//! # fn broken(error: store::StoreError) -> Error { Error::internal(error) }
//!
//! const SIGN_IN: Purpose = Purpose::new("sign-in");
//!
//! /// `POST /login/passkey/begin`
//! async fn begin(door: &Door, store: &Store, browser: &Browser, actor: &Actor, now: Timestamp) -> Result<String, Error> {
//!     let place = Place { purpose: SIGN_IN, browser: browser.id(), bound: b"" };
//!     let asked = door.ask_authentication(Ask::Prompt, &place).map_err(Error::internal)?;
//!     let tx = store.begin().await.map_err(broken)?;
//!     let stored = begin_authentication(&tx, actor, &asked, now).await.map_err(broken)?;
//!     tx.commit().await.map_err(broken)?;
//!     stored?; // too many from one source
//!     Ok(asked.to_json().to_owned())
//! }
//!
//! /// `POST /login/passkey/finish`; `answer` is the credential's JSON.
//! async fn finish(
//!     (door, store, entropy): (&Door, &Store, &dyn Entropy),
//!     (browser, cookies, actor): (&Browser, &Cookies, &Actor),
//!     answer: &[u8],
//!     now: Timestamp,
//! ) -> Result<SetCookie, Error> {
//!     let place = Place { purpose: SIGN_IN, browser: browser.id(), bound: b"" };
//!     let verdict = door.judge_authentication(store, (&place, answer), now).await.map_err(broken)?; // no transaction is open
//!     let (fresh, shown) = (FreshToken::draw(now, entropy), Kind::CONSOLE.token(cookies));
//!     let tx = store.begin().await.map_err(broken)?;
//!     let outcome = match take_authentication(&tx, actor, verdict, now).await.map_err(broken)? {
//!         Ok(proven) => {
//!             // here the service asks its own rules about `proven.person()`: active? a role? allowed by its policy?
//!             let session =
//!                 NewSession { kind: Kind::CONSOLE, limits: Limits::ADMINISTRATION, replaces: shown.as_ref(), fresh };
//!             Ok(sessions::open(&tx, actor, (Opening::proven(proven), session), now).await.map_err(broken)?)
//!         }
//!         Err(refusal) => Err(refusal), // it has been written
//!     };
//!     tx.commit().await.map_err(broken)?;
//!     let opened = outcome.map_err(|refusal| Error::from(&refusal))?;
//!     Ok(Kind::CONSOLE.cookie(cookies, &opened.token))
//! }
//! ```
//!
//! Both are reached from the page's script: [`door::Wish`] says which [`door::Ask`] it wants, [`door::Answer`] carries the
//! credential, [`door::Go`] is the answer. [`events::Actor`] is an extractor, and names the person once it is known
//! ([`events::Actor::known_as`]).
//!
//! A service's own extractors (`SignedIn`, `Admin`) wrap [`sessions::visit`]; dangerous acts take the
//! [`Fresh`](sessions::Fresh) that [`sessions::demand_fresh`] gives, or send the person to a
//! [`StepUpPage`](pages::StepUpPage), whose finish calls [`sessions::step_up`]. Enrolment is the dance above with an
//! invitation: [`invitations::look_up`] on GET and on begin, [`door::Door::ask_registration`], then
//! [`door::take_registration`]; [`door::Enrolled::is_by`] says where the person goes next. A proof that one browser made for
//! another (the QR sign-in) waits in [`door::keep`] until [`door::redeem`].

pub mod agent;
pub mod ceremony;
pub mod door;
pub mod events;
mod ids;
pub mod invitations;
pub mod pages;
pub mod passkeys;
pub mod person;
pub mod post;
pub mod roles;
mod rows;
pub mod search;
pub mod sessions;

use jiff::{SignedDuration, Timestamp};
use store::sweep::expired;
use store::{Migration, Store, StoreError};

pub use ids::row_id;

/// The tables of this crate, for both engines.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "console-0001-door",
    sqlite: include_str!("../migrations/sqlite/0001_door.sql"),
    postgres: include_str!("../migrations/postgres/0001_door.sql"),
}];

/// The English messages of this crate.
pub const MESSAGES: &str = include_str!("../messages/en.ftl");

/// Every statement of this crate, so that a test can prepare each on both engines.
pub fn statements() -> Vec<store::Sql> {
    [
        ceremony::STATEMENTS,
        door::STATEMENTS,
        invitations::STATEMENTS,
        passkeys::STATEMENTS,
        sessions::STATEMENTS,
    ]
    .concat()
}

/// Drops what is long over, a bounded piece at a time: ceremonies and kept proofs at once, sessions a week after their
/// end, invitations 30 days after theirs, so that they can say why they are over. Says how many rows went.
///
/// # Errors
/// The store's; what was dropped before it stays dropped.
pub async fn sweep(store: &Store, now: Timestamp) -> Result<u64, StoreError> {
    let days =
        |days: i64| now.saturating_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN);
    let mut gone = expired(store, ceremony::SWEEP, now).await?;
    gone += expired(store, door::SWEEP, now).await?;
    gone += expired(store, sessions::SWEEP, days(7)).await?;
    gone += expired(store, invitations::SWEEP, days(30)).await?;
    Ok(gone)
}
