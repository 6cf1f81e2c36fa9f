use std::collections::HashMap;
use std::sync::Arc;

use chrono_tz::Tz;
use entity::check_in::Direction;
use entity::ids::{AgencyId, UnitId};
use entity::schedule::Season;
use uuid::Uuid;

use super::compute::Sheet;
use super::proposal::require_seen;
use super::*;
use crate::attendance::day::Event;
use crate::attendance::test_data::{adopted, at, calendar, day, hours, national, permentan, shift, zoned};
use crate::attendance::working_time::{Calendar, Duty, Rostered, WorkingLife, Zoned};

fn unit(number: u128) -> UnitId {
    UnitId(Uuid::from_u128(number))
}

fn agency(number: u128) -> AgencyId {
    AgencyId(Uuid::from_u128(number))
}

/// Somebody of a unit, with the levels that `load` gives its duty: the units upwards, the agency, the country.
fn life(units: &[u128]) -> WorkingLife {
    let (mut levels, mut zones) = (vec![Vec::new(); units.len() + 1], vec![Vec::new(); units.len()]);
    levels.push(national());
    zones.push(zoned(Tz::Asia__Jakarta));
    WorkingLife::of(Arc::new(Duty {
        agency_id: agency(1),
        units: units.iter().copied().map(unit).collect(),
        levels,
        zones,
        fences: Vec::new(),
        calendar: Arc::new(calendar()),
        lateness: Vec::new(),
    }))
}

fn early_hours(of: Option<u128>) -> Change {
    let mut early = hours(Season::Normal, 1, vec![shift(91, 0b1_1111, 420, 960)]);
    (early.schedule.agency_id, early.schedule.unit_id) = (Some(agency(1)), of.map(unit));
    early.schedule.valid_from = day("2026-11-24");
    Change::Hours(early)
}

fn rule(valid_from: &str) -> Change {
    let mut adoption = adopted(1, valid_from, permentan());
    adoption.row.agency_id = agency(1);
    Change::Lateness(adoption)
}

/// Came at 07:45 on the Monday and on the Tuesday, and went in time.
fn events() -> Vec<Event> {
    let of = |on: &str| {
        let event = |direction, time: &str| Event {
            on: day(on),
            direction,
            at: at(&format!("{on}T{time}Z")),
            is_waiting: false,
        };
        [event(Direction::In, "00:45:00"), event(Direction::Out, "09:30:00")]
    };
    ["2026-11-23", "2026-11-24"].into_iter().flat_map(of).collect()
}

/// Minutes late and cut of the two days under a change.
fn measured(change: &Change, units: &[u128]) -> Vec<(Option<i32>, Option<i32>)> {
    let mut life = life(units);
    let duty = change.over(life.duty(day("2026-11-23")));
    life.placements[0].1 = Arc::new(duty);
    let days = day("2026-11-23")..=day("2026-11-24");
    let sheet = Sheet::of(&life, &events(), &days, at("2026-11-26T00:00:00Z"));
    sheet.days.iter().map(|(_, outcome)| (outcome.minutes_late, outcome.hundredths)).collect()
}

#[test]
fn hours_lie_over_the_units_below_from_their_day_on() {
    let (as_it_was, changed) = (vec![(Some(15), None), (Some(15), None)], vec![(Some(15), None), (Some(45), None)]);
    for (of, units, wanted) in [
        (None, &[3, 2, 1][..], &changed),
        (None, &[], &changed),
        (Some(3), &[3, 2, 1], &changed),
        (Some(1), &[3, 2, 1], &changed),
        (Some(4), &[3, 2, 1], &as_it_was),
        (Some(1), &[], &as_it_was),
    ] {
        let change = early_hours(of);
        assert_eq!(measured(&change, units), *wanted, "hours of {of:?} over {units:?}");
        assert_eq!(change.concerns(life(units).duty(day("2026-11-24"))), *wanted == changed);
    }
}

#[test]
fn a_rule_lies_over_its_agency_from_its_day_on() {
    assert_eq!(measured(&rule("2026-11-24"), &[1]), [(Some(15), None), (Some(15), Some(50))]);
    let mut elsewhere = life(&[1]);
    Arc::get_mut(&mut elsewhere.placements[0].1).unwrap().agency_id = agency(2);
    assert!(!rule("2026-11-24").concerns(elsewhere.duty(day("2026-11-24"))));
}

fn clock(of: Option<u128>, zone: Option<Tz>) -> Change {
    let zoned = Zoned { version: 2, valid_from: day("2026-11-24"), zone };
    Change::Zone { agency_id: agency(1), unit_id: of.map(unit), zoned }
}

#[test]
fn a_zone_lies_over_the_units_below_from_its_day_on() {
    let (as_it_was, changed) = (vec![(Some(15), None), (Some(15), None)], vec![(Some(15), None), (Some(75), None)]);
    for (of, units, wanted) in [
        (None, &[3, 2, 1][..], &changed),
        (Some(3), &[3, 2, 1], &changed),
        (Some(1), &[3, 2, 1], &changed),
        (Some(4), &[3, 2, 1], &as_it_was),
    ] {
        assert_eq!(measured(&clock(of, Some(Tz::Asia__Makassar)), units), *wanted, "the zone of {of:?} over {units:?}");
    }
    // Without one of its own a unit has that of the agency.
    assert_eq!(measured(&clock(Some(3), None), &[3, 2, 1]), as_it_was);
}

