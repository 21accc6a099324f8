//! What every ceremony's two requests have in common: how the page's script asks and answers.

use axum::response::{IntoResponse as _, Response};
use console::ceremony::{Place, Purpose};
use console::door::{Ask, DoorRefusal, begin_authentication};
use console::sessions::{FreshToken, Kind};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use web::{Error, Token};

use crate::acts::sign_ins::{Knowing, Remembering};
use crate::error::broken;
use crate::state::Idp;
use crate::visitor::Visitor;

/// What the script answers with.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    /// The credential, as `toJSON()` gave it.
    pub(crate) credential: Box<RawValue>,
    /// The box "Shared computer: don't remember me".
    #[serde(default)]
    pub(crate) shared: bool,
    /// Where to go on, on pages that carry it.
    #[serde(default)]
    pub(crate) back: Option<String>,
}

impl Answer {
    /// The credential's JSON.
    pub(crate) fn credential(&self) -> &[u8] {
        self.credential.get().as_bytes()
    }
}

/// Draws an authentication, keeps its row, and answers with the options.
pub(crate) async fn begin(
    idp: &Idp,
    visitor: &Visitor,
    (ask, place): (Ask, Place<'_>),
) -> Result<Response, Error> {
    idp.limits().ceremonies.check(&visitor.peer.source())?;
    let now = idp.now();
    let asked = idp.door().ask_authentication(ask, &place).map_err(Error::internal)?;
    let tx = idp.store().begin().await.map_err(broken)?;
    let kept = begin_authentication(&tx, visitor.nobody(), &asked, now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    kept.map_err(|refusal| Error::from(&DoorRefusal::from(refusal)))?;
    Ok(asked.into_response())
}

/// Draws what this browser is to remember of a ceremony: a session, and, unless the computer is shared, its secret.
pub(crate) fn remembering(idp: &Idp, visitor: &Visitor, (now, known): (Timestamp, bool)) -> Remembering {
    let known = known.then(|| Knowing {
        id: console::row_id(now, idp.entropy()),
        new: Token::new(idp.entropy()),
        old: visitor.known(),
        label: visitor.agent(),
    });
    Remembering {
        fresh: FreshToken::draw(now, idp.entropy()),
        replaces: Kind::PERSON.token(&visitor.cookies),
        known,
    }
}

/// A sign-in that an application asked for.
pub(crate) const SIGN_IN: Purpose = Purpose::new("sign-in");
/// A sign-in on another screen, approved here.
pub(crate) const APPROVE: Purpose = Purpose::new("qr-approve");
/// No QR sign-in of this person any more.
pub(crate) const FREEZE: Purpose = Purpose::new("qr-freeze");
/// Our own door: `/me` and the console.
pub(crate) const LOGIN: Purpose = Purpose::new("login");
/// Once more, for a dangerous act.
pub(crate) const STEP_UP: Purpose = Purpose::new("step-up");
/// An invitation.
pub(crate) const ENROL: Purpose = Purpose::new("enrol");
/// A further device of somebody who is signed in.
pub(crate) const ADD_DEVICE: Purpose = Purpose::new("add-device");
