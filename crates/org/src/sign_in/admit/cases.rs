//! The table of cases of hop 7: what is asserted and known → what happens.

use super::*;
use crate::model::{DirectoryId, DirectoryKind, Enforcement, PolicyId, SsoSetting};
use jiff::Timestamp;
use uuid::Uuid;

/// What is asserted, what is changed in the usual facts, what comes of it.
type Case = (&'static str, Asserted, &'static [fn(&mut Facts)], Result<Admission, &'static str>);

#[test]
fn every_case_has_its_answer() {
    let cases = cases();
    assert!(cases.len() >= 40, "{} cases", cases.len());
    for (what, asserted, changes, expected) in cases {
        let mut facts = usual();
        for change in changes {
            change(&mut facts);
        }
        let answer = admit(&asserted, &facts).map_err(|refusal| refusal.code());
        assert_eq!(answer, expected, "{what}");
    }
}

#[test]
fn every_refusal_of_the_table_says_what_it_expected_and_received() {
    for (what, asserted, changes, expected) in cases() {
        let mut facts = usual();
        for change in changes {
            change(&mut facts);
        }
        if let (Err(refusal), Err(code)) = (admit(&asserted, &facts), expected) {
            assert_eq!(refusal.code(), code, "{what}");
            assert_ne!(refusal.expected(), refusal.received(), "{what}");
        }
    }
}

fn cases() -> Vec<Case> {
    let mut all = accounts();
    all.extend(refused_accounts());
    all.extend(addresses());
    all.extend(provisioning());
    all.extend(browsers());
    all.extend(precedence());
    all
}

fn accounts() -> Vec<Case> {
    vec![
        ("the linked account", maya(), &[linked], enter(SIGN_IN)),
        ("linked, policy offers SSO", maya(), &[linked, offered], enter(SIGN_IN)),
        ("linked, typed its address", maya(), &[linked, typed_maya], enter(SIGN_IN)),
        ("linked, no names asserted", bare("maya@acme.example", Some("u-1")), &[linked], enter(SIGN_IN)),
        ("linked, JIT off changes nothing", maya(), &[linked, jit_off], enter(SIGN_IN)),
        ("linked, manual claim changes nothing", maya(), &[linked, claim_manual], enter(SIGN_IN)),
        ("linked administrator", maya(), &[linked, administrator], enter(SIGN_IN)),
        ("known by address, first use links", maya(), &[known], enter(link())),
        ("first use links, policy offers", maya(), &[known, offered], enter(link())),
        ("first use links an administrator", maya(), &[known, administrator], enter(link())),
        ("known by address, no stable id", no_id(), &[known], enter(SIGN_IN)),
        ("in a named policy of this directory", maya(), &[linked, named_policy], enter(SIGN_IN)),
        ("another case of the address is the same account", shouted(), &[linked], enter(SIGN_IN)),
    ]
}

fn refused_accounts() -> Vec<Case> {
    vec![
        ("linked and deactivated", maya(), &[linked, deactivated], Err("account-deactivated")),
        ("known and deactivated", maya(), &[known, deactivated], Err("account-deactivated")),
        ("deactivated without id", no_id(), &[known, deactivated], Err("account-deactivated")),
        ("unmanaged account is never taken over", maya(), &[known, unmanaged], Err("account-not-managed")),
        ("unmanaged and linked once", maya(), &[linked, unmanaged], Err("account-not-managed")),
        ("unmanaged without id", no_id(), &[known, unmanaged], Err("account-not-managed")),
        (
            "another organisation manages it",
            maya(),
            &[known, managed_elsewhere],
            Err("account-managed-elsewhere"),
        ),
        (
            "linked, then managed elsewhere",
            maya(),
            &[linked, managed_elsewhere],
            Err("account-managed-elsewhere"),
        ),
        ("policy without SSO", maya(), &[linked, sso_off], Err("authentication-policy-strategy-mismatch")),
        (
            "policy without SSO, not linked",
            maya(),
            &[known, sso_off],
            Err("authentication-policy-strategy-mismatch"),
        ),
        (
            "policy of another directory",
            maya(),
            &[linked, policy_elsewhere],
            Err("policy-of-another-directory"),
        ),
        ("managed but no policy computed", maya(), &[linked, no_policy], Err("account-not-managed")),
        ("linked by id, none asserted", no_id(), &[known, bound_to_u1], Err("stable-id-missing")),
        ("linked to another id", with_id("u-2"), &[known, bound_to_u1], Err("linked-to-another-id")),
        ("ids differ by case", with_id("U-1"), &[known, bound_to_u1], Err("linked-to-another-id")),
    ]
}

fn addresses() -> Vec<Case> {
    vec![
        ("the linked account moved", moved(), &[linked, nobody_at_address], enter(update())),
        ("moved, typed the old address", moved(), &[linked, nobody_at_address, typed_maya], enter(update())),
        ("moved, typed the new address", moved(), &[linked, nobody_at_address, typed_mlee], enter(update())),
        ("moved to an address of another", moved(), &[linked, noah_at_address], Err("address-conflict")),
        (
            "moved to one of a deactivated account",
            moved(),
            &[linked, noah_at_address, noah_deactivated],
            Err("address-conflict"),
        ),
        (
            "moved to one of an unmanaged account",
            moved(),
            &[linked, noah_at_address, noah_unmanaged],
            Err("address-conflict"),
        ),
        (
            "an administrator moved",
            moved(),
            &[linked, nobody_at_address, administrator],
            Err("administrator-address-change"),
        ),
        (
            "a deactivated account moved",
            moved(),
            &[linked, nobody_at_address, deactivated],
            Err("account-deactivated"),
        ),
        (
            "moved to an unverified domain",
            moved(),
            &[linked, nobody_at_address, unverified],
            Err("domain-not-verified"),
        ),
        (
            "moved to a domain not linked here",
            moved(),
            &[linked, nobody_at_address, not_linked],
            Err("domain-not-linked"),
        ),
        ("another person came back", maya(), &[linked, typed_noah], Err("name-id-mismatch")),
        ("another person came back, first use", maya(), &[known, typed_noah], Err("name-id-mismatch")),
        ("somebody new came back instead", maya(), &[typed_noah], Err("name-id-mismatch")),
    ]
}

fn provisioning() -> Vec<Case> {
    vec![
        ("nobody yet: made", maya(), &[], enter(Entry::Create)),
        ("nobody yet, typed the address", maya(), &[typed_maya], enter(Entry::Create)),
        ("nobody yet, no stable id", no_id(), &[], enter(Entry::Create)),
        ("claim by hand", maya(), &[claim_manual], Err("jit-claim-not-automatic")),
        ("default policy only offers", maya(), &[default_offers], Err("jit-sso-not-enforced")),
        ("default policy without SSO", maya(), &[default_off], Err("jit-sso-not-enforced")),
        ("default policy's probation is over", maya(), &[default_returned], Err("jit-sso-not-enforced")),
        ("default policy's plan is over", maya(), &[plan_over], Err("jit-sso-not-enforced")),
        ("JIT off", maya(), &[jit_off], Err("jit-switched-off")),
        ("no first name", named(None, Some("Lee")), &[], Err("jit-first-name-missing")),
        ("no last name", named(Some("Maya"), None), &[], Err("jit-last-name-missing")),
        ("no names at all", named(None, None), &[], Err("jit-first-name-missing")),
        ("domain unknown", maya(), &[no_domain], Err("domain-not-verified")),
        ("domain unverified", maya(), &[unverified], Err("domain-not-verified")),
        ("domain linked to no directory", maya(), &[not_linked], Err("domain-not-linked")),
        ("domain linked to another directory", maya(), &[linked_elsewhere], Err("domain-not-linked")),
    ]
}

fn browsers() -> Vec<Case> {
    vec![
        ("this account is signed in already", maya(), &[linked, maya_here], enter(SIGN_IN)),
        ("another account is signed in", maya(), &[linked, noah_here], ask(SIGN_IN)),
        ("another account, first use", maya(), &[known, noah_here], ask(link())),
        ("another account, somebody new", maya(), &[noah_here], ask(Entry::Create)),
        ("another account, moved", moved(), &[linked, nobody_at_address, noah_here], ask(update())),
        ("agreed to change", maya(), &[linked, noah_here, agreed], enter(SIGN_IN)),
        ("agreed, somebody new", maya(), &[noah_here, agreed], enter(Entry::Create)),
        (
            "a refusal goes before the question",
            maya(),
            &[linked, noah_here, deactivated],
            Err("account-deactivated"),
        ),
        (
            "agreeing lifts no rule",
            maya(),
            &[linked, noah_here, agreed, sso_off],
            Err("authentication-policy-strategy-mismatch"),
        ),
    ]
}

fn precedence() -> Vec<Case> {
    vec![
        ("directory off", maya(), &[linked, directory_off], Err("directory-disabled")),
        ("directory off, somebody new", maya(), &[directory_off], Err("directory-disabled")),
        ("directory off before domain", maya(), &[directory_off, no_domain], Err("directory-disabled")),
        ("domain before account", maya(), &[linked, deactivated, unverified], Err("domain-not-verified")),
        ("linked, domain unlinked since", maya(), &[linked, not_linked], Err("domain-not-linked")),
        (
            "deactivated before conflict",
            moved(),
            &[linked, noah_at_address, deactivated],
            Err("account-deactivated"),
        ),
        (
            "conflict before administrator",
            moved(),
            &[linked, noah_at_address, administrator],
            Err("address-conflict"),
        ),
        ("claim before JIT off", maya(), &[claim_manual, jit_off], Err("jit-claim-not-automatic")),
        (
            "the id decides although the address is another's",
            moved(),
            &[linked, noah_at_address, typed_noah],
            Err("name-id-mismatch"),
        ),
    ]
}

// What is asserted.

fn maya() -> Asserted {
    with_id("u-1")
}

fn with_id(id: &str) -> Asserted {
    Asserted::sample("maya@acme.example", Some(id), [Some("Maya"), Some("Lee")])
}

fn no_id() -> Asserted {
    Asserted::sample("maya@acme.example", None, [Some("Maya"), Some("Lee")])
}

fn shouted() -> Asserted {
    Asserted::sample("MAYA@ACME.EXAMPLE", Some("u-1"), [Some("Maya"), Some("Lee")])
}

fn moved() -> Asserted {
    Asserted::sample("m.lee@acme.example", Some("u-1"), [Some("Maya"), Some("Lee")])
}

fn named(first: Option<&str>, last: Option<&str>) -> Asserted {
    Asserted::sample("maya@acme.example", Some("u-1"), [first, last])
}

fn bare(address: &str, id: Option<&str>) -> Asserted {
    Asserted::sample(address, id, [None, None])
}

// What comes of it.

const SIGN_IN: Entry = Entry::SignIn(MAYA);

fn link() -> Entry {
    Entry::Link { account: MAYA, stable_id: StableId::parse("u-1").unwrap() }
}

fn update() -> Entry {
    Entry::Update { account: MAYA, from: EmailAddress::parse("maya@acme.example").unwrap() }
}

fn enter(entry: Entry) -> Result<Admission, &'static str> {
    Ok(Admission::Enter(entry))
}

