//! Enforcing single sign-on: the evidence gathered, then the act that takes it;
//! and how probation ends.

use ::store::{ReadTx, StoreError, Tx};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::policies::{AsShown, shown};
use super::{Act, ActError, Refusal, Word, way_back as kept};
use crate::model::enforce::{
    Evidence, Facts, Fingerprint, Member, Members, Missing, Outcome, Outlook, Override, OwnSession,
    enforce as decide,
};
use crate::model::way_back::{Change, Shut, ask, way_back};
use crate::model::{
    AuthenticationPolicy, Directory, DomainName, Enforcement, OrganizationId, Plan, PolicyId,
    SamlConfiguration, SsoSetting,
};
use crate::store::rosters::{self, Concern};
use crate::store::{configurations, directories, domains, members, organizations, policies, test_sign_ins};

/// "What if it were enforced now": the evidence, or what is missing, and how
/// the members would fare.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// The evidence, complete, or everything that is missing.
    pub answer: Result<Evidence, Vec<Missing>>,
    /// The members, counted.
    pub members: Members,
}

/// Gathers the evidence for a policy outside of any write. `None`: there is no
/// such policy, or its directory has no SAML configuration.
///
/// # Errors
/// Only the store's.
pub async fn rehearse(
    read: &ReadTx,
    (organization, policy): (OrganizationId, PolicyId),
    overridden: Option<&Override>,
    now: Timestamp,
) -> Result<Option<Rehearsal>, StoreError> {
    let Some(mut loaded) = Loaded::find(read, (organization, policy)).await? else {
        return Ok(None);
    };
    loaded.count_members(read, now).await?;
    let answer = loaded.decide(read, overridden, now).await?;
    Ok(Some(Rehearsal { answer, members: loaded.members }))
}

/// What stands in the way of enforcing, as far as it can be told without
/// looking at every member: for a page that must not cost more the more members
/// there are. `None`: as with [`rehearse`].
///
/// # Errors
/// Only the store's.
pub async fn in_the_way(
    read: &ReadTx,
    whose: (OrganizationId, PolicyId),
    now: Timestamp,
) -> Result<Option<Vec<Missing>>, StoreError> {
    let Some(loaded) = Loaded::find(read, whose).await? else {
        return Ok(None);
    };
    Ok(Some(loaded.decide(read, None, now).await?.err().unwrap_or_default()))
}

/// Judges the members of a policy one by one, as [`rehearse`] counts them.
#[derive(Clone, Copy, Debug)]
pub struct Judge {
    /// The version of the configuration, and whether stable ids are stated;
    /// none without a configuration.
    by: Option<(i64, Option<bool>)>,
}

impl Judge {
    /// How a member would fare.
    pub fn of(&self, member: &Member) -> Outlook {
        self.by.map_or(Outlook::Unknown, |(version, stable_ids)| member.outlook(version, stable_ids))
    }
}

/// The judge of a policy's members.
///
/// # Errors
/// Only the store's.
pub async fn outlooks(
    read: &ReadTx,
    policy: &AuthenticationPolicy,
    now: Timestamp,
) -> Result<Judge, StoreError> {
    let Some(loaded) = Loaded::find(read, (policy.organization, policy.id)).await? else {
        return Ok(Judge { by: None });
    };
    let stable_ids = loaded.stable_ids(read, now).await?;
    Ok(Judge { by: Some((loaded.configuration.version, stable_ids)) })
}

