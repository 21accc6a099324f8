//! Products as administrators set them, and whom they open for.

use http::StatusCode;
use jiff::SignedDuration;
use store::testing::{TestDatabase, databases};

use super::groups::group;
use super::{At, by_address, hidden};
use crate::admin::frida;
use crate::kit::{Answer, World, maya};
use crate::products::party::{Party, answered, signed_in, value};

/// Adds a product by its page, and gives its path.
pub(super) async fn add(at: &mut At<'_>, name: &str) -> String {
    let page = added(at, name).await;
    format!("/admin/acme/products/{}", client_id(&page))
}

pub(super) async fn added(at: &mut At<'_>, name: &str) -> Answer {
    let word = name.to_lowercase();
    let (url, uri) =
        (format!("http://{word}.localhost:8095/"), format!("http://{word}.localhost:8095/callback"));
    let fields = [("name", name), ("url", url.as_str()), ("redirect_uris", uri.as_str())];
    let page = at.post("/admin/acme/products/new", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    page
}

fn client_id(page: &Answer) -> String {
    copied(page, "client-id")
}

fn copied(page: &Answer, id: &str) -> String {
    let (_, rest) =
        page.body.split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}: {page:?}"));
    rest.split_once("value=\"").unwrap().1.split_once('"').unwrap().0.to_owned()
}

fn party(world: &World, page: &Answer) -> Party {
    Party {
        client_id: client_id(page),
        secret: page.body.contains("id=\"client-secret\"").then(|| copied(page, "client-secret")),
        issuer: world.org.issuer(&world.acme.organization.key),
        redirect_uri: "http://jira.localhost:8095/callback".to_owned(),
    }
}

#[tokio::test]
async fn a_product_is_added_shown_its_secret_once_and_works() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let mut at = At::new(&mut browser).await;
        let list = at.get("/admin/acme/products").await;
        for name in ["Jira", "Confluence", "Bitbucket", "Statuspage"] {
            assert!(list.body.contains(&format!("/admin/acme/products/new?name={name}\"")), "{list:?}");
        }
        let page = added(&mut at, "Jira").await;
        let jira = party(&world, &page);
        let secret = jira.secret.clone().expect("shown");
        let path = format!("/admin/acme/products/{}", jira.client_id);
        let later = at.get(&path).await;
        assert!(!later.body.contains(&secret) && later.body.contains("shown once"), "{later:?}");
        let mut mayas = signed_in(&world).await;
        let code = jira.code(&mut mayas).await;
        assert_eq!(jira.redeem(&world, &code).await.status, StatusCode::OK);
        // A new secret ends the old one.
        let version = hidden(&later, "version").to_owned();
        let renewed = at.post(&format!("{path}/secret"), &[("version", &version)]).await;
        let code = jira.code(&mut mayas).await;
        assert_eq!(jira.redeem(&world, &code).await.status, StatusCode::UNAUTHORIZED, "the old one");
        let code = jira.code(&mut mayas).await;
        assert_eq!(party(&world, &renewed).redeem(&world, &code).await.status, StatusCode::OK);
        let event = world.last("product.secret_renewed").await;
        assert!(!event.data.to_string().contains(&copied(&renewed, "client-secret")));
        assert!(at.get("/admin/acme/products").await.body.contains(&path));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_product_is_said_beside_it() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let mut at = At::new(&mut browser).await;
    let good = "https://jira.example/";
    for (name, url, uris, text) in [
        ("", good, good, "Enter a name"),
        ("Jira", "jira.example", good, "Enter a whole address"),
        ("Jira", "http://jira.example/", good, "It must begin with https://"),
        ("Jira", "https://u@jira.example/", good, "Leave out the user name"),
        ("Jira", good, "", "Enter at least one redirect URI"),
        (
            "Jira",
            good,
            "https://jira.example/cb\nhttps://JIRA.example/cb",
            "“https://JIRA.example/cb” is not",
        ),
        ("Jira", good, "http://jira.example/cb", "“http://jira.example/cb” must begin with https://"),
        ("Jira", good, "https://jira.example/cb#x", "has a user name or a part after #"),
        ("Jira", good, "javascript:alert(1)", "must begin with https://"),
    ] {
        let fields = [("name", name), ("url", url), ("redirect_uris", uris)];
        let refused = at.post("/admin/acme/products/new", &fields).await;
        assert!(refused.body.contains(text), "{name} {url} {uris}: {refused:?}");
        assert!(refused.body.contains(&format!("value=\"{url}\"")), "kept: {refused:?}");
        assert!(refused.body.contains(uris), "kept: {refused:?}");
    }
    assert_eq!(world.count("product.registered").await, 0);
    let public = [
        ("name", "App"),
        ("url", "https://jira.example"),
        ("redirect_uris", "https://jira.example/cb"),
        ("public", "on"),
    ];
    let page = at.post("/admin/acme/products/new", &public).await;
    assert!(page.body.contains("proves itself by PKCE") && !page.body.contains("client-secret"), "{page:?}");
    assert!(page.body.contains("value=\"https://jira.example/\""), "in its normal spelling: {page:?}");
}

