//! A service provider as it is registered. It decides where responses go.

use crate::core::{AcsUrl, ClassPolicy, EntityId, NameIdFormat};

/// What the protocol needs to know of a registered service provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceProvider {
    /// Its entity ID.
    pub entity_id: EntityId,
    /// Its assertion consumer services, all of the POST binding.
    pub acs: AcsEndpoints,
    /// The format of the NameID that it is given.
    pub name_id_format: NameIdFormat,
    /// Whether only signed requests are taken. Signatures of requests are not
    /// verified by this crate yet, so `true` refuses every request.
    pub requires_signed_requests: bool,
    /// Whether a stronger ceremony meets a class that names a password.
    pub class_policy: ClassPolicy,
}

/// An address for responses, and the index by which a request may name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcsEndpoint {
    /// The index of the service provider's metadata.
    pub index: u16,
    /// The address.
    pub url: AcsUrl,
}

/// The addresses of a service provider: the default one, and others. Never none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcsEndpoints {
    default: AcsEndpoint,
    others: Vec<AcsEndpoint>,
}

impl AcsEndpoints {
    /// The default address and others.
    ///
    /// ```
    /// use saml::{core::AcsUrl, idp::{AcsEndpoint, AcsEndpoints}};
    /// let url = AcsUrl::parse("https://sp.example/acs").unwrap();
    /// let endpoints = AcsEndpoints::new(AcsEndpoint { index: 0, url }, []);
    /// assert_eq!(endpoints.default_url().as_str(), "https://sp.example/acs");
    /// ```
    #[must_use]
    pub fn new(default: AcsEndpoint, others: impl IntoIterator<Item = AcsEndpoint>) -> AcsEndpoints {
        AcsEndpoints { default, others: others.into_iter().collect() }
    }

    /// One address, the default, of index 0.
    ///
    /// ```
    /// use saml::{core::AcsUrl, idp::AcsEndpoints};
    /// let url = AcsUrl::parse("https://sp.example/acs").unwrap();
    /// assert_eq!(AcsEndpoints::only(url).iter().count(), 1);
    /// ```
    #[must_use]
    pub fn only(url: AcsUrl) -> AcsEndpoints {
        AcsEndpoints::new(AcsEndpoint { index: 0, url }, [])
    }

    /// The address that is used when a request names none.
    ///
    /// ```
    /// # use saml::{core::AcsUrl, idp::AcsEndpoints};
    /// # let url = AcsUrl::parse("https://sp.example/acs").unwrap();
    /// assert_eq!(AcsEndpoints::only(url.clone()).default_url(), &url);
    /// ```
    #[must_use]
    pub fn default_url(&self) -> &AcsUrl {
        &self.default.url
    }

    /// All addresses, the default first.
    ///
    /// ```
    /// # use saml::{core::AcsUrl, idp::AcsEndpoints};
    /// # let url = AcsUrl::parse("https://sp.example/acs").unwrap();
    /// assert_eq!(AcsEndpoints::only(url).iter().next().unwrap().index, 0);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &AcsEndpoint> {
        std::iter::once(&self.default).chain(&self.others)
    }
}
