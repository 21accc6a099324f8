//! The QR sign-in when it must not go through.

use http::{Method, StatusCode};
use idp::Settings;
use idp::acts::users::suspend;
use idp::acts::{Word, settle};
use idp::model::qr::QrRule;
use jiff::SignedDuration;
use serde_json::json;
use store::testing::TestDatabase;
use testkit::authenticator::{Forgery, flag};
use web::peer::TrustedProxies;

use crate::house::{House, Pending, Sent, is_post_page, on_each_engine, settings};
use crate::qr_parties::{
    AWAY, Code, HOME, Parties, approve, click, code_of, credential, deny, digits, open, others, phone_of,
    says, show_code, state, try_open, type_digits,
};

/// The desktop says why, names nobody, and gets nowhere.
async fn assert_over(p: &mut Parties, code: &Code, why: &str) {
    let over = state(&mut p.desktop, code).await;
    assert_eq!((&over["text"]["code"], &over["done"]), (&why.into(), &true.into()), "{over}");
    assert!(over["go"].is_null());
    let page = p.desktop.visit(&format!("{}/qr", code.sign_in)).await;
    says(&page, why);
    assert!(!page.body.contains("Maya"), "{}", page.body);
    let csrf = page.csrf();
    let on = p.desktop.post(&format!("{}/qr/continue", code.sign_in), &[("csrf", &csrf)]).await;
    let after = p.desktop.visit(on.to()).await;
    assert!(!is_post_page(&after), "{}", after.body);
    assert!(!p.desktop.cookies.contains_key("__Host-idp-session"));
    assert!(p.house.events_of("assertion.issued").await.is_empty());
}

#[tokio::test]
async fn an_unknown_browser_on_another_network() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        p.phone.address = Some(AWAY);
        let (code, page) = p.typed().await;
        let seen = p.phone.get(&page).await;
        assert!(seen.body.contains("That screen is on another network"), "{}", seen.body);
        approve(&mut p.phone, &page).await;
        says(&p.phone.get(&page).await, "qr-another-network");
        assert_over(&mut p, &code, "qr-another-network").await;
        let event = p.house.events_of("qr.refused").await.remove(0);
        assert_eq!(event.subject, Some(p.maya.id.to_string()));
        assert_eq!(event.data["received"], "an unknown browser on another network");
        assert_eq!(event.data["desktop"], HOME.to_string());

        // The other ways are still there.
        std::mem::swap(&mut p.desktop.authenticator, &mut p.phone.authenticator);
        let page = p.desktop.get(&code.sign_in).await;
        let done = p.desktop.prove(&page).await;
        let post = p.desktop.get(done.json()["go"].as_str().expect("a path")).await;
        p.sp.signed_in(&p.house, &code.pending, &post);
    })
    .await;
}

#[tokio::test]
async fn the_other_rules() {
    // rule, known, same network → the code of the refusal, if it is one
    let cases = [
        (QrRule::KnownBrowser, false, true, Some("qr-unknown-browser")),
        (QrRule::KnownBrowser, true, false, None),
        (QrRule::Anywhere, false, false, None),
        (QrRule::SameNetwork, false, false, Some("qr-another-network")),
    ];
    for (qr, known, same, refusal) in cases {
        let house = House::with(TestDatabase::sqlite(), Settings { qr, ..settings() }).await;
        let mut p = Parties::in_house(house).await;
        if known {
            p.make_known().await;
        }
        p.phone.address = Some(if same { HOME } else { AWAY });
        let (code, _) = p.approved().await;
        match refusal {
            Some(why) => assert_eq!(state(&mut p.desktop, &code).await["text"]["code"], why, "{qr:?}"),
            None => assert_eq!(state(&mut p.desktop, &code).await["state"], "approved", "{qr:?}"),
        }
    }
    let house = House::with(TestDatabase::sqlite(), Settings { qr: QrRule::Off, ..settings() }).await;
    let mut p = Parties::in_house(house).await;
    let sign_in = p.desktop.get(&p.sp.ask(&p.house).url).await.to().to_owned();
    let page = show_code(&mut p.desktop, &sign_in).await;
    assert!(!page.body.contains("Scan with your phone"), "{}", page.body);
    assert!(p.house.events_of("qr.began").await.is_empty());
}

