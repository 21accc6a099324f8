//! The console's search: pages by our words and by the guide's, and whatever has a name.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use web::page::Console;
use web::{Error, StrictQuery, filters};

use super::console;
use crate::error::broken;
use crate::model::role::Permission;
use crate::model::search::Query;
use crate::model::user::User;
use crate::people::Admin;
use crate::state::Idp;
use crate::store::{applications, groups, users};

/// What is sought.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sought {
    q: String,
}

/// The page.
#[derive(Template)]
#[template(path = "admin/search.html")]
struct SearchPage {
    console: Console,
    sought: String,
    pages: Vec<&'static Entry>,
    applications: Vec<applications::Listed>,
    groups: Vec<groups::Listed>,
    people: Vec<User>,
}

impl SearchPage {
    fn is_empty(&self) -> bool {
        self.pages.is_empty()
            && self.applications.is_empty()
            && self.groups.is_empty()
            && self.people.is_empty()
    }
}

/// `GET /admin/search`.
pub(crate) async fn show(
    State(idp): State<Idp>,
    admin: Admin,
    StrictQuery(Sought { q }): StrictQuery<Sought>,
) -> Result<Response, Error> {
    let mut page = SearchPage {
        console: console(&idp, &admin, "/admin/search"),
        sought: q,
        pages: Vec::new(),
        applications: Vec::new(),
        groups: Vec::new(),
        people: Vec::new(),
    };
    if let Some(query) = Query::parse(&page.sought) {
        let pages = ENTRIES.iter().filter(|entry| admin.role.may(entry.permission));
        page.pages = pages.filter(|entry| entry.is_found(&query)).collect();
        let read = idp.store().read().await.map_err(broken)?;
        page.people = users::search(&read, &query, "", FOUND).await.map_err(broken)?;
        page.applications = applications::list(&read, ("", None), SEEN).await.map_err(broken)?;
        page.groups = groups::list(&read, "", SEEN).await.map_err(broken)?;
        drop(read);
        page.applications.retain(|one| query.finds(&format!("{} {}", one.name, one.entity_id)));
        page.groups.retain(|one| query.finds(one.group.name.as_str()));
        page.applications.truncate(FOUND as usize);
        page.groups.truncate(FOUND as usize);
    }
    idp.site().render(&page)
}

/// A place in the console, and the words by which it is found.
struct Entry {
    /// The message that names it.
    label: &'static str,
    path: &'static str,
    permission: Permission,
    /// Our words and those of the guide and of other identity providers; a line for each thing it has.
    words: &'static [&'static str],
}

impl Entry {
    /// One line has all the terms: "entity id" is not found in "Entity" of one line and "ID" of another.
    fn is_found(&self, query: &Query) -> bool {
        self.words.iter().any(|line| query.finds(line))
    }
}

/// Every place that somebody who comes from the guide looks for.
const ENTRIES: &[Entry] = &[
    Entry {
        label: "nav-idp",
        path: "/admin/settings/idp",
        permission: Permission::Read,
        words: &[
            "Settings IdP Configuration identity provider",
            "Core Configuration IdP Entity ID issuer",
            "Single SignOn Service URL, Single Sign-On Service, IdP SSO URL, Sign-On URL, login URL",
            "Single Logout Service URL SLO",
            "View Certificate Public Key x.509 x509 PEM Signing Certificate download fingerprint thumbprint",
            "SAML Metadata federation document",
            "RP ID relying party passkeys",
            "Passwordless Login QR known browser same network number challenge",
        ],
    },
    Entry {
        label: "applications-add",
        path: "/admin/applications/add",
        permission: Permission::Applications,
        words: &[
            "Applications Add Application gallery integration connect",
            "Custom App SAML 2.0 Generic Add integration service provider SP",
            "Atlassian Cloud Jira Confluence Bitbucket Statuspage guided",
            "Application Name, Instance Production Sandbox, Application Access URL",
            "NameID Format NameID Value emailAddress",
            "claims mappings claim mapping attribute mappings user.email user.firstName user.lastName first_name last_name",
            "SP Entity ID Audience URI, ACS URL Assertion Consumer Service URL Unique ID",
            "Method POST binding, Assertion signing sign response",
            "Fallback admin account administrator",
        ],
    },
    Entry {
        label: "nav-applications",
        path: "/admin/applications",
        permission: Permission::Read,
        words: &[
            "Applications apps integrations service providers drafts",
            "Edit disable delete application",
        ],
    },
    Entry {
        label: "nav-people",
        path: "/admin/people",
        permission: Permission::Read,
        words: &[
            "People Users directory accounts members",
            "Roles owner administrator helpdesk auditor, tenant admin, community administrator, helpdesk administrator, basic user",
            "Devices passkeys authenticators device count",
            "Suspend deactivate readmit user",
        ],
    },
    Entry {
        label: "people-add",
        path: "/admin/people/new",
        permission: Permission::People,
        words: &[
            "Add a person invite user invitation create",
            "Enrol onboarding mobile app biometrics register a device",
        ],
    },
    Entry {
        label: "nav-groups",
        path: "/admin/groups",
        permission: Permission::Read,
        words: &[
            "Groups user groups teams, test group pilot, assignment",
            "Adaptive journeys group app access",
        ],
    },
    Entry {
        label: "nav-why",
        path: "/admin/why",
        permission: Permission::Read,
        words: &[
            "Why can’t somebody sign in, troubleshoot login problem help",
            "Reference error tracking code",
        ],
    },
    Entry {
        label: "nav-events",
        path: "/admin/events",
        permission: Permission::Read,
        words: &[
            "Event log audit trail history reports export",
            "E_LOGIN_SUCCEEDED E_LOGIN_FAILED E_USER_INVITED E_USER_ONBOARDED events",
        ],
    },
    Entry {
        label: "nav-overview",
        path: "/admin",
        permission: Permission::Read,
        words: &["Overview AdminX portal dashboard home, tenant community", "What to do next first steps"],
    },
    Entry {
        label: "nav-me",
        path: "/me",
        permission: Permission::Read,
        words: &["My applications tiles app launcher portal", "My devices, scan QR code, mobile app"],
    },
];

/// Of each kind, as many as are read.
const FOUND: u32 = 10;
/// Applications and groups looked through.
const SEEN: u32 = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_by_its_first_words_and_nothing_finds_all() {
        for entry in ENTRIES {
            let query = Query::parse(entry.words[0].split(',').next().expect("words")).expect("a query");
            assert!(entry.is_found(&query), "{}", entry.path);
        }
        let query = Query::parse("entity nothing").expect("a query");
        assert!(!ENTRIES.iter().any(|entry| entry.is_found(&query)));
    }
}
