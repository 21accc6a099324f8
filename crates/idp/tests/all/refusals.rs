//! Hops 3 to 5: who is told no, and that facts are read after the ceremony.

use http::StatusCode;
use idp::acts::{self, Word};
use idp::model::application::{ApplicationState, Audience};
use idp::model::user::User;
use serde_json::{Value, json};
use testkit::authenticator::{Authenticator, Forgery, flag};

use crate::house::{House, ORIGIN_URL, Reply, Sp, is_post_page, on_each_engine, places};

async fn suspend(house: &House, user: &User) {
    let tx = house.store.begin().await.expect("begins");
    let done = acts::users::suspend(&tx, &house.word(), user.id, house.now()).await;
    acts::settle(tx, done).await.expect("written").expect("suspended");
}

/// The error's code in an answer to a script, by its log: JSON answers carry the sentence only.
fn says(reply: &Reply, sentence: &str) -> bool {
    reply.json()["error"]["message"].as_str().is_some_and(|message| message.contains(sentence))
}

#[tokio::test]
async fn suspended_between_request_and_ceremony() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        house.application(sp.settings()).await;
        let (maya, mut browser) = house.enrolled("Maya", None).await;
        let page = browser.visit(&sp.ask(&house).url).await;
        suspend(&house, &maya).await;
        let refused = browser.prove(&page).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        assert!(says(&refused, "suspended"), "{}", refused.body);
        assert!(!browser.cookies.contains_key("__Host-idp-session"));
        let events = house.events_of("sign_in.refused").await;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].data["code"], "person-suspended");
        assert_eq!(events[0].subject, Some(maya.id.to_string()));
    })
    .await;
}

#[tokio::test]
async fn suspended_with_a_live_session_and_between_ceremony_and_answer() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        house.application(sp.settings()).await;
        let (maya, mut browser) = house.enrolled("Maya", None).await;
        let page = browser.visit(&sp.ask(&house).url).await;
        let done = browser.prove(&page).await;
        let go = done.json()["go"].as_str().expect("a path").to_owned();
        suspend(&house, &maya).await;
        let refused = browser.get(&go).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.has_code("person-suspended"), "{}", refused.body);
        // The session ended with the suspension.
        assert!(!is_post_page(&browser.visit(&sp.ask(&house).url).await));
        assert!(house.events_of("assertion.issued").await.is_empty());
        // Readmitted, the passkey works as before; the sign-in that was refused goes on.
        let tx = house.store.begin().await.expect("begins");
        let done = acts::users::readmit(&tx, &house.word(), maya.id, house.now()).await;
        acts::settle(tx, done).await.expect("written").expect("readmitted");
        assert!(is_post_page(&browser.get(&go).await));
    })
    .await;
}

#[tokio::test]
async fn unassigned_people_get_a_page_with_the_way_to_another_account() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        let settings =
            idp::model::application::ApplicationSettings { audience: Audience::Chosen, ..sp.settings() };
        let application = house.application(settings).await;
        let (maya, mut browser) = house.enrolled("Maya", None).await;
        let pending = sp.ask(&house);
        let page = browser.visit(&pending.url).await;
        let refused = browser.prove(&page).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(says(&refused, "has not been given"), "{}", refused.body);

        let tx = house.store.begin().await.expect("begins");
        let done =
            acts::applications::assign(&tx, &house.word(), (application.id, maya.id), house.now()).await;
        acts::settle(tx, done).await.expect("written").expect("assigned");
        let done = browser.prove(&page).await;
        let go = done.json()["go"].as_str().expect("a path").to_owned();
        // Taken away between the ceremony and the answer.
        let tx = house.store.begin().await.expect("begins");
        let taken =
            acts::applications::unassign(&tx, &house.word(), (application.id, maya.id), house.now()).await;
        acts::settle(tx, taken).await.expect("written").expect("unassigned");
        let refused = browser.get(&go).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.has_code("not-assigned"), "{}", refused.body);
        let csrf = refused.csrf();
        let again = browser.post(&format!("{go}/again"), &[("csrf", &csrf)]).await;
        assert!(browser.get(again.to()).await.body.contains("data-passkey"));
        assert!(house.events_of("assertion.issued").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_disabled_application_gets_nobody() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        let application = house.application(sp.settings()).await;
        let (_, mut browser) = house.enrolled("Maya", None).await;
        let page = browser.visit(&sp.ask(&house).url).await;
        let done = browser.prove(&page).await;
        let go = done.json()["go"].as_str().expect("a path").to_owned();
        let tx = house.store.begin().await.expect("begins");
        let off = (application.id, ApplicationState::Disabled);
        let done = acts::applications::set_application_state(&tx, &house.word(), off, house.now()).await;
        acts::settle(tx, done).await.expect("written").expect("disabled");
        for url in [go, sp.ask(&house).url] {
            let refused = browser.visit(&url).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN);
            assert!(refused.has_code("application-disabled"), "{}", refused.body);
        }
        assert!(house.events_of("assertion.issued").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_application_expects_somebody_else() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    house.application(sp.settings()).await;
    let (_, mut browser) = house.enrolled("Maya", None).await;
    let ask = |who: &str| {
        let request = sp.request(&house);
        let mut message = request.message();
        let name = saml::core::NameId::new(who, saml::core::NameIdFormat::EmailAddress);
        message.subject = Some(name.expect("a name"));
        let octets = message.encode().expect("writes");
        let relay = saml::core::RelayState::parse("deep/link").expect("a RelayState");
        let url = saml::binding::redirect::encode(house.idp.sso_url(), &octets, Some(&relay));
        crate::house::Pending { id: request.id, url }
    };
    let page = browser.visit(&ask("ruth@acme.example").url).await;
    assert!(page.body.contains("ruth@acme.example"), "the page says who is expected");
    let refused = browser.prove(&page).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(says(&refused, "expects somebody else"), "{}", refused.body);

    let pending = ask("Maya@acme.example");
    let page = browser.visit(&pending.url).await;
    let done = browser.prove(&page).await;
    let post = browser.get(done.json()["go"].as_str().expect("a path")).await;
    sp.signed_in(&house, &pending, &post);
}

