//! What a plan includes, and what a smaller one changes when.

use org::acts::organizations::set_plan;
use org::model::{Plan, Role};
use store::testing::databases;
use testkit::authenticator::Forgery;

use super::*;
use crate::kit::account;
use crate::local_door::by_passkey;

async fn subscribe(world: &World, plan: Plan) {
    let (of, now) = (world.acme.organization.id, world.org.now());
    world.act(async |tx, word| set_plan(tx, word, (of, plan), now).await).await;
}

#[tokio::test]
async fn a_lapse_changes_nothing_for_fourteen_days() {
    for database in databases().await {
        let world = World::new(&database).await;
        let maya = account(&world.org, &world.acme.organization, ("maya@acme.example", Role::Member)).await;
        let (_, mut device) = with_passkey(&world, maya).await;
        let mut door = async || {
            let answer =
                by_passkey(&mut world.browser(), "/login/passkey", &mut device, &Forgery::none()).await;
            answer.status.is_success()
        };
        subscribe(&world, Plan::Free).await;
        world.clock.advance(SignedDuration::from_hours(14 * 24 - 1));
        assert!(!door().await, "still required");
        subscribe(&world, Plan::Free).await;
        world.clock.advance(SignedDuration::from_hours(1));
        assert!(door().await, "not required any more, and saying it again gave no more time");
        assert!(leads_to_sso(&world, "maya@acme.example").await, "the configuration stays");
        assert_eq!(missing(&world, world.acme.made.policy).await.first(), Some(&"way-back-make-passkey"));
        subscribe(&world, Plan::GuardStandard).await;
        assert!(!door().await, "paid again, required again");
    }
}

#[tokio::test]
async fn a_smaller_plan_keeps_its_oldest_directory() {
    for database in databases().await {
        let world = World::new(&database).await;
        subscribe(&world, Plan::GuardStandard).await;
        world.clock.advance(SignedDuration::from_hours(15 * 24));
        let maya = account(&world.org, &world.acme.organization, ("maya@acme.example", Role::Member)).await;
        let (_, mut device) = with_passkey(&world, maya).await;
        let door = by_passkey(&mut world.browser(), "/login/passkey", &mut device, &Forgery::none()).await;
        assert_eq!(door.json()["error"]["code"], "sso-required");
    }
}
