//! Acts: their rules, also from two tasks at once.

use console::person::DisplayName;
use console::row_id;
use org::acts::accounts::NewAccount;
use org::acts::directories::NewDirectory;
use org::acts::organizations::NewOrganization;
use org::acts::policies::{Edit, NewPolicy};
use org::acts::{ActError, Refusal, settle};
use org::model::{
    AccountId, ApiTokens, Claim, DirectoryId, JitProvisioning, OrganizationId, Plan, PolicyId, Role,
    SessionDurations, Sso, UniqueId,
};
use org::{Org, acts};
use store::Tx;
use store::testing::{TestDatabase, databases};

use crate::kit::{World, account, act_on, word_of};

#[tokio::test]
async fn two_administrators_cannot_remove_each_other_at_once() {
    for database in databases().await {
        let world = World::new(&database).await;
        let of = world.acme.organization.id;
        for round in 0..10 {
            let gina = format!("gina{round}@fallback.example");
            let gina = account(&world.org, &world.acme.organization, (&gina, Role::Administrator)).await;
            let both = [(world.frida, gina), (gina, world.frida)].map(|(actor, target)| {
                let org = world.org.clone();
                tokio::spawn(async move {
                    let word = word_of(&org, actor);
                    let now = org.now();
                    tried(&org, async |tx| {
                        acts::accounts::set_role(tx, &word, (of, target, Role::Member), now).await
                    })
                    .await
                })
            });
            let mut done = 0;
            for one in both {
                match one.await.unwrap() {
                    Ok(()) => done += 1,
                    Err(refusal) => {
                        assert!(
                            matches!(refusal, Refusal::NotAllowed | Refusal::LastAdministrator),
                            "{refusal:?}"
                        );
                    }
                }
            }
            assert_eq!(done, 1, "{}", database.engine());
            for (id, role) in [(world.frida, Role::Administrator), (gina, Role::Member)] {
                let now = world.now();
                let set = (of, id, role);
                act_on(&world.org, async |tx, word| acts::accounts::set_role(tx, word, set, now).await).await;
            }
        }
    }
}

#[tokio::test]
async fn the_last_administrator_stays() {
    for database in databases().await {
        let world = World::new(&database).await;
        let of = world.acme.organization.id;
        let (now, frida) = (world.now(), world.frida);
        let host = world.org.host("test");
        let demoted = tried(&world.org, async |tx| {
            acts::accounts::set_role(tx, &host, (of, frida, Role::Member), now).await
        });
        assert_eq!(demoted.await, Err(Refusal::LastAdministrator));
        world.clock.advance(jiff::SignedDuration::from_millis(1));
        let now = world.now();
        let off = tried(&world.org, async |tx| acts::accounts::deactivate(tx, &host, (of, frida), now).await);
        assert_eq!(off.await, Err(Refusal::LastAdministrator));
        let event = world.last("act.refused").await;
        assert_eq!(event.data["code"], "last-administrator");
        assert_eq!(event.data["act"], "account.deactivated");
        assert_eq!(world.count("act.refused").await, 2);
    }
}

#[tokio::test]
async fn two_directories_at_once_do_not_outgrow_the_plan() {
    for database in databases().await {
        let world = World::new(&database).await;
        let standard = organization(&world.org, "standard", Plan::GuardStandard).await;
        let tasks = (0..4).map(|_| {
            let org = world.org.clone();
            tokio::spawn(async move {
                let host = org.host("test");
                let now = org.now();
                let new = NewDirectory::draw((standard, name("x")), now, org.entropy());
                tried(&org, async |tx| acts::directories::create(tx, &host, new, now).await.map(|_| ())).await
            })
        });
        let tasks: Vec<_> = tasks.collect();
        let mut made = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => made += 1,
                Err(refusal) => assert_eq!(refusal, Refusal::PlanWithoutDirectory),
            }
        }
        assert_eq!(made, 1, "{}", database.engine());
    }
}

/// What came of an act that is expected to be refused.
macro_rules! refused {
    ($org:expr, $refusal:ident, |$tx:ident| $act:expr) => {
        let done = tried($org, async |$tx| $act.await.map(|_| ())).await;
        assert_eq!(done, Err(Refusal::$refusal));
    };
}

