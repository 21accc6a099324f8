//! Every bad answer has its page, its code and its event, signs nobody in, and
//! leaves the request open for the true one.

use http::StatusCode;
use jiff::SignedDuration;
use org::model::{JitProvisioning, Role, Sso};
use saml::core::{NameIdFormat, RequestId};
use store::testing::{TestDatabase, databases};
use testkit::tamper::xml;

use crate::kit::{Browser, Form, Idp, ORIGIN, Person, World, account, maya, noah};

/// A bad answer to the request at `target`.
type Bad = fn(&World, &str) -> Form;

const ANSWERS: &[(&str, &str, Bad)] = &[
    ("unsigned", "not-signed", |world, target| {
        good(world, target).edited(|bytes| xml::remove(&bytes, "Response/Assertion/Signature"))
    }),
    ("a changed address", "wrong-signature", |world, target| {
        good(world, target).edited(|bytes| {
            xml::set_content(&bytes, "Response/Assertion/Subject/NameID", "noah@acme.example")
        })
    }),
    ("wrapped: a forged assertion before the true one", "not-one-assertion", |world, target| {
        good(world, target).edited(|bytes| {
            let evil = xml::extract(&bytes, "Response/Assertion");
            let evil =
                String::from_utf8(evil).unwrap().replace("maya@", "noah@").replacen("ID=\"_", "ID=\"_e", 1);
            xml::insert_before(&bytes, "Response/Assertion", evil.as_bytes())
        })
    }),
    ("signed by another key under the same name", "wrong-signature", |world, target| {
        let impostor = world.idp().with_another_key();
        impostor.answer(&world.acme.us, target, &maya(), world.now())
    }),
    ("of another identity provider with another key", "wrong-signature", |world, target| {
        let other = Idp::new("https://other.example/saml");
        other.answer(&world.acme.us, target, &maya(), world.now())
    }),
    ("under another name with the true key", "wrong-response-issuer", |world, target| {
        let other = world.idp().under_another_name("https://other.example/saml");
        other.answer(&world.acme.us, target, &maya(), world.now())
    }),
    ("for another audience", "wrong-audience", |world, target| {
        let mut us = world.acme.us.clone();
        us.entity_id = saml::core::EntityId::parse("https://other.example/saml").unwrap();
        let (mut request, relay_state) = Idp::read(target);
        request.issuer = us.entity_id.clone();
        let reply = world.idp().checked(&us, request).reply(relay_state);
        world.idp().issue(reply, &maya(), world.now())
    }),
    ("for another recipient", "wrong-recipient", |world, target| {
        let mut us = world.acme.us.clone();
        us.acs_url = saml::core::AcsUrl::parse("https://other.example/acs").unwrap();
        let (mut request, relay_state) = Idp::read(target);
        request.acs = saml::protocol::RequestedAcs::Url(us.acs_url.as_str().to_owned());
        let reply = world.idp().checked(&us, request).reply(relay_state);
        let here = world.acme.us.acs_url.as_str();
        world
            .idp()
            .issue(reply, &maya(), world.now())
            .edited(|b| xml::set_attribute(&b, "Response", "Destination", here))
    }),
    ("for another address", "wrong-destination", |world, target| {
        good(world, target).edited(|bytes| {
            xml::set_attribute(&bytes, "Response", "Destination", "https://other.example/acs")
        })
    }),
    ("to another request", "wrong-request", |world, target| {
        let (mut request, relay_state) = Idp::read(target);
        request.id = RequestId::from_random([1; 20]);
        let reply = world.idp().checked(&world.acme.us, request).reply(relay_state);
        world.idp().issue(reply, &maya(), world.now())
    }),
    ("from an hour ago", "bearer-expired", |world, target| {
        world.idp().answer(
            &world.acme.us,
            target,
            &maya(),
            world.now() - SignedDuration::from_mins(4) - SignedDuration::from_hours(1),
        )
    }),
    ("from the future", "issued-in-future", |world, target| {
        world.idp().answer(&world.acme.us, target, &maya(), world.now() + SignedDuration::from_mins(4))
    }),
    ("a refusal of the identity provider", "declined", |world, target| {
        world.idp().decline(&world.acme.us, target, world.now())
    }),
    ("without a request, with our RelayState", "unsolicited", |world, target| {
        let mut form = world.idp().unsolicited(&world.acme.us, &maya(), world.now());
        form.relay_state = good(world, target).relay_state;
        form
    }),
];

