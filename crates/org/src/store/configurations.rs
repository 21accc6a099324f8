//! SAML configurations.

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use jiff::Timestamp;
use saml::core::{EntityId, SsoUrl};
use xmldsig::Certificate;

use super::values::{id, some, unreadable};
use crate::model::{
    Certificates, DirectoryId, IdentityProvider, OrganizationId, SamlConfiguration, UniqueId,
};

/// The columns of [`configuration`].
macro_rules! columns {
    () => {
        "c.unique_id, c.organization, c.directory, c.version, c.entity_id, c.sso_url, \
         c.certificate, c.next_certificate, c.saved_at"
    };
}

::store::statements! {
    FIND = concat!("select ", columns!(), " from saml_configuration c where c.unique_id = $1");
    LIST = concat!("select ", columns!(), " from saml_configuration c \
        where c.organization = $1 order by c.unique_id limit 200");
    OF_DIRECTORY = concat!("select ", columns!(), " from saml_configuration c \
        where c.directory = $1");
    /// What a cached connection is checked against.
    VERSION = "select version from saml_configuration where unique_id = $1";
    VERSION_OF_DIRECTORY = "select unique_id, version from saml_configuration where directory = $1";
    /// Where this deployment's sign-ins may lead.
    SSO_URLS = "select distinct c.sso_url from saml_configuration c \
        join directory d on d.id = c.directory \
        where c.sso_url is not null and c.saved_at is not null and d.enabled = 1 limit $1";
    INSERT = "insert into saml_configuration (unique_id, organization, directory, version, \
        created_at, updated_at) values ($1, $2, $3, 1, $4, $5)";
    UPDATE = "update saml_configuration set version = version + 1, entity_id = $1, sso_url = $2, \
        certificate = $3, next_certificate = $4, updated_at = $5, saved_at = $6 \
        where unique_id = $7 and version = $8";
    DELETE = "delete from saml_configuration where unique_id = $1 and version = $2";
}

pub(crate) async fn find(
    read: &ReadTx,
    unique_id: UniqueId,
) -> Result<Option<SamlConfiguration>, StoreError> {
    let row = read.query_opt(FIND, [unique_id.into()]).await?;
    row.as_ref().map(configuration).transpose()
}

pub(crate) async fn list(
    read: &ReadTx,
    organization: OrganizationId,
) -> Result<Vec<SamlConfiguration>, StoreError> {
    let rows = read.query(LIST, [organization.into()]).await?;
    rows.iter().map(configuration).collect()
}

pub(crate) async fn of_directory(
    read: &ReadTx,
    directory: DirectoryId,
) -> Result<Option<SamlConfiguration>, StoreError> {
    let row = read.query_opt(OF_DIRECTORY, [directory.into()]).await?;
    row.as_ref().map(configuration).transpose()
}

pub(crate) async fn version(read: &ReadTx, unique_id: UniqueId) -> Result<Option<i64>, StoreError> {
    let row = read.query_opt(VERSION, [unique_id.into()]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// The unique ID and version of a directory's configuration.
pub(crate) async fn version_of_directory(
    read: &ReadTx,
    directory: DirectoryId,
) -> Result<Option<(UniqueId, i64)>, StoreError> {
    let row = read.query_opt(VERSION_OF_DIRECTORY, [directory.into()]).await?;
    row.map(|row| Ok((id(&row, 0, UniqueId::new)?, row.get(1)?))).transpose()
}

/// At most `limit` addresses of identity providers.
pub(crate) async fn sso_urls(read: &ReadTx, limit: u32) -> Result<Vec<SsoUrl>, StoreError> {
    let rows = read.query(SSO_URLS, [limit.into()]).await?;
    let urls = rows.iter().map(|row| some(row, 0, SsoUrl::parse));
    urls.filter_map(Result::transpose).collect()
}

/// A draft: what is ours stands, what is the identity provider's is empty.
pub(crate) async fn insert(
    tx: &Tx,
    unique_id: UniqueId,
    (organization, directory): (OrganizationId, DirectoryId),
    now: Timestamp,
) -> Result<(), StoreError> {
    let args: [Value; 5] = [unique_id.into(), organization.into(), directory.into(), now.into(), now.into()];
    tx.execute(INSERT, args).await.map(|_| ())
}

/// Writes what is known of the identity provider over `was`. Says whether
/// nobody else has written since it was read.
pub(crate) async fn update(
    tx: &Tx,
    was: &SamlConfiguration,
    (is, saved_at): (&IdentityProvider, Option<Timestamp>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let der = |certificate: &Option<Certificate>| Value::from(certificate.as_ref().map(|c| c.der().to_vec()));
    let args: [Value; 8] = [
        is.entity_id.as_ref().map(EntityId::as_str).into(),
        is.sso_url.as_ref().map(SsoUrl::as_str).into(),
        der(&is.certificates.current),
        der(&is.certificates.next),
        now.into(),
        saved_at.into(),
        was.unique_id.into(),
        was.version.into(),
    ];
    Ok(tx.execute(UPDATE, args).await? == 1)
}

/// Says whether it was there as it was read.
pub(crate) async fn delete(tx: &Tx, was: &SamlConfiguration) -> Result<bool, StoreError> {
    let args: [Value; 2] = [was.unique_id.into(), was.version.into()];
    Ok(tx.execute(DELETE, args).await? == 1)
}

fn configuration(row: &Row) -> Result<SamlConfiguration, StoreError> {
    Ok(SamlConfiguration {
        unique_id: id(row, 0, UniqueId::new)?,
        organization: id(row, 1, OrganizationId::new)?,
        directory: id(row, 2, DirectoryId::new)?,
        version: row.get(3)?,
        saved_at: row.get(8)?,
        identity_provider: IdentityProvider {
            entity_id: some(row, 4, EntityId::parse)?,
            sso_url: some(row, 5, SsoUrl::parse)?,
            certificates: Certificates { current: certificate(row, 6)?, next: certificate(row, 7)? },
        },
    })
}

fn certificate(row: &Row, column: usize) -> Result<Option<Certificate>, StoreError> {
    let der: Option<Vec<u8>> = row.get(column)?;
    der.map(|der| Certificate::from_der(&der).map_err(|_| unreadable(column))).transpose()
}
