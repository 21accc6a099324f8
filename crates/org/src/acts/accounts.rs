//! Accounts: made, joined, switched off, and what they may do.

use ::store::{Lock, Tx};
use console::person::{DisplayName, EmailAddress};
use console::{row_id, sessions};
use jiff::Timestamp;
use serde_json::json;
use web::Entropy;

use super::{Act, ActError, Refusal, Word};
use crate::model::{
    Account, AccountId, Claim, DirectoryId, DomainName, Membership, OrganizationId, Role, Standing,
};
use crate::store::{accounts, domains, links};

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

/// Says what a member may do. The last active administrator stays one.
///
/// # Errors
/// [`Refusal::NoSuchAccount`], [`Refusal::LastAdministrator`].
pub async fn set_role(
    tx: &Tx,
    word: &Word,
    (organization, account, role): (OrganizationId, AccountId, Role),
    now: Timestamp,
) -> Result<(), ActError> {
    lock_administrators(tx, organization).await?;
    let act = Act::begin(tx, word, ("member.role_changed", organization), now).await?;
    let act = act.about(account);
    let found = accounts::find_membership(tx, organization, account).await?;
    let Some(member) = found else {
        return Err(act.refuse(Refusal::NoSuchAccount).await);
    };
    if role != Role::Administrator {
        another_administrator(&act, organization, account).await?;
    }
    accounts::update_role(tx, organization, account, role).await?;
    act.done(json!({ "from": member.role.as_str(), "to": role.as_str() })).await?;
    Ok(())
}

/// Switches an account off: it never signs in again by any way, and all its
/// sessions end now. Only the organisation that manages it, or the operator.
///
/// # Errors
/// [`Refusal::NoSuchAccount`], [`Refusal::LastAdministrator`].
pub async fn deactivate(
    tx: &Tx,
    word: &Word,
    (organization, account): (OrganizationId, AccountId),
    now: Timestamp,
) -> Result<(), ActError> {
    lock_administrators(tx, organization).await?;
    let act = Act::begin(tx, word, ("account.deactivated", organization), now).await?;
    let act = managed(act.about(account), organization).await?;
    another_administrator(&act, organization, account).await?;
    accounts::update_standing(tx, account, Standing::Deactivated).await?;
    sessions::end_all(tx, word.actor(), account.person(), now).await?;
    act.done(json!({})).await?;
    Ok(())
}

/// Switches an account on again.
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
    accounts::update_standing(tx, account, Standing::Active).await?;
    act.done(json!({})).await?;
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

/// Goes on only if somebody else administers the organisation and is active,
/// or this one does not.
async fn another_administrator(
    act: &Act<'_>,
    organization: OrganizationId,
    account: AccountId,
) -> Result<(), ActError> {
    let administrators = accounts::active_administrators(act.tx, organization).await?;
    let concerned = administrators.contains(&account);
    let others = administrators.iter().any(|other| *other != account);
    act.require(!concerned || others, Refusal::LastAdministrator).await
}

/// The rule of the last administrator looks at several rows: one at a time.
async fn lock_administrators(tx: &Tx, organization: OrganizationId) -> Result<(), ::store::StoreError> {
    let of = organization.to_string();
    tx.lock(Lock::new("administrators", &of)).await
}
