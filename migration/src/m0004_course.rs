//! Courses, their runs and sessions, trainers and enrolments.

use sea_orm_migration::prelude::*;

use crate::dialect::{drop_tables, execute};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE course (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agency (id),
    source_id text,
    title text NOT NULL,
    description text,
    course_name_id UUID REFERENCES siasn_term (id),
    training_form_id UUID REFERENCES siasn_term (id),
    is_active FLAG NOT NULL,
    created_at INSTANT NOT NULL,
    updated_at INSTANT NOT NULL,
    UNIQUE (agency_id, source_id)
) STRICT;
CREATE INDEX course_agency ON course (agency_id, id);

CREATE TABLE course_run (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agency (id),
    course_id UUID NOT NULL REFERENCES course (id),
    source_id text,
    name text NOT NULL,
    starts_on DAY NOT NULL,
    ends_on DAY NOT NULL CHECK (ends_on >= starts_on),
    capacity integer CHECK (capacity > 0),
    created_at INSTANT NOT NULL,
    updated_at INSTANT NOT NULL,
    UNIQUE (agency_id, source_id)
) STRICT;
CREATE INDEX course_run_course ON course_run (course_id, id);
CREATE INDEX course_run_agency ON course_run (agency_id, id);

CREATE TABLE course_run_guest (
    course_run_id UUID NOT NULL REFERENCES course_run (id),
    guest_agency_id UUID NOT NULL REFERENCES agency (id),
    agency_id UUID NOT NULL REFERENCES agency (id),
    invited_at INSTANT NOT NULL,
    PRIMARY KEY (course_run_id, guest_agency_id)
) STRICT;
CREATE INDEX course_run_guest_agency ON course_run_guest (guest_agency_id);

CREATE TABLE course_session (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agency (id),
    course_run_id UUID NOT NULL REFERENCES course_run (id),
    source_id text,
    title text NOT NULL,
    venue_id UUID REFERENCES venue (id),
    starts_at INSTANT NOT NULL,
    ends_at INSTANT NOT NULL CHECK (ends_at > starts_at),
    time_zone text NOT NULL,
    opens_before_minutes integer NOT NULL CHECK (opens_before_minutes BETWEEN 0 AND 720),
    requires_code FLAG NOT NULL,
    code_secret BYTES NOT NULL,
    created_at INSTANT NOT NULL,
    updated_at INSTANT NOT NULL,
    UNIQUE (agency_id, source_id)
) STRICT;
CREATE INDEX course_session_run ON course_session (course_run_id, starts_at, id);
CREATE INDEX course_session_venue ON course_session (venue_id);

CREATE TABLE course_session_trainer (
    course_session_id UUID NOT NULL REFERENCES course_session (id),
    employee_id UUID NOT NULL REFERENCES employee (id),
    agency_id UUID NOT NULL REFERENCES agency (id),
    PRIMARY KEY (course_session_id, employee_id)
) STRICT;
CREATE INDEX course_session_trainer_employee ON course_session_trainer (employee_id);

CREATE TABLE enrolment (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agency (id),
    course_run_id UUID NOT NULL REFERENCES course_run (id),
    employee_id UUID NOT NULL REFERENCES employee (id),
    status text NOT NULL CHECK (status IN ('ENROLLED', 'WITHDRAWN')),
    enrolled_at INSTANT NOT NULL,
    updated_at INSTANT NOT NULL,
    UNIQUE (agency_id, course_run_id, employee_id)
) STRICT;
CREATE INDEX enrolment_run ON enrolment (course_run_id, id);
CREATE INDEX enrolment_employee ON enrolment (employee_id, course_run_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &["enrolment", "course_session_trainer", "course_session", "course_run_guest", "course_run", "course"],
        )
        .await
    }
}
