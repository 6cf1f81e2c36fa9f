//! An agency chooses a rule, or writes its own.

use rstest::rstest;
use serde_json::{Value, json};

use super::{choice, refused, set, told, with};
use crate::cast::Cast;
use crate::harness::Engine;

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
    set(admin, choice(sabang, "2026-11-23", json!({ "none": true }))).await;
    for (field, value, code, at) in [
        ("citation", json!(" "), "BLANK", "citation"),
        ("validFrom", json!("2026-11-22"), "OUT_OF_RANGE", "validFrom"),
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
