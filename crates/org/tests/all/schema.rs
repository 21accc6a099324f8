//! Statements and tables on both engines.

use store::testing::{databases, for_each_engine, prepare_all, schema};

use crate::kit::World;

#[tokio::test]
async fn every_statement_can_be_prepared() {
    for_each_engine(&org::migrations(), async |store| prepare_all(&store, &org::statements()).await).await;
}

#[tokio::test]
async fn both_engines_have_the_same_schema() {
    let mut seen = Vec::new();
    for database in databases().await {
        seen.push(schema(&database.store(&org::migrations()).await).await);
    }
    assert!(seen[0].len() > 100, "{}", seen[0].len());
    for other in &seen[1..] {
        assert_eq!(&seen[0], other);
    }
}

#[tokio::test]
async fn what_was_chosen_once_is_never_chosen_again() {
    let database = store::testing::TestDatabase::sqlite();
    let world = World::new(&database).await;
    let refused = world.restarted_at(&database, "http://other.localhost:8090").await.unwrap_err();
    assert!(refused.to_string().contains("http://acme.localhost:8090"), "{refused}");
    assert!(refused.to_string().contains("ACS URL"), "it says what would be lost: {refused}");
}
