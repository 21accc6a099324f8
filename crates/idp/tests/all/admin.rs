//! The console: who gets in, and an administrator's work in it.

use http::{Method, StatusCode};
use idp::acts::invitations::Device;
use idp::model::role::Role;
use jiff::SignedDuration;
use serde_json::json;

use crate::house::{Browser, House, Sent, Sp, on_each_engine};
use crate::wizard::connect;

async fn owner(house: &House) -> Browser {
    let (_, mut browser) = house.enrolled("Olga", Some(Role::Owner)).await;
    assert_eq!(browser.log_in("/admin").await.status, StatusCode::OK);
    browser
}

#[tokio::test]
async fn an_application_is_connected_by_hand_and_signed_in_to() {
    on_each_engine(async |house| {
        let mut browser = owner(&house).await;
        let empty = browser.get("/admin/applications").await;
        assert!(empty.body.contains("No applications yet"), "an empty list says what is next");
        assert!(browser.get("/admin/applications/add").await.body.contains("SAML 2.0 Generic"));
        let sp = Sp::new("jira");
        let path = connect(&mut browser, &sp).await;
        let shown = browser.get(&path).await;
        for value in [sp.entity_id.as_str(), sp.acs_url.as_str(), house.idp.sso_url().as_str(), "gold"] {
            assert!(shown.body.contains(value), "{value} in {}", shown.body);
        }
        let csrf = shown.csrf();

        let (_, mut maya) = house.enrolled("Maya", None).await;
        let pending = sp.ask(&house);
        let page = maya.visit(&pending.url).await;
        assert!(page.body.contains("Sign in to Atlassian"));
        let done = maya.prove(&page).await;
        let post = maya.get(done.json()["go"].as_str().expect("a path")).await;
        let assertion = sp.signed_in(&house, &pending, &post);
        assert_eq!(assertion.single("plan").expect("one"), Some("gold"));

        let list = browser.get("/admin/applications").await;
        assert!(!list.body.contains("never"), "it shows its last sign-in");
        // Changed to chosen people, one is given access.
        let chosen = [("csrf", csrf.as_str()), ("audience", "chosen")];
        assert_eq!(browser.post(&format!("{path}/audience"), &chosen).await.to(), format!("{path}#people"));
        let unknown =
            browser.post(&format!("{path}/people"), &[("csrf", &csrf), ("email", "x@acme.example")]).await;
        assert!(unknown.body.contains("Nobody here has this address"), "{}", unknown.body);
        let assigned =
            browser.post(&format!("{path}/people"), &[("csrf", &csrf), ("email", "maya@acme.example")]).await;
        assert_eq!(assigned.to(), format!("{path}#people"));
        let shown = browser.get(&path).await;
        assert!(shown.body.contains("maya@acme.example"));
        let remove = format!("{path}/people/{}/remove", shown.between(&format!("{path}/people/"), "/remove"));
        browser.post(&remove, &[("csrf", &csrf)]).await;
        assert!(browser.get(&path).await.body.contains("Nobody yet: choose groups or people"));

        browser.post(&format!("{path}/disable"), &[("csrf", &csrf)]).await;
        assert!(browser.get(&path).await.body.contains("Switched off"));
        browser.post(&format!("{path}/enable"), &[("csrf", &csrf)]).await;
        let delete = browser.get(&format!("{path}/delete")).await;
        assert!(delete.body.contains("cannot be undone"));
        assert_eq!(
            browser.post(&format!("{path}/delete"), &[("csrf", &csrf)]).await.to(),
            "/admin/applications"
        );
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
        let refused = maya.visit(&sp.ask(&house).url).await;
        assert!(refused.has_code("unknown-issuer"));
    })
    .await;
}

