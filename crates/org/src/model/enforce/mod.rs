//! May a policy enforce single sign-on? The facts → the [`Evidence`], complete,
//! or everything that is missing. Pure.
//!
//! Enforcing takes the evidence as its argument, so it cannot be asked for
//! without the question. What an administrator may take upon themselves is
//! overridden by name ([`Override`]); the way back, the plan and the
//! configuration never are.

mod confirm;
mod members;
mod test_sign_in;

#[cfg(test)]
mod cases;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::directory::{Directory, DirectoryKind};
use super::ids::{AccountId, DirectoryId, OrganizationId, PolicyId, TestId, UniqueId};
use super::organization::Plan;
use super::policy::{AuthenticationPolicy, Enforcement, SsoSetting};
use super::saml_configuration::SamlConfiguration;
use super::way_back::{FirstStep, Shut, WayBack};

pub use confirm::{NotYet, OwnSession, ProbationError, Witness};
pub use members::{Attempt, Member, Members, Outlook, WillFail};
pub use test_sign_in::{Fingerprint, Outcome, TestSignIn, Void};

/// Everything that decides whether a policy may enforce SSO.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The policy.
    pub policy: &'a AuthenticationPolicy,
    /// Its directory.
    pub directory: &'a Directory,
    /// The organisation's plan.
    pub plan: Plan,
    /// The directory's SAML configuration.
    pub configuration: &'a SamlConfiguration,
    /// What a test sign-in must have proved: configuration, directory and
    /// linked domains as they are.
    pub fingerprint: Fingerprint,
    /// Whether a verified domain is linked to the directory.
    pub domain_linked: bool,
    /// The test sign-ins of the policy.
    pub tests: &'a [TestSignIn],
    /// What the roster says of the change, asked for as any other.
    pub way_back: Result<WayBack, Shut>,
    /// How its members would fare.
    pub members: Members,
    /// The time.
    pub now: Timestamp,
}

/// All that enforcing needs is there. Only [`enforce`] makes one, so holding
/// it is the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    policy: PolicyId,
    policy_version: i64,
    directory: DirectoryId,
    configuration: UniqueId,
    fingerprint: Fingerprint,
    test: Option<TestId>,
    way_back: WayBack,
    members: Members,
    overridden: Option<Override>,
}

impl Evidence {
    /// The policy that it is for.
    pub const fn policy(&self) -> PolicyId {
        self.policy
    }

    /// The test sign-in that it rests on; none if that was overridden.
    pub const fn test(&self) -> Option<TestId> {
        self.test
    }

    /// Who gets in if it goes wrong.
    pub const fn way_back(&self) -> &WayBack {
        &self.way_back
    }

    /// How the members would fare when it was gathered.
    pub const fn members(&self) -> &Members {
        &self.members
    }

    /// Who took what upon themselves.
    pub const fn overridden(&self) -> Option<&Override> {
        self.overridden.as_ref()
    }

    /// Whether this, gathered before, says the same as what is there now. The
    /// counts of members are a picture and may have moved on.
    pub fn still_holds(&self, now: &Self) -> bool {
        self.policy == now.policy
            && self.policy_version == now.policy_version
            && self.configuration == now.configuration
            && self.fingerprint == now.fingerprint
            && self.overridden == now.overridden
    }
}

/// An administrator takes upon themselves what is missing, each by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Who.
    pub by: AccountId,
    /// What, by its code. Anything else that is missing stays missing.
    pub over: BTreeSet<&'static str>,
}

/// Decides whether a policy may enforce SSO.
///
/// # Errors
/// Everything that is missing, in the order in which it is best done.
pub fn enforce(facts: &Facts<'_>, overridden: Option<&Override>) -> Result<Evidence, Vec<Missing>> {
    let mut missing: Vec<Missing> = Vec::new();
    missing.extend(the_plan(facts));
    missing.extend(the_configuration(facts));
    let test = proven_by(facts);
    missing.extend(test.as_ref().err().copied());
    missing.extend(facts.members.will_fail_count().map(Missing::MembersWillFail));
    let taken = |one: &Missing| {
        one.may_be_overridden() && overridden.is_some_and(|named| named.over.contains(one.code()))
    };
    missing.retain(|one| !taken(one));
    let way_back = match &facts.way_back {
        Ok(way_back) => Some(way_back.clone()),
        Err(shut) => {
            missing.insert(0, Missing::of(shut, facts.policy.organization));
            None
        }
    };
    match (way_back, missing.is_empty()) {
        (Some(way_back), true) => Ok(Evidence {
            policy: facts.policy.id,
            policy_version: facts.policy.version,
            directory: facts.directory.id,
            configuration: facts.configuration.unique_id,
            fingerprint: facts.fingerprint,
            test: test.ok(),
            way_back,
            members: facts.members.clone(),
            overridden: overridden.cloned(),
        }),
        _ => Err(missing),
    }
}

/// What enforcing still needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No way back would be left: do this first.
    WayBack(FirstStep),
    /// Another organisation, whose administrator this one manages, would have
    /// no way back.
    WayBackElsewhere,
    /// Nobody active would administer the organisation.
    Administrator,
    /// The plan includes no SSO.
    Plan,
    /// The plan does not include this directory any more.
    PlanLapsed,
    /// The policy belongs to the local directory.
    IdentityProvider,
    /// The policy enforces SSO already.
    AlreadyEnforced,
    /// The directory is switched off.
    DirectorySwitchedOff,
    /// One of the three fields is empty.
    Configuration,
    /// The certificate is not valid yet.
    CertificateNotYetValid,
    /// The certificate has expired: people still sign in, but nothing new is
    /// built on it.
    CertificateExpired,
    /// No verified domain is linked to the directory: nobody could be a member.
    LinkedDomain,
    /// Nobody has made a test sign-in with this policy.
    TestSignIn,
    /// The last test sign-in ended in a refusal.
    TestFailed,
    /// The last test sign-in proved something else than what is there now, or
    /// is too old.
    TestVoid(Void),
    /// So many members would fail to sign in.
    MembersWillFail(u64),
}

