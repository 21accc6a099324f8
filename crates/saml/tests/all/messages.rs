//! What we write: as snapshots, and held against the OASIS schemas with xmllint.

use std::process::Command;

use saml::core::{
    Attribute, AuthnContextClassRef, Comparison, EntityId, NameFormat, NameId, NameIdFormat, RelayState,
    RequestedAuthnContext,
};
use saml::idp::{self, Signing};
use saml::metadata::{IdpMetadata, SpMetadata};
use saml::protocol::{AuthnRequest, Decline, NameIdPolicy, RequestedAcs};
use testkit::schema::{self, Schema, assert_valid};

use crate::forge::{IDP, PARTIES};
use crate::sample;

#[test]
fn an_authn_request() {
    let xml = sample::request().encode().unwrap();
    insta::assert_snapshot!(pretty(&xml));
    assert_valid(&xml, Schema::Protocol);
}

#[test]
fn an_authn_request_of_everything() {
    let class = |uri| AuthnContextClassRef::parse(uri).unwrap();
    let request = AuthnRequest {
        subject: Some(NameId::new("maya@acme.test", NameIdFormat::EmailAddress).unwrap()),
        name_id_policy: Some(NameIdPolicy {
            format: Some(NameIdFormat::Persistent),
            sp_name_qualifier: Some("urn:group".to_owned()),
            allow_create: true,
        }),
        requested_authn_context: Some(RequestedAuthnContext::new(
            class(AuthnContextClassRef::REFEDS_MFA),
            [class(AuthnContextClassRef::PASSWORD_PROTECTED_TRANSPORT)],
            Comparison::Minimum,
        )),
        identity_providers: vec!["https://idp.example/saml".to_owned()],
        force_authn: true,
        is_passive: true,
        acs: RequestedAcs::Index(3),
        protocol_binding: None,
        provider_name: Some("\"Acme\" & <Sons>".to_owned()),
        ..sample::request()
    };
    let xml = request.encode().unwrap();
    insta::assert_snapshot!(pretty(&xml));
    assert_valid(&xml, Schema::Protocol);
    assert_eq!(AuthnRequest::parse(&xml).unwrap(), request);
}

#[test]
fn a_response_in_each_form() {
    for signing in [Signing::Assertion, Signing::Response, Signing::Both] {
        let rng = sample::chance();
        let issuer = idp::Issuer { signing, ..IDP.issuer() };
        let relay_state = RelayState::parse("deep link").ok();
        let reply = sample::checked().reply(relay_state);
        let statement = sample::statement();
        let response = idp::issue(reply, &statement, &issuer, &sample::fresh(&rng)).unwrap();
        insta::assert_snapshot!(format!("response_{signing:?}"), pretty(response.xml()));
        assert_valid(response.xml(), Schema::Protocol);
        assert_eq!(response.relay_state().map(RelayState::as_str), Some("deep link"));
    }
}

#[test]
fn xmlsec_verifies_what_we_sign() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("certificate.pem");
    std::fs::write(&certificate, IDP.certificate.pem()).unwrap();
    let verify = |name: &str, xml: &[u8], signed: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, xml).unwrap();
        let output = Command::new("xmlsec1")
            .args(["--verify", "--enabled-key-data", "x509", "--pubkey-cert-pem"])
            .arg(&certificate)
            .args(["--id-attr:ID", signed])
            .arg(&file)
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let markup = "\u{e9}<b>&amp;\"' ]]>\r\n\t</b>";
    for (signing, signed) in [
        (Signing::Assertion, "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"),
        (Signing::Response, "urn:oasis:names:tc:SAML:2.0:protocol:Response"),
    ] {
        let rng = sample::chance();
        let issuer = idp::Issuer { signing, ..IDP.issuer() };
        let mut statement = sample::statement();
        let attribute = Attribute::new(markup, NameFormat::Uri, [markup, ""]);
        statement.attributes.extend(attribute);
        let reply = sample::checked().reply(None);
        let response = idp::issue(reply, &statement, &issuer, &sample::fresh(&rng)).unwrap();
        let (holds, words) = verify("good.xml", response.xml(), signed);
        assert!(holds, "{words}");
        let changed = String::from_utf8(response.xml().to_vec()).unwrap();
        let changed = changed.replace("maya@", "eve@");
        let (holds, _) = verify("changed.xml", changed.as_bytes(), signed);
        assert!(!holds, "the judge can say no");
    }
}

#[test]
fn bergshamra_verifies_what_we_sign() {
    let mut keys = bergshamra::KeysManager::new();
    keys.add_key(bergshamra::keys::loader::load_x509_cert_pem(IDP.certificate.pem().as_bytes()).unwrap());
    let judge = bergshamra::DsigContext::new(keys);
    for (signing, signatures) in [(Signing::Assertion, 1), (Signing::Response, 1), (Signing::Both, 2)] {
        let rng = sample::chance();
        let issuer = idp::Issuer { signing, ..IDP.issuer() };
        let reply = sample::checked().reply(None);
        let response = idp::issue(reply, &sample::statement(), &issuer, &sample::fresh(&rng)).unwrap();
        let xml = std::str::from_utf8(response.xml()).unwrap();
        let holds = |xml: &str| {
            let results = bergshamra::verify_all(&judge, xml).unwrap();
            assert_eq!(results.len(), signatures);
            results.iter().all(|result| result.is_valid() && result.all_reference_digests_verified())
        };
        assert!(holds(xml), "{signing:?}: {xml}");
        assert!(!holds(&xml.replace("maya@", "eve@")), "the judge can say no");
    }
}

