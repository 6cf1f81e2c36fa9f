use chrono_tz::Tz;
use entity::schedule::Season;

use super::*;
use crate::attendance::test_data::{at, day, duty, hours, life, national, shift};

#[test]
fn a_day_opens_and_closes_in_its_zone() {
    for (zone, offset) in
        [(Tz::Asia__Jakarta, "+07:00"), (Tz::Asia__Makassar, "+08:00"), (Tz::Asia__Jayapura, "+09:00")]
    {
        let life = WorkingLife::of(duty(vec![national()], zone, Vec::new()));
        let opens = at(&format!("2026-11-23T05:30:00{offset}"));
        let shift = shift_at(&life, opens, None).unwrap();
        assert_eq!((shift.on, shift.window.opens_at), (day("2026-11-23"), opens), "{zone}");
        assert!(!shift.window.contains(opens - TimeDelta::microseconds(1)));
        // The day's midnight is the zone's.
        let midnight = at(&format!("2026-11-24T00:00:00{offset}"));
        assert_eq!(local_day(&life, midnight), day("2026-11-24"));
        assert_eq!(local_day(&life, midnight - TimeDelta::seconds(1)), day("2026-11-23"));
        // Sunday is free.
        assert_eq!(shift_at(&life, at(&format!("2026-11-22T09:00:00{offset}")), None), None);
    }
}

#[test]
fn friday_ends_half_an_hour_later() {
    let life = life(None);
    let ends = |noon: &str| shift_at(&life, at(noon), None).unwrap().window.ends_at;
    assert_eq!(ends("2026-11-26T12:00:00+07:00"), at("2026-11-26T16:00:00+07:00"));
    assert_eq!(ends("2026-11-27T12:00:00+07:00"), at("2026-11-27T16:30:00+07:00"));
}

#[test]
fn the_end_of_a_night_shift_counts_for_the_evening_it_began() {
    let night = vec![hours(Season::AllYear, 1, vec![shift(1, 0b111_1111, 22 * 60, 30 * 60)])];
    let life = WorkingLife::of(duty(vec![night], Tz::Asia__Jakarta, Vec::new()));
    let on = |text, direction| shift_at(&life, at(text), Some(direction)).unwrap().on;
    assert_eq!(on("2026-11-24T06:05:00+07:00", Direction::Out), day("2026-11-23"));
    assert_eq!(on("2026-11-24T21:30:00+07:00", Direction::In), day("2026-11-24"));
}

#[test]
fn of_two_shifts_the_one_is_meant_that_begins_or_ends_near() {
    let shifts = vec![shift(1, 127, 7 * 60, 14 * 60), shift(2, 127, 14 * 60, 21 * 60), shift(3, 127, 21 * 60, 31 * 60)];
    let life = WorkingLife::of(duty(vec![vec![hours(Season::AllYear, 1, shifts)]], Tz::Asia__Jakarta, Vec::new()));
    for (text, direction, number, on) in [
        ("2026-11-23T13:30:00+07:00", Direction::In, 2, "2026-11-23"),
        ("2026-11-23T14:10:00+07:00", Direction::Out, 1, "2026-11-23"),
        ("2026-11-24T06:50:00+07:00", Direction::In, 1, "2026-11-24"),
        ("2026-11-24T07:10:00+07:00", Direction::Out, 3, "2026-11-23"),
    ] {
        let found = shift_at(&life, at(text), Some(direction)).unwrap();
        assert_eq!((found.shift.id.0.as_u128(), found.on), (number, day(on)), "{text} {direction:?}");
    }
}

#[test]
fn what_was_recorded_for_a_day_stays_there() {
    let life = life(None);
    // Outside every window: under other hours it lay within.
    let shift_on = |of: &str, time: &str, direction| {
        shift_of(&life, &mut |on| life.day(on).shifts, day(of), at(time), direction)
    };
    let found = shift_on("2026-11-23", "2026-11-23T23:30:00+07:00", Direction::Out).unwrap();
    assert_eq!(found.on, day("2026-11-23"));
    assert_eq!(shift_on("2026-11-22", "2026-11-22T07:30:00+07:00", Direction::In), None);
}
