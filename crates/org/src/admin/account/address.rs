//! Another address for an account: what settles a conflict that the identity
//! provider cannot settle.

use axum::extract::{Path, State};
use axum::response::Response;
use console::person::EmailAddress;
use serde::Deserialize;
use web::page::{Notice, NoticeKind};
use web::{CheckedForm, Cookies, Error, Fields};

use super::super::OrgAdmin;
use super::super::confirm::confirmed;
use super::super::domain::shut;
use super::acts::{ask, found};
use super::{Named, Said, show};
use crate::acts::accounts::change_address;
use crate::acts::{Refusal, settle};
use crate::answer::broken;
use crate::model::AccountId;
use crate::service::Org;

/// From the address that was shown to the one that was typed.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    from: String,
    address: String,
    #[serde(default)]
    credential: Option<String>,
}

/// `POST /admin/{organization}/accounts/{account}/address`.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(named), cookies): (Path<Named>, Cookies),
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Response> {
    let (id, account) = found(&org, &admin, &named).await?;
    let read = (EmailAddress::parse(posted.from.trim()), EmailAddress::parse(posted.address.trim()));
    let (Ok(from), Ok(to)) = read else {
        let answer = faulty(&org, &admin, id, (posted.address, "login-address-wrong")).await;
        return Ok(answer.unwrap_or_else(axum::response::IntoResponse::into_response));
    };
    let fields = vec![("from", posted.from), ("address", posted.address.clone())];
    let ask = ask(&admin, &account, ("address", fields), posted.credential);
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    Ok(confirmed.answer(changed(&org, &admin, id, (from, to, posted.address)).await))
}

async fn changed(
    org: &Org,
    admin: &OrgAdmin,
    id: AccountId,
    (from, to, typed): (EmailAddress, EmailAddress, String),
) -> Result<Response, Error> {
    let tx = org.begin().await?;
    let what = (admin.organization.id, id, (&from, &to));
    let done = change_address(&tx, &admin.word(), what, org.now()).await;
    let refusal = match settle(tx, done).await.map_err(broken)? {
        Ok(()) => {
            let message = "account-address-changed".into();
            return show(org, admin, id, Notice { kind: NoticeKind::Success, message }.into()).await;
        }
        Err(refusal) => refusal,
    };
    match refusal {
        Refusal::AddressTaken => faulty(org, admin, id, (typed, "account-address-taken")).await,
        Refusal::DomainNotVerified => faulty(org, admin, id, (typed, "account-address-domain")).await,
        Refusal::OtherDirectory => faulty(org, admin, id, (typed, "account-address-directory")).await,
        Refusal::OwnAccount => faulty(org, admin, id, (typed, "account-address-own")).await,
        other => {
            let notice = shut(other).ok_or_else(Error::not_found)?;
            show(org, admin, id, notice.into()).await
        }
    }
}

async fn faulty(
    org: &Org,
    admin: &OrgAdmin,
    id: AccountId,
    (typed, fault): (String, &'static str),
) -> Result<Response, Error> {
    let said = Said { typed: Some(typed), fields: Fields::fault("address", fault), notice: None };
    show(org, admin, id, said).await
}
