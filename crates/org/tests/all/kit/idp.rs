//! An identity provider that signs with a true key.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use jiff::{SignedDuration, Timestamp};
use org::model::ServiceProvider;
use saml::core::{
    Attribute, AuthnContextClassRef, ClassPolicy, EntityId, NameFormat, NameId, NameIdFormat, RelayState,
    SessionIndex, SsoUrl,
};
use saml::idp::{AcsEndpoints, CheckedRequest, Fresh, Here, Issuer, Reply, Signing, Statement, check, issue};
use saml::protocol::{AuthnRequest, Decline};
use testkit::OsEntropy;
use url::Url;
use xmldsig::{Certificate, KeyKind, SigningKey, self_signed};

const CLASS: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified";
pub(crate) const SSO: &str = "https://idp.example/saml/sso?tenant=1";

/// Acme's, and one of somebody else.
pub(super) static ACME: LazyLock<Idp> = LazyLock::new(|| Idp::new("https://idp.example/saml"));

#[derive(Clone)]
pub(crate) struct Idp {
    pub(crate) entity_id: EntityId,
    pub(crate) certificate: Certificate,
    key: std::sync::Arc<SigningKey>,
}

/// Whom the identity provider knows.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) address: String,
    pub(crate) name_id_format: NameIdFormat,
    pub(crate) attributes: Vec<(&'static str, &'static str)>,
    pub(crate) session: Option<SignedDuration>,
}

pub(crate) fn maya() -> Person {
    person("maya@acme.example", "u-maya", ["Maya", "Lee"])
}

pub(crate) fn noah() -> Person {
    person("noah@acme.example", "u-noah", ["Noah", "Okafor"])
}

fn person(address: &str, id: &'static str, names: [&'static str; 2]) -> Person {
    Person {
        address: address.to_owned(),
        name_id_format: NameIdFormat::EmailAddress,
        attributes: vec![
            ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", id),
            ("firstname", names[0]),
            ("lastname", names[1]),
        ],
        session: None,
    }
}

impl Person {
    pub(crate) fn at(mut self, address: &str) -> Self {
        self.address = address.to_owned();
        self
    }

    pub(crate) fn without(mut self, attribute: &str) -> Self {
        self.attributes.retain(|(name, _)| !name.ends_with(attribute));
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.attributes.push((name, value));
        self
    }
}

/// What the browser posts.
#[derive(Clone)]
pub(crate) struct Form {
    pub(crate) saml_response: String,
    pub(crate) relay_state: Option<String>,
}

impl Form {
    /// The same with other bytes.
    pub(crate) fn edited(&self, edit: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Self {
        let xml = saml::binding::post::decode_value(&self.saml_response).unwrap();
        Self { saml_response: saml::binding::post::encode(&edit(xml)), relay_state: self.relay_state.clone() }
    }

    pub(crate) fn without_relay_state(&self) -> Self {
        Self { relay_state: None, ..self.clone() }
    }
}

impl Idp {
    pub(crate) fn new(entity_id: &str) -> Self {
        let (key, _) = SigningKey::generate(KeyKind::Rsa2048).unwrap();
        let from: Timestamp = super::START.parse().unwrap();
        let year = from..from + SignedDuration::from_hours(24 * 365);
        let certificate = self_signed(&key, "idp.example", year, [1; 16], &chance()).unwrap();
        Self { entity_id: EntityId::parse(entity_id).unwrap(), certificate, key: key.into() }
    }

    /// Another key under the same name.
    pub(crate) fn with_another_key(&self) -> Self {
        Self { entity_id: self.entity_id.clone(), ..Self::new("https://other.example") }
    }

    /// The same key under another name.
    pub(crate) fn under_another_name(&self, entity_id: &str) -> Self {
        Self { entity_id: EntityId::parse(entity_id).unwrap(), ..self.clone() }
    }