fn ask(entry: Entry) -> Result<Admission, &'static str> {
    Ok(Admission::Ask { signed_in: NOAH, entry })
}

// What is known: an enforced directory whose domain is verified, linked and
// claimed automatically, and nobody in it.

fn usual() -> Facts {
    Facts {
        directory: Directory {
            id: HERE,
            organization: ACME,
            kind: DirectoryKind::IdentityProvider,
            name: DisplayName::parse("Identity provider").unwrap(),
            enabled: true,
            jit: JitProvisioning::On,
        },
        default_policy: policy(DEFAULT, HERE, Sso::Enforced),
        domain: Some(Domain {
            organization: ACME,
            name: "acme.example".parse().unwrap(),
            verified_at: Some(Timestamp::UNIX_EPOCH),
            claim: Claim::Automatic,
            linked_to: Some(HERE),
            version: 1,
            token: None,
            proof: None,
            checks: crate::model::Checks::default(),
        }),
        by_stable_id: None,
        by_address: None,
        typed: None,
        signed_in: None,
        agreed: false,
        now: Timestamp::from_second(1_800_000_000).unwrap(),
    }
}

fn policy(id: PolicyId, directory: DirectoryId, sso: Sso) -> AuthenticationPolicy {
    let name = DisplayName::parse("Policy").unwrap();
    AuthenticationPolicy {
        sso: SsoSetting::settled(sso, Timestamp::UNIX_EPOCH),
        ..AuthenticationPolicy::new((id, ACME, directory), name, id == DEFAULT)
    }
}

