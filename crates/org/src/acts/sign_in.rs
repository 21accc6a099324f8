//! The writes of the sign-in, each one short transaction.

use ::store::events::{NewEvent, Personal, append};
use ::store::{StoreError, Tx};
use console::events::{self, Actor, note};
use console::sessions::{self, FreshToken, Kind, NewSession, Opened, Opening, SessionId};
use jiff::Timestamp;
use saml::sp::VerifiedAssertion;
use serde_json::{Value as Json, json};
use uuid::Uuid;
use web::Token;

use super::accounts::join;
use super::entry;
use crate::model::enforce::Attempt;
use crate::model::{Account, AccountId, Directory, OrganizationId, Role, SessionDurations, Standing};
use crate::sign_in::admit::{Asserted, Entry};
use crate::sign_in::refused::{ClosedDoor, Refused};
use crate::sign_in::start::local_door_is_open;
use crate::sign_in::{Arrival, PendingRequest, Taken};
use crate::store::{accounts, arrivals, configurations, links, members, pending, policies};

/// Whom a refused answer is tied to: that decides how it is written down.
#[derive(Debug)]
pub(crate) enum Tie {
    /// A request that this browser has open, and its organisation.
    Request(Box<PendingRequest>, OrganizationId),
    /// A valid signature of an organisation's identity provider.
    Signature(OrganizationId),
    /// An account or organisation that is known here.
    Known(Option<OrganizationId>, Option<AccountId>),
    /// Nobody: counted, one event for a source, code and minute.
    Nobody,
}

/// What a refusal says about a person, sealed before the transaction began:
/// the event names people by id, and these values can be erased.
#[derive(Debug)]
pub(crate) struct Sealed {
    /// The event's id.
    pub(crate) id: Uuid,
    /// What was expected and received.
    pub(crate) reason: Personal,
}

/// Remembers a request that is about to leave with its browser.
pub(crate) async fn leave(tx: &Tx, request: &PendingRequest) -> Result<(), StoreError> {
    pending::insert(tx, request).await
}

/// What became of a verified answer.
#[derive(Debug)]
pub(crate) enum Kept {
    /// It waits under this handle, or has been taken from it.
    Under(String),
    /// It is refused after all.
    Not(Refused),
}

/// Takes the request, remembers the assertion, keeps the message: of many
/// posts of one message at once exactly one does it, the others are led to the
/// same handle.
pub(crate) async fn keep(
    tx: &Tx,
    actor: &Actor,
    (arrival, assertion, organization): (&Arrival, &VerifiedAssertion, OrganizationId),
    now: Timestamp,
) -> Result<Kept, StoreError> {
    let taken = pending::take(tx, &arrival.request, arrival.browser).await?;
    if !taken {
        let whose = (arrival.browser, arrival.connection);
        let clues = pending::Clues {
            relay_state: Some(arrival.relay_state),
            in_response_to: Some(arrival.request.as_str()),
        };
        if let Some(before) = arrivals::find_posted(tx, whose, &clues).await?
            && before.digest == arrival.digest
        {
            return Ok(Kept::Under(before.handle));
        }
        return not_kept(tx, actor, (Refused::RequestUsed, organization), now).await;
    }
    let until = assertion.remember_until();
    let (issuer, id) = (assertion.issuer(), assertion.assertion_id());
    if !arrivals::remember_assertion(tx, issuer, id, until).await? {
        return not_kept(tx, actor, (Refused::Replayed, organization), now).await;
    }
    arrivals::insert(tx, arrival).await?;
    Ok(Kept::Under(arrival.handle.clone()))
}

async fn not_kept(
    tx: &Tx,
    actor: &Actor,
    (refused, organization): (Refused, OrganizationId),
    now: Timestamp,
) -> Result<Kept, StoreError> {
    refuse(tx, actor, (&refused, &Tie::Signature(organization)), now).await?;
    Ok(Kept::Not(refused))
}

