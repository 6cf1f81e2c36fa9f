//! Rules of lateness: chosen, measured, changed for days that are past.

use bina::clock::Instant;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::EmployeeId;
use entity::{audit_entry, employee};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cast::{AgencyCast, Cast, Person};
use crate::client::Client;
use crate::harness::Engine;

const ADOPTION: &str = "adoption { version citation validFrom validUntil rule { name version } }
    difference { changedDays changedEmployees deductionPercentBefore deductionPercentAfter unsetDeductionsBefore
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

/// What became of a mutation.
async fn payload(phone: &Client, mutation: &str, node: &str, input: Value) -> Value {
    let kind = format!("{}{}Input!", mutation[..1].to_uppercase(), &mutation[1..]);
    let document = format!(
        "mutation($input: {kind}) {{ {mutation}(input: $input) {{ {node} errors {{ code field }} }} }} {MEASURED}"
    );
    phone.data(&document, json!({ "input": input })).await[mutation].take()
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

fn own_rule() -> Value {
    json!({
        "name": "Aturan Kota Sabang", "citation": "Perwali 7/2026", "note": "Baris satu\nBaris dua",
        "flexibleMinutes": 15, "madeUpMinutes": 30, "lateDaysFree": 5, "lateDaysPercent": 2.5,
        "missingIsLastBand": true, "absentPercent": 3.33,
        "bands": [
            { "side": "EARLY", "fromMinute": 1, "level": "PSW1", "percent": 0.29 },
            { "side": "LATE", "fromMinute": 1, "level": "TL1", "percent": 0.25 },
            { "side": "LATE", "fromMinute": 16, "level": "TL2" },
        ],
    })
}

#[rstest]
#[tokio::test]
async fn an_own_rule_has_versions(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let first = set(admin, choice(sabang, "2026-11-23", json!({ "own": own_rule() }))).await;
    assert_eq!(first["adoption"]["rule"], json!({ "name": "Aturan Kota Sabang", "version": 1 }));
    let second = with(own_rule(), "bands", json!([{ "side": "LATE", "fromMinute": 10, "percent": 1 }]));
    let second = set(admin, choice(sabang, "2026-12-01", json!({ "own": second }))).await;
    assert_eq!(second["adoption"]["rule"], json!({ "name": "Aturan Kota Sabang", "version": 2 }));
    assert_eq!(second["adoption"]["version"], 2);

    let query = "query($id: ID) { latenessRules(agencyId: $id) { totalCount nodes { id agency { id } name citation
        version isVerified note flexibleMinutes madeUpMinutes lateDaysFree lateDaysPercent missingIsLastBand
        absentPercent bands { side fromMinute level percent } } } }";
    let id = json!({ "id": sabang.agency.to_string() });
    let found = sabang.employee.phone.data(query, id.clone()).await["latenessRules"].take();
    assert_eq!(found["totalCount"], 6, "four presets and two of its own");
    let mut rule = found["nodes"][4].clone();
    let kept = rule["id"].take();
    let wanted = json!({
        "id": null, "agency": { "id": sabang.agency.to_string() }, "name": "Aturan Kota Sabang",
        "citation": "Perwali 7/2026", "version": 1, "isVerified": false, "note": "Baris satu\nBaris dua",
        "flexibleMinutes": 15, "madeUpMinutes": 30, "lateDaysFree": 5, "lateDaysPercent": 2.5,
        "missingIsLastBand": true, "absentPercent": 3.33,
        "bands": [
            { "side": "LATE", "fromMinute": 1, "level": "TL1", "percent": 0.25 },
            { "side": "LATE", "fromMinute": 16, "level": "TL2", "percent": null },
            { "side": "EARLY", "fromMinute": 1, "level": "PSW1", "percent": 0.29 },
        ],
    });
    assert_eq!(rule, wanted);
    let panrb = found["nodes"].as_array().unwrap().iter().find(|rule| rule["name"] == "PermenPANRB 6/2018").unwrap();
    let unset = (&panrb["lateDaysFree"], &panrb["lateDaysPercent"], &panrb["isVerified"], &panrb["bands"]);
    assert_eq!(unset, (&json!(5), &Value::Null, &json!(false), &json!([])), "an unset percentage stays unset");
    // Others choose from the presets, and from their own.
    for phone in [&cast.sibolga.admin.phone, &cast.citizen.phone] {
        assert_eq!(phone.data(query, id.clone()).await["latenessRules"]["totalCount"], 4);
    }
    assert_eq!(cast.stranger.data(query, id).await["latenessRules"]["totalCount"], 0);
    // The first version is there to go back to.
    let back = set(admin, choice(sabang, "2026-12-02", json!({ "ruleId": kept }))).await;
    assert_eq!(back["adoption"]["rule"]["version"], 1);
    let foreign = json!({
        "agencyId": cast.sibolga.agency.to_string(), "validFrom": "2026-11-23", "citation": "SK", "rule": { "ruleId": kept },
    });
    assert_eq!(
        refused(&cast.sibolga.admin.phone, "setLatenessRule", foreign.clone()).await,
        told("NOT_FOUND", "rule.ruleId")
    );
    assert_eq!(refused(admin, "setLatenessRule", foreign).await, told("NOT_FOUND", "agencyId"));
    let mine = choice(sabang, "2026-12-02", json!({ "ruleId": kept }));
    assert_eq!(refused(&sabang.employee.phone, "setLatenessRule", mine).await, told("FORBIDDEN", ""));
}

