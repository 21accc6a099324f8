//! What goes wrong before a code is given: pages as long as the way back is not
//! verified, answers to the product from then on.

use http::StatusCode;
use jiff::SignedDuration;
use org::model::Role;
use org::products::acts::Client;
use store::testing::{TestDatabase, databases};

use super::party::{CALLBACK, Party, answered, signed_in, value};
use crate::kit::{Browser, Tenant, World, account, maya};

#[tokio::test]
async fn only_the_very_redirect_uri_gets_an_answer() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let mut signed_in = signed_in(&world).await;
    for uri in [
        "",
        "http://jira.localhost:8095/",
        "http://jira.localhost:8095/callback/",
        "http://jira.localhost:8095/callback/more",
        "http://jira.localhost:8095/callbac",
        "http://jira.localhost:8095/callback?x=1",
        "http://jira.localhost:8095/callback?",
        "http://jira.localhost:8095/callback#x",
        "http://jira.localhost:8095/x/../callback",
        "http://jira.localhost:8095//callback",
        "http://jira.localhost:8095/CALLBACK",
        "http://JIRA.localhost:8095/callback",
        "http://jira.localhost:8095/callback ",
        "http://jira.localhost:8095/callb%61ck",
        "https://jira.localhost:8095/callback",
        "http://jira.localhost/callback",
        "http://jira.localhost:8096/callback",
        "http://user@jira.localhost:8095/callback",
        "http://jira.localhost:8095@evil.example/callback",
        "http://jira.localhost.evil.example:8095/callback",
        "http://evil.example/callback",
        "//jira.localhost:8095/callback",
        "/callback",
        "javascript:alert(1)",
        "%",
        "_",
    ] {
        for browser in [&mut world.browser(), &mut signed_in] {
            let page = browser.get(&jira.request(&[("redirect_uri", uri)])).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{uri}: {page:?}");
            assert_eq!((page.location(), page.code().as_str()), (None, "product-redirect"), "{uri}");
        }
    }
    assert_eq!(world.count("product.code_issued").await, 0);
    world.clock.advance(SignedDuration::from_mins(1));
    signed_in.get(&jira.request(&[("redirect_uri", "_")])).await;
    let event = world.last("product.refused").await;
    assert_eq!((&event.data["code"], &event.data["received"]), (&"product-redirect".into(), &"_".into()));
}

#[tokio::test]
async fn a_product_is_known_to_its_own_organisation_only() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), world.idp()).await;
    let jira = Party::register(&world).await;
    let theirs = Party::register_at(&world, &globex.organization, ("Wiki", Client::Confidential)).await;
    let mut browser = signed_in(&world).await;
    let at_ours = Party { issuer: jira.issuer.clone(), ..theirs.clone() };
    let unknown = Party { client_id: "0190a3b4-0000-7000-8000-00000000beef".to_owned(), ..jira.clone() };
    let other_spelling = Party { client_id: jira.client_id.to_uppercase(), ..jira.clone() };
    let nobody = Party { client_id: String::new(), ..jira.clone() };
    for party in [&at_ours, &unknown, &other_spelling, &nobody] {
        let page = browser.get(&party.request(&[])).await;
        assert_eq!((page.status, page.location()), (StatusCode::NOT_FOUND, None), "{page:?}");
        assert_eq!(page.code(), "product-unknown");
    }
    let page = browser.get(&theirs.request(&[])).await;
    assert_eq!((page.status, page.location()), (StatusCode::FORBIDDEN, None), "Maya is no member of theirs");
    assert_eq!(page.code(), "product-access");
    let code = jira.code(&mut browser).await;
    let elsewhere = Party { issuer: theirs.issuer.clone(), ..jira.clone() };
    let refused = elsewhere.redeem(&world, &code).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "a code at another organisation's issuer");
    let shown = Party { redirect_uri: jira.redirect_uri.clone(), ..theirs.clone() };
    let refused = shown.redeem(&world, &code).await;
    assert_eq!(refused.json()["error"], "invalid_grant", "and from another's product");
    let tokens = jira.redeem(&world, &code).await;
    assert_eq!(tokens.status, StatusCode::OK, "and its own still gets what it is good for");
    let token = tokens.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(elsewhere.person(&world, &token).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(jira.person(&world, &token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn no_access_is_a_page_and_never_a_redirect() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), world.idp()).await;
    let theirs = Party::register_at(&world, &globex.organization, ("Wiki", Client::Confidential)).await;
    let mut browser = signed_in(&world).await;
    for prompt in ["", "none", "login"] {
        let page = browser.get(&theirs.request(&[("prompt", prompt)])).await;
        if prompt == "login" {
            assert!(page.location().unwrap().starts_with("/login?"), "it is a question first");
            continue;
        }
        assert_eq!((page.status, page.location()), (StatusCode::FORBIDDEN, None), "{prompt}: {page:?}");
    }
    assert_eq!(world.count("product.refused").await, 0, "who is no member there is only counted");
}

