use async_graphql::resolver_utils::EnumType as _;
use entity::check_in::Direction;
use entity::ids::{AgencyId, CourseRunId, CourseSessionId};
use uuid::Uuid;

use super::*;
use crate::attendance::day::{Event, records};
use crate::attendance::test_data::{at, day, life, permenpanrb, pmk};
use crate::attendance::working_time::WorkingLife;

fn class(starts_at: &str, ends_at: &str) -> Class {
    let session = course_session::Model {
        id: CourseSessionId(Uuid::nil()),
        agency_id: AgencyId(Uuid::nil()),
        course_run_id: CourseRunId(Uuid::nil()),
        source_id: None,
        title: "Simulasi loket".to_owned(),
        venue_id: None,
        starts_at: local(starts_at),
        ends_at: local(ends_at),
        time_zone: "Asia/Jakarta".to_owned(),
        opens_before_minutes: 60,
        requires_code: true,
        code_secret: Vec::new(),
        created_at: Instant::UNIX_EPOCH,
        updated_at: Instant::UNIX_EPOCH,
    };
    Class { session, check_in: None, review: None }
}

fn local(time: &str) -> Instant {
    at(&format!("2026-11-23T{time}:00+07:00"))
}

/// What is next at a time, after those events, with a class from eight to ten and another from thirteen on.
fn step(life: &WorkingLife, events: &[(Direction, &str)], now: &str) -> (Step, String) {
    let events: Vec<Event> = events
        .iter()
        .map(|(direction, time)| Event {
            on: day("2026-11-23"),
            direction: *direction,
            at: local(time),
            is_waiting: false,
        })
        .collect();
    let classes = [class("08:00", "10:00"), class("13:00", "14:00")];
    let record = records(life, &events, [day("2026-11-23")], local(now)).pop().unwrap();
    let next = next(&record, &classes, local(now));
    (next.step, words(Locale::En, &next, Tz::Asia__Jakarta, local(now)))
}

#[test]
fn what_is_due_first_comes_first() {
    let (life, came, went) = (life(None), (Direction::In, "07:20"), (Direction::Out, "16:05"));
    for (events, now, wanted, words) in [
        (&[][..], "04:00", Step::CheckIn, "Check in for duty from 05:30."),
        (&[], "07:20", Step::CheckIn, "Check in for duty, until 16:00."),
        (&[came], "07:21", Step::Class, "Check in to “Simulasi loket”, until 10:00."),
        (&[came], "11:00", Step::Class, "Check in to “Simulasi loket” from 12:00."),
        (&[came], "15:00", Step::CheckOut, "Check out from 16:00."),
        (&[came], "16:05", Step::CheckOut, "Check out, until 22:00."),
        (&[came, went], "16:06", Step::Nothing, "Nothing more to do today."),
        // Who did not come cannot come any more.
        (&[], "16:06", Step::Nothing, "Nothing more to do today."),
    ] {
        assert_eq!(step(&life, events, now), (wanted, words.to_owned()), "{now}");
    }
}

#[test]
fn who_came_later_under_flexitime_may_go_later() {
    let came = (Direction::In, "08:15");
    let (kind, words) = step(&life(Some(pmk())), &[came], "15:59");
    assert_eq!((kind, words.as_str()), (Step::CheckOut, "Check out from 16:45."));
}

#[test]
fn who_follows_the_screen_keeps_the_tolerance() {
    let came = (Direction::In, "07:50");
    let stay = "Check out from 16:20: that makes up the 20 minutes that you came late. \
        If you go before, you lose the tolerance and the day counts as late.";
    for (came, now, wanted) in [
        (came, "15:59", stay),
        (came, "16:00", stay),
        (came, "16:20", "Check out, until 22:00."),
        // What is not late or too late for it has nothing to make up.
        ((Direction::In, "07:30"), "15:59", "Check out from 16:00."),
        ((Direction::In, "08:01"), "15:59", "Check out from 16:00."),
    ] {
        let (kind, words) = step(&life(Some(permenpanrb(None))), &[came], now);
        assert_eq!((kind, words.as_str()), (Step::CheckOut, wanted), "{came:?} {now}");
    }
}

#[test]
fn a_check_in_that_waits_for_review_is_none_to_repeat() {
    let (mut class, now) = (class("08:00", "10:00"), local("08:30"));
    assert_eq!(class.state(now), ClassState::Awaited);
    assert_eq!(class.state(local("06:59")), ClassState::Upcoming);
    assert_eq!(class.state(local("10:00")), ClassState::Absent);
    for (verdict, state) in [
        (Verdict::Rejected, ClassState::Awaited),
        (Verdict::NeedsReview, ClassState::NeedsReview),
        (Verdict::Accepted, ClassState::Present),
    ] {
        class.check_in = Some(check_in(verdict));
        assert_eq!(class.state(now), state);
    }
}

fn check_in(verdict: Verdict) -> check_in::Model {
    check_in::Model {
        id: Uuid::nil().into(),
        agency_id: Uuid::nil().into(),
        employee_id: Uuid::nil().into(),
        device_id: Uuid::nil().into(),
        idempotency_key: Uuid::nil(),
        payload_hash: Vec::new(),
        occasion: check_in::Occasion::CourseSession,
        direction: None,
        workday_on: None,
        time_zone: "Asia/Jakarta".to_owned(),
        course_session_id: Some(CourseSessionId(Uuid::nil())),
        captured_at: Instant::UNIX_EPOCH,
        sent_at: Instant::UNIX_EPOCH,
        received_at: Instant::UNIX_EPOCH,
        effective_at: Instant::UNIX_EPOCH,
        latitude: None,
        longitude: None,
        accuracy_meters: None,
        is_mocked: false,
        venue_id: None,
        distance_meters: None,
        verdict,
        reasons: String::new(),
        minutes_late: None,
        schedule_id: None,
        shift_id: None,
        lateness_rule_id: None,
    }
}

#[test]
fn every_step_has_words_in_both_languages() {
    for step in Step::items() {
        for (is_now, makes_up) in [(true, false), (true, true), (false, false), (false, true)] {
            let key = key(step.value, is_now, makes_up);
            assert!(crate::locale::has_both(key), "{key}");
        }
    }
}
