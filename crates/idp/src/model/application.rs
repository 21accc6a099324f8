//! A registered service provider.

use std::fmt;

use saml::core::{AcsUrl, ClassPolicy, EntityId};
use saml::idp::{AcsEndpoint, AcsEndpoints, ServiceProvider, Signing};
use url::Url;
use uuid::Uuid;

use super::claims::ClaimMapping;
use super::name_id::NameIdRule;

/// The row of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApplicationId(Uuid);

impl ApplicationId {
    /// The application whose row has this id.
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The id of the row.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// A registered service provider: to whom assertions may go, where, and what they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The row.
    pub id: ApplicationId,
    /// Whether anybody may sign in to it now.
    pub state: ApplicationState,
    /// By which entry of the gallery it was added.
    pub integration: Integration,
    /// Counts the changes of its settings: a change says which one it began from.
    pub version: Version,
    /// What an administrator entered.
    pub settings: ApplicationSettings,
}

impl Application {
    /// What the protocol needs to know of it.
    pub fn service_provider(&self) -> ServiceProvider {
        ServiceProvider {
            entity_id: self.settings.entity_id.clone(),
            acs: self.settings.acs_urls.endpoints(),
            name_id_format: self.settings.name_id.format.saml(),
            requires_signed_requests: false,
            class_policy: ClassPolicy::AtLeastAsStrong,
        }
    }
}

/// What an administrator enters about an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationSettings {
    /// What people call it.
    pub name: ApplicationName,
    /// The real one or one to try things on.
    pub instance: Instance,
    /// Where a tile on *My applications* leads.
    pub access_url: AccessUrl,
    /// The service provider's entity ID: issuer of requests and audience of assertions.
    pub entity_id: EntityId,
    /// Where responses may go; compared whole, query included.
    pub acs_urls: AcsUrls,
    /// The name by which the application knows a person.
    pub name_id: NameIdRule,
    /// The attributes an assertion carries.
    pub claims: Vec<ClaimMapping>,
    /// What is signed.
    pub signs: Signs,
    /// Who may use it.
    pub audience: Audience,
}

/// Registered assertion consumer services: never none, the first is the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcsUrls {
    default: AcsUrl,
    others: Vec<AcsUrl>,
}

impl AcsUrls {
    /// The default one and any others; one that repeats is kept once.
    pub fn new(default: AcsUrl, others: impl IntoIterator<Item = AcsUrl>) -> Self {
        let mut urls = Self { default, others: Vec::new() };
        for url in others {
            if !urls.iter().any(|known| *known == url) {
                urls.others.push(url);
            }
        }
        urls
    }

    /// Where responses go when the request names no place.
    pub fn default_url(&self) -> &AcsUrl {
        &self.default
    }

    /// All, the default first.
    pub fn iter(&self) -> impl Iterator<Item = &AcsUrl> {
        std::iter::once(&self.default).chain(&self.others)
    }

    /// As the protocol wants them: numbered from 0, the default first.
    fn endpoints(&self) -> AcsEndpoints {
        let endpoint = |(index, url): (u16, &AcsUrl)| AcsEndpoint { index, url: url.clone() };
        AcsEndpoints::new(endpoint((0, &self.default)), (1..).zip(&self.others).map(endpoint))
    }
}

/// What people call an application: 1 to 100 characters, none of them invisible.
pub type ApplicationName = console::person::DisplayName;

/// Where people open an application: an absolute `http` or `https` URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessUrl(String);

impl AccessUrl {
    /// Reads an address as it was typed.
    ///
    /// # Errors
    /// [`AccessUrlError`].
    pub fn parse(text: &str) -> Result<Self, AccessUrlError> {
        if text.len() > URL_BYTES || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(AccessUrlError);
        }
        let url = Url::parse(text).map_err(|_| AccessUrlError)?;
        let web = matches!(url.scheme(), "http" | "https") && url.has_host();
        if !web || !url.username().is_empty() || url.password().is_some() {
            return Err(AccessUrlError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its host and, if it is not the usual one, its port.
    pub fn host(&self) -> String {
        Url::parse(&self.0).map_or_else(
            |_| String::new(),
            |url| match url.port() {
                Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
                None => url.host_str().unwrap_or_default().to_owned(),
            },
        )
    }
}

/// Not an absolute `http` or `https` address, longer than 2048 bytes, or with a user name in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an access URL is an absolute http or https address")]
pub struct AccessUrlError;

/// Words of an enum of the model as they are stored and as forms carry them.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word stored, and carried by forms.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// What a word means.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use words;

/// An entry of the gallery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Integration {
    /// Custom App: SAML 2.0 Generic.
    Saml,
    /// Atlassian Cloud, guided.
    Atlassian,
}
words!(Integration { Saml = "saml", Atlassian = "atlassian" });

/// How often an application's settings were saved, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub i64);

/// Whether an application takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApplicationState {
    /// Yes.
    Enabled,
    /// Nobody signs in to it, by no way (T049).
    Disabled,
}
words!(ApplicationState { Enabled = "enabled", Disabled = "disabled" });

/// The real application, or one to try things on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Instance {
    /// People work with it.
    Production,
    /// For trying: shown in its own colour.
    Sandbox,
}
words!(Instance { Production = "production", Sandbox = "sandbox" });

/// Who may use an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Every active person.
    Everyone,
    /// Those who are assigned.
    Chosen,
}
words!(Audience { Everyone = "everyone", Chosen = "chosen" });

/// What of a message is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signs {
    /// The assertion (what the guide asks for).
    Assertion,
    /// The response around it.
    Response,
    /// Both; costs a second signature.
    Both,
}
words!(Signs { Assertion = "assertion", Response = "response", Both = "both" });

impl Signs {
    /// The same for the protocol.
    pub const fn saml(self) -> Signing {
        match self {
            Self::Assertion => Signing::Assertion,
            Self::Response => Signing::Response,
            Self::Both => Signing::Both,
        }
    }
}

const URL_BYTES: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    fn acs(text: &str) -> AcsUrl {
        AcsUrl::parse(text).expect("an address")
    }

    #[test]
    fn acs_urls_are_kept_once_and_numbered() {
        let urls = AcsUrls::new(
            acs("https://sp.example/acs?c=1"),
            [acs("https://sp.example/b"), acs("https://sp.example/acs?c=1"), acs("https://sp.example/acs")],
        );
        assert_eq!(urls.default_url().as_str(), "https://sp.example/acs?c=1");
        let endpoints = urls.endpoints();
        let seen: Vec<_> = endpoints.iter().map(|e| (e.index, e.url.as_str())).collect();
        assert_eq!(
            seen,
            [(0, "https://sp.example/acs?c=1"), (1, "https://sp.example/b"), (2, "https://sp.example/acs")]
        );
    }

    #[test]
    fn access_urls_are_absolute() {
        for good in ["https://acme.atlassian.net", "http://jira.localhost:8095/x?y#z"] {
            assert_eq!(AccessUrl::parse(good).map(|u| u.0), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "acme.atlassian.net",
            "/x",
            "javascript:alert(1)",
            "https://u@x.example/",
            "https://x .example",
        ] {
            assert_eq!(AccessUrl::parse(bad), Err(AccessUrlError), "{bad}");
        }
    }

    #[test]
    fn words_and_back() {
        for state in ApplicationState::ALL {
            assert_eq!(ApplicationState::parse(state.as_str()), Some(*state));
        }
        for signs in Signs::ALL {
            assert_eq!(Signs::parse(signs.as_str()), Some(*signs));
        }
        assert_eq!(Instance::parse("Production"), None);
    }
}