#[tokio::test]
async fn redirect_uris_are_exactly_those_of_the_page() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let mut at = At::new(&mut browser).await;
        let page = added(&mut at, "Jira").await;
        let jira = party(&world, &page);
        let path = format!("/admin/acme/products/{}", jira.client_id);
        let version = hidden(&page, "version").to_owned();
        let uris = "http://jira.localhost:8095/other\r\n  http://jira.localhost:8095/third?x=1 \r\n";
        let edit = |uris: &'static str, name: &'static str| {
            [("name", name), ("url", "http://jira.localhost:8095/"), ("redirect_uris", uris)]
        };
        let mut fields = vec![("version", version.as_str())];
        fields.extend(edit(uris, "Jira 2"));
        let saved = at.post(&path, &fields).await;
        assert!(saved.body.contains("Saved.") && saved.body.contains("Jira 2"), "{saved:?}");
        let mut mayas = signed_in(&world).await;
        let old = mayas.get(&jira.request(&[])).await;
        assert_eq!(old.code(), "product-redirect", "not registered any more");
        for uri in ["http://jira.localhost:8095/other", "http://jira.localhost:8095/third?x=1"] {
            let answer = mayas.get(&jira.request(&[("redirect_uri", uri)])).await;
            assert!(answer.location().unwrap().starts_with(uri), "{answer:?}");
        }
        // Somebody else's page of before: told, and what was typed stays.
        let mut fields = vec![("version", version.as_str())];
        fields.extend(edit("http://jira.localhost:8095/mine", "Mine"));
        let stale = at.post(&path, &fields).await;
        assert!(stale.body.contains("Somebody else changed this meanwhile"), "{stale:?}");
        assert!(stale.body.contains("http://jira.localhost:8095/mine"), "kept: {stale:?}");
        let page = at.get(&path).await;
        assert!(page.body.contains("Jira 2") && !page.body.contains("/mine"), "{page:?}");
    }
}

