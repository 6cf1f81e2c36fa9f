use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn at(second: i64) -> Instant {
    Instant::from_timestamp(1_795_393_800 + second, 0).unwrap() // 2026-11-23 07:30 in Jakarta
}

fn window() -> Window {
    Window { opens_at: at(-7200), starts_at: at(0), ends_at: at(30_600), closes_at: at(52_200) }
}

fn fence() -> Fence {
    Fence { venue_id: VenueId(Uuid::nil()), latitude: 5.8933, longitude: 95.3214, radius_meters: 100 }
}

fn here() -> Location {
    Location { latitude: 5.8933, longitude: 95.3214, accuracy_meters: Some(12.0), is_mocked: false }
}

fn on_line(second: i64) -> Timing {
    Timing { effective_at: at(second), sent_after: TimeDelta::zero(), is_skewed: false }
}

fn judge_with(timing: Timing, location: Option<Location>, change: impl Fn(&mut Facts<'_>)) -> Judgement {
    let fences = [fence()];
    let mut facts = Facts {
        is_expected: true,
        window: Some(window()),
        fences: &fences,
        code: Code::Right,
        is_arrival: true,
        flexible_minutes: 0,
    };
    change(&mut facts);
    judge(timing, location, &facts)
}

#[test]
fn on_time_in_place_is_accepted() {
    let judgement = judge_with(on_line(0), Some(here()), |_| {});
    assert_eq!((judgement.verdict, judgement.reasons, judgement.minutes_late), (Verdict::Accepted, vec![], Some(0)));
}

#[test]
fn seconds_are_dropped() {
    for (second, late) in [(-600, 0), (59, 0), (60, 1), (119, 1), (3_600, 60)] {
        assert_eq!(judge_with(on_line(second), Some(here()), |_| {}).minutes_late, Some(late), "{second}");
    }
    assert_eq!(judge_with(on_line(59), Some(here()), |facts| facts.is_arrival = false).minutes_late, None);
}

#[test]
fn every_reason_has_its_verdict() {
    let far = Location { latitude: 5.9, ..here() };
    let cases: [(Judgement, Verdict, &[Reason]); 10] = [
        (judge_with(on_line(0), Some(far), |_| {}), Verdict::Rejected, &[Reason::OutsideGeofence]),
        (judge_with(on_line(-7201), Some(here()), |_| {}), Verdict::Rejected, &[Reason::OutsideWindow]),
        (judge_with(on_line(52_200), Some(here()), |_| {}), Verdict::Rejected, &[Reason::OutsideWindow]),
        (
            judge_with(on_line(0), Some(here()), |facts| facts.window = None),
            Verdict::Rejected,
            &[Reason::OutsideWindow],
        ),
        (
            judge_with(on_line(0), Some(here()), |facts| facts.is_expected = false),
            Verdict::Rejected,
            &[Reason::NotEnrolled],
        ),
        (
            judge_with(on_line(0), Some(here()), |facts| facts.code = Code::Wrong),
            Verdict::Rejected,
            &[Reason::CodeWrong],
        ),
        (
            judge_with(on_line(0), Some(here()), |facts| facts.code = Code::Closed),
            Verdict::Rejected,
            &[Reason::CodeWrong, Reason::TooManyWrongCodes],
        ),
        (
            judge_with(on_line(0), None, |facts| facts.code = Code::Missing),
            Verdict::NeedsReview,
            &[Reason::CodeMissing, Reason::LocationMissing],
        ),
        (
            judge_with(on_line(0), Some(Location { accuracy_meters: Some(200.1), is_mocked: true, ..here() }), |_| {}),
            Verdict::NeedsReview,
            &[Reason::PoorAccuracy, Reason::MockLocation],
        ),
        (
            judge_with(Timing { is_skewed: true, ..on_line(0) }, Some(here()), |_| {}),
            Verdict::NeedsReview,
            &[Reason::ClockSkew],
        ),
    ];
    for (judgement, verdict, reasons) in cases {
        assert_eq!((judgement.verdict, judgement.reasons.as_slice()), (verdict, reasons));
    }
}

#[test]
fn the_gravest_reason_decides_and_stands_first() {
    let mocked = Location { is_mocked: true, ..here() };
    let judgement = judge_with(on_line(0), Some(mocked), |facts| facts.code = Code::Wrong);
    assert_eq!(judgement.verdict, Verdict::Rejected);
    assert_eq!(judgement.reasons, [Reason::CodeWrong, Reason::MockLocation]);
}

#[test]
fn without_a_fence_a_location_is_neither_asked_for_nor_held_against_anybody() {
    let anywhere = |location| judge_with(on_line(0), location, |facts| facts.fences = &[]);
    assert_eq!(anywhere(None).verdict, Verdict::Accepted);
    assert_eq!(anywhere(Some(Location { latitude: -8.0, ..here() })).verdict, Verdict::Accepted);
}

#[test]
fn of_several_fences_the_nearest_edge_counts() {
    let narrow = Fence { venue_id: VenueId(Uuid::from_u128(1)), radius_meters: 10, ..fence() };
    let wide = Fence { venue_id: VenueId(Uuid::from_u128(2)), latitude: 5.8973, radius_meters: 600, ..fence() };
    let fix = Location { latitude: 5.8943, accuracy_meters: Some(0.0), ..here() }; // 111 m and 334 m away
    let fences = [narrow, wide];
    let facts = Facts {
        is_expected: true,
        window: Some(window()),
        fences: &fences,
        code: Code::Right,
        is_arrival: true,
        flexible_minutes: 0,
    };
    let judgement = judge(on_line(0), Some(fix), &facts);
    assert_eq!(judgement.verdict, Verdict::Accepted);
    assert_eq!(judgement.nearest.map(|(venue, _)| venue), Some(wide.venue_id));
}

#[test]
fn the_phones_time_is_carried_over_to_ours() {
    // The phone is an hour fast, captured at its 08:30 and sends two minutes later.
    let timing = timing(at(3600), at(3720), at(120)).unwrap();
    assert_eq!(timing, Timing { effective_at: at(0), sent_after: TimeDelta::seconds(120), is_skewed: true });
    assert!(!super::timing(at(0), at(0), at(600)).unwrap().is_skewed);
    assert!(super::timing(at(0), at(0), at(601)).unwrap().is_skewed);
    assert_eq!(super::timing(at(61), at(0), at(0)), Err(Problem::CapturedInFuture));
    assert!(super::timing(at(60), at(0), at(0)).is_ok());
    let week = 7 * 86_400;
    assert!(super::timing(at(-week), at(0), at(5)).is_ok());
    assert_eq!(super::timing(at(-week - 1), at(0), at(5)), Err(Problem::TooOld));
}

#[test]
fn every_tenth_wrong_code_closes_the_session_for_five_minutes() {
    let wrong = |count| WrongCodes { count, last_at: Some(at(0)) };
    assert!(!WrongCodes::default().is_closed(at(0)) && !wrong(9).is_closed(at(0)) && !wrong(11).is_closed(at(0)));
    assert!(wrong(10).is_closed(at(299)) && !wrong(10).is_closed(at(300)) && wrong(20).is_closed(at(0)));
}

#[test]
fn reasons_round_trip_through_the_database() {
    assert_eq!(Reason::split(&Reason::join(Reason::ALL)), Reason::ALL);
    assert_eq!(Reason::split(""), []);
}

proptest! {
    /// The clock of the phone cancels out: shifting capture and sending alike changes nothing but the remark.
    #[test]
    fn a_wrong_clock_changes_no_verdict(captured in -9_000_i64..60_000, delay in 0_i64..3_600, shift in -100_000_i64..100_000) {
        let received = at(captured + delay);
        let right = timing(at(captured), received, received).unwrap();
        let wrong = timing(at(captured + shift), at(captured + delay + shift), received).unwrap();
        prop_assert_eq!(right.effective_at, wrong.effective_at);
        prop_assert_eq!(right.sent_after, wrong.sent_after);
    }
}
