//! What the database knows around a person's check-ins to classes: one set of queries for one or for two hundred.

use std::collections::HashMap;

use chrono::TimeDelta;
use entity::ids::{CourseSessionId, EmployeeId, VenueId};
use entity::{check_in, course_session, course_session_trainer, enrolment, venue};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};

use super::rules::{Fence, Reason, WrongCodes};
use super::workday::Window;
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
    /// The wrong codes that the caller has sent for it.
    pub wrong_codes: WrongCodes,
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
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
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
    let wrong = wrong_codes(db, me, ids).await?;
    Ok(sessions
        .into_iter()
        .map(|session| {
            let is_enrolled = enrolled.iter().any(|row| row.course_run_id == session.course_run_id);
            let is_trainer = taught.iter().any(|row| row.course_session_id == session.id);
            let class = Class {
                fences: session.venue_id.and_then(|venue| rooms.get(&venue)).copied().into_iter().collect(),
                is_expected: is_enrolled || is_trainer,
                wrong_codes: wrong.get(&session.id).copied().unwrap_or_default(),
                session,
            };
            (class.session.id, class)
        })
        .collect())
}

/// The wrong codes by session, without those that nobody looked at.
async fn wrong_codes(
    db: &impl ConnectionTrait,
    me: EmployeeId,
    ids: &[CourseSessionId],
) -> Result<HashMap<CourseSessionId, WrongCodes>> {
    let counted = check_in::Entity::find()
        .select_only()
        .column(check_in::Column::CourseSessionId)
        .column_as(check_in::Column::Id.count(), "wrong")
        .column_as(check_in::Column::ReceivedAt.max(), "last_at")
        .filter(check_in::Column::EmployeeId.eq(me))
        .filter(check_in::Column::CourseSessionId.is_in(ids.iter().copied()))
        .filter(check_in::Column::Reasons.contains(Reason::CodeWrong.code()))
        .filter(check_in::Column::Reasons.not_like(format!("%{}%", Reason::TooManyWrongCodes.code())))
        .group_by(check_in::Column::CourseSessionId)
        .into_model::<Counted>()
        .all(db)
        .await?;
    Ok(counted
        .into_iter()
        .map(|row| {
            let count = row.wrong.unsigned_abs();
            (row.course_session_id, WrongCodes { count, last_at: row.last_at })
        })
        .collect())
}
