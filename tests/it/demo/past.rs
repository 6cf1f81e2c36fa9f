//! What lies behind the first start.

use bina::demo::{self, Role};
use chrono::TimeDelta;
use entity::device;
use rstest::rstest;
use sea_orm::ActiveModelTrait as _;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use super::{CITIES, account_of, counts, demo_world, employee_of};
use crate::client::Client;
use crate::harness::{Engine, World, monday_morning};

/// The phone of the city's account of a role, logged in.
async fn phone(world: &World, agency: &str, role: Role) -> Client {
    let (app, owner) = (&world.app, employee_of(world, &account_of(agency, role)).await);
    let account = owner.account_id.expect("an account");
    let (now, id) = (app.clock.now(), app.ids.new_id(app.clock.now()));
    let row = device::ActiveModel {
        id: Set(id),
        account_id: Set(account),
        installation_id: Set(app.ids.uuid(now)),
        name: Set("Ponsel".to_owned()),
        created_at: Set(now),
        last_seen_at: Set(now),
        expires_at: Set(now + TimeDelta::days(30)),
        revoked_at: Set(None),
    };
    let transaction = app.db.begin().await.unwrap();
    row.insert(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    Client::of(world).logged_in(account, id)
}

const MONTH: &str = "{ viewer {
    attendance(month: \"2026-11\") {
        days { on state shifts { lateLevel earlyLevel minutesLate rule { name } } }
        totals { workdays presentDays absentDays underReviewDays leaveDays lateDays missingIns missingOuts deductionPercent }
    }
    today { openCorrectionsCount needsReviewCount }
    devices { nodes { name } } } }";

#[rstest]
#[tokio::test]
async fn each_city_has_a_rule_of_lateness_and_a_past(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = demo_world(engine).await;
    for (_, name) in CITIES {
        let clerk = phone(&world, name, Role::Employee).await;
        let seen = clerk.data(MONTH, json!({})).await["viewer"].take();
        // The second to the twentieth have fifteen workdays, of which three are leave, the last waits for somebody to
        // look at it, and one lacks its OUT.
        let totals = &seen["attendance"]["totals"];
        let of = |key: &str| totals[key].as_i64().unwrap_or(-1);
        assert_eq!((of("workdays"), of("leaveDays"), of("underReviewDays")), (12, 3, 1), "{name}: {totals}");
        assert_eq!((of("presentDays"), of("absentDays"), of("missingOuts")), (11, 0, 1), "{name}: {totals}");
        assert_eq!(of("lateDays"), 2, "{name}: {totals}");
        assert_eq!(seen["today"], json!({ "openCorrectionsCount": 1, "needsReviewCount": 2 }), "{name}");
        assert_eq!(seen["devices"]["nodes"].as_array().unwrap().len(), 1, "{name}: nobody is logged in on the past's");
        let admin = phone(&world, name, Role::AgencyAdmin).await;
        let seen = admin.data(MONTH, json!({})).await["viewer"].take();
        assert_eq!(seen["attendance"]["totals"]["absentDays"], 1, "{name}: {seen}");
        let supervisor = phone(&world, name, Role::Supervisor).await;
        let queues = "{ checkInReviews { nodes { id } } corrections { nodes { status } } }";
        let queues = supervisor.data(queues, json!({})).await;
        assert_eq!(queues["checkInReviews"]["nodes"].as_array().unwrap().len(), 2, "{name}: {queues}");
        assert_eq!(queues["corrections"]["nodes"], json!([{ "status": "REQUESTED" }]), "{name}");
    }
    let sabang = phone(&world, "Pemerintah Kota Sabang", Role::Employee).await;
    let seen = sabang.data(MONTH, json!({})).await["viewer"].take();
    let days = seen["attendance"]["days"].as_array().unwrap();
    let levels: Vec<&Value> =
        days.iter().filter_map(|day| day["shifts"].get(0)).map(|shift| &shift["lateLevel"]).collect();
    assert!(levels.contains(&&json!("TL1")) && levels.contains(&&json!("TL2")), "{levels:?}");
    assert!(days.iter().any(|day| day["shifts"][0]["earlyLevel"] == "PSW2"), "{days:?}");
    assert!(seen["attendance"]["totals"]["deductionPercent"].as_f64() > Some(0.0));
}

/// The days since are completed once, and what somebody recorded meanwhile stays.
#[rstest]
#[tokio::test]
async fn the_past_goes_on(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = demo_world(engine).await;
    let first = counts(&world).await["check_in"];
    let clerk = phone(&world, "Pemerintah Kota Sabang", Role::Employee).await;
    let now = world.app.clock.now();
    let input = json!({ "idempotencyKey": uuid::Uuid::from_u128(7).to_string(),
        "occasion": { "workday": { "direction": "IN" } }, "capturedAt": now, "sentAt": now,
        "location": { "latitude": 5.89418, "longitude": 95.32046, "accuracyMeters": 12, "isMocked": false } });
    let recorded = clerk
        .data(
            "mutation($input: CheckInInput!) { checkIn(input: $input) { checkIn { verdict } } }",
            json!({ "input": input }),
        )
        .await;
    assert_eq!(recorded["checkIn"]["checkIn"]["verdict"], "ACCEPTED");
    world.app.clock.set(monday_morning() + TimeDelta::days(3));
    demo::load(&world.app).await.unwrap();
    let later = counts(&world).await;
    // Three days of twenty people, of which one had checked in on the first.
    assert_eq!(later["check_in"], first + 1 + 3 * 20 * 2 - 2);
    demo::load(&world.app).await.unwrap();
    assert_eq!(counts(&world).await, later);
}
