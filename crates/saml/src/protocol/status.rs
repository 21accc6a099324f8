//! The status of a response (core 3.2.2.2).

use std::borrow::Cow;

use xmldsig::Element;

use crate::xml::names::PROTOCOL;
use crate::xml::read::{Malformed, children, required, shorten, text};

/// How a request was answered: a top-level code, and where the sender wrote
/// them a second-level code and words. A code is kept as the URI that came;
/// codes and words beyond 300 characters are cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    code: Cow<'static, str>,
    second_code: Option<String>,
    message: Option<String>,
}

/// The reasons for which an identity provider declines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decline {
    /// The person did not prove who they are.
    AuthnFailed,
    /// The NameID format asked for is not the application's.
    InvalidNameIdPolicy,
    /// No ceremony meets the context asked for.
    NoAuthnContext,
    /// The application asked to stay passive, and no live session serves.
    NoPassive,
    /// This identity provider is not among those the request allows.
    NoSupportedIdp,
    /// The person may not, or did not want to.
    RequestDenied,
    /// The request asks for something that is not done here.
    RequestUnsupported,
    /// The person named in the request is not the one who signed in.
    UnknownPrincipal,
    /// The request asks for a binding other than POST.
    UnsupportedBinding,
}

impl Status {
    /// The top-level code of a successful answer.
    pub const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
    /// The top-level code when the request is at fault.
    pub const REQUESTER: &str = "urn:oasis:names:tc:SAML:2.0:status:Requester";
    /// The top-level code when the answering side is.
    pub const RESPONDER: &str = "urn:oasis:names:tc:SAML:2.0:status:Responder";

    /// The status of a successful answer; only `issue` writes it.
    pub(crate) fn success() -> Status {
        Status { code: Cow::Borrowed(Status::SUCCESS), second_code: None, message: None }
    }

    /// The status that says a reason to decline.
    ///
    /// ```
    /// use saml::protocol::{Decline, Status};
    /// let status = Status::declined(Decline::NoPassive);
    /// assert_eq!(status.code(), Status::RESPONDER);
    /// assert_eq!(status.second_code(), Some("urn:oasis:names:tc:SAML:2.0:status:NoPassive"));
    /// ```
    #[must_use]
    pub fn declined(reason: Decline) -> Status {
        let (code, second) = reason.codes();
        Status { code: Cow::Borrowed(code), second_code: Some(format!("{PREFIX}{second}")), message: None }
    }

    /// The top-level code.
    ///
    /// ```
    /// # use saml::protocol::{Decline, Status};
    /// assert_eq!(Status::declined(Decline::AuthnFailed).code(), Status::RESPONDER);
    /// ```
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The second-level code.
    ///
    /// ```
    /// # use saml::protocol::{Decline, Status};
    /// let status = Status::declined(Decline::RequestDenied);
    /// assert!(status.second_code().unwrap().ends_with(":RequestDenied"));
    /// ```
    #[must_use]
    pub fn second_code(&self) -> Option<&str> {
        self.second_code.as_deref()
    }

    /// The words of the sender. Anybody can have written them: show them as such.
    ///
    /// ```
    /// # use saml::protocol::{Decline, Status};
    /// assert_eq!(Status::declined(Decline::AuthnFailed).message(), None);
    /// ```
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Whether the top-level code is exactly Success.
    pub(crate) fn is_success(&self) -> bool {
        self.code == Status::SUCCESS
    }

    pub(crate) fn read(status: Element<'_>) -> Result<Status, Malformed> {
        let mut parts = children(status)?;
        let top = parts.required(PROTOCOL, "StatusCode")?;
        let message = parts.optional(PROTOCOL, "StatusMessage").map(text);
        parts.optional(PROTOCOL, "StatusDetail");
        parts.end()?;
        let mut codes = children(top)?;
        let second = codes.optional(PROTOCOL, "StatusCode");
        codes.end()?;
        let value = |code| required(code, "Value").map(|uri| shorten(uri.to_owned()));
        let is_success = top.attribute("Value") == Some(Status::SUCCESS);
        Ok(Status {
            code: if is_success { Cow::Borrowed(Status::SUCCESS) } else { Cow::Owned(value(top)?) },
            second_code: second.map(value).transpose()?,
            message: message.transpose()?.map(|words| shorten(words.into_owned())),
        })
    }
}

impl std::fmt::Display for Status {
    /// The short names of the codes: `Responder, NoPassive`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let short = |code: &str| code.strip_prefix(PREFIX).unwrap_or(code).to_owned();
        f.write_str(&short(&self.code))?;
        match &self.second_code {
            Some(code) => write!(f, ", {}", short(code)),
            None => Ok(()),
        }
    }
}

impl Decline {
    fn codes(self) -> (&'static str, &'static str) {
        match self {
            Decline::AuthnFailed => (Status::RESPONDER, "AuthnFailed"),
            Decline::InvalidNameIdPolicy => (Status::REQUESTER, "InvalidNameIDPolicy"),
            Decline::NoAuthnContext => (Status::RESPONDER, "NoAuthnContext"),
            Decline::NoPassive => (Status::RESPONDER, "NoPassive"),
            Decline::NoSupportedIdp => (Status::RESPONDER, "NoSupportedIDP"),
            Decline::RequestDenied => (Status::RESPONDER, "RequestDenied"),
            Decline::RequestUnsupported => (Status::REQUESTER, "RequestUnsupported"),
            Decline::UnknownPrincipal => (Status::RESPONDER, "UnknownPrincipal"),
            Decline::UnsupportedBinding => (Status::REQUESTER, "UnsupportedBinding"),
        }
    }
}

const PREFIX: &str = "urn:oasis:names:tc:SAML:2.0:status:";
