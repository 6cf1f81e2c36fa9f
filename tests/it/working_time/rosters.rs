//! Shifts over midnight, several a day, and what frees from them.

use rstest::rstest;
use serde_json::{Value, json};

use super::{around_the_clock, arrangement, ask, decide, present, roster, works};
use crate::cast::Cast;
use crate::harness::Engine;

/// The day and the shift that a check-in was counted for.
fn counted(check_in: &Value) -> (&str, &str, &str) {
    let occasion = &check_in["occasion"];
    let text = |value: &'_ Value| value.as_str().map(str::to_owned);
    assert!(text(&occasion["on"]).is_some(), "{check_in}");
    (
        check_in["verdict"].as_str().unwrap_or_default(),
        occasion["on"].as_str().unwrap_or_default(),
        occasion["shift"]["name"].as_str().unwrap_or_default(),
    )
}

#[rstest]
#[tokio::test]
async fn who_goes_in_the_morning_goes_from_the_nights_shift(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let [morning, _, night] = around_the_clock(people).await;
    let person = &people.employee;
    let assignments = [works(person, "2026-11-23", &[&night]), works(person, "2026-11-24", &[&morning])];
    roster(&people.supervisor.phone, people, &assignments).await;
    let here = Some(people.place);
    // 20:55 in Jakarta; 07:05 and 07:06 the next morning, when the night's window and the morning's lie over each other.
    let came = present(&cast, person, "IN", "2026-11-23T13:55:00Z", here).await;
    assert_eq!(counted(&came), ("ACCEPTED", "2026-11-23", "Malam"));
    assert_eq!(came["occasion"]["startsAt"], "2026-11-23T14:00:00Z");
    let went = present(&cast, person, "OUT", "2026-11-24T00:05:00Z", here).await;
    assert_eq!(counted(&went), ("ACCEPTED", "2026-11-23", "Malam"));
    let stayed = present(&cast, person, "IN", "2026-11-24T00:06:00Z", here).await;
    assert_eq!(counted(&stayed), ("ACCEPTED", "2026-11-24", "Pagi"));
    assert_eq!(stayed["punctuality"]["minutesLate"], 6);
}

#[rstest]
#[tokio::test]
async fn of_two_shifts_a_day_each_has_its_coming_and_going(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let split = json!({
        "agencyId": people.agency.to_string(), "unitId": people.unit.to_string(), "name": "Pelabuhan", "citation": "SK 7/2026",
        "validFrom": "2026-11-23", "season": "ALL_YEAR",
        "shifts": [
            { "name": "Kapal pagi", "weekdays": ["TUESDAY"], "startsAt": "06:00", "endsAt": "10:00" },
            { "name": "Kapal sore", "weekdays": ["TUESDAY"], "startsAt": "15:00", "endsAt": "19:00" },
        ],
    });
    people.admin.phone.change("setWorkingHours", "schedule { id }", split).await;
    for (direction, now, shift, late) in [
        ("IN", "2026-11-23T22:59:00Z", "Kapal pagi", json!(0)),
        ("OUT", "2026-11-24T03:01:00Z", "Kapal pagi", Value::Null),
        ("IN", "2026-11-24T08:07:59Z", "Kapal sore", json!(7)),
        ("OUT", "2026-11-24T12:00:00Z", "Kapal sore", Value::Null),
    ] {
        let check_in = present(&cast, &people.employee, direction, now, Some(people.place)).await;
        assert_eq!(counted(&check_in), ("ACCEPTED", "2026-11-24", shift), "{now}");
        assert_eq!(check_in["punctuality"]["minutesLate"], late, "{now}");
    }
}

#[rstest]
#[tokio::test]
async fn a_rostered_shift_is_worked_on_a_holiday_and_not_on_leave(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    super::days::holidays(&cast).await;
    let [morning, ..] = around_the_clock(people).await;
    let christmas = |person| works(person, "2026-12-25", &[&morning]);
    let everybody = [christmas(&people.employee), christmas(&people.colleague)];
    roster(&people.supervisor.phone, people, &everybody).await;
    let leave = ask(&people.colleague, 1, arrangement("IMPORTANT_REASON_LEAVE", "2026-12-25", "2026-12-25")).await;
    assert_eq!(decide(&people.supervisor, &leave, "APPROVE").await, None);

    let now = "2026-12-25T00:00:00Z";
    let worked = present(&cast, &people.employee, "IN", now, Some(people.place)).await;
    assert_eq!(counted(&worked), ("ACCEPTED", "2026-12-25", "Pagi"));
    for free in [&people.colleague, &people.trainer] {
        let check_in = present(&cast, free, "IN", now, Some(people.place)).await;
        assert_eq!(counted(&check_in), ("REJECTED", "2026-12-25", ""), "on leave, and not rostered");
        assert_eq!(check_in["reasons"], json!(["OUTSIDE_WINDOW"]));
    }
}
