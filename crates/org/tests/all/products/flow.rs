//! What goes well.

use http::StatusCode;
use http::header::{AUTHORIZATION, CONTENT_SECURITY_POLICY};
use jiff::SignedDuration;
use org::model::Role;
use org::products::acts::Client;
use serde_json::json;
use store::testing::{TestDatabase, databases};
use testkit::authenticator::{Authenticator, Forgery};

use super::party::{CALLBACK, Party, answered, basic, post, signed_in, value};
use crate::kit::{Idp, World, account, maya};
use crate::local_door::{by_passkey, enrol};

#[tokio::test]
async fn a_person_opens_a_product_signs_in_and_is_known_there() {
    for database in databases().await {
        let world = World::new(&database).await;
        let jira = Party::register(&world).await;
        let mut browser = world.browser();
        let asked = jira.request(&[]);
        let away = browser.get(&asked).await;
        assert_eq!(away.status, StatusCode::SEE_OTHER);
        let login = away.location().unwrap();
        assert!(login.starts_with("/login?return_to=%2Foidc%2Facme%2Fauthorize"), "{login}");
        let page = browser.get(&login).await;
        let policy = page.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.contains("form-action 'self' https://idp.example http://jira.localhost:8095"),
            "{policy}"
        );

        let return_to = url::Url::parse(&format!("http://x{login}")).unwrap();
        let return_to = return_to.query_pairs().next().unwrap().1.into_owned();
        let target = world.leave(&mut browser, "maya@acme.example", &return_to).await;
        let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
        let home = browser.bring_home(&world.acme.us, &form).await.location().unwrap();
        assert_eq!(home, return_to);
        let answer = browser.get(&home).await;
        let answered = answered(&answer, CALLBACK);
        assert_eq!(value(&answered, "state"), Some("s &#"));
        assert_eq!(value(&answered, "iss"), Some(jira.issuer.as_str()));
        let code = value(&answered, "code").unwrap();

        let tokens = jira.redeem(&world, code).await;
        assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");
        let tokens = tokens.json();
        assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(300)));
        let claims = jira.claims(&world, tokens["id_token"].as_str().unwrap()).await;
        let now = world.now().as_second();
        let expected = [
            ("iss", json!(jira.issuer)),
            ("aud", json!(jira.client_id)),
            ("nonce", json!("n-1")),
            ("iat", json!(now)),
            ("exp", json!(now + 300)),
            ("auth_time", json!(now)),
            ("email", json!("maya@acme.example")),
            ("email_verified", json!(true)),
            ("name", json!("Maya Lee")),
            ("given_name", json!("Maya")),
            ("family_name", json!("Lee")),
        ];
        for (claim, value) in expected {
            assert_eq!(claims[claim], value, "{claim}");
        }
        let person = jira.person(&world, tokens["access_token"].as_str().unwrap()).await.json();
        assert_eq!(person["sub"], claims["sub"]);
        assert_eq!(person["name"], "Maya Lee");
        let issued = world.last("product.code_issued").await;
        assert_eq!(issued.subject.as_deref(), claims["sub"].as_str());
        assert_eq!(world.last("product.code_redeemed").await.data["product"], jira.client_id);
    }
}

#[tokio::test]
async fn the_subject_is_the_same_for_ever_and_the_scope_says_what_is_told() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let mut subjects = Vec::new();
    for (scope, claims) in [("openid", 1), ("openid email", 3), ("openid profile offline_access", 4)] {
        let mut browser = signed_in(&world).await;
        let answer = browser.get(&jira.request(&[("scope", scope)])).await;
        let answered = answered(&answer, CALLBACK);
        let tokens = jira.redeem(&world, value(&answered, "code").unwrap()).await.json();
        let person = jira.person(&world, tokens["access_token"].as_str().unwrap()).await.json();
        assert_eq!(person.as_object().unwrap().len(), claims, "{scope}: {person}");
        subjects.push(person["sub"].clone());
    }
    assert!(subjects.iter().all(|subject| *subject == subjects[0]));
}

