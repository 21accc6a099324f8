//! What is done about an account, each after the administrator's passkey where
//! it takes something from somebody.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::invitations::{Draft, Invited};
use jiff::Timestamp;
use serde::Deserialize;
use web::page::{Console, Notice, NoticeKind};
use web::qr::Qr;
use web::{CheckedForm, Cookies, Error, Message, filters};

use super::super::OrgAdmin;
use super::super::confirm::{Ask, confirmed};
use super::super::domain::shut;
use super::{Named, Said, member, show};
use crate::acts::{ActError, Refusal, accounts, invitations, settle};
use crate::answer::broken;
use crate::model::{Account, AccountId};
use crate::service::Org;

/// A form with nothing of its own.
#[derive(Debug, Deserialize)]
pub(crate) struct Plain {
    #[serde(default)]
    credential: Option<String>,
}

/// Which link was shown.
#[derive(Debug, Deserialize)]
pub(crate) struct Unlink {
    directory: String,
    stable_id: String,
    #[serde(default)]
    credential: Option<String>,
}

/// A one-time link, shown this once.
#[derive(Debug, Template)]
#[template(path = "admin/invitation.html")]
pub(crate) struct InvitationPage {
    pub(crate) console: Console,
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) back: String,
    pub(crate) link: String,
    pub(crate) qr: Option<Qr>,
    pub(crate) expires_at: Timestamp,
}

/// `POST …/invite`: a link by which its holder makes a passkey kept here.
pub(crate) async fn invite(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(named), cookies): (Path<Named>, Cookies),
    CheckedForm(posted): CheckedForm<Plain>,
) -> Result<Response, Response> {
    let (id, account) = found(&org, &admin, &named).await?;
    let ask = ask(&admin, &account, ("invite", vec![]), posted.credential);
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    Ok(confirmed.answer(invited(&org, &admin, id).await))
}

pub(in crate::admin) async fn invited(org: &Org, admin: &OrgAdmin, id: AccountId) -> Result<Response, Error> {
    let now = org.now();
    let draft = Draft::draw(now, org.entropy());
    let tx = org.begin().await?;
    let done = invitations::invite(&tx, &admin.word(), (admin.organization.id, id, draft), now).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(invited) => link(org, admin, (id, &invited)).await,
        Err(refusal) => refused(org, admin, id, refusal).await,
    }
}

async fn link(org: &Org, admin: &OrgAdmin, (id, invited): (AccountId, &Invited)) -> Result<Response, Error> {
    let read = org.read().await?;
    let (account, _) = member(&read, admin, id).await?;
    drop(read);
    let link = org.invitation_link(invited).to_string();
    org.site().render(&InvitationPage {
        console: admin.console(),
        name: account.shown(),
        address: account.address.shown().to_owned(),
        back: admin.path(&format!("/accounts/{id}")),
        qr: Qr::new(&link).ok(),
        link,
        expires_at: invited.expires_at,
    })
}

/// `POST …/deactivate`.
pub(crate) async fn deactivate(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(named), cookies): (Path<Named>, Cookies),
    CheckedForm(posted): CheckedForm<Plain>,
) -> Result<Response, Response> {
    let (id, account) = found(&org, &admin, &named).await?;
    let ask = ask(&admin, &account, ("deactivate", vec![]), posted.credential);
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    let done = async {
        let tx = org.begin().await?;
        let of = (admin.organization.id, id);
        let done = accounts::deactivate(&tx, &admin.word(), of, org.now()).await;
        answer(&org, &admin, id, (tx, done, "account-was-deactivated")).await
    };
    Ok(confirmed.answer(done.await))
}

/// `POST …/reactivate`: gives back what was taken, so it asks for nothing more.
pub(crate) async fn reactivate(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
    CheckedForm(_): CheckedForm<Plain>,
) -> Result<Response, Error> {
    let id = named.read()?;
    let tx = org.begin().await?;
    let done = accounts::reactivate(&tx, &admin.word(), (admin.organization.id, id), org.now()).await;
    answer(&org, &admin, id, (tx, done, "account-was-reactivated")).await
}

/// `POST …/sessions`: ends all of them.
pub(crate) async fn sessions(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
    CheckedForm(_): CheckedForm<Plain>,
) -> Result<Response, Error> {
    let id = named.read()?;
    let tx = org.begin().await?;
    let done = accounts::end_sessions(&tx, &admin.word(), (admin.organization.id, id), org.now()).await;
    answer(&org, &admin, id, (tx, done.map(|_| ()), "account-sessions-ended")).await
}

