//! Statements: one text for both engines, rewritten where they differ.

/// One SQL statement, with its parameters written `$1`, `$2`, …
///
/// Made by [`statements!`](crate::statements) only, so that a list of all
/// statements of a crate exists and a test can prepare each on both engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sql {
    text: &'static str,
    positional: &'static str,
}

impl Sql {
    #[doc(hidden)]
    #[must_use]
    pub const fn registered(text: &'static str, positional: &'static [u8]) -> Sql {
        match std::str::from_utf8(positional) {
            Ok(positional) => Sql { text, positional },
            // Evaluated by the compiler: a statement that breaks here does not build.
            Err(_) => panic!("a rewritten statement is UTF-8 as its original was"),
        }
    }

    /// The statement as it was written.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.text
    }

    /// With `?n` for `$n`: to SQLite `$n` is a *name*, numbered by first
    /// appearance, so that `… $2 … $1` would swap its arguments.
    pub(crate) const fn positional(self) -> &'static str {
        self.positional
    }
}

/// Declares statements as constants of type [`Sql`] and lists them in
/// `STATEMENTS`. Use it once in a module.
///
/// The texts are standard SQL that both engines read alike; parameters are
/// `$1`, `$2`, …, and a parameter whose type does not follow from its place is
/// cast (`cast($1 as bigint)`).
///
/// ```
/// store::statements! {
///     /// By its id: (id, name).
///     pub(crate) FIND_USER = "select id, name from person where id = $1";
///     pub(crate) COUNT_USERS = "select count(*) from person";
/// }
/// assert_eq!(STATEMENTS, [FIND_USER, COUNT_USERS]);
/// ```
#[macro_export]
macro_rules! statements {
    ($($(#[$meta:meta])* $vis:vis $name:ident = $text:expr;)+) => {
        $(
            $(#[$meta])*
            $vis const $name: $crate::Sql = {
                const TEXT: &str = $text;
                const POSITIONAL: [u8; TEXT.len()] = $crate::positional(TEXT);
                $crate::Sql::registered(TEXT, &POSITIONAL)
            };
        )+
        /// Every statement of this module.
        #[allow(dead_code, reason = "read by the test that prepares all statements")]
        pub(crate) const STATEMENTS: &[$crate::Sql] = &[$($name),+];
    };
}

/// `$1` → `?1` outside of quotes. Same length, so the compiler can do it.
#[doc(hidden)]
#[must_use]
pub const fn positional<const N: usize>(text: &str) -> [u8; N] {
    let bytes = text.as_bytes();
    let mut out = [0; N];
    let mut quote = 0;
    let mut at = 0;
    while at < N {
        let byte = bytes[at];
        out[at] = byte;
        if quote != 0 {
            // A doubled quote closes and opens again: nothing special to do.
            if byte == quote {
                quote = 0;
            }
        } else if byte == b'\'' || byte == b'"' {
            quote = byte;
        } else if byte == b'$' && at + 1 < N && bytes[at + 1].is_ascii_digit() {
            out[at] = b'?';
        }
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    statements! {
        SWAPPED = "select $2, '$1', \"$1\", 'it''s $2', $1";
    }

    #[test]
    fn parameters_are_numbered_and_quotes_left_alone() {
        assert_eq!(SWAPPED.positional(), "select ?2, '$1', \"$1\", 'it''s $2', ?1");
        assert_eq!(SWAPPED.text(), "select $2, '$1', \"$1\", 'it''s $2', $1");
        assert_eq!(STATEMENTS, [SWAPPED]);
    }
}
