//! The column types that SQLite and PostgreSQL name differently.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Word in our SQL, PostgreSQL's, SQLite's (its tables are STRICT).
const WORDS: [(&str, &str, &str); 8] = [
    ("UUID", "uuid", "BLOB"),
    ("INSTANT", "timestamptz", "TEXT"),
    ("DAY", "date", "TEXT"),
    ("BYTES", "bytea", "BLOB"),
    ("FLOAT", "double precision", "REAL"),
    ("FLAG", "boolean", "INTEGER"),
    ("STRICT", "", "STRICT"),
    // The id of the one row that a migration writes itself.
    ("NATIONALDEFAULT", "'01876f4c-4800-7000-8000-000000000001'", "X'01876F4C480070008000000000000001'"),
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
    manager.get_connection().execute_unprepared(&translated).await?;
    Ok(())
}

/// Drops tables in the given order.
pub async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    for table in tables {
        manager.get_connection().execute_unprepared(&format!("DROP TABLE {table}")).await?;
    }
    Ok(())
}
