//! Both engines have the same tables and take the same statements.

use store::testing::{databases, prepare_all, schema};

use crate::house::{migrations, on_each_engine};

#[tokio::test]
async fn both_engines_have_the_same_tables() {
    let mut schemas = Vec::new();
    for database in databases().await {
        schemas.push(schema(&database.store(&migrations()).await).await);
    }
    assert!(schemas[0].iter().any(|line| line.starts_with("session.token ")), "{:?}", schemas[0]);
    for other in &schemas[1..] {
        assert_eq!(&schemas[0], other);
    }
}

#[tokio::test]
async fn both_engines_take_every_statement() {
    assert!(console::statements().len() > 30);
    on_each_engine(async |house| prepare_all(&house.store, &console::statements()).await).await;
}
