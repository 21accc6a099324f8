//! Signature wrapping, the eight classic shapes (Somorovsky et al., USENIX
//! Security 2012), for each form of signing and under each trust: nobody is
//! signed in as the person whom the wrapper names, and nobody at all.

use saml::idp::Signing;
use saml::sp::SignedPart;

use crate::forge::{FORMS, Failure, sign, signs_in, template, verify};

const SIGNATURE: (&str, &str) = ("<ds:Signature ", "</ds:Signature>");
const ASSERTION: (&str, &str) = ("<saml:Assertion", "</saml:Assertion>");

/// A signed message in the parts that wrappers move about.
struct Parts {
    whole: String,
    /// The message with another person, another ID, and no signature at all.
    evil: String,
    /// The message without its outermost signature.
    bare: String,
    signature: String,
    assertion: String,
    bare_assertion: String,
    evil_assertion: String,
}

impl Parts {
    fn of(form: Signing) -> Parts {
        let template = template();
        let whole = sign(&template, form);
        let evil = eve(&template.replace("{A}", "").replace("{R}", ""));
        let signature = between(&whole, SIGNATURE).to_owned();
        let assertion = between(&whole, ASSERTION).to_owned();
        Parts {
            bare: whole.replacen(&signature, "", 1),
            evil_assertion: between(&evil, ASSERTION).to_owned(),
            bare_assertion: assertion.replace(&signature, ""),
            evil,
            whole,
            signature,
            assertion,
        }
    }

    /// The wrapped messages, by the number that the field gives them.
    fn wrapped(&self) -> Vec<(&'static str, String)> {
        let Parts { whole, evil, bare, signature, assertion, bare_assertion, evil_assertion } = self;
        let after_issuer =
            |xml: &str, what: &str| xml.replacen("</saml:Issuer>", &format!("</saml:Issuer>{what}"), 1);
        let in_signature = |what: &str| signature.replace(SIGNATURE.1, &format!("{what}{}", SIGNATURE.1));
        let object = |what: &str| in_signature(&format!("<ds:Object>{what}</ds:Object>"));
        let replace = |with: &str| whole.replace(assertion.as_str(), with);
        let evil_with = |what: &str| after_issuer(evil_assertion, what);
        let appended =
            |xml: String, what: &str| xml.replace("</samlp:Response>", &format!("{what}</samlp:Response>"));
        let extensions = |what: &str| {
            let extensions = format!("<samlp:Extensions>{what}</samlp:Extensions><samlp:Status>");
            whole.replacen("<samlp:Status>", &extensions, 1)
        };
        vec![
            ("1", after_issuer(evil, &in_signature(bare))),
            ("1 in an Object", after_issuer(evil, &object(bare))),
            ("2", after_issuer(evil, &format!("{bare}{signature}"))),
            ("2 with the signature first", after_issuer(evil, &format!("{signature}{bare}"))),
            ("2 at the end", appended(after_issuer(evil, signature), whole)),
            ("3", replace(&format!("{evil_assertion}{assertion}"))),
            ("3 after", replace(&format!("{assertion}{evil_assertion}"))),
            ("4", replace(&evil_assertion.replace(ASSERTION.1, &format!("{assertion}{}", ASSERTION.1)))),
            ("5", appended(replace(&evil_with(signature)), bare_assertion)),
            ("6", replace(&evil_with(&in_signature(bare_assertion)))),
            ("7", extensions(evil_assertion)),
            (
                "7 with the original hidden",
                extensions(assertion)
                    .replacen(assertion.as_str(), "@", 1)
                    .replacen(assertion.as_str(), evil_assertion, 1)
                    .replacen('@', assertion, 1),
            ),
            ("8", replace(&evil_with(&object(bare_assertion)))),
            ("8 with the original whole", replace(&evil_with(&object(assertion)))),
            ("the wrapper takes the ID", replace(&evil_with(signature)).replace("_evil", "_08080808")),
            ("no signature", evil.clone()),
        ]
    }
}

#[test]
fn no_wrapped_message_signs_anybody_in() {
    let parts = [SignedPart::Assertion, SignedPart::Response, SignedPart::Either, SignedPart::Both];
    for (form, _) in FORMS {
        for (name, xml) in Parts::of(form).wrapped() {
            for part in parts {
                match verify(&xml, part) {
                    Err(Failure::Unread(_) | Failure::Rejected(_)) => {}
                    Ok(outcome) => panic!("{name} {form:?} {part:?}: {outcome:?}"),
                }
            }
        }
    }
}

#[test]
fn the_message_that_is_wrapped_is_valid() {
    for (form, part) in FORMS {
        let parts = Parts::of(form);
        assert_eq!(signs_in(&parts.whole, part).as_deref(), Some("maya@acme.test"));
        assert!(parts.evil.contains("eve@acme.test"));
        assert!(!parts.bare.is_empty());
    }
}

/// The same message about somebody else, under other IDs.
fn eve(xml: &str) -> String {
    xml.replace("maya@", "eve@")
        .replace(r#" ID="_0707"#, r#" ID="_evil0707"#)
        .replace(r#" ID="_0808"#, r#" ID="_evil0808"#)
}

fn between<'x>(xml: &'x str, (from, to): (&str, &str)) -> &'x str {
    let start = xml.find(from).unwrap();
    let end = start + xml[start..].find(to).unwrap() + to.len();
    &xml[start..end]
}