#[tokio::test]
async fn the_desktop_is_judged_again_where_it_is_now() {
    let mut p = Parties::new().await;
    let (code, _) = p.approved().await;
    p.desktop.address = Some(AWAY);
    let page = p.desktop.visit(&format!("{}/qr", code.sign_in)).await;
    says(&page, "qr-another-network");
    assert_over(&mut p, &code, "qr-another-network").await;
}

#[tokio::test]
async fn wrong_digits_have_no_second_try() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        let code = p.code().await;
        let page = open(&mut p.phone, &code.link).await;
        let shown = digits(&mut p.desktop, &code).await;
        let csrf = p.phone.get(&page).await.csrf();
        says(&type_digits(&mut p.phone, &page, &others(&shown)).await, "qr-wrong-digits");
        assert_over(&mut p, &code, "qr-wrong-digits").await;
        assert_eq!(p.refusals().await, ["qr-wrong-digits"]);
        let late = p.phone.get(&code.sign_in).await;
        assert_eq!(late.status, StatusCode::NOT_FOUND, "the phone is not the desktop");

        // The right ones come too late, and no ceremony begins.
        p.phone.post(&format!("{page}/digits"), &[("csrf", &csrf), ("digits", &shown)]).await;
        let begun = p.phone.post_json(&format!("{page}/passkey/begin"), &csrf, &json!({})).await;
        assert_eq!(begun.status, StatusCode::CONFLICT, "{}", begun.body);
        assert_over(&mut p, &code, "qr-wrong-digits").await;

        // A new code can be asked for.
        let again = show_code(&mut p.desktop, &code.sign_in).await;
        assert!(again.body.contains("data-live-state=\"waiting\""), "{}", again.body);
    })
    .await;
}

#[tokio::test]
async fn no_approval_without_the_digits() {
    let mut p = Parties::new().await;
    let code = p.code().await;
    let page = open(&mut p.phone, &code.link).await;
    let csrf = p.phone.get(&page).await.csrf();
    for part in ["begin", "finish"] {
        let path = format!("{page}/passkey/{part}");
        let reply = p.phone.post_json(&path, &csrf, &json!({ "credential": {} })).await;
        assert_eq!(reply.status, StatusCode::CONFLICT, "{part}: {}", reply.body);
    }
    assert_eq!(state(&mut p.desktop, &code).await["state"], "opened");
}

#[tokio::test]
async fn codes_that_open_nothing() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        let code = p.code().await;
        let mut stranger = p.house.browser();
        for bad in ["/q/x", "/q/AAAAAAAAAAAAAAAAAAAAAA", &code.link[..code.link.len() - 1]] {
            let reply = stranger.get(bad).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{bad}");
            says(&reply, "qr-unknown");
        }
        // The browser that shows it.
        says(&try_open(&mut p.desktop, &code.link).await, "qr-same-browser");
        // Opened: it is dead for everybody else, and leads the phone back.
        let csrf = stranger.get(&code.link).await.csrf();
        let page = open(&mut p.phone, &code.link).await;
        says(&stranger.get(&code.link).await, "qr-used");
        says(&stranger.post(&code.link, &[("csrf", &csrf)]).await, "qr-used");
        assert_eq!(p.phone.get(&code.link).await.to(), page);
        // What the first phone opened is nothing to another one.
        says(&stranger.get(&page).await, "qr-not-here");
        let refused = stranger.post(&format!("{page}/digits"), &[("csrf", &csrf), ("digits", "11")]).await;
        says(&refused, "qr-not-here");
        assert_eq!(state(&mut p.desktop, &code).await["state"], "opened");

        // Two minutes from the opening it is over on both sides.
        p.house.clock.advance(SignedDuration::from_secs(120));
        says(&p.phone.get(&page).await, "qr-expired");
        assert_eq!(state(&mut p.desktop, &code).await["state"], "expired");
        let over = p.desktop.get(&format!("{}/qr", code.sign_in)).await;
        assert!(over.body.contains("Show a new code"));

        p.house.settle_junk().await;
        let counted = p.house.events_of("qr-used").await;
        assert_eq!(counted.len(), 1, "a refusal that is tied to nobody is counted");
        assert_eq!(counted[0].data["example"]["expected"], "a code that nobody has opened");
    })
    .await;
}

