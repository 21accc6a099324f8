//! A relying party that others wrote takes the place of a sample product: it learns from `org` who
//! is signed in.

use serde_json::json;
use testkit::browser::Options;

use crate::demo::{Demo, enrolled, type_address};
use crate::interop::{Program, Software, result};

#[tokio::test]
async fn journey_interop_relying_party_learns_who_is_signed_in() {
    let Some(software) = Software::installed() else {
        return;
    };
    let demo = Demo::start();
    let registered = demo.registered("Jira");
    let of = |name: &str| registered[name].as_str().unwrap();
    let mut command = software.node("rp.mjs");
    command.args(["issuer", "client_id", "redirect_uri"].map(of)).env("CLIENT_SECRET", of("client_secret"));
    let theirs = Program::start(&mut command);

    let jira = demo.product("jira");
    let host = jira.strip_prefix("http://").unwrap();
    let there = format!("127.0.0.1:{}", theirs.port());
    let options = Options::desktop().map_host(host, &there);
    let (browser, _device) = enrolled(options, &demo.enrolment("Maya", "computer")).await;
    browser.clear_cookies().await;

    browser.goto(&format!("{jira}/login")).await;
    type_address(&browser, "maya@acme.example").await;
    let accepted = result(&browser).await;
    assert_eq!(accepted["accepted"], true, "{accepted}");
    let (claims, person) = (&accepted["claims"], &accepted["person"]);
    assert_eq!([&claims["iss"], &claims["aud"]], [of("issuer"), of("client_id")], "{accepted}");
    let expected = json!({
        "sub": claims["sub"],
        "name": "Maya Okafor",
        "given_name": "Maya",
        "family_name": "Okafor",
        "email": "maya@acme.example",
        "email_verified": true,
    });
    assert_eq!(*person, expected);

    // One session: the next time asks nothing. A code without its verifier gives nothing.
    browser.goto(&format!("{jira}/login")).await;
    assert_eq!(result(&browser).await["person"], expected);
    browser.goto(&format!("{jira}/login?spoil")).await;
    assert_eq!(result(&browser).await, json!({ "accepted": false, "error": "invalid_grant" }));
    browser.quit().await;
}
