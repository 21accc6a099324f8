//! Migrations: forward only, the same names on both engines.

use aws_lc_rs::digest::{SHA256, digest};

use crate::OpenError;

/// One step of the schema, with its text for each engine. Once released it is
/// never edited, only followed by another.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Unique among all migrations of a service, such as `idp-0003-devices`.
    pub name: &'static str,
    /// The statements for SQLite. Tables are `strict`.
    pub sqlite: &'static str,
    /// The statements for PostgreSQL. Text is `collate "C"`.
    pub postgres: &'static str,
}

/// The tables of the event log, which stand before every service's own.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "store-0001-events",
    sqlite: include_str!("../migrations/sqlite/0001_events.sql"),
    postgres: include_str!("../migrations/postgres/0001_events.sql"),
}];

/// A migration as the database remembers it.
pub(crate) struct Applied {
    pub(crate) name: String,
    pub(crate) checksum: String,
}

/// Which text of a migration an engine runs.
pub(crate) type TextOf = fn(&Migration) -> &'static str;

/// What is still to apply, in order. Refuses what a newer or another program
/// has done to this database (T111).
pub(crate) fn pending<'m>(
    migrations: &'m [Migration],
    applied: &[Applied],
    text: TextOf,
) -> Result<Vec<&'m Migration>, OpenError> {
    let unknown: Vec<String> = applied
        .iter()
        .filter(|applied| migrations.iter().all(|known| known.name != applied.name))
        .map(|applied| applied.name.clone())
        .collect();
    if !unknown.is_empty() {
        return Err(OpenError::NewerSchema { unknown });
    }
    let mut pending = Vec::new();
    for migration in migrations {
        match applied.iter().find(|done| done.name == migration.name) {
            None => pending.push(migration),
            Some(done) if done.checksum == checksum(text(migration)) => {}
            Some(done) => {
                return Err(OpenError::ChangedMigration { name: done.name.clone() });
            }
        }
    }
    Ok(pending)
}

pub(crate) fn named_once(migrations: &[Migration]) -> Result<(), OpenError> {
    let mut names: Vec<&str> = migrations.iter().map(|migration| migration.name).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(OpenError::TwiceNamed { name: pair[0].to_owned() }),
        None => Ok(()),
    }
}

/// SHA-256 of the text, in hexadecimal.
pub(crate) fn checksum(text: &str) -> String {
    hex::encode(digest(&SHA256, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: [Migration; 2] = [
        Migration { name: "a", sqlite: "create a", postgres: "" },
        Migration { name: "b", sqlite: "create b", postgres: "" },
    ];

    fn applied(name: &str, text: &str) -> Applied {
        Applied { name: name.to_owned(), checksum: checksum(text) }
    }

    fn names(applied: &[Applied]) -> Result<Vec<&'static str>, OpenError> {
        let pending = pending(&TWO, applied, |migration| migration.sqlite)?;
        Ok(pending.iter().map(|migration| migration.name).collect())
    }

    #[test]
    fn what_is_missing_is_applied_in_order() {
        assert_eq!(names(&[]).unwrap(), ["a", "b"]);
        assert_eq!(names(&[applied("a", "create a")]).unwrap(), ["b"]);
        // A crate below got a new migration after one above was applied.
        assert_eq!(names(&[applied("b", "create b")]).unwrap(), ["a"]);
    }

    #[test]
    fn a_newer_schema_is_refused_by_name() {
        let error = names(&[applied("a", "create a"), applied("c", "x")]).unwrap_err();
        assert!(matches!(&error, OpenError::NewerSchema { unknown } if unknown == &["c"]));
        assert!(error.to_string().contains("newer version"));
    }

    #[test]
    fn an_edited_migration_is_refused() {
        let error = names(&[applied("a", "create another a")]).unwrap_err();
        assert!(matches!(error, OpenError::ChangedMigration { name } if name == "a"));
    }

    #[test]
    fn one_name_is_one_migration() {
        assert!(named_once(&TWO).is_ok());
        assert!(matches!(
            named_once(&[TWO[0], TWO[1], TWO[0]]),
            Err(OpenError::TwiceNamed { name }) if name == "a"
        ));
    }
}
