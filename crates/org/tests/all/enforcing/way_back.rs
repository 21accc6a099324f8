//! The acts that could end the way back ask for it, and say what comes first.

use org::acts::accounts as acts;
use org::acts::groups::{self, NewGroup};
use org::model::{Many, Role};
use store::testing::{TestDatabase, databases};

use super::*;
use crate::kit::{Tenant, account};

/// Ida administers Acme from its own domain by a policy without SSO: the one way back.
struct Inside {
    world: World,
    ida: AccountId,
    free: PolicyId,
}

impl Inside {
    async fn new(database: &TestDatabase) -> Self {
        let world = World::new(database).await;
        let acme = &world.acme.organization;
        let free = policy(&world, "Without SSO").await;
        let ida = account(&world.org, acme, ("ida@acme.example", Role::Administrator)).await;
        assign(&world, ida, Some(free)).await;
        with_passkey(&world, ida).await;
        Self { world, ida, free }
    }

    async fn refused(
        &self,
        act: impl AsyncFnOnce(&store::Tx, &org::acts::Word) -> Result<(), org::acts::ActError>,
    ) -> &'static str {
        let word = word_of(&self.world.org, self.ida);
        let done = tried(&self.world.org, async |tx| act(tx, &word).await).await;
        done.map_or_else(Refusal::code, |()| "done")
    }
}

const FALLBACK: &str = "way-back-fallback-administrator";
const MAKE: &str = "way-back-make-passkey";

#[tokio::test]
async fn each_act_that_would_end_it_is_refused() {
    for database in databases().await {
        let inside = Inside::new(&database).await;
        let (of, ida, free) = (inside.world.acme.organization.id, inside.ida, inside.free);
        let (org, frida) = (&inside.world.org, inside.world.frida);
        let now = org.now();
        // Frida is outside, and has no passkey yet: that is what comes first.
        let code = inside.refused(async |tx, word| policies::assign(tx, word, (of, ida, None), now).await);
        assert_eq!(code.await, MAKE);
        let role = (of, frida, Role::Member);
        let code = inside.refused(async |tx, word| acts::set_role(tx, word, role, now).await).await;
        assert_eq!(code, "done", "she was no way in");

        let default = inside.world.acme.made.policy;
        let moved = Many::of([ida]);
        let many = (of, default, &moved);
        let code =
            inside.refused(async |tx, word| policies::assign_many(tx, word, many, now).await.map(drop)).await;
        assert_eq!(code, FALLBACK);
        let code = inside.refused(async |tx, word| policies::delete(tx, word, (of, free), now).await).await;
        assert_eq!(code, FALLBACK);
        let code = inside.refused(async |tx, word| acts::deactivate(tx, word, (of, ida), now).await).await;
        assert_eq!(code, "last-administrator");
        let code =
            inside.refused(async |tx, word| acts::delete(tx, word, (of, ida), now).await.map(drop)).await;
        assert_eq!(code, "last-administrator");
        let events = inside.world.events().await;
        let refused: Vec<_> = events.iter().filter(|event| event.kind == "act.refused").collect();
        let acts: Vec<_> = refused.iter().map(|event| event.data["act"].as_str().unwrap()).collect();
        for act in ["policy.member_moved", "policy.members_moved", "account.deletion_scheduled"] {
            assert!(acts.contains(&act), "{acts:?}");
        }
        assert_eq!(refused.len(), 5, "each refusal is written: {acts:?}");
    }
}

#[tokio::test]
async fn a_way_back_by_a_group_is_kept_too() {
    for database in databases().await {
        let inside = Inside::new(&database).await;
        let world = &inside.world;
        let (of, ida, free, frida) = (world.acme.organization.id, inside.ida, inside.free, world.frida);
        let now = world.org.now();
        let new = NewGroup::draw((of, name("Administrators")), now, world.org.entropy());
        let group = world.act(async |tx, word| groups::create(tx, word, new, now).await).await;
        let members = Many::of([ida]);
        let joining = (of, group, &members);
        world.act(async |tx, word| groups::join(tx, word, joining, now).await).await;
        let rules = [(group, free)];
        world.act(async |tx, word| groups::set_rules(tx, word, (of, &rules), now).await).await;
        assign(world, ida, None).await;
        let role = (of, frida, Role::Member);
        world.act(async |tx, word| acts::set_role(tx, word, role, now).await).await;

        let code = inside.refused(async |tx, word| groups::leave(tx, word, joining, now).await.map(drop));
        assert_eq!(code.await, FALLBACK);
        let none = (of, [].as_slice());
        let code = inside.refused(async |tx, word| groups::set_rules(tx, word, none, now).await).await;
        assert_eq!(code, FALLBACK);
        let code = inside.refused(async |tx, word| groups::delete(tx, word, (of, group), now).await).await;
        assert_eq!(code, FALLBACK);
        let enforcing = [(group, world.acme.made.policy)];
        let rules = (of, enforcing.as_slice());
        let code = inside.refused(async |tx, word| groups::set_rules(tx, word, rules, now).await).await;
        assert_eq!(code, FALLBACK);
        let twice = [(group, free), (group, free)];
        let rules = (of, twice.as_slice());
        let code = inside.refused(async |tx, word| groups::set_rules(tx, word, rules, now).await).await;
        assert_eq!(code, "group-twice");
    }
}

