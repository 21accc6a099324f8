//! What would have become of whoever came back from a test.

use ::store::{ReadTx, StoreError};
use console::row_id;
use jiff::Timestamp;
use saml::sp::{Finding, Outcome as Answer, Received, VerifiedAssertion, inspect, verify};
use web::Entropy;

use super::{FindingLine, PendingTest};
use crate::model::enforce::{Fingerprint, Outcome, TestSignIn};
use crate::model::{AccountId, AuthenticationPolicy, PolicyId, Sso, SsoSetting, TestId};
use crate::sign_in::Connection;
use crate::sign_in::admit::{Admission, Asserted, Entry, Facts, Refusal, admit};
use crate::sign_in::arrival::facts_of;
use crate::sign_in::refused::Refused;
use crate::store::{configurations, directories, domains};

/// A test sign-in and what each rule found.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) test: TestSignIn,
    pub(crate) findings: Vec<FindingLine>,
    /// The assertion, if one was verified: it is used up now.
    pub(crate) assertion: Option<VerifiedAssertion>,
}

/// Judges an answer. `None`: the directory, its configuration or its policy is
/// gone.
pub(crate) async fn judge(
    read: &ReadTx,
    (pending, connection, received): (&PendingTest, &Connection, &Received),
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Option<Verdict>, StoreError> {
    let Some(fingerprint) = fingerprint(read, connection).await? else {
        return Ok(None);
    };
    let expected = connection.expected(&pending.request, now);
    let mut findings: Vec<FindingLine> = inspect(received, &expected).into_iter().map(line).collect();
    let (outcome, assertion) = match verify(received, &expected) {
        Ok(Answer::SignedIn(assertion)) => {
            let Some((outcome, own)) = admission(read, (pending, connection), &assertion, now).await? else {
                return Ok(None);
            };
            findings.extend(own);
            (outcome, Some(assertion))
        }
        Ok(Answer::Declined(status)) => {
            let refused = Refused::Declined(status);
            findings.push(broken(&refused));
            (refused_as(&refused), None)
        }
        Err(rejection) => (refused_as(&Refused::Rejected(rejection)), None),
    };
    let test = TestSignIn {
        id: TestId::new(row_id(now, entropy)),
        policy: pending.policy,
        begun_by: pending.begun_by,
        fingerprint,
        outcome,
        at: now,
    };
    Ok(Some(Verdict { test, findings, assertion }))
}

/// Of what is there now: that is what the test proves.
async fn fingerprint(read: &ReadTx, connection: &Connection) -> Result<Option<Fingerprint>, StoreError> {
    let (organization, directory) = (connection.organization, connection.directory);
    let configuration = configurations::find(read, connection.unique_id).await?;
    let found = directories::find(read, organization, directory).await?;
    let linked = domains::linked_to(read, organization, directory).await?;
    Ok(configuration
        .zip(found)
        .map(|(configuration, found)| Fingerprint::of(&configuration, &found, &linked)))
}

/// Hop 7 as if the policy enforced SSO, and whether that is whom it applies to.
async fn admission(
    read: &ReadTx,
    (pending, connection): (&PendingTest, &Connection),
    assertion: &VerifiedAssertion,
    now: Timestamp,
) -> Result<Option<(Outcome, Vec<FindingLine>)>, StoreError> {
    let asserted = match Asserted::read(assertion) {
        Ok(asserted) => asserted,
        Err(refusal) => return Ok(Some(not_admitted(&refusal.into()))),
    };
    let Some(facts) = facts_of(read, connection, &asserted, now).await? else {
        return Ok(None);
    };
    let facts = as_if_enforced(facts, pending.policy, now);
    let entry = match admit(&asserted, &facts) {
        Ok(Admission::Enter(entry) | Admission::Ask { entry, .. }) => entry,
        Err(Refusal::PolicyForbidsSso(other)) => return Ok(Some(other_policy(pending, Some(other)))),
        Err(refusal) => return Ok(Some(not_admitted(&refusal.into()))),
    };
    let (account, policy) = whom(&entry, &facts);
    if policy != Some(pending.policy) {
        return Ok(Some(other_policy(pending, policy)));
    }
    let held = FindingLine { rule: ADMISSION.to_owned(), broken: None };
    let stable_id = asserted.stable_id().is_some();
    Ok(Some((Outcome::WouldEnter { account, stable_id }, vec![held])))
}

/// The tested policy does not apply to whoever came back.
fn other_policy(pending: &PendingTest, other: Option<PolicyId>) -> (Outcome, Vec<FindingLine>) {
    let expected = format!("a member of policy {}", pending.policy);
    let received =
        other.map_or_else(|| "nobody's member".to_owned(), |id| format!("a member of policy {id}"));
    let line = FindingLine { rule: OTHER_POLICY.to_owned(), broken: Some([expected, received]) };
    (Outcome::Refused { code: OTHER_POLICY.to_owned() }, vec![line])
}

/// Who would come in, and the policy that they have.
fn whom(entry: &Entry, facts: &Facts) -> (Option<AccountId>, Option<PolicyId>) {
    let id = match entry {
        Entry::SignIn(id) | Entry::Update { account: id, .. } | Entry::Link { account: id, .. } => *id,
        Entry::Create => return (None, Some(facts.default_policy.id)),
    };
    let mut known = [&facts.by_stable_id, &facts.by_address].into_iter().flatten();
    let policy = known.find(|known| known.account.id == id).and_then(|known| known.policy.as_ref());
    (Some(id), policy.map(|policy| policy.id))
}

/// The tested policy enforces SSO, wherever it stands.
fn as_if_enforced(mut facts: Facts, policy: PolicyId, now: Timestamp) -> Facts {
    let known = [&mut facts.by_stable_id, &mut facts.by_address].into_iter().flatten();
    let theirs = known.filter_map(|known| known.policy.as_mut());
    let all = theirs.chain([&mut facts.default_policy]);
    all.filter(|one| one.id == policy).for_each(|one| enforce(one, now));
    facts
}

const fn enforce(policy: &mut AuthenticationPolicy, now: Timestamp) {
    policy.sso = SsoSetting::settled(Sso::Enforced, now);
    policy.required_until = None;
}

fn not_admitted(refused: &Refused) -> (Outcome, Vec<FindingLine>) {
    (refused_as(refused), vec![broken(refused)])
}

fn refused_as(refused: &Refused) -> Outcome {
    Outcome::Refused { code: refused.code().to_owned() }
}

fn broken(refused: &Refused) -> FindingLine {
    let (expected, received) = refused.reason();
    FindingLine { rule: refused.code().to_owned(), broken: Some([expected, received]) }
}

fn line(verdict: saml::sp::Verdict) -> FindingLine {
    let broken = match verdict.finding {
        Finding::Held => None,
        Finding::Broken { expected, received } => Some([expected, received]),
    };
    FindingLine { rule: verdict.rule.code().to_owned(), broken }
}

/// The person would come in, but not as a member of the tested policy.
const OTHER_POLICY: &str = "test-other-policy";

/// Hop 7 as a whole, once it held.
const ADMISSION: &str = "admission";
