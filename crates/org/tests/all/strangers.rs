//! What an organisation may not do to an account that is another's, before and after it is.

use console::invitations::{self, Draft, Lifetime, NewInvitation, Purpose};
use console::passkeys;
use console::person::EmailAddress;
use http::StatusCode;
use org::acts;
use org::acts::accounts::NewAccount;
use org::acts::{ActError, Refusal, Word};
use org::model::{AccountId, Claim, Organization, Role};
use store::Tx;
use store::testing::{TestDatabase, databases};
use testkit::authenticator::{Authenticator, Forgery};

use crate::admin::{frida, version};
use crate::domains::{Places, add, globex, verify};
use crate::kit::{Browser, Idp, Tenant, World, account, tried, word_of};
use crate::local_door::{by_passkey, enrol, invite, invite_in, register};

fn mail(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

async fn find(world: &World, address: &str) -> org::model::Account {
    world.org.find_account(&mail(address)).await.unwrap().unwrap()
}

/// On the word of Globex's administrator.
async fn by_gina<T>(
    world: &World,
    act: impl AsyncFnOnce(&Tx, &Word) -> Result<T, ActError>,
) -> Result<T, Refusal> {
    let gina = find(world, "gina@fallback.example").await.id;
    let word = word_of(&world.org, gina);
    tried(&world.org, async |tx| act(tx, &word).await).await
}

/// Gina makes an account in Globex.
async fn made_by_gina(world: &World, of: &Organization, address: &str) -> Result<AccountId, Refusal> {
    let (now, of) = (world.now(), (of.id, Role::Member));
    let new = NewAccount::draw(of, (mail(address), [None, None]), now, world.org.entropy());
    let made = by_gina(world, async |tx, word| acts::accounts::create(tx, word, new, now).await).await;
    made.map(|made| made.id)
}

async fn link_of_gina(world: &World, of: &Organization, account: AccountId) -> Result<String, Refusal> {
    let now = world.now();
    let for_whom = (of.id, account, Draft::draw(now, world.org.entropy()));
    let invited =
        by_gina(world, async |tx, word| acts::invitations::invite(tx, word, for_whom, now).await).await;
    invited.map(|invited| world.org.invitation_link(&invited).path().to_owned())
}

async fn passkeys_of(world: &World, account: AccountId) -> u64 {
    let read = world.org.store().read().await.unwrap();
    passkeys::count(&read, account.person()).await.unwrap()
}

async fn comes_in(world: &World, device: &mut Authenticator) -> bool {
    let forgery = Forgery::none();
    by_passkey(&mut world.browser(), "/login/passkey", device, &forgery).await.status == StatusCode::OK
}

#[tokio::test]
async fn a_claim_leaves_nothing_of_whoever_had_the_account_before() {
    for setting in ["automatic", "manual"] {
        for database in databases().await {
            let mut at = Places::of(&database, &["new.example"]).await;
            let (globex, _) = globex(&at.world).await;
            let world = &at.world;
            let ceo = made_by_gina(world, &globex.organization, "ceo@new.example").await.unwrap();
            let (mut mallory, mut planted) = (world.browser(), Authenticator::new());
            let link = link_of_gina(world, &globex.organization, ceo).await.unwrap();
            register(&mut mallory, &link, &mut planted).await;
            let unused = link_of_gina(world, &globex.organization, ceo).await.unwrap();
            assert_eq!(mallory.who().await.as_deref(), Some("ceo@new.example"));
            assert!(comes_in(world, &mut planted).await, "nothing says yet whose the domain is");
            assert_eq!(world.browser().get(&unused).await.status, StatusCode::OK);
            // The control: whom only Acme ever knew.
            let ana = account(&world.org, &world.acme.organization, ("ana@new.example", Role::Member)).await;
            let (mut hers, mut device) = (world.browser(), Authenticator::new());
            enrol(world, &mut hers, &mut device, ana).await;

            let record = add(&mut at.frida, "acme", "new.example").await;
            at.names.set_texts("new.example", &[&record]);
            let page = verify(&mut at.frida, ("acme", "new.example"), "dns").await;
            let (csrf, shown) = (page.csrf(), version(&page.body).to_owned());
            let (ceo_is, ana_is) = (ceo.to_string(), ana.to_string());
            let mut form = vec![("csrf", csrf.as_str()), ("version", &shown), ("setting", setting)];
            if setting == "manual" {
                form.extend([("account", ceo_is.as_str()), ("account", &ana_is)]);
            }
            let done = at.frida.post("/admin/acme/domains/new.example/claim", &form).await;
            assert!(done.body.contains("Accounts that were claimed: 2."), "{done:?}");

            let world = &at.world;
            assert_eq!(find(world, "ceo@new.example").await.managed_by, Some(world.acme.organization.id));
            assert!(!comes_in(world, &mut planted).await, "{setting}: the planted passkey");
            assert_eq!(mallory.who().await, None, "{setting}: the planted session");
            assert_ne!(world.browser().get(&unused).await.status, StatusCode::OK, "{setting}: the link");
            assert_eq!(passkeys_of(world, ceo).await, 0);
            let again = link_of_gina(world, &globex.organization, ceo).await;
            assert_eq!(again.unwrap_err(), Refusal::AccountElsewhere, "and she makes no other");
            assert!(comes_in(world, &mut device).await && hers.who().await.is_some(), "{setting}: Ana's own");
            assert_eq!(world.last("domain.claim_changed").await.data["ways_in_ended"], 1);
        }
    }
}

#[tokio::test]
async fn who_has_left_meanwhile_has_lost_the_account_too() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (globex, _) = globex(&world).await;
    let of = globex.organization.id;
    let ceo = made_by_gina(&world, &globex.organization, "ceo@new.example").await.unwrap();
    let link = link_of_gina(&world, &globex.organization, ceo).await.unwrap();
    let mut planted = Authenticator::new();
    register(&mut world.browser(), &link, &mut planted).await;
    let now = world.now();
    let left =
        by_gina(&world, async |tx, word| acts::accounts::remove_member(tx, word, (of, ceo), now).await);
    left.await.unwrap();
    assert!(comes_in(&world, &mut planted).await, "nobody's account still has its passkey");
    let what = (world.acme.organization.id, "new.example".parse().unwrap(), Claim::Automatic);
    world.act(async |tx, word| acts::domains::add_verified(tx, word, what, now).await).await;
    assert!(!comes_in(&world, &mut planted).await);
}

