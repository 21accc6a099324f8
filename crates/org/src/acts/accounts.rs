//! Accounts: made, joined, switched off, and what they may do.

use ::store::Tx;
use console::events::{Actor, note};
use console::passkeys::{self, PasskeyId, Spare};
use console::person::{DisplayName, EmailAddress};
use console::{invitations, row_id, sessions};
use jiff::Timestamp;
use serde_json::json;
use web::Entropy;

use super::invitations::{PASSKEY, belongs_here};
use super::{Act, ActError, Refusal, Word, entry, way_back};
use crate::model::way_back::Change;
use crate::model::{
    Account, AccountId, Claim, DirectoryId, DomainName, GRACE, Membership, OrganizationId, Role, Standing,
};
use crate::store::rosters::Concern;
use crate::store::{accounts, directories, domains, erasures, groups, links, members, people, policies};

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
/// [`Refusal::AddressTaken`]; [`Refusal::DomainElsewhere`] for an address on a domain that another organisation has
/// proved, but on the operator's word.
pub async fn create(tx: &Tx, word: &Word, new: NewAccount, now: Timestamp) -> Result<Account, ActError> {
    let act = Act::begin(tx, word, ("account.created", new.organization), now).await?;
    let act = act.about(new.id);
    let domain = DomainName::of(&new.address);
    // Who comes in on a proved domain is its prover's word alone: its switches of just-in-time and claiming say so.
    let prover = domains::verified_by(tx, &domain).await?;
    let free = word.is_host() || prover.is_none_or(|prover| prover == new.organization);
    act.require(free, Refusal::DomainElsewhere).await?;
    let managed_by = manager_of(tx, &domain).await?;
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

/// Ends the membership of an account that this organisation does not manage, with its groups.
///
/// # Errors
/// [`Refusal::NoSuchAccount`], [`Refusal::MemberAlready`] for one that it manages,
/// [`Refusal::LastAdministrator`], [`Refusal::WayBack`].
pub async fn remove_member(
    tx: &Tx,
    word: &Word,
    (organization, account): (OrganizationId, AccountId),
    now: Timestamp,
) -> Result<(), ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("member.removed", organization), now).await?;
    let act = act.about(account);
    let member = accounts::find_membership(tx, organization, account).await?;
    act.require(member.is_some(), Refusal::NoSuchAccount).await?;
    let found = accounts::find(tx, account).await?;
    let managed = found.is_some_and(|found| found.managed_by == Some(organization));
    act.require(!managed, Refusal::MemberAlready).await?;
    let change = Change::Role(organization, account, Role::Member);
    way_back::keep(&act, Concern::default(), &change).await?;
    groups::leave_all(tx, organization, account).await?;
    people::delete_membership(tx, organization, account).await?;
    act.done(json!({})).await?;
    Ok(())
}

/// Gives an account another address, from the one that was shown: on a domain that is proved here too and belongs to
/// the same directory, so that nobody's way of signing in changes with it.
///
/// # Errors
/// [`Refusal::OwnAccount`], [`Refusal::NoSuchAccount`], [`Refusal::ChangedMeanwhile`],
/// [`Refusal::DomainNotVerified`], [`Refusal::OtherDirectory`], [`Refusal::AddressTaken`].
pub async fn change_address(
    tx: &Tx,
    word: &Word,
    (organization, account, (from, to)): (OrganizationId, AccountId, (&EmailAddress, &EmailAddress)),
    now: Timestamp,
) -> Result<(), ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("account.address_set", organization), now).await?;
    act.require(word.by() != Some(account), Refusal::OwnAccount).await?;
    let act = managed_here(act.about(account), organization).await?;
    let found = accounts::find(tx, account).await?;
    let same = found.is_some_and(|found| found.address == *from);
    act.require(same, Refusal::ChangedMeanwhile).await?;
    let domain = domains::find(tx, organization, &DomainName::of(to)).await?;
    let proved = domain.filter(|domain| domain.verified_at.is_some());
    let Some(domain) = proved else {
        return Err(act.refuse(Refusal::DomainNotVerified).await);
    };
    let home = match domain.linked_to {
        Some(directory) => Some(directory),
        None => directories::local(tx, organization).await?.map(|local| local.id),
    };
    let stays = policies::home_of(tx, account).await? == home;
    act.require(stays, Refusal::OtherDirectory).await?;
    let free = people::set_address(tx, account, (from, to)).await?;
    act.require(free, Refusal::AddressTaken).await?;
    members::forget_refusals(tx, account).await?;
    act.done(json!({})).await?;
    Ok(())
}

