//! Templates of another crate extend the layouts and import the parts.

use askama::Template;
use jiff::Timestamp;
use web::browser::CsrfToken;
use web::page::{Console, NavGroup, NavItem, Notice, NoticeKind, Pager, Person};
use web::qr::Qr;
use web::{Fields, Message, filters};

use crate::support;

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "layout.html" %}{% import "ui.html" as ui %}
{% block title %}{{ title }}{% endblock %}
{% block content %}
<h1>{{ title }}</h1>
{{ ui::notice(notice.kind.word(), notice.message|t) }}
{{ ui::copy_field("Entity ID", value, "entity-id") }}
{{ ui::code_block("PEM", value, "pem") }}
<form method="post">{{ ui::csrf(csrf) }}{{ ui::faults(fields) }}
{{ ui::field("name", "Name", value, fields.of("name"), value) }}
{{ ui::textarea("about", "About", value, fields.of("about")) }}
{{ ui::select("role", value, roles, "b", fields.of("role")) }}
{{ ui::checkbox("keep", value, true) }}
{{ ui::digits_input("digits", value, fields.of("digits")) }}</form>
{{ ui::digits(value) }}{{ ui::qr_panel(qr, value) }}{{ ui::badge("good", value) }}{{ ui::passkey_messages() }}
{% endblock %}"#
)]
struct Card {
    title: &'static str,
    value: String,
    notice: Notice,
    csrf: CsrfToken,
    fields: Fields,
    roles: Vec<(&'static str, &'static str)>,
    qr: Qr,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "console.html" %}{% import "ui.html" as ui %}
{% block title %}People{% endblock %}
{% block content %}
{% call ui::page_header("People", value) %}<a href="/add">Add</a>{% endcall %}
{% call ui::empty("people", value, value) %}<a href="/add">Add</a>{% endcall %}
{{ now|stamp }}{{ ui::pager(pager) }}{{ "error-too-many"|t|with("seconds", seconds) }}
{% endblock %}"#
)]
struct Admin {
    console: Console,
    value: String,
    now: Timestamp,
    pager: Pager,
    seconds: u32,
}

const MARKUP: &str = "<script>alert('1')</script>\"><img src=x onerror=alert(1)>";

fn card(value: &str) -> String {
    let mut fields = Fields::new();
    fields.add("name", Message::new("error-malformed"));
    let card = Card {
        title: "Sign in",
        value: value.to_owned(),
        notice: Notice { kind: NoticeKind::Danger, message: Message::new("passkey-network") },
        csrf: CsrfToken::sample(),
        fields,
        roles: vec![("a", "Alpha"), ("b", "Beta")],
        qr: Qr::new(value).expect("fits"),
    };
    support::site(support::OUR_ORIGIN).text().render(&card).expect("renders")
}

fn admin(value: &str) -> String {
    let admin = Admin {
        console: Console {
            place: value.to_owned(),
            nav: vec![NavGroup {
                title: None,
                items: vec![NavItem::new("console-menu", "home", "/admin/users", "/admin/users/1")],
            }],
            person: Person { name: value.to_owned(), email: value.to_owned() },
            search: Some("/admin/search".to_owned()),
            sign_out: "/sign-out".to_owned(),
            csrf: CsrfToken::sample(),
            around: web::page::Around::default(),
        },
        value: value.to_owned(),
        now: Timestamp::UNIX_EPOCH,
        pager: Pager { previous: Some("/a".to_owned()), next: None },
        seconds: 2,
    };
    support::site(support::OUR_ORIGIN).text().render(&admin).expect("renders")
}

#[test]
fn the_card() {
    let html = card("42");
    for part in [
        "<html lang=\"en\">",
        "<title>Sign in · Countersign</title>",
        "role=\"alert\"",
        "<input type=\"hidden\" name=\"csrf\" value=\"sample\">",
        "value=\"42\"",
        "<option value=\"b\" selected>Beta</option>",
        "aria-invalid=\"true\"",
        "aria-describedby=\"name-error name-hint\"",
        "<a href=\"#name\">",
        "src=\"data:image/svg+xml;base64,",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}

#[test]
fn the_console() {
    let html = admin("Acme");
    for part in [
        "<title>People · Acme · Countersign</title>",
        "aria-current=\"page\"",
        "1 Jan 1970, 00:00 UTC",
        "Wait 2 seconds, then",
        "<a href=\"/add\">Add</a>",
        "rel=\"prev\"",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}

#[test]
fn values_are_text_wherever_they_stand() {
    for html in [card(MARKUP), admin(MARKUP)] {
        assert!(!html.contains("<script>alert") && !html.contains("<img src=x"), "{html}");
    }
}

#[test]
fn nothing_is_inline() {
    for html in [card("42"), admin("Acme")] {
        for inline in [" style=", "<style", " onclick", " onload", "javascript:", "<script>"] {
            assert!(!html.contains(inline), "{inline}");
        }
        assert_eq!(html.matches("<h1>").count(), 1);
        assert!(html.contains("href=\"#content\"") && html.contains("id=\"content\""));
    }
}

#[test]
fn every_id_stands_once() {
    let html = card("42");
    let mut ids: Vec<_> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}
