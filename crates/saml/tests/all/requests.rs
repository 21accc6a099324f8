//! Requests at the identity provider: what is followed, what is answered with a
//! status, and what gets no answer at all.

use jiff::SignedDuration;
use saml::core::{
    AcsUrl, AuthnContextClassRef, Ceremony, ClassPolicy, Comparison, EntityId, NameIdFormat,
    RequestedAuthnContext,
};
use saml::idp::{self, AcsEndpoint, AcsEndpoints, Here, Refused, RequestRule, ServiceProvider};
use saml::protocol::{AuthnRequest, Decline, Malformed, NameIdPolicy, RequestedAcs};
use xmldsig::{Document, Limits};

use crate::forge::PARTIES;
use crate::sample;

type Edit = fn(&mut AuthnRequest);

fn here() -> Here<'static> {
    PARTIES.borrow()
}

fn registered() -> ServiceProvider {
    let url = |url| AcsUrl::parse(url).unwrap();
    let endpoint = |index, at| AcsEndpoint { index, url: url(at) };
    ServiceProvider {
        acs: AcsEndpoints::new(
            endpoint(0, "https://sp.example/acs"),
            [endpoint(7, "https://sp.example/login/callback?connection=saml-1&x=%20")],
        ),
        ..PARTIES.service_provider()
    }
}

fn check(edit: Edit) -> Result<idp::CheckedRequest, Refused> {
    let mut request = sample::request();
    edit(&mut request);
    idp::check(request, &registered(), &here())
}

#[test]
fn what_fits_the_registration_is_followed() {
    let cases: &[(Edit, &str)] = &[
        (|_| (), "https://sp.example/acs"),
        (|r| r.acs = RequestedAcs::Default, "https://sp.example/acs"),
        (|r| r.acs = RequestedAcs::Index(0), "https://sp.example/acs"),
        (|r| r.acs = RequestedAcs::Index(7), "https://sp.example/login/callback?connection=saml-1&x=%20"),
        (
            |r| {
                r.acs =
                    RequestedAcs::Url("https://sp.example/login/callback?connection=saml-1&x=%20".to_owned())
            },
            "https://sp.example/login/callback?connection=saml-1&x=%20",
        ),
        (|r| r.destination = None, "https://sp.example/acs"),
        (|r| r.protocol_binding = None, "https://sp.example/acs"),
        (|r| r.name_id_policy = None, "https://sp.example/acs"),
        (|r| r.name_id_policy = Some(NameIdPolicy::default()), "https://sp.example/acs"),
        (
            |r| r.name_id_policy.as_mut().unwrap().format = Some(NameIdFormat::Unspecified),
            "https://sp.example/acs",
        ),
        (
            |r| {
                r.name_id_policy.as_mut().unwrap().sp_name_qualifier =
                    Some("https://sp.example/saml".to_owned())
            },
            "https://sp.example/acs",
        ),
        (
            |r| r.identity_providers = vec!["urn:x".to_owned(), "https://idp.example/saml".to_owned()],
            "https://sp.example/acs",
        ),
        (|r| r.issue_instant = sample::now() - SignedDuration::from_secs(300), "https://sp.example/acs"),
        (|r| r.issue_instant = sample::now() + SignedDuration::from_secs(300), "https://sp.example/acs"),
        (|r| r.force_authn = true, "https://sp.example/acs"),
        (|r| r.is_passive = true, "https://sp.example/acs"),
        (|r| r.carries_signature = true, "https://sp.example/acs"),
    ];
    for (at, (edit, acs_url)) in cases.iter().enumerate() {
        let checked = check(*edit).unwrap_or_else(|refused| panic!("{at}: {refused:?}"));
        assert_eq!(checked.acs_url().as_str(), *acs_url);
        assert_eq!(checked.reply(None).acs_url(), checked.acs_url());
    }
}