#[tokio::test]
async fn the_rules_of_organisations_and_directories_hold() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (org, of, now) = (&world.org, world.acme.organization.id, world.now());
        let host = &org.host("test");
        let eve = account(org, &world.acme.organization, ("eve@fallback.example", Role::Member)).await;
        let stranger = &word_of(org, eve);
        let free = organization(org, "free", Plan::Free).await;
        let new = NewDirectory::draw((free, name("x")), now, org.entropy());
        refused!(org, PlanWithoutDirectory, |tx| acts::directories::create(tx, host, new, now));
        let new = NewOrganization::draw(("free".parse().unwrap(), name("x"), Plan::Free), now, org.entropy());
        refused!(org, KeyTaken, |tx| acts::organizations::create(tx, host, new, now));
        let new = NewOrganization::draw(("mine".parse().unwrap(), name("x"), Plan::Free), now, org.entropy());
        refused!(org, NotAllowed, |tx| acts::organizations::create(tx, stranger, new, now));
        let off = (of, nowhere(), false);
        refused!(org, NoSuchDirectory, |tx| acts::directories::set_enabled(tx, host, off, now));
        let jit = (of, nowhere(), JitProvisioning::Off);
        refused!(org, NoSuchDirectory, |tx| acts::directories::set_jit(tx, host, jit, now));
        let save = |organization, over| acts::saml_configurations::Save {
            organization,
            unique_id: world.acme.made.unique_id,
            over,
            identity_provider: world.idp().as_configured(),
        };
        let (others, stale) = (save(free, None), save(of, Some(1)));
        refused!(org, NoSuchConfiguration, |tx| acts::saml_configurations::save(tx, host, others, now));
        refused!(org, ChangedMeanwhile, |tx| acts::saml_configurations::save(tx, host, stale, now));
        let own = save(of, None);
        refused!(org, NotAllowed, |tx| acts::saml_configurations::save(tx, stranger, own, now));
    }
}

#[tokio::test]
async fn the_rules_of_domains_hold() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (org, of, now) = (&world.org, world.acme.organization.id, world.now());
        let host = &org.host("test");
        let administrator = &word_of(org, world.frida);
        let directory = Some(world.acme.made.directory);
        let free = organization(org, "free", Plan::Free).await;
        let (own, unknown) = ("acme.example".parse().unwrap(), "unknown.example".parse().unwrap());
        let taken = (free, "acme.example".parse().unwrap(), Claim::Automatic);
        refused!(org, DomainTaken, |tx| acts::domains::add_verified(tx, host, taken, now));
        let by_word = (of, "mine.example".parse().unwrap(), Claim::Automatic);
        refused!(org, NotAllowed, |tx| acts::domains::add_verified(tx, administrator, by_word, now));
        refused!(org, DomainNotVerified, |tx| acts::domains::link(tx, host, (of, &unknown, directory), now));
        let manual = (of, &unknown, Claim::Manual);
        refused!(org, DomainNotVerified, |tx| acts::domains::set_claim(tx, host, manual, now));
        let nowhere = Some(nowhere());
        refused!(org, NoSuchDirectory, |tx| acts::domains::link(tx, host, (of, &own, nowhere), now));
        refused!(org, NotAllowed, |tx| acts::domains::link(tx, administrator, (free, &own, None), now));
    }
}

#[tokio::test]
async fn the_rules_of_policies_and_accounts_hold() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (org, of, now) = (&world.org, world.acme.organization.id, world.now());
        let host = &org.host("test");
        let frida = world.frida;
        let policy = PolicyId::new(row_id(now, org.entropy()));
        let new = NewPolicy::draw((of, nowhere()), (name("x"), true), now, org.entropy());
        refused!(org, NoSuchDirectory, |tx| acts::policies::create(tx, host, new, now));
        refused!(org, NoSuchPolicy, |tx| acts::seeding::set_sso(tx, host, (of, policy, Sso::Off), now));
        let edit = (of, policy, edit());
        refused!(org, NoSuchPolicy, |tx| acts::policies::edit(tx, host, edit, now));
        refused!(org, NoSuchAccount, |tx| acts::policies::assign(tx, host, (of, frida, None), now));
        let maya = account(org, &world.acme.organization, ("maya@acme.example", Role::Member)).await;
        refused!(org, NoSuchPolicy, |tx| acts::policies::assign(tx, host, (of, maya, Some(policy)), now));
        let nobody = AccountId::new(row_id(now, org.entropy()));
        let member = (of, nobody, Role::Member);
        refused!(org, NoSuchAccount, |tx| acts::accounts::set_role(tx, host, member, now));
        refused!(org, MemberAlready, |tx| acts::accounts::add_member(tx, host, (of, frida), now));
        let free = organization(org, "free", Plan::Free).await;
        refused!(org, NoSuchAccount, |tx| acts::accounts::reactivate(tx, host, (free, frida), now));
        let draft = console::invitations::Draft::draw(now, org.entropy());
        refused!(org, NoSuchAccount, |tx| acts::invitations::invite(tx, host, (free, frida, draft), now));
        let address = console::person::EmailAddress::parse("Frida@Fallback.example").unwrap();
        let new = NewAccount::draw((of, Role::Member), (address, [None, None]), now, org.entropy());
        refused!(org, AddressTaken, |tx| acts::accounts::create(tx, host, new, now));
    }
}

