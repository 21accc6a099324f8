//! Who administers the organisation, and who of them gets in whatever becomes
//! of the identity provider.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use console::person::EmailAddress;
use serde::Deserialize;
use web::page::{Console, Notice, NoticeKind};
use web::{CheckedForm, Cookies, Error, Fields, Message, filters};

use super::OrgAdmin;
use super::account::Named;
use super::confirm::{Ask, confirmed};
use super::domain::shut;
use super::domains::Badge;
use crate::acts::accounts::{NewAccount, create, set_role};
use crate::acts::{Refusal, settle};
use crate::answer::broken;
use crate::model::way_back::{Obstacle, ways_in};
use crate::model::{Account, AccountId, Role};
use crate::service::Org;
use crate::store::rosters::{self, Concern};
use crate::store::{accounts, people};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/administrators.html")]
pub(crate) struct Administrators {
    pub(crate) console: Console,
    pub(crate) path: String,
    pub(crate) lines: Vec<Line>,
    /// Whether nobody gets in without the identity provider.
    pub(crate) shut: bool,
    pub(crate) typed: String,
    pub(crate) fields: Fields,
    pub(crate) notice: Option<Notice>,
}

/// An administrator as the page shows them.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) named: bool,
    pub(crate) address: String,
    pub(crate) own: bool,
    pub(crate) way_in: Badge,
}

/// `GET /admin/{organization}/administrators`.
pub(crate) async fn page(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    show(&org, &admin, (String::new(), Fields::new()), None).await
}

/// Who is to administer, as it is typed.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    address: String,
    #[serde(default)]
    credential: Option<String>,
}

/// `POST /admin/{organization}/administrators`: a member, or somebody new.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    cookies: Cookies,
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Response> {
    let Ok(address) = EmailAddress::parse(posted.address.trim()) else {
        let fields = Fields::fault("address", "login-address-wrong");
        let answer = show(&org, &admin, (posted.address, fields), None).await;
        return Ok(answer.unwrap_or_else(Error::into_response));
    };
    let path = admin.path("/administrators");
    let ask = Ask {
        title: Message::new("administrator-add-ask").with("address", address.shown()),
        text: "administrator-add-ask-text".into(),
        button: "administrator-add-confirmed".into(),
        action: path.clone(),
        back: path,
        posted: vec![("address", posted.address.clone())],
        credential: posted.credential,
    };
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    Ok(confirmed.answer(added(&org, &admin, (address, posted.address)).await))
}

async fn added(
    org: &Org,
    admin: &OrgAdmin,
    (address, typed): (EmailAddress, String),
) -> Result<Response, Error> {
    let (of, now, word) = (admin.organization.id, org.now(), admin.word());
    let read = org.read().await?;
    let found = accounts::find_by_address(&read, &address).await.map_err(broken)?;
    let known = match found {
        Some(found) => {
            accounts::find_membership(&read, of, found.id).await.map_err(broken)?.map(|_| found.id)
        }
        None => None,
    };
    drop(read);
    let tx = org.begin().await?;
    let done = match known {
        Some(member) => set_role(&tx, &word, (of, member, Role::Administrator), now).await,
        None => {
            let new =
                NewAccount::draw((of, Role::Administrator), (address, [None, None]), now, org.entropy());
            create(&tx, &word, new, now).await.map(|_| ())
        }
    };
    match settle(tx, done).await.map_err(broken)? {
        Ok(()) => {
            let message = Message::new("administrator-added").with("address", typed.trim());
            let notice = Notice { kind: NoticeKind::Success, message };
            show(org, admin, (String::new(), Fields::new()), Some(notice)).await
        }
        Err(Refusal::AddressTaken) => {
            let fields = Fields::fault("address", "account-address-taken");
            show(org, admin, (typed, fields), None).await
        }
        Err(Refusal::DomainElsewhere) => {
            let fields = Fields::fault("address", "account-domain-elsewhere");
            show(org, admin, (typed, fields), None).await
        }
        Err(refusal) => refused(org, admin, refusal).await,
    }
}

