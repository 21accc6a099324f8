//! An administrator asks for a test sign-in with a policy.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use saml::core::{RelayState, RequestId};
use saml::sp::RequestToSend;
use web::ambient::random;
use web::{CheckedForm, Cookies, Error, Token};

use super::page::Tested;
use super::{PENDING, PendingTest};
use crate::acts::{settle, test_sign_ins};
use crate::admin::OrgAdmin;
use crate::answer::broken;
use crate::model::PolicyId;
use crate::pages::Nothing;
use crate::service::Org;
use crate::sign_in::{Connection, browser};
use crate::store::policies;

/// `POST /admin/{organization}/policies/{policy}/test`.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(Tested { policy }), cookies): (Path<Tested>, Cookies),
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    let policy: PolicyId = policy.parse().map_err(|_| Error::not_found())?;
    let read = org.read().await?;
    let found = policies::find(&read, admin.organization.id, policy).await.map_err(broken)?;
    let directory = found.ok_or_else(Error::not_found)?.directory;
    let connection =
        org.connections().of_directory(&read, org.public_url(), directory).await.map_err(broken)?;
    drop(read);
    let connection = connection.ok_or_else(Error::not_found)?;
    let (browser, cookie) = browser::name(&cookies, org.entropy());
    let relay_state = Token::new(org.entropy());
    let now = org.now();
    let pending = PendingTest {
        request: RequestId::from_random(random::<20>(org.entropy())),
        browser,
        relay_state: relay_state.hash(),
        connection: connection.unique_id,
        organization: admin.organization.id,
        policy,
        begun_by: admin.who.account.id,
        opened_at: now,
        expires_at: now.saturating_add(PENDING).unwrap_or(jiff::Timestamp::MAX),
    };
    let target = target(&pending, &connection, &relay_state)?;
    let tx = org.begin().await?;
    let done = test_sign_ins::begin(&tx, &admin.word(), &pending, now).await;
    settle(tx, done).await.map_err(broken)?.map_err(|_| Error::not_found())?;
    Ok((cookie, Redirect::to(&target)).into_response())
}

fn target(pending: &PendingTest, connection: &Connection, relay_state: &Token) -> Result<String, Error> {
    let request = RequestToSend {
        id: pending.request.clone(),
        now: pending.opened_at,
        issuer: &connection.service_provider.entity_id,
        acs_url: &connection.service_provider.acs_url,
        sso_url: &connection.sso_url,
        name_id_format: None,
        requested_authn_context: None,
        force_authn: false,
    };
    let handle = RelayState::parse(&relay_state.expose()).map_err(Error::internal)?;
    request.redirect(Some(&handle)).map_err(Error::internal)
}
