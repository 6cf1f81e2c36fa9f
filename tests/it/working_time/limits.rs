//! How much of what somebody asks for may wait for a decision, and how far away it may lie.

use bina::attendance::requests::OPEN_ARRANGEMENTS;
use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};

use super::{arrangement, ask, decide, key};
use crate::cast::{Cast, Person};
use crate::harness::{Engine, monday_morning};

fn asked(number: u128, arrangement: &Value) -> Value {
    json!({ "idempotencyKey": key(number), "arrangement": arrangement })
}

/// Asks for all of it at once; the codes of the refusals.
async fn at_once(person: &Person, inputs: impl Iterator<Item = Value>) -> (usize, Vec<Value>) {
    let sends = inputs.map(|input| person.phone.change("requestDutyArrangement", "dutyArrangement { id }", input));
    let errors = join_all(sends).await.into_iter().map(|payload| payload["errors"][0].clone());
    let (done, refused): (Vec<Value>, Vec<Value>) = errors.partition(Value::is_null);
    (done.len(), refused)
}

#[rstest]
#[tokio::test]
async fn the_same_waits_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (employee, superior) = (&cast.sabang.employee, &cast.sabang.supervisor);
    let leave = arrangement("ANNUAL_LEAVE", "2026-12-01", "2026-12-02");
    let same = json!({ "code": "ALREADY_REQUESTED", "field": ["arrangement", "startsOn"] });
    assert_eq!(at_once(employee, (1..=12).map(|number| asked(number, &leave))).await, (1, vec![same.clone(); 11]));
    // Other words make no other leave; another kind, another day or another person does.
    let mut other = leave.clone();
    other["reason"] = json!("Lain");
    assert_eq!(at_once(employee, [asked(20, &other)].into_iter()).await, (0, vec![same]));
    ask(employee, 21, arrangement("SICK_LEAVE", "2026-12-01", "2026-12-02")).await;
    ask(employee, 22, arrangement("ANNUAL_LEAVE", "2026-12-01", "2026-12-03")).await;
    ask(&cast.sabang.colleague, 23, leave.clone()).await;
    // What was rejected may be asked for again.
    let mine = "{ viewer { dutyArrangements(first: 10) { nodes { id kind endsOn } } } }";
    let mine = employee.phone.data(mine, json!({})).await["viewer"]["dutyArrangements"]["nodes"].take();
    let is_it = |node: &&Value| node["kind"] == "ANNUAL_LEAVE" && node["endsOn"] == "2026-12-02";
    let first = mine.as_array().unwrap().iter().find(is_it).unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(decide(superior, &first, "REJECT").await, None);
    ask(employee, 24, leave).await;
}

#[rstest]
#[tokio::test]
async fn so_many_wait_and_no_more(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let employee = &cast.sabang.employee;
    let first = monday_morning().date_naive();
    let days: Vec<String> = first.iter_days().take(OPEN_ARRANGEMENTS + 10).map(|on| on.to_string()).collect();
    let travel = |(number, day): (u128, &String)| asked(number, &arrangement("DUTY_TRAVEL", day, day));
    let (done, refused) = at_once(employee, (100..).zip(&days).map(travel)).await;
    assert_eq!((done, refused.len()), (OPEN_ARRANGEMENTS, 10));
    assert!(refused.iter().all(|error| error["code"] == "TOO_MANY_OPEN"), "{refused:?}");
    ask(&cast.sabang.colleague, 1, arrangement("DUTY_TRAVEL", "2026-12-01", "2026-12-01")).await;
    // One that is taken back makes room for one, and words say how many there may be.
    let open = "{ viewer { dutyArrangements(first: 1) { nodes { id } } } }";
    let open = employee.phone.data(open, json!({})).await["viewer"]["dutyArrangements"]["nodes"][0]["id"].take();
    let back = json!({ "dutyArrangementId": open });
    employee.phone.change("withdrawDutyArrangement", "dutyArrangement { id }", back).await;
    ask(employee, 2, arrangement("SICK_LEAVE", "2026-12-01", "2026-12-01")).await;
    let message = "mutation($input: RequestDutyArrangementInput!) { requestDutyArrangement(input: $input) { errors { message } } }";
    let one_more = json!({ "input": asked(3, &arrangement("SICK_LEAVE", "2026-12-02", "2026-12-02")) });
    let payload = employee.phone.in_language("id").data(message, one_more).await;
    let words = payload["requestDutyArrangement"]["errors"][0]["message"].as_str().unwrap();
    assert!(words.starts_with("Sudah ada 30 permintaan Anda"), "{words}");
    // What a superior records waits for nobody.
    let recorded = json!({
        "idempotencyKey": key(4), "employeeId": employee.employee.to_string(),
        "arrangement": arrangement("DUTY_TRAVEL", "2026-12-24", "2026-12-24"),
    });
    let payload = cast.sabang.supervisor.phone.change("recordDutyArrangement", "", recorded).await;
    assert_eq!(payload["errors"], json!([]));
}

#[rstest]
#[tokio::test]
async fn it_lies_within_a_year_of_today(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let whose = people.employee.employee.to_string();
    let both = async |number: u128, on: &str| {
        let given = arrangement("DUTY_TRAVEL", on, on);
        let recorded = json!({ "idempotencyKey": key(number + 1), "employeeId": whose, "arrangement": given });
        let asked = people.employee.phone.change("requestDutyArrangement", "", asked(number, &given)).await;
        let recorded = people.supervisor.phone.change("recordDutyArrangement", "", recorded).await;
        assert_eq!(asked["errors"], recorded["errors"], "{on}");
        asked["errors"].clone()
    };
    let far = json!([{ "code": "OUT_OF_RANGE", "field": ["arrangement", "startsOn"] }]);
    for (number, on) in [(10, "1950-01-02"), (20, "2025-11-21"), (30, "2027-11-25"), (40, "2090-01-02")] {
        assert_eq!(both(number, on).await, far, "{on}");
    }
    for (number, on) in [(50, "2025-11-22"), (60, "2027-11-24")] {
        assert_eq!(both(number, on).await, json!([]), "{on}");
    }
    // Today is the day where they work: in Jakarta it is past midnight.
    cast.world.app.clock.set("2026-11-23T17:00:00Z".parse().unwrap());
    assert_eq!(both(70, "2025-11-22").await, far);
    assert_eq!(both(80, "2027-11-25").await, json!([]));
    // Sent again it is what it was, also when it could no longer be asked for.
    cast.world.app.clock.set("2027-11-23T00:20:00Z".parse().unwrap());
    assert_eq!(both(50, "2025-11-22").await, json!([]));
}
