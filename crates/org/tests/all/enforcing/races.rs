//! Every rule over several rows, from two tasks at once, on both engines.

use org::acts::accounts as acts;
use org::acts::groups::{self, NewGroup};
use org::acts::{ActError, organizations};
use org::model::{OrganizationId, Plan, Role};
use store::Tx;
use store::testing::databases;

use super::*;
use crate::kit::{Tenant, account, act_on, maya};

/// Does two acts at once on Frida's word and says what came of each.
macro_rules! at_once {
    ($world:expr, |$tx:ident, $word:ident, $now:ident| $first:expr, $second:expr) => {{
        let first = spawned!($world, |$tx, $word, $now| $first);
        let second = spawned!($world, |$tx, $word, $now| $second);
        (first.await.unwrap(), second.await.unwrap())
    }};
}

macro_rules! spawned {
    ($world:expr, |$tx:ident, $word:ident, $now:ident| $act:expr) => {{
        let (org, actor) = ($world.org.clone(), $world.frida);
        tokio::spawn(async move {
            let ($word, $now) = (&word_of(&org, actor), org.now());
            tried(&org, async |$tx: &Tx| $act.await.map(drop)).await
        })
    }};
}

/// Exactly one of them was done.
#[track_caller]
fn one_of(both: (Result<(), Refusal>, Result<(), Refusal>), engine: &str) -> Refusal {
    match both {
        (Ok(()), Err(refusal)) | (Err(refusal), Ok(())) => refusal,
        both => panic!("{engine}: {both:?}"),
    }
}

async fn fallback(world: &World, address: &str) -> AccountId {
    let id = account(&world.org, &world.acme.organization, (address, Role::Administrator)).await;
    with_passkey(world, id).await;
    id
}

async fn again(world: &World, id: AccountId) {
    let (of, now) = (world.acme.organization.id, world.org.now());
    act_on(&world.org, async |tx, word| {
        acts::reactivate(tx, word, (of, id), now).await?;
        Ok::<_, ActError>(())
    })
    .await;
    let role = (of, id, Role::Administrator);
    world.act(async |tx, word| acts::set_role(tx, word, role, now).await).await;
}

#[tokio::test]
async fn two_ways_back_do_not_go_at_once() {
    for database in databases().await {
        let world = World::new(&database).await;
        frida(&world).await;
        let of = world.acme.organization.id;
        let (gina, hugo) = (
            fallback(&world, "gina@fallback.example").await,
            fallback(&world, "hugo@fallback.example").await,
        );
        let now = world.org.now();
        let ida =
            account(&world.org, &world.acme.organization, ("ida@acme.example", Role::Administrator)).await;
        let frida = world.frida;
        world.act(async |tx, word| acts::set_role(tx, word, (of, frida, Role::Member), now).await).await;
        for round in 0..8 {
            let ida_world = ByIda { world: &world, ida };
            let both = ida_world.two(of, (gina, hugo), round % 2 == 0).await;
            let refusal = one_of(both, database.engine());
            assert_eq!(refusal.code(), "way-back-fallback-administrator", "{}", database.engine());
            for id in [gina, hugo] {
                again(&world, id).await;
            }
        }
    }
}

/// Acts on the word of Ida, who comes by SSO and is no way back.
struct ByIda<'a> {
    world: &'a World,
    ida: AccountId,
}

impl ByIda<'_> {
    async fn two(
        &self,
        of: OrganizationId,
        (gina, hugo): (AccountId, AccountId),
        roles: bool,
    ) -> (Result<(), Refusal>, Result<(), Refusal>) {
        let one = |id: AccountId, by_role: bool| {
            let (org, ida) = (self.world.org.clone(), self.ida);
            tokio::spawn(async move {
                let (word, now) = (word_of(&org, ida), org.now());
                tried(&org, async |tx| match by_role {
                    true => acts::set_role(tx, &word, (of, id, Role::Member), now).await,
                    false => {
                        let host = org.host("test");
                        acts::deactivate(tx, &host, (of, id), now).await
                    }
                })
                .await
            })
        };
        let (first, second) = (one(gina, roles), one(hugo, !roles));
        (first.await.unwrap(), second.await.unwrap())
    }
}

#[tokio::test]
async fn enforcing_and_taking_the_way_back_do_not_happen_at_once() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let acme = &world.acme.organization;
        account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
        let ida = account(&world.org, acme, ("ida@acme.example", Role::Administrator)).await;
        with_passkey(&world, ida).await;
        let (of, default, frida) = (acme.id, world.acme.made.policy, world.frida);
        test_as(&world, &mut browser, default, &maya()).await;
        for _ in 0..5 {
            let evidence = &evidence(&world, default).await;
            let evidence = evidence.clone();
            let minutes = SignedDuration::from_mins(60);
            let both = {
                let (org, other) = (world.org.clone(), world.org.clone());
                let enforcing = tokio::spawn(async move {
                    let (word, now) = (word_of(&org, ida), org.now());
                    let what = (of, &evidence, minutes);
                    tried(&org, async |tx| {
                        org::acts::enforcement::enforce(tx, &word, what, now).await.map(drop)
                    })
                    .await
                });
                let leaving = tokio::spawn(async move {
                    let (word, now) = (word_of(&other, ida), other.now());
                    tried(&other, async |tx| acts::set_role(tx, &word, (of, frida, Role::Member), now).await)
                        .await
                });
                (enforcing.await.unwrap(), leaving.await.unwrap())
            };
            one_of(both, database.engine());
            again(&world, frida).await;
            let now = world.org.now();
            let whose = (of, default);
            world.act(async |tx, word| org::acts::enforcement::return_now(tx, word, whose, now).await).await;
        }
    }
}

