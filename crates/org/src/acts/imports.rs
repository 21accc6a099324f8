//! Members by CSV: a dry run outside of any write, which names each bad row;
//! then all that fit, or none, as asked.

use std::collections::BTreeMap;

use ::store::{ReadTx, StoreError, Tx};
use console::person::EmailAddress;
use jiff::Timestamp;

use super::{ActError, Word, groups, policies};
use crate::model::import::{Known, Plan, Rows, plan};
use crate::model::{DirectoryId, GroupId, Many, OrganizationId, PolicyId};
use crate::store::{members, policies as policy_rows};

/// What an import would do.
///
/// # Errors
/// Only the store's.
pub async fn dry_run(
    read: &ReadTx,
    (organization, into): (OrganizationId, Into),
    rows: &Rows,
) -> Result<Plan, StoreError> {
    let directory: Option<DirectoryId> = match into {
        Into::Policy(policy) => {
            policy_rows::find(read, organization, policy).await?.map(|policy| policy.directory)
        }
        Into::Group(_) => None,
    };
    let addresses: Vec<EmailAddress> = rows.good.iter().map(|(_, address)| address.clone()).collect();
    let found = members::by_addresses(read, &addresses).await?;
    let known: BTreeMap<String, Known> = found
        .into_iter()
        .map(|one| {
            let known = Known { account: one.account, managed_by: one.managed_by, home: one.home };
            (one.address, known)
        })
        .collect();
    Ok(plan(rows, &known, (organization, directory)))
}

/// Where the accounts of an import go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Into {
    /// The policy is named for them.
    Policy(PolicyId),
    /// They join the group.
    Group(GroupId),
}

/// What is done with a plan that has bad rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithBadRows {
    /// Nothing is imported.
    None,
    /// The good ones are.
    TheOthers,
}

/// A plan, made ready before its transaction begins.
#[derive(Clone, Debug)]
pub struct Ready {
    into: Into,
    many: Many,
}

impl Ready {
    /// Whom a plan takes. With bad rows and [`WithBadRows::None`] that is nobody.
    pub fn of(plan: &Plan, into: Into, with_bad: WithBadRows) -> Self {
        let none = with_bad == WithBadRows::None && !plan.bad.is_empty();
        let accounts = plan.accounts.iter().copied().filter(|_| !none);
        Self { into, many: Many::of(accounts) }
    }
}

/// Does what a plan says; says how many moved.
///
/// # Errors
/// Those of [`policies::assign_many`] and [`groups::join`]: then nobody moved.
pub async fn apply(
    tx: &Tx,
    word: &Word,
    (organization, ready): (OrganizationId, &Ready),
    now: Timestamp,
) -> Result<u64, ActError> {
    let many = &ready.many;
    if many.count() == 0 {
        return Ok(0);
    }
    match ready.into {
        Into::Policy(policy) => policies::assign_many(tx, word, (organization, policy, many), now).await,
        Into::Group(group) => groups::join(tx, word, (organization, group, many), now).await,
    }
}