#[tokio::test]
async fn whoever_is_signed_in_writes_no_event_for_each_junk_request() {
    for database in databases().await {
        let world = World::new(&database).await;
        let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), world.idp()).await;
        let jira = Party::register(&world).await;
        let theirs = Party::register_at(&world, &globex.organization, ("Wiki", Client::Confidential)).await;
        let mut browser = signed_in(&world).await;
        for number in 0..40 {
            for party in [&jira, &theirs] {
                let unknown = Party { client_id: format!("junk{number}"), ..party.clone() };
                assert_eq!(browser.get(&unknown.request(&[])).await.code(), "product-unknown");
                let uri = format!("http://{number}.example/");
                let page = browser.get(&party.request(&[("redirect_uri", &uri)])).await;
                assert_eq!(page.code(), "product-redirect");
            }
        }
        let mut written = world.events().await;
        written.retain(|event| event.kind == "product.refused");
        assert!((1..=21).contains(&written.len()), "{}: {}", database.engine(), written.len());
        let acme = serde_json::json!(world.acme.organization.id.to_string());
        assert!(
            written.iter().all(|event| event.data["organization"] == acme),
            "only where Maya is a member"
        );
    }
}

#[tokio::test]
async fn faults_are_told_to_the_verified_redirect_uri() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let long = "x".repeat(3000);
    let cases = [
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("response_mode", "fragment"), "invalid_request"),
        (("scope", "profile"), "invalid_scope"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("request", "e30.e30."), "request_not_supported"),
        (("request_uri", "https://evil.example/r"), "request_uri_not_supported"),
        (("prompt", "none login"), "invalid_request"),
        (("max_age", "soon"), "invalid_request"),
        (("claims", long.as_str()), ""),
    ];
    let mut browser = signed_in(&world).await;
    for (change, word) in cases {
        let answer = browser.get(&jira.request(&[change])).await;
        let answered = answered(&answer, CALLBACK);
        let error = value(&answered, "error").unwrap_or_default();
        assert_eq!(error, word, "{change:?}: {answered:?}");
        assert_eq!(value(&answered, "code").is_some(), word.is_empty());
        assert_eq!(value(&answered, "state"), Some("s &#"), "{change:?}");
        assert_eq!(value(&answered, "iss"), Some(jira.issuer.as_str()), "{change:?}");
    }
    let answer = world.browser().get(&jira.request(&[("state", &long)])).await;
    let too_long = answered_at(&answer);
    assert_eq!(too_long, "invalid_request", "nobody is signed in, and there is no way back that long");
}

fn answered_at(answer: &crate::kit::Answer) -> String {
    value(&answered(answer, CALLBACK), "error").unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_parameter_that_stands_twice_is_a_page() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let mut browser: Browser = signed_in(&world).await;
    for twice in ["redirect_uri=http%3A%2F%2Fevil.example%2F", "client_id=x", "state=x", "nonce=x"] {
        let page = browser.get(&format!("{}&{twice}", jira.request(&[]))).await;
        assert_eq!((page.status, page.location()), (StatusCode::BAD_REQUEST, None), "{twice}: {page:?}");
    }
}

#[tokio::test]
async fn a_deactivated_account_is_nobody() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let id = account(&world.org, &world.acme.organization, ("maya@acme.example", Role::Member)).await;
    let mut browser = world.browser();
    world.sign_in(&mut browser, &maya()).await;
    let before = jira.code(&mut browser).await;
    let given = jira.code(&mut browser).await;
    let given = jira.redeem(&world, &given).await.json();
    let token = given["access_token"].as_str().unwrap();
    assert_eq!(jira.person(&world, token).await.status, StatusCode::OK);
    let (of, now) = ((world.acme.organization.id, id), world.now());
    world.act(async |tx, word| org::acts::accounts::deactivate(tx, word, of, now).await).await;

    assert_eq!(jira.person(&world, token).await.status, StatusCode::UNAUTHORIZED, "at the next request");
    let refused = jira.redeem(&world, &before).await;
    assert_eq!(refused.json()["error"], "invalid_grant");
    assert_eq!(world.last("product.refused").await.data["code"], "account-over");
    let away = browser.get(&jira.request(&[])).await;
    assert!(away.location().unwrap().starts_with("/login?"), "{away:?}");
}
