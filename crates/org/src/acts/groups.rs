//! Groups, who is in them, and the policies that they lead to.

use std::collections::BTreeSet;

use ::store::Tx;
use aws_lc_rs::digest::{Context, SHA256};
use console::person::DisplayName;
use console::row_id;
use jiff::Timestamp;
use serde_json::json;
use web::Entropy;

use super::{Act, ActError, Refusal, Word, way_back};
use crate::model::way_back::Change;
use crate::model::{Group, GroupId, GroupRule, GroupSource, Many, OrganizationId, PolicyId};
use crate::store::rosters::Concern;
use crate::store::{groups, policies};

/// A group to be made.
#[derive(Clone, Debug)]
pub struct NewGroup(Group);

impl NewGroup {
    /// Draws its id.
    pub fn draw(
        (organization, name): (OrganizationId, DisplayName),
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Self {
        let id = GroupId::new(row_id(now, entropy));
        Self(Group { id, organization, name, source: GroupSource::ByHand, version: 1 })
    }
}

/// Makes a group without members.
///
/// # Errors
/// [`Refusal::GroupTaken`].
pub async fn create(
    tx: &Tx,
    word: &Word,
    NewGroup(group): NewGroup,
    now: Timestamp,
) -> Result<GroupId, ActError> {
    let act = Act::begin(tx, word, ("group.created", group.organization), now).await?;
    let free = groups::insert(tx, &group, now).await?;
    act.require(free, Refusal::GroupTaken).await?;
    act.done(json!({ "group": group.id.to_string() })).await?;
    Ok(group.id)
}

/// Gives a group another name, over the version that was shown.
///
/// # Errors
/// [`Refusal::NoSuchGroup`], [`Refusal::GroupByScim`], [`Refusal::ChangedMeanwhile`],
/// [`Refusal::GroupTaken`].
pub async fn rename(
    tx: &Tx,
    word: &Word,
    (organization, group, over, name): (OrganizationId, GroupId, i64, DisplayName),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("group.renamed", organization), now).await?;
    let was = found(&act, organization, group).await?;
    act.require(was.source == GroupSource::ByHand, Refusal::GroupByScim).await?;
    act.require(was.version == over, Refusal::ChangedMeanwhile).await?;
    let from = was.name.clone();
    let is = Group { name, ..was };
    let written = groups::rename(tx, &is).await?;
    act.require(written, Refusal::GroupTaken).await?;
    let data = json!({ "group": group.to_string(), "from": from.as_str(), "to": is.name.as_str() });
    act.done(data).await?;
    Ok(())
}

/// Deletes a group with its rule and the access to products that it gave.
///
/// # Errors
/// [`Refusal::NoSuchGroup`], [`Refusal::WayBack`].
pub async fn delete(
    tx: &Tx,
    word: &Word,
    (organization, group): (OrganizationId, GroupId),
    now: Timestamp,
) -> Result<(), ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("group.deleted", organization), now).await?;
    found(&act, organization, group).await?;
    way_back::keep(&act, Concern::default(), &Change::DeleteGroup(group)).await?;
    groups::delete(tx, organization, group).await?;
    act.done(json!({ "group": group.to_string() })).await?;
    Ok(())
}

/// Puts accounts into a group, by hand or from a CSV; says how many were not
/// in it. Whoever is no member of the organisation does not join.
///
/// # Errors
/// [`Refusal::NoSuchGroup`], [`Refusal::GroupByScim`], [`Refusal::WayBack`].
pub async fn join(
    tx: &Tx,
    word: &Word,
    (organization, group, accounts): (OrganizationId, GroupId, &Many),
    now: Timestamp,
) -> Result<u64, ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("group.joined", organization), now).await?;
    by_hand(&act, organization, group).await?;
    let change = Change::Join(group, accounts.accounts().clone());
    way_back::keep(&act, Concern::default(), &change).await?;
    let joined = groups::join(tx, (organization, group), accounts, now).await?;
    named(&act, group, accounts).await?;
    Ok(joined)
}

