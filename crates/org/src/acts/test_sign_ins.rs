//! Test sign-ins: begun, and ended in a verdict. Neither opens a session nor
//! changes an account.

use ::store::Tx;
use console::events::{Actor, note};
use jiff::Timestamp;
use serde_json::json;

use super::{Act, ActError, Word, entry};
use crate::model::enforce::Outcome;
use crate::sign_in::test::judge::Verdict;
use crate::sign_in::test::{KEPT, PendingTest};
use crate::store::{arrivals, test_sign_ins};

/// Remembers a test that is about to leave with its browser.
pub(crate) async fn begin(
    tx: &Tx,
    word: &Word,
    pending: &PendingTest,
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("test_sign_in.begun", pending.organization), now).await?;
    test_sign_ins::insert_pending(tx, pending).await?;
    act.done(json!({ "policy": pending.policy.to_string(), "request": pending.request.as_str() })).await?;
    Ok(())
}

/// Takes the test and keeps its verdict; the assertion is used up. `None`: it
/// was answered before.
pub(crate) async fn conclude(
    tx: &Tx,
    actor: &Actor,
    (pending, mut verdict): (&PendingTest, Verdict),
    now: Timestamp,
) -> Result<Option<crate::model::TestId>, ::store::StoreError> {
    if !test_sign_ins::take_pending(tx, pending).await? {
        return Ok(None);
    }
    if let Some(assertion) = &verdict.assertion {
        let (issuer, id) = (assertion.issuer(), assertion.assertion_id());
        if !arrivals::remember_assertion(tx, issuer, id, assertion.remember_until()).await? {
            verdict.test.outcome = Outcome::Refused { code: "replayed".to_owned() };
        }
    }
    let (test, findings) = (&verdict.test, serde_json::to_string(&verdict.findings));
    let findings = findings.unwrap_or_else(|_| "[]".to_owned());
    let until = now.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
    test_sign_ins::insert(tx, (pending.organization, test, findings), until).await?;
    let (subject, code) = match &test.outcome {
        Outcome::WouldEnter { account, .. } => (account.map(|id| id.person()), None),
        Outcome::Refused { code } => (None, Some(code.as_str())),
    };
    let data = json!({
        "test": test.id.to_string(),
        "policy": test.policy.to_string(),
        "begun_by": test.begun_by.to_string(),
        "passed": code.is_none(),
        "code": code,
    });
    note(tx, actor, entry("test_sign_in.ended", (Some(pending.organization), subject), data), now).await?;
    Ok(Some(test.id))
}
