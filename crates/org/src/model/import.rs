//! A list of addresses as a file: read row by row, each bad one named. Pure.

use std::collections::{BTreeMap, BTreeSet};

use console::person::EmailAddress;

use super::ids::{AccountId, DirectoryId, OrganizationId};

/// The rows of a file, as they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Line numbers and addresses, each address once.
    pub good: Vec<(u64, EmailAddress)>,
    /// What could not be read.
    pub bad: Vec<BadRow>,
}

/// A row that is not imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Its line, counted from 1.
    pub line: u64,
    /// Why.
    pub fault: Fault,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// There is no address in its first field.
    NotAnAddress,
    /// The address stood there before.
    Repeated,
    /// There is no such account.
    Unknown,
    /// This organisation does not manage it.
    NotManaged,
    /// Its domain is not linked to the policy's directory.
    OtherDirectory,
    /// The row cannot be read at all.
    Unreadable,
}

impl Fault {
    /// The stable code on pages.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAnAddress => "not-an-address",
            Self::Repeated => "repeated",
            Self::Unknown => "account-unknown",
            Self::NotManaged => "account-not-managed",
            Self::OtherDirectory => "other-directory",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A whole file is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// More rows than an import takes.
    #[error("more than 10,000 rows")]
    TooManyRows,
    /// More bytes than so many rows could be.
    #[error("the file is too large")]
    TooLarge,
    /// No row at all.
    #[error("there are no rows in it")]
    Empty,
}

/// Reads the first field of each row as an address. A first row that is a
/// heading is passed over, and so are empty rows.
///
/// # Errors
/// [`FileError`]; single rows that are wrong are named in [`Rows::bad`].
pub fn read(file: &[u8]) -> Result<Rows, FileError> {
    let mut rows = Rows::default();
    let mut seen = BTreeSet::new();
    for (line, row) in records(file)? {
        let Some(row) = row else {
            rows.bad.push(BadRow { line, fault: Fault::Unreadable });
            continue;
        };
        match std::str::from_utf8(row.get(0).unwrap_or_default())
            .ok()
            .and_then(|text| EmailAddress::parse(text).ok())
        {
            None => rows.bad.push(BadRow { line, fault: Fault::NotAnAddress }),
            Some(address) if !seen.insert(address.as_str().to_owned()) => {
                rows.bad.push(BadRow { line, fault: Fault::Repeated });
            }
            Some(address) => rows.good.push((line, address)),
        }
        if rows.good.len() + rows.bad.len() > MOST_ROWS {
            return Err(FileError::TooManyRows);
        }
    }
    match rows.good.is_empty() && rows.bad.is_empty() {
        true => Err(FileError::Empty),
        false => Ok(rows),
    }
}

/// The rows of a file as people write it (with either line end, commas or
/// semicolons, some columns more or fewer), each with its line, counted from 1.
/// A heading and empty rows are passed over; `None` is a row that cannot be read.
///
/// # Errors
/// [`FileError::TooLarge`].
pub(super) fn records(file: &[u8]) -> Result<Vec<(u64, Option<csv::ByteRecord>)>, FileError> {
    if file.len() > MOST_BYTES {
        return Err(FileError::TooLarge);
    }
    let file = unix(file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter(&file))
        .from_reader(file.as_slice());
    let mut records = Vec::new();
    for (number, row) in (1_u64..).zip(reader.byte_records()) {
        let row = row.ok();
        let line = row.as_ref().and_then(csv::ByteRecord::position).map_or(number, |at| line(&file, at));
        let first = row.as_ref().map(|row| row.get(0).unwrap_or_default());
        if !first.is_some_and(|first| first.is_empty() || (number == 1 && is_heading(first))) {
            records.push((line, row));
        }
    }
    Ok(records)
}

/// The line of a row. The reader's own position is before the empty lines that it passes over.
fn line(file: &[u8], at: &csv::Position) -> u64 {
    let rest = usize::try_from(at.byte()).ok().and_then(|from| file.get(from..)).unwrap_or_default();
    (at.line()..).zip(rest).find(|(_, octet)| **octet != b'\n').map_or(at.line(), |(line, _)| line)
}

/// What is known of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The account.
    pub account: AccountId,
    /// Who manages it.
    pub managed_by: Option<OrganizationId>,
    /// The directory that its domain belongs to.
    pub home: Option<DirectoryId>,
}

/// What an import would do: whom it takes, and the rows that it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The accounts, in the order of the file.
    pub accounts: Vec<AccountId>,
    /// The bad rows, in the order of the file.
    pub bad: Vec<BadRow>,
}

/// Whom the rows mean. `into` is the directory whose policy they are to have;
/// without one, any account that the organisation manages is taken.
pub fn plan(
    rows: &Rows,
    known: &BTreeMap<String, Known>,
    (organization, into): (OrganizationId, Option<DirectoryId>),
) -> Plan {
    let mut plan = Plan { accounts: Vec::with_capacity(rows.good.len()), bad: rows.bad.clone() };
    for (line, address) in &rows.good {
        let fault = match known.get(address.as_str()) {
            None => Fault::Unknown,
            Some(found) if found.managed_by != Some(organization) => Fault::NotManaged,
            Some(found) if into.is_some() && found.home != into => Fault::OtherDirectory,
            Some(found) => {
                plan.accounts.push(found.account);
                continue;
            }
        };
        plan.bad.push(BadRow { line: *line, fault });
    }
    plan.bad.sort_by_key(|row| row.line);
    plan
}

