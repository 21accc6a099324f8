//! Codes and tokens: once, for whom, and how long.

use http::StatusCode;
use jiff::SignedDuration;
use org::products::acts::Client;
use store::testing::{TestDatabase, databases};

use super::party::{Party, VERIFIER, signed_in};
use crate::kit::World;

#[tokio::test]
async fn a_code_is_good_once_and_a_second_use_takes_back_what_it_gave() {
    for database in databases().await {
        let world = World::new(&database).await;
        let jira = Party::register(&world).await;
        let mut browser = signed_in(&world).await;
        let code = jira.code(&mut browser).await;
        let tokens = jira.redeem(&world, &code).await.json();
        let token = tokens["access_token"].as_str().unwrap();
        assert_eq!(jira.person(&world, token).await.status, StatusCode::OK);
        world.clock.advance(SignedDuration::from_mins(2));
        let again = jira.redeem(&world, &code).await;
        assert_eq!(
            (again.status, &again.json()["error"]),
            (StatusCode::BAD_REQUEST, &"invalid_grant".into())
        );
        assert_eq!(jira.person(&world, token).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(world.last("product.refused").await.data["code"], "code-replayed");
    }
}

#[tokio::test]
async fn of_twenty_redemptions_at_once_exactly_one_succeeds() {
    for database in databases().await {
        let world = std::sync::Arc::new(World::new(&database).await);
        let jira = Party::register(&world).await;
        // The key is made before, so that all of them wait for the same row.
        world.browser().get(&jira.at("jwks")).await;
        let mut browser = signed_in(&world).await;
        let code = jira.code(&mut browser).await;
        let all: Vec<_> = (0..20)
            .map(|_| {
                let (world, jira, code) = (world.clone(), jira.clone(), code.clone());
                tokio::spawn(async move { jira.redeem(&world, &code).await })
            })
            .collect();
        let mut given = Vec::new();
        for one in all {
            let answer = one.await.unwrap();
            match answer.status {
                StatusCode::OK => given.push(answer.json()),
                status => assert_eq!(status, StatusCode::BAD_REQUEST, "{answer:?}"),
            }
        }
        assert_eq!(given.len(), 1, "{}", database.engine());
        assert_eq!(world.count("product.code_redeemed").await, 1);
        let token = given[0]["access_token"].as_str().unwrap();
        let person = jira.person(&world, token).await;
        assert_eq!(
            person.status,
            StatusCode::UNAUTHORIZED,
            "somebody else had the code: nothing of it is left"
        );
    }
}

#[tokio::test]
async fn its_own_product_uses_a_code_up_whatever_else_is_wrong() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let mut browser = signed_in(&world).await;
    let other = VERIFIER.replace('d', "e");
    let wrong = [
        (("code_verifier", other.as_str()), "code-verifier"),
        (("code_verifier", ""), "code-verifier"),
        (("code_verifier", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), "code-verifier"),
        (("redirect_uri", ""), "code-redirect"),
        (("redirect_uri", "http://jira.localhost:8095/callback/"), "code-redirect"),
        (("redirect_uri", "http://jira.localhost:8095/callback?x=1"), "code-redirect"),
    ];
    for (change, rule) in wrong {
        let code = jira.code(&mut browser).await;
        let refused = jira.redeem_with(&world, &[("code", &code), change]).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{change:?}: {refused:?}");
        assert_eq!(refused.json(), serde_json::json!({ "error": "invalid_grant" }), "and not which rule");
        assert_eq!(world.last("product.refused").await.data["code"], rule, "{change:?}");
        let again = jira.redeem(&world, &code).await;
        assert_eq!(again.json()["error"], "invalid_grant", "{change:?}: used up");
    }
    assert_eq!(world.count("product.code_redeemed").await, 0);
}