/// Ends every session of an account that this organisation manages. Gives how many.
///
/// # Errors
/// [`Refusal::NoSuchAccount`].
pub async fn end_sessions(
    tx: &Tx,
    word: &Word,
    (organization, account): (OrganizationId, AccountId),
    now: Timestamp,
) -> Result<u64, ActError> {
    let act = Act::begin(tx, word, ("account.sessions_ended", organization), now).await?;
    let act = managed(act.about(account), organization).await?;
    let ended = sessions::end_all(tx, word.actor(), account.person(), now).await?;
    act.done(json!({ "sessions": ended })).await?;
    Ok(ended)
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
/// [`Refusal::NoSuchAccount`], [`Refusal::AccountElsewhere`], [`Refusal::LastPasskey`], [`Refusal::WayBack`].
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
    let found = accounts::find(tx, account).await?.filter(|_| member.is_some());
    let Some(found) = found else {
        return Err(act.refuse(Refusal::NoSuchAccount).await);
    };
    // Whoever knows the account as a member, too, takes no passkey from what another organisation manages.
    let ours = word.is_host() || belongs_here(tx, &found, organization).await?;
    act.require(ours, Refusal::AccountElsewhere).await?;
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
    // A link that is out still makes a passkey, which waits for the account to be switched on again.
    invitations::withdraw_all(act.tx, act.word.actor(), (account.person(), PASSKEY), act.now).await?;
    Ok(())
}

/// Forgets what a directory's identity provider calls an account; the next
/// sign-in links it anew.
///
/// # Errors
/// Those of [`clear_shown_link`].
pub async fn clear_link(
    tx: &Tx,
    word: &Word,
    (organization, directory, account): (OrganizationId, DirectoryId, AccountId),
    now: Timestamp,
) -> Result<(), ActError> {
    clear_shown_link(tx, word, (organization, directory, account, None), now).await
}

/// The same, if it is still the one that was shown.
///
/// # Errors
/// [`Refusal::NoSuchAccount`], [`Refusal::NotLinked`].
pub async fn clear_shown_link(
    tx: &Tx,
    word: &Word,
    (organization, directory, account, shown): (OrganizationId, DirectoryId, AccountId, Option<&str>),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("account.link_cleared", organization), now).await?;
    let act = managed(act.about(account), organization).await?;
    let own = directories::find(tx, organization, directory).await?.is_some();
    let linked = own && links::delete_shown(tx, (directory, account), shown).await?;
    act.require(linked, Refusal::NotLinked).await?;
    members::forget_refusal(tx, (directory, account)).await?;
    act.done(json!({ "directory": directory.to_string() })).await?;
    Ok(())
}

/// What refused an account's sign-in was settled otherwise: the next one is judged anew.
///
/// # Errors
/// [`Refusal::NoSuchAccount`], [`Refusal::NoSuchDirectory`], [`Refusal::ChangedMeanwhile`] if nothing waits.
pub async fn dismiss_conflict(
    tx: &Tx,
    word: &Word,
    (organization, directory, account): (OrganizationId, DirectoryId, AccountId),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("account.conflict_settled", organization), now).await?;
    let act = managed(act.about(account), organization).await?;
    let own = directories::find(tx, organization, directory).await?.is_some();
    act.require(own, Refusal::NoSuchDirectory).await?;
    let waited = members::forget_refusal(tx, (directory, account)).await?;
    act.require(waited, Refusal::ChangedMeanwhile).await?;
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
