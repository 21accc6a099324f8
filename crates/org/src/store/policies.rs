//! Authentication policies, and which one an account has.

use std::time::Duration;

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use jiff::Timestamp;
use uuid::Uuid;

use super::values::{duration, id, micros, name, parsed, some_id, unreadable};
use crate::model::{
    AccountId, ApiTokens, AuthenticationPolicy, DirectoryId, Enforcement, OrganizationId, PolicyId,
    Reverification, SessionDurations, Sso, SsoSetting,
};

/// The columns of [`policy`], out of a table called `p`.
macro_rules! columns {
    () => {
        "p.id, p.organization, p.directory, p.name, p.is_default, p.sso, p.idle, p.absolute, \
         p.enforced_at, p.returns_at, p.confirmed_at, p.required_until, p.reverification, \
         p.api_token_life, p.version"
    };
}

/// Joins account `a` with its home directory `h` and the policy `p` that it
/// has: the one named for it, then the first group rule that fits, else the
/// default one; each only if it is of the home directory. An account that
/// nobody manages has none. The same as [`computed`](fn@crate::model::computed),
/// which a test compares it with.
macro_rules! computed {
    () => {
        "left join membership m on m.account = a.id and m.organization = a.managed_by \
         left join domain n on n.organization = a.managed_by and n.name = a.domain \
            and n.verified_at is not null \
         left join directory h on h.id = coalesce(n.linked_to, (select d.id from directory d \
            where d.organization = a.managed_by and d.kind = 'local')) \
         left join authentication_policy p on p.id = coalesce( \
            (select q.id from authentication_policy q \
                where q.id = m.named_policy and q.directory = h.id), \
            (select q.id from account_group_member g \
                join policy_rule r on r.account_group = g.account_group \
                    and r.organization = a.managed_by \
                join authentication_policy q on q.id = r.policy and q.directory = h.id \
                where g.account = a.id order by r.place limit 1), \
            (select q.id from authentication_policy q \
                where q.is_default = 1 and q.directory = h.id))"
    };
}

/// How many columns [`policy`] reads.
pub(super) const WIDTH: usize = 15;

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
        sso, idle, absolute, enforced_at, returns_at, confirmed_at, required_until, \
        reverification, api_token_life, version, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    /// Only over the version that was read.
    UPDATE = "update authentication_policy set name = $1, sso = $2, idle = $3, absolute = $4, \
        enforced_at = $5, returns_at = $6, confirmed_at = $7, reverification = $8, \
        api_token_life = $9, version = version + 1 \
        where organization = $10 and id = $11 and version = $12";
    NO_DEFAULT = "update authentication_policy set is_default = 0, version = version + 1 \
        where organization = $1 and directory = $2 and is_default = 1";
    MAKE_DEFAULT = "update authentication_policy set is_default = 1, version = version + 1 \
        where organization = $1 and id = $2";
    DELETE = "delete from authentication_policy \
        where organization = $1 and id = $2 and is_default = 0";
    UNNAME_ALL = "update membership set named_policy = null \
        where organization = $1 and named_policy = $2";
    DELETE_PENDING_TESTS = "delete from pending_test where organization = $1 and policy = $2";
    COUNT = "select count(*) from authentication_policy where organization = $1";
    /// Policies of a directory, as its plan includes it or not any more.
    LAPSE = "update authentication_policy set required_until = $1, version = version + 1 \
        where organization = $2 and directory = $3 and required_until is null";
    INCLUDE = "update authentication_policy set required_until = null, version = version + 1 \
        where organization = $1 and directory = $2 and required_until is not null";
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
    let [enforced_at, returns_at, confirmed_at] = enforcement(policy.sso);
    let args: [Value; 16] = [
        policy.id.into(),
        policy.organization.into(),
        policy.directory.into(),
        policy.name.as_str().into(),
        policy.is_default.into(),
        policy.sso.as_str().into(),
        micros(policy.sessions.idle),
        micros(policy.sessions.absolute),
        enforced_at,
        returns_at,
        confirmed_at,
        policy.required_until.into(),
        reverification(policy),
        api_token_life(policy),
        policy.version.into(),
        now.into(),
    ];
    tx.execute(INSERT, args).await.map(|_| ())
}

/// Writes what was decided over the version that it was read with. Says
/// whether nobody else has written since.
pub(crate) async fn update(tx: &Tx, policy: &AuthenticationPolicy) -> Result<bool, StoreError> {
    let [enforced_at, returns_at, confirmed_at] = enforcement(policy.sso);
    let args: [Value; 12] = [
        policy.name.as_str().into(),
        policy.sso.as_str().into(),
        micros(policy.sessions.idle),
        micros(policy.sessions.absolute),
        enforced_at,
        returns_at,
        confirmed_at,
        reverification(policy),
        api_token_life(policy),
        policy.organization.into(),
        policy.id.into(),
        policy.version.into(),
    ];
    Ok(tx.execute(UPDATE, args).await? == 1)
}

