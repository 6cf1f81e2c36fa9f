//! What can be reached: nothing of another agency, but for a class that is shared, and no more of it than that.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::json;

use super::crawl::crawl;
use super::sdl::Sdl;
use super::stage::{ROLES, Side, Stage, make};
use crate::client::Client;
use crate::harness::Engine;

#[rstest]
#[tokio::test]
async fn nobody_reaches_what_is_another_agencys(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let (stage, sdl) = (Stage::new(engine).await, Sdl::read());
    let (sabang, sibolga) = (&stage.sabang, &stage.sibolga);
    for (role, phone) in ROLES {
        let found = crawl(&stage, &sdl, phone(&stage.cast)).await;
        let (of_sabang, of_sibolga) = (found.of(sabang), found.of(sibolga));
        match role {
            "anonymous" | "citizen" => assert!(of_sabang.is_empty() && of_sibolga.is_empty(), "{role}: {found:?}"),
            "national admin" => {
                let roles = [sabang, sibolga].map(|side| BTreeSet::from([side.admin_role.as_str()]));
                assert_eq!([of_sabang, of_sibolga], roles, "{role}");
            }
            "employee of the other agency" | "admin of the other agency" => assert_eq!(of_sabang, BTreeSet::new()),
            _ => assert_eq!(of_sibolga, BTreeSet::new(), "{role}"),
        }
        match role {
            // Nobody's device but one's own.
            "admin" => {
                let rest: BTreeSet<&str> = sabang.private().into_iter().filter(|id| *id != sabang.device).collect();
                assert_eq!(found.of(sabang), rest);
                assert_eq!(found.nips.len(), 6, "the numbers of the agency's people: {:?}", found.nips);
            }
            "employee" => assert_eq!(found.nips, BTreeSet::from([sabang.employee_nip.clone()])),
            "colleague" | "trainer" | "superior" => assert_eq!(found.nips.len(), 1, "{role}: one's own"),
            "anonymous" | "citizen" | "national admin" => assert_eq!(found.nips, BTreeSet::new(), "{role}"),
            _ => {}
        }
    }
}

/// Sibolga invites Sabang, whose admin enrols the employee, who comes. It is over before the employee's own class begins.
async fn share_the_class(stage: &Stage) -> String {
    let (host, guest) = (&stage.sibolga, &stage.sabang);
    let early = json!({
        "courseSessionId": host.session, "startsAt": "2026-11-22T23:30:00Z", "endsAt": "2026-11-23T00:30:00Z",
    });
    make(&stage.cast.sibolga.admin.phone, "updateCourseSession", "courseSession", early).await;
    let invitation = json!({ "courseRunId": host.run, "agencyId": guest.agency });
    make(&stage.cast.sibolga.admin.phone, "inviteAgency", "courseRun", invitation).await;
    let list = json!({ "courseRunId": host.run, "employeeIds": [guest.employee] });
    let enrolled = stage.cast.sabang.admin.phone.change("enrolEmployees", "enrolments { id }", list).await;
    let attempt = json!({
        "idempotencyKey": "0193a5e2-7a3c-7000-8000-00000000000a", "occasion": { "courseSessionId": host.session },
        "capturedAt": "2026-11-23T00:20:00Z", "sentAt": "2026-11-23T00:20:00Z",
    });
    make(&stage.cast.sabang.employee.phone, "checkIn", "checkIn", attempt).await;
    enrolled["enrolments"][0]["id"].as_str().unwrap_or_else(|| panic!("{enrolled}")).to_owned()
}

/// What each role of the two agencies reaches of the other one.
async fn reached<'a>(stage: &'a Stage, sdl: &Sdl) -> Vec<(&'static str, BTreeSet<&'a str>)> {
    let (guest, host) = (&stage.cast.sabang, &stage.cast.sibolga);
    let roles: [(&str, &Client, &Side); 10] = [
        ("guest employee", &guest.employee.phone, &stage.sibolga),
        ("guest colleague", &guest.colleague.phone, &stage.sibolga),
        ("guest trainer", &guest.trainer.phone, &stage.sibolga),
        ("guest superior", &guest.supervisor.phone, &stage.sibolga),
        ("guest admin", &guest.admin.phone, &stage.sibolga),
        ("host employee", &host.employee.phone, &stage.sabang),
        ("host colleague", &host.colleague.phone, &stage.sabang),
        ("host trainer", &host.trainer.phone, &stage.sabang),
        ("host superior", &host.supervisor.phone, &stage.sabang),
        ("host admin", &host.admin.phone, &stage.sabang),
    ];
    let mut reached = Vec::new();
    for (role, phone, other) in roles {
        reached.push((role, crawl(stage, sdl, phone).await.of(other)));
    }
    reached
}

