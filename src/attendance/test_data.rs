//! Working hours as the country sets them, for the unit tests of the rules.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;
use entity::duty_arrangement::{self, Kind};
use entity::ids::{
    AccountId, AgencyId, DutyArrangementId, EmployeeId, HolidayId, LatenessAdoptionId, LatenessRuleId, RamadanPeriodId,
    ScheduleId, ShiftId,
};
use entity::lateness_band::{self, Level, Side};
use entity::schedule::Season;
use entity::{RequestStatus, holiday, lateness_adoption, lateness_rule, ramadan_period, schedule, shift};
use uuid::Uuid;

use super::lateness::{Adoption, Rule};
use super::working_time::{Calendar, Duty, Hours, WorkingLife, Zoned};
use crate::clock::Instant;

pub fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Weekdays, start and end as minutes of a shift; its opening is two hours, its closing six.
pub fn shift(number: u128, weekdays: i32, start: i32, end: i32) -> shift::Model {
    shift::Model {
        id: ShiftId(Uuid::from_u128(number)),
        schedule_id: ScheduleId(Uuid::nil()),
        position: 0,
        name: "Giliran".to_owned(),
        weekdays,
        start_minute: start,
        end_minute: end,
        break_minutes: 60,
        opens_before_minutes: 120,
        closes_after_minutes: 360,
    }
}

pub fn hours(season: Season, version: i32, shifts: Vec<shift::Model>) -> Hours {
    let schedule = schedule::Model {
        id: ScheduleId(Uuid::from_u128(version.unsigned_abs().into())),
        agency_id: None,
        unit_id: None,
        name: "Jam kerja".to_owned(),
        citation: "Perpres 21/2023".to_owned(),
        version,
        season,
        valid_from: day("2023-04-12"),
        valid_until: None,
        flexible_minutes: None,
        observes_holidays: season != Season::AllYear,
        is_rostered: false,
        inherits: false,
        created_at: Instant::UNIX_EPOCH,
    };
    Hours { schedule, shifts }
}

/// Perpres 21/2023: normal and Ramadan, with its Fridays.
pub fn national() -> Vec<Hours> {
    vec![
        hours(Season::Normal, 1, vec![shift(11, 0b0_1111, 450, 960), shift(12, 0b1_0000, 450, 990)]),
        hours(Season::Ramadan, 1, vec![shift(13, 0b0_1111, 480, 900), shift(14, 0b1_0000, 480, 930)]),
    ]
}

pub fn calendar() -> Calendar {
    let free = |on: &str, kind| {
        let on = day(on);
        let row = holiday::Model {
            id: HolidayId(Uuid::nil()),
            date: on,
            kind,
            name: "Libur".to_owned(),
            citation: Some("SKB 3 Menteri".to_owned()).filter(|_| kind == holiday::Kind::National),
            created_at: Instant::UNIX_EPOCH,
            withdrawn_at: None,
            withdrawal_citation: None,
        };
        (on, row)
    };
    Calendar {
        holidays: HashMap::from([
            free("2026-12-25", holiday::Kind::National),
            free("2026-12-24", holiday::Kind::CollectiveLeave),
        ]),
        ramadan: vec![ramadan_period::Model {
            id: RamadanPeriodId(Uuid::nil()),
            starts_on: day("2026-02-18"),
            ends_on: day("2026-03-19"),
            citation: "Sidang isbat".to_owned(),
            created_at: Instant::UNIX_EPOCH,
            withdrawn_at: None,
            withdrawal_citation: None,
        }],
        sanctions: Vec::new(),
    }
}

/// A zone that always held.
pub fn zoned(zone: Tz) -> Vec<Zoned> {
    vec![Zoned { version: 1, valid_from: NaiveDate::MIN, zone: Some(zone) }]
}

pub fn duty(levels: Vec<Vec<Hours>>, zone: Tz, lateness: Vec<Adoption>) -> Arc<Duty> {
    let (agency_id, units) = (AgencyId(Uuid::nil()), Vec::new());
    let zones = vec![zoned(zone)];
    Arc::new(Duty { agency_id, units, levels, zones, fences: Vec::new(), calendar: Arc::new(calendar()), lateness })
}

