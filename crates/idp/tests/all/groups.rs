//! Groups, and what is given to them: judged when an answer is made, by whichever way.

use http::StatusCode;
use idp::acts::applications::{assign, assign_group, set_audience};
use idp::acts::groups::{add_member, create_group, delete_group, remove_member};
use idp::acts::settle;
use idp::model::application::{ApplicationSettings, Audience, Instance};
use idp::model::group::{Group, GroupName};
use idp::model::role::Role;

use crate::house::{Browser, House, Sp, is_post_page, on_each_engine};

pub(crate) async fn group(house: &House, name: &str) -> Group {
    let new = Group { id: house.idp.draw_group(house.now()), name: GroupName::parse(name).expect("a name") };
    let tx = house.store.begin().await.expect("begins");
    let done = create_group(&tx, &house.word(), &new, house.now()).await;
    settle(tx, done).await.expect("written").expect("created");
    new
}

#[tokio::test]
async fn groups_are_made_named_filled_and_deleted() {
    on_each_engine(async |house| {
        let (_, mut browser) = house.enrolled("Olga", Some(Role::Owner)).await;
        let empty = browser.log_in("/admin/groups").await;
        assert!(empty.body.contains("No groups yet"));
        let csrf = empty.csrf();
        let made = browser.post("/admin/groups", &[("csrf", &csrf), ("name", "SSO Pilots")]).await;
        let path = made.to().to_owned();
        let twice = browser.post("/admin/groups", &[("csrf", &csrf), ("name", " sso  pilots ")]).await;
        assert!(twice.body.contains("Another group has this name"), "{}", twice.body);
        assert!(twice.body.contains("value=\" sso  pilots \""), "what was typed stays");
        let maya = house.user("Maya", None).await;
        let nobody =
            browser.post(&format!("{path}/members"), &[("csrf", &csrf), ("email", "x@acme.example")]).await;
        assert!(nobody.body.contains("Nobody here has this address"), "{}", nobody.body);
        let added = browser
            .post(&format!("{path}/members"), &[("csrf", &csrf), ("email", "Maya@acme.example")])
            .await;
        assert_eq!(added.to(), path);
        let shown = browser.get(&path).await;
        assert!(shown.body.contains("Maya Okafor") && shown.body.contains("One member"), "{}", shown.body);
        browser.post(&format!("{path}/name"), &[("csrf", &csrf), ("name", "Pilots")]).await;
        assert!(browser.get("/admin/groups").await.body.contains("Pilots"));
        let remove = format!("{path}/members/{}/remove", maya.id);
        browser.post(&remove, &[("csrf", &csrf)]).await;
        assert!(browser.get(&path).await.body.contains("Nobody yet"));
        assert!(browser.get(&format!("{path}/delete")).await.body.contains("cannot be undone"));
        assert_eq!(browser.post(&format!("{path}/delete"), &[("csrf", &csrf)]).await.to(), "/admin/groups");
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
        for kind in
            ["group.created", "group.renamed", "group.member_added", "group.member_removed", "group.deleted"]
        {
            assert_eq!(house.events_of(kind).await.len(), 1, "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn helpdesk_does_not_give_applications_away_by_groups() {
    let house = House::new().await;
    let pilots = group(&house, "Pilots").await;
    let (_, mut helpdesk) = house.enrolled("Hana", Some(Role::Helpdesk)).await;
    let page = helpdesk.log_in("/admin/groups").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("action=\"/admin/groups\""), "it is not offered");
    let path = format!("/admin/groups/{}", pilots.id);
    let csrf = page.csrf();
    for (act, field) in
        [("members", ("email", "hana@acme.example")), ("name", ("name", "x")), ("delete", ("x", "y"))]
    {
        let refused = helpdesk.post(&format!("{path}/{act}"), &[("csrf", &csrf), field]).await;
        assert!(refused.has_code("role-not-allowed"), "{act} {}", refused.body);
    }
}

async fn asks(house: &House, sp: &Sp, browser: &mut Browser) -> bool {
    is_post_page(&browser.visit(&sp.ask(house).url).await)
}

#[tokio::test]
async fn an_application_for_groups_is_judged_at_every_answer() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        let settings = ApplicationSettings { audience: Audience::Chosen, ..sp.settings() };
        let application = house.application(settings).await;
        let pilots = group(&house, "Pilots").await;
        let (maya, mut browser) = house.enrolled("Maya", None).await;
        let me = browser.log_in("/me").await;
        assert!(!me.body.contains("https://jira.example/start"), "no tile");
        assert!(!asks(&house, &sp, &mut browser).await, "not assigned");

        let (word, now) = (house.word(), house.now());
        let tx = house.store.begin().await.expect("begins");
        add_member(&tx, &word, (pilots.id, maya.id), now).await.expect("a member");
        assign_group(&tx, &word, (application.id, pilots.id), now).await.expect("assigned");
        tx.commit().await.expect("written");
        assert!(asks(&house, &sp, &mut browser).await, "by the group");
        assert!(browser.get("/me").await.body.contains("https://jira.example/start"), "a tile");

        let tx = house.store.begin().await.expect("begins");
        remove_member(&tx, &word, (pilots.id, maya.id), now).await.expect("none any more");
        tx.commit().await.expect("written");
        assert!(!asks(&house, &sp, &mut browser).await, "out of the group");

        let tx = house.store.begin().await.expect("begins");
        assign(&tx, &word, (application.id, maya.id), now).await.expect("by name");
        delete_group(&tx, &word, pilots.id, now).await.expect("deleted");
        tx.commit().await.expect("written");
        assert!(asks(&house, &sp, &mut browser).await, "by name");
    })
    .await;
}

