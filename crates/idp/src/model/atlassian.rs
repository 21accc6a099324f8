//! Atlassian Cloud as an application: the shapes of its two values, and the claims it takes.

use saml::core::{AcsUrl, EntityId};
use url::Url;

use super::claims::UserAttribute;

/// The alphanumeric string at the end of the SP entity ID, `a1b2c3d4` of `https://auth.atlassian.com/saml/a1b2c3d4`.
pub fn unique_id(entity_id: &str) -> Option<&str> {
    let (_, id) = entity_id.trim().rsplit_once("/saml/")?;
    let good =
        !id.is_empty() && id.len() <= 128 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    good.then_some(id)
}

/// What is wrong with the pair of values that were copied from the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PairError {
    /// The two were pasted each into the other's place.
    #[error("the two values stand in each other's place")]
    Swapped,
    /// The entity ID does not end in `/saml/` and a unique ID.
    #[error("the entity ID does not end in a unique ID")]
    NoUniqueId,
    /// The ACS URL has no query `connection=saml-…`: it is part of the address and often lost in copying.
    #[error("the ACS URL has lost its query string")]
    NoConnection,
    /// The two are of different configurations.
    #[error("the ACS URL is of another configuration than the entity ID")]
    Another,
}

/// Holds the two values against each other: `…/saml/<unique ID>` and `…/login/callback?connection=saml-<unique ID>`, on
/// one origin.
///
/// # Errors
/// [`PairError`], the first broken rule.
pub fn pair(entity_id: &EntityId, acs: &AcsUrl) -> Result<(), PairError> {
    if connection(entity_id.as_str()).is_some() && unique_id(acs.as_str()).is_some() {
        return Err(PairError::Swapped);
    }
    let unique = unique_id(entity_id.as_str()).ok_or(PairError::NoUniqueId)?;
    let connection = connection(acs.as_str()).ok_or(PairError::NoConnection)?;
    let origin = Url::parse(entity_id.as_str()).map(|url| url.origin().ascii_serialization());
    if connection != unique || origin.is_ok_and(|origin| origin != acs.origin()) {
        return Err(PairError::Another);
    }
    Ok(())
}

/// The unique ID in the query of an ACS URL.
fn connection(acs: &str) -> Option<String> {
    let url = Url::parse(acs.trim()).ok()?;
    let (_, value) = url.query_pairs().find(|(name, _)| name == "connection")?;
    value.strip_prefix("saml-").filter(|id| !id.is_empty()).map(str::to_owned)
}

/// The claims of the guide in both of its spellings, then those that Atlassian documents: source and name. The last is
/// the stable id, by which an account stays the same when its address changes.
pub const CLAIMS: &[(UserAttribute, &str)] = &[
    (UserAttribute::Username, "email"),
    (UserAttribute::FirstName, "firstname"),
    (UserAttribute::LastName, "lastname"),
    (UserAttribute::FirstName, "first_name"),
    (UserAttribute::LastName, "last_name"),
    (UserAttribute::FirstName, "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"),
    (UserAttribute::LastName, "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"),
    (UserAttribute::Id, STABLE_ID),
];

/// What Atlassian reads the stable id from; never the address.
pub const STABLE_ID: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unique_id_is_the_end_of_the_entity_id() {
        for (entity, unique) in [
            ("https://auth.atlassian.com/saml/a1b2c3d4", Some("a1b2c3d4")),
            (
                " https://auth.atlassian.com/saml/8f3c2a1e-77aa-4c0e-9d10-2f6f7c1f0f55 ",
                Some("8f3c2a1e-77aa-4c0e-9d10-2f6f7c1f0f55"),
            ),
            ("http://acme.localhost:8090/saml/k2m4", Some("k2m4")),
            ("https://auth.atlassian.com/saml/", None),
            ("https://auth.atlassian.com/saml/a1?x", None),
            ("https://auth.atlassian.com/saml/a1/b", None),
            ("https://auth.atlassian.com/login/callback?connection=saml-a1", None),
            ("a1b2c3d4", None),
        ] {
            assert_eq!(unique_id(entity), unique, "{entity}");
        }
    }

    #[test]
    fn both_values_are_of_one_configuration() {
        let (entity, acs) = (
            "https://auth.atlassian.com/saml/a1",
            "https://auth.atlassian.com/login/callback?connection=saml-a1",
        );
        for (entity, acs, verdict) in [
            (entity, acs, Ok(())),
            (acs, entity, Err(PairError::Swapped)),
            ("https://auth.atlassian.com/a1", acs, Err(PairError::NoUniqueId)),
            (entity, "https://auth.atlassian.com/login/callback", Err(PairError::NoConnection)),
            (entity, "https://auth.atlassian.com/login/callback?connection=a1", Err(PairError::NoConnection)),
            (entity, "https://auth.atlassian.com/login/callback?connection=saml-b2", Err(PairError::Another)),
            (entity, "https://auth.evil.example/login/callback?connection=saml-a1", Err(PairError::Another)),
        ] {
            let values = (EntityId::parse(entity).expect("an id"), AcsUrl::parse(acs).expect("an address"));
            assert_eq!(pair(&values.0, &values.1), verdict, "{entity} {acs}");
        }
    }
}
