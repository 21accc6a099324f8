//! From a request to the assertion.

use http::StatusCode;
use idp::acts::invitations::Device;
use idp::model::application::Signs;
use idp::model::name_id::Format;
use jiff::SignedDuration;
use saml::core::{AuthnContextClassRef as Class, Comparison, NameIdFormat, RequestedAuthnContext};
use serde_json::json;
use testkit::authenticator::Authenticator;

use crate::house::{House, Sp, is_post_page, on_each_engine};

#[tokio::test]
async fn enrol_by_invitation_and_sign_in_with_the_passkey() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        house.application(sp.settings()).await;
        let (maya, mut browser) = house.enrolled("Maya", None).await;

        let pending = sp.ask(&house);
        let page = browser.visit(&pending.url).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("Sign in to Jira"), "{}", page.body);
        let done = browser.prove(&page).await;
        let go = done.json()["go"].as_str().expect("a path").to_owned();
        let post = browser.get(&go).await;
        let assertion = sp.signed_in(&house, &pending, &post);
        assert_eq!(assertion.name_id().value(), "maya@acme.example");
        assert_eq!(*assertion.name_id().format(), NameIdFormat::EmailAddress);
        let claims: Vec<_> =
            assertion.attributes().iter().map(|a| (a.name(), a.values()[0].as_str())).collect();
        assert_eq!(claims, [("email", "maya@acme.example"), ("firstname", "Maya"), ("lastname", "Okafor")]);
        assert_eq!(assertion.authn_instant(), house.now());

        // The issue log has it.
        let issued = house.events_of("assertion.issued").await;
        assert_eq!(issued.len(), 1);
        assert_eq!(issued[0].subject, Some(maya.id.to_string()));
        assert_eq!(issued[0].data["assertion"], assertion.assertion_id().as_str());

        // Back to it issues nothing and leads to the application.
        let back = browser.get(&go).await;
        assert_eq!(back.status, StatusCode::OK);
        assert!(!is_post_page(&back));
        assert!(back.body.contains("https://jira.example/start"), "{}", back.body);
        let again = browser.visit(&pending.url).await;
        assert!(!is_post_page(&again), "the same request again");
        assert_eq!(house.events_of("assertion.issued").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_live_session_answers_at_once() {
    on_each_engine(async |house| {
        let (jira, wiki) = (Sp::new("jira"), Sp::new("wiki"));
        house.application(jira.settings()).await;
        house.application(wiki.settings()).await;
        let (_, mut browser) = house.enrolled("Maya", None).await;
        let page = browser.visit(&jira.ask(&house).url).await;
        browser.prove(&page).await;
        let proven_at = house.now();
        house.clock.advance(SignedDuration::from_mins(3));

        let pending = wiki.ask(&house);
        let post = browser.get(&pending.url).await;
        let assertion = wiki.signed_in(&house, &pending, &post);
        assert_eq!(assertion.name_id().value(), "maya@acme.example");
        assert_eq!(assertion.authn_instant(), proven_at, "the ceremony's moment, not this one");
        let policy = post.headers["content-security-policy"].to_str().expect("text");
        assert!(!policy.contains("form-action"), "{policy}");
        assert_eq!(post.headers["cache-control"], "no-store");

        // The same request once more: answered already.
        let back = browser.visit(&pending.url).await;
        assert!(!is_post_page(&back));
        assert!(back.body.contains("https://jira.example/start"));
    })
    .await;
}

#[tokio::test]
async fn force_authn_asks_for_the_passkey_again() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    house.application(sp.settings()).await;
    let (_, mut browser) = house.enrolled("Maya", None).await;
    let page = browser.visit(&sp.ask(&house).url).await;
    browser.prove(&page).await;
    house.clock.advance(SignedDuration::from_mins(2));

    let pending = sp.send(&saml::sp::RequestToSend { force_authn: true, ..sp.request(&house) });
    let page = browser.visit(&pending.url).await;
    assert!(!is_post_page(&page), "a session is not enough");
    let done = browser.prove(&page).await;
    let post = browser.get(done.json()["go"].as_str().expect("a path")).await;
    assert_eq!(sp.signed_in(&house, &pending, &post).authn_instant(), house.now());
}

