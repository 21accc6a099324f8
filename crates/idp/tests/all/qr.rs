//! The QR sign-in when all goes well.

use axum::body::BodyDataStream;
use futures_util::StreamExt as _;
use http::{Method, StatusCode};
use idp::model::role::Role;
use jiff::SignedDuration;
use serde_json::Value;
use std::time::Duration;

use crate::house::{House, Sent, is_post_page, on_each_engine, settings};
use crate::qr_parties::{
    AWAY, Parties, approve, credential, digits, link, open, phone_of, show_code, state, type_digits,
};

#[tokio::test]
async fn from_the_code_to_the_assertion() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        let code = p.code().await;
        let waiting = state(&mut p.desktop, &code).await;
        assert_eq!(waiting["state"], "waiting");
        assert!(waiting["text"]["digits"].is_null(), "nothing to type before a phone has opened it");

        // Looking changes nothing, whoever looks.
        for _ in 0..3 {
            let looked = p.house.browser().get(&code.link).await;
            assert_eq!(looked.status, StatusCode::OK);
            assert!(!looked.body.contains("Jira"), "previewers learn nothing: {}", looked.body);
        }
        assert_eq!(state(&mut p.desktop, &code).await, waiting);

        p.house.clock.advance(SignedDuration::from_secs(12));
        let page = open(&mut p.phone, &code.link).await;
        let shown = digits(&mut p.desktop, &code).await;
        let seen = p.phone.get(&page).await;
        for fact in
            ["Jira", "jira.example", "Chrome on Linux", "203.0.113.7", "Same as this phone", "12 seconds ago"]
        {
            assert!(
                seen.body.replace(['\u{2068}', '\u{2069}'], "").contains(fact),
                "no {fact} in {}",
                seen.body
            );
        }
        assert!(!seen.body.contains("Maya") && !seen.body.contains("acme.example"), "{}", seen.body);
        assert!(!seen.body.contains(&format!(">{shown}<")), "the digits are typed, not shown");
        let on_desktop = p.desktop.get(&format!("{}/qr", code.sign_in)).await;
        assert!(on_desktop.body.contains(&format!(">{shown}<")));

        let ready = type_digits(&mut p.phone, &page, &shown).await;
        assert!(ready.body.contains("data-passkey=\"authenticate\""), "{}", ready.body);
        assert_eq!(state(&mut p.desktop, &code).await["state"], "typed");
        let done = approve(&mut p.phone, &page).await;
        assert_eq!(done.json()["go"], page);
        let proven_at = p.house.now();
        assert!(p.phone.get(&page).await.body.contains("Go on at the other screen"));
        let cookies: Vec<_> = p.phone.cookies.keys().map(String::as_str).collect();
        assert_eq!(cookies, ["__Host-idp-browser"], "nothing is opened on the phone");

        p.house.clock.advance(SignedDuration::from_secs(9));
        let news = state(&mut p.desktop, &code).await;
        assert_eq!((&news["state"], &news["done"]), (&"approved".into(), &true.into()));
        let go = news["go"].as_str().expect("a path").to_owned();
        let named = p.desktop.get(&go).await;
        assert!(named.body.contains("Continue as Maya Okafor"), "{}", named.body);
        assert!(named.body.contains("maya@acme.example"));
        assert!(!p.desktop.cookies.contains_key("__Host-idp-session"), "not before the click");
        let post = p.go_on(&code).await;
        let assertion = p.sp.signed_in(&p.house, &code.pending, &post);
        assert_eq!(assertion.name_id().value(), "maya@acme.example");
        assert_eq!(assertion.authn_instant(), proven_at, "the ceremony's moment, not the click's");
        assert!(p.desktop.cookies.contains_key("__Host-idp-session"));
        assert!(!p.desktop.cookies.contains_key("__Host-idp-known"), "a code makes no browser known");

        let issued = p.house.events_of("assertion.issued").await;
        assert_eq!(issued[0].data["method"], "qr");
        let kinds: Vec<_> = p.house.events().await.into_iter().map(|event| event.kind).collect();
        for kind in
            ["qr.began", "qr.opened", "qr.digits_typed", "qr.approved", "qr.completed", "sign_in.confirmed"]
        {
            assert_eq!(kinds.iter().filter(|found| *found == kind).count(), 1, "{kind} in {kinds:?}");
        }
        assert!(p.refusals().await.is_empty());

        // It is over: nothing more comes of it.
        assert_eq!(state(&mut p.desktop, &code).await["go"], code.sign_in);
        let again = p.desktop.visit(&format!("{}/qr", code.sign_in)).await;
        assert!(!is_post_page(&again) && again.body.contains("Already done"), "{}", again.body);
    })
    .await;
}

#[tokio::test]
async fn a_known_browser_goes_on_at_once_from_any_network() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        p.make_known().await;
        p.phone.address = Some(AWAY);
        let (code, _) = p.approved().await;
        let go = state(&mut p.desktop, &code).await["go"].as_str().expect("a path").to_owned();
        let post = p.desktop.visit(&go).await;
        assert!(is_post_page(&post), "nobody is named where they are known: {}", post.body);
        assert_eq!(p.sp.signed_in(&p.house, &code.pending, &post).name_id().value(), "maya@acme.example");
        assert!(p.desktop.cookies.contains_key("__Host-idp-session"));
    })
    .await;
}