#[tokio::test]
async fn a_named_policy_goes_before_the_default_one_and_belongs_to_the_domain() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let org = &world.org;
    let (of, now) = (world.acme.organization.id, world.now());
    let maya = account(org, &world.acme.organization, ("maya@acme.example", Role::Member)).await;
    let new =
        NewPolicy::draw((of, world.acme.made.directory), (name("Test group"), false), now, org.entropy());
    let test = world.act(async |tx, word| acts::policies::create(tx, word, new, now).await).await;
    world.act(async |tx, word| acts::policies::assign(tx, word, (of, maya, Some(test)), now).await).await;
    let mut browser = world.browser();
    let way = browser.type_address("maya@acme.example", "/").await.location().unwrap();
    assert_eq!(way, "/login/passkey?return_to=%2F", "its policy has no SSO");
    let way = browser.type_address("other@acme.example", "/").await.location().unwrap();
    assert!(way.starts_with("https://idp.example/"), "the default policy enforces it");

    let new = NewDirectory::draw((of, name("Second")), now, org.entropy());
    let second = world.act(async |tx, word| acts::directories::create(tx, word, new, now).await).await;
    let host = &org.host("test");
    let foreign =
        tried(org, async |tx| acts::policies::assign(tx, host, (of, maya, Some(second.policy)), now).await);
    assert_eq!(foreign.await, Err(Refusal::OtherDirectory));
    world.act(async |tx, word| acts::policies::assign(tx, word, (of, maya, None), now).await).await;
    let way = browser.type_address("maya@acme.example", "/").await.location().unwrap();
    assert!(way.starts_with("https://idp.example/"), "{way}");
}

#[tokio::test]
async fn claiming_a_domain_brings_its_accounts_under_management() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (of, now) = (world.acme.organization.id, world.now());
        let free = organization(&world.org, "elsewhere", Plan::Free).await;
        let elsewhere = world.org.find_organization(&"elsewhere".parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(elsewhere.id, free);
        account(&world.org, &elsewhere, ("ana@late.example", Role::Member)).await;
        let claim = (of, "late.example".parse().unwrap(), Claim::Automatic);
        let claimed =
            world.act(async |tx, word| acts::domains::add_verified(tx, word, claim, now).await).await;
        assert_eq!(claimed, 1);
        let address = console::person::EmailAddress::parse("ana@late.example").unwrap();
        let ana = world.org.find_account(&address).await.unwrap().unwrap();
        assert_eq!(ana.managed_by, Some(of));
        let event = world.last("domain.verified").await;
        assert_eq!(event.data["claimed"], 1);
    }
}

#[tokio::test]
async fn a_cleared_link_is_made_anew_by_the_next_sign_in() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let person = crate::kit::maya();
    world.sign_in(&mut world.browser(), &person).await;
    let id: AccountId = world.last("sign_in.succeeded").await.subject.unwrap().parse().unwrap();
    let of = (world.acme.organization.id, world.acme.made.directory, id);
    let now = world.now();
    world.act(async |tx, word| acts::accounts::clear_link(tx, word, of, now).await).await;
    world.sign_in(&mut world.browser(), &person).await;
    assert_eq!(world.last("sign_in.succeeded").await.data["entry"], "linked");
    let host = &world.org.host("test");
    let directory = (of.0, nowhere(), id);
    let again = tried(&world.org, async |tx| acts::accounts::clear_link(tx, host, directory, now).await);
    assert_eq!(again.await, Err(Refusal::NotLinked));
}

async fn tried(org: &Org, act: impl AsyncFnOnce(&Tx) -> Result<(), ActError>) -> Result<(), Refusal> {
    let tx = org.store().begin().await.unwrap();
    let done = act(&tx).await;
    settle(tx, done).await.unwrap()
}

async fn organization(org: &Org, key: &str, plan: Plan) -> OrganizationId {
    let now = org.now();
    let new = NewOrganization::draw((key.parse().unwrap(), name(key), plan), now, org.entropy());
    act_on(org, async |tx, word| acts::organizations::create(tx, word, new, now).await).await.id
}

fn name(text: &str) -> DisplayName {
    DisplayName::parse(text).unwrap()
}

fn edit() -> Edit {
    Edit {
        name: name("x"),
        sessions: SessionDurations::DEFAULT,
        reverification: None,
        api_tokens: ApiTokens::Blocked,
        offers_sso: None,
        over: None,
    }
}

fn nowhere() -> DirectoryId {
    let id: UniqueId = "0190a3b4-0000-7000-8000-00000000beef".parse().unwrap();
    DirectoryId::new(id.uuid())
}
