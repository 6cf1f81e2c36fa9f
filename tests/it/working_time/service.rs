//! From when until when somebody serves: days outside are no workdays, and say so.

use entity::audit_entry;
use rstest::rstest;
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};

use super::at;
use crate::cast::Cast;
use crate::client::Client;
use crate::harness::Engine;

const FIELDS: &str = "employee { id isActive servesFrom servedUntil }";

async fn update(phone: &Client, employee: &str, changes: Value) -> Value {
    let mut input = changes;
    input["employeeId"] = json!(employee);
    let payload = phone.change("updateEmployee", FIELDS, input).await;
    assert_eq!(payload["errors"], json!([]));
    payload["employee"].clone()
}

async fn refused(phone: &Client, employee: &str, changes: Value) -> (String, String) {
    let mut input = changes;
    input["employeeId"] = json!(employee);
    phone.refusal("updateEmployee", input).await
}

/// The state of a day, and why it is what it is.
async fn day(phone: &Client, employee: &str, on: &str) -> (String, String) {
    let query = "query($id: ID!, $on: Date!) { node(id: $id) { ... on Employee {
        attendanceDay(on: $on) { state basis explanation } } } }";
    let found = phone.data(query, json!({ "id": employee, "on": on })).await["node"]["attendanceDay"].take();
    let text = |field: &str| found[field].as_str().unwrap_or_else(|| panic!("{on}: {found}")).to_owned();
    assert_eq!(text("basis") == "NOT_SERVING", text("explanation").contains("service here"), "{found}");
    (text("state"), text("explanation"))
}

async fn unexcused(phone: &Client, employee: &str, year: i32) -> Value {
    let query =
        "query($id: ID!, $year: Int) { node(id: $id) { ... on Employee { unexcusedDays(year: $year) { days } } } }";
    phone.data(query, json!({ "id": employee, "year": year })).await["node"]["unexcusedDays"]["days"].take()
}

fn told(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}

