//! Hop 8: the session, and back to the deep link of hop 1. Also who is signed
//! in, for every other page.

use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::row_id;
use console::sessions::{self, FreshToken, Kind, Limits, Method, NewSession, Opening};
use http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use saml::sp::VerifiedAssertion;
use url::form_urlencoded::byte_serialize;
use web::{CheckedForm, Cookies, Csrf, Error, FormAction, ReturnTo};

use super::Arrival;
use super::admit::{Asserted, Entry, Facts, Known};
use super::refused::Refused;
use crate::acts::sign_in::{self as acts, Entering, Held};
use crate::answer::broken;
use crate::model::{AccountId, AuthenticationPolicy, SessionDurations, Standing};
use crate::pages::{self, Caller, Nothing};
use crate::products;
use crate::service::Org;
use crate::store::accounts;

pub use crate::model::Account;

/// One request's attempt to come in.
pub(super) struct Attempt<'a> {
    pub(super) org: &'a Org,
    pub(super) cookies: &'a Cookies,
    pub(super) caller: &'a Caller,
    pub(super) csrf: &'a Csrf,
    pub(super) agreed: bool,
    pub(super) now: Timestamp,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(
        org: &'a Org,
        (cookies, caller, csrf): (&'a Cookies, &'a Caller, &'a Csrf),
        agreed: bool,
    ) -> Self {
        Self { org, cookies, caller, csrf, agreed, now: org.now() }
    }
}

/// Somebody whom hop 7 admitted, and all that it was decided by.
pub(super) struct Admitted<'a> {
    pub(super) arrival: &'a Arrival,
    pub(super) assertion: &'a VerifiedAssertion,
    /// The version of the configuration that it was verified against.
    pub(super) version: i64,
    pub(super) asserted: &'a Asserted,
    pub(super) facts: &'a Facts,
    pub(super) entry: &'a Entry,
    pub(super) signed_in: Option<&'a sessions::SignedIn>,
}

impl Admitted<'_> {
    /// The account that comes in, existing or to be made, and its policy.
    fn account(&self, org: &Org, now: Timestamp) -> (Account, &AuthenticationPolicy) {
        let id = match self.entry {
            Entry::SignIn(id) | Entry::Update { account: id, .. } | Entry::Link { account: id, .. } => {
                Some(*id)
            }
            Entry::Create => None,
        };
        let known: Option<&Known> = [&self.facts.by_stable_id, &self.facts.by_address]
            .into_iter()
            .flatten()
            .find(|known| Some(known.account.id) == id);
        let default = &self.facts.default_policy;
        match known {
            Some(known) => (known.account.clone(), known.policy.as_ref().unwrap_or(default)),
            None => (self.new_account(org, now), default),
        }
    }

    /// The session that this browser has already, where the assertion proves no
    /// more than it: another tab was quicker. Ten restored tabs share one
    /// session; a second would end the first, and with it the codes that
    /// products are about to redeem for the other tabs. Where a product asks
    /// for a new proof, only a new session is one.
    fn kept(&self, account: AccountId) -> Option<&sessions::SignedIn> {
        let ends = self.assertion.session_not_on_or_after();
        self.signed_in.filter(|who| {
            who.person() == account.person()
                && who.method() == Method::Saml
                && who.authenticated_at() >= self.assertion.authn_instant()
                && ends.is_none_or(|ends| ends >= who.expires_at())
                && !products::asks_again(&self.arrival.return_to)
        })
    }

    fn new_account(&self, org: &Org, now: Timestamp) -> Account {
        Account {
            id: AccountId::new(row_id(now, org.entropy())),
            address: self.asserted.address().clone(),
            first_name: self.asserted.first_name().cloned(),
            last_name: self.asserted.last_name().cloned(),
            standing: Standing::Active,
            managed_by: Some(self.facts.directory.organization),
            created_at: now,
        }
    }
}

/// Opens the session and sends the browser back to the page that it asked for.
/// `Ok(Ok(None))`: what was decided does not hold any more, so decide again.
pub(super) async fn open(
    attempt: &Attempt<'_>,
    admitted: &Admitted<'_>,
) -> Result<Result<Option<Response>, Refused>, Error> {
    let (org, now) = (attempt.org, attempt.now);
    let (account, policy) = admitted.account(org, now);
    let ends = admitted.assertion.session_not_on_or_after();
    let Some(limits) = limits(policy.sessions, ends, now) else {
        return Ok(Err(Refused::SessionOver));
    };
    let shown = Kind::PERSON.token(attempt.cookies);
    let session = match admitted.kept(account.id) {
        Some(kept) => Held::Kept(kept.session()),
        None => Held::New(
            Opening::asserted(account.id.person(), admitted.assertion),
            NewSession {
                kind: Kind::PERSON,
                limits,
                replaces: shown.as_ref(),
                fresh: FreshToken::draw(now, org.entropy()),
            },
        ),
    };
    let entering = Entering {
        arrival: admitted.arrival,
        version: admitted.version,
        directory: &admitted.facts.directory,
        asserted: admitted.asserted,
        entry: admitted.entry,
        account: &account,
    };
    let tx = org.begin().await?;
    let actor = attempt.caller.actor.known_as(account.id.person());
    let entered = acts::enter(&tx, &actor, (&entering, session), now).await.map_err(broken)?;
    let Some(token) = entered else {
        return Ok(Ok(None));
    };
    tx.commit().await.map_err(broken)?;
    let cookie = token.map(|token| Kind::PERSON.cookie(attempt.cookies, &token));
    let mut back = Redirect::to(admitted.arrival.return_to.as_str()).into_response();
    if let Some(cookie) = cookie {
        cookie.append_to(back.headers_mut());
    }
    Ok(Ok(Some(back)))
}

