//! Arguments and results: the few types that both engines keep alike.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

use crate::StoreError;

/// An argument of a statement, or a column of a row.
///
/// Timestamps are whole microseconds since 1970 (`bigint`), booleans 0 and 1
/// (`bigint`), UUIDs their hyphenated lower-case text.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// No value.
    Null,
    /// `bigint` (`integer` in SQLite).
    Int(i64),
    /// `text`; never with a NUL in it, which PostgreSQL cannot store.
    Text(String),
    /// `bytea` (`blob` in SQLite).
    Blob(Vec<u8>),
}

/// Says of what kind a value is and how long, not what: drivers log arguments.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("Null"),
            Value::Int(_) => f.write_str("Int"),
            Value::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Value::Blob(bytes) => write!(f, "Blob({} bytes)", bytes.len()),
        }
    }
}

/// One row of a result.
#[derive(Clone, Debug)]
pub struct Row {
    columns: Vec<Value>,
}

impl Row {
    pub(crate) fn new(columns: Vec<Value>) -> Row {
        Row { columns }
    }

    /// The column at `column`, counted from 0 in the order of the select list.
    ///
    /// # Errors
    /// [`StoreError::Backend`] with a [`ColumnError`] if there is no such
    /// column or its value is not a `T`.
    pub fn get<T: FromColumn>(&self, column: usize) -> Result<T, StoreError> {
        let value = self.columns.get(column).ok_or(ColumnError::Missing { column });
        value
            .and_then(|value| {
                T::from_column(value).ok_or(ColumnError::Unfit { column, wanted: std::any::type_name::<T>() })
            })
            .map_err(StoreError::backend)
    }
}

/// A column that is not what the reader takes it for: an error in the program
/// or in the stored data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnError {
    /// The row has fewer columns.
    #[error("the row has no column {column}")]
    Missing {
        /// Counted from 0.
        column: usize,
    },
    /// The value is not one of the wanted type.
    #[error("column {column} is not a {wanted}")]
    Unfit {
        /// Counted from 0.
        column: usize,
        /// The Rust type asked for.
        wanted: &'static str,
    },
}

/// A type that a column can be read as.
pub trait FromColumn: Sized {
    /// The value as `Self`, or nothing if it is none.
    fn from_column(value: &Value) -> Option<Self>;
}

impl FromColumn for Value {
    fn from_column(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}

impl FromColumn for i64 {
    fn from_column(value: &Value) -> Option<Self> {
        match value {
            Value::Int(int) => Some(*int),
            _ => None,
        }
    }
}

impl FromColumn for u64 {
    fn from_column(value: &Value) -> Option<Self> {
        i64::from_column(value)?.try_into().ok()
    }
}

impl FromColumn for u32 {
    fn from_column(value: &Value) -> Option<Self> {
        i64::from_column(value)?.try_into().ok()
    }
}

impl FromColumn for bool {
    fn from_column(value: &Value) -> Option<Self> {
        match value {
            Value::Int(0) => Some(false),
            Value::Int(1) => Some(true),
            _ => None,
        }
    }
}

impl FromColumn for String {
    fn from_column(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(value: &Value) -> Option<Self> {
        match value {
            Value::Blob(blob) => Some(blob.clone()),
            _ => None,
        }
    }
}

impl<const N: usize> FromColumn for [u8; N] {
    fn from_column(value: &Value) -> Option<Self> {
        match value {
            Value::Blob(blob) => blob.as_slice().try_into().ok(),
            _ => None,
        }
    }
}

impl FromColumn for Timestamp {
    fn from_column(value: &Value) -> Option<Self> {
        Timestamp::from_microsecond(i64::from_column(value)?).ok()
    }
}

impl FromColumn for Uuid {
    fn from_column(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Uuid::try_parse(text).ok(),
            _ => None,
        }
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_column(value).map(Some),
        }
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Value {
        Value::Int(int)
    }
}

impl From<i32> for Value {
    fn from(int: i32) -> Value {
        Value::Int(int.into())
    }
}

impl From<u32> for Value {
    fn from(int: u32) -> Value {
        Value::Int(int.into())
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Value {
        Value::Int(truth.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Value {
        Value::Text(text.clone())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Value {
        Value::Blob(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Value {
        Value::Blob(bytes.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Value {
        Value::Blob(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Value {
        Value::Blob(bytes.to_vec())
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Value {
        Value::Int(at.as_microsecond())
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Value {
        Value::Text(id.to_string())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_went() {
        let at: Timestamp = "2026-01-02T03:04:05.123456Z".parse().unwrap();
        let id = Uuid::from_u128(7);
        let row = Row::new(vec![
            at.into(),
            id.into(),
            true.into(),
            Option::<String>::None.into(),
            [1_u8, 2].into(),
        ]);
        assert_eq!(row.get::<Timestamp>(0).unwrap(), at);
        assert_eq!(row.get::<Uuid>(1).unwrap(), id);
        assert!(row.get::<bool>(2).unwrap());
        assert_eq!(row.get::<Option<String>>(3).unwrap(), None);
        assert_eq!(row.get::<[u8; 2]>(4).unwrap(), [1, 2]);
    }

    #[test]
    fn a_value_is_not_shown() {
        let values = [Value::from("hunter2"), Value::from(b"hunter2".as_slice()), Value::from(4711)];
        let shown = format!("{values:?}");
        assert!(!shown.contains("hunter") && !shown.contains("4711") && shown.contains("7 bytes"), "{shown}");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let row = Row::new(vec![Value::Int(2), Value::Null, Value::Int(-1)]);
        assert!(row.get::<bool>(0).is_err());
        assert!(row.get::<String>(1).is_err());
        assert!(row.get::<u64>(2).is_err());
        assert!(row.get::<i64>(3).is_err());
    }
}
