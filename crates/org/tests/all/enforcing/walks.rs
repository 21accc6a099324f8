//! Random walks through the acts themselves: after every few steps somebody
//! really tries the door, and an administrator of each organisation gets in.

use std::collections::BTreeSet;

use org::acts::accounts as acts;
use org::acts::groups::{self, NewGroup};
use org::model::{GroupId, Many, Role};
use store::testing::TestDatabase;
use testkit::authenticator::Forgery;

use super::*;
use crate::kit::{account, maya};
use crate::local_door::by_passkey;

/// SplitMix64: the same walk for the same seed.
struct Chance(u64);

impl Chance {
    fn draw(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % below as u64).unwrap()
    }
}

struct Walk {
    world: World,
    chance: Chance,
    people: Vec<(AccountId, Authenticator)>,
    policies: Vec<PolicyId>,
    groups: Vec<GroupId>,
    browser: Browser,
    done: u32,
    refused: BTreeSet<&'static str>,
}

#[tokio::test]
async fn walks_through_the_acts_leave_an_administrator_who_gets_in() {
    let mut done = 0;
    let mut refused = BTreeSet::new();
    for seed in 1..=8 {
        let database = TestDatabase::sqlite();
        let mut walk = Walk::new(&database, seed).await;
        for step in 0..40 {
            let did = walk.step().await;
            walk.check(&format!("seed {seed}, step {step}: {did}")).await;
        }
        done += walk.done;
        refused.extend(walk.refused);
    }
    assert!(done > 100, "{done}");
    assert!(refused.iter().any(|code| code.starts_with("way-back")), "{refused:?}");
}

impl Walk {
    async fn new(database: &TestDatabase, seed: u64) -> Self {
        let world = World::before_sso(database).await;
        let acme = &world.acme.organization;
        account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
        let (browser, device) = frida(&world).await;
        let mut people = vec![(world.frida, device)];
        for address in ["gina@fallback.example", "hugo@acme.example", "ida@acme.example"] {
            let id = account(&world.org, acme, (address, Role::Administrator)).await;
            let (_, device) = with_passkey(&world, id).await;
            people.push((id, device));
        }
        let policies = vec![world.acme.made.policy, policy(&world, "A").await, policy(&world, "B").await];
        let mut walk = Self {
            world,
            chance: Chance(seed),
            people,
            policies,
            groups: Vec::new(),
            browser,
            done: 0,
            refused: BTreeSet::new(),
        };
        for called in ["One", "Two"] {
            let (of, now) = (walk.world.acme.organization.id, walk.world.org.now());
            let new = NewGroup::draw((of, name(called)), now, walk.world.org.entropy());
            walk.groups.push(walk.world.act(async |tx, word| groups::create(tx, word, new, now).await).await);
        }
        for id in walk.policies.clone() {
            test_as(&walk.world, &mut walk.browser, id, &maya()).await;
        }
        walk
    }

    async fn step(&mut self) -> String {
        match self.chance.draw(8) {
            0 => {
                let minutes = [5, 61, 1500, 140_000][self.chance.draw(4)];
                self.world.clock.advance(SignedDuration::from_mins(minutes));
                format!("{minutes} minutes")
            }
            1 => {
                self.world.clock.set(self.world.now() - SignedDuration::from_mins(90));
                "the clock jumps back".to_owned()
            }
            2 | 3 => self.enforce().await,
            _ => self.act().await,
        }
    }

    async fn enforce(&mut self) -> String {
        let id = self.policies[self.chance.draw(3)];
        let over = BTreeSet::from(["test-sign-in", "test-failed", "test-void-too-old", "test-void-changed"]);
        let named = org::model::enforce::Override { by: self.world.frida, over };
        let of = self.world.acme.organization.id;
        let host_or_frida = word_of(&self.world.org, self.world.frida);
        let read = self.world.org.store().read().await.unwrap();
        let now = self.world.org.now();
        let found = rehearse(&read, (of, id), Some(&named), now).await.unwrap();
        drop(read);
        let Some(Ok(evidence)) = found.map(|found| found.answer) else {
            return format!("nothing to enforce {id} with");
        };
        let what = (of, &evidence, SignedDuration::from_mins(60));
        let done = tried(&self.world.org, async |tx| {
            org::acts::enforcement::enforce(tx, &host_or_frida, what, now).await.map(drop)
        });
        let done = done.await;
        self.note(done);
        format!("enforce {id}: {done:?}")
    }

    async fn act(&mut self) -> String {
        let of = self.world.acme.organization.id;
        let now = self.world.org.now();
        let host = self.world.org.host("test");
        let (who, policy) = (self.people[self.chance.draw(4)].0, self.policies[self.chance.draw(3)]);
        let (group, other) = (self.groups[self.chance.draw(2)], self.policies[self.chance.draw(3)]);
        let (which, yes) = (self.chance.draw(10), self.chance.draw(2) == 0);
        let role = if yes { Role::Administrator } else { Role::Member };
        let (rules, whom) = ([(self.groups[0], policy), (self.groups[1], other)], Many::of([who]));
        let done = tried(&self.world.org, async |tx| match which {
            0 => acts::set_role(tx, &host, (of, who, role), now).await,
            1 => acts::deactivate(tx, &host, (of, who), now).await,
            2 => acts::reactivate(tx, &host, (of, who), now).await,
            3 => acts::delete(tx, &host, (of, who), now).await.map(drop),
            4 => policies::assign(tx, &host, (of, who, Some(policy)), now).await,
            5 => policies::assign(tx, &host, (of, who, None), now).await,
            6 => policies::make_default(tx, &host, (of, policy), now).await,
            7 => groups::set_rules(tx, &host, (of, &rules), now).await,
            8 => groups::join(tx, &host, (of, group, &whom), now).await.map(drop),
            _ => groups::leave(tx, &host, (of, group, &whom), now).await.map(drop),
        });
        let done = done.await;
        self.note(done);
        format!("act {which} on {who}, {policy}, {yes}: {done:?}")
    }

    fn note(&mut self, done: Result<(), Refusal>) {
        match done {
            Ok(()) => self.done += 1,
            Err(refusal) => drop(self.refused.insert(refusal.code())),
        }
    }

    /// Somebody really opens the door, and the console behind it.
    async fn check(&mut self, did: &str) {
        let first = self.chance.draw(4);
        let mut tries = Vec::new();
        for n in 0..4 {
            let (id, device) = &mut self.people[(first + n) % 4];
            let mut browser = self.world.browser();
            let door = by_passkey(&mut browser, "/login/passkey", device, &Forgery::none()).await;
            let admin = browser.get("/admin/acme").await;
            if door.status.is_success() && admin.status.is_success() {
                return;
            }
            tries.push(format!("{id}: {door:?}, {admin:?}"));
        }
        panic!("nobody gets in after {did}: {tries:#?}");
    }
}
