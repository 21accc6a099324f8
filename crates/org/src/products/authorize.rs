//! The authorization endpoint: who is signed in → a code for the product, by
//! way of the browser (OpenID Connect Core section 3.1.2).
//!
//! Until client and redirect URI are found to be registered, whatever is wrong
//! is a page of our own: a request that anybody can make sends nobody away.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use console::row_id;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use url::form_urlencoded;
use web::{Cookies, Error, ForeignForm, ReturnTo, StrictQuery, Token};

use super::acts;
use super::ask::{Ask, Fault, Next, Parameters, Proven};
use super::model::{CODE_TIME, Grant, Product, ProductId, RedirectUri, later};
use super::refused::{Refusal, Refused};
use super::store as rows;
use super::tenant::Tenant;
use crate::answer::broken;
use crate::model::{AccountId, Organization, Reverification};
use crate::pages::Caller;
use crate::service::Org;
use crate::sign_in::{SignedIn, to_sign_in};
use crate::store::{accounts, policies};

/// `POST /oidc/{key}/authorize`: the same request as a form. It comes from
/// another site, without our session's cookie: on to our own GET.
pub(super) async fn post(
    Tenant(organization): Tenant,
    ForeignForm(parameters): ForeignForm<Parameters>,
) -> Result<Response, Error> {
    let here = path(&organization, parameters.normal(), None);
    match here.len() <= LONGEST {
        true => Ok(Redirect::to(&here).into_response()),
        false => Err(Error::new(StatusCode::PAYLOAD_TOO_LARGE, "error-too-large")),
    }
}

/// `GET /oidc/{key}/authorize`.
pub(super) async fn get(
    State(org): State<Org>,
    Tenant(organization): Tenant,
    (cookies, caller): (Cookies, Caller),
    StrictQuery(parameters): StrictQuery<Parameters>,
) -> Result<Response, Error> {
    let parameters = parameters.normal();
    let signed_in = SignedIn::find(&org, &cookies).await?;
    let request = Request { org: &org, organization: &organization, caller: &caller, now: org.now() };
    let (product, redirect_uri) = match request.answerable(&parameters).await? {
        Ok(found) => found,
        Err(refused) => {
            let received = parameters.redirect_uri.as_deref();
            return request.refuse((refused, None, received), signed_in.as_ref()).await;
        }
    };
    let back = Back { issuer: org.issuer(&organization.key), redirect_uri, state: parameters.state.clone() };
    let ask = match parameters.read() {
        Ok(ask) => ask,
        Err(fault) => return Ok(back.fault(fault)),
    };
    let ask = match &signed_in {
        Some(who) => ask.within(request.reverification(who).await?),
        None => ask,
    };
    let sent = request.sent(&parameters);
    let proven = signed_in.as_ref().map(proven);
    match (ask.next(proven, sent, request.now), signed_in) {
        (Next::LoginRequired, _) => Ok(back.fault(Fault::LoginRequired)),
        (Next::Answer, Some(who)) => request.answer((&product, back, ask), &who).await,
        (Next::SignIn { again: true }, _) => request.sign_in_again(parameters, &back),
        (Next::SignIn { again: false } | Next::Answer, _) => {
            Ok(back.by_way_of_hop_1(&path(&organization, parameters, None)))
        }
    }
}

/// One request, and where it came.
struct Request<'a> {
    org: &'a Org,
    organization: &'a Organization,
    caller: &'a Caller,
    now: Timestamp,
}

