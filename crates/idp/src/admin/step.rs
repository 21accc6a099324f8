//! The pages of the form of an application.

use crate::model::application::Integration;

/// A page of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Atlassian's step 1: the administrator who gets in without us.
    Fallback,
    /// Name, instance, access URL.
    Application,
    /// NameID and claim mappings.
    Claims,
    /// Entity ID, ACS URL, what is signed.
    ServiceProvider,
}
impl Step {
    /// The word in addresses.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Fallback => "fallback",
            Self::Application => "application",
            Self::Claims => "claims",
            Self::ServiceProvider => "service-provider",
        }
    }

    /// The pages of an integration, in the order of the guide.
    pub(crate) const fn of(integration: Integration) -> &'static [Self] {
        match integration {
            Integration::Saml => &[Self::Application, Self::Claims, Self::ServiceProvider],
            Integration::Atlassian => {
                &[Self::Fallback, Self::ServiceProvider, Self::Application, Self::Claims]
            }
        }
    }

    /// On which page a field stands.
    pub(super) fn has(self, field: &str) -> bool {
        let fields: &[&str] = match self {
            Self::Fallback => &["fallback"],
            Self::Application => &["name", "instance", "access_url"],
            Self::Claims => &["name_id_format", "name_id_source", "claims"],
            Self::ServiceProvider => &["entity_id", "acs_urls", "signs"],
        };
        fields.contains(&field)
    }
}
