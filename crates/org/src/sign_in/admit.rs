//! Hop 7: a verified assertion and what is known here → who signs in, or why nobody does.
//!
//! Pure. One organisation's or directory's identity provider never speaks for
//! another's domain; a linked account is never bound to a second identity; an
//! address change never takes another person's address; a deactivated account
//! never signs in. Whom the assertion names is read by [`Asserted`], and only
//! from what was verified.

mod asserted;
#[cfg(test)]
mod cases;
mod refusal;

use console::person::{DisplayName, EmailAddress};
use jiff::Timestamp;

use crate::model::{
    Account, AccountId, AuthenticationPolicy, Claim, Directory, Domain, JitProvisioning, OrganizationId, Sso,
    Standing, effective,
};

pub use asserted::{Asserted, StableId};
pub use refusal::{Code, Refusal};

/// What `org` knows when the answer arrives, beside the assertion itself.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The directory whose identity provider answered.
    pub directory: Directory,
    /// The directory's default policy: where a new account would go.
    pub default_policy: AuthenticationPolicy,
    /// The asserted address's domain, as this organisation has it.
    pub domain: Option<Domain>,
    /// Whom this directory's stable id leads to.
    pub by_stable_id: Option<Known>,
    /// Whom the asserted address leads to.
    pub by_address: Option<Known>,
    /// What was typed at the start, if anything was.
    pub typed: Option<EmailAddress>,
    /// Who is signed in in this browser.
    pub signed_in: Option<AccountId>,
    /// The person agreed to the change of account on our own page.
    pub agreed: bool,
    /// The time: what a policy requires depends on it.
    pub now: Timestamp,
}

/// An account and what ties it to this directory and organisation.
#[derive(Clone, Debug)]
pub struct Known {
    /// The account.
    pub account: Account,
    /// Its stable id at this directory, once linked.
    pub linked_as: Option<StableId>,
    /// Whether it administers an organisation, this one or another.
    pub administers: bool,
    /// Its policy, computed; an account that nobody manages has none.
    pub policy: Option<AuthenticationPolicy>,
}

/// Somebody may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// At once.
    Enter(Entry),
    /// Another account is signed in in this browser: ask before it ends.
    Ask {
        /// Who is signed in.
        signed_in: AccountId,
        /// What would happen then.
        entry: Entry,
    },
}

/// What coming in changes. Names go with every kind: those that the assertion
/// states are written when they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Nothing but a session.
    SignIn(AccountId),
    /// The linked account gets the address that is asserted now.
    Update {
        /// The account.
        account: AccountId,
        /// The address that it had.
        from: EmailAddress,
    },
    /// The account is bound to this stable id from now on.
    Link {
        /// The account.
        account: AccountId,
        /// What the identity provider calls this person.
        stable_id: StableId,
    },
    /// A managed account is made, in the directory's default policy.
    Create,
}

impl Entry {
    /// The word in events.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::SignIn(_) => "known",
            Self::Update { .. } => "address-changed",
            Self::Link { .. } => "linked",
            Self::Create => "created",
        }
    }

    /// The event of what changes, if anything does.
    pub(crate) const fn event(&self) -> Option<&'static str> {
        match self {
            Self::SignIn(_) => None,
            Self::Update { .. } => Some("account.address_changed"),
            Self::Link { .. } => Some("account.linked"),
            Self::Create => Some("account.created"),
        }
    }
}

/// Decides who signs in. The order is that of what may be known: the
/// directory, the domain, the account, its policy, the browser.
///
/// # Errors
/// The first rule that does not hold, with what was expected and received.
pub fn admit(asserted: &Asserted, facts: &Facts) -> Result<Admission, Refusal> {
    if !facts.directory.enabled {
        return Err(Refusal::DirectoryDisabled);
    }
    let domain = own_domain(asserted, facts)?;
    let entry = match (&facts.by_stable_id, &facts.by_address) {
        (Some(linked), by_address) => linked_account(asserted, linked, by_address.as_ref(), facts)?,
        (None, Some(found)) => found_account(asserted, found, facts)?,
        (None, None) => new_account(asserted, domain, facts)?,
    };
    let account = match &entry {
        Entry::SignIn(account) | Entry::Update { account, .. } | Entry::Link { account, .. } => {
            Some(*account)
        }
        Entry::Create => None,
    };
    Ok(match facts.signed_in {
        Some(other) if account != Some(other) && !facts.agreed => Admission::Ask { signed_in: other, entry },
        _ => Admission::Enter(entry),
    })
}

