//! The statement that computes a policy says the same as the rule.

use std::collections::BTreeMap;

use org::acts::directories::{self, NewDirectory};
use org::acts::groups::{self, NewGroup};
use org::model::{Belonging, DirectoryId, GroupId, GroupRule, Many, Role, computed};
use store::testing::databases;

use super::*;
use crate::kit::account;

::store::statements! {
    /// Whatever is said of a member, also what no act would say.
    NAME = "update membership set named_policy = $1 where account = $2";
}

/// Who belongs where, drawn by a number.
struct Drawn {
    named: Option<PolicyId>,
    groups: Vec<GroupId>,
}

#[tokio::test]
async fn the_statement_says_the_same_as_the_rule() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (of, now) = (world.acme.organization.id, world.org.now());
        let new = NewDirectory::draw((of, name("Second")), now, world.org.entropy());
        let second = world.act(async |tx, word| directories::create(tx, word, new, now).await).await;
        let own = [policy(&world, "A").await, policy(&world, "B").await, world.acme.made.policy];
        let all = [own[0], own[1], own[2], second.policy];
        let mut made = Vec::new();
        for called in ["One", "Two", "Three"] {
            let new = NewGroup::draw((of, name(called)), now, world.org.entropy());
            made.push(world.act(async |tx, word| groups::create(tx, word, new, now).await).await);
        }
        let mut people = Vec::new();
        for n in 0..12 {
            let address = format!("p{n}@acme.example");
            people.push(account(&world.org, &world.acme.organization, (&address, Role::Member)).await);
        }
        let mut seen: BTreeMap<PolicyId, u32> = BTreeMap::new();
        for round in 0_usize..6 {
            let rules: Vec<(GroupId, PolicyId)> =
                (0..3).map(|n| (made[(round + n) % 3], all[(round * 7 + n * 5) % 4])).collect();
            world.act(async |tx, word| groups::set_rules(tx, word, (of, &rules), now).await).await;
            for (n, account) in people.iter().enumerate() {
                let drawn = draw(&world, (*account, round * 31 + n), (&all, &made)).await;
                let home = world.acme.made.directory;
                let expected = rule((home, &drawn), &world, (&rules, &own)).await;
                let found = policy_of(&world, *account).await;
                assert_eq!(found, expected, "{}: round {round}, {n}", database.engine());
                *seen.entry(found.unwrap()).or_default() += 1;
            }
        }
        assert_eq!(seen.len(), 3, "each policy of the directory, and none of the other: {seen:?}");
    }
}

async fn draw(
    world: &World,
    (account, n): (AccountId, usize),
    (policies, made): (&[PolicyId], &[GroupId]),
) -> Drawn {
    let named = (n % 3 == 0).then(|| policies[(n / 3) % policies.len()]);
    let tx = world.org.store().begin().await.unwrap();
    let value: store::Value = named.map(|policy| policy.to_string()).into();
    tx.execute(NAME, [value, account.to_string().into()]).await.unwrap();
    tx.commit().await.unwrap();
    let groups: Vec<GroupId> =
        made.iter().enumerate().filter(|(i, _)| n & (1 << i) != 0).map(|(_, g)| *g).collect();
    let (of, now) = (world.acme.organization.id, world.org.now());
    let who = Many::of([account]);
    for group in made {
        let what = (of, *group, &who);
        match groups.contains(group) {
            true => world.act(async |tx, word| groups::join(tx, word, what, now).await).await,
            false => world.act(async |tx, word| groups::leave(tx, word, what, now).await).await,
        };
    }
    Drawn { named, groups }
}

async fn rule(
    (home, drawn): (DirectoryId, &Drawn),
    world: &World,
    (rules, own): (&[(GroupId, PolicyId)], &[PolicyId]),
) -> Option<PolicyId> {
    let organization = world.acme.organization.id;
    let policies: Vec<org::model::AuthenticationPolicy> = own
        .iter()
        .map(|id| {
            let ids = (*id, organization, home);
            org::model::AuthenticationPolicy::new(ids, name("x"), *id == world.acme.made.policy)
        })
        .collect();
    let rules: Vec<GroupRule> = rules
        .iter()
        .map(|(group, policy)| GroupRule { organization, group: *group, policy: *policy })
        .collect();
    let belonging = Belonging { home, named: drawn.named, groups: &drawn.groups };
    computed(&belonging, &policies, &rules).map(|policy| policy.id)
}

async fn policy_of(world: &World, account: AccountId) -> Option<PolicyId> {
    let read = world.org.store().read().await.unwrap();
    enforcement_policy(&read, account).await
}

async fn enforcement_policy(read: &store::ReadTx, account: AccountId) -> Option<PolicyId> {
    org::acts::policies::of_account(read, account).await.unwrap().map(|policy| policy.id)
}
