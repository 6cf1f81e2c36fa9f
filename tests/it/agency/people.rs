//! Civil servants and their numbers.

use entity::siasn_term::List;
use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};

use super::{refused, term};
use crate::cast::Cast;
use crate::harness::Engine;

#[rstest]
#[tokio::test]
async fn a_number_has_a_history_and_is_masked_for_others(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let id = sabang.employee.employee.to_string();
    let old = &sabang.employee.nip;
    let new = "198703122010012777";
    let change = |nip: &str, day: &str| json!({ "employeeId": id, "nip": nip, "validFrom": day });
    for (nip, day, code, field) in [
        (new, "2026-11-22", "OUT_OF_RANGE", "validFrom"),
        (new, "2026-11-24", "OUT_OF_RANGE", "validFrom"),
        ("198713122010012777", "2026-11-23", "INVALID_NIP", "nip"),
        (sabang.colleague.nip.as_str(), "2026-11-23", "ALREADY_EXISTS", "nip"),
        (cast.sibolga.colleague.nip.as_str(), "2026-11-23", "ALREADY_EXISTS", "nip"),
    ] {
        assert_eq!(admin.refusal("changeEmployeeNip", change(nip, day)).await, refused(code, field), "{nip} {day}");
    }
    cast.world.app.clock.set("2026-12-01T00:20:00Z".parse().unwrap());
    for _ in 0..2 {
        let changed = admin.change("changeEmployeeNip", "employee { nip }", change(new, "2026-12-01")).await;
        assert_eq!(changed, json!({ "employee": { "nip": new }, "errors": [] }), "again changes nothing");
    }

    let query = "query($id: ID!) { node(id: $id) { ... on Employee { nip sourceId
        nips { nodes { nip validFrom validUntil } } } } }";
    let history = json!({ "nodes": [
        { "nip": old, "validFrom": "2026-11-23", "validUntil": "2026-11-30" },
        { "nip": new, "validFrom": "2026-12-01", "validUntil": null },
    ] });
    for (phone, nip, history) in [
        (admin, new, history.clone()),
        (&sabang.employee.phone, new, history),
        (&sabang.supervisor.phone, "1987••••••••••••77", json!({ "nodes": [] })),
        (&sabang.trainer.phone, "1987••••••••••••77", json!({ "nodes": [] })),
    ] {
        let found = phone.data(query, json!({ "id": id })).await;
        assert_eq!(found["node"], json!({ "nip": nip, "sourceId": null, "nips": history }));
    }
    let found = sabang.colleague.phone.data(query, json!({ "id": id })).await;
    assert_eq!(found["node"], Value::Null, "a colleague sees nobody's data");

    let taken = change(old, "2026-12-01").as_object().cloned().unwrap();
    let mut other: Value = taken.into();
    other["employeeId"] = json!(sabang.colleague.employee.to_string());
    let given = admin.change("changeEmployeeNip", "employee { nip }", other).await;
    assert_eq!(given["employee"]["nip"], json!(old), "a number that nobody carries any more is free");
}

