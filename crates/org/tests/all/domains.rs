//! Domains, proved before a real name server and a real web server on loopback.

use http::StatusCode;
use jiff::SignedDuration;
use net::{Inside, NameServers, Outside};
use org::model::Role;
use store::testing::{TestDatabase, databases};
use testkit::authenticator::Authenticator;
use testkit::https::HttpsServer;
use testkit::name_server::{Mood, NameServer};

use crate::admin::{frida, version};
use crate::kit::{Answer, Browser, Idp, Tenant, World, account, maya};
use crate::local_door::{enrol, invite_in, register};

const PREFIX: &str = "countersign-domain-verification=";
pub(crate) const FILE: &str = "/countersign-domain-verification.html";

/// A world whose names a server of ours knows.
pub(crate) struct Places {
    pub(crate) world: World,
    pub(crate) names: NameServer,
    pub(crate) site: HttpsServer,
    pub(crate) frida: Browser,
    device: Authenticator,
}

impl Places {
    async fn new(database: &TestDatabase) -> Self {
        Self::of(database, &["new.example"]).await
    }

    /// With a web server that has a certificate for these names.
    pub(crate) async fn of(database: &TestDatabase, served: &[&str]) -> Self {
        let (names, site) = (NameServer::start().await, HttpsServer::start(served).await);
        let outside = Outside {
            inside: Inside::networks(["127.0.0.1"]).unwrap(),
            name_servers: NameServers::These(vec![names.address()]),
            authorities: site.authority().as_bytes().to_vec(),
            https_port: Some(site.address().port()),
        };
        let world = World::with_outside(database, outside).await;
        let (frida, device) = frida(&world).await;
        Self { world, names, site, frida, device }
    }

    async fn days(&mut self, days: i64) {
        self.world.clock.advance(SignedDuration::from_hours(24 * days) + SignedDuration::from_mins(1));
        org::check_domains(&self.world.org).await.unwrap();
    }
}

/// An administrator of another organisation, Globex.
pub(crate) async fn globex(world: &World) -> (Tenant, Browser) {
    let other = Idp::new("https://globex-idp.example/saml");
    let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
    let gina =
        account(&world.org, &globex.organization, ("gina@fallback.example", Role::Administrator)).await;
    let mut browser = world.browser();
    let link = invite_in(world, globex.organization.id, gina).await;
    register(&mut browser, &link, &mut Authenticator::new()).await;
    (globex, browser)
}

/// Gina some time later.
pub(crate) async fn signed_in_anew(world: &World, globex: &Tenant) -> Browser {
    let gina = world.org.find_account(&mail("gina@fallback.example")).await.unwrap().unwrap();
    let mut browser = world.browser();
    let link = invite_in(world, globex.organization.id, gina.id).await;
    register(&mut browser, &link, &mut Authenticator::new()).await;
    browser
}

/// Names a domain, and gives the record to put up.
pub(crate) async fn add(browser: &mut Browser, organization: &str, name: &str) -> String {
    let path = format!("/admin/{organization}/domains");
    let csrf = browser.get(&path).await.csrf();
    let added = browser.post(&path, &[("csrf", &csrf), ("name", name)]).await;
    let page = browser.get(&added.location().unwrap_or_else(|| panic!("{added:?}"))).await;
    record(&page)
}

fn record(page: &Answer) -> String {
    let (_, rest) = page.body.split_once(&format!("value=\"{PREFIX}")).unwrap_or_else(|| panic!("{page:?}"));
    format!("{PREFIX}{}", rest.split_once('"').unwrap().0)
}

pub(crate) async fn verify(browser: &mut Browser, (organization, name): (&str, &str), by: &str) -> Answer {
    let path = format!("/admin/{organization}/domains/{name}");
    let csrf = browser.get(&path).await.csrf();
    browser.post(&format!("{path}/verify"), &[("csrf", &csrf), ("by", by)]).await
}