/// Writes a refusal. One that is tied to somebody has its own event; all other
/// junk is counted by source, code and minute. A request that keeps coming back
/// refused is junk from the fourth time on, so that one browser cannot fill the
/// log.
pub(crate) async fn refuse(
    tx: &Tx,
    actor: &Actor,
    (refused, tie): (&Refused, &Tie),
    now: Timestamp,
) -> Result<(), StoreError> {
    let (expected, received) = refused.reason();
    let mut data = json!({
        "code": refused.code(),
        "expected": expected,
        "received": received,
    });
    let (organization, subject) = match tie {
        Tie::Nobody => return stray(tx, actor, refused, now).await,
        Tie::Request(pending, organization) => {
            if pending::returned(tx, pending, now).await? > OWN_EVENTS {
                return stray(tx, actor, refused, now).await;
            }
            data["request"] = Json::from(pending.id.as_str());
            (Some(*organization), None)
        }
        Tie::Signature(organization) => (Some(*organization), None),
        Tie::Known(organization, account) => (*organization, *account),
    };
    let whom = (organization, subject.map(AccountId::person));
    note(tx, actor, entry(KIND, whom, data), now).await
}

async fn stray(tx: &Tx, actor: &Actor, refused: &Refused, now: Timestamp) -> Result<(), StoreError> {
    let (expected, received) = refused.reason();
    let stray = events::Refused {
        kind: KIND,
        subject: None,
        code: refused.code(),
        reason: "nobody here asked for it",
        expected: Some(&expected),
        received: Some(&received),
    };
    events::refuse_stray(tx, actor, stray, now).await
}

/// The same, with a reason that names a person.
async fn refuse_sealed(
    tx: &Tx,
    actor: &Actor,
    (refused, tie, sealed): (&Refused, &Tie, Sealed),
    now: Timestamp,
) -> Result<(), StoreError> {
    let (organization, account) = match tie {
        Tie::Known(organization, account) => (*organization, *account),
        Tie::Request(_, organization) | Tie::Signature(organization) => (Some(*organization), None),
        Tie::Nobody => (None, None),
    };
    let event = NewEvent {
        subject: account.map(|account| account.to_string()),
        trace: actor.trace().map(str::to_owned),
        source: Some(actor.source().to_owned()),
        data: json!({
            "code": refused.code(),
            "organization": organization.map(|organization| organization.to_string()),
        }),
        personal: Some(sealed.reason),
        ..NewEvent::new(sealed.id, now, KIND)
    };
    append(tx, &event).await
}

/// Takes an arrival with a refusal. Says whether it was still there.
pub(crate) async fn refuse_arrival(
    tx: &Tx,
    actor: &Actor,
    (arrival, refused, tie, sealed): (&Arrival, &Refused, &Tie, Option<Sealed>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let taken = Taken::Refused {
        code: refused.code().to_owned(),
        tracking: actor.trace().unwrap_or_default().to_owned(),
    };
    if !arrivals::take(tx, arrival, &taken, now).await? {
        return Ok(false);
    }
    note_refusal(tx, (arrival, refused, tie), now).await?;
    match sealed {
        Some(sealed) => refuse_sealed(tx, actor, (refused, tie, sealed), now).await?,
        None => refuse(tx, actor, (refused, tie), now).await?,
    }
    Ok(true)
}

/// What would happen to the same person again is known from now on, so that
/// nobody enforces SSO on them unawares.
async fn note_refusal(
    tx: &Tx,
    (arrival, refused, tie): (&Arrival, &Refused, &Tie),
    now: Timestamp,
) -> Result<(), StoreError> {
    let (Tie::Known(_, Some(account)), Refused::NotAdmitted(refusal)) = (tie, refused) else {
        return Ok(());
    };
    if !refusal.would_happen_again() {
        return Ok(());
    }
    let Some(connection) = configurations::find(tx, arrival.connection).await? else {
        return Ok(());
    };
    let attempt = Attempt { at: now, version: connection.version, refused: Some(refusal.code().to_owned()) };
    members::note_sign_in(tx, (connection.directory, *account), &attempt).await
}

/// Somebody was admitted and comes in.
pub(crate) struct Entering<'a> {
    /// What they came with.
    pub(crate) arrival: &'a Arrival,
    /// The version of the configuration that it was verified against.
    pub(crate) version: i64,
    /// The directory that they came by.
    pub(crate) directory: &'a Directory,
    /// What is asserted of them.
    pub(crate) asserted: &'a Asserted,
    /// What coming in changes.
    pub(crate) entry: &'a Entry,
    /// The account as it was read, or the one that is made now.
    pub(crate) account: &'a Account,
}

/// The session in which somebody goes on.
pub(crate) enum Held<'a> {
    /// It is opened now.
    New(Opening, NewSession<'a>),
    /// The one that this browser has already.
    Kept(SessionId),
}

