//! The statements of a group. On PostgreSQL the text of each is the same for any number of rows: it is planned once.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate};
use entity::check_in::{self, Column};
use entity::ids::{CheckInId, EmployeeId};
use sea_orm::sea_query::{ArrayType, ColumnType, OnConflict};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, DbBackend, EntityTrait as _, IdenStatic as _,
    Iterable as _, ModelTrait as _, QueryTrait as _, Statement, Value,
};
use uuid::Uuid;

use crate::error::Result;

/// Whose intent: unique for ever.
pub(super) type Key = (EmployeeId, Uuid);

/// Writes the rows whose key is not taken; answers those that stand under the keys of the others.
pub(super) async fn insert(
    transaction: &DatabaseTransaction,
    rows: &[check_in::Model],
) -> Result<HashMap<Key, check_in::Model>> {
    if rows.is_empty() || write(transaction, rows).await? == rows.len() as u64 {
        return Ok(HashMap::new());
    }
    let keys: Vec<Key> = rows.iter().map(|row| (row.employee_id, row.idempotency_key)).collect();
    let ours: HashSet<CheckInId> = rows.iter().map(|row| row.id).collect();
    let mut standing = find(transaction, &keys).await?;
    standing.retain(|_, row| !ours.contains(&row.id));
    Ok(standing)
}

/// Writes the rows whose key is not taken; says how many.
async fn write(transaction: &DatabaseTransaction, rows: &[check_in::Model]) -> Result<u64> {
    // In one order for every process: two that write the same keys wait for each other, and not both for ever.
    let mut rows: Vec<&check_in::Model> = rows.iter().collect();
    rows.sort_unstable_by_key(|row| (row.employee_id, row.idempotency_key));
    let engine = transaction.get_database_backend();
    let written = if engine == DbBackend::Postgres {
        let arrays = Column::iter().map(|column| values(column, &rows));
        transaction.execute_raw(Statement::from_sql_and_values(engine, &*INSERT, arrays)).await?
    } else {
        let rows = rows.into_iter().cloned().map(check_in::ActiveModel::from);
        let taken = OnConflict::columns([Column::EmployeeId, Column::IdempotencyKey]).do_nothing().to_owned();
        transaction.execute(&check_in::Entity::insert_many(rows).on_conflict(taken).into_query()).await?
    };
    Ok(written.rows_affected())
}

/// The check-ins of keys, as far as there are any.
pub(super) async fn find(transaction: &DatabaseTransaction, keys: &[Key]) -> Result<HashMap<Key, check_in::Model>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let engine = transaction.get_database_backend();
    let (sought, values): (String, Vec<Value>) = if engine == DbBackend::Postgres {
        let people = array(ArrayType::Uuid, keys.iter().map(|(person, _)| person.0.into()));
        let keys = array(ArrayType::Uuid, keys.iter().map(|(_, key)| (*key).into()));
        ("UNNEST($1::uuid[], $2::uuid[])".to_owned(), vec![people, keys])
    } else {
        let pairs = vec!["(?, ?)"; keys.len()].join(", ");
        let values = keys.iter().flat_map(|(person, key)| [person.0.into(), (*key).into()]);
        (format!("(VALUES {pairs})"), values.collect())
    };
    // The keys first, then the index: in this order for SQLite, which takes a cross join as it is written.
    let sql = format!(
        "WITH sought (employee_id, idempotency_key) AS (SELECT * FROM {sought} AS pairs) \
         SELECT check_in.* FROM sought CROSS JOIN check_in \
         WHERE check_in.employee_id = sought.employee_id AND check_in.idempotency_key = sought.idempotency_key"
    );
    let found = check_in::Entity::find().from_raw_sql(Statement::from_sql_and_values(engine, sql, values));
    let keyed = |row: check_in::Model| ((row.employee_id, row.idempotency_key), row);
    Ok(found.all(transaction).await?.into_iter().map(keyed).collect())
}

/// How PostgreSQL names the types of the columns, and in each a value that no check-in has: an array of the ORM holds no
/// null, so this stands for what is absent.
fn kind(column: Column) -> (&'static str, ArrayType, Value) {
    match column.def().get_column_type() {
        ColumnType::Uuid => ("uuid", ArrayType::Uuid, Uuid::nil().into()),
        ColumnType::TimestampWithTimeZone => ("timestamptz", ArrayType::ChronoDateTimeUtc, DateTime::UNIX_EPOCH.into()),
        ColumnType::Date => ("date", ArrayType::ChronoDate, NaiveDate::default().into()),
        ColumnType::VarBinary(_) => ("bytea", ArrayType::Bytes, Vec::<u8>::new().into()),
        ColumnType::Double => ("double precision", ArrayType::Double, f64::NAN.into()),
        ColumnType::Integer => ("integer", ArrayType::Int, i32::MIN.into()),
        ColumnType::Boolean => ("boolean", ArrayType::Bool, false.into()),
        _ => ("text", ArrayType::String, String::new().into()),
    }
}

fn array(kind: ArrayType, values: impl Iterator<Item = Value>) -> Value {
    Value::Array(kind, Some(Box::new(values.collect())))
}

/// A column's values in all rows.
fn values(column: Column, rows: &[&check_in::Model]) -> Value {
    let (_, kind, nothing) = kind(column);
    let absent = nothing.as_null();
    let value = |row: &&check_in::Model| Some(row.get(column)).filter(|value| *value != absent);
    array(kind, rows.iter().map(|row| value(row).unwrap_or_else(|| nothing.clone())))
}

/// `INSERT … SELECT … FROM UNNEST(…)`, one array a column.
static INSERT: LazyLock<String> = LazyLock::new(|| {
    let names: Vec<_> = Column::iter().map(|column| column.as_str().to_owned()).collect();
    let arrays = Column::iter().zip(1..).map(|(column, at)| format!("${at}::{}[]", kind(column).0));
    let read = Column::iter().map(|column| {
        let (name, (sql, _, nothing)) = (column.as_str(), kind(column));
        // All of them are written alike by SQL and by us, but for texts without their quotes.
        let nothing = nothing.to_string();
        let nothing = nothing.trim_matches('\'');
        if column.def().is_null() { format!("NULLIF({name}, '{nothing}'::{sql})") } else { name.to_owned() }
    });
    let (read, arrays): (Vec<_>, Vec<_>) = (read.collect(), arrays.collect());
    let (names, read, arrays) = (names.join(", "), read.join(", "), arrays.join(", "));
    format!(
        "INSERT INTO check_in ({names}) SELECT {read} FROM UNNEST({arrays}) AS fresh ({names}) \
         ON CONFLICT (employee_id, idempotency_key) DO NOTHING"
    )
});
