//! Corrections of days: asked for, decided, counted.

use bina::attendance::day::{self, State};
use bina::attendance::lives;
use bina::attendance::requests::OPEN_CORRECTIONS;
use bina::audit::verify;
use chrono::TimeDelta;
use entity::employee;
use futures_util::future::join_all;
use rstest::rstest;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cast::{Cast, Person};
use crate::harness::{Engine, monday_morning};

const NODE: &str = "correction { id status workdayOn direction happenedAt reason evidence note decidedAt
    decidedBy { name } employee { name } shift { name } }";

/// One forgot to check out on Monday: it was five past four.
fn forgotten(number: u128) -> Value {
    json!({
        "idempotencyKey": Uuid::from_u128(number).to_string(), "workdayOn": "2026-11-23", "direction": "OUT",
        "happenedAt": "2026-11-23T16:05:00+07:00", "reason": "Lupa presensi pulang.", "evidence": "Teuku Umar melihat.",
    })
}

fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    input
}

/// Asks for a correction; answers its id.
async fn request(person: &Person, input: Value) -> String {
    let payload = person.phone.change("requestCorrection", "correction { id }", input).await;
    payload["correction"]["id"].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned()
}

fn decision(id: &str, decision: &str, note: Option<&str>) -> Value {
    json!({ "correctionId": id, "decision": decision, "note": note })
}

async fn refused(person: &Person, mutation: &str, input: Value) -> String {
    person.phone.refusal(mutation, input).await.0
}

async fn come(cast: &Cast, person: &Person) {
    let attempt = json!({
        "idempotencyKey": Uuid::from_u128(1).to_string(), "occasion": { "workday": { "direction": "IN" } },
        "capturedAt": monday_morning(), "sentAt": monday_morning(),
        "location": { "latitude": cast.sabang.place.0, "longitude": cast.sabang.place.1, "accuracyMeters": 9.0 },
    });
    let payload = person.phone.change("checkIn", "checkIn { verdict }", attempt).await;
    assert_eq!(payload["checkIn"]["verdict"], "ACCEPTED");
}

/// What the record of Monday says.
async fn monday(cast: &Cast, person: &Person) -> State {
    let (app, on) = (&cast.world.app, monday_morning().date_naive());
    let row = employee::Entity::find_by_id(person.employee).one(app.db.read()).await.unwrap().unwrap();
    let lives = lives::lives(app, app.db.read(), &[(&row).into()], &(on..=on)).await.unwrap();
    let events = lives::events(app, app.db.read(), [row.id].into_iter(), &(on..=on)).await.unwrap();
    let events = events.get(&row.id).cloned().unwrap_or_default();
    day::records(&lives[&row.id], &events, [on], app.clock.now())[0].state()
}

#[rstest]
#[tokio::test]
async fn an_approved_correction_mends_a_missing_out(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    come(&cast, &sabang.employee).await;
    // Half past ten in the evening: the day is over.
    cast.world.app.clock.set("2026-11-23T15:30:00Z".parse().unwrap());
    let workday = "{ viewer { workday { on checkedInAt checkedOutAt isCheckOutMissing } } }";
    let workday = async || sabang.employee.phone.data(workday, json!({})).await["viewer"]["workday"].take();
    assert_eq!(workday().await["isCheckOutMissing"], true);
    assert_eq!(monday(&cast, &sabang.employee).await, State::Incomplete);

    let id = request(&sabang.employee, forgotten(2)).await;
    assert_eq!(workday().await["isCheckOutMissing"], true, "nobody has decided yet");
    let done = sabang.supervisor.phone.change("decideCorrection", NODE, decision(&id, "APPROVE", Some("Benar."))).await;
    assert_eq!(
        done["correction"],
        json!({
            "id": id, "status": "APPROVED", "workdayOn": "2026-11-23", "direction": "OUT",
            "happenedAt": "2026-11-23T09:05:00Z", "reason": "Lupa presensi pulang.", "evidence": "Teuku Umar melihat.",
            "note": "Benar.", "decidedAt": "2026-11-23T15:30:00Z", "decidedBy": { "name": "Teungku Daud" },
            "employee": { "name": "Cut Meutia" }, "shift": { "name": "Senin-Kamis" },
        })
    );
    assert_eq!(
        workday().await,
        json!({
            "on": "2026-11-23", "checkedInAt": "2026-11-23T00:20:00Z", "checkedOutAt": "2026-11-23T09:05:00Z",
            "isCheckOutMissing": false,
        })
    );
    assert_eq!(monday(&cast, &sabang.employee).await, State::Complete);
    // A rejected one changes nothing.
    let absent = request(&sabang.colleague, forgotten(3)).await;
    let reject = decision(&absent, "REJECT", Some("Tidak terlihat."));
    sabang.admin.phone.change("decideCorrection", NODE, reject).await;
    assert_eq!(monday(&cast, &sabang.colleague).await, State::Absent);
}

