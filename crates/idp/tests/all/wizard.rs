//! Connecting an application page after page: drafts, previews, faults, and two administrators at once.

use http::StatusCode;
use idp::model::role::Role;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::house::{Browser, House, Reply, Sent, Sp, on_each_engine};

/// A draft under way in an administrator's browser.
pub(crate) struct Draft {
    /// Its pages are below this.
    pub(crate) path: String,
    pub(crate) csrf: String,
}

/// What one page posts.
type Fields<'a> = Vec<(&'a str, &'a str)>;

pub(crate) const APPLICATION: &[(&str, &str)] =
    &[("name", "Atlassian"), ("instance", "production"), ("access_url", "https://jira.example/start")];

pub(crate) const CLAIMS: &[(&str, &str)] = &[
    ("name_id_format", "emailAddress"),
    ("name_id_source", "user.email"),
    ("claim_source", "user.username"),
    ("claim_fixed", ""),
    ("claim_name", "email"),
    ("claim_format", "unspecified"),
    ("claim_source", "fixed"),
    ("claim_fixed", "gold"),
    ("claim_name", "plan"),
    ("claim_format", "basic"),
    ("claim_source", "user.email"),
    ("claim_fixed", ""),
    ("claim_name", ""),
    ("claim_format", "unspecified"),
];

pub(crate) fn service_provider(sp: &Sp) -> Fields<'_> {
    vec![("entity_id", sp.entity_id.as_str()), ("acs_urls", sp.acs_url.as_str()), ("signs", "both")]
}

impl Draft {
    /// "Add integration".
    pub(crate) async fn begin(browser: &mut Browser, integration: &str) -> Self {
        let csrf = browser.get("/admin/applications/add").await.csrf();
        let fields = [("csrf", csrf.as_str()), ("integration", integration)];
        let page = browser.post("/admin/applications/add", &fields).await.to().to_owned();
        Self::at(&page, csrf)
    }

    /// "Change".
    pub(crate) async fn change(browser: &mut Browser, application: &str) -> Self {
        let csrf = browser.get(application).await.csrf();
        let page = browser.post(&format!("{application}/edit"), &[("csrf", &csrf)]).await;
        Self::at(page.to(), csrf)
    }

    fn at(page: &str, csrf: String) -> Self {
        let (path, _) = page.rsplit_once('/').expect("a page of a draft");
        Self { path: path.to_owned(), csrf }
    }

    /// Fills a page in and presses a button.
    pub(crate) async fn fill(
        &self,
        browser: &mut Browser,
        (page, go): (&str, &str),
        fields: &[(&str, &str)],
    ) -> Reply {
        let mut all = vec![("csrf", self.csrf.as_str()), ("go", go)];
        all.extend_from_slice(fields);
        browser.post(&format!("{}/{page}", self.path), &all).await
    }

    /// The answer to what is typed.
    async fn check(&self, browser: &mut Browser, page: &str, fields: &[(&str, &str)]) -> Value {
        let mut all = vec![("csrf", self.csrf.as_str())];
        all.extend_from_slice(fields);
        let reply = browser.post(&format!("{}/{page}/check", self.path), &all).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        reply.json()
    }
}

/// Connects an application by hand; the path of its page.
pub(crate) async fn connect(browser: &mut Browser, sp: &Sp) -> String {
    let draft = Draft::begin(browser, "saml").await;
    draft.fill(browser, ("application", "next"), APPLICATION).await;
    draft.fill(browser, ("claims", "next"), CLAIMS).await;
    let saved = draft.fill(browser, ("service-provider", "save"), &service_provider(sp)).await;
    saved.to().to_owned()
}

async fn owner(house: &House) -> Browser {
    let (_, mut browser) = house.enrolled("Olga", Some(Role::Owner)).await;
    assert_eq!(browser.log_in("/admin").await.status, StatusCode::OK);
    browser
}

