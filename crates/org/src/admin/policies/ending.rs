//! Another default policy, and a policy deleted.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use web::{CheckedForm, Cookies, Error};

use super::words::{good, told};
use super::{Versioned, Which, ask, find, settings};
use crate::acts::policies::{delete, make_default};
use crate::acts::settle;
use crate::admin::OrgAdmin;
use crate::admin::confirm::{Ask, confirmed};
use crate::answer::broken;
use crate::service::Org;

/// `POST …/policies/{policy}/default`: *Make default policy*.
pub(crate) async fn post_default(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(which), cookies): (Path<Which>, Cookies),
    CheckedForm(posted): CheckedForm<Versioned>,
) -> Result<Response, Response> {
    let found = find(&org, &admin, &which).await.map_err(Error::into_response)?;
    let words = ["default-ask", "default-ask-text", "default-confirmed"];
    let fields = vec![("version", posted.version.to_string())];
    let ask = ask(&admin, &found.policy, (words, "/default", ""), fields);
    let ask = Ask { credential: posted.credential, ..ask };
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    let answer = async {
        let tx = org.begin().await?;
        let what = (admin.organization.id, (found.policy.id, posted.version));
        let done = make_default(&tx, &admin.word(), what, org.now()).await;
        let notice = match settle(tx, done).await.map_err(broken)? {
            Ok(()) => good("policy-is-default"),
            Err(refusal) => told(refusal).ok_or_else(Error::not_found)?,
        };
        settings::told(&org, &admin, &find(&org, &admin, &which).await?, notice).await
    };
    Ok(confirmed.answer(answer.await))
}

/// `POST …/policies/{policy}/delete`: its members have what comes next.
pub(crate) async fn post_delete(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(which), cookies): (Path<Which>, Cookies),
    CheckedForm(posted): CheckedForm<Versioned>,
) -> Result<Response, Response> {
    let found = find(&org, &admin, &which).await.map_err(Error::into_response)?;
    let words = ["delete-ask", "delete-ask-text", "delete-confirmed"];
    let fields = vec![("version", posted.version.to_string())];
    let ask = ask(&admin, &found.policy, (words, "/delete", ""), fields);
    let ask = Ask { credential: posted.credential, ..ask };
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    let answer = async {
        let tx = org.begin().await?;
        let what = (admin.organization.id, (found.policy.id, posted.version));
        let done = delete(&tx, &admin.word(), what, org.now()).await;
        match settle(tx, done).await.map_err(broken)? {
            Ok(()) => Ok(Redirect::to(&admin.path("/policies")).into_response()),
            Err(refusal) => {
                let notice = told(refusal).ok_or_else(Error::not_found)?;
                settings::told(&org, &admin, &find(&org, &admin, &which).await?, notice).await
            }
        }
    };
    Ok(confirmed.answer(answer.await))
}
