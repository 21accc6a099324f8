//! The elements of a response, in the order of the schema, written canonical. Attributes stand
//! in canonical order, which spares the writer from sorting them.

use jiff::{SignedDuration, Timestamp};
use xmldsig::{Canonical, Name, Writer};

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
        w.open(ASSERTION)
            .attribute(ID, self.id.as_str())
            .attribute(ISSUE_INSTANT, &write_instant(fresh.now))
            .attribute(VERSION, "2.0");
        w.leaf(ISSUER, issuer.entity_id.as_str());
        if sign {
            w.signature_here();
        }
        let until = write_instant(after(fresh.now, GOOD_FOR));
        self.write_subject(&mut w, &until);
        self.write_conditions(&mut w, fresh.now, &until);
        self.write_authn_statement(&mut w);
        if !self.statement.attributes.is_empty() {
            w.open(ATTRIBUTE_STATEMENT);
            for attribute in &self.statement.attributes {
                write_attribute(&mut w, attribute);
            }
            w.close();
        }
        w.close();
        finish(w, sign, issuer, fresh)
    }

    fn write_subject(&self, w: &mut Writer<'static>, until: &str) {
        w.open(SUBJECT);
        name_id(w, &self.statement.name_id);
        w.open(SUBJECT_CONFIRMATION).attribute(METHOD, BEARER);
        w.open(SUBJECT_CONFIRMATION_DATA);
        if let Some(request) = &self.reply.in_response_to {
            w.attribute(IN_RESPONSE_TO, request.as_str());
        }
        w.attribute(NOT_ON_OR_AFTER, until).attribute(RECIPIENT, self.reply.acs_url.as_str());
        w.close().close().close();
    }

    fn write_conditions(&self, w: &mut Writer<'static>, now: Timestamp, until: &str) {
        w.open(CONDITIONS)
            .attribute(NOT_BEFORE, &write_instant(after(now, -GOOD_SINCE)))
            .attribute(NOT_ON_OR_AFTER, until);
        w.open(AUDIENCE_RESTRICTION);
        w.leaf(AUDIENCE, self.reply.audience.as_str());
        w.close().close();
    }

    fn write_authn_statement(&self, w: &mut Writer<'static>) {
        let statement = self.statement;
        w.open(AUTHN_STATEMENT)
            .attribute(AUTHN_INSTANT, &write_instant(statement.authn_instant))
            .attribute(SESSION_INDEX, statement.session_index.as_str());
        if let Some(end) = statement.session_not_on_or_after {
            w.attribute(SESSION_NOT_ON_OR_AFTER, &write_instant(end));
        }
        w.open(AUTHN_CONTEXT);
        let class = statement.authn_context.as_str();
        w.leaf(AUTHN_CONTEXT_CLASS_REF, class);
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
        w.open(RESPONSE).attribute(DESTINATION, self.reply.acs_url.as_str()).attribute(ID, self.id.as_str());
        if let Some(request) = &self.reply.in_response_to {
            w.attribute(IN_RESPONSE_TO, request.as_str());
        }
        w.attribute(ISSUE_INSTANT, &write_instant(fresh.now)).attribute(VERSION, "2.0");
        w.leaf(ISSUER, issuer.entity_id.as_str());
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
    w.open(STATUS);
    w.open(STATUS_CODE).attribute(VALUE, status.code());
    if let Some(second) = status.second_code() {
        w.open(STATUS_CODE).attribute(VALUE, second);
        w.close();
    }
    w.close().close();
}

/// No `xsi:type`: exclusive canonicalisation would drop the declaration of the
/// prefix in its value.
fn write_attribute(w: &mut Writer<'static>, attribute: &Attribute) {
    w.open(ATTRIBUTE).attribute(NAME, attribute.name());
    if *attribute.name_format() != NameFormat::Unspecified {
        w.attribute(NAME_FORMAT, attribute.name_format().as_str());
    }
    for value in attribute.values() {
        w.leaf(ATTRIBUTE_VALUE, value);
    }
    w.close();
}

fn after(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(now)
}

/// For clocks that are late; with the time to come it makes 5 minutes (T061).
const GOOD_SINCE: SignedDuration = SignedDuration::from_secs(60);
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(240);

// Names are checked where they are made: for these, by the compiler.
const ASSERTION: Name<'static> = SAML.name("Assertion");
const ISSUER: Name<'static> = SAML.name("Issuer");
const ATTRIBUTE_STATEMENT: Name<'static> = SAML.name("AttributeStatement");
const SUBJECT: Name<'static> = SAML.name("Subject");
const SUBJECT_CONFIRMATION: Name<'static> = SAML.name("SubjectConfirmation");
const SUBJECT_CONFIRMATION_DATA: Name<'static> = SAML.name("SubjectConfirmationData");
const CONDITIONS: Name<'static> = SAML.name("Conditions");
const AUDIENCE_RESTRICTION: Name<'static> = SAML.name("AudienceRestriction");
const AUDIENCE: Name<'static> = SAML.name("Audience");
const AUTHN_STATEMENT: Name<'static> = SAML.name("AuthnStatement");
const AUTHN_CONTEXT: Name<'static> = SAML.name("AuthnContext");
const AUTHN_CONTEXT_CLASS_REF: Name<'static> = SAML.name("AuthnContextClassRef");
const RESPONSE: Name<'static> = SAMLP.name("Response");
const STATUS: Name<'static> = SAMLP.name("Status");
const STATUS_CODE: Name<'static> = SAMLP.name("StatusCode");
const ATTRIBUTE: Name<'static> = SAML.name("Attribute");
const ATTRIBUTE_VALUE: Name<'static> = SAML.name("AttributeValue");

const ID: Name<'static> = Name::plain("ID");
const ISSUE_INSTANT: Name<'static> = Name::plain("IssueInstant");
const VERSION: Name<'static> = Name::plain("Version");
const METHOD: Name<'static> = Name::plain("Method");
const IN_RESPONSE_TO: Name<'static> = Name::plain("InResponseTo");
const NOT_ON_OR_AFTER: Name<'static> = Name::plain("NotOnOrAfter");
const RECIPIENT: Name<'static> = Name::plain("Recipient");
const NOT_BEFORE: Name<'static> = Name::plain("NotBefore");
const AUTHN_INSTANT: Name<'static> = Name::plain("AuthnInstant");
const SESSION_INDEX: Name<'static> = Name::plain("SessionIndex");
const SESSION_NOT_ON_OR_AFTER: Name<'static> = Name::plain("SessionNotOnOrAfter");
const DESTINATION: Name<'static> = Name::plain("Destination");
const VALUE: Name<'static> = Name::plain("Value");
const NAME: Name<'static> = Name::plain("Name");
const NAME_FORMAT: Name<'static> = Name::plain("NameFormat");
