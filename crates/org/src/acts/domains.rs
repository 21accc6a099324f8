//! Domains: verified and claimed by the operator's word for now (the check of
//! DNS comes with the domain pages), linked by administrators.

use ::store::Tx;
use jiff::Timestamp;
use serde_json::json;

use super::{Act, ActError, Refusal, Word};
use crate::model::{Claim, DirectoryId, DirectoryKind, Domain, DomainName, OrganizationId};
use crate::store::{accounts, directories, domains};

/// Adds a domain as verified: on the operator's word, in place of a proof. A
/// domain that is claimed automatically brings its accounts under management.
/// Gives how many those are.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::DomainTaken`].
pub async fn add_verified(
    tx: &Tx,
    word: &Word,
    (organization, name, claim): (OrganizationId, DomainName, Claim),
    now: Timestamp,
) -> Result<u64, ActError> {
    let act = Act::begin(tx, word, ("domain.verified", organization), now).await?;
    act.require(word.is_host(), Refusal::NotAllowed).await?;
    let domain = Domain { organization, name, verified_at: Some(now), claim, linked_to: None };
    let free = domains::insert(tx, &domain, now).await?;
    act.require(free, Refusal::DomainTaken).await?;
    let claimed = match claim {
        Claim::Automatic => accounts::claim(tx, organization, &domain.name, now).await?,
        Claim::Manual => 0,
    };
    act.done(json!({
        "domain": domain.name.as_str(),
        "claim": claim.as_str(),
        "claimed": claimed,
    }))
    .await?;
    Ok(claimed)
}

/// Links a verified domain to an identity provider directory, or to none.
///
/// # Errors
/// [`Refusal::NoSuchDirectory`], [`Refusal::NotAnIdentityProvider`],
/// [`Refusal::DomainNotVerified`].
pub async fn link(
    tx: &Tx,
    word: &Word,
    (organization, name, to): (OrganizationId, &DomainName, Option<DirectoryId>),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("domain.linked", organization), now).await?;
    if let Some(directory) = to {
        let found = directories::find(tx, organization, directory).await?;
        act.require(found.is_some(), Refusal::NoSuchDirectory).await?;
        let speaks = found.is_some_and(|d| d.kind == DirectoryKind::IdentityProvider);
        act.require(speaks, Refusal::NotAnIdentityProvider).await?;
    }
    let linked = domains::link(tx, organization, name, to).await?;
    act.require(linked, Refusal::DomainNotVerified).await?;
    let directory = to.map(|directory| directory.to_string());
    act.done(json!({ "domain": name.as_str(), "directory": directory })).await?;
    Ok(())
}

/// Says how accounts on a domain come under management from now on.
///
/// # Errors
/// [`Refusal::DomainNotVerified`].
pub async fn set_claim(
    tx: &Tx,
    word: &Word,
    (organization, name, claim): (OrganizationId, &DomainName, Claim),
    now: Timestamp,
) -> Result<u64, ActError> {
    let act = Act::begin(tx, word, ("domain.claim_changed", organization), now).await?;
    let domain = domains::find(tx, organization, name).await?;
    let verified = domain.is_some_and(|domain| domain.verified_at.is_some());
    act.require(verified, Refusal::DomainNotVerified).await?;
    domains::update_claim(tx, organization, name, claim).await?;
    let claimed = match claim {
        Claim::Automatic => accounts::claim(tx, organization, name, now).await?,
        Claim::Manual => 0,
    };
    let data = json!({ "domain": name.as_str(), "claim": claim.as_str(), "claimed": claimed });
    act.done(data).await?;
    Ok(claimed)
}
