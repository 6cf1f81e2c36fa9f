//! Documents that are known by an id: those that operators register, and those that clients taught.

use sea_orm_migration::prelude::*;

use crate::dialect::{drop_tables, execute};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE document (
    id UUID PRIMARY KEY,
    hash BYTES NOT NULL UNIQUE,
    name text NOT NULL,
    text text NOT NULL,
    registered_at INSTANT NOT NULL,
    retired_at INSTANT
) STRICT;
CREATE INDEX document_retired ON document (retired_at) WHERE retired_at IS NOT NULL;

CREATE TABLE document_alias (
    alias text PRIMARY KEY,
    document_id UUID NOT NULL REFERENCES document (id)
) STRICT;
CREATE INDEX document_alias_document ON document_alias (document_id);

-- A table of its own: whatever strangers teach takes no place from what was registered.
CREATE TABLE learnt_document (
    hash BYTES PRIMARY KEY,
    text text NOT NULL,
    last_used_at INSTANT NOT NULL
) STRICT;
CREATE INDEX learnt_document_use ON learnt_document (last_used_at);
";

/// In the order in which they are dropped.
const TABLES: [&str; 3] = ["learnt_document", "document_alias", "document"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &TABLES).await
    }
}
