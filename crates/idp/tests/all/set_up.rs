//! The set-up link of the first owner: once, for an hour, and nothing else opens the console.

use http::StatusCode;
use jiff::SignedDuration;

use crate::house::{House, on_each_engine};

async fn link(house: &House) -> String {
    house.idp.set_up_link().await.expect("reads").expect("a link").path().to_owned()
}

const OWNER: [(&str, &str); 3] =
    [("first_name", "Olga"), ("last_name", "Lind"), ("email", "Olga@acme.example")];

#[tokio::test]
async fn the_link_leads_the_first_owner_into_the_console() {
    on_each_engine(async |house| {
        let path = link(&house).await;
        let mut browser = house.browser();
        assert!(browser.get("/admin").await.to().starts_with("/login"), "nothing else opens it");
        // Looking changes nothing.
        for _ in 0..3 {
            assert_eq!(house.browser().get(&path).await.status, StatusCode::OK);
        }
        let page = browser.get(&path).await;
        let csrf = page.csrf();
        let faulty = browser
            .post(&path, &[("csrf", &csrf), ("first_name", "Olga"), ("last_name", ""), ("email", "olga")])
            .await;
        assert_eq!(faulty.status, StatusCode::OK);
        assert!(faulty.body.contains("value=\"Olga\""), "what was typed stays");
        assert!(faulty.body.contains("id=\"last_name-error\""), "{}", faulty.body);
        let fields: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(OWNER).collect();
        assert_eq!(browser.post(&path, &fields).await.to(), path);
        assert_eq!(browser.enrol(&path).await, "/admin");
        let console = browser.get("/admin").await;
        assert_eq!(console.status, StatusCode::OK, "{}", console.body);
        assert!(console.body.contains("Olga Lind"));

        // Used up, and there is no other.
        let used = browser.get(&path).await;
        assert_eq!(used.status, StatusCode::GONE);
        assert!(used.has_code("invitation-used"), "{}", used.body);
        assert_eq!(house.idp.set_up_link().await.expect("reads"), None);
        // The passkey opens it again.
        browser.cookies.clear();
        assert!(browser.log_in("/admin").await.body.contains("Olga Lind"));
        assert_eq!(house.events_of("deployment.set_up").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn two_links_make_one_owner() {
    on_each_engine(async |house| {
        let (first, second) = (link(&house).await, link(&house).await);
        let mut browsers = [(house.browser(), first), (house.browser(), second)];
        for (number, (browser, path)) in browsers.iter_mut().enumerate() {
            let csrf = browser.get(path).await.csrf();
            let email = format!("olga{number}@acme.example");
            let fields = [
                ("csrf", csrf.as_str()),
                ("first_name", "Olga"),
                ("last_name", "Lind"),
                ("email", email.as_str()),
            ];
            assert_eq!(browser.post(path, &fields).await.to(), *path);
        }
        let [(one, first), (two, second)] = &mut browsers;
        // The second is on its way when the first arrives.
        let page = two.get(second).await;
        let (begin, finish) = crate::house::places(&page);
        let csrf = page.csrf();
        let options = two.post_json(&begin, &csrf, &serde_json::json!({})).await;
        let credential = two.authenticator.register(crate::house::ORIGIN_URL, &options.body);
        let credential: serde_json::Value = serde_json::from_str(&credential).expect("JSON");
        assert_eq!(one.enrol(first).await, "/admin");
        let answer = serde_json::json!({ "credential": credential });
        let refused = two.post_json(&finish, &csrf, &answer).await;
        assert_eq!(refused.status, StatusCode::GONE, "{}", refused.body);
        let refused = two.get(second).await;
        assert!(refused.has_code("already-set-up"), "{}", refused.body);
    })
    .await;
}

#[tokio::test]
async fn after_an_hour_the_link_is_over() {
    let house = House::new().await;
    let path = link(&house).await;
    house.clock.advance(SignedDuration::from_mins(60));
    let over = house.browser().get(&path).await;
    assert_eq!(over.status, StatusCode::GONE);
    assert!(over.has_code("invitation-expired"), "{}", over.body);
}

#[tokio::test]
async fn a_token_that_is_none_is_unknown() {
    let house = House::new().await;
    for path in ["/invitation/x".to_owned(), format!("/invitation/{}", "A".repeat(43))] {
        let reply = house.browser().get(&path).await;
        assert!(reply.has_code("invitation-unknown"), "{}", reply.body);
    }
}