#[tokio::test]
async fn a_bad_answer_is_refused_and_the_true_one_still_comes_home() {
    for database in databases().await {
        let world = World::new(&database).await;
        for (what, code, bad) in ANSWERS {
            let mut browser = world.browser();
            let target = world.leave(&mut browser, "maya@acme.example", "/oidc/x").await;
            let page = browser.post_answer(&world.acme.us, &bad(&world, &target)).await;
            assert!(page.status.is_client_error(), "{what}: {page:?}");
            assert_eq!(page.code(), *code, "{what}");
            assert!(browser.cookie("__Host-org-session").is_none(), "{what}");
            let event = world.last("sign_in.refused").await;
            assert_eq!(event.data["code"], *code, "{what}");
            assert_eq!(event.data["organization"], world.acme.organization.id.to_string(), "{what}");
            assert_ne!(event.data["expected"], event.data["received"], "{what}");
            let tracking = event.trace.expect("a tracking id");
            assert!(page.body.contains(&tracking), "{what}: the page names {tracking}");
            let home = browser.bring_home(&world.acme.us, &good(&world, &target)).await;
            assert_eq!(home.location().as_deref(), Some("/oidc/x"), "{what}: the request was still open");
        }
    }
}

#[tokio::test]
async fn junk_is_counted_and_answered_alike() {
    for database in databases().await {
        let world = World::new(&database).await;
        let mut browser = world.browser();
        let path = world.acme.us.acs_url.as_str().strip_prefix(ORIGIN).unwrap().to_owned();
        let before = world.events().await.len();
        for (fields, code) in [
            (&[][..], "response-malformed"),
            (&[("SAMLResponse", "%%%")], "response-malformed"),
            (&[("SAMLResponse", "PGE+")], "response-malformed"),
            (&[("SAMLResponse", "PGEvPg=="), ("SAMLResponse", "PGEvPg==")], "response-malformed"),
        ] {
            for _ in 0..3 {
                let page = browser.post_from_idp(&path, fields).await;
                assert_eq!(
                    (page.status, page.code().as_str()),
                    (StatusCode::BAD_REQUEST, code),
                    "{fields:?}"
                );
            }
        }
        for wrong in ["/login/callback", "/login/callback?connection=saml-x", &format!("{path}&x=1")] {
            let page = browser.post_from_idp(wrong, &[("SAMLResponse", "PGEvPg==")]).await;
            assert_eq!(
                (page.status, page.code().as_str()),
                (StatusCode::NOT_FOUND, "connection-unknown"),
                "{wrong}"
            );
        }
        assert_eq!(browser.get(&path).await.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(world.events().await.len(), before, "junk is only counted");
        world.clock.advance(SignedDuration::from_mins(2));
        world.org.sealer().seal(world.now(), world.org.rng()).await.unwrap();
        let malformed = world.last("response-malformed").await;
        assert_eq!(malformed.data["count"], 12);
        assert_eq!(world.last("connection-unknown").await.data["count"], 3);
        assert_eq!(world.events().await.len(), before + 2);
    }
}

#[tokio::test]
async fn one_request_or_message_cannot_fill_the_log() {
    for database in databases().await {
        let world = World::new(&database).await;
        let mut browser = world.browser();
        let target = world.leave(&mut browser, "maya@acme.example", "/").await;
        let bad = world.idp().with_another_key().answer(&world.acme.us, &target, &maya(), world.now());
        for _ in 0..10 {
            assert_eq!(browser.post_answer(&world.acme.us, &bad).await.code(), "wrong-signature");
        }
        assert_eq!(world.count("sign_in.refused").await, 3);
        let genuine = good(&world, &target);
        let mut thief = world.browser();
        for _ in 0..40 {
            assert_eq!(thief.post_answer(&world.acme.us, &genuine).await.code(), "request-unknown");
        }
        assert!(world.count("sign_in.refused").await <= 3 + 21);
        world.clock.advance(SignedDuration::from_mins(2));
        world.org.sealer().seal(world.now(), world.org.rng()).await.unwrap();
        assert_eq!(world.last("wrong-signature").await.data["count"], 7);
        assert!(world.last("request-unknown").await.data["count"].as_i64().unwrap() >= 19);
        let home = browser.bring_home(&world.acme.us, &good(&world, &target)).await;
        assert_eq!(home.status, StatusCode::SEE_OTHER, "the request is still open: {home:?}");
    }
}

#[tokio::test]
async fn whoever_verifies_and_is_not_admitted_gets_a_code_of_hop_7() {
    for database in databases().await {
        let world = World::new(&database).await;
        let nobody = |person: Person| async { refused(&world, "maya@acme.example", person).await };
        let mut persistent = maya();
        persistent.name_id_format = NameIdFormat::Persistent;
        assert_eq!(nobody(persistent).await, "name-id-not-an-address");
        assert_eq!(nobody(maya().at("maya")).await, "name-id-not-an-address");
        assert_eq!(nobody(maya().at("maya@other.example")).await, "domain-not-verified");
        assert_eq!(nobody(maya().at("maya@mail.acme.example")).await, "domain-not-verified");
        assert_eq!(nobody(noah()).await, "name-id-mismatch");
        assert_eq!(nobody(maya().without("firstname")).await, "jit-first-name-missing");
        assert_eq!(nobody(maya().without("lastname")).await, "jit-last-name-missing");
        let twice = maya().with("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "u-2");
        assert_eq!(nobody(twice).await, "attribute-repeated");

        world.sign_in(&mut world.browser(), &maya()).await;
        assert_eq!(nobody(maya().without("claims/name")).await, "stable-id-missing");
        let mut other = maya().without("claims/name");
        other = other.with("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", "u-other");
        assert_eq!(nobody(other).await, "linked-to-another-id");
        account(&world.org, &world.acme.organization, ("taken@acme.example", Role::Member)).await;
        assert_eq!(nobody(maya().at("taken@acme.example")).await, "address-conflict");
    }
}

#[tokio::test]
async fn settings_are_those_of_the_moment_of_arrival() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (organization, directory) = (world.acme.organization.id, world.acme.made.directory);
    let now = world.now();
    let of = (organization, directory, JitProvisioning::Off);
    world.act(async |tx, word| org::acts::directories::set_jit(tx, word, of, now).await).await;
    assert_eq!(refused(&world, "maya@acme.example", maya()).await, "jit-switched-off");

    let mut browser = world.browser();
    let target = world.leave(&mut browser, "maya@acme.example", "/").await;
    let of = (organization, directory, false);
    world.act(async |tx, word| org::acts::directories::set_enabled(tx, word, of, now).await).await;
    let page = browser.bring_home(&world.acme.us, &good(&world, &target)).await;
    assert_eq!(page.code(), "directory-disabled");
    let again = browser.get("/login/again/nothing").await;
    assert_eq!(again.location().as_deref(), Some("/login"));
}

#[tokio::test]
async fn a_policy_without_sso_refuses_the_identity_provider() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    account(&world.org, &world.acme.organization, ("maya@acme.example", Role::Member)).await;
    let mut browser = world.browser();
    let target = world.leave(&mut browser, "maya@acme.example", "/").await;
    let policy = (world.acme.organization.id, world.acme.made.policy, Sso::Off);
    let now = world.now();
    world.act(async |tx, word| org::acts::seeding::set_sso(tx, word, policy, now).await).await;
    let page = browser.bring_home(&world.acme.us, &good(&world, &target)).await;
    assert_eq!(page.code(), "authentication-policy-strategy-mismatch");
    let again = browser.type_address("maya@acme.example", "/").await;
    assert_eq!(again.location().as_deref(), Some("/login/passkey?return_to=%2F"));
}

