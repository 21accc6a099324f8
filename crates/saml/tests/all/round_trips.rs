//! Whatever text a field holds, markup above all, it comes out at the other end
//! as it went in (T059, T062).

use proptest::prelude::*;
use saml::binding::{post, redirect};
use saml::core::{Attribute, NameFormat, NameId, NameIdFormat, RelayState};
use saml::idp;
use saml::protocol::AuthnRequest;
use saml::sp::{Outcome, Received, SignedPart, verify};

use crate::forge::{IDP, PARTIES};
use crate::sample;

/// Texts with as much markup in them as will fit.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<".to_owned()),
        Just("</saml:NameID><saml:NameID>eve@acme.test".to_owned()),
        Just("]]>".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("<!-- -->".to_owned()),
        Just("&amp;&#x3c;&lt;".to_owned()),
        Just("\"'><script>alert(1)</script>".to_owned()),
        Just("\r\n\t \u{85}\u{2028}".to_owned()),
        Just("</ds:Signature>".to_owned()),
        "[ -~]{0,8}",
        "\\PC{0,6}",
    ];
    proptest::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_issued_response_verifies_to_what_was_stated(name in text(), attribute in text(), values in proptest::collection::vec(text(), 0..4)) {
        let (Ok(name_id), Ok(attribute)) = (
            NameId::new(name, NameIdFormat::EmailAddress),
            Attribute::new(attribute, NameFormat::Basic, values),
        ) else {
            return Ok(());
        };
        let statement = idp::Statement {
            name_id: name_id.clone(),
            attributes: vec![attribute.clone()],
            ..sample::statement()
        };
        let rng = sample::chance();
        let reply = sample::checked().reply(None);
        let issued = idp::issue(reply, &statement, &IDP.issuer(), &sample::fresh(&rng)).unwrap();
        let form = form_of(&[("SAMLResponse", issued.saml_response())]);
        let posted = post::decode(form.as_bytes()).unwrap();
        prop_assert_eq!(&posted.xml, issued.xml());
        let received = Received::parse(&posted.xml).unwrap();
        let (trust, request) = (IDP.trust(SignedPart::Assertion), sample::request().id);
        let expected = saml::sp::Expected {
            trust: &trust,
            audience: &PARTIES.sp,
            recipient: &PARTIES.acs_url,
            asked: saml::sp::Asked::Request(&request),
            encryption: &saml::sp::Encryption::Refused,
            now: sample::now(),
            skew: saml::core::Skew::default(),
        };
        let Ok(Outcome::SignedIn(assertion)) = verify(&received, &expected) else {
            return Err(TestCaseError::fail("it does not sign in"));
        };
        prop_assert_eq!(assertion.name_id(), &name_id);
        prop_assert_eq!(assertion.attributes(), &[attribute][..]);
    }

    #[test]
    fn a_request_comes_back_from_its_redirect(provider in text(), qualifier in text(), relay_state in text()) {
        let mut request = sample::request();
        request.provider_name = Some(provider);
        request.name_id_policy.as_mut().unwrap().sp_name_qualifier = Some(qualifier);
        let relay_state = RelayState::parse(&relay_state).ok();
        let Ok(xml) = request.encode() else {
            return Ok(());
        };
        let url = redirect::encode(&PARTIES.sso_url, &xml, relay_state.as_ref());
        prop_assert!(url.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>".contains(&b)));
        let (_, query) = url.split_once('?').unwrap();
        let read = redirect::decode(query).unwrap();
        prop_assert_eq!(&read.xml, &xml);
        prop_assert_eq!(read.relay_state, relay_state);
        prop_assert_eq!(AuthnRequest::parse(&xml).unwrap(), request);
    }

    /// The decoder works on many characters at a time; it must be as strict as one
    /// that goes through them one by one, wherever the fault is.
    #[test]
    fn base64_is_read_as_strictly_as_by_another_decoder(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>(), by in "[A-Za-z0-9+/=_ \\-\\n*\u{e9}]{0,2}") {
        use base64::Engine;
        use base64::engine::general_purpose::STANDARD;
        let mut text = STANDARD.encode(&bytes);
        prop_assert_eq!(post::decode_value(&text).unwrap(), bytes);
        let at = at.index(text.len() + 1);
        text.replace_range(at..(at + by.len().min(1)).min(text.len()), &by);
        let dense = text.replace([' ', '\n'], "");
        prop_assert_eq!(post::decode_value(&text).ok(), STANDARD.decode(&dense).ok(), "{}", text);
    }

    #[test]
    fn nothing_that_is_posted_or_asked_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in text()) {
        let _ = post::decode(&bytes);
        let _ = redirect::decode(&text);
        let _ = redirect::decode(&format!("SAMLRequest={}", form_of(&[("x", &text)])));
        let _ = Received::parse(&bytes);
        let _ = Received::parse(text.as_bytes());
        let _ = AuthnRequest::parse(&bytes);
    }
}

fn form_of(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| {
        let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        format!("{name}={value}")
    });
    pairs.collect::<Vec<_>>().join("&")
}
