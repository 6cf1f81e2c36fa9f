//! What the cities' programmes do, end to end and through the public API alone, as far as attendance goes.

use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cast::{AgencyCast, Cast, Person};
use crate::client::Client;
use crate::harness::Engine;

const CHECK_IN: &str = "mutation($input: CheckInInput!) { checkIn(input: $input) {
    checkIn { id verdict reasons } isReplay errors { code } } }";
const TODAY: &str = "{ viewer { today { state nextStep { kind courseSession { title } }
    day { basis shifts { shift { name } state minutesLate } }
    courseSessions { state courseSession { title } } } } }";

/// A run of a new course with one meeting; the ids of run and meeting.
async fn class(admin: &Client, agency: &AgencyCast, title: &str, from: &str, until: &str) -> (Value, Value) {
    let made = async |mutation, fields, field: &str, input| {
        let payload = admin.change(mutation, fields, input).await;
        assert_eq!(payload["errors"], json!([]), "{mutation}");
        payload[field]["id"].clone()
    };
    let input = json!({ "agencyId": agency.agency.to_string(), "title": title });
    let course = made("createCourse", "course { id }", "course", input).await;
    let day = &from[..10];
    let input = json!({ "courseId": course, "name": title, "startsOn": day, "endsOn": day });
    let run = made("createCourseRun", "courseRun { id }", "courseRun", input).await;
    let input = json!({
        "courseRunId": run, "title": title, "venueId": agency.venue.to_string(), "startsAt": from, "endsAt": until,
    });
    let session = made("createCourseSession", "courseSession { id }", "courseSession", input).await;
    let input = json!({ "courseSessionId": session, "employeeIds": [agency.trainer.employee.to_string()] });
    made("setTrainers", "courseSession { id }", "courseSession", input).await;
    (run, session)
}

/// The code that stands on the trainer's screen.
async fn code(trainer: &Person, session: &Value) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on CourseSession { venueCode { code } } } }";
    trainer.phone.data(query, json!({ "id": session })).await["node"]["venueCode"]["code"].clone()
}

/// Somebody's check-in, now and in a place.
async fn check_in(cast: &Cast, person: &Person, occasion: Value, place: (f64, f64), code: Value) -> Value {
    let now = cast.world.app.clock.now();
    let input = json!({
        "idempotencyKey": Uuid::from_bytes(cast.world.app.ids.bytes()).to_string(), "occasion": occasion,
        "capturedAt": now, "sentAt": now, "venueCode": code,
        "location": { "latitude": place.0, "longitude": place.1, "accuracyMeters": 8.0 },
    });
    let payload = person.phone.data(CHECK_IN, json!({ "input": input })).await["checkIn"].take();
    assert_eq!(payload["errors"], json!([]));
    payload["checkIn"].clone()
}

async fn today(person: &Person) -> Value {
    person.phone.data(TODAY, json!({})).await["viewer"]["today"].take()
}