#[tokio::test]
async fn a_domain_is_proved_by_its_text_record_and_takes_nobody_by_that() {
    for database in databases().await {
        let mut at = Places::new(&database).await;
        account(&at.world.org, &at.world.acme.organization, ("ana@new.example", Role::Member)).await;
        let record = add(&mut at.frida, "acme", "New.Example").await;
        let none = verify(&mut at.frida, ("acme", "new.example"), "dns").await;
        assert!(none.body.contains("no text record with the token at exactly this name"), "{none:?}");
        at.names.set_texts("new.example", &["v=spf1 -all", &format!("{PREFIX}{}", "x".repeat(32))]);
        let other = verify(&mut at.frida, ("acme", "new.example"), "dns").await;
        assert!(other.body.contains("a text record of ours with another token"), "{other:?}");
        at.names.set_mood(Mood::Failing);
        let down = verify(&mut at.frida, ("acme", "new.example"), "dns").await;
        assert!(down.body.contains("gave no answer"), "{down:?}");
        at.names.set_mood(Mood::Well);
        at.names.set_texts("new.example", &["v=spf1 -all", &record]);
        let proved = verify(&mut at.frida, ("acme", "new.example"), "dns").await;
        assert!(proved.body.contains("The domain is verified. Nobody is managed by that yet"), "{proved:?}");
        // Whom a claim would take is shown now, and was not before.
        assert!(proved.body.contains("ana@new.example") && !none.body.contains("ana@new.example"));
        assert_eq!(at.world.last("domain.verified").await.data["by"], "dns");
        let ana = at.world.org.find_account(&mail("ana@new.example")).await.unwrap().unwrap();
        assert_eq!(ana.managed_by, None);
        assert_eq!(at.world.count("domain.not_verified").await, 3, "each try is written");
    }
}

#[tokio::test]
async fn a_domain_is_proved_by_a_file_of_its_own_web_server() {
    let database = TestDatabase::sqlite();
    let mut at = Places::new(&database).await;
    let record = add(&mut at.frida, "acme", "new.example").await;
    let mut told = async |text: &str| {
        let answer = verify(&mut at.frida, ("acme", "new.example"), "http").await;
        assert!(answer.body.contains(text), "{text}: {answer:?}");
    };
    told("leads to no web server").await;
    at.names.set_addresses("new.example", &[&["10.0.0.1".parse().unwrap()]]);
    told("inside of a network").await;
    at.names.set_addresses("new.example", &[&["127.0.0.1".parse().unwrap()]]);
    told("there is no such file").await;
    at.site.set_file(FILE, "<html><body>Hello</body></html>");
    told("the token is not in it").await;
    at.site.set_file(FILE, &format!("{PREFIX}{}", "x".repeat(32)));
    told("another token").await;
    // A redirect within the domain's own server proves as little as any other (an open one is easily found).
    at.site.set_file("/elsewhere", &record);
    let away = "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";
    at.site.set_answer(FILE, away);
    told("redirects to another address").await;
    at.site.set_answer(FILE, "HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n");
    told("too large").await;
    at.site.set_file(FILE, &format!("<html><body>{record}</body></html>\r\n"));
    told("The domain is verified.").await;
    assert_eq!(at.world.last("domain.verified").await.data["by"], "http");
}

#[tokio::test]
async fn names_that_nobody_may_hold_are_refused_beside_the_field() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let csrf = browser.get("/admin/acme/domains").await.csrf();
    for (typed, text) in [
        ("gmail.com", "Everybody can have an address there"),
        ("GMX.de", "Everybody can have an address there"),
        ("acme.example", "in the list already"),
        ("https://acme.example/", "without https://"),
        ("maya@acme.example", "the part after the @"),
        ("acme", "Enter a domain like"),
        ("127.0.0.1", "Enter a domain like"),
        ("ac me.example", "Enter a domain like"),
        ("", "Enter a domain like"),
        ("ac\u{212a}me.example", "Enter a domain like"),
    ] {
        let answer = browser.post("/admin/acme/domains", &[("csrf", &csrf), ("name", typed)]).await;
        assert!(answer.body.contains(text), "{typed}: {answer:?}");
        assert!(answer.body.contains(&format!("value=\"{typed}\"")), "kept: {answer:?}");
    }
    assert_eq!(world.count("domain.added").await, 0);
    let idn = browser.post("/admin/acme/domains", &[("csrf", &csrf), ("name", " bücher.example ")]).await;
    assert_eq!(idn.location().as_deref(), Some("/admin/acme/domains/xn--bcher-kva.example"));
}

