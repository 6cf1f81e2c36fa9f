//! The tree of units.

use entity::audit_entry;
use entity::ids::JurisdictionId;
use futures_util::future::join_all;
use rstest::rstest;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Value, json};

use super::{new_id, refused};
use crate::cast::Cast;
use crate::client::Client;
use crate::harness::Engine;

async fn unit(phone: &Client, agency: impl ToString, parent: Option<String>, name: &str) -> String {
    let input = json!({ "agencyId": agency.to_string(), "name": name, "parentId": parent });
    let payload = phone.change("createUnit", "unit { id }", input).await;
    payload["unit"]["id"].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned()
}

#[rstest]
#[tokio::test]
async fn a_unit_is_added_and_changed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, phone) = (&cast.sabang, &cast.sabang.admin.phone);
    let fields = "unit { id name timeZone isActive parent { id } head { id } agency { id } }";
    let input = json!({
        "agencyId": sabang.agency.to_string(), "name": "  Bidang \u{a0} Pemasaran ", "parentId": sabang.unit.to_string(),
        "timeZone": "Asia/Makassar", "headEmployeeId": sabang.colleague.employee.to_string(),
    });
    let made = phone.change("createUnit", fields, input).await;
    let id = made["unit"]["id"].clone();
    let expected = json!({
        "id": id, "name": "Bidang Pemasaran", "timeZone": "Asia/Makassar", "isActive": true,
        "parent": { "id": sabang.unit.to_string() }, "head": { "id": sabang.colleague.employee.to_string() },
        "agency": { "id": sabang.agency.to_string() },
    });
    assert_eq!(made["unit"], expected, "{made}");

    let changed = phone.change("updateUnit", fields, json!({ "unitId": id, "name": "Bidang Promosi" })).await;
    assert_eq!(changed["unit"]["timeZone"], "Asia/Makassar", "what is absent stays: {changed}");
    assert_eq!(changed["unit"]["parent"]["id"], sabang.unit.to_string());
    let input = json!({ "unitId": id, "headEmployeeId": null, "parentId": null, "isActive": false });
    let changed = phone.change("updateUnit", fields, input).await;
    let expected = json!({
        "id": id, "name": "Bidang Promosi", "timeZone": "Asia/Makassar", "isActive": false, "parent": null, "head": null,
        "agency": { "id": sabang.agency.to_string() },
    });
    assert_eq!(changed["unit"], expected, "null empties: {changed}");
}

#[rstest]
#[tokio::test]
async fn a_zone_holds_for_the_units_below(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, phone) = (&cast.sabang, &cast.sabang.admin.phone);
    let input = json!({
        "agencyId": sabang.agency.to_string(), "unitId": sabang.root.to_string(), "timeZone": "Asia/Jayapura",
    });
    phone.change("setTimeZone", "", input).await;
    let query =
        "query($id: ID!) { node(id: $id) { ... on Agency { units(first: 2) { nodes { timeZone } totalCount } } } }";
    let found = phone.data(query, json!({ "id": sabang.agency.to_string() })).await;
    let zones = json!([{ "timeZone": "Asia/Jayapura" }, { "timeZone": "Asia/Jayapura" }]);
    assert_eq!(found["node"]["units"], json!({ "nodes": zones, "totalCount": 2 }));
}

#[rstest]
#[tokio::test]
async fn inputs_of_units_are_checked(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, phone) = (&cast.sabang, &cast.sabang.admin.phone);
    let long = "a".repeat(201);
    for (field, value, code) in [
        ("name", json!("   "), "BLANK"),
        ("name", json!(long), "TOO_LONG"),
        ("name", json!("Dinas\u{202e}sanib"), "INVALID_TEXT"),
        ("name", json!("Di\u{7}nas"), "INVALID_TEXT"),
        ("name", json!("Di\u{200b}nas"), "INVALID_TEXT"),
        ("timeZone", json!("Asia/Sabang"), "INVALID_TIME_ZONE"),
        ("parentId", json!(cast.sibolga.unit.to_string()), "NOT_FOUND"),
        ("headEmployeeId", json!(cast.sibolga.employee.employee.to_string()), "NOT_FOUND"),
        ("jurisdictionId", json!(new_id::<JurisdictionId>(&cast.world.app)), "NOT_FOUND"),
    ] {
        let mut input = json!({ "agencyId": sabang.agency.to_string(), "name": "Dinas" });
        input[field] = value.clone();
        assert_eq!(phone.refusal("createUnit", input).await, refused(code, field), "create {value}");
        if field == "timeZone" {
            continue;
        }
        let mut input = json!({ "unitId": sabang.unit.to_string() });
        input[field] = value.clone();
        assert_eq!(phone.refusal("updateUnit", input).await, refused(code, field), "update {value}");
    }
    for field in ["name", "isActive"] {
        let input = json!({ "unitId": sabang.unit.to_string(), field: null });
        assert_eq!(phone.refusal("updateUnit", input).await, refused("BLANK", field));
    }
    let input = json!({ "unitId": sabang.root.to_string(), "parentId": sabang.unit.to_string() });
    assert_eq!(phone.refusal("updateUnit", input).await, refused("CYCLE", "parentId"));
}

#[rstest]
#[tokio::test]
async fn two_moves_at_once_close_no_circle(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, phone) = (&cast.sabang, &cast.sabang.admin.phone);
    for round in 0..10 {
        let left = unit(phone, sabang.agency, None, &format!("Kiri {round}")).await;
        let right = unit(phone, sabang.agency, None, &format!("Kanan {round}")).await;
        let moves = [(&left, &right), (&right, &left)]
            .map(|(unit, parent)| phone.change("updateUnit", "", json!({ "unitId": unit, "parentId": parent })));
        let codes: Vec<Value> =
            join_all(moves).await.iter().map(|payload| payload["errors"][0]["code"].clone()).collect();
        assert_eq!(codes.iter().filter(|code| **code == json!("CYCLE")).count(), 1, "{codes:?}");
    }
}

#[rstest]
#[tokio::test]
async fn a_unit_moves_while_its_zone_is_set(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, phone) = (&cast.sabang, &cast.sabang.admin.phone);
    let id = unit(phone, sabang.agency, None, "Bidang").await;
    for round in 0..10 {
        let parent = if round % 2 == 0 { sabang.root } else { sabang.unit };
        let zone = ["Asia/Makassar", "Asia/Jayapura"][round % 2];
        let moved = json!({ "unitId": id, "parentId": parent.to_string() });
        let zoned = json!({ "agencyId": sabang.agency.to_string(), "unitId": id, "timeZone": zone });
        let (moved, zoned) = tokio::join!(
            phone.change("updateUnit", "unit { parent { id } }", moved),
            phone.change("setTimeZone", "timeZoneSetting { timeZone }", zoned),
        );
        assert_eq!(moved["unit"]["parent"]["id"], parent.to_string(), "{moved}");
        assert_eq!(zoned["timeZoneSetting"]["timeZone"], zone, "{zoned}");
    }
    let told = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("UNIT_MOVED"));
    let told = told.order_by_asc(audit_entry::Column::Sequence).all(cast.world.app.db.read()).await.unwrap();
    assert_eq!(told.len(), 10);
    assert_eq!((&told[0].subject, told[0].actor_id), (&id, Some(sabang.admin.account)));
    let detail: Value = serde_json::from_str(&told[1].detail).unwrap();
    assert_eq!(detail, json!({ "from": sabang.root.to_string(), "to": sabang.unit.to_string() }));
}
