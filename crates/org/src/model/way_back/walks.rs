//! A thousand random walks over the whole roll-out of two organisations that
//! share a deployment: every change of the alphabet, enforcing, confirming,
//! extending, outages, clocks that jump, domains lost and won, people who come
//! and go. After each step both organisations have an administrator who can get
//! in, and no probation is longer than it said.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::kit::*;
use super::*;
use crate::model::account::Role;
use crate::model::domain::Claim;
use crate::model::enforce::{OwnSession, PROBATION, Witness};
use crate::model::ids::PolicyId;
use crate::model::policy::{AuthenticationPolicy, Enforcement, Sso, SsoSetting, effective};

#[test]
fn a_thousand_walks_always_leave_an_administrator_who_can_get_in() {
    let mut seen = Seen::default();
    for seed in 1..=1000 {
        let mut world = World::new(seed);
        for step in 0..80 {
            let did = world.step(&mut seen);
            world.check(&format!("seed {seed}, step {step}: {did}"));
        }
    }
    // A walk that does nothing would prove nothing.
    assert!(seen.enforced > 3000, "{seen:?}");
    assert!(seen.confirmed > 100, "{seen:?}");
    assert!(seen.returned_by_itself > 500, "{seen:?}");
    assert!(seen.refused > 1000, "{seen:?}");
    assert!(seen.done > 20_000, "{seen:?}");
}

/// What the walks came by.
#[derive(Debug, Default)]
struct Seen {
    done: u32,
    refused: u32,
    enforced: u32,
    confirmed: u32,
    returned_by_itself: u32,
}

struct World {
    now: Timestamp,
    roster: Roster,
    identity_provider_answers: bool,
    /// The book that this test keeps for itself: unconfirmed enforcements and
    /// the end that was said.
    probations: BTreeMap<PolicyId, Timestamp>,
    chance: Chance,
}

/// SplitMix64: the same walk for the same seed.
struct Chance(u64);

impl Chance {
    fn draw(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.draw(of.len() as u64)).unwrap()]
    }
}

const DOMAINS: [&str; 4] = ["acme.example", "globex.example", "fallback.example", "other.example"];
const POLICIES: [u128; 6] = [10, 20, 21, 30, 40, 41];
const PEOPLE: [u128; 8] = [101, 102, 103, 104, 201, 202, 203, 204];
const ORGANIZATIONS: [u128; 2] = [1, 2];
const GROUPS: [u128; 2] = [5, 6];

impl World {
    fn new(seed: u64) -> Self {
        let mut roster = empty();
        roster.people = vec![
            administrator(101, 1, "fallback.example"),
            administrator(102, 1, "acme.example"),
            administrator(201, 2, "other.example"),
            administrator(202, 2, "globex.example"),
            // Administers Globex with an address of Acme's.
            administrator(203, 2, "acme.example"),
        ];
        Self {
            now: now(),
            roster,
            identity_provider_answers: true,
            probations: BTreeMap::new(),
            chance: Chance(seed),
        }
    }

    fn step(&mut self, seen: &mut Seen) -> String {
        match self.chance.draw(10) {
            0 => self.time_passes(seen),
            1 => self.clock_jumps(),
            2 => self.people_come_in(),
            3 => self.enforce(seen),
            4 => self.probation(seen),
            5 => self.somebody_new(),
            _ => self.change(seen),
        }
    }

    fn time_passes(&mut self, seen: &mut Seen) -> String {
        let minutes = self.chance.one(&[1, 10, 61, 600, 1440, 50_000, 140_000]);
        let held = self.required();
        self.now += SignedDuration::from_mins(minutes);
        seen.returned_by_itself += u32::try_from(held.saturating_sub(self.required())).unwrap();
        format!("{minutes} minutes in which no node may have run")
    }