#[rstest]
#[tokio::test]
async fn only_what_lies_in_a_shift_of_ones_past_days_is_taken(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let phone = &sabang.employee.phone;
    cast.world.app.clock.set("2026-11-24T01:00:00Z".parse().unwrap());
    let on = |on: &str, at: &str| with(with(forgotten(1), "workdayOn", json!(on)), "happenedAt", json!(at));
    for (input, code, field) in [
        (on("2026-11-24", "2026-11-24T16:05:00+07:00"), "OUT_OF_RANGE", "happenedAt"),
        (on("2026-11-25", "2026-11-24T07:30:00+07:00"), "OUT_OF_RANGE", "workdayOn"),
        (on("2026-10-23", "2026-10-23T16:05:00+07:00"), "OUT_OF_RANGE", "workdayOn"),
        (on("2026-11-23", "2026-11-23T05:29:00+07:00"), "OUTSIDE_SHIFT", "happenedAt"),
        (on("2026-11-23", "2026-11-23T22:00:00+07:00"), "OUTSIDE_SHIFT", "happenedAt"),
        (on("2026-11-22", "2026-11-22T16:05:00+07:00"), "OUTSIDE_SHIFT", "happenedAt"),
        (on("2026-11-20", "2026-11-23T16:05:00+07:00"), "OUTSIDE_SHIFT", "happenedAt"),
        (with(forgotten(1), "reason", json!(" ")), "BLANK", "reason"),
        (with(forgotten(1), "evidence", json!("x".repeat(1_001))), "TOO_LONG", "evidence"),
    ] {
        let refusal = phone.refusal("requestCorrection", input.clone()).await;
        assert_eq!(refusal, (code.to_owned(), field.to_owned()), "{input}");
    }
    assert_eq!(refused(&cast.citizen, "requestCorrection", forgotten(1)).await, "NOT_AN_EMPLOYEE");
    // The edges of what is taken.
    request(&sabang.employee, on("2026-11-23", "2026-11-23T05:30:00+07:00")).await;
    request(&sabang.colleague, on("2026-11-23", "2026-11-23T21:59:00+07:00")).await;
    request(&sabang.trainer, on("2026-10-26", "2026-10-26T16:05:00+07:00")).await;
}

#[rstest]
#[tokio::test]
async fn a_night_shifts_out_belongs_to_the_evening(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let hours = json!({
        "agencyId": sabang.agency.to_string(), "unitId": sabang.unit.to_string(), "name": "Piket malam",
        "citation": "SK 3/2026", "validFrom": "2026-11-23",
        "shifts": [{ "name": "Malam", "weekdays": ["MONDAY"], "startsAt": "22:00", "endsAt": "06:00" }],
    });
    let set = sabang.admin.phone.change("setWorkingHours", "schedule { id }", hours).await;
    assert_eq!(set["errors"], json!([]));
    cast.world.app.clock.set("2026-11-24T02:00:00Z".parse().unwrap());
    let morning = with(forgotten(1), "happenedAt", json!("2026-11-24T06:10:00+07:00"));
    let tuesday = with(morning.clone(), "workdayOn", json!("2026-11-24"));
    assert_eq!(refused(&sabang.employee, "requestCorrection", tuesday).await, "OUTSIDE_SHIFT");
    let id = request(&sabang.employee, morning).await;
    sabang.supervisor.phone.change("decideCorrection", "", decision(&id, "APPROVE", None)).await;
    // Nobody came: once the shift has closed, one of the two is missing and the other is not.
    cast.world.app.clock.set("2026-11-24T06:00:00Z".parse().unwrap());
    assert_eq!(monday(&cast, &sabang.employee).await, State::Incomplete);
}

