//! Values of the model in columns and back. What cannot be read again is an
//! error of the database, never a default.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ::store::{Row, StoreError, Value};
use console::person::{DisplayName, EmailAddress};
use uuid::Uuid;

use crate::model::{AccountId, DirectoryId, DomainName, GroupId, OrganizationId, PolicyId, TestId, UniqueId};

macro_rules! ids {
    ($($id:ty),+) => {
        $(impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::from(id.uuid())
            }
        })+
    };
}

ids!(AccountId, DirectoryId, GroupId, OrganizationId, PolicyId, TestId, UniqueId);

impl From<&AccountId> for Value {
    fn from(id: &AccountId) -> Self {
        Self::from(id.uuid())
    }
}

impl From<&DomainName> for Value {
    fn from(name: &DomainName) -> Self {
        Self::from(name.as_str())
    }
}

/// An id column.
pub(crate) fn id<T>(row: &Row, column: usize, of: fn(Uuid) -> T) -> Result<T, StoreError> {
    row.get(column).map(of)
}

/// An id column that may be empty.
pub(crate) fn some_id<T>(row: &Row, column: usize, of: fn(Uuid) -> T) -> Result<Option<T>, StoreError> {
    Ok(row.get::<Option<Uuid>>(column)?.map(of))
}

/// A column that holds the text form of a value.
pub(crate) fn parsed<T: FromStr>(row: &Row, column: usize) -> Result<T, StoreError> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| unreadable(column))
}

/// The same, for values that are parsed by a function; an empty column is none.
pub(crate) fn some<T, E>(
    row: &Row,
    column: usize,
    parse: fn(&str) -> Result<T, E>,
) -> Result<Option<T>, StoreError> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| parse(&text).map_err(|_| unreadable(column))).transpose()
}

/// A name column.
pub(crate) fn name(row: &Row, column: usize) -> Result<DisplayName, StoreError> {
    some(row, column, DisplayName::parse)?.ok_or_else(|| unreadable(column))
}

/// An address column.
pub(crate) fn address(row: &Row, column: usize) -> Result<EmailAddress, StoreError> {
    some(row, column, EmailAddress::parse)?.ok_or_else(|| unreadable(column))
}

/// A duration column, in microseconds.
pub(crate) fn duration(row: &Row, column: usize) -> Result<Duration, StoreError> {
    row.get(column).map(Duration::from_micros)
}

/// A duration as stored.
pub(crate) fn micros(duration: Duration) -> Value {
    Value::Int(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
}

/// A stored value that the model cannot read.
pub(crate) fn unreadable(column: usize) -> StoreError {
    StoreError::Backend(Box::new(Unreadable(column)))
}

#[derive(Debug)]
struct Unreadable(usize);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the stored value of column {} is none of ours", self.0)
    }
}

impl std::error::Error for Unreadable {}
