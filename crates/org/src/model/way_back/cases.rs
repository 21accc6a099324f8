//! The table of cases: what is there, what is to be done, whether it leaves a
//! way back, and what must be done first if not.

use super::kit::*;
use super::*;
use crate::model::account::Role;
use crate::model::domain::Claim;
use crate::model::policy::{Enforcement, SsoSetting};

/// What is changed in [`rolled_out`], the act, what comes of it.
type Case = (&'static str, fn(&mut Roster), fn() -> Change, Result<(), &'static str>);

const OK: Result<(), &str> = Ok(());
const FALLBACK: Result<(), &str> = Err("fallback administrator");
const MAKE: Result<(), &str> = Err("make a passkey");
const USE: Result<(), &str> = Err("use the passkey");
const LAST: Result<(), &str> = Err("last administrator");

const AS_IS: fn(&mut Roster) = |_| {};

#[test]
fn every_case_has_its_answer() {
    let all = [ENFORCING, MOVING, GROUPS, PEOPLE, DOMAINS, OTHERS].concat();
    assert!(all.len() >= 60, "{} cases", all.len());
    for (what, given, change, expected) in all {
        let mut roster = rolled_out();
        given(&mut roster);
        let answer = ask(&roster, &change(), now()).map(drop).map_err(|shut| word(&shut));
        assert_eq!(answer, expected, "{what}");
    }
}

fn word(shut: &Shut) -> &'static str {
    match shut {
        Shut::LastAdministrator(_) => "last administrator",
        Shut::NoWayBack(none) => match none.first_step() {
            FirstStep::UsePasskey => "use the passkey",
            FirstStep::MakePasskey => "make a passkey",
            FirstStep::MakeFallbackAdministrator => "fallback administrator",
        },
    }
}

/// Nobody outside of Acme's domain administers it.
fn only_inside(roster: &mut Roster) {
    roster.people.retain(|one| one.account == account(102));
    set(roster, 20, SsoSetting::Offered);
}

fn never_used(roster: &mut Roster) {
    person(roster, 101).passkey_used_at = None;
}

fn long_ago(roster: &mut Roster) {
    person(roster, 101).passkey_used_at = Some(days_ago(91));
}

fn offered(roster: &mut Roster) {
    set(roster, 20, SsoSetting::Offered);
}

/// The second kind of way back: 102 in a policy without SSO, and nobody else.
fn inside_without_sso(roster: &mut Roster) {
    roster.people.retain(|one| one.account == account(102));
    person(roster, 102).named = Some(policy(21));
}

/// The same by a group rule.
fn inside_by_group(roster: &mut Roster) {
    roster.people.retain(|one| one.account == account(102));
    person(roster, 102).groups = vec![group(5)];
    roster.rules = vec![rule((1, 5, 21))];
}

/// Probation is over, and nobody has said so.
fn returned(roster: &mut Roster) {
    let enforced_at = days_ago(2);
    let sso = Enforcement { enforced_at, returns_at: days_ago(1), confirmed_at: None };
    set(roster, 20, SsoSetting::Enforced(sso));
}

fn two_outside(roster: &mut Roster) {
    roster.people.push(administrator(103, 1, "other.example"));
}

/// Globex's only administrator has an address of Acme's.
fn globex_by_acme(roster: &mut Roster) {
    roster.people.push(administrator(201, 2, "acme.example"));
    set(roster, 20, SsoSetting::Offered);
}

const ENFORCING: &[Case] = &[
    ("enforce beside a fallback administrator", offered, || Change::Enforce(policy(20)), OK),
    ("enforce on everybody who administers", only_inside, || Change::Enforce(policy(20)), FALLBACK),
    ("enforce in a policy that the only one is not in", only_inside, || Change::Enforce(policy(21)), OK),
    (
        "enforce, the fallback has no passkey",
        |r| {
            offered(r);
            never_used(r);
        },
        || Change::Enforce(policy(20)),
        MAKE,
    ),
    (
        "enforce, the fallback's is unused for 91 days",
        |r| {
            offered(r);
            long_ago(r);
        },
        || Change::Enforce(policy(20)),
        USE,
    ),
    (
        "enforce, used 90 days ago to the day",
        |r| {
            offered(r);
            person(r, 101).passkey_used_at = Some(days_ago(90));
        },
        || Change::Enforce(policy(20)),
        OK,
    ),
    (
        "enforce, the fallback is deactivated",
        |r| {
            offered(r);
            person(r, 101).standing = Standing::Deactivated;
        },
        || Change::Enforce(policy(20)),
        FALLBACK,
    ),
    (
        "enforce, the inside one keeps a policy without SSO",
        |r| {
            inside_without_sso(r);
            offered(r);
        },
        || Change::Enforce(policy(20)),
        OK,
    ),
    ("enforce that very policy as well", inside_without_sso, || Change::Enforce(policy(21)), FALLBACK),
    ("enforce the policy of the group", inside_by_group, || Change::Enforce(policy(21)), FALLBACK),
    ("enforce what is enforced already", AS_IS, || Change::Enforce(policy(20)), OK),
    ("return", AS_IS, || Change::Return(policy(20)), OK),
    ("return, though the fallback's passkey is unused", long_ago, || Change::Return(policy(20)), OK),
    ("a policy that is not there", only_inside, || Change::Enforce(policy(99)), OK),
];