#[tokio::test]
async fn an_unmanaged_account_is_never_taken_over() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let of = (world.acme.organization.id, "late.example".parse().unwrap(), org::model::Claim::Manual);
    let now = world.now();
    account(&world.org, &world.acme.organization, ("maya@late.example", Role::Member)).await;
    world.act(async |tx, word| org::acts::domains::add_verified(tx, word, of.clone(), now).await).await;
    world
        .act(async |tx, word| {
            let link = (of.0, &of.1, Some(world.acme.made.directory));
            org::acts::domains::link(tx, word, link, now).await
        })
        .await;
    assert_eq!(
        refused(&world, "maya@late.example", maya().at("maya@late.example")).await,
        "account-not-managed"
    );
    assert_eq!(
        refused(&world, "new@late.example", maya().at("new@late.example")).await,
        "jit-claim-not-automatic"
    );
}

#[tokio::test]
async fn a_refused_arrival_says_so_again_and_try_again_asks_for_a_fresh_proof() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut browser = world.browser();
    let target = world.leave(&mut browser, "maya@acme.example", "/oidc/x").await;
    let form = world.idp().answer(&world.acme.us, &target, &noah(), world.now());
    let arrival = browser.post_answer(&world.acme.us, &form).await.location().unwrap();
    let page = browser.get(&arrival).await;
    assert_eq!(page.code(), "name-id-mismatch");
    let once = world.count("sign_in.refused").await;
    let again = browser.get(&arrival).await;
    assert_eq!(again.code(), "refused-before");
    let tracking = world.last("sign_in.refused").await.trace.unwrap();
    assert!(again.body.contains(&tracking) && again.body.contains("name-id-mismatch"));
    assert_eq!(world.count("sign_in.refused").await, once, "written once");

    let target = browser.get(&page.way_on()).await.location().unwrap();
    let (request, _) = Idp::read(&target);
    assert!(request.force_authn);
    let home = browser.bring_home(&world.acme.us, &good(&world, &target)).await;
    assert_eq!(home.location().as_deref(), Some("/oidc/x"), "the deep link is kept");
}

