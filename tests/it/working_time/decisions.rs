//! Who decides over leave, once, and over what not.

use bina::id::{digest, hex};
use entity::audit_entry;
use futures_util::future::join_all;
use rstest::rstest;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use super::{arrangement, ask, at, audited, decide};
use crate::cast::Cast;
use crate::harness::Engine;

#[rstest]
#[tokio::test]
async fn a_superior_or_the_admin_decides_and_nobody_over_themself(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let leave = || arrangement("ANNUAL_LEAVE", "2026-12-01", "2026-12-02");
    let code = |code: &str| Some(code.to_owned());

    let of_employee = ask(&people.employee, 1, leave()).await;
    assert_eq!(decide(&people.employee, &of_employee, "APPROVE").await, code("FORBIDDEN"));
    assert_eq!(decide(&people.colleague, &of_employee, "APPROVE").await, code("NOT_FOUND"));
    assert_eq!(decide(&cast.sibolga.admin, &of_employee, "APPROVE").await, code("NOT_FOUND"));
    assert_eq!(decide(&people.supervisor, &of_employee, "APPROVE").await, None);
    assert_eq!(decide(&people.supervisor, &of_employee, "REJECT").await, code("ALREADY_DECIDED"));

    // The head's own unit is one that they head: still it is not theirs to decide.
    let of_head = ask(&people.supervisor, 2, leave()).await;
    assert_eq!(decide(&people.supervisor, &of_head, "APPROVE").await, code("FORBIDDEN"));
    assert_eq!(decide(&people.admin, &of_head, "REJECT").await, None);
    let of_admin = ask(&people.admin, 3, leave()).await;
    assert_eq!(decide(&people.admin, &of_admin, "APPROVE").await, code("FORBIDDEN"));
    assert_eq!(decide(&people.supervisor, &of_admin, "APPROVE").await, None);

    // A superior who is named decides too.
    let named = json!({
        "employeeId": people.employee.employee.to_string(), "supervisorId": people.colleague.employee.to_string(),
    });
    people.admin.phone.change("updateEmployee", "employee { id }", named).await;
    let travel = ask(&people.employee, 4, arrangement("DUTY_TRAVEL", "2026-12-01", "2026-12-01")).await;
    assert_eq!(decide(&people.colleague, &travel, "APPROVE").await, None);

    let query = "query($id: ID!) { node(id: $id) { ... on DutyArrangement {
        status decidedBy { name } decidedAt decisionNote } } }";
    let found = people.admin.phone.data(query, json!({ "id": of_head })).await;
    let wanted = json!({
        "status": "REJECTED", "decidedBy": { "name": "Pocut Baren" }, "decidedAt": "2026-11-23T00:20:00Z",
        "decisionNote": "Sesuai kebutuhan",
    });
    assert_eq!(found["node"], wanted);
    assert_eq!(
        audited(&cast).await,
        [
            "DUTY_ARRANGEMENT_APPROVED",
            "DUTY_ARRANGEMENT_REJECTED",
            "DUTY_ARRANGEMENT_APPROVED",
            "SUPERVISOR_SET",
            "DUTY_ARRANGEMENT_APPROVED"
        ]
    );
}

#[rstest]
#[tokio::test]
async fn of_two_leaves_on_one_day_one_is_approved(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (employee, superior, admin) = (&cast.sabang.employee, &cast.sabang.supervisor, &cast.sabang.admin);
    let first = ask(employee, 1, arrangement("ANNUAL_LEAVE", "2026-12-01", "2026-12-04")).await;
    let second = ask(employee, 2, arrangement("SICK_LEAVE", "2026-12-04", "2026-12-08")).await;
    let beside = ask(employee, 3, arrangement("ANNUAL_LEAVE", "2026-12-09", "2026-12-09")).await;
    let travel = ask(employee, 4, arrangement("DUTY_TRAVEL", "2026-12-04", "2026-12-04")).await;
    // Two superiors at once.
    let mut decided = join_all([decide(superior, &first, "APPROVE"), decide(admin, &second, "APPROVE")]).await;
    decided.sort();
    assert_eq!(decided, [None, Some("OVERLAPS".to_owned())]);
    assert_eq!(decide(superior, &beside, "APPROVE").await, None);
    assert_eq!(decide(superior, &travel, "APPROVE").await, None);
    let mine = "{ viewer { dutyArrangements { nodes { status } } } }";
    let mine = employee.phone.data(mine, json!({})).await["viewer"]["dutyArrangements"]["nodes"].take();
    let open = mine.as_array().into_iter().flatten().filter(|node| node["status"] == "REQUESTED").count();
    assert_eq!(open, 1, "what was not approved can still be rejected: {mine}");
}

/// Twenty decisions of two over one request: one counts, sent again it is the same, and the log knows of one.
#[rstest]
#[tokio::test]
async fn a_request_is_decided_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let id = ask(&people.employee, 1, arrangement("ANNUAL_LEAVE", "2026-12-01", "2026-12-04")).await;
    let decisions = (0..20).map(|turn| {
        let (who, what) = if turn % 2 == 0 { (&people.supervisor, "APPROVE") } else { (&people.admin, "REJECT") };
        decide(who, &id, what)
    });
    let decided: Vec<Option<String>> = join_all(decisions).await;
    let [of_one, of_other] = [0, 1].map(|who| decided.iter().skip(who).step_by(2).collect::<Vec<_>>());
    let too_late = Some("ALREADY_DECIDED".to_owned());
    let (done, late) = if of_one[0].is_none() { (of_one, of_other) } else { (of_other, of_one) };
    assert!(done.iter().all(|code| code.is_none()) && late.iter().all(|code| **code == too_late), "{decided:?}");
    assert_eq!(audited(&cast).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_decision_that_is_sent_again_changes_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let id = ask(&people.employee, 1, arrangement("ANNUAL_LEAVE", "2026-12-01", "2026-12-02")).await;
    let rejection = |note: Value| json!({ "dutyArrangementId": id, "decision": "REJECT", "note": note });
    let phone = &people.supervisor.phone;
    let blank = ("BLANK".to_owned(), "note".to_owned());
    assert_eq!(phone.refusal("decideDutyArrangement", rejection(Value::Null)).await, blank, "a rejection is explained");
    let decide = async |note: &str| {
        let node = "dutyArrangement { status decidedAt decisionNote }";
        phone.change("decideDutyArrangement", node, rejection(json!(note))).await
    };
    let first = decide("Loket penuh.").await;
    assert_eq!(first["dutyArrangement"]["decisionNote"], "Loket penuh.");
    cast.world.app.clock.set(at("2026-11-23T02:00:00Z"));
    assert_eq!(decide("Loket penuh.").await, first);
    assert_eq!(decide("Lain.").await["errors"][0]["code"], "ALREADY_DECIDED");
    let same = people.admin.phone.refusal("decideDutyArrangement", rejection(json!("Loket penuh."))).await;
    assert_eq!(same.0, "ALREADY_DECIDED", "another decided");

    // The chain knows the words of the decision.
    let entries = audit_entry::Entity::find().all(cast.world.app.db.read()).await.unwrap();
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    let content = json!(["ANNUAL_LEAVE", "Keperluan keluarga", null, "Loket penuh."]).to_string();
    let detail: Value = serde_json::from_str(&entry.detail).unwrap();
    assert_eq!(detail["content"], hex(&digest(&[id.as_bytes(), content.as_bytes()])));
}
