//! The decision of hop 1: an address and what is known of it → where it signs in.
//!
//! Pure. Known and unknown addresses of one domain get the same answer as far
//! as their policies are the same, and the local door never says for whom it
//! opens: its ceremony is discoverable.

use jiff::Timestamp;

use crate::model::{AuthenticationPolicy, Directory, DirectoryId, Sso, effective};

/// What is known of the address that was typed.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The policy of the account that has the address, if there is such an
    /// account and somebody manages it; with its directory.
    pub policy: Option<Governed>,
    /// The default policy of the directory that the address's domain is
    /// verified for and linked to, with that directory.
    pub linked: Option<Governed>,
}

/// A policy and the directory that it belongs to.
#[derive(Clone, Debug)]
pub struct Governed {
    /// The policy.
    pub policy: AuthenticationPolicy,
    /// Its directory.
    pub directory: Directory,
    /// Whether the directory's SAML configuration has all that a request needs.
    pub configured: bool,
}

/// Where somebody signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// At the identity provider of this directory.
    Sso(DirectoryId),
    /// At the local door, by a passkey that this service keeps.
    LocalDoor,
}

/// The account's own policy decides; without one, the domain's directory.
///
/// A directory that is switched off or not configured sends nobody away: the
/// local door is shown, and it refuses whoever must come by SSO.
pub fn start(known: &Known, now: Timestamp) -> Way {
    let governed = known.policy.as_ref().or(known.linked.as_ref());
    match governed {
        Some(by) if requires(by, now) != Sso::Off && by.directory.enabled && by.configured => {
            Way::Sso(by.directory.id)
        }
        _ => Way::LocalDoor,
    }
}

fn requires(by: &Governed, now: Timestamp) -> Sso {
    effective(&by.policy, now)
}

/// Whether a passkey that this service keeps may open a session under this
/// policy. Asked after the ceremony, so that one that ends after SSO was
/// enforced is sent to the identity provider.
pub fn local_door_is_open(policy: Option<&AuthenticationPolicy>, now: Timestamp) -> bool {
    policy.is_none_or(|policy| effective(policy, now) != Sso::Enforced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DirectoryKind, Enforcement, JitProvisioning, OrganizationId, PolicyId, SsoSetting};
    use console::person::DisplayName;
    use uuid::Uuid;

    fn governed(directory: u128, sso: Sso) -> Governed {
        let name = DisplayName::parse("x").unwrap();
        let organization = OrganizationId::new(Uuid::from_u128(1));
        let directory = DirectoryId::new(Uuid::from_u128(directory));
        Governed {
            policy: AuthenticationPolicy {
                sso: SsoSetting::settled(sso, now()),
                ..AuthenticationPolicy::new(
                    (PolicyId::new(Uuid::from_u128(3)), organization, directory),
                    name.clone(),
                    true,
                )
            },
            directory: Directory {
                id: directory,
                organization,
                kind: DirectoryKind::IdentityProvider,
                name,
                enabled: true,
                jit: JitProvisioning::On,
            },
            configured: true,
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    /// Enforced without a confirmation; probation ends so many seconds from now.
    fn on_probation(directory: u128, left: i64) -> Governed {
        let mut by = governed(directory, Sso::Enforced);
        let returns_at = now() + jiff::SignedDuration::from_secs(left);
        let enforced_at = returns_at - jiff::SignedDuration::from_mins(60);
        by.policy.sso = SsoSetting::Enforced(Enforcement { enforced_at, returns_at, confirmed_at: None });
        by
    }

    fn off(mut by: Governed) -> Governed {
        by.directory.enabled = false;
        by
    }

    fn draft(mut by: Governed) -> Governed {
        by.configured = false;
        by
    }

    #[test]
    fn every_case_has_its_way() {
        let sso = |directory: u128| Way::Sso(DirectoryId::new(Uuid::from_u128(directory)));
        let (own, domain) = (10, 20);
        let cases = [
            ("nothing known", None, None, Way::LocalDoor),
            ("account enforced", Some(governed(own, Sso::Enforced)), None, sso(own)),
            ("account offered", Some(governed(own, Sso::Offered)), None, sso(own)),
            ("account without SSO", Some(governed(own, Sso::Off)), None, Way::LocalDoor),
            (
                "its own policy goes before the domain's",
                Some(governed(own, Sso::Off)),
                Some(governed(domain, Sso::Enforced)),
                Way::LocalDoor,
            ),
            (
                "its own directory goes before the domain's",
                Some(governed(own, Sso::Enforced)),
                Some(governed(domain, Sso::Enforced)),
                sso(own),
            ),
            ("unknown on a linked domain", None, Some(governed(domain, Sso::Enforced)), sso(domain)),
            ("unknown on a linked domain, offered", None, Some(governed(domain, Sso::Offered)), sso(domain)),
            ("unknown on a linked domain, off", None, Some(governed(domain, Sso::Off)), Way::LocalDoor),
            ("directory switched off", Some(off(governed(own, Sso::Enforced))), None, Way::LocalDoor),
            (
                "domain's directory switched off",
                None,
                Some(off(governed(domain, Sso::Enforced))),
                Way::LocalDoor,
            ),
            ("on probation", Some(on_probation(own, 1)), None, sso(own)),
            ("probation is over: still offered", Some(on_probation(own, 0)), None, sso(own)),
            ("only a draft", Some(draft(governed(own, Sso::Enforced))), None, Way::LocalDoor),
            ("domain's is only a draft", None, Some(draft(governed(domain, Sso::Enforced))), Way::LocalDoor),
            (
                "own is off, the domain's does not step in",
                Some(off(governed(own, Sso::Enforced))),
                Some(governed(domain, Sso::Enforced)),
                Way::LocalDoor,
            ),
        ];
        for (what, policy, linked, way) in cases {
            assert_eq!(start(&Known { policy, linked }, now()), way, "{what}");
        }
    }

    #[test]
    fn the_local_door_is_shut_where_sso_is_enforced() {
        for (sso, open) in [(Sso::Off, true), (Sso::Offered, true), (Sso::Enforced, false)] {
            let by = governed(1, sso);
            assert_eq!(local_door_is_open(Some(&by.policy), now()), open, "{sso:?}");
        }
        assert!(local_door_is_open(None, now()));
        assert!(!local_door_is_open(Some(&on_probation(1, 1).policy), now()));
        assert!(local_door_is_open(Some(&on_probation(1, 0).policy), now()), "it opens by itself");
    }
}