#[tokio::test]
async fn a_claim_that_would_take_anothers_last_passkey_is_refused_and_takes_none() {
    for database in databases().await {
        let world = World::new(&database).await;
        let other = Idp::new("https://globex-idp.example/saml");
        let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
        let boss = account(&world.org, &globex.organization, ("boss@new.example", Role::Administrator)).await;
        let mut device = Authenticator::new();
        let link = invite_in(&world, globex.organization.id, boss).await;
        register(&mut world.browser(), &link, &mut device).await;
        let (of, now) = (world.acme.organization.id, world.now());
        let name: org::model::DomainName = "new.example".parse().unwrap();
        let what = (of, name.clone(), Claim::Manual);
        world.act(async |tx, word| acts::domains::add_verified(tx, word, what, now).await).await;
        let word = world.org.host("test");
        let claim = (of, &name, Claim::Automatic);
        let refused =
            tried(&world.org, async |tx| acts::domains::set_claim(tx, &word, claim, now).await).await;
        assert_eq!(refused, Err(Refusal::WayBackElsewhere), "{}", database.engine());
        assert!(comes_in(&world, &mut device).await);
        assert_eq!(find(&world, "boss@new.example").await.managed_by, None);
    }
}

#[tokio::test]
async fn a_member_organisation_takes_no_passkey_of_anothers_account() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (globex, _) = globex(&world).await;
        let of = globex.organization.id;
        for address in ["ana@acme.example", "eve@elsewhere.example"] {
            let ana = account(&world.org, &world.acme.organization, (address, Role::Member)).await;
            enrol(&world, &mut world.browser(), &mut Authenticator::new(), ana).await;
            let now = world.now();
            world.act(async |tx, word| acts::accounts::add_member(tx, word, (of, ana), now).await).await;
            let read = world.org.store().read().await.unwrap();
            let kept = passkeys::list(&read, ana.person()).await.unwrap();
            drop(read);
            let what = (of, ana, kept[0].id);
            let refused =
                by_gina(&world, async |tx, word| acts::accounts::revoke_passkey(tx, word, what, now).await);
            assert_eq!(refused.await, Err(Refusal::AccountElsewhere), "{address}");
            assert_eq!(passkeys_of(&world, ana).await, 1, "{address}");
            // The control: whoever manages the account does, or who is alone with it.
            let own = (world.acme.organization.id, ana, kept[0].id);
            let word = word_of(&world.org, world.frida);
            if address.ends_with("elsewhere.example") {
                world
                    .act(async |tx, word| acts::accounts::remove_member(tx, word, (of, ana), now).await)
                    .await;
            }
            let done =
                tried(&world.org, async |tx| acts::accounts::revoke_passkey(tx, &word, own, now).await).await;
            assert_eq!((done, passkeys_of(&world, ana).await), (Ok(()), 0), "{address}");
        }
    }
}

