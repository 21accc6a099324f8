//! Test sign-ins: those that are at the identity provider, and what came of
//! the others.

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use jiff::Timestamp;
use saml::core::RequestId;
use web::TokenHash;

use super::pending::Clues;
use super::values::{id, some, some_id, unreadable};
use crate::model::enforce::{Fingerprint, Outcome, TestSignIn};
use crate::model::{AccountId, OrganizationId, PolicyId, TestId, UniqueId};
use crate::sign_in::test::PendingTest;

::store::statements! {
    FIND_PENDING = "select id, browser, relay_state, connection, organization, policy, begun_by, \
        opened_at, expires_at from pending_test \
        where browser = $1 and connection = $2 and expires_at > $3 \
        and (relay_state = $4 or id = $5) order by opened_at desc limit 1";
    INSERT_PENDING = "insert into pending_test (id, browser, relay_state, connection, organization, \
        policy, begun_by, opened_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// A browser has at most a few of them at once: the oldest go.
    TRIM_PENDING = "delete from pending_test where browser = $1 and id not in \
        (select id from pending_test where browser = $1 order by opened_at desc limit 8)";
    TAKE_PENDING = "delete from pending_test where id = $1 and browser = $2";
    pub(crate) SWEEP_PENDING = "delete from pending_test where id in (select id from pending_test \
        where expires_at <= $1 order by expires_at limit $2)";
    OF_POLICY = "select id, policy, begun_by, fingerprint, account, stable_id, refused, at \
        from test_sign_in where organization = $1 and policy = $2 order by at desc limit 50";
    FIND = "select id, policy, begun_by, fingerprint, account, stable_id, refused, at, findings \
        from test_sign_in where organization = $1 and id = $2 and expires_at > $3";
    INSERT = "insert into test_sign_in (id, organization, policy, begun_by, fingerprint, account, \
        stable_id, refused, findings, at, expires_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing";
    pub(crate) SWEEP = "delete from test_sign_in where id in (select id from test_sign_in \
        where expires_at <= $1 order by expires_at limit $2)";
}

pub(crate) async fn find_pending(
    read: &ReadTx,
    (browser, connection): (TokenHash, UniqueId),
    clues: &Clues<'_>,
    now: Timestamp,
) -> Result<Option<PendingTest>, StoreError> {
    let [relay_state, request] = clues.values();
    let args: [Value; 5] = [browser.as_ref().into(), connection.into(), now.into(), relay_state, request];
    let row = read.query_opt(FIND_PENDING, args).await?;
    row.as_ref().map(pending).transpose()
}

pub(crate) async fn insert_pending(tx: &Tx, test: &PendingTest) -> Result<(), StoreError> {
    let args: [Value; 9] = [
        test.request.as_str().into(),
        test.browser.as_ref().into(),
        test.relay_state.as_ref().into(),
        test.connection.into(),
        test.organization.into(),
        test.policy.into(),
        test.begun_by.into(),
        test.opened_at.into(),
        test.expires_at.into(),
    ];
    tx.execute(INSERT_PENDING, args).await?;
    tx.execute(TRIM_PENDING, [test.browser.as_ref().into()]).await.map(|_| ())
}

/// Says whether it was still open.
pub(crate) async fn take_pending(tx: &Tx, test: &PendingTest) -> Result<bool, StoreError> {
    let args: [Value; 2] = [test.request.as_str().into(), test.browser.as_ref().into()];
    Ok(tx.execute(TAKE_PENDING, args).await? == 1)
}

/// The last 50 of a policy, newest first.
pub(crate) async fn of_policy(
    read: &ReadTx,
    organization: OrganizationId,
    policy: PolicyId,
) -> Result<Vec<TestSignIn>, StoreError> {
    let rows = read.query(OF_POLICY, [organization.into(), policy.into()]).await?;
    rows.iter().map(test_sign_in).collect()
}

/// A test sign-in and what each rule found, as it was written.
pub(crate) async fn find(
    read: &ReadTx,
    organization: OrganizationId,
    id: TestId,
    now: Timestamp,
) -> Result<Option<(TestSignIn, String)>, StoreError> {
    let row = read.query_opt(FIND, [organization.into(), id.into(), now.into()]).await?;
    row.map(|row| Ok((test_sign_in(&row)?, row.get(8)?))).transpose()
}

pub(crate) async fn insert(
    tx: &Tx,
    (organization, test, findings): (OrganizationId, &TestSignIn, String),
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let (account, stable_id, refused) = match &test.outcome {
        Outcome::WouldEnter { account, stable_id } => (*account, *stable_id, None),
        Outcome::Refused { code } => (None, false, Some(code.as_str())),
    };
    let args: [Value; 11] = [
        test.id.into(),
        organization.into(),
        test.policy.into(),
        test.begun_by.into(),
        test.fingerprint.as_bytes().into(),
        account.into(),
        stable_id.into(),
        refused.into(),
        findings.into(),
        test.at.into(),
        expires_at.into(),
    ];
    tx.execute(INSERT, args).await.map(|_| ())
}

fn test_sign_in(row: &Row) -> Result<TestSignIn, StoreError> {
    let refused: Option<String> = row.get(6)?;
    Ok(TestSignIn {
        id: id(row, 0, TestId::new)?,
        policy: id(row, 1, PolicyId::new)?,
        begun_by: id(row, 2, AccountId::new)?,
        fingerprint: Fingerprint::from_bytes(row.get(3)?),
        outcome: match refused {
            Some(code) => Outcome::Refused { code },
            None => Outcome::WouldEnter { account: some_id(row, 4, AccountId::new)?, stable_id: row.get(5)? },
        },
        at: row.get(7)?,
    })
}

fn pending(row: &Row) -> Result<PendingTest, StoreError> {
    let hash = |column| {
        let bytes: [u8; 32] = row.get(column)?;
        TokenHash::from_slice(&bytes).ok_or_else(|| unreadable(column))
    };
    Ok(PendingTest {
        request: some(row, 0, RequestId::parse)?.ok_or_else(|| unreadable(0))?,
        browser: hash(1)?,
        relay_state: hash(2)?,
        connection: id(row, 3, UniqueId::new)?,
        organization: id(row, 4, OrganizationId::new)?,
        policy: id(row, 5, PolicyId::new)?,
        begun_by: id(row, 6, AccountId::new)?,
        opened_at: row.get(7)?,
        expires_at: row.get(8)?,
    })
}
