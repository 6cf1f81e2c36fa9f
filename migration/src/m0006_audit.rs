//! The audit log: entries that are chained by their hashes, and each chain's head.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::dialect::{drop_tables, execute};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// No reference leads out of here: what is audited may be erased, and the chain stays.
const UP: &str = "
-- One an agency, by the agency's id; the nil id is the nation's.
CREATE TABLE audit_chain (
    id UUID PRIMARY KEY,
    length integer NOT NULL,
    hash BYTES NOT NULL
) STRICT;

CREATE TABLE audit_entry (
    chain_id UUID NOT NULL REFERENCES audit_chain (id),
    sequence integer NOT NULL,
    at INSTANT NOT NULL,
    actor_id UUID,
    action text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL,
    hash BYTES NOT NULL,
    PRIMARY KEY (chain_id, sequence)
) STRICT;
";

const REFUSE_ON_SQLITE: &str = "
CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TRIGGER audit_entry_remains BEFORE DELETE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END;
CREATE TRIGGER audit_chain_remains BEFORE DELETE ON audit_chain
    BEGIN SELECT RAISE(ABORT, 'audit chains are never deleted'); END;
";

const REFUSE_ON_POSTGRES: &str = "
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is never changed'; END $$;
CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_chain_remains BEFORE DELETE OR TRUNCATE ON audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, UP).await?;
        let refuse = match manager.get_database_backend() {
            DbBackend::Postgres => REFUSE_ON_POSTGRES,
            _ => REFUSE_ON_SQLITE,
        };
        manager.get_connection().execute_unprepared(refuse).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Sqlite {
            // SQLite empties a table before it drops it.
            for trigger in ["audit_entry_stays", "audit_entry_remains", "audit_chain_remains"] {
                manager.get_connection().execute_unprepared(&format!("DROP TRIGGER {trigger}")).await?;
            }
        }
        drop_tables(manager, &["audit_entry", "audit_chain"]).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION audit_refuse()").await?;
        }
        Ok(())
    }
}
