//! Every URL of the identity provider, once.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use web::{Shell, ShellOptions, Token, without_head};

use crate::model::qr::QrId;
use crate::model::sign_in::SignInId;
use crate::sign_in::{page, passkey, qr};
use crate::sso::{metadata, receive};
use crate::state::Idp;
use crate::{admin, enrol, login, me};

/// The whole service: all headers and error pages applied, unknown addresses included.
pub fn router(idp: Idp) -> Router {
    let options =
        ShellOptions { trusted_proxies: idp.settings().trusted_proxies.clone(), ..ShellOptions::default() };
    let shell = Shell::new(idp.site().clone(), options);
    let service =
        Router::new().merge(service_providers()).merge(sign_in()).merge(by_phone()).merge(own_pages());
    shell.wrap(service.merge(administration()).with_state(idp))
}

/// What service providers use.
fn service_providers() -> Router<Idp> {
    Router::new()
        .route(METADATA, get(metadata::show))
        .route(
            SSO,
            without_head(get(receive::redirect).post(receive::post), "GET, POST")
                .layer(DefaultBodyLimit::max(POSTED_BYTES)),
        )
        .route("/saml/sso/{handle}", without_head(get(receive::arrived), "GET"))
}

/// A sign-in that an application asked for.
fn sign_in() -> Router<Idp> {
    Router::new()
        .route("/sign-in/{id}", without_head(get(page::show), "GET"))
        .route("/sign-in/{id}/continue", post(page::go_on))
        .route("/sign-in/{id}/again", post(page::again))
        .route("/sign-in/{id}/passkey/begin", post(passkey::begin))
        .route("/sign-in/{id}/passkey/finish", post(passkey::finish))
}

/// A sign-in by our QR code: the desktop's side, and the phone's.
fn by_phone() -> Router<Idp> {
    Router::new()
        .route("/sign-in/{id}/qr", without_head(get(qr::desktop::show).post(qr::desktop::begin), "GET, POST"))
        .route("/sign-in/{id}/qr/state", get(qr::live::state))
        .route("/sign-in/{id}/qr/events", get(qr::live::events))
        .route("/sign-in/{id}/qr/continue", post(qr::complete::go_on))
        .route("/sign-in/{id}/qr/not-me", post(qr::desktop::not_me))
        .route("/q/{handle}", get(qr::phone::look).post(qr::phone::open))
        .route("/phone", get(qr::phone::about))
        .route(FROZEN, get(qr::freeze::done))
        .route("/phone/{id}", get(qr::phone::show))
        .route("/phone/{id}/digits", post(qr::phone::digits))
        .route("/phone/{id}/not-me", post(qr::phone::not_me))
        .route("/phone/{id}/passkey/begin", post(qr::approve::begin))
        .route("/phone/{id}/passkey/finish", post(qr::approve::finish))
        .route("/phone/{id}/freeze/begin", post(qr::freeze::begin))
        .route("/phone/{id}/freeze/finish", post(qr::freeze::finish))
        .route(MY_QR, get(qr::freeze::show))
        .route("/me/qr/freeze", post(qr::freeze::freeze))
        .route("/me/qr/allow", post(qr::freeze::thaw))
}

/// A person's own pages, and the door to them.
fn own_pages() -> Router<Idp> {
    Router::new()
        .route("/", get(me::home))
        .route(LOGIN, get(login::show))
        .route("/login/passkey/begin", post(login::begin))
        .route("/login/passkey/finish", post(login::finish))
        .route(STEP_UP, get(login::step_up_page))
        .route("/step-up/begin", post(login::step_up_begin))
        .route("/step-up/finish", post(login::step_up_finish))
        .route("/sign-out", post(login::sign_out))
        .route("/invitation/{token}", get(enrol::show).post(enrol::name_owner))
        .route("/invitation/{token}/passkey/begin", post(enrol::begin))
        .route("/invitation/{token}/passkey/finish", post(enrol::finish))
        .route(ENROLLED, get(enrol::done))
        .route(ME, get(me::show))
        .route("/me/devices/new", get(me::add_page))
        .route("/me/devices/new/begin", post(me::add_begin))
        .route("/me/devices/new/finish", post(me::add_finish))
        .route("/me/devices/{id}/rename", post(me::rename))
        .route("/me/devices/{id}/revoke", post(me::revoke))
        .route("/me/browsers/{id}/forget", post(me::forget_browser))
}

