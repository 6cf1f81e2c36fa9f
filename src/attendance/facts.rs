//! What the database knows around a person's check-ins: one set of queries for one attempt or for two hundred.

use std::collections::HashMap;

use chrono::TimeDelta;
use chrono_tz::Tz;
use entity::ids::{AgencyId, CourseSessionId, UnitId, VenueId};
use entity::{agency, check_in, course_session, course_session_trainer, employee, enrolment, schedule, venue};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Statement,
};

use super::rules::{Fence, Reason, WrongCodes};
use super::workday::Window;
use crate::error::{Error, Result};
use crate::policy::{self, Actor};

/// A person's duty: the schedules that apply, the zone, the fences.
#[derive(Debug)]
pub struct Duty {
    /// The unit's schedules, its parents', the agency's, the country's, each level by itself.
    levels: Vec<Vec<schedule::Model>>,
    /// The unit's zone.
    pub zone: Tz,
    /// The active venues of the unit and its parents.
    pub fences: Vec<Fence>,
}

impl Duty {
    /// The levels for [`super::workday`].
    #[must_use]
    pub fn levels(&self) -> Vec<Vec<&schedule::Model>> {
        self.levels.iter().map(|level| level.iter().collect()).collect()
    }
}

/// A unit on the way from an employee's up to the root.
#[derive(Debug, FromQueryResult)]
struct Ancestor {
    id: UnitId,
    time_zone: Option<String>,
}

/// How deep a tree of units may be read.
const DEEPEST: i32 = 32;

async fn ancestors(db: &impl ConnectionTrait, unit: Option<UnitId>) -> Result<Vec<Ancestor>> {
    let Some(unit) = unit else { return Ok(Vec::new()) };
    let upwards = Statement::from_sql_and_values(
        db.get_database_backend(),
        "WITH RECURSIVE upwards (id, parent_id, time_zone, height) AS (
            SELECT id, parent_id, time_zone, 0 FROM unit WHERE id = $1
            UNION ALL
            SELECT unit.id, unit.parent_id, unit.time_zone, upwards.height + 1
            FROM unit JOIN upwards ON unit.id = upwards.parent_id WHERE upwards.height < $2
        ) SELECT id, time_zone FROM upwards ORDER BY height",
        [unit.into(), DEEPEST.into()],
    );
    Ok(Ancestor::find_by_statement(upwards).all(db).await?)
}

/// Loads the duty of an employee.
///
/// # Errors
/// When the database does not answer.
pub async fn duty(db: &impl ConnectionTrait, employee: &employee::Model) -> Result<Duty> {
    let units = ancestors(db, employee.unit_id).await?;
    let ids: Vec<UnitId> = units.iter().map(|unit| unit.id).collect();
    let schedules = schedules(db, employee.agency_id, &ids).await?;
    let of = |agency: Option<AgencyId>, unit: Option<UnitId>| -> Vec<schedule::Model> {
        schedules.iter().filter(|row| row.agency_id == agency && row.unit_id == unit).cloned().collect()
    };
    let mut levels: Vec<_> = ids.iter().map(|unit| of(Some(employee.agency_id), Some(*unit))).collect();
    levels.extend([of(Some(employee.agency_id), None), of(None, None)]);
    let venues = venue::Entity::find()
        .filter(venue::Column::UnitId.is_in(ids))
        .filter(venue::Column::IsActive.eq(true))
        .all(db)
        .await?;
    let zone = match units.into_iter().find_map(|unit| unit.time_zone) {
        Some(zone) => zone,
        None => agency_zone(db, employee.agency_id).await?,
    };
    Ok(Duty { levels, zone: parse_zone(&zone)?, fences: venues.iter().map(fence).collect() })
}

async fn schedules(db: &impl ConnectionTrait, agency: AgencyId, units: &[UnitId]) -> Result<Vec<schedule::Model>> {
    let of_the_agency = Condition::all().add(schedule::Column::AgencyId.eq(agency)).add(
        Condition::any()
            .add(schedule::Column::UnitId.is_null())
            .add(schedule::Column::UnitId.is_in(units.iter().copied())),
    );
    let national = schedule::Column::AgencyId.is_null();
    Ok(schedule::Entity::find().filter(Condition::any().add(of_the_agency).add(national)).all(db).await?)
}

async fn agency_zone(db: &impl ConnectionTrait, agency: AgencyId) -> Result<String> {
    let agency = agency::Entity::find_by_id(agency).one(db).await?;
    Ok(agency.ok_or_else(|| Error::internal("an employee without an agency"))?.time_zone)
}

/// The zone of a name that was checked when it was stored.
///
/// # Errors
/// When it is none after all.
pub fn parse_zone(name: &str) -> Result<Tz> {
    name.parse().map_err(|_| Error::internal(format!("no time zone: {name}")))
}

fn fence(row: &venue::Model) -> Fence {
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
    me: &employee::Model,
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
        .filter(enrolment::Column::EmployeeId.eq(me.id))
        .filter(enrolment::Column::CourseRunId.is_in(sessions.iter().map(|session| session.course_run_id)))
        .filter(enrolment::Column::Status.eq(enrolment::Status::Enrolled))
        .all(db)
        .await?;
    let taught = course_session_trainer::Entity::find()
        .filter(course_session_trainer::Column::EmployeeId.eq(me.id))
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
    me: &employee::Model,
    ids: &[CourseSessionId],
) -> Result<HashMap<CourseSessionId, WrongCodes>> {
    let counted = check_in::Entity::find()
        .select_only()
        .column(check_in::Column::CourseSessionId)
        .column_as(check_in::Column::Id.count(), "wrong")
        .column_as(check_in::Column::ReceivedAt.max(), "last_at")
        .filter(check_in::Column::EmployeeId.eq(me.id))
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
