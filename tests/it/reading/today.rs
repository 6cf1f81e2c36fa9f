//! The first screen.

use entity::check_in::{Direction, Verdict};
use entity::{RequestStatus, correction};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use super::{class, duty, insert, local};
use crate::cast::{Cast, Person};
use crate::harness::{Engine, monday_morning};

/// What a phone's first screen asks for.
pub const SCREEN: &str = "{ viewer { today {
    on timeZone now state
    day { on timeZone basis state explanation deductionPercent
        schedule { id name citation version } holiday { name } ramadan { startsOn endsOn citation }
        arrangement { id kind startsOn endsOn }
        shifts { shift { id name } opensAt startsAt endsAt closesAt dueAt checkedInAt checkedOutAt state minutesLate
            minutesEarly isMadeUp lateLevel earlyLevel deductionPercent rule { name citation version } isFenced } }
    nextStep { kind from until message courseSession { id title venue { name latitude longitude } } }
    courseSessions { opensAt closesAt state checkIn { id verdict reasons message }
        courseSession { id title startsAt endsAt timeZone requiresCode venue { name latitude longitude radiusMeters } } }
    openCorrectionsCount needsReviewCount
    monthTotals { workdays presentDays absentDays leaveDays lateDays minutesLate earlyDays minutesEarly missingIns
        missingOuts deductionPercent }
    unexcusedDays { year days inARow reached { kind citation } next { kind fromDays } daysUntilNext message } } } }";

pub async fn screen(person: &Person) -> Value {
    person.phone.data(SCREEN, json!({})).await["viewer"]["today"].take()
}

#[rstest]
#[tokio::test]
async fn the_first_screen_says_where_to_be_and_what_to_do(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, employee) = (&cast.sabang, &cast.sabang.employee);
    let today = screen(employee).await;
    assert_eq!((&today["on"], &today["timeZone"]), (&json!("2026-11-23"), &json!("Asia/Jakarta")));
    assert_eq!((&today["state"], &today["day"]["basis"]), (&json!("UPCOMING"), &json!("SCHEDULE")));
    assert_eq!(
        today["day"]["explanation"],
        "Workday from 07:30 to 16:00 by “Jam kerja normal” (Perpres 21/2023, version 1)."
    );
    let shift = &today["day"]["shifts"][0];
    assert_eq!((&shift["opensAt"], &shift["dueAt"]), (&json!("2026-11-22T22:30:00Z"), &json!("2026-11-23T09:00:00Z")));
    assert_eq!(today["nextStep"]["kind"], "CHECK_IN");
    assert_eq!(today["nextStep"]["message"], "Check in for duty, until 16:00.");
    assert_eq!(today["courseSessions"][0]["state"], "AWAITED");
    assert_eq!(today["courseSessions"][0]["courseSession"]["id"], sabang.session.to_string());
    // November so far, from the second on: three weeks without a trace, and today has not begun.
    assert_eq!((&today["monthTotals"]["absentDays"], &today["monthTotals"]["workdays"]), (&json!(15), &json!(15)));
    // As `Employee.unexcusedDays` tells it.
    let standing = "query($id: ID!) { node(id: $id) { ... on Employee { unexcusedDays {
        year days inARow reached { kind citation } next { kind fromDays } daysUntilNext message } } } }";
    let told = employee.phone.data(standing, json!({ "id": employee.employee.to_string() })).await;
    assert_eq!(today["unexcusedDays"], told["node"]["unexcusedDays"]);
    assert!(today["unexcusedDays"]["days"].as_i64() >= Some(15), "{}", today["unexcusedDays"]);

    insert(&cast, vec![duty(&cast, sabang.agency, employee, Direction::In, monday_morning())]).await;
    let today = screen(employee).await;
    assert_eq!((&today["state"], &today["nextStep"]["kind"]), (&json!("ON_DUTY"), &json!("CLASS")));
    assert_eq!(today["nextStep"]["courseSession"]["id"], sabang.session.to_string());
    assert_eq!(today["day"]["shifts"][0]["checkedInAt"], "2026-11-23T00:20:00Z");
    assert_eq!(today["monthTotals"]["presentDays"], 1);

    let attempts = [Verdict::Rejected, Verdict::NeedsReview]
        .map(|verdict| class(&cast, sabang.agency, employee, sabang.session, monday_morning(), verdict));
    insert(&cast, attempts.to_vec()).await;
    let today = screen(employee).await;
    assert_eq!(today["courseSessions"][0]["state"], "NEEDS_REVIEW");
    assert_eq!(today["courseSessions"][0]["checkIn"]["verdict"], "NEEDS_REVIEW");
    assert_eq!((&today["needsReviewCount"], &today["openCorrectionsCount"]), (&json!(1), &json!(0)));
    assert_eq!(today["nextStep"]["message"], "Check out from 16:00.");

    // In the language of the request; a trainer has the class too, and a citizen no such screen.
    let of_trainer = sabang.trainer.phone.in_language("id").data(SCREEN, json!({})).await["viewer"]["today"].take();
    assert_eq!(of_trainer["nextStep"]["message"], "Lakukan presensi masuk, sampai pukul 16:00.");
    assert_eq!(of_trainer["courseSessions"].as_array().unwrap().len(), 1);
    assert_eq!(screen(&sabang.colleague).await["courseSessions"], json!([]));
    assert_eq!(screen(&cast.citizen).await, Value::Null);
}

#[rstest]
#[tokio::test]
async fn at_night_it_is_still_the_shifts_day(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let hours = json!({
        "agencyId": cast.sabang.agency.to_string(), "unitId": cast.sabang.unit.to_string(), "name": "Jaga malam",
        "citation": "SK 3/2026", "validFrom": "2026-11-23", "season": "ALL_YEAR", "observesHolidays": false,
        "shifts": [{ "name": "Malam", "weekdays": ["MONDAY"], "startsAt": "22:00", "endsAt": "06:00" }],
    });
    let set = cast.sabang.admin.phone.change("setWorkingHours", "schedule { id }", hours).await;
    assert_eq!(set["errors"], json!([]));
    cast.world.app.clock.set(local("2026-11-24", "02:00"));
    let today = screen(&cast.sabang.employee).await;
    assert_eq!((&today["on"], &today["state"]), (&json!("2026-11-23"), &json!("AWAITED")));
    assert_eq!(today["day"]["shifts"][0]["endsAt"], "2026-11-23T23:00:00Z");
}

/// A correction of the employee's.
pub fn correct(
    cast: &Cast,
    status: RequestStatus,
    on: &str,
    direction: Direction,
    time: &str,
) -> correction::ActiveModel {
    let (app, now) = (&cast.world.app, monday_morning());
    correction::ActiveModel {
        id: Set(app.ids.new_id(now)),
        agency_id: Set(cast.sabang.agency),
        employee_id: Set(cast.sabang.employee.employee),
        workday_on: Set(on.parse().unwrap()),
        shift_id: Set(None),
        direction: Set(direction),
        happened_at: Set(local(on, time)),
        reason: Set("Ponsel mati".to_owned()),
        evidence: Set(None),
        status: Set(status),
        idempotency_key: Set(app.ids.uuid(now)),
        payload_hash: Set(vec![0]),
        requested_at: Set(now),
        decided_by: Set((status == RequestStatus::Approved).then_some(cast.sabang.supervisor.account)),
        decided_at: Set((status == RequestStatus::Approved).then_some(now)),
        decision_note: Set(None),
        revoked_by: Set(None),
        revoked_at: Set(None),
        revocation_note: Set(None),
    }
}