#[tokio::test]
async fn an_approval_that_is_not_fetched_in_time() {
    let mut p = Parties::new().await;
    let (code, _) = p.approved().await;
    let named = p.desktop.visit(&format!("{}/qr", code.sign_in)).await;
    assert!(named.body.contains("Continue as Maya"));
    p.house.clock.advance(SignedDuration::from_secs(120));
    let on = click(&mut p.desktop, &named).await;
    let page = p.desktop.visit(on.to()).await;
    assert!(page.body.contains("data-live-state=\"expired\""), "{}", page.body);
    assert!(!p.desktop.cookies.contains_key("__Host-idp-session"));
}

#[tokio::test]
async fn another_persons_approval() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        let request = p.sp.request(&p.house);
        let mut message = request.message();
        let ruth = saml::core::NameId::new("ruth@acme.example", saml::core::NameIdFormat::EmailAddress);
        message.subject = Some(ruth.expect("a name"));
        let octets = message.encode().expect("writes");
        let relay = saml::core::RelayState::parse("deep/link").expect("a RelayState");
        let url = saml::binding::redirect::encode(p.house.idp.sso_url(), &octets, Some(&relay));
        let code = code_of(&mut p.desktop, Pending { id: request.id, url }).await;
        let page = open(&mut p.phone, &code.link).await;
        let shown = digits(&mut p.desktop, &code).await;
        type_digits(&mut p.phone, &page, &shown).await;
        approve(&mut p.phone, &page).await;
        says(&p.phone.get(&page).await, "another-person");
        assert_over(&mut p, &code, "another-person").await;

        // Hers counts.
        let ruth = p.house.user("Ruth", None).await;
        let mut phone = phone_of(&p.house, &ruth).await;
        let shown = show_code(&mut p.desktop, &code.sign_in).await;
        let link = crate::qr_parties::link(shown.between("data-live-src=\"qr\" src=\"", "\""));
        let page = open(&mut phone, &link).await;
        let shown = digits(&mut p.desktop, &code).await;
        type_digits(&mut phone, &page, &shown).await;
        approve(&mut phone, &page).await;
        let post = p.go_on(&code).await;
        assert_eq!(p.sp.signed_in(&p.house, &code.pending, &post).name_id().value(), "ruth@acme.example");
    })
    .await;
}

#[tokio::test]
async fn an_account_that_is_not_the_desktops() {
    let mut p = Parties::new().await;
    let (code, page) = p.approved().await;
    let named = p.desktop.visit(&format!("{}/qr", code.sign_in)).await;
    let csrf = named.csrf();
    let back = p.desktop.post(&format!("{}/qr/not-me", code.sign_in), &[("csrf", &csrf)]).await;
    assert_eq!(back.to(), code.sign_in);
    assert!(!p.desktop.cookies.contains_key("__Host-idp-session"));
    assert_eq!(p.refusals().await, ["qr-not-mine"]);
    says(&p.phone.get(&page).await, "qr-not-mine");
    assert_over(&mut p, &code, "qr-not-mine").await;
}

