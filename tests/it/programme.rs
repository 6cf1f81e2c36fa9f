//! Courses are held, other agencies invited, people enrolled.

use entity::ids::{AccountId, AgencyId, CourseId, CourseRunId, CourseSessionId, EnrolmentId};
use entity::role_grant;
use futures_util::future::join_all;
use rstest::rstest;
use sea_orm::ActiveModelTrait as _;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use crate::agency::{new_id, refused};
use crate::cast::{AgencyCast, Cast};
use crate::client::change;
use crate::harness::Engine;

const NODE: &str = "query($id: ID!) { node(id: $id) { id } }";

/// Adds a run of the cast's course.
async fn run(side: &AgencyCast, capacity: Option<i32>) -> String {
    let input = json!({
        "courseId": side.course.to_string(), "name": "Angkatan II", "startsOn": "2026-11-23", "endsOn": "2026-11-27",
        "capacity": capacity,
    });
    let payload = side.admin.phone.change("createCourseRun", "courseRun { id }", input).await;
    payload["courseRun"]["id"].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned()
}

/// Adds people to the cast's agency.
async fn people(side: &AgencyCast, count: usize) -> Vec<String> {
    let mut people = Vec::new();
    for serial in 0..count {
        let input = json!({
            "agencyId": side.agency.to_string(), "name": format!("Peserta {serial}"), "employment": "PNS",
            "nip": format!("199003122015011{serial:03}"),
        });
        let payload = side.admin.phone.change("createEmployee", "employee { id }", input).await;
        people.push(payload["employee"]["id"].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned());
    }
    people
}

#[rstest]
#[tokio::test]
async fn a_course_is_planned_from_catalogue_to_trainer(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let input = json!({
        "agencyId": sabang.agency.to_string(), "title": " Manajemen  Waktu ",
        "description": "Hari pertama\r\n\r\n\r\nHari  kedua\n",
    });
    let made = admin.change("createCourse", "course { id title description isActive }", input).await;
    let course = made["course"]["id"].clone();
    let expected = json!({
        "id": course, "title": "Manajemen Waktu", "description": "Hari pertama\n\nHari kedua", "isActive": true,
    });
    assert_eq!(made["course"], expected, "{made}");

    let days = json!({ "courseId": course, "name": "Angkatan I", "startsOn": "2026-12-01", "endsOn": "2026-12-02" });
    let made = admin.change("createCourseRun", "courseRun { id capacity course { title } guests { id } }", days).await;
    let run = made["courseRun"]["id"].clone();
    let expected = json!({ "id": run, "capacity": null, "course": { "title": "Manajemen Waktu" }, "guests": [] });
    assert_eq!(made["courseRun"], expected);

    let fields = "courseSession { id title startsAt timeZone opensBeforeMinutes requiresCode venue { id } run { id }
        trainers { name } }";
    let at = |venue: Value, starts_at: &str, ends_at: &str| json!({ "courseRunId": run, "title": "Sesi", "venueId": venue, "startsAt": starts_at, "endsAt": ends_at });
    let input = at(json!(sabang.venue.to_string()), "2026-12-02T09:00:00+07:00", "2026-12-02T11:00:00+07:00");
    let later = admin.change("createCourseSession", fields, input).await["courseSession"].clone();
    let expected = json!({
        "id": later["id"], "title": "Sesi", "startsAt": "2026-12-02T02:00:00Z", "timeZone": "Asia/Jakarta",
        "opensBeforeMinutes": 30, "requiresCode": true, "venue": { "id": sabang.venue.to_string() },
        "run": { "id": run }, "trainers": [],
    });
    assert_eq!(later, expected);
    let input = at(Value::Null, "2026-12-01T02:00:00Z", "2026-12-01T04:00:00Z");
    let earlier = admin.change("createCourseSession", fields, input).await["courseSession"].clone();
    assert_eq!(earlier["venue"], Value::Null);

    let trainers = [&sabang.trainer, &sabang.colleague].map(|person| person.employee.to_string());
    let input = json!({ "courseSessionId": later["id"], "employeeIds": trainers });
    let set = admin.change("setTrainers", "courseSession { trainers { name } }", input).await;
    assert_eq!(set["courseSession"]["trainers"].as_array().map(Vec::len), Some(2), "{set}");
    let input = json!({ "courseSessionId": later["id"], "employeeIds": [trainers[1], trainers[1]] });
    let set = admin.change("setTrainers", "courseSession { trainers { name } }", input).await;
    assert_eq!(set["courseSession"]["trainers"], json!([{ "name": "Teuku Umar" }]), "in place of who did");

    let query = "query($id: ID!, $after: String) { node(id: $id) { ... on CourseRun {
        sessions(first: 1, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } } } }";
    let first = sabang.employee.phone.data(query, json!({ "id": run })).await["node"]["sessions"].clone();
    assert_eq!(first["nodes"], json!([{ "id": earlier["id"] }]), "by their beginning, not by when they were added");
    let after = &first["pageInfo"]["endCursor"];
    let second =
        sabang.employee.phone.data(query, json!({ "id": run, "after": after })).await["node"]["sessions"].clone();
    assert_eq!(second["nodes"], json!([{ "id": later["id"] }]));
    assert_eq!(second["pageInfo"]["hasNextPage"], false);
}

