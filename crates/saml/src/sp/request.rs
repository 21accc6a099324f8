//! Making a request.

use jiff::Timestamp;
use xmldsig::WriteError;

use crate::binding::redirect;
use crate::core::{AcsUrl, EntityId, NameIdFormat, RelayState, RequestId, RequestedAuthnContext, SsoUrl};
use crate::protocol::{AuthnRequest, NameIdPolicy, RequestedAcs};
use crate::xml::names::BINDING_POST;

/// A request to an identity provider. Its ID is what the response must answer.
#[derive(Debug, Clone)]
pub struct RequestToSend<'a> {
    /// Its ID, to be remembered.
    pub id: RequestId,
    /// The time.
    pub now: Timestamp,
    /// Who asks: our entity ID.
    pub issuer: &'a EntityId,
    /// Where the response is to go: our address.
    pub acs_url: &'a AcsUrl,
    /// The identity provider's address.
    pub sso_url: &'a SsoUrl,
    /// The format of the NameID; `None` leaves it to the identity provider.
    pub name_id_format: Option<NameIdFormat>,
    /// What is wanted of the authentication, if anything.
    pub requested_authn_context: Option<RequestedAuthnContext>,
    /// Whether the person must prove afresh who they are.
    pub force_authn: bool,
}

impl RequestToSend<'_> {
    /// The message.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let to_send = sample::Parties::new();
    /// # let to_send = to_send.request();
    /// assert_eq!(to_send.message().issuer, *to_send.issuer);
    /// ```
    #[must_use]
    pub fn message(&self) -> AuthnRequest {
        AuthnRequest {
            id: self.id.clone(),
            issue_instant: self.now,
            destination: Some(self.sso_url.as_str().to_owned()),
            issuer: self.issuer.clone(),
            carries_signature: false,
            subject: None,
            name_id_policy: self.name_id_format.clone().map(|format| NameIdPolicy {
                format: Some(format),
                sp_name_qualifier: None,
                allow_create: true,
            }),
            requested_authn_context: self.requested_authn_context.clone(),
            requests_declarations: false,
            identity_providers: Vec::new(),
            force_authn: self.force_authn,
            is_passive: false,
            acs: RequestedAcs::Url(self.acs_url.as_str().to_owned()),
            protocol_binding: Some(BINDING_POST.to_owned()),
            provider_name: None,
        }
    }

    /// The address to send the browser to: the message in the Redirect binding.
    ///
    /// # Errors
    /// [`WriteError`] when a text of it cannot stand in XML.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let to_send = sample::Parties::new();
    /// # let to_send = to_send.request();
    /// let url = to_send.redirect(None)?;
    /// assert!(url.starts_with("https://idp.example/saml/sso?SAMLRequest="));
    /// # Ok::<(), xmldsig::WriteError>(())
    /// ```
    pub fn redirect(&self, relay_state: Option<&RelayState>) -> Result<String, WriteError> {
        let xml = self.message().encode()?;
        Ok(redirect::encode(self.sso_url, &xml, relay_state))
    }
}
