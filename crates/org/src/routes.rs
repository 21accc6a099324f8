//! Every URL of the organisation, once.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, get, post};
use web::{Shell, ShellOptions, without_head};

use crate::admin::{
    account, accounts, administrators, conflicts, domain, domains, events, group_delete, groups,
    identity_provider, identity_providers, imports, organizations, overview, policies, product,
    products as admin_products, saml, search, settings, trace,
};
use crate::service::Org;
use crate::sign_in::{acs, arrival, enrol, local, session, start, step_up, test};
use crate::{home, metadata, products};

/// The whole service: all headers and error pages applied, unknown addresses
/// included.
pub fn router(org: Org) -> Router {
    let options =
        ShellOptions { trusted_proxies: org.settings().trusted_proxies.clone(), ..ShellOptions::default() };
    let shell = Shell::new(org.site().clone(), options);
    let mut router = Router::new();
    for (path, handlers) in pages() {
        router = router.route(path, handlers);
    }
    shell.wrap(router.merge(products::routes(&org)).with_state(org))
}

/// The pages of this service; those of its OpenID provider are in [`products`].
fn pages() -> Vec<Page> {
    [signing_in_and_security(), user_security(), directory(), organization()].into_iter().flatten().collect()
}

/// A path, and what answers there.
type Page = (&'static str, MethodRouter<Org>);

fn signing_in_and_security() -> Vec<Page> {
    let posted = DefaultBodyLimit::max(POSTED_BYTES);
    vec![
        // Who is signed in, and to what.
        ("/", get(home::page)),
        ("/logout", post(session::sign_out)),
        // Hop 1.
        ("/login", get(start::page).post(start::post)),
        ("/login/again/{what}", without_head(get(start::again), "GET")),
        // Hops 6 to 8.
        ("/login/callback", post(acs::post).layer(posted)),
        ("/login/arrival/{handle}", without_head(get(arrival::get).post(arrival::post), "GET, POST")),
        // The local door.
        ("/login/passkey", get(local::page)),
        ("/login/passkey/begin", post(local::begin)),
        ("/login/passkey/finish", post(local::finish)),
        ("/invitation/done", get(enrol::done)),
        ("/invitation/{token}", get(enrol::page)),
        ("/invitation/{token}/passkey/begin", post(enrol::begin)),
        ("/invitation/{token}/passkey/finish", post(enrol::finish)),
        ("/step-up", get(step_up::page)),
        ("/step-up/begin", post(step_up::begin)),
        ("/step-up/finish", post(step_up::finish)),
        // What an identity provider reads.
        ("/saml/{unique_id}", get(metadata::show)),
        // Administration: the organisations, and one's console.
        ("/admin", get(organizations::page)),
        ("/admin/{organization}", get(overview::page)),
        ("/admin/{organization}/search", get(search::page)),
        // Security.
        ("/admin/{organization}/domains", get(domains::page).post(domains::post)),
        ("/admin/{organization}/domains/{name}", get(domain::page)),
        ("/admin/{organization}/domains/{name}/verify", post(domain::post_verify)),
        ("/admin/{organization}/domains/{name}/claim", post(domain::post_claim)),
        ("/admin/{organization}/domains/{name}/remove", post(domain::post_remove)),
        (
            "/admin/{organization}/identity-providers",
            get(identity_providers::page).post(identity_providers::post),
        ),
        ("/admin/{organization}/identity-providers/{directory}", get(identity_provider::page)),
        (
            "/admin/{organization}/identity-providers/{directory}/settings",
            post(identity_provider::post_settings),
        ),
        (
            "/admin/{organization}/identity-providers/{directory}/disconnect",
            post(identity_provider::post_disconnect),
        ),
        // Set up SAML single sign-on.
        ("/admin/{organization}/identity-providers/{directory}/saml", get(saml::before::page)),
        (
            "/admin/{organization}/identity-providers/{directory}/saml/begin",
            post(identity_provider::post_begin),
        ),
        (
            "/admin/{organization}/identity-providers/{directory}/saml/details",
            get(saml::details::page).post(saml::details::post),
        ),
        ("/admin/{organization}/identity-providers/{directory}/saml/urls", get(saml::urls::page)),
        (
            "/admin/{organization}/identity-providers/{directory}/saml/domain",
            get(saml::link::page).post(saml::link::post),
        ),
        (
            "/admin/{organization}/identity-providers/{directory}/saml/delete",
            post(identity_provider::post_delete),
        ),
        ("/admin/{organization}/events", get(events::page)),
        ("/admin/{organization}/traces/{trace}", get(trace::page)),
    ]
}

/// The console's part called User security.
fn user_security() -> Vec<Page> {
    vec![
        // Enforce single sign-on.
        ("/admin/{organization}/policies", get(policies::list::page).post(policies::list::post)),
        ("/admin/{organization}/policies/{policy}", get(policies::settings::page)),
        ("/admin/{organization}/policies/{policy}/settings", post(policies::settings::post)),
        (
            "/admin/{organization}/policies/{policy}/enforce",
            get(policies::enforce::page).post(policies::enforce::post),
        ),
        ("/admin/{organization}/policies/{policy}/probation", get(policies::probation::page)),
        ("/admin/{organization}/policies/{policy}/probation/keep", post(policies::probation::post_keep)),
        ("/admin/{organization}/policies/{policy}/probation/back", post(policies::probation::post_back)),
        ("/admin/{organization}/policies/{policy}/probation/extend", post(policies::probation::post_extend)),
        (
            "/admin/{organization}/policies/{policy}/members",
            get(policies::members::page).post(policies::members::post_add),
        ),
        ("/admin/{organization}/policies/{policy}/members/move", post(policies::members::post_move)),
        (
            "/admin/{organization}/policies/{policy}/members/import",
            get(policies::import::page).post(policies::import::post).layer(DefaultBodyLimit::max(FILE_BYTES)),
        ),
        (
            "/admin/{organization}/policies/{policy}/members/groups",
            get(policies::groups::page).post(policies::groups::post),
        ),
        ("/admin/{organization}/policies/{policy}/roll-out", get(policies::roll_out::page)),
        ("/admin/{organization}/policies/{policy}/default", post(policies::ending::post_default)),
        ("/admin/{organization}/policies/{policy}/delete", post(policies::ending::post_delete)),
        ("/admin/{organization}/policies/{policy}/test", get(test::page::begin).post(test::begin::post)),
        ("/admin/{organization}/tests/{test}", get(test::page::verdict)),
    ]
}

/// The console's part called Directory.
fn directory() -> Vec<Page> {
    vec![
        ("/admin/{organization}/accounts", get(accounts::page)),
        ("/admin/{organization}/accounts/new", get(accounts::new_page).post(accounts::post)),
        (
            "/admin/{organization}/accounts/import",
            get(imports::accounts_page).post(imports::accounts_post).layer(DefaultBodyLimit::max(ROWS_BYTES)),
        ),
        ("/admin/{organization}/accounts/{account}", get(account::page)),
        ("/admin/{organization}/accounts/{account}/invite", post(account::invite)),
        ("/admin/{organization}/accounts/{account}/deactivate", post(account::deactivate)),
        ("/admin/{organization}/accounts/{account}/reactivate", post(account::reactivate)),
        ("/admin/{organization}/accounts/{account}/sessions", post(account::end_sessions)),
        ("/admin/{organization}/accounts/{account}/unlink", post(account::unlink)),
        ("/admin/{organization}/accounts/{account}/address", post(account::change_address)),
        ("/admin/{organization}/accounts/{account}/remove", post(account::remove)),
        ("/admin/{organization}/groups", get(groups::page).post(groups::post)),
        ("/admin/{organization}/groups/{group}", get(groups::show)),
        ("/admin/{organization}/groups/{group}/name", post(groups::post_name)),
        ("/admin/{organization}/groups/{group}/members", post(groups::post_join)),
        ("/admin/{organization}/groups/{group}/members/remove", post(groups::post_leave)),
        (
            "/admin/{organization}/groups/{group}/import",
            get(imports::group_page).post(imports::group_post).layer(DefaultBodyLimit::max(ROWS_BYTES)),
        ),
        ("/admin/{organization}/groups/{group}/delete", get(group_delete::page).post(group_delete::post)),
        ("/admin/{organization}/conflicts", get(conflicts::page).post(conflicts::post)),
    ]
}

/// The console's part about the organisation itself.
fn organization() -> Vec<Page> {
    vec![
        ("/admin/{organization}/products", get(admin_products::page)),
        ("/admin/{organization}/products/new", get(admin_products::new_page).post(admin_products::post)),
        ("/admin/{organization}/products/{product}", get(product::page).post(product::post)),
        ("/admin/{organization}/products/{product}/access", post(product::post_access)),
        ("/admin/{organization}/products/{product}/secret", post(product::post_secret)),
        ("/admin/{organization}/products/{product}/switch", post(product::post_switch)),
        ("/admin/{organization}/products/{product}/delete", post(product::post_delete)),
        ("/admin/{organization}/settings", get(settings::page)),
        ("/admin/{organization}/administrators", get(administrators::page).post(administrators::post)),
        ("/admin/{organization}/administrators/{account}/remove", post(administrators::post_remove)),
    ]
}

/// Every address of the pages, for the tests that look at all of them.
pub fn addresses() -> Vec<&'static str> {
    pages().into_iter().map(|(path, _)| path).collect()
}

/// 10,000 rows with a few columns, with their signs escaped.
const ROWS_BYTES: usize = 4 * 1024 * 1024;

/// 1 MiB of message in Base64, with its signs escaped.
const POSTED_BYTES: usize = 1600 * 1024;

/// 10,000 rows of a file with a few columns, with their signs escaped.
const FILE_BYTES: usize = 4 * 1024 * 1024;
