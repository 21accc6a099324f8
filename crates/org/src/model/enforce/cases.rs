//! The tables of cases: what is there → the evidence, or what is missing. How it
//! goes on from there is in [`probation`].

mod probation;

use std::sync::LazyLock;

use console::person::DisplayName;
use saml::core::{EntityId, SsoUrl};
use uuid::Uuid;
use xmldsig::{Certificate, KeyKind, SigningKey, self_signed};

use super::*;
use crate::model::directory::JitProvisioning;
use crate::model::domain::DomainName;
use crate::model::saml_configuration::{Certificates, IdentityProvider};
use crate::model::way_back::{Roster, way_back};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// Good from a day before to ten days after.
static CERTIFICATE: LazyLock<Certificate> = LazyLock::new(|| {
    let (key, _) = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test has no server to ask for chance")]
    let rng = aws_lc_rs::rand::SystemRandom::new();
    self_signed(&key, "idp.example", at(-DAY)..at(10 * DAY), [1; 16], &rng).unwrap()
});

/// Everything that enforcing needs, to be spoilt.
struct Given {
    policy: AuthenticationPolicy,
    directory: Directory,
    plan: Plan,
    configuration: SamlConfiguration,
    domains: Vec<DomainName>,
    tests: Vec<TestSignIn>,
    way_back: Result<WayBack, Shut>,
    members: Members,
    overridden: Option<Override>,
    now: Timestamp,
}

fn ids() -> (PolicyId, OrganizationId, DirectoryId) {
    let uuid = Uuid::from_u128;
    (PolicyId::new(uuid(20)), OrganizationId::new(uuid(1)), DirectoryId::new(uuid(2)))
}

fn given() -> Given {
    let (policy, organization, directory) = ids();
    let name = || DisplayName::parse("x").unwrap();
    let mut given = Given {
        policy: AuthenticationPolicy::new((policy, organization, directory), name(), true),
        directory: Directory {
            id: directory,
            organization,
            kind: DirectoryKind::IdentityProvider,
            name: name(),
            enabled: true,
            jit: JitProvisioning::On,
        },
        plan: Plan::GuardStandard,
        configuration: SamlConfiguration {
            unique_id: UniqueId::new(Uuid::from_u128(3)),
            organization,
            directory,
            version: 4,
            saved_at: Some(at(-DAY)),
            identity_provider: IdentityProvider {
                entity_id: Some(EntityId::parse("https://idp.example/saml").unwrap()),
                sso_url: Some(SsoUrl::parse("https://idp.example/sso").unwrap()),
                certificates: Certificates { current: Some(CERTIFICATE.clone()), next: None },
            },
        },
        domains: vec!["acme.example".parse().unwrap()],
        tests: Vec::new(),
        way_back: way_back(&crate::model::way_back::sample(at(0)), organization, at(0)).map_err(Shut::from),
        members: Members::default(),
        overridden: None,
        now: at(0),
    };
    given.tests = vec![test(&given, 1, -HOUR)];
    given
}

/// A good test sign-in of what is there.
fn test(given: &Given, id: u128, second: i64) -> TestSignIn {
    TestSignIn {
        id: TestId::new(Uuid::from_u128(id)),
        policy: ids().0,
        begun_by: AccountId::new(Uuid::from_u128(101)),
        fingerprint: given.fingerprint(),
        outcome: Outcome::WouldEnter { account: Some(AccountId::new(Uuid::from_u128(7))), stable_id: true },
        at: at(second),
    }
}

impl Given {
    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.configuration, &self.directory, &self.domains)
    }

    fn decide(&self) -> Result<Evidence, Vec<Missing>> {
        let facts = Facts {
            policy: &self.policy,
            directory: &self.directory,
            plan: self.plan,
            configuration: &self.configuration,
            fingerprint: self.fingerprint(),
            domain_linked: !self.domains.is_empty(),
            tests: &self.tests,
            way_back: self.way_back.clone(),
            members: self.members.clone(),
            now: self.now,
        };
        enforce(&facts, self.overridden.as_ref())
    }

    fn set(&mut self, enforced: i64, returns: i64, confirmed: Option<i64>) {
        self.policy.sso = SsoSetting::Enforced(Enforcement {
            enforced_at: at(enforced),
            returns_at: at(returns),
            confirmed_at: confirmed.map(at),
        });
    }

    fn no_way_back(&mut self) {
        self.way_back = way_back(&Roster::default(), ids().1, at(0)).map_err(Shut::from);
    }

    fn failing(&mut self) {
        self.members.will_fail.insert(WillFail::StableIdMissing, 3);
    }

    fn over(&mut self, codes: &[&'static str]) {
        let by = AccountId::new(Uuid::from_u128(101));
        self.overridden = Some(Override { by, over: codes.iter().copied().collect() });
    }
}

