//! Leave, duty travel and work from home are asked for, recorded, taken back and read.

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};

use super::{arrangement, ask, at, audited, decide, key};
use crate::cast::Cast;
use crate::harness::Engine;

#[rstest]
#[tokio::test]
async fn asked_again_it_is_the_same_and_another_content_is_a_conflict(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let input = |number: u128, ends_on: &str| json!({ "idempotencyKey": key(number), "arrangement": arrangement("ANNUAL_LEAVE", "2026-12-01", ends_on) });
    let phone = &people.employee.phone;
    let node = "dutyArrangement { id } isReplay";
    // Sent five times at once: made once.
    let payloads = join_all((0..5).map(|_| phone.change("requestDutyArrangement", node, input(1, "2026-12-02")))).await;
    let first = &payloads[0]["dutyArrangement"]["id"];
    assert!(first.is_string() && payloads.iter().all(|payload| payload["dutyArrangement"]["id"] == *first));
    assert_eq!(payloads.iter().filter(|payload| payload["isReplay"] == false).count(), 1);

    let conflict = ("IDEMPOTENCY_CONFLICT".to_owned(), "idempotencyKey".to_owned());
    assert_eq!(phone.refusal("requestDutyArrangement", input(1, "2026-12-03")).await, conflict);
    // A superior who records with the key of the request did not mean the request.
    let recorded = json!({
        "idempotencyKey": key(1), "employeeId": people.employee.employee.to_string(),
        "arrangement": arrangement("ANNUAL_LEAVE", "2026-12-01", "2026-12-02"),
    });
    assert_eq!(people.supervisor.phone.refusal("recordDutyArrangement", recorded).await, conflict);
    // The same key of another person is another intent.
    let other = people.colleague.phone.change("requestDutyArrangement", node, input(1, "2026-12-03")).await;
    assert_eq!((&other["errors"], &other["isReplay"]), (&json!([]), &json!(false)));
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_arranged_is_refused_with_its_field(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let with = |field: &str, value: Value| {
        let mut given = arrangement("SICK_LEAVE", "2026-12-01", "2026-12-01");
        given[field] = value;
        json!({ "idempotencyKey": key(1), "arrangement": given })
    };
    for (field, value, code) in [
        ("endsOn", json!("2026-11-30"), "OUT_OF_RANGE"),
        ("endsOn", json!("2027-12-02"), "OUT_OF_RANGE"),
        ("startsOn", json!("1800-01-01"), "OUT_OF_RANGE"),
        ("reason", json!("  "), "BLANK"),
        ("reason", json!("x".repeat(1_001)), "TOO_LONG"),
        ("document", json!("a\u{202e}b"), "INVALID_TEXT"),
    ] {
        let refusal = cast.sabang.employee.phone.refusal("requestDutyArrangement", with(field, value)).await;
        assert_eq!(refusal, (code.to_owned(), format!("arrangement.{field}")));
    }
    // 366 days are not too many.
    let payload = cast.sabang.employee.phone.change("requestDutyArrangement", "", with("endsOn", json!("2027-12-01")));
    assert_eq!(payload.await["errors"], json!([]));
    let citizen = cast.citizen.phone.refusal("requestDutyArrangement", with("reason", json!("Sakit"))).await;
    assert_eq!(citizen.0, "NOT_AN_EMPLOYEE");
}

#[rstest]
#[tokio::test]
async fn what_was_granted_on_paper_is_recorded_by_a_superior_and_holds_at_once(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let whose = |person: &crate::cast::Person, number: u128, kind: &str| {
        json!({
            "idempotencyKey": key(number), "employeeId": person.employee.to_string(),
            "arrangement": arrangement(kind, "2026-12-01", "2026-12-05"),
        })
    };
    let node = "dutyArrangement { id status decidedAt decidedBy { name } } isReplay";
    let superior = &people.supervisor.phone;
    let payload = superior.change("recordDutyArrangement", node, whose(&people.employee, 1, "LONG_LEAVE")).await;
    let recorded = &payload["dutyArrangement"];
    assert_eq!(recorded["status"], "APPROVED");
    assert_eq!(recorded["decidedBy"]["name"], "Teungku Daud");
    let again = superior.change("recordDutyArrangement", node, whose(&people.employee, 1, "LONG_LEAVE")).await;
    assert_eq!((&again["dutyArrangement"], &again["isReplay"]), (recorded, &json!(true)));
    let overlapping = superior.refusal("recordDutyArrangement", whose(&people.employee, 2, "SICK_LEAVE")).await;
    assert_eq!(overlapping.0, "OVERLAPS");
    let travel = superior.change("recordDutyArrangement", node, whose(&people.employee, 3, "DUTY_TRAVEL")).await;
    assert_eq!(travel["errors"], json!([]));

    for (who, whom, code) in [
        (&people.supervisor, &people.supervisor, "FORBIDDEN"),
        (&people.admin, &people.admin, "FORBIDDEN"),
        (&people.employee, &people.employee, "FORBIDDEN"),
        (&people.employee, &people.colleague, "NOT_FOUND"),
        (&cast.sibolga.admin, &people.employee, "NOT_FOUND"),
    ] {
        assert_eq!(who.phone.refusal("recordDutyArrangement", whose(whom, 9, "SICK_LEAVE")).await.0, code);
    }
    assert_eq!(audited(&cast).await, ["DUTY_ARRANGEMENT_RECORDED"; 2]);
}

#[rstest]
#[tokio::test]
async fn one_takes_back_what_has_not_begun(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (employee, superior) = (&cast.sabang.employee, &cast.sabang.supervisor);
    let withdraw = async |id: &str| {
        let input = json!({ "dutyArrangementId": id });
        let node = "dutyArrangement { status decidedAt }";
        employee.phone.change("withdrawDutyArrangement", node, input).await
    };
    let open = ask(employee, 1, arrangement("ANNUAL_LEAVE", "2026-11-23", "2026-11-23")).await;
    // Nobody has decided: on its own day still.
    assert_eq!(withdraw(&open).await["dutyArrangement"], json!({ "status": "WITHDRAWN", "decidedAt": null }));
    assert_eq!(withdraw(&open).await["errors"], json!([]), "taken back is taken back");
    assert_eq!(decide(superior, &open, "APPROVE").await.as_deref(), Some("ALREADY_DECIDED"));

    let coming = ask(employee, 2, arrangement("ANNUAL_LEAVE", "2026-11-24", "2026-11-25")).await;
    assert_eq!(decide(superior, &coming, "APPROVE").await, None);
    // Half past eleven in the evening before; then midnight.
    cast.world.app.clock.set(at("2026-11-23T16:30:00Z"));
    let payload = withdraw(&coming).await;
    assert_eq!(payload["dutyArrangement"]["status"], "WITHDRAWN");
    assert!(payload["dutyArrangement"]["decidedAt"].is_string(), "that it was approved stays");

    let begun = ask(employee, 3, arrangement("ANNUAL_LEAVE", "2026-11-24", "2026-11-25")).await;
    assert_eq!(decide(superior, &begun, "APPROVE").await, None);
    cast.world.app.clock.set(at("2026-11-23T17:00:00Z"));
    assert_eq!(withdraw(&begun).await["errors"][0]["code"], "ALREADY_BEGUN");

    let rejected = ask(employee, 4, arrangement("LONG_LEAVE", "2026-12-24", "2026-12-25")).await;
    assert_eq!(decide(superior, &rejected, "REJECT").await, None);
    assert_eq!(withdraw(&rejected).await["errors"][0]["code"], "ALREADY_DECIDED");
    let input = json!({ "dutyArrangementId": begun });
    assert_eq!(superior.phone.refusal("withdrawDutyArrangement", input).await.0, "FORBIDDEN");
}

#[rstest]
#[tokio::test]
async fn a_superior_reads_a_queue_and_everybody_their_own(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let first = ask(&people.employee, 1, arrangement("ANNUAL_LEAVE", "2026-12-01", "2026-12-02")).await;
    let second = ask(&people.colleague, 2, arrangement("DUTY_TRAVEL", "2026-12-03", "2026-12-03")).await;
    let own = ask(&people.supervisor, 3, arrangement("SICK_LEAVE", "2026-12-04", "2026-12-04")).await;
    ask(&cast.sibolga.employee, 4, arrangement("SICK_LEAVE", "2026-12-04", "2026-12-04")).await;
    let query = "query($agencyId: ID, $unitId: ID, $status: RequestStatus, $after: String) {
        dutyArrangements(agencyId: $agencyId, unitId: $unitId, status: $status, first: 1, after: $after) {
            nodes { id employee { name } } totalCount pageInfo { endCursor hasNextPage } } }";
    let queue =
        async |phone: &crate::client::Client, filter: Value| phone.data(query, filter).await["dutyArrangements"].take();
    let superior = &people.supervisor.phone;
    let page = queue(superior, json!({ "status": "REQUESTED" })).await;
    assert_eq!((&page["nodes"][0]["id"], &page["totalCount"]), (&json!(first), &json!(2)), "without one's own");
    let next = queue(superior, json!({ "status": "REQUESTED", "after": page["pageInfo"]["endCursor"] })).await;
    assert_eq!(next["nodes"], json!([{ "id": second, "employee": { "name": "Teuku Umar" } }]));
    assert_eq!(decide(&people.supervisor, &first, "APPROVE").await, None);
    assert_eq!(queue(superior, json!({ "status": "REQUESTED" })).await["nodes"][0]["id"], json!(second));
    assert_eq!(queue(superior, json!({ "status": "APPROVED" })).await["nodes"][0]["id"], json!(first));

    let admin = &people.admin.phone;
    let of_unit = json!({ "agencyId": people.agency.to_string(), "unitId": people.unit.to_string() });
    assert_eq!(queue(admin, of_unit).await["totalCount"], 3);
    assert_eq!(queue(admin, json!({ "unitId": people.root.to_string() })).await["totalCount"], 0);
    let mine = "{ viewer { dutyArrangements { nodes { id kind startsOn endsOn reason document status
        requestedAt decidedAt decisionNote } } } }";
    let mine = people.supervisor.phone.data(mine, json!({})).await;
    let wanted = json!([{
        "id": own, "kind": "SICK_LEAVE", "startsOn": "2026-12-04", "endsOn": "2026-12-04",
        "reason": "Keperluan keluarga", "document": null, "status": "REQUESTED",
        "requestedAt": "2026-11-23T00:20:00Z", "decidedAt": null, "decisionNote": null,
    }]);
    assert_eq!(mine["viewer"]["dutyArrangements"]["nodes"], wanted);
}

