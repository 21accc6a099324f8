//! Every address: its headers, its words, its place in the table.

use std::path::Path;

use http::{Method, StatusCode};
use saml::core::{EntityId, RequestId};
use saml::sp::{Received, inspect};
use store::testing::TestDatabase;
use testkit::authenticator::Authenticator;
use web::text::{MessageCheck, assert_messages};

use crate::kit::{Browser, World, maya};
use crate::local_door::enrol;

#[tokio::test]
async fn every_answer_of_every_address_is_protected() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut administrator = world.browser();
    enrol(&world, &mut administrator, &mut Authenticator::new(), world.frida).await;
    let id = world.acme.made.unique_id.to_string();
    let mut seen = 0;
    for address in org::addresses().into_iter().chain(["/nowhere", "/admin/nowhere"]) {
        let path = address
            .replace("{unique_id}", &id)
            .replace("{account}", &world.frida.to_string())
            .replace("{group}", &id)
            .replace("{product}", &id)
            .replace("{trace}", "x")
            .replace("{policy}", &world.acme.made.policy.to_string())
            .replace("{test}", &id)
            .replace("{handle}", "x")
            .replace("{token}", "x")
            .replace("{what}", "x")
            .replace("{organization}", "acme")
            .replace("{name}", "acme.example")
            .replace("{directory}", &world.acme.made.directory.to_string());
        for browser in [&mut world.browser(), &mut administrator] {
            for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
                check(browser, method, &path).await;
                seen += 1;
            }
        }
    }
    assert!(seen > 150, "{seen}");
}

async fn check(browser: &mut Browser, method: Method, path: &str) {
    let answer = browser.any(method.clone(), path).await;
    let what = format!("{method} {path} {}", answer.status);
    assert!(!answer.status.is_server_error(), "{what}: {answer:?}");
    let header = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let policy = header("content-security-policy").expect(&what);
    assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{what}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{what}");
    assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{what}");
    assert!(header("cross-origin-opener-policy").is_some(), "{what}");
    let caching = header("cache-control").expect(&what);
    assert!(caching == "no-store" || path.starts_with("/saml/"), "{what}: {caching}");
    assert!(
        !answer.body.contains("<style")
            && !answer.body.contains(" style=")
            && !answer.body.contains("onclick"),
        "{what}"
    );
    if answer.status.is_client_error() {
        assert!(answer.body.contains("Reference for support"), "{what}: {answer:?}");
    }
}

#[test]
fn the_table_of_addresses_is_this() {
    let table = org::addresses().join("\n");
    insta::assert_snapshot!(table);
}

#[test]
fn messages_used_and_defined_are_the_same() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let theirs = console::MESSAGES.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    let theirs: Vec<&str> = theirs.filter_map(|line| line.split_once(" =")).map(|(id, _)| id).collect();
    let mut built = vec!["event-", "conflict-"];
    built.extend(theirs);
    assert_messages(&MessageCheck {
        used_in: &[&here.join("src"), &here.join("templates")],
        defined_in: &[
            include_str!("../../messages/en.ftl"),
            include_str!("../../messages/admin.ftl"),
            include_str!("../../messages/identity_providers.ftl"),
            include_str!("../../messages/people.ftl"),
            include_str!("../../messages/policies.ftl"),
            include_str!("../../messages/products.ftl"),
            console::MESSAGES,
        ],
        built: &built,
    });
}

#[tokio::test]
async fn every_rule_of_the_verifier_has_its_words() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut browser = world.browser();
    let target = world.leave(&mut browser, "maya@acme.example", "/").await;
    let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
    let xml = saml::binding::post::decode_value(&form.saml_response).unwrap();
    let received = Received::parse(&xml).unwrap();
    let issuer = EntityId::parse("https://idp.example/saml").unwrap();
    let keys = xmldsig::Keys::new(world.idp().certificate.verifying_key().unwrap(), []);
    let trust = saml::sp::Trust::new(issuer, keys, saml::sp::SignedPart::Either);
    let request = RequestId::from_random([1; 20]);
    let expected = saml::sp::Expected {
        trust: &trust,
        audience: &world.acme.us.entity_id,
        recipient: &world.acme.us.acs_url,
        asked: saml::sp::Asked::Request(&request),
        encryption: &saml::sp::Encryption::Refused,
        now: world.now(),
        skew: saml::core::Skew::default(),
    };
    let verdicts = inspect(&received, &expected);
    assert!(verdicts.len() >= 24, "{}", verdicts.len());
    let texts = org::texts().unwrap();
    for verdict in verdicts {
        let id = format!("error-{}", verdict.rule.code());
        assert!(texts.has(&id) && texts.has(&format!("{id}.title")), "{id}");
    }
}

#[tokio::test]
async fn another_host_is_not_ours() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut browser = world.browser();
    for host in ["evil.example", "idp.localhost:8080"] {
        let request = http::Request::get("/login").header("host", host);
        let answer = browser.send(request, axum::body::Body::empty(), true).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
}

#[tokio::test]
async fn forms_of_other_sites_change_nothing() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut browser = world.browser();
    world.sign_in(&mut browser, &maya()).await;
    let csrf = browser.get("/").await.csrf();
    for path in ["/login", "/logout", "/login/arrival/x"] {
        let fields = [("csrf", csrf.as_str()), ("address", "a@b.example"), ("return_to", "/")];
        let foreign = browser.post_from_idp(path, &fields).await;
        assert_eq!(
            (foreign.status, foreign.code().as_str()),
            (StatusCode::FORBIDDEN, "foreign-page"),
            "{path}"
        );
        let without = browser.post(path, &fields[1..]).await;
        assert_eq!(without.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(browser.who().await.is_some());
}