#[rstest]
#[tokio::test]
async fn a_shared_class_shows_itself_and_no_more(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let (stage, sdl) = (Stage::new(engine).await, Sdl::read());
    let (sabang, sibolga) = (&stage.sabang, &stage.sibolga);
    let enrolment = share_the_class(&stage).await;
    let class = BTreeSet::from([&sibolga.course, &sibolga.run, &sibolga.session, &sibolga.venue].map(String::as_str));
    let with_trainer: BTreeSet<&str> = class.iter().copied().chain([sibolga.trainer.as_str()]).collect();
    let participant = BTreeSet::from([sabang.employee.as_str()]);
    for (role, found) in reached(&stage, &sdl).await {
        let wanted = match role {
            "guest employee" => with_trainer.clone(),
            "host trainer" | "host admin" => participant.clone(),
            _ if role.starts_with("guest") => class.clone(),
            _ => BTreeSet::new(),
        };
        assert_eq!(found, wanted, "{role}");
    }

    let query = "query($id: ID!) { node(id: $id) { ... on Employee { name nip sourceId nips { totalCount } unit { id }
        supervisor { id } enrolments { nodes { id run { id } } } } } }";
    for phone in [&stage.cast.sibolga.trainer.phone, &stage.cast.sibolga.admin.phone] {
        let shown = phone.data(query, json!({ "id": sabang.employee })).await["node"].clone();
        let wanted = json!({
            "name": "Cut Meutia", "nip": "1987••••••••••••01", "sourceId": null, "nips": { "totalCount": 0 },
            "unit": null, "supervisor": null, "enrolments": { "nodes": [{ "id": enrolment, "run": { "id": sibolga.run } }] },
        });
        assert_eq!(shown, wanted);
    }

    // Taken off the list, one is a guest as the others are; who was on the roll stays on it.
    make(&stage.cast.sabang.admin.phone, "withdrawEnrolment", "enrolment", json!({ "enrolmentId": enrolment })).await;
    for (role, found) in reached(&stage, &sdl).await {
        let wanted = match role {
            "host trainer" | "host admin" => participant.clone(),
            _ if role.starts_with("guest") => class.clone(),
            _ => BTreeSet::new(),
        };
        assert_eq!(found, wanted, "{role}, after the withdrawal");
    }
}