#[tokio::test]
async fn the_code_renews_itself_and_the_one_before_is_tolerated() {
    let mut p = Parties::new().await;
    let code = p.code().await;
    let image = |news: &Value| news["src"]["qr"].as_str().expect("an image").to_owned();
    let first = image(&state(&mut p.desktop, &code).await);
    assert_eq!(link(&first), code.link, "polling and page show the same code");
    p.house.clock.advance(SignedDuration::from_secs(29));
    assert_eq!(image(&state(&mut p.desktop, &code).await), first);
    p.house.clock.advance(SignedDuration::from_secs(1));
    let second = image(&state(&mut p.desktop, &code).await);
    assert_ne!(second, first);
    p.house.clock.advance(SignedDuration::from_secs(29));
    assert_eq!(p.house.browser().get(&code.link).await.status, StatusCode::OK, "59 seconds old");
    // Loading the page, or asking again, keeps the transaction.
    let same = show_code(&mut p.desktop, &code.sign_in).await;
    assert_eq!(same.between("data-live-src=\"qr\" src=\"", "\""), second);
    p.house.clock.advance(SignedDuration::from_secs(1));
    let gone = p.house.browser().get(&code.link).await;
    assert!(gone.status == StatusCode::GONE && gone.has_code("qr-expired"), "{}", gone.body);
    let third = image(&state(&mut p.desktop, &code).await);
    open(&mut p.phone, &link(&third)).await;
    assert_eq!(state(&mut p.desktop, &code).await["state"], "opened");
}

#[tokio::test]
async fn a_sign_in_page_left_open_gets_a_new_code() {
    let mut p = Parties::new().await;
    let code = p.code().await;
    p.house.clock.advance(SignedDuration::from_mins(5));
    let over = state(&mut p.desktop, &code).await;
    assert_eq!((&over["state"], &over["done"]), (&"expired".into(), &true.into()));
    p.house.clock.advance(SignedDuration::from_mins(40));
    let page = p.desktop.get(&format!("{}/qr", code.sign_in)).await;
    assert!(page.body.contains("Show a new code"));
    let shown = show_code(&mut p.desktop, &code.sign_in).await;
    let fresh = link(shown.between("data-live-src=\"qr\" src=\"", "\""));
    assert_ne!(fresh, code.link);
    let page = open(&mut p.phone, &fresh).await;
    let shown = digits(&mut p.desktop, &code).await;
    type_digits(&mut p.phone, &page, &shown).await;
    approve(&mut p.phone, &page).await;
    let post = p.go_on(&code).await;
    p.sp.signed_in(&p.house, &code.pending, &post);
}

#[tokio::test]
async fn a_challenge_can_be_renewed() {
    let mut p = Parties::new().await;
    let (code, path) = p.typed().await;
    let page = p.phone.get(&path).await;
    // Dismissed once, then done.
    let _ = credential(&mut p.phone, &page).await;
    p.house.clock.advance(SignedDuration::from_secs(60));
    let done = approve(&mut p.phone, &path).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let post = p.go_on(&code).await;
    p.sp.signed_in(&p.house, &code.pending, &post);
}

#[tokio::test]
async fn desktop_on_one_node_and_phone_on_another_and_a_restart_between_all_steps() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        p.phone.router = p.house.node(settings()).await;
        let code = p.code().await;
        p.desktop.router = p.house.node(settings()).await;
        assert_eq!(
            link(state(&mut p.desktop, &code).await["src"]["qr"].as_str().expect("an image")),
            code.link
        );
        let page = open(&mut p.phone, &code.link).await;
        p.desktop.router = p.house.node(settings()).await;
        let shown = digits(&mut p.desktop, &code).await;
        p.phone.router = p.house.node(settings()).await;
        let ready = type_digits(&mut p.phone, &page, &shown).await;
        let (finish, csrf, answer) = credential(&mut p.phone, &ready).await;
        p.phone.router = p.house.node(settings()).await;
        let done = p.phone.post_json(&finish, &csrf, &answer).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        p.desktop.router = p.house.node(settings()).await;
        let post = p.go_on(&code).await;
        p.sp.signed_in(&p.house, &code.pending, &post);
    })
    .await;
}

