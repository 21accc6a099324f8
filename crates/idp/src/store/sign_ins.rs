//! The table `sign_in`.

use console::person::PersonId;
use console::sessions::Method;
use jiff::Timestamp;
use saml::core::{RelayState, RequestId};
use store::{ReadTx, Row, StoreError, Tx, Value};

use super::{known, unreadable};
use crate::model::application::ApplicationId;
use crate::model::sign_in::{KeptRequest, KnownHere, Proof, SignIn, SignInId, Stage};

store::statements! {
    FIND = "select id, application, request, relay_state, asked_at, expires_at, stage, afresh, person, method, \
        proven_at, known from sign_in where id = $1 and browser = $2";
    FIND_BY_REQUEST = "select id, browser from sign_in where application = $1 and request_id = $2";
    INSERT = "insert into sign_in (id, browser, source, application, request_id, request, relay_state, asked_at, \
        expires_at, stage, afresh) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'asked', 0)";
    INSERT_FINISHED = "insert into sign_in (id, browser, source, application, request_id, request, asked_at, \
        expires_at, stage, afresh, person, finished_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, 'finished', 0, $9, $7)";
    DROP_OLDEST = "delete from sign_in where id in (select id from sign_in \
        where source = $1 and finished_at is null order by id desc limit 100 offset $2)";
    PROVE = "update sign_in set stage = 'proven', person = $1, method = $2, proven_at = $3, known = $4 \
        where id = $5 and browser = $6 and stage = 'asked' and expires_at > $3";
    CONFIRM = "update sign_in set stage = 'confirmed' where id = $1 and browser = $2 and stage = 'proven'";
    RESTART = "update sign_in set stage = 'asked', person = null, method = null, proven_at = null, known = null, \
        afresh = 1 where id = $1 and browser = $2 and stage <> 'finished' and (stage <> 'asked' or afresh = 0)";
    FINISH = "update sign_in set stage = 'finished', person = $1, finished_at = $2, request = $3, relay_state = null \
        where id = $4 and browser = $5 and stage = $6";
    LIST_ENDED = "select application, max(finished_at) from sign_in \
        where expires_at <= $1 and finished_at is not null group by application";
    pub(crate) SWEEP = "delete from sign_in where id in \
        (select id from sign_in where expires_at <= $1 order by expires_at limit $2)";
    DELETE_OF_APPLICATION = "delete from sign_in where application = $1";
}

/// Whose and from where a sign-in is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner<'a> {
    /// The hash of the browser's cookie secret.
    pub(crate) browser: &'a [u8],
    /// The network it came from, for the cap on open ones.
    pub(crate) source: &'a str,
}

/// The sign-in of this browser; of another's nothing is found.
pub(crate) async fn find(tx: &ReadTx, id: SignInId, browser: &[u8]) -> Result<Option<SignIn>, StoreError> {
    let row = tx.query_opt(FIND, [Value::from(id.uuid()), Value::from(browser)]).await?;
    row.as_ref().map(sign_in).transpose()
}

/// The sign-in of a request, and whether it is this browser's.
pub(crate) async fn find_by_request(
    tx: &ReadTx,
    (application, request): (ApplicationId, &RequestId),
    browser: &[u8],
) -> Result<Option<(SignInId, bool)>, StoreError> {
    let args = [Value::from(application.uuid()), Value::from(request.as_str())];
    let row = tx.query_opt(FIND_BY_REQUEST, args).await?;
    row.map(|row| Ok((SignInId::new(row.get(0)?), row.get::<Vec<u8>>(1)? == browser))).transpose()
}

/// Fails with a conflict when the request's ID is known already. Of the source's open ones the newest `most` stay.
pub(crate) async fn insert(
    tx: &Tx,
    (sign_in, request_id): (&SignIn, &RequestId),
    owner: Owner<'_>,
    most: u32,
) -> Result<(), StoreError> {
    let args = [
        Value::from(sign_in.id.uuid()),
        Value::from(owner.browser),
        Value::from(owner.source),
        Value::from(sign_in.application.uuid()),
        Value::from(request_id.as_str()),
        Value::from(sign_in.request.xml.as_slice()),
        Value::from(sign_in.request.relay_state.as_ref().map(RelayState::as_str)),
        Value::from(sign_in.request.arrived_at),
        Value::from(sign_in.expires_at),
    ];
    tx.execute(INSERT, args).await?;
    tx.execute(DROP_OLDEST, [Value::from(owner.source), Value::from(most)]).await.map(|_| ())
}

