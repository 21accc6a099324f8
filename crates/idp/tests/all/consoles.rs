//! Every address of the console × everybody who might ask: least roles are decided by prefix, so that a page that is new
//! stands in the table by its address alone, and opens to too many or to too few only on purpose.

use http::{Method, StatusCode};
use idp::acts::applications::{assign, assign_group, set_application_state};
use idp::acts::groups::add_member;
use idp::acts::users::{grant_role, suspend};
use idp::acts::{ActError, Word, settle};
use idp::model::application::{Application, ApplicationState};
use idp::model::group::Group;
use idp::model::role::Role;
use idp::model::user::User;
use jiff::SignedDuration;
use store::Tx;
use store::events::{Filter, list};

use crate::groups::group;
use crate::house::{Browser, House, Reply, Sp, on_each_engine};
use crate::routes::routes;

/// What a GET asks for that is more than reading.
const PAGES: &[(&str, Role)] = &[
    ("/admin/people/new", Role::Helpdesk),
    ("/admin/people/{id}/edit", Role::Helpdesk),
    ("/admin/groups/{id}/delete", Role::Administrator),
    ("/admin/applications/add", Role::Administrator),
    ("/admin/applications/drafts/{id}/{step}", Role::Administrator),
    ("/admin/applications/{id}/disable", Role::Administrator),
    ("/admin/applications/{id}/delete", Role::Administrator),
];

/// What a form asks for that is less than an administrator, by the beginning of its address; the first that fits.
const FORMS: &[(&str, Role)] =
    &[("/admin/people/{id}/role", Role::Administrator), ("/admin/people", Role::Helpdesk)];

/// The forms that write no event, because they do nothing yet.
const QUIET: &[&str] =
    &["/admin/applications/drafts/{id}/{step}", "/admin/applications/drafts/{id}/{step}/check"];

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Nobody,
    /// Somebody with a passkey and without a role.
    Person,
    /// An administrator who is suspended since.
    Suspended,
    /// One who has laid the role down since.
    Demoted,
    Holder(Role),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    ToTheDoor,
    NoConsole,
    RoleNotAllowed,
    LetIn,
}

const EVERYBODY: [Who; 8] = [
    Who::Nobody,
    Who::Person,
    Who::Suspended,
    Who::Demoted,
    Who::Holder(Role::Auditor),
    Who::Holder(Role::Helpdesk),
    Who::Holder(Role::Administrator),
    Who::Holder(Role::Owner),
];

impl Who {
    fn meets(self, least: Role) -> Verdict {
        match self {
            Self::Nobody | Self::Person | Self::Suspended => Verdict::ToTheDoor,
            Self::Demoted => Verdict::NoConsole,
            Self::Holder(role) if role < least => Verdict::RoleNotAllowed,
            Self::Holder(_) => Verdict::LetIn,
        }
    }
}

impl Verdict {
    fn of(reply: &Reply) -> Self {
        if reply.status.is_redirection() && reply.to().starts_with("/login") {
            return Self::ToTheDoor;
        }
        // The event log has the same codes on its pages.
        let refused = |code| reply.status == StatusCode::FORBIDDEN && reply.has_code(code);
        match (refused("no-console"), refused("role-not-allowed")) {
            (true, _) => Self::NoConsole,
            (_, true) => Self::RoleNotAllowed,
            _ => Self::LetIn,
        }
    }
}

/// The least role that an address is for.
fn least(method: &Method, address: &str) -> Role {
    if method == Method::GET {
        let page = PAGES.iter().find(|(path, _)| *path == address);
        return page.map_or(Role::Auditor, |(_, role)| *role);
    }
    FORMS
        .iter()
        .find(|(prefix, _)| address.starts_with(prefix))
        .map_or(Role::Administrator, |(_, role)| *role)
}

fn console() -> Vec<(Method, String)> {
    let of = |(path, verbs): (String, Vec<&'static str>)| {
        let offered =
            [Method::GET, Method::POST].into_iter().filter(move |verb| verbs.contains(&verb.as_str()));
        offered.map(move |verb| (verb, path.clone())).collect::<Vec<_>>()
    };
    let console = routes().into_iter().filter(|(path, _)| path == "/admin" || path.starts_with("/admin/"));
    console.flat_map(of).collect()
}

/// A house, and everybody's browser.
struct Office {
    house: House,
    browsers: Vec<(Who, Browser)>,
    made: usize,
}

/// What an address names, new for each row: a form may take it away.
struct Things {
    pia: User,
    device: String,
    group: Group,
    application: Application,
    number: usize,
}

