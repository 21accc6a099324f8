//! Every URL of the identity provider, once.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, get, post};
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
    let mut router = Router::new();
    for (path, handlers) in pages() {
        router = router.route(path, handlers);
    }
    shell.wrap(router.with_state(idp))
}

/// Every address, for the tests that look at all of them.
pub fn addresses() -> Vec<&'static str> {
    pages().into_iter().map(|(path, _)| path).collect()
}

/// What stands at an address.
type Page = (&'static str, MethodRouter<Idp>);

fn pages() -> Vec<Page> {
    [
        service_providers(),
        sign_in(),
        by_phone(),
        own_pages(),
        administration(),
        groups(),
        applications(),
        wizard(),
    ]
    .concat()
}

/// What service providers use.
fn service_providers() -> Vec<Page> {
    vec![
        (METADATA, get(metadata::show)),
        (
            SSO,
            without_head(get(receive::redirect).post(receive::post), "GET, POST")
                .layer(DefaultBodyLimit::max(POSTED_BYTES)),
        ),
        ("/saml/sso/{handle}", without_head(get(receive::arrived), "GET")),
    ]
}

/// A sign-in that an application asked for.
fn sign_in() -> Vec<Page> {
    vec![
        ("/sign-in/{id}", without_head(get(page::show), "GET")),
        ("/sign-in/{id}/continue", post(page::go_on)),
        ("/sign-in/{id}/again", post(page::again)),
        ("/sign-in/{id}/passkey/begin", post(passkey::begin)),
        ("/sign-in/{id}/passkey/finish", post(passkey::finish)),
    ]
}

/// A sign-in by our QR code: the desktop's side, and the phone's.
fn by_phone() -> Vec<Page> {
    vec![
        ("/sign-in/{id}/qr", without_head(get(qr::desktop::show).post(qr::desktop::begin), "GET, POST")),
        ("/sign-in/{id}/qr/state", get(qr::live::state)),
        ("/sign-in/{id}/qr/events", get(qr::live::events)),
        ("/sign-in/{id}/qr/continue", post(qr::complete::go_on)),
        ("/sign-in/{id}/qr/not-me", post(qr::desktop::not_me)),
        ("/q/{handle}", get(qr::phone::look).post(qr::phone::open)),
        ("/phone", get(qr::phone::about)),
        (FROZEN, get(qr::freeze::done)),
        ("/phone/{id}", get(qr::phone::show)),
        ("/phone/{id}/digits", post(qr::phone::digits)),
        ("/phone/{id}/not-me", post(qr::phone::not_me)),
        ("/phone/{id}/passkey/begin", post(qr::approve::begin)),
        ("/phone/{id}/passkey/finish", post(qr::approve::finish)),
        ("/phone/{id}/freeze/begin", post(qr::freeze::begin)),
        ("/phone/{id}/freeze/finish", post(qr::freeze::finish)),
        (MY_QR, get(qr::freeze::show)),
        ("/me/qr/freeze", post(qr::freeze::freeze)),
        ("/me/qr/allow", post(qr::freeze::thaw)),
    ]
}

/// A person's own pages, and the door to them.
fn own_pages() -> Vec<Page> {
    vec![
        ("/", get(me::home)),
        (LOGIN, get(login::show)),
        ("/login/passkey/begin", post(login::begin)),
        ("/login/passkey/finish", post(login::finish)),
        (STEP_UP, get(login::step_up_page)),
        ("/step-up/begin", post(login::step_up_begin)),
        ("/step-up/finish", post(login::step_up_finish)),
        ("/sign-out", post(login::sign_out)),
        ("/invitation/{token}", get(enrol::show).post(enrol::name_owner)),
        ("/invitation/{token}/passkey/begin", post(enrol::begin)),
        ("/invitation/{token}/passkey/finish", post(enrol::finish)),
        (ENROLLED, get(enrol::done)),
        (ME, get(me::show)),
        ("/me/devices/new", get(me::add_page)),
        ("/me/devices/new/begin", post(me::add_begin)),
        ("/me/devices/new/finish", post(me::add_finish)),
        ("/me/devices/{id}/rename", post(me::rename)),
        ("/me/devices/{id}/revoke", post(me::revoke)),
        ("/me/browsers/{id}/forget", post(me::forget_browser)),
    ]
}

/// The console.
fn administration() -> Vec<Page> {
    vec![
        (ADMIN, get(admin::overview::show)),
        ("/admin/people", get(admin::people::list)),
        ("/admin/people/new", get(admin::people::new_page).post(admin::people::create)),
        ("/admin/people/{id}", get(admin::people::show)),
        ("/admin/people/{id}/edit", get(admin::person_edit::edit_page).post(admin::person_edit::edit)),
        ("/admin/people/{id}/invite", post(admin::people::invite)),
        ("/admin/people/{id}/role", post(admin::people::grant_role)),
        ("/admin/people/{id}/suspend", post(admin::people::suspend)),
        ("/admin/people/{id}/readmit", post(admin::people::readmit)),
        ("/admin/people/{id}/devices/{device}/revoke", post(admin::people::revoke_device)),
        ("/admin/search", get(admin::search::show)),
        ("/admin/why", get(admin::why::show)),
        ("/admin/settings/idp", get(admin::settings::show)),
        ("/admin/settings/idp/certificate.pem", get(admin::settings::certificate)),
        ("/admin/events", get(admin::events::list)),
        ("/admin/confirmed", get(admin::confirmed::show)),
        ("/admin/events/export", get(admin::events::export)),
    ]
}

/// Groups of people.
fn groups() -> Vec<Page> {
    vec![
        ("/admin/groups", get(admin::groups::list).post(admin::groups::create)),
        ("/admin/groups/{id}", get(admin::groups::show)),
        ("/admin/groups/{id}/name", post(admin::groups::rename)),
        ("/admin/groups/{id}/members", post(admin::groups::add)),
        ("/admin/groups/{id}/members/{person}/remove", post(admin::groups::remove)),
        ("/admin/groups/{id}/delete", get(admin::groups::delete_page).post(admin::groups::delete)),
    ]
}

/// Applications that are there.
fn applications() -> Vec<Page> {
    vec![
        ("/admin/applications", get(admin::applications::list)),
        ("/admin/applications/{id}", get(admin::applications::show)),
        ("/admin/applications/{id}/edit", post(admin::wizard::edit)),
        ("/admin/applications/{id}/audience", post(admin::access::set_audience)),
        ("/admin/applications/{id}/guide", post(admin::applications::tick)),
        (
            "/admin/applications/{id}/disable",
            get(admin::applications::disable_page).post(admin::applications::disable),
        ),
        ("/admin/applications/{id}/enable", post(admin::applications::enable)),
        (
            "/admin/applications/{id}/delete",
            get(admin::applications::delete_page).post(admin::applications::delete),
        ),
        ("/admin/applications/{id}/people", post(admin::access::assign)),
        ("/admin/applications/{id}/people/{person}/remove", post(admin::access::unassign)),
        ("/admin/applications/{id}/groups", post(admin::access::assign_group)),
        ("/admin/applications/{id}/groups/{group}/remove", post(admin::access::unassign_group)),
    ]
}

/// Adding an application, and changing one.
fn wizard() -> Vec<Page> {
    vec![
        ("/admin/applications/add", get(admin::applications::gallery).post(admin::wizard::begin)),
        ("/admin/applications/drafts/{id}/{step}", get(admin::wizard::show).post(admin::wizard::post)),
        ("/admin/applications/drafts/{id}/{step}/check", post(admin::preview::check)),
        ("/admin/applications/drafts/{id}/rebase", post(admin::wizard::rebase)),
        ("/admin/applications/drafts/{id}/discard", post(admin::wizard::discard)),
    ]
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
