//! Who may do what in the console.

use console::roles::{NotAbove, outranks};

/// What somebody may do in the console, lowest first. Most people have no role at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads everything, changes nothing.
    Auditor,
    /// Invites people, adds devices for them, suspends them.
    Helpdesk,
    /// Also applications, settings, and lower roles.
    Administrator,
    /// Also administrators and further owners. There is always at least one.
    Owner,
}

impl Role {
    /// All roles, lowest first.
    pub const ALL: [Self; 4] = [Self::Auditor, Self::Helpdesk, Self::Administrator, Self::Owner];

    /// The word stored, and spelled in forms and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auditor => "auditor",
            Self::Helpdesk => "helpdesk",
            Self::Administrator => "administrator",
            Self::Owner => "owner",
        }
    }

    /// The role that [`Role::as_str`] spells.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// Whether the role includes a permission.
    pub fn may(self, permission: Permission) -> bool {
        self >= permission.least()
    }
}

/// One kind of thing to do in the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See people, applications, settings and the event log.
    Read,
    /// Create and invite people, suspend and readmit them.
    People,
    /// Register, change, disable and delete applications.
    Applications,
    /// Give and take roles.
    Roles,
}

impl Permission {
    /// The lowest role that has it.
    const fn least(self) -> Role {
        match self {
            Self::Read => Role::Auditor,
            Self::People => Role::Helpdesk,
            Self::Applications => Role::Administrator,
            Self::Roles => Role::Administrator,
        }
    }
}

/// Whether `actor` may give `new` to somebody who has `current`.
///
/// Nobody touches an equal or higher role, and nobody gives away as much as they have; owners alone make further owners,
/// else the first could never have a second.
///
/// # Errors
/// [`NotAbove`].
pub fn may_grant(actor: Role, current: Option<Role>, new: Option<Role>) -> Result<(), NotAbove> {
    let _above_current = outranks(&actor, current.as_ref())?;
    if (actor, new) != (Role::Owner, Some(Role::Owner)) {
        let _above_new = outranks(&actor, new.as_ref())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Administrator, Auditor, Helpdesk, Owner};

    #[test]
    fn the_table_of_permissions() {
        let table = [
            (Permission::Read, [true, true, true, true]),
            (Permission::People, [false, true, true, true]),
            (Permission::Applications, [false, false, true, true]),
            (Permission::Roles, [false, false, true, true]),
        ];
        for (permission, row) in table {
            assert_eq!(Role::ALL.map(|role| role.may(permission)), row, "{permission:?}");
        }
    }

    #[test]
    fn words_and_back() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("Owner"), None);
        assert_eq!(Role::parse("none"), None);
    }

    #[test]
    fn nobody_gives_what_they_do_not_stand_above() {
        let table = [
            (Owner, None, Some(Owner), true),
            (Owner, Some(Administrator), Some(Owner), true),
            (Owner, Some(Owner), None, false),
            (Owner, Some(Owner), Some(Administrator), false),
            (Owner, Some(Administrator), None, true),
            (Administrator, None, Some(Owner), false),
            (Administrator, None, Some(Administrator), false),
            (Administrator, None, Some(Helpdesk), true),
            (Administrator, Some(Helpdesk), Some(Auditor), true),
            (Administrator, Some(Administrator), None, false),
            (Helpdesk, None, Some(Auditor), true),
            (Auditor, None, None, true),
        ];
        for (actor, current, new, allowed) in table {
            assert_eq!(may_grant(actor, current, new).is_ok(), allowed, "{actor:?}: {current:?} to {new:?}");
        }
    }
}
