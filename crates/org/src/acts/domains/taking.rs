//! What a claim ends. Before a domain was proved, anybody could have an account on it in an organisation of their own,
//! and sign in to it: a passkey, a session and a link of theirs must not open what the account is good for from now on.

use std::collections::BTreeSet;

use ::store::StoreError;
use console::passkeys::{self, Spare};
use console::{invitations, sessions};

use super::{Act, Claiming, Over};
use crate::acts::invitations::PASSKEY;
use crate::model::{AccountId, Claim};
use crate::store::claims;

/// Whom a claim takes that this organisation was not the only one to know.
pub(super) async fn strangers(
    act: &Act<'_>,
    what: &Over<Claiming>,
) -> Result<BTreeSet<AccountId>, StoreError> {
    let mut strangers = claims::strangers(act.tx, what.organization, &what.name).await?;
    if what.to.setting == Claim::Manual {
        strangers.retain(|account| what.to.accounts.contains(account));
    }
    Ok(strangers)
}

/// Ends every way into these accounts. The transaction holds the lock of the way back, which was asked for.
pub(super) async fn end_ways_in(act: &Act<'_>, accounts: &BTreeSet<AccountId>) -> Result<(), StoreError> {
    let (tx, actor, now) = (act.tx, act.word.actor(), act.now);
    for person in accounts.iter().map(|account| account.person()) {
        // The link first: who uses it at this moment has made the passkey before, or makes none.
        invitations::withdraw_all(tx, actor, (person, PASSKEY), now).await?;
        for kept in passkeys::list(tx, person).await? {
            let _ = passkeys::revoke(tx, actor, (person, kept.id, Spare::NotRequired), now).await?;
        }
        sessions::end_all(tx, actor, person, now).await?;
    }
    Ok(())
}