#[rstest]
#[tokio::test]
async fn a_day_of_leave_names_its_letter_and_who_approved_it(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let recorded = |number: u128, kind: &str, on: &str| {
        let mut given = arrangement(kind, on, on);
        given["document"] = json!("800/12/2026");
        let employee = people.employee.employee.to_string();
        json!({ "idempotencyKey": key(number), "employeeId": employee, "arrangement": given })
    };
    for input in [recorded(1, "SICK_LEAVE", "2026-12-01"), recorded(2, "DUTY_TRAVEL", "2026-12-02")] {
        let payload = people.supervisor.phone.change("recordDutyArrangement", "", input).await;
        assert_eq!(payload["errors"], json!([]));
    }
    let query = "query($id: ID!) { node(id: $id) { ... on Employee {
        leave: attendanceDay(on: \"2026-12-01\") { explanation } travel: attendanceDay(on: \"2026-12-02\") { explanation }
        plain: attendanceDay(on: \"2026-12-03\") { explanation } } } }";
    let told = async |phone: &crate::client::Client| {
        let found = phone.data(query, json!({ "id": people.employee.employee.to_string() })).await;
        ["leave", "travel", "plain"].map(|day| found["node"][day]["explanation"].as_str().unwrap().to_owned())
    };
    let leave = "Free: sick leave (letter 800/12/2026) from 2026-12-01 to 2026-12-01.";
    let workday = "Workday from 07:30 to 16:00 by “Jam kerja normal” (Perpres 21/2023, version 1).";
    let travel = format!(
        "{workday} Arranged: duty travel (letter 800/12/2026) from 2026-12-02 to 2026-12-02, away from the unit's places."
    );
    assert_eq!(
        told(&people.supervisor.phone).await,
        [
            format!("{leave} The sick leave was approved by Teungku Daud."),
            format!("{travel} The duty travel was approved by Teungku Daud."),
            workday.to_owned(),
        ]
    );
    assert_eq!(
        told(&people.supervisor.phone.in_language("id")).await[0],
        "Bebas tugas: cuti sakit (surat 800/12/2026) 2026-12-01 sampai 2026-12-01. Persetujuan cuti sakit: Teungku Daud."
    );
    // Who may not see who decided is told the rest.
    assert_eq!(told(&people.employee.phone).await, [leave.to_owned(), travel, workday.to_owned()]);
}
