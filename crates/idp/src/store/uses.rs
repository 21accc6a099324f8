//! The table `application_use`, and the live rows of `sign_in` beside it: who was answered for at an application, and when
//! last. A sign-in lives for an hour; sweeping folds it in here, so that the answer itself writes no row more.

use console::person::PersonId;
use jiff::Timestamp;
use store::{ReadTx, StoreError, Tx, Value};

use super::users;
use crate::model::application::ApplicationId;
use crate::model::user::User;

store::statements! {
    LIST_ENDED = "select application, person, max(finished_at) from sign_in \
        where expires_at <= $1 and finished_at is not null and person is not null group by application, person";
    UPSERT = "insert into application_use (application, person, used_at) values ($1, $2, $3) \
        on conflict (application, person) do update set used_at = excluded.used_at \
        where application_use.used_at < excluded.used_at";
    KEPT = "select u.id, u.shown, u.first_name, u.last_name, u.username, u.role, u.state, a.used_at \
        from application_use a join users u on u.id = a.person where a.application = $1 \
        order by a.used_at desc limit $2";
    LIVE = "select u.id, u.shown, u.first_name, u.last_name, u.username, u.role, u.state, max(s.finished_at) \
        from sign_in s join users u on u.id = s.person \
        where s.application = $1 and s.finished_at is not null \
        group by u.id, u.shown, u.first_name, u.last_name, u.username, u.role, u.state \
        order by max(s.finished_at) desc limit $2";
    COUNT = "select count(*) from (select person from application_use where application = $1 and used_at > $2 \
        union select person from sign_in where application = $1 and finished_at > $2 and person is not null) p";
    DELETE_ALL = "delete from application_use where application = $1";
}

/// Somebody who was answered for.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub(crate) user: User,
    pub(crate) at: Timestamp,
}

/// Who signed in lately, the last first, each once.
pub(crate) async fn list(tx: &ReadTx, of: ApplicationId, limit: u32) -> Result<Vec<Use>, StoreError> {
    let mut uses: Vec<Use> = Vec::new();
    for sql in [LIVE, KEPT] {
        for row in tx.query(sql, [Value::from(of.uuid()), Value::from(limit)]).await? {
            let one = Use { user: users::user(&row)?, at: row.get(7)? };
            match uses.iter_mut().find(|known| known.user.id == one.user.id) {
                Some(known) => known.at = known.at.max(one.at),
                None => uses.push(one),
            }
        }
    }
    uses.sort_by_key(|one| std::cmp::Reverse(one.at));
    uses.truncate(limit as usize);
    Ok(uses)
}

/// How many people signed in after `since`.
pub(crate) async fn count(tx: &ReadTx, of: ApplicationId, since: Timestamp) -> Result<u64, StoreError> {
    let row = tx.query_opt(COUNT, [Value::from(of.uuid()), Value::from(since)]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Sign-ins that are about to be swept: whose, where, and the last.
pub(crate) async fn list_ended(
    tx: &ReadTx,
    now: Timestamp,
) -> Result<Vec<(ApplicationId, PersonId, Timestamp)>, StoreError> {
    let rows = tx.query(LIST_ENDED, [Value::from(now)]).await?;
    rows.iter()
        .map(|row| Ok((ApplicationId::new(row.get(0)?), PersonId::new(row.get(1)?), row.get(2)?)))
        .collect()
}

/// The later of the two stays.
pub(crate) async fn upsert(
    tx: &Tx,
    (application, person): (ApplicationId, PersonId),
    at: Timestamp,
) -> Result<(), StoreError> {
    let args = [Value::from(application.uuid()), Value::from(person.uuid()), Value::from(at)];
    tx.execute(UPSERT, args).await.map(|_| ())
}

pub(crate) async fn delete_all(tx: &Tx, of: ApplicationId) -> Result<(), StoreError> {
    tx.execute(DELETE_ALL, [Value::from(of.uuid())]).await.map(|_| ())
}