/// One default policy in a directory: the old one first, so that there are
/// never two.
pub(crate) async fn make_default(tx: &Tx, policy: &AuthenticationPolicy) -> Result<(), StoreError> {
    let organization = Value::from(policy.organization);
    tx.execute(NO_DEFAULT, [organization.clone(), policy.directory.into()]).await?;
    tx.execute(MAKE_DEFAULT, [organization, policy.id.into()]).await.map(|_| ())
}

/// Deletes a policy that is nobody's default, and whatever names it. Says
/// whether it was there.
pub(crate) async fn delete(tx: &Tx, organization: OrganizationId, id: PolicyId) -> Result<bool, StoreError> {
    let args: [Value; 2] = [organization.into(), id.into()];
    tx.execute(UNNAME_ALL, args.clone()).await?;
    tx.execute(DELETE_PENDING_TESTS, args.clone()).await?;
    Ok(tx.execute(DELETE, args).await? == 1)
}

/// How many policies an organisation has.
pub(crate) async fn count(read: &ReadTx, organization: OrganizationId) -> Result<usize, StoreError> {
    let rows = read.query(COUNT, [organization.into()]).await?;
    let count: u32 = rows.first().map_or(Ok(0), |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// The plan does not include a directory any more: what it requires ends at
/// `until`, unless an earlier end was said already. Or it includes it again.
pub(crate) async fn lapse(
    tx: &Tx,
    (organization, directory): (OrganizationId, DirectoryId),
    until: Option<Timestamp>,
) -> Result<u64, StoreError> {
    match until {
        Some(until) => tx.execute(LAPSE, [until.into(), organization.into(), directory.into()]).await,
        None => tx.execute(INCLUDE, [organization.into(), directory.into()]).await,
    }
}

fn enforcement(sso: SsoSetting) -> [Value; 3] {
    match sso {
        SsoSetting::Enforced(enforcement) => {
            [enforcement.enforced_at.into(), enforcement.returns_at.into(), enforcement.confirmed_at.into()]
        }
        SsoSetting::Off | SsoSetting::Offered => [Value::Null, Value::Null, Value::Null],
    }
}

fn reverification(policy: &AuthenticationPolicy) -> Value {
    policy.reverification.map_or(Value::Null, |within| micros(within.age()))
}

fn api_token_life(policy: &AuthenticationPolicy) -> Value {
    match policy.api_tokens {
        ApiTokens::Allowed(longest) => micros(longest),
        ApiTokens::Blocked => Value::Null,
    }
}

/// A policy from the columns that begin at `at`.
pub(super) fn policy(row: &Row, at: usize) -> Result<AuthenticationPolicy, StoreError> {
    Ok(AuthenticationPolicy {
        id: id(row, at, PolicyId::new)?,
        organization: id(row, at + 1, OrganizationId::new)?,
        directory: id(row, at + 2, DirectoryId::new)?,
        name: name(row, at + 3)?,
        is_default: row.get(at + 4)?,
        sso: sso(row, at)?,
        sessions: SessionDurations { idle: duration(row, at + 6)?, absolute: duration(row, at + 7)? },
        required_until: row.get(at + 11)?,
        reverification: match row.get::<Option<u64>>(at + 12)? {
            Some(age) => {
                Some(Reverification::new(Duration::from_micros(age)).map_err(|_| unreadable(at + 12))?)
            }
            None => None,
        },
        api_tokens: match row.get::<Option<u64>>(at + 13)? {
            Some(longest) => ApiTokens::Allowed(Duration::from_micros(longest)),
            None => ApiTokens::Blocked,
        },
        version: row.get(at + 14)?,
    })
}

fn sso(row: &Row, at: usize) -> Result<SsoSetting, StoreError> {
    Ok(match parsed::<Sso>(row, at + 5)? {
        Sso::Off => SsoSetting::Off,
        Sso::Offered => SsoSetting::Offered,
        Sso::Enforced => SsoSetting::Enforced(Enforcement {
            enforced_at: row.get(at + 8)?,
            returns_at: row.get(at + 9)?,
            confirmed_at: row.get(at + 10)?,
        }),
    })
}

/// The same, out of an outer join.
pub(super) fn some_policy(row: &Row, at: usize) -> Result<Option<AuthenticationPolicy>, StoreError> {
    match row.get::<Option<Uuid>>(at)? {
        Some(_) => policy(row, at).map(Some),
        None => Ok(None),
    }
}
