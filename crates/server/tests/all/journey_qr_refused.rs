//! QR sign-ins that must not succeed, seen from both screens: what is told, and what can be done next.

use testkit::browser::{Browser, Options};
use testkit::tamper::message::{from_redirect, query, to_redirect, with_query};
use testkit::tamper::xml;
use url::Url;

use crate::demo::Demo;
use crate::two_screens::{MAYA, Screens};

#[tokio::test]
async fn journey_qr_wrong_digits_have_no_second_try() {
    let demo = Demo::start();
    let it = Screens::of_maya(&demo).await;
    let page = it.at.deep_link();
    let code = it.code().await;
    it.open(&code).await;
    it.phone.wait_for_text("You have one try").await;
    let digits = it.digits().await;
    let (first, form) = (it.phone.tab().await, it.phone.url().await);
    let second = it.phone.open_tab(form.as_str()).await;
    it.phone.switch_to(&first).await;
    it.type_digits(&others(&digits)).await;
    it.phone.wait_for_text("Wrong digits").await;
    it.phone.wait_for_text("A code has one try, so this one is over").await;
    it.desktop.wait_for_text("Wrong digits").await;
    it.desktop.wait_for_text("The digits typed on the phone were not the ones shown here").await;

    // The right ones in the form that is still open, and the code once more: too late.
    it.phone.switch_to(&second).await;
    it.type_digits(&digits).await;
    it.phone.wait_for_text("Wrong digits").await;
    it.phone.close_tab().await;
    it.phone.switch_to(&first).await;
    it.phone.goto(&code).await;
    it.phone.wait_for_text("Wrong digits").await;
    assert_eq!(it.read_state().await, "over");

    // The desktop says what to do, and it works.
    let next = it.new_code().await;
    assert_ne!(next, code);
    it.approved(&next).await;
    it.home_as_maya(&page).await;
    it.quit().await;
}

/// Two digits that are not these.
fn others(digits: &str) -> String {
    let number: u32 = digits.parse().unwrap();
    format!("{:02}", (number + 1) % 100)
}

#[tokio::test]
async fn journey_qr_another_persons_approval_names_them_and_goes_nowhere() {
    let demo = Demo::start();
    let it = Screens::of("Jonas", &demo).await;
    let code = it.code().await;
    it.approved(&code).await;

    // Maya was typed, Jonas has approved: nobody goes on as him unseen.
    it.desktop.wait_for_text("jonas@acme.example").await;
    assert!(!it.desktop.text().await.contains("Maya"));
    it.desktop.click_role("button", "Continue as Jonas Berg").await;
    it.desktop
        .wait_for_text("You entered one address, and your identity provider signed you in with another")
        .await;
    assert!(it.desktop.url().await.as_str().starts_with(&it.at.org()));
    assert_not_signed_in(&it).await;
    it.close().await;
}

#[tokio::test]
async fn journey_qr_another_person_than_the_request_names_is_refused_on_both_screens() {
    let demo = Demo::start();
    let it = Screens::of("Jonas", &demo).await;
    it.ask(&it.at.deep_link()).await;
    it.desktop.goto(request_for(&it, MAYA).await.as_str()).await;
    it.desktop.wait_for_text(&format!("Acme asks for {MAYA}")).await;
    let code = it.scan().await;
    it.typed(&code).await;
    it.confirm().await;

    it.phone.wait_for_text("The application expects somebody else on that screen").await;
    it.desktop.wait_for_text("Somebody else confirmed than the one the application expects").await;
    it.desktop.wait_for_text("another-person").await;
    assert!(!it.desktop.text().await.contains("onas"), "a stranger's name is nobody's business");
    it.desktop.refresh().await;
    it.desktop.wait_for_text("Another account is expected").await;
    assert_not_signed_in(&it).await;
    it.quit().await;
}

/// The request that brought the desktop to the identity provider, once more, naming a person.
async fn request_for(it: &Screens, person: &str) -> Url {
    let requests = it.desktop.requests().await;
    let sent = requests.iter().rev().find(|sent| sent.url.contains("SAMLRequest=")).unwrap();
    let sent = Url::parse(&sent.url).unwrap();
    let message = from_redirect(&query(&sent, "SAMLRequest").unwrap());
    let id = xml::attribute(&message, "AuthnRequest", "ID").unwrap();
    let message = xml::set_attribute(&message, "AuthnRequest", "ID", &format!("{id}x"));
    let subject = format!(
        "<saml:Subject xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">\
         <saml:NameID>{person}</saml:NameID></saml:Subject>"
    );
    let message = xml::insert_after(&message, "AuthnRequest/Issuer", subject.as_bytes());
    with_query(&sent, "SAMLRequest", &to_redirect(&message))
}