#[rstest]
#[tokio::test]
async fn inputs_of_courses_are_checked(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, sibolga, admin) = (&cast.sabang, &cast.sibolga, &cast.sabang.admin.phone);
    let session = sabang.session.to_string();
    for (field, value, code) in [
        ("title", Value::Null, "BLANK"),
        ("venueId", json!(sibolga.venue.to_string()), "NOT_FOUND"),
        ("endsAt", json!("2026-11-23T01:00:00Z"), "INVALID_PERIOD"),
        ("timeZone", json!("Sabang"), "INVALID_TIME_ZONE"),
        ("opensBeforeMinutes", json!(721), "OUT_OF_RANGE"),
    ] {
        let input = json!({ "courseSessionId": session, field: value });
        assert_eq!(admin.refusal("updateCourseSession", input).await, refused(code, field), "{field} {value}");
    }
    admin.change("updateVenue", "", json!({ "venueId": sabang.venue.to_string(), "isActive": false })).await;
    let input = json!({ "courseSessionId": session, "venueId": sabang.venue.to_string() });
    assert_eq!(admin.refusal("updateCourseSession", input).await, refused("INACTIVE", "venueId"));
    let input = json!({ "courseSessionId": session, "venueId": null, "requiresCode": false });
    let fields = "courseSession { title venue { id } requiresCode timeZone }";
    let changed = admin.change("updateCourseSession", fields, input).await;
    let expected =
        json!({ "title": "Simulasi loket", "venue": null, "requiresCode": false, "timeZone": "Asia/Jakarta" });
    assert_eq!(changed["courseSession"], expected);

    let trainers = |ids: Vec<String>| json!({ "courseSessionId": session, "employeeIds": ids });
    let (ours, foreign) = (sabang.trainer.employee.to_string(), sibolga.trainer.employee.to_string());
    assert_eq!(admin.refusal("setTrainers", trainers(vec![])).await, refused("OUT_OF_RANGE", "employeeIds"));
    let many = vec![ours.clone(); 21];
    assert_eq!(admin.refusal("setTrainers", trainers(many)).await, refused("OUT_OF_RANGE", "employeeIds"));
    let mixed = trainers(vec![ours, foreign]);
    assert_eq!(admin.refusal("setTrainers", mixed).await, refused("NOT_FOUND", "employeeIds.1"));

    let run = run(sabang, Some(5)).await;
    for (field, value, code) in [
        ("endsOn", json!("2026-11-22"), "INVALID_PERIOD"),
        ("capacity", json!(0), "OUT_OF_RANGE"),
        ("name", json!("\u{2066}x"), "INVALID_TEXT"),
        ("startsOn", Value::Null, "BLANK"),
    ] {
        let input = json!({ "courseRunId": run, field: value });
        assert_eq!(admin.refusal("updateCourseRun", input).await, refused(code, field), "{field} {value}");
    }
    let people = people(sabang, 2).await;
    admin.change("enrolEmployees", "", json!({ "courseRunId": run, "employeeIds": people })).await;
    let input = json!({ "courseRunId": run, "capacity": 1 });
    assert_eq!(admin.refusal("updateCourseRun", input).await, refused("OUT_OF_RANGE", "capacity"), "two are in it");
    let input = json!({ "courseRunId": run, "capacity": null });
    let changed = admin.change("updateCourseRun", "courseRun { capacity name }", input).await;
    assert_eq!(changed["courseRun"], json!({ "capacity": null, "name": "Angkatan II" }));

    let closed = json!({ "courseId": sabang.course.to_string(), "isActive": false });
    admin.change("updateCourse", "", closed).await;
    let input = json!({
        "courseId": sabang.course.to_string(), "name": "X", "startsOn": "2026-11-23", "endsOn": "2026-11-23",
    });
    assert_eq!(admin.refusal("createCourseRun", input).await, refused("INACTIVE", "courseId"));
}

