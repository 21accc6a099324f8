//! The table `users`.

use console::person::{DisplayName, EmailAddress, PersonId};
use jiff::Timestamp;
use store::{ReadTx, Row, StoreError, Tx, Value};

use super::known;
use crate::model::role::Role;
use crate::model::search::{Query, words_of};
use crate::model::user::{User, UserState, Username};

store::statements! {
    FIND = "select id, shown, first_name, last_name, username, role, state from users where id = $1";
    FIND_BY_EMAIL = "select id, shown, first_name, last_name, username, role, state from users where email = $1";
    LIST = "select id, shown, first_name, last_name, username, role, state from users where email > $1 \
        order by email limit $2";
    SEARCH_1 = "select id, shown, first_name, last_name, username, role, state from users where email > $3 \
        and id in (select person from user_word where word >= $1 and word < $2) order by email limit $4";
    SEARCH_2 = "select id, shown, first_name, last_name, username, role, state from users where email > $3 \
        and id in (select person from user_word where word >= $1 and word < $2) \
        and id in (select person from user_word where word >= $5 and word < $6) order by email limit $4";
    SEARCH_3 = "select id, shown, first_name, last_name, username, role, state from users where email > $3 \
        and id in (select person from user_word where word >= $1 and word < $2) \
        and id in (select person from user_word where word >= $5 and word < $6) \
        and id in (select person from user_word where word >= $7 and word < $8) order by email limit $4";
    DELETE_WORDS = "delete from user_word where person = $1";
    INSERT_WORD = "insert into user_word (word, person) values ($1, $2) on conflict do nothing";
    FIND_DOMAIN = "select 1 from user_word where word = $1 limit 1";
    COUNT = "select count(*) from users";
    INSERT = "insert into users (id, email, shown, first_name, last_name, username, role, state, created_at, updated_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)";
    UPDATE_DETAILS = "update users set email = $1, shown = $2, first_name = $3, last_name = $4, username = $5, \
        updated_at = $6 where id = $7";
    UPDATE_ROLE = "update users set role = $1, updated_at = $2 where id = $3";
    UPDATE_STATE = "update users set state = $1, updated_at = $2 where id = $3 and state <> $1";
    COUNT_OWNERS = "select count(*) from users where role = 'owner' and state = 'active'";
}

pub(crate) async fn find(tx: &ReadTx, id: PersonId) -> Result<Option<User>, StoreError> {
    let row = tx.query_opt(FIND, [Value::from(id.uuid())]).await?;
    row.as_ref().map(user).transpose()
}

pub(crate) async fn find_by_email(tx: &ReadTx, email: &EmailAddress) -> Result<Option<User>, StoreError> {
    let row = tx.query_opt(FIND_BY_EMAIL, [Value::from(email.as_str())]).await?;
    row.as_ref().map(user).transpose()
}

/// People in the order of their addresses, after `after` (the empty text: from the start).
pub(crate) async fn list(tx: &ReadTx, after: &str, limit: u32) -> Result<Vec<User>, StoreError> {
    let rows = tx.query(LIST, [Value::from(after), Value::from(limit)]).await?;
    rows.iter().map(user).collect()
}

/// People whom a query finds by the beginnings of their words, in the order of their addresses, after `after`.
pub(crate) async fn search(
    tx: &ReadTx,
    query: &Query,
    after: &str,
    limit: u32,
) -> Result<Vec<User>, StoreError> {
    let mut args = Vec::with_capacity(8);
    for (position, term) in query.terms().iter().enumerate() {
        args.extend([Value::from(term), Value::from(format!("{term}{LAST}"))]);
        if position == 0 {
            args.extend([Value::from(after), Value::from(limit)]);
        }
    }
    let sql = match query.terms().len() {
        1 => SEARCH_1,
        2 => SEARCH_2,
        _ => SEARCH_3,
    };
    let rows = tx.query(sql, args).await?;
    rows.iter().map(user).collect()
}

/// Whether anybody has an address of this domain.
pub(crate) async fn has_domain(tx: &ReadTx, domain: &str) -> Result<bool, StoreError> {
    Ok(tx.query_opt(FIND_DOMAIN, [Value::from(domain)]).await?.is_some())
}

/// Writes anew by which words a person is found; to be called whenever a name or address is written.
pub(crate) async fn index(tx: &Tx, user: &User) -> Result<(), StoreError> {
    tx.execute(DELETE_WORDS, [Value::from(user.id.uuid())]).await?;
    for word in words_of(user) {
        tx.execute(INSERT_WORD, [Value::from(word), Value::from(user.id.uuid())]).await?;
    }
    Ok(())
}

pub(crate) async fn count(tx: &ReadTx) -> Result<u64, StoreError> {
    let row = tx.query_opt(COUNT, []).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

pub(crate) async fn insert(tx: &Tx, user: &User, now: Timestamp) -> Result<(), StoreError> {
    let args = [
        Value::from(user.id.uuid()),
        Value::from(user.email.as_str()),
        Value::from(user.email.shown()),
        Value::from(user.first_name.as_str()),
        Value::from(user.last_name.as_str()),
        Value::from(user.username.as_str()),
        Value::from(user.role.map(Role::as_str)),
        Value::from(user.state.as_str()),
        Value::from(now),
    ];
    tx.execute(INSERT, args).await?;
    index(tx, user).await
}

/// The name, the address and the user name that `user` has now.
pub(crate) async fn update_details(tx: &Tx, user: &User, now: Timestamp) -> Result<(), StoreError> {
    let args = [
        Value::from(user.email.as_str()),
        Value::from(user.email.shown()),
        Value::from(user.first_name.as_str()),
        Value::from(user.last_name.as_str()),
        Value::from(user.username.as_str()),
        Value::from(now),
        Value::from(user.id.uuid()),
    ];
    tx.execute(UPDATE_DETAILS, args).await?;
    index(tx, user).await
}

pub(crate) async fn update_role(
    tx: &Tx,
    id: PersonId,
    role: Option<Role>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let args = [Value::from(role.map(Role::as_str)), Value::from(now), Value::from(id.uuid())];
    tx.execute(UPDATE_ROLE, args).await.map(|_| ())
}

/// Says whether the state is another one now.
pub(crate) async fn update_state(
    tx: &Tx,
    id: PersonId,
    state: UserState,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let args = [Value::from(state.as_str()), Value::from(now), Value::from(id.uuid())];
    Ok(tx.execute(UPDATE_STATE, args).await? == 1)
}

/// Owners who can sign in. A rule about this number takes its lock first.
pub(crate) async fn count_owners(tx: &ReadTx) -> Result<u64, StoreError> {
    let row = tx.query_opt(COUNT_OWNERS, []).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// A row of the columns `id, shown, first_name, last_name, username, role, state`, in this order.
pub(super) fn user(row: &Row) -> Result<User, StoreError> {
    let (shown, first, last): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
    let (username, role, state): (String, Option<String>, String) = (row.get(4)?, row.get(5)?, row.get(6)?);
    let role = role.map(|word| known(Role::parse(&word), "users.role")).transpose()?;
    Ok(User {
        id: PersonId::new(row.get(0)?),
        email: known(EmailAddress::parse(&shown).ok(), "users.shown")?,
        first_name: known(DisplayName::parse(&first).ok(), "users.first_name")?,
        last_name: known(DisplayName::parse(&last).ok(), "users.last_name")?,
        username: known(Username::parse(&username).ok(), "users.username")?,
        role,
        state: known(UserState::parse(&state), "users.state")?,
    })
}

/// Stands after every character: the end of a range of words with the same beginning.
const LAST: char = '\u{10FFFF}';
