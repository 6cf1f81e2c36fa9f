//! Rules of lateness: chosen, measured, changed for days that are past.

mod answers;
mod calendar;
mod chosen;
mod measured;
mod past;
mod presets;
mod rosters;
mod tolerance;
mod unexcused;
mod versions;
mod zones;

use bina::clock::Instant;
use chrono::{DateTime, Utc};
use entity::employee;
use entity::ids::EmployeeId;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cast::{AgencyCast, Cast, Person};
use crate::client::Client;

const ADOPTION: &str = "adoption { version citation validFrom validUntil rule { name version } }";

const DIFFERENCE: &str =
    "difference { changedDays changedEmployees deductionPercentBefore deductionPercentAfter unsetDeductionsBefore
        unsetDeductionsAfter token
        days { employee { id } on before { ...measured } after { ...measured } } }";

const MEASURED: &str =
    " fragment measured on MeasuredDay { state minutesLate minutesEarly deductionPercent rule { name version } }";

/// An instant in Jakarta.
fn at(day: &str, time: &str) -> Instant {
    DateTime::parse_from_rfc3339(&format!("{day}T{time}+07:00")).unwrap().with_timezone(&Utc)
}

/// The id of a preset.
async fn preset(phone: &Client, name: &str) -> String {
    let rules = phone.data("{ latenessRules { nodes { id name } } }", json!({})).await;
    let nodes = rules["latenessRules"]["nodes"].as_array().unwrap();
    nodes.iter().find(|rule| rule["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
}

fn choice(sabang: &AgencyCast, valid_from: &str, rule: Value) -> Value {
    json!({ "agencyId": sabang.agency.to_string(), "validFrom": valid_from, "citation": "SK Sekda 1/2026", "rule": rule })
}

fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    input
}

/// What became of a mutation, and what it changes of days that are past.
async fn payload(phone: &Client, mutation: &str, node: &str, input: Value) -> Value {
    let kind = format!("{}{}Input!", mutation[..1].to_uppercase(), &mutation[1..]);
    let document = format!(
        "mutation($input: {kind}) {{
            {mutation}(input: $input) {{ {node} {DIFFERENCE} errors {{ code field }} }} }} {MEASURED}"
    );
    phone.data(&document, json!({ "input": input })).await[mutation].take()
}

/// As [`payload`], of a mutation that must be done or tried.
async fn change(phone: &Client, mutation: &str, node: &str, input: Value) -> Value {
    let payload = payload(phone, mutation, node, input).await;
    assert_eq!(payload["errors"], json!([]), "{mutation}");
    payload
}

/// Tries it, looks, and does it; what was seen.
async fn seen_and_done(phone: &Client, mutation: &str, node: &str, input: Value) -> Value {
    let seen = change(phone, mutation, node, with(input.clone(), "isDryRun", json!(true))).await;
    let token = seen["difference"]["token"].clone();
    let done = change(phone, mutation, node, with(input, "seenDifference", token.clone())).await;
    assert_eq!(done["difference"]["token"], token);
    seen
}

/// On the Monday Sabang's employee came at 07:45 and went in time, everybody else stayed away. It is Tuesday, 10:00.
async fn tuesday(cast: &Cast) {
    let employee = &cast.sabang.employee;
    for (direction, time) in [("IN", "07:45:00"), ("OUT", "16:00:00")] {
        let now = at("2026-11-23", time);
        check_in(cast, employee, direction, now, now).await;
    }
    cast.world.app.clock.set(at("2026-11-24", "10:00:00"));
}

fn day_of<'a>(payload: &'a Value, person: &Person) -> &'a Value {
    let days = payload["difference"]["days"].as_array().unwrap_or_else(|| panic!("{payload}"));
    let id = json!({ "id": person.employee.to_string() });
    days.iter().find(|day| day["employee"] == id).unwrap_or_else(|| panic!("{payload}"))
}

/// What somebody reads of a day of theirs.
async fn read_day(person: &Person, on: &str) -> Value {
    let query = "query($on: Date!, $id: ID!) { node(id: $id) { ... on Employee { attendanceDay(on: $on) {
        timeZone explanation state holiday { id } shifts { minutesLate startsAt } } } } }";
    let found = person.phone.data(query, json!({ "on": on, "id": person.employee.to_string() })).await;
    found["node"]["attendanceDay"].clone()
}

async fn set(phone: &Client, input: Value) -> Value {
    let payload = payload(phone, "setLatenessRule", ADOPTION, input).await;
    assert_eq!(payload["errors"], json!([]));
    payload
}

async fn refused(phone: &Client, mutation: &str, input: Value) -> (String, String) {
    phone.refusal(mutation, input).await
}

fn told(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}

/// A check-in in place, sent at once or later; it must be accepted.
async fn check_in(cast: &Cast, person: &Person, direction: &str, captured_at: Instant, sent_at: Instant) -> Value {
    cast.world.app.clock.set(sent_at);
    let place = cast.sabang.place;
    let input = json!({
        "idempotencyKey": Uuid::from_bytes(cast.world.app.ids.bytes()).to_string(),
        "occasion": { "workday": { "direction": direction } },
        "capturedAt": captured_at, "sentAt": sent_at,
        "location": { "latitude": place.0, "longitude": place.1, "accuracyMeters": 10.0, "isMocked": false },
    });
    let fields = "checkIn { verdict reasons punctuality { minutesLate level deductionPercent rule { name version } } }";
    let payload = person.phone.change("checkIn", fields, input).await;
    assert_eq!(payload["checkIn"]["verdict"], "ACCEPTED", "{payload}");
    payload["checkIn"]["punctuality"].clone()
}

/// Makes somebody serve since a day.
async fn serves_since(cast: &Cast, person: EmployeeId, day: &str) {
    let since = employee::ActiveModel { id: Set(person), serves_from: Set(day.parse().unwrap()), ..Default::default() };
    since.update(cast.world.app.db.read()).await.unwrap();
}
