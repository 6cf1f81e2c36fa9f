//! What the database knows around a person's check-ins to classes: one set of queries for one or for two hundred.

use std::collections::HashMap;

use chrono::TimeDelta;
use entity::ids::{CourseSessionId, EmployeeId, VenueId};
use entity::{check_in, course_session, course_session_trainer, employee, enrolment, venue};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QueryOrder as _,
    QuerySelect,
};

use super::rules::{Fence, Reason, WrongCodes};
use super::workday::Window;
use crate::db;
use crate::error::Result;
use crate::policy::{self, Actor};

/// The fence of a venue.
#[must_use]
pub fn fence(row: &venue::Model) -> Fence {
    Fence { venue_id: row.id, latitude: row.latitude, longitude: row.longitude, radius_meters: row.radius_meters }
}

/// A course session that the caller may see, and what the caller has to do with it.
#[derive(Debug)]
pub struct Class {
    /// The session.
    pub session: course_session::Model,
    /// The fence of its venue; none on line.
    pub fences: Vec<Fence>,
    /// Whether the caller is enrolled in its run or teaches it.
    pub is_expected: bool,
}

/// When check-ins to a session count.
#[must_use]
pub fn class_window(session: &course_session::Model) -> Window {
    Window {
        opens_at: session.starts_at - TimeDelta::minutes(session.opens_before_minutes.into()),
        starts_at: session.starts_at,
        ends_at: session.ends_at,
        closes_at: session.ends_at,
    }
}

#[derive(Debug, FromQueryResult)]
struct Counted {
    employee_id: EmployeeId,
    course_session_id: CourseSessionId,
    wrong: i64,
    last_at: Option<crate::clock::Instant>,
}

/// Loads the sessions of the ids that the caller may see.
///
/// # Errors
/// When the database does not answer.
pub async fn classes(
    db: &impl ConnectionTrait,
    actor: &Actor,
    me: EmployeeId,
    ids: &[CourseSessionId],
) -> Result<HashMap<CourseSessionId, Class>> {
    let sessions = policy::find::<course_session::Entity>(actor)
        .filter(course_session::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let rooms = venue::Entity::find()
        .filter(venue::Column::Id.is_in(sessions.iter().filter_map(|session| session.venue_id)))
        .filter(venue::Column::IsActive.eq(true))
        .all(db)
        .await?;
    let rooms: HashMap<VenueId, Fence> = rooms.iter().map(|room| (room.id, fence(room))).collect();
    let enrolled = enrolment::Entity::find()
        .filter(enrolment::Column::EmployeeId.eq(me))
        .filter(enrolment::Column::CourseRunId.is_in(sessions.iter().map(|session| session.course_run_id)))
        .filter(enrolment::Column::Status.eq(enrolment::Status::Enrolled))
        .all(db)
        .await?;
    let taught = course_session_trainer::Entity::find()
        .filter(course_session_trainer::Column::EmployeeId.eq(me))
        .filter(course_session_trainer::Column::CourseSessionId.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    Ok(sessions
        .into_iter()
        .map(|session| {
            let is_enrolled = enrolled.iter().any(|row| row.course_run_id == session.course_run_id);
            let is_trainer = taught.iter().any(|row| row.course_session_id == session.id);
            let class = Class {
                fences: session.venue_id.and_then(|venue| rooms.get(&venue)).copied().into_iter().collect(),
                is_expected: is_enrolled || is_trainer,
                session,
            };
            (class.session.id, class)
        })
        .collect())
}

/// The wrong codes of people for sessions, without those that nobody looked at.
pub type WrongCodesOf = HashMap<(EmployeeId, CourseSessionId), WrongCodes>;

/// Counts the wrong codes that people have sent for sessions. Until the end of the transaction nobody else counts those
/// of the same people: guesses are judged one after the other, in whichever process they arrive.
///
/// # Errors
/// When the database does not answer.
pub async fn wrong_codes(
    transaction: &DatabaseTransaction,
    guesses: &[(EmployeeId, CourseSessionId)],
) -> Result<WrongCodesOf> {
    if guesses.is_empty() {
        return Ok(HashMap::new());
    }
    let engine = transaction.get_database_backend();
    let people = || guesses.iter().map(|(person, _)| person.0);
    let sessions = guesses.iter().map(|(_, session)| session.0);
    employee::Entity::find()
        .select_only()
        .column(employee::Column::Id)
        .filter(db::any_of(engine, employee::Column::Id, people()))
        .order_by_asc(employee::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple::<EmployeeId>()
        .all(transaction)
        .await?;
    let counted = check_in::Entity::find()
        .select_only()
        .columns([check_in::Column::EmployeeId, check_in::Column::CourseSessionId])
        .column_as(check_in::Column::Id.count(), "wrong")
        .column_as(check_in::Column::ReceivedAt.max(), "last_at")
        .filter(db::any_of(engine, check_in::Column::EmployeeId, people()))
        .filter(db::any_of(engine, check_in::Column::CourseSessionId, sessions))
        .filter(check_in::Column::Reasons.contains(Reason::CodeWrong.code()))
        .filter(check_in::Column::Reasons.not_like(format!("%{}%", Reason::TooManyWrongCodes.code())))
        .group_by(check_in::Column::EmployeeId)
        .group_by(check_in::Column::CourseSessionId)
        .into_model::<Counted>()
        .all(transaction)
        .await?;
    let of = |row: Counted| {
        let wrong = WrongCodes { count: row.wrong.unsigned_abs(), last_at: row.last_at };
        ((row.employee_id, row.course_session_id), wrong)
    };
    Ok(counted.into_iter().map(of).collect())
}
