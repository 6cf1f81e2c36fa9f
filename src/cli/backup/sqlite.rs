//! The embedded database.

use std::fs::{self, OpenOptions};
use std::path::Path;

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use super::file::Draft;
use super::refused;
use crate::cli::{CliError, io_error};
use crate::config::DatabaseConfig;
use crate::db::Db;

/// Writes a snapshot into an empty file. Others read and write meanwhile: it is one long read.
pub(super) async fn dump(db: &Db, into: &Path) -> Result<(), CliError> {
    let path = into.to_str().ok_or_else(|| refused(into, "its name is no UTF-8"))?;
    let vacuum = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [path.into()]);
    db.read().execute_raw(vacuum).await?;
    Ok(())
}

/// Puts a backup in the place of a database that is not there.
pub(super) async fn restore(backup: &Path, place: &Path) -> Result<(), CliError> {
    for remains in ["", "-wal", "-journal"] {
        let mut file = place.as_os_str().to_owned();
        file.push(remains);
        let file = Path::new(&file);
        if fs::symlink_metadata(file).is_ok() {
            return Err(refused(file, "it is there already, and nothing is overwritten: stop bina and move it away"));
        }
    }
    let draft = Draft::begin(place)?;
    copy(backup, draft.path()).map_err(io_error(backup.display().to_string()))?;
    let config = DatabaseConfig::Sqlite { file: draft.path().to_owned() };
    let whole = is_whole(&config).await.unwrap_or_else(|error| Err(error.to_string()));
    whole.map_err(|why| refused(backup, format!("it is broken: {why}")))?;
    draft.publish()?;
    Ok(())
}

/// Into the file that is there, which keeps its mode.
fn copy(from: &Path, into: &Path) -> std::io::Result<()> {
    let mut into = OpenOptions::new().write(true).open(into)?;
    std::io::copy(&mut fs::File::open(from)?, &mut into)?;
    into.sync_all()
}

/// Asks SQLite whether every page and every index is what it should be.
async fn is_whole(config: &DatabaseConfig) -> Result<Result<(), String>, sea_orm::DbErr> {
    let db = Db::connect(config).await?;
    let asked = Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check(1)");
    let told = match db.read().query_one_raw(asked).await {
        Ok(row) => row.map(|row| row.try_get_by_index::<String>(0)).transpose(),
        Err(error) => Err(error),
    };
    db.close().await?;
    let told = told?.unwrap_or_default();
    Ok(if told == "ok" { Ok(()) } else { Err(told) })
}