/// A sign-in that is answered in the request that asks: one row, written once. Fails with a conflict when the request's
/// ID is known already.
pub(crate) async fn insert_finished(
    tx: &Tx,
    (sign_in, request_id): (&SignIn, &RequestId),
    owner: Owner<'_>,
    person: Option<PersonId>,
) -> Result<(), StoreError> {
    let args = [
        Value::from(sign_in.id.uuid()),
        Value::from(owner.browser),
        Value::from(owner.source),
        Value::from(sign_in.application.uuid()),
        Value::from(request_id.as_str()),
        Value::from(NO_REQUEST),
        Value::from(sign_in.request.arrived_at),
        Value::from(sign_in.expires_at),
        Value::from(person.map(PersonId::uuid)),
    ];
    tx.execute(INSERT_FINISHED, args).await.map(|_| ())
}

/// `asked` → `proven`; says whether it was there to be proven.
pub(crate) async fn prove(tx: &Tx, id: SignInId, browser: &[u8], proof: &Proof) -> Result<bool, StoreError> {
    let args = [
        Value::from(proof.person.uuid()),
        Value::from(proof.method.name()),
        Value::from(proof.at),
        Value::from(proof.known.as_str()),
        Value::from(id.uuid()),
        Value::from(browser),
    ];
    Ok(tx.execute(PROVE, args).await? == 1)
}

/// `proven` → `confirmed`; says whether it was there to be confirmed.
pub(crate) async fn confirm(tx: &Tx, id: SignInId, browser: &[u8]) -> Result<bool, StoreError> {
    Ok(tx.execute(CONFIRM, [Value::from(id.uuid()), Value::from(browser)]).await? == 1)
}

/// Back to `asked`, from where no session answers any more: the person says that it is not them.
pub(crate) async fn restart(tx: &Tx, id: SignInId, browser: &[u8]) -> Result<bool, StoreError> {
    Ok(tx.execute(RESTART, [Value::from(id.uuid()), Value::from(browser)]).await? == 1)
}

/// From the stage that was judged → `finished`; says whether it was still there. Of many at once exactly one wins.
pub(crate) async fn finish(
    tx: &Tx,
    sign_in: &SignIn,
    browser: &[u8],
    (person, now): (Option<PersonId>, Timestamp),
) -> Result<bool, StoreError> {
    let args = [
        Value::from(person.map(PersonId::uuid)),
        Value::from(now),
        Value::from(NO_REQUEST),
        Value::from(sign_in.id.uuid()),
        Value::from(browser),
        Value::from(stage_word(&sign_in.stage)),
    ];
    Ok(tx.execute(FINISH, args).await? == 1)
}

/// The last sign-in of each application among those that [`SWEEP`] is about to drop.
pub(crate) async fn list_ended(
    tx: &ReadTx,
    now: Timestamp,
) -> Result<Vec<(ApplicationId, Timestamp)>, StoreError> {
    let rows = tx.query(LIST_ENDED, [Value::from(now)]).await?;
    rows.iter().map(|row| Ok((ApplicationId::new(row.get(0)?), row.get(1)?))).collect()
}

pub(crate) async fn delete_of_application(tx: &Tx, id: ApplicationId) -> Result<(), StoreError> {
    tx.execute(DELETE_OF_APPLICATION, [Value::from(id.uuid())]).await.map(|_| ())
}

fn sign_in(row: &Row) -> Result<SignIn, StoreError> {
    let relay_state: Option<String> = row.get(3)?;
    let relay_state =
        relay_state.map(|s| known(RelayState::parse(&s).ok(), "sign_in.relay_state")).transpose()?;
    Ok(SignIn {
        id: SignInId::new(row.get(0)?),
        application: ApplicationId::new(row.get(1)?),
        request: KeptRequest { xml: row.get(2)?, relay_state, arrived_at: row.get(4)? },
        expires_at: row.get(5)?,
        stage: stage(row)?,
        afresh: row.get(7)?,
    })
}

fn stage(row: &Row) -> Result<Stage, StoreError> {
    let word: String = row.get(6)?;
    match word.as_str() {
        "asked" => Ok(Stage::Asked),
        "proven" => proof(row).map(Stage::Proven),
        "confirmed" => proof(row).map(Stage::Confirmed),
        "finished" => Ok(Stage::Finished),
        _ => Err(unreadable("sign_in.stage")),
    }
}

fn stage_word(stage: &Stage) -> &'static str {
    match stage {
        Stage::Asked => "asked",
        Stage::Proven(_) => "proven",
        Stage::Confirmed(_) => "confirmed",
        Stage::Finished => "finished",
    }
}

fn proof(row: &Row) -> Result<Proof, StoreError> {
    let (method, here): (String, String) = (row.get(9)?, row.get(11)?);
    let methods = [Method::Passkey, Method::Hybrid, Method::Qr];
    Ok(Proof {
        person: PersonId::new(row.get(8)?),
        method: known(methods.into_iter().find(|known| known.name() == method), "sign_in.method")?,
        at: row.get(10)?,
        known: known(KnownHere::parse(&here), "sign_in.known")?,
    })
}

/// What a finished sign-in keeps of its request.
const NO_REQUEST: &[u8] = &[];
