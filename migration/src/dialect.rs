//! The column types that SQLite and PostgreSQL name differently.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Word in our SQL, PostgreSQL's, SQLite's (its tables are STRICT).
const WORDS: [(&str, &str, &str); 7] = [
    ("UUID", "uuid", "BLOB"),
    ("INSTANT", "timestamptz", "TEXT"),
    ("DAY", "date", "TEXT"),
    ("BYTES", "bytea", "BLOB"),
    ("FLOAT", "double precision", "REAL"),
    ("FLAG", "boolean", "INTEGER"),
    ("STRICT", "", "STRICT"),
];

/// Runs `sql` in the words of the connected engine.
pub async fn execute(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let column = usize::from(manager.get_database_backend() == DbBackend::Sqlite);
    let mut translated = String::with_capacity(sql.len());
    for word in sql.split_inclusive(|c: char| !c.is_ascii_uppercase()) {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_uppercase());
        match WORDS.iter().find(|(name, ..)| *name == bare) {
            Some((_, postgres, sqlite)) => {
                translated.push_str([postgres, sqlite][column]);
                translated.push_str(&word[bare.len()..]);
            }
            None => translated.push_str(word),
        }
    }
    let translated = with_rows(&translated, manager.get_database_backend());
    manager.get_connection().execute_unprepared(&translated).await?;
    Ok(())
}

/// Puts values in place of `#12`, the id of the twelfth row that the migrations write themselves, and of `#now`, when
/// they hold that it was written.
fn with_rows(sql: &str, engine: DbBackend) -> String {
    let mut parts = sql.split('#');
    let mut translated = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some(rest) = part.strip_prefix("now") {
            translated.push_str("'2023-04-12T00:00:00+00:00'");
            translated.push_str(rest);
            continue;
        }
        let (number, rest) = part.split_at(part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len()));
        let (before, group) = if engine == DbBackend::Sqlite { ("X'", "") } else { ("'", "-") };
        for part in [before, "01876f4c", group, "4800", group, "7000", group, "8000", group] {
            translated.push_str(part);
        }
        translated.extend(std::iter::repeat_n('0', 12_usize.saturating_sub(number.len())));
        translated.push_str(number);
        translated.push('\'');
        translated.push_str(rest);
    }
    translated
}

/// Drops tables in the given order.
pub async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    for table in tables {
        manager.get_connection().execute_unprepared(&format!("DROP TABLE {table}")).await?;
    }
    Ok(())
}
