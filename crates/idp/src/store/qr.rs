//! The tables `qr_transaction`, `qr_handle` and `qr_freeze`.

use std::net::IpAddr;

use console::door::KeptProof;
use console::person::PersonId;
use jiff::Timestamp;
use store::{ReadTx, Row, StoreError, Tx, Value};
use uuid::Uuid;
use web::TokenHash;

use super::{known, unreadable};
use crate::model::application::ApplicationId;
use crate::model::qr::{
    Approval, Desktop, Digits, Ending, HANDLE_GOOD, Phone, QrId, Stage, Transaction, shown_at,
};
use crate::model::sign_in::SignInId;

store::statements! {
    FIND = "select id, sign_in, application, browser, known, address, agent, seed, shared, began_at, stage, phone, \
        phone_address, opened_at, digits, person, proof, ending from qr_transaction where id = $1";
    FIND_OF_SIGN_IN = "select id, sign_in, application, browser, known, address, agent, seed, shared, began_at, stage, phone, \
        phone_address, opened_at, digits, person, proof, ending from qr_transaction \
        where sign_in = $1 and browser = $2 \
        order by case when ended_at is null then 0 else 1 end, ended_at desc, id desc limit 1";
    FIND_HANDLE = "select qr_transaction, shown_at, expires_at from qr_handle where hash = $1";
    INSERT = "insert into qr_transaction (id, sign_in, application, browser, known, source, address, agent, seed, \
        shared, began_at, expires_at, stage, forget_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'pending', $13)";
    INSERT_HANDLE = "insert into qr_handle (hash, qr_transaction, shown_at, expires_at) values ($1, $2, $3, $4)";
    SAVE = "update qr_transaction set stage = $1, phone = $2, phone_address = $3, opened_at = $4, digits = $5, \
        person = $6, proof = $7, ending = $8, ended_at = $9, expires_at = $10 where id = $11 and stage = $12";
    COUNT_SINCE = "select count(*) from \
        (select 1 as one from qr_transaction where source = $1 and began_at > $2 limit $3) as recent";
    DENIED_SIGN_IN = "select 1 from qr_transaction where sign_in = $1 and ending = 'qr-not-me' limit 1";
    DENIED_SOURCE = "select 1 from qr_transaction where source = $1 and ended_at > $2 and ending = 'qr-not-me' limit 1";
    FREEZE = "insert into qr_freeze (person, frozen_at) values ($1, $2) on conflict (person) do nothing";
    THAW = "delete from qr_freeze where person = $1";
    FROZEN = "select frozen_at from qr_freeze where person = $1";
    pub(crate) SWEEP = "delete from qr_transaction where id in \
        (select id from qr_transaction where forget_at <= $1 order by forget_at limit $2)";
    pub(crate) SWEEP_HANDLES = "delete from qr_handle where hash in \
        (select hash from qr_handle where expires_at <= $1 order by expires_at limit $2)";
}

/// A transaction that begins.
#[derive(Debug)]
pub(crate) struct NewTransaction<'a> {
    pub(crate) transaction: &'a Transaction,
    /// The network of the desktop, by which it is slowed.
    pub(crate) source: &'a str,
    /// The hashes of its codes, in the order in which they are shown.
    pub(crate) handles: &'a [TokenHash],
    /// Until when it is remembered: the end of its sign-in, or longer.
    pub(crate) forget_at: Timestamp,
}

/// A code that was looked up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handle {
    pub(crate) transaction: QrId,
    pub(crate) shown_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

pub(crate) async fn find(tx: &ReadTx, id: QrId) -> Result<Option<Transaction>, StoreError> {
    let row = tx.query_opt(FIND, [Value::from(id.uuid())]).await?;
    row.as_ref().map(transaction).transpose()
}

/// The live transaction of a sign-in in this browser, or the one that ended last.
pub(crate) async fn find_of_sign_in(
    tx: &ReadTx,
    sign_in: SignInId,
    browser: &TokenHash,
) -> Result<Option<Transaction>, StoreError> {
    let args = [Value::from(sign_in.uuid()), Value::from(browser.as_ref())];
    let row = tx.query_opt(FIND_OF_SIGN_IN, args).await?;
    row.as_ref().map(transaction).transpose()
}

