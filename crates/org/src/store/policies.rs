//! Authentication policies, and which one an account has.

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use jiff::Timestamp;
use uuid::Uuid;

use super::values::{duration, id, micros, name, parsed, some_id};
use crate::model::{
    AccountId, AuthenticationPolicy, DirectoryId, OrganizationId, PolicyId, SessionDurations, Sso,
};

/// The columns of [`policy`], out of a table called `p`.
macro_rules! columns {
    () => {
        "p.id, p.organization, p.directory, p.name, p.is_default, p.sso, p.idle, p.absolute"
    };
}

/// Joins account `a` with the policy `p` that it has: the one named for it,
/// else the default one of the directory that its domain is linked to, else
/// the local directory's. An account that nobody manages has none.
macro_rules! computed {
    () => {
        "left join membership m on m.account = a.id and m.organization = a.managed_by \
         left join domain n on n.organization = a.managed_by and n.name = a.domain \
            and n.verified_at is not null \
         left join authentication_policy p on p.id = coalesce(m.named_policy, \
            (select q.id from authentication_policy q where q.is_default = 1 \
                and q.directory = coalesce(n.linked_to, (select d.id from directory d \
                    where d.organization = a.managed_by and d.kind = 'local'))))"
    };
}

pub(super) use {columns, computed};

::store::statements! {
    FIND = concat!("select ", columns!(), " from authentication_policy p \
        where p.organization = $1 and p.id = $2");
    DEFAULT_OF = concat!("select ", columns!(), " from authentication_policy p \
        where p.directory = $1 and p.is_default = 1");
    OF_ACCOUNT = concat!("select ", columns!(), " from account a ", computed!(), " where a.id = $1");
    /// The directory that an account belongs to by its domain.
    HOME_OF = "select coalesce(n.linked_to, (select d.id from directory d \
            where d.organization = a.managed_by and d.kind = 'local')) \
        from account a left join domain n on n.organization = a.managed_by \
            and n.name = a.domain and n.verified_at is not null where a.id = $1";
    LIST = concat!("select ", columns!(), " from authentication_policy p \
        where p.organization = $1 order by p.id limit 200");
    INSERT = "insert into authentication_policy (id, organization, directory, name, is_default, \
        sso, idle, absolute, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    UPDATE_SSO = "update authentication_policy set sso = $1 \
        where organization = $2 and id = $3 and sso <> $1";
    UPDATE_SESSIONS = "update authentication_policy set idle = $1, absolute = $2 \
        where organization = $3 and id = $4";
}

pub(crate) async fn find(
    read: &ReadTx,
    organization: OrganizationId,
    id: PolicyId,
) -> Result<Option<AuthenticationPolicy>, StoreError> {
    let args: [Value; 2] = [organization.into(), id.into()];
    let row = read.query_opt(FIND, args).await?;
    row.as_ref().map(|row| policy(row, 0)).transpose()
}

pub(crate) async fn default_of(
    read: &ReadTx,
    directory: DirectoryId,
) -> Result<Option<AuthenticationPolicy>, StoreError> {
    let row = read.query_opt(DEFAULT_OF, [directory.into()]).await?;
    row.as_ref().map(|row| policy(row, 0)).transpose()
}

/// The one policy of an account; an account that nobody manages has none.
pub(crate) async fn of_account(
    read: &ReadTx,
    account: AccountId,
) -> Result<Option<AuthenticationPolicy>, StoreError> {
    let row = read.query_opt(OF_ACCOUNT, [account.into()]).await?;
    row.map_or(Ok(None), |row| some_policy(&row, 0))
}

/// The directory that an account belongs to by its domain, whatever policy is
/// named for it; none for an account that nobody manages.
pub(crate) async fn home_of(read: &ReadTx, account: AccountId) -> Result<Option<DirectoryId>, StoreError> {
    let row = read.query_opt(HOME_OF, [account.into()]).await?;
    row.map_or(Ok(None), |row| some_id(&row, 0, DirectoryId::new))
}

pub(crate) async fn list(
    read: &ReadTx,
    organization: OrganizationId,
) -> Result<Vec<AuthenticationPolicy>, StoreError> {
    let rows = read.query(LIST, [organization.into()]).await?;
    rows.iter().map(|row| policy(row, 0)).collect()
}

pub(crate) async fn insert(tx: &Tx, policy: &AuthenticationPolicy, now: Timestamp) -> Result<(), StoreError> {
    let args: [Value; 9] = [
        policy.id.into(),
        policy.organization.into(),
        policy.directory.into(),
        policy.name.as_str().into(),
        policy.is_default.into(),
        policy.sso.as_str().into(),
        micros(policy.sessions.idle),
        micros(policy.sessions.absolute),
        now.into(),
    ];
    tx.execute(INSERT, args).await.map(|_| ())
}

/// Says whether the policy exists and said something else.
pub(crate) async fn update_sso(
    tx: &Tx,
    organization: OrganizationId,
    id: PolicyId,
    sso: Sso,
) -> Result<bool, StoreError> {
    let args: [Value; 3] = [sso.as_str().into(), organization.into(), id.into()];
    Ok(tx.execute(UPDATE_SSO, args).await? == 1)
}

/// Says whether the policy exists.
pub(crate) async fn update_sessions(
    tx: &Tx,
    organization: OrganizationId,
    id: PolicyId,
    sessions: SessionDurations,
) -> Result<bool, StoreError> {
    let args: [Value; 4] = [micros(sessions.idle), micros(sessions.absolute), organization.into(), id.into()];
    Ok(tx.execute(UPDATE_SESSIONS, args).await? == 1)
}

/// A policy from the columns that begin at `at`.
pub(super) fn policy(row: &Row, at: usize) -> Result<AuthenticationPolicy, StoreError> {
    Ok(AuthenticationPolicy {
        id: id(row, at, PolicyId::new)?,
        organization: id(row, at + 1, OrganizationId::new)?,
        directory: id(row, at + 2, DirectoryId::new)?,
        name: name(row, at + 3)?,
        is_default: row.get(at + 4)?,
        sso: parsed(row, at + 5)?,
        sessions: SessionDurations { idle: duration(row, at + 6)?, absolute: duration(row, at + 7)? },
    })
}

/// The same, out of an outer join.
pub(super) fn some_policy(row: &Row, at: usize) -> Result<Option<AuthenticationPolicy>, StoreError> {
    match row.get::<Option<Uuid>>(at)? {
        Some(_) => policy(row, at).map(Some),
        None => Ok(None),
    }
}
