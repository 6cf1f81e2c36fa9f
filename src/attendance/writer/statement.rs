//! The statements of a group. On PostgreSQL the text of each is the same for any number of rows: it is planned once.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use chrono::NaiveDate;
use entity::check_in::{self, Column};
use entity::ids::{CheckInId, EmployeeId};
use sea_orm::sea_query::{ColumnType, OnConflict};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, DbBackend, EntityTrait as _, Iterable as _,
    ModelTrait as _, QueryResult, QueryTrait as _, Statement, Value,
};
use uuid::Uuid;

use crate::error::Result;

/// Writes the rows whose key is not taken; says which.
pub(super) async fn insert(
    transaction: &DatabaseTransaction,
    rows: &[check_in::Model],
) -> Result<HashSet<CheckInId>> {
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let written = match transaction.get_database_backend() {
        DbBackend::Postgres => {
            let arrays = Column::iter().map(|column| array(rows.iter().map(|row| row.get(column))));
            transaction.query_all_raw(Statement::from_sql_and_values(DbBackend::Postgres, &*INSERT, arrays)).await?
        }
        _ => {
            let rows = rows.iter().cloned().map(check_in::ActiveModel::from);
            let taken = OnConflict::columns([Column::EmployeeId, Column::IdempotencyKey]).do_nothing().to_owned();
            let mut insert = check_in::Entity::insert_many(rows).on_conflict(taken).into_query();
            transaction.query_all(insert.returning_col(Column::Id)).await?
        }
    };
    let id = |row: &QueryResult| Ok(CheckInId(row.try_get_by_index(0)?));
    written.iter().map(id).collect()
}

/// `INSERT … SELECT … FROM UNNEST(…)`, one array a column. An array of the ORM holds no null: what is absent is sent
/// as the column type's [`NOTHING`], which no check-in has.
static INSERT: LazyLock<String> = LazyLock::new(|| {
    let (mut names, mut values, mut arrays) = (String::new(), String::new(), String::new());
    for (at, column) in Column::iter().enumerate() {
        let (comma, name) = (if at == 0 { "" } else { ", " }, column.as_str());
        let definition = column.def();
        let (kind, nothing) = NOTHING
            .iter()
            .find_map(|(of, kind, nothing)| (of == definition.get_column_type()).then_some((kind, nothing)))
            .expect("every type that a check-in has is listed");
        let _ = write!(names, "{comma}{name}");
        let _ = write!(arrays, "{comma}${}::{kind}[]", at + 1);
        let _ = if definition.is_null() {
            write!(values, "{comma}NULLIF({name}, '{nothing}')")
        } else {
            write!(values, "{comma}{name}")
        };
    }
    format!(
        "INSERT INTO check_in ({names}) SELECT {values} FROM UNNEST({arrays}) AS fresh ({names}) \
         ON CONFLICT (employee_id, idempotency_key) DO NOTHING RETURNING id"
    )
});
