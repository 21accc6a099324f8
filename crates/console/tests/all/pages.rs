//! Every template with sample values; every message used and defined.

use std::path::Path;

use askama::Template;
use console::events::{EventsPage, Lookup};
use console::invitations::InvitationRefusal;
use console::pages::{EnrolPage, StepUpPage};
use serde_json::json;
use store::events::Event;
use uuid::Uuid;
use web::browser::CsrfToken;
use web::page::{Console, Person};
use web::text::{MessageCheck, Text, assert_messages};

use crate::house::at;

fn rendered(page: &impl Template) -> String {
    let text = Text::english(&[console::MESSAGES]).expect("messages");
    let html = text.render(page).expect("a page");
    assert!(!html.contains("<script>") && !html.contains(" style=") && !html.contains(" onclick="), "{html}");
    html
}

#[test]
fn enrolment() {
    let csrf = CsrfToken::sample();
    let page = EnrolPage {
        name: "Maya <Okafor>",
        address: "maya@acme.example",
        label: "Firefox on Linux",
        until: Some(at(0)),
        begin: "/invitation/x/begin",
        finish: "/invitation/x/finish",
        csrf: &csrf,
    };
    let html = rendered(&page);
    for part in [
        r#"data-passkey="register" data-begin="/invitation/x/begin" data-finish="/invitation/x/finish""#,
        r#"<meta name="referrer" content="strict-origin">"#,
        "maya@acme.example",
        "2027", // the link's end
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!html.contains("<Okafor>"));
    let without_end = rendered(&EnrolPage { until: None, ..page });
    assert!(!without_end.contains("2027"));
}

#[test]
fn step_up() {
    let csrf = CsrfToken::sample();
    let page =
        StepUpPage { begin: "/step-up/begin", finish: "/step-up/finish", back: "/admin/keys", csrf: &csrf };
    let html = rendered(&page);
    assert!(html.contains(r#"data-passkey="authenticate" data-begin="/step-up/begin""#), "{html}");
    assert!(html.contains(r#"value="/admin/keys" data-passkey-extra"#), "{html}");
}

fn events(number: u128) -> Vec<Event> {
    let event = |n| Event {
        id: Uuid::from_u128(n),
        at: at(0),
        kind: "sso.refused".to_owned(),
        actor: None,
        subject: Some("app-1".to_owned()),
        trace: Some("0123456789abcdef".to_owned()),
        source: Some("203.0.113.7".to_owned()),
        data: json!({ "code": "audience", "expected": "<https://sp.example>", "received": null, "count": 2 }),
        has_personal: false,
        position: None,
    };
    (0..number).map(event).collect()
}

fn events_page(found: Vec<Event>, lookup: &Lookup) -> String {
    let person = Person { name: "Maya Okafor".to_owned(), email: "maya@acme.example".to_owned() };
    let console = Console {
        place: "Acme".to_owned(),
        nav: Vec::new(),
        person,
        search: None,
        sign_out: "/admin/sign-out".to_owned(),
        csrf: CsrfToken::sample(),
        around: web::page::Around::default(),
    };
    rendered(&EventsPage::new(console, "/admin/events", lookup, found))
}

#[test]
fn the_event_log() {
    let html = events_page(events(50), &Lookup::default());
    assert_eq!(html.matches("<tr id=").count(), 50);
    assert!(html.contains("&#60;https://sp.example&#62;") && !html.contains("<https"), "{html}");
    assert!(!html.contains("<dt>received</dt>"), "what is not there is not shown");
    let next = format!("/admin/events?before={}", Uuid::from_u128(49));
    assert!(html.contains(&next), "{html}");
    let last = events_page(events(49), &Lookup { before: Some(Uuid::max()), ..Lookup::default() });
    assert!(!last.contains("rel=\"next\"") && last.contains("rel=\"prev\" href=\"/admin/events\""), "{last}");
    let none = events_page(Vec::new(), &Lookup::default());
    assert!(none.contains("class=\"empty\"") && !none.contains("<table"), "{none}");
}

#[test]
fn a_link_that_is_over_has_its_own_page() {
    for (refusal, code) in [
        (InvitationRefusal::Unknown, "invitation-unknown"),
        (InvitationRefusal::Used, "invitation-used"),
        (InvitationRefusal::Expired, "invitation-expired"),
        (InvitationRefusal::Withdrawn, "invitation-withdrawn"),
    ] {
        let error = web::Error::from(refusal);
        assert_eq!((error.status().as_u16(), error.code()), (410, code));
        assert_eq!(refusal.code(), code);
    }
}

#[test]
fn messages_used_and_defined_are_one_set() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_messages(&MessageCheck {
        used_in: &[&root.join("templates"), &root.join("src")],
        defined_in: &[console::MESSAGES],
        built: &[],
    });
}