    /// The request at the identity provider's address, as it was written.
    pub(crate) fn message(target: &str) -> Vec<u8> {
        let url = Url::parse(target).unwrap();
        saml::binding::redirect::decode(url.query().unwrap()).unwrap().xml
    }

    /// What it says.
    pub(crate) fn read(target: &str) -> (AuthnRequest, Option<RelayState>) {
        let url = Url::parse(target).unwrap();
        let received = saml::binding::redirect::decode(url.query().unwrap()).unwrap();
        (AuthnRequest::parse(&received.xml).unwrap(), received.relay_state)
    }

    /// Answers the request that the browser brought.
    pub(crate) fn answer(&self, us: &ServiceProvider, target: &str, person: &Person, now: Timestamp) -> Form {
        let (request, relay_state) = Self::read(target);
        let checked = self.checked(us, request);
        self.issue(checked.reply(relay_state), person, now)
    }

    /// Says no.
    pub(crate) fn decline(&self, us: &ServiceProvider, target: &str, now: Timestamp) -> Form {
        let (request, relay_state) = Self::read(target);
        let reply = self.checked(us, request).reply(relay_state);
        let random = OsEntropy.array();
        let fresh = Fresh { now, random, rng: &chance() };
        let declined = saml::idp::decline(reply, Decline::NoPassive, &self.issuer(), &fresh).unwrap();
        form(&declined)
    }

    /// Answers without being asked.
    pub(crate) fn unsolicited(&self, us: &ServiceProvider, person: &Person, now: Timestamp) -> Form {
        self.issue(Reply::unsolicited(&service_provider(us), None), person, now)
    }

    /// As of the moment at which the browser brought it, however long the
    /// person took since.
    pub(crate) fn checked(&self, us: &ServiceProvider, request: AuthnRequest) -> CheckedRequest {
        let sso_url = SsoUrl::parse(SSO).unwrap();
        let here = Here { entity_id: &self.entity_id, sso_url: &sso_url, now: request.issue_instant };
        check(request, &service_provider(us), &here).unwrap()
    }

    pub(crate) fn issue(&self, reply: Reply, person: &Person, now: Timestamp) -> Form {
        let attribute = |(name, value): &(&'static str, &'static str)| {
            Attribute::new(*name, NameFormat::Unspecified, [*value]).unwrap()
        };
        let statement = Statement {
            name_id: NameId::new(person.address.clone(), person.name_id_format.clone()).unwrap(),
            authn_instant: now,
            authn_context: AuthnContextClassRef::parse(CLASS).unwrap(),
            session_index: SessionIndex::from_random([9; 20]),
            session_not_on_or_after: person.session.map(|left| now + left),
            attributes: person.attributes.iter().map(attribute).collect(),
        };
        let random = OsEntropy.array();
        let fresh = Fresh { now, random, rng: &chance() };
        form(&issue(reply, &statement, &self.issuer(), &fresh).unwrap())
    }

    fn issuer(&self) -> Issuer<'_> {
        Issuer {
            entity_id: &self.entity_id,
            key: &self.key,
            certificate: &self.certificate,
            signing: Signing::Assertion,
        }
    }
}

fn form(response: &saml::idp::SignedResponse) -> Form {
    Form {
        saml_response: response.saml_response().to_owned(),
        relay_state: response.relay_state().map(|state| state.as_str().to_owned()),
    }
}

fn service_provider(us: &ServiceProvider) -> saml::idp::ServiceProvider {
    saml::idp::ServiceProvider {
        entity_id: us.entity_id.clone(),
        acs: AcsEndpoints::only(us.acs_url.clone()),
        name_id_format: NameIdFormat::EmailAddress,
        requires_signed_requests: false,
        class_policy: ClassPolicy::AtLeastAsStrong,
    }
}

#[expect(clippy::disallowed_methods, reason = "a test has no server to ask for chance")]
pub(super) fn chance() -> SystemRandom {
    SystemRandom::new()
}