fn person(id: AccountId, address: &str) -> Known {
    Known {
        account: Account {
            id,
            address: EmailAddress::parse(address).unwrap(),
            first_name: None,
            last_name: None,
            standing: Standing::Active,
            managed_by: Some(ACME),
            created_at: Timestamp::UNIX_EPOCH,
        },
        linked_as: None,
        administers: false,
        policy: Some(policy(DEFAULT, HERE, Sso::Enforced)),
    }
}

/// Maya, known by her address and not linked.
fn known(facts: &mut Facts) {
    facts.by_address = Some(person(MAYA, "maya@acme.example"));
}

/// Maya, linked as `u-1`.
fn linked(facts: &mut Facts) {
    known(facts);
    bound_to_u1(facts);
    facts.by_stable_id = facts.by_address.clone();
}

fn bound_to_u1(facts: &mut Facts) {
    each(facts, |known| known.linked_as = StableId::parse("u-1"));
}

fn each(facts: &mut Facts, change: impl Fn(&mut Known)) {
    facts
        .by_stable_id
        .iter_mut()
        .chain(&mut facts.by_address)
        .filter(|known| known.account.id == MAYA)
        .for_each(change);
}

fn in_policy(facts: &mut Facts, policy: Option<AuthenticationPolicy>) {
    each(facts, |known| known.policy.clone_from(&policy));
}

