//! Who takes back leave, duty travel and work from home that was approved, and what its days are then.

use bina::audit::verify;
use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};

use super::{arrangement, ask, audited, decide, key, present};
use crate::cast::{Cast, Person};
use crate::harness::Engine;

const NODE: &str = "dutyArrangement { id status decidedAt decidedBy { name } decisionNote
    revocation { revokedAt note revokedBy { name } } }";

fn revocation(id: &str, note: &str) -> Value {
    json!({ "dutyArrangementId": id, "note": note })
}

async fn refused(person: &Person, id: &str, note: &str) -> (String, String) {
    person.phone.refusal("revokeDutyArrangement", revocation(id, note)).await
}

fn whole(code: &str) -> (String, String) {
    (code.to_owned(), String::new())
}

/// Whether the person is on duty today.
async fn works(person: &Person) -> bool {
    let viewer = person.phone.data("{ viewer { workday { startsAt } } }", json!({})).await["viewer"].take();
    viewer["workday"]["startsAt"].is_string()
}

#[rstest]
#[tokio::test]
async fn what_has_begun_is_revoked_and_its_days_are_others_at_once(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let leave = ask(&people.employee, 1, arrangement("ANNUAL_LEAVE", "2026-11-23", "2026-11-27")).await;
    assert_eq!(refused(&people.supervisor, &leave, "Rapat.").await, whole("NOT_APPROVED"));
    assert_eq!(decide(&people.supervisor, &leave, "APPROVE").await, None);
    assert!(!works(&people.employee).await);
    let refusals = [
        (&people.employee, "FORBIDDEN"),
        (&people.colleague, "NOT_FOUND"),
        (&cast.sibolga.admin, "NOT_FOUND"),
        (&cast.citizen, "NOT_FOUND"),
    ];
    for (person, code) in refusals {
        assert_eq!(refused(person, &leave, "Rapat.").await.0, code);
    }
    for (note, code) in [(" ", "BLANK"), (&*"x".repeat(1_001), "TOO_LONG"), ("a\u{202e}b", "INVALID_TEXT")] {
        assert_eq!(refused(&people.admin, &leave, note).await, (code.to_owned(), "note".to_owned()));
    }
    assert!(!works(&people.employee).await, "nothing is half revoked");

    let revoke = async || people.admin.phone.change("revokeDutyArrangement", NODE, revocation(&leave, "Rapat.")).await;
    let done = revoke().await;
    let wanted = json!({
        "id": leave, "status": "REVOKED", "decidedAt": "2026-11-23T00:20:00Z", "decidedBy": { "name": "Teungku Daud" },
        "decisionNote": "Sesuai kebutuhan",
        "revocation": {
            "revokedAt": "2026-11-23T00:20:00Z", "note": "Rapat.", "revokedBy": { "name": "Pocut Baren" },
        },
    });
    assert_eq!((&done["dutyArrangement"], &done["errors"]), (&wanted, &json!([])), "who approved it stays");
    assert!(works(&people.employee).await);
    assert_eq!(
        present(&cast, &people.employee, "IN", "2026-11-23T00:20:00Z", Some(people.place)).await["verdict"],
        "ACCEPTED"
    );

    assert_eq!(revoke().await, done, "the same words again");
    assert_eq!(refused(&people.admin, &leave, "Lain.").await, whole("ALREADY_DECIDED"));
    assert_eq!(refused(&people.supervisor, &leave, "Rapat.").await, whole("ALREADY_DECIDED"));
    assert_eq!(decide(&people.supervisor, &leave, "APPROVE").await.as_deref(), Some("ALREADY_DECIDED"));
    let back = json!({ "dutyArrangementId": leave });
    assert_eq!(people.employee.phone.refusal("withdrawDutyArrangement", back).await, whole("ALREADY_DECIDED"));
    // Its days are free for another leave.
    let other = ask(&people.employee, 2, arrangement("SICK_LEAVE", "2026-11-24", "2026-11-25")).await;
    assert_eq!(decide(&people.supervisor, &other, "APPROVE").await, None);
    let by_status = "{ dutyArrangements(status: REVOKED) { nodes { id } } }";
    assert_eq!(
        people.supervisor.phone.data(by_status, json!({})).await["dutyArrangements"]["nodes"],
        json!([{ "id": leave }])
    );

    let actions = audited(&cast).await;
    assert_eq!(actions, ["DUTY_ARRANGEMENT_APPROVED", "DUTY_ARRANGEMENT_REVOKED", "DUTY_ARRANGEMENT_APPROVED"]);
    let mut chains = Vec::new();
    verify::verify(cast.world.app.db.read(), &mut |found| chains.push(found)).await.unwrap();
    assert!(chains.iter().all(Result::is_ok), "{chains:?}");
}

