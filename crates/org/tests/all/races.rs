//! Once, in this browser, for this request: also when everything comes at once.

use http::StatusCode;
use jiff::SignedDuration;
use store::testing::{TestDatabase, databases};

use crate::kit::{Form, World, maya};

#[tokio::test]
async fn fifty_posts_of_one_message_make_one_session() {
    for database in databases().await {
        let world = World::new(&database).await;
        let mut browser = world.browser();
        let target = world.leave(&mut browser, "maya@acme.example", "/oidc/x").await;
        let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
        let posts = (0..50).map(|_| {
            let (mut browser, form, us) = (browser.clone(), form.clone(), world.acme.us.clone());
            tokio::spawn(async move {
                let posted = browser.post_answer(&us, &form).await;
                let handle = posted.location().unwrap_or_else(|| panic!("{posted:?}"));
                let home = browser.get(&handle).await;
                assert_eq!(home.location().as_deref(), Some("/oidc/x"), "{home:?}");
                (handle, browser.cookie("__Host-org-session").map(str::to_owned))
            })
        });
        let posts: Vec<_> = posts.collect();
        let mut outcomes = Vec::new();
        for post in posts {
            outcomes.push(post.await.unwrap());
        }
        assert!(
            outcomes.iter().all(|(handle, _)| *handle == outcomes[0].0),
            "{}: one handle",
            database.engine()
        );
        let sessions = outcomes.iter().filter(|(_, session)| session.is_some()).count();
        assert_eq!(sessions, 1, "{}", database.engine());
        assert_eq!(world.count("session.opened").await, 1, "{}", database.engine());
        assert_eq!(world.count("sign_in.succeeded").await, 1);
        assert_eq!(world.count("account.created").await, 2, "Frida, and Maya once");
    }
}

#[tokio::test]
async fn ten_restored_tabs_all_come_home() {
    for database in databases().await {
        let world = World::new(&database).await;
        let mut browser = world.browser();
        let mut tabs = Vec::new();
        for tab in 0..10 {
            let link = format!("/oidc/acme/authorize?tab={tab}");
            let target = world.leave(&mut browser, "maya@acme.example", &link).await;
            tabs.push((link, target));
        }
        world.clock.advance(SignedDuration::from_mins(65));
        for (link, target) in tabs.iter().rev() {
            let form = world.idp().answer(&world.acme.us, target, &maya(), world.now());
            let home = browser.bring_home(&world.acme.us, &form).await;
            assert_eq!(home.location().as_ref(), Some(link), "{home:?}");
        }
        assert_eq!(browser.who().await.as_deref(), Some("maya@acme.example"));
    }
}

#[tokio::test]
async fn ten_tabs_at_once_make_one_account() {
    for database in databases().await {
        let world = World::new(&database).await;
        let mut browser = world.browser();
        let mut tabs = Vec::new();
        for tab in 0..10 {
            let target = world.leave(&mut browser, "maya@acme.example", &format!("/{tab}")).await;
            let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
            let (mut browser, us) = (browser.clone(), world.acme.us.clone());
            tabs.push(async move { (tab, browser.bring_home(&us, &form).await) });
        }
        let tabs: Vec<_> = tabs.into_iter().map(tokio::spawn).collect();
        for tab in tabs {
            let (tab, home) = tab.await.unwrap();
            assert_eq!(home.location(), Some(format!("/{tab}")), "{}: {home:?}", database.engine());
        }
        assert_eq!(world.count("account.created").await, 2, "Frida, and Maya once");
    }
}

#[tokio::test]
async fn a_request_lives_seventy_minutes_and_a_browser_has_thirty_two() {
    for database in databases().await {
        let world = World::new(&database).await;
        let mut browser = world.browser();
        let mut targets = Vec::new();
        for second in 0..34 {
            world.clock.advance(SignedDuration::from_secs(1));
            targets.push(world.leave(&mut browser, "maya@acme.example", &format!("/{second}")).await);
        }
        let answer = |target: &String| world.idp().answer(&world.acme.us, target, &maya(), world.now());
        for (target, dropped) in [(&targets[1], true), (&targets[2], false), (&targets[33], false)] {
            let posted = browser.post_answer(&world.acme.us, &answer(target)).await;
            match dropped {
                true => assert_eq!(posted.code(), "request-unknown"),
                false => assert_eq!(posted.status, StatusCode::SEE_OTHER, "{posted:?}"),
            }
        }
        world.clock.advance(SignedDuration::from_mins(71));
        let late = world.idp().answer(&world.acme.us, &targets[20], &maya(), world.now());
        let posted = browser.post_answer(&world.acme.us, &late).await;
        assert_eq!(posted.code(), "request-unknown");
    }
}

