//! What others changed of days that are past can be answered for a while, however long ago the days are.

use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{at, seen_and_done, told, with};
use crate::cast::{Cast, Person};
use crate::harness::Engine;

/// Somebody came at 08:05 on a day.
fn came(number: u128, on: &str) -> Value {
    json!({
        "idempotencyKey": Uuid::from_u128(number).to_string(), "workdayOn": on, "direction": "IN",
        "happenedAt": format!("{on}T08:05:00+07:00"), "reason": "Saya bertugas.",
    })
}

async fn ask(person: &Person, input: Value) {
    let payload = person.phone.change("requestCorrection", "correction { id }", input).await;
    assert_eq!(payload["errors"], json!([]));
}

async fn refused(person: &Person, input: Value) {
    assert_eq!(person.phone.refusal("requestCorrection", input).await, told("OUT_OF_RANGE", "workdayOn"));
}

#[rstest]
#[tokio::test]
async fn hours_for_past_days_can_be_answered(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    // 51 days back: a Saturday.
    refused(&sabang.employee, came(1, "2026-10-03")).await;
    let hours = json!({
        "agencyId": sabang.agency.to_string(), "unitId": sabang.unit.to_string(), "name": "Jam loket",
        "citation": "SK 2/2026", "validFrom": "2026-10-03",
        "shifts": [{ "name": "Sabtu", "weekdays": ["SATURDAY"], "startsAt": "08:00", "endsAt": "12:00" }],
    });
    let seen = seen_and_done(admin, "setWorkingHours", "schedule { id }", hours).await;
    assert!(seen["difference"]["changedDays"].as_i64() > Some(0));
    ask(&sabang.employee, came(1, "2026-10-03")).await;
    // The days before it, those of another agency, and days to come stay as they were.
    refused(&sabang.employee, came(2, "2026-10-02")).await;
    refused(&cast.sibolga.employee, came(1, "2026-10-03")).await;
    refused(&sabang.employee, came(3, "2026-11-28")).await;
    cast.world.app.clock.set(at("2026-12-24", "07:20:00"));
    ask(&sabang.colleague, came(1, "2026-10-03")).await;
    cast.world.app.clock.set(at("2026-12-24", "07:20:01"));
    refused(&sabang.trainer, came(1, "2026-10-03")).await;
}

#[rstest]
#[tokio::test]
async fn a_change_of_the_calendar_can_be_answered_everywhere(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let nation = &cast.national_admin.phone;
    let holiday = json!({ "date": "2026-10-05", "kind": "NATIONAL", "name": "Libur", "citation": "Keppres 1/2026" });
    let set = seen_and_done(nation, "setHoliday", "holiday { id }", holiday).await;
    assert_eq!(set["difference"]["changedDays"], 10);
    let query = "{ holidays(year: 2026) { nodes { id } } }";
    let id = nation.data(query, json!({})).await["holidays"]["nodes"][0]["id"].take();
    cast.world.app.clock.set(at("2026-11-24", "07:20:00"));
    let gone = json!({ "holidayId": id, "citation": "Keppres 2/2026" });
    seen_and_done(nation, "withdrawHoliday", "holiday { id }", gone).await;
    for person in [&cast.sabang.employee, &cast.sibolga.employee] {
        ask(person, came(1, "2026-10-05")).await;
        refused(person, came(2, "2026-10-06")).await;
    }
}

#[rstest]
#[tokio::test]
async fn a_revocation_can_be_answered_by_whom_it_is_about(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let record = async |number: u128, first: &str, last: &str| {
        let arrangement = json!({ "kind": "DUTY_TRAVEL", "startsOn": first, "endsOn": last, "reason": "Rapat" });
        let input = json!({
            "idempotencyKey": Uuid::from_u128(number).to_string(), "employeeId": sabang.employee.employee.to_string(),
            "arrangement": arrangement,
        });
        let payload = sabang.supervisor.phone.change("recordDutyArrangement", "dutyArrangement { id }", input).await;
        json!({ "dutyArrangementId": payload["dutyArrangement"]["id"], "note": "Keliru." })
    };
    // Over for 63 days, and for 61.
    let long_ago = record(1, "2026-09-21", "2026-09-21").await;
    let refusal = sabang.admin.phone.refusal("revokeDutyArrangement", long_ago).await;
    assert_eq!(refusal, told("TOO_FAR_BACK", "dutyArrangementId"));
    let near = record(2, "2026-09-22", "2026-09-23").await;
    refused(&sabang.employee, came(1, "2026-09-22")).await;
    let done = sabang.admin.phone.change("revokeDutyArrangement", "dutyArrangement { status }", near).await;
    assert_eq!(done["dutyArrangement"]["status"], "REVOKED");
    ask(&sabang.employee, came(1, "2026-09-22")).await;
    refused(&sabang.employee, came(2, "2026-09-24")).await;
    refused(&sabang.colleague, came(1, "2026-09-22")).await;
}