/// Who takes part in another agency's class, or has its people as guests, keeps nothing more than before.
#[rstest]
#[tokio::test]
async fn a_shared_class_gives_nobody_a_hand_in_the_other_agency(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let stage = Stage::new(engine).await;
    let (guest, host) = (&stage.sabang, &stage.sibolga);
    let enrolment = share_the_class(&stage).await;
    let at = ("2026-11-24T02:00:00Z", "2026-11-24T03:00:00Z");
    let meeting = |run: &str, venue: Option<&str>| json!({ "courseRunId": run, "title": "Sesi", "venueId": venue, "startsAt": at.0, "endsAt": at.1 });
    let days = json!({ "courseId": host.course, "name": "II", "startsOn": "2026-12-01", "endsOn": "2026-12-01" });
    for (mutation, input, code, field) in [
        ("updateCourse", json!({ "courseId": host.course }), "FORBIDDEN", ""),
        ("createCourseRun", days, "FORBIDDEN", ""),
        ("updateCourseRun", json!({ "courseRunId": host.run }), "FORBIDDEN", ""),
        ("inviteAgency", json!({ "courseRunId": host.run, "agencyId": guest.agency }), "FORBIDDEN", ""),
        ("createCourseSession", meeting(&host.run, None), "FORBIDDEN", ""),
        ("createCourseSession", meeting(&guest.run, Some(&host.venue)), "NOT_FOUND", "venueId"),
        ("updateCourseSession", json!({ "courseSessionId": host.session }), "FORBIDDEN", ""),
        ("setTrainers", json!({ "courseSessionId": host.session, "employeeIds": [guest.trainer] }), "FORBIDDEN", ""),
        ("updateVenue", json!({ "venueId": host.venue }), "FORBIDDEN", ""),
        (
            "enrolEmployees",
            json!({ "courseRunId": host.run, "employeeIds": [host.colleague] }),
            "NOT_FOUND",
            "employeeIds.0",
        ),
        ("withdrawEnrolment", json!({ "enrolmentId": host.enrolment }), "NOT_FOUND", "enrolmentId"),
    ] {
        let refusal = stage.cast.sabang.admin.phone.refusal(mutation, input.clone()).await;
        assert_eq!(refusal, (code.to_owned(), field.to_owned()), "the guest's admin: {mutation} {input}");
    }

    let person = json!({ "employeeId": guest.employee });
    let number = json!({ "employeeId": guest.employee, "nip": "199003122015011009", "validFrom": "2026-11-23" });
    let acting = json!({ "employee": person, "role": { "supervisorOfUnitId": host.unit } });
    for (mutation, input, code, field) in [
        ("updateEmployee", person.clone(), "FORBIDDEN", ""),
        ("changeEmployeeNip", number, "FORBIDDEN", ""),
        ("lockAccount", person.clone(), "FORBIDDEN", ""),
        ("unlockAccount", person.clone(), "FORBIDDEN", ""),
        ("issueAccountCode", json!({ "employee": person }), "FORBIDDEN", ""),
        ("issueAccountCode", json!({ "employee": { "nip": guest.employee_nip } }), "NOT_FOUND", "employee"),
        ("grantRole", acting, "NOT_FOUND", "employee"),
        ("updateUnit", json!({ "unitId": host.unit, "headEmployeeId": guest.employee }), "NOT_FOUND", "headEmployeeId"),
        (
            "updateEmployee",
            json!({ "employeeId": host.employee, "supervisorId": guest.employee }),
            "NOT_FOUND",
            "supervisorId",
        ),
        (
            "setTrainers",
            json!({ "courseSessionId": host.session, "employeeIds": [guest.employee] }),
            "NOT_FOUND",
            "employeeIds.0",
        ),
        (
            "enrolEmployees",
            json!({ "courseRunId": host.run, "employeeIds": [guest.employee] }),
            "FORBIDDEN",
            "employeeIds.0",
        ),
        ("withdrawEnrolment", json!({ "enrolmentId": guest.enrolment }), "NOT_FOUND", "enrolmentId"),
    ] {
        let refusal = stage.cast.sibolga.admin.phone.refusal(mutation, input.clone()).await;
        assert_eq!(refusal, (code.to_owned(), field.to_owned()), "the host's admin: {mutation} {input}");
    }
    // The list of its own run is the host's to keep.
    make(&stage.cast.sibolga.admin.phone, "withdrawEnrolment", "enrolment", json!({ "enrolmentId": enrolment })).await;
}

/// A role in an agency is one of its people's.
#[rstest]
#[tokio::test]
async fn who_no_longer_serves_keeps_and_sees_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let (stage, sdl) = (Stage::new(engine).await, Sdl::read());
    let (sabang, people) = (&stage.sabang, &stage.cast.sabang);
    let successor = json!({ "employee": { "nip": people.trainer.nip }, "role": { "adminOfAgencyId": sabang.agency } });
    make(&stage.cast.national_admin.phone, "grantRole", "roleGrant", successor).await;
    for (person, role) in [(&sabang.admin, &sabang.admin_role), (&sabang.supervisor, &sabang.supervisor_role)] {
        let gone = json!({ "employeeId": person, "isActive": false });
        make(&people.trainer.phone, "updateEmployee", "employee", gone).await;
        let phone = if *person == sabang.admin { &people.admin.phone } else { &people.supervisor.phone };
        let found = crawl(&stage, &sdl, phone).await;
        assert_eq!(found.of(sabang), BTreeSet::from([role.as_str()]), "their own role, and nothing by it");
        let roles = phone.data("{ viewer { roles { role } } }", json!({})).await;
        assert_eq!(roles["viewer"]["roles"], json!([{ "role": "CITIZEN" }]));
    }
    let unit = json!({ "agencyId": sabang.agency, "name": "Loket" });
    assert_eq!(people.admin.phone.refusal("createUnit", unit).await.0, "NOT_FOUND");
}