#[tokio::test]
async fn one_evidence_enforces_once() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        account(&world.org, &world.acme.organization, ("maya@acme.example", Role::Member)).await;
        let (of, default) = (world.acme.organization.id, world.acme.made.policy);
        test_as(&world, &mut browser, default, &maya()).await;
        let evidence = std::sync::Arc::new(evidence(&world, default).await);
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (org, frida, evidence) = (world.org.clone(), world.frida, evidence.clone());
                tokio::spawn(async move {
                    let (word, now) = (word_of(&org, frida), org.now());
                    let what = (of, &*evidence, SignedDuration::from_mins(60));
                    tried(&org, async |tx| org::acts::enforcement::enforce(tx, &word, what, now).await).await
                })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => done += 1,
                Err(refusal) => assert_eq!(refusal, Refusal::EvidenceGone),
            }
        }
        assert_eq!((done, world.count("policy.enforced").await), (1, 1), "{}", database.engine());
    }
}

#[tokio::test]
async fn a_directory_always_has_one_default_policy() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let of = world.acme.organization.id;
        let (first, second) = (policy(&world, "First").await, policy(&world, "Second").await);
        for _ in 0..5 {
            let both = at_once!(
                world,
                |tx, word, now| policies::make_default(tx, word, (of, first), now),
                policies::make_default(tx, word, (of, second), now)
            );
            assert_eq!(both, (Ok(()), Ok(())), "{}", database.engine());
            let both = at_once!(
                world,
                |tx, word, now| policies::delete(tx, word, (of, first), now),
                policies::make_default(tx, word, (of, first), now)
            );
            let gone = both.0.is_ok();
            assert!(both.0.is_err() != both.1.is_err(), "{}: {both:?}", database.engine());
            if gone {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_plan_with_one_policy_never_gets_a_second() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (of, now) = (world.acme.organization.id, world.org.now());
        world.act(async |tx, word| organizations::set_plan(tx, word, (of, Plan::Free), now).await).await;
        let directory = world.acme.made.directory;
        let draw = |org: &org::Org| NewPolicy::draw((of, directory), (name("x"), false), now, org.entropy());
        let (one, other) = (draw(&world.org), draw(&world.org));
        let both = at_once!(
            world,
            |tx, word, now| policies::create(tx, word, one, now),
            policies::create(tx, word, other, now)
        );
        let none = Err(Refusal::PlanOnePolicy);
        assert_eq!(both, (none, none), "there are two already, from before: {}", database.engine());
    }
}

#[tokio::test]
async fn a_group_name_is_given_once() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let of = world.acme.organization.id;
        for round in 0..5 {
            let draw = |called: String| NewGroup::draw((of, name(&called)), world.now(), world.org.entropy());
            let (one, other) = (draw(format!("Pilot {round}")), draw(format!("PILOT {round}")));
            let both = at_once!(
                world,
                |tx, word, now| groups::create(tx, word, one, now),
                groups::create(tx, word, other, now)
            );
            assert_eq!(one_of(both, database.engine()), Refusal::GroupTaken);
        }
    }
}

#[tokio::test]
async fn two_organisations_do_not_take_each_others_way_back() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let acme = &world.acme.organization;
        account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
        let other = crate::kit::Idp::new("https://globex-idp.example/saml");
        let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
        // Globex has two ways back: one at home nowhere, one with an address of Acme's.
        let outside =
            account(&world.org, &globex.organization, ("gina@else.example", Role::Administrator)).await;
        let inside =
            account(&world.org, &globex.organization, ("hugo@acme.example", Role::Administrator)).await;
        with_passkey_of(&world, globex.organization.id, outside).await;
        with_passkey(&world, inside).await;
        let (of, default) = (acme.id, world.acme.made.policy);
        test_as(&world, &mut browser, default, &maya()).await;
        for _ in 0..5 {
            let evidence = evidence(&world, default).await;
            let (org, frida) = (world.org.clone(), world.frida);
            let enforcing = tokio::spawn(async move {
                let (word, now) = (word_of(&org, frida), org.now());
                let what = (of, &evidence, SignedDuration::from_mins(60));
                tried(&org, async |tx| org::acts::enforcement::enforce(tx, &word, what, now).await.map(drop))
                    .await
            });
            let (org, globex) = (world.org.clone(), globex.organization.id);
            let leaving = tokio::spawn(async move {
                let (word, now) = (word_of(&org, inside), org.now());
                let role = (globex, outside, Role::Member);
                tried(&org, async |tx| acts::set_role(tx, &word, role, now).await).await
            });
            let refusal = one_of((enforcing.await.unwrap(), leaving.await.unwrap()), database.engine());
            let codes = ["way-back-of-another-organization", "way-back-fallback-administrator"];
            assert!(codes.contains(&refusal.code()), "{}: {refusal:?}", database.engine());
            let now = world.org.now();
            let role = (globex, outside, Role::Administrator);
            world.act(async |tx, word| acts::set_role(tx, word, role, now).await).await;
            let whose = (of, default);
            world.act(async |tx, word| org::acts::enforcement::return_now(tx, word, whose, now).await).await;
        }
    }
}

async fn with_passkey_of(world: &World, of: OrganizationId, account: AccountId) {
    let now = world.org.now();
    let draft = console::invitations::Draft::draw(now, world.org.entropy());
    let invited = world
        .act(async |tx, word| org::acts::invitations::invite(tx, word, (of, account, draft), now).await)
        .await;
    let link = world.org.invitation_link(&invited).path().to_owned();
    crate::local_door::register(&mut world.browser(), &link, &mut Authenticator::new()).await;
}