#[tokio::test]
async fn a_passive_request_gets_a_status_instead_of_a_page() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    house.application(sp.settings()).await;
    let (_, mut browser) = house.enrolled("Maya", None).await;
    let passive = || {
        let request = sp.request(&house);
        let mut message = request.message();
        message.is_passive = true;
        let relay = saml::core::RelayState::parse("deep/link").expect("a RelayState");
        let xml = message.encode().expect("writes");
        let url = saml::binding::redirect::encode(house.idp.sso_url(), &xml, Some(&relay));
        crate::house::Pending { id: request.id, url }
    };
    let pending = passive();
    let post = browser.get(&pending.url).await;
    assert_eq!(sp.declined(&house, &pending, &post), "NoPassive");
    assert_eq!(house.events_of("sign_in.declined").await.len(), 1);

    let page = browser.visit(&sp.ask(&house).url).await;
    browser.prove(&page).await;
    let pending = passive();
    let post = browser.get(&pending.url).await;
    assert_eq!(sp.signed_in(&house, &pending, &post).name_id().value(), "maya@acme.example");
}

#[tokio::test]
async fn a_wish_that_cannot_be_met_is_told_to_the_application() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    house.application(sp.settings()).await;
    let mut browser = house.browser();
    let context = |class: &str| {
        let class = Class::parse(class).expect("a class");
        Some(RequestedAuthnContext::new(class, [], Comparison::Exact))
    };
    let kerberos = saml::sp::RequestToSend {
        requested_authn_context: context("urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos"),
        ..sp.request(&house)
    };
    let pending = sp.send(&kerberos);
    let post = browser.get(&pending.url).await;
    assert_eq!(sp.declined(&house, &pending, &post), "NoAuthnContext");

    let persistent =
        saml::sp::RequestToSend { name_id_format: Some(NameIdFormat::Persistent), ..sp.request(&house) };
    let pending = sp.send(&persistent);
    let post = browser.get(&pending.url).await;
    assert_eq!(sp.declined(&house, &pending, &post), "InvalidNameIDPolicy");
    // Declined is answered too: the same request again is not.
    assert!(!is_post_page(&browser.visit(&pending.url).await));
}

#[tokio::test]
async fn the_class_asked_is_the_class_stated() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    house.application(sp.settings()).await;
    let (_, mut browser) = house.enrolled("Maya", None).await;
    let class = Class::parse(Class::PASSWORD_PROTECTED_TRANSPORT).expect("a class");
    let context = RequestedAuthnContext::new(class.clone(), [], Comparison::Exact);
    let request = saml::sp::RequestToSend { requested_authn_context: Some(context), ..sp.request(&house) };
    let pending = sp.send(&request);
    let page = browser.visit(&pending.url).await;
    let done = browser.prove(&page).await;
    let post = browser.get(done.json()["go"].as_str().expect("a path")).await;
    assert_eq!(sp.signed_in(&house, &pending, &post).authn_context(), Some(&class));
}

#[tokio::test]
async fn name_ids_by_their_format() {
    on_each_engine(async |house| {
        let (_, mut browser) = house.enrolled("Maya", None).await;
        let mut seen = Vec::new();
        for (name, format) in
            [("one", Format::Persistent), ("two", Format::Persistent), ("three", Format::Transient)]
        {
            let sp = Sp::new(name);
            let mut settings = sp.settings();
            settings.name_id.format = format;
            settings.signs = Signs::Both;
            house.application(settings).await;
            for _ in 0..2 {
                let pending = sp.ask(&house);
                let mut reply = browser.visit(&pending.url).await;
                if !is_post_page(&reply) {
                    let done = browser.prove(&reply).await;
                    reply = browser.get(done.json()["go"].as_str().expect("a path")).await;
                }
                let assertion = sp.signed_in(&house, &pending, &reply);
                assert!(!assertion.name_id().value().contains("maya"));
                seen.push(assertion.name_id().value().to_owned());
            }
        }
        assert_eq!(seen[0], seen[1], "persistent: the same at every sign-in");
        assert_eq!(seen[2], seen[3]);
        assert_ne!(seen[0], seen[2], "and another at every application");
        assert_ne!(seen[4], seen[5], "transient: another at every sign-in");
    })
    .await;
}

#[tokio::test]
async fn a_shared_computer_remembers_nothing() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    house.application(sp.settings()).await;
    let (_, mut browser) = house.enrolled("Maya", None).await;
    let pending = sp.ask(&house);
    let page = browser.visit(&pending.url).await;
    let done = browser.prove_with(&page, json!({ "shared": true })).await;
    let post = browser.get(done.json()["go"].as_str().expect("a path")).await;
    sp.signed_in(&house, &pending, &post);
    let names: Vec<_> = browser.cookies.keys().map(String::as_str).collect();
    assert_eq!(names, ["__Host-idp-browser"], "no session, and no known browser");
    assert!(!is_post_page(&browser.visit(&sp.ask(&house).url).await));
}

