//! Checking in.

use bina::attendance::{quota, venue_code};
use bina::clock::Instant;
use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cast::{AgencyCast, CODE_SECRET, Cast, Person};
use crate::harness::{Engine, monday_morning};

const CHECK_IN: &str = "mutation($input: CheckInInput!) { checkIn(input: $input) { isReplay
    checkIn { id verdict reasons message distanceMeters direction
        punctuality { isLate minutesLate rule { name citation version } }
        employee { id } occasion { __typename ... on Workday { on startsAt } ... on CourseSession { id } } }
    errors { code field message } } }";

const SYNC: &str = "mutation($input: SyncCheckInsInput!) { syncCheckIns(input: $input) {
    results { isReplay checkIn { id verdict reasons } errors { code } } errors { code field } } }";

fn key(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

fn code_at(at: Instant) -> String {
    venue_code::current(CODE_SECRET, at).unwrap().0
}

fn at_place(place: (f64, f64)) -> Value {
    json!({ "latitude": place.0, "longitude": place.1, "accuracyMeters": 10.0, "isMocked": false })
}

/// A check-in to the class, in place, with the right code, now.
fn to_class(agency: &AgencyCast, number: u128, now: Instant) -> Value {
    json!({
        "idempotencyKey": key(number),
        "occasion": { "courseSessionId": agency.session.to_string() },
        "capturedAt": now, "sentAt": now,
        "location": at_place(agency.place),
        "venueCode": code_at(now),
    })
}

/// A check-in to duty, in place, now.
fn to_duty(agency: &AgencyCast, number: u128, now: Instant) -> Value {
    json!({
        "idempotencyKey": key(number),
        "occasion": { "workday": { "direction": "IN" } },
        "capturedAt": now, "sentAt": now,
        "location": at_place(agency.place),
    })
}

fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    input
}

async fn check_in(person: &Person, input: Value) -> Value {
    person.phone.data(CHECK_IN, json!({ "input": input })).await["checkIn"].take()
}

fn verdict(payload: &Value) -> (&str, Vec<&str>) {
    let check_in = &payload["checkIn"];
    let reasons = check_in["reasons"].as_array().unwrap_or_else(|| panic!("{payload}"));
    (check_in["verdict"].as_str().unwrap(), reasons.iter().map(|reason| reason.as_str().unwrap()).collect())
}

#[rstest]
#[tokio::test]
async fn duty_in_place_and_time_is_accepted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let payload = check_in(&cast.sabang.employee, to_duty(&cast.sabang, 1, monday_morning())).await;
    assert_eq!(verdict(&payload), ("ACCEPTED", vec![]));
    assert_eq!(
        payload["checkIn"]["occasion"],
        json!({
            "__typename": "Workday", "on": "2026-11-23", "startsAt": "2026-11-23T00:30:00Z",
        })
    );
    assert_eq!(
        payload["checkIn"]["punctuality"],
        json!({
            "isLate": false, "minutesLate": 0,
            "rule": { "name": "Jam kerja normal", "citation": "Perpres 21/2023", "version": 1 },
        })
    );
    assert_eq!(payload["checkIn"]["message"], "You are checked in.");

    let late = monday_morning() + TimeDelta::minutes(15);
    cast.world.app.clock.set(late);
    let payload = check_in(&cast.sabang.employee, to_duty(&cast.sabang, 2, late)).await;
    assert_eq!(payload["checkIn"]["punctuality"]["minutesLate"], 5);
    let out = json!({ "workday": { "direction": "OUT" } });
    let payload = check_in(&cast.sabang.employee, with(to_duty(&cast.sabang, 3, late), "occasion", out)).await;
    assert_eq!((verdict(&payload), &payload["checkIn"]["punctuality"]), (("ACCEPTED", vec![]), &Value::Null));
    assert_eq!(payload["checkIn"]["message"], "You are checked out.");

    // The first accepted IN and the last accepted OUT count; a missing OUT is told once the day is over.
    let presence = "{ viewer { workday { on checkedInAt checkedOutAt isCheckOutMissing } } }";
    let workday = async |person: &Person| person.phone.data(presence, json!({})).await["viewer"]["workday"].take();
    assert_eq!(
        workday(&cast.sabang.employee).await,
        json!({
            "on": "2026-11-23", "checkedInAt": "2026-11-23T00:20:00Z", "checkedOutAt": "2026-11-23T00:35:00Z",
            "isCheckOutMissing": false,
        })
    );
    check_in(&cast.sabang.colleague, to_duty(&cast.sabang, 4, late)).await;
    assert_eq!(workday(&cast.sabang.colleague).await["isCheckOutMissing"], false);
    cast.world.app.clock.set(monday_morning() + TimeDelta::hours(16));
    let colleague = workday(&cast.sabang.colleague).await;
    assert_eq!((&colleague["checkedOutAt"], &colleague["isCheckOutMissing"]), (&Value::Null, &json!(true)));
    assert_eq!(workday(&cast.sabang.employee).await["isCheckOutMissing"], false);
}