#[tokio::test]
async fn a_sandbox_has_a_tile_for_test_people_only() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        let settings = ApplicationSettings { instance: Instance::Sandbox, ..sp.settings() };
        let application = house.application(settings).await;
        let (maya, mut browser) = house.enrolled("Maya", None).await;
        let me = browser.log_in("/me").await;
        assert!(!me.body.contains("https://jira.example/start"), "{}", me.body);
        let tx = house.store.begin().await.expect("begins");
        assign(&tx, &house.word(), (application.id, maya.id), house.now()).await.expect("a test person");
        tx.commit().await.expect("written");
        assert!(browser.get("/me").await.body.contains("https://jira.example/start"));
    })
    .await;
}

#[tokio::test]
async fn the_audience_is_changed_on_the_applications_page_and_by_no_draft() {
    on_each_engine(async |house| {
        let (_, mut olga) = house.enrolled("Olga", Some(Role::Owner)).await;
        let csrf = olga.log_in("/admin").await.csrf();
        let sp = Sp::new("jira");
        let path = crate::wizard::connect(&mut olga, &sp).await;
        let pilots = group(&house, "Pilots").await;
        let change = crate::wizard::Draft::change(&mut olga, &path).await;
        let fields = [("csrf", csrf.as_str()), ("audience", "chosen")];
        assert_eq!(olga.post(&format!("{path}/audience"), &fields).await.to(), format!("{path}#people"));
        let fields = [("csrf", csrf.as_str()), ("group", &pilots.id.to_string())];
        olga.post(&format!("{path}/groups"), &fields).await;
        assert!(olga.get(&path).await.body.contains("Pilots"));
        let sp_fields = crate::wizard::service_provider(&sp);
        assert_eq!(change.fill(&mut olga, ("service-provider", "save"), &sp_fields).await.to(), path);
        let found = house.idp.find_application(&sp.entity_id).await.expect("reads").expect("there");
        assert_eq!(found.settings.audience, Audience::Chosen, "a draft begun before leaves it");
        let breaks = olga.get(&format!("{path}/delete")).await;
        assert!(breaks.body.contains("one group"), "{}", breaks.body);
        olga.post(&format!("{path}/groups/{}/remove", pilots.id), &[("csrf", &csrf)]).await;
        let tx = house.store.begin().await.expect("begins");
        set_audience(&tx, &house.word(), (found.id, Audience::Everyone), house.now()).await.expect("set");
        tx.commit().await.expect("written");
        assert!(!olga.get(&path).await.body.contains("/groups/"), "nothing to choose any more");
    })
    .await;
}

#[tokio::test]
async fn switching_off_and_deleting_say_who_used_it_even_when_its_sign_ins_are_swept() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        let application = house.application(sp.settings()).await;
        let (_, mut maya) = house.enrolled("Maya", None).await;
        maya.log_in("/me").await;
        assert!(asks(&house, &sp, &mut maya).await);
        house.clock.advance(jiff::SignedDuration::from_hours(30));
        idp::run_jobs_once(&house.idp).await.expect("sweeps");
        let (_, mut olga) = house.enrolled("Olga", Some(Role::Owner)).await;
        let path = format!("/admin/applications/{}", application.id);
        let csrf = olga.log_in(&path).await.csrf();
        for act in ["disable", "delete"] {
            let page = olga.get(&format!("{path}/{act}")).await;
            assert!(page.body.contains("Maya Okafor"), "{act} {}", page.body);
            assert!(page.body.contains("One person within 30 days"), "{act}");
        }
        house.clock.advance(jiff::SignedDuration::from_mins(6));
        let turned = olga.post(&format!("{path}/disable"), &[("csrf", &csrf)]).await;
        assert!(turned.to().starts_with("/step-up?to="), "{}", turned.to());
    })
    .await;
}
