//! The way to a server is encrypted, and the server is who it says it is.

use store::testing::TestDatabase;
use store::{OpenError, Store, StoreUrl};

use crate::support::*;

store::statements! {
    CERTIFICATE = "select case when current_setting('ssl') = 'on'
        then pg_read_file(current_setting('ssl_cert_file')) end";
    ENCRYPTED = "select version from pg_stat_ssl where pid = pg_backend_pid() and ssl";
}

#[tokio::test]
async fn a_server_is_reached_by_tls_with_its_own_certificate() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let plain = database.store(&[PEOPLE]).await;
    let read = plain.read().await.unwrap();
    assert!(read.query_opt(ENCRYPTED, []).await.unwrap().is_none(), "loopback needs none");
    let row = read.query_opt(CERTIFICATE, []).await.unwrap().unwrap();
    let Some(certificate) = row.get::<Option<String>>(0).unwrap() else {
        eprintln!("NOT RUN: the test server has no certificate");
        return;
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), certificate).unwrap();
    let required = format!("{}?sslmode=require", database.url_text());
    let trusting: StoreUrl = format!("{required}&sslrootcert={}", file.path().display()).parse().unwrap();

    let store = Store::open(&trusting, &[PEOPLE]).await.unwrap();
    let read = store.read().await.unwrap();
    let row = read.query_opt(ENCRYPTED, []).await.unwrap().unwrap();
    assert!(row.get::<String>(0).unwrap().starts_with("TLSv1."));
    insert(&store, 1).await.unwrap();

    // Nobody vouches for it among the system's authorities.
    let distrusting: StoreUrl = required.parse().unwrap();
    let refused = Store::open(&distrusting, &[PEOPLE]).await.err().unwrap();
    assert!(matches!(refused, OpenError::Unreachable { .. }), "{refused:?}");
}
