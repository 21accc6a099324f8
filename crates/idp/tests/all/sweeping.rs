//! What is over goes, and what must be remembered stays.

use idp::model::user::User;
use jiff::SignedDuration;

use crate::house::{Browser, House, Sp, on_each_engine};

async fn sign_in(house: &House, sp: &Sp, browser: &mut Browser, _user: &User) {
    let page = browser.visit(&sp.ask(house).url).await;
    let done = browser.prove(&page).await;
    browser.get(done.json()["go"].as_str().expect("a path")).await;
}

#[tokio::test]
async fn finished_and_forgotten_sign_ins_go_and_the_last_use_stays() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        house.application(sp.settings()).await;
        let (maya, mut browser) = house.enrolled("Maya", None).await;
        sign_in(&house, &sp, &mut browser, &maya).await;
        let waiting = house.browser().get(&sp.ask(&house).url).await.to().to_owned();
        assert!(waiting.starts_with("/sign-in/"));
        let used_at = house.now();
        house.clock.advance(SignedDuration::from_mins(61));
        idp::run_jobs_once(&house.idp).await.expect("sweeps");
        let (_, mut owner) = house.enrolled("Olga", Some(idp::model::role::Role::Owner)).await;
        let list = owner.log_in("/admin/applications").await;
        let stamp = used_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        assert!(list.body.contains(&stamp), "{}", list.body);
        // A sign-in that was swept is unknown.
        let gone = browser.get(&waiting).await;
        assert!(gone.has_code("sign-in-unknown"), "{}", gone.body);
    })
    .await;
}

#[tokio::test]
async fn one_network_has_a_thousand_open_sign_ins_at_most() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    house.application(sp.settings()).await;
    let mut first = house.browser();
    let oldest = first.get(&sp.ask(&house).url).await.to().to_owned();
    assert_eq!(first.get(&oldest).await.status, http::StatusCode::OK);
    for _ in 0..1_000 {
        house.clock.advance(SignedDuration::from_millis(2));
        house.browser().get(&sp.ask(&house).url).await;
    }
    assert_eq!(first.get(&oldest).await.status, http::StatusCode::NOT_FOUND, "the oldest made room");
}