/// A policy enforces SSO from this moment, on probation for `probation`. What
/// the evidence rests on is looked at once more, here where nobody comes
/// between.
///
/// # Errors
/// [`Refusal::EvidenceGone`]: something is not what it was when the evidence
/// was gathered; [`Refusal::WayBack`]; [`Refusal::Probation`].
pub async fn enforce(
    tx: &Tx,
    word: &Word,
    (organization, evidence, probation): (OrganizationId, &Evidence, SignedDuration),
    now: Timestamp,
) -> Result<Enforcement, ActError> {
    kept::lock(tx).await?;
    let act = Act::begin(tx, word, ("policy.enforced", organization), now).await?;
    let policy = evidence.policy();
    kept::keep(&act, Concern::default(), &Change::Enforce(policy)).await?;
    let Some(mut loaded) = Loaded::find(tx, (organization, policy)).await? else {
        return Err(act.refuse(Refusal::NoSuchPolicy).await);
    };
    loaded.members = evidence.members().clone();
    let overridden = evidence.overridden();
    let own = overridden.is_none_or(|named| Some(named.by) == word.by());
    act.require(own, Refusal::EvidenceGone).await?;
    let again = loaded.decide(tx, overridden, now).await?;
    let holds = again.as_ref().is_ok_and(|again| evidence.still_holds(again));
    act.require(holds, Refusal::EvidenceGone).await?;
    let is = match loaded.policy.enforce_sso(evidence, probation, now) {
        Ok(is) => is,
        Err(why) => return Err(act.refuse(Refusal::Probation(why)).await),
    };
    written(&act, &is).await?;
    let SsoSetting::Enforced(enforcement) = is.sso else {
        return Err(act.refuse(Refusal::EvidenceGone).await);
    };
    act.done(said(evidence, enforcement)).await?;
    Ok(enforcement)
}

/// SSO stays required after its probation.
///
/// # Errors
/// [`Refusal::NoSuchPolicy`], [`Refusal::ChangedMeanwhile`], [`Refusal::NotYet`].
pub async fn confirm(
    tx: &Tx,
    word: &Word,
    (organization, policy, own): (OrganizationId, impl Into<AsShown>, OwnSession),
    now: Timestamp,
) -> Result<(), ActError> {
    kept::lock(tx).await?;
    let act = Act::begin(tx, word, ("policy.confirmed", organization), now).await?;
    let was = shown(&act, organization, policy.into()).await?;
    let policy = was.id;
    let witness = match was.sso {
        SsoSetting::Enforced(enforcement) => {
            members::witness(tx, (was.directory, policy), enforcement.enforced_at).await?
        }
        SsoSetting::Off | SsoSetting::Offered => None,
    };
    match was.confirm(witness.as_ref(), &own, now) {
        Ok(is) => written(&act, &is).await?,
        Err(why) => return Err(act.refuse(Refusal::NotYet(why)).await),
    }
    let account = witness.map(|witness| witness.account.to_string());
    act.done(json!({ "policy": policy.to_string(), "witness": account })).await?;
    Ok(())
}

/// Probation ends so long from now.
///
/// # Errors
/// [`Refusal::NoSuchPolicy`], [`Refusal::ChangedMeanwhile`], [`Refusal::Probation`].
pub async fn extend(
    tx: &Tx,
    word: &Word,
    (organization, policy, more): (OrganizationId, impl Into<AsShown>, SignedDuration),
    now: Timestamp,
) -> Result<(), ActError> {
    kept::lock(tx).await?;
    let act = Act::begin(tx, word, ("policy.probation_extended", organization), now).await?;
    let was = shown(&act, organization, policy.into()).await?;
    let policy = was.id;
    let is = match was.extend(more, now) {
        Ok(is) => is,
        Err(why) => return Err(act.refuse(Refusal::Probation(why)).await),
    };
    written(&act, &is).await?;
    let until = match is.sso {
        SsoSetting::Enforced(enforcement) => Some(enforcement.returns_at.to_string()),
        SsoSetting::Off | SsoSetting::Offered => None,
    };
    act.done(json!({ "policy": policy.to_string(), "returns_at": until })).await?;
    Ok(())
}

/// SSO is not required any more, from this moment; it stays offered.
///
/// # Errors
/// [`Refusal::NoSuchPolicy`], [`Refusal::ChangedMeanwhile`].
pub async fn return_now(
    tx: &Tx,
    word: &Word,
    (organization, policy): (OrganizationId, impl Into<AsShown>),
    now: Timestamp,
) -> Result<(), ActError> {
    kept::lock(tx).await?;
    let act = Act::begin(tx, word, ("policy.returned", organization), now).await?;
    let was = shown(&act, organization, policy.into()).await?;
    let policy = was.id;
    let from = was.sso.as_str();
    written(&act, &was.return_now()).await?;
    act.done(json!({ "policy": policy.to_string(), "from": from })).await?;
    Ok(())
}

async fn written(act: &Act<'_>, is: &AuthenticationPolicy) -> Result<(), ActError> {
    let written = policies::update(act.tx, is).await?;
    act.require(written, Refusal::ChangedMeanwhile).await
}

