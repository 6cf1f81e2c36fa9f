use chrono::Days;
use chrono_tz::Tz;
use entity::absence_sanction::Kind as Sanction;
use entity::duty_arrangement::Kind;
use entity::ids::AbsenceSanctionId;
use uuid::Uuid;

use super::*;
use crate::agency::tenure::Tenure;
use crate::attendance::test_data::{
    adopted, arrangement, at, badan_gizi, day, duty, life, national, permenpanrb, permentan,
};

fn event(on: &str, direction: Direction, time: &str) -> Event {
    Event { on: day(on), direction, at: at(&format!("{on}T{time}+07:00")), is_waiting: false }
}

fn days(first: &str, last: &str) -> impl Iterator<Item = NaiveDate> {
    let (first, last) = (day(first), day(last));
    first.iter_days().take_while(move |on| *on <= last)
}

/// The end of 2026.
fn later() -> Instant {
    at("2026-12-31T23:59:00+07:00")
}

#[test]
fn sixteen_twenty_nine_on_a_friday_is_early() {
    let life = life(Some(permentan()));
    let events = [event("2026-11-27", Direction::In, "07:30:59"), event("2026-11-27", Direction::Out, "16:29:00")];
    let found = records(&life, &events, days("2026-11-27", "2026-11-27"), later());
    assert_eq!(found[0].state(), State::Complete);
    let assessment = found[0].shifts[0].assessment;
    assert_eq!(
        (assessment.minutes_late, assessment.minutes_early, found[0].hundredths()),
        (Some(0), Some(1), Some(50))
    );
}

#[test]
fn ramadan_starts_at_eight() {
    let life = life(Some(permentan()));
    // The last day of normal hours, the first of Ramadan, a Friday in it.
    for (on, came, went, late, early) in [
        ("2026-02-17", "08:00:00", "16:00:00", 30, 0),
        ("2026-02-18", "08:00:59", "15:00:00", 0, 0),
        ("2026-02-20", "08:01:00", "15:29:00", 1, 1),
    ] {
        let events = [event(on, Direction::In, came), event(on, Direction::Out, went)];
        let found = records(&life, &events, days(on, on), later());
        let assessment = found[0].shifts[0].assessment;
        assert_eq!((assessment.minutes_late, assessment.minutes_early), (Some(late), Some(early)), "{on}");
        assert_eq!(found[0].day.ramadan.is_some(), on != "2026-02-17");
    }
}

#[test]
fn every_kind_of_day_says_why() {
    let mut life = life(None);
    life.arrangements = vec![
        arrangement(Kind::AnnualLeave, "2026-12-01", "2026-12-02"),
        arrangement(Kind::DutyTravel, "2026-12-02", "2026-12-03"),
    ];
    life.tenures = vec![Tenure::since(day("2026-11-30"))];
    for (on, basis, shifts) in [
        ("2026-11-29", Basis::NotServing, 0),
        ("2026-11-30", Basis::Schedule, 1),
        ("2026-12-02", Basis::Leave, 0),
        ("2026-12-03", Basis::Schedule, 1),
        ("2026-12-05", Basis::RestDay, 0),
        ("2026-12-24", Basis::CollectiveLeave, 0),
        ("2026-12-25", Basis::Holiday, 0),
    ] {
        let found = life.day(day(on));
        assert_eq!((found.basis, found.shifts.len()), (basis, shifts), "{on}");
    }
    assert!(!life.day(day("2026-12-03")).shifts[0].is_fenced, "on duty travel");
    assert!(life.day(day("2026-12-04")).shifts[0].is_fenced);
}

#[test]
fn a_rule_that_changes_in_mid_month_holds_from_its_day() {
    let adoptions = vec![adopted(1, "2026-01-01", permentan()), adopted(2, "2026-11-16", badan_gizi())];
    let life = WorkingLife::of(duty(vec![national()], Tz::Asia__Jakarta, adoptions));
    let events: Vec<Event> = ["2026-11-13", "2026-11-16"]
        .into_iter()
        .flat_map(|on| [event(on, Direction::In, "08:05:00"), event(on, Direction::Out, "16:30:00")])
        .collect();
    let found = records(&life, &events, [day("2026-11-13"), day("2026-11-16")], later());
    let told: Vec<_> =
        found.iter().map(|day| (day.shifts[0].rule.unwrap().row.name.as_str(), day.hundredths())).collect();
    assert_eq!(told, [("Permentan 68/2012", Some(100)), ("Badan Gizi 4/2025", Some(50))]);
}

