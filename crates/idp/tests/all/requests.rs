//! Hop 2: what a bad request gets, and requests by post.

use http::{Method, StatusCode};
use jiff::SignedDuration;
use saml::core::{AcsUrl, EntityId, RelayState};
use saml::protocol::{AuthnRequest, RequestedAcs};
use testkit::tamper::message::to_redirect;
use testkit::tamper::xml;

use crate::house::{House, Pending, Sent, Sp, is_post_page, on_each_engine};

fn url(house: &House, message: &AuthnRequest) -> String {
    saml::binding::redirect::encode(house.idp.sso_url(), &message.encode().expect("writes"), None)
}

fn raw(house: &House, octets: &[u8]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("SAMLRequest", &to_redirect(octets));
    format!("{}?{}", house.idp.sso_url(), query.finish())
}

/// What is wrong, the address, and the status and code of the page.
type Bad = (&'static str, String, StatusCode, &'static str);

/// Queries that do not carry one request.
fn badly_carried(house: &House, octets: &[u8]) -> Vec<Bad> {
    const MALFORMED: &str = "request-malformed";
    const BAD: StatusCode = StatusCode::BAD_REQUEST;
    const LARGE: StatusCode = StatusCode::PAYLOAD_TOO_LARGE;
    let sso = house.idp.sso_url().as_str();
    let good = raw(house, octets);
    let (_, parameters) = good.split_once('?').expect("a query");
    let padding = format!("<x:y xmlns:x=\"urn:x\">{}</x:y>", "a".repeat(20_000));
    let padded = xml::append(octets, "AuthnRequest", padding.as_bytes());
    let doctype = [b"<!DOCTYPE a [<!ENTITY b 'c'>]>".as_slice(), octets].concat();
    vec![
        ("nothing", sso.to_owned(), BAD, "request-missing"),
        ("another parameter", format!("{sso}?x=y"), BAD, "request-missing"),
        ("twice", format!("{sso}?{parameters}&{parameters}"), BAD, MALFORMED),
        ("an array", format!("{sso}?SAMLRequest[]=a"), BAD, MALFORMED),
        ("no base64", format!("{sso}?SAMLRequest=***"), BAD, MALFORMED),
        ("no deflate", format!("{sso}?SAMLRequest=PGEvPg%3D%3D"), BAD, MALFORMED),
        ("half signed", format!("{good}&SigAlg=urn%3Ax"), BAD, MALFORMED),
        ("no XML", raw(house, b"hello"), BAD, MALFORMED),
        ("another message", raw(house, b"<a xmlns=\"urn:x\"/>"), BAD, MALFORMED),
        ("a DTD", raw(house, &doctype), BAD, MALFORMED),
        ("too large", raw(house, &padded), LARGE, "request-too-large"),
        ("a bomb", raw(house, &vec![b' '; 300 * 1024]), LARGE, "request-too-large"),
    ]
}

/// Requests that are ones and break a rule.
fn rule_breakers(house: &House, sp: &Sp) -> Vec<Bad> {
    let with = |change: &dyn Fn(&mut AuthnRequest)| {
        let mut message = sp.request(house).message();
        change(&mut message);
        url(house, &message)
    };
    let at = |seconds| house.now() + SignedDuration::from_secs(seconds);
    let acs = |url: &str| RequestedAcs::Url(url.to_owned());
    let unknown = EntityId::parse("https://evil.example/saml").expect("an entity ID");
    let elsewhere = "https://idp.example/sso";
    let cases = [
        ("unknown", with(&|m| m.issuer = unknown.clone()), "unknown-issuer"),
        ("a foreign ACS", with(&|m| m.acs = acs("https://evil.example/acs")), "foreign-acs-url"),
        ("an ACS without its query", with(&|m| m.acs = acs("https://jira.example/acs")), "foreign-acs-url"),
        ("an unknown index", with(&|m| m.acs = RequestedAcs::Index(7)), "foreign-acs-url"),
        ("too old", with(&|m| m.issue_instant = at(-301)), "request-too-old"),
        ("of the future", with(&|m| m.issue_instant = at(301)), "request-too-old"),
        ("for elsewhere", with(&|m| m.destination = Some(elsewhere.to_owned())), "wrong-destination"),
    ];
    cases.map(|(what, url, code)| (what, url, StatusCode::FORBIDDEN, code)).into()
}

