//! Directories.

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use console::person::EmailAddress;
use jiff::Timestamp;

use super::policies;
use super::values::{id, name, parsed};
use crate::model::{Directory, DirectoryId, DirectoryKind, JitProvisioning, OrganizationId};
use crate::sign_in::start::{Governed, Known};

/// The columns of [`directory`], out of a table called `i`.
macro_rules! columns {
    () => {
        "i.id, i.organization, i.kind, i.name, i.enabled, i.jit"
    };
}

/// What [`governed`] reads: policy `p`, its directory `i`, and whether that
/// one's configuration `c` is complete.
macro_rules! governed {
    ($from:expr) => {
        concat!(
            "select ",
            policies::columns!(),
            ", ",
            columns!(),
            ", case when c.saved_at is not null and c.entity_id is not null and c.sso_url is not null \
                and c.certificate is not null then 1 else 0 end ",
            $from
        )
    };
}

::store::statements! {
    FIND = concat!("select ", columns!(), " from directory i \
        where i.organization = $1 and i.id = $2");
    LIST = concat!("select ", columns!(), " from directory i where i.organization = $1 \
        order by i.id limit 200");
    LOCAL = concat!("select ", columns!(), " from directory i \
        where i.organization = $1 and i.kind = 'local'");
    GOVERNING_ADDRESS = governed!(concat!("from account a ", policies::computed!(), " \
        join directory i on i.id = p.directory \
        left join saml_configuration c on c.directory = i.id where a.address = $1"));
    GOVERNING_DOMAIN = governed!("from domain n join directory i on i.id = n.linked_to \
        join authentication_policy p on p.directory = i.id and p.is_default = 1 \
        left join saml_configuration c on c.directory = i.id \
        where n.name = $1 and n.verified_at is not null");
    COUNT_IDENTITY_PROVIDERS = "select count(*) from directory \
        where organization = $1 and kind = 'identity-provider'";
    INSERT = "insert into directory (id, organization, kind, name, enabled, jit, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    VERSION = "select version from directory where organization = $1 and id = $2";
    RENAME = "update directory set name = $1, jit = $2, version = version + 1 \
        where organization = $3 and id = $4 and version = $5";
    /// What an identity provider calls people is forgotten with its directory.
    DELETE_LINKS = "delete from account_link where directory = $1";
    FORGET_POLICIES = "update membership set named_policy = null where named_policy in \
        (select p.id from authentication_policy p where p.directory = $1)";
    DELETE_RULES = "delete from policy_rule where policy in \
        (select p.id from authentication_policy p where p.directory = $1)";
    DELETE_PENDING_TESTS = "delete from pending_test where policy in \
        (select p.id from authentication_policy p where p.directory = $1)";
    DELETE_SIGN_INS = "delete from directory_sign_in where directory = $1";
    DELETE_POLICIES = "delete from authentication_policy where directory = $1";
    DELETE = "delete from directory where organization = $1 and id = $2 \
        and kind = 'identity-provider'";
    UPDATE_ENABLED = "update directory set enabled = $1 \
        where organization = $2 and id = $3 and enabled <> $1";
    UPDATE_JIT = "update directory set jit = $1 \
        where organization = $2 and id = $3 and jit <> $1";
}

pub(crate) async fn find(
    read: &ReadTx,
    organization: OrganizationId,
    id: DirectoryId,
) -> Result<Option<Directory>, StoreError> {
    let args: [Value; 2] = [organization.into(), id.into()];
    let row = read.query_opt(FIND, args).await?;
    row.as_ref().map(|row| directory(row, 0)).transpose()
}

pub(crate) async fn list(read: &ReadTx, organization: OrganizationId) -> Result<Vec<Directory>, StoreError> {
    let rows = read.query(LIST, [organization.into()]).await?;
    rows.iter().map(|row| directory(row, 0)).collect()
}

pub(crate) async fn local(
    read: &ReadTx,
    organization: OrganizationId,
) -> Result<Option<Directory>, StoreError> {
    let row = read.query_opt(LOCAL, [organization.into()]).await?;
    row.as_ref().map(|row| directory(row, 0)).transpose()
}