#[test]
fn a_missing_out_is_shown_and_a_correction_mends_it() {
    let life = life(Some(permentan()));
    let mut events = vec![event("2026-11-23", Direction::In, "07:30:00")];
    let state = |events: &[Event], now: &str| records(&life, events, [day("2026-11-23")], at(now))[0].state();
    assert_eq!(state(&[], "2026-11-23T07:29:59+07:00"), State::Upcoming);
    assert_eq!(state(&[], "2026-11-23T07:30:00+07:00"), State::Awaited);
    assert_eq!(state(&events, "2026-11-23T21:59:59+07:00"), State::OnDuty);
    assert_eq!(state(&events, "2026-11-23T22:00:00+07:00"), State::Incomplete);
    assert_eq!(state(&[], "2026-11-23T22:00:00+07:00"), State::Absent);
    events.push(event("2026-11-23", Direction::Out, "16:00:00"));
    assert_eq!(state(&events, "2026-11-23T22:00:00+07:00"), State::Complete);
}

#[test]
fn an_out_before_the_first_in_is_none() {
    let life = life(Some(permentan()));
    let events = [event("2026-11-23", Direction::Out, "06:00:00"), event("2026-11-23", Direction::In, "07:30:00")];
    let found = records(&life, &events, [day("2026-11-23")], later());
    assert_eq!((found[0].state(), found[0].hundredths()), (State::Incomplete, Some(200)));
}

#[test]
fn what_waits_for_review_is_neither_there_nor_missing() {
    let life = life(Some(permentan()));
    let waiting = Event { is_waiting: true, ..event("2026-11-23", Direction::In, "07:30:00") };
    let found = records(&life, &[waiting], [day("2026-11-23")], later());
    let (state, cut) = (found[0].state(), found[0].hundredths());
    assert_eq!((state, cut), (State::UnderReview, None));
    let sum = totals(&found);
    assert_eq!((sum.present_days, sum.absent_days, sum.under_review_days), (0, 0, 1));
    assert_eq!(standing(&found, 2026, &sanctions()).days, 0, "nobody is absent for a slow reviewer");
    // Another one that counts settles it.
    let came = event("2026-11-23", Direction::In, "07:40:00");
    let found = records(&life, &[waiting, came], [day("2026-11-23")], later());
    assert_eq!((found[0].state(), found[0].hundredths()), (State::Incomplete, Some(250)));
}

#[test]
fn the_first_in_and_the_last_out_count() {
    let events = [
        event("2026-11-23", Direction::In, "09:00:00"),
        event("2026-11-23", Direction::In, "07:20:00"),
        event("2026-11-23", Direction::Out, "12:00:00"),
        event("2026-11-23", Direction::Out, "16:10:00"),
    ];
    let life = life(None);
    let found = records(&life, &events, [day("2026-11-23")], later());
    let presence = found[0].shifts[0].presence;
    assert_eq!(presence.came_at, Some(at("2026-11-23T07:20:00+07:00")));
    assert_eq!(presence.went_at, Some(at("2026-11-23T16:10:00+07:00")));
}

#[test]
fn a_month_adds_up_and_cuts_beyond_five_late_days() {
    // Ten workdays: six late ones, one made up; the eleventh without any record, the twelfth without an OUT.
    let late_on = ["2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05", "2026-11-06", "2026-11-09"];
    let mut events: Vec<Event> = late_on
        .into_iter()
        .flat_map(|on| [event(on, Direction::In, "07:40:00"), event(on, Direction::Out, "16:30:00")])
        .collect();
    // Friday the sixth ends at 16:30, so nothing is made up on it; on the others ten minutes are.
    let life = life(Some(permenpanrb(Some(75))));
    let found = records(&life, &events, days("2026-11-02", "2026-11-11"), at("2026-11-12T00:00:00+07:00"));
    let sum = totals(&found);
    assert_eq!((sum.workdays, sum.present_days, sum.absent_days, sum.late_days, sum.minutes_late), (8, 6, 2, 1, 10));
    assert_eq!(sum.hundredths, None, "one late day is free");
    for event in &mut events {
        if event.direction == Direction::Out {
            event.at = at(&format!("{}T16:05:00+07:00", event.on));
        }
    }
    let found = records(&life, &events, days("2026-11-02", "2026-11-11"), at("2026-11-12T00:00:00+07:00"));
    let sum = totals(&found);
    assert_eq!((sum.late_days, sum.early_days, sum.minutes_early, sum.hundredths), (6, 1, 25, Some(75)));
}

