//! An `AuthnRequest` (core 3.4.1), read and written.

use jiff::Timestamp;
use xmldsig::{Element, WriteError, Writer};

use super::assertion::read_name_id;
use super::response::read_issuer;
use crate::core::{
    AuthnContextClassRef, Comparison, EntityId, NameId, NameIdFormat, RequestId, RequestedAuthnContext,
    write_instant,
};
use crate::xml::names::{ASSERTION, DSIG, PROTOCOL};
use crate::xml::read::{
    Malformed, boolean, children, message, parsed, required, required_instant, required_parsed, uri,
};
use crate::xml::write::{SAML, SAMLP};

/// What a service provider asks for. Nothing in it has been held against
/// anything: see [`crate::idp::check`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthnRequest {
    /// Its ID.
    pub id: RequestId,
    /// When it was made.
    pub issue_instant: Timestamp,
    /// Where it was sent.
    pub destination: Option<String>,
    /// Who asks.
    pub issuer: EntityId,
    /// Whether it carries a signature of its own, which nobody verified: it
    /// counts as unsigned.
    pub carries_signature: bool,
    /// The person whom it wants to be signed in, and nobody else.
    pub subject: Option<NameId>,
    /// What it wants of the NameID.
    pub name_id_policy: Option<NameIdPolicy>,
    /// What it wants of the authentication.
    pub requested_authn_context: Option<RequestedAuthnContext>,
    /// Whether it asks for declarations instead of classes, which nobody here knows.
    pub requests_declarations: bool,
    /// The identity providers that it takes; empty for any (core 3.4.1.2).
    pub identity_providers: Vec<String>,
    /// Whether a fresh ceremony is demanded.
    pub force_authn: bool,
    /// Whether no page may be shown.
    pub is_passive: bool,
    /// Where the response is to go.
    pub acs: RequestedAcs,
    /// By which binding.
    pub protocol_binding: Option<String>,
    /// What the service provider calls itself for people. Anybody can have
    /// written it.
    pub provider_name: Option<String>,
}

/// What a request wants of the NameID (core 3.4.1.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameIdPolicy {
    /// The format; `None` and `Unspecified` leave it to the identity provider.
    pub format: Option<NameIdFormat>,
    /// The group of service providers for which the name is meant.
    pub sp_name_qualifier: Option<String>,
    /// Whether a name may be made up for this.
    pub allow_create: bool,
}

/// Where a request wants the response to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestedAcs {
    /// It does not say.
    Default,
    /// To this address, which must be one that is registered.
    Url(String),
    /// To the registered address of this index.
    Index(u16),
}

impl AuthnRequest {
    /// Reads the bytes of a request.
    ///
    /// # Errors
    /// [`Malformed`] when it is not strict XML, not an `AuthnRequest` of version
    /// 2.0, not of the schema's shape, or names its address in two ways.
    ///
    /// ```
    /// use saml::protocol::{AuthnRequest, RequestedAcs};
    /// let request = AuthnRequest::parse(
    ///     br#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
    ///         ID="_a1" Version="2.0" IssueInstant="2026-11-23T09:30:00Z"><Issuer
    ///         xmlns="urn:oasis:names:tc:SAML:2.0:assertion">urn:sp</Issuer></samlp:AuthnRequest>"#,
    /// )?;
    /// assert_eq!(request.issuer.as_str(), "urn:sp");
    /// assert_eq!(request.acs, RequestedAcs::Default);
    /// # Ok::<(), saml::protocol::Malformed>(())
    /// ```
    pub fn parse(xml: &[u8]) -> Result<AuthnRequest, Malformed> {
        let document = message(xml, PROTOCOL, "AuthnRequest")?;
        let request = document.root();
        let version = required(request, "Version")?;
        if version != "2.0" {
            return Err(Malformed::Version(version.chars().take(16).collect()));
        }
        let mut rest = children(request)?;
        let issuer = rest.required(ASSERTION, "Issuer")?;
        let signature = rest.optional(DSIG, "Signature");
        rest.optional(PROTOCOL, "Extensions");
        let subject = rest.optional(ASSERTION, "Subject").map(read_subject);
        let policy = rest.optional(PROTOCOL, "NameIDPolicy");
        // The assertion's conditions are ours to set (core 3.4.1).
        rest.optional(ASSERTION, "Conditions");
        let context = rest.optional(PROTOCOL, "RequestedAuthnContext");
        let scoping = rest.optional(PROTOCOL, "Scoping");
        rest.end()?;
        let context = context.map(read_context).transpose()?;
        Ok(AuthnRequest {
            id: required_parsed(request, "ID", RequestId::parse)?,
            issue_instant: required_instant(request, "IssueInstant")?,
            destination: request.attribute("Destination").map(str::to_owned),
            issuer: read_issuer(issuer)?,
            carries_signature: signature.is_some(),
            subject: subject.transpose()?,
            name_id_policy: policy.map(read_policy).transpose()?,
            requests_declarations: context == Some(None),
            requested_authn_context: context.flatten(),
            identity_providers: scoping.map(read_scoping).transpose()?.unwrap_or_default(),
            force_authn: boolean(request, "ForceAuthn")?,
            is_passive: boolean(request, "IsPassive")?,
            acs: read_acs(request)?,
            protocol_binding: request.attribute("ProtocolBinding").map(str::to_owned),
            provider_name: request.attribute("ProviderName").map(str::to_owned),
        })
    }