/// What the event says: who gets in if it goes wrong, what it rests on, and
/// who took what upon themselves.
fn said(evidence: &Evidence, enforcement: Enforcement) -> serde_json::Value {
    let ids = evidence.way_back().administrators().iter().map(ToString::to_string);
    let members = evidence.members();
    json!({
        "policy": evidence.policy().to_string(),
        "returns_at": enforcement.returns_at.to_string(),
        "test": evidence.test().map(|test| test.to_string()),
        "way_back": ids.collect::<Vec<_>>(),
        "proven": members.proven,
        "will_fail": members.will_fail_count().unwrap_or(0),
        "unknown": members.unknown,
        "without_any_way": members.without_any_way,
        "overridden_by": evidence.overridden().map(|named| named.by.to_string()),
        "overridden": evidence.overridden().map(|named| &named.over),
    })
}

/// The facts of the decision as rows.
struct Loaded {
    policy: AuthenticationPolicy,
    directory: Directory,
    plan: Plan,
    configuration: SamlConfiguration,
    linked: Vec<DomainName>,
    members: Members,
}

impl Loaded {
    async fn find(
        read: &ReadTx,
        (organization, policy): (OrganizationId, PolicyId),
    ) -> Result<Option<Self>, StoreError> {
        let Some(policy) = policies::find(read, organization, policy).await? else {
            return Ok(None);
        };
        let directory = directories::find(read, organization, policy.directory).await?;
        let configuration = configurations::of_directory(read, policy.directory).await?;
        let owner = organizations::find(read, organization).await?;
        let (Some(directory), Some(configuration), Some(owner)) = (directory, configuration, owner) else {
            return Ok(None);
        };
        let linked = domains::linked_to(read, organization, directory.id).await?;
        let (plan, members) = (owner.plan, Members::default());
        Ok(Some(Self { policy, directory, plan, configuration, linked, members }))
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.configuration, &self.directory, &self.linked)
    }

    /// Counts the members, a page at a time: there may be many.
    async fn count_members(&mut self, read: &ReadTx, now: Timestamp) -> Result<(), StoreError> {
        let whose = (self.policy.organization, self.directory.id, self.policy.id);
        let stable_ids = self.stable_ids(read, now).await?;
        let mut all: Vec<Member> = Vec::new();
        loop {
            let after = all.last().map(|member| member.account);
            let page = members::of_policy(read, whose, after, PAGE).await?;
            let last = page.len() < PAGE as usize;
            all.extend(page);
            if last {
                break;
            }
        }
        self.members = Members::count(&all, self.configuration.version, stable_ids);
        Ok(())
    }

    /// What the last good test says of the identity provider: whether it
    /// states stable ids.
    async fn stable_ids(&self, read: &ReadTx, now: Timestamp) -> Result<Option<bool>, StoreError> {
        let tests = test_sign_ins::of_policy(read, self.policy.organization, self.policy.id).await?;
        let is = self.fingerprint();
        Ok(tests.iter().find_map(|test| match (&test.outcome, test.void(&is, now)) {
            (Outcome::WouldEnter { stable_id, .. }, None) => Some(*stable_id),
            _ => None,
        }))
    }

    async fn decide(
        &self,
        read: &ReadTx,
        overridden: Option<&Override>,
        now: Timestamp,
    ) -> Result<Result<Evidence, Vec<Missing>>, StoreError> {
        let organization = self.policy.organization;
        let roster = rosters::load(read, organization, Concern::default()).await?;
        let way_back = ask(&roster, &Change::Enforce(self.policy.id), now)
            .and_then(|after| way_back(&after, organization, now).map_err(Shut::from));
        let tests = test_sign_ins::of_policy(read, organization, self.policy.id).await?;
        let facts = Facts {
            policy: &self.policy,
            directory: &self.directory,
            plan: self.plan,
            configuration: &self.configuration,
            fingerprint: self.fingerprint(),
            domain_linked: !self.linked.is_empty(),
            tests: &tests,
            way_back,
            members: self.members.clone(),
            now,
        };
        Ok(decide(&facts, overridden))
    }
}

/// So many members are read at once.
const PAGE: u32 = 1000;