#[rstest]
#[tokio::test]
async fn an_invited_agency_enrols_its_own_people(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, sibolga) = (&cast.sabang, &cast.sibolga);
    let (host, guest) = (&sabang.admin.phone, &sibolga.admin.phone);
    let run = sabang.run.to_string();
    let enrol = |person: String| json!({ "courseRunId": run, "employeeIds": [person] });
    let theirs = sibolga.colleague.employee.to_string();
    let see = |id: String| json!({ "id": id });

    assert_eq!(guest.data(NODE, see(run.clone())).await["node"], Value::Null);
    assert_eq!(guest.refusal("enrolEmployees", enrol(theirs.clone())).await, refused("NOT_FOUND", "courseRunId"));
    let invitation = json!({ "courseRunId": run, "agencyId": sibolga.agency.to_string() });
    assert_eq!(guest.refusal("inviteAgency", invitation.clone()).await, refused("NOT_FOUND", "courseRunId"));
    for _ in 0..2 {
        let invited = host.change("inviteAgency", "courseRun { guests { name } }", invitation.clone()).await;
        assert_eq!(invited["courseRun"]["guests"], json!([{ "name": "Pemerintah Kota Sibolga" }]), "{invited}");
    }
    assert!(guest.data(NODE, see(run.clone())).await["node"]["id"].is_string());
    assert_eq!(guest.refusal("inviteAgency", invitation).await, refused("FORBIDDEN", ""));

    assert_eq!(host.refusal("enrolEmployees", enrol(theirs.clone())).await, refused("NOT_FOUND", "employeeIds.0"));
    let ours = sabang.colleague.employee.to_string();
    assert_eq!(guest.refusal("enrolEmployees", enrol(ours)).await, refused("NOT_FOUND", "employeeIds.0"));
    let fields = "enrolments { id status employee { id name } run { name } }";
    let enrolled = guest.change("enrolEmployees", fields, enrol(theirs.clone())).await;
    let enrolment = enrolled["enrolments"][0]["id"].clone();
    let expected = json!([{
        "id": enrolment, "status": "ENROLLED", "employee": { "id": theirs, "name": "Teuku Umar" },
        "run": { "name": "Angkatan I" },
    }]);
    assert_eq!(enrolled["enrolments"], expected, "{enrolled}");
    assert_eq!(host.refusal("enrolEmployees", enrol(theirs.clone())).await, refused("FORBIDDEN", "employeeIds.0"));

    let lists = "query($id: ID!) { node(id: $id) { ... on CourseRun {
        enrolments { nodes { employee { name nip } } } sessions { nodes { venue { name } trainers { name } } } } } }";
    let masked = |nip: &str| format!("{}••••••••••••{}", &nip[..4], &nip[16..]);
    let seen = sibolga.colleague.phone.data(lists, see(run.clone())).await["node"].clone();
    let me = json!({ "employee": { "name": "Teuku Umar", "nip": sibolga.colleague.nip } });
    assert_eq!(seen["enrolments"]["nodes"], json!([me]), "a participant sees their own enrolment");
    let expected = json!([{ "venue": { "name": "Kantor" }, "trainers": [{ "name": "Malahayati" }] }]);
    assert_eq!(seen["sessions"]["nodes"], expected);
    let seen = guest.data(lists, see(run.clone())).await["node"].clone();
    assert_eq!(seen["enrolments"]["nodes"], json!([me]), "the guest's admin sees its own people");
    let seen = host.data(lists, see(run.clone())).await["node"].clone();
    let all = seen["enrolments"]["nodes"].as_array().unwrap();
    let (ours, theirs_masked) = (sabang.employee.nip.clone(), masked(&sibolga.colleague.nip));
    for (name, nip) in [("Cut Meutia", ours), ("Teuku Umar", theirs_masked)] {
        let one = json!({ "employee": { "name": name, "nip": nip } });
        assert!(all.contains(&one), "the host's admin sees all, numbers of guests masked: {all:?}");
    }

    let withdraw = json!({ "enrolmentId": enrolment });
    let outsider = sabang.supervisor.phone.refusal("withdrawEnrolment", withdraw.clone()).await;
    assert_eq!(outsider, refused("NOT_FOUND", "enrolmentId"));
    let myself = sibolga.colleague.phone.refusal("withdrawEnrolment", withdraw.clone()).await;
    assert_eq!(myself, refused("FORBIDDEN", ""));
    for phone in [guest, host] {
        let gone = phone.change("withdrawEnrolment", "enrolment { status }", withdraw.clone()).await;
        assert_eq!(gone, json!({ "enrolment": { "status": "WITHDRAWN" }, "errors": [] }));
    }
    let back = guest.change("enrolEmployees", "enrolments { id status }", enrol(theirs)).await;
    assert_eq!(back["enrolments"], json!([{ "id": enrolment, "status": "ENROLLED" }]), "the same row again");
}

