//! Metadata of both roles, as we publish it (SAML metadata 2.0).
//!
//! Built of configuration only, never of a request's Host header. Not here:
//! reading the metadata of others.

use xmldsig::{Certificate, WriteError, Writer};

use crate::core::{AcsUrl, EntityId, NameIdFormat, SsoUrl};
use crate::xml::names::{BINDING_POST, BINDING_REDIRECT, PROTOCOL};
use crate::xml::write::{DS, MD};

/// An `EntityDescriptor` with an `IDPSSODescriptor`.
#[derive(Debug, Clone, Copy)]
pub struct IdpMetadata<'a> {
    /// The entity ID.
    pub entity_id: &'a EntityId,
    /// The address that takes requests, by the Redirect and the POST binding.
    pub sso_url: &'a SsoUrl,
    /// The certificate of the key that signs now.
    pub certificate: &'a Certificate,
    /// Certificates of keys that are published and do not sign yet, or not for
    /// every application.
    pub other_certificates: &'a [Certificate],
    /// The formats in which people are named.
    pub name_id_formats: &'a [NameIdFormat],
}

/// An `EntityDescriptor` with an `SPSSODescriptor`.
#[derive(Debug, Clone, Copy)]
pub struct SpMetadata<'a> {
    /// The entity ID.
    pub entity_id: &'a EntityId,
    /// The address that takes responses by the POST binding.
    pub acs_url: &'a AcsUrl,
    /// The formats in which people may be named.
    pub name_id_formats: &'a [NameIdFormat],
}

impl IdpMetadata<'_> {
    /// Writes the metadata: UTF-8, canonical, unsigned.
    ///
    /// # Errors
    /// [`WriteError`] when a text of it cannot stand in XML.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let idp = sample::IdentityProvider::new();
    /// use saml::{core::SsoUrl, metadata::IdpMetadata};
    /// let sso_url = SsoUrl::parse("https://idp.example/saml/sso").unwrap();
    /// let xml = IdpMetadata {
    ///     entity_id: &idp.entity_id,
    ///     sso_url: &sso_url,
    ///     certificate: &idp.certificate,
    ///     other_certificates: &[],
    ///     name_id_formats: &[],
    /// }
    /// .encode()?;
    /// assert!(xml.starts_with(b"<md:EntityDescriptor "));
    /// # Ok::<(), xmldsig::WriteError>(())
    /// ```
    pub fn encode(&self) -> Result<Vec<u8>, WriteError> {
        let mut w = open(self.entity_id);
        w.open(MD.name("IDPSSODescriptor"))
            .attribute("WantAuthnRequestsSigned", "false")
            .attribute("protocolSupportEnumeration", PROTOCOL);
        write_key(&mut w, self.certificate);
        for certificate in self.other_certificates {
            write_key(&mut w, certificate);
        }
        write_formats(&mut w, self.name_id_formats);
        for binding in [BINDING_REDIRECT, BINDING_POST] {
            w.open(MD.name("SingleSignOnService"))
                .attribute("Binding", binding)
                .attribute("Location", self.sso_url.as_str())
                .close();
        }
        close(w)
    }
}

impl SpMetadata<'_> {
    /// Writes the metadata: UTF-8, canonical, unsigned.
    ///
    /// # Errors
    /// [`WriteError`] when a text of it cannot stand in XML.
    ///
    /// ```
    /// use saml::{core::{AcsUrl, EntityId}, metadata::SpMetadata};
    /// let xml = SpMetadata {
    ///     entity_id: &EntityId::parse("https://sp.example/saml").unwrap(),
    ///     acs_url: &AcsUrl::parse("https://sp.example/acs?connection=saml-1").unwrap(),
    ///     name_id_formats: &[],
    /// }
    /// .encode()?;
    /// assert!(String::from_utf8(xml).unwrap().contains("connection=saml-1"));
    /// # Ok::<(), xmldsig::WriteError>(())
    /// ```
    pub fn encode(&self) -> Result<Vec<u8>, WriteError> {
        let mut w = open(self.entity_id);
        w.open(MD.name("SPSSODescriptor"))
            .attribute("AuthnRequestsSigned", "false")
            .attribute("WantAssertionsSigned", "true")
            .attribute("protocolSupportEnumeration", PROTOCOL);
        write_formats(&mut w, self.name_id_formats);
        w.open(MD.name("AssertionConsumerService"))
            .attribute("Binding", BINDING_POST)
            .attribute("Location", self.acs_url.as_str())
            .attribute("index", "0")
            .attribute("isDefault", "true")
            .close();
        close(w)
    }
}

fn open(entity_id: &EntityId) -> Writer<'static> {
    let mut w = Writer::new();
    w.open(MD.name("EntityDescriptor")).attribute("entityID", entity_id.as_str());
    w
}

fn close(mut w: Writer<'static>) -> Result<Vec<u8>, WriteError> {
    w.close().close();
    Ok(w.finish()?.into_octets())
}

fn write_key(w: &mut Writer<'static>, certificate: &Certificate) {
    w.open(MD.name("KeyDescriptor")).attribute("use", "signing");
    w.open(DS.name("KeyInfo")).open(DS.name("X509Data"));
    w.leaf(DS.name("X509Certificate"), certificate.base64());
    w.close().close().close();
}

fn write_formats(w: &mut Writer<'static>, formats: &[NameIdFormat]) {
    for format in formats {
        w.leaf(MD.name("NameIDFormat"), format.as_str());
    }
}
