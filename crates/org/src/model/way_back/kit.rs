//! Two organisations in numbers: 1 has the local directory 1 and identity
//! provider directory 2, 2 has 3 and 4. Each directory *d* has its default
//! policy *d*0 and a further one *d*1; organisation 1 has a group 5 as well.

use std::collections::BTreeSet;

use console::person::DisplayName;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::*;
use crate::model::computed::GroupRule;
use crate::model::domain::{Claim, DomainName};
use crate::model::ids::{DirectoryId, GroupId, PolicyId};
use crate::model::policy::{AuthenticationPolicy, SsoSetting};

const fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(super) fn org(n: u128) -> OrganizationId {
    OrganizationId::new(uuid(n))
}

pub(super) fn directory(n: u128) -> DirectoryId {
    DirectoryId::new(uuid(n))
}

pub(super) fn policy(n: u128) -> PolicyId {
    PolicyId::new(uuid(n))
}

pub(super) fn group(n: u128) -> GroupId {
    GroupId::new(uuid(n))
}

pub(super) fn account(n: u128) -> AccountId {
    AccountId::new(uuid(n))
}

pub(super) fn accounts<const N: usize>(ns: [u128; N]) -> BTreeSet<AccountId> {
    ns.into_iter().map(account).collect()
}

pub(super) fn name(domain: &str) -> DomainName {
    domain.parse().unwrap()
}

pub(super) fn rule((of, group_of, policy_of): (u128, u128, u128)) -> GroupRule {
    GroupRule { organization: org(of), group: group(group_of), policy: policy(policy_of) }
}

pub(super) fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

pub(super) fn days_ago(days: i64) -> Timestamp {
    now() - SignedDuration::from_hours(days * 24)
}

/// The two organisations without people.
pub(super) fn empty() -> Roster {
    let policy_of = |of: u128, at: u128, n: u128| {
        let ids = (policy(at * 10 + n), org(of), directory(at));
        AuthenticationPolicy::new(ids, DisplayName::parse("x").unwrap(), n == 0)
    };
    let directories = [(1, 1), (1, 2), (2, 3), (2, 4)];
    Roster {
        locals: vec![(org(1), directory(1)), (org(2), directory(3))],
        policies: directories
            .iter()
            .flat_map(|(of, at)| [policy_of(*of, *at, 0), policy_of(*of, *at, 1)])
            .collect(),
        rules: Vec::new(),
        domains: vec![claimed(1, "acme.example", Some(2)), claimed(2, "globex.example", Some(4))],
        people: Vec::new(),
    }
}

pub(super) fn claimed(of: u128, domain: &str, linked_to: Option<u128>) -> Claimed {
    Claimed {
        organization: org(of),
        name: name(domain),
        claim: Claim::Automatic,
        linked_to: linked_to.map(directory),
    }
}

/// An active administrator of one organisation, on a domain, whom the holder of
/// that domain manages, with a passkey used ten days ago.
pub(super) fn administrator(n: u128, of: u128, domain: &str) -> Administrator {
    let managed_by = match domain {
        "acme.example" => Some(org(1)),
        "globex.example" => Some(org(2)),
        _ => None,
    };
    Administrator {
        account: account(n),
        administers: BTreeSet::from([org(of)]),
        domain: name(domain),
        standing: Standing::Active,
        managed_by,
        named: None,
        groups: Vec::new(),
        passkey_used_at: Some(days_ago(10)),
    }
}

/// As after the guide's step 6: 101 is the fallback administrator, 102 an
/// administrator on Acme's domain, which policy 20 sends to SSO.
pub(super) fn rolled_out() -> Roster {
    let mut roster = empty();
    roster.people = vec![administrator(101, 1, "fallback.example"), administrator(102, 1, "acme.example")];
    enforce(&mut roster, 20);
    roster
}

pub(super) fn enforce(roster: &mut Roster, n: u128) {
    Change::Enforce(policy(n)).apply(roster);
    assert!(roster.policies.iter().any(|one| one.id == policy(n) && one.sso.sends()));
}

pub(super) fn set(roster: &mut Roster, n: u128, sso: SsoSetting) {
    roster.policies.iter_mut().filter(|one| one.id == policy(n)).for_each(|one| one.sso = sso);
}

pub(super) fn person(roster: &mut Roster, n: u128) -> &mut Administrator {
    roster.people.iter_mut().find(|one| one.account == account(n)).unwrap()
}

/// Organisation 1 with a fallback administrator, for the tests of enforcing.
pub(in crate::model) fn sample(at: Timestamp) -> Roster {
    let mut roster = empty();
    let fallback = Administrator { passkey_used_at: Some(at), ..administrator(101, 1, "fallback.example") };
    roster.people.push(fallback);
    roster
}