/// Takes accounts out of a group; says how many were in it.
///
/// # Errors
/// [`Refusal::NoSuchGroup`], [`Refusal::GroupByScim`], [`Refusal::WayBack`].
pub async fn leave(
    tx: &Tx,
    word: &Word,
    (organization, group, accounts): (OrganizationId, GroupId, &Many),
    now: Timestamp,
) -> Result<u64, ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("group.left", organization), now).await?;
    by_hand(&act, organization, group).await?;
    let change = Change::Leave(group, accounts.accounts().clone());
    way_back::keep(&act, Concern::default(), &change).await?;
    let left = groups::leave(tx, group, accounts).await?;
    named(&act, group, accounts).await?;
    Ok(left)
}

/// The group rules are these now, in this order.
///
/// # Errors
/// [`Refusal::NoSuchGroup`], [`Refusal::NoSuchPolicy`], [`Refusal::GroupTwice`],
/// [`Refusal::WayBack`].
pub async fn set_rules(
    tx: &Tx,
    word: &Word,
    (organization, rules): (OrganizationId, &[(GroupId, PolicyId)]),
    now: Timestamp,
) -> Result<(), ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("group.rules_changed", organization), now).await?;
    replace(&act, organization, rules).await
}

/// The group rules as they are to be, over those that were shown.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// What [`Rules::seen`] said of those that were shown.
    pub seen: &'a str,
    /// What they are to be, in this order.
    pub rules: &'a [(GroupId, PolicyId)],
}

impl Rules<'_> {
    /// Names rules and their order: any change gives another text.
    pub fn seen(rules: &[GroupRule]) -> String {
        let mut context = Context::new(&SHA256);
        for rule in rules {
            context.update(rule.group.to_string().as_bytes());
            context.update(rule.policy.to_string().as_bytes());
        }
        hex::encode(context.finish())
    }
}

/// The same, if they are still those that were shown.
///
/// # Errors
/// [`Refusal::ChangedMeanwhile`], and those of [`set_rules`].
pub async fn change_rules(
    tx: &Tx,
    word: &Word,
    (organization, to): (OrganizationId, Rules<'_>),
    now: Timestamp,
) -> Result<(), ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("group.rules_changed", organization), now).await?;
    let there = groups::rules(tx, organization).await?;
    act.require(Rules::seen(&there) == to.seen, Refusal::ChangedMeanwhile).await?;
    replace(&act, organization, to.rules).await
}

async fn replace(
    act: &Act<'_>,
    organization: OrganizationId,
    rules: &[(GroupId, PolicyId)],
) -> Result<(), ActError> {
    let tx = act.tx;
    let different: BTreeSet<GroupId> = rules.iter().map(|(group, _)| *group).collect();
    act.require(different.len() == rules.len(), Refusal::GroupTwice).await?;
    for (group, policy) in rules {
        found(act, organization, *group).await?;
        let policy = policies::find(tx, organization, *policy).await?;
        act.require(policy.is_some(), Refusal::NoSuchPolicy).await?;
    }
    let rule =
        |(group, policy): &(GroupId, PolicyId)| GroupRule { organization, group: *group, policy: *policy };
    let rules: Vec<GroupRule> = rules.iter().map(rule).collect();
    way_back::keep(act, Concern::default(), &Change::Rules(organization, rules.clone())).await?;
    groups::replace_rules(tx, organization, &rules).await?;
    let said: Vec<_> = rules
        .iter()
        .map(|rule| json!({ "group": rule.group.to_string(), "policy": rule.policy.to_string() }))
        .collect();
    act.done(json!({ "rules": said })).await?;
    Ok(())
}

async fn named(act: &Act<'_>, group: GroupId, accounts: &Many) -> Result<(), ActError> {
    for ids in accounts.named() {
        let data = json!({ "group": group.to_string(), "of": accounts.count(), "accounts": ids });
        act.done(data).await?;
    }
    Ok(())
}

async fn found(act: &Act<'_>, organization: OrganizationId, group: GroupId) -> Result<Group, ActError> {
    match groups::find(act.tx, organization, group).await? {
        Some(group) => Ok(group),
        None => Err(act.refuse(Refusal::NoSuchGroup).await),
    }
}

async fn by_hand(act: &Act<'_>, organization: OrganizationId, group: GroupId) -> Result<(), ActError> {
    let group = found(act, organization, group).await?;
    act.require(group.source == GroupSource::ByHand, Refusal::GroupByScim).await
}
