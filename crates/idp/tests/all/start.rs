//! What the first start chooses is never derived again.

use idp::{Idp, OpenError, Settings};
use store::testing::{TestDatabase, databases};
use testkit::FixedClock;
use web::PublicUrl;
use webauthn::RpId;

use crate::house::{ambient, master_key, settings};

fn at(url: &str) -> Settings {
    let public_url = PublicUrl::parse(url).expect("a URL");
    Settings { signing_key: xmldsig::KeyKind::Rsa2048, ..Settings::new(public_url) }
}

#[tokio::test]
async fn later_starts_keep_what_was_chosen_or_do_not_start() {
    for database in databases().await {
        let clock = FixedClock::at("2026-11-23T12:00:00Z");
        let store = database.store(&idp::migrations()).await;
        let folder = tempfile::tempdir().expect("a folder");
        let open = async |settings: Settings| {
            Idp::open(settings, store.clone(), master_key(&folder), ambient(&clock)).await
        };
        let first = open(at("https://sso.acme.example")).await.expect("the first start");
        assert_eq!(first.entity_id().as_str(), "https://sso.acme.example/saml/metadata");
        let fingerprint = first.certificate().sha256_fingerprint();

        // Another port of the same host: passkeys work, and the entity ID stays.
        let moved = open(at("https://sso.acme.example:8443")).await.expect("a later start");
        assert_eq!(moved.entity_id(), first.entity_id());
        assert_eq!(moved.sso_url().as_str(), "https://sso.acme.example:8443/saml/sso");
        assert_eq!(moved.certificate().sha256_fingerprint(), fingerprint);

        let foreign = open(at("https://login.acme.example")).await.expect_err("another host");
        assert!(matches!(foreign, OpenError::ForeignHost { .. }), "{foreign}");
        assert!(foreign.to_string().contains("no one could sign in"), "it says what would be lost");
        let rp_id = Some(RpId::parse("acme.example").expect("an RP ID"));
        let other =
            open(Settings { rp_id, ..at("https://sso.acme.example") }).await.expect_err("another RP ID");
        assert!(matches!(other, OpenError::OtherRpId { .. }), "{other}");

        // Another master key opens no signing key.
        let elsewhere = tempfile::tempdir().expect("a folder");
        let wrong =
            Idp::open(at("https://sso.acme.example"), store.clone(), master_key(&elsewhere), ambient(&clock));
        let wrong = wrong.await.expect_err("another key");
        assert!(matches!(wrong, OpenError::MasterKey(_)), "{wrong}");
    }
}

#[tokio::test]
async fn a_parent_domain_can_be_chosen_at_first() {
    let database = TestDatabase::sqlite();
    let store = database.store(&idp::migrations()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let clock = FixedClock::at("2026-11-23T12:00:00Z");
    let rp_id = Some(RpId::parse("acme.example").expect("an RP ID"));
    let settings = Settings { rp_id, ..at("https://sso.acme.example") };
    Idp::open(settings, store.clone(), master_key(&folder), ambient(&clock)).await.expect("it opens");
    let moved =
        Idp::open(at("https://login.acme.example"), store, master_key(&folder), ambient(&clock)).await;
    moved.expect("another host of the same domain");
}

#[tokio::test]
async fn two_nodes_that_start_at_once_choose_once() {
    for database in databases().await {
        let clock = FixedClock::at("2026-11-23T12:00:00Z");
        let store = database.store(&idp::migrations()).await;
        let folder = tempfile::tempdir().expect("a folder");
        let open = || Idp::open(settings(), store.clone(), master_key(&folder), ambient(&clock));
        let (one, two) = tokio::join!(open(), open());
        let (one, two) = (one.expect("opens"), two.expect("opens"));
        assert_eq!(one.certificate().der(), two.certificate().der(), "{}", database.engine());
    }
}

#[tokio::test]
async fn the_private_key_is_nowhere_in_the_database() {
    let database = TestDatabase::sqlite();
    let store = database.store(&idp::migrations()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let clock = FixedClock::at("2026-11-23T12:00:00Z");
    let idp = Idp::open(settings(), store, master_key(&folder), ambient(&clock)).await.expect("opens");
    assert!(!format!("{idp:?}").contains("PRIVATE"));
    let url = database.url_text();
    let path = std::path::Path::new(url.strip_prefix("sqlite:").expect("a file"));
    let mut octets = Vec::new();
    for entry in std::fs::read_dir(path.parent().expect("a folder")).expect("lists") {
        octets.extend(std::fs::read(entry.expect("an entry").path()).expect("reads"));
    }
    // What every PKCS#8 RSA key has in its head: version 0 and the algorithm rsaEncryption.
    let head = hex::decode("020100300d06092a864886f70d010101").expect("hexadecimal");
    assert!(!octets.windows(head.len()).any(|window| window == head));
}
