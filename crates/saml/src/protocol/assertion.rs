//! An `Assertion` as it stands in a message (core 2.3.3).
//!
//! Reading believes nothing: whoever reads one from posted bytes may show it or
//! refuse it. Only `sp::verify` reads one from signed bytes and lets it out.

use jiff::Timestamp;
use xmldsig::Element;

use super::response::read_issuer;
use crate::core::{
    AssertionId, Attribute, AuthnContextClassRef, EntityId, NameFormat, NameId, NameIdFormat, SessionIndex,
};
use crate::xml::names::{ASSERTION, DSIG};
use crate::xml::read::{
    Children, Malformed, children, instant, name, parsed, required, required_instant, required_parsed, text,
    unexpected, uri,
};

#[derive(Debug, Clone)]
pub(crate) struct Assertion {
    pub(crate) id: AssertionId,
    pub(crate) version: String,
    pub(crate) issue_instant: Timestamp,
    pub(crate) issuer: EntityId,
    pub(crate) subject: Option<Subject>,
    pub(crate) conditions: Option<Conditions>,
    pub(crate) authn_statements: Vec<AuthnStatement>,
    pub(crate) attributes: Vec<Attribute>,
}

#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) name_id: Option<NameId>,
    pub(crate) confirmations: Vec<Confirmation>,
}

/// A `SubjectConfirmation` with what its data says (core 2.4.1.1, 2.4.1.2).
#[derive(Debug, Clone)]
pub(crate) struct Confirmation {
    pub(crate) method: String,
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) not_on_or_after: Option<Timestamp>,
    pub(crate) recipient: Option<String>,
    pub(crate) in_response_to: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Conditions {
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) not_on_or_after: Option<Timestamp>,
    /// One list of audiences for each `AudienceRestriction`.
    pub(crate) audiences: Vec<Vec<String>>,
    pub(crate) one_time_use: usize,
    pub(crate) proxy_restrictions: usize,
    /// Names of the conditions that we do not know.
    pub(crate) unknown: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct AuthnStatement {
    pub(crate) authn_instant: Timestamp,
    pub(crate) session_index: Option<SessionIndex>,
    pub(crate) session_not_on_or_after: Option<Timestamp>,
    pub(crate) class: Option<AuthnContextClassRef>,
}

/// Reads an assertion whole. Its signature is somebody else's business.
pub(crate) fn read(assertion: Element<'_>) -> Result<Assertion, Malformed> {
    let mut rest = children(assertion)?;
    let issuer = rest.required(ASSERTION, "Issuer")?;
    rest.optional(DSIG, "Signature");
    let subject = rest.optional(ASSERTION, "Subject");
    let conditions = rest.optional(ASSERTION, "Conditions");
    rest.optional(ASSERTION, "Advice");
    let (authn_statements, attributes) = read_statements(assertion, rest)?;
    Ok(Assertion {
        id: required_parsed(assertion, "ID", AssertionId::parse)?,
        version: required(assertion, "Version")?.to_owned(),
        issue_instant: required_instant(assertion, "IssueInstant")?,
        issuer: read_issuer(issuer)?,
        subject: subject.map(read_subject).transpose()?,
        conditions: conditions.map(read_conditions).transpose()?,
        authn_statements,
        attributes,
    })
}

/// Reads a `NameID` (core 2.2.3).
pub(crate) fn read_name_id(name_id: Element<'_>) -> Result<NameId, Malformed> {
    let format = name_id.attribute("Format");
    let format = format.map_or(NameIdFormat::Unspecified, NameIdFormat::from_uri);
    let read = NameId::new(text(name_id)?, format).map_err(|why| Malformed::value("NameID", why))?;
    let owned = |attribute| name_id.attribute(attribute).map(str::to_owned);
    Ok(read.qualified(owned("NameQualifier"), owned("SPNameQualifier")))
}

fn read_statements<'d>(
    assertion: Element<'d>,
    mut rest: Children<'d, impl Iterator<Item = Element<'d>>>,
) -> Result<(Vec<AuthnStatement>, Vec<Attribute>), Malformed> {
    let (mut authn, mut attributes) = (Vec::new(), Vec::new());
    while let Some(statement) = rest.next() {
        match statement.local_name() {
            _ if statement.namespace() != Some(ASSERTION) => {
                return Err(unexpected(assertion, statement));
            }
            "AuthnStatement" => authn.push(read_authn_statement(statement)?),
            "AttributeStatement" => read_attributes(statement, &mut attributes)?,
            // Statements of other kinds say nothing that is asked here.
            "AuthzDecisionStatement" | "Statement" => {}
            _ => return Err(unexpected(assertion, statement)),
        }
    }
    Ok((authn, attributes))
}

fn read_subject(subject: Element<'_>) -> Result<Subject, Malformed> {
    let mut rest = children(subject)?;
    if rest.optional(ASSERTION, "EncryptedID").is_some() {
        return Err(Malformed::Encrypted("the NameID"));
    }
    let name_id = rest.optional(ASSERTION, "NameID").map(read_name_id);
    let confirmations = rest.many(ASSERTION, "SubjectConfirmation");
    rest.end()?;
    Ok(Subject {
        name_id: name_id.transpose()?,
        confirmations: confirmations.into_iter().map(read_confirmation).collect::<Result<_, _>>()?,
    })
}