#[tokio::test]
async fn a_product_opens_for_members_of_its_groups_alone() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let mut at = At::new(&mut browser).await;
        let jira = party(&world, &added(&mut at, "Jira").await);
        let path = format!("/admin/acme/products/{}", jira.client_id);
        let pilots = group(&mut at, "Pilots").await;
        let id = pilots.rsplit('/').next().unwrap().to_owned();
        let mut mayas = signed_in(&world).await;
        let code = jira.code(&mut mayas).await;
        let tokens = jira.redeem(&world, &code).await.json();
        let token = tokens["access_token"].as_str().unwrap().to_owned();
        assert_eq!(jira.person(&world, &token).await.status, StatusCode::OK);
        assert!(mayas.get("/").await.body.contains("jira.localhost"));
        let unused = jira.code(&mut mayas).await;

        let version = hidden(&at.get(&path).await, "version").to_owned();
        let access = [("version", version.as_str()), ("access", "groups"), ("group", &id)];
        let saved = at.post(&format!("{path}/access"), &access).await;
        assert!(saved.body.contains("Access is saved"), "{saved:?}");
        assert_eq!(mayas.get(&jira.request(&[])).await.code(), "product-access");
        assert_eq!(jira.redeem(&world, &unused).await.json()["error"], "invalid_grant", "a code of before");
        assert_eq!(jira.person(&world, &token).await.status, StatusCode::UNAUTHORIZED, "a token of before");
        assert!(!mayas.get("/").await.body.contains("jira.localhost"), "no tile");
        let maya = by_address(&world, "maya@acme.example").await.id;
        let page = at.get(&format!("/admin/acme/accounts/{maya}")).await;
        assert!(page.body.contains("no product is open to it"), "{page:?}");

        at.post(&format!("{pilots}/members"), &[("addresses", "maya@acme.example")]).await;
        jira.code(&mut mayas).await;
        assert!(mayas.get("/").await.body.contains("jira.localhost"));
        let stale = at.post(&format!("{path}/access"), &access).await;
        assert!(stale.body.contains("Somebody else changed this meanwhile"), "{stale:?}");
    }
}

#[tokio::test]
async fn a_disabled_product_learns_nothing_and_a_deleted_one_is_gone() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let mut at = At::new(&mut browser).await;
        let jira = party(&world, &added(&mut at, "Jira").await);
        let path = format!("/admin/acme/products/{}", jira.client_id);
        let mut mayas = signed_in(&world).await;
        let code = jira.code(&mut mayas).await;
        let tokens = jira.redeem(&world, &code).await.json();
        let token = tokens["access_token"].as_str().unwrap().to_owned();
        let version = hidden(&at.get(&path).await, "version").to_owned();
        let off = at.post(&format!("{path}/switch"), &[("version", &version), ("off", "true")]).await;
        assert!(off.body.contains("The product is disabled"), "{off:?}");
        assert_eq!(mayas.get(&jira.request(&[])).await.code(), "product-switched-off");
        assert_eq!(jira.person(&world, &token).await.status, StatusCode::UNAUTHORIZED);
        assert!(!mayas.get("/").await.body.contains("jira.localhost"));
        let version = hidden(&off, "version").to_owned();
        let on = at.post(&format!("{path}/switch"), &[("version", &version)]).await;
        assert!(on.body.contains("The product is enabled"), "{on:?}");
        let answer = mayas.get(&jira.request(&[])).await;
        assert!(value(&answered(&answer, &jira.redirect_uri), "code").is_some());

        world.clock.advance(SignedDuration::from_mins(6));
        let version = hidden(&on, "version").to_owned();
        for act in ["delete", "secret"] {
            let asked = at.post(&format!("{path}/{act}"), &[("version", &version)]).await;
            assert!(asked.body.contains("Confirm with your passkey"), "{act}: {asked:?}");
        }
        let (mut fresh, _) = frida(&world).await;
        let mut at = At::new(&mut fresh).await;
        let stale = at.post(&format!("{path}/delete"), &[("version", "1")]).await;
        assert!(stale.body.contains("Somebody else changed this meanwhile"), "{stale:?}");
        let done = at.post(&format!("{path}/delete"), &[("version", &version)]).await;
        assert_eq!(done.location().as_deref(), Some("/admin/acme/products"), "{done:?}");
        assert_eq!(mayas.get(&jira.request(&[])).await.code(), "product-unknown");
        assert_eq!(at.get(&path).await.status, StatusCode::NOT_FOUND);
        world.sign_in(&mut world.browser(), &maya()).await;
    }
}