#[tokio::test]
async fn a_token_is_one_organisation_s_and_one_name_s() {
    let database = TestDatabase::sqlite();
    let mut at = Places::new(&database).await;
    let (_, mut gina) = globex(&at.world).await;
    let ours = add(&mut at.frida, "acme", "new.example").await;
    let child = add(&mut at.frida, "acme", "mail.new.example").await;
    let theirs = add(&mut gina, "globex", "new.example").await;
    assert!(ours != child && ours != theirs && child != theirs);
    // The parent's record proves no child, nor the child's its parent, nor one organisation's another.
    at.names.set_texts("mail.new.example", &[&ours, &theirs]);
    at.names.set_texts("new.example", &[&child]);
    let answer = verify(&mut at.frida, ("acme", "mail.new.example"), "dns").await;
    assert!(answer.body.contains("with another token"), "{answer:?}");
    let answer = verify(&mut gina, ("globex", "new.example"), "dns").await;
    assert!(answer.body.contains("with another token"), "{answer:?}");
    // An alias is somebody else's record.
    at.names.set_texts("holder.example", &[&ours]);
    at.names.set_texts("new.example", &[]);
    at.names.set_alias("new.example", "holder.example");
    let answer = verify(&mut at.frida, ("acme", "new.example"), "dns").await;
    assert!(answer.body.contains("no text record with the token"), "{answer:?}");
}

#[tokio::test]
async fn claiming_takes_whom_it_showed() {
    for database in databases().await {
        let mut at = Places::new(&database).await;
        let acme = &at.world.acme.organization;
        let ana = account(&at.world.org, acme, ("ana@new.example", Role::Member)).await;
        account(&at.world.org, acme, ("ben@new.example", Role::Member)).await;
        let record = add(&mut at.frida, "acme", "new.example").await;
        at.names.set_texts("new.example", &[&record]);
        let page = verify(&mut at.frida, ("acme", "new.example"), "dns").await;
        let (csrf, shown, ana) = (page.csrf(), version(&page.body).to_owned(), ana.to_string());
        let path = "/admin/acme/domains/new.example/claim";
        let by_hand =
            [("csrf", csrf.as_str()), ("version", &shown), ("setting", "manual"), ("account", &ana)];
        let done = at.frida.post(path, &by_hand).await;
        assert!(done.body.contains("Accounts that were claimed: 1."), "{done:?}");
        assert!(!done.body.contains("ana@new.example") && done.body.contains("ben@new.example"), "{done:?}");
        let stale = at.frida.post(path, &by_hand).await;
        assert!(stale.body.contains("Somebody else changed this meanwhile"), "{stale:?}");
        let shown = version(&stale.body).to_owned();
        let all = [("csrf", csrf.as_str()), ("version", &shown), ("setting", "automatic")];
        let done = at.frida.post(path, &all).await;
        assert!(done.body.contains("Accounts that were claimed: 1."), "{done:?}");
        // Whoever comes later is claimed by itself.
        let eve = account(&at.world.org, acme, ("eve@new.example", Role::Member)).await;
        let eve = at.world.org.find_account(&mail("eve@new.example")).await.unwrap().filter(|a| a.id == eve);
        assert_eq!(eve.unwrap().managed_by, Some(acme.id));
    }
}