/// The shorter of what the policy says and what the identity provider says;
/// none when the latter is over already (T048).
fn limits(durations: SessionDurations, ends: Option<Timestamp>, now: Timestamp) -> Option<Limits> {
    let left = ends.map(|ends| ends.duration_since(now));
    let over = left.is_some_and(|left| left <= SignedDuration::ZERO);
    (!over).then(|| durations.ending(left))
}

/// Another account is signed in in this browser: asks before it ends.
pub(super) async fn ask(
    attempt: &Attempt<'_>,
    arrival: &Arrival,
    (asserted, signed_in): (&Asserted, AccountId),
) -> Result<Response, Error> {
    let read = attempt.org.read().await?;
    let current = accounts::find(&read, signed_in).await.map_err(broken)?;
    let product = products::leads_to(&read, &arrival.return_to).await.map_err(broken)?;
    drop(read);
    let page = pages::ChangeAccount {
        current: current.map(|account| account.address.shown().to_owned()).unwrap_or_default(),
        asserted: asserted.address().shown().to_owned(),
        action: format!("/login/arrival/{}", arrival.handle),
        csrf: attempt.csrf.0.clone(),
    };
    Ok((FormAction::to(&product), attempt.org.site().render(&page)?).into_response())
}

/// Somebody is signed in: an active account with a live session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session: its id, when and how the person was proven.
    pub session: sessions::SignedIn,
    /// The account.
    pub account: Account,
}

impl SignedIn {
    /// Who is signed in by the cookies of a request, if anybody is. A use is
    /// noted once a minute.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn find(org: &Org, cookies: &Cookies) -> Result<Option<Self>, Error> {
        let now = org.now();
        let read = org.read().await?;
        let Some(session) = current(&read, cookies, now).await? else {
            return Ok(None);
        };
        let id = AccountId::of(session.person());
        let account = accounts::find(&read, id).await.map_err(broken)?;
        drop(read);
        let active = account.filter(|account| account.standing == Standing::Active);
        if active.is_some() && session.touch_due(now) {
            let tx = org.begin().await?;
            sessions::touch(&tx, &session, now).await.map_err(broken)?;
            tx.commit().await.map_err(broken)?;
        }
        Ok(active.map(|account| Self { session, account }))
    }
}

impl FromRequestParts<Org> for SignedIn {
    type Rejection = Response;

    /// Whoever is not signed in is sent to hop 1 and back here.
    async fn from_request_parts(parts: &mut Parts, org: &Org) -> Result<Self, Response> {
        let cookies = Cookies::from_request_parts(parts, org).await.map_err(Error::into_response)?;
        let found = Self::find(org, &cookies).await;
        let back = parts.uri.path_and_query().map(|path| path.as_str());
        found.map_err(Error::into_response)?.ok_or_else(|| to_sign_in(&ReturnTo::or(back, "/")))
    }
}

/// Sends the browser to hop 1, to come back to `return_to` signed in.
pub fn to_sign_in(return_to: &ReturnTo) -> Response {
    let encoded: String = byte_serialize(return_to.as_str().as_bytes()).collect();
    Redirect::to(&format!("/login?return_to={encoded}")).into_response()
}

/// `POST /logout`: ends this browser's own session.
pub(crate) async fn sign_out(
    State(org): State<Org>,
    (cookies, caller): (Cookies, Caller),
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    let now = org.now();
    let read = org.read().await?;
    let session = current(&read, &cookies, now).await?;
    drop(read);
    if let Some(session) = session {
        let tx = org.begin().await?;
        let actor = caller.actor.clone();
        sessions::end(&tx, &actor, &session, now).await.map_err(broken)?;
        tx.commit().await.map_err(broken)?;
    }
    let gone = Kind::PERSON.clear(&cookies);
    Ok((gone, Redirect::to("/login")).into_response())
}

/// The live session of a request.
pub(super) async fn current(
    read: &::store::ReadTx,
    cookies: &Cookies,
    now: Timestamp,
) -> Result<Option<sessions::SignedIn>, Error> {
    let token = Kind::PERSON.token(cookies);
    let found = sessions::current(read, Kind::PERSON, token.as_ref(), now).await;
    found.map(sessions::Found::signed_in).map_err(broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_session_ends_with_the_shorter_of_both() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let hour = Duration::from_secs(3600);
        let policy = SessionDurations::new(hour, 10 * hour).unwrap();
        let cases = [
            (None, Some((3600, 36_000))),
            (Some(100_000), Some((3600, 36_000))),
            (Some(7200), Some((3600, 7200))),
            (Some(600), Some((600, 600))),
            (Some(0), None),
            (Some(-5), None),
        ];
        for (ends, expected) in cases {
            let ends = ends.map(|s| now + SignedDuration::from_secs(s));
            let limits = limits(policy, ends, now);
            let seconds = limits.map(|l| (l.idle().as_secs(), l.absolute().as_secs()));
            assert_eq!(seconds, expected, "{ends:?}");
        }
    }
}