#[tokio::test]
async fn people_are_added_invited_given_roles_and_suspended() {
    on_each_engine(async |house| {
        let mut browser = owner(&house).await;
        let csrf = browser.get("/admin/people/new").await.csrf();
        let new = [
            ("csrf", csrf.as_str()),
            ("first_name", "Maya"),
            ("last_name", "Okafor"),
            ("email", "maya@acme.example"),
            ("username", ""),
        ];
        let made = browser.post("/admin/people/new", &new).await;
        let path = made.to().to_owned();
        let twice = browser.post("/admin/people/new", &new).await;
        assert!(
            twice.body.contains("Somebody has this address already") && twice.body.contains("value=\"Maya\"")
        );
        assert!(browser.get(&path).await.body.contains("has no device yet"));

        let invited = browser.post(&format!("{path}/invite"), &[("csrf", &csrf), ("device", "phone")]).await;
        assert_eq!(invited.status, StatusCode::OK, "{}", invited.body);
        assert!(invited.body.contains("data:image/svg+xml"), "a QR code");
        let link = invited.between("value=\"http://idp.localhost:8080/invitation/", "\"").to_owned();
        let mut phone = house.browser();
        assert_eq!(phone.enrol(&format!("/invitation/{link}")).await, "/enrolled");
        assert!(phone.get("/enrolled").await.body.contains("This device is ready"));

        let helpdesk = browser.post(&format!("{path}/role"), &[("csrf", &csrf), ("role", "helpdesk")]).await;
        assert_eq!(helpdesk.to(), path);
        assert!(browser.get("/admin/people").await.body.contains("Helpdesk"));
        browser.post(&format!("{path}/suspend"), &[("csrf", &csrf)]).await;
        let shown = browser.get(&path).await;
        assert!(shown.body.contains("Readmit"), "{}", shown.body);
        browser.post(&format!("{path}/readmit"), &[("csrf", &csrf)]).await;
        let shown = browser.get(&path).await;
        let device = shown.between("/devices/", "/revoke").to_owned();
        browser.post(&format!("{path}/devices/{device}/revoke"), &[("csrf", &csrf)]).await;
        assert!(browser.get(&path).await.body.contains("has no device yet"));
        let events = browser.get("/admin/events").await;
        assert!(events.body.contains("user.role_granted"), "{}", events.body);
    })
    .await;
}

#[tokio::test]
async fn a_person_is_edited_and_comes_in_under_the_new_address() {
    on_each_engine(async |house| {
        let mut browser = owner(&house).await;
        let (maya, mut hers) = house.enrolled("Maya", None).await;
        let jonas = house.user("Jonas", None).await;
        let path = format!("/admin/people/{}", maya.id);
        let edit = format!("{path}/edit");
        let page = browser.get(&edit).await;
        assert!(
            page.body.contains("take a new one for somebody new"),
            "consequences are said: {}",
            page.body
        );
        assert!(
            page.body.contains("value=\"Maya\"") && !page.body.contains("name=\"username\" value=\"maya")
        );
        let csrf = page.csrf();
        let typed = |email: &'static str, username: &'static str| {
            let names = [("first_name", "Maja"), ("last_name", "Oka for")];
            let rest = [("email", email), ("username", username), ("csrf", csrf.as_str())];
            names.into_iter().chain(rest).collect::<Vec<_>>()
        };
        for (email, username, fault) in [
            ("jonas@acme.example", "", "Somebody has this address already"),
            ("maja@acme.example", "jonas@acme.example", "Somebody has this user name already"),
            ("maja", "", "Enter a complete address"),
            ("maja@acme.example", "ma ja", "without spaces"),
        ] {
            let back = browser.post(&edit, &typed(email, username)).await;
            assert!(back.body.contains(fault) && back.body.contains("value=\"Oka for\""), "{}", back.body);
        }
        assert!(browser.get(&path).await.body.contains("maya@acme.example"), "nothing has changed");

        assert_eq!(browser.post(&edit, &typed("Maja@acme.example", "")).await.to(), path);
        let shown = browser.get(&path).await.body;
        assert!(
            shown.contains("Maja") && shown.contains("maja@acme.example") && !shown.contains("maya@"),
            "{shown}"
        );
        let events = browser.get("/admin/events").await.body;
        assert!(events.contains("user.edited") && events.contains("user.username"), "{events}");
        assert!(events.contains("email-taken") && !events.contains("maja@acme"), "{events}");
        let before = events.matches("user.edited").count();
        assert_eq!(browser.post(&edit, &typed("Maja@acme.example", "")).await.to(), path);
        let events = browser.get("/admin/events").await.body;
        assert_eq!(events.matches("user.edited").count(), before, "nothing changed, nothing is written");

        // The passkey of before signs in the person of now.
        assert!(hers.log_in("/me").await.body.contains("Maja@acme.example"));
        let (_, mut helpdesk) = house.enrolled("Hanna", Some(Role::Helpdesk)).await;
        helpdesk.log_in("/admin").await;
        let csrf = helpdesk.get("/admin").await.csrf();
        let mut form = typed("jonas2@acme.example", "");
        form.retain(|(name, _)| *name != "csrf");
        form.push(("csrf", &csrf));
        let allowed = helpdesk.post(&format!("/admin/people/{}/edit", jonas.id), &form).await;
        assert_eq!(allowed.to(), format!("/admin/people/{}", jonas.id));
    })
    .await;
}