/// Takes the arrival, writes what changes and opens the session, whose token is
/// given unless the browser has it. `None`: what was read before does not hold
/// any more, and the caller drops the transaction.
pub(crate) async fn enter(
    tx: &Tx,
    actor: &Actor,
    (entering, held): (&Entering<'_>, Held<'_>),
    now: Timestamp,
) -> Result<Option<Option<Token>>, StoreError> {
    if !write_entry(tx, entering, now).await? {
        return Ok(None);
    }
    let (session, token) = match held {
        Held::New(opening, new) => {
            let opened = sessions::open(tx, actor, (opening, new), now).await?;
            (opened.session, Some(opened.token))
        }
        Held::Kept(session) => {
            if !sessions::is_live(tx, (entering.account.id.person(), session), now).await? {
                return Ok(None);
            }
            (session, None)
        }
    };
    let taken = Taken::Session(session);
    if !arrivals::take(tx, entering.arrival, &taken, now).await? {
        return Ok(None);
    }
    let attempt = Attempt { at: now, version: entering.version, refused: None };
    members::note_sign_in(tx, (entering.directory.id, entering.account.id), &attempt).await?;
    let organization = Some(entering.directory.organization);
    let subject = Some(entering.account.id.person());
    let data = json!({
        "directory": entering.directory.id.to_string(),
        "connection": entering.arrival.connection.to_string(),
        "session": session,
        "entry": entering.entry.word(),
        "stable_id": entering.asserted.stable_id().is_some(),
    });
    let event = entry("sign_in.succeeded", (organization, subject), data);
    note(tx, actor, event, now).await?;
    if let Some(kind) = entering.entry.event() {
        let event = entry(kind, (organization, subject), json!({ "by": "sign-in" }));
        note(tx, actor, event, now).await?;
    }
    Ok(Some(token))
}

/// Says whether what was decided outside still holds inside.
async fn write_entry(tx: &Tx, entering: &Entering<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let Entering { directory, asserted, account, .. } = entering;
    let written = match entering.entry {
        Entry::SignIn(_) => true,
        Entry::Link { stable_id, .. } => {
            links::insert(tx, directory.id, (stable_id, account.id), now).await?
        }
        Entry::Update { from, .. } => {
            accounts::update_address(tx, account.id, (from, asserted.address())).await?
        }
        Entry::Create => create(tx, entering, now).await?,
    };
    if !written {
        return Ok(false);
    }
    let names = [asserted.first_name(), asserted.last_name()];
    let [first, last] = [names[0].or(account.first_name.as_ref()), names[1].or(account.last_name.as_ref())];
    if first != account.first_name.as_ref() || last != account.last_name.as_ref() {
        accounts::update_names(tx, account.id, [first, last]).await?;
    }
    accounts::is_still_managed(tx, account.id, directory.id).await
}

/// Makes the account, its membership and its link, unless somebody was faster.
async fn create(tx: &Tx, entering: &Entering<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let (account, directory) = (entering.account, entering.directory);
    if !accounts::insert(tx, account).await? {
        return Ok(false);
    }
    join(tx, directory.organization, (account.id, Role::Member), now).await?;
    match entering.asserted.stable_id() {
        Some(id) => links::insert(tx, directory.id, (id, account.id), now).await,
        None => Ok(true),
    }
}

/// Opens a session by the local door. The account and its policy have the last
/// word, in the transaction that opens it: a ceremony that ends after SSO was
/// enforced opens none (T051).
pub(crate) async fn enter_locally(
    tx: &Tx,
    actor: &Actor,
    (opening, fresh, replaces): (Opening, FreshToken, Option<&Token>),
    now: Timestamp,
) -> Result<Result<Opened, ClosedDoor>, StoreError> {
    let id = AccountId::of(opening.person());
    let Some(account) = accounts::find(tx, id).await? else {
        return Ok(Err(ClosedDoor::NoAccount));
    };
    if account.standing == Standing::Deactivated {
        return Ok(Err(ClosedDoor::Deactivated));
    }
    let policy = policies::of_account(tx, id).await?;
    if !local_door_is_open(policy.as_ref(), now) {
        return Ok(Err(ClosedDoor::SsoEnforced));
    }
    let durations = policy.map_or(SessionDurations::DEFAULT, |policy| policy.sessions);
    let session = NewSession { kind: Kind::PERSON, limits: durations.limits(), replaces, fresh };
    let actor = actor.known_as(id.person());
    sessions::open(tx, &actor, (opening, session), now).await.map(Ok)
}

/// How many refused answers to one request have an event of their own.
const OWN_EVENTS: u32 = 3;

/// The event of a refused sign-in.
const KIND: &str = "sign_in.refused";