#[tokio::test]
async fn a_click_is_for_the_account_that_was_named() {
    let mut p = Parties::new().await;
    let (code, _) = p.approved().await;
    let named = p.desktop.visit(&format!("{}/qr", code.sign_in)).await;
    // In another tab a new code is asked for, and Ruth confirms that one.
    let ruth = p.house.user("Ruth", None).await;
    let mut phone = phone_of(&p.house, &ruth).await;
    let shown = show_code(&mut p.desktop, &code.sign_in).await;
    let link = crate::qr_parties::link(shown.between("data-live-src=\"qr\" src=\"", "\""));
    let page = open(&mut phone, &link).await;
    let shown = digits(&mut p.desktop, &code).await;
    type_digits(&mut phone, &page, &shown).await;
    approve(&mut phone, &page).await;
    let after = click(&mut p.desktop, &named).await;
    let after = p.desktop.visit(after.to()).await;
    assert!(after.body.contains("Continue as Ruth"), "it is named anew: {}", after.body);
    assert!(!p.desktop.cookies.contains_key("__Host-idp-session"));
    let on = click(&mut p.desktop, &after).await;
    let post = p.desktop.visit(on.to()).await;
    assert_eq!(p.sp.signed_in(&p.house, &code.pending, &post).name_id().value(), "ruth@acme.example");
}

#[tokio::test]
async fn somebody_who_is_suspended_meanwhile() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        let (code, _) = p.approved().await;
        let tx = p.house.store.begin().await.expect("begins");
        let word: Word = p.house.word();
        let done = suspend(&tx, &word, p.maya.id, p.house.now()).await;
        settle(tx, done).await.expect("written").expect("suspended");
        assert_eq!(state(&mut p.desktop, &code).await["state"], "approved");
        let page = p.desktop.visit(&format!("{}/qr", code.sign_in)).await;
        says(&page, "person-suspended");
        assert_over(&mut p, &code, "person-suspended").await;
    })
    .await;
}

#[tokio::test]
async fn this_is_not_me() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        let code = p.code().await;
        let path = open(&mut p.phone, &code.link).await;
        let denied = deny(&mut p.phone, &path).await;
        says(&denied, "qr-not-me");
        assert_over(&mut p, &code, "qr-not-me").await;
        let event = p.house.events_of("qr.refused").await.remove(0);
        assert_eq!(
            (event.data["code"].as_str(), event.data["desktop"].as_str()),
            (Some("qr-not-me"), Some("203.0.113.7"))
        );

        // This sign-in gets no code any more; the passkey still works.
        says(&show_code(&mut p.desktop, &code.sign_in).await, "qr-denied");
        // Its network is slow: one code a minute, for a quarter of an hour.
        let slow = p.desktop.get(&p.sp.ask(&p.house).url).await.to().to_owned();
        says(&show_code(&mut p.desktop, &slow).await, "qr-slowed");
        p.house.clock.advance(SignedDuration::from_secs(61));
        assert!(show_code(&mut p.desktop, &slow).await.body.contains("data-live-state=\"waiting\""));
        let third = p.desktop.get(&p.sp.ask(&p.house).url).await.to().to_owned();
        says(&show_code(&mut p.desktop, &third).await, "qr-slowed");
        let mut elsewhere = p.house.browser();
        elsewhere.address = Some(AWAY);
        let free = elsewhere.get(&p.sp.ask(&p.house).url).await.to().to_owned();
        assert!(show_code(&mut elsewhere, &free).await.body.contains("data-live-state=\"waiting\""));
        p.house.clock.advance(SignedDuration::from_mins(15));
        assert!(show_code(&mut p.desktop, &third).await.body.contains("data-live-state=\"waiting\""));
    })
    .await;
}