/// The code with this hash, good or not.
pub(crate) async fn find_handle(tx: &ReadTx, hash: &TokenHash) -> Result<Option<Handle>, StoreError> {
    let row = tx.query_opt(FIND_HANDLE, [Value::from(hash.as_ref())]).await?;
    row.map(|row| {
        let transaction = QrId::new(row.get(0)?);
        Ok(Handle { transaction, shown_at: row.get(1)?, expires_at: row.get(2)? })
    })
    .transpose()
}

/// Fails with a conflict when the sign-in has a live transaction.
pub(crate) async fn insert(tx: &Tx, new: &NewTransaction<'_>) -> Result<(), StoreError> {
    let Transaction { id, sign_in, application, desktop, seed, shared, began_at, .. } = new.transaction;
    let args = [
        Value::from(id.uuid()),
        Value::from(sign_in.uuid()),
        Value::from(application.uuid()),
        Value::from(desktop.browser.as_ref()),
        Value::from(desktop.known.map(|hash| hash.as_ref().to_vec())),
        Value::from(new.source),
        Value::from(desktop.address.to_string()),
        Value::from(desktop.agent.as_str()),
        Value::from(seed.as_slice()),
        Value::from(*shared),
        Value::from(*began_at),
        Value::from(new.transaction.deadline()),
        Value::from(new.forget_at),
    ];
    tx.execute(INSERT, args).await?;
    for (number, hash) in (0..).zip(new.handles) {
        let shown_at = shown_at(*began_at, number);
        let expires_at = shown_at.saturating_add(HANDLE_GOOD).unwrap_or(Timestamp::MAX);
        let args = [
            Value::from(hash.as_ref()),
            Value::from(id.uuid()),
            Value::from(shown_at),
            Value::from(expires_at),
        ];
        tx.execute(INSERT_HANDLE, args).await?;
    }
    Ok(())
}

/// From the stage that was judged to the next; says whether it was still there. Of many at once exactly one wins.
pub(crate) async fn save(
    tx: &Tx,
    before: &Transaction,
    after: Stage,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let phone = after.phone();
    let (digits, approval, ending) = match after {
        Stage::Opened(_, digits) | Stage::Matched(_, digits) => (Some(digits.text()), None, None),
        Stage::Approved(_, approval) => (None, Some(approval), None),
        Stage::Ended(ending, _) => (None, None, Some(ending)),
        Stage::Pending | Stage::Consumed(_) => (None, None, None),
    };
    let deadline = Transaction { stage: after, ..before.clone() }.deadline();
    let args = [
        Value::from(word(&after)),
        Value::from(phone.map(|phone| phone.browser.as_ref().to_vec())),
        Value::from(phone.map(|phone| phone.address.to_string())),
        Value::from(phone.map(|phone| phone.opened_at)),
        Value::from(digits),
        Value::from(approval.map(|approval| approval.person.uuid())),
        Value::from(approval.map(|approval| approval.proof.uuid())),
        Value::from(ending.map(Ending::as_str)),
        Value::from((!after.is_live()).then_some(now)),
        Value::from(deadline),
        Value::from(before.id.uuid()),
        Value::from(word(&before.stage)),
    ];
    Ok(tx.execute(SAVE, args).await? == 1)
}

/// How many transactions a network began after `since`, counted up to `most`.
pub(crate) async fn count_since(
    tx: &ReadTx,
    source: &str,
    since: Timestamp,
    most: i64,
) -> Result<i64, StoreError> {
    let args = [Value::from(source), Value::from(since), Value::from(most)];
    tx.query_opt(COUNT_SINCE, args).await?.map_or(Ok(0), |row| row.get(0))
}