#[rstest]
#[tokio::test]
async fn what_was_recorded_is_revoked_too_and_never_what_is_ones_own(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let record = async |by: &Person, whose: &Person, number: u128| {
        let input = json!({
            "idempotencyKey": key(number), "employeeId": whose.employee.to_string(),
            "arrangement": arrangement("DUTY_TRAVEL", "2026-11-20", "2026-11-20"),
        });
        let payload = by.phone.change("recordDutyArrangement", "dutyArrangement { id }", input).await;
        payload["dutyArrangement"]["id"].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned()
    };
    // It is over, and who recorded it takes it back.
    let of_employee = record(&people.supervisor, &people.employee, 1).await;
    let done = people.supervisor.phone.change("revokeDutyArrangement", NODE, revocation(&of_employee, "Keliru.")).await;
    assert_eq!(done["dutyArrangement"]["status"], "REVOKED");
    let of_superior = record(&people.admin, &people.supervisor, 2).await;
    assert_eq!(refused(&people.supervisor, &of_superior, "Keliru.").await, whole("FORBIDDEN"));
    let of_admin = record(&people.supervisor, &people.admin, 3).await;
    assert_eq!(refused(&people.admin, &of_admin, "Keliru.").await, whole("FORBIDDEN"));

    let rejected = ask(&people.employee, 4, arrangement("LONG_LEAVE", "2026-12-24", "2026-12-25")).await;
    assert_eq!(decide(&people.supervisor, &rejected, "REJECT").await, None);
    let withdrawn = ask(&people.employee, 5, arrangement("LONG_LEAVE", "2026-12-26", "2026-12-27")).await;
    let back = json!({ "dutyArrangementId": withdrawn });
    people.employee.phone.change("withdrawDutyArrangement", "dutyArrangement { id }", back).await;
    for id in [&rejected, &withdrawn] {
        assert_eq!(refused(&people.supervisor, id, "Keliru.").await, whole("NOT_APPROVED"));
    }
}

/// Twenty revocations of one: one counts, and the log knows of one.
#[rstest]
#[tokio::test]
async fn it_is_revoked_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let leave = ask(&people.employee, 1, arrangement("ANNUAL_LEAVE", "2026-12-01", "2026-12-04")).await;
    assert_eq!(decide(&people.supervisor, &leave, "APPROVE").await, None);
    let all = (0..20).map(async |turn| {
        let person = if turn % 2 == 0 { &people.supervisor } else { &people.admin };
        let input = revocation(&leave, &format!("Alasan {turn}"));
        let payload = person.phone.change("revokeDutyArrangement", NODE, input).await;
        payload["errors"][0]["code"].clone()
    });
    let codes = join_all(all).await;
    assert_eq!(codes.iter().filter(|code| code.is_null()).count(), 1);
    assert!(codes.iter().all(|code| code.is_null() || code == "ALREADY_DECIDED"), "{codes:?}");
    assert_eq!(audited(&cast).await, ["DUTY_ARRANGEMENT_APPROVED", "DUTY_ARRANGEMENT_REVOKED"]);
}