#[tokio::test]
async fn freezing_belongs_to_the_person() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        let code = p.code().await;
        let path = open(&mut p.phone, &code.link).await;
        let denied = deny(&mut p.phone, &path).await;
        let done = p.phone.prove(&denied).await;
        let frozen = p.phone.get(done.json()["go"].as_str().expect("a path")).await;
        assert!(frozen.body.contains("QR sign-in is frozen"), "{}", frozen.body);
        assert_eq!(p.house.events_of("qr.frozen").await.len(), 1);
        assert!(!p.phone.cookies.contains_key("__Host-idp-session"));

        // No code signs Maya in; everybody else's does.
        p.house.clock.advance(SignedDuration::from_mins(16));
        let (code, page) = p.approved().await;
        says(&p.phone.get(&page).await, "qr-frozen");
        assert_over(&mut p, &code, "qr-frozen").await;
        // Her passkey does, and on her own page she allows it again, by a fresh ceremony.
        let mine = p.phone.log_in("/me/qr").await;
        assert!(mine.body.contains("Allow it again"), "{}", mine.body);
        let csrf = mine.csrf();
        p.house.clock.advance(SignedDuration::from_mins(11));
        let stale = p.phone.post("/me/qr/allow", &[("csrf", &csrf)]).await;
        assert!(stale.to().starts_with("/step-up"), "{}", stale.to());
        p.phone.cookies.clear();
        let csrf = p.phone.log_in("/me/qr").await.csrf();
        let allowed = p.phone.post("/me/qr/allow", &[("csrf", &csrf)]).await;
        assert!(p.phone.visit(allowed.to()).await.body.contains("Freeze QR sign-in"));
        assert_eq!(p.house.events_of("qr.allowed").await.len(), 1);
        let (code, _) = p.approved().await;
        assert_eq!(state(&mut p.desktop, &code).await["state"], "approved");
    })
    .await;
}

#[tokio::test]
async fn freezing_is_not_offered_to_whoever_asks() {
    let mut p = Parties::new().await;
    let (_, page) = p.typed().await;
    let csrf = p.phone.get(&page).await.csrf();
    let begun = p.phone.post_json(&format!("{page}/freeze/begin"), &csrf, &json!({})).await;
    assert_eq!(begun.status, StatusCode::CONFLICT);
    // An approval's ceremony freezes nothing, and the other way round.
    let ready = p.phone.get(&page).await;
    let (_, _, answer) = credential(&mut p.phone, &ready).await;
    deny(&mut p.phone, &page).await;
    let finished = p.phone.post_json(&format!("{page}/freeze/finish"), &csrf, &answer).await;
    assert_eq!(finished.status, StatusCode::FORBIDDEN, "{}", finished.body);
    assert!(p.house.events_of("qr.frozen").await.is_empty());
}

#[tokio::test]
async fn without_the_desktops_cookie_there_is_nothing() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        let (code, page) = p.approved().await;
        let mut thief = p.house.browser();
        thief.address = Some(HOME);
        let handle = code.link.strip_prefix("/q/").expect("a handle");
        let sign_in = &code.sign_in;
        let paths = [
            format!("{sign_in}/qr/state"),
            format!("{sign_in}/qr/events"),
            format!("{sign_in}/qr"),
            sign_in.clone(),
            format!("{sign_in}/qr/state?handle={handle}"),
            format!("/sign-in/{handle}/qr/state"),
            page.clone(),
        ];
        for path in &paths {
            let reply = thief.send(Method::GET, path, Sent::Nothing).await;
            assert!(reply.status.is_client_error(), "{path}: {} {}", reply.status, reply.body);
            assert!(!reply.body.contains("Maya") && !reply.body.contains("Jira"), "{path}");
        }
        // Nor with a cookie of their own.
        let csrf = code_of(&mut thief, p.sp.ask(&p.house)).await;
        let csrf = thief.get(&csrf.sign_in).await.csrf();
        for act in ["qr", "qr/continue", "qr/not-me"] {
            let reply = thief.post(&format!("{sign_in}/{act}"), &[("csrf", &csrf)]).await;
            if act == "qr/not-me" {
                assert_eq!(reply.to(), sign_in);
            } else {
                assert_eq!(reply.status, StatusCode::NOT_FOUND, "{act}: {}", reply.body);
            }
        }
        assert!(!thief.cookies.contains_key("__Host-idp-session"));
        let post = p.go_on(&code).await;
        p.sp.signed_in(&p.house, &code.pending, &post);
    })
    .await;
}

