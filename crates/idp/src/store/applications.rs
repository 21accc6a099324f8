//! The tables `application`, `acs_url` and `claim_mapping`: one aggregate, written and read whole.

use jiff::Timestamp;
use saml::core::{AcsUrl, EntityId};
use store::{ReadTx, Row, Sql, StoreError, Tx, Value};

use super::known;
use crate::model::application::{
    AccessUrl, AcsUrls, Application, ApplicationId, ApplicationName, ApplicationSettings, ApplicationState,
    Audience, Instance, Integration, Signs, Version,
};
use crate::model::claims::{ClaimMapping, ClaimNameFormat, ClaimSource, UserAttribute};
use crate::model::name_id::{Format, NameIdRule};

store::statements! {
    FIND = "select id, state, name, instance, access_url, entity_id, audience, name_id_format, name_id_source, signs, \
        integration, version from application where id = $1";
    FIND_BY_ENTITY = "select id, state, name, instance, access_url, entity_id, audience, name_id_format, \
        name_id_source, signs, integration, version from application where entity_id = $1";
    LIST_ACS = "select url from acs_url where application = $1 order by position";
    LIST_CLAIMS = "select source, fixed, name, name_format from claim_mapping where application = $1 order by position";
    LIST = "select a.id, a.name, a.instance, a.state, a.entity_id, a.access_url, a.last_used_at, \
        (select max(s.finished_at) from sign_in s where s.application = a.id and s.finished_at is not null) \
        from application a where (a.name > $1 or (a.name = $1 and a.id > $2)) order by a.name, a.id limit $3";
    LIST_FOR = "select a.id, a.name, a.instance, a.state, a.entity_id, a.access_url, a.last_used_at, \
        cast(null as bigint) from application a where a.state = 'enabled' \
        and ((a.audience = 'everyone' and a.instance = 'production') \
        or exists (select 1 from assignment g where g.application = a.id and g.person = $1) \
        or exists (select 1 from group_assignment ga join group_member gm on gm.user_group = ga.user_group \
            where ga.application = a.id and gm.person = $1)) order by a.name, a.id limit $2";
    COUNT = "select count(*) from application";
    INSERT = "insert into application (id, name, instance, access_url, entity_id, state, audience, name_id_format, \
        name_id_source, signs, created_at, updated_at, integration) \
        values ($1, $2, $3, $4, $5, 'enabled', $6, $7, $8, $9, $10, $10, $11)";
    UPDATE = "update application set name = $1, instance = $2, access_url = $3, entity_id = $4, \
        name_id_format = $5, name_id_source = $6, signs = $7, updated_at = $8, version = version + 1 \
        where id = $9 and version = $10";
    UPDATE_AUDIENCE = "update application set audience = $1, updated_at = $2 where id = $3 and audience <> $1";
    UPDATE_STATE = "update application set state = $1, updated_at = $2 where id = $3 and state <> $1";
    NOTE_USE = "update application set last_used_at = $1 where id = $2 and (last_used_at is null or last_used_at < $1)";
    DELETE = "delete from application where id = $1";
    DELETE_ACS = "delete from acs_url where application = $1";
    DELETE_CLAIMS = "delete from claim_mapping where application = $1";
    INSERT_ACS = "insert into acs_url (application, position, url) values ($1, $2, $3)";
    INSERT_CLAIM = "insert into claim_mapping (application, position, source, fixed, name, name_format) \
        values ($1, $2, $3, $4, $5, $6)";
}

/// An application as a list shows it.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) id: ApplicationId,
    pub(crate) name: String,
    pub(crate) instance: Instance,
    pub(crate) state: ApplicationState,
    pub(crate) entity_id: String,
    pub(crate) access_url: String,
    /// The last answered sign-in.
    pub(crate) last_used_at: Option<Timestamp>,
}

pub(crate) async fn find(tx: &ReadTx, id: ApplicationId) -> Result<Option<Application>, StoreError> {
    whole(tx, FIND, Value::from(id.uuid())).await
}

pub(crate) async fn find_by_entity_id(
    tx: &ReadTx,
    entity_id: &str,
) -> Result<Option<Application>, StoreError> {
    whole(tx, FIND_BY_ENTITY, Value::from(entity_id)).await
}