#[tokio::test]
async fn a_ceremony_is_good_once_in_one_sign_in_and_one_browser() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        house.application(sp.settings()).await;
        let (_, mut browser) = house.enrolled("Maya", None).await;
        let page = browser.visit(&sp.ask(&house).url).await;
        let other = browser.visit(&sp.ask(&house).url).await;
        let (begin, finish) = places(&page);
        let (_, other_finish) = places(&other);
        let csrf = page.csrf();
        let options = browser.post_json(&begin, &csrf, &json!({})).await;
        let credential = browser.authenticator.authenticate(ORIGIN_URL, &options.body);
        let credential: Value = serde_json::from_str(&credential).expect("JSON");
        let answer = json!({ "credential": credential });
        let crossed = browser.post_json(&other_finish, &csrf, &answer).await;
        assert_eq!(crossed.status, StatusCode::FORBIDDEN, "{}", crossed.body);
        let done = browser.post_json(&finish, &csrf, &answer).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        let replayed = browser.post_json(&finish, &csrf, &answer).await;
        assert!(replayed.status.is_client_error(), "{}", replayed.body);
        let replayed = browser.post_json(&other_finish, &csrf, &answer).await;
        assert!(replayed.status.is_client_error(), "{}", replayed.body);
    })
    .await;
}

#[tokio::test]
async fn an_authenticator_that_did_not_verify_the_person_is_refused_by_the_server() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    house.application(sp.settings()).await;
    let (_, mut browser) = house.enrolled("Maya", None).await;
    let page = browser.visit(&sp.ask(&house).url).await;
    let (begin, finish) = places(&page);
    let csrf = page.csrf();
    let options = browser.post_json(&begin, &csrf, &json!({})).await;
    let unverified = Forgery::flags(flag::USER_VERIFIED, 0);
    let credential = browser.authenticator.authenticate_forged(ORIGIN_URL, &options.body, &unverified);
    let credential: Value = serde_json::from_str(&credential).expect("JSON");
    let refused = browser.post_json(&finish, &csrf, &json!({ "credential": credential })).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
    assert!(says(&refused, "did not check"), "{}", refused.body);
    assert!(house.events_of("assertion.issued").await.is_empty());
}

#[tokio::test]
async fn a_passkey_of_nobody_here_signs_nobody_in() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    house.application(sp.settings()).await;
    let (maya, mut browser) = house.enrolled("Maya", None).await;
    // A passkey that another deployment registered under the same RP ID.
    let elsewhere = House::new().await;
    let (_, mut stranger) = elsewhere.enrolled("Maya", None).await;
    browser.authenticator = std::mem::replace(&mut stranger.authenticator, Authenticator::new());
    let page = browser.visit(&sp.ask(&house).url).await;
    let refused = browser.prove(&page).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
    assert!(says(&refused, "not known here"), "{}", refused.body);
    assert!(house.events_of("passkey.used").await.is_empty(), "{}", maya.id);
}

#[tokio::test]
async fn suspending_ends_sessions_and_invitations() {
    on_each_engine(async |house| {
        let (maya, mut browser) = house.enrolled("Maya", None).await;
        let me = browser.log_in("/me").await;
        assert!(me.body.contains("Hello Maya"), "{}", me.body);
        let link = house.invitation(maya.id, idp::acts::invitations::Device::Phone).await;
        suspend(&house, &maya).await;
        assert!(browser.get("/me").await.to().starts_with("/login"));
        let gone = house.browser().get(&link).await;
        assert_eq!(gone.status, StatusCode::GONE, "{}", gone.body);
        // Our own door refuses, too.
        let page = browser.visit("/me").await;
        let refused = browser.prove(&page).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(says(&refused, "suspended"));
    })
    .await;
}

#[tokio::test]
async fn roles_hold_for_acts_whoever_calls_them() {
    on_each_engine(async |house| {
        use acts::Refusal::{NotAbove, NotAllowed};
        use idp::model::role::Role::{Administrator, Auditor, Helpdesk, Owner};
        let mut people = Vec::new();
        for (name, role) in [
            ("Olga", Some(Owner)),
            ("Adam", Some(Administrator)),
            ("Hana", Some(Helpdesk)),
            ("Aude", Some(Auditor)),
            ("Maya", None),
        ] {
            people.push(house.user(name, role).await);
        }
        let refusal = async |actor: &User, target: &User| {
            let word = Word::person(house.actor().known_as(actor.id), actor.id);
            let tx = house.store.begin().await.expect("begins");
            let done = acts::users::readmit(&tx, &word, target.id, house.now()).await;
            acts::settle(tx, done).await.expect("written").err()
        };
        for (above, actor) in people.iter().enumerate() {
            for (below, target) in people.iter().enumerate() {
                let expected = match (above, above < below) {
                    (3 | 4, _) => Some(NotAllowed),
                    (_, true) => None,
                    (_, false) => Some(NotAbove),
                };
                assert_eq!(refusal(actor, target).await, expected, "{} on {}", actor.email, target.email);
            }
        }
        assert!(!house.events_of("act.refused").await.is_empty(), "refusals are written");
        // A suspended owner's word counts for nothing.
        house.user("Otto", Some(Owner)).await;
        suspend(&house, &people[0]).await;
        assert_eq!(refusal(&people[0], &people[4]).await, Some(NotAllowed));
    })
    .await;
}