/// Sabang: officers answer at the counter in shifts and have little time, so that a class must not collide with duty or
/// with another class, and a short module counts too.
#[rstest]
#[tokio::test]
async fn in_sabang_a_class_collides_neither_with_duty_nor_with_another(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let (admin, officer) = (&sabang.admin.phone, &sabang.colleague);
    let input = json!({
        "agencyId": sabang.agency.to_string(), "unitId": sabang.unit.to_string(), "name": "Loket wisata",
        "citation": "SK 12/2026", "validFrom": "2026-11-23", "season": "ALL_YEAR", "isRostered": true,
        "shifts": [
            { "name": "Pagi", "weekdays": ["TUESDAY"], "startsAt": "07:00", "endsAt": "12:00" },
            { "name": "Siang", "weekdays": ["TUESDAY"], "startsAt": "12:00", "endsAt": "17:00" },
        ],
    });
    let hours = admin.change("setWorkingHours", "schedule { shifts { id } }", input).await;
    assert_eq!(hours["errors"], json!([]));
    let afternoon = hours["schedule"]["shifts"][1]["id"].clone();
    let input = json!({ "agencyId": sabang.agency.to_string(), "assignments": [
        { "employeeId": officer.employee.to_string(), "workdayOn": "2026-11-24", "shiftIds": [afternoon] }] });
    assert_eq!(admin.change("assignShifts", "rosterEntries { id }", input).await["errors"], json!([]));

    let (simulation, _) =
        class(admin, sabang, "Simulasi loket", "2026-11-24T13:00:00+07:00", "2026-11-24T15:00:00+07:00").await;
    let (module, session) =
        class(admin, sabang, "Modul wisata", "2026-11-24T08:00:00+07:00", "2026-11-24T09:00:00+07:00").await;
    let (english, _) =
        class(admin, sabang, "Bahasa Inggris", "2026-11-24T08:30:00+07:00", "2026-11-24T09:30:00+07:00").await;
    let enrol = |run: &Value, is_released: bool| {
        json!({
            "courseRunId": run, "employeeIds": [officer.employee.to_string()], "isReleasedFromDuty": is_released,
        })
    };
    let refused = async |input: Value| {
        let payload = admin.change("enrolEmployees", "enrolments { id }", input).await;
        (payload["errors"][0]["code"].clone(), payload["errors"][0]["field"].clone())
    };
    let field = json!(["employeeIds", "0"]);
    assert_eq!(refused(enrol(&simulation, false)).await, (json!("COLLIDES_WITH_DUTY"), field.clone()));
    assert_eq!(admin.change("enrolEmployees", "enrolments { id }", enrol(&module, false)).await["errors"], json!([]));
    assert_eq!(refused(enrol(&english, true)).await, (json!("COLLIDES_WITH_CLASS"), field), "no release helps");
    assert_eq!(
        admin.change("enrolEmployees", "enrolments { id }", enrol(&simulation, true)).await["errors"],
        json!([])
    );

    // Tuesday: the short module in the morning, the counter from noon on.
    let clock = &cast.world.app.clock;
    clock.set("2026-11-24T00:55:00Z".parse().unwrap());
    let morning = today(officer).await;
    assert_eq!(morning["nextStep"]["kind"], "CLASS", "{morning}");
    assert_eq!(morning["nextStep"]["courseSession"]["title"], "Modul wisata");
    let present = check_in(
        &cast,
        officer,
        json!({ "courseSessionId": session }),
        sabang.place,
        code(&sabang.trainer, &session).await,
    )
    .await;
    assert_eq!((&present["verdict"], &present["reasons"]), (&json!("ACCEPTED"), &json!([])));
    clock.set("2026-11-24T05:03:00Z".parse().unwrap());
    let present =
        check_in(&cast, officer, json!({ "workday": { "direction": "IN" } }), sabang.place, Value::Null).await;
    assert_eq!(present["verdict"], "ACCEPTED", "{present}");
    let noon = today(officer).await;
    let shift = json!([{ "shift": { "name": "Siang" }, "state": "ON_DUTY", "minutesLate": 3 }]);
    assert_eq!((&noon["state"], &noon["day"]["basis"]), (&json!("ON_DUTY"), &json!("ROSTER")));
    assert_eq!(noon["day"]["shifts"], shift);
    let module = json!({ "state": "PRESENT", "courseSession": { "title": "Modul wisata" } });
    assert!(noon["courseSessions"].as_array().unwrap().contains(&module), "{noon}");
}

