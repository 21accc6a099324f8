//! The members of a policy as its pages list them: a page at a time, or found
//! by the beginnings of words, each with the reason for which it is one
//! and with what came of its last sign-in.

use ::store::{ReadTx, Row, StoreError, Value};
use console::person::DisplayName;
use console::search::Query;
use jiff::Timestamp;

use super::values::{address, id, name, parsed, some, some_id};
use super::{many, policies};
use crate::model::enforce::{Attempt, Member};
use crate::model::{Account, AccountId, AuthenticationPolicy, GroupId, Many, OrganizationId, PolicyId, Role};

/// What [`listed`] reads; `s` is the last sign-in through the directory.
macro_rules! columns {
    () => {
        "a.id, a.shown_as, a.first_name, a.last_name, a.standing, a.managed_by, a.created_at, m.role, \
         case when m.named_policy = p.id then 1 else 0 end, \
         (select gr.name from account_group_member gm \
            join policy_rule pr on pr.account_group = gm.account_group \
                and pr.organization = a.managed_by and pr.policy = p.id \
            join account_group gr on gr.id = gm.account_group \
            where gm.account = a.id order by pr.place limit 1), \
         (select count(*) from account_link l where l.account = a.id and l.directory = p.directory), \
         (select count(*) from passkey k where k.person = a.id and k.revoked_at is null), \
         s.at, s.version, s.refused, s.came_in_at"
    };
}

/// Account `a` with its policy `p` and its last sign-in `s`.
macro_rules! joined {
    () => {
        concat!(
            policies::computed!(),
            " left join directory_sign_in s on s.account = a.id and s.directory = p.directory "
        )
    };
}

/// Whoever may have the policy `$2`, as `c`: it is named for them, or a rule of
/// one of their groups leads to it. Those after `$3`.
macro_rules! candidates {
    () => {
        "from (select w.account from membership w where w.named_policy = $2 and w.account > $3 \
            union select v.account from policy_rule u \
                join account_group_member v on v.account_group = u.account_group \
                where u.policy = $2 and v.account > $3) c join account a on a.id = c.account "
    };
}

/// The members of an organisation after `$3`: the default policy of a directory
/// is that of most of them.
macro_rules! everybody {
    () => {
        "from membership w join account a on a.id = w.account and w.organization = $1 \
            and w.account > $3 "
    };
}

::store::statements! {
    OF_DEFAULT = concat!("select ", columns!(), " ", everybody!(), joined!(),
        "where a.managed_by = $1 and p.id = $2 order by w.account limit $4");
    OF_OTHER = concat!("select ", columns!(), " ", candidates!(), joined!(),
        "where a.managed_by = $1 and p.id = $2 order by c.account limit $4");
    BY_WORDS = concat!("select ", columns!(), " from account a ", joined!(),
        "where a.managed_by = $1 and p.id = $2 \
        and a.id in (select w.account from account_word w where w.word >= $4 and w.word < $5) \
        and a.id in (select w.account from account_word w where w.word >= $6 and w.word < $7) \
        and a.id in (select w.account from account_word w where w.word >= $8 and w.word < $9) \
        order by a.id limit $3");
    COUNT_DEFAULT = concat!("select count(*) from (select a.id ", everybody!(), policies::computed!(),
        " where a.managed_by = $1 and p.id = $2 limit $4) t");
    COUNT_OTHER = concat!("select count(*) from (select a.id ", candidates!(), policies::computed!(),
        " where a.managed_by = $1 and p.id = $2 limit $4) t");
    STILL = concat!("select count(*) from account a ", policies::computed!(),
        " where a.managed_by = $101 and p.id = $102 and a.id in (", many::hundred!(), ")");
    /// Names nothing any more for many.
    UNNAME = concat!("update membership set named_policy = null \
        where organization = $101 and account in (", many::hundred!(), ")");
    GROUPS = "select id, name from account_group where organization = $1 order by name_key limit 500";
}

/// A member of a policy.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) account: Account,
    pub(crate) role: Role,
    pub(crate) why: Why,
    pub(crate) member: Member,
    /// When it last opened a session through the directory.
    pub(crate) came_in_at: Option<Timestamp>,
}

