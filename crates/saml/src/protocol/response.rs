//! A `Response` without its assertion (core 3.3.3, 3.2.2).

use jiff::Timestamp;
use xmldsig::Element;

use super::Status;
use crate::core::{EntityId, ResponseId};
use crate::xml::names::{ASSERTION, DSIG, FORMAT_ENTITY, PROTOCOL};
use crate::xml::read::{
    Malformed, children, name, required, required_instant, required_parsed, unexpected, uri,
};

/// What a response says of itself.
#[derive(Debug, Clone)]
pub(crate) struct ResponseHead {
    pub(crate) id: ResponseId,
    pub(crate) version: String,
    pub(crate) issue_instant: Timestamp,
    pub(crate) destination: Option<String>,
    pub(crate) in_response_to: Option<String>,
    pub(crate) issuer: Option<EntityId>,
    pub(crate) status: Status,
}

/// The children of a response.
#[derive(Debug, Clone)]
pub(crate) struct ResponseParts<'d> {
    response: Element<'d>,
    issuer: Option<Element<'d>>,
    status: Element<'d>,
    pub(crate) assertions: Vec<Element<'d>>,
}

/// Finds the parts of a response, by the order of the schema.
pub(crate) fn parts(response: Element<'_>) -> Result<ResponseParts<'_>, Malformed> {
    let mut rest = children(response)?;
    let issuer = rest.optional(ASSERTION, "Issuer");
    rest.optional(DSIG, "Signature");
    rest.optional(PROTOCOL, "Extensions");
    let status = rest.required(PROTOCOL, "Status")?;
    let mut assertions = Vec::new();
    while let Some(child) = rest.next() {
        if child.is(ASSERTION, "Assertion") {
            assertions.push(child);
        } else if !child.is(ASSERTION, "EncryptedAssertion") {
            return Err(unexpected(response, child));
        }
    }
    Ok(ResponseParts { response, issuer, status, assertions })
}

impl ResponseParts<'_> {
    /// Reads what the response says of itself.
    pub(crate) fn head(&self) -> Result<ResponseHead, Malformed> {
        let response = self.response;
        Ok(ResponseHead {
            id: required_parsed(response, "ID", ResponseId::parse)?,
            version: required(response, "Version")?.to_owned(),
            issue_instant: required_instant(response, "IssueInstant")?,
            destination: response.attribute("Destination").map(str::to_owned),
            in_response_to: response.attribute("InResponseTo").map(str::to_owned),
            issuer: self.issuer.map(read_issuer).transpose()?,
            status: Status::read(self.status)?,
        })
    }
}

/// Reads an `Issuer`: an entity ID, whose Format is absent or `entity`
/// (profiles 4.1.4.2).
pub(crate) fn read_issuer(issuer: Element<'_>) -> Result<EntityId, Malformed> {
    match issuer.attribute("Format") {
        None | Some(FORMAT_ENTITY) => {}
        Some(other) => {
            return Err(Malformed::value("Issuer/@Format", format!("`{other}`")));
        }
    }
    EntityId::parse(&uri(issuer)?).map_err(|why| Malformed::value(name(issuer), why))
}
