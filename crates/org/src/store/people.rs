//! Finding the people of an organisation: by the beginnings of words, by role.

use ::store::{ReadTx, StoreError, Tx, Value};
use console::person::{DisplayName, EmailAddress};
use console::search::{Query, words};

use super::accounts;
use crate::model::{Account, AccountId, Membership, OrganizationId};

/// Whether a word of account `m.account` is in a range.
macro_rules! found_by {
    ($from:literal, $to:literal) => {
        concat!(
            "m.account in (select w.account from account_word w where w.word >= ",
            $from,
            " and w.word < ",
            $to,
            ")"
        )
    };
}

::store::statements! {
    /// A page of members, of those whom each term finds by the beginning of a word.
    SEARCH_1 = concat!("select ", accounts::columns!(), ", m.role, m.named_policy from membership m \
        join account a on a.id = m.account \
        where m.organization = $1 and m.account > $2 and ", found_by!("$4", "$5"), " \
        order by m.account limit $3");
    SEARCH_2 = concat!("select ", accounts::columns!(), ", m.role, m.named_policy from membership m \
        join account a on a.id = m.account \
        where m.organization = $1 and m.account > $2 and ", found_by!("$4", "$5"), " \
        and ", found_by!("$6", "$7"), " order by m.account limit $3");
    SEARCH_3 = concat!("select ", accounts::columns!(), ", m.role, m.named_policy from membership m \
        join account a on a.id = m.account \
        where m.organization = $1 and m.account > $2 and ", found_by!("$4", "$5"), " \
        and ", found_by!("$6", "$7"), " and ", found_by!("$8", "$9"), " order by m.account limit $3");
    ADMINISTRATORS = concat!("select ", accounts::columns!(), ", m.role, m.named_policy from membership m \
        join account a on a.id = m.account \
        where m.organization = $1 and m.role = 'administrator' order by m.account limit 200");
    /// Whether the account belongs to another organisation than `$1`, too.
    ELSEWHERE = "select 1 from membership where account = $2 and organization <> $1 limit 1";
    DELETE_MEMBERSHIP = "delete from membership where organization = $1 and account = $2";
    /// Only from the address that was shown, and only to one that nobody has.
    SET_ADDRESS = "update account set address = $1, domain = $2, shown_as = $3 \
        where id = $4 and address = $5 \
        and not exists (select 1 from account b where b.address = $1 and b.id <> $4)";
    DELETE_WORDS = "delete from account_word where account = $1";
    INSERT_WORD = "insert into account_word (word, account) values ($1, $2) on conflict do nothing";
}

/// Members after `after` whom a query finds, at most `limit`.
pub(crate) async fn search(
    read: &ReadTx,
    (organization, query): (OrganizationId, &Query),
    after: Option<AccountId>,
    limit: u32,
) -> Result<Vec<(Account, Membership)>, StoreError> {
    let after = after.map_or_else(|| Value::from(""), Value::from);
    let mut args: Vec<Value> = vec![organization.into(), after, limit.into()];
    for term in query.terms() {
        args.extend([Value::from(term), Value::from(format!("{term}{LAST}"))]);
    }
    let sql = match query.terms().len() {
        1 => SEARCH_1,
        2 => SEARCH_2,
        _ => SEARCH_3,
    };
    let rows = read.query(sql, args).await?;
    rows.iter().map(|row| accounts::member(row, organization)).collect()
}

/// Everybody who administers an organisation; the first 200.
pub(crate) async fn administrators(
    read: &ReadTx,
    organization: OrganizationId,
) -> Result<Vec<(Account, Membership)>, StoreError> {
    let rows = read.query(ADMINISTRATORS, [organization.into()]).await?;
    rows.iter().map(|row| accounts::member(row, organization)).collect()
}

/// Whether an account belongs to further organisations.
pub(crate) async fn belongs_elsewhere(
    read: &ReadTx,
    organization: OrganizationId,
    account: AccountId,
) -> Result<bool, StoreError> {
    let args: [Value; 2] = [organization.into(), account.into()];
    Ok(read.query_opt(ELSEWHERE, args).await?.is_some())
}

/// Says whether the account was a member.
pub(crate) async fn delete_membership(
    tx: &Tx,
    organization: OrganizationId,
    account: AccountId,
) -> Result<bool, StoreError> {
    let args: [Value; 2] = [organization.into(), account.into()];
    Ok(tx.execute(DELETE_MEMBERSHIP, args).await? == 1)
}

/// Says whether the address was still the old one and the new one nobody's, whatever the account's standing.
pub(crate) async fn set_address(
    tx: &Tx,
    account: AccountId,
    (from, to): (&EmailAddress, &EmailAddress),
) -> Result<bool, StoreError> {
    let args: [Value; 5] =
        [to.as_str().into(), to.domain().into(), to.shown().into(), account.into(), from.as_str().into()];
    if tx.execute(SET_ADDRESS, args).await? == 0 {
        return Ok(false);
    }
    index(tx, account).await?;
    Ok(true)
}

/// Writes anew by which words an account is found.
pub(super) async fn index(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    let Some(found) = accounts::find(tx, account).await? else { return Ok(()) };
    tx.execute(DELETE_WORDS, [account.into()]).await?;
    for word in words_of(&found) {
        tx.execute(INSERT_WORD, [word.into(), account.into()]).await?;
    }
    Ok(())
}

/// Of both names, and of the address: whole, its parts, its domain.
fn words_of(account: &Account) -> Vec<String> {
    let address = account.address.as_str();
    let local = address.split('@').next().unwrap_or_default();
    let names = [&account.first_name, &account.last_name].into_iter().flatten().map(DisplayName::as_str);
    let names: Vec<&str> = names.collect();
    let parts = names.iter().copied().chain([local]).flat_map(words);
    let mut all: Vec<String> = parts.collect();
    all.extend(names.iter().flat_map(|name| name.split_whitespace()).map(str::to_lowercase));
    all.extend([address, account.address.domain()].map(str::to_lowercase));
    all.sort_unstable();
    all.dedup();
    all
}

/// Stands after every character: the end of a range of words with the same beginning.
const LAST: char = '\u{10ffff}';
