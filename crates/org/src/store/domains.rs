//! Domains: named, proved, claimed, linked.

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use jiff::Timestamp;

use super::values::{id, parsed, some_id};
use crate::model::{
    Checks, Claim, DirectoryId, Domain, DomainName, DomainToken, Finding, OrganizationId, Proof,
};

/// The columns of [`domain`].
macro_rules! columns {
    () => {
        "organization, name, version, token, verified_at, proof, claim, linked_to, checked_at, \
         finding, check_due_at, missing_since, waiting_since, superseded_at"
    };
}

::store::statements! {
    FIND = concat!("select ", columns!(), " from domain where organization = $1 and name = $2");
    LIST = concat!("select ", columns!(), " from domain where organization = $1 \
        order by name limit 500");
    /// The verified domains for which a directory's identity provider speaks.
    LINKED_TO = "select name from domain where organization = $1 and linked_to = $2 \
        and verified_at is not null order by name";
    /// Who holds the proof for a name.
    HOLDER = concat!("select ", columns!(), " from domain \
        where name = $1 and verified_at is not null");
    DUE = concat!("select ", columns!(), " from domain where check_due_at is not null \
        and check_due_at <= $1 order by check_due_at limit $2");
    IN_NOTICE = concat!("select ", columns!(), " from domain where organization = $1 \
        and verified_at is not null and missing_since is not null order by name limit 20");
    COUNT = "select count(*) from domain where organization = $1";
    /// Whether another organisation waits for a name.
    AWAITED = "select 1 from domain where name = $1 and waiting_since is not null limit 1";
    INSERT = "insert into domain (organization, name, version, token, verified_at, proof, claim, \
        created_at) values ($1, $2, 1, $3, $4, $5, $6, $7) on conflict do nothing";
    UPDATE = "update domain set version = $1, verified_at = $2, proof = $3, claim = $4, \
        linked_to = $5, checked_at = $6, finding = $7, check_due_at = $8, missing_since = $9, \
        waiting_since = $10, superseded_at = $11 \
        where organization = $12 and name = $13 and version = $14";
    /// One node looks; the others find the row not due any more.
    LEASE = "update domain set check_due_at = $1 where organization = $2 and name = $3 \
        and check_due_at = $4";
    /// The organisation that was given notice has its token up again.
    END_WAITING = "update domain set waiting_since = null, check_due_at = null, proof = null \
        where name = $1 and verified_at is null and waiting_since is not null";
    DELETE = "delete from domain where organization = $1 and name = $2";
    UNLINK_ALL = "update domain set linked_to = null, version = version + 1 \
        where organization = $1 and linked_to = $2";
}

pub(crate) async fn find(
    read: &ReadTx,
    organization: OrganizationId,
    name: &DomainName,
) -> Result<Option<Domain>, StoreError> {
    let args: [Value; 2] = [organization.into(), name.into()];
    let row = read.query_opt(FIND, args).await?;
    row.as_ref().map(domain).transpose()
}

pub(crate) async fn list(read: &ReadTx, organization: OrganizationId) -> Result<Vec<Domain>, StoreError> {
    let rows = read.query(LIST, [organization.into()]).await?;
    rows.iter().map(domain).collect()
}

pub(crate) async fn linked_to(
    read: &ReadTx,
    organization: OrganizationId,
    directory: DirectoryId,
) -> Result<Vec<DomainName>, StoreError> {
    let rows = read.query(LINKED_TO, [organization.into(), directory.into()]).await?;
    rows.iter().map(|row| parsed(row, 0)).collect()
}

/// The domain of whoever holds the proof for a name.
pub(crate) async fn holder(read: &ReadTx, name: &DomainName) -> Result<Option<Domain>, StoreError> {
    let row = read.query_opt(HOLDER, [name.into()]).await?;
    row.as_ref().map(domain).transpose()
}

pub(crate) async fn verified_by(
    read: &ReadTx,
    name: &DomainName,
) -> Result<Option<OrganizationId>, StoreError> {
    Ok(holder(read, name).await?.map(|domain| domain.organization))
}

/// At most `limit` domains of all organisations that are to be looked at.
pub(crate) async fn due(read: &ReadTx, now: Timestamp, limit: u32) -> Result<Vec<Domain>, StoreError> {
    let args: [Value; 2] = [now.into(), limit.into()];
    let rows = read.query(DUE, args).await?;
    rows.iter().map(domain).collect()
}

