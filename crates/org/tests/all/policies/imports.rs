//! Members by CSV through the console.

use http::StatusCode;
use org::model::Role;
use store::testing::{TestDatabase, databases};

use super::*;
use crate::admin::frida;
use crate::enforcing::policy;
use crate::kit::account;

#[tokio::test]
async fn a_dry_run_names_each_bad_row_and_moves_nobody() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        for name in ["maya", "noah"] {
            account(&world.org, &world.acme.organization, (&format!("{name}@acme.example"), Role::Member))
                .await;
        }
        let test = policy(&world, "Test group").await;
        let page = format!("{}/members/import", at(test));
        let rows = "E-mail;Name\r\nmaya@acme.example;Maya\r\n<b>bad;x\r\nnobody@acme.example;y\r\nNoah@acme.example;Noah\r\n";
        let checked = post(&mut browser, &page, "", &[("rows", rows), ("step", "check")]).await;
        says(
            &checked,
            &[
                "2 accounts would be added.",
                "2 rows are wrong.",
                "Line 3",
                "&#60;b&#62;bad;x",
                "Line 4",
                "There is no account nobody@acme.example.",
                "Leave the wrong rows out and add 2 accounts",
                "Nothing has changed yet.",
            ],
        );
        never_says(&checked, &["<b>bad"]);
        assert_eq!(world.count("policy.members_moved").await, 0);
        // All or nobody, unless the others are asked for.
        let all = post(&mut browser, &page, "", &[("rows", rows), ("step", "all")]).await;
        says(&all, &["2 rows are wrong."]);
        assert_eq!(world.count("policy.members_moved").await, 0);
        let stale = post_stale(&mut browser, &page, "", &[("rows", rows), ("step", "others")]).await;
        says(&stale, &[STALE]);
        let moved = post(&mut browser, &page, "", &[("rows", rows), ("step", "others")]).await;
        says(&moved, &["Added from the file: 2.", "2 members"]);
        assert_eq!(policy_of(&world, "noah@acme.example").await, test);
    }
}

#[tokio::test]
async fn what_is_no_file_says_so_and_is_kept() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    let page = format!("{}/members/import", at(policy(&world, "Test group").await));
    let empty = post(&mut browser, &page, "", &[("rows", "\n\n"), ("step", "check")]).await;
    says(&empty, &["There are no rows in it.", "aria-invalid"]);
    let many: String = (0..10_001).map(|n| format!("u{n}@acme.example\n")).collect();
    let many = post(&mut browser, &page, "", &[("rows", &many), ("step", "check")]).await;
    says(&many, &["At most 10,000 rows.", "u10000@acme.example"]);
    let odd = post(&mut browser, &page, "", &[("rows", "x"), ("step", "burn")]).await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn ten_thousand_rows_go_through_the_page() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    crate::enforcing::imports::fill(&world, 10_000).await;
    let test = policy(&world, "Everybody").await;
    let page = format!("{}/members/import", at(test));
    let rows: String = (1..=10_000).map(|n| format!("u{n}@acme.example\r\n")).collect();
    let checked = post(&mut browser, &page, "", &[("rows", &rows), ("step", "check")]).await;
    says(&checked, &["10000 accounts would be added.", "No row is wrong.", "<progress"]);
    let moved = post(&mut browser, &page, "", &[("rows", &rows), ("step", "all")]).await;
    says(&moved, &["Added from the file: 10000.", "10000 members"]);
    assert_eq!(policy_of(&world, "u9999@acme.example").await, test);
}
