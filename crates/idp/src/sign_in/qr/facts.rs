//! What an approval is decided by, read together: in a snapshot first, and again in the transaction that writes.

use console::person::PersonId;
use console::sessions::Method;
use jiff::Timestamp;
use saml::idp::{CheckedRequest, check};
use saml::protocol::AuthnRequest;
use store::{ReadTx, StoreError};
use web::TokenHash;
use web::network::same_network;

use crate::model::application::Application;
use crate::model::qr::{Case, Phone, Transaction};
use crate::model::sign_in::{KnownHere, Proof, SignIn, Stage};
use crate::sign_in::dispatch::{Step, Ways};
use crate::sign_in::load as loading;
use crate::state::Idp;
use crate::store::{applications, known_browsers, qr, sign_ins};

/// A sign-in that waits for the QR code, with its request as the registration of now has it.
#[derive(Debug)]
pub(super) struct Waiting {
    sign_in: SignIn,
    request: CheckedRequest,
    pub(super) application: Application,
}

/// The sign-in of a transaction, as long as it waits and the QR code may serve it.
pub(super) async fn waiting(
    idp: &Idp,
    read: &ReadTx,
    transaction: &Transaction,
    now: Timestamp,
) -> Result<Option<Waiting>, StoreError> {
    let browser = transaction.desktop.browser;
    let Some(sign_in) = sign_ins::find(read, transaction.sign_in, browser.as_ref()).await? else {
        return Ok(None);
    };
    let Some(application) = applications::find(read, sign_in.application).await? else { return Ok(None) };
    if sign_in.stage != Stage::Asked {
        return Ok(None);
    }
    let here = idp.here(sign_in.request.arrived_at);
    let parsed = AuthnRequest::parse(&sign_in.request.xml).ok();
    let request = parsed.and_then(|request| check(request, &application.service_provider(), &here).ok());
    let Some(request) = request else { return Ok(None) };
    let open = loading::open(read, (sign_in, request, application), None, now).await?;
    let offered = matches!(open.step(), Step::Ask(Ways { qr: true, .. }));
    let loading::Open { sign_in, request, application, .. } = open;
    Ok(offered.then_some(Waiting { sign_in, request, application }))
}

/// The same, in a snapshot of its own: what is read and checked before a transaction begins.
pub(super) async fn load(
    idp: &Idp,
    transaction: &Transaction,
    now: Timestamp,
) -> Result<Option<Waiting>, StoreError> {
    waiting(idp, &idp.store().read().await?, transaction, now).await
}

/// An approval that is to be judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Approving<'a> {
    pub(super) person: PersonId,
    /// When the ceremony was.
    pub(super) at: Timestamp,
    /// What the desktop's known-browser cookie hashes to.
    pub(super) known: Option<&'a TokenHash>,
    pub(super) desktop: std::net::IpAddr,
    pub(super) phone: Phone,
}

/// What [`judge`](crate::model::qr::judge) decides by, and the proof that hop 3 gets.
pub(super) async fn case(
    idp: &Idp,
    read: &ReadTx,
    (waiting, approving): (Waiting, Approving<'_>),
    now: Timestamp,
) -> Result<(Case, Proof), StoreError> {
    let Approving { person, at, known, desktop, phone } = approving;
    let known = match known {
        Some(secret) => known_browsers::known_here(read, secret.as_ref(), person, now).await?,
        None => KnownHere::Nobody,
    };
    let proof = Proof { person, method: Method::Qr, at, known };
    let Waiting { sign_in, request, application } = waiting;
    let sign_in = SignIn { stage: Stage::Proven(proof), ..sign_in };
    let facts = loading::open(read, (sign_in, request, application), None, now).await?.facts();
    let case = Case {
        rule: idp.settings().qr,
        known_browser: known == KnownHere::Them,
        same_network: same_network(desktop, phone.address, idp.site().public_url()),
        frozen: qr::frozen_at(read, person).await?.is_some(),
        suspended: facts.is_none_or(|facts| !facts.active),
        assigned: facts.is_some_and(|facts| facts.assigned),
        expected: facts.is_some_and(|facts| facts.is_subject),
    };
    Ok((case, proof))
}

/// What ceremony and proof are bound to, by one row: the sign-in, the purpose, the digits, the application, and the
/// desktop as the phone's person was shown it (T068). Every part has a fixed length or its length before it.
pub(super) fn bound(transaction: &Transaction, digits: &str) -> Vec<u8> {
    let desktop = &transaction.desktop;
    let address = desktop.address.to_string();
    let mut bytes = Vec::with_capacity(256);
    bytes.extend_from_slice(transaction.id.uuid().as_bytes());
    bytes.extend_from_slice(transaction.sign_in.uuid().as_bytes());
    bytes.extend_from_slice(transaction.application.uuid().as_bytes());
    bytes.extend_from_slice(desktop.browser.as_ref());
    for part in [digits, &address, &desktop.agent] {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}
