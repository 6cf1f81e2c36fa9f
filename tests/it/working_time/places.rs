//! Where one works: duty travel and work from home, and the unit that somebody was in before.

use rstest::rstest;
use serde_json::{Value, json};

use super::{arrangement, ask, at, decide, key, present};
use crate::cast::Cast;
use crate::harness::Engine;

/// Far from every venue.
const ELSEWHERE: Option<(f64, f64)> = Some((5.55, 95.32));

#[rstest]
#[tokio::test]
async fn duty_travel_and_work_from_home_free_from_the_place(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values("DUTY_TRAVEL", "WORK_FROM_HOME")] kind: &str,
) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let now = "2026-11-24T00:40:00Z";
    let before = present(&cast, &people.employee, "IN", now, ELSEWHERE).await;
    assert_eq!((&before["verdict"], &before["reasons"]), (&json!("REJECTED"), &json!(["OUTSIDE_GEOFENCE"])));
    let id = ask(&people.employee, 1, arrangement(kind, "2026-11-24", "2026-11-24")).await;
    let asked = present(&cast, &people.employee, "IN", now, ELSEWHERE).await;
    assert_eq!(asked["verdict"], "REJECTED", "nobody has approved it");
    assert_eq!(decide(&people.supervisor, &id, "APPROVE").await, None);
    for place in [ELSEWHERE, None] {
        let check_in = present(&cast, &people.employee, "IN", now, place).await;
        assert_eq!((&check_in["verdict"], &check_in["distanceMeters"]), (&json!("ACCEPTED"), &Value::Null));
        assert_eq!(check_in["punctuality"]["minutesLate"], 10, "from the place, not from the hours");
    }
    let after = present(&cast, &people.employee, "IN", "2026-11-25T00:20:00Z", ELSEWHERE).await;
    assert_eq!(after["reasons"], json!(["OUTSIDE_GEOFENCE"]));
}

#[rstest]
#[tokio::test]
async fn who_was_moved_is_measured_by_the_former_unit_for_the_days_there(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let admin = &people.admin.phone;
    let late = json!({
        "agencyId": people.agency.to_string(), "unitId": people.unit.to_string(), "name": "Mulai siang", "citation": "SK 3/2026",
        "validFrom": "2026-11-23", "season": "ALL_YEAR",
        "shifts": [{ "name": "Siang", "weekdays": ["MONDAY", "TUESDAY"], "startsAt": "10:00", "endsAt": "18:00" }],
    });
    assert_eq!(admin.change("setWorkingHours", "schedule { id }", late).await["errors"], json!([]));
    // On Tuesday morning the employee is moved to the unit above, which has the country's hours and no venue.
    cast.world.app.clock.set(at("2026-11-24T01:00:00Z"));
    let moved = json!({ "employeeId": people.employee.employee.to_string(), "unitId": people.root.to_string() });
    assert_eq!(admin.change("updateEmployee", "employee { id }", moved).await["errors"], json!([]));

    // What the phone captured on Monday is sent on Tuesday, with what it captured then.
    let item = |number: u128, captured_at: &str, place: (f64, f64)| {
        json!({
            "idempotencyKey": key(number), "occasion": { "workday": { "direction": "IN" } }, "capturedAt": captured_at,
            "location": { "latitude": place.0, "longitude": place.1 },
        })
    };
    let far = ELSEWHERE.expect("a place");
    let input = json!({ "sentAt": "2026-11-24T01:00:00Z", "items": [
        item(1, "2026-11-23T03:05:00Z", people.place),
        item(2, "2026-11-23T03:05:00Z", far),
        item(3, "2026-11-24T00:35:00Z", far),
    ] });
    let query = "mutation($input: SyncCheckInsInput!) { syncCheckIns(input: $input) { results { checkIn {
        verdict punctuality { minutesLate rule { name } } occasion { ... on Workday { on shift { name } } } } } } }";
    let payload = people.employee.phone.data(query, json!({ "input": input })).await;
    let results: Vec<&Value> = payload["syncCheckIns"]["results"].as_array().into_iter().flatten().collect();
    let [there, away, here] = results.as_slice() else { panic!("{payload}") };
    let on = |on: &str, shift: &str| json!({ "on": on, "shift": { "name": shift } });
    assert_eq!(there["checkIn"]["occasion"], on("2026-11-23", "Siang"));
    assert_eq!(
        (&there["checkIn"]["verdict"], &there["checkIn"]["punctuality"]),
        (&json!("ACCEPTED"), &json!({ "minutesLate": 5, "rule": { "name": "Mulai siang" } }))
    );
    assert_eq!(away["checkIn"]["verdict"], "REJECTED", "the fence of the unit that was theirs");
    assert_eq!(here["checkIn"]["occasion"], on("2026-11-24", "Senin-Kamis"));
    assert_eq!(
        (&here["checkIn"]["verdict"], &here["checkIn"]["punctuality"]["minutesLate"]),
        (&json!("ACCEPTED"), &json!(5))
    );
}