impl Request<'_> {
    /// The product of this organisation and its own redirect URI, compared whole.
    async fn answerable(
        &self,
        parameters: &Parameters,
    ) -> Result<Result<(Product, RedirectUri), Refused>, Error> {
        let id = parameters.client_id.as_deref().and_then(|id| id.parse::<ProductId>().ok());
        let Some(id) = id else {
            return Ok(Err(Refused::UnknownProduct));
        };
        let read = self.org.read().await?;
        let found = rows::find(&read, self.organization.id, id).await.map_err(broken)?;
        let Some(product) = found else {
            return Ok(Err(Refused::UnknownProduct));
        };
        let uri = parameters.redirect_uri.as_deref().unwrap_or_default();
        let registered = rows::has_redirect_uri(&read, id, uri).await.map_err(broken)?;
        let uri = RedirectUri::parse(uri).ok().filter(|_| registered);
        Ok(uri.map(|uri| (product, uri)).ok_or(Refused::RedirectUri))
    }

    /// How old a proof the policy of whoever is signed in allows.
    async fn reverification(&self, who: &SignedIn) -> Result<Option<Reverification>, Error> {
        let read = self.org.read().await?;
        let policy = policies::of_account(&read, who.account.id).await.map_err(broken)?;
        Ok(policy.and_then(|policy| policy.reverification))
    }

    /// A code for the product, if the account may open it.
    async fn answer(
        &self,
        (product, back, ask): (&Product, Back, Ask),
        who: &SignedIn,
    ) -> Result<Response, Error> {
        self.org.count_start(self.caller.source)?;
        let grant = Grant {
            id: row_id(self.now, self.org.entropy()),
            product: product.id,
            organization: self.organization.id,
            account: who.account.id,
            session: who.session.session(),
            redirect_uri: back.redirect_uri.clone(),
            challenge: ask.challenge,
            nonce: ask.nonce,
            scope: ask.scope,
            authenticated_at: who.session.authenticated_at(),
            issued_at: self.now,
            code_expires_at: later(self.now, CODE_TIME),
            token_expires_at: None,
            revoked_at: None,
        };
        let code = Token::new(self.org.entropy());
        let tx = self.org.begin().await?;
        if acts::member(&tx, grant.organization, grant.account).await.map_err(broken)?.is_none() {
            drop(tx);
            return self.refuse((Refused::NoAccess, Some(product.id), None), Some(who)).await;
        }
        let of = (grant.organization, grant.product);
        if let Some(refused) = acts::shut(&tx, of, grant.account).await.map_err(broken)? {
            drop(tx);
            return self.refuse((refused, Some(product.id), None), Some(who)).await;
        }
        let actor = self.caller.actor.known_as(who.account.id.person());
        acts::issue(&tx, &actor, (&grant, &code), self.now).await.map_err(broken)?;
        tx.commit().await.map_err(broken)?;
        Ok(back.code(&code))
    }

    /// Writes why nobody is sent anywhere, and says so.
    async fn refuse(
        &self,
        (refused, product, received): (Refused, Option<ProductId>, Option<&str>),
        who: Option<&SignedIn>,
    ) -> Result<Response, Error> {
        let account = self.noted(who).await?;
        let refusal = Refusal { refused, organization: self.organization.id, product, account, received };
        let tx = self.org.begin().await?;
        acts::refuse(&tx, &self.caller.actor, &refusal, self.now).await.map_err(broken)?;
        tx.commit().await.map_err(broken)?;
        Err(refused.page())
    }

    /// Whose refusal has an event of its own: a member's, so often. Anybody who is signed in anywhere could write into
    /// the log of the organisation that the path names, as long as they like.
    async fn noted(&self, who: Option<&SignedIn>) -> Result<Option<AccountId>, Error> {
        let Some(account) = who.map(|who| who.account.id) else {
            return Ok(None);
        };
        let read = self.org.read().await?;
        let member = accounts::find_membership(&read, self.organization.id, account).await.map_err(broken)?;
        Ok((member.is_some() && self.org.may_note_stray(self.caller.source)).then_some(account))
    }

    /// Through hop 1 although there may be a session, and back here with the
    /// time since when, sealed: nobody who sits down at an open browser writes
    /// it himself.
    fn sign_in_again(&self, parameters: Parameters, back: &Back) -> Result<Response, Error> {
        let since = self.now.as_microsecond().to_be_bytes();
        let seal = self.org.master_key().seal(&parameters.bound(), &since, self.org.rng());
        let seal = seal.map_err(Error::internal)?;
        Ok(back.by_way_of_hop_1(&path(self.organization, parameters, Some(&seal))))
    }

    /// Since when this very request has been sent to sign in again.
    fn sent(&self, parameters: &Parameters) -> Option<Timestamp> {
        let seal = parameters.again()?;
        let since = self.org.master_key().open(&parameters.bound(), &seal).ok()?;
        let since = i64::from_be_bytes(since.as_slice().try_into().ok()?);
        // A page of this morning, opened again from the history, is a new question.
        let since = Timestamp::from_microsecond(since).ok()?;
        (self.now.duration_since(since) < SENT).then_some(since)
    }
}

/// The way back to the product.
struct Back {
    issuer: String,
    redirect_uri: RedirectUri,
    state: Option<String>,
}

impl Back {
    fn code(&self, code: &Token) -> Response {
        self.answer(&[("code", &code.expose())])
    }

    fn fault(&self, fault: Fault) -> Response {
        self.answer(&[("error", fault.word()), ("error_description", &fault.to_string())])
    }

    /// To hop 1 and back to `here`, unless that is too long to come back to.
    fn by_way_of_hop_1(&self, here: &str) -> Response {
        match ReturnTo::parse(here) {
            Some(here) => to_sign_in(&here),
            None => self.fault(Fault::TooLong),
        }
    }

    /// With the issuer's name (RFC 9207): a product of several providers knows
    /// whose answer it is.
    fn answer(&self, answer: &[(&str, &str)]) -> Response {
        let mut parameters = answer.to_vec();
        if let Some(state) = &self.state {
            parameters.push(("state", state));
        }
        parameters.push(("iss", &self.issuer));
        Redirect::to(&self.redirect_uri.answered(&parameters)).into_response()
    }
}

/// What counts of a session. A step-up proves the person anew in it.
fn proven(who: &SignedIn) -> Proven {
    let opened = who.session.opened_at();
    let here_at = who.session.verified_at().map_or(opened, |at| at.max(opened));
    Proven { authenticated_at: who.session.authenticated_at(), here_at }
}

/// This request as a path of our own.
fn path(organization: &Organization, parameters: Parameters, again: Option<&[u8]>) -> String {
    format!("/oidc/{}/authorize?{}", organization.key, parameters.query(again))
}

/// A path of our own that is an authentication request.
pub(super) struct Way<'a> {
    /// The organisation's key, as it stands there.
    pub(super) key: &'a str,
    query: &'a str,
}

impl<'a> Way<'a> {
    pub(super) fn of(page: &'a ReturnTo) -> Option<Self> {
        let (key, query) = page.as_str().strip_prefix("/oidc/")?.split_once("/authorize?")?;
        Some(Self { key, query })
    }

    /// A parameter of the request.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.find_map(|(given, value)| (given == name).then(|| value.into_owned()))
    }
}

/// As long as hop 1 remembers where somebody wanted to go.
const SENT: SignedDuration = SignedDuration::from_mins(70);

/// More than a browser brings back in a request.
const LONGEST: usize = 8 * 1024;
