//! Places with a fence, and hours of work.

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};

use super::refused;
use crate::cast::Cast;
use crate::harness::Engine;

#[rstest]
#[tokio::test]
async fn a_place_is_added_moved_and_closed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let base = json!({
        "agencyId": sabang.agency.to_string(), "unitId": sabang.unit.to_string(), "name": "Aula", "latitude": 5.89,
        "longitude": 95.32, "radiusMeters": 100,
    });
    let fields = "venue { id name latitude longitude radiusMeters timeZone isActive unit { id } }";
    let made = admin.change("createVenue", fields, base.clone()).await;
    let id = made["venue"]["id"].clone();
    assert_eq!(made["venue"]["timeZone"], "Asia/Jakarta", "the agency's, where no unit names one: {made}");
    for (field, value, code, at) in [
        ("latitude", json!(95.32), "INVALID_LOCATION", "latitude"),
        ("longitude", json!(-181), "INVALID_LOCATION", "latitude"),
        ("radiusMeters", json!(9), "OUT_OF_RANGE", "radiusMeters"),
        ("radiusMeters", json!(10_001), "OUT_OF_RANGE", "radiusMeters"),
        ("timeZone", json!("WIB"), "INVALID_TIME_ZONE", "timeZone"),
        ("unitId", json!(cast.sibolga.unit.to_string()), "NOT_FOUND", "unitId"),
    ] {
        let mut input = base.clone();
        input[field] = value.clone();
        assert_eq!(admin.refusal("createVenue", input).await, refused(code, at), "create {field} {value}");
        let input = json!({ "venueId": id, field: value });
        assert_eq!(admin.refusal("updateVenue", input).await, refused(code, at), "update {field} {value}");
    }
    let nowhere = json!({ "venueId": id, "latitude": 0, "longitude": 0.0 });
    assert_eq!(admin.refusal("updateVenue", nowhere).await, refused("INVALID_LOCATION", "latitude"));
    let input =
        json!({ "venueId": id, "latitude": 5.9, "unitId": null, "isActive": false, "timeZone": "Asia/Makassar" });
    let changed = admin.change("updateVenue", fields, input).await;
    let expected = json!({
        "id": id, "name": "Aula", "latitude": 5.9, "longitude": 95.32, "radiusMeters": 100,
        "timeZone": "Asia/Makassar", "isActive": false, "unit": null,
    });
    assert_eq!(changed["venue"], expected);
}

#[rstest]
#[tokio::test]
async fn working_hours_have_versions(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let hours = |unit: Value, day: &str, from: &str, until: &str| {
        json!({
            "agencyId": sabang.agency.to_string(), "unitId": unit, "name": "Jam kerja", "citation": "SK 1/2026",
            "validFrom": day, "shifts": [{
                "name": "Pagi", "weekdays": ["FRIDAY", "MONDAY", "MONDAY"], "startsAt": from, "endsAt": until,
            }],
        })
    };
    let set = async |input: Value| {
        let fields = "schedule { version season validFrom validUntil unit { id }
                shifts { weekdays startsAt endsAt breakMinutes opensBeforeMinutes } }";
        let payload = admin.change("setWorkingHours", fields, input).await;
        assert_eq!(payload["errors"], json!([]));
        payload["schedule"].clone()
    };
    let first = set(hours(Value::Null, "2026-12-01", "07:30", "16:00")).await;
    let expected = json!({
        "version": 1, "season": "NORMAL", "validFrom": "2026-12-01", "validUntil": null, "unit": null,
        "shifts": [{
            "weekdays": ["MONDAY", "FRIDAY"], "startsAt": "07:30", "endsAt": "16:00", "breakMinutes": 0,
            "opensBeforeMinutes": 120,
        }],
    });
    assert_eq!(first, expected);
    let night = set(hours(json!(sabang.unit.to_string()), "2026-12-05", "22:00", "06:00")).await;
    assert_eq!(
        (&night["version"], &night["shifts"][0]["endsAt"]),
        (&json!(1), &json!("06:00")),
        "a unit counts for itself"
    );
    let second = set(hours(Value::Null, "2026-12-10", "08:00", "15:00")).await;
    assert_eq!(second["version"], 2);
    for (field, value, code) in [
        ("validFrom", json!("0001-01-01"), "OUT_OF_RANGE"),
        ("shifts", json!([]), "OUT_OF_RANGE"),
        ("flexibleMinutes", json!(241), "OUT_OF_RANGE"),
        ("citation", json!(" "), "BLANK"),
        ("unitId", json!(cast.sibolga.unit.to_string()), "NOT_FOUND"),
    ] {
        let mut input = hours(Value::Null, "2026-12-20", "08:00", "15:00");
        input[field] = value.clone();
        assert_eq!(admin.refusal("setWorkingHours", input).await, refused(code, field), "{field} {value}");
    }
    for (field, value, code) in [
        ("weekdays", json!([]), "BLANK"),
        ("name", json!(" "), "BLANK"),
        ("breakMinutes", json!(241), "OUT_OF_RANGE"),
        ("opensBeforeMinutes", json!(721), "OUT_OF_RANGE"),
        ("closesAfterMinutes", json!(-1), "OUT_OF_RANGE"),
    ] {
        let mut input = hours(Value::Null, "2026-12-20", "08:00", "15:00");
        input["shifts"][0][field] = value.clone();
        let expected = refused(code, &format!("shifts.0.{field}"));
        assert_eq!(admin.refusal("setWorkingHours", input).await, expected, "{field} {value}");
    }
    let query = "query($id: ID!) { node(id: $id) { ... on Agency { schedules { nodes { version validUntil } } } } }";
    let found = sabang.employee.phone.data(query, json!({ "id": sabang.agency.to_string() })).await;
    let versions = found["node"]["schedules"]["nodes"].as_array().unwrap();
    assert_eq!(versions.len(), 3);
    assert!(versions.contains(&json!({ "version": 1, "validUntil": "2026-12-09" })), "{versions:?}");

    let at_once = (0..5).map(|_| set(hours(Value::Null, "2026-12-30", "08:00", "15:00")));
    let mut numbers: Vec<i64> = join_all(at_once).await.iter().filter_map(|row| row["version"].as_i64()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [3, 4, 5, 6, 7], "each version is one");
}