#[test]
fn of_zones_the_newest_that_has_begun_holds() {
    let mut duty = life(&[1]).duty(day("2026-11-23")).clone();
    let of = |version, from, zone| Zoned { version, valid_from: day(from), zone };
    duty.zones[0] = vec![
        of(1, "1900-01-01", None),
        of(2, "2026-11-10", Some(Tz::Asia__Jayapura)),
        // Set later, and from an earlier day.
        of(3, "2026-11-05", Some(Tz::Asia__Makassar)),
        of(4, "2026-11-20", None),
    ];
    for (on, zone) in [
        ("2026-11-04", Tz::Asia__Jakarta),
        ("2026-11-05", Tz::Asia__Makassar),
        ("2026-11-10", Tz::Asia__Makassar),
        ("2026-11-19", Tz::Asia__Makassar),
        ("2026-11-20", Tz::Asia__Jakarta),
    ] {
        assert_eq!(duty.zone(day(on)), zone, "{on}");
    }
    // Half past eleven in the evening in the middle.
    assert_eq!(duty.local_day(at("2026-11-12T16:30:00Z")), day("2026-11-13"));
    assert_eq!(duty.local_day(at("2026-11-21T16:30:00Z")), day("2026-11-21"));
}

/// The calendar with a Ramadan of these days, and the day of collective leave or not.
fn with(ramadan: (&str, &str), has_leave: bool) -> Calendar {
    let mut after = calendar();
    (after.ramadan[0].starts_on, after.ramadan[0].ends_on) = (day(ramadan.0), day(ramadan.1));
    after.holidays.retain(|on, _| has_leave || *on != day("2026-12-24"));
    after
}

#[test]
fn a_calendar_reaches_the_days_that_are_worked_otherwise() {
    let announced = ("2026-02-18", "2026-03-19");
    for (ramadan, has_leave, wanted) in [
        (announced, true, None),
        (("2026-02-19", "2026-03-19"), true, Some(("2026-02-18", "2026-02-18"))),
        (("2026-02-19", "2026-03-20"), true, Some(("2026-02-18", "2026-03-20"))),
        (announced, false, Some(("2026-12-24", "2026-12-24"))),
        (("2026-02-17", "2026-03-19"), false, Some(("2026-02-17", "2026-12-24"))),
    ] {
        let change = Change::Calendar { before: calendar(), after: Arc::new(with(ramadan, has_leave)) };
        let wanted = wanted.map(|(first, last)| day(first)..=day(last));
        assert_eq!(change.days(), wanted, "{ramadan:?} {has_leave}");
    }
    let mut cited = calendar();
    cited.ramadan[0].citation = "Keputusan 1/2026".to_owned();
    cited.holidays.values_mut().for_each(|holiday| holiday.citation = None);
    assert_eq!(Change::Calendar { before: calendar(), after: Arc::new(cited) }.days(), None, "a citation alone");
}

#[test]
fn a_calendar_lies_over_everybody() {
    let change = Change::Calendar { before: calendar(), after: Arc::new(with(("2026-11-24", "2026-12-20"), true)) };
    assert_eq!(measured(&change, &[3, 2, 1]), [(Some(15), None), (Some(0), None)]);
}

#[test]
fn a_roster_lies_over_the_days_that_it_names() {
    let hours = national().remove(0);
    let rostered = |on: &str, start| Rostered {
        on: day(on),
        shift: shift(start, 127, i32::try_from(start).unwrap(), 960),
        schedule: hours.schedule.clone(),
    };
    let (me, other) = (EmployeeId(Uuid::from_u128(1)), EmployeeId(Uuid::from_u128(2)));
    let change = Change::Roster(HashMap::from([
        ((me, day("2026-11-23")), vec![rostered("2026-11-23", 420)]),
        ((me, day("2026-11-24")), Vec::new()),
        ((other, day("2026-11-25")), vec![rostered("2026-11-25", 420)]),
    ]));
    let mut roster = ["2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25"].map(|on| rostered(on, 300)).to_vec();
    change.roster(me, &mut roster);
    roster.sort_by_key(|entry| entry.on);
    let wanted = [rostered("2026-11-22", 300), rostered("2026-11-23", 420), rostered("2026-11-25", 300)];
    assert_eq!(roster, wanted);
    assert_eq!(change.days(), Some(day("2026-11-23")..=day("2026-11-25")));
    assert_eq!(change.people(), Some(vec![me, other]));
}

#[test]
fn a_difference_must_be_the_one_that_was_seen() {
    let difference = Difference { token: "abc".to_owned(), ..Difference::default() };
    for (seen, is_right) in [(None, false), (Some("abd"), false), (Some("abc"), true)] {
        assert_eq!(require_seen(&difference, seen).is_ok(), is_right, "{seen:?}");
    }
}

#[test]
fn a_month_has_its_end() {
    for (on, last) in [("2026-11-23", "2026-11-30"), ("2026-12-31", "2026-12-31"), ("2028-02-01", "2028-02-29")] {
        assert_eq!(month_end(day(on)), day(last));
    }
}