/// Somebody under the country's hours in Jakarta, with a rule of lateness or none.
pub fn life(rule: Option<Rule>) -> WorkingLife {
    let adoptions = rule.map(|rule| adopted(1, "2026-01-01", rule)).into_iter().collect();
    WorkingLife::of(duty(vec![national()], Tz::Asia__Jakarta, adoptions))
}

pub fn arrangement(kind: Kind, starts_on: &str, ends_on: &str) -> duty_arrangement::Model {
    duty_arrangement::Model {
        id: DutyArrangementId(Uuid::nil()),
        agency_id: AgencyId(Uuid::nil()),
        employee_id: EmployeeId(Uuid::nil()),
        kind,
        starts_on: day(starts_on),
        ends_on: day(ends_on),
        reason: "Keperluan".to_owned(),
        document: None,
        status: RequestStatus::Approved,
        idempotency_key: Uuid::nil(),
        payload_hash: Vec::new(),
        requested_by: AccountId(Uuid::nil()),
        requested_at: Instant::UNIX_EPOCH,
        decided_by: None,
        decided_at: Some(Instant::UNIX_EPOCH),
        decision_note: None,
        revoked_by: None,
        revoked_from: None,
        revoked_at: None,
        revocation_note: None,
    }
}

pub fn adopted(version: i32, valid_from: &str, rule: Rule) -> Adoption {
    let row = lateness_adoption::Model {
        id: LatenessAdoptionId(Uuid::nil()),
        agency_id: AgencyId(Uuid::nil()),
        version,
        rule_id: Some(rule.row.id),
        citation: "SK Sekda".to_owned(),
        valid_from: day(valid_from),
        valid_until: None,
        created_at: Instant::UNIX_EPOCH,
    };
    Adoption { row, rule: Some(rule) }
}

fn rule(number: u128, name: &str, bands: &[(Side, i32, Option<Level>, i32)]) -> Rule {
    let id = LatenessRuleId(Uuid::from_u128(number));
    let row = lateness_rule::Model {
        id,
        agency_id: None,
        name: name.to_owned(),
        citation: name.to_owned(),
        version: 1,
        is_verified: true,
        note: None,
        flexible_minutes: 0,
        made_up_minutes: 0,
        late_days_free: None,
        late_days_hundredths: None,
        missing_is_last_band: false,
        absent_hundredths: None,
        created_at: Instant::UNIX_EPOCH,
    };
    let band = |&(side, from_minute, level, hundredths): &(Side, i32, Option<Level>, i32)| lateness_band::Model {
        rule_id: id,
        side,
        from_minute,
        level,
        hundredths: Some(hundredths),
    };
    Rule { row, bands: bands.iter().map(band).collect() }
}

pub fn permentan() -> Rule {
    let (late, early) = (Side::Late, Side::Early);
    let mut rule = rule(
        21,
        "Permentan 68/2012",
        &[
            (late, 1, Some(Level::Tl1), 50),
            (late, 31, Some(Level::Tl2), 100),
            (late, 61, Some(Level::Tl3), 150),
            (late, 91, Some(Level::Tl4), 200),
            (early, 1, Some(Level::Psw1), 50),
            (early, 31, Some(Level::Psw2), 100),
            (early, 61, Some(Level::Psw3), 150),
            (early, 91, Some(Level::Psw4), 200),
        ],
    );
    (rule.row.missing_is_last_band, rule.row.absent_hundredths) = (true, Some(400));
    rule
}

pub fn pmk() -> Rule {
    let bands = [(Side::Late, 1, None, 100), (Side::Late, 31, None, 125), (Side::Late, 61, None, 250)];
    let mut rule = rule(22, "PMK 221/2021", &bands);
    (rule.row.flexible_minutes, rule.row.missing_is_last_band) = (90, true);
    rule
}

pub fn permenpanrb(hundredths: Option<i32>) -> Rule {
    let mut rule = rule(23, "PermenPANRB 6/2018", &[]);
    (rule.row.made_up_minutes, rule.row.late_days_free, rule.row.late_days_hundredths) = (30, Some(5), hundredths);
    rule
}

pub fn badan_gizi() -> Rule {
    rule(24, "Badan Gizi 4/2025", &[(Side::Late, 1, None, 50), (Side::Late, 61, None, 100)])
}