#[tokio::test]
async fn an_approval_is_used_once() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        let (code, path) = p.typed().await;
        let page = p.phone.get(&path).await;
        let (finish, csrf, answer) = credential(&mut p.phone, &page).await;
        assert_eq!(p.phone.post_json(&finish, &csrf, &answer).await.status, StatusCode::OK);
        let again = p.phone.post_json(&finish, &csrf, &answer).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
        let named = p.desktop.visit(&format!("{}/qr", code.sign_in)).await;
        let post = p.go_on(&code).await;
        p.sp.signed_in(&p.house, &code.pending, &post);
        let sessions = p.house.events_of("session.opened").await.len();
        let replayed = click(&mut p.desktop, &named).await;
        let after = p.desktop.visit(replayed.to()).await;
        assert!(!is_post_page(&after), "{}", after.body);
        assert_eq!(p.house.events_of("session.opened").await.len(), sessions);
    })
    .await;
}

#[tokio::test]
async fn a_ceremony_belongs_to_one_transaction() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        // An attacker's desktop shows a code to the same phone.
        let mut attacker =
            Parties { desktop: p.house.browser(), ..Parties::in_house(House::new().await).await };
        attacker.desktop.address = Some(HOME);
        let theirs = code_of(&mut attacker.desktop, p.sp.ask(&p.house)).await;
        let their_page = open(&mut p.phone, &theirs.link).await;
        let shown = digits(&mut attacker.desktop, &theirs).await;
        type_digits(&mut p.phone, &their_page, &shown).await;

        let (code, path) = p.typed().await;
        let page = p.phone.get(&path).await;
        let (_, csrf, answer) = credential(&mut p.phone, &page).await;
        let finish = format!("{their_page}/passkey/finish");
        let crossed = p.phone.post_json(&finish, &csrf, &answer).await;
        assert_eq!(crossed.status, StatusCode::FORBIDDEN, "{}", crossed.body);
        assert_eq!(state(&mut attacker.desktop, &theirs).await["state"], "typed");
        // A ceremony of the phone's own sign-in is no approval either.
        let own = p.phone.visit(&p.sp.ask(&p.house).url).await;
        let (_, csrf, answer) = credential(&mut p.phone, &own).await;
        let finish = format!("{path}/passkey/finish");
        let crossed = p.phone.post_json(&finish, &csrf, &answer).await;
        assert_eq!(crossed.status, StatusCode::FORBIDDEN, "{}", crossed.body);
        assert_eq!(state(&mut p.desktop, &code).await["state"], "typed");
    })
    .await;
}

#[tokio::test]
async fn an_authenticator_that_did_not_verify_the_user() {
    let mut p = Parties::new().await;
    let (code, path) = p.typed().await;
    let page = p.phone.get(&path).await;
    let (begin, finish) = crate::house::places(&page);
    let csrf = page.csrf();
    let options = p.phone.post_json(&begin, &csrf, &json!({})).await;
    assert_eq!(options.json()["publicKey"]["userVerification"], "required");
    let forgery = Forgery::flags(flag::USER_VERIFIED, 0);
    let forged = p.phone.authenticator.authenticate_forged(crate::house::ORIGIN_URL, &options.body, &forgery);
    let forged: serde_json::Value = serde_json::from_str(&forged).expect("JSON");
    let refused = p.phone.post_json(&finish, &csrf, &json!({ "credential": forged })).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
    assert_eq!(state(&mut p.desktop, &code).await["state"], "typed", "nothing is approved");
}

#[tokio::test]
async fn another_tab_that_finished_first() {
    let mut p = Parties::new().await;
    let (code, path) = p.typed().await;
    // The desktop's other tab signs in by passkey.
    std::mem::swap(&mut p.desktop.authenticator, &mut p.phone.authenticator);
    let page = p.desktop.get(&code.sign_in).await;
    let done = p.desktop.prove(&page).await;
    p.desktop.get(done.json()["go"].as_str().expect("a path")).await;
    std::mem::swap(&mut p.desktop.authenticator, &mut p.phone.authenticator);
    approve(&mut p.phone, &path).await;
    says(&p.phone.get(&path).await, "qr-moved-on");
    assert_eq!(p.refusals().await, ["qr-moved-on"]);
    assert_eq!(p.house.events_of("assertion.issued").await.len(), 1);
}

