//! What working hours are checked for.

use rstest::rstest;
use serde_json::{Value, json};

use crate::cast::Cast;
use crate::harness::Engine;

fn shift(weekdays: &[&str], starts_at: &str, ends_at: &str) -> Value {
    json!({ "name": "Giliran", "weekdays": weekdays, "startsAt": starts_at, "endsAt": ends_at })
}

#[rstest]
#[tokio::test]
async fn nobody_works_two_shifts_at_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (people, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let hours = |is_rostered: bool, shifts: &[Value]| {
        json!({
            "agencyId": people.agency.to_string(), "unitId": people.unit.to_string(), "name": "Loket", "citation": "SK 7/2026",
            "validFrom": "2026-11-23", "isRostered": is_rostered, "shifts": shifts,
        })
    };
    let told = |code: &str, field: &str| (code.to_owned(), field.to_owned());
    let (monday, sunday, both) = (&["MONDAY"][..], &["SUNDAY"][..], &["MONDAY", "SUNDAY"][..]);
    let clashes = [
        ([shift(monday, "07:00", "12:00"), shift(both, "11:59", "16:00")], "shifts.1.startsAt"),
        ([shift(both, "11:59", "16:00"), shift(monday, "07:00", "12:00")], "shifts.0.startsAt"),
        ([shift(sunday, "22:00", "06:00"), shift(monday, "05:59", "12:00")], "shifts.1.startsAt"),
        ([shift(monday, "07:00", "12:00"), shift(monday, "07:00", "12:00")], "shifts.1.startsAt"),
    ];
    for (shifts, field) in &clashes {
        let refusal = admin.refusal("setWorkingHours", hours(false, shifts)).await;
        assert_eq!(refusal, told("SHIFTS_OVERLAP", field), "{shifts:?}");
    }
    // The roster says who works which.
    let rostered = admin.change("setWorkingHours", "schedule { id }", hours(true, &clashes[0].0)).await;
    assert_eq!(rostered["errors"], json!([]));
    let meeting = [shift(sunday, "22:00", "06:00"), shift(monday, "06:00", "12:00"), shift(monday, "12:00", "22:00")];
    assert_eq!(admin.change("setWorkingHours", "schedule { id }", hours(false, &meeting)).await["errors"], json!([]));
    for is_rostered in [false, true] {
        let endless = hours(is_rostered, &[shift(monday, "07:00", "12:00"), shift(sunday, "07:00", "07:00")]);
        let refusal = admin.refusal("setWorkingHours", endless).await;
        assert_eq!(refusal, told("INVALID_PERIOD", "shifts.1.endsAt"));
    }
}