#[rstest]
#[tokio::test]
async fn sent_again_it_is_the_same_and_another_payload_is_a_conflict(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let now = monday_morning();
    let first = check_in(&cast.sabang.employee, to_class(&cast.sabang, 1, now)).await;
    assert_eq!((verdict(&first), &first["isReplay"]), (("ACCEPTED", vec![]), &json!(false)));

    cast.world.app.clock.set(now + TimeDelta::seconds(90));
    let again = with(to_class(&cast.sabang, 1, now), "sentAt", json!(now + TimeDelta::seconds(90)));
    let again = check_in(&cast.sabang.employee, again).await;
    assert_eq!((&again["checkIn"]["id"], &again["isReplay"]), (&first["checkIn"]["id"], &json!(true)));

    let other =
        check_in(&cast.sabang.employee, with(to_class(&cast.sabang, 1, now), "venueCode", json!("000000"))).await;
    assert_eq!(other["checkIn"], Value::Null);
    assert_eq!(other["errors"][0]["code"], "IDEMPOTENCY_CONFLICT");

    // The same key of another person is another intent.
    let colleague = check_in(&cast.sabang.colleague, to_class(&cast.sabang, 1, now)).await;
    assert_ne!(colleague["checkIn"]["id"], first["checkIn"]["id"]);
}

