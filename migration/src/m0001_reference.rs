//! National reference data: jurisdictions, agencies, SIASN lists, holidays.

use sea_orm_migration::prelude::*;

use crate::dialect::{drop_tables, execute};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE jurisdiction (
    id UUID PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    level text NOT NULL CHECK (level IN ('PROVINCE', 'CITY', 'DISTRICT', 'VILLAGE')),
    parent_id UUID REFERENCES jurisdiction (id)
) STRICT;
CREATE INDEX jurisdiction_parent ON jurisdiction (parent_id, id);

CREATE TABLE agency (
    id UUID PRIMARY KEY,
    siasn_id text NOT NULL UNIQUE,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('CENTRAL', 'REGIONAL')),
    category text,
    jurisdiction_id UUID REFERENCES jurisdiction (id),
    time_zone text NOT NULL,
    created_at INSTANT NOT NULL,
    updated_at INSTANT NOT NULL
) STRICT;
CREATE INDEX agency_code ON agency (code);

CREATE TABLE siasn_term (
    id UUID PRIMARY KEY,
    list text NOT NULL CHECK (list IN ('COURSE_NAME', 'TRAINING_FORM', 'COMPETENCE', 'RANK', 'POST_TYPE', 'EMPLOYEE_TYPE')),
    siasn_id text NOT NULL,
    code text,
    name text NOT NULL,
    category text,
    UNIQUE (list, siasn_id)
) STRICT;

CREATE TABLE holiday (
    id UUID PRIMARY KEY,
    date DAY NOT NULL,
    kind text NOT NULL CHECK (kind IN ('NATIONAL', 'COLLECTIVE_LEAVE')),
    name text NOT NULL,
    -- Absent where it came from a list that names no decree.
    citation text,
    created_at INSTANT NOT NULL,
    withdrawn_at INSTANT,
    withdrawal_citation text,
    CHECK ((withdrawn_at IS NULL) = (withdrawal_citation IS NULL))
) STRICT;
CREATE UNIQUE INDEX holiday_present ON holiday (date, name) WHERE withdrawn_at IS NULL;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["holiday", "siasn_term", "agency", "jurisdiction"]).await
    }
}