/// What is spoilt, and the codes of what is missing then.
type Case = (&'static str, fn(&mut Given), &'static [&'static str]);

const CASES: &[Case] = &[
    ("everything is there", |_| {}, &[]),
    ("offered before", |g| g.policy.sso = SsoSetting::Offered, &[]),
    ("on the largest plan", |g| g.plan = Plan::Enterprise, &[]),
    ("on the free plan", |g| g.plan = Plan::Free, &["plan-without-sso"]),
    ("the plan has lapsed", |g| g.policy.required_until = Some(at(DAY)), &["plan-lapsed"]),
    ("in the local directory", |g| g.directory.kind = DirectoryKind::Local, &["not-an-identity-provider"]),
    ("enforced, on probation", |g| g.set(-60, HOUR, None), &["already-enforced"]),
    ("enforced and confirmed", |g| g.set(-DAY, -DAY + HOUR, Some(-DAY + 60)), &["already-enforced"]),
    ("enforced before, and returned", |g| g.set(-DAY, -DAY + HOUR, None), &[]),
    (
        "directory switched off",
        |g| {
            g.directory.enabled = false;
            g.tests = vec![test(g, 1, -HOUR)];
        },
        &["directory-disabled"],
    ),
    (
        "no entity ID",
        |g| {
            g.configuration.identity_provider.entity_id = None;
            g.tests = vec![test(g, 1, -HOUR)];
        },
        &["configuration-incomplete"],
    ),
    ("a draft that was never saved", |g| g.configuration.saved_at = None, &["configuration-incomplete"]),
    (
        "no certificate",
        |g| {
            g.configuration.identity_provider.certificates.current = None;
            g.tests = vec![test(g, 1, -HOUR)];
        },
        &["configuration-incomplete"],
    ),
    (
        "certificate not valid yet",
        |g| {
            g.now = at(-DAY - 1);
            g.tests[0].at = at(-DAY - HOUR);
        },
        &["certificate-not-yet-valid"],
    ),
    (
        "certificate valid from this moment",
        |g| {
            g.now = at(-DAY);
            g.tests[0].at = at(-DAY - HOUR);
        },
        &[],
    ),
    (
        "certificate expires this moment",
        |g| {
            g.now = at(10 * DAY);
            g.tests[0].at = at(10 * DAY - HOUR);
        },
        &["certificate-expired"],
    ),
    (
        "no domain linked",
        |g| {
            g.domains.clear();
            g.tests = vec![test(g, 1, -HOUR)];
        },
        &["domain-not-linked"],
    ),
    ("never tested", |g| g.tests.clear(), &["test-sign-in"]),
    ("tested for another policy", |g| g.tests[0].policy = PolicyId::new(Uuid::nil()), &["test-sign-in"]),
    ("tested seven days ago", |g| g.tests[0].at = at(-7 * DAY), &[]),
    ("tested a second longer ago", |g| g.tests[0].at = at(-7 * DAY - 1), &["test-void-too-old"]),
    ("tested in the future", |g| g.tests[0].at = at(1), &["test-void-too-old"]),
    (
        "another SSO URL since",
        |g| {
            let other = SsoUrl::parse("https://idp.example/other").unwrap();
            g.configuration.identity_provider.sso_url = Some(other);
        },
        &["test-void-changed"],
    ),
    (
        "a second certificate since",
        |g| g.configuration.identity_provider.certificates.next = Some(CERTIFICATE.clone()),
        &["test-void-changed"],
    ),
    ("saved again without a change", |g| g.configuration.version += 1, &[]),
    ("another domain linked since", |g| g.domains.push("b.example".parse().unwrap()), &["test-void-changed"]),
    (
        "another domain in its place",
        |g| g.domains = vec!["b.example".parse().unwrap()],
        &["test-void-changed"],
    ),
    (
        "the test was refused",
        |g| g.tests[0].outcome = Outcome::Refused { code: "account-not-managed".to_owned() },
        &["test-failed"],
    ),
    (
        "refused now, good before",
        |g| {
            let mut failed = test(g, 2, -60);
            failed.outcome = Outcome::Refused { code: "wrong-signature".to_owned() };
            g.tests.push(failed);
        },
        &[],
    ),
    (
        "good before the change, refused after it",
        |g| {
            g.domains.push("b.example".parse().unwrap());
            let mut failed = test(g, 2, -60);
            failed.outcome = Outcome::Refused { code: "wrong-signature".to_owned() };
            g.tests.push(failed);
        },
        &["test-failed"],
    ),
    ("some members would fail", Given::failing, &["members-will-fail"]),
    ("members of whom nobody knows", |g| g.members.unknown = 10_000, &[]),
    ("no way back", Given::no_way_back, &["way-back-fallback-administrator"]),
    (
        "no administrator at all",
        |g| g.way_back = Err(Shut::LastAdministrator(ids().1)),
        &["last-administrator"],
    ),
    (
        "another organisation's way back",
        |g| g.way_back = Err(Shut::LastAdministrator(OrganizationId::new(Uuid::from_u128(8)))),
        &["way-back-of-another-organization"],
    ),
    (
        "everything at once, in order",
        |g| {
            g.no_way_back();
            g.failing();
            g.plan = Plan::Free;
            g.tests.clear();
            g.domains.clear();
        },
        &[
            "way-back-fallback-administrator",
            "plan-without-sso",
            "domain-not-linked",
            "test-sign-in",
            "members-will-fail",
        ],
    ),
    (
        "the test is overridden by name",
        |g| {
            g.tests.clear();
            g.over(&["test-sign-in"]);
        },
        &[],
    ),
    (
        "failing members are overridden by name",
        |g| {
            g.failing();
            g.over(&["members-will-fail"]);
        },
        &[],
    ),
    (
        "one of two is overridden",
        |g| {
            g.failing();
            g.tests.clear();
            g.over(&["test-sign-in"]);
        },
        &["members-will-fail"],
    ),
    (
        "another kind of missing test was named",
        |g| {
            g.tests[0].at = at(-8 * DAY);
            g.over(&["test-sign-in"]);
        },
        &["test-void-too-old"],
    ),
    (
        "the way back is never overridden",
        |g| {
            g.no_way_back();
            g.over(&["way-back-fallback-administrator", "test-sign-in"]);
        },
        &["way-back-fallback-administrator"],
    ),
    (
        "nor the plan",
        |g| {
            g.plan = Plan::Free;
            g.over(&["plan-without-sso"]);
        },
        &["plan-without-sso"],
    ),
    (
        "nor the certificate",
        |g| {
            g.now = at(11 * DAY);
            g.tests[0].at = at(11 * DAY - 1);
            g.over(&["certificate-expired"]);
        },
        &["certificate-expired"],
    ),
];

#[test]
fn every_case_has_its_answer() {
    assert!(CASES.len() >= 40, "{} cases", CASES.len());
    for (what, spoil, missing) in CASES {
        let mut given = given();
        spoil(&mut given);
        let answer = given.decide();
        let codes: Vec<&str> = answer.err().unwrap_or_default().into_iter().map(Missing::code).collect();
        assert_eq!(&codes, missing, "{what}");
    }
}

#[test]
fn the_evidence_says_what_it_rests_on() {
    let mut with = given();
    with.members.proven = 2;
    let evidence = with.decide().unwrap();
    assert_eq!(evidence.test(), Some(with.tests[0].id));
    assert_eq!(evidence.way_back().administrators().len(), 1);
    assert_eq!(evidence.members().proven, 2);
    assert_eq!(evidence.overridden(), None);
    with.over(&["test-sign-in"]);
    assert_eq!(with.decide().unwrap().overridden(), with.overridden.as_ref());
}

#[test]
fn evidence_for_what_was_is_none_for_what_is() {
    let changes: &[fn(&mut Given)] = &[
        |g| g.policy.version += 1,
        |g| g.domains.push("b.example".parse().unwrap()),
        |g| g.over(&["test-sign-in"]),
    ];
    let before = given().decide().unwrap();
    let mut moved_on = given();
    moved_on.members.unknown = 5;
    assert!(before.still_holds(&moved_on.decide().unwrap()), "counts are a picture");
    for change in changes {
        let mut given = given();
        change(&mut given);
        given.tests = vec![test(&given, 1, -HOUR)];
        assert!(!before.still_holds(&given.decide().unwrap()));
    }
    let other = AuthenticationPolicy { version: 9, ..given().policy };
    assert_eq!(other.enforce_sso(&before, PROBATION, at(0)), Err(ProbationError::OtherPolicy));
}

#[test]
fn a_fingerprint_is_of_every_part() {
    let base = given().fingerprint();
    let changes: &[fn(&mut Given)] = &[
        |g| g.configuration.unique_id = UniqueId::new(Uuid::nil()),
        |g| g.configuration.identity_provider.entity_id = None,
        |g| g.configuration.identity_provider.sso_url = None,
        |g| g.configuration.identity_provider.certificates.current = None,
        |g| g.configuration.identity_provider.certificates.next = Some(CERTIFICATE.clone()),
        |g| {
            let all = &mut g.configuration.identity_provider.certificates;
            (all.next, all.current) = (all.current.take(), None);
        },
        |g| g.directory.id = DirectoryId::new(Uuid::nil()),
        |g| g.directory.enabled = false,
        |g| g.domains.clear(),
        |g| g.domains.push("b.example".parse().unwrap()),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut given = given();
        change(&mut given);
        assert_ne!(given.fingerprint(), base, "{number}");
    }
    let mut twice = given();
    twice.domains = vec!["b.example".parse().unwrap(), "acme.example".parse().unwrap()];
    let one_way = twice.fingerprint();
    twice.domains.reverse();
    assert_eq!(twice.fingerprint(), one_way);
    assert_eq!(Fingerprint::from_bytes(*base.as_bytes()), base);
}