const MOVING: &[Case] = &[
    (
        "move the only one under SSO",
        inside_without_sso,
        || Change::Name(accounts([102]), Some(policy(20))),
        FALLBACK,
    ),
    ("take the name from the only one", inside_without_sso, || Change::Name(accounts([102]), None), FALLBACK),
    ("move somebody else", inside_without_sso, || Change::Name(accounts([900]), None), OK),
    (
        "move ten thousand and the only one among them",
        inside_without_sso,
        || Change::Name((1..=10_000).map(account).collect(), Some(policy(20))),
        FALLBACK,
    ),
    (
        "move under a policy that has returned by itself",
        |r| {
            inside_without_sso(r);
            returned(r);
        },
        || Change::Name(accounts([102]), None),
        FALLBACK,
    ),
    ("move out from under SSO", AS_IS, || Change::Name(accounts([102]), Some(policy(21))), OK),
    (
        "move under SSO beside a fallback",
        |r| person(r, 102).named = Some(policy(21)),
        || Change::Name(accounts([102]), None),
        OK,
    ),
    (
        "the same, the fallback's passkey unused",
        |r| {
            person(r, 102).named = Some(policy(21));
            long_ago(r);
        },
        || Change::Name(accounts([102]), None),
        USE,
    ),
    ("another default policy, enforced", only_inside, || Change::MakeDefault(policy(21)), OK),
    (
        "a default policy that enforces",
        |r| {
            only_inside(r);
            enforce(r, 21);
        },
        || Change::MakeDefault(policy(21)),
        FALLBACK,
    ),
    ("a default policy that frees", AS_IS, || Change::MakeDefault(policy(21)), OK),
    ("delete the policy without SSO", inside_without_sso, || Change::DeletePolicy(policy(21)), FALLBACK),
    ("delete a policy that nobody needs", AS_IS, || Change::DeletePolicy(policy(21)), OK),
    ("delete the policy of the group", inside_by_group, || Change::DeletePolicy(policy(21)), FALLBACK),
];

const GROUPS: &[Case] = &[
    ("leave the group without SSO", inside_by_group, || Change::Leave(group(5), accounts([102])), FALLBACK),
    ("somebody else leaves it", inside_by_group, || Change::Leave(group(5), accounts([900])), OK),
    ("its rule goes", inside_by_group, || Change::Rules(org(1), Vec::new()), FALLBACK),
    (
        "its rule leads to SSO now",
        inside_by_group,
        || Change::Rules(org(1), vec![rule((1, 5, 20))]),
        FALLBACK,
    ),
    (
        "another rule comes before it",
        |r| {
            inside_by_group(r);
            person(r, 102).groups.push(group(6));
        },
        || Change::Rules(org(1), vec![rule((1, 6, 20)), rule((1, 5, 21))]),
        FALLBACK,
    ),
    (
        "another rule comes after it",
        |r| {
            inside_by_group(r);
            person(r, 102).groups.push(group(6));
        },
        || Change::Rules(org(1), vec![rule((1, 5, 21)), rule((1, 6, 20))]),
        OK,
    ),
    ("another organisation's rules", inside_by_group, || Change::Rules(org(2), vec![]), OK),
    ("the group is deleted", inside_by_group, || Change::DeleteGroup(group(5)), FALLBACK),
    ("another group is deleted", inside_by_group, || Change::DeleteGroup(group(6)), OK),
    (
        "join a group under SSO",
        |r| {
            only_inside(r);
            enforce(r, 21);
            r.rules = vec![rule((1, 5, 21))];
        },
        || Change::Join(group(5), accounts([102])),
        FALLBACK,
    ),
    (
        "join it with a policy of one's own",
        |r| {
            only_inside(r);
            person(r, 102).named = Some(policy(20));
            enforce(r, 21);
            r.rules = vec![rule((1, 5, 21))];
        },
        || Change::Join(group(5), accounts([102])),
        OK,
    ),
    (
        "a rule on a group that the only one is in",
        |r| {
            only_inside(r);
            person(r, 102).groups = vec![group(5)];
            enforce(r, 21);
        },
        || Change::Rules(org(1), vec![rule((1, 5, 21))]),
        FALLBACK,
    ),
];

