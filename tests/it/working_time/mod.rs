//! Working time through the API: who works when, what frees from it, and what a check-in then comes to.

mod arrangements;
mod attended;
mod days;
mod decisions;
mod hours;
mod limits;
mod moves;
mod places;
mod revocations;
mod roster_input;
mod rosters;
mod service;

use bina::clock::Instant;
use entity::audit_entry;
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cast::{AgencyCast, Cast, Person};
use crate::client::Client;

fn at(text: &str) -> Instant {
    text.parse().expect("an instant")
}

fn key(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

/// Shifts around the clock, rostered, holidays or not; answers the ids of morning, evening and night.
async fn around_the_clock(agency: &AgencyCast) -> [String; 3] {
    let shift = |name: &str, starts_at: &str, ends_at: &str| {
        json!({
            "name": name, "startsAt": starts_at, "endsAt": ends_at, "opensBeforeMinutes": 60, "closesAfterMinutes": 120,
            "weekdays": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"],
        })
    };
    let input = json!({
        "agencyId": agency.agency.to_string(), "unitId": agency.unit.to_string(), "name": "Jaga", "citation": "SK 7/2026",
        "validFrom": "2026-11-23", "season": "ALL_YEAR", "isRostered": true, "observesHolidays": false,
        "shifts": [shift("Pagi", "07:00", "14:00"), shift("Sore", "14:00", "21:00"), shift("Malam", "21:00", "07:00")],
    });
    let payload = agency.admin.phone.change("setWorkingHours", "schedule { shifts { id } }", input).await;
    let ids: Vec<String> = payload["schedule"]["shifts"]
        .as_array()
        .unwrap_or_else(|| panic!("{payload}"))
        .iter()
        .map(|shift| shift["id"].as_str().expect("an id").to_owned())
        .collect();
    ids.try_into().expect("three shifts")
}

/// Somebody's day in a roster.
fn works(person: &Person, on: &str, shifts: &[&String]) -> Value {
    json!({ "employeeId": person.employee.to_string(), "workdayOn": on, "shiftIds": shifts })
}

/// A roster that is taken; answers what people work.
async fn roster(phone: &Client, agency: &AgencyCast, assignments: &[Value]) -> Value {
    let input = json!({ "agencyId": agency.agency.to_string(), "assignments": assignments });
    let payload =
        phone.change("assignShifts", "rosterEntries { id workdayOn employee { name } shift { name } }", input).await;
    assert_eq!(payload["errors"], json!([]));
    payload["rosterEntries"].clone()
}

/// Somebody comes or goes at an instant, in place or elsewhere; the check-in.
async fn present(cast: &Cast, person: &Person, direction: &str, now: &str, place: Option<(f64, f64)>) -> Value {
    cast.world.app.clock.set(at(now));
    let query = "mutation($input: CheckInInput!) { checkIn(input: $input) {
        checkIn { verdict reasons distanceMeters punctuality { minutesLate rule { name } }
            occasion { ... on Workday { on startsAt timeZone shift { name } } } } errors { code } } }";
    let input = json!({
        "idempotencyKey": Uuid::from_bytes(cast.world.app.ids.bytes()).to_string(),
        "occasion": { "workday": { "direction": direction } }, "capturedAt": now, "sentAt": now,
        "location": place.map(|(latitude, longitude)| json!({ "latitude": latitude, "longitude": longitude })),
    });
    let payload = person.phone.data(query, json!({ "input": input })).await["checkIn"].take();
    assert_eq!(payload["errors"], json!([]));
    payload["checkIn"].clone()
}

/// Leave, duty travel or work from home.
fn arrangement(kind: &str, starts_on: &str, ends_on: &str) -> Value {
    json!({ "kind": kind, "startsOn": starts_on, "endsOn": ends_on, "reason": "Keperluan keluarga" })
}

/// Somebody asks; the id.
async fn ask(person: &Person, number: u128, arrangement: Value) -> String {
    let input = json!({ "idempotencyKey": key(number), "arrangement": arrangement });
    let payload = person.phone.change("requestDutyArrangement", "dutyArrangement { id status } isReplay", input).await;
    assert_eq!((&payload["errors"], &payload["isReplay"]), (&json!([]), &json!(false)));
    assert_eq!(payload["dutyArrangement"]["status"], "REQUESTED");
    payload["dutyArrangement"]["id"].as_str().expect("an id").to_owned()
}

/// Somebody decides; the first error, or nothing.
async fn decide(person: &Person, id: &str, decision: &str) -> Option<String> {
    let input = json!({ "dutyArrangementId": id, "decision": decision, "note": "Sesuai kebutuhan" });
    let payload = person.phone.change("decideDutyArrangement", "dutyArrangement { status }", input).await;
    payload["errors"][0]["code"].as_str().map(str::to_owned)
}

/// What was audited, in order, without what the cast's making wrote.
async fn audited(cast: &Cast) -> Vec<String> {
    let entries = audit_entry::Entity::find().order_by_asc(audit_entry::Column::Sequence);
    let entries = entries.all(cast.world.app.db.read()).await.expect("the log is read");
    entries.into_iter().map(|entry| entry.action).collect()
}