async fn whole(tx: &ReadTx, sql: Sql, key: Value) -> Result<Option<Application>, StoreError> {
    let Some(row) = tx.query_opt(sql, [key]).await? else {
        return Ok(None);
    };
    let id: uuid::Uuid = row.get(0)?;
    let acs = tx.query(LIST_ACS, [Value::from(id)]).await?;
    let claims = tx.query(LIST_CLAIMS, [Value::from(id)]).await?;
    application(&row, &acs, &claims).map(Some)
}

/// In the order of their names, after the one named.
pub(crate) async fn list(
    tx: &ReadTx,
    after: (&str, Option<ApplicationId>),
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let id = after.1.map_or_else(String::new, |id| id.to_string());
    let rows = tx.query(LIST, [Value::from(after.0), Value::from(id), Value::from(limit)]).await?;
    rows.iter().map(listed).collect()
}

/// Those that a person may use now.
pub(crate) async fn list_for(
    tx: &ReadTx,
    person: console::person::PersonId,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let rows = tx.query(LIST_FOR, [Value::from(person.uuid()), Value::from(limit)]).await?;
    rows.iter().map(listed).collect()
}

pub(crate) async fn count(tx: &ReadTx) -> Result<u64, StoreError> {
    let row = tx.query_opt(COUNT, []).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

pub(crate) async fn insert(
    tx: &Tx,
    (id, integration): (ApplicationId, Integration),
    settings: &ApplicationSettings,
    now: Timestamp,
) -> Result<(), StoreError> {
    let args = [
        Value::from(id.uuid()),
        Value::from(settings.name.as_str()),
        Value::from(settings.instance.as_str()),
        Value::from(settings.access_url.as_str()),
        Value::from(settings.entity_id.as_str()),
        Value::from(settings.audience.as_str()),
        Value::from(settings.name_id.format.as_str()),
        Value::from(settings.name_id.source.as_str()),
        Value::from(settings.signs.as_str()),
        Value::from(now),
        Value::from(integration.as_str()),
    ];
    tx.execute(INSERT, args).await?;
    insert_parts(tx, id, settings).await
}

/// Everything but the audience. Says whether the application was there in this very version; it has the next one now.
pub(crate) async fn update(
    tx: &Tx,
    (id, from): (ApplicationId, Version),
    settings: &ApplicationSettings,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let args = [
        Value::from(settings.name.as_str()),
        Value::from(settings.instance.as_str()),
        Value::from(settings.access_url.as_str()),
        Value::from(settings.entity_id.as_str()),
        Value::from(settings.name_id.format.as_str()),
        Value::from(settings.name_id.source.as_str()),
        Value::from(settings.signs.as_str()),
        Value::from(now),
        Value::from(id.uuid()),
        Value::from(from.0),
    ];
    if tx.execute(UPDATE, args).await? == 0 {
        return Ok(false);
    }
    delete_parts(tx, id).await?;
    insert_parts(tx, id, settings).await?;
    Ok(true)
}

/// Says whether the audience is another one now.
pub(crate) async fn update_audience(
    tx: &Tx,
    id: ApplicationId,
    audience: Audience,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let args = [Value::from(audience.as_str()), Value::from(now), Value::from(id.uuid())];
    Ok(tx.execute(UPDATE_AUDIENCE, args).await? == 1)
}

/// Says whether the state is another one now.
pub(crate) async fn update_state(
    tx: &Tx,
    id: ApplicationId,
    state: ApplicationState,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let args = [Value::from(state.as_str()), Value::from(now), Value::from(id.uuid())];
    Ok(tx.execute(UPDATE_STATE, args).await? == 1)
}

/// Remembers the last sign-in beyond the life of its row.
pub(crate) async fn note_use(tx: &Tx, id: ApplicationId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(NOTE_USE, [Value::from(at), Value::from(id.uuid())]).await.map(|_| ())
}

/// Says whether there was such an application.
pub(crate) async fn delete(tx: &Tx, id: ApplicationId) -> Result<bool, StoreError> {
    delete_parts(tx, id).await?;
    Ok(tx.execute(DELETE, [Value::from(id.uuid())]).await? == 1)
}

async fn delete_parts(tx: &Tx, id: ApplicationId) -> Result<(), StoreError> {
    tx.execute(DELETE_ACS, [Value::from(id.uuid())]).await?;
    tx.execute(DELETE_CLAIMS, [Value::from(id.uuid())]).await.map(|_| ())
}

async fn insert_parts(tx: &Tx, id: ApplicationId, settings: &ApplicationSettings) -> Result<(), StoreError> {
    for (position, url) in (0_i64..).zip(settings.acs_urls.iter()) {
        let args = [Value::from(id.uuid()), Value::from(position), Value::from(url.as_str())];
        tx.execute(INSERT_ACS, args).await?;
    }
    for (position, claim) in (0_i64..).zip(&settings.claims) {
        let (source, fixed) = match claim.source() {
            ClaimSource::User(attribute) => (attribute.as_str(), None),
            ClaimSource::Fixed(value) => (FIXED, Some(value)),
        };
        let args = [
            Value::from(id.uuid()),
            Value::from(position),
            Value::from(source),
            Value::from(fixed),
            Value::from(claim.name()),
            Value::from(claim.name_format().as_str()),
        ];
        tx.execute(INSERT_CLAIM, args).await?;
    }
    Ok(())
}

fn application(row: &Row, acs: &[Row], claims: &[Row]) -> Result<Application, StoreError> {
    let word = |column| row.get::<String>(column);
    let (name, access_url, entity_id) = (word(2)?, word(4)?, word(5)?);
    let name_id = NameIdRule {
        format: known(Format::parse(&word(7)?), "application.name_id_format")?,
        source: known(UserAttribute::parse(&word(8)?), "application.name_id_source")?,
    };
    let settings = ApplicationSettings {
        name: known(ApplicationName::parse(&name).ok(), "application.name")?,
        instance: known(Instance::parse(&word(3)?), "application.instance")?,
        access_url: known(AccessUrl::parse(&access_url).ok(), "application.access_url")?,
        entity_id: known(EntityId::parse(&entity_id).ok(), "application.entity_id")?,
        acs_urls: acs_urls(acs)?,
        name_id,
        claims: claims.iter().map(claim).collect::<Result<_, _>>()?,
        signs: known(Signs::parse(&word(9)?), "application.signs")?,
        audience: known(Audience::parse(&word(6)?), "application.audience")?,
    };
    let state = known(ApplicationState::parse(&word(1)?), "application.state")?;
    let integration = known(Integration::parse(&word(10)?), "application.integration")?;
    let version = Version(row.get(11)?);
    Ok(Application { id: ApplicationId::new(row.get(0)?), state, integration, version, settings })
}

fn acs_urls(rows: &[Row]) -> Result<AcsUrls, StoreError> {
    let mut urls = Vec::with_capacity(rows.len());
    for row in rows {
        let url: String = row.get(0)?;
        urls.push(known(AcsUrl::parse(&url).ok(), "acs_url.url")?);
    }
    let mut urls = urls.into_iter();
    let default = known(urls.next(), "acs_url")?;
    Ok(AcsUrls::new(default, urls))
}

fn claim(row: &Row) -> Result<ClaimMapping, StoreError> {
    let (source, fixed): (String, Option<String>) = (row.get(0)?, row.get(1)?);
    let (name, name_format): (String, String) = (row.get(2)?, row.get(3)?);
    let source = match fixed {
        Some(value) if source == FIXED => ClaimSource::Fixed(value),
        Some(_) | None => ClaimSource::User(known(UserAttribute::parse(&source), "claim_mapping.source")?),
    };
    let name_format = known(ClaimNameFormat::parse(&name_format), "claim_mapping.name_format")?;
    known(ClaimMapping::new(source, &name, name_format).ok(), "claim_mapping")
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    let (instance, state): (String, String) = (row.get(2)?, row.get(3)?);
    let (kept, recent): (Option<Timestamp>, Option<Timestamp>) = (row.get(6)?, row.get(7)?);
    Ok(Listed {
        id: ApplicationId::new(row.get(0)?),
        name: row.get(1)?,
        instance: known(Instance::parse(&instance), "application.instance")?,
        state: known(ApplicationState::parse(&state), "application.state")?,
        entity_id: row.get(4)?,
        access_url: row.get(5)?,
        last_used_at: kept.max(recent),
    })
}

/// The stored source of a fixed value.
const FIXED: &str = "fixed";
