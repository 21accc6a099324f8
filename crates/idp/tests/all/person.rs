//! A person's own pages: tiles, devices, browsers that know them.

use http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use testkit::authenticator::Authenticator;

use crate::house::{House, Sp, on_each_engine};

fn device_ids(body: &str) -> Vec<String> {
    let rest = body.split("/me/devices/").skip(1);
    let mut ids: Vec<_> =
        rest.filter_map(|rest| rest.split_once("/rename")).map(|(id, _)| id.to_owned()).collect();
    ids.retain(|id| id.len() == 36);
    ids
}

#[tokio::test]
async fn devices_are_named_added_and_revoked_but_never_the_last() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        house.application(sp.settings()).await;
        let (_, mut browser) = house.enrolled("Maya", None).await;
        let me = browser.log_in("/me").await;
        assert!(me.body.contains("https://jira.example/start"), "a tile leads to the access URL");
        assert!(me.body.contains("Chrome on Linux"), "this browser knows her");
        let ids = device_ids(&me.body);
        assert_eq!(ids.len(), 1);
        let csrf = me.csrf();
        let renamed = browser
            .post(&format!("/me/devices/{}/rename", ids[0]), &[("csrf", &csrf), ("label", "Old laptop")])
            .await;
        assert_eq!(renamed.to(), "/me");
        assert!(browser.get("/me").await.body.contains("Old laptop"));
        let last = browser.post(&format!("/me/devices/{}/revoke", ids[0]), &[("csrf", &csrf)]).await;
        assert_eq!(last.status, StatusCode::CONFLICT);
        assert!(last.has_code("passkey-last"), "{}", last.body);

        // A further device takes a fresh ceremony.
        house.clock.advance(SignedDuration::from_mins(6));
        assert!(browser.get("/me/devices/new").await.to().starts_with("/step-up?to="));
        let page = browser.visit("/me/devices/new").await;
        let up = browser.prove_with(&page, json!({ "back": "/me/devices/new" })).await;
        assert_eq!(up.status, StatusCode::OK, "{}", up.body);
        let first = std::mem::replace(&mut browser.authenticator, Authenticator::new());
        assert_eq!(browser.enrol("/me/devices/new").await, "/me");
        let me = browser.get("/me").await;
        assert_eq!(device_ids(&me.body).len(), 2, "{}", me.body);

        // Now the first one can go, and signs nobody in any more.
        let revoked = browser.post(&format!("/me/devices/{}/revoke", ids[0]), &[("csrf", &csrf)]).await;
        assert_eq!(revoked.to(), "/me");
        assert_eq!(device_ids(&browser.get("/me").await.body).len(), 1);
        let mut thief = house.browser();
        thief.authenticator = first;
        let page = thief.visit("/me").await;
        assert_eq!(thief.prove(&page).await.status, StatusCode::FORBIDDEN);
        let mut next = house.browser();
        next.authenticator = std::mem::take(&mut browser.authenticator);
        assert!(next.log_in("/me").await.body.contains("Hello Maya"));
    })
    .await;
}

#[tokio::test]
async fn two_revocations_at_once_leave_one_device() {
    on_each_engine(async |house| {
        let (maya, mut browser) = house.enrolled("Maya", None).await;
        browser.log_in("/me").await;
        browser.enrol("/me/devices/new").await;
        let ids = device_ids(&browser.get("/me").await.body);
        let csrf = browser.get("/me").await.csrf();
        let mut twin = house.browser();
        twin.cookies = browser.cookies.clone();
        let (first, second) =
            (format!("/me/devices/{}/revoke", ids[0]), format!("/me/devices/{}/revoke", ids[1]));
        let fields = [("csrf", csrf.as_str())];
        let (one, two) = tokio::join!(browser.post(&first, &fields), twin.post(&second, &fields));
        let done = [one.status, two.status];
        assert!(done.contains(&StatusCode::SEE_OTHER) && done.contains(&StatusCode::CONFLICT), "{done:?}");
        let read = house.store.read().await.expect("reads");
        assert_eq!(console::passkeys::count(&read, maya.id).await.expect("counts"), 1);
    })
    .await;
}

#[tokio::test]
async fn a_browser_can_be_forgotten_and_its_secret_changes_at_every_ceremony() {
    let house = House::new().await;
    let (_, mut browser) = house.enrolled("Maya", None).await;
    browser.log_in("/me").await;
    let known = browser.cookies["__Host-idp-known"].clone();
    browser.cookies.remove("__Host-idp-session");
    let me = browser.log_in("/me").await;
    assert_ne!(browser.cookies["__Host-idp-known"], known, "a copied cookie knows nobody any more");
    assert_eq!(me.body.matches("/forget").count(), 1, "still one browser");
    let path = format!("/me/browsers/{}/forget", me.between("/me/browsers/", "/forget"));
    assert_eq!(browser.post(&path, &[("csrf", &me.csrf())]).await.to(), "/me");
    assert!(!browser.get("/me").await.body.contains("/forget"));
    let again = browser.post(&path, &[("csrf", &me.csrf())]).await;
    assert!(again.has_code("device-unknown"), "{}", again.body);
}

#[tokio::test]
async fn signing_out_ends_both_sessions() {
    let house = House::new().await;
    let (_, mut browser) = house.enrolled("Olga", Some(idp::model::role::Role::Owner)).await;
    let console = browser.log_in("/admin").await;
    let old = browser.cookies.clone();
    let out = browser.post("/sign-out", &[("csrf", &console.csrf())]).await;
    assert_eq!(out.to(), "/login");
    browser.cookies = old;
    assert!(browser.get("/admin").await.to().starts_with("/login"), "the old cookies open nothing");
    assert!(browser.get("/me").await.to().starts_with("/login"));
}

#[tokio::test]
async fn the_door_sends_nobody_elsewhere() {
    let house = House::new().await;
    let (_, mut browser) = house.enrolled("Maya", None).await;
    for to in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let page = browser
            .get(&format!(
                "/login?to={}",
                url::form_urlencoded::byte_serialize(to.as_bytes()).collect::<String>()
            ))
            .await;
        assert!(page.body.contains("name=\"back\" value=\"/me\""), "{to}");
        let done = browser.prove_with(&page, json!({ "back": to })).await;
        assert_eq!(done.json()["go"], "/me", "{to}");
    }
}