#[rstest]
#[tokio::test]
async fn an_agency_that_was_not_invited_sends_nobody(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, sibolga) = (&cast.sabang, &cast.sibolga);
    // A grant in an agency where one does not serve is worth nothing.
    let account = cast.sabang.admin.account;
    grant(&cast, account, sibolga.agency).await;
    let input = json!({ "courseRunId": sabang.run.to_string(), "employeeIds": [
        sabang.colleague.employee.to_string(), sibolga.employee.employee.to_string(),
    ] });
    let refusal = sabang.admin.phone.refusal("enrolEmployees", input).await;
    assert_eq!(refusal, refused("NOT_FOUND", "employeeIds.1"));
    let input = json!({ "unitId": sabang.unit.to_string(), "parentId": sibolga.root.to_string() });
    let refusal = sabang.admin.phone.refusal("updateUnit", input).await;
    assert_eq!(refusal, refused("NOT_FOUND", "parentId"), "trees of two agencies do not grow together");
    let query = "query($id: ID!) { node(id: $id) { ... on CourseRun { enrolments { totalCount } } } }";
    let found = sabang.admin.phone.data(query, json!({ "id": sabang.run.to_string() })).await;
    assert_eq!(found["node"]["enrolments"]["totalCount"], 1, "with an error nobody is enrolled");
}

async fn grant(cast: &Cast, account: AccountId, agency: AgencyId) {
    let app = &cast.world.app;
    let transaction = app.db.begin().await.expect("a transaction");
    let row = role_grant::ActiveModel {
        id: Set(app.ids.new_id(app.clock.now())),
        account_id: Set(account),
        role: Set(role_grant::Role::AgencyAdmin),
        agency_id: Set(Some(agency)),
        unit_id: Set(None),
        granted_by: Set(None),
        granted_at: Set(app.clock.now()),
        revoked_at: Set(None),
    };
    row.insert(&transaction).await.expect("a row");
    transaction.commit().await.expect("a commit");
    app.actors.forget();
}