#[rstest]
#[tokio::test]
async fn every_reason_is_recorded_with_words(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (now, sabang) = (monday_morning(), &cast.sabang);
    let far = (sabang.place.0 + 0.01, sabang.place.1);
    let early = now - TimeDelta::minutes(25);
    let cases = [
        (with(to_class(sabang, 1, now), "venueCode", json!("12345x")), "REJECTED", vec!["CODE_WRONG"]),
        (with(to_class(sabang, 2, now), "venueCode", Value::Null), "NEEDS_REVIEW", vec!["CODE_MISSING"]),
        (with(to_class(sabang, 3, now), "location", at_place(far)), "REJECTED", vec!["OUTSIDE_GEOFENCE"]),
        (with(to_class(sabang, 4, now), "location", Value::Null), "NEEDS_REVIEW", vec!["LOCATION_MISSING"]),
        (
            with(with(to_class(sabang, 5, early), "sentAt", json!(now)), "venueCode", json!(code_at(early))),
            "REJECTED",
            vec!["OUTSIDE_WINDOW"],
        ),
        (
            with(
                to_class(sabang, 6, now),
                "location",
                json!({ "latitude": sabang.place.0, "longitude": sabang.place.1, "accuracyMeters": 201.0, "isMocked": true }),
            ),
            "NEEDS_REVIEW",
            vec!["POOR_ACCURACY", "MOCK_LOCATION"],
        ),
        (
            with(to_duty(sabang, 7, now - TimeDelta::hours(1)), "sentAt", json!(now - TimeDelta::hours(1))),
            "NEEDS_REVIEW",
            vec!["CLOCK_SKEW"],
        ),
    ];
    for (input, wanted, reasons) in cases {
        assert_eq!(verdict(&check_in(&sabang.employee, input.clone()).await), (wanted, reasons), "{input}");
    }
    let not_enrolled = check_in(&sabang.colleague, to_class(sabang, 8, now)).await;
    assert_eq!(verdict(&not_enrolled), ("REJECTED", vec!["NOT_ENROLLED"]));
    assert_eq!(
        not_enrolled["checkIn"]["message"],
        "Your check-in is recorded but does not count. You are not enrolled in this course run. \
         Ask the organiser to enrol you."
    );
    let replay =
        sabang.colleague.phone.in_language("id").data(CHECK_IN, json!({ "input": to_class(sabang, 8, now) })).await;
    assert_eq!(
        replay["checkIn"]["checkIn"]["message"],
        "Presensi Anda tercatat tetapi tidak dihitung. Anda tidak terdaftar di kelas ini. \
         Mintalah penyelenggara mendaftarkan Anda."
    );
    // The trainer is expected at their own class.
    assert_eq!(verdict(&check_in(&sabang.trainer, to_class(sabang, 9, now)).await), ("ACCEPTED", vec![]));
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_recorded_is_a_typed_error(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (now, sabang) = (monday_morning(), &cast.sabang);
    let foreign = json!({ "courseSessionId": cast.sibolga.session.to_string() });
    let unknown = json!({ "courseSessionId": "ses_01h455vb4pex5vsknk084sn02q" });
    let place =
        |latitude: f64, longitude: f64| json!({ "latitude": latitude, "longitude": longitude, "accuracyMeters": 5.0 });
    let cases = [
        (with(to_class(sabang, 1, now), "occasion", foreign), "NOT_FOUND", json!(["occasion", "courseSessionId"])),
        (with(to_class(sabang, 1, now), "occasion", unknown), "NOT_FOUND", json!(["occasion", "courseSessionId"])),
        (with(to_duty(sabang, 1, now), "location", place(0.0, 0.0)), "INVALID_LOCATION", json!(["location"])),
        (with(to_duty(sabang, 1, now), "location", place(95.3, 5.8)), "INVALID_LOCATION", json!(["location"])),
        (with(to_duty(sabang, 1, now), "location", place(5.8, 181.0)), "INVALID_LOCATION", json!(["location"])),
        (
            with(to_duty(sabang, 1, now), "capturedAt", json!(now + TimeDelta::hours(1))),
            "CAPTURED_IN_FUTURE",
            json!(["capturedAt"]),
        ),
        (
            with(to_duty(sabang, 1, now), "capturedAt", json!(now - TimeDelta::days(8))),
            "TOO_OLD",
            json!(["capturedAt"]),
        ),
    ];
    for (input, code, field) in cases {
        let payload = check_in(&sabang.employee, input.clone()).await;
        assert_eq!(payload["checkIn"], Value::Null, "{input}");
        assert_eq!((&payload["errors"][0]["code"], &payload["errors"][0]["field"]), (&json!(code), &field), "{input}");
    }
    let citizen = check_in(&cast.citizen, to_duty(sabang, 1, now)).await;
    assert_eq!(citizen["errors"][0]["code"], "NOT_AN_EMPLOYEE");
    // Nothing was recorded on the way: the key is still free.
    assert_eq!(check_in(&sabang.employee, to_duty(sabang, 1, now)).await["isReplay"], false);
}

#[rstest]
#[tokio::test]
async fn a_day_off_line_is_synchronised_item_by_item(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (now, sabang) = (monday_morning() + TimeDelta::hours(10), &cast.sabang);
    cast.world.app.clock.set(now);
    let captured = |minute: i64| monday_morning() + TimeDelta::minutes(minute);
    let item = |number: u128, captured: Instant| {
        json!({
            "idempotencyKey": key(number), "capturedAt": captured,
            "occasion": { "courseSessionId": sabang.session.to_string() },
            "location": at_place(sabang.place), "venueCode": code_at(captured),
        })
    };
    let mut items: Vec<Value> =
        (0..194).map(|number| item(number, captured(i64::try_from(number).unwrap() % 100))).collect();
    items.push(with(item(1000, captured(5)), "venueCode", json!("000000")));
    items.push(with(
        item(1001, captured(5)),
        "occasion",
        json!({ "courseSessionId": cast.sibolga.session.to_string() }),
    ));
    items.push(item(1002, now + TimeDelta::hours(3)));
    items.push(item(1003, now - TimeDelta::days(8)));
    items.push(items[7].clone());
    items.push(with(
        item(1004, captured(5)),
        "occasion",
        json!({ "courseSessionId": "emp_01h455vb4pex5vsknk084sn02q" }),
    ));
    assert_eq!(items.len(), 200);

    let send = async || {
        sabang.employee.phone.data(SYNC, json!({ "input": { "sentAt": now, "items": items } })).await["syncCheckIns"]["results"].take()
    };
    let first = send().await;
    let results = first.as_array().unwrap();
    assert_eq!(results.len(), 200);
    assert!(
        results[..194].iter().all(|result| result["checkIn"]["verdict"] == "ACCEPTED" && result["isReplay"] == false)
    );
    assert_eq!(results[194]["checkIn"]["reasons"], json!(["CODE_WRONG"]));
    let codes: Vec<_> =
        [195, 196, 197, 199].iter().map(|at: &usize| results[*at]["errors"][0]["code"].clone()).collect();
    assert_eq!(codes, ["NOT_FOUND", "CAPTURED_IN_FUTURE", "TOO_OLD", "NOT_FOUND"]);
    assert_eq!(
        (&results[198]["checkIn"]["id"], &results[198]["isReplay"]),
        (&results[7]["checkIn"]["id"], &json!(true))
    );

    let count = "{ viewer { checkIns(first: 1) { totalCount } } }";
    assert_eq!(sabang.employee.phone.data(count, json!({})).await["viewer"]["checkIns"]["totalCount"], 195);
    let second = send().await;
    for (before, after) in results.iter().zip(second.as_array().unwrap()) {
        assert_eq!(before["checkIn"], after["checkIn"]);
        assert_eq!(before["errors"], after["errors"]);
        assert_eq!(after["isReplay"], !after["checkIn"].is_null());
    }
    assert_eq!(sabang.employee.phone.data(count, json!({})).await["viewer"]["checkIns"]["totalCount"], 195);

    for size in [0, 201] {
        let items: Vec<Value> = (0..size).map(|number| item(5000 + number, captured(1))).collect();
        let refused = sabang.employee.phone.data(SYNC, json!({ "input": { "sentAt": now, "items": items } })).await;
        assert_eq!(refused["syncCheckIns"]["errors"][0]["code"], "OUT_OF_RANGE", "{size}");
    }
}

#[rstest]
#[tokio::test]
async fn a_day_of_one_person_has_so_many_attempts(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (now, sabang) = (monday_morning(), &cast.sabang);
    let send = async |person: &Person, keys: std::ops::Range<u128>, now: Instant| {
        let items: Vec<Value> = keys
            .map(|number| {
                let mut item = to_duty(sabang, number, now);
                item.as_object_mut().unwrap().remove("sentAt");
                item
            })
            .collect();
        person.phone.data(SYNC, json!({ "input": { "sentAt": now, "items": items } })).await["syncCheckIns"].take()
    };
    let code = |payload: &Value| payload["errors"][0]["code"].as_str().map(str::to_owned);
    let full = quota::A_DAY as u128 / 200;
    // What had been recorded before is not counted again: a phone that hears no answer sends it over and over.
    for part in [0, 0, 0].into_iter().chain(0..full) {
        assert_eq!(code(&send(&sabang.employee, part * 200..part * 200 + 200, now).await), None, "{part}");
    }
    let most = Some("TOO_MANY_CHECK_INS".to_owned());
    assert_eq!(code(&send(&sabang.employee, 9_000..9_001, now).await), most);
    let payload = check_in(&sabang.employee, to_duty(sabang, 9_001, now)).await;
    assert_eq!((&payload["checkIn"], &payload["errors"][0]["code"]), (&Value::Null, &json!("TOO_MANY_CHECK_INS")));
    let message = payload["errors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("1000 check-ins of yours"), "{message}");
    // Everybody has a day of their own, and the next day is another.
    assert_eq!(code(&send(&sabang.colleague, 0..1, now).await), None);
    let tomorrow = now + TimeDelta::days(1);
    cast.world.app.clock.set(tomorrow);
    assert_eq!(code(&send(&sabang.employee, 9_000..9_200, tomorrow).await), None);
}

#[rstest]
#[tokio::test]
async fn one_key_fifty_times_at_once_is_one_check_in(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sends = (0..50).map(|_| check_in(&cast.sabang.employee, to_duty(&cast.sabang, 1, monday_morning())));
    let answers = futures_util::future::join_all(sends).await;
    assert!(answers.iter().all(|answer| answer["checkIn"]["id"] == answers[0]["checkIn"]["id"]));
    assert_eq!(answers.iter().filter(|answer| answer["isReplay"] == false).count(), 1);
}

#[rstest]
#[tokio::test]
async fn ten_wrong_codes_close_the_session_for_five_minutes(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let (now, sabang) = (monday_morning(), &cast.sabang);
    let wrong = (1..=10)
        .map(|number| check_in(&sabang.employee, with(to_class(sabang, number, now), "venueCode", json!("000000"))));
    for answer in futures_util::future::join_all(wrong).await {
        assert_eq!(verdict(&answer), ("REJECTED", vec!["CODE_WRONG"]));
    }
    let closed = vec!["CODE_WRONG", "TOO_MANY_WRONG_CODES"];
    assert_eq!(verdict(&check_in(&sabang.employee, to_class(sabang, 11, now)).await), ("REJECTED", closed));
    // It is closed to this person alone, and not for good.
    assert_eq!(verdict(&check_in(&sabang.trainer, to_class(sabang, 12, now)).await), ("ACCEPTED", vec![]));
    let later = now + TimeDelta::minutes(5);
    cast.world.app.clock.set(later);
    assert_eq!(verdict(&check_in(&sabang.employee, to_class(sabang, 13, later)).await), ("ACCEPTED", vec![]));
}

#[rstest]
#[tokio::test]
async fn the_code_is_the_trainers_and_the_roll_too(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    check_in(&sabang.employee, to_class(sabang, 1, monday_morning())).await;
    check_in(&sabang.colleague, to_class(sabang, 2, monday_morning())).await;
    let query = "query($id: ID!) { node(id: $id) { ... on CourseSession {
        venueCode { code validUntil qrText } roll { totalCount nodes { verdict employee { name } } } } } }";
    let seen = async |person: &Person| {
        person.phone.data(query, json!({ "id": sabang.session.to_string() })).await["node"].take()
    };
    let trainer = seen(&sabang.trainer).await;
    let code = code_at(monday_morning());
    assert_eq!(
        trainer["venueCode"],
        json!({
            "code": code, "validUntil": "2026-11-23T00:20:15Z",
            "qrText": format!("bina:checkin/{}/{code}", sabang.session),
        })
    );
    assert_eq!(
        trainer["roll"]["nodes"],
        json!([
            { "verdict": "ACCEPTED", "employee": { "name": "Cut Meutia" } },
            { "verdict": "REJECTED", "employee": { "name": "Teuku Umar" } },
        ])
    );
    for person in [&sabang.employee, &sabang.supervisor, &sabang.admin] {
        assert_eq!(seen(person).await["venueCode"], Value::Null);
    }
    assert_eq!(seen(&sabang.employee).await["roll"]["totalCount"], 1);
    assert_eq!(seen(&sabang.admin).await["roll"]["totalCount"], 2);
    assert_eq!(seen(&cast.sibolga.trainer).await, Value::Null);
}

