//! Finding out: the console's search, a person's page, and "Why can't Maya sign in?".

use http::StatusCode;
use idp::acts::applications::set_application_state;
use idp::acts::users::suspend;
use idp::model::application::{ApplicationSettings, ApplicationState, Audience};
use idp::model::role::Role;

use crate::house::{House, Sp, on_each_engine};

/// The rows of a table of three columns in docs/guides/words.md: the guide's word, and where it is here.
fn words() -> Vec<(String, String)> {
    let text = include_str!("../../../../docs/guides/words.md");
    let rows = text.lines().filter(|line| line.starts_with("| ") && line.matches('|').count() == 4);
    let cells = rows.map(|row| row.split('|').map(str::trim).map(str::to_owned).collect::<Vec<_>>());
    let places = cells.filter(|cells| cells[3].starts_with("`/"));
    places.map(|cells| (cells[1].clone(), cells[3].trim_matches('`').to_owned())).collect()
}

#[tokio::test]
async fn the_search_finds_every_word_of_the_guide_where_the_table_says() {
    let house = House::new().await;
    let (_, mut browser) = house.enrolled("Olga", Some(Role::Owner)).await;
    browser.log_in("/admin").await;
    let words = words();
    assert!(words.len() > 30, "the table is not read: {words:?}");
    for (word, path) in words {
        // A path of labels is found by its last one; the arrow is no word.
        let query = word.rsplit('→').next().expect("a word").trim().to_owned();
        let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let page = browser.get(&format!("/admin/search?q={query}")).await;
        let found = page.body.split("id=\"found-pages\"").nth(1).unwrap_or_default();
        assert!(found.contains(&format!("<a href=\"{path}\"")), "{word} → {path}: {found}");
        assert_eq!(browser.get(&path).await.status, StatusCode::OK, "{path}");
    }
    let page = browser.get("/admin/search?q=xyzzy").await;
    assert!(page.body.contains("Nothing found"), "{}", page.body);
}

#[tokio::test]
async fn the_search_finds_what_has_a_name() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        let application = house.application(sp.settings()).await;
        let pilots = crate::groups::group(&house, "Pilots of Jira").await;
        let maya = house.user("Maya", None).await;
        let (_, mut browser) = house.enrolled("Olga", Some(Role::Auditor)).await;
        browser.log_in("/admin").await;
        let page = browser.get("/admin/search?q=jira").await;
        assert!(page.body.contains(&format!("/admin/applications/{}\"", application.id)), "{}", page.body);
        assert!(page.body.contains(&format!("/admin/groups/{}\"", pilots.id)));
        let page = browser.get("/admin/search?q=may+oka").await;
        assert!(page.body.contains(&format!("/admin/people/{}\"", maya.id)));
        // What an auditor may not open is not offered.
        let page = browser.get("/admin/search?q=add+application").await;
        assert!(!page.body.contains("<a href=\"/admin/applications/add\""), "{}", page.body);
    })
    .await;
}

#[tokio::test]
async fn why_somebody_cannot_sign_in_is_answered_from_the_facts() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        let settings = ApplicationSettings { audience: Audience::Chosen, ..sp.settings() };
        let application = house.application(settings).await;
        let (_, mut olga) = house.enrolled("Olga", Some(Role::Helpdesk)).await;
        olga.log_in("/admin").await;
        let ana = house.user("Ana", None).await;
        let none = olga.get("/admin/why?q=ana").await;
        assert!(none.body.contains("Ana Okafor cannot sign in"), "{}", none.body);
        assert!(none.body.contains("has no device. Invite"));

        let (maya, mut browser) = house.enrolled("Maya", None).await;
        browser.log_in("/me").await;
        let refused = browser.visit(&sp.ask(&house).url).await;
        assert!(refused.has_code("not-assigned"), "{}", refused.body);
        let path = format!("/admin/why?q=maya&application={}", application.id);
        let page = olga.get(&path).await;
        assert!(page.body.contains("Maya Okafor cannot sign in"), "{}", page.body);
        assert!(
            page.body.contains("is not for Maya") && page.body.contains(">not-assigned<"),
            "{}",
            page.body
        );
        // The reference on her page leads to the same.
        let reference = refused.headers["x-tracking-id"].to_str().expect("text").to_owned();
        let page = olga.get(&format!("/admin/why?q={reference}")).await;
        assert!(
            page.body.contains("Under this reference") && page.body.contains("Maya Okafor"),
            "{}",
            page.body
        );

        let (word, now) = (house.word(), house.now());
        let tx = house.store.begin().await.expect("begins");
        idp::acts::applications::assign(&tx, &word, (application.id, maya.id), now).await.expect("assigned");
        tx.commit().await.expect("written");
        browser.visit(&sp.ask(&house).url).await;
        let page = olga.get(&path).await;
        assert!(page.body.contains("Nothing here keeps Maya Okafor out"), "{}", page.body);
        assert!(!page.body.contains("was not answered for there"), "{}", page.body);

        let tx = house.store.begin().await.expect("begins");
        let off = (application.id, ApplicationState::Disabled);
        set_application_state(&tx, &word, off, now).await.expect("off");
        tx.commit().await.expect("written");
        assert!(olga.get(&path).await.body.contains("The application is switched off"));
        let tx = house.store.begin().await.expect("begins");
        suspend(&tx, &word, maya.id, now).await.expect("suspended");
        tx.commit().await.expect("written");
        assert!(olga.get(&path).await.body.contains("is suspended. Readmit"));
        // Several fit: whom do you mean?
        let page = olga.get("/admin/why?q=okafor").await;
        assert!(
            page.body.contains("Whom do you mean") && page.body.contains("ana%40acme.example"),
            "{} {}",
            ana.id,
            page.body
        );
    })
    .await;
}

#[tokio::test]
async fn a_persons_page_shows_what_they_did_lately_and_with_what() {
    on_each_engine(async |house| {
        let sp = Sp::new("jira");
        house.application(sp.settings()).await;
        let (maya, mut browser) = house.enrolled("Maya", None).await;
        browser.log_in("/me").await;
        browser.visit(&sp.ask(&house).url).await;
        let pilots = crate::groups::group(&house, "Pilots").await;
        let tx = house.store.begin().await.expect("begins");
        let member = (pilots.id, maya.id);
        idp::acts::groups::add_member(&tx, &house.word(), member, house.now()).await.expect("a member");
        tx.commit().await.expect("written");
        let (_, mut olga) = house.enrolled("Olga", Some(Role::Auditor)).await;
        let page = olga.log_in(&format!("/admin/people/{}", maya.id)).await;
        for part in ["Pilots", "Chrome on Linux", "Single sign-on", "Jira", "Passkey", "Laptop"] {
            assert!(page.body.contains(part), "{part} in {}", page.body);
        }
    })
    .await;
}
