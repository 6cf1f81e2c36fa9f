//! Working time as the law and the agencies set it, how lateness is measured, and check-ins.

use sea_orm_migration::prelude::*;

use crate::dialect::{drop_tables, execute};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const WORKING_TIME: &str = "
-- Ramadan as the government announces it, never from a computed calendar.
CREATE TABLE ramadan_period (
    id UUID PRIMARY KEY,
    starts_on DAY NOT NULL,
    ends_on DAY NOT NULL CHECK (ends_on >= starts_on),
    citation text NOT NULL,
    created_at INSTANT NOT NULL,
    withdrawn_at INSTANT,
    withdrawal_citation text,
    CHECK ((withdrawn_at IS NULL) = (withdrawal_citation IS NULL))
) STRICT;
CREATE UNIQUE INDEX ramadan_period_start ON ramadan_period (starts_on) WHERE withdrawn_at IS NULL;

-- Who works which shift on which day, where a unit's shifts are rostered.
CREATE TABLE roster_entry (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agency (id),
    employee_id UUID NOT NULL REFERENCES employee (id),
    workday_on DAY NOT NULL,
    shift_id UUID NOT NULL REFERENCES shift (id),
    created_at INSTANT NOT NULL
) STRICT;
CREATE UNIQUE INDEX roster_entry_day ON roster_entry (employee_id, workday_on, shift_id);

-- Leave, duty travel, work from home.
CREATE TABLE duty_arrangement (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agency (id),
    employee_id UUID NOT NULL REFERENCES employee (id),
    kind text NOT NULL CHECK (kind IN ('ANNUAL_LEAVE', 'LONG_LEAVE', 'SICK_LEAVE', 'MATERNITY_LEAVE',
        'IMPORTANT_REASON_LEAVE', 'UNPAID_LEAVE', 'DUTY_TRAVEL', 'WORK_FROM_HOME')),
    starts_on DAY NOT NULL,
    ends_on DAY NOT NULL CHECK (ends_on >= starts_on),
    reason text NOT NULL,
    document text,
    status text NOT NULL CHECK (status IN ('REQUESTED', 'APPROVED', 'REJECTED', 'WITHDRAWN', 'REVOKED')),
    idempotency_key UUID NOT NULL,
    payload_hash BYTES NOT NULL,
    requested_by UUID NOT NULL REFERENCES account (id),
    requested_at INSTANT NOT NULL,
    decided_by UUID REFERENCES account (id),
    decided_at INSTANT,
    decision_note text,
    revoked_by UUID REFERENCES account (id),
    revoked_at INSTANT,
    revoked_from DAY CHECK (revoked_from BETWEEN starts_on AND ends_on),
    revocation_note text,
    -- What was approved and then taken back keeps who approved it.
    CHECK (status = 'WITHDRAWN' OR (status IN ('APPROVED', 'REJECTED', 'REVOKED')) = (decided_at IS NOT NULL)),
    CHECK ((status = 'REVOKED') = (revoked_at IS NOT NULL) AND (revoked_at IS NULL) = (revoked_from IS NULL)),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revocation_note IS NULL))
) STRICT;
CREATE UNIQUE INDEX duty_arrangement_key ON duty_arrangement (employee_id, idempotency_key);
CREATE INDEX duty_arrangement_employee ON duty_arrangement (employee_id, ends_on);
CREATE INDEX duty_arrangement_open ON duty_arrangement (agency_id, id) WHERE status = 'REQUESTED';
";

const LATENESS: &str = "
CREATE TABLE lateness_rule (
    id UUID PRIMARY KEY,
    agency_id UUID REFERENCES agency (id),
    name text NOT NULL,
    citation text NOT NULL,
    version integer NOT NULL,
    is_verified FLAG NOT NULL,
    note text,
    flexible_minutes integer NOT NULL CHECK (flexible_minutes BETWEEN 0 AND 240),
    made_up_minutes integer NOT NULL CHECK (made_up_minutes BETWEEN 0 AND 240),
    late_days_free integer CHECK (late_days_free BETWEEN 0 AND 31),
    late_days_hundredths integer CHECK (late_days_hundredths BETWEEN 0 AND 10000),
    missing_is_last_band FLAG NOT NULL,
    absent_hundredths integer CHECK (absent_hundredths BETWEEN 0 AND 10000),
    created_at INSTANT NOT NULL
) STRICT;
CREATE UNIQUE INDEX lateness_rule_version ON lateness_rule (agency_id, name, version);

-- From so many minutes on, this level and this cut of the allowance, in hundredths of a percent.
CREATE TABLE lateness_band (
    rule_id UUID NOT NULL REFERENCES lateness_rule (id),
    side text NOT NULL CHECK (side IN ('LATE', 'EARLY')),
    from_minute integer NOT NULL CHECK (from_minute >= 1),
    level text CHECK (level IN ('TL1', 'TL2', 'TL3', 'TL4', 'PSW1', 'PSW2', 'PSW3', 'PSW4')),
    hundredths integer CHECK (hundredths BETWEEN 0 AND 10000),
    PRIMARY KEY (rule_id, side, from_minute)
) STRICT;