#[rstest]
#[tokio::test]
async fn a_full_run_takes_nobody_more(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let run = run(sabang, Some(4)).await;
    let people = people(sabang, 8).await;
    let enrol = |ids: &[String]| json!({ "courseRunId": run, "employeeIds": ids });
    let payloads = join_all(
        people
            .iter()
            .map(|person| admin.change("enrolEmployees", "enrolments { id }", enrol(std::slice::from_ref(person)))),
    )
    .await;
    let full = json!([{ "code": "RUN_FULL", "field": ["employeeIds"] }]);
    let refused_count = payloads.iter().filter(|payload| payload["errors"] == full).count();
    assert_eq!(refused_count, 4, "{payloads:?}");

    let taken: Vec<String> = people
        .iter()
        .zip(&payloads)
        .filter(|(_, payload)| payload["enrolments"].is_array())
        .map(|(person, _)| person.clone())
        .collect();
    let again = admin.change("enrolEmployees", "enrolments { id employee { id } }", enrol(&taken)).await;
    let order: Vec<&str> =
        again["enrolments"].as_array().unwrap().iter().map(|one| one["employee"]["id"].as_str().unwrap()).collect();
    assert_eq!(order, taken, "who is in it stays, in a full run too");
    assert_eq!(admin.refusal("enrolEmployees", enrol(&people)).await, refused("RUN_FULL", "employeeIds"));
    let query = "query($id: ID!) { node(id: $id) { ... on CourseRun { enrolments { totalCount } } } }";
    let found = admin.data(query, json!({ "id": run })).await;
    assert_eq!(found["node"]["enrolments"]["totalCount"], 4);

    let out = json!({ "enrolmentId": again["enrolments"][0]["id"] });
    admin.change("withdrawEnrolment", "", out).await;
    let left: Vec<String> = people.iter().filter(|person| !taken.contains(person)).cloned().collect();
    let next = admin.change("enrolEmployees", "enrolments { status }", enrol(&left[..1])).await;
    assert_eq!(next["enrolments"], json!([{ "status": "ENROLLED" }]), "a place became free");
}

#[rstest]
#[tokio::test]
async fn one_place_is_given_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let people = people(sabang, 4).await;
    for round in 0..5 {
        let run = run(sabang, Some(1)).await;
        let calls = people.iter().map(|person| {
            admin.change("enrolEmployees", "enrolments { id }", json!({ "courseRunId": run, "employeeIds": [person] }))
        });
        let payloads = join_all(calls).await;
        let enrolled = payloads.iter().filter(|payload| payload["errors"] == json!([])).count();
        assert_eq!(enrolled, 1, "round {round}: {payloads:?}");
    }
}

#[rstest]
#[tokio::test]
async fn the_same_person_at_once_is_enrolled_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let person = sabang.colleague.employee.to_string();
    let input = json!({ "courseRunId": sabang.run.to_string(), "employeeIds": [person] });
    let calls = (0..8).map(|_| admin.change("enrolEmployees", "enrolments { id }", input.clone()));
    let payloads = join_all(calls).await;
    assert!(payloads.iter().all(|payload| *payload == payloads[0] && payload["errors"] == json!([])), "{payloads:?}");
}

#[rstest]
#[tokio::test]
async fn what_is_another_agencys_is_as_good_as_not_there(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (app, sabang, sibolga) = (&cast.world.app, &cast.sabang, &cast.sibolga);
    let day = json!("2026-11-23");
    let (from, until) = (json!("2026-11-23T02:00:00Z"), json!("2026-11-23T03:00:00Z"));
    let person = json!([sabang.colleague.employee.to_string()]);
    let (course, run) = (sibolga.course.to_string(), sibolga.run.to_string());
    let (no_course, no_run) = (new_id::<CourseId>(app), new_id::<CourseRunId>(app));
    let (session, no_session) = (sibolga.session.to_string(), new_id::<CourseSessionId>(app));
    let (enrolment, no_enrolment) = (sibolga.enrolment.to_string(), new_id::<EnrolmentId>(app));
    let agency = json!(sabang.agency.to_string());
    let dates = json!({ "name": "X", "startsOn": day, "endsOn": day });
    let cases = [
        ("updateCourse", "courseId", &course, &no_course, json!({ "title": "X" })),
        ("createCourseRun", "courseId", &course, &no_course, dates),
        ("updateCourseRun", "courseRunId", &run, &no_run, json!({ "name": "X" })),
        ("inviteAgency", "courseRunId", &run, &no_run, json!({ "agencyId": agency })),
        (
            "createCourseSession",
            "courseRunId",
            &run,
            &no_run,
            json!({ "title": "X", "startsAt": from, "endsAt": until }),
        ),
        ("updateCourseSession", "courseSessionId", &session, &no_session, json!({ "title": "X" })),
        ("setTrainers", "courseSessionId", &session, &no_session, json!({ "employeeIds": person })),
        ("enrolEmployees", "courseRunId", &run, &no_run, json!({ "employeeIds": person })),
        ("withdrawEnrolment", "enrolmentId", &enrolment, &no_enrolment, json!({})),
    ];
    for (mutation, field, foreign, unknown, rest) in cases {
        for id in [foreign, unknown] {
            for phone in [&sabang.admin.phone, &cast.citizen.phone] {
                assert_eq!(phone.data(NODE, json!({ "id": id })).await["node"], Value::Null, "{id}");
                let mut input = rest.clone();
                input[field] = json!(id);
                assert_eq!(phone.refusal(mutation, input).await, refused("NOT_FOUND", field), "{mutation}");
            }
        }
        let mut input = rest.clone();
        input[field] = json!("../../etc/passwd");
        let variables = json!({ "input": input });
        let answer = sabang.admin.phone.send(&change(mutation, ""), variables.clone()).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.body);
        assert_eq!(cast.stranger.send(&change(mutation, ""), variables).await.code(), "UNAUTHENTICATED", "{mutation}");
    }
}

