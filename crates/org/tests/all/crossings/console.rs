//! Every address of the console, asked by everybody: it is there for whoever administers this organisation, and for nobody
//! else. A page that is new is in the table by its address alone.

use std::collections::BTreeMap;

use console::person::DisplayName;
use http::{Method, StatusCode};
use org::acts::groups::NewGroup;
use org::model::{AccountId, Organization, Role};
use org::products::acts::Client;
use store::testing::databases;
use testkit::authenticator::Authenticator;

use super::{Crossing, Side};
use crate::kit::{Answer, Browser, World, account};
use crate::local_door::{enrol, invite_in, register};
use crate::products::party::Party;

/// What is no console: the way in and out, what is one's own, and what other sites use.
const BESIDE: &[&str] = &[
    "/",
    "/logout",
    "/login",
    "/login/again/{what}",
    "/login/callback",
    "/login/arrival/{handle}",
    "/login/passkey",
    "/login/passkey/begin",
    "/login/passkey/finish",
    "/invitation/done",
    "/invitation/{token}",
    "/invitation/{token}/passkey/begin",
    "/invitation/{token}/passkey/finish",
    "/step-up",
    "/step-up/begin",
    "/step-up/finish",
    "/saml/{unique_id}",
];

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Nobody,
    /// An administrator whose account is deactivated since.
    Suspended,
    /// A member who is none.
    Member,
    /// A member who was one when the session began.
    Demoted,
    /// An administrator of the other organisation.
    Foreign,
    /// An administrator of this one.
    Own,
}

/// What the answer says about who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    ToTheDoor,
    NoAdministrator,
    NotThere,
    LetIn,
}

impl Who {
    const ALL: [Self; 6] =
        [Self::Nobody, Self::Suspended, Self::Member, Self::Demoted, Self::Foreign, Self::Own];

    /// The rule of every page of an organisation's console.
    const fn meets(self) -> Verdict {
        match self {
            Self::Nobody | Self::Suspended => Verdict::ToTheDoor,
            Self::Member | Self::Demoted => Verdict::NoAdministrator,
            Self::Foreign => Verdict::NotThere,
            Self::Own => Verdict::LetIn,
        }
    }
}

impl Verdict {
    fn of(answer: &Answer) -> Self {
        let to = answer.location().unwrap_or_default();
        if to == "/login" || to.starts_with("/login?") {
            return Self::ToTheDoor;
        }
        let code = if answer.body.contains("<code>") { answer.code() } else { String::new() };
        match (answer.status, code.as_str()) {
            (StatusCode::FORBIDDEN, "not-an-administrator") => Self::NoAdministrator,
            (StatusCode::NOT_FOUND, _) => Self::NotThere,
            _ => Self::LetIn,
        }
    }
}

/// Both organisations with a thing of each kind, and everybody's browser.
struct Consoles {
    crossing: Crossing,
    browsers: BTreeMap<Who, Browser>,
    /// By the names that addresses give them: Acme's, Globex's.
    things: [BTreeMap<&'static str, String>; 2],
}

impl Consoles {
    async fn new(crossing: Crossing) -> Self {
        let world = &crossing.world;
        let (acme, globex) = (&world.acme.organization, &crossing.globex.organization);
        let mut browsers = BTreeMap::from([(Who::Nobody, world.browser())]);
        browsers.insert(Who::Own, with_passkey(world, acme, world.frida).await);
        for (who, of, role) in [
            (Who::Foreign, globex, Role::Administrator),
            (Who::Member, acme, Role::Member),
            (Who::Demoted, acme, Role::Administrator),
            (Who::Suspended, acme, Role::Administrator),
        ] {
            let id = account(&world.org, of, (&format!("{who:?}@fallback.example"), role)).await;
            browsers.insert(who, with_passkey(world, of, id).await);
            let now = world.now();
            match who {
                Who::Demoted => {
                    let role = (of.id, id, Role::Member);
                    world
                        .act(async |tx, word| org::acts::accounts::set_role(tx, word, role, now).await)
                        .await;
                }
                Who::Suspended => {
                    let whom = (of.id, id);
                    world
                        .act(async |tx, word| org::acts::accounts::deactivate(tx, word, whom, now).await)
                        .await;
                }
                _ => {}
            }
        }
        let ours = things(world, crossing.acme(), browsers.get_mut(&Who::Own).unwrap()).await;
        let theirs = things(world, crossing.globex(), browsers.get_mut(&Who::Foreign).unwrap()).await;
        Self { crossing, browsers, things: [ours, theirs] }
    }

