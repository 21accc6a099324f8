//! Whom a verified assertion names.

use console::person::{DisplayName, EmailAddress};
use saml::core::{Attribute, NameIdFormat};
use saml::sp::VerifiedAssertion;

use super::Refusal;
use crate::model::{Account, DomainName};

/// The person as the identity provider states them: the NameID is the address,
/// attributes are the rest. Read from a [`VerifiedAssertion`] only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asserted {
    address: EmailAddress,
    stable_id: Option<StableId>,
    first_name: Option<DisplayName>,
    last_name: Option<DisplayName>,
}

impl Asserted {
    /// Reads what an assertion says about its subject.
    ///
    /// # Errors
    /// When the NameID is no address, or an attribute that counts has two values.
    pub fn read(assertion: &VerifiedAssertion) -> Result<Self, Refusal> {
        let name_id = assertion.name_id();
        let named = match name_id.format() {
            NameIdFormat::EmailAddress | NameIdFormat::Unspecified => {
                EmailAddress::parse(name_id.value()).ok()
            }
            _ => None,
        };
        let clipped = || name_id.value().chars().take(SHOWN).collect();
        let address = named.ok_or_else(|| Refusal::NameIdNotAnAddress(clipped()))?;
        let attributes = assertion.attributes();
        Ok(Self {
            stable_id: stable_id(attributes, &address)?,
            first_name: name(attributes, FIRST_NAMES)?,
            last_name: name(attributes, LAST_NAMES)?,
            address,
        })
    }

    /// What an identity provider that says the right things would state of an account: a question, and no proof.
    pub(crate) fn as_of(account: &Account, stable_id: Option<StableId>) -> Self {
        Self {
            address: account.address.clone(),
            stable_id,
            first_name: account.first_name.clone(),
            last_name: account.last_name.clone(),
        }
    }

    /// The NameID as an address.
    pub const fn address(&self) -> &EmailAddress {
        &self.address
    }

    /// The address's domain.
    pub fn domain(&self) -> DomainName {
        DomainName::of(&self.address)
    }

    /// What the identity provider calls this person for ever, if it says so.
    pub const fn stable_id(&self) -> Option<&StableId> {
        self.stable_id.as_ref()
    }

    /// Given name.
    pub const fn first_name(&self) -> Option<&DisplayName> {
        self.first_name.as_ref()
    }

    /// Family name.
    pub const fn last_name(&self) -> Option<&DisplayName> {
        self.last_name.as_ref()
    }

    #[cfg(test)]
    pub(super) fn sample(address: &str, stable_id: Option<&str>, names: [Option<&str>; 2]) -> Self {
        let name = |n: Option<&str>| n.map(|n| DisplayName::parse(n).unwrap());
        Self {
            address: EmailAddress::parse(address).unwrap(),
            stable_id: stable_id.map(|id| StableId(id.to_owned())),
            first_name: name(names[0]),
            last_name: name(names[1]),
        }
    }
}

/// What an identity provider calls a person whatever happens to their address.
/// Compared as it is, case and all; never the address itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StableId(String);

