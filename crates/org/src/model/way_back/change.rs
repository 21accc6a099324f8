//! The acts that could end a way back, as changes of the roster.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::roster::{Administrator, Claimed, Roster};
use crate::model::account::{Role, Standing};
use crate::model::computed::GroupRule;
use crate::model::domain::{Claim, DomainName};
use crate::model::ids::{AccountId, DirectoryId, GroupId, OrganizationId, PolicyId};
use crate::model::policy::{Enforcement, SsoSetting};

/// The alphabet: what may be done that could end a way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A policy enforces SSO.
    Enforce(PolicyId),
    /// A policy does not enforce SSO any more.
    Return(PolicyId),
    /// A policy is named for accounts, or none; by hand and by CSV.
    Name(BTreeSet<AccountId>, Option<PolicyId>),
    /// An organisation's group rules are these, in this order.
    Rules(OrganizationId, Vec<GroupRule>),
    /// A group has further members.
    Join(GroupId, BTreeSet<AccountId>),
    /// A group has lost members.
    Leave(GroupId, BTreeSet<AccountId>),
    /// A group is gone, its rule too.
    DeleteGroup(GroupId),
    /// A policy is its directory's default one now.
    MakeDefault(PolicyId),
    /// A policy is gone; whoever had it has what comes next.
    DeletePolicy(PolicyId),
    /// An account has a role in an organisation.
    Role(OrganizationId, AccountId, Role),
    /// An account is switched off or on.
    Standing(AccountId, Standing),
    /// An account is deleted.
    DeleteAccount(AccountId),
    /// An account has no passkey any more.
    LosePasskeys(AccountId),
    /// An organisation proves a domain, and claims accounts on it as said.
    Verify(OrganizationId, DomainName, Claim),
    /// An organisation claims the accounts on its domain. These lose their passkeys by it: others knew of them.
    Claim(OrganizationId, DomainName, BTreeSet<AccountId>),
    /// A verified domain is linked to a directory, or to none.
    Link(OrganizationId, DomainName, Option<DirectoryId>),
    /// An organisation loses a domain: nobody manages its accounts any more.
    Lose(OrganizationId, DomainName),
    /// An identity provider directory is gone: its domains and accounts are
    /// the local directory's.
    DeleteDirectory(DirectoryId),
    /// A plan includes SSO again or not any more. That is decided by what is
    /// set, which stays: it takes and gives no way in.
    Plan(OrganizationId),
}

impl Change {
    /// What is there afterwards.
    pub(super) fn apply(&self, roster: &mut Roster) {
        match self {
            Self::Enforce(policy) => set(roster, *policy, SsoSetting::Enforced(SOME)),
            Self::Return(policy) => set(roster, *policy, SsoSetting::Offered),
            Self::Name(accounts, policy) => {
                for person in roster.people.iter_mut().filter(|one| accounts.contains(&one.account)) {
                    person.named = *policy;
                }
            }
            Self::Rules(organization, rules) => {
                roster.rules.retain(|rule| rule.organization != *organization);
                roster.rules.extend(rules);
            }
            Self::MakeDefault(policy) => make_default(roster, *policy),
            Self::DeletePolicy(policy) => {
                roster.policies.retain(|one| one.id != *policy);
                roster.rules.retain(|rule| rule.policy != *policy);
            }
            Self::Plan(_) => {}
            Self::Join(..) | Self::Leave(..) | Self::DeleteGroup(_) => self.apply_to_groups(roster),
            Self::Role(..) | Self::Standing(..) | Self::DeleteAccount(_) | Self::LosePasskeys(_) => {
                self.apply_to_accounts(roster);
            }
            Self::Verify(..) | Self::Claim(..) | Self::Link(..) | Self::Lose(..) => {
                self.apply_to_domains(roster);
            }
            Self::DeleteDirectory(directory) => {
                roster.policies.retain(|one| one.directory != *directory);
                for domain in roster.domains.iter_mut().filter(|one| one.linked_to == Some(*directory)) {
                    domain.linked_to = None;
                }
            }
        }
    }

