//! Accounts: made, joined, switched off, and what they may do.

use ::store::Tx;
use console::events::{Actor, note};
use console::passkeys::{self, PasskeyId, Spare};
use console::person::{DisplayName, EmailAddress};
use console::{row_id, sessions};
use jiff::Timestamp;
use serde_json::json;
use web::Entropy;

use super::{Act, ActError, Refusal, Word, entry, way_back};
use crate::model::way_back::Change;
use crate::model::{
    Account, AccountId, Claim, DirectoryId, DomainName, GRACE, Membership, OrganizationId, Role, Standing,
};
use crate::store::rosters::Concern;
use crate::store::{accounts, domains, erasures, links};

/// An account to be made as a member of an organisation.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub(super) id: AccountId,
    pub(super) organization: OrganizationId,
    pub(super) address: EmailAddress,
    pub(super) names: [Option<DisplayName>; 2],
    pub(super) role: Role,
}

impl NewAccount {
    /// Draws its id. `names`: first, last.
    pub fn draw(
        (organization, role): (OrganizationId, Role),
        (address, names): (EmailAddress, [Option<DisplayName>; 2]),
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Self {
        Self { id: AccountId::new(row_id(now, entropy)), organization, address, names, role }
    }
}

/// Makes an account and joins it to an organisation. Whoever's verified domain
/// claims the address manages it; on any other domain nobody does, which is
/// what makes a fallback administrator.
///
/// # Errors
/// [`Refusal::AddressTaken`].
pub async fn create(tx: &Tx, word: &Word, new: NewAccount, now: Timestamp) -> Result<Account, ActError> {
    let act = Act::begin(tx, word, ("account.created", new.organization), now).await?;
    let act = act.about(new.id);
    let managed_by = manager_of(tx, &DomainName::of(&new.address)).await?;
    let [first_name, last_name] = new.names;
    let account = Account {
        id: new.id,
        address: new.address,
        first_name,
        last_name,
        standing: Standing::Active,
        managed_by,
        created_at: now,
    };
    let free = accounts::insert(tx, &account).await?;
    act.require(free, Refusal::AddressTaken).await?;
    join(tx, new.organization, (account.id, new.role), now).await?;
    if let Some(manager) = managed_by.filter(|manager| *manager != new.organization) {
        join(tx, manager, (account.id, Role::Member), now).await?;
    }
    act.done(json!({
        "role": new.role.as_str(),
        "managed": managed_by.is_some(),
    }))
    .await?;
    Ok(account)
}

/// Joins an existing account to an organisation.
///
/// # Errors
/// [`Refusal::NoSuchAccount`], [`Refusal::MemberAlready`].
pub async fn add_member(
    tx: &Tx,
    word: &Word,
    (organization, account): (OrganizationId, AccountId),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("member.added", organization), now).await?;
    let act = act.about(account);
    let found = accounts::find(tx, account).await?;
    act.require(found.is_some(), Refusal::NoSuchAccount).await?;
    let joined = join(tx, organization, (account, Role::Member), now).await?;
    act.require(joined, Refusal::MemberAlready).await?;
    act.done(json!({})).await?;
    Ok(())
}

/// Says what a member may do. Somebody who administers and can get in stays.
///
/// # Errors
/// [`Refusal::NoSuchAccount`], [`Refusal::LastAdministrator`], [`Refusal::WayBack`].
pub async fn set_role(
    tx: &Tx,
    word: &Word,
    (organization, account, role): (OrganizationId, AccountId, Role),
    now: Timestamp,
) -> Result<(), ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("member.role_changed", organization), now).await?;
    let act = act.about(account);
    let found = accounts::find_membership(tx, organization, account).await?;
    let Some(member) = found else {
        return Err(act.refuse(Refusal::NoSuchAccount).await);
    };
    let change = Change::Role(organization, account, role);
    way_back::keep(&act, Concern::default(), &change).await?;
    accounts::update_role(tx, organization, account, role).await?;
    act.done(json!({ "from": member.role.as_str(), "to": role.as_str() })).await?;
    Ok(())
}

