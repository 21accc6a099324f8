//! Arguments in, rows out, errors named.

use std::error::Error;

use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::error::Constraint;
use crate::{Row, StoreError, Value};

pub(super) fn row(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let columns = 0..row.len();
    let values: Result<Vec<Value>, _> = columns.map(|column| row.try_get(column)).collect();
    values.map(Row::new).map_err(error)
}

pub(super) fn error(error: tokio_postgres::Error) -> StoreError {
    let Some(said) = error.as_db_error() else {
        return match error.is_closed() || is_io(&error) {
            true => StoreError::Lost,
            false => StoreError::backend(error),
        };
    };
    let code = said.code();
    if *code == SqlState::UNIQUE_VIOLATION {
        return StoreError::Conflict(Constraint::named(said.constraint().unwrap_or_default()));
    }
    if *code == SqlState::IN_FAILED_SQL_TRANSACTION {
        StoreError::Failed
    } else if *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT {
        StoreError::Expired
    } else if BUSY.contains(code) {
        StoreError::Busy
    } else if LOST.contains(code) {
        StoreError::Lost
    } else {
        StoreError::backend(error)
    }
}

/// What an error of COMMIT means: only the server itself can say that nothing
/// was committed.
pub(super) fn unknown_unless_said(error: StoreError) -> StoreError {
    match error {
        StoreError::Backend(error) => match error.downcast_ref::<tokio_postgres::Error>() {
            Some(said) if said.as_db_error().is_some() => StoreError::Backend(error),
            _ => StoreError::Lost,
        },
        error => error,
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    error.source().is_some_and(|source| source.is::<std::io::Error>())
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, ty) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Int(int), &Type::INT8) => int.to_sql(ty, out),
            (Value::Int(int), &Type::INT4) => i32::try_from(*int)?.to_sql(ty, out),
            (Value::Text(text), _) if <&str as ToSql>::accepts(ty) => text.to_sql(ty, out),
            (Value::Blob(blob), &Type::BYTEA) => blob.to_sql(ty, out),
            (_, ty) => Err(format!("the value does not fit a parameter of type {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'r> FromSql<'r> for Value {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Value, Box<dyn Error + Sync + Send>> {
        Ok(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Int(bool::from_sql(ty, raw)?.into()),
            Type::BYTEA => Value::Blob(raw.to_vec()),
            _ => Value::Text(String::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Value, Box<dyn Error + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::INT4 | Type::BOOL | Type::BYTEA) || <String as FromSql>::accepts(ty)
    }
}

/// It may go through when tried again.
const BUSY: &[SqlState] = &[
    SqlState::LOCK_NOT_AVAILABLE,
    SqlState::T_R_DEADLOCK_DETECTED,
    SqlState::T_R_SERIALIZATION_FAILURE,
    SqlState::TOO_MANY_CONNECTIONS,
    SqlState::QUERY_CANCELED,
];

/// The server is going down or has been down.
const LOST: &[SqlState] = &[
    SqlState::ADMIN_SHUTDOWN,
    SqlState::CRASH_SHUTDOWN,
    SqlState::CANNOT_CONNECT_NOW,
    SqlState::CONNECTION_EXCEPTION,
    SqlState::CONNECTION_FAILURE,
];