/// One kind of line end, so that lines are counted as people count them.
fn unix(file: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(file.len());
    let mut before = b'\0';
    for byte in file {
        match byte {
            b'\n' if before == b'\r' => {}
            b'\r' => lines.push(b'\n'),
            byte => lines.push(*byte),
        }
        before = *byte;
    }
    lines
}

/// Spreadsheets in many countries write semicolons.
fn delimiter(file: &[u8]) -> u8 {
    let line = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |sign| line.iter().filter(|byte| **byte == sign).count();
    match count(b';') > count(b',') {
        true => b';',
        false => b',',
    }
}

/// Whether the first field of a first row is no address.
fn is_heading(first: &[u8]) -> bool {
    !first.contains(&b'@')
}

/// So many rows at most.
pub const MOST_ROWS: usize = 10_000;

/// So many bytes at most: 320 characters a row and something beside them.
const MOST_BYTES: usize = 8 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn addresses(rows: &Rows) -> Vec<(u64, &str)> {
        rows.good.iter().map(|(line, address)| (*line, address.as_str())).collect()
    }

    fn faults(rows: &[BadRow]) -> Vec<(u64, Fault)> {
        rows.iter().map(|row| (row.line, row.fault)).collect()
    }

    #[test]
    fn files_are_read_as_people_write_them() {
        let plain: &[(u64, &str)] = &[(1, "a@b.example"), (2, "c@d.example")];
        let after_heading: &[(u64, &str)] = &[(2, "a@b.example"), (3, "c@d.example")];
        let cases: &[(&str, &[(u64, &str)])] = &[
            ("a@b.example\nc@d.example\n", plain),
            ("a@b.example\r\nc@d.example", plain),
            ("email\na@b.example\nc@d.example\n", after_heading),
            ("E-mail address,Name\na@b.example,Ana\nc@d.example,\"Cy, the third\"\n", after_heading),
            ("email;name\na@b.example;Ana\nc@d.example;Cy\n", after_heading),
            ("\u{feff}email\n a@b.example \n\"c@d.example\"\n", after_heading),
            ("A@B.Example\nc@d.example\n\n\n", plain),
        ];
        for (file, expected) in cases {
            let rows = read(file.as_bytes()).unwrap();
            assert_eq!(&addresses(&rows), expected, "{file:?}");
            assert_eq!(rows.bad, [], "{file:?}");
        }
    }

    #[test]
    fn each_bad_row_is_named_by_its_line() {
        let file = "email\na@b.example\nnobody\na@B.example\n\u{ff}@b.example\nc@d.example\n";
        let bytes: Vec<u8> = file.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let rows = read(&bytes).unwrap();
        assert_eq!(addresses(&rows), [(2, "a@b.example"), (6, "c@d.example")]);
        let expected = [(3, Fault::NotAnAddress), (4, Fault::Repeated), (5, Fault::NotAnAddress)];
        assert_eq!(faults(&rows.bad), expected);
    }

    #[test]
    fn a_file_has_bounds() {
        assert_eq!(read(b""), Err(FileError::Empty));
        assert_eq!(read(b"email\n"), Err(FileError::Empty));
        assert_eq!(read(&vec![b'x'; MOST_BYTES + 1]), Err(FileError::TooLarge));
        let many = |n: usize| (0..n).map(|i| format!("u{i}@b.example\n")).collect::<String>();
        assert_eq!(read(many(MOST_ROWS).as_bytes()).unwrap().good.len(), MOST_ROWS);
        assert_eq!(read(many(MOST_ROWS + 1).as_bytes()), Err(FileError::TooManyRows));
    }

    #[test]
    fn a_plan_says_of_each_row_what_becomes_of_it() {
        let file = "a@x.example\nb@x.example\nc@x.example\nd@x.example\nbad\n";
        let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let known = |n: u128, manager: Option<Uuid>, home: u128| Known {
            account: AccountId::new(Uuid::from_u128(n)),
            managed_by: manager.map(OrganizationId::new),
            home: Some(DirectoryId::new(Uuid::from_u128(home))),
        };
        let all = BTreeMap::from([
            ("a@x.example".to_owned(), known(10, Some(ours), 5)),
            ("b@x.example".to_owned(), known(11, Some(theirs), 5)),
            ("c@x.example".to_owned(), known(12, Some(ours), 6)),
        ]);
        let rows = read(file.as_bytes()).unwrap();
        let into = Some(DirectoryId::new(Uuid::from_u128(5)));
        let strict = plan(&rows, &all, (OrganizationId::new(ours), into));
        assert_eq!(strict.accounts, [AccountId::new(Uuid::from_u128(10))]);
        let expected = [
            (2, Fault::NotManaged),
            (3, Fault::OtherDirectory),
            (4, Fault::Unknown),
            (5, Fault::NotAnAddress),
        ];
        assert_eq!(faults(&strict.bad), expected);
        let any = plan(&rows, &all, (OrganizationId::new(ours), None));
        assert_eq!(any.accounts.len(), 2);
    }
}
