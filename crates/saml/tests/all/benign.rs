//! What other senders write differently, and mean the same.

use saml::idp::Signing;
use saml::protocol::{Decline, Status};
use saml::sp::{Asked, Outcome, Rule, SignedPart, VerifiedAssertion};

use crate::forge::{FORMS, Failure, IDP, at, edit, judge, sign, sign_place, template, verify};
use crate::sample;

#[test]
fn the_template_signs_in_in_every_form() {
    for (form, part) in FORMS {
        let assertion = accepted(&sign(&template(), form), part);
        assert_eq!(assertion.name_id().value(), "maya@acme.test");
        assert_eq!(assertion.single("lastname").unwrap(), Some("Okafor & <Sons>"));
        assert_eq!(assertion.not_on_or_after(), sample::now() + jiff::SignedDuration::from_secs(240));
        assert!(assertion.session_not_on_or_after().is_some());
    }
}

#[test]
fn variants_that_the_schema_allows_are_taken() {
    let template = template();
    let xsi = r#"xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#;
    let xs = r#"xmlns:xs="http://www.w3.org/2001/XMLSchema""#;
    let value = "<saml:AttributeValue>maya@acme.test</saml:AttributeValue>";
    let audience = "<saml:Audience>https://sp.example/saml</saml:Audience>";
    let end = "</saml:Conditions>";
    let restriction = format!("<saml:AudienceRestriction>{audience}</saml:AudienceRestriction>{end}");
    let status = "<samlp:Status>";
    let context = "<saml:AuthnContext>";
    let class = "</saml:AuthnContextClassRef>";
    let statement = "</saml:AttributeStatement>";
    for (from, to) in [
        // Types, as OpenSAML and .NET write them, with and without a dangling prefix.
        (
            value,
            format!(
                r#"<saml:AttributeValue {xs} {xsi} xsi:type="xs:string">maya@acme.test</saml:AttributeValue>"#
            ),
        ),
        (
            value,
            format!(
                r#"<saml:AttributeValue {xsi} xsi:type="xs:string">maya@acme.test</saml:AttributeValue>"#
            ),
        ),
        (value, format!("{value}<saml:AttributeValue>second</saml:AttributeValue>")),
        (value, "<saml:AttributeValue><saml:NameID>opaque</saml:NameID></saml:AttributeValue>".to_owned()),
        (value, "<saml:AttributeValue></saml:AttributeValue>".to_owned()),
        (r#"Name="email""#, r#"FriendlyName="mail" Name="email" OriginalIssuer="x""#.to_owned()),
        (statement, format!("<saml:Attribute Name=\"email\">{value}</saml:Attribute>{statement}")),
        // Audiences.
        (audience, format!("<saml:Audience>https://other.example</saml:Audience>{audience}")),
        (audience, "<saml:Audience>\n  https://sp.example/saml\n</saml:Audience>".to_owned()),
        (end, restriction),
        (
            end,
            format!(
                "<saml:OneTimeUse></saml:OneTimeUse><saml:ProxyRestriction Count=\"0\"></saml:ProxyRestriction>{end}"
            ),
        ),
        // White space between elements.
        (status, format!("\n    {status}\n      ")),
        (context, format!("{context}\r\n\t")),
        // What nobody here reads.
        (
            status,
            format!("<samlp:Extensions><x:Y xmlns:x=\"urn:x\" z=\"1\">t</x:Y></samlp:Extensions>{status}"),
        ),
        (
            class,
            format!("{class}<saml:AuthenticatingAuthority>https://up.example</saml:AuthenticatingAuthority>"),
        ),
        (context, format!("<saml:SubjectLocality Address=\"192.0.2.1\"></saml:SubjectLocality>{context}")),
        ("</samlp:Status>", "<samlp:StatusMessage>fine</samlp:StatusMessage></samlp:Status>".to_owned()),
        (
            " Destination=",
            " Consent=\"urn:oasis:names:tc:SAML:2.0:consent:unspecified\" Destination=".to_owned(),
        ),
        (
            "InResponseTo=\"_0505050505050505050505050505050505050505\" NotOnOrAfter",
            "Address=\"192.0.2.1\" InResponseTo=\"_0505050505050505050505050505050505050505\" NotOnOrAfter"
                .to_owned(),
        ),
        (
            " Version=\"2.0\"><saml:Issuer>",
            " Version=\"2.0\"><saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">"
                .to_owned(),
        ),
        (&at(0), "2026-11-23T09:30:00.123Z".to_owned()),
        // Clocks within the skew.
        (&at(240), at(-59)),
        (&at(-60), at(60)),
    ] {
        let template = edit(&template, from, &to);
        for (form, part) in FORMS {
            let assertion = accepted(&sign(&template, form), part);
            assert_eq!(assertion.name_id().value(), "maya@acme.test", "{to}");
        }
    }
}

#[test]
fn a_name_with_several_values_is_ambiguous_only_when_one_is_asked_for() {
    let value = "<saml:AttributeValue>maya@acme.test</saml:AttributeValue>";
    let twice = edit(&template(), value, &format!("{value}{value}"));
    let assertion = accepted(&sign(&twice, Signing::Assertion), SignedPart::Assertion);
    assert_eq!(assertion.single("email").unwrap_err().values, 2);
    assert_eq!(assertion.single("firstname").unwrap(), Some("Maya"));
    assert_eq!(assertion.attributes()[0].values().len(), 2);
}

#[test]
fn other_prefixes_and_prefix_lists_are_taken() {
    let xs = r#" xmlns:xs="http://www.w3.org/2001/XMLSchema" "#;
    let typed = edit(
        &edit(&template(), "<saml:Assertion ", &format!("<saml:Assertion{xs}")),
        "<saml:AttributeValue>",
        r#"<saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">"#,
    );
    for (saml, samlp) in [("saml2", "saml2p"), ("a", "b"), ("ns1", "ns0")] {
        let renamed = typed
            .replace("saml:", &format!("{saml}:"))
            .replace("samlp:", &format!("{samlp}:"))
            .replace("xmlns:saml=", &format!("xmlns:{saml}="))
            .replace("xmlns:samlp=", &format!("xmlns:{samlp}="));
        let inner = sign_place(&renamed, "{A}", "Assertion", &["xs"], &IDP);
        accepted(&inner.replace("{R}", ""), SignedPart::Assertion);
        let outer = sign_place(&inner, "{R}", "Response", &[], &IDP);
        accepted(&outer, SignedPart::Both);
        accepted(&outer, SignedPart::Response);
    }
}

#[test]
fn a_declaration_cdata_and_references_are_read_as_text() {
    let xml =
        edit(&template(), ">maya@acme.test</saml:NameID>", "><![CDATA[maya]]>&#64;acme.test</saml:NameID>");
    let signed = sign(&xml, Signing::Assertion);
    let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{signed}\n");
    assert_eq!(accepted(&declared, SignedPart::Assertion).name_id().value(), "maya@acme.test");
}

#[test]
fn a_response_that_says_no_is_declined_signed_or_not() {
    let rng = sample::chance();
    let reply = sample::checked().reply(None);
    let no = saml::idp::decline(reply, Decline::NoPassive, &IDP.issuer(), &sample::fresh(&rng));
    let signed = String::from_utf8(no.unwrap().xml().to_vec()).unwrap();
    let unsigned = crate::forge::cut(&signed, "<ds:Signature ", "</ds:Signature>", "");
    for xml in [&signed, &unsigned] {
        match verify(xml, SignedPart::Assertion).unwrap() {
            Outcome::Declined(status) => assert_eq!(status, Status::declined(Decline::NoPassive)),
            Outcome::SignedIn(assertion) => panic!("{assertion:?}"),
        }
    }
    let rule = |xml: &str| match verify(xml, SignedPart::Assertion) {
        Err(Failure::Rejected(rejection)) => rejection.rule,
        other => panic!("{other:?}"),
    };
    assert_eq!(rule(&edit(&signed, ":NoPassive", ":AuthnFailed")), Rule::Signature);
    for (from, to, broken) in [
        ("https://idp.example/saml<", "https://evil.example/saml<", Rule::ResponseIssuer),
        ("https://sp.example/acs", "https://sp.example/ac", Rule::Destination),
        ("InResponseTo=\"_0505", "InResponseTo=\"_0606", Rule::InResponseTo),
        ("Version=\"2.0\"", "Version=\"2.1\"", Rule::Version),
        (":status:Responder", ":status:Success", Rule::OneAssertion),
    ] {
        let mut judged = edit(&unsigned, from, to);
        if broken == Rule::OneAssertion {
            judged = crate::forge::cut(
                &judged,
                "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:NoPassive\">",
                "</samlp:StatusCode>",
                "",
            );
        }
        match broken {
            Rule::OneAssertion => assert_eq!(rule(&judged), Rule::OneAssertion),
            broken => assert_eq!(rule(&judged), broken),
        }
    }
    let request = saml::core::RequestId::from_random([1; 16]);
    let trust = IDP.trust(SignedPart::Assertion);
    let other = judge(&signed, &trust, Asked::Request(&request), saml::sp::verify).unwrap();
    assert_eq!(other.unwrap_err().rule, Rule::InResponseTo);
}

fn accepted(xml: &str, part: SignedPart) -> VerifiedAssertion {
    match verify(xml, part) {
        Ok(Outcome::SignedIn(assertion)) => assertion,
        other => panic!("{other:?}\n{xml}"),
    }
}