const PEOPLE: &[Case] = &[
    ("the fallback loses the role", AS_IS, || Change::Role(org(1), account(101), Role::Member), FALLBACK),
    ("one of two does", two_outside, || Change::Role(org(1), account(101), Role::Member), OK),
    (
        "one of two, the other has no passkey",
        |r| {
            two_outside(r);
            person(r, 103).passkey_used_at = None;
        },
        || Change::Role(org(1), account(101), Role::Member),
        MAKE,
    ),
    ("the one under SSO loses the role", AS_IS, || Change::Role(org(1), account(102), Role::Member), OK),
    ("a new administrator", AS_IS, || Change::Role(org(1), account(900), Role::Administrator), OK),
    (
        "the last one, without any SSO",
        |r| {
            only_inside(r);
        },
        || Change::Role(org(1), account(102), Role::Member),
        LAST,
    ),
    (
        "the last one, who has no passkey either",
        |r| {
            only_inside(r);
            person(r, 102).passkey_used_at = None;
        },
        || Change::Standing(account(102), Standing::Deactivated),
        LAST,
    ),
    ("deactivate the fallback", AS_IS, || Change::Standing(account(101), Standing::Deactivated), FALLBACK),
    ("deactivate one of two", two_outside, || Change::Standing(account(103), Standing::Deactivated), OK),
    ("deactivate the one under SSO", AS_IS, || Change::Standing(account(102), Standing::Deactivated), OK),
    ("reactivate", AS_IS, || Change::Standing(account(101), Standing::Active), OK),
    ("delete the fallback", AS_IS, || Change::DeleteAccount(account(101)), FALLBACK),
    ("delete one of two", two_outside, || Change::DeleteAccount(account(101)), OK),
    ("delete somebody who administers nothing", AS_IS, || Change::DeleteAccount(account(900)), OK),
    ("the fallback's last passkey", AS_IS, || Change::LosePasskeys(account(101)), MAKE),
    ("the last passkey of one of two", two_outside, || Change::LosePasskeys(account(101)), OK),
    ("the last passkey of the one under SSO", AS_IS, || Change::LosePasskeys(account(102)), OK),
    ("the last passkey, without any SSO", only_inside, || Change::LosePasskeys(account(102)), MAKE),
    (
        "deactivate a leaver while the fallback's passkey is unused",
        long_ago,
        || Change::Standing(account(102), Standing::Deactivated),
        OK,
    ),
];