#[tokio::test]
async fn nobody_adds_accounts_on_a_domain_that_another_organisation_has_proved() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (globex, mut gina) = globex(&world).await;
        let refused = made_by_gina(&world, &globex.organization, "eve@acme.example").await;
        assert_eq!(refused, Err(Refusal::DomainElsewhere), "{}", database.engine());
        typed_in(&mut gina).await;
        assert!(world.org.find_account(&mail("eve@acme.example")).await.unwrap().is_none());
        let csrf = gina.get("/admin/globex/accounts").await.csrf();
        let rows = "eve@acme.example\nown@globex.example\nfree@elsewhere.example\n";
        let all = [("csrf", csrf.as_str()), ("rows", rows), ("then", "others")];
        let done = gina.post("/admin/globex/accounts/import", &all).await;
        assert!(done.body.contains("Accounts that were added: 2."), "{done:?}");
        let checked = [("csrf", csrf.as_str()), ("rows", "eve@acme.example\n"), ("then", "check")];
        let plan = gina.post("/admin/globex/accounts/import", &checked).await;
        assert!(plan.body.contains("a domain that another organisation has verified"), "{plan:?}");
        assert!(world.org.find_account(&mail("eve@acme.example")).await.unwrap().is_none());
        // The operator may: that is how the organisations of one deployment share people.
        let eve = account(&world.org, &globex.organization, ("eve@acme.example", Role::Member)).await;
        assert_eq!(find(&world, "eve@acme.example").await.id, eve);
    }
}

/// In the console, as a member and as an administrator.
async fn typed_in(gina: &mut Browser) {
    let csrf = gina.get("/admin/globex/accounts").await.csrf();
    let typed =
        [("csrf", csrf.as_str()), ("address", "eve@acme.example"), ("first_name", ""), ("last_name", "")];
    for path in ["/admin/globex/accounts/new", "/admin/globex/administrators"] {
        let page = gina.post(path, &typed[..if path.ends_with("new") { 4 } else { 2 }]).await;
        assert!(page.body.contains("a domain that another organisation has verified"), "{path}: {page:?}");
        assert!(page.body.contains("value=\"eve@acme.example\""), "kept: {page:?}");
    }
}

#[tokio::test]
async fn no_passkey_is_made_for_an_account_that_is_switched_off() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (_, _) = frida(&world).await;
        let ana = account(&world.org, &world.acme.organization, ("ana@acme.example", Role::Member)).await;
        let link = invite(&world, ana).await;
        assert_eq!(world.browser().get(&link).await.status, StatusCode::OK);
        let (whom, now) = ((world.acme.organization.id, ana), world.now());
        world.act(async |tx, word| acts::accounts::deactivate(tx, word, whom, now).await).await;
        // However a link came to be there.
        let draft = Draft::draw(now, world.org.entropy());
        let purpose = Purpose::new("local-door");
        let late = NewInvitation { person: ana.person(), purpose, lifetime: Lifetime::DAY, draft };
        let tx = world.org.store().begin().await.unwrap();
        let late = invitations::invite(&tx, &world.org.machine("test"), late, now).await.unwrap();
        tx.commit().await.unwrap();
        let late = world.org.invitation_link(&late).path().to_owned();
        assert_eq!(world.browser().get(&late).await.status, StatusCode::NOT_FOUND, "{}", database.engine());
        let withdrawn = world.count("invitation.withdrawn").await;
        assert_eq!(withdrawn, 1, "the open link, as the account was switched off");
        world.act(async |tx, word| acts::accounts::reactivate(tx, word, whom, now).await).await;
        assert_ne!(world.browser().get(&link).await.status, StatusCode::OK, "a link from before");
        assert_eq!(world.browser().get(&late).await.status, StatusCode::OK, "the control");
    }
}