#[rstest]
#[tokio::test]
async fn what_is_wrong_is_told_with_its_field(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    set(admin, choice(sabang, "2026-11-24", json!({ "none": true }))).await;
    for (field, value, code, at) in [
        ("citation", json!(" "), "BLANK", "citation"),
        ("validFrom", json!("2026-11-23"), "OUT_OF_RANGE", "validFrom"),
        ("validFrom", json!("0001-01-01"), "OUT_OF_RANGE", "validFrom"),
        ("rule", json!({ "none": false }), "MALFORMED", "rule.none"),
        ("rule", json!({ "ruleId": "ltr_01h455vb4pex5vsknk084sn02q" }), "NOT_FOUND", "rule.ruleId"),
    ] {
        let input = with(choice(sabang, "2026-11-24", json!({ "none": true })), field, value.clone());
        assert_eq!(refused(admin, "setLatenessRule", input).await, told(code, at), "{field} {value}");
    }
    let band = |side: &str, from: i32| json!({ "side": side, "fromMinute": from, "percent": 1 });
    for (field, value, code, at) in [
        ("name", json!(""), "BLANK", "name"),
        ("name", json!("x".repeat(201)), "TOO_LONG", "name"),
        ("citation", json!("a\u{202e}b"), "INVALID_TEXT", "citation"),
        ("note", json!(" "), "BLANK", "note"),
        ("flexibleMinutes", json!(241), "OUT_OF_RANGE", "flexibleMinutes"),
        ("madeUpMinutes", json!(-1), "OUT_OF_RANGE", "madeUpMinutes"),
        ("lateDaysFree", json!(32), "OUT_OF_RANGE", "lateDaysFree"),
        ("lateDaysFree", Value::Null, "BLANK", "lateDaysFree"),
        ("lateDaysPercent", json!(100.01), "OUT_OF_RANGE", "lateDaysPercent"),
        ("absentPercent", json!(1.255), "MALFORMED", "absentPercent"),
        ("bands", json!([band("LATE", 0)]), "OUT_OF_RANGE", "bands.0.fromMinute"),
        ("bands", json!([band("LATE", 1), band("EARLY", 1), band("LATE", 1)]), "OUT_OF_RANGE", "bands.2.fromMinute"),
        ("bands", json!([band("LATE", 9), band("LATE", 8)]), "OUT_OF_RANGE", "bands.1.fromMinute"),
        ("bands", json!([with(band("LATE", 1), "level", json!("PSW1"))]), "MALFORMED", "bands.0.level"),
        ("bands", json!([with(band("EARLY", 1), "level", json!("TL4"))]), "MALFORMED", "bands.0.level"),
        ("bands", json!([with(band("LATE", 1), "percent", json!(-1))]), "OUT_OF_RANGE", "bands.0.percent"),
        ("bands", json!((1..=41).map(|from| band("LATE", from)).collect::<Vec<_>>()), "OUT_OF_RANGE", "bands"),
    ] {
        let input = choice(sabang, "2026-11-24", json!({ "own": with(own_rule(), field, value.clone()) }));
        let wanted = told(code, &format!("rule.own.{at}"));
        assert_eq!(refused(admin, "setLatenessRule", input).await, wanted, "{field} {value}");
    }
}

/// On the Monday the employee came at 07:45 and went in time, the four others stayed away. It is Tuesday, 10:00.
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