/// A form with nothing of its own.
#[derive(Debug, Deserialize)]
pub(crate) struct Remove {
    #[serde(default)]
    credential: Option<String>,
}

/// `POST …/administrators/{account}/remove`: a member from now on.
pub(crate) async fn post_remove(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(named), cookies): (Path<Named>, Cookies),
    CheckedForm(posted): CheckedForm<Remove>,
) -> Result<Response, Response> {
    let id = named.read().map_err(Error::into_response)?;
    let account = found(&org, &admin, id).await.map_err(Error::into_response)?;
    let back = admin.path("/administrators");
    let ask = Ask {
        title: Message::new("administrator-remove-ask").with("address", account.address.shown()),
        text: "administrator-remove-ask-text".into(),
        button: "administrator-remove-confirmed".into(),
        action: format!("{back}/{id}/remove"),
        back,
        posted: vec![],
        credential: posted.credential,
    };
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    let done = async {
        let tx = org.begin().await?;
        let what = (admin.organization.id, id, Role::Member);
        let done = set_role(&tx, &admin.word(), what, org.now()).await;
        match settle(tx, done).await.map_err(broken)? {
            Ok(()) => {
                let message = Message::new("administrator-removed").with("address", account.address.shown());
                let notice = Notice { kind: NoticeKind::Success, message };
                show(&org, &admin, (String::new(), Fields::new()), Some(notice)).await
            }
            Err(refusal) => refused(&org, &admin, refusal).await,
        }
    };
    Ok(confirmed.answer(done.await))
}

async fn found(org: &Org, admin: &OrgAdmin, id: AccountId) -> Result<Account, Error> {
    let read = org.read().await?;
    let all = people::administrators(&read, admin.organization.id).await.map_err(broken)?;
    let found = all.into_iter().find(|(account, _)| account.id == id);
    found.map(|(account, _)| account).ok_or_else(Error::not_found)
}

async fn refused(org: &Org, admin: &OrgAdmin, refusal: Refusal) -> Result<Response, Error> {
    let notice = shut(refusal).ok_or_else(Error::not_found)?;
    show(org, admin, (String::new(), Fields::new()), Some(notice)).await
}

async fn show(
    org: &Org,
    admin: &OrgAdmin,
    (typed, fields): (String, Fields),
    notice: Option<Notice>,
) -> Result<Response, Error> {
    let of = admin.organization.id;
    let read = org.read().await?;
    let all = people::administrators(&read, of).await.map_err(broken)?;
    let roster = rosters::load(&read, of, Concern::default()).await.map_err(broken)?;
    drop(read);
    let ways = ways_in(&roster, of, org.now());
    let line = |account: &Account| Line {
        id: account.id.to_string(),
        path: admin.path(&format!("/accounts/{}", account.id)),
        name: account.shown(),
        named: account.has_name(),
        address: account.address.shown().to_owned(),
        own: account.id == admin.who.account.id,
        way_in: way_in(ways.iter().find(|(id, _)| *id == account.id).and_then(|(_, obstacle)| *obstacle)),
    };
    org.site().render(&Administrators {
        console: admin.console(),
        path: admin.path("/administrators"),
        lines: all.iter().map(|(account, _)| line(account)).collect(),
        shut: ways.iter().all(|(_, obstacle)| obstacle.is_some()),
        typed,
        fields,
        notice,
    })
}

/// Whether somebody gets in whatever becomes of the identity provider, or why not.
fn way_in(obstacle: Option<Obstacle>) -> Badge {
    let (tone, text) = match obstacle {
        None => ("good", "obstacle-none"),
        Some(Obstacle::Deactivated) => ("bad", "obstacle-deactivated"),
        Some(Obstacle::SentToSso) => ("neutral", "obstacle-sent-to-sso"),
        Some(Obstacle::NoPasskey) => ("warn", "obstacle-no-passkey"),
        Some(Obstacle::PasskeyUnused) => ("warn", "obstacle-passkey-unused"),
    };
    Badge { tone, text: text.into() }
}