CREATE TABLE lateness_adoption (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agency (id),
    version integer NOT NULL,
    rule_id UUID REFERENCES lateness_rule (id),
    citation text NOT NULL,
    valid_from DAY NOT NULL,
    valid_until DAY,
    created_at INSTANT NOT NULL,
    UNIQUE (agency_id, version)
) STRICT;

-- What so many unexcused days of a year lead to.
CREATE TABLE absence_sanction (
    id UUID PRIMARY KEY,
    citation text NOT NULL,
    version integer NOT NULL,
    valid_from DAY NOT NULL,
    valid_until DAY,
    kind text NOT NULL CHECK (kind IN ('ORAL_WARNING', 'WRITTEN_WARNING', 'STATEMENT_OF_DISSATISFACTION',
        'ALLOWANCE_CUT_6_MONTHS', 'ALLOWANCE_CUT_9_MONTHS', 'ALLOWANCE_CUT_12_MONTHS', 'DEMOTION_12_MONTHS',
        'REMOVAL_FROM_POST', 'DISMISSAL')),
    from_days integer NOT NULL CHECK (from_days >= 1),
    is_consecutive FLAG NOT NULL,
    -- To whom it applies; NULL for everybody.
    employment text CHECK (employment IN ('PNS', 'PPPK'))
) STRICT;
";

const CHECK_IN: &str = "
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
    shift_id UUID REFERENCES shift (id),
    lateness_rule_id UUID REFERENCES lateness_rule (id),
    CHECK ((occasion = 'WORKDAY') = (direction IS NOT NULL AND workday_on IS NOT NULL)),
    CHECK ((occasion = 'COURSE_SESSION') = (course_session_id IS NOT NULL))
) STRICT;
-- Exactly once, for ever: a key belongs to one employee's one intent.
CREATE UNIQUE INDEX check_in_key ON check_in (employee_id, idempotency_key);
CREATE INDEX check_in_history ON check_in (employee_id, id);
CREATE INDEX check_in_workday ON check_in (employee_id, workday_on) WHERE workday_on IS NOT NULL;
CREATE INDEX check_in_unsettled ON check_in (employee_id, id) WHERE verdict = 'NEEDS_REVIEW';
CREATE INDEX check_in_roll ON check_in (course_session_id, id) WHERE course_session_id IS NOT NULL;


-- What an employee says that a day's record lacks.
CREATE TABLE correction (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agency (id),
    employee_id UUID NOT NULL REFERENCES employee (id),
    workday_on DAY NOT NULL,
    shift_id UUID REFERENCES shift (id),
    direction text NOT NULL CHECK (direction IN ('IN', 'OUT')),
    happened_at INSTANT NOT NULL,
    reason text NOT NULL,
    evidence text,
    status text NOT NULL CHECK (status IN ('REQUESTED', 'APPROVED', 'REJECTED', 'WITHDRAWN', 'REVOKED')),
    idempotency_key UUID NOT NULL,
    payload_hash BYTES NOT NULL,
    requested_at INSTANT NOT NULL,
    decided_by UUID REFERENCES account (id),
    decided_at INSTANT,
    decision_note text,
    revoked_by UUID REFERENCES account (id),
    revoked_at INSTANT,
    revocation_note text,
    -- What was approved and then revoked keeps who approved it.
    CHECK ((status IN ('APPROVED', 'REJECTED', 'REVOKED')) = (decided_at IS NOT NULL)),
    CHECK ((status = 'REVOKED') = (revoked_at IS NOT NULL)),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revocation_note IS NULL))
) STRICT;
CREATE UNIQUE INDEX correction_key ON correction (employee_id, idempotency_key);
CREATE INDEX correction_day ON correction (employee_id, workday_on);

-- Days that others changed after the fact, which those whom they are about may answer: one person's, or everybody's of
-- an agency, or of the nation.
CREATE TABLE reopening (
    id UUID PRIMARY KEY,
    agency_id UUID REFERENCES agency (id),
    employee_id UUID REFERENCES employee (id),
    first_on DAY NOT NULL,
    last_on DAY NOT NULL CHECK (last_on >= first_on),
    reopened_at INSTANT NOT NULL,
    CHECK (agency_id IS NULL OR employee_id IS NULL)
) STRICT;
CREATE INDEX reopening_recent ON reopening (reopened_at);
CREATE INDEX correction_open ON correction (agency_id, id) WHERE status = 'REQUESTED';
";