#[rstest]
#[tokio::test]
async fn a_rule_for_past_days_is_seen_before_it_is_applied(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    tuesday(&cast).await;
    let rule = preset(admin, "Permentan 68/2012").await;
    let input = choice(sabang, "2026-11-23", json!({ "ruleId": rule }));
    let dry = with(input.clone(), "isDryRun", json!(true));

    let seen = set(admin, dry.clone()).await;
    assert_eq!(seen["adoption"], Value::Null);
    let difference = &seen["difference"];
    assert_eq!((&difference["changedDays"], &difference["changedEmployees"]), (&json!(5), &json!(5)));
    assert_eq!(difference["deductionPercentBefore"], json!(0.0));
    assert_eq!(difference["deductionPercentAfter"], json!(16.5), "one TL1 of 0.5 and four absences of 4 percent");
    let permentan = json!({ "name": "Permentan 68/2012", "version": 1 });
    let wanted = json!({
        "employee": { "id": sabang.employee.employee.to_string() }, "on": "2026-11-23",
        "before": { "state": "COMPLETE", "minutesLate": 15, "minutesEarly": 0, "deductionPercent": null, "rule": null },
        "after": { "state": "COMPLETE", "minutesLate": 15, "minutesEarly": 0, "deductionPercent": 0.5, "rule": permentan },
    });
    assert_eq!(*day_of(&seen, &sabang.employee), wanted);
    assert_eq!(day_of(&seen, &sabang.colleague)["after"]["deductionPercent"], 4.0);
    let query = "query($id: ID!) { node(id: $id) { ... on Agency { latenessAdoptions { totalCount } } } }";
    let count = async || {
        let found = admin.data(query, json!({ "id": sabang.agency.to_string() })).await;
        found["node"]["latenessAdoptions"]["totalCount"].clone()
    };
    assert_eq!(count().await, 0, "only tried");

    let token = &difference["token"];
    let again = set(admin, dry.clone()).await;
    assert_eq!(again["difference"]["token"], *token, "the same as long as nothing happens");
    for wrong in [Value::Null, json!(""), json!("x")] {
        let input = with(input.clone(), "seenDifference", wrong);
        let wanted = told("DIFFERENCE_NOT_SEEN", "seenDifference");
        assert_eq!(refused(admin, "setLatenessRule", input).await, wanted);
    }
    // The colleague's phone was off line on Monday.
    let now = at("2026-11-24", "10:05:00");
    check_in(&cast, &sabang.colleague, "IN", at("2026-11-23", "07:25:00"), now).await;
    let stale = with(input.clone(), "seenDifference", token.clone());
    let wanted = told("DIFFERENCE_NOT_SEEN", "seenDifference");
    assert_eq!(refused(admin, "setLatenessRule", stale).await, wanted, "a check-in came since");
    assert_eq!(count().await, 0);

    let seen = set(admin, dry.clone()).await;
    assert_eq!(day_of(&seen, &sabang.colleague)["after"]["state"], "INCOMPLETE");
    assert_eq!(seen["difference"]["deductionPercentAfter"], json!(14.5), "PSW4 in place of an absence");
    let token = &seen["difference"]["token"];
    let done = set(admin, with(input, "seenDifference", token.clone())).await;
    assert_eq!((&done["adoption"]["version"], &done["difference"]["token"]), (&json!(1), token));
    let after = set(admin, dry).await;
    let nothing = (&json!(0), &json!(14.5), &json!(14.5));
    let told = &after["difference"];
    assert_eq!((&told["changedDays"], &told["deductionPercentBefore"], &told["deductionPercentAfter"]), nothing);

    let entry = audit_entry::Entity::find()
        .filter(audit_entry::Column::Action.eq("LATENESS_RULE_SET"))
        .one(cast.world.app.db.read())
        .await
        .unwrap()
        .expect("an entry of the audit log");
    let detail: Value = serde_json::from_str(&entry.detail).unwrap();
    assert_eq!((&detail["changedDays"], &detail["changedEmployees"]), (&json!("5"), &json!("5")), "{detail}");
    assert_eq!(entry.actor_id, Some(sabang.admin.account));
}

#[rstest]
#[tokio::test]
async fn an_unset_percentage_is_counted_and_not_guessed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    // Six late days in the month, the first before the rule.
    for day in ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"] {
        let now = at(day, "08:30:00");
        check_in(&cast, &sabang.employee, "IN", now, now).await;
    }
    cast.world.app.clock.set(at("2026-12-01", "07:00:00"));
    let panrb = preset(admin, "PermenPANRB 6/2018").await;
    for (valid_from, unset) in [("2026-11-23", 1), ("2026-11-24", 0)] {
        let dry = with(choice(sabang, valid_from, json!({ "ruleId": panrb })), "isDryRun", json!(true));
        let difference = set(admin, dry).await["difference"].take();
        assert_eq!(difference["unsetDeductionsBefore"], 0);
        assert_eq!(difference["unsetDeductionsAfter"], unset, "from {valid_from}: {difference}");
        assert_eq!(difference["deductionPercentAfter"], json!(0.0));
    }
}