/// The next event of a stream.
async fn next(stream: &mut BodyDataStream) -> Option<Value> {
    loop {
        let piece = tokio::time::timeout(Duration::from_secs(4), stream.next()).await.expect("in time")?;
        let text = String::from_utf8(piece.expect("a piece").to_vec()).expect("text");
        if let Some(data) = text.trim().strip_prefix("data: ") {
            return Some(serde_json::from_str(data).expect("JSON"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_say_what_polling_says_and_are_woken_from_another_node() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        p.phone.router = p.house.node(settings()).await;
        let code = p.code().await;
        let path = format!("{}/qr/events", code.sign_in);
        let answer = p.desktop.answer(Method::GET, &path, Sent::Nothing).await;
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.headers()["x-accel-buffering"], "no");
        let mut stream = answer.into_body().into_data_stream();
        assert_eq!(next(&mut stream).await, Some(state(&mut p.desktop, &code).await));

        // Each step arrives long before the stream would have looked by itself.
        let page = open(&mut p.phone, &code.link).await;
        assert_eq!(next(&mut stream).await, Some(state(&mut p.desktop, &code).await));
        let shown = digits(&mut p.desktop, &code).await;
        type_digits(&mut p.phone, &page, &shown).await;
        assert_eq!(next(&mut stream).await.expect("an event")["state"], "typed");
        approve(&mut p.phone, &page).await;
        assert_eq!(next(&mut stream).await, Some(state(&mut p.desktop, &code).await));
        assert_eq!(next(&mut stream).await, None, "nothing more will come");
    })
    .await;
}

#[tokio::test]
async fn a_session_by_code_opens_applications_and_nothing_else() {
    let mut p = Parties::new().await;
    let owner = p.house.user("Olga", Some(Role::Owner)).await;
    p.phone = phone_of(&p.house, &owner).await;
    let (code, _) = p.approved().await;
    let post = p.go_on(&code).await;
    assert_eq!(p.sp.signed_in(&p.house, &code.pending, &post).name_id().value(), "olga@acme.example");

    // It is a session: another application is answered at once, and the own page is shown, without devices.
    let next = p.sp.ask(&p.house);
    assert!(is_post_page(&p.desktop.get(&next.url).await));
    let me = p.desktop.get("/me").await;
    assert_eq!(me.status, StatusCode::OK);
    assert!(!me.body.contains("/me/devices/"), "{}", me.body);
    for page in ["/admin", "/admin/people", "/admin/settings/idp", "/me/devices/new", "/me/qr"] {
        let turned = p.desktop.get(page).await;
        assert!(turned.to().starts_with("/login"), "{page}: {}", turned.to());
    }
    let csrf = me.csrf();
    for path in ["/me/qr/freeze", "/me/qr/allow", "/admin/people/new"] {
        let turned = p.desktop.post(path, &[("csrf", &csrf)]).await;
        assert!(turned.to().starts_with("/login"), "{path}");
    }
    let begun = p.desktop.post_json("/me/devices/new/begin", &csrf, &serde_json::json!({})).await;
    assert!(begun.status.is_redirection(), "{}", begun.body);
}

#[tokio::test]
async fn a_shared_computer_keeps_no_session() {
    let mut p = Parties::new().await;
    let (code, _) = p.approved().await;
    let named = p.desktop.visit(&format!("{}/qr", code.sign_in)).await;
    let csrf = named.csrf();
    let shown = named.between("name=\"code\" value=\"", "\"");
    let fields = [("csrf", csrf.as_str()), ("code", shown), ("shared", "on")];
    let on = p.desktop.post(&format!("{}/qr/continue", code.sign_in), &fields).await;
    let post = p.desktop.visit(on.to()).await;
    p.sp.signed_in(&p.house, &code.pending, &post);
    let names: Vec<_> = p.desktop.cookies.keys().map(String::as_str).collect();
    assert_eq!(names, ["__Host-idp-browser"]);
}

#[tokio::test]
async fn a_shared_computer_is_one_from_the_beginning() {
    let mut p = Parties::new().await;
    p.make_known().await;
    let sign_in = p.desktop.get(&p.sp.ask(&p.house).url).await.to().to_owned();
    let page = p.desktop.get(&sign_in).await;
    assert!(page.body.contains("form=\"scan\""), "the box belongs to the code as well: {}", page.body);
    let fields = [("csrf", page.csrf()), ("shared", "on".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let asked = p.desktop.post(&format!("{sign_in}/qr"), &fields).await;
    let shown = p.desktop.visit(asked.to()).await;
    assert!(shown.body.contains("name=\"shared\" value=\"on\""), "and to the next one");
    let path = open(&mut p.phone, &link(shown.between("data-live-src=\"qr\" src=\"", "\""))).await;
    let news = p.desktop.get(&format!("{sign_in}/qr/state")).await.json();
    type_digits(&mut p.phone, &path, news["text"]["digits"].as_str().expect("digits")).await;
    approve(&mut p.phone, &path).await;
    let post = p.desktop.visit(&format!("{sign_in}/qr")).await;
    assert!(is_post_page(&post), "{}", post.body);
    assert!(!p.desktop.cookies.contains_key("__Host-idp-session"));
}

#[tokio::test]
async fn the_ways_stand_in_their_order() {
    let house = House::new().await;
    let mut p = Parties::in_house(house).await;
    let page = p.desktop.visit(&p.sp.ask(&p.house).url).await;
    let at = |what: &str| page.body.find(what).unwrap_or_else(|| panic!("no {what} in {}", page.body));
    assert!(at("Sign in with a passkey") < at("Use your phone"));
    assert!(at("Use your phone") < at("Scan with your phone"));
    assert!(p.phone.get("/phone").await.body.contains("camera"));
}
