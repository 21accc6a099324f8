//! Domains: named, proved, claimed, linked, removed.
//!
//! Proving (`verify`) and claiming (`claim`) are two acts: what a domain's
//! holder may see and take is decided only after it is proved who that is.
//!
//! Who holds a name is decided over the rows of several organisations, and what follows from it can end a way back of
//! any of them: all of these acts but the operator's own word (`add_verified`) take the lock of the way back, which
//! is wider than one of the name.

mod proofs;
mod taking;

use std::collections::BTreeSet;

use ::store::Tx;
use jiff::Timestamp;
use serde_json::json;
use web::Entropy;

use super::way_back::Locked;
use super::{Act, ActError, Refusal, Word, way_back};
use crate::model::way_back::Change;
use crate::model::{
    AccountId, Claim, DirectoryId, DirectoryKind, Domain, DomainName, DomainToken, OrganizationId, Proof,
    is_public_mail,
};
use crate::store::rosters::Concern;
use crate::store::{accounts, claims, directories, domains};

pub(crate) use proofs::{Looked, give_up, recheck, verify};

/// Names a domain as the organisation's own. Nothing is proved by it.
///
/// # Errors
/// [`Refusal::PublicMailDomain`], [`Refusal::DomainTaken`] for one that is
/// named already, [`Refusal::TooManyDomains`].
pub async fn add(
    tx: &Tx,
    word: &Word,
    (organization, name): (OrganizationId, DomainName),
    (now, entropy): (Timestamp, &dyn Entropy),
) -> Result<Domain, ActError> {
    let act = Act::begin(tx, word, ("domain.added", organization), now).await?;
    act.require(!is_public_mail(&name), Refusal::PublicMailDomain).await?;
    let room = domains::count(tx, organization).await? < MOST;
    act.require(room, Refusal::TooManyDomains).await?;
    let domain = Domain::unverified(organization, name, DomainToken::draw(entropy));
    let free = domains::insert(tx, &domain, now).await?;
    act.require(free, Refusal::DomainTaken).await?;
    act.done(json!({ "domain": domain.name.as_str() })).await?;
    Ok(domain)
}

/// Adds a domain as verified: on the operator's word, in place of a proof. A
/// domain that is claimed automatically brings its accounts under management.
/// Gives how many those are. It is the operator's word, by which organisations are set up: it asks for no way back,
/// for whoever runs the service can make one at any time.
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
    let domain = Domain {
        organization,
        name,
        version: 1,
        token: None,
        verified_at: Some(now),
        proof: Some(Proof::Operator),
        claim,
        linked_to: None,
        checks: crate::model::Checks::default(),
    };
    let to = Claiming { setting: claim, accounts: Vec::new() };
    let what = Over { organization, name: domain.name.clone(), over: None, to };
    let strangers = taking::strangers(&act, &what).await?;
    let free = domains::insert(tx, &domain, now).await?;
    act.require(free, Refusal::DomainTaken).await?;
    let claimed = take(&act, &what, &strangers).await?;
    act.done(json!({
        "domain": domain.name.as_str(),
        "by": Proof::Operator.as_str(),
        "claim": claim.as_str(),
        "claimed": claimed,
    }))
    .await?;
    Ok(claimed)
}

/// What is to become of a domain, over which version of what was shown.
#[derive(Clone, Debug)]
pub struct Over<T> {
    /// Whose domain.
    pub organization: OrganizationId,
    /// Which.
    pub name: DomainName,
    /// The version that was shown; `None` takes what is there.
    pub over: Option<i64>,
    /// What is to become of it.
    pub to: T,
}

/// Links a verified domain to an identity provider directory, or to none. It takes the lock of the way back: call it
/// first in its transaction.
///
/// # Errors
/// [`Refusal::NoSuchDirectory`], [`Refusal::NotAnIdentityProvider`],
/// [`Refusal::DomainNotVerified`], [`Refusal::WayBack`].
pub async fn link(
    tx: &Tx,
    word: &Word,
    (organization, name, to): (OrganizationId, &DomainName, Option<DirectoryId>),
    now: Timestamp,
) -> Result<(), ActError> {
    let locked = way_back::lock(tx).await?;
    link_over(locked, word, Over { organization, name: name.clone(), over: None, to }, now).await
}

/// The same, over what was shown. Accounts on the domain whose policy is another directory's have the default policy of
/// this one from now on.
///
/// # Errors
/// [`Refusal::NoSuchDirectory`], [`Refusal::NotAnIdentityProvider`],
/// [`Refusal::DomainNotVerified`], [`Refusal::ChangedMeanwhile`].
pub(crate) async fn link_over(
    locked: Locked<'_>,
    word: &Word,
    what: Over<Option<DirectoryId>>,
    now: Timestamp,
) -> Result<(), ActError> {
    let tx = locked.tx();
    let act = Act::begin(tx, word, ("domain.linked", what.organization), now).await?;
    if let Some(directory) = what.to {
        let found = directories::find(tx, what.organization, directory).await?;
        act.require(found.is_some(), Refusal::NoSuchDirectory).await?;
        let speaks = found.is_some_and(|d| d.kind == DirectoryKind::IdentityProvider);
        act.require(speaks, Refusal::NotAnIdentityProvider).await?;
    }
    let domain = verified(&act, &what).await?;
    // Whoever has an account on this domain may be sent to SSO from now on.
    let concern = Concern { domain: Some(&what.name), ..Concern::default() };
    way_back::keep(&act, concern, &Change::Link(what.organization, what.name.clone(), what.to)).await?;
    let linked = Domain { linked_to: what.to, ..domain.clone() };
    write(&act, &domain, linked).await?;
    let home = match what.to {
        Some(directory) => Some(directory),
        None => directories::local(tx, what.organization).await?.map(|local| local.id),
    };
    let mut moved = 0;
    if let Some(home) = home {
        moved = claims::move_stranded(tx, (what.organization, &what.name), home).await?;
    }
    let directory = what.to.map(|directory| directory.to_string());
    act.done(json!({ "domain": what.name.as_str(), "directory": directory, "policies_cleared": moved }))
        .await?;
    Ok(())
}