/// The domain must be proved by this organisation and linked to this very
/// directory; the parent's proof does not count.
fn own_domain<'f>(asserted: &Asserted, facts: &'f Facts) -> Result<&'f Domain, Refusal> {
    let domain = facts
        .domain
        .as_ref()
        .filter(|domain| domain.verified_at.is_some())
        .ok_or_else(|| Refusal::DomainNotVerified(asserted.domain()))?;
    if domain.linked_to != Some(facts.directory.id) {
        return Err(Refusal::DomainNotLinked(asserted.domain()));
    }
    Ok(domain)
}

/// The stable id is known: this account, whatever the address says.
fn linked_account(
    asserted: &Asserted,
    linked: &Known,
    by_address: Option<&Known>,
    facts: &Facts,
) -> Result<Entry, Refusal> {
    may_enter(linked, facts)?;
    let account = linked.account.id;
    let from = linked.account.address.clone();
    typed_is_one_of(asserted, &[asserted.address(), &from], facts)?;
    if from == *asserted.address() {
        return Ok(Entry::SignIn(account));
    }
    if by_address.is_some_and(|other| other.account.id != account) {
        return Err(Refusal::AddressConflict(asserted.address().clone()));
    }
    if linked.administers {
        return Err(Refusal::AdministratorAddress { from, to: asserted.address().clone() });
    }
    Ok(Entry::Update { account, from })
}

/// No stable id leads anywhere: the address is the key, and the first use
/// binds the account. A bound one is never bound again.
fn found_account(asserted: &Asserted, found: &Known, facts: &Facts) -> Result<Entry, Refusal> {
    may_enter(found, facts)?;
    typed_is_one_of(asserted, &[asserted.address()], facts)?;
    let account = found.account.id;
    match (&found.linked_as, asserted.stable_id()) {
        (Some(_), None) => Err(Refusal::StableIdMissing),
        (Some(bound), Some(other)) => {
            Err(Refusal::LinkedToAnother { bound: bound.clone(), asserted: other.clone() })
        }
        (None, Some(stable_id)) => Ok(Entry::Link { account, stable_id: stable_id.clone() }),
        (None, None) => Ok(Entry::SignIn(account)),
    }
}

/// Just-in-time provisioning, each condition by its own code. It creates and
/// never takes over what exists.
fn new_account(asserted: &Asserted, domain: &Domain, facts: &Facts) -> Result<Entry, Refusal> {
    if domain.claim != Claim::Automatic {
        return Err(Refusal::JitClaimManual(asserted.domain()));
    }
    let required = effective(&facts.default_policy, facts.now);
    if required != Sso::Enforced {
        return Err(Refusal::JitNotEnforced(required));
    }
    if facts.directory.jit != JitProvisioning::On {
        return Err(Refusal::JitOff);
    }
    typed_is_one_of(asserted, &[asserted.address()], facts)?;
    let missing = |name: Option<&DisplayName>| name.is_none();
    if missing(asserted.first_name()) {
        return Err(Refusal::JitFirstNameMissing);
    }
    if missing(asserted.last_name()) {
        return Err(Refusal::JitLastNameMissing);
    }
    Ok(Entry::Create)
}

/// What holds for every account that exists: active, managed by this
/// organisation, and in a policy of this directory that allows SSO.
fn may_enter(known: &Known, facts: &Facts) -> Result<(), Refusal> {
    let organization = facts.directory.organization;
    if known.account.standing == Standing::Deactivated {
        return Err(Refusal::AccountDeactivated);
    }
    managed_here(&known.account, organization)?;
    let policy = known.policy.as_ref().ok_or(Refusal::AccountNotManaged)?;
    if effective(policy, facts.now) == Sso::Off {
        return Err(Refusal::PolicyForbidsSso(policy.id));
    }
    if policy.directory != facts.directory.id {
        return Err(Refusal::PolicyOfAnotherDirectory(policy.id));
    }
    Ok(())
}

fn managed_here(account: &Account, organization: OrganizationId) -> Result<(), Refusal> {
    match account.managed_by {
        Some(manager) if manager == organization => Ok(()),
        Some(_) => Err(Refusal::ManagedElsewhere),
        None => Err(Refusal::AccountNotManaged),
    }
}

/// Whoever typed one address and comes back as somebody else is told so: the
/// identity provider may still hold another person's session.
fn typed_is_one_of(asserted: &Asserted, addresses: &[&EmailAddress], facts: &Facts) -> Result<(), Refusal> {
    match &facts.typed {
        Some(typed) if !addresses.contains(&typed) => {
            Err(Refusal::NameIdMismatch { typed: typed.clone(), asserted: asserted.address().clone() })
        }
        _ => Ok(()),
    }
}