#[rstest]
#[tokio::test]
async fn who_left_and_came_back_was_not_absent_meanwhile(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin, clock) = (&cast.sabang, &cast.sabang.admin.phone, &cast.world.app.clock);
    let whom = sabang.employee.employee.to_string();
    // They went on Wednesday; it is Monday when the admin hears of it.
    let left = update(admin, &whom, json!({ "isActive": false, "servedUntil": "2026-11-18" })).await;
    let wanted = json!({ "id": whom, "isActive": false, "servesFrom": "2026-01-01", "servedUntil": "2026-11-18" });
    assert_eq!(left, wanted);
    let absent = unexcused(admin, &whom, 2026).await;
    for (on, state) in [("2026-11-18", "ABSENT"), ("2026-11-19", "FREE"), ("2026-11-20", "FREE")] {
        assert_eq!(day(admin, &whom, on).await.0, state, "{on}");
    }
    let words = "Free: service here ended on 2026-11-18.".to_owned();
    assert_eq!(day(admin, &whom, "2026-11-20").await.1, words);
    // Another change moves no day.
    clock.set(at("2026-12-30T00:20:00Z"));
    assert_eq!(update(admin, &whom, json!({ "name": "Cut Nyak Meutia" })).await, wanted);
    assert_eq!(day(admin, &whom, "2026-12-07").await, ("FREE".to_owned(), words));
    assert_eq!(unexcused(admin, &whom, 2026).await, absent);

    clock.set(at("2027-01-25T00:20:00Z"));
    let back = update(admin, &whom, json!({ "isActive": true })).await;
    assert_eq!((&back["servesFrom"], &back["servedUntil"]), (&json!("2027-01-25"), &Value::Null));
    for on in ["2026-11-19", "2026-12-07", "2027-01-22"] {
        let (state, words) = day(&sabang.employee.phone, &whom, on).await;
        let both = "Free: service here ended on 2026-11-18. It begins on 2027-01-25.";
        assert_eq!((state.as_str(), words.as_str()), ("FREE", both), "{on}");
    }
    let id = day(&sabang.employee.phone.in_language("en"), &whom, "2026-11-18").await;
    assert_eq!(id.0, "ABSENT", "the days before stay what they were");
    assert_eq!(unexcused(&sabang.employee.phone, &whom, 2026).await, absent);
    assert_eq!(unexcused(&sabang.employee.phone, &whom, 2027).await, 0);
    clock.set(at("2027-01-26T00:20:00Z"));
    assert_eq!(unexcused(&sabang.employee.phone, &whom, 2027).await, 1, "from then on days count");

    let entries = audit_entry::Entity::find().order_by_asc(audit_entry::Column::Sequence);
    let entries = entries.all(cast.world.app.db.read()).await.unwrap();
    let entries: Vec<_> = entries.iter().map(|entry| (entry.action.as_str(), entry.detail.as_str())).collect();
    let wanted = [
        ("EMPLOYEE_DEACTIVATED", r#"{"servedUntil":"2026-11-18"}"#),
        ("EMPLOYEE_REACTIVATED", r#"{"servesFrom":"2027-01-25"}"#),
    ];
    assert_eq!(entries, wanted);
}

#[rstest]
#[tokio::test]
async fn nobody_is_absent_before_their_first_day(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let newcomer = |from: Value| {
        json!({
            "agencyId": sabang.agency.to_string(), "name": "Keumalahayati", "employment": "PNS",
            "nip": "199003122015011001", "unitId": sabang.unit.to_string(), "servesFrom": from,
        })
    };
    for wrong in ["2026-09-21", "2027-11-25", "0001-01-01"] {
        let refusal = admin.refusal("createEmployee", newcomer(json!(wrong))).await;
        assert_eq!(refusal, told("OUT_OF_RANGE", "servesFrom"), "{wrong}");
    }
    let made = admin.change("createEmployee", FIELDS, newcomer(json!("2026-12-01"))).await["employee"].take();
    assert_eq!((&made["servesFrom"], &made["servedUntil"]), (&json!("2026-12-01"), &Value::Null));
    let id = made["id"].as_str().unwrap();
    cast.world.app.clock.set(at("2026-12-03T00:20:00Z"));
    let words = "Free: service here begins on 2026-12-01.".to_owned();
    assert_eq!(day(admin, id, "2026-11-30").await, ("FREE".to_owned(), words));
    let indonesian = admin.in_language("id");
    let query = "query($id: ID!) { node(id: $id) { ... on Employee {
        attendanceDay(on: \"2026-11-30\") { explanation } } } }";
    let found = indonesian.data(query, json!({ "id": id })).await;
    assert_eq!(found["node"]["attendanceDay"]["explanation"], "Libur: masa tugas di sini mulai 2026-12-01.");
    assert_eq!(day(admin, id, "2026-12-01").await.0, "ABSENT");
    // They began a day later than was said.
    let moved = update(admin, id, json!({ "servesFrom": "2026-12-02" })).await;
    assert_eq!(moved["servesFrom"], "2026-12-02");
    assert_eq!(day(admin, id, "2026-12-01").await.0, "FREE");
    assert_eq!(unexcused(admin, id, 2026).await, 1);
    // Without a day it is today.
    let mut input = newcomer(Value::Null);
    input["nip"] = json!("199003122015011002");
    let made = admin.change("createEmployee", FIELDS, input).await;
    assert_eq!(made["employee"]["servesFrom"], "2026-12-03");
}

#[rstest]
#[tokio::test]
async fn the_days_of_service_are_bounded(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin, clock) = (&cast.sabang, &cast.sabang.admin.phone, &cast.world.app.clock);
    let whom = sabang.employee.employee.to_string();
    for (changes, code, field) in [
        (json!({ "servedUntil": "2026-11-20" }), "CONTRADICTORY", "servedUntil"),
        (json!({ "isActive": false, "servesFrom": "2026-11-20" }), "CONTRADICTORY", "servesFrom"),
        (json!({ "isActive": false, "servedUntil": "2026-11-24" }), "OUT_OF_RANGE", "servedUntil"),
        (json!({ "isActive": false, "servedUntil": "2025-12-30" }), "OUT_OF_RANGE", "servedUntil"),
        (json!({ "isActive": false, "servedUntil": null }), "BLANK", "servedUntil"),
        (json!({ "servesFrom": null }), "BLANK", "servesFrom"),
        // What was a free day long ago becomes no workday.
        (json!({ "servesFrom": "2025-12-31" }), "OUT_OF_RANGE", "servesFrom"),
        (json!({ "servesFrom": "2027-11-25" }), "OUT_OF_RANGE", "servesFrom"),
    ] {
        assert_eq!(refused(admin, &whom, changes.clone()).await, told(code, field), "{changes}");
    }
    let forbidden = refused(&sabang.supervisor.phone, &whom, json!({ "isActive": false })).await;
    assert_eq!(forbidden, told("FORBIDDEN", ""));
    // Without a day it is today; a wrong one is corrected, as far as the past may be changed.
    let left = update(admin, &whom, json!({ "isActive": false })).await;
    assert_eq!(left["servedUntil"], "2026-11-23");
    assert_eq!(update(admin, &whom, json!({ "servedUntil": "2026-09-01" })).await["servedUntil"], "2026-09-01");
    let later = refused(admin, &whom, json!({ "servedUntil": "2026-11-23" })).await;
    assert_eq!(later, told("OUT_OF_RANGE", "servedUntil"), "days of long ago would be workdays anew");
    assert_eq!(update(admin, &whom, json!({ "servedUntil": "2026-09-01" })).await["servedUntil"], "2026-09-01");
    let back = refused(admin, &whom, json!({ "isActive": true, "servesFrom": "2026-09-21" })).await;
    assert_eq!(back, told("OUT_OF_RANGE", "servesFrom"));

    // A mistake is undone: no day of it is lost.
    let other = sabang.colleague.employee.to_string();
    update(admin, &other, json!({ "isActive": false })).await;
    clock.set(at("2027-01-11T00:20:00Z"));
    let over = refused(admin, &other, json!({ "isActive": true, "servesFrom": "2026-11-23" })).await;
    assert_eq!(over, told("OUT_OF_RANGE", "servesFrom"), "they served then");
    let undone = update(admin, &other, json!({ "isActive": true, "servesFrom": "2026-11-24" })).await;
    assert_eq!((&undone["servesFrom"], &undone["servedUntil"]), (&json!("2026-01-01"), &Value::Null));
    assert_eq!(day(admin, &other, "2026-11-24").await.0, "ABSENT");
    // Which they can answer, though it is long ago.
    let came = json!({
        "idempotencyKey": super::key(1), "workdayOn": "2026-11-24", "direction": "IN",
        "happenedAt": "2026-11-24T07:20:00+07:00", "reason": "Saya bertugas.",
    });
    let asked = sabang.colleague.phone.change("requestCorrection", "correction { id }", came).await;
    assert_eq!(asked["errors"], json!([]));
}

#[rstest]
#[tokio::test]
async fn left_and_back_on_one_day_is_as_if_nothing_had_been(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let whom = sabang.employee.employee.to_string();
    update(admin, &whom, json!({ "isActive": false })).await;
    let back = update(admin, &whom, json!({ "isActive": true })).await;
    assert_eq!((&back["servesFrom"], &back["servedUntil"]), (&json!("2026-01-01"), &Value::Null));
    assert_eq!(day(&sabang.employee.phone, &whom, "2026-11-20").await.0, "ABSENT");
    let viewer = sabang.employee.phone.data("{ viewer { workday { startsAt } } }", json!({})).await;
    assert_eq!(viewer["viewer"]["workday"]["startsAt"], "2026-11-23T00:30:00Z");
}
