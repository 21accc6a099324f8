//! What leaves this service, held against the OASIS schemas.

use idp::model::application::Signs;
use saml::core::NameIdFormat;
use testkit::schema::{Schema, assert_valid};

use crate::house::{House, Sp, response};

#[tokio::test]
async fn metadata_as_served_is_valid_and_lists_both_bindings() {
    let house = House::new().await;
    let metadata = house.browser().get("/saml/metadata").await.body;
    assert_valid(metadata.as_bytes(), Schema::Metadata);
    for binding in ["HTTP-Redirect", "HTTP-POST"] {
        let listed = format!(
            "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:{binding}\" Location=\"{}\">",
            house.idp.sso_url()
        );
        assert!(metadata.contains(&listed), "{binding} in {metadata}");
    }
}

#[tokio::test]
async fn responses_as_issued_are_valid() {
    let house = House::new().await;
    let (_, mut browser) = house.enrolled("Maya", None).await;
    browser.log_in("/me").await;
    for (name, signs) in [("one", Signs::Assertion), ("two", Signs::Response), ("three", Signs::Both)] {
        let sp = Sp::new(name);
        house.application(idp::model::application::ApplicationSettings { signs, ..sp.settings() }).await;
        let pending = sp.ask(&house);
        let page = browser.get(&pending.url).await;
        sp.signed_in(&house, &pending, &page);
        assert_valid(&response(&page), Schema::Protocol);

        let mut unmet = sp.request(&house);
        unmet.name_id_format = Some(NameIdFormat::Persistent);
        let pending = sp.send(&unmet);
        let page = browser.get(&pending.url).await;
        assert_eq!(sp.declined(&house, &pending, &page), "InvalidNameIDPolicy");
        assert_valid(&response(&page), Schema::Protocol);
    }
}