    /// Writes the request, canonical and unsigned. `carries_signature` and
    /// `requests_declarations` say what was read and are not written.
    ///
    /// # Errors
    /// [`WriteError::IllegalCharacter`] when a text of it cannot stand in XML.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let request = sample::request();
    /// let again = saml::protocol::AuthnRequest::parse(&request.encode()?).unwrap();
    /// assert_eq!(again, request);
    /// # Ok::<(), xmldsig::WriteError>(())
    /// ```
    pub fn encode(&self) -> Result<Vec<u8>, WriteError> {
        let mut w = Writer::new();
        w.open(SAMLP.name("AuthnRequest"));
        self.write_attributes(&mut w);
        w.leaf(SAML.name("Issuer"), self.issuer.as_str());
        if let Some(subject) = &self.subject {
            w.open(SAML.name("Subject"));
            crate::xml::write::name_id(&mut w, subject);
            w.close();
        }
        if let Some(policy) = &self.name_id_policy {
            write_policy(&mut w, policy);
        }
        if let Some(context) = &self.requested_authn_context {
            write_context(&mut w, context);
        }
        if !self.identity_providers.is_empty() {
            w.open(SAMLP.name("Scoping")).open(SAMLP.name("IDPList"));
            for provider in &self.identity_providers {
                let entry = w.open(SAMLP.name("IDPEntry"));
                entry.attribute("ProviderID", provider).close();
            }
            w.close().close();
        }
        w.close();
        Ok(w.finish()?.into_octets())
    }

    fn write_attributes(&self, w: &mut Writer<'static>) {
        w.attribute("ID", self.id.as_str());
        w.attribute("Version", "2.0");
        w.attribute("IssueInstant", &write_instant(self.issue_instant));
        match &self.acs {
            RequestedAcs::Default => {}
            RequestedAcs::Url(url) => {
                w.attribute("AssertionConsumerServiceURL", url);
            }
            RequestedAcs::Index(index) => {
                w.attribute("AssertionConsumerServiceIndex", &index.to_string());
            }
        }
        let texts = [
            ("Destination", &self.destination),
            ("ProtocolBinding", &self.protocol_binding),
            ("ProviderName", &self.provider_name),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                w.attribute(name, value);
            }
        }
        for (name, value) in [("ForceAuthn", self.force_authn), ("IsPassive", self.is_passive)] {
            if value {
                w.attribute(name, "true");
            }
        }
    }
}

fn read_subject(subject: Element<'_>) -> Result<NameId, Malformed> {
    let mut rest = children(subject)?;
    if rest.optional(ASSERTION, "EncryptedID").is_some() {
        return Err(Malformed::Encrypted("the NameID"));
    }
    let name_id = rest.required(ASSERTION, "NameID")?;
    // Confirmations say how the requester wants the subject confirmed; the
    // profile (4.1.4.1) allows bearer only, which is what is issued anyway.
    rest.many(ASSERTION, "SubjectConfirmation");
    rest.end()?;
    read_name_id(name_id)
}