#[tokio::test]
async fn bad_requests_get_a_page_and_nothing_leaves() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        house.application(sp.settings()).await;
        let octets = sp.request(&house).message().encode().expect("writes");
        let mut browser = house.browser();
        let cases = badly_carried(&house, &octets).into_iter().chain(rule_breakers(&house, &sp));
        for (what, url, status, code) in cases {
            let reply = browser.get(&url).await;
            assert_eq!(reply.status, status, "{what}: {}", reply.body);
            assert!(reply.has_code(code), "{what}: {}", reply.body);
            assert!(!reply.body.contains("evil.example"), "{what}");
            assert!(!reply.body.contains("SAMLResponse"), "{what}");
        }
        assert!(house.events().await.iter().all(|event| event.kind != "assertion.issued"));
        house.settle_junk().await;
        let foreign = house.events_of("foreign-acs-url").await;
        assert_eq!(foreign.len(), 1, "one event for a source, code and minute");
        assert_eq!(foreign[0].data["count"], 3);
        assert!(foreign[0].data["example"]["received"].as_str().expect("text").contains("evil.example"));
        assert_eq!(house.events_of("unknown-issuer").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn hostile_text_is_escaped_wherever_it_shows() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    house.application(sp.settings()).await;
    let (_, mut browser) = house.enrolled("Maya", None).await;
    let hostile = "\"><script>alert(1)</script>'&";
    let mut message = sp.request(&house).message();
    message.provider_name = Some(hostile.to_owned());
    let relay = RelayState::parse(hostile).expect("a RelayState");
    let octets = message.encode().expect("writes");
    let url = saml::binding::redirect::encode(house.idp.sso_url(), &octets, Some(&relay));
    let page = browser.visit(&url).await;
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
    let done = browser.prove(&page).await;
    let post = browser.get(done.json()["go"].as_str().expect("a path")).await;
    assert!(is_post_page(&post));
    assert!(!post.body.contains("<script>alert"), "{}", post.body);
    assert!(post.body.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "echoed: {}", post.body);
}

#[tokio::test]
async fn a_known_request_goes_on_in_its_own_browser_only() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        house.application(sp.settings()).await;
        let (_, mut browser) = house.enrolled("Maya", None).await;
        let pending = sp.ask(&house);
        let first = browser.get(&pending.url).await;
        let page = first.to().to_owned();

        // Another browser gets nothing, by the request or by the sign-in's address.
        let mut stranger = house.browser();
        let refused = stranger.get(&pending.url).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.has_code("request-of-another-browser"), "{}", refused.body);
        for path in [page.clone(), format!("{page}/passkey/begin")] {
            let nothing = stranger.get(&path).await;
            assert!(nothing.status.is_client_error(), "{path}");
            assert!(!nothing.body.contains("Jira"), "{path}");
        }

        // The own one goes on, though the request is too old for a new sign-in.
        house.clock.advance(SignedDuration::from_mins(30));
        let again = browser.get(&pending.url).await;
        assert_eq!(again.to(), page);
        let shown = browser.get(&page).await;
        let done = browser.prove(&shown).await;
        let post = browser.get(done.json()["go"].as_str().expect("a path")).await;
        sp.signed_in(&house, &pending, &post);
    })
    .await;
}

