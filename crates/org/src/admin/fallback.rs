//! The guide's first step, as a standing check: whoever gets in when the
//! identity provider does not work.

use ::store::{ReadTx, StoreError};
use jiff::Timestamp;

use crate::model::OrganizationId;
use crate::model::way_back::way_back;
use crate::store::accounts;
use crate::store::rosters::{self, Concern};

/// The addresses of those who are the organisation's way back.
pub(crate) async fn fallback_administrators(
    read: &ReadTx,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let roster = rosters::load(read, organization, Concern::default()).await?;
    let mut found = Vec::new();
    if let Ok(way_back) = way_back(&roster, organization, now) {
        for id in way_back.administrators() {
            let account = accounts::find(read, *id).await?;
            found.extend(account.map(|account| account.address.shown().to_owned()));
        }
    }
    Ok(found)
}
