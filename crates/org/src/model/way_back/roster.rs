//! Who administers what, and all that decides whether they are sent to SSO.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::model::account::Standing;
use crate::model::computed::{Belonging, GroupRule, computed};
use crate::model::domain::{Claim, DomainName};
use crate::model::ids::{AccountId, DirectoryId, GroupId, OrganizationId, PolicyId};
use crate::model::policy::AuthenticationPolicy;

/// Everything that the way back of the organisations concerned hangs on. An
/// administrator of one may be managed by another, so it spans both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// The local directories.
    pub locals: Vec<(OrganizationId, DirectoryId)>,
    /// Their policies.
    pub policies: Vec<AuthenticationPolicy>,
    /// Their group rules, each organisation's in its order.
    pub rules: Vec<GroupRule>,
    /// The verified domains of the people below.
    pub domains: Vec<Claimed>,
    /// The administrators, and whomever an act is about.
    pub people: Vec<Administrator>,
}

/// A verified domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Who holds the proof.
    pub organization: OrganizationId,
    /// Its name.
    pub name: DomainName,
    /// How accounts on it come under management.
    pub claim: Claim,
    /// The identity provider directory that speaks for it.
    pub linked_to: Option<DirectoryId>,
}

/// An account that administers organisations, or is about to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administrator {
    /// The account.
    pub account: AccountId,
    /// Where.
    pub administers: BTreeSet<OrganizationId>,
    /// The domain of its address.
    pub domain: DomainName,
    /// Whether it may sign in at all.
    pub standing: Standing,
    /// Who manages it: nobody else's policy applies to it.
    pub managed_by: Option<OrganizationId>,
    /// The policy named for it there.
    pub named: Option<PolicyId>,
    /// The groups that it is in.
    pub groups: Vec<GroupId>,
    /// When it last used a passkey that is kept here, if it holds one.
    pub passkey_used_at: Option<Timestamp>,
}

impl Roster {
    /// Every organisation that somebody here administers.
    pub fn organizations(&self) -> BTreeSet<OrganizationId> {
        self.people.iter().flat_map(|person| person.administers.iter().copied()).collect()
    }

    /// The administrators of one.
    pub fn administrators_of(&self, organization: OrganizationId) -> impl Iterator<Item = &Administrator> {
        self.people.iter().filter(move |person| person.administers.contains(&organization))
    }

    /// Whether somebody who may sign in administers it.
    pub fn has_active_administrator(&self, organization: OrganizationId) -> bool {
        self.administrators_of(organization).any(|person| person.standing == Standing::Active)
    }

    /// The policy of somebody here; whom nobody manages has none.
    pub fn policy_of(&self, person: &Administrator) -> Option<&AuthenticationPolicy> {
        let manager = person.managed_by?;
        let home = self.home(manager, &person.domain)?;
        let belonging = Belonging { home, named: person.named, groups: &person.groups };
        computed(&belonging, &self.policies, &self.rules)
    }

    /// Whether somebody's policy is set to enforce SSO. One that has returned
    /// by itself counts too: a clock that jumps back, or a plan that is paid
    /// again, must not find an organisation without a way in.
    pub fn is_sent_to_sso(&self, person: &Administrator) -> bool {
        self.policy_of(person).is_some_and(|policy| policy.sso.sends())
    }

    /// The directory of accounts on a domain.
    fn home(&self, manager: OrganizationId, domain: &DomainName) -> Option<DirectoryId> {
        let mut proofs = self.domains.iter();
        let proof = proofs.find(|proof| proof.organization == manager && proof.name == *domain);
        let local = || self.locals.iter().find(|(of, _)| *of == manager).map(|(_, id)| *id);
        proof.and_then(|proof| proof.linked_to).or_else(local)
    }
}
