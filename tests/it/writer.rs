//! Check-ins that come together are written together.

use std::time::Duration;

use axum::http::StatusCode;
use bina::app::App;
use futures_util::future::join_all;
use rstest::rstest;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, EntityTrait as _, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cast::{AgencyCast, Cast, Person};
use crate::client::Answer;
use crate::harness::{Engine, monday_morning};

const CHECK_IN: &str = "mutation($input: CheckInInput!) { checkIn(input: $input) {
    isReplay checkIn { id verdict reasons } errors { code field } } }";

const SYNC: &str = "mutation($input: SyncCheckInsInput!) { syncCheckIns(input: $input) {
    results { isReplay checkIn { id } errors { code } } errors { code } } }";

fn item(agency: &AgencyCast, key: u128) -> Value {
    json!({
        "idempotencyKey": Uuid::from_u128(key).to_string(),
        "occasion": { "workday": { "direction": "IN" } },
        "capturedAt": monday_morning(),
        "location": { "latitude": agency.place.0, "longitude": agency.place.1, "accuracyMeters": 10.0, "isMocked": false },
    })
}

fn to_duty(agency: &AgencyCast, key: u128) -> Value {
    let mut input = item(agency, key);
    input["sentAt"] = json!(monday_morning());
    input
}

async fn send(person: &Person, input: Value) -> Answer {
    person.phone.send(CHECK_IN, json!({ "input": input })).await
}

fn is_recorded(answer: &Answer) -> bool {
    answer.body["data"]["checkIn"]["checkIn"]["verdict"] == "ACCEPTED"
}

fn everybody(agency: &AgencyCast) -> [(&AgencyCast, &Person); 5] {
    let AgencyCast { employee, colleague, trainer, supervisor, admin, .. } = agency;
    [employee, colleague, trainer, supervisor, admin].map(|person| (agency, person))
}

/// Everybody of both agencies.
fn people(cast: &Cast) -> Vec<(&AgencyCast, &Person)> {
    [&cast.sabang, &cast.sibolga].into_iter().flat_map(everybody).collect()
}

/// Keeps check-ins from being written until it is dropped.
async fn hold(app: &App) -> DatabaseTransaction {
    let transaction = app.db.begin().await.unwrap();
    if app.db.engine() == DbBackend::Postgres {
        transaction.execute_unprepared("LOCK TABLE check_in IN SHARE ROW EXCLUSIVE MODE").await.unwrap();
    }
    transaction
}

