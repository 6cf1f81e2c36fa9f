//! What the first screen costs the database, whatever there is.

use chrono::{NaiveDate, TimeDelta};
use entity::check_in::{Direction, Verdict};
use entity::duty_arrangement::{self, Kind};
use entity::ids::{CourseSessionId, UnitId, VenueId};
use entity::{
    RequestStatus, check_in_review, course_session, employee, former_placement, holiday, ramadan_period, role_grant,
    roster_entry, shift, unit, venue,
};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _};
use serde_json::json;

use super::today::{correct, screen};
use super::{adopt, class, duty, insert};
use crate::cast::{Cast, Person};
use crate::harness::{Engine, monday_morning};

/// How many statements the whole request takes, where the process knows nothing.
async fn cold(cast: &Cast, person: &Person) -> u64 {
    let app = &cast.world.app;
    app.forget();
    let before = app.db.statements();
    screen(person).await;
    app.db.statements() - before
}

/// How many it takes where somebody of the same unit has looked a moment before, and the person too or not.
async fn warm(cast: &Cast, person: &Person, is_known: bool) -> u64 {
    let app = &cast.world.app;
    screen(person).await;
    if !is_known {
        app.actors.forget();
    }
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
    let (sabang, employee) = (&cast.sabang, &cast.sabang.employee);
    insert(&cast, vec![duty(&cast, sabang.agency, employee, Direction::In, monday_morning())]).await;
    let of_little = cold(&cast, employee).await;

    let mut attempts = Vec::new();
    for number in 0..30 {
        let session = another_class(&cast, number).await;
        // Of the last one alone it is asked whether somebody has decided.
        let verdicts = [Verdict::Rejected, Verdict::NeedsReview];
        for verdict in verdicts.into_iter().take(if number < 29 { 2 } else { 1 }) {
            attempts.push(class(&cast, sabang.agency, employee, session, monday_morning(), verdict));
        }
    }
    for day in 0..50 {
        let at = monday_morning() - TimeDelta::days(day);
        attempts.push(duty(&cast, sabang.agency, employee, Direction::Out, at));
    }
    insert(&cast, attempts).await;
    adopt(&cast, sabang.agency, "Permentan 68/2012").await;
    adopt(&cast, cast.sibolga.agency, "PMK 221/2021").await;
    everything(&cast).await;
    let seen = screen(employee).await;
    assert_eq!(seen["courseSessions"].as_array().unwrap().len(), 31);
    assert_eq!(seen["courseSessions"][1]["state"], "NEEDS_REVIEW");
    assert_eq!((&seen["day"]["basis"], &seen["day"]["arrangement"]["kind"]), (&json!("ROSTER"), &json!("DUTY_TRAVEL")));
    assert_eq!(seen["day"]["ramadan"]["startsOn"], "2026-11-20");
    assert_eq!(seen["day"]["holiday"]["name"], "Hari Uji");
    assert_eq!(seen["day"]["shifts"].as_array().unwrap().len(), 2);
    assert_eq!(seen["day"]["shifts"][0]["rule"]["name"], "Permentan 68/2012");
    assert_eq!((&seen["openCorrectionsCount"], &seen["needsReviewCount"]), (&json!(1), &json!(29)));
    assert_eq!(seen["courseSessions"][30]["checkIn"]["verdict"], "REJECTED");
    assert!(seen["unexcusedDays"]["days"].is_number());

    let of_much = cold(&cast, employee).await;
    assert_eq!(of_much, of_little, "1 and 31 classes, 1 and 111 check-ins, nothing and something in every other table");
    assert_eq!(of_much, 12, "with nothing known");
    // Whoever has superiors' and admins' eyes asks for no more.
    for person in [&sabang.supervisor, &sabang.trainer, &sabang.admin] {
        let theirs = cold(&cast, person).await;
        assert!(theirs <= 12, "{theirs} statements");
    }
    assert_eq!(warm(&cast, employee, false).await, 8, "with the duty of the unit known");
    assert_eq!(warm(&cast, employee, true).await, 7, "with the person known too");
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

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// Something in every table that the first screen is made of.
async fn everything(cast: &Cast) {
    let transaction = cast.world.app.db.begin().await.unwrap();
    let post = deep_unit(cast, &transaction).await;
    placements(cast, &transaction, post).await;
    calendar(cast, &transaction).await;
    for status in [RequestStatus::Requested, RequestStatus::Approved] {
        correct(cast, status, "2026-11-20", Direction::In, "07:25").insert(&transaction).await.unwrap();
    }
    arrangement(cast, &transaction).await;
    let supervisor = role_grant::ActiveModel {
        id: Set(cast.world.app.ids.new_id(monday_morning())),
        account_id: Set(cast.sabang.employee.account),
        role: Set(role_grant::Role::Supervisor),
        agency_id: Set(Some(cast.sabang.agency)),
        unit_id: Set(Some(cast.sabang.unit)),
        granted_by: Set(None),
        granted_at: Set(monday_morning()),
        revoked_at: Set(None),
    };
    supervisor.insert(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    review(cast).await;
    cast.world.app.forget();
}

/// Two more units below the people's, each with two places; the lowest has the employee.
async fn deep_unit(cast: &Cast, transaction: &DatabaseTransaction) -> UnitId {
    let (ids, now) = (&cast.world.app.ids, monday_morning());
    let known = unit::Entity::find_by_id(cast.sabang.unit).one(transaction).await.unwrap().unwrap();
    let room = venue::Entity::find_by_id(cast.sabang.venue).one(transaction).await.unwrap().unwrap();
    let mut lowest = cast.sabang.unit;
    for name in ["Seksi Layanan", "Pos Iboih"] {
        let id: UnitId = ids.new_id(now);
        let row = unit::Model {
            id,
            parent_id: Some(lowest),
            source_id: None,
            name: name.to_owned(),
            head_employee_id: None,
            ..known.clone()
        };
        row.into_active_model().insert(transaction).await.unwrap();
        for _ in 0..2 {
            let venue: VenueId = ids.new_id(now);
            let row = venue::Model { id: venue, unit_id: Some(id), source_id: None, ..room.clone() };
            row.into_active_model().insert(transaction).await.unwrap();
        }
        lowest = id;
    }
    let moved = employee::ActiveModel {
        id: Set(cast.sabang.employee.employee),
        unit_id: Set(Some(lowest)),
        ..Default::default()
    };
    moved.update(transaction).await.unwrap();
    lowest
}

/// Where the employee was before, in three units of two agencies, and the shifts that they are given today.
async fn placements(cast: &Cast, transaction: &DatabaseTransaction, post: UnitId) {
    let (ids, now, employee) = (&cast.world.app.ids, monday_morning(), cast.sabang.employee.employee);
    let (sabang, sibolga) = (&cast.sabang, &cast.sibolga);
    let before = [
        ("2026-11-03", sibolga.agency, Some(sibolga.unit)),
        ("2026-11-05", sibolga.agency, None),
        ("2026-11-10", sabang.agency, Some(sabang.root)),
        ("2026-11-12", sabang.agency, Some(post)),
    ];
    for (last_on, agency_id, unit_id) in before {
        let row = former_placement::Model { employee_id: employee, last_on: day(last_on), agency_id, unit_id };
        row.into_active_model().insert(transaction).await.unwrap();
    }
    for shift in shift::Entity::find().all(transaction).await.unwrap().iter().take(2) {
        let row = roster_entry::Model {
            id: ids.new_id(now),
            agency_id: sabang.agency,
            employee_id: employee,
            workday_on: day("2026-11-23"),
            shift_id: shift.id,
            created_at: now,
        };
        row.into_active_model().insert(transaction).await.unwrap();
    }
}

/// Today is a holiday in Ramadan.
async fn calendar(cast: &Cast, transaction: &DatabaseTransaction) {
    let (ids, now) = (&cast.world.app.ids, monday_morning());
    for kind in [holiday::Kind::CollectiveLeave, holiday::Kind::National] {
        let name = if kind == holiday::Kind::National { "Hari Uji" } else { "Cuti Uji" };
        let row = holiday::Model {
            id: ids.new_id(now),
            date: day("2026-11-23"),
            kind,
            name: name.to_owned(),
            citation: None,
            created_at: now,
            withdrawn_at: None,
            withdrawal_citation: None,
        };
        row.into_active_model().insert(transaction).await.unwrap();
    }
    let row = ramadan_period::Model {
        id: ids.new_id(now),
        starts_on: day("2026-11-20"),
        ends_on: day("2026-12-19"),
        citation: "Uji".to_owned(),
        created_at: now,
        withdrawn_at: None,
        withdrawal_citation: None,
    };
    row.into_active_model().insert(transaction).await.unwrap();
}

async fn arrangement(cast: &Cast, transaction: &DatabaseTransaction) {
    let (ids, now, sabang) = (&cast.world.app.ids, monday_morning(), &cast.sabang);
    let row = duty_arrangement::Model {
        id: ids.new_id(now),
        agency_id: sabang.agency,
        employee_id: sabang.employee.employee,
        kind: Kind::DutyTravel,
        starts_on: day("2026-11-23"),
        ends_on: day("2026-11-23"),
        reason: "Rapat".to_owned(),
        document: None,
        status: RequestStatus::Approved,
        idempotency_key: ids.uuid(now),
        payload_hash: vec![0],
        requested_by: sabang.employee.account,
        requested_at: now,
        decided_by: Some(sabang.supervisor.account),
        decided_at: Some(now),
        decision_note: None,
        revoked_by: None,
        revoked_from: None,
        revoked_at: None,
        revocation_note: None,
    };
    row.into_active_model().insert(transaction).await.unwrap();
}

/// A check-in to duty that somebody has decided over.
async fn review(cast: &Cast) {
    let (ids, now, sabang) = (&cast.world.app.ids, monday_morning(), &cast.sabang);
    let check_in = duty(cast, sabang.agency, &sabang.employee, Direction::In, now - TimeDelta::days(3));
    let id = check_in.id;
    insert(cast, vec![check_in]).await;
    let transaction = cast.world.app.db.begin().await.unwrap();
    let row = check_in_review::Model {
        id: ids.new_id(now),
        check_in_id: id,
        agency_id: sabang.agency,
        employee_id: sabang.employee.employee,
        course_session_id: None,
        status: check_in_review::Status::Decided,
        findings: "[]".to_owned(),
        opened_at: now,
        statement: None,
        stated_at: None,
        dispute: None,
        disputed_at: None,
        decision: Some(check_in_review::Decision::Accepted),
        decided_by: Some(sabang.supervisor.account),
        decided_at: Some(now),
        note: None,
    };
    row.into_active_model().insert(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
}