#[tokio::test]
async fn a_session_by_the_local_door_counts_as_well() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let mut device = Authenticator::new();
    enrol(&world, &mut world.browser(), &mut device, world.frida).await;
    let mut browser = world.browser();
    by_passkey(&mut browser, "/login/passkey", &mut device, &Forgery::none()).await;
    let code = jira.code(&mut browser).await;
    let tokens = jira.redeem(&world, &code).await.json();
    let claims = jira.claims(&world, tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(claims["sub"], world.frida.to_string());
    assert_eq!(claims["email_verified"], false, "nobody has proven that domain");
}

#[tokio::test]
async fn the_description_is_what_the_endpoints_do() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let described = world.browser().get(&jira.at(".well-known/openid-configuration")).await.json();
    assert_eq!(described["issuer"], jira.issuer);
    for (name, path) in [
        ("authorization_endpoint", "authorize"),
        ("token_endpoint", "token"),
        ("userinfo_endpoint", "userinfo"),
        ("jwks_uri", "jwks"),
    ] {
        assert_eq!(described[name], format!("{}/{path}", jira.issuer));
    }
    assert_eq!(described["response_types_supported"], json!(["code"]));
    assert_eq!(described["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(described["authorization_response_iss_parameter_supported"], true);
    for path in ["/oidc/nobody/.well-known/openid-configuration", "/oidc/Acme/jwks", "/oidc/x/authorize"] {
        assert_eq!(world.browser().get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn all_nodes_sign_with_one_key_that_is_sealed() {
    for database in databases().await {
        let world = World::new(&database).await;
        let jira = Party::register(&world).await;
        // Each router remembers keys of its own, as a node does.
        let nodes = [0; 3].map(|_| org::router(world.org.clone()));
        let asked = nodes.map(|node| {
            let (mut browser, path) = (world.browser().at(&node), jira.at("jwks"));
            tokio::spawn(async move { browser.get(&path).await.json() })
        });
        let mut seen = Vec::new();
        for keys in asked {
            seen.push(keys.await.unwrap());
        }
        assert!(seen.iter().all(|keys| *keys == seen[0]), "{}: {seen:?}", database.engine());
        assert_eq!(seen[0]["keys"].as_array().unwrap().len(), 1);
        assert_eq!(world.count("product.key_made").await, 1, "{}", database.engine());
    }
}

#[tokio::test]
async fn no_prompt_answers_with_a_session_or_with_login_required() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let silent = jira.request(&[("prompt", "none")]);
    let answer = world.browser().get(&silent).await;
    let nobody = answered(&answer, CALLBACK);
    assert_eq!(value(&nobody, "error"), Some("login_required"));
    assert_eq!((value(&nobody, "state"), value(&nobody, "iss")), (Some("s &#"), Some(jira.issuer.as_str())));
    let mut browser = signed_in(&world).await;
    assert!(value(&answered(&browser.get(&silent).await, CALLBACK), "code").is_some());
    world.clock.advance(SignedDuration::from_mins(5));
    let strict = jira.request(&[("prompt", "none"), ("max_age", "299")]);
    let old = answered(&browser.get(&strict).await, CALLBACK);
    assert_eq!(value(&old, "error"), Some("login_required"));
}

#[tokio::test]
async fn a_new_proof_is_asked_for_once_and_not_in_a_loop() {
    for asks in [("prompt", "login"), ("max_age", "299")] {
        let database = TestDatabase::sqlite();
        let world = World::new(&database).await;
        let jira = Party::register(&world).await;
        let mut browser = signed_in(&world).await;
        let before = world.now();
        world.clock.advance(SignedDuration::from_mins(6));
        let asked = jira.request(&[asks]);
        let login = browser.get(&asked).await.location().unwrap();
        let page = browser.get(&login).await;
        assert_eq!(page.status, StatusCode::OK, "although there is a session: {page:?}");
        let login = url::Url::parse(&format!("http://x{login}")).unwrap();
        let here = login.query_pairs().next().unwrap().1.into_owned();

        let back = browser.get(&here).await.location().unwrap();
        assert!(back.starts_with("/login?"), "who turns back is asked again: {back}");
        let target = world.leave(&mut browser, "maya@acme.example", &here).await;
        assert!(Idp::read(&target).0.force_authn, "the identity provider is to ask the person");
        let lazy = world.idp().answer(&world.acme.us, &target, &maya(), before);
        let stale = browser.clone().bring_home(&world.acme.us, &lazy).await;
        assert!(stale.location().is_none_or(|to| to != here), "an old answer is none: {stale:?}");
        let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
        let home = browser.bring_home(&world.acme.us, &form).await.location().unwrap();
        assert_eq!(home, here);
        let answered = answered(&browser.get(&home).await, CALLBACK);
        let tokens = jira.redeem(&world, value(&answered, "code").unwrap()).await.json();
        let claims = jira.claims(&world, tokens["id_token"].as_str().unwrap()).await;
        assert_eq!(claims["auth_time"], world.now().as_second());
        world.clock.advance(SignedDuration::from_mins(70));
        browser.forget("__Host-org-session");
        world.sign_in(&mut browser, &maya()).await;
        world.clock.advance(SignedDuration::from_mins(6));
        let reopened = browser.get(&here).await.location().unwrap();
        assert!(reopened.starts_with("/login?"), "an old page is a new question: {reopened}");
        let forged = jira.request(&[asks, ("again", "AAAA")]);
        world.clock.advance(SignedDuration::from_mins(6));
        let login = browser.get(&forged).await.location().unwrap();
        assert!(login.starts_with("/login?"), "a seal is not written by hand: {login}");
    }
}

#[tokio::test]
async fn a_request_by_post_goes_on_by_get_where_the_session_is() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let mut browser = signed_in(&world).await;
    let asked = jira.request(&[]);
    let query: Vec<(String, String)> =
        url::Url::parse(&format!("http://x{asked}")).unwrap().query_pairs().into_owned().collect();
    let fields: Vec<(&str, &str)> = query.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let posted = browser.post_from_idp(&jira.at("authorize"), &fields).await;
    assert_eq!(posted.status, StatusCode::SEE_OTHER);
    let own = posted.location().unwrap();
    assert!(own.starts_with("/oidc/acme/authorize?"), "{own}");
    assert!(value(&answered(&browser.get(&own).await, CALLBACK), "code").is_some());
    let long = "x".repeat(20_000);
    let posted = browser.post_from_idp(&jira.at("authorize"), &[("state", &long)]).await;
    assert_eq!((posted.status, posted.location()), (StatusCode::PAYLOAD_TOO_LARGE, None));
}

#[tokio::test]
async fn clients_prove_themselves_as_they_are_registered() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let app = Party::register_at(&world, &world.acme.organization, ("App", Client::Public)).await;
    assert!(app.secret.is_none());
    let mut browser = signed_in(&world).await;
    let code = app.code(&mut browser).await;
    assert_eq!(app.redeem(&world, &code).await.status, StatusCode::OK, "a public client, by PKCE alone");

    let code = jira.code(&mut browser).await;
    let secret = jira.secret.clone().unwrap();
    let by_form = Party { secret: None, ..jira.clone() };
    let tokens = by_form.redeem_with(&world, &[("code", &code), ("client_secret", &secret)]).await;
    assert_eq!(tokens.status, StatusCode::OK, "client_secret_post: {tokens:?}");

    let code = jira.code(&mut browser).await;
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let wrong = "A".repeat(43);
    for header in [
        None,
        Some(basic(&jira.client_id, &wrong)),
        Some(basic(&jira.client_id, "")),
        Some(basic(&app.client_id, &secret)),
        Some(basic("", &secret)),
        Some(format!("Bearer {secret}")),
    ] {
        let refused = post(&mut world.browser(), &jira.at("token"), header.as_deref(), &fields).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{header:?}: {refused:?}");
        assert_eq!(refused.json(), json!({ "error": "invalid_client" }));
        assert!(refused.headers.contains_key("www-authenticate"));
    }
    let both = jira.redeem_with(&world, &[("code", &code), ("client_secret", &secret)]).await;
    assert_eq!((both.status, both.json()), (StatusCode::BAD_REQUEST, json!({ "error": "invalid_request" })));
    assert_eq!(jira.redeem(&world, &code).await.status, StatusCode::OK, "none of it used the code up");
}

#[tokio::test]
async fn the_start_page_leads_to_the_products() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    for name in ["Jira", "Confluence"] {
        Party::register_at(&world, &world.acme.organization, (name, Client::Confidential)).await;
    }
    let mut browser = signed_in(&world).await;
    let page = browser.get("/").await.body;
    let (confluence, jira) =
        (page.find("http://confluence.localhost:8095/"), page.find("http://jira.localhost:8095/"));
    assert!(confluence.unwrap() < jira.unwrap(), "in the order of their names");
}