impl Office {
    async fn new(house: House) -> Self {
        let mut browsers = vec![(Who::Nobody, house.browser())];
        for (who, name, role) in [
            (Who::Person, "Pat", None),
            (Who::Suspended, "Sue", Some(Role::Administrator)),
            (Who::Demoted, "Dee", Some(Role::Administrator)),
            (Who::Holder(Role::Auditor), "Aud", Some(Role::Auditor)),
            (Who::Holder(Role::Helpdesk), "Hal", Some(Role::Helpdesk)),
            (Who::Holder(Role::Administrator), "Ada", Some(Role::Administrator)),
            (Who::Holder(Role::Owner), "Olga", Some(Role::Owner)),
        ] {
            let (user, mut browser) = house.enrolled(name, role).await;
            browser.log_in("/me").await;
            match who {
                Who::Suspended => {
                    act(&house, async |tx, word| suspend(tx, word, user.id, house.now()).await).await
                }
                Who::Demoted => {
                    let none = (user.id, None);
                    act(&house, async |tx, word| grant_role(tx, word, none, house.now()).await).await;
                }
                _ => {}
            }
            browsers.push((who, browser));
        }
        Self { house, browsers, made: 0 }
    }

    fn browser(&mut self, who: Who) -> &mut Browser {
        let found = self.browsers.iter_mut().find(|(known, _)| *known == who);
        &mut found.expect("everybody is here").1
    }

    async fn things(&mut self, address: &str) -> Things {
        self.made += 1;
        // As many invitations as one place may use in peace, by people who have just proved who they are.
        self.house.clock.advance(SignedDuration::from_millis(2500));
        if self.made.is_multiple_of(60) {
            for role in Role::ALL {
                self.browser(Who::Holder(role)).log_in("/login").await;
            }
        }
        let number = self.made;
        let (pia, _) = self.house.enrolled(&format!("Pia{number}"), None).await;
        let page = self.browser(Who::Holder(Role::Owner)).get(&format!("/admin/people/{}", pia.id)).await;
        let device = page.between("/devices/", "/revoke").to_owned();
        let group = group(&self.house, &format!("Group {number}")).await;
        let application = self.house.application(Sp::new(&format!("sp{number}")).settings()).await;
        let things = Things { pia, device, group, application, number };
        self.prepare(address, &things).await;
        things
    }

    /// What is taken away must be there.
    async fn prepare(&self, address: &str, things: &Things) {
        let (house, now) = (&self.house, self.house.now());
        let (person, group, application) = (things.pia.id, things.group.id, things.application.id);
        match address {
            "/admin/people/{id}/readmit" => {
                act(house, async |tx, word| suspend(tx, word, person, now).await).await;
            }
            "/admin/applications/{id}/enable" => {
                let off = (application, ApplicationState::Disabled);
                act(house, async |tx, word| set_application_state(tx, word, off, now).await).await;
            }
            "/admin/groups/{id}/members/{person}/remove" => {
                act(house, async |tx, word| add_member(tx, word, (group, person), now).await).await;
            }
            "/admin/applications/{id}/people/{person}/remove" => {
                act(house, async |tx, word| assign(tx, word, (application, person), now).await).await;
            }
            "/admin/applications/{id}/groups/{group}/remove" => {
                act(house, async |tx, word| assign_group(tx, word, (application, group), now).await).await;
            }
            _ => {}
        }
    }

    /// A draft of one's own, for whoever may have one; else an administrator's.
    async fn draft(&mut self, who: Who, of: Option<&Application>) -> String {
        let whose = match who {
            Who::Holder(Role::Owner) => who,
            _ => Who::Holder(Role::Administrator),
        };
        let browser = self.browser(whose);
        let csrf = browser.get("/admin/applications/add").await.csrf();
        let fields = [("csrf", csrf.as_str()), ("integration", "saml")];
        let path = match of {
            Some(application) => format!("/admin/applications/{}/edit", application.id),
            None => "/admin/applications/add".to_owned(),
        };
        let begun = browser.post(&path, &fields).await;
        let (_, rest) = begun.to().split_once("/drafts/").expect("a draft");
        rest.split_once('/').expect("its first page").0.to_owned()
    }

    async fn ask(&mut self, who: Who, (method, address): (&Method, &str), things: &Things) -> Reply {
        let id = match address.split('/').nth(2) {
            Some("people") => things.pia.id.to_string(),
            Some("groups") => things.group.id.to_string(),
            Some("applications") if address.contains("/drafts/") => {
                self.draft(who, Some(&things.application)).await
            }
            _ => things.application.id.to_string(),
        };
        let path = address
            .replace("{id}", &id)
            .replace("{person}", &things.pia.id.to_string())
            .replace("{group}", &things.group.id.to_string())
            .replace("{device}", &things.device)
            .replace("{step}", "application");
        self.house.clock.advance(SignedDuration::from_millis(10));
        let browser = self.browser(who);
        if method == Method::GET {
            return browser.get(&path).await;
        }
        let csrf = browser.visit("/me").await.csrf();
        let fields = things.fields(address);
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields.iter().map(|(name, value)| (*name, value.as_str())));
        browser.post(&path, &all).await
    }

    /// What the last request has done: the clock stands still since.
    async fn done(&self) -> Vec<String> {
        let read = self.house.store.read().await.expect("reads");
        let events = list(&read, Filter::All, None, 20).await.expect("lists");
        let now = self.house.now();
        let done = events.into_iter().filter(|event| event.at == now && event.kind != "act.refused");
        done.map(|event| event.kind).collect()
    }
}

