//! The first start: somebody must be able to administer what is there.

use ::store::Tx;
use console::invitations::{Draft, Invited, Lifetime};
use console::passkeys;
use console::person::EmailAddress;
use jiff::Timestamp;

use super::accounts::{self, NewAccount};
use super::invitations::send;
use super::organizations::{self, NewOrganization};
use super::{ActError, Word};
use crate::model::Role;
use crate::store::{accounts as rows, organizations as organization_rows};

/// What the first start makes if there is nothing yet.
#[derive(Debug)]
pub(crate) struct First {
    pub(crate) organization: NewOrganization,
    pub(crate) administrator: EmailAddress,
    pub(crate) account: uuid::Uuid,
    pub(crate) draft: Draft,
}

/// Makes the link by which the first administrator makes a passkey; none as
/// soon as an administrator of the first organisation has one. An organisation
/// and its administrator are made if there are none.
pub(crate) async fn link(
    tx: &Tx,
    word: &Word,
    first: First,
    now: Timestamp,
) -> Result<Option<Invited>, ActError> {
    let organization = match organization_rows::first(tx).await? {
        Some(organization) => organization,
        None => organizations::create(tx, word, first.organization, now).await?,
    };
    let administrators = rows::active_administrators(tx, organization.id).await?;
    for administrator in &administrators {
        if passkeys::count(tx, administrator.person()).await? > 0 {
            return Ok(None);
        }
    }
    let administrator = match administrators.first() {
        Some(administrator) => *administrator,
        None => {
            let new = NewAccount {
                id: crate::model::AccountId::new(first.account),
                organization: organization.id,
                address: first.administrator,
                names: [None, None],
                role: Role::Administrator,
            };
            accounts::create(tx, word, new, now).await?.id
        }
    };
    let invited = send(tx, word, (administrator, first.draft, Lifetime::SET_UP), now).await?;
    Ok(Some(invited))
}