#[rstest]
#[tokio::test]
async fn who_sees_but_does_not_keep_is_forbidden(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let (course, run, session) = (sabang.course.to_string(), sabang.run.to_string(), sabang.session.to_string());
    let person = json!([sabang.employee.employee.to_string()]);
    let (from, until) = (json!("2026-11-23T02:00:00Z"), json!("2026-11-23T03:00:00Z"));
    for (mutation, input) in [
        ("createCourse", json!({ "agencyId": sabang.agency.to_string(), "title": "X" })),
        ("updateCourse", json!({ "courseId": course, "title": "X" })),
        (
            "createCourseRun",
            json!({ "courseId": course, "name": "X", "startsOn": "2026-11-23", "endsOn": "2026-11-23" }),
        ),
        ("updateCourseRun", json!({ "courseRunId": run, "name": "X" })),
        ("inviteAgency", json!({ "courseRunId": run, "agencyId": cast.sibolga.agency.to_string() })),
        ("createCourseSession", json!({ "courseRunId": run, "title": "X", "startsAt": from, "endsAt": until })),
        ("updateCourseSession", json!({ "courseSessionId": session, "title": "X" })),
        ("setTrainers", json!({ "courseSessionId": session, "employeeIds": person })),
        ("enrolEmployees", json!({ "courseRunId": run, "employeeIds": person })),
        ("withdrawEnrolment", json!({ "enrolmentId": sabang.enrolment.to_string() })),
    ] {
        assert_eq!(sabang.trainer.phone.refusal(mutation, input).await, refused("FORBIDDEN", ""), "{mutation}");
    }
}

#[rstest]
#[tokio::test]
async fn of_two_classes_at_once_one_takes_a_person(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let mut runs = Vec::new();
    for _ in 0..2 {
        let run = run(sabang, None).await;
        let session = json!({
            "courseRunId": run, "title": "Sesi", "startsAt": "2026-11-25T02:00:00Z", "endsAt": "2026-11-25T04:00:00Z",
        });
        admin.change("createCourseSession", "courseSession { id }", session).await;
        runs.push(run);
    }
    let people = people(sabang, 8).await;
    for pair in people.chunks(2) {
        let forwards = json!({ "courseRunId": runs[0], "employeeIds": pair });
        let backwards = json!({ "courseRunId": runs[1], "employeeIds": [pair[1], pair[0]] });
        let calls = [forwards, backwards].map(|input| admin.change("enrolEmployees", "enrolments { id }", input));
        let mut codes: Vec<Option<String>> = join_all(calls)
            .await
            .iter()
            .map(|payload| payload["errors"][0]["code"].as_str().map(str::to_owned))
            .collect();
        codes.sort();
        assert_eq!(codes, [None, Some("COLLIDES_WITH_CLASS".to_owned())]);
    }
}