#[rstest]
#[tokio::test]
async fn a_correction_is_asked_for_once_and_decided_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    cast.world.app.clock.set(monday_morning() + TimeDelta::hours(16));
    let sends =
        (0..20).map(|_| sabang.employee.phone.change("requestCorrection", "isReplay correction { id }", forgotten(1)));
    let answers = join_all(sends).await;
    assert!(answers.iter().all(|answer| answer["correction"] == answers[0]["correction"]), "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer["isReplay"] == false).count(), 1);
    let id = answers[0]["correction"]["id"].as_str().unwrap();
    let other = with(forgotten(1), "reason", json!("Sakit."));
    assert_eq!(refused(&sabang.employee, "requestCorrection", other).await, "IDEMPOTENCY_CONFLICT");

    let approve = || decision(id, "APPROVE", None);
    assert_eq!(refused(&sabang.employee, "decideCorrection", approve()).await, "FORBIDDEN");
    for person in [&sabang.colleague, &sabang.trainer, &cast.sibolga.admin, &cast.citizen] {
        assert_eq!(refused(person, "decideCorrection", approve()).await, "NOT_FOUND");
    }
    let withdraw = |id: &str| json!({ "correctionId": id });
    assert_eq!(refused(&sabang.supervisor, "withdrawCorrection", withdraw(id)).await, "FORBIDDEN");
    assert_eq!(refused(&sabang.admin, "decideCorrection", decision(id, "REJECT", None)).await, "BLANK");
    // Two decide at once: one does.
    let both = [&sabang.admin, &sabang.supervisor]
        .map(|person| person.phone.change("decideCorrection", "correction { status }", approve()));
    let codes: Vec<Value> = join_all(both).await.iter().map(|payload| payload["errors"][0]["code"].clone()).collect();
    assert!(codes.contains(&Value::Null) && codes.contains(&json!("ALREADY_DECIDED")), "{codes:?}");
    assert_eq!(refused(&sabang.employee, "withdrawCorrection", withdraw(id)).await, "ALREADY_DECIDED");
    let late = decision(id, "REJECT", Some("x"));
    assert_eq!(refused(&sabang.admin, "decideCorrection", late).await, "ALREADY_DECIDED");

    // One's own superior is no superior of oneself.
    let own = request(&sabang.supervisor, forgotten(1)).await;
    assert_eq!(refused(&sabang.supervisor, "decideCorrection", decision(&own, "APPROVE", None)).await, "FORBIDDEN");
    for _ in 0..2 {
        let back = sabang.supervisor.phone.change("withdrawCorrection", "correction { status }", withdraw(&own)).await;
        assert_eq!(back, json!({ "correction": { "status": "WITHDRAWN" }, "errors": [] }));
    }
    assert_eq!(refused(&sabang.admin, "decideCorrection", decision(&own, "APPROVE", None)).await, "ALREADY_DECIDED");
    let mut chains = Vec::new();
    verify::verify(cast.world.app.db.read(), &mut |found| chains.push(found)).await.unwrap();
    assert!(chains.iter().all(Result::is_ok) && chains.iter().flatten().any(|head| head.length == 2), "{chains:?}");
}

#[rstest]
#[tokio::test]
async fn corrections_are_listed_for_whom_they_concern(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    cast.world.app.clock.set(monday_morning() + TimeDelta::hours(16));
    let employees = request(&sabang.employee, forgotten(1)).await;
    let superiors = request(&sabang.supervisor, forgotten(1)).await;
    let lists = "query($status: RequestStatus, $unitId: ID, $agencyId: ID) {
        viewer { corrections { nodes { id } } }
        corrections(status: $status, unitId: $unitId, agencyId: $agencyId) { totalCount nodes { id } } }";
    let listed = async |person: &Person, variables: Value| {
        let found = person.phone.data(lists, variables).await;
        let ids = |list: &Value| -> Vec<String> {
            list["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect()
        };
        (ids(&found["viewer"]["corrections"]), ids(&found["corrections"]))
    };
    assert_eq!(listed(&sabang.employee, json!({})).await, (vec![employees.clone()], vec![]));
    assert_eq!(listed(&sabang.supervisor, json!({})).await, (vec![superiors.clone()], vec![employees.clone()]));
    assert_eq!(listed(&sabang.admin, json!({})).await.1, [employees.clone(), superiors.clone()]);
    for person in [&sabang.colleague, &sabang.trainer, &cast.sibolga.admin, &cast.citizen, &cast.national_admin] {
        assert_eq!(listed(person, json!({})).await, (vec![], vec![]));
    }
    for (variables, count) in [
        (json!({ "status": "APPROVED" }), 0),
        (json!({ "status": "REQUESTED" }), 2),
        (json!({ "unitId": sabang.unit.to_string(), "agencyId": sabang.agency.to_string() }), 2),
        (json!({ "unitId": sabang.root.to_string() }), 0),
        (json!({ "agencyId": cast.sibolga.agency.to_string() }), 0),
    ] {
        assert_eq!(listed(&sabang.admin, variables.clone()).await.1.len(), count, "{variables}");
    }
    let of_employee = "query($id: ID!) { node(id: $id) { ... on Employee { corrections { nodes { id } } } } }";
    let found = sabang.supervisor.phone.data(of_employee, json!({ "id": sabang.employee.employee.to_string() })).await;
    assert_eq!(found["node"]["corrections"]["nodes"], json!([{ "id": employees }]));
    // A trainer sees the person and nothing of their days.
    let found = sabang.trainer.phone.data(of_employee, json!({ "id": sabang.employee.employee.to_string() })).await;
    assert_eq!(found["node"]["corrections"]["nodes"], json!([]));
}