impl StableId {
    /// A stable id of 1 to 256 visible characters.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let length = text.chars().count();
        let sound = (1..=MAX_STABLE_ID).contains(&length) && !text.chars().any(char::is_control);
        sound.then(|| Self(text.to_owned()))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The first of the known names that is there. An id that is only the address
/// again would change with it: it counts as none, and the page of accounts
/// warns about those.
fn stable_id(attributes: &[Attribute], address: &EmailAddress) -> Result<Option<StableId>, Refusal> {
    let Some(text) = one_of(attributes, STABLE_IDS)? else {
        return Ok(None);
    };
    let is_address = EmailAddress::parse(text).is_ok_and(|other| other == *address);
    Ok(StableId::parse(text).filter(|_| !is_address))
}

/// A name that cannot be shown is none: it is profile data, and nothing hangs on it.
fn name(attributes: &[Attribute], names: &[&str]) -> Result<Option<DisplayName>, Refusal> {
    let text = one_of(attributes, names)?;
    Ok(text.and_then(|text| DisplayName::parse(text).ok()))
}

/// The only value of the first attribute out of `names` that is there and not blank.
fn one_of<'a>(attributes: &'a [Attribute], names: &[&str]) -> Result<Option<&'a str>, Refusal> {
    for name in names {
        let mut values = attributes
            .iter()
            .filter(|attribute| attribute.name() == *name)
            .flat_map(Attribute::values)
            .filter(|value| !value.trim().is_empty());
        match (values.next(), values.next()) {
            (Some(_), Some(_)) => return Err(Refusal::AttributeRepeated((*name).to_owned())),
            (Some(value), None) => return Ok(Some(value)),
            (None, _) => {}
        }
    }
    Ok(None)
}

/// Names under which identity providers state an id that never changes.
const STABLE_IDS: &[&str] = &[
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
    "http://schemas.microsoft.com/identity/claims/objectidentifier",
    "urn:oid:0.9.2342.19200300.100.1.1",
];

const FIRST_NAMES: &[&str] = &[
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
    "urn:oid:2.5.4.42",
    "firstname",
    "first_name",
    "firstName",
];

const LAST_NAMES: &[&str] = &[
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
    "urn:oid:2.5.4.4",
    "lastname",
    "last_name",
    "lastName",
];

const MAX_STABLE_ID: usize = 256;

/// How much of a NameID that is no address an event shows.
const SHOWN: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use saml::core::NameFormat;

    fn attribute(name: &str, values: &[&str]) -> Attribute {
        Attribute::new(name, NameFormat::Unspecified, values.iter().copied()).unwrap()
    }

    #[test]
    fn the_first_known_name_wins_and_blank_values_are_none() {
        let stated = [
            attribute("urn:oid:0.9.2342.19200300.100.1.1", &["later"]),
            attribute(STABLE_IDS[0], &[" "]),
            attribute(STABLE_IDS[1], &["u-1"]),
        ];
        let maya = EmailAddress::parse("maya@acme.example").unwrap();
        let id = stable_id(&stated, &maya).unwrap().unwrap();
        assert_eq!(id.as_str(), "u-1");
        assert_eq!(stable_id(&[], &maya), Ok(None));
    }

    #[test]
    fn an_identity_with_two_values_is_nobodys() {
        let maya = EmailAddress::parse("maya@acme.example").unwrap();
        let twice = [attribute(STABLE_IDS[0], &["u-1", "u-2"])];
        let apart = [attribute(STABLE_IDS[0], &["u-1"]), attribute(STABLE_IDS[0], &["u-1"])];
        for stated in [&twice[..], &apart[..]] {
            let refused = stable_id(stated, &maya).unwrap_err();
            assert_eq!(refused.code(), "attribute-repeated");
        }
    }

    #[test]
    fn the_address_again_is_no_stable_id() {
        let maya = EmailAddress::parse("maya@acme.example").unwrap();
        let again = [attribute(STABLE_IDS[0], &["Maya@Acme.example"])];
        assert_eq!(stable_id(&again, &maya), Ok(None));
        let other = [attribute(STABLE_IDS[0], &["noah@acme.example"])];
        assert!(stable_id(&other, &maya).unwrap().is_some());
    }

    #[test]
    fn each_spelling_of_names_is_read() {
        for spelling in FIRST_NAMES {
            let stated = [attribute(spelling, &["Maya"])];
            let name = name(&stated, FIRST_NAMES).unwrap().unwrap();
            assert_eq!(name.as_str(), "Maya", "{spelling}");
        }
        let hidden = [attribute("firstname", &["May\u{202e}a"])];
        assert_eq!(name(&hidden, FIRST_NAMES), Ok(None));
    }
}