    /// The address with Acme's things in it, save the one that is to be Globex's.
    fn path(&self, address: &str, foreign: Option<&str>) -> String {
        let part = |part: &str| match placeholder(part) {
            None => part.to_owned(),
            Some(name) => {
                let whose = usize::from(foreign == Some(name));
                self.things[whose].get(name).cloned().unwrap_or_else(|| NOTHING.to_owned())
            }
        };
        address.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    async fn get(&mut self, who: Who, path: &str) -> Answer {
        self.browsers.get_mut(&who).unwrap().get(path).await
    }

    /// A form with a token of this browser and all that any page might ask for.
    async fn post(&mut self, who: Who, path: &str) -> Answer {
        let browser = self.browsers.get_mut(&who).unwrap();
        let page = match who {
            Who::Nobody | Who::Suspended => browser.get("/login").await,
            _ => browser.get("/").await,
        };
        let csrf = page.csrf();
        let fields: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(FIELDS.iter().copied()).collect();
        browser.post(path, &fields).await
    }

    /// How much was ever done in each organisation; what was refused is written too, and is nothing.
    async fn done(&self) -> [usize; 2] {
        let organizations = [&self.crossing.world.acme.organization, &self.crossing.globex.organization];
        let events = self.crossing.world.events().await;
        organizations.map(|one| {
            let of = one.id.to_string();
            let done = events.iter().filter(|event| event.kind != "act.refused");
            done.filter(|event| event.data["organization"] == of.as_str()).count()
        })
    }
}

/// The browser of somebody with a passkey of this hour.
async fn with_passkey(world: &World, of: &Organization, id: AccountId) -> Browser {
    let (mut browser, mut device) = (world.browser(), Authenticator::new());
    if of.id == world.acme.organization.id {
        enrol(world, &mut browser, &mut device, id).await;
    } else {
        let link = invite_in(world, of.id, id).await;
        register(&mut browser, &link, &mut device).await;
    }
    browser
}

/// What addresses can name in an organisation.
async fn things(
    world: &World,
    side: Side<'_>,
    administrator: &mut Browser,
) -> BTreeMap<&'static str, String> {
    let (key, made) = (side.tenant.organization.key.as_str(), &side.tenant.made);
    let begin = format!("/admin/{key}/policies/{}/test", made.policy);
    let csrf = administrator.get(&begin).await.csrf();
    let target = administrator.post(&begin, &[("csrf", &csrf)]).await.location().unwrap();
    let form = side.tenant.idp.answer(&side.tenant.us, &target, &side.person(), world.now());
    let verdict = administrator.post_answer(&side.tenant.us, &form).await.location().unwrap();
    let test = verdict.rsplit('/').next().unwrap();
    let (of, now) = (&side.tenant.organization, world.now());
    let name = DisplayName::parse("Pilots").unwrap();
    let new = NewGroup::draw((of.id, name), now, world.org.entropy());
    let group = world.act(async |tx, word| org::acts::groups::create(tx, word, new, now).await).await;
    BTreeMap::from([
        ("organization", key.to_owned()),
        ("directory", made.directory.to_string()),
        ("policy", made.policy.to_string()),
        ("name", side.domain.to_owned()),
        ("test", test.to_owned()),
        (
            "account",
            account(&world.org, of, (&format!("someone@{}", side.domain), Role::Member)).await.to_string(),
        ),
        ("group", group.to_string()),
        ("product", Party::register_at(world, of, ("Jira", Client::Confidential)).await.client_id),
    ])
}

fn placeholder(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

fn console() -> impl Iterator<Item = &'static str> {
    org::addresses().into_iter().filter(|address| address.starts_with("/admin/"))
}

#[test]
fn every_address_is_decided() {
    for address in org::addresses() {
        let console = address == "/admin" || address.starts_with("/admin/{organization}");
        let beside = BESIDE.contains(&address);
        assert!(console != beside, "{address} is neither an organisation's console nor known to be none");
    }
}

#[tokio::test]
async fn a_console_is_there_for_its_own_administrators_alone() {
    for database in databases().await {
        let mut all = Consoles::new(Crossing::new(&database).await).await;
        let before = all.done().await;
        let mut seen = BTreeMap::new();
        for address in console() {
            let path = all.path(address, None);
            let whole = !path.contains(NOTHING);
            for method in [Method::GET, Method::POST] {
                let own = match method {
                    // Without a token it is refused by that alone, and does nothing.
                    Method::POST => all.browsers.get_mut(&Who::Own).unwrap().post(&path, &[]).await,
                    _ => all.get(Who::Own, &path).await,
                };
                if own.status == StatusCode::METHOD_NOT_ALLOWED {
                    continue;
                }
                for who in Who::ALL {
                    let what = format!("{method} {path} by {who:?}");
                    let answer = match (who, &method) {
                        (Who::Own, &Method::POST) => {
                            assert_eq!(own.code(), "form-expired", "{what}: {own:?}");
                            continue;
                        }
                        (_, &Method::POST) => all.post(who, &path).await,
                        _ => all.get(who, &path).await,
                    };
                    if who != Who::Own || whole {
                        assert_eq!(Verdict::of(&answer), who.meets(), "{what}: {answer:?}");
                    }
                    *seen.entry(Verdict::of(&answer) == Verdict::LetIn).or_insert(0) += 1;
                }
            }
        }
        assert!(seen[&false] >= 140 && seen[&true] >= 15, "{seen:?}");
        assert_eq!(all.done().await, before, "nobody did anything: {}", database.engine());
    }
}

#[tokio::test]
async fn the_list_of_consoles_leads_everybody_to_their_own() {
    for database in databases().await {
        let mut all = Consoles::new(Crossing::new(&database).await).await;
        for (who, verdict, to) in [
            (Who::Nobody, Verdict::ToTheDoor, "/login?return_to=%2Fadmin"),
            (Who::Suspended, Verdict::ToTheDoor, "/login?return_to=%2Fadmin"),
            (Who::Member, Verdict::NoAdministrator, ""),
            (Who::Demoted, Verdict::NoAdministrator, ""),
            (Who::Foreign, Verdict::LetIn, "/admin/globex"),
            (Who::Own, Verdict::LetIn, "/admin/acme"),
        ] {
            let answer = all.get(who, "/admin").await;
            assert_eq!(Verdict::of(&answer), verdict, "{who:?}: {answer:?}");
            assert_eq!(answer.location().unwrap_or_default(), to, "{who:?}");
        }
    }
}

#[tokio::test]
async fn what_another_organisation_has_is_not_there_in_one_s_own_console() {
    for database in databases().await {
        let mut all = Consoles::new(Crossing::new(&database).await).await;
        let before = all.done().await;
        let mut seen = 0;
        for address in console() {
            for name in address.split('/').filter_map(placeholder).filter(|name| *name != "organization") {
                let path = all.path(address, Some(name));
                for answer in [all.get(Who::Own, &path).await, all.post(Who::Own, &path).await] {
                    if answer.status != StatusCode::METHOD_NOT_ALLOWED {
                        assert_eq!(Verdict::of(&answer), Verdict::NotThere, "{path}: {answer:?}");
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen >= 18, "{seen}");
        assert_eq!(all.done().await, before, "neither here nor there: {}", database.engine());
    }
}

/// What any form of the console asks for.
const FIELDS: &[(&str, &str)] = &[
    ("name", "Mallory"),
    ("version", "1"),
    ("credential", ""),
    ("setting", "automatic"),
    ("by", "dns"),
    ("jit", "true"),
    ("then", "save"),
    ("sso_url", "https://evil.example/sso"),
    ("entity_id", "https://evil.example/saml"),
    ("certificate", ""),
    ("next_certificate", ""),
    ("address", "mallory@evil.example"),
    ("addresses", "mallory@evil.example"),
    ("from", "maya@acme.example"),
    ("account", NOTHING),
    ("directory", NOTHING),
    ("stable_id", "u-1"),
    ("url", "https://evil.example/"),
    ("redirect_uris", "https://evil.example/callback"),
    ("access", "everyone"),
    ("rows", "mallory@evil.example"),
    ("step", "others"),
    ("idle", "1"),
    ("idle_unit", "days"),
    ("absolute", "2"),
    ("absolute_unit", "days"),
    ("minutes", "60"),
    ("to", "none"),
    ("how", "add"),
    ("group", NOTHING),
    ("seen", ""),
];

/// The id of what is nowhere.
const NOTHING: &str = "0190a3b4-0000-7000-8000-00000000beef";
