//! Accounts, their contacts, devices, tokens and one-time codes.

use sea_orm_migration::prelude::*;

use crate::dialect::{drop_tables, execute};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE account (
    id UUID PRIMARY KEY,
    name text NOT NULL,
    password_hash text,
    locked_at INSTANT,
    created_at INSTANT NOT NULL
) STRICT;

CREATE TABLE contact (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    kind text NOT NULL CHECK (kind IN ('EMAIL')),
    value text NOT NULL,
    verified_at INSTANT NOT NULL,
    UNIQUE (kind, value)
) STRICT;
CREATE INDEX contact_account ON contact (account_id);

CREATE TABLE device (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    installation_id UUID NOT NULL,
    name text NOT NULL,
    created_at INSTANT NOT NULL,
    last_seen_at INSTANT NOT NULL,
    expires_at INSTANT NOT NULL,
    revoked_at INSTANT
) STRICT;
-- One living login an installation; the account's devices in the order of their keys.
CREATE UNIQUE INDEX device_installation ON device (account_id, installation_id) WHERE revoked_at IS NULL;
CREATE INDEX device_account ON device (account_id, id);

CREATE TABLE refresh_token (
    id UUID PRIMARY KEY,
    device_id UUID NOT NULL REFERENCES device (id),
    parent_id UUID REFERENCES refresh_token (id) ON DELETE SET NULL,
    token_hash BYTES NOT NULL UNIQUE,
    created_at INSTANT NOT NULL,
    expires_at INSTANT NOT NULL,
    used_at INSTANT,
    superseded_at INSTANT
) STRICT;
CREATE INDEX refresh_token_device ON refresh_token (device_id);
CREATE INDEX refresh_token_end ON refresh_token (expires_at);
CREATE INDEX refresh_token_parent ON refresh_token (parent_id);

CREATE TABLE one_time_code (
    id UUID PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('ACCOUNT', 'CONTACT')),
    subject text NOT NULL,
    code_hash BYTES NOT NULL,
    created_at INSTANT NOT NULL,
    expires_at INSTANT NOT NULL,
    used_at INSTANT,
    failed_attempts integer NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX one_time_code_subject ON one_time_code (purpose, subject);
CREATE INDEX one_time_code_end ON one_time_code (expires_at);

CREATE TABLE throttle (
    key BYTES PRIMARY KEY,
    failures integer NOT NULL,
    last_failure_at INSTANT NOT NULL
) STRICT;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["throttle", "one_time_code", "refresh_token", "device", "contact", "account"]).await
    }
}