/// Switches an account off: it never signs in again by any way, and all its
/// sessions end now. Only the organisation that manages it, or the operator.
///
/// # Errors
/// [`Refusal::NoSuchAccount`], [`Refusal::LastAdministrator`], [`Refusal::WayBack`].
pub async fn deactivate(
    tx: &Tx,
    word: &Word,
    (organization, account): (OrganizationId, AccountId),
    now: Timestamp,
) -> Result<(), ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("account.deactivated", organization), now).await?;
    let act = managed(act.about(account), organization).await?;
    switch_off(&act, (account, Change::Standing(account, Standing::Deactivated)), None).await?;
    act.done(json!({})).await?;
    Ok(())
}

/// Deletes an account: switched off now, gone after 14 days. Until then
/// [`reactivate`] takes it back.
///
/// # Errors
/// [`Refusal::NoSuchAccount`], [`Refusal::LastAdministrator`], [`Refusal::WayBack`].
pub async fn delete(
    tx: &Tx,
    word: &Word,
    (organization, account): (OrganizationId, AccountId),
    now: Timestamp,
) -> Result<Timestamp, ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("account.deletion_scheduled", organization), now).await?;
    let act = managed(act.about(account), organization).await?;
    let after = now.saturating_add(GRACE).unwrap_or(Timestamp::MAX);
    switch_off(&act, (account, Change::DeleteAccount(account)), Some(after)).await?;
    act.done(json!({ "after": after.to_string() })).await?;
    Ok(after)
}

/// Switches an account on again, also one that was to be deleted.
///
/// # Errors
/// [`Refusal::NoSuchAccount`].
pub async fn reactivate(
    tx: &Tx,
    word: &Word,
    (organization, account): (OrganizationId, AccountId),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("account.reactivated", organization), now).await?;
    let act = managed(act.about(account), organization).await?;
    accounts::update_standing(tx, account, (Standing::Active, None)).await?;
    act.done(json!({})).await?;
    Ok(())
}

/// Erases an account whose time is over: its rows, and what the event log knows
/// of the person beside the id. The way back was asked for when it was deleted,
/// and nothing that is switched off counts for it. Says whether it was due.
///
/// # Errors
/// Only the store's.
pub async fn erase(
    tx: &Tx,
    actor: &Actor,
    account: AccountId,
    now: Timestamp,
) -> Result<bool, ::store::StoreError> {
    if !erasures::erase(tx, account, now).await? {
        return Ok(false);
    }
    sessions::end_all(tx, actor, account.person(), now).await?;
    for kept in passkeys::list(tx, account.person()).await? {
        let _ = passkeys::revoke(tx, actor, (account.person(), kept.id, Spare::NotRequired), now).await?;
    }
    ::store::events::erase(tx, &account.to_string()).await?;
    note(tx, actor, entry("account.erased", (None, Some(account.person())), json!({})), now).await?;
    Ok(true)
}

/// Takes a passkey from an account for good. An administrator keeps at least
/// one here: dangerous acts ask for it, and the way back hangs on it.
///
/// # Errors
/// [`Refusal::NoSuchAccount`], [`Refusal::LastPasskey`], [`Refusal::WayBack`].
pub async fn revoke_passkey(
    tx: &Tx,
    word: &Word,
    (organization, account, passkey): (OrganizationId, AccountId, PasskeyId),
    now: Timestamp,
) -> Result<(), ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("account.passkey_revoked", organization), now).await?;
    let act = act.about(account);
    let member = accounts::find_membership(tx, organization, account).await?;
    act.require(member.is_some(), Refusal::NoSuchAccount).await?;
    let kept = passkeys::list(tx, account.person()).await?;
    let is_there = kept.iter().any(|kept| kept.id == passkey);
    act.require(is_there, Refusal::NoSuchAccount).await?;
    if kept.len() == 1 {
        let concern = Concern { account: Some(account), ..Concern::default() };
        let roster = way_back::load(&act, concern).await?;
        let administers = roster.people.iter().any(|person| person.account == account);
        act.require(!administers, Refusal::LastPasskey).await?;
    }
    // This lock is wider than the one of the person, which a transaction cannot take beside it.
    let _ = passkeys::revoke(tx, word.actor(), (account.person(), passkey, Spare::NotRequired), now).await?;
    act.done(json!({ "passkey": passkey })).await?;
    Ok(())
}

