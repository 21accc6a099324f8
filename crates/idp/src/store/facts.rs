//! What a sign-in is decided by, read together: a person at an application, as of now.

use console::person::PersonId;
use store::{ReadTx, StoreError, Value};

use super::users;
use crate::model::application::ApplicationId;
use crate::model::user::User;

store::statements! {
    FIND = "select u.id, u.shown, u.first_name, u.last_name, u.username, u.role, u.state, \
        cast(case when a.audience = 'everyone' or exists (select 1 from assignment g \
            where g.application = a.id and g.person = u.id) \
            or exists (select 1 from group_assignment ga join group_member gm on gm.user_group = ga.user_group \
            where ga.application = a.id and gm.person = u.id) then 1 else 0 end as bigint) \
        from users u, application a where u.id = $1 and a.id = $2";
    HOLDS = "select 1 from users u, application a where u.id = $1 and a.id = $2 \
        and u.state = 'active' and a.state = 'enabled' \
        and (a.audience = 'everyone' or exists (select 1 from assignment g \
            where g.application = a.id and g.person = u.id) \
            or exists (select 1 from group_assignment ga join group_member gm on gm.user_group = ga.user_group \
            where ga.application = a.id and gm.person = u.id))";
}

/// A person at an application: who, and whether it is for them.
#[derive(Debug, Clone)]
pub(crate) struct PersonAt {
    pub(crate) user: User,
    pub(crate) assigned: bool,
}

pub(crate) async fn find(
    tx: &ReadTx,
    person: PersonId,
    application: ApplicationId,
) -> Result<Option<PersonAt>, StoreError> {
    let row = tx.query_opt(FIND, [Value::from(person.uuid()), Value::from(application.uuid())]).await?;
    row.map(|row| Ok(PersonAt { user: users::user(&row)?, assigned: row.get(7)? })).transpose()
}

/// Whether the person is still active, the application still enabled, and the one still for the other: what the short
/// write of an answer checks again.
pub(crate) async fn holds(
    tx: &ReadTx,
    person: PersonId,
    application: ApplicationId,
) -> Result<bool, StoreError> {
    let row = tx.query_opt(HOLDS, [Value::from(person.uuid()), Value::from(application.uuid())]).await?;
    Ok(row.is_some())
}