impl Missing {
    /// The stable code on pages and in events.
    pub const fn code(self) -> &'static str {
        match self {
            Self::WayBack(FirstStep::UsePasskey) => "way-back-use-passkey",
            Self::WayBack(FirstStep::MakePasskey) => "way-back-make-passkey",
            Self::WayBack(FirstStep::MakeFallbackAdministrator) => "way-back-fallback-administrator",
            Self::WayBackElsewhere => "way-back-of-another-organization",
            Self::Administrator => "last-administrator",
            Self::Plan => "plan-without-sso",
            Self::PlanLapsed => "plan-lapsed",
            Self::IdentityProvider => "not-an-identity-provider",
            Self::AlreadyEnforced => "already-enforced",
            Self::DirectorySwitchedOff => "directory-disabled",
            Self::Configuration => "configuration-incomplete",
            Self::CertificateNotYetValid => "certificate-not-yet-valid",
            Self::CertificateExpired => "certificate-expired",
            Self::LinkedDomain => "domain-not-linked",
            Self::TestSignIn => "test-sign-in",
            Self::TestFailed => "test-failed",
            Self::TestVoid(Void::Changed) => "test-void-changed",
            Self::TestVoid(Void::TooOld) => "test-void-too-old",
            Self::MembersWillFail(_) => "members-will-fail",
        }
    }

    /// Whether an administrator may take it upon themselves. It heals by
    /// itself at the end of probation; the rest does not, or is no matter of
    /// opinion.
    pub const fn may_be_overridden(self) -> bool {
        matches!(self, Self::TestSignIn | Self::TestFailed | Self::TestVoid(_) | Self::MembersWillFail(_))
    }

    /// One organisation is not told what is missing in another.
    fn of(shut: &Shut, own: OrganizationId) -> Self {
        match shut {
            Shut::LastAdministrator(of) if *of == own => Self::Administrator,
            Shut::NoWayBack(none) if none.organization == own => Self::WayBack(none.first_step()),
            Shut::LastAdministrator(_) | Shut::NoWayBack(_) => Self::WayBackElsewhere,
        }
    }
}

impl AuthenticationPolicy {
    /// Enforcement takes the evidence: way back, test sign-in, certificate,
    /// members. It starts on probation.
    ///
    /// # Errors
    /// [`ProbationError::OtherPolicy`]: the evidence is for another policy.
    pub fn enforce_sso(
        mut self,
        evidence: &Evidence,
        probation: SignedDuration,
        now: Timestamp,
    ) -> Result<Self, ProbationError> {
        if evidence.policy != self.id || evidence.policy_version != self.version {
            return Err(ProbationError::OtherPolicy);
        }
        let returns_at = confirm::end_of(now, now, probation)?;
        self.sso = SsoSetting::Enforced(Enforcement { enforced_at: now, returns_at, confirmed_at: None });
        Ok(self)
    }
}

/// How long probation lasts when nothing else is said.
pub const PROBATION: SignedDuration = SignedDuration::from_mins(60);

fn the_plan(facts: &Facts<'_>) -> Option<Missing> {
    let lapsed = facts.policy.required_until.is_some();
    let holds = match facts.policy.sso {
        SsoSetting::Enforced(enforcement) => enforcement.holds(facts.now),
        SsoSetting::Off | SsoSetting::Offered => false,
    };
    if facts.directory.kind == DirectoryKind::Local {
        return Some(Missing::IdentityProvider);
    }
    if !facts.plan.includes_sso() {
        return Some(Missing::Plan);
    }
    if lapsed {
        return Some(Missing::PlanLapsed);
    }
    holds.then_some(Missing::AlreadyEnforced)
}

fn the_configuration(facts: &Facts<'_>) -> Vec<Missing> {
    let identity_provider = &facts.configuration.identity_provider;
    let certificate = identity_provider.certificates.current.as_ref();
    let switched_off = (!facts.directory.enabled).then_some(Missing::DirectorySwitchedOff);
    let unsaved = facts.configuration.is_draft() || !identity_provider.is_complete();
    let incomplete = unsaved.then_some(Missing::Configuration);
    let dates = certificate.and_then(|one| match facts.now {
        now if now < one.not_before() => Some(Missing::CertificateNotYetValid),
        now if now >= one.not_after() => Some(Missing::CertificateExpired),
        _ => None,
    });
    let unlinked = (!facts.domain_linked).then_some(Missing::LinkedDomain);
    [switched_off, incomplete, dates, unlinked].into_iter().flatten().collect()
}

/// The newest test sign-in that proves what is there now; else what is wrong
/// with the newest of all.
fn proven_by(facts: &Facts<'_>) -> Result<TestId, Missing> {
    let mut ours: Vec<&TestSignIn> =
        facts.tests.iter().filter(|test| test.policy == facts.policy.id).collect();
    ours.sort_by_key(|test| std::cmp::Reverse(test.at));
    let verdict = |test: &&TestSignIn| match (test.void(&facts.fingerprint, facts.now), &test.outcome) {
        (Some(void), _) => Err(Missing::TestVoid(void)),
        (None, Outcome::Refused { .. }) => Err(Missing::TestFailed),
        (None, Outcome::WouldEnter { .. }) => Ok(test.id),
    };
    match ours.iter().map(verdict).find(Result::is_ok) {
        Some(proof) => proof,
        None => ours.first().map_or(Err(Missing::TestSignIn), verdict),
    }
}
