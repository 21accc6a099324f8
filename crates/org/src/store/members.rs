//! The members of policies: who they are, how they came in last, and moving
//! many at once.

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use console::person::EmailAddress;
use jiff::Timestamp;

use super::values::{id, some_id};
use super::{accounts, many, policies};
use crate::model::enforce::{Attempt, Member, Witness};
use crate::model::{Account, AccountId, DirectoryId, Many, OrganizationId, PolicyId};

/// Whether account `a`, which organisation `$101` manages, has its home in
/// directory `$102`.
macro_rules! fits {
    () => {
        "a.managed_by = $101 and coalesce((select n.linked_to from domain n \
            where n.organization = $101 and n.name = a.domain and n.verified_at is not null), \
            (select d.id from directory d where d.organization = $101 and d.kind = 'local')) = $102"
    };
}

::store::statements! {
    /// Active members of a policy with what came of their last sign-in.
    OF_POLICY = concat!("select a.id, \
        (select count(*) from account_link l where l.account = a.id and l.directory = $1), \
        (select count(*) from passkey k where k.person = a.id and k.revoked_at is null), \
        s.at, s.version, s.refused from account a ", policies::computed!(), " \
        left join directory_sign_in s on s.account = a.id and s.directory = $1 \
        where a.managed_by = $2 and a.standing = 'active' and p.id = $3 and a.id > $4 \
        order by a.id limit $5");
    WITNESS = concat!("select s.account, s.came_in_at from directory_sign_in s \
        join account a on a.id = s.account ", policies::computed!(), " \
        where s.directory = $1 and s.came_in_at > $2 and p.id = $3 \
        order by s.came_in_at desc limit 1");
    CAME_IN = "insert into directory_sign_in (directory, account, version, at, refused, came_in_at) \
        values ($1, $2, $3, $4, null, $5) on conflict (directory, account) do update \
        set version = excluded.version, at = excluded.at, refused = null, \
            came_in_at = excluded.came_in_at";
    REFUSED = "insert into directory_sign_in (directory, account, version, at, refused, came_in_at) \
        values ($1, $2, $3, $4, $5, null) on conflict (directory, account) do update \
        set version = excluded.version, at = excluded.at, refused = excluded.refused";
    /// Settled: what would happen again does not any more.
    SETTLED = "update directory_sign_in set refused = null \
        where directory = $1 and account = $2 and refused is not null";
    SETTLED_ALL = "update directory_sign_in set refused = null where account = $1";
    OPEN_REFUSAL = "select refused from directory_sign_in where directory = $1 and account = $2";
    CONFLICTS = concat!("select ", accounts::columns!(), ", d.id, d.name, s.at, s.refused \
        from directory d join directory_sign_in s on s.directory = d.id and s.refused is not null \
        join account a on a.id = s.account \
        where d.organization = $1 and a.managed_by = $1 order by s.at desc, a.id limit $2");
    BY_ADDRESS = concat!("select a.address, a.id, a.managed_by, \
        coalesce(n.linked_to, (select d.id from directory d \
            where d.organization = a.managed_by and d.kind = 'local')) \
        from account a left join domain n on n.organization = a.managed_by and n.name = a.domain \
            and n.verified_at is not null \
        where a.address in ", "(", many::hundred!(), ")");
    NAME = concat!("update membership set named_policy = $103 where organization = $101 \
        and account in (", many::hundred!(), ") and exists (select 1 from account a \
            where a.id = membership.account and ", fits!(), ")");
    UNNAME = "update membership set named_policy = null where organization = $1 and account = $2";
}

/// Active members of a policy after `after`, at most `limit`.
pub(crate) async fn of_policy(
    read: &ReadTx,
    (organization, directory, policy): (OrganizationId, DirectoryId, PolicyId),
    after: Option<AccountId>,
    limit: u32,
) -> Result<Vec<Member>, StoreError> {
    let after = after.map_or_else(|| Value::from(""), Value::from);
    let args: [Value; 5] = [directory.into(), organization.into(), policy.into(), after, limit.into()];
    let rows = read.query(OF_POLICY, args).await?;
    rows.iter().map(member).collect()
}

/// The last session that a member of a policy opened through its directory,
/// if that was after `since`.
pub(crate) async fn witness(
    read: &ReadTx,
    (directory, policy): (DirectoryId, PolicyId),
    since: Timestamp,
) -> Result<Option<Witness>, StoreError> {
    let row = read.query_opt(WITNESS, [directory.into(), since.into(), policy.into()]).await?;
    row.map(|row| Ok(Witness { account: id(&row, 0, AccountId::new)?, at: row.get(1)? })).transpose()
}