/// Sends everything while nothing can be written: the first is taken by itself, and so many attempts meet in the queue.
async fn together(cast: &Cast, sends: Vec<impl Future<Output = Answer>>, queued: usize) -> Vec<Answer> {
    let writer = &cast.world.app.check_ins;
    let until = async |is_so: &dyn Fn() -> bool| {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    // Of what was sent before it has answered everybody, and may not have seen yet that nothing is left.
    until(&|| !writer.is_writing()).await;
    let held = hold(&cast.world.app).await;
    let mut sends = sends.into_iter();
    let first = sends.next().expect("something to send");
    let rest = async {
        until(&|| writer.is_writing() && writer.waiting() == 0).await;
        join_all(sends).await
    };
    let release = async {
        until(&|| writer.waiting() == queued).await;
        held.rollback().await.unwrap();
    };
    let (first, rest, ()) = futures_util::join!(first, rest, release);
    std::iter::once(first).chain(rest).collect()
}

async fn rows(cast: &Cast) -> usize {
    entity::check_in::Entity::find().all(cast.world.app.db.read()).await.unwrap().len()
}

/// Everybody is known to the server: their check-ins go straight to the writer.
async fn known(cast: &Cast) {
    for (_, person) in people(cast) {
        person.phone.data("{ viewer { id } }", json!({})).await;
    }
}

#[rstest]
#[tokio::test]
async fn what_has_queued_is_one_commit(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    known(&cast).await;
    let (db, people) = (&cast.world.app.db, people(&cast));
    // What is read once for everybody is not counted.
    for (agency, person) in [people[0], people[5]] {
        assert!(is_recorded(&send(person, to_duty(agency, 100)).await));
    }
    let before = db.statements();
    let sends = (0..40).map(|key| {
        let (agency, person) = people[key % people.len()];
        send(person, to_duty(agency, key as u128))
    });
    let answers = together(&cast, sends.collect(), 39).await;
    assert!(answers.iter().all(is_recorded), "{:?}", answers.iter().map(|answer| &answer.body).collect::<Vec<_>>());
    // Two groups, the first of one check-in: what is known of the people, and one insert; and the lock of this test.
    assert!(db.statements() - before <= 9, "{} statements", db.statements() - before);
    assert_eq!(rows(&cast).await, 42);
    if engine == Engine::Postgres {
        let commits = Statement::from_string(DbBackend::Postgres, "SELECT count(DISTINCT xmin::text) FROM check_in");
        let commits = db.read().query_one_raw(commits).await.unwrap().unwrap();
        assert_eq!(commits.try_get_by_index::<i64>(0).unwrap(), 4);
    }
}

#[rstest]
#[tokio::test]
async fn a_key_sent_fifty_times_at_once_is_one_row(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    known(&cast).await;
    let mut other = to_duty(&cast.sabang, 1);
    other["location"]["accuracyMeters"] = json!(11.0);
    let sends = (0..50).map(|_| to_duty(&cast.sabang, 1)).chain([other]);
    let sends = sends.map(|input| send(&cast.sabang.employee, input)).collect();
    let mut answers = together(&cast, sends, 50).await;
    let conflict = answers.pop().unwrap();
    assert_eq!(conflict.body["data"]["checkIn"]["errors"][0]["code"], "IDEMPOTENCY_CONFLICT");
    assert!(answers.iter().all(is_recorded));
    let payload = |answer: &Answer| answer.body["data"]["checkIn"].clone();
    assert!(answers.iter().all(|answer| payload(answer)["checkIn"]["id"] == payload(&answers[0])["checkIn"]["id"]));
    assert_eq!(answers.iter().filter(|answer| payload(answer)["isReplay"] == true).count(), 49);
    assert_eq!(rows(&cast).await, 1);
}

#[rstest]
#[tokio::test]
async fn a_row_that_the_database_refuses_fails_alone(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    known(&cast).await;
    // The server believes in this device for a moment yet.
    let lost = cast.sabang.trainer.device;
    let transaction = cast.world.app.db.begin().await.unwrap();
    entity::device::Entity::delete_by_id(lost).exec(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let people = people(&cast);
    let sends = (0..30).map(|key| {
        let (agency, person) = people[key % people.len()];
        send(person, to_duty(agency, key as u128))
    });
    let answers = together(&cast, sends.collect(), 29).await;
    for (at, answer) in answers.iter().enumerate() {
        if people[at % people.len()].1.device == lost {
            assert_eq!((answer.code(), is_recorded(answer)), ("INTERNAL", false), "{}", answer.body);
        } else {
            assert!(is_recorded(answer), "{}", answer.body);
        }
    }
    assert_eq!(rows(&cast).await, 27);
}

/// A phone whose battery was flat comes with any year.
#[rstest]
#[tokio::test]
async fn a_clock_that_is_wrong_by_ages_changes_nothing_for_its_neighbours(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values("1970-01-01T00:00:00Z", "9999-12-30T00:00:00Z")] clock: &str,
) {
    let cast = Cast::new(engine).await;
    known(&cast).await;
    let AgencyCast { supervisor, employee, colleague, trainer, .. } = &cast.sabang;
    let travel = json!({
        "idempotencyKey": Uuid::from_u128(1).to_string(), "employeeId": colleague.employee.to_string(),
        "arrangement": { "kind": "DUTY_TRAVEL", "startsOn": "2026-11-20", "endsOn": "2026-11-27",
                         "reason": "Rapat di Medan", "document": "ST 1/2026" },
    });
    let recorded = supervisor.phone.change("recordDutyArrangement", "", travel).await;
    assert_eq!(recorded["errors"], json!([]));
    let mut odd = to_duty(&cast.sabang, 2);
    (odd["capturedAt"], odd["sentAt"]) = (json!(clock), json!(clock));
    let mut afar = to_duty(&cast.sabang, 3);
    afar["location"]["latitude"] = json!(3.59);
    let sends = vec![send(trainer, to_duty(&cast.sabang, 1)), send(employee, odd), send(colleague, afar)];
    let answers = together(&cast, sends, 2).await;
    let verdict = |answer: &Answer| {
        let check_in = &answer.body["data"]["checkIn"]["checkIn"];
        (check_in["verdict"].clone(), check_in["reasons"].clone())
    };
    assert_eq!(verdict(&answers[1]), (json!("NEEDS_REVIEW"), json!(["CLOCK_SKEW"])));
    assert_eq!(verdict(&answers[2]), (json!("ACCEPTED"), json!([])));
}

/// The queue is the same for both engines; on PostgreSQL it can be held for as long as filling it takes.
#[tokio::test]
async fn a_full_queue_says_when_to_come_back() {
    let cast = Cast::new(Engine::Postgres).await;
    known(&cast).await;
    let people = people(&cast);
    let sync = async |sending: usize| {
        let (agency, person) = people[sending % people.len()];
        let items: Vec<Value> = (0..200).map(|number| item(agency, (sending * 1_000 + number) as u128)).collect();
        let input = json!({ "sentAt": monday_morning(), "items": items });
        person.phone.send(SYNC, json!({ "input": input })).await
    };
    let answers = together(&cast, (0..24).map(sync).collect(), 4_000).await;
    let (done, refused): (Vec<&Answer>, Vec<&Answer>) =
        answers.iter().partition(|answer| answer.status == StatusCode::OK);
    // 200 with the writer, 4,000 of 4,096 in the queue.
    assert_eq!((done.len(), refused.len()), (21, 3));
    for answer in refused {
        assert_eq!((answer.status, answer.code()), (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"));
        assert_eq!(answer.headers["retry-after"], "2");
    }
    assert_eq!(rows(&cast).await, 4_200);
    assert!(is_recorded(&send(&cast.sabang.employee, to_duty(&cast.sabang, 999_999)).await), "there is room again");
}

/// Beside its neighbours, which are recorded; sent again when the database takes it, it is recorded too.
#[rstest]
#[tokio::test]
async fn of_a_sending_the_row_that_the_database_refuses_fails_alone(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let run = async |sql: &str| {
        let transaction = cast.world.app.db.begin().await.unwrap();
        transaction.execute_unprepared(sql).await.unwrap();
        transaction.commit().await.unwrap();
    };
    let (refuse, allow) = match engine {
        Engine::Sqlite => (
            "CREATE TRIGGER refused BEFORE INSERT ON check_in WHEN NEW.direction = 'OUT'
                BEGIN SELECT RAISE(ABORT, 'refused'); END",
            "DROP TRIGGER refused",
        ),
        Engine::Postgres => (
            "ALTER TABLE check_in ADD CONSTRAINT refused CHECK (direction <> 'OUT')",
            "ALTER TABLE check_in DROP CONSTRAINT refused",
        ),
    };
    run(refuse).await;
    let mut items: Vec<Value> = (0..20).map(|key| item(&cast.sabang, key)).collect();
    items[7]["occasion"]["workday"]["direction"] = json!("OUT");
    let query = "mutation($input: SyncCheckInsInput!) { syncCheckIns(input: $input) {
        results { isReplay checkIn { id verdict } errors { code field message } } errors { code } } }";
    let send = async || {
        let input = json!({ "sentAt": monday_morning(), "items": items });
        let payload = cast.sabang.employee.phone.data(query, json!({ "input": input })).await["syncCheckIns"].take();
        assert_eq!(payload["errors"], json!([]));
        payload["results"].as_array().unwrap().clone()
    };
    let results = send().await;
    let error = json!({
        "code": "UNAVAILABLE", "field": null,
        "message": "This check-in could not be recorded yet. Keep it, and send it again in a moment.",
    });
    for (at, result) in results.iter().enumerate() {
        let wanted = if at == 7 { json!([error]) } else { json!([]) };
        assert_eq!(result["errors"], wanted, "{at}");
        assert_eq!(result["checkIn"].is_null(), at == 7, "{at}");
    }
    assert_eq!(rows(&cast).await, 19);
    run(allow).await;
    let again = send().await;
    let fresh: Vec<usize> = (0..20).filter(|at| again[*at]["isReplay"] == false).collect();
    assert_eq!((fresh, rows(&cast).await), (vec![7], 20));
    assert!(again[7]["checkIn"]["id"].is_string() && again[6]["checkIn"] == results[6]["checkIn"]);
}

/// The connection is lost while a group is written: nobody is told that it is recorded, and sending it again settles
/// it.
#[tokio::test]
async fn a_lost_connection_is_no_success() {
    let cast = Cast::new(Engine::Postgres).await;
    known(&cast).await;
    let held = hold(&cast.world.app).await;
    let cut = async {
        let waiting = "SELECT pg_terminate_backend(pid) FROM pg_locks
            WHERE NOT granted AND relation = 'check_in'::regclass
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let waiting = || Statement::from_string(DbBackend::Postgres, waiting);
        while held.query_all_raw(waiting()).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        held.rollback().await.unwrap();
    };
    let (answer, ()) = futures_util::join!(send(&cast.sabang.employee, to_duty(&cast.sabang, 1)), cut);
    assert_eq!((answer.status, answer.code()), (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"));
    assert!(is_recorded(&send(&cast.sabang.employee, to_duty(&cast.sabang, 1)).await));
    assert_eq!(rows(&cast).await, 1);
}

#[rstest]
#[tokio::test]
async fn what_waits_is_written_before_the_end(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    known(&cast).await;
    let (app, people) = (&cast.world.app, people(&cast));
    let held = hold(app).await;
    let sends = people.iter().zip(1..).map(|((agency, person), key)| send(person, to_duty(agency, key)));
    let end = async {
        while !app.check_ins.is_writing() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let drained = app.check_ins.drain();
        held.rollback().await.unwrap();
        drained.await;
    };
    let (answers, ()) = futures_util::join!(join_all(sends), end);
    // Whoever came after the end is told so.
    assert!(answers.iter().all(|answer| is_recorded(answer) || answer.status == StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(rows(&cast).await, answers.iter().filter(|answer| is_recorded(answer)).count());
    assert!(is_recorded(&answers[0]));
    let late = send(&cast.sabang.employee, to_duty(&cast.sabang, 99)).await;
    assert_eq!(late.status, StatusCode::SERVICE_UNAVAILABLE);
}