fn read_policy(policy: Element<'_>) -> Result<NameIdPolicy, Malformed> {
    children(policy)?.end()?;
    Ok(NameIdPolicy {
        format: policy.attribute("Format").map(NameIdFormat::from_uri),
        sp_name_qualifier: policy.attribute("SPNameQualifier").map(str::to_owned),
        allow_create: boolean(policy, "AllowCreate")?,
    })
}

/// `None` when it asks for declarations, not for classes.
fn read_context(context: Element<'_>) -> Result<Option<RequestedAuthnContext>, Malformed> {
    let mut rest = children(context)?;
    let classes = rest.many(ASSERTION, "AuthnContextClassRef");
    let declarations = match classes.is_empty() {
        true => rest.many(ASSERTION, "AuthnContextDeclRef").len(),
        false => 0,
    };
    rest.end()?;
    let comparison = parsed(context, "Comparison", |text| match text {
        "exact" => Ok(Comparison::Exact),
        "minimum" => Ok(Comparison::Minimum),
        "maximum" => Ok(Comparison::Maximum),
        "better" => Ok(Comparison::Better),
        other => Err(format!("`{other}` is not a comparison")),
    })?;
    let mut read = Vec::new();
    for class in classes {
        let class = AuthnContextClassRef::parse(&uri(class)?);
        read.push(class.map_err(|why| Malformed::value("AuthnContextClassRef", why))?);
    }
    let mut read = read.into_iter();
    match (read.next(), declarations) {
        (Some(first), _) => Ok(Some(RequestedAuthnContext::new(first, read, comparison.unwrap_or_default()))),
        (None, 1..) => Ok(None),
        (None, 0) => Err(Malformed::Missing {
            parent: "RequestedAuthnContext".to_owned(),
            child: "AuthnContextClassRef",
        }),
    }
}

fn read_scoping(scoping: Element<'_>) -> Result<Vec<String>, Malformed> {
    let mut rest = children(scoping)?;
    let list = rest.optional(PROTOCOL, "IDPList");
    rest.many(PROTOCOL, "RequesterID");
    rest.end()?;
    let Some(list) = list else {
        return Ok(Vec::new());
    };
    let mut rest = children(list)?;
    let entries = rest.many(PROTOCOL, "IDPEntry");
    rest.optional(PROTOCOL, "GetComplete");
    rest.end()?;
    entries.into_iter().map(|entry| required(entry, "ProviderID").map(str::to_owned)).collect()
}

fn read_acs(request: Element<'_>) -> Result<RequestedAcs, Malformed> {
    let url = request.attribute("AssertionConsumerServiceURL");
    let index = parsed(request, "AssertionConsumerServiceIndex", str::parse::<u16>)?;
    match (url, index) {
        (None, None) => Ok(RequestedAcs::Default),
        (Some(url), None) => Ok(RequestedAcs::Url(url.to_owned())),
        (None, Some(index)) => Ok(RequestedAcs::Index(index)),
        // The standard makes them exclude each other (core 3.4.1).
        (Some(_), Some(_)) => Err(Malformed::value(
            "AuthnRequest/@AssertionConsumerServiceIndex",
            "it stands beside AssertionConsumerServiceURL",
        )),
    }
}

fn write_policy(w: &mut Writer<'static>, policy: &NameIdPolicy) {
    w.open(SAMLP.name("NameIDPolicy"));
    if let Some(format) = &policy.format {
        w.attribute("Format", format.as_str());
    }
    if let Some(qualifier) = &policy.sp_name_qualifier {
        w.attribute("SPNameQualifier", qualifier);
    }
    if policy.allow_create {
        w.attribute("AllowCreate", "true");
    }
    w.close();
}

fn write_context(w: &mut Writer<'static>, context: &RequestedAuthnContext) {
    w.open(SAMLP.name("RequestedAuthnContext"));
    let comparison = match context.comparison() {
        Comparison::Exact => "exact",
        Comparison::Minimum => "minimum",
        Comparison::Maximum => "maximum",
        Comparison::Better => "better",
    };
    w.attribute("Comparison", comparison);
    for class in context.classes() {
        w.leaf(SAML.name("AuthnContextClassRef"), class.as_str());
    }
    w.close();
}
