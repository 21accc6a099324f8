//! Who may act on whom: nobody acts on an equal or higher role.
//!
//! A service's roles are an ordered enum, lowest first (`Auditor < Helpdesk < Administrator < Owner`). What a role may
//! do at all is the service's own table; this rule is asked besides.

/// The actor's role is above the target's. Only [`outranks`] makes one, so an act that takes it cannot forget to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Outranks(());

/// The actor's role is not above the target's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the other person's role is equal to yours or above it")]
pub struct NotAbove;

/// Whether `actor` may act on somebody who holds `target` (`None`: a person without any role).
///
/// ```
/// # use console::roles::outranks;
/// #[derive(PartialEq, Eq, PartialOrd, Ord)]
/// enum Role { Helpdesk, Owner }
/// assert!(outranks(&Role::Owner, Some(&Role::Helpdesk)).is_ok());
/// assert!(outranks(&Role::Owner, Some(&Role::Owner)).is_err());
/// ```
///
/// # Errors
/// [`NotAbove`] for an equal or higher role.
pub fn outranks<R: Ord>(actor: &R, target: Option<&R>) -> Result<Outranks, NotAbove> {
    match target {
        Some(target) if actor <= target => Err(NotAbove),
        Some(_) | None => Ok(Outranks(())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    enum Role {
        Auditor,
        Helpdesk,
        Administrator,
        Owner,
    }
    use Role::{Administrator, Auditor, Helpdesk, Owner};

    #[test]
    fn nobody_acts_on_an_equal_or_higher_role() {
        let roles = [Auditor, Helpdesk, Administrator, Owner];
        for (above, actor) in roles.iter().enumerate() {
            assert!(outranks(actor, None).is_ok(), "{actor:?} on a person without a role");
            for (below, target) in roles.iter().enumerate() {
                assert_eq!(outranks(actor, Some(target)).is_ok(), above > below, "{actor:?} on {target:?}");
            }
        }
    }
}