#[tokio::test]
async fn only_administrators_register_products_and_only_their_own() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let member = account(&world.org, &world.acme.organization, ("noah@acme.example", Role::Member)).await;
    let other = crate::kit::Tenant::set_up(&world.org, ("globex", "globex.example"), world.idp()).await;
    let now = world.now();
    for (who, whose, allowed) in [
        (world.frida, world.acme.organization.id, true),
        (member, world.acme.organization.id, false),
        (world.frida, other.organization.id, false),
    ] {
        let names = (
            whose,
            console::person::DisplayName::parse("Jira").unwrap(),
            org::products::StartUrl::parse("https://jira.example/").unwrap(),
        );
        let uri = org::products::RedirectUri::parse("https://jira.example/callback").unwrap();
        let new = org::products::acts::NewProduct::draw(names, uri, Client::Public, now, world.org.entropy());
        let word = crate::kit::word_of(&world.org, who);
        let tx = world.org.store().begin().await.unwrap();
        let done = org::products::acts::register(&tx, &word, new, now).await;
        let done = org::acts::settle(tx, done).await.unwrap();
        assert_eq!(done.is_ok(), allowed, "{done:?}");
    }
    assert_eq!(world.last("act.refused").await.data["act"], "product.registered");
}

#[tokio::test]
async fn every_answer_is_protected_and_tokens_are_never_kept() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let mut browser = signed_in(&world).await;
    for path in [".well-known/openid-configuration", "jwks", "authorize", "token", "userinfo"] {
        for method in [http::Method::GET, http::Method::POST, http::Method::PUT] {
            let answer = browser.any(method.clone(), &jira.at(path)).await;
            let what = format!("{method} {path} {}", answer.status);
            assert!(!answer.status.is_server_error(), "{what}");
            assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{what}");
            let caching = answer.headers["cache-control"].to_str().unwrap();
            let public =
                method == http::Method::GET && ["jwks", ".well-known/openid-configuration"].contains(&path);
            assert_eq!(caching == "no-store", !public, "{what}: {caching}");
        }
    }
    let code = jira.code(&mut browser).await;
    let tokens = jira.redeem(&world, &code).await;
    assert_eq!(tokens.headers["cache-control"], "no-store");
    let wrong = http::Request::post(jira.at("token")).header(AUTHORIZATION, "Basic x");
    let wrong = browser.send(wrong, axum::body::Body::from("{}"), true).await;
    assert_eq!(
        (wrong.status, wrong.json()),
        (StatusCode::BAD_REQUEST, json!({ "error": "invalid_request" }))
    );
}
