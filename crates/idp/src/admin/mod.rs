//! The administrator's screens, a file per noun: parse, act, answer.
//!
//! Every handler takes an [`Admin`](crate::people::Admin): role and a session opened by a ceremony in this browser. What
//! the role includes is asked by the handler for the page and again by the act.

pub(crate) mod access;
mod activity;
mod application_form;
pub(crate) mod applications;
mod choices;
pub(crate) mod confirmed;
mod conflict;
pub(crate) mod events;
pub(crate) mod groups;
mod guide;
pub(crate) mod overview;
pub(crate) mod people;
pub(crate) mod person_edit;
pub(crate) mod preview;
pub(crate) mod search;
pub(crate) mod settings;
mod step;
pub(crate) mod why;
pub(crate) mod wizard;

use web::page::{Console, NavGroup, NavItem, Person};

use crate::people::Admin;
use crate::state::Idp;

/// What `console.html` needs; `shown` is the path of the page.
fn console(idp: &Idp, admin: &Admin, shown: &str) -> Console {
    let home = NavItem { current: shown == "/admin", ..NavItem::new("nav-overview", "home", "/admin", "") };
    Console {
        place: idp.settings().name.clone(),
        nav: vec![
            NavGroup {
                title: None,
                items: vec![
                    home,
                    NavItem::new("nav-people", "people", "/admin/people", shown),
                    NavItem::new("nav-groups", "group", "/admin/groups", shown),
                    NavItem::new("nav-applications", "apps", "/admin/applications", shown),
                ],
            },
            NavGroup {
                title: Some("nav-settings".into()),
                items: vec![
                    NavItem::new("nav-idp", "key", "/admin/settings/idp", shown),
                    NavItem::new("nav-why", "search", "/admin/why", shown),
                    NavItem::new("nav-events", "log", "/admin/events", shown),
                ],
            },
            NavGroup { title: None, items: vec![NavItem::new("nav-me", "person", "/me", shown)] },
        ],
        person: Person { name: admin.user.full_name(), email: admin.user.email.shown().to_owned() },
        search: Some("/admin/search".to_owned()),
        sign_out: "/sign-out".to_owned(),
        csrf: admin.visitor.browser.csrf(),
        around: web::page::Around::default(),
    }
}