#[tokio::test]
async fn nobody_edits_a_person_of_equal_or_higher_role() {
    let house = House::new().await;
    let (hanna, mut helpdesk) = house.enrolled("Hanna", Some(Role::Helpdesk)).await;
    helpdesk.log_in("/admin").await;
    let (_, mut auditor) = house.enrolled("Aude", Some(Role::Auditor)).await;
    auditor.log_in("/admin").await;
    let olga = house.user("Olga", Some(Role::Owner)).await;
    let maya = house.user("Maya", None).await;
    for (browser, person, code) in
        [(&mut helpdesk, olga.id, "role-not-above"), (&mut auditor, maya.id, "role-not-allowed")]
    {
        let path = format!("/admin/people/{person}");
        assert!(!browser.get(&path).await.body.contains(&format!("{path}/edit")), "{person}: no button");
        let page = browser.get(&format!("{path}/edit")).await;
        assert!(page.has_code(code), "{code} {}", page.body);
        let csrf = browser.get("/admin").await.csrf();
        let form = [
            ("csrf", csrf.as_str()),
            ("first_name", "X"),
            ("last_name", "Y"),
            ("email", "x@acme.example"),
            ("username", ""),
        ];
        let refused = browser.post(&format!("{path}/edit"), &form).await;
        assert!(refused.has_code(code), "{code} {}", refused.body);
    }
    let own = helpdesk.get(&format!("/admin/people/{}/edit", hanna.id)).await;
    assert!(own.has_code("role-not-above"), "an address is not one's own to change: {}", own.body);

    // What was typed waits until it is confirmed who says it.
    let path = format!("/admin/people/{}/edit", maya.id);
    let csrf = helpdesk.get(&path).await.csrf();
    house.clock.advance(SignedDuration::from_mins(6));
    let form = [
        ("csrf", csrf.as_str()),
        ("first_name", "Mia"),
        ("last_name", "Okafor"),
        ("email", "mia@acme.example"),
        ("username", ""),
    ];
    let stays = helpdesk.post(&path, &form).await;
    assert!(stays.body.contains("value=\"Mia\"") && stays.body.contains("/step-up?to="), "{}", stays.body);
    let shown = helpdesk.get(&format!("/admin/people/{}", maya.id)).await;
    assert!(shown.body.contains("maya@acme.example"), "{}", shown.body);
}

#[tokio::test]
async fn every_page_of_the_console_needs_a_role() {
    let house = House::new().await;
    let (_, mut nobody) = house.enrolled("Maya", None).await;
    nobody.log_in("/me").await;
    let (_, mut auditor) = house.enrolled("Aude", Some(Role::Auditor)).await;
    auditor.log_in("/admin").await;
    for path in [
        "/admin",
        "/admin/people",
        "/admin/groups",
        "/admin/applications",
        "/admin/settings/idp",
        "/admin/events",
    ] {
        assert!(house.browser().get(path).await.to().starts_with("/login?to="), "{path}");
        assert!(nobody.get(path).await.to().starts_with("/login?to="), "{path}");
        assert_eq!(auditor.get(path).await.status, StatusCode::OK, "{path}");
    }
    // What an auditor may not do is neither shown nor done.
    assert!(!auditor.get("/admin/people").await.body.contains("/admin/people/new"));
    for path in ["/admin/people/new", "/admin/applications/add"] {
        let refused = auditor.get(path).await;
        assert!(refused.has_code("role-not-allowed"), "{path} {}", refused.body);
    }
    let csrf = auditor.get("/admin").await.csrf();
    let maya = house.user("Ruth", None).await;
    for act in ["suspend", "readmit"] {
        let refused = auditor.post(&format!("/admin/people/{}/{act}", maya.id), &[("csrf", &csrf)]).await;
        assert!(refused.has_code("role-not-allowed"), "{act} {}", refused.body);
    }
    let new = [("csrf", csrf.as_str()), ("integration", "saml")];
    let refused = auditor.post("/admin/applications/add", &new).await;
    assert!(refused.has_code("role-not-allowed"), "{}", refused.body);
}