/// The guide's fallback administrator lives on a domain that nobody claims.
#[tokio::test]
async fn a_claim_that_would_end_the_way_back_is_refused_on_its_page() {
    for database in databases().await {
        let mut at = Places::new(&database).await;
        let record = add(&mut at.frida, "acme", "fallback.example").await;
        at.names.set_texts("fallback.example", &[&record]);
        let page = verify(&mut at.frida, ("acme", "fallback.example"), "dns").await;
        assert!(page.body.contains("The domain is verified."), "verifying takes nobody: {page:?}");
        let (of, now) = (at.world.acme.organization.id, at.world.now());
        let (name, directory) = ("fallback.example".parse().unwrap(), at.world.acme.made.directory);
        at.world
            .act(async |tx, word| org::acts::domains::link(tx, word, (of, &name, Some(directory)), now).await)
            .await;
        let page = at.frida.get("/admin/acme/domains/fallback.example").await;
        let (csrf, shown) = (page.csrf(), version(&page.body).to_owned());
        let all = [("csrf", csrf.as_str()), ("version", &shown), ("setting", "automatic")];
        let refused = at.frida.post("/admin/acme/domains/fallback.example/claim", &all).await;
        assert!(refused.body.contains("Make a fallback administrator first"), "{refused:?}");
        assert_eq!(at.world.last("act.refused").await.data["act"], "domain.claim_changed");
        let frida = at.world.org.find_account(&mail("frida@fallback.example")).await.unwrap().unwrap();
        assert_eq!(frida.managed_by, None);
        // Removing the domain takes nothing from anybody.
        let form = [("csrf", csrf.as_str()), ("version", &shown)];
        let gone = at.frida.post("/admin/acme/domains/fallback.example/remove", &form).await;
        assert_eq!(gone.location().as_deref(), Some("/admin/acme/domains"), "{gone:?}");
    }
}

#[tokio::test]
async fn removing_gives_everybody_back() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        world.sign_in(&mut world.browser(), &maya()).await;
        let page = browser.get("/admin/acme/domains/acme.example").await;
        assert!(page.body.contains("the operator of this service"), "{page:?}");
        let (csrf, shown) = (page.csrf(), version(&page.body).to_owned());
        let form = [("csrf", csrf.as_str()), ("version", &shown)];
        let done = browser.post("/admin/acme/domains/acme.example/remove", &form).await;
        assert_eq!(done.location().as_deref(), Some("/admin/acme/domains"));
        assert_eq!(world.last("domain.removed").await.data["released"], 1);
        let maya = world.org.find_account(&mail("maya@acme.example")).await.unwrap().unwrap();
        assert_eq!(maya.managed_by, None);
        let way = world.browser().type_address("maya@acme.example", "/").await;
        assert_eq!(way.location().as_deref(), Some("/login/passkey?return_to=%2F"));
        let gone = browser.get("/admin/acme/domains/acme.example").await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
    }
}

/// Verifies and claims, so that something can be lost.
async fn held(at: &mut Places) -> String {
    let acme = &at.world.acme.organization;
    account(&at.world.org, acme, ("ana@new.example", Role::Member)).await;
    let record = add(&mut at.frida, "acme", "new.example").await;
    at.names.set_texts("new.example", &[&record]);
    let page = verify(&mut at.frida, ("acme", "new.example"), "dns").await;
    let (csrf, shown) = (page.csrf(), version(&page.body).to_owned());
    let all = [("csrf", csrf.as_str()), ("version", &shown), ("setting", "automatic")];
    at.frida.post("/admin/acme/domains/new.example/claim", &all).await;
    record
}

async fn managed(at: &Places) -> bool {
    let ana = at.world.org.find_account(&mail("ana@new.example")).await.unwrap().unwrap();
    ana.managed_by.is_some()
}

