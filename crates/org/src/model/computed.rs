//! Which authentication policy an account has.

use super::ids::{DirectoryId, GroupId, OrganizationId, PolicyId};
use super::policy::AuthenticationPolicy;

/// What decides the policy of an account that somebody manages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belonging<'a> {
    /// The directory that its domain is linked to, else the local one.
    pub home: DirectoryId,
    /// The policy named for it.
    pub named: Option<PolicyId>,
    /// The groups that it is in.
    pub groups: &'a [GroupId],
}

/// Members of a group have a policy. Rules stand in an order: the first that
/// fits decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupRule {
    /// Whose.
    pub organization: OrganizationId,
    /// The group.
    pub group: GroupId,
    /// The policy of its members.
    pub policy: PolicyId,
}

/// The one policy of an account: the one named for it, then the first group
/// rule that fits, else the default one of its directory. Whatever names a
/// policy of another directory does not count: an identity provider speaks for
/// its own domains only.
///
/// `policies` and `rules` are its manager's; the rules in their order.
pub fn computed<'p>(
    belonging: &Belonging<'_>,
    policies: &'p [AuthenticationPolicy],
    rules: &[GroupRule],
) -> Option<&'p AuthenticationPolicy> {
    let of_home = |id: PolicyId| {
        let found = policies.iter().find(|policy| policy.id == id);
        found.filter(|policy| policy.directory == belonging.home)
    };
    let by_name = belonging.named.and_then(of_home);
    let by_group = || {
        let theirs = rules.iter().filter(|rule| belonging.groups.contains(&rule.group));
        theirs.map(|rule| rule.policy).find_map(of_home)
    };
    let by_default = || {
        let mut all = policies.iter();
        all.find(|policy| policy.is_default && policy.directory == belonging.home)
    };
    by_name.or_else(by_group).or_else(by_default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use console::person::DisplayName;
    use uuid::Uuid;

    const fn uuid(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    /// Directory 1 is the local one, 2 and 3 are identity providers'. Each has
    /// its default policy *d*0 and further ones *d*1 and *d*2.
    fn policies() -> Vec<AuthenticationPolicy> {
        let of = |directory: u128, n: u128| {
            let ids = (
                PolicyId::new(uuid(directory * 10 + n)),
                OrganizationId::new(uuid(9)),
                DirectoryId::new(uuid(directory)),
            );
            AuthenticationPolicy::new(ids, DisplayName::parse("x").unwrap(), n == 0)
        };
        (1..=3).flat_map(|directory| (0..=2).map(move |n| of(directory, n))).collect()
    }

    /// What an account belongs to: home, named policy, groups; the rules
    /// (group, policy) in their order; the policy that it has.
    type Case = (&'static str, u128, Option<u128>, &'static [u128], &'static [(u128, u128)], u128);

    const CASES: &[Case] = &[
        ("nothing said, local", 1, None, &[], &[], 10),
        ("nothing said, linked", 2, None, &[], &[], 20),
        ("nothing said, linked elsewhere", 3, None, &[], &[], 30),
        ("named", 2, Some(21), &[], &[], 21),
        ("named the default", 2, Some(20), &[], &[], 20),
        ("named, local", 1, Some(11), &[], &[], 11),
        ("named one of another directory", 2, Some(31), &[], &[], 20),
        ("named the other directory's default", 2, Some(30), &[], &[], 20),
        ("named a local one, on a linked domain", 2, Some(11), &[], &[], 20),
        ("named a linked one, on no linked domain", 1, Some(21), &[], &[], 10),
        ("named one that is gone", 2, Some(29), &[], &[], 20),
        ("by group", 2, None, &[5], &[(5, 21)], 21),
        ("by a group that it is not in", 2, None, &[6], &[(5, 21)], 20),
        ("a group without a rule", 2, None, &[5], &[], 20),
        ("named goes before group", 2, Some(22), &[5], &[(5, 21)], 22),
        ("group goes before default", 2, None, &[5], &[(5, 22)], 22),
        ("the first rule that fits", 2, None, &[5, 6], &[(5, 21), (6, 22)], 21),
        ("the order is the rules', not the groups'", 2, None, &[6, 5], &[(5, 21), (6, 22)], 21),
        ("turned round", 2, None, &[5, 6], &[(6, 22), (5, 21)], 22),
        ("a rule of another directory is passed over", 2, None, &[5, 6], &[(5, 31), (6, 22)], 22),
        ("only rules of other directories", 2, None, &[5, 6], &[(5, 31), (6, 11)], 20),
        ("a rule whose policy is gone is passed over", 2, None, &[5, 6], &[(5, 29), (6, 21)], 21),
        ("a name that does not count leaves it to the group", 2, Some(31), &[5], &[(5, 21)], 21),
        ("a rule to the default policy ends the search", 2, None, &[5, 6], &[(5, 20), (6, 21)], 20),
    ];

    #[test]
    fn every_case_has_its_policy() {
        for (what, home, named, groups, rules, expected) in CASES {
            let groups: Vec<GroupId> = groups.iter().map(|n| GroupId::new(uuid(*n))).collect();
            let belonging = Belonging {
                home: DirectoryId::new(uuid(*home)),
                named: named.map(|n| PolicyId::new(uuid(n))),
                groups: &groups,
            };
            let rule = |(group, policy): &(u128, u128)| GroupRule {
                organization: OrganizationId::new(uuid(9)),
                group: GroupId::new(uuid(*group)),
                policy: PolicyId::new(uuid(*policy)),
            };
            let rules: Vec<GroupRule> = rules.iter().map(rule).collect();
            let policies = policies();
            let found = computed(&belonging, &policies, &rules).map(|policy| policy.id);
            assert_eq!(found, Some(PolicyId::new(uuid(*expected))), "{what}");
        }
    }

    #[test]
    fn a_directory_without_a_default_policy_gives_none() {
        let belonging = Belonging { home: DirectoryId::new(uuid(7)), named: None, groups: &[] };
        assert_eq!(computed(&belonging, &policies(), &[]), None);
    }
}
