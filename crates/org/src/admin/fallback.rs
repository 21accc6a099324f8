//! The guide's first step, as a standing check: whoever gets in when the
//! identity provider does not work.

use ::store::{ReadTx, StoreError};
use jiff::Timestamp;

use crate::model::way_back::{Change, Roster, ask, way_back};
use crate::model::{OrganizationId, PolicyId};
use crate::store::accounts;
use crate::store::rosters::{self, Concern};

/// The addresses of those who are the organisation's way back.
pub(crate) async fn fallback_administrators(
    read: &ReadTx,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let roster = rosters::load(read, organization, Concern::default()).await?;
    addresses(read, &roster, (organization, now)).await
}

/// Those who still are it once a policy enforces SSO.
pub(crate) async fn fallback_if_enforced(
    read: &ReadTx,
    (organization, policy): (OrganizationId, PolicyId),
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let roster = rosters::load(read, organization, Concern::default()).await?;
    match ask(&roster, &Change::Enforce(policy), now) {
        Ok(after) => addresses(read, &after, (organization, now)).await,
        Err(_) => Ok(Vec::new()),
    }
}

async fn addresses(
    read: &ReadTx,
    roster: &Roster,
    (organization, now): (OrganizationId, Timestamp),
) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    if let Ok(way_back) = way_back(roster, organization, now) {
        for id in way_back.administrators() {
            let account = accounts::find(read, *id).await?;
            found.extend(account.map(|account| account.address.shown().to_owned()));
        }
    }
    Ok(found)
}