#[tokio::test]
async fn after_an_hour_a_sign_in_is_over() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    house.application(sp.settings()).await;
    let (_, mut browser) = house.enrolled("Maya", None).await;
    let first = browser.get(&sp.ask(&house).url).await;
    let shown = browser.get(first.to()).await;
    house.clock.advance(SignedDuration::from_mins(60));
    let late = browser.get(first.to()).await;
    assert_eq!(late.status, StatusCode::GONE);
    assert!(late.has_code("sign-in-expired"), "{}", late.body);
    let (begin, _) = crate::house::places(&shown);
    let begun = browser.post_json(&begin, &shown.csrf(), &serde_json::json!({})).await;
    assert_eq!(begun.status, StatusCode::GONE, "{}", begun.body);
}

#[tokio::test]
async fn a_posted_request_waits_for_its_own_browser() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        house.application(sp.settings()).await;
        let (_, mut browser) = house.enrolled("Maya", None).await;
        let request = sp.request(&house);
        let form = |octets: &[u8]| {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.append_pair("SAMLRequest", &saml::binding::post::encode(octets));
            form.append_pair("RelayState", "deep/link");
            form.finish()
        };
        let octets = request.message().encode().expect("writes");
        let name = browser.cookies["__Host-idp-browser"].clone();
        let posted = browser.send(Method::POST, "/saml/sso", Sent::Foreign(form(&octets))).await;
        assert_eq!(
            browser.cookies["__Host-idp-browser"], name,
            "a post without Lax cookies renames no browser"
        );
        assert_eq!(posted.status, StatusCode::SEE_OTHER, "{}", posted.body);
        let own = posted.to().to_owned();
        assert!(own.starts_with("/saml/sso/"));

        let refused = house.browser().get(&own).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        assert!(refused.has_code("request-gone"), "{}", refused.body);

        let page = browser.visit(&own).await;
        let done = browser.prove(&page).await;
        let post = browser.get(done.json()["go"].as_str().expect("a path")).await;
        let pending = Pending { id: request.id.clone(), url: own.clone() };
        sp.signed_in(&house, &pending, &post);
        // Coming for it again continues what is finished.
        assert!(!is_post_page(&browser.visit(&own).await));
    })
    .await;
}

#[tokio::test]
async fn bad_posts_are_refused() {
    let house = House::new().await;
    let mut browser = house.browser();
    let padded = saml::binding::post::encode(&vec![b'a'; 20_000]);
    for (body, status) in [
        (String::new(), StatusCode::BAD_REQUEST),
        ("SAMLRequest=***".to_owned(), StatusCode::BAD_REQUEST),
        ("SAMLResponse=PGEvPg%3D%3D".to_owned(), StatusCode::BAD_REQUEST),
        (format!("SAMLRequest={}", padded.replace('=', "%3D")), StatusCode::PAYLOAD_TOO_LARGE),
        (format!("SAMLRequest={}", "A".repeat(100_000)), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let reply = browser.send(Method::POST, "/saml/sso", Sent::Foreign(body)).await;
        assert_eq!(reply.status, status, "{}", reply.body);
    }
    assert!(browser.cookies.is_empty(), "nothing was kept for this browser: {:?}", browser.cookies);
}

#[tokio::test]
async fn a_changed_registration_counts_for_sign_ins_under_way() {
    let house = House::new().await;
    let sp = Sp::new("jira");
    let application = house.application(sp.settings()).await;
    let (_, mut browser) = house.enrolled("Maya", None).await;
    let first = browser.get(&sp.ask(&house).url).await;
    let mut settings = sp.settings();
    let moved = AcsUrl::parse("https://jira.example/moved").expect("an address");
    settings.acs_urls = idp::model::application::AcsUrls::new(moved, []);
    let tx = house.store.begin().await.expect("begins");
    let changed = (application.id, application.version, &settings);
    let done = idp::acts::applications::change_application(&tx, &house.word(), changed, house.now()).await;
    idp::acts::settle(tx, done).await.expect("written").expect("changed");
    let refused = browser.get(first.to()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.has_code("foreign-acs-url"), "{}", refused.body);
}
