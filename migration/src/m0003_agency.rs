//! An agency's own tree: units, employees and their numbers, venues, schedules, roles.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::dialect::{drop_tables, execute};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE unit (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agency (id),
    parent_id UUID REFERENCES unit (id),
    source_id text,
    name text NOT NULL,
    jurisdiction_id UUID REFERENCES jurisdiction (id),
    time_zone text,
    is_active FLAG NOT NULL,
    created_at INSTANT NOT NULL,
    updated_at INSTANT NOT NULL,
    UNIQUE (agency_id, source_id)
) STRICT;
CREATE INDEX unit_agency ON unit (agency_id, id);
CREATE INDEX unit_parent ON unit (parent_id, id);

CREATE TABLE employee (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agency (id),
    account_id UUID REFERENCES account (id),
    source_id text,
    name text NOT NULL,
    employment text NOT NULL CHECK (employment IN ('PNS', 'PPPK')),
    unit_id UUID REFERENCES unit (id),
    post text,
    post_type_id UUID REFERENCES siasn_term (id),
    rank_id UUID REFERENCES siasn_term (id),
    supervisor_id UUID REFERENCES employee (id),
    is_active FLAG NOT NULL,
    serves_from DAY NOT NULL,
    served_until DAY,
    created_at INSTANT NOT NULL,
    updated_at INSTANT NOT NULL,
    UNIQUE (agency_id, source_id),
    CHECK (is_active = (served_until IS NULL))
) STRICT;
-- Partial, so that it is no key of PostgreSQL's: an account is given without keeping check-ins, which refer to the row,
-- waiting.
CREATE UNIQUE INDEX employee_account ON employee (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX employee_agency ON employee (agency_id, id);
CREATE INDEX employee_unit ON employee (unit_id, id);
CREATE INDEX employee_supervisor ON employee (supervisor_id);

ALTER TABLE unit ADD COLUMN head_employee_id UUID REFERENCES employee (id);
CREATE INDEX unit_head ON unit (head_employee_id) WHERE head_employee_id IS NOT NULL;

CREATE TABLE employee_nip (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agency (id),
    employee_id UUID NOT NULL REFERENCES employee (id),
    nip text NOT NULL CHECK (length(nip) = 18),
    valid_from DAY NOT NULL,
    valid_until DAY
) STRICT;
-- A number is carried by one person at a time, and a person carries one number at a time.
CREATE UNIQUE INDEX employee_nip_present ON employee_nip (nip) WHERE valid_until IS NULL;
CREATE UNIQUE INDEX employee_nip_one ON employee_nip (employee_id) WHERE valid_until IS NULL;
CREATE INDEX employee_nip_history ON employee_nip (employee_id, id);

-- Where somebody was before they were moved: the unit up to and with the last day.
CREATE TABLE former_placement (
    employee_id UUID NOT NULL REFERENCES employee (id),
    last_on DAY NOT NULL,
    agency_id UUID NOT NULL REFERENCES agency (id),
    unit_id UUID REFERENCES unit (id),
    PRIMARY KEY (employee_id, last_on)
) STRICT;

-- When somebody served who left and came back: the stretches before the one that stands in their own row.
CREATE TABLE former_tenure (
    employee_id UUID NOT NULL REFERENCES employee (id),
    serves_from DAY NOT NULL,
    served_until DAY NOT NULL CHECK (served_until >= serves_from),
    PRIMARY KEY (employee_id, serves_from)
) STRICT;

-- By which clock an agency or a unit works from a day on. There is none as long as it is the one that it began with.
CREATE TABLE time_zone_setting (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agency (id),
    unit_id UUID REFERENCES unit (id),
    version integer NOT NULL,
    time_zone text,
    valid_from DAY NOT NULL,
    created_at INSTANT NOT NULL,
    CHECK (time_zone IS NOT NULL OR unit_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX time_zone_setting_of_unit ON time_zone_setting (unit_id, version) WHERE unit_id IS NOT NULL;
CREATE UNIQUE INDEX time_zone_setting_of_agency ON time_zone_setting (agency_id, version) WHERE unit_id IS NULL;

CREATE TABLE venue (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agency (id),
    unit_id UUID REFERENCES unit (id),
    source_id text,
    name text NOT NULL,
    latitude FLOAT NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    longitude FLOAT NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    radius_meters integer NOT NULL CHECK (radius_meters > 0),
    time_zone text NOT NULL,
    is_active FLAG NOT NULL,
    created_at INSTANT NOT NULL,
    updated_at INSTANT NOT NULL,
    UNIQUE (agency_id, source_id)
) STRICT;
CREATE INDEX venue_agency ON venue (agency_id, id);
CREATE INDEX venue_unit ON venue (unit_id);

CREATE TABLE schedule (
    id UUID PRIMARY KEY,
    agency_id UUID REFERENCES agency (id),
    unit_id UUID REFERENCES unit (id),
    name text NOT NULL,
    citation text NOT NULL,
    version integer NOT NULL,
    season text NOT NULL CHECK (season IN ('NORMAL', 'RAMADAN', 'ALL_YEAR')),
    valid_from DAY NOT NULL,
    valid_until DAY,
    flexible_minutes integer CHECK (flexible_minutes BETWEEN 0 AND 240),
    observes_holidays FLAG NOT NULL,
    is_rostered FLAG NOT NULL,
    -- There are none any more: those of the place above hold.
    inherits FLAG NOT NULL,
    created_at INSTANT NOT NULL
) STRICT;
CREATE INDEX schedule_agency ON schedule (agency_id, unit_id, valid_from);

CREATE TABLE shift (
    id UUID PRIMARY KEY,
    schedule_id UUID NOT NULL REFERENCES schedule (id),
    position integer NOT NULL,
    name text NOT NULL,
    weekdays integer NOT NULL CHECK (weekdays BETWEEN 0 AND 127),
    start_minute integer NOT NULL CHECK (start_minute BETWEEN 0 AND 1439),
    end_minute integer NOT NULL CHECK (end_minute > start_minute AND end_minute <= start_minute + 1440),
    break_minutes integer NOT NULL CHECK (break_minutes BETWEEN 0 AND 240),
    opens_before_minutes integer NOT NULL CHECK (opens_before_minutes BETWEEN 0 AND 720),
    closes_after_minutes integer NOT NULL CHECK (closes_after_minutes BETWEEN 0 AND 720),
    UNIQUE (schedule_id, position)
) STRICT;

CREATE TABLE role_grant (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    role text NOT NULL CHECK (role IN ('NATIONAL_ADMIN', 'AGENCY_ADMIN', 'SUPERVISOR')),
    agency_id UUID REFERENCES agency (id),
    unit_id UUID REFERENCES unit (id),
    granted_by UUID REFERENCES account (id),
    granted_at INSTANT NOT NULL,
    revoked_at INSTANT,
    CHECK ((role = 'NATIONAL_ADMIN') = (agency_id IS NULL)),
    CHECK ((role = 'SUPERVISOR') = (unit_id IS NOT NULL))
) STRICT;
CREATE INDEX role_grant_account ON role_grant (account_id);
CREATE INDEX role_grant_agency ON role_grant (agency_id, id);
";

/// PostgreSQL's way and SQLite's, which drops no column that a foreign key uses.
const CUT: [&str; 2] = ["ALTER TABLE unit DROP COLUMN head_employee_id", "UPDATE unit SET head_employee_id = NULL"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Units point at employees and employees at units: the circle is cut first.
        execute(manager, CUT[usize::from(manager.get_database_backend() == DbBackend::Sqlite)]).await?;
        drop_tables(
            manager,
            &[
                "role_grant",
                "shift",
                "schedule",
                "venue",
                "time_zone_setting",
                "former_tenure",
                "former_placement",
                "employee_nip",
                "employee",
                "unit",
            ],
        )
        .await
    }
}
