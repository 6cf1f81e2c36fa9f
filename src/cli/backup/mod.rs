//! `bina backup` and `bina restore`: the whole database as one file, taken while servers run.
//!
//! | File | What it is |
//! | --- | --- |
//! | `sqlite` | `VACUUM INTO` a file, and a file put in the database's place |
//! | `postgres` | `pg_dump` and `pg_restore` |
//! | `file` | a file that is there whole or not at all |
//! | `check` | what a restored database is asked |

mod check;
mod file;
mod postgres;
mod sqlite;

use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use self::file::Draft;
use super::start::{configure, migrated, there};
use super::{CliError, io_error};
use crate::config::{Config, DatabaseConfig};
use crate::db::Db;

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// The backup's file; it must not be there yet.
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The backup's file.
    file: PathBuf,
}

/// Takes a backup: a snapshot of one moment, however many write meanwhile.
pub(super) async fn backup(args: BackupArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let config = configure("bina-data")?;
    there(&config)?;
    migrated(&config.database, None).await?;
    let draft = Draft::begin(&args.file)?;
    match &config.database {
        DatabaseConfig::Sqlite { .. } => {
            let db = Db::connect(&config.database).await?;
            sqlite::dump(&db, draft.path()).await?;
            db.close().await?;
        }
        DatabaseConfig::Postgres { url, .. } => postgres::dump(url.expose(), draft.path()).await?,
    }
    let size = draft.publish()?;
    let lines = [format!("{}: {size} bytes", args.file.display()), without_keys(&config)];
    lines.iter().try_for_each(|line| writeln!(out, "{line}")).map_err(io_error("the terminal"))
}

/// Puts a backup into an empty database and looks at what came of it.
pub(super) async fn restore(args: RestoreArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let config = configure("bina-data")?;
    let found = Form::of(&args.file)?;
    match (&config.database, found) {
        (DatabaseConfig::Sqlite { file }, Form::Sqlite) => sqlite::restore(&args.file, file).await?,
        (DatabaseConfig::Postgres { url, .. }, Form::Postgres) => {
            migrated(&config.database, None).await?;
            postgres::restore(&config.database, url.expose(), &args.file).await?;
        }
        (DatabaseConfig::Sqlite { .. }, Form::Postgres) => {
            return Err(refused(&args.file, "it is a backup of PostgreSQL, and BINA_DATABASE_URL is not set"));
        }
        (DatabaseConfig::Postgres { .. }, Form::Sqlite) => {
            return Err(refused(&args.file, "it is a backup of SQLite, and BINA_DATABASE_URL names PostgreSQL"));
        }
    }
    let db = Db::connect(&config.database).await?;
    let checked = check::told(&db, out).await;
    db.close().await?;
    checked?;
    writeln!(out, "{}", without_keys(&config)).map_err(io_error("the terminal"))
}

fn without_keys(config: &Config) -> String {
    let file = config.token.key_file.display();
    format!(
        "The key file {file} is not part of a backup. Where it is lost, bina makes new keys and phones renew their tokens."
    )
}

fn refused(file: &Path, why: impl Into<String>) -> CliError {
    CliError::Backup { file: file.to_owned(), why: why.into() }
}

/// What a file is by its first bytes.
enum Form {
    Sqlite,
    Postgres,
}

impl Form {
    fn of(path: &Path) -> Result<Self, CliError> {
        let mut head = Vec::new();
        let file = std::fs::File::open(path).map_err(io_error(path.display().to_string()))?;
        file.take(16).read_to_end(&mut head).map_err(io_error(path.display().to_string()))?;
        if head == b"SQLite format 3\0" {
            Ok(Self::Sqlite)
        } else if head.starts_with(b"PGDMP") {
            Ok(Self::Postgres)
        } else {
            Err(refused(path, "it is no backup that bina took"))
        }
    }
}
