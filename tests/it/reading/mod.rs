//! Reading attendance: the first screen, days and months, the roll in numbers, the table of a month, and what all of it
//! costs the database.

mod cost;
mod csv;
mod months;
mod plans;
mod sizes;
pub mod today;

use bina::clock::Instant;
use entity::check_in::{self, Direction, Occasion, Verdict};
use entity::ids::{AgencyId, CourseSessionId};
use entity::{lateness_adoption, lateness_rule};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::cast::{Cast, Person};

/// An instant of a local time in Jakarta.
fn local(on: &str, time: &str) -> Instant {
    format!("{on}T{time}:00+07:00").parse::<chrono::DateTime<chrono::FixedOffset>>().expect("an instant").to_utc()
}

/// A check-in as it stands in the database.
fn stored(cast: &Cast, agency: AgencyId, person: &Person, at: Instant, verdict: Verdict) -> check_in::Model {
    let ids = &cast.world.app.ids;
    check_in::Model {
        id: ids.new_id(at),
        agency_id: agency,
        employee_id: person.employee,
        device_id: person.device,
        idempotency_key: ids.uuid(at),
        payload_hash: vec![0],
        occasion: Occasion::Workday,
        direction: Some(Direction::In),
        workday_on: Some((at + chrono::TimeDelta::hours(7)).date_naive()),
        time_zone: "Asia/Jakarta".to_owned(),
        course_session_id: None,
        captured_at: at,
        sent_at: at,
        received_at: at,
        effective_at: at,
        latitude: None,
        longitude: None,
        accuracy_meters: None,
        is_mocked: false,
        venue_id: None,
        distance_meters: None,
        verdict,
        reasons: String::new(),
        minutes_late: None,
        schedule_id: None,
        shift_id: None,
        lateness_rule_id: None,
    }
}

/// Coming or going, accepted.
fn duty(cast: &Cast, agency: AgencyId, person: &Person, direction: Direction, at: Instant) -> check_in::Model {
    check_in::Model { direction: Some(direction), ..stored(cast, agency, person, at, Verdict::Accepted) }
}

/// An attempt at a class.
fn class(
    cast: &Cast,
    agency: AgencyId,
    person: &Person,
    session: CourseSessionId,
    at: Instant,
    verdict: Verdict,
) -> check_in::Model {
    check_in::Model {
        occasion: Occasion::CourseSession,
        direction: None,
        workday_on: None,
        course_session_id: Some(session),
        ..stored(cast, agency, person, at, verdict)
    }
}

async fn insert(cast: &Cast, rows: Vec<check_in::Model>) {
    let transaction = cast.world.app.db.begin().await.unwrap();
    let rows = rows.into_iter().map(check_in::ActiveModel::from);
    check_in::Entity::insert_many(rows).exec_without_returning(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

/// Lets an agency choose a rule of lateness.
async fn adopt(cast: &Cast, agency: AgencyId, name: &str) {
    let app = &cast.world.app;
    let transaction = app.db.begin().await.unwrap();
    let rule = lateness_rule::Entity::find()
        .filter(lateness_rule::Column::Name.eq(name))
        .one(&transaction)
        .await
        .unwrap()
        .unwrap();
    let row = lateness_adoption::ActiveModel {
        id: Set(app.ids.new_id(app.clock.now())),
        agency_id: Set(agency),
        version: Set(1),
        rule_id: Set(Some(rule.id)),
        citation: Set("SK Sekda 1/2026".to_owned()),
        valid_from: Set("2026-01-01".parse().unwrap()),
        valid_until: Set(None),
        created_at: Set(app.clock.now()),
    };
    lateness_adoption::Entity::insert(row).exec_without_returning(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    app.duties.forget();
}