/// The proved domains whose token is missing, the first twenty.
pub(crate) async fn in_notice(
    read: &ReadTx,
    organization: OrganizationId,
) -> Result<Vec<Domain>, StoreError> {
    let rows = read.query(IN_NOTICE, [organization.into()]).await?;
    rows.iter().map(domain).collect()
}

pub(crate) async fn count(read: &ReadTx, organization: OrganizationId) -> Result<u32, StoreError> {
    let rows = read.query(COUNT, [organization.into()]).await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

pub(crate) async fn is_awaited(read: &ReadTx, name: &DomainName) -> Result<bool, StoreError> {
    Ok(read.query_opt(AWAITED, [name.into()]).await?.is_some())
}

/// Says whether nobody holds it yet: neither this organisation, nor, for a
/// verified one, any other.
pub(crate) async fn insert(tx: &Tx, domain: &Domain, now: Timestamp) -> Result<bool, StoreError> {
    let args: [Value; 7] = [
        domain.organization.into(),
        (&domain.name).into(),
        domain.token.as_ref().map(DomainToken::as_str).into(),
        domain.verified_at.into(),
        domain.proof.map(Proof::as_str).into(),
        domain.claim.as_str().into(),
        now.into(),
    ];
    Ok(tx.execute(INSERT, args).await? == 1)
}

/// Writes a domain over the version that was read. Says whether nobody else
/// has written since.
pub(crate) async fn update(tx: &Tx, over: i64, is: &Domain) -> Result<bool, StoreError> {
    let checks = &is.checks;
    let args: [Value; 14] = [
        is.version.into(),
        is.verified_at.into(),
        is.proof.map(Proof::as_str).into(),
        is.claim.as_str().into(),
        is.linked_to.into(),
        checks.last.map(|(at, _)| at).into(),
        checks.last.map(|(_, finding)| finding.as_str()).into(),
        checks.due_at.into(),
        checks.missing_since.into(),
        checks.waiting_since.into(),
        checks.superseded_at.into(),
        is.organization.into(),
        (&is.name).into(),
        over.into(),
    ];
    Ok(tx.execute(UPDATE, args).await? == 1)
}

/// Says whether this node is the one that looks; if it never comes back,
/// another one does at `until`.
pub(crate) async fn lease(tx: &Tx, domain: &Domain, until: Timestamp) -> Result<bool, StoreError> {
    let args: [Value; 4] =
        [until.into(), domain.organization.into(), (&domain.name).into(), domain.checks.due_at.into()];
    Ok(tx.execute(LEASE, args).await? == 1)
}

pub(crate) async fn end_waiting(tx: &Tx, name: &DomainName) -> Result<(), StoreError> {
    tx.execute(END_WAITING, [name.into()]).await.map(|_| ())
}

/// Says whether it was there.
pub(crate) async fn delete(
    tx: &Tx,
    organization: OrganizationId,
    name: &DomainName,
) -> Result<bool, StoreError> {
    let args: [Value; 2] = [organization.into(), name.into()];
    Ok(tx.execute(DELETE, args).await? == 1)
}

/// Says how many domains came to the local directory.
pub(crate) async fn unlink_all(
    tx: &Tx,
    organization: OrganizationId,
    directory: DirectoryId,
) -> Result<u64, StoreError> {
    let args: [Value; 2] = [organization.into(), directory.into()];
    tx.execute(UNLINK_ALL, args).await
}

fn domain(row: &Row) -> Result<Domain, StoreError> {
    let checked_at: Option<Timestamp> = row.get(8)?;
    let finding: Option<Finding> = some_word(row, 9)?;
    Ok(Domain {
        organization: id(row, 0, OrganizationId::new)?,
        name: parsed(row, 1)?,
        version: row.get(2)?,
        token: some_word(row, 3)?,
        verified_at: row.get(4)?,
        proof: some_word(row, 5)?,
        claim: parsed::<Claim>(row, 6)?,
        linked_to: some_id(row, 7, DirectoryId::new)?,
        checks: Checks {
            last: checked_at.zip(finding),
            due_at: row.get(10)?,
            missing_since: row.get(11)?,
            waiting_since: row.get(12)?,
            superseded_at: row.get(13)?,
        },
    })
}

fn some_word<T: std::str::FromStr>(row: &Row, column: usize) -> Result<Option<T>, StoreError> {
    let there: Option<String> = row.get(column)?;
    there.map(|_| parsed(row, column)).transpose()
}
