//! The first screen.

use chrono::TimeDelta;
use entity::check_in::{Direction, Verdict};
use entity::duty_arrangement::{self, Kind};
use entity::ids::{CourseSessionId, ShiftId};
use entity::{RequestStatus, correction, course_session, roster_entry, shift};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, QuerySelect as _};
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
        missingOuts deductionPercent } } } }";

async fn screen(person: &Person) -> Value {
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

/// How many statements the whole request takes, for somebody who was not known a moment before.
async fn statements(cast: &Cast, person: &Person) -> u64 {
    let app = &cast.world.app;
    // Somebody of the same unit has just looked.
    screen(&cast.sabang.admin).await;
    app.actors.forget();
    let before = app.db.statements();
    screen(person).await;
    app.db.statements() - before
}

#[rstest]
#[tokio::test]
async fn the_first_screen_costs_twelve_statements_whatever_there_is(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let (app, sabang, employee) = (&cast.world.app, &cast.sabang, &cast.sabang.employee);
    insert(&cast, vec![duty(&cast, sabang.agency, employee, Direction::In, monday_morning())]).await;
    let of_little = statements(&cast, employee).await;

    let mut attempts = Vec::new();
    for number in 0..30 {
        let session = another_class(&cast, number).await;
        attempts.push(class(&cast, sabang.agency, employee, session, monday_morning(), Verdict::NeedsReview));
    }
    for day in 0..50 {
        let at = monday_morning() - TimeDelta::days(day);
        attempts.push(duty(&cast, sabang.agency, employee, Direction::Out, at));
    }
    insert(&cast, attempts).await;
    let of_much = statements(&cast, employee).await;
    assert_eq!(of_much, of_little, "1 and 31 classes, 1 and 81 check-ins");
    assert_eq!(screen(employee).await["courseSessions"].as_array().unwrap().len(), 31);

    rest(&cast).await;
    let of_all = statements(&cast, employee).await;
    assert!(of_all <= 12, "{of_all} statements");
    // Whoever has superiors' and admins' eyes asks for no more.
    for person in [&sabang.supervisor, &sabang.trainer] {
        let theirs = statements(&cast, person).await;
        assert!(theirs <= 12, "{theirs} statements");
    }
    app.forget();
    let before = app.db.statements();
    screen(employee).await;
    let cold = app.db.statements() - before;
    assert!((13..=20).contains(&cold), "{cold} statements with nothing known");
}

/// One more session of the run, in a room of its own time.
async fn another_class(cast: &Cast, number: i64) -> CourseSessionId {
    let app = &cast.world.app;
    let transaction = app.db.begin().await.unwrap();
    let known = course_session::Entity::find_by_id(cast.sabang.session).one(&transaction).await.unwrap().unwrap();
    let id: CourseSessionId = app.ids.new_id(monday_morning());
    let starts_at = known.starts_at + TimeDelta::minutes(number);
    let row = course_session::Model { id, starts_at, ..known };
    course_session::Entity::insert(course_session::ActiveModel::from(row))
        .exec_without_returning(&transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    id
}

/// A roster, duty travel, a correction that waits and one that was approved.
async fn rest(cast: &Cast) {
    let (app, sabang, now) = (&cast.world.app, &cast.sabang, monday_morning());
    let transaction = app.db.begin().await.unwrap();
    let shift: ShiftId = shift::Entity::find().limit(1).one(&transaction).await.unwrap().unwrap().id;
    let row = roster_entry::ActiveModel {
        id: Set(app.ids.new_id(now)),
        agency_id: Set(sabang.agency),
        employee_id: Set(sabang.employee.employee),
        workday_on: Set("2026-11-23".parse().unwrap()),
        shift_id: Set(shift),
        created_at: Set(now),
    };
    row.insert(&transaction).await.unwrap();
    let row = duty_arrangement::ActiveModel {
        id: Set(app.ids.new_id(now)),
        agency_id: Set(sabang.agency),
        employee_id: Set(sabang.employee.employee),
        kind: Set(Kind::DutyTravel),
        starts_on: Set("2026-11-23".parse().unwrap()),
        ends_on: Set("2026-11-23".parse().unwrap()),
        reason: Set("Rapat".to_owned()),
        document: Set(None),
        status: Set(RequestStatus::Approved),
        idempotency_key: Set(app.ids.uuid(now)),
        payload_hash: Set(vec![0]),
        requested_by: Set(sabang.employee.account),
        requested_at: Set(now),
        decided_by: Set(Some(sabang.supervisor.account)),
        decided_at: Set(Some(now)),
        decision_note: Set(None),
        revoked_by: Set(None),
        revoked_at: Set(None),
        revocation_note: Set(None),
    };
    row.insert(&transaction).await.unwrap();
    for status in [RequestStatus::Requested, RequestStatus::Approved] {
        correct(cast, status, "2026-11-20", Direction::In, "07:25").insert(&transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
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