#[tokio::test]
async fn an_administrator_keeps_a_passkey() {
    for database in databases().await {
        let world = World::new(&database).await;
        frida(&world).await;
        with_passkey(&world, world.frida).await;
        let of = world.acme.organization.id;
        let read = world.org.store().read().await.unwrap();
        let kept = console::passkeys::list(&read, world.frida.person()).await.unwrap();
        drop(read);
        assert_eq!(kept.len(), 2);
        let word = word_of(&world.org, world.frida);
        let now = world.org.now();
        let tasks: Vec<_> = kept
            .iter()
            .map(|kept| {
                let (org, word, what) = (world.org.clone(), word.clone(), (of, world.frida, kept.id));
                tokio::spawn(async move {
                    tried(&org, async |tx| acts::revoke_passkey(tx, &word, what, now).await).await
                })
            })
            .collect();
        let mut done = Vec::new();
        for task in tasks {
            done.push(task.await.unwrap());
        }
        done.sort_by_key(Result::is_err);
        assert_eq!(done, [Ok(()), Err(Refusal::LastPasskey)], "{}", database.engine());
        let maya = account(&world.org, &world.acme.organization, ("maya@acme.example", Role::Member)).await;
        with_passkey(&world, maya).await;
        let read = world.org.store().read().await.unwrap();
        let hers = console::passkeys::list(&read, maya.person()).await.unwrap();
        drop(read);
        let what = (of, maya, hers[0].id);
        world.act(async |tx, word| acts::revoke_passkey(tx, word, what, now).await).await;
    }
}

#[tokio::test]
async fn enforcing_sees_administrators_of_other_organisations() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        frida(&world).await;
        let other = crate::kit::Idp::new("https://globex-idp.example/saml");
        let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
        let hugo =
            account(&world.org, &globex.organization, ("hugo@acme.example", Role::Administrator)).await;
        with_passkey(&world, hugo).await;
        let missing = missing(&world, world.acme.made.policy).await;
        assert_eq!(missing, ["way-back-of-another-organization", "test-sign-in"]);
    }
}

#[tokio::test]
async fn a_deleted_account_is_off_at_once_and_can_be_taken_back() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let of = world.acme.organization.id;
    let maya = account(&world.org, &world.acme.organization, ("maya@acme.example", Role::Member)).await;
    let mut browser = world.browser();
    world.sign_in(&mut browser, &crate::kit::maya()).await;
    let now = world.org.now();
    let after = world.act(async |tx, word| acts::delete(tx, word, (of, maya), now).await).await;
    assert_eq!(after.duration_since(now), SignedDuration::from_hours(14 * 24));
    assert_eq!(browser.who().await, None, "its session has ended");
    let refused = world.sign_in(&mut browser, &crate::kit::maya()).await;
    assert_eq!(refused.code(), "account-deactivated");
    world.act(async |tx, word| acts::reactivate(tx, word, (of, maya), now).await).await;
    assert!(world.sign_in(&mut browser, &crate::kit::maya()).await.location().is_some());
}

#[tokio::test]
async fn a_deleted_account_is_erased_when_its_time_is_over() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (of, acme) = (world.acme.organization.id, &world.acme.organization);
        let maya = account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
        let noah = account(&world.org, acme, ("noah@acme.example", Role::Member)).await;
        world.sign_in(&mut world.browser(), &crate::kit::maya()).await;
        with_passkey(&world, maya).await;
        let now = world.org.now();
        for id in [maya, noah] {
            world.act(async |tx, word| acts::delete(tx, word, (of, id), now).await).await;
        }
        world.act(async |tx, word| acts::reactivate(tx, word, (of, noah), now).await).await;
        let erased = async |id| {
            let tx = world.org.store().begin().await.unwrap();
            let done = acts::erase(&tx, &world.org.machine("test"), id, world.org.now()).await.unwrap();
            tx.commit().await.unwrap();
            done
        };
        world.clock.advance(SignedDuration::from_hours(14 * 24 - 1));
        assert!(!erased(maya).await, "not yet");
        world.clock.advance(SignedDuration::from_hours(1));
        assert!(!erased(noah).await, "taken back");
        assert!(erased(maya).await, "{}", database.engine());
        assert!(!erased(maya).await, "once");
        let address = console::person::EmailAddress::parse("maya@acme.example").unwrap();
        assert!(world.org.find_account(&address).await.unwrap().is_none());
        let back = world.sign_in(&mut world.browser(), &crate::kit::maya()).await;
        assert!(back.location().is_some(), "and the next one is a new account: {back:?}");
        assert_ne!(world.org.find_account(&address).await.unwrap().unwrap().id, maya);
    }
}
