//! *Security → User security → Authentication policies*, a file per screen:
//!
//! - [`list`] every policy by its directory, and one more
//! - [`settings`] what a policy says, and what its members meet
//! - [`enforce`] *Enforce single sign-on* with its evidence
//! - [`probation`] keep it, go back, or wait longer
//! - [`members`] whom it applies to; moved, added by address
//! - [`import`] added by CSV, after a dry run
//! - [`groups`] added by group
//! - [`roll_out`] how the members would fare, and who came in since
//! - [`ending`] another default policy; a policy deleted
//!
//! Every form carries the version that was shown.

pub(crate) mod ending;
pub(crate) mod enforce;
mod evidence;
pub(crate) mod groups;
pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod members;
pub(crate) mod probation;
pub(crate) mod roll_out;
pub(crate) mod settings;
mod words;

use jiff::Timestamp;
use serde::Deserialize;
use web::{Error, Message};

use super::OrgAdmin;
use super::confirm::Ask;
use super::domains::Badge;
use crate::answer::broken;
use crate::model::{AuthenticationPolicy, Directory, DirectoryKind, PolicyId, SamlConfiguration};
use crate::service::Org;
use crate::store::{configurations, directories, policies};

/// The id in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct Which {
    policy: String,
}

impl Which {
    fn id(&self) -> Result<PolicyId, Error> {
        self.policy.parse().map_err(|_| Error::not_found())
    }
}

/// A form that only says over which version it was shown.
#[derive(Debug, Deserialize)]
pub(crate) struct Versioned {
    version: i64,
    #[serde(default)]
    credential: Option<String>,
}

/// A policy of this administrator's organisation, and what it belongs to.
struct Found {
    policy: AuthenticationPolicy,
    directory: Directory,
    configuration: Option<SamlConfiguration>,
}

impl Found {
    /// Whether SSO is possible in its directory at all.
    fn is_local(&self) -> bool {
        self.directory.kind == DirectoryKind::Local
    }
}

async fn find(org: &Org, admin: &OrgAdmin, which: &Which) -> Result<Found, Error> {
    let (id, of) = (which.id()?, admin.organization.id);
    let read = org.read().await?;
    let policy = policies::find(&read, of, id).await.map_err(broken)?.ok_or_else(Error::not_found)?;
    let directory = directories::find(&read, of, policy.directory).await.map_err(broken)?;
    let directory = directory.ok_or_else(Error::not_found)?;
    let configuration = configurations::of_directory(&read, directory.id).await.map_err(broken)?;
    Ok(Found { policy, directory, configuration })
}

/// What stands above every page of a policy.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) policies: String,
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) lead: Message,
    pub(crate) is_default: bool,
    pub(crate) badge: Badge,
    pub(crate) version: i64,
    pub(crate) tabs: Vec<Tab>,
}

/// A page of the policy.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) title: Message,
    pub(crate) path: String,
    pub(crate) current: bool,
}

/// Which page of the policy is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Settings,
    Members,
    RollOut,
}

impl Head {
    fn new(admin: &OrgAdmin, found: &Found, (at, now): (At, Timestamp)) -> Self {
        let path = path_of(admin, found.policy.id);
        let mut table = vec![
            (At::Settings, "policy-tab-settings", path.clone()),
            (At::Members, "policy-tab-members", format!("{path}/members")),
        ];
        if !found.is_local() {
            table.push((At::RollOut, "policy-tab-roll-out", format!("{path}/roll-out")));
        }
        let tab = |(page, title, path): (At, &'static str, String)| Tab {
            title: title.into(),
            path,
            current: page == at,
        };
        Self {
            policies: admin.path("/policies"),
            name: found.policy.name.to_string(),
            lead: match found.is_local() {
                true => "policy-lead-local".into(),
                false => Message::new("policy-lead").with("directory", found.directory.name.as_str()),
            },
            is_default: found.policy.is_default,
            badge: words::badge(&found.policy, now),
            version: found.policy.version,
            tabs: table.into_iter().map(tab).collect(),
            path,
        }
    }
}

fn path_of(admin: &OrgAdmin, policy: PolicyId) -> String {
    admin.path(&format!("/policies/{policy}"))
}

/// What the passkey is asked for: title, text, button.
fn ask(
    admin: &OrgAdmin,
    policy: &AuthenticationPolicy,
    ([title, text, button], act, back): ([&'static str; 3], &str, &str),
    posted: Vec<(&'static str, String)>,
) -> Ask {
    let path = path_of(admin, policy.id);
    Ask {
        title: Message::new(title).with("policy", policy.name.as_str()),
        text: text.into(),
        button: button.into(),
        action: format!("{path}{act}"),
        back: format!("{path}{back}"),
        posted,
        credential: None,
    }
}