fn nobody_at_address(facts: &mut Facts) {
    facts.by_address = None;
}

fn noah_at_address(facts: &mut Facts) {
    facts.by_address = Some(person(NOAH, "m.lee@acme.example"));
}

fn noah_deactivated(facts: &mut Facts) {
    facts.by_address.as_mut().unwrap().account.standing = Standing::Deactivated;
}

fn noah_unmanaged(facts: &mut Facts) {
    facts.by_address.as_mut().unwrap().account.managed_by = None;
}

fn deactivated(facts: &mut Facts) {
    each(facts, |known| known.account.standing = Standing::Deactivated);
}

fn unmanaged(facts: &mut Facts) {
    each(facts, |known| known.account.managed_by = None);
}

fn managed_elsewhere(facts: &mut Facts) {
    each(facts, |known| known.account.managed_by = Some(GLOBEX));
}

fn administrator(facts: &mut Facts) {
    each(facts, |known| known.administers = true);
}

fn offered(facts: &mut Facts) {
    in_policy(facts, Some(policy(DEFAULT, HERE, Sso::Offered)));
}

fn sso_off(facts: &mut Facts) {
    in_policy(facts, Some(policy(DEFAULT, HERE, Sso::Off)));
}

fn named_policy(facts: &mut Facts) {
    in_policy(facts, Some(policy(NAMED, HERE, Sso::Enforced)));
}

fn policy_elsewhere(facts: &mut Facts) {
    in_policy(facts, Some(policy(NAMED, ELSEWHERE, Sso::Enforced)));
}

fn no_policy(facts: &mut Facts) {
    in_policy(facts, None);
}

fn default_offers(facts: &mut Facts) {
    facts.default_policy.sso = SsoSetting::Offered;
}

/// Enforced without a confirmation, and past the end of its probation.
fn default_returned(facts: &mut Facts) {
    let at = Timestamp::UNIX_EPOCH;
    facts.default_policy.sso =
        SsoSetting::Enforced(Enforcement { enforced_at: at, returns_at: at, confirmed_at: None });
}

fn plan_over(facts: &mut Facts) {
    facts.default_policy.required_until = Some(Timestamp::UNIX_EPOCH);
}

fn default_off(facts: &mut Facts) {
    facts.default_policy.sso = SsoSetting::Off;
}

fn jit_off(facts: &mut Facts) {
    facts.directory.jit = JitProvisioning::Off;
}

fn directory_off(facts: &mut Facts) {
    facts.directory.enabled = false;
}

fn no_domain(facts: &mut Facts) {
    facts.domain = None;
}

fn unverified(facts: &mut Facts) {
    facts.domain.as_mut().unwrap().verified_at = None;
}

fn not_linked(facts: &mut Facts) {
    facts.domain.as_mut().unwrap().linked_to = None;
}

fn linked_elsewhere(facts: &mut Facts) {
    facts.domain.as_mut().unwrap().linked_to = Some(ELSEWHERE);
}

fn claim_manual(facts: &mut Facts) {
    facts.domain.as_mut().unwrap().claim = Claim::Manual;
}

fn typed_maya(facts: &mut Facts) {
    facts.typed = EmailAddress::parse("maya@acme.example").ok();
}

fn typed_mlee(facts: &mut Facts) {
    facts.typed = EmailAddress::parse("m.lee@acme.example").ok();
}

fn typed_noah(facts: &mut Facts) {
    facts.typed = EmailAddress::parse("noah@acme.example").ok();
}

fn maya_here(facts: &mut Facts) {
    facts.signed_in = Some(MAYA);
}

fn noah_here(facts: &mut Facts) {
    facts.signed_in = Some(NOAH);
}

fn agreed(facts: &mut Facts) {
    facts.agreed = true;
}

const ACME: OrganizationId = OrganizationId::new(Uuid::from_u128(1));
const GLOBEX: OrganizationId = OrganizationId::new(Uuid::from_u128(2));
const HERE: DirectoryId = DirectoryId::new(Uuid::from_u128(10));
const ELSEWHERE: DirectoryId = DirectoryId::new(Uuid::from_u128(11));
const DEFAULT: PolicyId = PolicyId::new(Uuid::from_u128(20));
const NAMED: PolicyId = PolicyId::new(Uuid::from_u128(21));
const MAYA: AccountId = AccountId::new(Uuid::from_u128(100));
const NOAH: AccountId = AccountId::new(Uuid::from_u128(101));
