//! Whoever decides over leave sees on which of its days somebody was there.

use entity::RequestStatus;
use entity::check_in::Direction;
use rstest::rstest;
use sea_orm::ActiveModelTrait as _;
use serde_json::{Value, json};

use super::{arrangement, ask, key, present};
use crate::cast::{Cast, Person};
use crate::harness::Engine;
use crate::reading::today::correct;

const QUEUE: &str = "query($first: Int) { dutyArrangements(first: $first) { nodes { id attendedDays } } }";

/// The employee comes and goes on Monday, comes without a location on Tuesday and far away on Wednesday; their Friday is
/// corrected.
async fn a_week(cast: &Cast) {
    let people = &cast.sabang;
    let (place, far) = (people.place, (people.place.0 + 1.0, people.place.1));
    for (direction, now, place) in [
        ("IN", "2026-11-23T00:20:00Z", Some(place)),
        ("OUT", "2026-11-23T09:10:00Z", Some(place)),
        ("IN", "2026-11-24T00:20:00Z", None),
        ("IN", "2026-11-25T00:20:00Z", Some(far)),
    ] {
        present(cast, &people.employee, direction, now, place).await;
    }
    let transaction = cast.world.app.db.begin().await.unwrap();
    for (status, on) in [(RequestStatus::Approved, "2026-11-20"), (RequestStatus::Requested, "2026-11-19")] {
        correct(cast, status, on, Direction::In, "07:25").insert(&transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

#[rstest]
#[tokio::test]
async fn a_decider_sees_the_days_that_have_check_ins(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    a_week(&cast).await;
    // What counts or is to be looked at: neither what was rejected nor what nobody has approved.
    let days = json!(["2026-11-20", "2026-11-23", "2026-11-24"]);
    let leave = ask(&people.employee, 1, arrangement("SICK_LEAVE", "2026-11-19", "2026-11-27")).await;
    let queue = people.supervisor.phone.data(QUEUE, json!({})).await;
    assert_eq!(queue["dutyArrangements"]["nodes"], json!([{ "id": leave, "attendedDays": days }]));
    let mine = "{ viewer { dutyArrangements { nodes { attendedDays } } } }";
    let mine = people.employee.phone.data(mine, json!({})).await;
    assert_eq!(mine["viewer"]["dutyArrangements"]["nodes"][0]["attendedDays"], days);

    let recorded = async |by: &Person, whose: &Person, number: u128, ends_on: &str| {
        let input = json!({
            "idempotencyKey": key(number), "employeeId": whose.employee.to_string(),
            "arrangement": arrangement("DUTY_TRAVEL", "2026-11-21", ends_on),
        });
        by.phone.change("recordDutyArrangement", "dutyArrangement { attendedDays }", input).await
    };
    let shown = |payload: &Value| payload["dutyArrangement"]["attendedDays"].clone();
    assert_eq!(shown(&recorded(&people.admin, &people.employee, 2, "2026-11-23").await), json!(["2026-11-23"]));
    assert_eq!(shown(&recorded(&people.admin, &people.employee, 3, "2026-11-22").await), json!([]));
    assert_eq!(shown(&recorded(&people.admin, &people.colleague, 4, "2026-11-27").await), json!([]), "another's");
    for (mutation, input) in [
        ("decideDutyArrangement", json!({ "dutyArrangementId": leave, "decision": "APPROVE" })),
        ("revokeDutyArrangement", json!({ "dutyArrangementId": leave, "note": "Hadir." })),
    ] {
        let payload = people.supervisor.phone.change(mutation, "dutyArrangement { attendedDays }", input).await;
        assert_eq!(shown(&payload), days, "{mutation}");
    }
}

#[rstest]
#[tokio::test]
async fn a_page_costs_as_many_statements_as_one_of_it(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    a_week(&cast).await;
    for (number, person) in [(1, &people.employee), (2, &people.colleague), (3, &people.trainer), (4, &people.employee)]
    {
        ask(person, number, arrangement("DUTY_TRAVEL", "2026-11-23", &format!("2026-11-2{}", 3 + number))).await;
    }
    let db = &cast.world.app.db;
    let cost = async |first: usize| {
        let before = db.statements();
        let found = people.admin.phone.data(QUEUE, json!({ "first": first })).await;
        assert_eq!(found["dutyArrangements"]["nodes"].as_array().map(Vec::len), Some(first));
        db.statements() - before
    };
    cost(1).await;
    assert_eq!(cost(4).await, cost(1).await);
    // The fullest page is within what an operation may cost.
    let fullest = "{ dutyArrangements(first: 100) { nodes {
        id kind startsOn endsOn reason document status requestedAt attendedDays employee { name unit { name } } } } }";
    let found = people.admin.phone.data(fullest, json!({})).await;
    assert_eq!(found["dutyArrangements"]["nodes"].as_array().map(Vec::len), Some(4));
}
