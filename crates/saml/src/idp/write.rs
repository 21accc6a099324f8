//! The elements of a response, in the order of the schema, written canonical. Attributes stand
//! in canonical order, which spares the writer from sorting them.

use jiff::{SignedDuration, Timestamp};
use xmldsig::{Canonical, Writer};

use super::check::Reply;
use super::issue::{Fresh, IssueError, Issuer, Statement};
use crate::core::{AssertionId, Attribute, NameFormat, ResponseId, write_instant};
use crate::protocol::Status;
use crate::xml::names::BEARER;
use crate::xml::write::{SAML, SAMLP, name_id};

/// An assertion to be written.
pub(super) struct Assertion<'a> {
    pub(super) id: &'a AssertionId,
    pub(super) reply: &'a Reply,
    pub(super) statement: &'a Statement,
}

/// A response to be written.
pub(super) struct Response<'a> {
    pub(super) id: &'a ResponseId,
    pub(super) reply: &'a Reply,
    pub(super) status: &'a Status,
    pub(super) assertion: Option<Canonical<'static>>,
}

impl Assertion<'_> {
    pub(super) fn write(
        &self,
        issuer: &Issuer<'_>,
        fresh: &Fresh<'_>,
    ) -> Result<Canonical<'static>, IssueError> {
        let sign = issuer.signing.signs_assertion();
        let mut w = Writer::new();
        w.open(SAML.name("Assertion"))
            .attribute("ID", self.id.as_str())
            .attribute("IssueInstant", &write_instant(fresh.now))
            .attribute("Version", "2.0");
        w.leaf(SAML.name("Issuer"), issuer.entity_id.as_str());
        if sign {
            w.signature_here();
        }
        let until = write_instant(after(fresh.now, GOOD_FOR));
        self.write_subject(&mut w, &until);
        self.write_conditions(&mut w, fresh.now, &until);
        self.write_authn_statement(&mut w);
        if !self.statement.attributes.is_empty() {
            w.open(SAML.name("AttributeStatement"));
            for attribute in &self.statement.attributes {
                write_attribute(&mut w, attribute);
            }
            w.close();
        }
        w.close();
        finish(w, sign, issuer, fresh)
    }

    fn write_subject(&self, w: &mut Writer<'static>, until: &str) {
        w.open(SAML.name("Subject"));
        name_id(w, &self.statement.name_id);
        w.open(SAML.name("SubjectConfirmation")).attribute("Method", BEARER);
        w.open(SAML.name("SubjectConfirmationData"));
        if let Some(request) = &self.reply.in_response_to {
            w.attribute("InResponseTo", request.as_str());
        }
        w.attribute("NotOnOrAfter", until).attribute("Recipient", self.reply.acs_url.as_str());
        w.close().close().close();
    }

    fn write_conditions(&self, w: &mut Writer<'static>, now: Timestamp, until: &str) {
        w.open(SAML.name("Conditions"))
            .attribute("NotBefore", &write_instant(after(now, -GOOD_SINCE)))
            .attribute("NotOnOrAfter", until);
        w.open(SAML.name("AudienceRestriction"));
        w.leaf(SAML.name("Audience"), self.reply.audience.as_str());
        w.close().close();
    }

    fn write_authn_statement(&self, w: &mut Writer<'static>) {
        let statement = self.statement;
        w.open(SAML.name("AuthnStatement"))
            .attribute("AuthnInstant", &write_instant(statement.authn_instant))
            .attribute("SessionIndex", statement.session_index.as_str());
        if let Some(end) = statement.session_not_on_or_after {
            w.attribute("SessionNotOnOrAfter", &write_instant(end));
        }
        w.open(SAML.name("AuthnContext"));
        let class = statement.authn_context.as_str();
        w.leaf(SAML.name("AuthnContextClassRef"), class);
        w.close().close();
    }
}

impl Response<'_> {
    pub(super) fn write(
        self,
        issuer: &Issuer<'_>,
        fresh: &Fresh<'_>,
        sign: bool,
    ) -> Result<Vec<u8>, IssueError> {
        let mut w = Writer::new();
        w.open(SAMLP.name("Response"))
            .attribute("Destination", self.reply.acs_url.as_str())
            .attribute("ID", self.id.as_str());
        if let Some(request) = &self.reply.in_response_to {
            w.attribute("InResponseTo", request.as_str());
        }
        w.attribute("IssueInstant", &write_instant(fresh.now)).attribute("Version", "2.0");
        w.leaf(SAML.name("Issuer"), issuer.entity_id.as_str());
        if sign {
            w.signature_here();
        }
        write_status(&mut w, self.status);
        if let Some(assertion) = &self.assertion {
            w.embed(assertion);
        }
        w.close();
        Ok(finish(w, sign, issuer, fresh)?.into_octets())
    }
}

fn finish(
    w: Writer<'static>,
    sign: bool,
    issuer: &Issuer<'_>,
    fresh: &Fresh<'_>,
) -> Result<Canonical<'static>, IssueError> {
    if !sign {
        return Ok(w.finish()?);
    }
    let unsigned = w.finish_unsigned()?;
    let certificate = Some(issuer.certificate);
    Ok(xmldsig::sign(unsigned, issuer.key, certificate, fresh.rng)?)
}

fn write_status(w: &mut Writer<'static>, status: &Status) {
    w.open(SAMLP.name("Status"));
    w.open(SAMLP.name("StatusCode")).attribute("Value", status.code());
    if let Some(second) = status.second_code() {
        w.open(SAMLP.name("StatusCode")).attribute("Value", second);
        w.close();
    }
    w.close().close();
}

/// No `xsi:type`: exclusive canonicalisation would drop the declaration of the
/// prefix in its value.
fn write_attribute(w: &mut Writer<'static>, attribute: &Attribute) {
    w.open(SAML.name("Attribute")).attribute("Name", attribute.name());
    if *attribute.name_format() != NameFormat::Unspecified {
        w.attribute("NameFormat", attribute.name_format().as_str());
    }
    for value in attribute.values() {
        w.leaf(SAML.name("AttributeValue"), value);
    }
    w.close();
}

fn after(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(now)
}

/// For clocks that are late; with the time to come it makes 5 minutes (T061).
const GOOD_SINCE: SignedDuration = SignedDuration::from_secs(60);
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(240);
