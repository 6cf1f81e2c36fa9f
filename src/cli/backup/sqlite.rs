//! The embedded database. A backup is a database file with a seal behind it, which SQLite does not read: SQLite's own
//! check finds broken pages and not a changed value within one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use super::file::Draft;
use super::refused;
use crate::cli::{CliError, io_error};
use crate::config::DatabaseConfig;
use crate::db::Db;

/// What the seal begins with; SHA-256 over all before it follows.
const SEAL: &[u8; 8] = b"binaseal";
const SEAL_LENGTH: u64 = 8 + 32;

/// Writes a snapshot into an empty file. Others read and write meanwhile: it is one long read.
pub(super) async fn dump(db: &Db, into: &Path) -> Result<(), CliError> {
    let path = into.to_str().ok_or_else(|| refused(into, "its name is no UTF-8"))?;
    let vacuum = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [path.into()]);
    db.read().execute_raw(vacuum).await?;
    seal(into).map_err(io_error(path))
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
    if !copy_sealed(backup, draft.path()).map_err(io_error(backup.display().to_string()))? {
        return Err(refused(backup, "it is broken: what it holds is not what was sealed"));
    }
    let config = DatabaseConfig::Sqlite { file: draft.path().to_owned() };
    let whole = is_whole(&config).await.unwrap_or_else(|error| Err(error.to_string()));
    whole.map_err(|why| refused(backup, format!("it is broken: {why}")))?;
    draft.publish()?;
    Ok(())
}

/// SHA-256 of what passes through.
struct Hashing<W> {
    digest: Context,
    into: W,
}

impl<W: io::Write> io::Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.into.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.into.flush()
    }
}

fn seal(file: &Path) -> io::Result<()> {
    let mut hashing = Hashing { digest: Context::new(&SHA256), into: io::sink() };
    io::copy(&mut File::open(file)?, &mut hashing)?;
    let mut file = OpenOptions::new().append(true).open(file)?;
    file.write_all(SEAL)?;
    file.write_all(hashing.digest.finish().as_ref())
}

/// Copies what was sealed into the file that is there, which keeps its mode; answers whether the seal holds.
fn copy_sealed(from: &Path, into: &Path) -> io::Result<bool> {
    let mut from = File::open(from)?;
    let length = from.metadata()?.len().saturating_sub(SEAL_LENGTH);
    let into = OpenOptions::new().write(true).open(into)?;
    let mut hashing = Hashing { digest: Context::new(&SHA256), into };
    io::copy(&mut (&from).take(length), &mut hashing)?;
    let mut found = Vec::new();
    from.read_to_end(&mut found)?;
    hashing.into.sync_all()?;
    let digest = hashing.digest.finish();
    Ok(found.split_at_checked(SEAL.len()) == Some((&SEAL[..], digest.as_ref())))
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