fn sanctions() -> Vec<absence_sanction::Model> {
    [
        (Sanction::OralWarning, 3, false),
        (Sanction::WrittenWarning, 4, false),
        (Sanction::StatementOfDissatisfaction, 7, false),
        (Sanction::AllowanceCut6Months, 11, false),
        (Sanction::AllowanceCut9Months, 14, false),
        (Sanction::AllowanceCut12Months, 17, false),
        (Sanction::Demotion12Months, 21, false),
        (Sanction::RemovalFromPost, 25, false),
        (Sanction::Dismissal, 28, false),
        (Sanction::Dismissal, 10, true),
    ]
    .map(|(kind, from_days, is_consecutive)| absence_sanction::Model {
        id: AbsenceSanctionId(Uuid::nil()),
        citation: "PP 94/2021".to_owned(),
        version: 1,
        valid_from: day("2021-08-31"),
        valid_until: None,
        kind,
        from_days,
        is_consecutive,
        employment: None,
    })
    .into()
}

#[test]
fn unexcused_days_lead_to_sanctions() {
    let (life, sanctions) = (life(None), sanctions());
    // Every second workday of the year from September on is worked.
    let workdays: Vec<NaiveDate> =
        days("2026-09-01", "2026-12-23").filter(|on| !life.day(*on).shifts.is_empty()).collect();
    let worked: Vec<Event> = workdays
        .iter()
        .step_by(2)
        .map(|on| Event {
            on: *on,
            direction: Direction::In,
            at: at(&format!("{on}T07:30:00+07:00")),
            is_waiting: false,
        })
        .collect();
    let standing_after = |absent: usize| {
        let last = workdays[absent * 2 - 1];
        let now = at(&format!("{}T00:00:00+07:00", last.checked_add_days(Days::new(1)).unwrap()));
        let found = records(&life, &worked, days("2026-09-01", &last.to_string()), now);
        let standing = standing(&found, 2026, &sanctions);
        assert_eq!((standing.days, standing.in_a_row), (u32::try_from(absent).unwrap(), 1));
        (standing.reached.map(|sanction| sanction.kind), standing.next.map(|(sanction, days)| (sanction.kind, days)))
    };
    for (absent, reached, next) in [
        (2, None, Some((Sanction::OralWarning, 1))),
        (3, Some(Sanction::OralWarning), Some((Sanction::WrittenWarning, 1))),
        (6, Some(Sanction::WrittenWarning), Some((Sanction::StatementOfDissatisfaction, 1))),
        (10, Some(Sanction::StatementOfDissatisfaction), Some((Sanction::AllowanceCut6Months, 1))),
        (13, Some(Sanction::AllowanceCut6Months), Some((Sanction::AllowanceCut9Months, 1))),
        (16, Some(Sanction::AllowanceCut9Months), Some((Sanction::AllowanceCut12Months, 1))),
        (20, Some(Sanction::AllowanceCut12Months), Some((Sanction::Demotion12Months, 1))),
        (24, Some(Sanction::Demotion12Months), Some((Sanction::RemovalFromPost, 1))),
        (27, Some(Sanction::RemovalFromPost), Some((Sanction::Dismissal, 1))),
        (28, Some(Sanction::Dismissal), None),
    ] {
        assert_eq!(standing_after(absent), (reached, next), "{absent}");
    }
}

#[test]
fn ten_absent_workdays_in_a_row_lead_to_dismissal_and_weekends_do_not_interrupt_them() {
    let (mut life, sanctions) = (life(None), sanctions());
    let now = at("2026-11-15T00:00:00+07:00");
    let found = records(&life, &[], days("2026-11-02", "2026-11-14"), now);
    let absent = standing(&found, 2026, &sanctions);
    assert_eq!((absent.days, absent.in_a_row, absent.reached.map(|row| row.kind)), (10, 10, Some(Sanction::Dismissal)));
    let of_next_year = standing(&found, 2027, &sanctions);
    assert_eq!((of_next_year.days, of_next_year.in_a_row), (0, 0), "what ended before the year does not count in it");
    let now_then = at("2027-01-05T00:00:00+07:00");
    let found_then = records(&life, &[], days("2026-12-28", "2027-01-04"), now_then);
    let over_new_year = standing(&found_then, 2027, &sanctions);
    assert_eq!((over_new_year.days, over_new_year.in_a_row), (2, 6), "a row goes on over New Year");
    life.arrangements = vec![arrangement(Kind::SickLeave, "2026-11-06", "2026-11-06")];
    let found = records(&life, &[], days("2026-11-02", "2026-11-14"), now);
    assert_eq!(standing(&found, 2026, &sanctions).in_a_row, 5, "leave interrupts them");
}