impl Things {
    /// All that any form of the console asks for.
    fn fields(&self, address: &str) -> Vec<(&'static str, String)> {
        let new = matches!(address, "/admin/people/new" | "/admin/people/{id}/edit");
        let email = match new {
            true => format!("new{}@acme.example", self.number),
            false => self.pia.email.to_string(),
        };
        let fields = [
            ("email", email.as_str()),
            ("first_name", "New"),
            ("last_name", "Person"),
            ("username", ""),
            ("device", "phone"),
            ("role", "auditor"),
            ("audience", "chosen"),
            ("integration", "saml"),
            ("version", "1"),
            ("step", if address.ends_with("/guide") { "values" } else { "application" }),
            ("done", "true"),
            ("instance", "production"),
            ("access_url", "https://evil.example/"),
            ("go", "next"),
        ];
        let fields = fields.into_iter().map(|(name, value)| (name, value.to_owned()));
        let more = [("name", format!("Name {}", self.number)), ("group", self.group.id.to_string())];
        fields.chain(more).collect()
    }
}

/// Does an act on the host's word.
async fn act(house: &House, done: impl AsyncFnOnce(&Tx, &Word) -> Result<(), ActError>) {
    let word = house.word();
    let tx = house.store.begin().await.expect("begins");
    let done = done(&tx, &word).await;
    settle(tx, done).await.expect("written").expect("done");
}

#[tokio::test]
async fn every_address_is_for_whom_it_is_for() {
    on_each_engine(async |house| {
        let mut office = Office::new(house).await;
        let mut seen = [0, 0];
        for (method, address) in console() {
            let things = office.things(&address).await;
            let least = least(&method, &address);
            // Whoever may not, before whoever may: what they are refused is still there.
            for who in EVERYBODY {
                let what = format!("{method} {address} by {who:?}");
                let expected = who.meets(least);
                let own = expected == Verdict::LetIn;
                if own && method == Method::POST && who != Who::Holder(least) {
                    continue;
                }
                let reply = office.ask(who, (&method, &address), &things).await;
                assert_eq!(Verdict::of(&reply), expected, "{what}: {}", reply.body);
                seen[usize::from(own)] += 1;
                let fine = reply.status == StatusCode::OK || reply.status.is_redirection();
                assert_eq!(fine, own || expected == Verdict::ToTheDoor, "{what}: {}", reply.body);
                let quiet = method == Method::GET || !own || QUIET.contains(&address.as_str());
                let done = office.done().await;
                assert_eq!(done.is_empty(), quiet, "{what} has done {done:?}: {}", reply.body);
            }
        }
        assert!(seen[0] > 250 && seen[1] > 90, "{seen:?}");
    })
    .await;
}

#[tokio::test]
async fn nobody_touches_a_person_of_the_same_or_a_higher_role() {
    const FORMS: [&str; 6] = ["edit", "invite", "role", "suspend", "readmit", "devices/{device}/revoke"];
    on_each_engine(async |house| {
        let mut office = Office::new(house).await;
        let targets = [None].into_iter().chain(Role::ALL.map(Some));
        let mut seen = [0, 0];
        for target in targets {
            for actor in Role::ALL {
                for form in FORMS {
                    let address = format!("/admin/people/{{id}}/{form}");
                    let things = office.things(&address).await;
                    let role = (things.pia.id, target);
                    let now = office.house.now();
                    act(&office.house, async |tx, word| grant_role(tx, word, role, now).await).await;
                    let what = format!("{actor:?} {form} of a person with {target:?}");
                    let least = least(&Method::POST, &address);
                    let may = actor >= least && target.is_none_or(|target| target < actor);
                    let reply = office.ask(Who::Holder(actor), (&Method::POST, &address), &things).await;
                    let refused = reply.has_code("role-not-allowed") || reply.has_code("role-not-above");
                    assert_eq!(refused, !may, "{what}: {}", reply.body);
                    assert_eq!(reply.status == StatusCode::FORBIDDEN, !may, "{what}: {}", reply.body);
                    assert_eq!(office.done().await.is_empty(), !may, "{what}: {}", reply.body);
                    seen[usize::from(may)] += 1;
                }
            }
        }
        assert_eq!(seen.iter().sum::<usize>(), 5 * 4 * 6, "{seen:?}");
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_there_for_the_one_who_began_it() {
    on_each_engine(async |house| {
        let mut office = Office::new(house).await;
        let draft = office.draft(Who::Holder(Role::Administrator), None).await;
        let path = format!("/admin/applications/drafts/{draft}/application");
        assert_eq!(office.browser(Who::Holder(Role::Administrator)).get(&path).await.status, StatusCode::OK);
        let reply = office.browser(Who::Holder(Role::Owner)).get(&path).await;
        assert!(reply.status == StatusCode::NOT_FOUND && reply.has_code("draft-unknown"), "{}", reply.body);
    })
    .await;
}