#[tokio::test]
async fn an_accepted_assertion_is_refused_everywhere_else_also_after_a_restart() {
    for database in databases().await {
        let mut world = World::new(&database).await;
        let mut browser = world.browser();
        let target = world.leave(&mut browser, "maya@acme.example", "/oidc/x").await;
        let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
        browser.bring_home(&world.acme.us, &form).await;
        for _ in 0..2 {
            let mut other = world.browser();
            let page = other.post_answer(&world.acme.us, &form).await;
            assert_eq!(page.code(), "replayed");
            let mut also_pending = world.browser();
            world.leave(&mut also_pending, "maya@acme.example", "/").await;
            let page = also_pending.post_answer(&world.acme.us, &form).await;
            assert_eq!(page.code(), "replayed");
            assert!(also_pending.cookie("__Host-org-session").is_none());
            let mut same = browser.at(&world.router);
            same.forget("__Host-org-session");
            let home = same.bring_home(&world.acme.us, &form).await;
            assert_eq!(home.location().as_deref(), Some("/oidc/x"), "the same browser is led on");
            assert!(same.cookie("__Host-org-session").is_none(), "and gets no second session");
            drop((other, also_pending, same));
            browser = browser.at(&axum::Router::new());
            world = world.restarted(&database).await;
        }
        assert_eq!(world.count("session.opened").await, 1);
        let event = world.last("sign_in.refused").await;
        assert_eq!(event.data["code"], "replayed");
    }
}

#[tokio::test]
async fn the_same_message_in_other_bytes_is_the_same_message() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut browser = world.browser();
    let target = world.leave(&mut browser, "maya@acme.example", "/").await;
    let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
    let first = browser.post_answer(&world.acme.us, &form).await.location().unwrap();
    let spaced = Form { saml_response: form.saml_response.replace('A', " A"), ..form.clone() };
    let again = browser.post_answer(&world.acme.us, &spaced).await.location().unwrap();
    assert_eq!(first, again);
    let mut other = world.browser();
    let elsewhere = other.post_answer(&world.acme.us, &spaced).await;
    assert_eq!(elsewhere.code(), "replayed", "the key is what was signed, not what was posted");
    let edited = form.edited(|bytes| {
        let text = String::from_utf8(bytes).unwrap();
        text.replacen("Destination=", "Consent=\"urn:x\" Destination=", 1).into_bytes()
    });
    let page = browser.post_answer(&world.acme.us, &edited).await;
    assert!(
        ["replayed", "request-used", "malformed-assertion", "response-malformed"]
            .contains(&page.code().as_str())
    );
}

#[tokio::test]
async fn another_browser_gets_nothing() {
    for database in databases().await {
        let world = World::new(&database).await;
        let mut browser = world.browser();
        let target = world.leave(&mut browser, "maya@acme.example", "/").await;
        let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
        let mut victim = world.browser();
        let page = victim.post_answer(&world.acme.us, &form).await;
        assert_eq!(page.code(), "request-unknown", "without a pending cookie");
        world.leave(&mut victim, "noah@acme.example", "/").await;
        let page = victim.post_answer(&world.acme.us, &form).await;
        assert_eq!(page.code(), "request-unknown", "with another browser's");
        let event = world.last("sign_in.refused").await;
        assert_eq!(event.data["code"], "request-unknown", "a genuine message has its own event");

        let arrival = browser.post_answer(&world.acme.us, &form).await.location().unwrap();
        for mut thief in [world.browser(), victim.clone()] {
            let page = thief.get(&arrival).await;
            assert_eq!((page.status, page.code().as_str()), (StatusCode::NOT_FOUND, "arrival-unknown"));
        }
        assert_eq!(victim.who().await, None);
        browser.get(&arrival).await;
        assert_eq!(browser.who().await.as_deref(), Some("maya@acme.example"), "and the owner still gets in");
    }
}

#[tokio::test]
async fn a_lost_relay_state_is_found_by_in_response_to() {
    for database in databases().await {
        let world = World::new(&database).await;
        for lost in [None, Some("something-else".to_owned())] {
            let mut browser = world.browser();
            let target = world.leave(&mut browser, "maya@acme.example", "/oidc/x").await;
            let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
            let form = Form { relay_state: lost, ..form.without_relay_state() };
            let home = browser.bring_home(&world.acme.us, &form).await;
            assert_eq!(home.location().as_deref(), Some("/oidc/x"), "{home:?}");
        }
    }
}

#[tokio::test]
async fn refresh_and_back_lead_to_the_product() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut browser = world.browser();
    let target = world.leave(&mut browser, "maya@acme.example", "/oidc/x").await;
    let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
    let arrival = browser.post_answer(&world.acme.us, &form).await.location().unwrap();
    browser.get(&arrival).await;
    world.clock.advance(SignedDuration::from_mins(30));
    for _ in 0..2 {
        let again = browser.post_answer(&world.acme.us, &form).await.location().unwrap();
        assert_eq!(again, arrival, "an expired message that this browser posted before leads on");
        assert_eq!(browser.get(&arrival).await.location().as_deref(), Some("/oidc/x"));
    }
    assert_eq!(world.count("session.opened").await, 1);
}

#[tokio::test]
async fn one_of_many_answers_to_one_request_wins() {
    for database in databases().await {
        let world = World::new(&database).await;
        let mut browser = world.browser();
        let target = world.leave(&mut browser, "maya@acme.example", "/").await;
        let posts: Vec<_> = (0..20)
            .map(|_| {
                let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
                let (mut browser, us) = (browser.clone(), world.acme.us.clone());
                tokio::spawn(async move { browser.post_answer(&us, &form).await })
            })
            .collect();
        let mut won = 0;
        for post in posts {
            let posted = post.await.unwrap();
            match posted.location() {
                Some(_) => won += 1,
                None => assert_eq!(posted.code(), "request-used"),
            }
        }
        assert_eq!(won, 1, "{}", database.engine());
    }
}
