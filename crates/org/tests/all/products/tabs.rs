//! Several tabs of one browser, and whoever only looks.

use http::header::ALLOW;
use http::{Method, StatusCode};
use jiff::SignedDuration;
use store::testing::{TestDatabase, databases};

use super::party::{Party, signed_in};
use crate::kit::{Browser, Idp, World, maya};

/// Ten restored tabs share a session: what a tab's product was given a moment ago is good after another tab came home.
#[tokio::test]
async fn a_tab_that_comes_home_later_leaves_what_the_first_was_given() {
    for database in databases().await {
        let world = World::new(&database).await;
        let jira = Party::register(&world).await;
        let mut browser = world.browser();
        let address = "maya@acme.example";
        let first = world.leave(&mut browser, address, "/first").await;
        let second = world.leave(&mut browser, address, "/second").await;
        let third = world.leave(&mut browser, address, "/third").await;
        let again = world.leave(&mut browser, address, &jira.request(&[("again", "x")])).await;
        let at = world.now();
        let come = async |browser: &mut Browser, target: &str, at| {
            let form = world.idp().answer(&world.acme.us, target, &maya(), at);
            browser.bring_home(&world.acme.us, &form).await.location().unwrap()
        };

        come(&mut browser, &first, at).await;
        let code = jira.code(&mut browser).await;
        let cookie = browser.cookie("__Host-org-session").map(str::to_owned);
        assert_eq!(come(&mut browser, &second, at).await, "/second");
        assert_eq!(browser.cookie("__Host-org-session").map(str::to_owned), cookie);
        assert_eq!(jira.redeem(&world, &code).await.status, StatusCode::OK, "{}", database.engine());
        assert_eq!(world.count("session.opened").await, 1);
        assert_eq!(world.count("sign_in.succeeded").await, 2);

        // A product that wants a new proof is not served with the session that there was.
        come(&mut browser, &again, at).await;
        assert_eq!(world.count("session.opened").await, 2);

        // A newer proof opens a session of its own, and the one before ends.
        let before = browser.clone();
        come(&mut browser, &third, at + SignedDuration::from_secs(1)).await;
        assert_eq!(world.count("session.opened").await, 3);
        assert_eq!(before.clone().who().await, None);
        assert_eq!(browser.who().await.as_deref(), Some(address));
    }
}

/// A link checker asks with HEAD: it takes no answer, begins no sign-in and gets no code.
#[tokio::test]
async fn head_writes_nothing_anywhere_and_takes_nothing() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let jira = Party::register(&world).await;
    let mut browser = signed_in(&world).await;
    let mut other = world.browser();
    let target = world.leave(&mut other, "maya@acme.example", "/").await;
    let (open, _) = Idp::read(&world.leave(&mut other, "maya@acme.example", "/").await);
    let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
    let arrival = other.post_answer(&world.acme.us, &form).await.location().unwrap();
    let once = [format!("/login/again/{}", open.id.as_str()), arrival];

    let writes = || world.org.store().turns().cells.iter().map(|(_, count)| count).sum::<u64>();
    let before = writes();
    for path in &once {
        let answer = other.any(Method::HEAD, path).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert!(answer.headers[ALLOW].to_str().unwrap().contains("GET"), "{path}");
    }
    let answer = browser.any(Method::HEAD, &jira.request(&[])).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    let unique_id = world.acme.made.unique_id.to_string();
    for address in org::addresses() {
        let path =
            ["{handle}", "{token}", "{what}"].iter().fold(address.to_owned(), |p, name| p.replace(name, "x"));
        browser.any(Method::HEAD, &path.replace("{unique_id}", &unique_id)).await;
        assert_eq!(writes(), before, "{address}");
    }

    // All of it was there to be taken.
    for path in &once {
        let before = writes();
        other.get(path).await;
        assert!(writes() > before, "{path}");
    }
    jira.code(&mut browser).await;
}
