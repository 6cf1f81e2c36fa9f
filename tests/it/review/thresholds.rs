//! An agency says itself what is remarkable.

use chrono::TimeDelta;
use entity::{audit_entry, review_threshold};
use rstest::rstest;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::{accepted, fine, jittered, minute, settle, share_phone, verdict};
use crate::cast::Cast;
use crate::harness::Engine;

const THRESHOLDS: &str = "reviewThreshold { version validFrom validUntil citation devicePeople }";

fn thresholds(cast: &Cast, valid_from: &str) -> Value {
    json!({
        "agencyId": cast.sabang.agency.to_string(), "citation": "SK 7/2026", "validFrom": valid_from,
        "identicalPeople": 4, "identicalDays": 5, "withinDays": 10, "travelKmh": 300, "travelMinMeters": 3000,
        "devicePeople": 3, "deviceHours": 24, "lateMinutes": 30,
    })
}

fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    input
}

#[rstest]
#[tokio::test]
async fn thresholds_are_set_in_versions(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let admin = &cast.sabang.admin.phone;
    for (valid_from, version) in [("2026-11-23", 1), ("2026-12-01", 2), ("2026-12-01", 3)] {
        let set = admin.change("setReviewThresholds", THRESHOLDS, thresholds(&cast, valid_from)).await;
        let wanted = json!({
            "version": version, "validFrom": valid_from, "validUntil": null, "citation": "SK 7/2026", "devicePeople": 3,
        });
        assert_eq!((&set["reviewThreshold"], &set["errors"]), (&wanted, &json!([])));
    }
    let query = "query($id: ID) { reviewThresholds(agencyId: $id) { nodes { version validUntil agency { name } } } }";
    let id = json!({ "id": cast.sabang.agency.to_string() });
    let found = admin.data(query, id.clone()).await["reviewThresholds"]["nodes"].clone();
    let (country, sabang) = (json!(null), json!({ "name": "Pemerintah Kota Sabang" }));
    let wanted = json!([
        { "version": 1, "validUntil": null, "agency": country },
        { "version": 1, "validUntil": "2026-11-30", "agency": sabang },
        { "version": 2, "validUntil": "2026-11-30", "agency": sabang },
        { "version": 3, "validUntil": null, "agency": sabang },
    ]);
    assert_eq!(found, wanted);
    let elsewhere = cast.sibolga.admin.phone.data(query, id.clone()).await;
    assert_eq!(elsewhere["reviewThresholds"]["nodes"].as_array().unwrap().len(), 1, "the country's");
    let superior = cast.sabang.supervisor.phone.data(query, id).await;
    assert_eq!(superior["reviewThresholds"]["nodes"], json!([]), "who knows the line stays below it");
    let told = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("REVIEW_THRESHOLDS_SET"));
    assert_eq!(told.all(cast.world.app.db.read()).await.unwrap().len(), 3);
}

#[rstest]
#[tokio::test]
async fn thresholds_have_bounds(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let admin = &cast.sabang.admin.phone;
    for (field, wrong) in [
        ("identicalPeople", [1, 21]),
        ("identicalDays", [1, 12]),
        ("withinDays", [0, 32]),
        ("travelKmh", [99, 1001]),
        ("travelMinMeters", [499, 50001]),
        ("devicePeople", [1, 21]),
        ("deviceHours", [0, 169]),
        ("lateMinutes", [4, 1441]),
    ] {
        for value in wrong {
            let input = with(thresholds(&cast, "2026-11-23"), field, json!(value));
            let refusal = admin.refusal("setReviewThresholds", input).await;
            assert_eq!(refusal, ("OUT_OF_RANGE".to_owned(), field.to_owned()), "{value}");
        }
    }
    for (field, value, code) in [
        ("validFrom", json!("2026-11-22"), "OUT_OF_RANGE"),
        ("citation", json!(" "), "BLANK"),
        ("citation", json!("a".repeat(201)), "TOO_LONG"),
    ] {
        let refusal = admin.refusal("setReviewThresholds", with(thresholds(&cast, "2026-11-23"), field, value)).await;
        assert_eq!(refusal, (code.to_owned(), field.to_owned()));
    }
    let own = review_threshold::Entity::find().filter(review_threshold::Column::AgencyId.is_not_null());
    assert!(own.all(cast.world.app.db.read()).await.unwrap().is_empty(), "nothing was written");
}

#[rstest]
#[tokio::test]
async fn thresholds_hold_from_the_first_minute_of_their_day(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let zone = json!({ "agencyId": sabang.agency.to_string(), "timeZone": "Asia/Jayapura" });
    let zoned = sabang.admin.phone.change("setTimeZone", "timeZoneSetting { timeZone }", zone).await;
    assert_eq!(zoned["errors"], json!([]));
    share_phone(&cast, &[&sabang.employee, &sabang.colleague]).await;
    // Half past seven on Tuesday there is Monday still by UTC.
    let early = minute(22 * 60 + 10);
    cast.world.app.clock.set(early);
    let set = thresholds(&cast, "2026-11-24");
    assert_eq!(sabang.admin.phone.change("setReviewThresholds", THRESHOLDS, set).await["errors"], json!([]));
    let mine = accepted(&cast, &sabang.employee, 1, early, jittered(&cast, 1)).await;
    accepted(&cast, &sabang.colleague, 2, early + TimeDelta::minutes(1), jittered(&cast, 2)).await;
    settle(&cast).await;
    assert_eq!(verdict(&sabang.admin, &mine).await, fine(), "two on one phone are no longer remarkable");
}