#[tokio::test]
async fn a_missing_token_has_seven_days_of_notice() {
    for database in databases().await {
        let mut at = Places::new(&database).await;
        let record = held(&mut at).await;
        at.days(1).await;
        assert_eq!(at.world.count("domain.token_missing").await, 0);
        // An outage is no proof that it is gone.
        at.names.set_mood(Mood::Failing);
        for _ in 0..10 {
            at.days(1).await;
        }
        assert_eq!(at.world.count("domain.token_missing").await, 0);
        at.names.set_mood(Mood::Well);
        at.names.set_texts("new.example", &[]);
        at.days(1).await;
        let event = at.world.last("domain.token_missing").await;
        assert_eq!(event.data["domain"], "new.example");
        let mut browser = at.world.browser();
        enrol(&at.world, &mut browser, &mut at.device, at.world.frida).await;
        let page = browser.get("/admin/acme/accounts").await;
        assert!(page.body.contains("The token of new.example is found no longer"), "on every page: {page:?}");
        let page = browser.get("/admin/acme/domains").await;
        assert!(page.body.contains("Token missing"), "{page:?}");
        // Put up again, the notice is over.
        at.days(5).await;
        at.names.set_texts("new.example", &[&record]);
        at.days(1).await;
        assert_eq!(at.world.count("domain.token_found").await, 1);
        at.names.set_texts("new.example", &[]);
        at.days(1).await;
        at.days(6).await;
        assert!(managed(&at).await, "nothing moves before");
        assert_eq!(at.world.count("domain.token_missing").await, 2, "said once each time");
        at.days(1).await;
        assert!(!managed(&at).await);
        assert_eq!(at.world.last("domain.lost").await.data["released"], 1);
        at.days(1).await;
        assert_eq!(at.world.count("domain.lost").await, 1);
    }
}

#[tokio::test]
async fn a_second_organisation_waits_until_the_first_one_s_token_is_gone_for_seven_days() {
    for database in databases().await {
        let mut at = Places::new(&database).await;
        let first = held(&mut at).await;
        let (globex, mut gina) = globex(&at.world).await;
        let second = add(&mut gina, "globex", "new.example").await;
        at.names.set_texts("new.example", &[&first, &second]);
        let refused = verify(&mut gina, ("globex", "new.example"), "dns").await;
        assert!(refused.body.contains("Another organisation holds this domain"), "{refused:?}");
        assert!(!refused.body.contains("acme") && !refused.body.contains("ana@"), "{refused:?}");

        at.names.set_texts("new.example", &[&second]);
        let waits = verify(&mut gina, ("globex", "new.example"), "dns").await;
        assert!(waits.body.contains("it has seven days to put it up again"), "{waits:?}");
        let event = at.world.last("domain.token_missing").await;
        assert_eq!(event.data["organization"], at.world.acme.organization.id.to_string());
        assert_eq!(event.data["domain"], "new.example");
        assert!(!event.data.to_string().contains("gina") && event.subject.is_none());
        at.days(6).await;
        assert!(managed(&at).await, "nothing moves before");
        let mut gina = signed_in_anew(&at.world, &globex).await;
        let early = verify(&mut gina, ("globex", "new.example"), "dns").await;
        assert!(early.body.contains("seven days"), "{early:?}");
        at.days(1).await;
        assert_eq!(at.world.count("domain.superseded").await, 1);
        assert!(!managed(&at).await, "back to the local door first");
        org::check_domains(&at.world.org).await.unwrap();
        let mut gina = signed_in_anew(&at.world, &globex).await;
        let page = gina.get("/admin/globex/domains/new.example").await;
        assert!(page.body.contains("Verified since"), "looked by ourselves: {page:?}");
        let mut frida = at.world.browser();
        enrol(&at.world, &mut frida, &mut Authenticator::new(), at.world.frida).await;
        let page = frida.get("/admin/acme/domains").await;
        assert!(page.body.contains("Superseded"), "{page:?}");
    }
}