const DOMAINS: &[Case] = &[
    (
        "verify the fallback's domain: it comes to the local directory",
        AS_IS,
        || Change::Verify(org(1), name("fallback.example"), Claim::Automatic),
        OK,
    ),
    (
        "link it to the identity provider",
        |r| {
            Change::Verify(org(1), name("fallback.example"), Claim::Automatic).apply(r);
        },
        || Change::Link(org(1), name("fallback.example"), Some(directory(2))),
        FALLBACK,
    ),
    (
        "link another domain",
        |r| r.domains.push(claimed(1, "other.example", None)),
        || Change::Link(org(1), name("other.example"), Some(directory(2))),
        OK,
    ),
    (
        "verified but not claimed is free",
        |r| Change::Verify(org(1), name("fallback.example"), Claim::Manual).apply(r),
        || Change::Link(org(1), name("fallback.example"), Some(directory(2))),
        OK,
    ),
    (
        "claim what is linked",
        |r| {
            Change::Verify(org(1), name("fallback.example"), Claim::Manual).apply(r);
            Change::Link(org(1), name("fallback.example"), Some(directory(2))).apply(r);
        },
        || Change::Claim(org(1), name("fallback.example"), accounts([])),
        FALLBACK,
    ),
    (
        "claim the fallback, whom nobody else knew",
        |r| Change::Verify(org(1), name("fallback.example"), Claim::Manual).apply(r),
        || Change::Claim(org(1), name("fallback.example"), accounts([])),
        OK,
    ),
    (
        "claim the fallback, whose passkey goes with it: others knew of the account",
        |r| Change::Verify(org(1), name("fallback.example"), Claim::Manual).apply(r),
        || Change::Claim(org(1), name("fallback.example"), accounts([101])),
        MAKE,
    ),
    (
        "another organisation verifies it and links it",
        |r| {
            Change::Verify(org(2), name("fallback.example"), Claim::Automatic).apply(r);
            enforce(r, 40);
        },
        || Change::Link(org(2), name("fallback.example"), Some(directory(4))),
        FALLBACK,
    ),
    (
        "another organisation verifies it while its local policy cannot enforce",
        |r| enforce(r, 40),
        || Change::Verify(org(2), name("fallback.example"), Claim::Automatic),
        OK,
    ),
    (
        "unlink: the accounts are the local directory's",
        AS_IS,
        || Change::Link(org(1), name("acme.example"), None),
        OK,
    ),
    ("lose the domain", AS_IS, || Change::Lose(org(1), name("acme.example")), OK),
    (
        "lose the domain where the way back was a named policy",
        inside_without_sso,
        || Change::Lose(org(1), name("acme.example")),
        OK,
    ),
    (
        "re-link to a directory that enforces",
        |r| {
            inside_without_sso(r);
            r.domains.retain(|one| one.organization != org(1));
            r.domains.push(claimed(1, "acme.example", None));
        },
        || Change::Link(org(1), name("acme.example"), Some(directory(2))),
        OK,
    ),
    (
        "the same without the named policy",
        |r| {
            inside_without_sso(r);
            person(r, 102).named = None;
            r.domains.retain(|one| one.organization != org(1));
            r.domains.push(claimed(1, "acme.example", None));
        },
        || Change::Link(org(1), name("acme.example"), Some(directory(2))),
        FALLBACK,
    ),
];

const OTHERS: &[Case] = &[
    (
        "enforce where another organisation's only administrator lives",
        globex_by_acme,
        || Change::Enforce(policy(20)),
        FALLBACK,
    ),
    (
        "the same, and that one has a policy without SSO",
        |r| {
            globex_by_acme(r);
            person(r, 201).named = Some(policy(21));
        },
        || Change::Enforce(policy(20)),
        OK,
    ),
    (
        "the same, and the other organisation has another administrator",
        |r| {
            globex_by_acme(r);
            r.people.push(administrator(202, 2, "else.example"));
        },
        || Change::Enforce(policy(20)),
        OK,
    ),
    (
        "an administrator of both, in one place gone",
        |r| {
            person(r, 101).administers.insert(org(2));
        },
        || Change::Role(org(2), account(101), Role::Member),
        LAST,
    ),
    ("disconnect the directory", AS_IS, || Change::DeleteDirectory(directory(2)), OK),
    (
        "disconnect the directory of the policy without SSO",
        inside_without_sso,
        || Change::DeleteDirectory(directory(2)),
        OK,
    ),
    ("the plan lapses or is paid again", AS_IS, || Change::Plan(org(1)), OK),
];

#[test]
fn a_way_back_names_who_gets_in_and_what_is_in_the_way_of_the_others() {
    let mut roster = rolled_out();
    let mut unused = administrator(103, 1, "other.example");
    unused.passkey_used_at = Some(days_ago(120));
    roster.people.push(unused);
    let found = way_back(&roster, org(1), now()).unwrap();
    assert_eq!((found.organization(), found.administrators()), (org(1), [account(101)].as_slice()));
    person(&mut roster, 101).standing = Standing::Deactivated;
    let none = way_back(&roster, org(1), now()).unwrap_err();
    let obstacles = [
        (account(101), Obstacle::Deactivated),
        (account(102), Obstacle::SentToSso),
        (account(103), Obstacle::PasskeyUnused),
    ];
    assert_eq!(none.obstacles, obstacles);
    assert_eq!(none.first_step(), FirstStep::UsePasskey);
    let nobody = way_back(&roster, org(7), now()).unwrap_err();
    assert_eq!(nobody.first_step(), FirstStep::MakeFallbackAdministrator);
}

#[test]
fn what_has_returned_by_itself_counts_as_set() {
    let mut roster = rolled_out();
    returned(&mut roster);
    let maya = roster.people[1].clone();
    assert!(roster.is_sent_to_sso(&maya), "a clock that jumps back would send her there again");
}
