//! A list of people as a file: an address, a first and a last name in each
//! row. Read row by row, each bad one named. Pure.

use std::collections::{BTreeMap, BTreeSet};

use console::person::{DisplayName, EmailAddress};

use super::import::{FileError, records};

/// Somebody to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// The line, counted from 1.
    pub line: u64,
    /// The address.
    pub address: EmailAddress,
    /// First and last name, as far as they stand there.
    pub names: [Option<DisplayName>; 2],
}

/// A row that is not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPerson {
    /// Its line.
    pub line: u64,
    /// What stands in its first field.
    pub text: String,
    /// Why.
    pub fault: PersonFault,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonFault {
    /// There is no address in its first field.
    NotAnAddress,
    /// A name cannot be shown.
    NotAName,
    /// The address stood there before.
    Repeated,
    /// The account is in the organisation already.
    Member,
    /// An account of another organisation has the address.
    Taken,
    /// Another organisation has proved the domain of the address.
    DomainElsewhere,
    /// The row cannot be read at all.
    Unreadable,
}

/// The rows of a file: whom it would add, and what it would not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// In the order of the file, each address once.
    pub new: Vec<NewPerson>,
    /// In the order of the file.
    pub bad: Vec<BadPerson>,
}

/// Reads a file. A first row that is a heading is passed over, and so are empty rows.
///
/// # Errors
/// [`FileError`]; single rows that are wrong are named in [`People::bad`].
pub fn read_people(file: &[u8]) -> Result<People, FileError> {
    let mut people = People::default();
    let mut seen = BTreeSet::new();
    for (line, row) in records(file)? {
        let Some(row) = row else {
            people.bad.push(BadPerson { line, text: String::new(), fault: PersonFault::Unreadable });
            continue;
        };
        let first = row.get(0).unwrap_or_default();
        let text: String = String::from_utf8_lossy(first).chars().take(SHOWN).collect();
        match person(line, &row, &mut seen) {
            Ok(person) => people.new.push(person),
            Err(fault) => people.bad.push(BadPerson { line, text, fault }),
        }
        if people.new.len() + people.bad.len() > MOST_PEOPLE {
            return Err(FileError::TooManyRows);
        }
    }
    match people.new.is_empty() && people.bad.is_empty() {
        true => Err(FileError::Empty),
        false => Ok(people),
    }
}

fn person(line: u64, row: &csv::ByteRecord, seen: &mut BTreeSet<String>) -> Result<NewPerson, PersonFault> {
    let text = |at: usize| std::str::from_utf8(row.get(at).unwrap_or_default());
    let address = text(0).ok().and_then(|text| EmailAddress::parse(text).ok());
    let address = address.ok_or(PersonFault::NotAnAddress)?;
    let name = |at: usize| match text(at).map_err(|_| PersonFault::NotAName)? {
        "" => Ok(None),
        text => DisplayName::parse(text).map(Some).map_err(|_| PersonFault::NotAName),
    };
    let names = [name(1)?, name(2)?];
    match seen.insert(address.as_str().to_owned()) {
        true => Ok(NewPerson { line, address, names }),
        false => Err(PersonFault::Repeated),
    }
}

/// What is known of an address that cannot be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A member of the organisation.
    Member,
    /// Somebody else.
    Other,
    /// Nobody, but its domain is another organisation's.
    Domain,
}

impl People {
    /// Without those of whom that is known; they are named among the bad rows.
    #[must_use]
    pub fn without(mut self, known: &BTreeMap<String, Holder>) -> Self {
        let (taken, new): (Vec<NewPerson>, Vec<NewPerson>) =
            self.new.into_iter().partition(|person| known.contains_key(person.address.as_str()));
        self.bad.extend(taken.into_iter().map(|person| BadPerson {
            line: person.line,
            text: person.address.shown().to_owned(),
            fault: match known.get(person.address.as_str()) {
                Some(Holder::Member) => PersonFault::Member,
                Some(Holder::Domain) => PersonFault::DomainElsewhere,
                Some(Holder::Other) | None => PersonFault::Taken,
            },
        }));
        self.bad.sort_by_key(|row| row.line);
        Self { new, bad: self.bad }
    }
}

/// So many rows at most.
pub const MOST_PEOPLE: usize = 2_000;

/// So much of a bad row's first field is shown.
const SHOWN: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_people_and_each_bad_one_is_named() {
        let file = "E-mail;First;Last\nana@b.example;Ana;Ortiz\nnobody;No;Body\n\nANA@b.example;;\n\
            ben@b.example\ncy@b.example;C\u{200b}y;\n";
        let people = read_people(file.as_bytes()).unwrap();
        let new: Vec<(u64, &str, Vec<&str>)> = people
            .new
            .iter()
            .map(|one| {
                let names = one.names.iter().flatten().map(DisplayName::as_str).collect();
                (one.line, one.address.as_str(), names)
            })
            .collect();
        assert_eq!(new, [(2, "ana@b.example", vec!["Ana", "Ortiz"]), (6, "ben@b.example", vec![])]);
        let bad: Vec<(u64, PersonFault)> = people.bad.iter().map(|row| (row.line, row.fault)).collect();
        let expected =
            [(3, PersonFault::NotAnAddress), (5, PersonFault::Repeated), (7, PersonFault::NotAName)];
        assert_eq!(bad, expected);
        let known = BTreeMap::from([("ben@b.example".to_owned(), Holder::Member)]);
        let left = people.without(&known);
        assert_eq!((left.new.len(), left.bad.len()), (1, 4));
        assert_eq!((left.bad[2].line, left.bad[2].fault), (6, PersonFault::Member));
    }

    #[test]
    fn a_file_has_bounds() {
        assert_eq!(read_people(b"email\n"), Err(FileError::Empty));
        let many = |n: usize| (0..n).map(|i| format!("u{i}@b.example\n")).collect::<String>();
        assert_eq!(read_people(many(MOST_PEOPLE).as_bytes()).unwrap().new.len(), MOST_PEOPLE);
        assert_eq!(read_people(many(MOST_PEOPLE + 1).as_bytes()), Err(FileError::TooManyRows));
    }
}
