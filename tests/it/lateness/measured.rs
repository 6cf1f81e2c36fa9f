//! What a rule makes of a time of coming.

use rstest::rstest;
use serde_json::{Value, json};

use super::{at, check_in, choice, preset, set};
use crate::cast::Cast;
use crate::harness::Engine;

/// A time of coming, with the minutes late, the level and the percentage.
type Line = (&'static str, i32, Value, Value);

#[rstest]
#[tokio::test]
async fn each_rule_set_measures_by_its_table(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let none = Value::Null;
    let tables: [(&str, &[Line]); 4] = [
        (
            "Permentan 68/2012",
            &[
                ("07:30:59", 0, none.clone(), none.clone()),
                ("07:31:00", 1, json!("TL1"), json!(0.5)),
                ("08:00:59", 30, json!("TL1"), json!(0.5)),
                ("08:01:00", 31, json!("TL2"), json!(1.0)),
                ("08:30:59", 60, json!("TL2"), json!(1.0)),
                ("08:31:00", 61, json!("TL3"), json!(1.5)),
                ("09:00:59", 90, json!("TL3"), json!(1.5)),
                ("09:01:00", 91, json!("TL4"), json!(2.0)),
            ],
        ),
        (
            "PMK 221/2021",
            &[
                ("07:30:59", 0, none.clone(), none.clone()),
                ("09:00:59", 0, none.clone(), none.clone()),
                ("09:01:00", 1, none.clone(), json!(1.0)),
                ("09:30:59", 30, none.clone(), json!(1.0)),
                ("09:31:00", 31, none.clone(), json!(1.25)),
                ("10:00:59", 60, none.clone(), json!(1.25)),
                ("10:01:00", 61, none.clone(), json!(2.5)),
            ],
        ),
        (
            "PermenPANRB 6/2018",
            &[("07:30:59", 0, none.clone(), none.clone()), ("08:05:00", 35, none.clone(), none.clone())],
        ),
        (
            "Badan Gizi 4/2025",
            &[
                ("07:30:59", 0, none.clone(), none.clone()),
                ("07:31:00", 1, none.clone(), json!(0.5)),
                ("08:30:59", 60, none.clone(), json!(0.5)),
                ("08:31:00", 61, none.clone(), json!(1.0)),
            ],
        ),
    ];
    for (name, lines) in tables {
        cast.world.app.clock.set(at("2026-11-23", "07:20:00"));
        let rule = preset(admin, name).await;
        let done = set(admin, choice(sabang, "2026-11-23", json!({ "ruleId": rule }))).await;
        assert_eq!(done["difference"], Value::Null, "no past day changes");
        for (time, minutes, level, percent) in lines {
            let now = at("2026-11-23", time);
            let measured = check_in(&cast, &sabang.employee, "IN", now, now).await;
            let wanted = json!({
                "minutesLate": minutes, "level": level, "deductionPercent": percent,
                "rule": { "name": name, "version": 1 },
            });
            assert_eq!(measured, wanted, "{name} at {time}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_rule_changes_in_mid_month(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let (permentan, pmk) = (preset(admin, "Permentan 68/2012").await, preset(admin, "PMK 221/2021").await);
    set(admin, choice(sabang, "2026-11-23", json!({ "ruleId": permentan }))).await;
    set(admin, choice(sabang, "2026-11-24", json!({ "ruleId": pmk }))).await;
    set(admin, choice(sabang, "2026-11-26", json!({ "none": true }))).await;
    for (day, minutes, level, percent, rule) in [
        ("2026-11-23", 95, json!("TL4"), json!(2.0), "Permentan 68/2012"),
        ("2026-11-24", 5, Value::Null, json!(1.0), "PMK 221/2021"),
        ("2026-11-26", 95, Value::Null, Value::Null, "Jam kerja normal"),
    ] {
        let now = at(day, "09:05:00");
        let measured = check_in(&cast, &sabang.employee, "IN", now, now).await;
        let wanted = json!({
            "minutesLate": minutes, "level": level, "deductionPercent": percent, "rule": { "name": rule, "version": 1 },
        });
        assert_eq!(measured, wanted, "{day}");
    }
    let query = "query($id: ID!) { node(id: $id) { ... on Agency {
        latenessAdoptions { nodes { version validFrom validUntil citation rule { name } } totalCount } } } }";
    let id = json!({ "id": sabang.agency.to_string() });
    let found = sabang.employee.phone.data(query, id.clone()).await;
    let line = |version, from: &str, until: Value, rule: Value| {
        json!({
            "version": version, "validFrom": from, "validUntil": until, "citation": "SK Sekda 1/2026", "rule": rule,
        })
    };
    let wanted = json!([
        line(1, "2026-11-23", json!("2026-11-23"), json!({ "name": "Permentan 68/2012" })),
        line(2, "2026-11-24", json!("2026-11-25"), json!({ "name": "PMK 221/2021" })),
        line(3, "2026-11-26", Value::Null, Value::Null),
    ]);
    assert_eq!(found["node"]["latenessAdoptions"]["nodes"], wanted);
    for phone in [&cast.sibolga.admin.phone, &cast.citizen.phone, &cast.stranger] {
        let hidden = phone.data(query, id.clone()).await;
        assert_eq!(hidden["node"]["latenessAdoptions"], json!({ "nodes": [], "totalCount": 0 }));
    }
}