#[rstest]
#[tokio::test]
async fn hours_for_past_days_are_seen_before_they_are_applied(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let gizi = preset(admin, "Badan Gizi 4/2025").await;
    set(admin, choice(sabang, "2026-11-23", json!({ "ruleId": gizi }))).await;
    tuesday(&cast).await;
    let hours = |unit: &str, valid_from: &str, starts_at: &str| {
        json!({
            "agencyId": sabang.agency.to_string(), "unitId": unit, "name": "Jam loket", "citation": "SK 2/2026",
            "validFrom": valid_from,
            "shifts": [{ "name": "Pagi", "weekdays": ["MONDAY"], "startsAt": starts_at, "endsAt": "16:00" }],
        })
    };
    let node = ADOPTION
        .replace("adoption { version citation validFrom validUntil rule { name version } }", "schedule { version }");
    let set_hours = async |input: Value| {
        let payload = payload(admin, "setWorkingHours", &node, input).await;
        assert_eq!(payload["errors"], json!([]));
        payload
    };
    let (unit, root) = (sabang.unit.to_string(), sabang.root.to_string());
    let dry = |input: Value| with(input, "isDryRun", json!(true));
    // Those above hold for the unit too; 75 minutes late are more than 60.
    for place in [&unit, &root] {
        let seen = set_hours(dry(hours(place, "2026-11-23", "06:30"))).await;
        assert_eq!((&seen["schedule"], &seen["difference"]["changedDays"]), (&Value::Null, &json!(1)));
        let day = day_of(&seen, &sabang.employee);
        assert_eq!((&day["before"]["minutesLate"], &day["after"]["minutesLate"]), (&json!(15), &json!(75)));
        assert_eq!((&day["before"]["deductionPercent"], &day["after"]["deductionPercent"]), (&json!(0.5), &json!(1.0)));
    }
    let input = hours(&unit, "2026-11-23", "06:30");
    let not_seen = told("DIFFERENCE_NOT_SEEN", "seenDifference");
    assert_eq!(refused(admin, "setWorkingHours", input.clone()).await, not_seen);
    let token = set_hours(dry(input.clone())).await["difference"]["token"].take();
    let done = set_hours(with(input, "seenDifference", token.clone())).await;
    assert_eq!((&done["schedule"]["version"], &done["difference"]["token"]), (&json!(1), &token));
    // The unit's own go before those above it now.
    let above = set_hours(dry(hours(&root, "2026-11-23", "06:00"))).await;
    assert_eq!(above["difference"]["changedDays"], 0, "{above}");
    let corrected = set_hours(dry(hours(&unit, "2026-11-23", "07:30"))).await;
    assert_eq!(day_of(&corrected, &sabang.employee)["after"]["minutesLate"], 15);
    // From today on nothing is asked.
    let today = set_hours(hours(&unit, "2026-11-24", "07:00")).await;
    assert_eq!((&today["schedule"]["version"], &today["difference"]), (&json!(2), &Value::Null));
}

/// Makes somebody serve since a day.
async fn serves_since(cast: &Cast, person: EmployeeId, day: &str) {
    let since = employee::ActiveModel { id: Set(person), created_at: Set(at(day, "00:00:00")), ..Default::default() };
    since.update(cast.world.app.db.read()).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn the_past_that_may_change_is_bounded(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let rule = preset(admin, "Permentan 68/2012").await;
    let from = |day: &str| with(choice(sabang, day, json!({ "ruleId": rule })), "isDryRun", json!(true));
    // 62 days before 2026-11-23.
    let wanted = told("OUT_OF_RANGE", "validFrom");
    assert_eq!(refused(admin, "setLatenessRule", from("2026-09-21")).await, wanted);
    let furthest = set(admin, from("2026-09-22")).await;
    assert_eq!(furthest["difference"]["days"].as_array().unwrap().len(), 100, "more are only counted");
    assert!(furthest["difference"]["changedDays"].as_i64() > Some(100));
    // Where nobody served yet nothing changes, however long ago.
    for person in [&sabang.employee, &sabang.colleague, &sabang.trainer, &sabang.supervisor, &sabang.admin] {
        serves_since(&cast, person.employee, "2026-11-20").await;
    }
    cast.world.app.duties.forget();
    let long_ago = set(admin, from("2012-10-01")).await;
    assert_eq!(long_ago["difference"]["changedDays"], 5, "the Friday of five people");
}

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
