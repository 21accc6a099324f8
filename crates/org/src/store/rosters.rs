//! Everything that the way back of the organisations concerned hangs on.

use std::collections::BTreeSet;

use ::store::{ReadTx, Row, StoreError, Value};

use super::values::{id, parsed, some_id};
use super::{directories, domains, groups, policies};
use crate::model::way_back::{Administrator, Claimed, Roster};
use crate::model::{AccountId, DomainName, OrganizationId, PolicyId};

/// The organisations whose way back an act of `$1` could end: its own, and
/// those that somebody administers whom it manages, who lives on the domain
/// `$2`, or whom it is about (`$3`).
macro_rules! concerned {
    () => {
        "(select cast($1 as text) union select c.organization from membership c \
            join account b on b.id = c.account where c.role = 'administrator' \
            and (b.managed_by = $1 or b.domain = $2 or b.id = $3))"
    };
}

::store::statements! {
    PEOPLE = concat!("select m.organization, a.id, a.domain, a.standing, a.managed_by, n.named_policy, \
        (select max(coalesce(k.last_used_at, k.created_at)) from passkey k \
            where k.person = a.id and k.revoked_at is null) \
        from membership m join account a on a.id = m.account \
        left join membership n on n.account = a.id and n.organization = a.managed_by \
        where m.role = 'administrator' and m.organization in ", concerned!(), " order by a.id");
    GROUPS = concat!("select g.account, g.account_group from account_group_member g \
        where g.account in (select m.account from membership m \
            where m.role = 'administrator' and m.organization in ", concerned!(), ")");
}

/// What an act of an organisation is about beside the organisation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Concern<'a> {
    pub(crate) domain: Option<&'a DomainName>,
    pub(crate) account: Option<AccountId>,
}

/// The roster as it is in this transaction.
pub(crate) async fn load(
    read: &ReadTx,
    organization: OrganizationId,
    concern: Concern<'_>,
) -> Result<Roster, StoreError> {
    let domain = concern.domain.map_or("", DomainName::as_str);
    let account = concern.account.map_or_else(|| Value::from(""), Value::from);
    let args: [Value; 3] = [organization.into(), domain.into(), account];
    let mut people: Vec<Administrator> = Vec::new();
    for row in &read.query(PEOPLE, args.clone()).await? {
        let (of, person) = administrator(row)?;
        match people.last_mut().filter(|last| last.account == person.account) {
            Some(same) => drop(same.administers.insert(of)),
            None => people.push(person),
        }
    }
    for row in &read.query(GROUPS, args).await? {
        let (account, group) = groups::membership(row)?;
        people.iter_mut().filter(|one| one.account == account).for_each(|one| one.groups.push(group));
    }
    let mut roster = Roster { people, ..Roster::default() };
    fill(read, &mut roster, organization).await?;
    Ok(roster)
}

/// The managers' policies, rules and domains.
async fn fill(read: &ReadTx, roster: &mut Roster, own: OrganizationId) -> Result<(), StoreError> {
    let mut managers: BTreeSet<OrganizationId> =
        roster.people.iter().filter_map(|person| person.managed_by).collect();
    managers.insert(own);
    for manager in managers {
        let local = directories::local(read, manager).await?;
        roster.locals.extend(local.map(|local| (manager, local.id)));
        roster.policies.extend(policies::list(read, manager).await?);
        roster.rules.extend(groups::rules(read, manager).await?);
    }
    let theirs: BTreeSet<(Option<OrganizationId>, DomainName)> =
        roster.people.iter().map(|person| (person.managed_by, person.domain.clone())).collect();
    for (manager, name) in theirs {
        let holder = match manager {
            Some(manager) => Some(manager),
            None => domains::verified_by(read, &name).await?,
        };
        let Some(holder) = holder else { continue };
        let found = domains::find(read, holder, &name).await?;
        roster.domains.extend(found.filter(|domain| domain.verified_at.is_some()).map(|domain| Claimed {
            organization: domain.organization,
            name: domain.name,
            claim: domain.claim,
            linked_to: domain.linked_to,
        }));
    }
    Ok(())
}

fn administrator(row: &Row) -> Result<(OrganizationId, Administrator), StoreError> {
    let organization = id(row, 0, OrganizationId::new)?;
    let person = Administrator {
        account: id(row, 1, AccountId::new)?,
        administers: BTreeSet::from([organization]),
        domain: parsed(row, 2)?,
        standing: parsed(row, 3)?,
        managed_by: some_id(row, 4, OrganizationId::new)?,
        named: some_id(row, 5, PolicyId::new)?,
        groups: Vec::new(),
        passkey_used_at: row.get(6)?,
    };
    Ok((organization, person))
}
