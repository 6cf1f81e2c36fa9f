//! Unexcused days are told before they cost.

use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value, json};

use super::{at, check_in, serves_since};
use crate::cast::Cast;
use crate::client::Client;
use crate::harness::Engine;

#[rstest]
#[tokio::test]
async fn unexcused_days_are_told_before_they_cost(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let query = "query($id: ID!, $year: Int) { node(id: $id) { ... on Employee { unexcusedDays(year: $year) {
        year days inARow reached { kind fromDays isConsecutive citation version } next { kind fromDays }
        daysUntilNext message } } } }";
    let id = sabang.employee.employee.to_string();
    let asked = async |phone: &Client, year: Value| {
        let found = phone.data(query, json!({ "id": id, "year": year })).await;
        found["node"]["unexcusedDays"].clone()
    };
    let me = sabang.employee.phone.in_language("id");
    // It is Monday, before work: Thursday and Friday are over.
    serves_since(&cast, sabang.employee.employee, "2026-11-19").await;
    let wanted = json!({
        "year": 2026, "days": 2, "inARow": 2, "reached": null, "next": { "kind": "ORAL_WARNING", "fromDays": 3 },
        "daysUntilNext": 1,
        "message": "2 hari tidak masuk kerja tanpa keterangan pada tahun 2026. \
            Satu hari lagi tanpa keterangan berakibat teguran lisan (PP 94/2021).",
    });
    assert_eq!(asked(&me, Value::Null).await, wanted);
    for phone in [&sabang.supervisor.phone, &sabang.admin.phone] {
        assert_eq!(asked(phone, json!(2026)).await["days"], 2);
    }
    let trainer = asked(&sabang.trainer.phone, Value::Null).await;
    assert_eq!(trainer, Value::Null, "a trainer sees the employee and not their days");
    let none = asked(&me, json!(2025)).await;
    assert_eq!((&none["days"], &none["message"]), (&json!(0), &Value::Null));
    let answer = me.send(query, json!({ "id": id, "year": 1 })).await;
    assert_eq!(answer.code(), "BAD_USER_INPUT");

    // Monday goes by too; the weekend between does not interrupt the row.
    cast.world.app.clock.set(at("2026-11-24", "06:00:00"));
    let reached = asked(&sabang.employee.phone, Value::Null).await;
    assert_eq!((&reached["days"], &reached["inARow"], &reached["daysUntilNext"]), (&json!(3), &json!(3), &json!(1)));
    let oral = json!({
        "kind": "ORAL_WARNING", "fromDays": 3, "isConsecutive": false, "citation": "PP 94/2021", "version": 1,
    });
    assert_eq!(reached["reached"], oral);
    assert_eq!(reached["next"]["kind"], "WRITTEN_WARNING");
    // Who comes at last has interrupted it.
    let now = at("2026-11-24", "07:30:00");
    check_in(&cast, &sabang.employee, "IN", now, now).await;
    cast.world.app.clock.set(at("2026-11-26", "06:00:00") + TimeDelta::hours(1));
    let later = asked(&sabang.employee.phone, Value::Null).await;
    assert_eq!((&later["days"], &later["inARow"]), (&json!(4), &json!(3)), "{later}");
}

/// PP 94/2021 is the discipline of the PNS; whoever has a contract is told the days, and no sanction of others.
#[rstest]
#[tokio::test]
async fn sanctions_are_told_to_whom_they_apply(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let input = json!({
        "agencyId": sabang.agency.to_string(), "name": "Keumalahayati", "employment": "PPPK",
        "nip": "199001012023211001", "unitId": sabang.unit.to_string(), "servesFrom": "2026-11-02",
    });
    let contracted = admin.change("createEmployee", "employee { id }", input).await["employee"]["id"].take();
    serves_since(&cast, sabang.employee.employee, "2026-11-02").await;
    let query = "query($id: ID!) { node(id: $id) { ... on Employee { unexcusedDays { days inARow
        reached { kind employment } next { kind } daysUntilNext message } } } }";
    let asked = async |id: Value| admin.data(query, json!({ "id": id })).await["node"]["unexcusedDays"].take();
    let wanted = json!({
        "days": 15, "inARow": 15, "reached": null, "next": null, "daysUntilNext": null,
        "message": "Days absent without an excuse in 2026: 15.",
    });
    assert_eq!(asked(contracted).await, wanted);
    let permanent = asked(json!(sabang.employee.employee.to_string())).await;
    assert_eq!(permanent["reached"], json!({ "kind": "DISMISSAL", "employment": "PNS" }), "{permanent}");
}