/// Whether somebody said "this isn't me" about this sign-in.
pub(crate) async fn is_denied(tx: &ReadTx, sign_in: SignInId) -> Result<bool, StoreError> {
    Ok(tx.query_opt(DENIED_SIGN_IN, [Value::from(sign_in.uuid())]).await?.is_some())
}

/// Whether somebody said so about a desktop of this network after `since`.
pub(crate) async fn is_denied_source(
    tx: &ReadTx,
    source: &str,
    since: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.query_opt(DENIED_SOURCE, [Value::from(source), Value::from(since)]).await?.is_some())
}

/// Says whether it was not frozen before.
pub(crate) async fn freeze(tx: &Tx, person: PersonId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(FREEZE, [Value::from(person.uuid()), Value::from(now)]).await? == 1)
}

/// Says whether it was frozen.
pub(crate) async fn thaw(tx: &Tx, person: PersonId) -> Result<bool, StoreError> {
    Ok(tx.execute(THAW, [Value::from(person.uuid())]).await? == 1)
}

/// Since when a person has frozen the QR sign-in.
pub(crate) async fn frozen_at(tx: &ReadTx, person: PersonId) -> Result<Option<Timestamp>, StoreError> {
    let row = tx.query_opt(FROZEN, [Value::from(person.uuid())]).await?;
    row.map(|row| row.get(0)).transpose()
}

fn transaction(row: &Row) -> Result<Transaction, StoreError> {
    Ok(Transaction {
        id: QrId::new(row.get(0)?),
        sign_in: SignInId::new(row.get(1)?),
        application: ApplicationId::new(row.get(2)?),
        desktop: Desktop {
            browser: hash(&row.get::<Vec<u8>>(3)?)?,
            known: row.get::<Option<Vec<u8>>>(4)?.map(|bytes| hash(&bytes)).transpose()?,
            address: address(&row.get::<String>(5)?)?,
            agent: row.get(6)?,
        },
        seed: row.get(7)?,
        shared: row.get(8)?,
        began_at: row.get(9)?,
        stage: stage(row)?,
    })
}

fn stage(row: &Row) -> Result<Stage, StoreError> {
    let word: String = row.get(10)?;
    let opened = || known(phone(row)?, "qr_transaction.phone");
    Ok(match word.as_str() {
        "pending" => Stage::Pending,
        "opened" => Stage::Opened(opened()?, digits(row)?),
        "matched" => Stage::Matched(opened()?, digits(row)?),
        "approved" => Stage::Approved(
            opened()?,
            Approval {
                person: PersonId::new(row.get(15)?),
                proof: KeptProof::from_uuid(row.get::<Uuid>(16)?),
            },
        ),
        "consumed" => Stage::Consumed(opened()?),
        "ended" => {
            let ending: String = row.get(17)?;
            Stage::Ended(known(Ending::parse(&ending), "qr_transaction.ending")?, phone(row)?)
        }
        _ => return Err(unreadable("qr_transaction.stage")),
    })
}

const fn word(stage: &Stage) -> &'static str {
    match stage {
        Stage::Pending => "pending",
        Stage::Opened(..) => "opened",
        Stage::Matched(..) => "matched",
        Stage::Approved(..) => "approved",
        Stage::Consumed(_) => "consumed",
        Stage::Ended(..) => "ended",
    }
}

fn phone(row: &Row) -> Result<Option<Phone>, StoreError> {
    let Some(browser) = row.get::<Option<Vec<u8>>>(11)? else { return Ok(None) };
    let at: String = row.get(12)?;
    Ok(Some(Phone { browser: hash(&browser)?, address: address(&at)?, opened_at: row.get(13)? }))
}

fn digits(row: &Row) -> Result<Digits, StoreError> {
    known(Digits::parse(&row.get::<String>(14)?), "qr_transaction.digits")
}

fn hash(bytes: &[u8]) -> Result<TokenHash, StoreError> {
    known(TokenHash::from_slice(bytes), "qr_transaction.browser")
}

fn address(text: &str) -> Result<IpAddr, StoreError> {
    known(text.parse().ok(), "qr_transaction.address")
}