#[tokio::test]
async fn the_configuration_of_now_judges_what_was_posted_before() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut browser = world.browser();
    let target = world.leave(&mut browser, "maya@acme.example", "/").await;
    let arrival = browser.post_answer(&world.acme.us, &good(&world, &target)).await.location().unwrap();
    let save = org::acts::saml_configurations::Save {
        organization: world.acme.organization.id,
        unique_id: world.acme.made.unique_id,
        over: None,
        identity_provider: world.idp().with_another_key().as_configured(),
    };
    let now = world.now();
    world.act(async |tx, word| org::acts::saml_configurations::save(tx, word, save, now).await).await;
    let page = browser.get(&arrival).await;
    assert_eq!(page.code(), "wrong-signature");
    assert!(browser.cookie("__Host-org-session").is_none());
}

#[tokio::test]
async fn an_arrival_waits_ten_minutes() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    for (minutes, code) in [(9, None), (11, Some("arrival-expired"))] {
        let mut browser = world.browser();
        let target = world.leave(&mut browser, "maya@acme.example", "/").await;
        let arrival = browser.post_answer(&world.acme.us, &good(&world, &target)).await.location().unwrap();
        world.clock.advance(SignedDuration::from_mins(minutes));
        let page = browser.get(&arrival).await;
        match code {
            Some(code) => assert_eq!(page.code(), code),
            None => assert_eq!(page.status, StatusCode::SEE_OTHER, "{page:?}"),
        }
    }
}

fn good(world: &World, target: &str) -> Form {
    world.idp().answer(&world.acme.us, target, &maya(), world.now())
}

/// The code that a person is refused with, after typing an address.
async fn refused(world: &World, typed: &str, person: Person) -> String {
    let mut browser: Browser = world.browser();
    let target = world.leave(&mut browser, typed, "/").await;
    let form = world.idp().answer(&world.acme.us, &target, &person, world.now());
    let page = browser.bring_home(&world.acme.us, &form).await;
    assert!(page.status.is_client_error(), "{page:?}");
    assert!(browser.cookie("__Host-org-session").is_none());
    page.code()
}