    fn apply_to_groups(&self, roster: &mut Roster) {
        match self {
            Self::Join(group, accounts) => {
                let joining = roster.people.iter_mut().filter(|one| accounts.contains(&one.account));
                for person in joining.filter(|one| !one.groups.contains(group)) {
                    person.groups.push(*group);
                }
            }
            Self::Leave(group, accounts) => {
                for person in roster.people.iter_mut().filter(|one| accounts.contains(&one.account)) {
                    person.groups.retain(|one| one != group);
                }
            }
            Self::DeleteGroup(group) => {
                roster.rules.retain(|rule| rule.group != *group);
                roster.people.iter_mut().for_each(|person| person.groups.retain(|one| one != group));
            }
            _ => {}
        }
    }

    fn apply_to_accounts(&self, roster: &mut Roster) {
        let change = |roster: &mut Roster, account: &AccountId, how: &dyn Fn(&mut Administrator)| {
            roster.people.iter_mut().filter(|one| one.account == *account).for_each(how);
        };
        match self {
            Self::Role(organization, account, role) => change(roster, account, &|person| match role {
                Role::Administrator => {
                    person.administers.insert(*organization);
                }
                Role::Member => {
                    person.administers.remove(organization);
                }
            }),
            Self::Standing(account, standing) => change(roster, account, &|one| one.standing = *standing),
            Self::LosePasskeys(account) => change(roster, account, &|one| one.passkey_used_at = None),
            Self::DeleteAccount(account) => roster.people.retain(|one| one.account != *account),
            _ => {}
        }
    }

    fn apply_to_domains(&self, roster: &mut Roster) {
        match self {
            Self::Verify(organization, name, claim) => {
                roster.domains.retain(|one| one.name != *name);
                let (organization, name, claim) = (*organization, name.clone(), *claim);
                roster.domains.push(Claimed { organization, name: name.clone(), claim, linked_to: None });
                if claim == Claim::Automatic {
                    manage(roster, organization, &name);
                }
            }
            Self::Claim(organization, name, strangers) => {
                manage(roster, *organization, name);
                let lost = |one: &&mut Administrator| strangers.contains(&one.account);
                roster.people.iter_mut().filter(lost).for_each(|one| one.passkey_used_at = None);
            }
            Self::Link(organization, name, to) => {
                let theirs = |one: &&mut Claimed| one.organization == *organization && one.name == *name;
                roster.domains.iter_mut().filter(theirs).for_each(|one| one.linked_to = *to);
            }
            Self::Lose(organization, name) => {
                roster.domains.retain(|one| one.organization != *organization || one.name != *name);
                let theirs =
                    |one: &&mut Administrator| one.managed_by == Some(*organization) && one.domain == *name;
                roster.people.iter_mut().filter(theirs).for_each(|one| {
                    one.managed_by = None;
                    one.named = None;
                });
            }
            _ => {}
        }
    }
}

fn set(roster: &mut Roster, policy: PolicyId, sso: SsoSetting) {
    roster.policies.iter_mut().filter(|one| one.id == policy).for_each(|one| one.sso = sso);
}

fn make_default(roster: &mut Roster, policy: PolicyId) {
    let Some(directory) = roster.policies.iter().find(|one| one.id == policy).map(|one| one.directory) else {
        return;
    };
    for one in roster.policies.iter_mut().filter(|one| one.directory == directory) {
        one.is_default = one.id == policy;
    }
}

/// Whom nobody manages yet is managed now.
fn manage(roster: &mut Roster, organization: OrganizationId, name: &DomainName) {
    let free = |one: &&mut Administrator| one.managed_by.is_none() && one.domain == *name;
    roster.people.iter_mut().filter(free).for_each(|one| one.managed_by = Some(organization));
}

/// Some enforcement: when it began does not matter here.
const SOME: Enforcement =
    Enforcement { enforced_at: Timestamp::UNIX_EPOCH, returns_at: Timestamp::UNIX_EPOCH, confirmed_at: None };