#[rstest]
#[tokio::test]
async fn a_revoked_correction_and_a_rejected_check_in_can_be_answered(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let (sabang, clock) = (&cast.sabang, &cast.world.app.clock);
    let now = at("2026-11-23", "07:20:00");
    let attempt = json!({
        "idempotencyKey": Uuid::from_u128(1).to_string(), "occasion": { "workday": { "direction": "IN" } },
        "capturedAt": now, "sentAt": now,
    });
    let check_in = sabang.employee.phone.change("checkIn", "checkIn { id verdict }", attempt).await;
    assert_eq!(check_in["checkIn"]["verdict"], "NEEDS_REVIEW", "{check_in}");
    clock.set(at("2026-11-24", "07:20:00"));
    let correction =
        sabang.colleague.phone.change("requestCorrection", "correction { id }", came(1, "2026-11-23")).await;
    let correction = correction["correction"]["id"].clone();
    let approval = json!({ "correctionId": correction, "decision": "APPROVE" });
    sabang.supervisor.phone.change("decideCorrection", "correction { id }", approval).await;

    // 58 days later.
    clock.set(at("2027-01-20", "07:20:00"));
    for person in [&sabang.employee, &sabang.colleague] {
        refused(person, came(2, "2026-11-23")).await;
    }
    let rejection = json!({ "checkInId": check_in["checkIn"]["id"], "decision": "REJECT", "note": "Tidak terlihat." });
    let rejected = sabang.supervisor.phone.change("reviewCheckIn", "checkInReview { decision }", rejection).await;
    assert_eq!(rejected["checkInReview"]["decision"], "REJECT", "{rejected}");
    let revocation = json!({ "correctionId": correction, "note": "Keliru." });
    let late = with(revocation.clone(), "note", json!("Keliru"));
    let revoked = sabang.supervisor.phone.change("revokeCorrection", "correction { status }", revocation).await;
    assert_eq!(revoked["correction"]["status"], "REVOKED", "{revoked}");
    for person in [&sabang.employee, &sabang.colleague] {
        ask(person, came(2, "2026-11-23")).await;
        refused(person, came(3, "2026-11-24")).await;
    }
    refused(&sabang.trainer, came(2, "2026-11-23")).await;
    assert_eq!(sabang.supervisor.phone.refusal("revokeCorrection", late).await.0, "ALREADY_DECIDED");
}

/// Leave of months: who comes back early keeps the days that they were away, and those of long ago stay in any case.
#[rstest]
#[tokio::test]
async fn leave_is_revoked_from_a_day_on(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let granted = async |number: u128, person: &Person| {
        let arrangement = json!({ "kind": "MATERNITY_LEAVE", "startsOn": "2026-09-01", "endsOn": "2026-12-04", "reason": "Melahirkan" });
        let input = json!({
            "idempotencyKey": Uuid::from_u128(number).to_string(), "employeeId": person.employee.to_string(),
            "arrangement": arrangement,
        });
        let payload = sabang.supervisor.phone.change("recordDutyArrangement", "dutyArrangement { id }", input).await;
        json!({ "dutyArrangementId": payload["dutyArrangement"]["id"], "note": "Kembali bertugas." })
    };
    let basis = async |person: &Person, on: &str| {
        let query = "query($id: ID!, $on: Date!) { node(id: $id) { ... on Employee {
            attendanceDay(on: $on) { basis explanation } } } }";
        let variables = json!({ "id": person.employee.to_string(), "on": on });
        person.phone.data(query, variables).await["node"]["attendanceDay"].take()
    };
    let early = granted(1, &sabang.employee).await;
    for wrong in ["2026-09-21", "2026-12-05"] {
        let refusal =
            sabang.admin.phone.refusal("revokeDutyArrangement", with(early.clone(), "from", json!(wrong))).await;
        assert_eq!(refusal, told("OUT_OF_RANGE", "from"), "{wrong}");
    }
    let node = "dutyArrangement { status endsOn revokedFrom }";
    let from = with(early.clone(), "from", json!("2026-11-23"));
    let revoked = sabang.admin.phone.change("revokeDutyArrangement", node, from.clone()).await;
    let wanted = json!({ "status": "REVOKED", "endsOn": "2026-12-04", "revokedFrom": "2026-11-23" });
    assert_eq!(revoked["dutyArrangement"], wanted);
    let away = basis(&sabang.employee, "2026-11-20").await;
    assert_eq!(
        (&away["basis"], &basis(&sabang.employee, "2026-11-23").await["basis"]),
        (&json!("LEAVE"), &json!("SCHEDULE"))
    );
    assert_eq!(away["explanation"], "Free: maternity leave from 2026-09-01 to 2026-11-22.");
    let again = sabang.admin.phone.change("revokeDutyArrangement", node, from).await;
    assert_eq!(again, revoked, "the same words again");
    let other = with(early, "from", json!("2026-11-24"));
    assert_eq!(sabang.admin.phone.refusal("revokeDutyArrangement", other).await.0, "ALREADY_DECIDED");

    let whole = granted(2, &sabang.colleague).await;
    let revoked = sabang.admin.phone.change("revokeDutyArrangement", node, whole).await;
    assert_eq!(revoked["dutyArrangement"]["revokedFrom"], "2026-09-22", "{revoked}");
    for (on, wanted) in [("2026-09-21", "LEAVE"), ("2026-09-22", "SCHEDULE")] {
        assert_eq!(basis(&sabang.colleague, on).await["basis"], wanted, "{on}");
    }
    ask(&sabang.colleague, came(1, "2026-09-22")).await;
}