/// `POST …/unlink`: forgets what the identity provider calls the account.
pub(crate) async fn unlink(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(named), cookies): (Path<Named>, Cookies),
    CheckedForm(posted): CheckedForm<Unlink>,
) -> Result<Response, Response> {
    let (id, account) = found(&org, &admin, &named).await?;
    let directory = posted.directory.parse().map_err(|_| Error::not_found().into_response())?;
    let fields = vec![("directory", posted.directory), ("stable_id", posted.stable_id.clone())];
    let ask = ask(&admin, &account, ("unlink", fields), posted.credential);
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    let done = async {
        let tx = org.begin().await?;
        let what = (admin.organization.id, directory, id, Some(posted.stable_id.as_str()));
        let done = accounts::clear_shown_link(&tx, &admin.word(), what, org.now()).await;
        answer(&org, &admin, id, (tx, done, "account-was-unlinked")).await
    };
    Ok(confirmed.answer(done.await))
}

/// `POST …/remove`: ends the membership of somebody whom the organisation does not manage.
pub(crate) async fn remove(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(named), cookies): (Path<Named>, Cookies),
    CheckedForm(posted): CheckedForm<Plain>,
) -> Result<Response, Response> {
    let (id, account) = found(&org, &admin, &named).await?;
    let ask = ask(&admin, &account, ("remove", vec![]), posted.credential);
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    let done = async {
        let tx = org.begin().await?;
        let of = (admin.organization.id, id);
        let done = accounts::remove_member(&tx, &admin.word(), of, org.now()).await;
        match settle(tx, done).await.map_err(broken)? {
            Ok(()) => Ok(Redirect::to(&admin.path("/accounts")).into_response()),
            Err(refusal) => refused(&org, &admin, id, refusal).await,
        }
    };
    Ok(confirmed.answer(done.await))
}

/// The account in the path, as it is before anything is asked.
pub(super) async fn found(
    org: &Org,
    admin: &OrgAdmin,
    named: &Named,
) -> Result<(AccountId, Account), Response> {
    let found = async {
        let id = named.read()?;
        let read = org.read().await?;
        let (account, _) = member(&read, admin, id).await?;
        Ok((id, account))
    };
    found.await.map_err(Error::into_response)
}

/// Ends the transaction and shows the account, with what came of it.
pub(super) async fn answer(
    org: &Org,
    admin: &OrgAdmin,
    id: AccountId,
    (tx, done, well): (::store::Tx, Result<(), ActError>, &'static str),
) -> Result<Response, Error> {
    match settle(tx, done).await.map_err(broken)? {
        Ok(()) => {
            let notice = Notice { kind: NoticeKind::Success, message: Message::new(well) };
            show(org, admin, id, Said::from(notice)).await
        }
        Err(refusal) => refused(org, admin, id, refusal).await,
    }
}

/// The account, with why nothing was done.
async fn refused(org: &Org, admin: &OrgAdmin, id: AccountId, refusal: Refusal) -> Result<Response, Error> {
    let danger = |message: &'static str| Notice { kind: NoticeKind::Danger, message: message.into() };
    let notice = match refusal {
        Refusal::NoSuchAccount => danger("account-not-yours"),
        Refusal::NotLinked => danger("changed-meanwhile"),
        Refusal::AccountElsewhere => danger("account-elsewhere"),
        Refusal::Deactivated => danger("account-deactivated-first"),
        Refusal::MemberAlready => danger("account-is-managed-here"),
        other => shut(other).ok_or_else(Error::not_found)?,
    };
    show(org, admin, id, Said::from(notice)).await
}

/// What the passkey is asked for.
pub(super) fn ask(
    admin: &OrgAdmin,
    account: &Account,
    (act, posted): (&'static str, Vec<(&'static str, String)>),
    credential: Option<String>,
) -> Ask {
    let (title, text, button) = match act {
        "invite" => ("account-invite-ask", "account-invite-ask-text", "account-invite-confirmed"),
        "deactivate" => {
            ("account-deactivate-ask", "account-deactivate-ask-text", "account-deactivate-confirmed")
        }
        "unlink" => ("account-unlink-ask", "account-unlink-ask-text", "account-unlink-confirmed"),
        "address" => ("account-address-ask", "account-address-ask-text", "account-address-confirmed"),
        _ => ("account-remove-ask", "account-remove-ask-text", "account-remove-confirmed"),
    };
    let back = admin.path(&format!("/accounts/{}", account.id));
    Ask {
        title: Message::new(title).with("account", account.address.shown()),
        text: text.into(),
        button: button.into(),
        action: format!("{back}/{act}"),
        back,
        posted,
        credential,
    }
}
