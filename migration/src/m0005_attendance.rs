//! Check-ins.

use sea_orm_migration::prelude::*;

use crate::dialect::{drop_tables, execute};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE check_in (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agency (id),
    employee_id UUID NOT NULL REFERENCES employee (id),
    device_id UUID NOT NULL REFERENCES device (id),
    idempotency_key UUID NOT NULL,
    payload_hash BYTES NOT NULL,
    occasion text NOT NULL CHECK (occasion IN ('WORKDAY', 'COURSE_SESSION')),
    direction text CHECK (direction IN ('IN', 'OUT')),
    workday_on DAY,
    time_zone text NOT NULL,
    course_session_id UUID REFERENCES course_session (id),
    captured_at INSTANT NOT NULL,
    sent_at INSTANT NOT NULL,
    received_at INSTANT NOT NULL,
    effective_at INSTANT NOT NULL,
    latitude FLOAT,
    longitude FLOAT,
    accuracy_meters FLOAT,
    is_mocked FLAG NOT NULL,
    venue_id UUID REFERENCES venue (id),
    distance_meters FLOAT,
    verdict text NOT NULL CHECK (verdict IN ('ACCEPTED', 'NEEDS_REVIEW', 'REJECTED')),
    reasons text NOT NULL,
    minutes_late integer,
    schedule_id UUID REFERENCES schedule (id),
    CHECK ((occasion = 'WORKDAY') = (direction IS NOT NULL AND workday_on IS NOT NULL)),
    CHECK ((occasion = 'COURSE_SESSION') = (course_session_id IS NOT NULL))
) STRICT;
-- Exactly once, for ever: a key belongs to one employee's one intent.
CREATE UNIQUE INDEX check_in_key ON check_in (employee_id, idempotency_key);
CREATE INDEX check_in_history ON check_in (employee_id, id);
CREATE INDEX check_in_workday ON check_in (employee_id, workday_on) WHERE workday_on IS NOT NULL;
CREATE INDEX check_in_roll ON check_in (course_session_id, id) WHERE course_session_id IS NOT NULL;

-- The country's default working hours; an agency's or a unit's own row goes before it.
INSERT INTO schedule (id, agency_id, unit_id, name, citation, version, valid_from, valid_until, weekdays,
    start_minute, end_minute, opens_before_minutes, closes_after_minutes, created_at)
VALUES (NATIONALDEFAULT, NULL, NULL, 'Jam kerja normal', 'Perpres 21/2023', 1, '2023-04-12', NULL, 31,
    450, 960, 120, 360, '2023-04-12T00:00:00+00:00');
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, "DELETE FROM schedule WHERE agency_id IS NULL").await?;
        drop_tables(manager, &["check_in"]).await
    }
}