/// Asks for the way back, then ends everything that the account could do.
async fn switch_off(
    act: &Act<'_>,
    (account, change): (AccountId, Change),
    delete_after: Option<Timestamp>,
) -> Result<(), ActError> {
    let concern = Concern { account: Some(account), ..Concern::default() };
    way_back::keep(act, concern, &change).await?;
    accounts::update_standing(act.tx, account, (Standing::Deactivated, delete_after)).await?;
    sessions::end_all(act.tx, act.word.actor(), account.person(), act.now).await?;
    Ok(())
}

/// Forgets what a directory's identity provider calls an account; the next
/// sign-in links it anew.
///
/// # Errors
/// [`Refusal::NoSuchAccount`], [`Refusal::NotLinked`].
pub async fn clear_link(
    tx: &Tx,
    word: &Word,
    (organization, directory, account): (OrganizationId, DirectoryId, AccountId),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("account.link_cleared", organization), now).await?;
    let act = managed(act.about(account), organization).await?;
    let linked = links::delete(tx, directory, account).await?;
    act.require(linked, Refusal::NotLinked).await?;
    act.done(json!({ "directory": directory.to_string() })).await?;
    Ok(())
}

/// Who manages addresses on a domain: its prover, if it claims automatically.
pub(super) async fn manager_of(
    tx: &Tx,
    domain: &DomainName,
) -> Result<Option<OrganizationId>, ::store::StoreError> {
    let Some(prover) = domains::verified_by(tx, domain).await? else {
        return Ok(None);
    };
    let domain = domains::find(tx, prover, domain).await?;
    let claims = domain.is_some_and(|domain| domain.claim == Claim::Automatic);
    Ok(claims.then_some(prover))
}

/// Says whether the account was no member yet.
pub(super) async fn join(
    tx: &Tx,
    organization: OrganizationId,
    (account, role): (AccountId, Role),
    now: Timestamp,
) -> Result<bool, ::store::StoreError> {
    let membership = Membership { organization, account, role, named_policy: None };
    accounts::insert_membership(tx, &membership, now).await
}

/// Goes on only for an account that this organisation manages, or that is a
/// member of it and that nobody manages.
async fn managed<'a>(act: Act<'a>, organization: OrganizationId) -> Result<Act<'a>, ActError> {
    let Some(id) = act.subject else {
        return Err(act.refuse(Refusal::NoSuchAccount).await);
    };
    let account = accounts::find(act.tx, id).await?;
    let member = accounts::find_membership(act.tx, organization, id).await?;
    let ours = account.is_some_and(|account| match account.managed_by {
        Some(manager) => manager == organization,
        None => act.word.is_host() && member.is_some(),
    });
    act.require(ours, Refusal::NoSuchAccount).await?;
    Ok(act)
}

/// Goes on only for an account that this organisation manages.
pub(super) async fn managed_here<'a>(
    act: Act<'a>,
    organization: OrganizationId,
) -> Result<Act<'a>, ActError> {
    let found = match act.subject {
        Some(id) => accounts::find(act.tx, id).await?,
        None => None,
    };
    let ours = found.is_some_and(|account| account.managed_by == Some(organization));
    act.require(ours, Refusal::NoSuchAccount).await?;
    Ok(act)
}