/// Notes what came of a sign-in that an account made through a directory.
pub(crate) async fn note_sign_in(
    tx: &Tx,
    (directory, account): (DirectoryId, AccountId),
    attempt: &Attempt,
) -> Result<(), StoreError> {
    let at = Value::from(attempt.at);
    let (sql, last) = match &attempt.refused {
        None => (CAME_IN, at.clone()),
        Some(code) => (REFUSED, code.into()),
    };
    let args: [Value; 5] = [directory.into(), account.into(), attempt.version.into(), at, last];
    tx.execute(sql, args).await.map(|_| ())
}

/// What refused an account at a directory was settled. Says whether something was there.
pub(crate) async fn forget_refusal(
    tx: &Tx,
    (directory, account): (DirectoryId, AccountId),
) -> Result<bool, StoreError> {
    Ok(tx.execute(SETTLED, [directory.into(), account.into()]).await? == 1)
}

/// The same at every directory.
pub(crate) async fn forget_refusals(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    tx.execute(SETTLED_ALL, [account.into()]).await.map(|_| ())
}

/// The code of an account's last sign-in through a directory, if it would be refused again.
pub(crate) async fn open_refusal(
    read: &ReadTx,
    (directory, account): (DirectoryId, AccountId),
) -> Result<Option<String>, StoreError> {
    let row = read.query_opt(OPEN_REFUSAL, [directory.into(), account.into()]).await?;
    row.map_or(Ok(None), |row| row.get(0))
}

/// A sign-in that would be refused again until somebody settles it.
#[derive(Clone, Debug)]
pub(crate) struct Conflict {
    pub(crate) account: Account,
    pub(crate) directory: DirectoryId,
    pub(crate) directory_name: String,
    pub(crate) at: Timestamp,
    pub(crate) code: String,
}

/// The conflicts of an organisation's own accounts, newest first.
pub(crate) async fn conflicts(
    read: &ReadTx,
    organization: OrganizationId,
    limit: u32,
) -> Result<Vec<Conflict>, StoreError> {
    let rows = read.query(CONFLICTS, [organization.into(), limit.into()]).await?;
    let conflict = |row| {
        Ok(Conflict {
            account: accounts::account(row)?,
            directory: id(row, accounts::WIDTH, DirectoryId::new)?,
            directory_name: row.get(accounts::WIDTH + 1)?,
            at: row.get(accounts::WIDTH + 2)?,
            code: row.get(accounts::WIDTH + 3)?,
        })
    };
    rows.iter().map(conflict).collect()
}

/// An account as an import finds it.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) address: String,
    pub(crate) account: AccountId,
    pub(crate) managed_by: Option<OrganizationId>,
    /// The directory that its domain belongs to.
    pub(crate) home: Option<DirectoryId>,
}

/// The accounts of many addresses, a hundred in a statement.
pub(crate) async fn by_addresses(
    read: &ReadTx,
    addresses: &[EmailAddress],
) -> Result<Vec<Found>, StoreError> {
    let mut all = Vec::with_capacity(addresses.len());
    for some in addresses.chunks(many::HUNDRED) {
        let texts: Vec<String> = some.iter().map(|address| address.as_str().to_owned()).collect();
        for row in &read.query(BY_ADDRESS, many::args(&texts, [])).await? {
            all.push(Found {
                address: row.get(0)?,
                account: id(row, 1, AccountId::new)?,
                managed_by: some_id(row, 2, OrganizationId::new)?,
                home: some_id(row, 3, DirectoryId::new)?,
            });
        }
    }
    Ok(all)
}

/// Names a policy of a directory for many members. Says for how many: those
/// that the organisation manages and whose home the directory is.
pub(crate) async fn name_policy(
    tx: &Tx,
    (organization, directory, policy): (OrganizationId, DirectoryId, PolicyId),
    accounts: &Many,
) -> Result<u64, StoreError> {
    let mut all = 0;
    for portion in accounts.portions() {
        let args = many::args(portion, [organization.into(), directory.into(), policy.into()]);
        all += tx.execute(NAME, args).await?;
    }
    Ok(all)
}

/// Takes the named policy from a member.
pub(crate) async fn unname_policy(
    tx: &Tx,
    organization: OrganizationId,
    account: AccountId,
) -> Result<(), StoreError> {
    tx.execute(UNNAME, [organization.into(), account.into()]).await.map(|_| ())
}

fn member(row: &Row) -> Result<Member, StoreError> {
    let at: Option<Timestamp> = row.get(3)?;
    let last = match at {
        Some(at) => Some(Attempt { at, version: row.get(4)?, refused: row.get(5)? }),
        None => None,
    };
    Ok(Member {
        account: id(row, 0, AccountId::new)?,
        linked: row.get::<i64>(1)? > 0,
        has_passkey: row.get::<i64>(2)? > 0,
        last,
    })
}
