//! Arguments in, rows out, errors named.

use std::collections::HashMap;

use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID, SQLITE_CONSTRAINT_UNIQUE};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ToSql};

use crate::error::{BadArguments, Constraint};
use crate::{Row, Sql, StoreError, Value};

/// What SQLite says was not unique (`table.column, table.other`) → the name of
/// the index or key; read from the schema when the store is opened.
pub(crate) type Names = HashMap<String, String>;

pub(super) fn query(
    connection: &Connection,
    sql: Sql,
    args: &[Value],
    names: &Names,
) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    each(connection, sql, args, names, &mut |row| {
        rows.push(row);
        Ok::<(), StoreError>(())
    })?;
    Ok(rows)
}

pub(super) fn each<E: From<StoreError>>(
    connection: &Connection,
    sql: Sql,
    args: &[Value],
    names: &Names,
    each: &mut dyn FnMut(Row) -> Result<(), E>,
) -> Result<(), E> {
    let mut statement = bound(connection, sql, args, names)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(|e| error(e, names))? {
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            values.push(value(row.get_ref(column).map_err(StoreError::backend)?)?);
        }
        each(Row::new(values))?;
    }
    Ok(())
}

pub(super) fn execute(
    connection: &Connection,
    sql: Sql,
    args: &[Value],
    names: &Names,
) -> Result<u64, StoreError> {
    let mut statement = bound(connection, sql, args, names)?;
    let changed = statement.raw_execute().map_err(|e| error(e, names))?;
    Ok(changed as u64)
}

#[cfg(feature = "testing")]
pub(super) fn prepare(connection: &Connection, sql: Sql, names: &Names) -> Result<(), StoreError> {
    let prepared = connection.prepare(sql.positional());
    prepared.map(drop).map_err(|e| error(e, names))
}

fn bound<'c>(
    connection: &'c Connection,
    sql: Sql,
    args: &[Value],
    names: &Names,
) -> Result<CachedStatement<'c>, StoreError> {
    let mut statement = connection.prepare_cached(sql.positional()).map_err(|e| error(e, names))?;
    BadArguments::check(args, statement.parameter_count())?;
    for (index, arg) in args.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, arg).map_err(StoreError::backend)?;
    }
    Ok(statement)
}

fn value(value: ValueRef<'_>) -> Result<Value, StoreError> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(int) => Value::Int(int),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).map_err(StoreError::backend)?;
            Value::Text(text.to_owned())
        }
        ValueRef::Blob(blob) => Value::Blob(blob.to_vec()),
        ValueRef::Real(_) => return Err(StoreError::backend("a column is a floating number")),
    })
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(int) => ValueRef::Integer(*int),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(blob) => ValueRef::Blob(blob),
        }))
    }
}

pub(super) fn error(error: rusqlite::Error, names: &Names) -> StoreError {
    let rusqlite::Error::SqliteFailure(code, message) = &error else {
        return StoreError::backend(error);
    };
    if code.code == ErrorCode::DatabaseBusy {
        return StoreError::Busy;
    }
    let unique = [SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID];
    if !unique.contains(&code.extended_code) {
        return StoreError::backend(error);
    }
    let said = message.as_deref().unwrap_or_default();
    let what = said.strip_prefix("UNIQUE constraint failed: ");
    let what = what.unwrap_or(said);
    // An index over an expression is named by SQLite itself.
    let index = what.strip_prefix("index '").and_then(|name| name.strip_suffix('\''));
    let name = index.or_else(|| names.get(what).map(String::as_str));
    StoreError::Conflict(Constraint::named(name.unwrap_or(what)))
}