#[rstest]
#[tokio::test]
async fn an_employee_is_added_and_changed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin, app) = (&cast.sabang, &cast.sabang.admin.phone, &cast.world.app);
    let rank = term(app, List::Rank, "Penata Muda").await;
    let post_type = term(app, List::PostType, "Jabatan Pelaksana").await;
    let fields = "employee { id name employment nip post isActive unit { id } rank { name } postType { list }
        supervisor { id } }";
    let input = json!({
        "agencyId": sabang.agency.to_string(), "name": "Jose\u{301}  Rizal", "employment": "PPPK",
        "nip": "199001012023211001", "unitId": sabang.unit.to_string(), "post": " Penyuluh ", "rankId": rank,
        "postTypeId": post_type, "supervisorId": sabang.supervisor.employee.to_string(),
    });
    let made = admin.change("createEmployee", fields, input.clone()).await;
    let id = made["employee"]["id"].clone();
    let expected = json!({
        "id": id, "name": "José Rizal", "employment": "PPPK", "nip": "199001012023211001", "post": "Penyuluh",
        "isActive": true, "unit": { "id": sabang.unit.to_string() }, "rank": { "name": "Penata Muda" },
        "postType": { "list": "POST_TYPE" }, "supervisor": { "id": sabang.supervisor.employee.to_string() },
    });
    assert_eq!(made["employee"], expected, "{made}");
    assert_eq!(admin.refusal("createEmployee", input.clone()).await, refused("ALREADY_EXISTS", "nip"));
    let mut pns = input.clone();
    pns["employment"] = json!("PNS");
    assert_eq!(admin.refusal("createEmployee", pns).await, refused("INVALID_NIP", "nip"), "211 is no month");

    for (field, value, code) in [
        ("rankId", json!(post_type), "NOT_FOUND"),
        ("supervisorId", id.clone(), "CYCLE"),
        ("supervisorId", json!(cast.sibolga.supervisor.employee.to_string()), "NOT_FOUND"),
        ("unitId", json!(cast.sibolga.unit.to_string()), "NOT_FOUND"),
        ("employment", json!("PNS"), "INVALID_NIP"),
        ("employment", Value::Null, "BLANK"),
        ("post", json!(""), "BLANK"),
    ] {
        let input = json!({ "employeeId": id, field: value });
        assert_eq!(admin.refusal("updateEmployee", input).await, refused(code, field), "{field} {value}");
    }
    let input = json!({ "employeeId": id, "rankId": null, "supervisorId": null, "unitId": null, "post": null });
    let changed = admin.change("updateEmployee", fields, input).await;
    let expected = json!({
        "id": id, "name": "José Rizal", "employment": "PPPK", "nip": "199001012023211001", "post": null,
        "isActive": true, "unit": null, "rank": null, "postType": { "list": "POST_TYPE" }, "supervisor": null,
    });
    assert_eq!(changed["employee"], expected, "{changed}");
}

#[rstest]
#[tokio::test]
async fn one_number_is_given_once_however_many_ask(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let asked = (0..6).map(|serial| {
        let side = if serial % 2 == 0 { &cast.sabang } else { &cast.sibolga };
        let (agency, name) = (side.agency.to_string(), format!("Orang {serial}"));
        let input = json!({ "agencyId": agency, "name": name, "employment": "PNS", "nip": "198703122010012888" });
        side.admin.phone.change("createEmployee", "employee { id }", input)
    });
    let payloads = join_all(asked).await;
    let made = payloads.iter().filter(|payload| payload["employee"]["id"].is_string()).count();
    let taken = json!([{ "code": "ALREADY_EXISTS", "field": ["nip"] }]);
    let refused = payloads.iter().filter(|payload| payload["errors"] == taken).count();
    assert_eq!((made, refused), (1, 5), "{payloads:?}");
    let query = "query($id: ID!) { node(id: $id) { ... on Agency { employees(search: \"orang\") { totalCount } } } }";
    let mut count = 0;
    for side in [&cast.sabang, &cast.sibolga] {
        let found = side.admin.phone.data(query, json!({ "id": side.agency.to_string() })).await;
        count += found["node"]["employees"]["totalCount"].as_i64().unwrap();
    }
    assert_eq!(count, 1, "who was refused a number was not added either");
}

#[rstest]
#[tokio::test]
async fn who_no_longer_serves_acts_no_longer(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let query = "query($id: ID!) { node(id: $id) { id } }";
    let pupil = json!({ "id": sabang.employee.employee.to_string() });
    let before = sabang.trainer.phone.data(query, pupil.clone()).await;
    assert!(before["node"]["id"].is_string(), "a trainer sees their pupils");
    let trainer = sabang.trainer.employee.to_string();
    admin.change("updateEmployee", "", json!({ "employeeId": trainer, "isActive": false })).await;
    assert_eq!(sabang.trainer.phone.data(query, pupil).await["node"], Value::Null, "at once");
    let head = json!({ "unitId": sabang.unit.to_string(), "headEmployeeId": trainer });
    assert_eq!(admin.refusal("updateUnit", head).await, refused("INACTIVE", "headEmployeeId"));
}