#[rstest]
#[tokio::test]
async fn a_revoked_correction_counts_no_longer(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    come(&cast, &sabang.employee).await;
    cast.world.app.clock.set("2026-11-23T15:30:00Z".parse().unwrap());
    let id = request(&sabang.employee, forgotten(2)).await;
    let revocation = |note: &str| json!({ "correctionId": id, "note": note });
    let revoked = async |person: &Person| refused(person, "revokeCorrection", revocation("Keliru.")).await;
    assert_eq!(revoked(&sabang.supervisor).await, "NOT_APPROVED");
    sabang.supervisor.phone.change("decideCorrection", NODE, decision(&id, "APPROVE", Some("Benar."))).await;
    assert_eq!(monday(&cast, &sabang.employee).await, State::Complete);
    assert_eq!(revoked(&sabang.employee).await, "FORBIDDEN");
    for person in [&sabang.colleague, &sabang.trainer, &cast.sibolga.admin, &cast.citizen] {
        assert_eq!(revoked(person).await, "NOT_FOUND");
    }
    let blank = sabang.admin.phone.refusal("revokeCorrection", revocation(" ")).await;
    assert_eq!(blank, ("BLANK".to_owned(), "note".to_owned()));

    let node = "correction { id status note decidedBy { name } revocation { note revokedAt revokedBy { name } } }";
    let revoke = async || sabang.admin.phone.change("revokeCorrection", node, revocation("Keliru.")).await;
    let done = revoke().await;
    assert_eq!(
        done["correction"],
        json!({
            "id": id, "status": "REVOKED", "note": "Benar.", "decidedBy": { "name": "Teungku Daud" },
            "revocation": {
                "note": "Keliru.", "revokedAt": "2026-11-23T15:30:00Z", "revokedBy": { "name": "Pocut Baren" },
            },
        })
    );
    assert_eq!(monday(&cast, &sabang.employee).await, State::Incomplete);
    assert_eq!(revoke().await, done, "the same words again");
    assert_eq!(refused(&sabang.admin, "revokeCorrection", revocation("Lain.")).await, "ALREADY_DECIDED");
    assert_eq!(revoked(&sabang.supervisor).await, "ALREADY_DECIDED");
    assert_eq!(refused(&sabang.employee, "withdrawCorrection", json!({ "correctionId": id })).await, "ALREADY_DECIDED");
    let mut chains = Vec::new();
    verify::verify(cast.world.app.db.read(), &mut |found| chains.push(found)).await.unwrap();
    assert!(chains.iter().all(Result::is_ok) && chains.iter().flatten().any(|head| head.length == 2), "{chains:?}");
    // It may be asked for anew.
    request(&sabang.employee, forgotten(3)).await;
}

#[rstest]
#[tokio::test]
async fn the_same_waits_once_and_not_too_much_at_a_time(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    cast.world.app.clock.set(monday_morning() + TimeDelta::hours(16));
    let errors = async |inputs: Vec<Value>| {
        let sends = inputs.into_iter().map(|input| sabang.employee.phone.change("requestCorrection", "", input));
        let errors = join_all(sends).await.into_iter().map(|payload| payload["errors"][0].clone());
        errors.filter(|error| !error.is_null()).collect::<Vec<Value>>()
    };
    let same = json!({ "code": "ALREADY_REQUESTED", "field": ["happenedAt"] });
    // Seconds make no other time.
    let seconds = |number: u128| {
        let at = format!("2026-11-23T16:05:{number:02}+07:00");
        with(forgotten(number), "happenedAt", json!(at))
    };
    assert_eq!(errors((1..=10).map(seconds).collect()).await, vec![same; 9]);
    let minute = |number: u128| {
        let at = format!("2026-11-23T{}:{:02}:00+07:00", 17 + number / 60, number % 60);
        with(forgotten(100 + number), "happenedAt", json!(at))
    };
    let refused = errors((0..OPEN_CORRECTIONS as u128 + 4).map(minute).collect()).await;
    assert_eq!(refused, vec![json!({ "code": "TOO_MANY_OPEN", "field": null }); 5]);
    request(&sabang.colleague, forgotten(1)).await;
}
