//! What stands around every page of an organisation's console.

use web::Message;
use web::page::{Around, Banner, Console, NavGroup, NavItem, NoticeKind, Person};

use super::OrgAdmin;
use crate::model::{Domain, DomainState};

/// The frame.
pub(super) fn console(admin: &OrgAdmin) -> Console {
    Console {
        place: admin.organization.name.to_string(),
        nav: nav(admin),
        person: Person {
            name: admin.who.account.shown(),
            email: admin.who.account.address.shown().to_owned(),
        },
        search: Some(admin.path("/search")),
        sign_out: "/logout".to_owned(),
        csrf: admin.csrf.0.clone(),
        around: Around {
            elsewhere: admin.several.then(|| (Message::new("nav-elsewhere"), "/admin".to_owned())),
            banners: admin.banners(),
        },
    }
}

/// The guide's way: Security → User security → Authentication policies;
/// Security → Identity providers.
fn nav(admin: &OrgAdmin) -> Vec<NavGroup> {
    let item = |label: &'static str, icon, below: &str| {
        let path = admin.path(below);
        let mut item = NavItem::new(label, icon, &path, &admin.path);
        if below.is_empty() {
            item.current = path == admin.path;
        }
        item
    };
    let group = |title: Option<&'static str>, items| NavGroup { title: title.map(Message::new), items };
    vec![
        group(None, vec![item("nav-overview", "home", "")]),
        group(
            Some("nav-directory"),
            vec![
                item("nav-accounts", "people", "/accounts"),
                item("nav-groups", "group", "/groups"),
                item("nav-conflicts", "warning", "/conflicts"),
            ],
        ),
        group(
            Some("nav-security"),
            vec![
                item("nav-identity-providers", "key", "/identity-providers"),
                item("nav-domains", "domain", "/domains"),
                item("nav-events", "log", "/events"),
            ],
        ),
        group(Some("nav-user-security"), vec![item("nav-policies", "shield", "/policies")]),
        group(
            Some("nav-organization"),
            vec![
                item("nav-products", "apps", "/products"),
                item("nav-administrators", "person", "/administrators"),
                item("nav-settings", "settings", "/settings"),
            ],
        ),
    ]
}

/// A proved domain whose token is found no longer: said on every page until it
/// is there again or lost.
pub(super) fn missing_token(admin: &OrgAdmin, domain: &Domain) -> Banner {
    let until = match domain.state() {
        DomainState::MissingToken { until } => until.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        _ => String::new(),
    };
    Banner {
        kind: NoticeKind::Warning,
        message: Message::new("banner-token-missing")
            .with("domain", domain.name.as_str())
            .with("until", until),
        way_on: (Message::new("banner-token-missing-on"), admin.path(&format!("/domains/{}", domain.name))),
    }
}