/// Everything that hop 1 asks about an address. Both questions are asked for
/// every address, so that the answer takes as long for each.
pub(crate) async fn governing(read: &ReadTx, address: &EmailAddress) -> Result<Known, StoreError> {
    let policy = read.query_opt(GOVERNING_ADDRESS, [address.as_str().into()]).await?;
    let linked = read.query_opt(GOVERNING_DOMAIN, [address.domain().into()]).await?;
    Ok(Known {
        policy: policy.as_ref().map(governed).transpose()?,
        linked: linked.as_ref().map(governed).transpose()?,
    })
}

pub(crate) async fn count_identity_providers(
    read: &ReadTx,
    organization: OrganizationId,
) -> Result<usize, StoreError> {
    let rows = read.query(COUNT_IDENTITY_PROVIDERS, [organization.into()]).await?;
    let count: u32 = rows.first().map_or(Ok(0), |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

pub(crate) async fn insert(tx: &Tx, directory: &Directory, now: Timestamp) -> Result<(), StoreError> {
    let args: [Value; 7] = [
        directory.id.into(),
        directory.organization.into(),
        directory.kind.as_str().into(),
        directory.name.as_str().into(),
        directory.enabled.into(),
        (directory.jit == JitProvisioning::On).into(),
        now.into(),
    ];
    tx.execute(INSERT, args).await.map(|_| ())
}

/// Says whether it exists and was otherwise.
pub(crate) async fn update_enabled(
    tx: &Tx,
    organization: OrganizationId,
    id: DirectoryId,
    enabled: bool,
) -> Result<bool, StoreError> {
    let args: [Value; 3] = [enabled.into(), organization.into(), id.into()];
    Ok(tx.execute(UPDATE_ENABLED, args).await? == 1)
}

/// Says whether it exists and was otherwise.
pub(crate) async fn update_jit(
    tx: &Tx,
    organization: OrganizationId,
    id: DirectoryId,
    jit: JitProvisioning,
) -> Result<bool, StoreError> {
    let on = jit == JitProvisioning::On;
    let args: [Value; 3] = [on.into(), organization.into(), id.into()];
    Ok(tx.execute(UPDATE_JIT, args).await? == 1)
}

/// Counts its changes.
pub(crate) async fn version(
    read: &ReadTx,
    organization: OrganizationId,
    id: DirectoryId,
) -> Result<Option<i64>, StoreError> {
    let args: [Value; 2] = [organization.into(), id.into()];
    let row = read.query_opt(VERSION, args).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Writes name and setting over the version that was read. Says whether nobody
/// else has written since.
pub(crate) async fn update(tx: &Tx, over: i64, is: &Directory) -> Result<bool, StoreError> {
    let args: [Value; 5] = [
        is.name.as_str().into(),
        (is.jit == JitProvisioning::On).into(),
        is.organization.into(),
        is.id.into(),
        over.into(),
    ];
    Ok(tx.execute(RENAME, args).await? == 1)
}

/// Deletes an identity provider directory with its policies; whose policy was
/// one of them has the local directory's default one. Its configuration and
/// its domains are gone before.
pub(crate) async fn delete(tx: &Tx, organization: OrganizationId, id: DirectoryId) -> Result<(), StoreError> {
    let first = [DELETE_LINKS, DELETE_SIGN_INS, FORGET_POLICIES, DELETE_RULES, DELETE_PENDING_TESTS];
    for statement in first.into_iter().chain([DELETE_POLICIES]) {
        tx.execute(statement, [id.into()]).await?;
    }
    let args: [Value; 2] = [organization.into(), id.into()];
    tx.execute(DELETE, args).await.map(|_| ())
}

/// A directory from the columns that begin at `at`.
pub(super) fn directory(row: &Row, at: usize) -> Result<Directory, StoreError> {
    let jit = match row.get(at + 5)? {
        true => JitProvisioning::On,
        false => JitProvisioning::Off,
    };
    Ok(Directory {
        id: id(row, at, DirectoryId::new)?,
        organization: id(row, at + 1, OrganizationId::new)?,
        kind: parsed::<DirectoryKind>(row, at + 2)?,
        name: name(row, at + 3)?,
        enabled: row.get(at + 4)?,
        jit,
    })
}

fn governed(row: &Row) -> Result<Governed, StoreError> {
    Ok(Governed {
        policy: policies::policy(row, 0)?,
        directory: directory(row, policies::WIDTH)?,
        configured: row.get(policies::WIDTH + 6)?,
    })
}