/// Says how accounts on a domain come under management from now on. It takes the lock of the way back: call it first in
/// its transaction.
///
/// # Errors
/// [`Refusal::DomainNotVerified`], [`Refusal::WayBack`].
pub async fn set_claim(
    tx: &Tx,
    word: &Word,
    (organization, name, claim): (OrganizationId, &DomainName, Claim),
    now: Timestamp,
) -> Result<u64, ActError> {
    let to = Claiming { setting: claim, accounts: Vec::new() };
    let locked = way_back::lock(tx).await?;
    self::claim(locked, word, Over { organization, name: name.clone(), over: None, to }, now).await
}

/// How accounts on a domain are claimed, and which are at once.
#[derive(Clone, Debug)]
pub struct Claiming {
    /// From now on. Automatically: everybody who is there, too.
    pub setting: Claim,
    /// By hand: these.
    pub accounts: Vec<AccountId>,
}

/// Brings accounts on a domain under management. Gives how many. Those that another organisation knew, too, lose every
/// way in that they had.
///
/// # Errors
/// [`Refusal::DomainNotVerified`], [`Refusal::ChangedMeanwhile`], [`Refusal::WayBack`].
pub(crate) async fn claim(
    locked: Locked<'_>,
    word: &Word,
    what: Over<Claiming>,
    now: Timestamp,
) -> Result<u64, ActError> {
    let tx = locked.tx();
    let act = Act::begin(tx, word, ("domain.claim_changed", what.organization), now).await?;
    let domain = verified(&act, &what).await?;
    // Claimed accounts have a policy of this organisation from now on.
    let concern = Concern { domain: Some(&what.name), ..Concern::default() };
    let strangers = taking::strangers(&act, &what).await?;
    let change = Change::Claim(what.organization, what.name.clone(), strangers.clone());
    way_back::keep(&act, concern, &change).await?;
    let set = Domain { claim: what.to.setting, ..domain.clone() };
    write(&act, &domain, set).await?;
    let claimed = take(&act, &what, &strangers).await?;
    act.done(json!({
        "domain": what.name.as_str(),
        "claim": what.to.setting.as_str(),
        "claimed": claimed,
        "ways_in_ended": strangers.len(),
    }))
    .await?;
    Ok(claimed)
}

/// Whom a claim takes belongs to the organisation from now on, and nobody else signs in as them.
async fn take(
    act: &Act<'_>,
    what: &Over<Claiming>,
    strangers: &BTreeSet<AccountId>,
) -> Result<u64, ::store::StoreError> {
    let of = (what.organization, &what.name);
    let mut claimed = 0;
    match what.to.setting {
        Claim::Automatic => claimed = accounts::claim(act.tx, of.0, of.1, act.now).await?,
        Claim::Manual => {
            for account in &what.to.accounts {
                claimed += u64::from(claims::claim_one(act.tx, of, *account, act.now).await?);
            }
        }
    }
    taking::end_ways_in(act, strangers).await?;
    Ok(claimed)
}

/// Removes a domain. Its accounts are their own people's again. Gives how many
/// were managed.
///
/// # Errors
/// [`Refusal::NoSuchDomain`], [`Refusal::ChangedMeanwhile`], [`Refusal::WayBack`].
pub async fn remove(tx: &Tx, word: &Word, what: Over<()>, now: Timestamp) -> Result<u64, ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("domain.removed", what.organization), now).await?;
    let domain = shown(&act, &what).await?;
    let mut released = 0;
    if domain.verified_at.is_some() {
        let concern = Concern { domain: Some(&what.name), ..Concern::default() };
        way_back::keep(&act, concern, &Change::Lose(what.organization, what.name.clone())).await?;
        released = claims::release(tx, what.organization, &what.name).await?;
    }
    domains::delete(tx, what.organization, &what.name).await?;
    act.done(json!({ "domain": what.name.as_str(), "released": released })).await?;
    Ok(released)
}

/// The domain, if it is still as it was shown.
async fn shown<T>(act: &Act<'_>, what: &Over<T>) -> Result<Domain, ActError> {
    let Some(domain) = domains::find(act.tx, what.organization, &what.name).await? else {
        return Err(act.refuse(Refusal::NoSuchDomain).await);
    };
    let current = what.over.is_none_or(|over| over == domain.version);
    act.require(current, Refusal::ChangedMeanwhile).await?;
    Ok(domain)
}

/// The same, if it is proved.
async fn verified<T>(act: &Act<'_>, what: &Over<T>) -> Result<Domain, ActError> {
    let found = domains::find(act.tx, what.organization, &what.name).await?;
    let there = found.is_some_and(|domain| domain.verified_at.is_some());
    act.require(there, Refusal::DomainNotVerified).await?;
    shown(act, what).await
}

/// Writes a change that an administrator made.
async fn write(act: &Act<'_>, was: &Domain, mut is: Domain) -> Result<(), ActError> {
    is.version = was.version + 1;
    let written = domains::update(act.tx, was.version, &is).await?;
    act.require(written, Refusal::ChangedMeanwhile).await
}

/// How many domains an organisation may name.
const MOST: u32 = 200;