    fn clock_jumps(&mut self) -> String {
        let minutes = self.chance.one(&[-1, -59, -1500, -300_000]);
        self.now += SignedDuration::from_mins(minutes);
        if self.chance.draw(3) == 0 {
            self.identity_provider_answers = !self.identity_provider_answers;
        }
        format!("the clock jumps by {minutes} minutes")
    }

    /// Who can get in uses the passkey now and then, or makes one.
    fn people_come_in(&mut self) -> String {
        let one = account(self.chance.one(&PEOPLE));
        let now = self.now;
        let found = self.roster.people.iter().find(|person| person.account == one);
        let may = found.is_some_and(|person| {
            person.standing == Standing::Active && !required_of(&self.roster, person, now)
        });
        if may {
            let mut people = self.roster.people.iter_mut();
            people.find(|person| person.account == one).unwrap().passkey_used_at = Some(now);
        }
        format!("{one} comes in by passkey: {may}")
    }

    fn enforce(&mut self, seen: &mut Seen) -> String {
        let id = policy(self.chance.one(&[20, 21, 40, 41]));
        let Some(found) = self.roster.policies.iter().find(|one| one.id == id) else {
            return "enforce what is gone".to_owned();
        };
        let organization = found.organization;
        let evidence = ask(&self.roster, &Change::Enforce(id), self.now)
            .and_then(|after| Ok(way_back(&after, organization, self.now)?));
        if evidence.is_err() {
            seen.refused += 1;
            return format!("enforce {id}: refused");
        }
        let returns_at = self.now + PROBATION;
        let sso = Enforcement { enforced_at: self.now, returns_at, confirmed_at: None };
        self.set(id, |one| one.sso = SsoSetting::Enforced(sso));
        self.probations.insert(id, returns_at);
        seen.enforced += 1;
        format!("enforce {id}")
    }

    fn probation(&mut self, seen: &mut Seen) -> String {
        let id = policy(self.chance.one(&[20, 21, 40, 41]));
        let Some(found) = self.roster.policies.iter().find(|one| one.id == id).cloned() else {
            return "probation of what is gone".to_owned();
        };
        let now = self.now;
        match self.chance.draw(4) {
            0 | 1 => {
                let came = self.identity_provider_answers && self.chance.draw(3) > 0;
                let at = now + SignedDuration::from_secs(1);
                let witness = came.then_some(Witness { account: account(7), at });
                let own = OwnSession { opened_at: at, by_local_door: self.chance.draw(2) == 0 };
                self.now += SignedDuration::from_secs(2);
                if let Ok(confirmed) = found.confirm(witness.as_ref(), &own, self.now) {
                    self.set(id, |one| one.sso = confirmed.sso);
                    self.probations.remove(&id);
                    seen.confirmed += 1;
                }
                format!("confirm {id}")
            }
            2 => {
                if let Ok(extended) = found.extend(SignedDuration::from_mins(120), now) {
                    if let SsoSetting::Enforced(enforcement) = extended.sso {
                        self.probations.insert(id, enforcement.returns_at);
                    }
                    self.set(id, |one| one.sso = extended.sso);
                }
                format!("extend {id}")
            }
            _ => {
                let returned = found.return_now();
                self.set(id, |one| one.sso = returned.sso);
                self.probations.remove(&id);
                format!("return {id}")
            }
        }
    }

    fn somebody_new(&mut self) -> String {
        let (n, of) = (self.chance.one(&PEOPLE), self.chance.one(&ORGANIZATIONS));
        let domain = self.chance.one(&DOMAINS);
        if self.roster.people.iter().any(|one| one.account == account(n)) {
            return "somebody who is there".to_owned();
        }
        let claims = |one: &&Claimed| one.name == name(domain) && one.claim == Claim::Automatic;
        let managed_by = self.roster.domains.iter().find(claims).map(|one| one.organization);
        let passkey_used_at = (self.chance.draw(2) == 0).then_some(self.now);
        let made = Administrator { managed_by, passkey_used_at, ..administrator(n, of, domain) };
        self.roster.people.push(made);
        format!("{n} administers {of} from {domain}")
    }