#[tokio::test]
async fn dangerous_acts_need_a_ceremony_of_the_last_five_minutes() {
    let house = House::new().await;
    let mut browser = owner(&house).await;
    let maya = house.user("Maya", None).await;
    let path = format!("/admin/people/{}", maya.id);
    let csrf = browser.get(&path).await.csrf();
    house.clock.advance(SignedDuration::from_mins(6));
    for (act, field) in [
        ("invite", ("device", "phone")),
        ("role", ("role", "owner")),
        ("suspend", ("csrf2", "")),
        ("readmit", ("csrf2", "")),
    ] {
        let turned = browser.post(&format!("{path}/{act}"), &[("csrf", &csrf), field]).await;
        assert!(turned.to().starts_with("/step-up?to=%2Fadmin%2Fpeople%2F"), "{act}");
    }
    let token = browser.cookies["__Host-idp-console"].clone();
    let page = browser.visit(&format!("/step-up?to={path}")).await;
    let up = browser.prove_with(&page, json!({ "back": path })).await;
    assert_eq!(up.json()["go"], path, "{}", up.body);
    assert_ne!(browser.cookies["__Host-idp-console"], token, "the token changes with the privilege");
    let invited = browser.post(&format!("{path}/invite"), &[("csrf", &csrf), ("device", "computer")]).await;
    assert_eq!(invited.status, StatusCode::OK);

    // Somebody else's passkey does not step this session up.
    let (_, mut other) = house.enrolled("Otto", Some(Role::Owner)).await;
    house.clock.advance(SignedDuration::from_mins(6));
    browser.authenticator = std::mem::take(&mut other.authenticator);
    let page = browser.visit(&format!("/step-up?to={path}")).await;
    let refused = browser.prove_with(&page, json!({ "back": path })).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
}

#[tokio::test]
async fn the_console_session_is_short() {
    let house = House::new().await;
    let mut browser = owner(&house).await;
    house.clock.advance(SignedDuration::from_mins(14));
    assert_eq!(browser.get("/admin").await.status, StatusCode::OK);
    house.clock.advance(SignedDuration::from_mins(14));
    assert_eq!(browser.get("/admin").await.status, StatusCode::OK, "use keeps it");
    house.clock.advance(SignedDuration::from_mins(15));
    assert!(browser.get("/admin").await.to().starts_with("/login"));
}

#[tokio::test]
async fn settings_show_what_is_carried_and_nothing_secret() {
    let house = House::new().await;
    let mut browser = owner(&house).await;
    let page = browser.get("/admin/settings/idp").await;
    for value in [
        house.idp.entity_id().as_str(),
        house.idp.sso_url().as_str(),
        "BEGIN CERTIFICATE",
        "SHA-256 fingerprint",
        "RSA 2048",
    ] {
        assert!(page.body.contains(value), "{value}");
    }
    assert!(!page.body.contains("PRIVATE KEY"));
    let pem = browser.get("/admin/settings/idp/certificate.pem").await;
    assert_eq!(pem.body, house.idp.certificate().pem());
    assert!(pem.headers["content-disposition"].to_str().expect("text").starts_with("attachment"));
    let metadata = house.browser().get("/saml/metadata").await;
    assert_eq!(metadata.headers["content-type"], "application/samlmetadata+xml");
    assert!(metadata.body.contains(house.idp.sso_url().as_str()));
    let tag = metadata.headers["etag"].clone();
    assert!(!tag.is_empty());
}