/// Sibolga: people of several agencies in one class in the town hall, with an outside expert; each agency sees its own.
#[rstest]
#[tokio::test]
async fn in_sibolga_several_agencies_meet_in_one_aula(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sibolga, sabang) = (&cast.sibolga, &cast.sabang);
    let (host, guest) = (&sibolga.admin.phone, &sabang.admin.phone);
    let (run, session) =
        class(host, sibolga, "Lokakarya inovasi", "2026-11-23T13:00:00+07:00", "2026-11-23T16:00:00+07:00").await;
    let invitation = json!({ "courseRunId": run, "agencyId": sabang.agency.to_string() });
    assert_eq!(host.change("inviteAgency", "courseRun { id }", invitation).await["errors"], json!([]));
    for (admin, person) in [(host, &sibolga.employee), (guest, &sabang.employee), (guest, &sabang.colleague)] {
        let input = json!({ "courseRunId": run, "employeeIds": [person.employee.to_string()] });
        assert_eq!(admin.change("enrolEmployees", "enrolments { id }", input).await["errors"], json!([]));
    }

    cast.world.app.clock.set("2026-11-23T05:50:00Z".parse().unwrap());
    let in_class = json!({ "courseSessionId": session });
    let right = code(&sibolga.trainer, &session).await;
    for person in [&sibolga.employee, &sabang.employee] {
        let present = check_in(&cast, person, in_class.clone(), sibolga.place, right.clone()).await;
        assert_eq!((&present["verdict"], &present["reasons"]), (&json!("ACCEPTED"), &json!([])), "{present}");
    }
    // From the own office the aula is far, whatever code somebody was told.
    let absent = check_in(&cast, &sabang.colleague, in_class.clone(), sabang.place, right.clone()).await;
    assert_eq!((&absent["verdict"], &absent["reasons"]), (&json!("REJECTED"), &json!(["OUTSIDE_GEOFENCE"])));
    let stranger = check_in(&cast, &sibolga.colleague, in_class, sibolga.place, right).await;
    assert_eq!(stranger["reasons"], json!(["NOT_ENROLLED"]), "of the house, and not on the list");

    let roll = "query($id: ID!) { node(id: $id) { ... on CourseSession { roll { nodes { employee { id } verdict } }
        rollSummary { expectedCount presentCount rejectedCount absentCount } } } }";
    let seen_by = async |person: &Person| {
        let mut found = person.phone.data(roll, json!({ "id": session })).await;
        let people = found["node"]["roll"]["nodes"].as_array().unwrap().iter();
        let mut people: Vec<String> = people.map(|one| one["employee"]["id"].as_str().unwrap().to_owned()).collect();
        people.sort_unstable();
        (people, found["node"]["rollSummary"].take())
    };
    let sorted = |people: &[&Person]| {
        let mut ids: Vec<String> = people.iter().map(|person| person.employee.to_string()).collect();
        ids.sort_unstable();
        ids
    };
    let everybody = sorted(&[&sibolga.employee, &sibolga.colleague, &sabang.employee, &sabang.colleague]);
    let summary = json!({ "expectedCount": 3, "presentCount": 2, "rejectedCount": 1, "absentCount": 0 });
    assert_eq!(seen_by(&sibolga.trainer).await, (everybody, summary));
    let (theirs, _) = seen_by(&sabang.supervisor).await;
    assert_eq!(theirs, sorted(&[&sabang.employee, &sabang.colleague]), "a superior sees their own people");
    let (own, _) = seen_by(&sabang.employee).await;
    assert_eq!(own, sorted(&[&sabang.employee]));

    // Whoever was rejected in error says so, and the trainer decides.
    let dispute = json!({ "checkInId": absent["id"], "reason": "GPS saya salah, saya duduk di baris kedua." });
    assert_eq!(
        sabang.colleague.phone.change("disputeCheckIn", "checkInReview { id }", dispute).await["errors"],
        json!([])
    );
    let decision = json!({ "checkInId": absent["id"], "decision": "ACCEPT", "note": "Hadir, saya lihat sendiri." });
    cast.world.app.clock.set(cast.world.app.clock.now() + TimeDelta::hours(1));
    let decided =
        sibolga.trainer.phone.change("reviewCheckIn", "checkInReview { checkIn { verdict } }", decision).await;
    assert_eq!(
        (&decided["checkInReview"]["checkIn"]["verdict"], &decided["errors"]),
        (&json!("ACCEPTED"), &json!([])),
        "{decided}"
    );
    let (_, summary) = seen_by(&sibolga.trainer).await;
    assert_eq!((&summary["presentCount"], &summary["rejectedCount"]), (&json!(3), &json!(0)));
}