#[tokio::test]
async fn what_an_undeclared_peer_says_of_its_address_is_ignored() {
    let mut p = Parties::new().await;
    p.phone.address = Some(AWAY);
    p.phone.forwarded = Some("203.0.113.7");
    let (code, page) = p.approved().await;
    says(&p.phone.get(&page).await, "qr-another-network");
    assert_eq!(state(&mut p.desktop, &code).await["text"]["code"], "qr-another-network");
    // A declared proxy is believed, for both.
    let proxies = TrustedProxies::parse(["10.0.0.1"]).expect("a network");
    let declared = Settings { trusted_proxies: proxies, ..settings() };
    for (phone, expected) in [("203.0.113.7", "approved"), ("198.51.100.9", "over")] {
        let house = House::with(TestDatabase::sqlite(), declared.clone()).await;
        let mut p = Parties::in_house(house).await;
        let proxy = "10.0.0.1".parse().ok();
        (p.desktop.address, p.phone.address) = (proxy, proxy);
        (p.desktop.forwarded, p.phone.forwarded) = (Some("203.0.113.7"), Some(phone));
        let (code, _) = p.approved().await;
        assert_eq!(state(&mut p.desktop, &code).await["state"], expected, "{phone}");
    }
}

#[tokio::test]
async fn behind_an_undeclared_proxy_nobody_is_on_the_same_network() {
    let public_url = web::PublicUrl::parse("https://sso.acme.example").expect("a URL");
    let request = |address: &str| (address.parse().expect("an address"), public_url.clone());
    for address in ["10.0.0.1", "127.0.0.1", "::1", "fd00::1"] {
        let (ip, url) = request(address);
        assert!(!web::network::same_network(ip, ip, &url), "{address}");
    }
}

#[tokio::test]
async fn a_hundred_relays_and_a_hundred_guesses_get_nothing() {
    let mut p = Parties::new().await;
    // The attacker's unknown browser, elsewhere; Maya is talked into everything, digits included.
    p.desktop.address = Some(AWAY);
    for _ in 0..100 {
        p.house.clock.advance(SignedDuration::from_secs(1));
        let (code, _) = p.approved().await;
        assert_eq!(state(&mut p.desktop, &code).await["text"]["code"], "qr-another-network");
    }
    p.desktop.address = Some(HOME);
    p.make_known().await;
    let before = p.house.events_of("assertion.issued").await.len();
    for _ in 0..100 {
        p.house.clock.advance(SignedDuration::from_secs(1));
        let code = p.code().await;
        let page = open(&mut p.phone, &code.link).await;
        let wrong = others(&digits(&mut p.desktop, &code).await);
        says(&type_digits(&mut p.phone, &page, &wrong).await, "qr-wrong-digits");
        assert_eq!(state(&mut p.desktop, &code).await["text"]["code"], "qr-wrong-digits");
    }
    assert_eq!(p.house.events_of("assertion.issued").await.len(), before);
}

#[tokio::test]
async fn floods_are_slowed() {
    let mut p = Parties::new().await;
    let sign_in = p.desktop.get(&p.sp.ask(&p.house).url).await.to().to_owned();
    let csrf = p.desktop.get(&sign_in).await.csrf();
    let mut slowed = false;
    for _ in 0..300 {
        let reply = p.desktop.post(&format!("{sign_in}/qr"), &[("csrf", &csrf)]).await;
        slowed |= reply.status == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(slowed, "codes asked for");
    let mut guesser = p.house.browser();
    guesser.address = Some(AWAY);
    let mut slowed = false;
    for _ in 0..400 {
        slowed |= guesser.get("/q/AAAAAAAAAAAAAAAAAAAAAA").await.status == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(slowed, "codes guessed");
}
