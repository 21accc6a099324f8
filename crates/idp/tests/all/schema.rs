//! Both engines have the same tables and take the same statements.

use store::testing::{databases, prepare_all, schema};

use crate::house::on_each_engine;

#[tokio::test]
async fn both_engines_have_the_same_tables() {
    let mut schemas = Vec::new();
    for database in databases().await {
        schemas.push(schema(&database.store(&idp::migrations()).await).await);
    }
    assert!(schemas[0].iter().any(|line| line.starts_with("sign_in.browser ")), "{:?}", schemas[0]);
    for other in &schemas[1..] {
        assert_eq!(&schemas[0], other);
    }
}

#[tokio::test]
async fn both_engines_take_every_statement() {
    assert!(idp::statements().len() > 50);
    on_each_engine(async |house| prepare_all(&house.store, &idp::statements()).await).await;
}