#[rstest]
#[tokio::test]
async fn the_first_screen_tells_where_to_be(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let query =
        "{ viewer { workday { on opensAt closesAt schedule { citation } } courseSessions { nodes { id title } } } }";
    let viewer = |person: &Person| {
        let phone = person.phone.clone();
        async move { phone.data(query, json!({})).await["viewer"].take() }
    };
    let sessions = json!([{ "id": cast.sabang.session.to_string(), "title": "Simulasi loket" }]);
    let employee = viewer(&cast.sabang.employee).await;
    assert_eq!(
        employee["workday"],
        json!({
            "on": "2026-11-23", "opensAt": "2026-11-22T22:30:00Z", "closesAt": "2026-11-23T15:00:00Z",
            "schedule": { "citation": "Perpres 21/2023" },
        })
    );
    assert_eq!(employee["courseSessions"]["nodes"], sessions);
    assert_eq!(viewer(&cast.sabang.trainer).await["courseSessions"]["nodes"], sessions);
    assert_eq!(viewer(&cast.sabang.colleague).await["courseSessions"]["nodes"], json!([]));
    assert_eq!(viewer(&cast.citizen).await, json!({ "workday": null, "courseSessions": { "nodes": [] } }));
    // Sunday: no duty, and an attempt is recorded all the same.
    let sunday = monday_morning() - TimeDelta::days(1);
    cast.world.app.clock.set(sunday);
    let employee = &cast.sabang.employee;
    assert_eq!(viewer(employee).await["workday"]["opensAt"], Value::Null);
    let payload = check_in(employee, to_duty(&cast.sabang, 1, sunday)).await;
    assert_eq!(verdict(&payload), ("REJECTED", vec!["OUTSIDE_WINDOW"]));
    assert_eq!(payload["checkIn"]["occasion"]["on"], "2026-11-22");
}