#[test]
fn an_unsolicited_response_and_one_without_attributes() {
    let rng = sample::chance();
    let reply = idp::Reply::unsolicited(&PARTIES.service_provider(), None);
    let mut statement = sample::statement();
    statement.attributes.clear();
    statement.session_not_on_or_after = Some(sample::now());
    let response = idp::issue(reply, &statement, &IDP.issuer(), &sample::fresh(&rng)).unwrap();
    insta::assert_snapshot!(pretty(response.xml()));
    assert_valid(response.xml(), Schema::Protocol);
}

#[test]
fn a_response_for_each_reason_to_decline() {
    let rng = sample::chance();
    for reason in [
        Decline::AuthnFailed,
        Decline::InvalidNameIdPolicy,
        Decline::NoAuthnContext,
        Decline::NoPassive,
        Decline::NoSupportedIdp,
        Decline::RequestDenied,
        Decline::RequestUnsupported,
        Decline::UnknownPrincipal,
        Decline::UnsupportedBinding,
    ] {
        let reply = sample::checked().reply(None);
        let no = idp::decline(reply, reason, &IDP.issuer(), &sample::fresh(&rng)).unwrap();
        assert_valid(no.xml(), Schema::Protocol);
        if reason == Decline::NoPassive {
            insta::assert_snapshot!(pretty(no.xml()));
        }
    }
}

#[test]
fn metadata_of_both_roles() {
    let formats = [NameIdFormat::EmailAddress, NameIdFormat::Persistent];
    let idp = IdpMetadata {
        entity_id: &IDP.entity_id,
        sso_url: &PARTIES.sso_url,
        certificate: &IDP.certificate,
        other_certificates: std::slice::from_ref(&IDP.certificate),
        name_id_formats: &formats,
    };
    let sp = SpMetadata {
        entity_id: &EntityId::parse("https://sp.example/saml?a=1&b=2").unwrap(),
        acs_url: &PARTIES.acs_url,
        name_id_formats: &formats,
    };
    for (name, xml) in [("idp_metadata", idp.encode()), ("sp_metadata", sp.encode())] {
        let xml = xml.unwrap();
        insta::assert_snapshot!(name, pretty(&xml));
        assert_valid(&xml, Schema::Metadata);
    }
}

#[test]
fn the_schema_check_can_fail() {
    let xml = String::from_utf8(sample::request().encode().unwrap()).unwrap();
    let wrong = xml.replace(" Version=\"2.0\"", "");
    let verdict = schema::validate(wrong.as_bytes(), Schema::Protocol).unwrap_err();
    assert!(verdict.contains("Version"), "{verdict}");
}

#[test]
fn an_issued_assertion_lives_five_minutes_at_most_under_ids_that_cannot_be_guessed() {
    let rng = sample::chance();
    let mut seen = std::collections::HashSet::new();
    for round in 0..100_u8 {
        let mut random = [round; 40];
        random[39] ^= 0xFF;
        let fresh = idp::Fresh { random, ..sample::fresh(&rng) };
        let reply = sample::checked().reply(None);
        let issued = idp::issue(reply, &sample::statement(), &IDP.issuer(), &fresh).unwrap();
        let xml = String::from_utf8(issued.xml().to_vec()).unwrap();
        let stamp = |name: &str| {
            let at = xml.find(name).unwrap() + name.len() + 2;
            saml::core::parse_instant(&xml[at..at + 20]).unwrap()
        };
        let (from, to) = (stamp("NotBefore"), stamp("NotOnOrAfter"));
        assert!(to.duration_since(from).as_secs() <= 300);
        assert_eq!(xml.matches("<saml:Audience>").count(), 1);
        assert_eq!(xml.matches(" Recipient=").count(), 1);
        assert!(seen.insert(issued.response_id().as_str().to_owned()));
        assert!(seen.insert(issued.assertion_id().unwrap().as_str().to_owned()));
        assert!(seen.iter().all(|id| id.len() == 41));
    }
}

/// A line for each tag, and the values that differ with each key left out.
fn pretty(xml: &[u8]) -> String {
    let mut text = String::from_utf8(xml.to_vec()).unwrap().replace("><", ">\n<");
    for name in ["DigestValue", "SignatureValue", "X509Certificate"] {
        let (open, close) = (format!("<ds:{name}>"), format!("</ds:{name}>"));
        let mut from = 0;
        while let Some(at) = text[from..].find(&open) {
            let start = from + at + open.len();
            let end = start + text[start..].find(&close).unwrap();
            text.replace_range(start..end, "…");
            from = start;
        }
    }
    text
}