/// The working week of Perpres 21/2023 with the end of a day that follows from equal days, the rule sets of lateness
/// and the sanctions of PP 94/2021. An agency's own rows go before the country's.
const DECREES: &str = "
INSERT INTO schedule (id, agency_id, unit_id, name, citation, version, season, valid_from, valid_until,
    flexible_minutes, observes_holidays, is_rostered, inherits, created_at) VALUES
    (#1, NULL, NULL, 'Jam kerja normal', 'Perpres 21/2023', 1, 'NORMAL', '2023-04-12', NULL, NULL, TRUE, FALSE, FALSE, #now),
    (#2, NULL, NULL, 'Jam kerja Ramadan', 'Perpres 21/2023', 1, 'RAMADAN', '2023-04-12', NULL, NULL, TRUE, FALSE, FALSE, #now);
INSERT INTO shift (id, schedule_id, position, name, weekdays, start_minute, end_minute, break_minutes,
    opens_before_minutes, closes_after_minutes) VALUES
    (#11, #1, 0, 'Senin-Kamis', 15, 450, 960, 60, 120, 360),
    (#12, #1, 1, 'Jumat', 16, 450, 990, 90, 120, 360),
    (#13, #2, 0, 'Senin-Kamis', 15, 480, 900, 30, 120, 360),
    (#14, #2, 1, 'Jumat', 16, 480, 930, 60, 120, 360);

INSERT INTO lateness_rule (id, agency_id, name, citation, version, is_verified, note, flexible_minutes,
    made_up_minutes, late_days_free, late_days_hundredths, missing_is_last_band, absent_hundredths, created_at) VALUES
    (#21, NULL, 'Permentan 68/2012', 'Permentan 68/2012', 1, TRUE, NULL, 0, 0, NULL, NULL, TRUE, 400, #now),
    (#22, NULL, 'PMK 221/2021', 'PMK 221/2021', 1, TRUE, NULL, 90, 0, NULL, NULL, TRUE, NULL, #now),
    (#23, NULL, 'PermenPANRB 6/2018', 'PermenPANRB 6/2018', 1, FALSE,
        'Persentase potongan belum ditetapkan: isi menurut keputusan instansi.', 0, 30, 5, NULL, FALSE, NULL, #now),
    (#24, NULL, 'Badan Gizi 4/2025', 'Peraturan Badan Gizi Nasional 4/2025', 1, TRUE, NULL, 0, 0, NULL, NULL, FALSE, NULL,
        #now);
INSERT INTO lateness_band (rule_id, side, from_minute, level, hundredths) VALUES
    (#21, 'LATE', 1, 'TL1', 50), (#21, 'LATE', 31, 'TL2', 100), (#21, 'LATE', 61, 'TL3', 150), (#21, 'LATE', 91, 'TL4', 200),
    (#21, 'EARLY', 1, 'PSW1', 50), (#21, 'EARLY', 31, 'PSW2', 100), (#21, 'EARLY', 61, 'PSW3', 150),
    (#21, 'EARLY', 91, 'PSW4', 200),
    (#22, 'LATE', 1, NULL, 100), (#22, 'LATE', 31, NULL, 125), (#22, 'LATE', 61, NULL, 250),
    (#24, 'LATE', 1, NULL, 50), (#24, 'LATE', 61, NULL, 100);

INSERT INTO absence_sanction (id, citation, version, valid_from, valid_until, kind, from_days, is_consecutive,
    employment) VALUES
    (#31, 'PP 94/2021', 1, '2021-08-31', NULL, 'ORAL_WARNING', 3, FALSE, 'PNS'),
    (#32, 'PP 94/2021', 1, '2021-08-31', NULL, 'WRITTEN_WARNING', 4, FALSE, 'PNS'),
    (#33, 'PP 94/2021', 1, '2021-08-31', NULL, 'STATEMENT_OF_DISSATISFACTION', 7, FALSE, 'PNS'),
    (#34, 'PP 94/2021', 1, '2021-08-31', NULL, 'ALLOWANCE_CUT_6_MONTHS', 11, FALSE, 'PNS'),
    (#35, 'PP 94/2021', 1, '2021-08-31', NULL, 'ALLOWANCE_CUT_9_MONTHS', 14, FALSE, 'PNS'),
    (#36, 'PP 94/2021', 1, '2021-08-31', NULL, 'ALLOWANCE_CUT_12_MONTHS', 17, FALSE, 'PNS'),
    (#37, 'PP 94/2021', 1, '2021-08-31', NULL, 'DEMOTION_12_MONTHS', 21, FALSE, 'PNS'),
    (#38, 'PP 94/2021', 1, '2021-08-31', NULL, 'REMOVAL_FROM_POST', 25, FALSE, 'PNS'),
    (#39, 'PP 94/2021', 1, '2021-08-31', NULL, 'DISMISSAL', 28, FALSE, 'PNS'),
    (#40, 'PP 94/2021', 1, '2021-08-31', NULL, 'DISMISSAL', 10, TRUE, 'PNS');
";

/// In the order in which they are dropped.
const TABLES: [&str; 10] = [
    "reopening",
    "correction",
    "check_in",
    "absence_sanction",
    "lateness_adoption",
    "lateness_band",
    "lateness_rule",
    "duty_arrangement",
    "roster_entry",
    "ramadan_period",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for part in [WORKING_TIME, LATENESS, CHECK_IN, DECREES] {
            execute(manager, part).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &TABLES).await?;
        execute(manager, "DELETE FROM shift WHERE schedule_id IN (SELECT id FROM schedule WHERE agency_id IS NULL)")
            .await?;
        execute(manager, "DELETE FROM schedule WHERE agency_id IS NULL").await
    }
}
