//! Versions of hours and of the choice of a rule: before one that has not begun yet, and an end of a unit's own.

use rstest::rstest;
use serde_json::{Value, json};

use super::{change, choice, preset, refused, seen_and_done, set, told, with};
use crate::cast::{AgencyCast, Cast, Person};
use crate::harness::Engine;

fn hours(agency: &AgencyCast, valid_from: &str, starts_at: &str) -> Value {
    json!({
        "agencyId": agency.agency.to_string(), "unitId": agency.unit.to_string(), "name": "Jam loket",
        "citation": "SK 2/2026", "validFrom": valid_from,
        "shifts": [{
            "name": "Pagi", "weekdays": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"],
            "startsAt": starts_at, "endsAt": "16:00",
        }],
    })
}

/// By which version of which hours a day is what it is.
async fn by(person: &Person, on: &str) -> (Value, Value) {
    let query = "query($id: ID!, $on: Date!) { node(id: $id) { ... on Employee {
        attendanceDay(on: $on) { schedule { name version } } } } }";
    let variables = json!({ "id": person.employee.to_string(), "on": on });
    let mut found = person.phone.data(query, variables).await["node"]["attendanceDay"]["schedule"].take();
    (found["name"].take(), found["version"].take())
}

const SCHEDULE: &str = "schedule { version validFrom validUntil inherits shifts { id } }";

#[rstest]
#[tokio::test]
async fn hours_of_next_year_do_not_bar_those_of_this_year(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let put = async |valid_from: &str| {
        let set = change(admin, "setWorkingHours", SCHEDULE, hours(sabang, valid_from, "07:00")).await;
        let schedule = &set["schedule"];
        (schedule["version"].clone(), schedule["validUntil"].clone())
    };
    assert_eq!(put("2026-11-23").await, (json!(1), Value::Null));
    assert_eq!(put("2027-01-01").await, (json!(2), Value::Null));
    assert_eq!(put("2026-12-01").await, (json!(3), json!("2026-12-31")));
    assert_eq!(put("2026-12-15").await, (json!(4), json!("2026-12-31")));
    assert_eq!(put("2027-01-01").await, (json!(5), Value::Null), "in place of the one that begins then");
    assert_eq!(put("2026-11-30").await, (json!(6), json!("2026-11-30")));
    for (on, version) in [
        ("2026-11-27", 1),
        ("2026-11-30", 6),
        ("2026-12-01", 3),
        ("2026-12-14", 3),
        ("2026-12-15", 4),
        ("2026-12-31", 4),
        ("2027-01-04", 5),
    ] {
        assert_eq!(by(&sabang.employee, on).await, (json!("Jam loket"), json!(version)), "{on}");
    }
    // What has begun is not preceded.
    let before = hours(sabang, "2026-11-22", "07:00");
    assert_eq!(refused(admin, "setWorkingHours", before).await, told("OUT_OF_RANGE", "validFrom"));
}

#[rstest]
#[tokio::test]
async fn a_units_own_hours_end(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let own = hours(sabang, "2026-11-17", "07:00");
    seen_and_done(admin, "setWorkingHours", SCHEDULE, own.clone()).await;
    assert_eq!(by(&sabang.employee, "2026-11-23").await.0, "Jam loket");
    let end = |valid_from: &str| {
        let end = with(with(hours(sabang, valid_from, "07:00"), "shifts", json!([])), "inherits", json!(true));
        with(end, "name", json!("Kembali ke jam kota"))
    };
    assert_eq!(
        refused(admin, "setWorkingHours", with(own, "inherits", json!(true))).await,
        told("OUT_OF_RANGE", "shifts")
    );
    let bare = with(hours(sabang, "2026-11-20", "07:00"), "shifts", json!([]));
    assert_eq!(refused(admin, "setWorkingHours", bare).await, told("OUT_OF_RANGE", "shifts"));
    let not_seen = refused(admin, "setWorkingHours", end("2026-11-20")).await;
    assert_eq!(not_seen, told("DIFFERENCE_NOT_SEEN", "seenDifference"));
    let ended = change(admin, "setWorkingHours", SCHEDULE, end("2026-11-25")).await;
    let wanted = json!({
        "version": 2, "validFrom": "2026-11-25", "validUntil": null, "inherits": true, "shifts": [],
    });
    assert_eq!(ended["schedule"], wanted);
    assert_eq!(by(&sabang.employee, "2026-11-24").await.0, "Jam loket");
    assert_ne!(by(&sabang.employee, "2026-11-25").await.0, "Jam loket");
    // And begin anew.
    change(admin, "setWorkingHours", SCHEDULE, hours(sabang, "2026-12-01", "07:00")).await;
    assert_ne!(by(&sabang.employee, "2026-11-30").await.0, "Jam loket");
    assert_eq!(by(&sabang.employee, "2026-12-01").await, (json!("Jam loket"), json!(3)));
}

#[rstest]
#[tokio::test]
async fn a_choice_of_next_year_does_not_bar_one_of_this_year(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let (gizi, pmk) = (preset(admin, "Badan Gizi 4/2025").await, preset(admin, "PMK 221/2021").await);
    set(admin, choice(sabang, "2026-11-23", json!({ "ruleId": gizi }))).await;
    set(admin, choice(sabang, "2027-01-01", json!({ "ruleId": pmk }))).await;
    let between = set(admin, choice(sabang, "2026-11-25", json!({ "none": true }))).await;
    assert_eq!(
        (&between["adoption"]["version"], &between["adoption"]["validUntil"]),
        (&json!(3), &json!("2026-12-31"))
    );
    let query = "query($id: ID!) { node(id: $id) { ... on Agency { latenessAdoptions { nodes {
        version validFrom validUntil rule { name } } } } } }";
    let found = admin.data(query, json!({ "id": sabang.agency.to_string() })).await;
    let mut nodes = found["node"]["latenessAdoptions"]["nodes"].as_array().unwrap().clone();
    nodes.sort_by_key(|node| node["version"].as_i64());
    let kept: Vec<_> = nodes.iter().map(|node| (node["validFrom"].as_str(), node["validUntil"].as_str())).collect();
    let wanted = [
        (Some("2026-11-23"), Some("2026-11-24")),
        (Some("2027-01-01"), None),
        (Some("2026-11-25"), Some("2026-12-31")),
    ];
    assert_eq!(kept, wanted);
    let before = choice(sabang, "2026-11-22", json!({ "none": true }));
    assert_eq!(refused(admin, "setLatenessRule", before).await, told("OUT_OF_RANGE", "validFrom"));
}
