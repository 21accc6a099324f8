//! What every act does that could end a way back: it takes the lock first,
//! says what it would change, and goes on only if a way back is left.

use ::store::{Lock, StoreError, Tx};

use super::{Act, ActError, Refusal};
use crate::model::way_back::{Change, Roster, Shut, ask};
use crate::store::rosters::{self, Concern};

/// The lock of the rule, to be taken first in the transaction. One for the
/// whole deployment: an administrator of one organisation may be managed by
/// another, so that acts of two organisations at once could each take the
/// other's last way in. These acts are rare and short.
pub(crate) async fn lock(tx: &Tx) -> Result<Locked<'_>, StoreError> {
    tx.lock(Lock::new("way-back", "deployment")).await?;
    Ok(Locked(tx))
}

/// A transaction that holds the lock of the rule until it ends. Only [`lock`] makes one, so holding it is the proof:
/// acts of which several go into one transaction take it instead of the transaction.
#[derive(Clone, Copy)]
pub(crate) struct Locked<'t>(&'t Tx);

impl<'t> Locked<'t> {
    /// The transaction.
    pub(crate) const fn tx(self) -> &'t Tx {
        self.0
    }
}

/// Goes on only if the change leaves every organisation concerned its way
/// back. The transaction holds [`lock`].
pub(crate) async fn keep(act: &Act<'_>, concern: Concern<'_>, change: &Change) -> Result<(), ActError> {
    let roster = load(act, concern).await?;
    match ask(&roster, change, act.now) {
        Ok(_) => Ok(()),
        Err(shut) => Err(act.refuse(refusal(act, &shut)).await),
    }
}

/// The roster of the organisations that an act concerns.
pub(super) async fn load(act: &Act<'_>, concern: Concern<'_>) -> Result<Roster, ActError> {
    let Some(organization) = act.organization else {
        return Err(act.refuse(Refusal::NoSuchOrganization).await);
    };
    Ok(rosters::load(act.tx, organization, concern).await?)
}

/// One organisation is not told what is missing in another.
fn refusal(act: &Act<'_>, shut: &Shut) -> Refusal {
    let (of, own) = match shut {
        Shut::LastAdministrator(of) => (*of, Refusal::LastAdministrator),
        Shut::NoWayBack(none) => (none.organization, Refusal::WayBack(none.first_step())),
    };
    match act.organization == Some(of) {
        true => own,
        false => Refusal::WayBackElsewhere,
    }
}