#[tokio::test]
async fn forms_of_other_sites_and_without_token_change_nothing() {
    let house = House::new().await;
    let mut browser = owner(&house).await;
    let maya = house.user("Maya", None).await;
    let path = format!("/admin/people/{}/suspend", maya.id);
    let csrf = browser.get("/admin").await.csrf();
    let without = browser.post(&path, &[]).await;
    assert!(without.has_code("form-expired"), "{}", without.body);
    let wrong = browser.post(&path, &[("csrf", "AAAA")]).await;
    assert!(wrong.has_code("form-expired"), "{}", wrong.body);
    let foreign = browser.send(Method::POST, &path, Sent::Foreign(format!("csrf={csrf}"))).await;
    assert!(foreign.status.is_client_error() || foreign.status.is_redirection());
    let user = house.idp.find_user(&maya.email).await.expect("reads").expect("there");
    assert!(user.is_active());
}

#[tokio::test]
async fn an_invitation_works_once_and_a_new_one_replaces_it() {
    on_each_engine(async |house| {
        let maya = house.user("Maya", None).await;
        let (first, second) =
            (house.invitation(maya.id, Device::Phone).await, house.invitation(maya.id, Device::Phone).await);
        let computer = house.invitation(maya.id, Device::Computer).await;
        let withdrawn = house.browser().get(&first).await;
        assert!(withdrawn.has_code("invitation-withdrawn"), "{}", withdrawn.body);
        house.browser().enrol(&second).await;
        let used = house.browser().get(&second).await;
        assert!(used.has_code("invitation-used"), "{}", used.body);
        assert_eq!(house.browser().enrol(&computer).await, "/enrolled", "one for each kind of device");
        house.clock.advance(SignedDuration::from_hours(24));
        let late = house.invitation(maya.id, Device::Phone).await;
        house.clock.advance(SignedDuration::from_hours(24));
        assert!(house.browser().get(&late).await.has_code("invitation-expired"));
    })
    .await;
}

#[tokio::test]
async fn people_are_found_by_the_beginning_of_any_word() {
    on_each_engine(async |house| {
        let mut browser = owner(&house).await;
        for first in ["Maya", "Mario", "Ana"] {
            house.user(first, None).await;
        }
        let found = async |browser: &mut Browser, query: &str| {
            let page = browser.get(&format!("/admin/people?q={query}")).await;
            let lines = page.body.split("class=\"who-lines\"").skip(1);
            let name = |line: &str| {
                line.split("<span>").nth(1).expect("a name").split(' ').next().map(str::to_owned)
            };
            lines.filter_map(name).collect::<Vec<_>>()
        };
        for (query, people) in [
            ("ma", vec!["Mario", "Maya"]),
            ("MA+oka", vec!["Mario", "Maya"]),
            ("may", vec!["Maya"]),
            ("ana%40acme", vec!["Ana"]),
            ("acme.ex+ana", vec!["Ana"]),
            ("aya", vec![]),
            ("ma+nothing", vec![]),
            ("okafor+acme+mar", vec!["Mario"]),
        ] {
            assert_eq!(found(&mut browser, query).await, people, "{query}");
        }
        assert!(browser.get("/admin/people?q=aya").await.body.contains("Nobody found"));
        // Edited, by the new words and no longer by the old ones.
        let mut edited = house.user("Berta", None).await;
        edited.first_name = console::person::DisplayName::parse("Zora").expect("a name");
        edited.email = console::person::EmailAddress::parse("zora@acme.example").expect("an address");
        let to = idp::acts::users::Details {
            username: idp::model::user::Username::from(&edited.email),
            email: edited.email,
            first_name: edited.first_name,
            last_name: edited.last_name,
        };
        let tx = house.store.begin().await.expect("begins");
        idp::acts::users::edit(&tx, &house.word(), (edited.id, to), house.now()).await.expect("edited");
        tx.commit().await.expect("written");
        assert_eq!(found(&mut browser, "zora").await, ["Zora"]);
        assert!(found(&mut browser, "berta").await.is_empty());
    })
    .await;
}
