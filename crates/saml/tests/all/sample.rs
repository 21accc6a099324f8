// Two parties and what passes between them. The doc examples include this file
// too (hence no inner attributes), so it stands on the crate's public API alone.

use aws_lc_rs::rand::SystemRandom;
use jiff::{SignedDuration, Timestamp};
use saml::core::*;
use saml::{idp, protocol, sp};
use xmldsig::{Certificate, KeyKind, Keys, SigningKey, self_signed};

/// The time of every sample.
pub fn now() -> Timestamp {
    parse_instant("2026-11-23T09:30:00Z").unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a sample has no server to ask for chance")]
pub fn chance() -> SystemRandom {
    SystemRandom::new()
}

/// The identity provider with its key.
pub struct IdentityProvider {
    pub entity_id: EntityId,
    pub key: SigningKey,
    pub certificate: Certificate,
}

impl IdentityProvider {
    pub fn new() -> IdentityProvider {
        let (key, _) = SigningKey::generate(KeyKind::Rsa2048).unwrap();
        let validity = now()..now() + SignedDuration::from_hours(24 * 365);
        let certificate = self_signed(&key, "idp.example", validity, [1; 16], &chance()).unwrap();
        IdentityProvider { entity_id: EntityId::parse("https://idp.example/saml").unwrap(), key, certificate }
    }

    pub fn issuer(&self) -> idp::Issuer<'_> {
        idp::Issuer {
            entity_id: &self.entity_id,
            key: &self.key,
            certificate: &self.certificate,
            signing: idp::Signing::Assertion,
        }
    }

    pub fn trust(&self, signed: sp::SignedPart) -> sp::Trust {
        let keys = Keys::new(self.key.verifying_key().unwrap(), []);
        sp::Trust::new(self.entity_id.clone(), keys, signed)
    }
}

/// The addresses of both sides.
pub struct Parties {
    pub idp: EntityId,
    pub sso_url: SsoUrl,
    pub sp: EntityId,
    pub acs_url: AcsUrl,
}

impl Parties {
    pub fn new() -> Parties {
        Parties {
            idp: EntityId::parse("https://idp.example/saml").unwrap(),
            sso_url: SsoUrl::parse("https://idp.example/saml/sso").unwrap(),
            sp: EntityId::parse("https://sp.example/saml").unwrap(),
            acs_url: AcsUrl::parse("https://sp.example/acs").unwrap(),
        }
    }

    pub fn request(&self) -> sp::RequestToSend<'_> {
        sp::RequestToSend {
            id: RequestId::from_random([5; 20]),
            now: now(),
            issuer: &self.sp,
            acs_url: &self.acs_url,
            sso_url: &self.sso_url,
            name_id_format: Some(NameIdFormat::EmailAddress),
            requested_authn_context: None,
            force_authn: false,
        }
    }

    pub fn service_provider(&self) -> idp::ServiceProvider {
        idp::ServiceProvider {
            entity_id: self.sp.clone(),
            acs: idp::AcsEndpoints::only(self.acs_url.clone()),
            name_id_format: NameIdFormat::EmailAddress,
            requires_signed_requests: false,
            class_policy: ClassPolicy::AtLeastAsStrong,
        }
    }

    pub fn borrow(&self) -> idp::Here<'_> {
        idp::Here { entity_id: &self.idp, sso_url: &self.sso_url, now: now() }
    }
}

pub fn request() -> protocol::AuthnRequest {
    Parties::new().request().message()
}

pub fn request_at_idp() -> (protocol::AuthnRequest, idp::ServiceProvider, Parties) {
    let parties = Parties::new();
    (request(), parties.service_provider(), parties)
}

pub fn checked() -> idp::CheckedRequest {
    let (request, sp, parties) = request_at_idp();
    idp::check(request, &sp, &parties.borrow()).unwrap()
}

pub fn statement() -> idp::Statement {
    let attribute = |name: &str, value: &str| Attribute::new(name, NameFormat::Basic, [value]);
    idp::Statement {
        name_id: NameId::new("maya@acme.test", NameIdFormat::EmailAddress).unwrap(),
        authn_instant: now() - SignedDuration::from_secs(5),
        authn_context: checked().class_for(Ceremony::Passkey).unwrap(),
        session_index: SessionIndex::from_random([9; 20]),
        session_not_on_or_after: None,
        attributes: vec![
            attribute("email", "maya@acme.test").unwrap(),
            attribute("firstname", "Maya").unwrap(),
            attribute("lastname", "Okafor & <Sons>").unwrap(),
        ],
    }
}

pub fn at_issue() -> (idp::Reply, idp::Statement, IdentityProvider, SystemRandom) {
    let reply = checked().reply(None);
    (reply, statement(), IdentityProvider::new(), chance())
}

pub fn fresh(rng: &SystemRandom) -> idp::Fresh<'_> {
    let mut random = [7; 40];
    random[20..].fill(8);
    idp::Fresh { now: now(), random, rng }
}

pub fn issued() -> idp::SignedResponse {
    let (reply, statement, idp, rng) = at_issue();
    idp::issue(reply, &statement, &idp.issuer(), &fresh(&rng)).unwrap()
}

/// A response as it arrives, and what is expected of it: trust, audience,
/// recipient, request, time.
pub fn response() -> (sp::Received, sp::Trust, EntityId, AcsUrl, RequestId, Timestamp) {
    let (reply, statement, idp, rng) = at_issue();
    let response = idp::issue(reply, &statement, &idp.issuer(), &fresh(&rng)).unwrap();
    let received = sp::Received::parse(response.xml()).unwrap();
    let Parties { sp: audience, acs_url, .. } = Parties::new();
    let trust = idp.trust(sp::SignedPart::Assertion);
    (received, trust, audience, acs_url, request().id, now())
}

pub fn verified() -> sp::VerifiedAssertion {
    let (received, trust, audience, recipient, request, now) = response();
    let expected = sp::Expected {
        trust: &trust,
        audience: &audience,
        recipient: &recipient,
        asked: sp::Asked::Request(&request),
        encryption: &sp::Encryption::Refused,
        now,
        skew: Skew::default(),
    };
    match sp::verify(&received, &expected).unwrap() {
        sp::Outcome::SignedIn(assertion) => assertion,
        sp::Outcome::Declined(status) => panic!("{status}"),
    }
}