#[test]
fn what_may_not_be_answered_is_not() {
    let cases: &[(RequestRule, Edit)] = &[
        (RequestRule::Issuer, |r| r.issuer = EntityId::parse("https://sp.example/saml/").unwrap()),
        (RequestRule::Destination, |r| r.destination = Some("https://idp.example/saml/sso/".to_owned())),
        (RequestRule::Destination, |r| r.destination = Some(String::new())),
        (RequestRule::IssueInstant, |r| r.issue_instant = sample::now() - SignedDuration::from_secs(301)),
        (RequestRule::IssueInstant, |r| r.issue_instant = sample::now() + SignedDuration::from_secs(301)),
        (RequestRule::Acs, |r| r.acs = RequestedAcs::Index(1)),
        (RequestRule::Acs, |r| r.acs = RequestedAcs::Url(String::new())),
        (RequestRule::Acs, |r| r.acs = RequestedAcs::Url("https://sp.example/acs/".to_owned())),
        (RequestRule::Acs, |r| r.acs = RequestedAcs::Url("https://SP.example/acs".to_owned())),
        (RequestRule::Acs, |r| r.acs = RequestedAcs::Url("https://sp.example/acs?x=1".to_owned())),
        (RequestRule::Acs, |r| r.acs = RequestedAcs::Url("https://sp.example/acs#".to_owned())),
        (RequestRule::Acs, |r| r.acs = RequestedAcs::Url("https://sp.example:443/acs".to_owned())),
        (RequestRule::Acs, |r| r.acs = RequestedAcs::Url("https://sp.example@evil.example/acs".to_owned())),
        (RequestRule::Acs, |r| r.acs = RequestedAcs::Url("javascript:alert(1)".to_owned())),
        (RequestRule::Acs, |r| {
            r.acs = RequestedAcs::Url("https://sp.example/login/callback?connection=saml-2".to_owned());
        }),
    ];
    for (rule, edit) in cases {
        match check(*edit) {
            Err(Refused::NoAnswer(rejection)) => assert_eq!(rejection.rule, *rule, "{rejection}"),
            other => panic!("{rule}: {other:?}"),
        }
    }
}

#[test]
fn an_application_that_requires_signatures_takes_no_unverified_request() {
    for carries_signature in [false, true] {
        let sp = ServiceProvider { requires_signed_requests: true, ..registered() };
        let request = AuthnRequest { carries_signature, ..sample::request() };
        let refused = idp::check(request, &sp, &here()).unwrap_err();
        assert!(matches!(refused, Refused::NoAnswer(_)));
        assert_eq!(refused.rejection().rule, RequestRule::Signature);
    }
}

#[test]
fn what_cannot_be_done_is_answered_with_the_status_that_says_so() {
    let cases: &[(RequestRule, Decline, Edit)] = &[
        (RequestRule::ProtocolBinding, Decline::UnsupportedBinding, |r| {
            r.protocol_binding = Some("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact".to_owned());
        }),
        (RequestRule::Scoping, Decline::NoSupportedIdp, |r| {
            r.identity_providers = vec!["https://other.example".to_owned()];
        }),
        (RequestRule::NameIdPolicy, Decline::InvalidNameIdPolicy, |r| {
            r.name_id_policy.as_mut().unwrap().format = Some(NameIdFormat::Persistent);
        }),
        (RequestRule::NameIdPolicy, Decline::InvalidNameIdPolicy, |r| {
            let encrypted = "urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted";
            r.name_id_policy.as_mut().unwrap().format = Some(NameIdFormat::from_uri(encrypted));
        }),
        (RequestRule::NameIdPolicy, Decline::InvalidNameIdPolicy, |r| {
            r.name_id_policy.as_mut().unwrap().sp_name_qualifier = Some("urn:other".to_owned());
        }),
        (RequestRule::RequestedAuthnContext, Decline::NoAuthnContext, |r| {
            let kerberos = "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos";
            r.requested_authn_context = Some(context(kerberos));
        }),
        (RequestRule::RequestedAuthnContext, Decline::NoAuthnContext, |r| r.requests_declarations = true),
        (RequestRule::Passive, Decline::NoPassive, |r| {
            r.is_passive = true;
            r.force_authn = true;
        }),
    ];
    for (rule, reason, edit) in cases {
        match check(*edit) {
            Err(Refused::Answer { decline, reply, rejection }) => {
                assert_eq!((decline, rejection.rule), (*reason, *rule));
                assert_eq!(reply.acs_url().as_str(), "https://sp.example/acs");
            }
            other => panic!("{rule}: {other:?}"),
        }
    }
}

#[test]
fn a_strict_application_is_told_no_where_a_password_was_asked_for() {
    let request = AuthnRequest {
        requested_authn_context: Some(context(AuthnContextClassRef::PASSWORD_PROTECTED_TRANSPORT)),
        ..sample::request()
    };
    let checked = idp::check(request.clone(), &registered(), &here()).unwrap();
    let stated = checked.class_for(Ceremony::Qr).unwrap();
    assert_eq!(stated.as_str(), AuthnContextClassRef::PASSWORD_PROTECTED_TRANSPORT);
    let strict = ServiceProvider { class_policy: ClassPolicy::Strict, ..registered() };
    let refused = idp::check(request, &strict, &here()).unwrap_err();
    assert_eq!(refused.rejection().rule, RequestRule::RequestedAuthnContext);
}