    fn change(&mut self, seen: &mut Seen) -> String {
        let change = self.draw();
        match ask(&self.roster, &change, self.now) {
            Ok(after) => {
                seen.done += 1;
                self.roster = after;
                if let Change::Return(policy) = &change {
                    self.probations.remove(policy);
                }
            }
            Err(_) => seen.refused += 1,
        }
        format!("{change:?}")
    }

    /// Anything of the alphabet but enforcing, which has its own step.
    fn draw(&mut self) -> Change {
        let chance = &mut self.chance;
        let one = account(chance.one(&PEOPLE));
        let of = chance.one(&ORGANIZATIONS);
        let at = policy(chance.one(&POLICIES));
        let in_group = group(chance.one(&GROUPS));
        let domain = name(chance.one(&DOMAINS));
        let some: BTreeSet<AccountId> = (0..3).map(|_| account(chance.one(&PEOPLE))).collect();
        match chance.draw(17) {
            0 => Change::Return(at),
            1 => Change::Name(some, Some(at)),
            2 => Change::Name(some, None),
            3 => {
                let rules = GROUPS.map(|group| rule((of, group, chance.one(&POLICIES))));
                Change::Rules(org(of), rules.to_vec())
            }
            4 => Change::Join(in_group, some),
            5 => Change::Leave(in_group, some),
            6 => Change::DeleteGroup(in_group),
            7 => Change::MakeDefault(at),
            8 => Change::Role(org(of), one, chance.one(&[Role::Member, Role::Administrator])),
            9 => Change::Standing(one, chance.one(&[Standing::Active, Standing::Deactivated])),
            10 => Change::DeleteAccount(one),
            11 => Change::LosePasskeys(one),
            12 => Change::Verify(org(of), domain, chance.one(&[Claim::Automatic, Claim::Manual])),
            13 => Change::Claim(org(of), domain, some),
            14 => {
                let own = [[1, 2], [3, 4]][usize::try_from(of - 1).unwrap()];
                Change::Link(org(of), domain, chance.one(&[None, Some(directory(own[1]))]))
            }
            15 => Change::Lose(org(of), domain),
            // A default policy is never deleted: another one must be made default first.
            _ => match self.roster.policies.iter().find(|policy| policy.id == at) {
                Some(found) if !found.is_default && self.chance.draw(4) == 0 => Change::DeletePolicy(at),
                _ => Change::Plan(org(of)),
            },
        }
    }

    fn set(&mut self, id: PolicyId, how: impl FnOnce(&mut AuthenticationPolicy)) {
        how(self.roster.policies.iter_mut().find(|one| one.id == id).unwrap());
    }

    fn required(&self) -> usize {
        let policies = self.roster.policies.iter();
        policies.filter(|one| effective(one, self.now) == Sso::Enforced).count()
    }

    /// Said once more, in other words than the rule's own.
    fn check(&self, did: &str) {
        for of in ORGANIZATIONS {
            let gets_in = self.roster.people.iter().any(|person| {
                person.administers.contains(&org(of))
                    && person.standing == Standing::Active
                    && person.passkey_used_at.is_some()
                    && !required_of(&self.roster, person, self.now)
            });
            assert!(gets_in, "nobody gets into {of} after {did}: {:#?}", self.roster.people);
        }
        for (id, end) in &self.probations {
            let found = self.roster.policies.iter().find(|one| one.id == *id);
            let required = found.is_some_and(|one| effective(one, self.now) == Sso::Enforced);
            assert!(!required || self.now < *end, "{id} is required after its probation, after {did}");
        }
    }
}

/// Whether SSO is the only way for somebody at this moment.
fn required_of(roster: &Roster, person: &Administrator, now: Timestamp) -> bool {
    roster.policy_of(person).is_some_and(|policy| effective(policy, now) == Sso::Enforced)
}