#[tokio::test]
async fn another_product_gets_nothing_for_it_and_spoils_nothing() {
    for client in [Client::Confidential, Client::Public] {
        let database = TestDatabase::sqlite();
        let world = World::new(&database).await;
        let jira = Party::register(&world).await;
        let other = Party::register_at(&world, &world.acme.organization, ("Wiki", client)).await;
        let mut browser = signed_in(&world).await;
        let code = jira.code(&mut browser).await;
        for uri in [&other.redirect_uri, &jira.redirect_uri] {
            let refused = other.redeem_with(&world, &[("code", &code), ("redirect_uri", uri)]).await;
            assert_eq!(refused.json()["error"], "invalid_grant", "{refused:?}");
        }
        assert_eq!(jira.redeem(&world, &code).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_code_lives_a_minute_and_a_token_five() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let mut browser = signed_in(&world).await;
    let code = jira.code(&mut browser).await;
    world.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(jira.redeem(&world, &code).await.json()["error"], "invalid_grant");
    assert_eq!(world.last("product.refused").await.data["code"], "code-expired");
    let code = jira.code(&mut browser).await;
    world.clock.advance(SignedDuration::from_secs(59));
    let tokens = jira.redeem(&world, &code).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    world.clock.advance(SignedDuration::from_secs(299));
    assert_eq!(jira.person(&world, token).await.status, StatusCode::OK);
    world.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(jira.person(&world, token).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_was_given_ends_with_the_session() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let mut browser = signed_in(&world).await;
    let waiting = jira.code(&mut browser).await;
    let code = jira.code(&mut browser).await;
    let tokens = jira.redeem(&world, &code).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    let mut elsewhere = signed_in(&world).await;
    let csrf = browser.get("/").await.csrf();
    browser.post("/logout", &[("csrf", &csrf)]).await;
    assert_eq!(jira.person(&world, token).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(jira.redeem(&world, &waiting).await.json()["error"], "invalid_grant");
    assert_eq!(world.last("product.refused").await.data["code"], "session-over");
    let code = jira.code(&mut elsewhere).await;
    assert_eq!(jira.redeem(&world, &code).await.status, StatusCode::OK, "and only with this one");
}

#[tokio::test]
async fn nothing_else_is_a_code_or_a_token() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let mut browser = signed_in(&world).await;
    let code = jira.code(&mut browser).await;
    let tokens = jira.redeem(&world, &code).await.json();
    let id_token = tokens["id_token"].as_str().unwrap();
    for wrong in ["x", "", &"A".repeat(43), id_token, jira.secret.as_deref().unwrap()] {
        assert_eq!(jira.person(&world, wrong).await.status, StatusCode::UNAUTHORIZED, "{wrong}");
        let refused = jira.redeem_with(&world, &[("code", wrong)]).await;
        let word = if wrong.is_empty() { "invalid_request" } else { "invalid_grant" };
        assert_eq!(refused.json()["error"], word, "{wrong}");
    }
    assert_eq!(jira.person(&world, &code).await.status, StatusCode::UNAUTHORIZED, "a code is no token");
    for (kind, word) in [
        ("", "invalid_request"),
        ("refresh_token", "unsupported_grant_type"),
        ("password", "unsupported_grant_type"),
    ] {
        let refused = jira.redeem_with(&world, &[("code", "x"), ("grant_type", kind)]).await;
        assert_eq!(refused.json()["error"], word, "{kind}");
    }
}

#[tokio::test]
async fn who_steals_the_database_has_no_secret_code_or_token() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let mut browser = signed_in(&world).await;
    let waiting = jira.code(&mut browser).await;
    let code = jira.code(&mut browser).await;
    let tokens = jira.redeem(&world, &code).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    let url = database.url_text();
    let file = std::path::Path::new(url.strip_prefix("sqlite:").unwrap());
    let mut stored = Vec::new();
    for entry in std::fs::read_dir(file.parent().unwrap()).unwrap() {
        stored.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let holds = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(&jira.client_id), "the rows are in what was read");
    for secret in [jira.secret.as_deref().unwrap(), &waiting, &code, token] {
        assert!(!holds(secret));
    }
}

/// It takes a second, more where a machine is busy: nobody's first visit waits for it.
#[tokio::test]
async fn the_key_is_made_before_anybody_asks() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let jobs = tokio::spawn(org::run_jobs(world.org.clone(), async {
        let _ = stopped.await;
    }));
    for _ in 0..600 {
        if world.count("product.key_made").await > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(world.count("product.key_made").await, 1);
    stop.send(()).unwrap();
    jobs.await.unwrap();

    // It is the one that is published and signs.
    let jira = Party::register(&world).await;
    let code = jira.code(&mut signed_in(&world).await).await;
    let tokens = jira.redeem(&world, &code).await.json();
    jira.claims(&world, tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(world.count("product.key_made").await, 1);
}
