use super::*;
use crate::attendance::test_data::{at, badan_gizi, permenpanrb, permentan, pmk};

/// Monday, 07:30 to 16:00 in Jakarta.
fn window() -> Window {
    let local = |time: &str| at(&format!("2026-11-23T{time}:00+07:00"));
    Window { opens_at: local("05:30"), starts_at: local("07:30"), ends_at: local("16:00"), closes_at: local("22:00") }
}

fn clock(time: &str) -> Option<Instant> {
    (!time.is_empty()).then(|| at(&format!("2026-11-23T{time}+07:00")))
}

type Measured = (Option<i32>, Option<i32>, Option<Level>, Option<Level>, Option<i32>);

/// Minutes late and early, levels, hundredths of a percent of a day that is over.
fn measure(rule: &Rule, came: &str, went: &str) -> Measured {
    let presence = Presence { came_at: clock(came), went_at: clock(went), is_over: true };
    let found = assess(Some(rule), &window(), None, presence);
    let level = |grade: Option<Grade>| grade.and_then(|grade| grade.level);
    (found.minutes_late, found.minutes_early, level(found.late), level(found.early), found.hundredths)
}

#[test]
fn permentan_has_four_levels_at_each_end() {
    use Level::{Psw1, Psw2, Psw3, Psw4, Tl1, Tl2, Tl3, Tl4};
    let rule = permentan();
    for (came, late, level, cut) in [
        ("07:30:59", 0, None, None),
        ("07:31:00", 1, Some(Tl1), Some(50)),
        ("08:00:59", 30, Some(Tl1), Some(50)),
        ("08:01:00", 31, Some(Tl2), Some(100)),
        ("08:30:00", 60, Some(Tl2), Some(100)),
        ("08:31:00", 61, Some(Tl3), Some(150)),
        ("09:00:59", 90, Some(Tl3), Some(150)),
        ("09:01:00", 91, Some(Tl4), Some(200)),
    ] {
        assert_eq!(measure(&rule, came, "16:00:00"), (Some(late), Some(0), level, None, cut), "{came}");
    }
    for (went, early, level, cut) in [
        ("16:00:00", 0, None, None),
        ("15:59:59", 1, Some(Psw1), Some(50)),
        ("15:30:00", 30, Some(Psw1), Some(50)),
        ("15:29:00", 31, Some(Psw2), Some(100)),
        ("14:59:00", 61, Some(Psw3), Some(150)),
        ("14:29:00", 91, Some(Psw4), Some(200)),
    ] {
        assert_eq!(measure(&rule, "07:00:00", went), (Some(0), Some(early), None, level, cut), "{went}");
    }
    assert_eq!(measure(&rule, "07:31:00", "15:59:00").4, Some(100), "both ends add up");
    assert_eq!(measure(&rule, "07:30:00", ""), (Some(0), None, None, Some(Psw4), Some(200)), "no OUT");
    assert_eq!(measure(&rule, "", "16:00:00"), (None, Some(0), Some(Tl4), None, Some(200)), "no IN");
    assert_eq!(measure(&rule, "", "").4, Some(400), "absent");
}

#[test]
fn pmk_lets_the_day_shift_by_ninety_minutes() {
    let rule = pmk();
    for (came, late, cut) in [
        ("09:00:59", 0, None),
        ("09:01:00", 1, Some(100)),
        ("09:30:59", 30, Some(100)),
        ("09:31:00", 31, Some(125)),
        ("10:00:00", 60, Some(125)),
        ("10:01:00", 61, Some(250)),
    ] {
        let found = measure(&rule, came, "17:30:00");
        assert_eq!((found.0, found.1, found.4), (Some(late), Some(0), cut), "{came}");
    }
    assert_eq!(measure(&rule, "", "").4, Some(250), "no record");
    for (came, due) in [("06:00:00", "14:30:00"), ("05:45:00", "14:30:00"), ("08:15:00", "16:45:00")] {
        assert_eq!(due_at(&window(), 90, clock(came)), clock(due).unwrap(), "{came}");
    }
    assert_eq!(measure(&rule, "08:15:00", "16:44:00").1, Some(1));
    // The unit's own hours go before what the rule allows.
    let presence = Presence { came_at: clock("08:15:00"), went_at: None, is_over: false };
    assert_eq!(assess(Some(&rule), &window(), Some(0), presence).minutes_late, Some(45));
}

#[test]
fn permenpanrb_takes_what_is_made_up() {
    let rule = permenpanrb(None);
    let presence = |came, went| Presence { came_at: clock(came), went_at: clock(went), is_over: true };
    for (came, went, is_made_up) in [
        ("08:00:00", "16:30:00", true),
        ("08:00:00", "16:29:59", false),
        ("08:01:00", "17:00:00", false),
        ("07:30:00", "16:00:00", false),
    ] {
        let found = assess(Some(&rule), &window(), None, presence(came, went));
        assert_eq!((found.is_made_up, found.hundredths), (is_made_up, None), "{came} {went}");
    }
}

#[test]
fn what_is_made_up_comes_behind_what_shifts() {
    let rule = permenpanrb(None);
    for (came, flexible, wanted) in [
        ("07:50:59", 0, "16:20:00"),
        ("08:00:00", 0, "16:30:00"),
        ("08:01:00", 0, ""),
        ("07:30:00", 0, ""),
        // By hours that may shift by thirty minutes: ten of forty are late, and the end is at 16:30.
        ("08:10:00", 30, "16:40:00"),
        ("08:00:00", 30, ""),
    ] {
        let found = made_up_at(Some(&rule), &window(), flexible, clock(came));
        assert_eq!(found, clock(wanted), "{came}");
    }
    assert_eq!(made_up_at(None, &window(), 0, clock("07:50:00")), None);
    assert_eq!(made_up_at(Some(&rule), &window(), 0, None), None);
    let short = Window { closes_at: clock("16:20:00").unwrap(), ..window() };
    assert_eq!(made_up_at(Some(&rule), &short, 0, clock("07:50:00")), None, "nobody can go so late");
    let presence = Presence { came_at: clock("08:10:00"), went_at: clock("16:39:00"), is_over: true };
    assert!(!assess(Some(&rule), &window(), Some(30), presence).is_made_up);
}

#[test]
fn badan_gizi_has_two_bands() {
    let rule = badan_gizi();
    for (came, cut) in [("07:30:59", None), ("07:31:00", Some(50)), ("08:30:00", Some(50)), ("08:31:00", Some(100))] {
        assert_eq!(measure(&rule, came, "16:00:00").4, cut, "{came}");
    }
    assert_eq!(measure(&rule, "", "").4, None, "it says nothing of a missing record");
}

#[test]
fn what_is_not_over_is_not_missing() {
    let presence = Presence { came_at: clock("07:30:00"), went_at: None, is_over: false };
    assert_eq!(assess(Some(&permentan()), &window(), None, presence).hundredths, None);
}