#[tokio::test]
async fn the_first_one_keeps_a_domain_whose_token_comes_back() {
    for database in databases().await {
        let mut at = Places::new(&database).await;
        let first = held(&mut at).await;
        let (_, mut gina) = globex(&at.world).await;
        let second = add(&mut gina, "globex", "new.example").await;
        at.names.set_texts("new.example", &[&second]);
        verify(&mut gina, ("globex", "new.example"), "dns").await;
        at.names.set_texts("new.example", &[&first, &second]);
        for _ in 0..10 {
            at.days(1).await;
        }
        assert!(managed(&at).await);
        assert_eq!(at.world.count("domain.superseded").await, 0);
        assert_eq!(at.world.count("domain.verified").await, 3, "two set-ups and Acme's own");
    }
}

#[tokio::test]
async fn what_the_operator_vouched_for_is_never_taken() {
    let database = TestDatabase::sqlite();
    let mut at = Places::new(&database).await;
    let (_, mut gina) = globex(&at.world).await;
    let second = add(&mut gina, "globex", "acme.example").await;
    at.names.set_texts("acme.example", &[&second]);
    let refused = verify(&mut gina, ("globex", "acme.example"), "dns").await;
    assert!(refused.body.contains("Another organisation holds this domain"), "{refused:?}");
    for _ in 0..9 {
        at.days(1).await;
    }
    assert_eq!(at.world.count("domain.token_missing").await, 0);
}

#[tokio::test]
async fn two_organisations_at_once_do_not_both_hold_a_domain() {
    for database in databases().await {
        let mut at = Places::new(&database).await;
        let (_, mut gina) = globex(&at.world).await;
        for round in 0..5 {
            let name = format!("n{round}.example");
            let first = add(&mut at.frida, "acme", &name).await;
            let second = add(&mut gina, "globex", &name).await;
            at.names.set_texts(&name, &[&first, &second]);
            let both = tokio::join!(
                verify(&mut at.frida, ("acme", &name), "dns"),
                verify(&mut gina, ("globex", &name), "dns")
            );
            let proved = [&both.0, &both.1].map(|page| page.body.contains("The domain is verified."));
            assert_eq!(proved.iter().filter(|one| **one).count(), 1, "{}: {both:?}", database.engine());
        }
    }
}

#[tokio::test]
async fn dangerous_acts_ask_for_the_passkey_and_keep_what_was_chosen() {
    let database = TestDatabase::sqlite();
    let mut at = Places::new(&database).await;
    let record = add(&mut at.frida, "acme", "new.example").await;
    at.names.set_texts("new.example", &[&record]);
    at.world.clock.advance(SignedDuration::from_mins(6));
    let asked = verify(&mut at.frida, ("acme", "new.example"), "dns").await;
    assert!(
        asked.body.contains("Confirm with your passkey") && asked.body.contains("value=\"dns\""),
        "{asked:?}"
    );
    assert_eq!(at.world.count("domain.verified").await, 1, "the set-up's");
    for (act, field) in [("claim", ("setting", "automatic")), ("remove", ("x", "y"))] {
        let csrf = at.frida.get("/admin/acme/domains/acme.example").await.csrf();
        let path = format!("/admin/acme/domains/acme.example/{act}");
        let form = [("csrf", csrf.as_str()), ("version", "1"), field];
        let asked = at.frida.post(&path, &form).await;
        assert!(asked.body.contains("data-passkey-form"), "{act}: {asked:?}");
    }
    assert_eq!(at.world.count("domain.removed").await, 0);
    let options = at.frida.post_json("/step-up/begin", &asked.csrf(), &serde_json::json!({})).await;
    let credential = at.device.authenticate(crate::kit::ORIGIN, &options.body);
    let csrf = asked.csrf();
    let form = [("csrf", csrf.as_str()), ("by", "dns"), ("credential", &credential)];
    let done = at.frida.post("/admin/acme/domains/new.example/verify", &form).await;
    assert!(done.body.contains("The domain is verified."), "{done:?}");
}

fn mail(text: &str) -> console::person::EmailAddress {
    console::person::EmailAddress::parse(text).unwrap()
}
