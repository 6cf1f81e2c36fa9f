use chrono_tz::Tz;
use entity::schedule::Season;
use uuid::Uuid;

use super::*;
use crate::attendance::test_data::{adopted, at, calendar, day, hours, national, permentan, shift};
use entity::check_in::Direction;

fn unit(number: u128) -> UnitId {
    UnitId(Uuid::from_u128(number))
}

fn agency(number: u128) -> AgencyId {
    AgencyId(Uuid::from_u128(number))
}

/// Somebody of a unit, with the levels that `load` gives its duty: the units upwards, the agency, the country.
fn life(units: &[u128]) -> WorkingLife {
    let mut levels = vec![Vec::new(); units.len() + 1];
    levels.push(national());
    WorkingLife::of(Arc::new(Duty {
        agency_id: agency(1),
        units: units.iter().copied().map(unit).collect(),
        levels,
        zone: Tz::Asia__Jakarta,
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
        assert_eq!(change.level(life(units).duty(day("2026-11-24"))).is_some(), *wanted == changed);
    }
}

#[test]
fn a_rule_lies_over_its_agency_from_its_day_on() {
    assert_eq!(measured(&rule("2026-11-24"), &[1]), [(Some(15), None), (Some(15), Some(50))]);
    let mut elsewhere = life(&[1]);
    Arc::get_mut(&mut elsewhere.placements[0].1).unwrap().agency_id = agency(2);
    assert_eq!(rule("2026-11-24").level(elsewhere.duty(day("2026-11-24"))), None);
}

#[test]
fn a_difference_must_be_the_one_that_was_seen() {
    let difference = Difference { token: "abc".to_owned(), ..Difference::default() };
    for (difference, seen, is_right) in [
        (None, None, true),
        (Some(&difference), None, false),
        (Some(&difference), Some("abd"), false),
        (Some(&difference), Some("abc"), true),
    ] {
        assert_eq!(require_seen(difference, seen).is_ok(), is_right, "{seen:?}");
    }
    let (before, now) = (Stamp { adoptions: 1, schedules: 2 }, Stamp { adoptions: 1, schedules: 3 });
    assert!(require_same(Some(&difference), before, before).is_ok() && require_same(None, before, now).is_ok());
    assert!(require_same(Some(&difference), before, now).is_err());
}