fn read_confirmation(confirmation: Element<'_>) -> Result<Confirmation, Malformed> {
    let mut rest = children(confirmation)?;
    for confirmer in ["BaseID", "NameID", "EncryptedID"] {
        if rest.optional(ASSERTION, confirmer).is_some() {
            break;
        }
    }
    let data = rest.optional(ASSERTION, "SubjectConfirmationData");
    rest.end()?;
    let instant = |attribute| data.map_or(Ok(None), |data| instant(data, attribute));
    let owned = |attribute| data.and_then(|data| data.attribute(attribute).map(str::to_owned));
    Ok(Confirmation {
        method: required(confirmation, "Method")?.to_owned(),
        not_before: instant("NotBefore")?,
        not_on_or_after: instant("NotOnOrAfter")?,
        recipient: owned("Recipient"),
        in_response_to: owned("InResponseTo"),
    })
}

fn read_conditions(conditions: Element<'_>) -> Result<Conditions, Malformed> {
    let mut read = Conditions {
        not_before: instant(conditions, "NotBefore")?,
        not_on_or_after: instant(conditions, "NotOnOrAfter")?,
        audiences: Vec::new(),
        one_time_use: 0,
        proxy_restrictions: 0,
        unknown: Vec::new(),
    };
    let mut rest = children(conditions)?;
    while let Some(condition) = rest.next() {
        if condition.is(ASSERTION, "AudienceRestriction") {
            read.audiences.push(read_audiences(condition)?);
        } else if condition.is(ASSERTION, "OneTimeUse") {
            children(condition)?.end()?;
            read.one_time_use += 1;
        } else if condition.is(ASSERTION, "ProxyRestriction") {
            parsed(condition, "Count", str::parse::<u64>)?;
            let mut audiences = children(condition)?;
            audiences.many(ASSERTION, "Audience");
            audiences.end()?;
            read.proxy_restrictions += 1;
        } else {
            read.unknown.push(name(condition));
        }
    }
    Ok(read)
}

fn read_audiences(restriction: Element<'_>) -> Result<Vec<String>, Malformed> {
    let mut rest = children(restriction)?;
    let first = rest.required(ASSERTION, "Audience")?;
    let others = rest.many(ASSERTION, "Audience");
    rest.end()?;
    std::iter::once(first).chain(others).map(|audience| Ok(uri(audience)?.into_owned())).collect()
}

fn read_authn_statement(statement: Element<'_>) -> Result<AuthnStatement, Malformed> {
    let mut rest = children(statement)?;
    rest.optional(ASSERTION, "SubjectLocality");
    let context = rest.required(ASSERTION, "AuthnContext")?;
    rest.end()?;
    let session_index = statement.attribute("SessionIndex").unwrap_or_default();
    Ok(AuthnStatement {
        authn_instant: required_instant(statement, "AuthnInstant")?,
        session_not_on_or_after: instant(statement, "SessionNotOnOrAfter")?,
        // A blank index names no session; it is read as if it were not there.
        session_index: SessionIndex::parse(session_index).ok(),
        class: read_authn_context(context)?,
    })
}

fn read_authn_context(context: Element<'_>) -> Result<Option<AuthnContextClassRef>, Malformed> {
    let mut rest = children(context)?;
    let class = rest.optional(ASSERTION, "AuthnContextClassRef");
    let declaration = rest.optional(ASSERTION, "AuthnContextDecl");
    let reference = rest.optional(ASSERTION, "AuthnContextDeclRef");
    rest.many(ASSERTION, "AuthenticatingAuthority");
    rest.end()?;
    if let (Some(_), Some(second)) = (declaration, reference) {
        return Err(unexpected(context, second));
    }
    if class.or(declaration).or(reference).is_none() {
        return Err(Malformed::Missing { parent: name(context), child: "AuthnContextClassRef" });
    }
    let class = class.map(uri).transpose()?;
    let class = class.map(|uri| AuthnContextClassRef::parse(&uri)).transpose();
    class.map_err(|why| Malformed::value("AuthnContextClassRef", why))
}

fn read_attributes(statement: Element<'_>, into: &mut Vec<Attribute>) -> Result<(), Malformed> {
    let mut rest = children(statement)?;
    while let Some(attribute) = rest.next() {
        if attribute.is(ASSERTION, "EncryptedAttribute") {
            return Err(Malformed::Encrypted("an attribute"));
        }
        if !attribute.is(ASSERTION, "Attribute") {
            return Err(unexpected(statement, attribute));
        }
        into.push(read_attribute(attribute)?);
    }
    Ok(())
}

/// Reads an attribute. Values that hold elements are passed over: they have no
/// text of which two readers would say the same.
fn read_attribute(attribute: Element<'_>) -> Result<Attribute, Malformed> {
    let mut rest = children(attribute)?;
    let mut texts = Vec::new();
    let mut only = None;
    while let Some(value) = rest.optional(ASSERTION, "AttributeValue") {
        if value.elements().next().is_some() {
            continue;
        }
        texts.extend(only.replace(text(value)?.into_owned()));
    }
    rest.end()?;
    let texts = texts.into_iter().chain(only);
    let name = required(attribute, "Name")?;
    let format = attribute.attribute("NameFormat");
    let format = format.map_or(NameFormat::Unspecified, NameFormat::from_uri);
    Attribute::new(name, format, texts).map_err(|why| Malformed::value("Attribute", why))
}
