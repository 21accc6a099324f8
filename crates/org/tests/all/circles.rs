//! Nobody is sent round and round.

use http::StatusCode;
use jiff::SignedDuration;
use store::testing::databases;

use crate::kit::{World, maya, noah};

#[tokio::test]
async fn three_round_trips_in_a_minute_stop() {
    for database in databases().await {
        let world = World::new(&database).await;
        let mut browser = world.browser();
        let mut target = world.leave(&mut browser, "maya@acme.example", "/oidc/x").await;
        let mut page = None;
        for trip in 0..3 {
            let form = world.idp().answer(&world.acme.us, &target, &noah(), world.now());
            let refused = browser.bring_home(&world.acme.us, &form).await;
            assert_eq!(refused.code(), "name-id-mismatch");
            world.clock.advance(SignedDuration::from_secs(5));
            let next = browser.get(&refused.way_on()).await;
            match trip {
                0 | 1 => target = next.location().unwrap(),
                _ => page = Some(next),
            }
        }
        let page = page.unwrap();
        assert_eq!(
            (page.status, page.code().as_str()),
            (StatusCode::TOO_MANY_REQUESTS, "too-many-round-trips")
        );
        let event = world.last("sign_in.refused").await;
        assert_eq!(event.data["code"], "too-many-round-trips");
        assert!(page.body.contains(&event.trace.unwrap()));
        for _ in 0..60 {
            let stopped = browser.type_address("maya@acme.example", "/").await;
            assert_eq!(stopped.code(), "too-many-round-trips");
        }
        let mut stops = world.events().await;
        stops.retain(|event| event.data["code"] == "too-many-round-trips");
        assert!((1..=21).contains(&stops.len()), "no event for each try: {}", stops.len());

        world.clock.advance(SignedDuration::from_secs(61));
        let home = world.sign_in(&mut browser, &maya()).await;
        assert_eq!(home.status, StatusCode::SEE_OTHER, "{home:?}");
    }
}

#[tokio::test]
async fn answers_that_are_refused_at_the_post_count_too() {
    let database = store::testing::TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut browser = world.browser();
    for _ in 0..3 {
        let target = world.leave(&mut browser, "maya@acme.example", "/").await;
        let impostor = world.idp().with_another_key();
        let form = impostor.answer(&world.acme.us, &target, &maya(), world.now());
        assert_eq!(browser.post_answer(&world.acme.us, &form).await.code(), "wrong-signature");
    }
    let stopped = browser.type_address("maya@acme.example", "/").await;
    assert_eq!(stopped.code(), "too-many-round-trips");
}

#[tokio::test]
async fn no_access_is_a_page_and_never_another_redirect() {
    let database = store::testing::TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut browser = world.browser();
    world.sign_in(&mut browser, &maya()).await;
    let page = browser.get("/admin").await;
    assert_eq!((page.status, page.code().as_str()), (StatusCode::FORBIDDEN, "not-an-administrator"));
}
