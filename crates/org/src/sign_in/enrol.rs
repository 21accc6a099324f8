//! A one-time link makes a passkey that this service keeps. Looking at it
//! changes nothing; the registration uses it up, and ends signed in if the
//! local door is open for the account.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use console::ceremony::{Place, Purpose};
use console::door::{Answer, Go, Grant, NewOwner, Registration, begin_registration, take_registration};
use console::invitations::{self, OpenInvitation};
use console::pages::EnrolPage;
use console::passkeys::{self, PasskeyId};
use console::person::DisplayName;
use console::sessions::{FreshToken, Kind, Opening};
use jiff::Timestamp;
use web::{Browser, CheckedJson, Cookies, Csrf, Error, Token};
use webauthn::Attachment;

use crate::acts::invitations::PASSKEY;
use crate::acts::sign_in as acts;
use crate::answer::broken;
use crate::model::{Account, AccountId, Standing};
use crate::pages::{self, Caller};
use crate::service::Org;
use crate::sign_in::session::SignedIn;
use crate::store::accounts;

/// `GET /invitation/{token}`.
pub(crate) async fn page(
    State(org): State<Org>,
    Path(token): Path<String>,
    (csrf, caller): (Csrf, Caller),
) -> Result<Response, Error> {
    let (invitation, account) = look_up(&org, &token, org.now()).await?;
    let page = EnrolPage {
        name: &account.shown(),
        address: account.address.shown(),
        label: &caller.agent(),
        until: Some(invitation.expires_at()),
        begin: &format!("/invitation/{token}/passkey/begin"),
        finish: &format!("/invitation/{token}/passkey/finish"),
        csrf: &csrf.0,
    };
    org.site().render(&page)
}

/// `POST /invitation/{token}/passkey/begin`.
pub(crate) async fn begin(
    State(org): State<Org>,
    Path(token): Path<String>,
    (browser, caller): (Browser, Caller),
    CheckedJson(_): CheckedJson<console::door::Wish>,
) -> Result<Response, Error> {
    let now = org.now();
    let (invitation, account) = look_up(&org, &token, now).await?;
    let read = org.read().await?;
    let exclude = passkeys::credential_ids(&read, invitation.person()).await;
    let exclude = exclude.map_err(broken)?;
    drop(read);
    let registration = Registration {
        grant: Grant::Invitation(&invitation),
        owner: NewOwner { name: account.address.shown(), display_name: &account.shown() },
        exclude: &exclude,
        attachment: Attachment::Any,
    };
    let place = place(&browser, &invitation);
    let asked = org.door().ask_registration(&registration, &place.at());
    let asked = asked.map_err(Error::internal)?;
    let tx = org.begin().await?;
    let stored = begin_registration(&tx, &caller.actor, &asked, now).await;
    let stored = stored.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    stored?;
    Ok(asked.into_response())
}

/// `POST /invitation/{token}/passkey/finish`.
pub(crate) async fn finish(
    State(org): State<Org>,
    Path(token): Path<String>,
    (browser, cookies, caller): (Browser, Cookies, Caller),
    CheckedJson(answer): CheckedJson<Answer>,
) -> Result<Response, Error> {
    let now = org.now();
    let (invitation, _) = look_up(&org, &token, now).await?;
    let place = place(&browser, &invitation);
    let given = (&place.at(), answer.credential());
    let judged = org.door().judge_registration(org.store(), given, now).await;
    let verdict = judged.map_err(broken)?;
    let label = label(answer.label.as_deref(), &caller)?;
    let id = PasskeyId::draw(now, org.entropy());
    let shown = Kind::PERSON.token(&cookies);
    let fresh = FreshToken::draw(now, org.entropy());
    let tx = org.begin().await?;
    let actor = caller.actor.known_as(invitation.person());
    let taken = take_registration(&tx, &actor, (verdict, id, &label), now).await;
    let outcome = match taken.map_err(broken)? {
        Ok(enrolled) => {
            let opening = (Opening::proven(enrolled.into_proven()), fresh, shown.as_ref());
            // Whoever must come by SSO keeps the passkey for confirming, and is not signed in.
            let entered = acts::enter_locally(&tx, &actor, opening, now).await;
            Ok(entered.map_err(broken)?.ok())
        }
        Err(refusal) => Err(Error::from(&refusal)),
    };
    tx.commit().await.map_err(broken)?;
    let go = Go { go: "/invitation/done".to_owned() };
    Ok(match outcome? {
        Some(opened) => (Kind::PERSON.cookie(&cookies, &opened.token), go).into_response(),
        None => go.into_response(),
    })
}

/// `GET /invitation/done`.
pub(crate) async fn done(State(org): State<Org>, cookies: Cookies) -> Result<Response, Error> {
    let signed_in = SignedIn::find(&org, &cookies).await?;
    let page = pages::Enrolled { address: signed_in.map(|who| who.account.address.shown().to_owned()) };
    org.site().render(&page)
}

/// The invitation of a link and whom it is for.
async fn look_up(org: &Org, token: &str, now: Timestamp) -> Result<(OpenInvitation, Account), Error> {
    let token = Token::parse(token).ok_or_else(Error::not_found)?;
    let read = org.read().await?;
    let found = invitations::look_up(&read, &token, now).await.map_err(broken)?;
    let invitation = found?;
    if !invitation.is_for(PASSKEY) {
        return Err(Error::not_found());
    }
    let account = accounts::find(&read, AccountId::of(invitation.person())).await;
    let account = account.map_err(broken)?.filter(|account| account.standing == Standing::Active);
    let account = account.ok_or_else(Error::not_found)?;
    Ok((invitation, account))
}

/// What the device is called in its owner's list: the browser's own name when the field was left empty.
fn label(given: Option<&str>, caller: &Caller) -> Result<DisplayName, Error> {
    let given = given.map(str::trim).filter(|text| !text.is_empty());
    let label = given.map_or_else(|| caller.agent(), str::to_owned);
    DisplayName::parse(&label)
        .map_err(|why| Error::new(http::StatusCode::BAD_REQUEST, "error-device-name").because(why))
}

/// The ceremony is bound to the browser and to this one invitation.
struct Bound<'a> {
    browser: &'a Browser,
    invitation: [u8; 16],
}

fn place<'a>(browser: &'a Browser, invitation: &OpenInvitation) -> Bound<'a> {
    Bound { browser, invitation: invitation.id().uuid().into_bytes() }
}

impl Bound<'_> {
    fn at(&self) -> Place<'_> {
        Place { purpose: ENROL, browser: self.browser.id(), bound: &self.invitation }
    }
}

const ENROL: Purpose = Purpose::new("enrol");
