//! The review of check-ins: what the pass behind the write path keeps, what people decide, how far passes have come.

use sea_orm_migration::prelude::*;

use crate::dialect::{drop_tables, execute};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
-- What makes a pattern of check-ins remarkable. An agency's own rows go before the country's.
CREATE TABLE review_threshold (
    id UUID PRIMARY KEY,
    agency_id UUID REFERENCES agency (id),
    version integer NOT NULL,
    citation text NOT NULL,
    valid_from DAY NOT NULL,
    valid_until DAY,
    identical_people integer NOT NULL CHECK (identical_people >= 2),
    identical_days integer NOT NULL CHECK (identical_days >= 2),
    within_days integer NOT NULL CHECK (within_days BETWEEN 1 AND 31),
    travel_kmh integer NOT NULL CHECK (travel_kmh >= 100),
    travel_min_meters integer NOT NULL CHECK (travel_min_meters >= 500),
    device_people integer NOT NULL CHECK (device_people >= 2),
    device_hours integer NOT NULL CHECK (device_hours BETWEEN 1 AND 168),
    late_minutes integer NOT NULL CHECK (late_minutes >= 5),
    created_at INSTANT NOT NULL
) STRICT;
CREATE UNIQUE INDEX review_threshold_version ON review_threshold (agency_id, version);
INSERT INTO review_threshold (id, agency_id, version, citation, valid_from, valid_until, identical_people,
    identical_days, within_days, travel_kmh, travel_min_meters, device_people, device_hours, late_minutes, created_at)
    VALUES (#51, NULL, 1, 'Nilai awal Bina', '2023-04-12', NULL, 3, 3, 7, 400, 2000, 2, 12, 60, #now);

-- Where and on which phone a check-in was made, to be searched. It goes when the coordinates go.
CREATE TABLE check_in_trace (
    check_in_id UUID PRIMARY KEY REFERENCES check_in (id),
    agency_id UUID NOT NULL,
    employee_id UUID NOT NULL,
    installation_id UUID NOT NULL,
    local_on DAY NOT NULL,
    at INSTANT NOT NULL,
    latitude FLOAT,
    longitude FLOAT
) STRICT;
CREATE INDEX check_in_trace_place ON check_in_trace (latitude, longitude) WHERE latitude IS NOT NULL;
CREATE INDEX check_in_trace_device ON check_in_trace (installation_id, at);
CREATE INDEX check_in_trace_person ON check_in_trace (employee_id, at);

CREATE TABLE check_in_review (
    id UUID PRIMARY KEY,
    check_in_id UUID NOT NULL UNIQUE REFERENCES check_in (id),
    agency_id UUID NOT NULL REFERENCES agency (id),
    employee_id UUID NOT NULL REFERENCES employee (id),
    course_session_id UUID REFERENCES course_session (id),
    status text NOT NULL CHECK (status IN ('OPEN', 'DECIDED')),
    findings text NOT NULL,
    opened_at INSTANT NOT NULL,
    statement text,
    stated_at INSTANT,
    dispute text,
    disputed_at INSTANT,
    decision text CHECK (decision IN ('ACCEPTED', 'REJECTED')),
    decided_by UUID REFERENCES account (id),
    decided_at INSTANT,
    note text,
    CHECK ((statement IS NULL) = (stated_at IS NULL)),
    CHECK ((dispute IS NULL) = (disputed_at IS NULL)),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK ((decision IS NULL) = (decided_by IS NULL)),
    CHECK (status = 'OPEN' OR decision IS NOT NULL)
) STRICT;
CREATE INDEX check_in_review_open ON check_in_review (agency_id, id) WHERE status = 'OPEN';
CREATE INDEX check_in_review_employee ON check_in_review (employee_id, id);
CREATE INDEX check_in_review_session ON check_in_review (course_session_id, id) WHERE course_session_id IS NOT NULL;

-- How far a pass over check-ins, in the order of their ids, has come. Whoever holds the row works.
CREATE TABLE pass_position (
    name text PRIMARY KEY,
    position UUID NOT NULL
) STRICT;
INSERT INTO pass_position (name, position) VALUES ('CHECK_IN_REVIEW', #0), ('COORDINATE_EXPIRY', #0);
";

/// In the order in which they are dropped.
const TABLES: [&str; 4] = ["pass_position", "check_in_review", "check_in_trace", "review_threshold"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &TABLES).await
    }
}
