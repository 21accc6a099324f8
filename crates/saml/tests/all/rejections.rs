//! Every rule of a response has its tampered fixtures, signed again with the
//! true key in each of the three forms: only the rule itself can refuse them.

use std::collections::BTreeSet;

use saml::core::RequestId;
use saml::sp::{self, Asked, Finding, Outcome, Rule, SignedPart, UnsolicitedAllowed};

use crate::forge::{FORMS, Failure, IDP, at, cut, edit, judge, sign, sign_place, template, verify};
use crate::sample;

/// A rule and an edit that breaks it: what stands there, and what instead.
type Row = (Rule, String, String);

fn rows() -> Vec<Row> {
    let request = sample::request().id;
    let in_response_to = format!(r#" InResponseTo="{request}""#);
    let bearer_answer = format!("<saml:SubjectConfirmationData{in_response_to}");
    let other_answer = r#"<saml:SubjectConfirmationData InResponseTo="_other""#;
    let audience = "<saml:Audience>https://sp.example/saml</saml:Audience>";
    let restriction = format!("<saml:AudienceRestriction>{audience}</saml:AudienceRestriction>");
    let issuer = r#"saml="urn:oasis:names:tc:SAML:2.0:assertion">https://idp.example/saml</saml:Issuer>"#;
    let issuer_in = "<saml:Issuer>https://idp.example/saml</saml:Issuer>";
    let success = r#"Value="urn:oasis:names:tc:SAML:2.0:status:Success""#;
    let window = format!(r#"NotBefore="{}" NotOnOrAfter="{}""#, at(-60), at(240));
    let bearer_end = format!(r#"NotOnOrAfter="{}" Recipient"#, at(240));
    let id_response = format!(r#"IssueInstant="{}" Version="2.0"><saml:Issuer xmlns"#, at(0));
    let id_assertion = format!(r#"IssueInstant="{}" Version="2.0"><saml:Issuer>"#, at(0));
    let method = r#"Method="urn:oasis:names:tc:SAML:2.0:cm:bearer""#;
    let authn = format!(r#"AuthnInstant="{}""#, at(-5));
    let session_end = format!(r#"SessionNotOnOrAfter="{}""#, at(8 * 3600));
    let end = "</saml:Conditions>";
    let owned = |rule, from: &str, to: &str| (rule, from.to_owned(), to.to_owned());
    let rows = vec![
        owned(Rule::Version, &id_response, &id_response.replace("2.0", "2.1")),
        owned(Rule::Version, &id_assertion, &id_assertion.replace("2.0", "1.1")),
        owned(Rule::IssueInstant, &id_response, &id_response.replace(&at(0), &at(61))),
        owned(Rule::IssueInstant, &id_assertion, &id_assertion.replace(&at(0), &at(61))),
        owned(Rule::InResponseTo, &in_response_to, ""),
        owned(Rule::InResponseTo, &in_response_to, r#" InResponseTo="_other""#),
        owned(Rule::InResponseTo, &in_response_to, r#" InResponseTo="""#),
        owned(Rule::ResponseIssuer, issuer, &issuer.replace("idp.", "evil.")),
        owned(Rule::Status, success, &success.replace("Success", "Responder")),
        owned(Rule::Status, success, &success.replace("Success", "success")),
        owned(Rule::Issuer, issuer_in, &issuer_in.replace("idp.", "evil.")),
        owned(Rule::Issuer, issuer_in, &issuer_in.replace("/saml<", "/saml/<")),
        owned(Rule::Bearer, method, &method.replace("bearer", "holder-of-key")),
        owned(Rule::Bearer, method, &method.replace("bearer", "sender-vouches")),
        owned(Rule::BearerInResponseTo, &bearer_answer, other_answer),
        owned(Rule::BearerInResponseTo, &bearer_answer, "<saml:SubjectConfirmationData"),
        owned(Rule::BearerNotBefore, &bearer_end, &format!(r#"NotBefore="{}" {bearer_end}"#, at(-60))),
        owned(Rule::BearerNotOnOrAfter, &bearer_end, "Recipient"),
        owned(Rule::BearerNotOnOrAfter, &bearer_end, &bearer_end.replace(&at(240), &at(-60))),
        owned(Rule::Conditions, &window, &format!(r#"NotBefore="{}" NotOnOrAfter="{}""#, at(30), at(20))),
        owned(Rule::Conditions, &window, &format!(r#"NotBefore="{}" NotOnOrAfter="{}""#, at(9), at(9))),
        owned(Rule::NotBefore, &window, &window.replace(&at(-60), &at(61))),
        owned(
            Rule::NotOnOrAfter,
            &window,
            &window.replace(&at(240), &at(-60)).replacen(&at(-60), &at(-90), 1),
        ),
        owned(Rule::Audience, &restriction, ""),
        owned(Rule::Audience, audience, "<saml:Audience></saml:Audience>"),
        owned(Rule::Audience, audience, "<saml:Audience>https://sp.example/saml/</saml:Audience>"),
        owned(Rule::Audience, audience, "<saml:Audience>HTTPS://sp.example/saml</saml:Audience>"),
        owned(
            Rule::Audience,
            end,
            "<saml:AudienceRestriction><saml:Audience>https://other.example</saml:Audience></saml:AudienceRestriction></saml:Conditions>",
        ),
        owned(
            Rule::KnownConditions,
            end,
            r#"<saml:Condition xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x"></saml:Condition></saml:Conditions>"#,
        ),
        owned(Rule::KnownConditions, end, r#"<x:Until xmlns:x="urn:x"></x:Until></saml:Conditions>"#),
        owned(
            Rule::KnownConditions,
            end,
            "<saml:OneTimeUse></saml:OneTimeUse><saml:OneTimeUse></saml:OneTimeUse></saml:Conditions>",
        ),
        owned(Rule::AuthnInstant, &authn, &authn.replace(&at(-5), &at(61))),
        owned(Rule::SessionNotOnOrAfter, &session_end, &session_end.replace(&at(8 * 3600), &at(-60))),
    ];
    rows.into_iter().chain(wrong_addresses()).collect()
}

/// Addresses that a prefix match, or one of URLs, would take for ours.
fn wrong_addresses() -> Vec<Row> {
    let destination = r#" Destination="https://sp.example/acs""#;
    let recipient = r#" Recipient="https://sp.example/acs""#;
    let mut rows = Vec::new();
    for wrong in [
        "",
        r#" X="https://sp.example/acs/""#,
        r#" X="https://sp.example/ac""#,
        r#" X="https://SP.example/acs""#,
        r#" X="https://sp.example/acs?x=1""#,
        r#" X="https://evil.example/acs""#,
        r#" X="""#,
    ] {
        rows.push((Rule::Destination, destination.to_owned(), wrong.replace("X=", "Destination=")));
        rows.push((Rule::Recipient, recipient.to_owned(), wrong.replace("X=", "Recipient=")));
    }
    rows
}

/// Edits that take a whole element away, or break the shape.
fn cuts() -> Vec<(Rule, String)> {
    let template = template();
    let without = |from: &str, to: &str| cut(&template, from, to, "");
    vec![
        (Rule::ResponseIssuer, without("<saml:Issuer xmlns", "</saml:Issuer>")),
        (Rule::Subject, without("<saml:Subject>", "</saml:Subject>")),
        (Rule::Subject, without("<saml:NameID", "</saml:NameID>")),
        (Rule::Bearer, without("<saml:SubjectConfirmation ", "</saml:SubjectConfirmation>")),
        (Rule::Recipient, without("<saml:SubjectConfirmationData", "</saml:SubjectConfirmationData>")),
        (Rule::Conditions, without("<saml:Conditions", "</saml:Conditions>")),
        (Rule::AuthnStatement, without("<saml:AuthnStatement", "</saml:AuthnStatement>")),
        (Rule::Schema, cut(&template, "maya@acme.test</saml:NameID>", ">", "</saml:NameID>")),
        (Rule::Schema, edit(&template, "maya@acme.test</saml:NameID>", " \t</saml:NameID>")),
        (
            Rule::Schema,
            edit(&template, "maya@acme.test</saml:NameID>", "maya<b></b>@acme.test</saml:NameID>"),
        ),
        (Rule::Schema, edit(&template, "<saml:Subject>", "<saml:Subject></saml:Subject><saml:Subject>")),
        (Rule::Schema, edit(&template, "</saml:NameID>", "</saml:NameID><saml:NameID>eve</saml:NameID>")),
        (Rule::Schema, edit(&template, "<saml:Conditions", "text<saml:Conditions")),
        (
            Rule::Schema,
            edit(&template, "</saml:Assertion>", "<saml:Conditions></saml:Conditions></saml:Assertion>"),
        ),
        (Rule::Schema, edit(&template, "</saml:Assertion>", "<x:Y xmlns:x='urn:x'></x:Y></saml:Assertion>")),
        (
            Rule::Schema,
            cut(&template, "<saml:NameID", "</saml:NameID>", "<saml:EncryptedID></saml:EncryptedID>"),
        ),
        (
            Rule::Schema,
            edit(
                &template,
                "</saml:AttributeStatement>",
                "<saml:EncryptedAttribute></saml:EncryptedAttribute></saml:AttributeStatement>",
            ),
        ),
        (Rule::Schema, edit(&template, &at(240), "2026-11-23T09:34:00")),
        (Rule::Schema, edit(&template, &at(240), "2026-11-23T09:34:00+01:00")),
        (Rule::Schema, edit(&template, &at(-5), "yesterday")),
    ]
}

#[test]
fn each_tampered_response_is_refused_by_its_rule_in_every_form() {
    let template = template();
    let edited = rows().into_iter().map(|(rule, from, to)| (rule, edit(&template, &from, &to)));
    let mut met = BTreeSet::new();
    for (rule, tampered) in edited.chain(cuts()) {
        for (form, part) in FORMS {
            // A head that cannot be read is refused before any rule.
            let signed = sign(&tampered, form);
            match verify(&signed, part) {
                Err(Failure::Rejected(rejection)) => {
                    assert_eq!(rejection.rule, rule, "{form:?} {rejection}\n{signed}");
                    assert!(rejection.signed, "the signature holds: {rejection}");
                }
                other => panic!("{rule} {form:?}: {other:?}\n{signed}"),
            }
            met.insert(rule);
        }
    }
    // The rules about the signature itself have their fixtures below.
    met.extend([Rule::Encryption, Rule::OneAssertion, Rule::SignedPart, Rule::Signature]);
    let request = sample::request().id;
    let valid = sign(&template, saml::idp::Signing::Assertion);
    let trust = IDP.trust(SignedPart::Assertion);
    let verdicts = judge(&valid, &trust, Asked::Request(&request), sp::inspect).unwrap();
    let all: BTreeSet<Rule> = verdicts.iter().map(|verdict| verdict.rule).collect();
    assert_eq!(met, all, "every rule has a fixture");
    assert!(verdicts.iter().all(|verdict| verdict.finding == Finding::Held));
}

#[test]
fn inspect_names_every_broken_rule_at_once() {
    let template = template();
    let tampered = edit(&template, " Destination=\"https://sp.example/acs\"", "");
    let tampered = edit(&tampered, "https://sp.example/saml</saml:Audience>", "x</saml:Audience>");
    let unsigned = tampered.replace("{A}", "").replace("{R}", "");
    let request = sample::request().id;
    let broken = |xml: &str| -> Vec<Rule> {
        let trust = IDP.trust(SignedPart::Assertion);
        let verdicts = judge(xml, &trust, Asked::Request(&request), sp::inspect).unwrap();
        let broken = verdicts.into_iter().filter(|v| v.finding != Finding::Held);
        broken.map(|verdict| verdict.rule).collect()
    };
    assert_eq!(broken(&unsigned), [Rule::SignedPart, Rule::Destination, Rule::Audience]);
    let changed = sign(&template, saml::idp::Signing::Assertion);
    let changed = edit(&changed, "Maya<", "Eve<");
    assert_eq!(broken(&changed), [Rule::Signature]);
}

#[test]
fn what_must_be_signed_is_signed_by_the_trusted_key() {
    use SignedPart as Part;
    use saml::idp::Signing::{Assertion, Both, Response};
    let template = template();
    let accepted = |form, part| verify(&sign(&template, form), part).is_ok();
    for (form, parts) in [
        (Assertion, [true, false, true, false]),
        (Response, [false, true, true, false]),
        (Both, [true, true, true, true]),
    ] {
        let asked = [Part::Assertion, Part::Response, Part::Either, Part::Both];
        for (part, expected) in asked.into_iter().zip(parts) {
            assert_eq!(accepted(form, part), expected, "{form:?} {part:?}");
        }
    }
    let unsigned = template.replace("{A}", "").replace("{R}", "");
    for part in [Part::Assertion, Part::Response, Part::Either, Part::Both] {
        refused(&unsigned, part, Rule::SignedPart);
    }
    // A signature that was not asked for must hold too.
    let mallory = sample::IdentityProvider::new();
    let outer_foreign = sign_place(&template, "{R}", "Response", &[], &mallory);
    let outer_foreign = sign_place(&outer_foreign, "{A}", "Assertion", &[], &IDP);
    refused(&outer_foreign, Part::Assertion, Rule::Signature);
    let foreign = sign_place(&template, "{A}", "Assertion", &[], &mallory).replace("{R}", "");
    refused(&foreign, Part::Assertion, Rule::Signature);
    refused(&foreign, Part::Either, Rule::Signature);
}

#[test]
fn one_assertion_in_the_clear() {
    let template = template();
    let signed = sign(&template, saml::idp::Signing::Assertion);
    let start = signed.find("<saml:Assertion").unwrap();
    let end = signed.find("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
    let assertion = &signed[start..end];
    let second = assertion.replace(r#" ID="_08"#, r#" ID="_09"#);
    let part = SignedPart::Assertion;
    let encrypted = "<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"></saml:EncryptedAssertion>";
    let with = |what: &str| edit(&signed, "</samlp:Response>", &format!("{what}</samlp:Response>"));
    refused(&with(&second), part, Rule::OneAssertion);
    refused(&with(encrypted), part, Rule::Encryption);
    refused(&signed.replace(assertion, encrypted), part, Rule::Encryption);
    refused(&signed.replace(assertion, ""), part, Rule::OneAssertion);
    // Hidden where nothing is read from, signed with the true key or not.
    for hiding in ["<samlp:Extensions>X</samlp:Extensions><samlp:Status>", "<samlp:Status>"] {
        let hidden = edit(&signed, "<samlp:Status>", &hiding.replace('X', &second));
        let detail = format!("<samlp:StatusDetail>{second}</samlp:StatusDetail></samlp:Status>");
        let hidden = match hiding.contains('X') {
            true => hidden,
            false => edit(&signed, "</samlp:Status>", &detail),
        };
        refused(&hidden, part, Rule::OneAssertion);
    }
    let advice = format!("</saml:Conditions><saml:Advice>{second}</saml:Advice>");
    let advised = edit(&template, "</saml:Conditions>", &advice);
    refused(&sign(&advised, saml::idp::Signing::Assertion), part, Rule::OneAssertion);
}

#[test]
fn a_signature_elsewhere_refuses_the_message() {
    let signed = sign(&template(), saml::idp::Signing::Assertion);
    let start = signed.find("<ds:Signature ").unwrap();
    let end = signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let signature = &signed[start..end];
    let extensions = format!("<samlp:Extensions>{signature}</samlp:Extensions><samlp:Status>");
    let hidden = edit(&signed, "<samlp:Status>", &extensions);
    refused(&hidden, SignedPart::Assertion, Rule::SignedPart);
    let moved = edit(&signed.replace(signature, ""), "<samlp:Status>", &extensions);
    refused(&moved, SignedPart::Assertion, Rule::SignedPart);
    refused(&moved, SignedPart::Either, Rule::SignedPart);
}

#[test]
fn several_confirmations_need_one_that_satisfies_all_rules_by_itself() {
    let template = template();
    let start = template.find("<saml:SubjectConfirmation ").unwrap();
    let stop = "</saml:SubjectConfirmation>";
    let end = template.find(stop).unwrap() + stop.len();
    let good = &template[start..end];
    let elsewhere = good.replace("sp.example/acs", "other.example/acs");
    let expired = good.replace(&at(240), &at(-600));
    let both = |first: &str, second: &str| {
        let xml = template.replace(good, &format!("{first}{second}"));
        sign(&xml, saml::idp::Signing::Assertion)
    };
    let part = SignedPart::Assertion;
    assert!(verify(&both(&elsewhere, good), part).is_ok());
    assert!(verify(&both(good, &expired), part).is_ok());
    refused(&both(&elsewhere, &expired), part, Rule::BearerNotOnOrAfter);
    refused(&both(&elsewhere, &elsewhere), part, Rule::Recipient);
}

#[test]
fn unsolicited_is_a_case_of_its_own() {
    let allowed = UnsolicitedAllowed::by_setting(true).unwrap();
    let trust = IDP.trust(SignedPart::Assertion);
    let solicited = template();
    let request = sample::request().id;
    let answer = format!(r#" InResponseTo="{request}""#);
    let unsolicited = solicited.replace(&answer, "");
    let half = edit(&solicited, &answer, "");
    let judged = |template: &str, asked: Asked<'_>| {
        let xml = sign(template, saml::idp::Signing::Assertion);
        judge(&xml, &trust, asked, sp::verify).unwrap()
    };
    assert!(matches!(judged(&unsolicited, Asked::Nothing(allowed)), Ok(Outcome::SignedIn(_))));
    let rule = |result: Result<Outcome, sp::Rejection>| result.unwrap_err().rule;
    assert_eq!(rule(judged(&solicited, Asked::Nothing(allowed))), Rule::InResponseTo);
    assert_eq!(rule(judged(&half, Asked::Nothing(allowed))), Rule::BearerInResponseTo);
    assert_eq!(rule(judged(&unsolicited, Asked::Request(&request))), Rule::InResponseTo);
    let other = RequestId::from_random([6; 20]);
    assert_eq!(rule(judged(&solicited, Asked::Request(&other))), Rule::InResponseTo);
}

#[test]
fn a_refusal_is_short_whatever_was_sent() {
    let long = format!("https://sp.example/{}", "é".repeat(100_000));
    let tampered = edit(&template(), "https://sp.example/acs", &long);
    match verify(&sign(&tampered, saml::idp::Signing::Assertion), SignedPart::Assertion) {
        Err(Failure::Rejected(rejection)) => {
            assert_eq!(rejection.rule, Rule::Destination);
            assert!(rejection.to_string().len() < 1000);
        }
        other => panic!("{other:?}"),
    }
}

fn refused(xml: &str, part: SignedPart, rule: Rule) {
    match verify(xml, part) {
        Err(Failure::Rejected(rejection)) => assert_eq!(rejection.rule, rule, "{rejection}\n{xml}"),
        other => panic!("{rule}: {other:?}\n{xml}"),
    }
}