#[test]
fn requests_of_other_shapes_are_malformed() {
    let good = String::from_utf8(sample::request().encode().unwrap()).unwrap();
    assert!(AuthnRequest::parse(good.as_bytes()).is_ok());
    let acs = r#" AssertionConsumerServiceURL="https://sp.example/acs""#;
    let issuer = "https://sp.example/saml</saml:Issuer>";
    let end = "</samlp:AuthnRequest>";
    for (from, to) in [
        (acs, format!(r#"{acs} AssertionConsumerServiceIndex="0""#)),
        (acs, r#" AssertionConsumerServiceIndex="-1""#.to_owned()),
        (acs, r#" ForceAuthn="yes""#.to_owned()),
        (" Version=\"2.0\"", " Version=\"1.1\"".to_owned()),
        (" Version=\"2.0\"", String::new()),
        (" ID=\"_", " ID=\"1_".to_owned()),
        (issuer, "</saml:Issuer>".to_owned()),
        (issuer, format!("a b{issuer}")),
        (issuer, format!("<b></b>{issuer}")),
        (end, format!("<samlp:Unknown></samlp:Unknown>{end}")),
        (end, format!("text{end}")),
        (end, format!("<samlp:RequestedAuthnContext></samlp:RequestedAuthnContext>{end}")),
        (
            end,
            format!(
                "<samlp:RequestedAuthnContext Comparison=\"most\"><saml:AuthnContextClassRef xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">urn:x</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>{end}"
            ),
        ),
        ("<samlp:AuthnRequest ", "<!DOCTYPE a><samlp:AuthnRequest ".to_owned()),
        ("<samlp:AuthnRequest ", "<!-- c --><samlp:AuthnRequest ".to_owned()),
        ("SAML:2.0:protocol", "SAML:1.1:protocol".to_owned()),
    ] {
        assert!(good.contains(from), "{from}");
        let bad = good.replacen(from, &to, 1);
        assert!(AuthnRequest::parse(bad.as_bytes()).is_err(), "{bad}");
    }
    let version = good.replace("Version=\"2.0\"", "Version=\"2.1\"");
    let read = AuthnRequest::parse(version.as_bytes());
    assert_eq!(read, Err(Malformed::Version("2.1".to_owned())));
}

#[test]
fn requests_as_others_write_them_are_read() {
    let read = AuthnRequest::parse(
        br#"<?xml version="1.0"?>
<saml2p:AuthnRequest xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" ID="id1" IssueInstant="2026-11-23T09:30:00.123Z"
    Version="2.0" AssertionConsumerServiceURL="https://sp.example/acs" AttributeConsumingServiceIndex="0" IsPassive="0" ForceAuthn="1"
    Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified">
  <saml2:Issuer xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">https://sp.example/saml</saml2:Issuer>
  <saml2p:Extensions><req:Ask xmlns:req="urn:req">x</req:Ask></saml2p:Extensions>
  <saml2p:NameIDPolicy AllowCreate="true" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:unspecified"/>
  <saml2p:RequestedAuthnContext><saml2:AuthnContextDeclRef xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">urn:d</saml2:AuthnContextDeclRef></saml2p:RequestedAuthnContext>
  <saml2p:Scoping ProxyCount="1"><saml2p:RequesterID>urn:r</saml2p:RequesterID></saml2p:Scoping>
</saml2p:AuthnRequest>"#,
    )
    .unwrap();
    assert!(read.force_authn && !read.is_passive && read.requests_declarations);
    assert_eq!(read.name_id_policy.unwrap().format, Some(NameIdFormat::Unspecified));
    assert_eq!(read.identity_providers, Vec::<String>::new());
}

#[test]
fn a_truncated_or_thinned_request_never_panics() {
    let good = sample::request().encode().unwrap();
    for length in 0..good.len() {
        assert!(AuthnRequest::parse(&good[..length]).is_err());
    }
    let document = Document::parse(&good, &Limits::MESSAGE).unwrap();
    for attribute in document.root().attributes() {
        let text = String::from_utf8(good.clone()).unwrap();
        let text = text.replace(&format!(" {}=\"{}\"", attribute.local_name, attribute.value), "");
        let demanded = ["ID", "Version", "IssueInstant"].contains(&attribute.local_name);
        assert_eq!(AuthnRequest::parse(text.as_bytes()).is_err(), demanded, "{text}");
    }
}

fn context(class: &str) -> RequestedAuthnContext {
    let class = AuthnContextClassRef::parse(class).unwrap();
    RequestedAuthnContext::new(class, [], Comparison::Exact)
}
