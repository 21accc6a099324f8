//! Domains: named, proved, claimed, linked.

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use jiff::Timestamp;

use super::values::{id, parsed, some_id};
use crate::model::{Claim, DirectoryId, Domain, DomainName, OrganizationId};

::store::statements! {
    FIND = "select organization, name, verified_at, claim, linked_to from domain \
        where organization = $1 and name = $2";
    LIST = "select organization, name, verified_at, claim, linked_to from domain \
        where organization = $1 order by name limit 500";
    /// The verified domains for which a directory's identity provider speaks.
    LINKED_TO = "select name from domain where organization = $1 and linked_to = $2 \
        and verified_at is not null order by name";
    /// Who holds the proof for a name.
    VERIFIED_BY = "select organization from domain where name = $1 and verified_at is not null";
    INSERT = "insert into domain (organization, name, verified_at, claim, linked_to, created_at) \
        values ($1, $2, $3, $4, null, $5) on conflict do nothing";
    LINK = "update domain set linked_to = $1 where organization = $2 and name = $3 \
        and verified_at is not null";
    UPDATE_CLAIM = "update domain set claim = $1 where organization = $2 and name = $3";
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

pub(crate) async fn verified_by(
    read: &ReadTx,
    name: &DomainName,
) -> Result<Option<OrganizationId>, StoreError> {
    let row = read.query_opt(VERIFIED_BY, [name.into()]).await?;
    row.map(|row| id(&row, 0, OrganizationId::new)).transpose()
}

/// Says whether nobody holds it yet: neither this organisation, nor, for a
/// verified one, any other.
pub(crate) async fn insert(tx: &Tx, domain: &Domain, now: Timestamp) -> Result<bool, StoreError> {
    let args: [Value; 5] = [
        domain.organization.into(),
        (&domain.name).into(),
        domain.verified_at.into(),
        domain.claim.as_str().into(),
        now.into(),
    ];
    Ok(tx.execute(INSERT, args).await? == 1)
}

/// Says whether the domain is there and verified.
pub(crate) async fn link(
    tx: &Tx,
    organization: OrganizationId,
    name: &DomainName,
    directory: Option<DirectoryId>,
) -> Result<bool, StoreError> {
    let args: [Value; 3] = [directory.into(), organization.into(), name.into()];
    Ok(tx.execute(LINK, args).await? == 1)
}

/// Says whether the domain is there.
pub(crate) async fn update_claim(
    tx: &Tx,
    organization: OrganizationId,
    name: &DomainName,
    claim: Claim,
) -> Result<bool, StoreError> {
    let args: [Value; 3] = [claim.as_str().into(), organization.into(), name.into()];
    Ok(tx.execute(UPDATE_CLAIM, args).await? == 1)
}

fn domain(row: &Row) -> Result<Domain, StoreError> {
    Ok(Domain {
        organization: id(row, 0, OrganizationId::new)?,
        name: parsed(row, 1)?,
        verified_at: row.get(2)?,
        claim: parsed(row, 3)?,
        linked_to: some_id(row, 4, DirectoryId::new)?,
    })
}