#[tokio::test]
async fn what_is_typed_survives_leaving_and_each_fault_stands_beside_its_field() {
    on_each_engine(async |house| {
        let mut browser = owner(&house).await;
        let gallery = browser.get("/admin/applications/add").await;
        assert!(gallery.body.contains("SAML 2.0 Generic") && gallery.body.contains("Atlassian Cloud"));
        let (draft, sp) = (Draft::begin(&mut browser, "saml").await, Sp::new("jira"));
        let half = [("name", "Atlassian"), ("instance", "sandbox"), ("access_url", "jira")];
        let back = draft.fill(&mut browser, ("application", "next"), &half).await;
        let page = browser.get(back.to()).await;
        assert!(
            page.body.contains("value=\"Atlassian\"") && page.body.contains("value=\"jira\""),
            "it stays"
        );
        assert!(
            page.between("id=\"access_url-error\">", "</p>").contains("complete address"),
            "{}",
            page.body
        );
        assert!(page.between("value=\"sandbox\"", ">").contains("checked"));

        // Left, and taken up again from the list; somebody else's it is not.
        let list = browser.get("/admin/applications").await;
        assert!(list.body.contains(&format!("{}/application", draft.path)), "{}", list.body);
        let (_, mut other) = house.enrolled("Otto", Some(Role::Owner)).await;
        other.log_in("/admin").await;
        let foreign = other.get(&format!("{}/application", draft.path)).await;
        assert!(foreign.has_code("draft-unknown"), "{}", foreign.body);
        assert!(!other.get("/admin/applications").await.body.contains(&draft.path));

        // Saving leads to the first page with a fault.
        let faulty = draft.fill(&mut browser, ("service-provider", "save"), &service_provider(&sp)).await;
        assert_eq!(faulty.to(), format!("{}/application?faults=on", draft.path));
        draft.fill(&mut browser, ("application", "next"), APPLICATION).await;
        let saved = draft.fill(&mut browser, ("service-provider", "save"), &service_provider(&sp)).await;
        let shown = browser.get(saved.to()).await;
        assert!(shown.body.contains(sp.entity_id.as_str()), "{}", shown.body);
        assert!(!browser.get("/admin/applications").await.body.contains(&draft.path), "the draft is gone");
        let gone = draft.fill(&mut browser, ("application", "next"), APPLICATION).await;
        assert!(gone.has_code("draft-unknown"), "{}", gone.body);

        let second = Draft::begin(&mut browser, "saml").await;
        second.fill(&mut browser, ("application", "next"), APPLICATION).await;
        let taken = second.fill(&mut browser, ("service-provider", "save"), &service_provider(&sp)).await;
        let page = browser.get(taken.to()).await;
        assert!(page.body.contains("Another application has this entity ID"), "{}", page.body);
        let discard = browser.post(&format!("{}/discard", second.path), &[("csrf", &second.csrf)]).await;
        assert_eq!(discard.to(), "/admin/applications");
        assert_eq!(house.events_of("application.draft_discarded").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_preview_says_what_the_assertion_says() {
    on_each_engine(async |house| {
        let mut browser = owner(&house).await;
        let (sp, draft) = (Sp::new("jira"), Draft::begin(&mut browser, "saml").await);
        let (_, mut maya) = house.enrolled("Maya", None).await;
        draft.fill(&mut browser, ("application", "next"), APPLICATION).await;
        let mut claims = CLAIMS.to_vec();
        claims.extend([
            ("claim_source", "user.id"),
            ("claim_fixed", ""),
            ("claim_name", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"),
            ("claim_format", "uri"),
            ("preview", "maya@acme.example"),
        ]);
        let seen = draft.check(&mut browser, "claims", &claims).await;
        assert_eq!(seen["text"]["name_id"], "maya@acme.example");
        let rows: Vec<Vec<String>> =
            serde_json::from_value(seen["attributes"].clone()).expect("a list of rows");
        // The page without script says the same.
        let page = draft.fill(&mut browser, ("claims", "preview"), &claims).await;
        let page = browser.get(page.to().split('#').next().expect("a path")).await;
        for value in rows.iter().flatten() {
            assert!(page.body.contains(value.as_str()), "{value}");
        }
        let unknown = claims.iter().map(|(name, value)| match *name {
            "preview" => (*name, "nobody@acme.example"),
            _ => (*name, *value),
        });
        let unknown: Vec<_> = unknown.collect();
        draft.fill(&mut browser, ("claims", "preview"), &unknown).await;
        let page = browser.get(&format!("{}/claims", draft.path)).await;
        assert!(page.body.contains("Nobody here has this address"), "{}", page.body);

        draft.fill(&mut browser, ("service-provider", "save"), &service_provider(&sp)).await;
        let pending = sp.ask(&house);
        let page = maya.visit(&pending.url).await;
        let done = maya.prove(&page).await;
        let post = maya.get(done.json()["go"].as_str().expect("a path")).await;
        let assertion = sp.signed_in(&house, &pending, &post);
        assert_eq!(assertion.name_id().value(), seen["text"]["name_id"]);
        assert_eq!(rows.len(), 3);
        for row in rows {
            assert_eq!(assertion.single(&row[0]).expect("one"), Some(row[2].as_str()), "{row:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_typed_is_judged_as_it_will_be_when_it_is_sent() {
    let house = House::new().await;
    let mut browser = owner(&house).await;
    let draft = Draft::begin(&mut browser, "atlassian").await;
    let typed = [
        ("entity_id", "https://auth.atlassian.com/login/callback?connection=saml-a1"),
        ("acs_urls", "https://auth.atlassian.com/saml/a1"),
    ];
    let seen = draft.check(&mut browser, "service-provider", &typed).await;
    assert!(seen["faults"]["entity_id"].as_str().expect("a text").contains("Exchange them"), "{seen}");
    let typed = [
        ("entity_id", "https://auth.atlassian.com/saml/a1b2c3d4"),
        ("acs_urls", "https://auth.atlassian.com/login/callback"),
    ];
    let seen = draft.check(&mut browser, "service-provider", &typed).await;
    assert_eq!(seen["text"]["unique_id"], "a1b2c3d4");
    assert!(seen["faults"]["acs_urls"].as_str().expect("a text").contains("connection=saml-"), "{seen}");
    // Nothing of it is kept, and nothing is said to another site's page or another browser.
    let page = browser.get(&format!("{}/service-provider", draft.path)).await;
    assert!(!page.body.contains("a1b2c3d4"));
    assert_eq!(draft.check(&mut browser, "claims", CLAIMS).await["rows"], json!([null, null, null]));
    let mut twice = CLAIMS.to_vec();
    twice.retain(|(name, _)| *name != "claim_name");
    twice.extend([("claim_name", "plan"), ("claim_name", "plan"), ("claim_name", "")]);
    let seen = draft.check(&mut browser, "claims", &twice).await;
    assert!(seen["rows"][0].is_null() && seen["rows"][1].is_string(), "{seen}");
    let path = format!("{}/service-provider/check", draft.path);
    let foreign = browser.send(http::Method::POST, &path, Sent::Foreign(String::new())).await;
    assert!(foreign.status.is_client_error() || foreign.status.is_redirection(), "{}", foreign.status);
}

#[tokio::test]
async fn two_administrators_at_one_application_are_told() {
    on_each_engine(async |house| {
        let mut olga = owner(&house).await;
        let (_, mut otto) = house.enrolled("Otto", Some(Role::Owner)).await;
        otto.log_in("/admin").await;
        let sp = Sp::new("jira");
        let path = connect(&mut olga, &sp).await;
        let (hers, his) = (Draft::change(&mut olga, &path).await, Draft::change(&mut otto, &path).await);
        let named = |name: &'static str| {
            [("name", name), ("instance", "production"), ("access_url", "https://jira.example/start")]
        };
        his.fill(&mut otto, ("application", "next"), &named("Otto’s")).await;
        let saved = his.fill(&mut otto, ("service-provider", "save"), &service_provider(&sp)).await;
        assert_eq!(saved.to(), path);

        hers.fill(&mut olga, ("application", "next"), &named("Olga’s")).await;
        let told = hers.fill(&mut olga, ("service-provider", "save"), &service_provider(&sp)).await;
        let page = olga.get(told.to()).await;
        assert!(page.body.contains("Otto Okafor saved other settings"), "{}", page.body);
        assert!(page.body.contains("Otto’s") && page.body.contains("Olga’s"), "{}", page.body);
        assert!(olga.get(&path).await.body.contains("<h1>Otto’s</h1>"), "nothing was written over");
        let version = page.between("name=\"version\" value=\"", "\"").to_owned();
        let fields = [("csrf", hers.csrf.as_str()), ("version", &version), ("step", "service-provider")];
        let on = olga.post(&format!("{}/rebase", hers.path), &fields).await;
        assert!(!olga.get(on.to()).await.body.contains("Somebody else changed"));
        let saved = hers.fill(&mut olga, ("service-provider", "save"), &service_provider(&sp)).await;
        assert_eq!(saved.to(), path);
        assert!(olga.get(&path).await.body.contains("<h1>Olga’s</h1>"));
        let refused = house.events_of("act.refused").await;
        assert!(refused.iter().any(|event| event.data["code"] == "changed-meanwhile"), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn saving_waits_for_the_passkey_and_loses_nothing() {
    let house = House::new().await;
    let mut browser = owner(&house).await;
    let (draft, sp) = (Draft::begin(&mut browser, "saml").await, Sp::new("jira"));
    draft.fill(&mut browser, ("application", "next"), APPLICATION).await;
    house.clock.advance(SignedDuration::from_mins(6));
    let turned = draft.fill(&mut browser, ("service-provider", "save"), &service_provider(&sp)).await;
    assert!(turned.to().starts_with("/step-up?to="), "{}", turned.to());
    let page = browser.visit(turned.to()).await;
    let back = format!("{}/service-provider", draft.path);
    let up = browser.prove_with(&page, json!({ "back": back })).await;
    assert_eq!(up.json()["go"], back, "{}", up.body);
    let page = browser.get(&back).await;
    assert!(page.body.contains(sp.entity_id.as_str()), "{}", page.body);
    let saved = draft.fill(&mut browser, ("service-provider", "save"), &service_provider(&sp)).await;
    assert_eq!(browser.get(saved.to()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn atlassian_cloud_step_by_step() {
    on_each_engine(async |house| {
        let mut browser = owner(&house).await;
        let draft = Draft::begin(&mut browser, "atlassian").await;
        let (_, mut maya) = house.enrolled("Maya", None).await;
        // The fallback administrator is asked for first, on a domain that is not ours.
        let ours = [("fallback", "robin@acme.example")];
        let back = draft.fill(&mut browser, ("fallback", "next"), &ours).await;
        assert_eq!(back.to(), format!("{}/fallback?faults=on", draft.path));
        assert!(browser.get(back.to()).await.body.contains("not verified there"));
        let good = [("fallback", "robin@fallback.example")];
        let next = draft.fill(&mut browser, ("fallback", "next"), &good).await;
        assert_eq!(next.to(), format!("{}/service-provider", draft.path));
        let values = [
            ("entity_id", "https://auth.atlassian.com/saml/a1b2c3d4"),
            ("acs_urls", "https://auth.atlassian.com/login/callback?connection=saml-a1b2c3d4"),
            ("signs", "assertion"),
        ];
        let next = draft.fill(&mut browser, ("service-provider", "next"), &values).await;
        assert_eq!(next.to(), format!("{}/application", draft.path));
        let page = browser.get(&format!("{}/service-provider", draft.path)).await;
        assert!(page.body.contains("unique_id\">a1b2c3d4<"), "{}", page.body);
        draft.fill(&mut browser, ("application", "next"), APPLICATION).await;
        let page = browser.get(&format!("{}/claims", draft.path)).await;
        let saved = draft.fill(&mut browser, ("claims", "save"), &typed_claims(&page)).await;
        let path = saved.to().to_owned();
        let shown = browser.get(&path).await;
        for value in [
            "robin@fallback.example",
            "a1b2c3d4",
            house.idp.sso_url().as_str(),
            "Nobody has come through yet",
        ] {
            assert!(shown.body.contains(value), "{value} in {}", shown.body);
        }

        // Unsigned, by the Redirect binding; the ACS with its query goes back byte for byte.
        let sp = Sp {
            entity_id: saml::core::EntityId::parse(values[0].1).expect("an id"),
            acs_url: saml::core::AcsUrl::parse(values[1].1).expect("an address"),
        };
        let pending = sp.ask(&house);
        let page = maya.visit(&pending.url).await;
        let done = maya.prove(&page).await;
        let post = maya.get(done.json()["go"].as_str().expect("a path")).await;
        let assertion = sp.signed_in(&house, &pending, &post);
        assert_eq!(assertion.name_id().value(), "maya@acme.example");
        for name in
            ["firstname", "first_name", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"]
        {
            assert_eq!(assertion.single(name).expect("one"), Some("Maya"), "{name}");
        }
        let stable = assertion.single(idp::model::atlassian::STABLE_ID).expect("one").expect("there");
        assert!(!stable.contains('@') && stable.len() == 36, "{stable}");

        let shown = browser.get(&path).await;
        assert!(shown.body.contains("We answered for Maya Okafor"), "{}", shown.body);
        for step in ["values", "domain", "enforce", "test"] {
            let fields = [("csrf", draft.csrf.as_str()), ("step", step), ("done", "true")];
            browser.post(&format!("{path}/guide"), &fields).await;
        }
        assert!(browser.get(&path).await.body.contains("All seven steps are done"));
        let fields = [("csrf", draft.csrf.as_str()), ("step", "domain"), ("done", "false")];
        browser.post(&format!("{path}/guide"), &fields).await;
        assert!(!browser.get(&path).await.body.contains("All seven steps are done"));
        let change = Draft::change(&mut browser, &path).await;
        assert_eq!(browser.get(&format!("{}/fallback", change.path)).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

/// The claims that the page has filled in.
pub(crate) fn typed_claims(page: &Reply) -> Vec<(&str, &str)> {
    let mut fields = vec![("name_id_format", "emailAddress"), ("name_id_source", "user.email")];
    for row in page.body.split("claim-row").skip(1) {
        let value = |before: &str, after: &str| {
            let (_, rest) = row.split_once(before).unwrap_or_else(|| panic!("no {before} in {row}"));
            rest.split_once(after).expect("an end").0
        };
        let chosen = |name: &str| {
            let (_, select) = row.split_once(&format!("name=\"{name}\"")).expect("a select");
            let (options, _) = select.split_once("</select>").expect("an end");
            let (before, _) = options.split_once("\" selected").expect("a choice");
            before.rsplit_once("value=\"").expect("a value").1
        };
        fields.push(("claim_name", value("name=\"claim_name\" type=\"text\" value=\"", "\"")));
        fields.push(("claim_fixed", value("name=\"claim_fixed\" type=\"text\" value=\"", "\"")));
        fields.push(("claim_source", chosen("claim_source")));
        fields.push(("claim_format", chosen("claim_format")));
    }
    fields
}