/// The console.
fn administration() -> Router<Idp> {
    Router::new()
        .route(ADMIN, get(admin::overview::show))
        .route("/admin/people", get(admin::people::list))
        .route("/admin/people/new", get(admin::people::new_page).post(admin::people::create))
        .route("/admin/people/{id}", get(admin::people::show))
        .route("/admin/people/{id}/edit", get(admin::person_edit::edit_page).post(admin::person_edit::edit))
        .route("/admin/people/{id}/invite", post(admin::people::invite))
        .route("/admin/people/{id}/role", post(admin::people::grant_role))
        .route("/admin/people/{id}/suspend", post(admin::people::suspend))
        .route("/admin/people/{id}/readmit", post(admin::people::readmit))
        .route("/admin/people/{id}/devices/{device}/revoke", post(admin::people::revoke_device))
        .route("/admin/search", get(admin::search::show))
        .route("/admin/why", get(admin::why::show))
        .merge(groups())
        .route("/admin/applications", get(admin::applications::list))
        .merge(wizard())
        .route("/admin/applications/{id}", get(admin::applications::show))
        .route("/admin/applications/{id}/edit", post(admin::wizard::edit))
        .route("/admin/applications/{id}/audience", post(admin::access::set_audience))
        .route("/admin/applications/{id}/guide", post(admin::applications::tick))
        .route(
            "/admin/applications/{id}/disable",
            get(admin::applications::disable_page).post(admin::applications::disable),
        )
        .route("/admin/applications/{id}/enable", post(admin::applications::enable))
        .route(
            "/admin/applications/{id}/delete",
            get(admin::applications::delete_page).post(admin::applications::delete),
        )
        .route("/admin/applications/{id}/people", post(admin::access::assign))
        .route("/admin/applications/{id}/people/{person}/remove", post(admin::access::unassign))
        .route("/admin/applications/{id}/groups", post(admin::access::assign_group))
        .route("/admin/applications/{id}/groups/{group}/remove", post(admin::access::unassign_group))
        .route("/admin/settings/idp", get(admin::settings::show))
        .route("/admin/settings/idp/certificate.pem", get(admin::settings::certificate))
        .route("/admin/events", get(admin::events::list))
        .route("/admin/confirmed", get(admin::confirmed::show))
        .route("/admin/events/export", get(admin::events::export))
}

/// Groups of people.
fn groups() -> Router<Idp> {
    Router::new()
        .route("/admin/groups", get(admin::groups::list).post(admin::groups::create))
        .route("/admin/groups/{id}", get(admin::groups::show))
        .route("/admin/groups/{id}/name", post(admin::groups::rename))
        .route("/admin/groups/{id}/members", post(admin::groups::add))
        .route("/admin/groups/{id}/members/{person}/remove", post(admin::groups::remove))
        .route("/admin/groups/{id}/delete", get(admin::groups::delete_page).post(admin::groups::delete))
}

/// Adding an application, and changing one.
fn wizard() -> Router<Idp> {
    Router::new()
        .route("/admin/applications/add", get(admin::applications::gallery).post(admin::wizard::begin))
        .route("/admin/applications/drafts/{id}/{step}", get(admin::wizard::show).post(admin::wizard::post))
        .route("/admin/applications/drafts/{id}/{step}/check", post(admin::preview::check))
        .route("/admin/applications/drafts/{id}/rebase", post(admin::wizard::rebase))
        .route("/admin/applications/drafts/{id}/discard", post(admin::wizard::discard))
}

/// The page of a sign-in.
pub(crate) fn sign_in_page(id: SignInId) -> String {
    format!("/sign-in/{id}")
}

/// The page of a sign-in's QR code.
pub(crate) fn qr_page(id: SignInId) -> String {
    format!("/sign-in/{id}/qr")
}

/// What a QR code says, below the public URL.
pub(crate) fn handle(handle: &str) -> String {
    format!("/q/{handle}")
}

/// What a phone has opened.
pub(crate) fn phone_page(id: QrId) -> String {
    format!("/phone/{id}")
}

/// Where a browser comes for what it posted.
pub(crate) fn arrival(handle: &Token) -> String {
    format!("{SSO}/{}", handle.expose())
}

/// The page of an invitation.
pub(crate) fn invitation(token: &Token) -> String {
    format!("/invitation/{}", token.expose())
}

/// Our metadata; its address is the entity ID too.
pub(crate) const METADATA: &str = "/saml/metadata";
/// Where requests arrive.
pub(crate) const SSO: &str = "/saml/sso";
/// The door.
pub(crate) const LOGIN: &str = "/login";
/// A new device is ready.
pub(crate) const ENROLLED: &str = "/enrolled";
/// Once more, before a dangerous act.
pub(crate) const STEP_UP: &str = "/step-up";
/// The person of a phone has frozen the QR sign-in.
pub(crate) const FROZEN: &str = "/phone/frozen";
/// A person's switch for the QR sign-in.
pub(crate) const MY_QR: &str = "/me/qr";
/// A person's own pages.
pub(crate) const ME: &str = "/me";
/// The console.
pub(crate) const ADMIN: &str = "/admin";

/// A posted request: base64 of [`crate::model::sign_in::REQUEST_BYTES`], a RelayState, and room.
const POSTED_BYTES: usize = 64 * 1024;