#[tokio::test]
async fn journey_qr_this_is_not_me_on_the_desktop_opens_nothing() {
    let demo = Demo::start();
    let it = Screens::of_maya(&demo).await;
    let page = it.at.deep_link();
    let code = it.code().await;
    it.approved(&code).await;
    it.desktop.wait_for_text(MAYA).await;
    it.desktop.click_role("button", "This isn’t me").await;
    it.desktop.wait_for_text("Sign in to Acme").await;
    assert!(!it.desktop.text().await.contains(MAYA));
    it.phone.refresh().await;
    it.phone.wait_for_text("On the other screen somebody said that your account is not theirs").await;
    // The approval is gone for good, whichever way the desktop comes back for it.
    it.desktop.back().await;
    it.desktop.refresh().await;
    assert!(!it.desktop.text().await.contains(MAYA));

    // The sign-in is not: who was meant can still come.
    it.ask(&page).await;
    let next = it.scan().await;
    it.approved(&next).await;
    it.home_as_maya(&page).await;
    it.quit().await;
}

#[tokio::test]
async fn journey_qr_this_is_not_me_on_the_phone_ends_it_and_can_freeze() {
    let demo = Demo::start();
    let it = Screens::of_maya(&demo).await;
    let code = it.code().await;
    it.open(&code).await;
    it.digits().await;
    it.phone.click_role("button", "This isn’t me").await;
    it.phone.wait_for_text("Nobody was signed in").await;
    it.desktop.wait_for_text("Refused on the phone").await;
    it.desktop.wait_for_text("qr-not-me").await;

    // No further code for this sign-in; the other ways are still there.
    it.desktop.click_role("link", "Other ways to sign in").await;
    it.desktop.click_role("button", "Scan with your phone").await;
    it.desktop.wait_for_text("No code for this sign-in").await;
    it.desktop.click_role("link", "Other ways to sign in").await;
    it.desktop.by_role("button", "Sign in with a passkey").await;

    // Who was attacked can close the door, by a ceremony of their own.
    it.phone.click_role("button", "Freeze QR sign-in").await;
    it.phone.wait_for_text("QR sign-in is frozen").await;
    assert_not_signed_in(&it).await;
    it.close().await;
}

#[tokio::test]
async fn journey_qr_without_the_desktops_cookie_there_is_nothing() {
    let demo = Demo::start();
    let it = Screens::of_maya(&demo).await;
    let page = it.at.deep_link();
    let sign_in = it.ask(&page).await;
    let code = it.scan().await;
    let thief = Browser::start(Options::desktop()).await;
    assert_gets_nothing(&thief, &sign_in).await;
    // The link shows a stranger what it shows a link preview.
    thief.goto(&code).await;
    thief.wait_for_text("Sign in on another screen?").await;
    assert!(!thief.text().await.contains("Acme"));

    it.typed(&code).await;
    assert_gets_nothing(&thief, &sign_in).await;
    it.confirm().await;
    it.desktop.wait_for_text(MAYA).await;
    assert_gets_nothing(&thief, &sign_in).await;
    // The form that stayed open, and the link once more: a code opens once.
    thief.goto(&code).await;
    thief.wait_for_text("A phone has opened this code already").await;

    it.home_as_maya(&page).await;
    assert_gets_nothing(&thief, &sign_in).await;
    thief.quit().await;
    it.quit().await;
}

/// Every address of a sign-in is nothing to a browser that did not begin it.
async fn assert_gets_nothing(thief: &Browser, sign_in: &Url) {
    for page in ["", "/qr"] {
        thief.goto(&format!("{sign_in}{page}")).await;
        thief.wait_for_text("There is no such sign-in in this browser").await;
    }
    for news in ["state", "events"] {
        let ask = format!("return (await fetch('{sign_in}/qr/{news}')).status");
        assert_eq!(thief.script_async(&ask).await, 404, "{news}");
    }
    let ask = format!(
        "return (await fetch('{sign_in}/qr/continue', {{ method: 'POST', body: new URLSearchParams({{ csrf: 'x' }}) }})).status"
    );
    assert_eq!(thief.script_async(&ask).await, 403);
}

/// The product still asks who is there.
async fn assert_not_signed_in(it: &Screens) {
    it.desktop.goto(&it.at.deep_link()).await;
    it.desktop.find("input[type=email]").await;
    assert!(it.desktop.url().await.as_str().starts_with(&it.at.org()));
}
