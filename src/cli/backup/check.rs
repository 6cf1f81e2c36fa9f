//! What a restored database is asked: its changes, its rows, its audit log.

use std::io::Write;

use sea_orm::{ConnectionTrait as _, DbBackend, DbErr, Statement};

use crate::audit::verify;
use crate::cli::{CliError, io_error};
use crate::db::{self, Db};

/// Tells of every table and every chain.
pub(super) async fn told(db: &Db, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let changes = db::migration_status(db).await?;
    let applied = changes.iter().filter(|(_, is_applied)| *is_applied).count();
    let mut lines = vec![format!("{applied} of {} changes of the schema are applied", changes.len())];
    if applied < changes.len() {
        lines.push("`bina serve` or `bina migrate up` applies the others".to_owned());
    }
    for (table, rows) in counts(db).await? {
        lines.push(format!("{rows:>12}  {table}"));
    }
    let mut broken = None;
    // A backup of before there was an audit log has none.
    if changes.iter().any(|(name, is_applied)| *is_applied && name == "m0006_audit") {
        verify::verify(db.read(), &mut |found| match found {
            Ok(head) => lines.push(format!("{}  {} entries  head {}", head.chain, head.length, head.hash)),
            Err(fault) => broken = broken.take().or(Some(fault)),
        })
        .await?;
    }
    lines.iter().try_for_each(|line| writeln!(out, "{line}")).map_err(io_error("the terminal"))?;
    match broken {
        Some(fault) => Err(CliError::Broken(format!("the backup was restored as it is, but {fault}"))),
        None => Ok(()),
    }
}

/// The rows of every table, by name.
async fn counts(db: &Db) -> Result<Vec<(String, i64)>, DbErr> {
    let engine = db.engine();
    let tables = match engine {
        DbBackend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
        _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1",
    };
    let mut counts = Vec::new();
    for table in db.read().query_all_raw(Statement::from_string(engine, tables)).await? {
        let table: String = table.try_get_by_index(0)?;
        let count = format!("SELECT count(*) FROM \"{}\"", table.replace('"', "\"\""));
        let row = db.read().query_one_raw(Statement::from_string(engine, count)).await?;
        let rows = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        counts.push((table, rows));
    }
    Ok(counts)
}