#[tokio::test]
async fn another_persons_passkey_is_named_before_it_is_used() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    house.application(sp.settings()).await;
    let (_, mut browser) = house.enrolled("Maya", None).await;
    let page = browser.visit(&sp.ask(&house).url).await;
    browser.prove(&page).await;
    // Ruth uses the same browser: it is known as Maya's.
    let ruth = house.user("Ruth", None).await;
    let mut phone = house.browser();
    phone.enrol(&house.invitation(ruth.id, Device::Phone).await).await;
    let mayas = std::mem::replace(&mut browser.authenticator, std::mem::take(&mut phone.authenticator));
    browser.cookies.remove("__Host-idp-session");

    let pending = sp.ask(&house);
    let page = browser.visit(&pending.url).await;
    let done = browser.prove(&page).await;
    let go = done.json()["go"].as_str().expect("a path").to_owned();
    let named = browser.get(&go).await;
    assert!(named.body.contains("Continue as Ruth Okafor"), "{}", named.body);
    assert!(!is_post_page(&named));
    let csrf = named.csrf();
    let on = browser.post(&format!("{go}/continue"), &[("csrf", &csrf)]).await;
    let post = browser.get(on.to()).await;
    assert_eq!(sp.signed_in(&house, &pending, &post).name_id().value(), "ruth@acme.example");

    // Now both are known here, and neither is named any more.
    browser.cookies.remove("__Host-idp-session");
    browser.authenticator = mayas;
    let pending = sp.ask(&house);
    let page = browser.visit(&pending.url).await;
    let done = browser.prove(&page).await;
    let post = browser.get(done.json()["go"].as_str().expect("a path")).await;
    assert_eq!(sp.signed_in(&house, &pending, &post).name_id().value(), "maya@acme.example");
}

#[tokio::test]
async fn this_is_not_me_starts_again() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    house.application(sp.settings()).await;
    let (_, mut browser) = house.enrolled("Maya", None).await;
    let page = browser.visit(&sp.ask(&house).url).await;
    browser.prove(&page).await;
    let ruth = house.user("Ruth", None).await;
    browser.authenticator = Authenticator::new();
    browser.enrol(&house.invitation(ruth.id, Device::Computer).await).await;
    browser.cookies.remove("__Host-idp-session");

    let pending = sp.ask(&house);
    let page = browser.visit(&pending.url).await;
    let done = browser.prove(&page).await;
    let go = done.json()["go"].as_str().expect("a path").to_owned();
    let csrf = browser.get(&go).await.csrf();
    let on = browser.post(&format!("{go}/again"), &[("csrf", &csrf)]).await;
    let page = browser.get(on.to()).await;
    assert!(page.body.contains("data-passkey=\"authenticate\""), "{}", page.body);
    assert!(!browser.cookies.contains_key("__Host-idp-session"), "the session is gone with it");
    assert!(house.events_of("assertion.issued").await.is_empty());
    // Who has nothing to take back writes nothing, however often it is pressed (O01).
    for _ in 0..10 {
        browser.post(&format!("{go}/again"), &[("csrf", &page.csrf())]).await;
    }
    assert_eq!(house.events_of("sign_in.restarted").await.len(), 1);
}

#[tokio::test]
async fn the_browsers_own_phone_flow_carries_its_hint() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    house.application(sp.settings()).await;
    let maya = house.user("Maya", None).await;
    let mut browser = house.browser();
    browser.authenticator = Authenticator::synced();
    browser.authenticator.attachment = "cross-platform";
    browser.enrol(&house.invitation(maya.id, Device::Phone).await).await;

    let pending = sp.ask(&house);
    let page = browser.visit(&pending.url).await;
    assert!(page.body.contains("data-hint=\"hybrid\""));
    let (begin, finish) = crate::house::places(&page);
    let csrf = page.csrf();
    let options = browser.post_json(&begin, &csrf, &json!({ "hint": "hybrid", "conditional": false })).await;
    let asked = options.json();
    assert_eq!(asked["publicKey"]["hints"], json!(["hybrid"]));
    assert_eq!(asked["publicKey"]["userVerification"], "required");
    assert!(asked["publicKey"]["allowCredentials"].as_array().is_none_or(Vec::is_empty));
    let credential = browser.authenticator.authenticate(crate::house::ORIGIN_URL, &options.body);
    let credential: serde_json::Value = serde_json::from_str(&credential).expect("JSON");
    let done = browser.post_json(&finish, &csrf, &json!({ "credential": credential })).await;
    let post = browser.get(done.json()["go"].as_str().expect("a path")).await;
    sp.signed_in(&house, &pending, &post);
    assert_eq!(house.events_of("assertion.issued").await[0].data["method"], "hybrid");
}
