//! Why this person can or cannot sign in, in plain words, with what to do.

use ::store::ReadTx;
use console::passkeys;
use jiff::Timestamp;
use web::{Error, Message};

use super::OrgAdmin;
use crate::answer::broken;
use crate::model::Account;
use crate::products;
use crate::service::Org;
use crate::sign_in::admit::{Asserted, StableId};
use crate::sign_in::arrival::facts_of;
use crate::sign_in::start::{Way, start};
use crate::sign_in::why::{Case, Reason, Weight, why};
use crate::store::{directories, links, members};

/// One thing to know, and the way to change it.
#[derive(Debug)]
pub(crate) struct Finding {
    /// The word of its notice.
    pub(crate) tone: &'static str,
    pub(crate) message: Message,
    /// Of a refusal: its code.
    pub(crate) code: Option<&'static str>,
    pub(crate) way_on: Option<(Message, String)>,
}

/// What would become of a sign-in now.
pub(super) async fn findings(
    read: &ReadTx,
    (org, admin): (&Org, &OrgAdmin),
    (account, now): (&Account, Timestamp),
) -> Result<Vec<Finding>, Error> {
    let known = directories::governing(read, &account.address).await.map_err(broken)?;
    let (mut facts, mut asserted, mut last_refused) = (None, None, None);
    if let Way::Sso(directory) = start(&known, now) {
        let of = (admin.organization.id, account.id);
        let linked = links::of_account(read, of.0, of.1).await.map_err(broken)?;
        let own = linked.into_iter().find(|link| link.directory == directory);
        // Whom nobody linked yet is stated with an id that nobody has.
        let stable_id = own.map_or_else(|| account.id.to_string(), |link| link.stable_id);
        let stable_id = StableId::parse(&stable_id);
        let would = Asserted::as_of(account, stable_id);
        let connections = org.connections();
        let connection = connections.of_directory(read, org.public_url(), directory).await.map_err(broken)?;
        if let Some(connection) = connection {
            facts = facts_of(read, &connection, &would, now).await.map_err(broken)?;
        }
        asserted = Some(would);
        let of = (directory, account.id);
        last_refused = members::open_refusal(read, of).await.map_err(broken)?;
    }
    let case = Case {
        known,
        facts,
        asserted,
        last_refused,
        passkeys: passkeys::list(read, account.id.person())
            .await
            .map_err(broken)?
            .iter()
            .filter(|kept| kept.revoked_at.is_none())
            .count(),
        products: products::list_for(read, account.id).await.map_err(broken)?.len(),
        account: account.clone(),
        now,
    };
    Ok(why(&case).into_iter().map(|reason| finding(admin, reason)).collect())
}

fn finding(admin: &OrgAdmin, reason: Reason) -> Finding {
    let tone = match reason.weight() {
        Weight::Blocks => "danger",
        Weight::Warns => "warning",
        Weight::Fine => "success",
    };
    let code = match &reason {
        Reason::Refused(refusal) => Some(refusal.code()),
        _ => None,
    };
    let way_on = way_on(admin, &reason);
    Finding { tone, message: said(reason), code, way_on }
}

fn said(reason: Reason) -> Message {
    match reason {
        Reason::Deactivated => Message::new("why-deactivated"),
        Reason::SentTo(name) => Message::new("why-sent-to").with("directory", name),
        Reason::DirectoryOff(name) => Message::new("why-directory-off").with("directory", name),
        Reason::NotConfigured(name) => Message::new("why-not-configured").with("directory", name),
        Reason::Refused(refusal) => Message::new(refusal.message()),
        Reason::LastRefused(code) => Message::new("why-last-refused").with("code", code),
        Reason::WouldBeLinked => Message::new("why-would-be-linked"),
        Reason::Admitted => Message::new("why-admitted"),
        Reason::LocalDoor => Message::new("why-local-door"),
        Reason::NoPasskey => Message::new("why-no-passkey"),
        Reason::LocalDoorShut => Message::new("why-local-door-shut"),
        Reason::NoProduct => Message::new("why-no-product"),
    }
}

/// Where it can be changed; what is changed on this very page has no way on.
fn way_on(admin: &OrgAdmin, reason: &Reason) -> Option<(Message, String)> {
    let (label, below) = match reason {
        Reason::DirectoryOff(_) | Reason::NotConfigured(_) | Reason::LocalDoorShut => {
            ("nav-identity-providers", "/identity-providers")
        }
        Reason::Refused(refusal) => match refusal.code() {
            "domain-not-verified" | "domain-not-linked" | "account-not-managed" => {
                ("nav-domains", "/domains")
            }
            "authentication-policy-strategy-mismatch" | "policy-of-another-directory" => {
                ("nav-policies", "/policies")
            }
            "directory-disabled" => ("nav-identity-providers", "/identity-providers"),
            _ => return None,
        },
        Reason::LastRefused(_) => ("nav-conflicts", "/conflicts"),
        Reason::NoProduct => ("nav-products", "/products"),
        _ => return None,
    };
    Some((Message::new(label), admin.path(below)))
}