/// Why an account has its policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The policy is named for it.
    Named,
    /// The rule of this group leads to it.
    Group(DisplayName),
    /// It is the default one.
    Default,
}

/// The members after `after`, at most `limit`.
pub(crate) async fn list(
    read: &ReadTx,
    policy: &AuthenticationPolicy,
    after: Option<AccountId>,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let after = after.map_or_else(|| Value::from(""), Value::from);
    let args: [Value; 4] = [policy.organization.into(), policy.id.into(), after, limit.into()];
    let sql = if policy.is_default { OF_DEFAULT } else { OF_OTHER };
    let rows = read.query(sql, args).await?;
    rows.iter().map(listed).collect()
}

/// The members whom a query finds by the beginnings of words, at most `limit`.
pub(crate) async fn search(
    read: &ReadTx,
    policy: &AuthenticationPolicy,
    query: &Query,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let mut args: Vec<Value> = vec![policy.organization.into(), policy.id.into(), limit.into()];
    // Fewer terms than there is room for: the last one stands for the others.
    let terms = query.terms();
    for at in 0..3 {
        let term = terms.get(at).or(terms.last()).map(String::as_str).unwrap_or_default();
        let end = format!("{term}\u{10ffff}");
        args.extend([Value::from(term), Value::from(end)]);
    }
    let rows = read.query(BY_WORDS, args).await?;
    rows.iter().map(listed).collect()
}

/// How many members a policy has, as far as `limit`.
pub(crate) async fn count(
    read: &ReadTx,
    policy: &AuthenticationPolicy,
    limit: u32,
) -> Result<u32, StoreError> {
    let args: [Value; 4] = [policy.organization.into(), policy.id.into(), "".into(), limit.into()];
    let sql = if policy.is_default { COUNT_DEFAULT } else { COUNT_OTHER };
    let row = read.query_opt(sql, args).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Whether all of them have this policy.
pub(crate) async fn all_have(
    read: &ReadTx,
    (organization, policy): (OrganizationId, PolicyId),
    accounts: &Many,
) -> Result<bool, StoreError> {
    let mut have = 0_u64;
    for portion in accounts.portions() {
        let args = many::args(portion, [organization.into(), policy.into()]);
        let row = read.query_opt(STILL, args).await?;
        have += row.map_or(Ok(0), |row| row.get::<u64>(0))?;
    }
    Ok(have == accounts.count())
}

/// Takes the named policy from many members.
pub(crate) async fn unname(
    tx: &::store::Tx,
    organization: OrganizationId,
    accounts: &Many,
) -> Result<(), StoreError> {
    for portion in accounts.portions() {
        tx.execute(UNNAME, many::args(portion, [organization.into()])).await?;
    }
    Ok(())
}

/// The groups of an organisation, by name.
pub(crate) async fn groups(
    read: &ReadTx,
    organization: OrganizationId,
) -> Result<Vec<(GroupId, DisplayName)>, StoreError> {
    let rows = read.query(GROUPS, [organization.into()]).await?;
    rows.iter().map(|row| Ok((id(row, 0, GroupId::new)?, name(row, 1)?))).collect()
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    let account = Account {
        id: id(row, 0, AccountId::new)?,
        address: address(row, 1)?,
        first_name: some(row, 2, DisplayName::parse)?,
        last_name: some(row, 3, DisplayName::parse)?,
        standing: parsed(row, 4)?,
        managed_by: some_id(row, 5, OrganizationId::new)?,
        created_at: row.get(6)?,
    };
    let why = match (row.get::<bool>(8)?, some(row, 9, DisplayName::parse)?) {
        (true, _) => Why::Named,
        (false, Some(group)) => Why::Group(group),
        (false, None) => Why::Default,
    };
    let at: Option<Timestamp> = row.get(12)?;
    let last = match at {
        Some(at) => Some(Attempt { at, version: row.get(13)?, refused: row.get(14)? }),
        None => None,
    };
    let member = Member {
        account: account.id,
        linked: row.get::<i64>(10)? > 0,
        has_passkey: row.get::<i64>(11)? > 0,
        last,
    };
    Ok(Listed { role: parsed(row, 7)?, account, why, member, came_in_at: row.get(15)? })
}
