//! Meetings are added and changed, and trainers named.

use std::ops::RangeInclusive;

use async_graphql::ID;
use entity::ids::{CourseRunId, CourseSessionId, VenueId};
use entity::{course_session, course_session_trainer, venue};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
};

use super::people;
use crate::agency::service::{Lookup, MAX_NAME};
use crate::app::App;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::policy::{self, Action, Actor};
use crate::problem::Problem;
use crate::programme::schema::{CreateCourseSessionInput, SetTrainersInput, UpdateCourseSessionInput};
use crate::{input, text};

/// How long before the beginning a check-in may count.
const MARGIN: RangeInclusive<i32> = 0..=720;
/// Trainers of one session.
const MAX_TRAINERS: usize = 20;

/// Adds a session.
///
/// # Errors
/// What `CreateCourseSessionErrorCode` names.
pub async fn create(app: &App, actor: &Actor, input: CreateCourseSessionInput) -> Result<course_session::Model> {
    actor.person()?;
    let transaction = app.db.begin().await?;
    let run = rows::named::<CourseRunId>(&transaction, actor, "courseRunId", &input.course_run_id).await?;
    policy::require(actor, Action::Keep(run.agency_id))?;
    check_period(input.starts_at.0, input.ends_at.0)?;
    let lookup = Lookup { transaction: &transaction, actor, agency: run.agency_id };
    let room = room(&lookup, input.venue_id.as_ref()).await?;
    let now = app.clock.now();
    let session = course_session::ActiveModel {
        id: Set(app.ids.new_id(now)),
        agency_id: Set(run.agency_id),
        course_run_id: Set(run.id),
        source_id: Set(None),
        title: Set(text::name("title", &input.title, MAX_NAME)?),
        venue_id: Set(room.as_ref().map(|room| room.id)),
        starts_at: Set(input.starts_at.0),
        ends_at: Set(input.ends_at.0),
        time_zone: Set(match (input.time_zone, room) {
            (Some(zone), _) => input::time_zone("timeZone", &zone)?,
            (None, Some(room)) => room.time_zone,
            (None, None) => lookup.time_zone(None).await?,
        }),
        opens_before_minutes: Set(input::within("opensBeforeMinutes", input.opens_before_minutes, &MARGIN)?),
        requires_code: Set(input.requires_code),
        code_secret: Set(app.ids.bytes::<20>().to_vec()),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let session = session.insert(&transaction).await?;
    transaction.commit().await?;
    Ok(session)
}

/// Changes a session. Moved to another place without a zone being named, it is in that place's.
///
/// # Errors
/// What `UpdateCourseSessionErrorCode` names.
pub async fn update(app: &App, actor: &Actor, input: UpdateCourseSessionInput) -> Result<course_session::Model> {
    actor.person()?;
    let transaction = app.db.begin().await?;
    let before =
        rows::held::<CourseSessionId>(&transaction, actor, "courseSessionId", &input.course_session_id).await?;
    policy::require(actor, Action::Keep(before.agency_id))?;
    let lookup = Lookup { transaction: &transaction, actor, agency: before.agency_id };
    let (starts_at, ends_at) = (before.starts_at, before.ends_at);
    let mut session = before.into_active_model();
    if let Some(title) = input::given("title", input.title)? {
        session.title = Set(text::name("title", &title, MAX_NAME)?);
    }
    if let Some(room_id) = input.venue_id.as_opt_ref() {
        let room = room(&lookup, room_id).await?;
        session.venue_id = Set(room.as_ref().map(|room| room.id));
        if let Some(room) = room {
            session.time_zone = Set(room.time_zone);
        }
    }
    if let Some(zone) = input::given("timeZone", input.time_zone)? {
        session.time_zone = Set(input::time_zone("timeZone", &zone)?);
    }
    let starts_at = input::given("startsAt", input.starts_at)?.map_or(starts_at, |at| at.0);
    let ends_at = input::given("endsAt", input.ends_at)?.map_or(ends_at, |at| at.0);
    check_period(starts_at, ends_at)?;
    (session.starts_at, session.ends_at) = (Set(starts_at), Set(ends_at));
    if let Some(minutes) = input::given("opensBeforeMinutes", input.opens_before_minutes)? {
        session.opens_before_minutes = Set(input::within("opensBeforeMinutes", minutes, &MARGIN)?);
    }
    if let Some(requires_code) = input::given("requiresCode", input.requires_code)? {
        session.requires_code = Set(requires_code);
    }
    session.updated_at = Set(app.clock.now());
    let session = session.update(&transaction).await?;
    transaction.commit().await?;
    Ok(session)
}

/// Says who teaches a session, in place of who did.
///
/// # Errors
/// What `SetTrainersErrorCode` names.
pub async fn set_trainers(app: &App, actor: &Actor, input: SetTrainersInput) -> Result<course_session::Model> {
    actor.person()?;
    let transaction = app.db.begin().await?;
    let session =
        rows::held::<CourseSessionId>(&transaction, actor, "courseSessionId", &input.course_session_id).await?;
    policy::require(actor, Action::Keep(session.agency_id))?;
    let mut trainers = Vec::new();
    for (field, employee) in people(app, &transaction, actor, &input.employee_ids, MAX_TRAINERS).await? {
        if employee.agency_id != session.agency_id {
            return Err(Error::at(&field, Problem::NotFound));
        }
        if !employee.is_active {
            return Err(Error::at(&field, Problem::Inactive));
        }
        trainers.push(course_session_trainer::ActiveModel {
            course_session_id: Set(session.id),
            employee_id: Set(employee.id),
            agency_id: Set(session.agency_id),
        });
    }
    course_session_trainer::Entity::delete_many()
        .filter(course_session_trainer::Column::CourseSessionId.eq(session.id))
        .exec(&transaction)
        .await?;
    course_session_trainer::Entity::insert_many(trainers).exec_without_returning(&transaction).await?;
    transaction.commit().await?;
    Ok(session)
}

/// An open place of the agency.
async fn room(lookup: &Lookup<'_>, id: Option<&ID>) -> Result<Option<venue::Model>> {
    let Some(id) = id else { return Ok(None) };
    let room = rows::named::<VenueId>(lookup.transaction, lookup.actor, "venueId", id).await?;
    if room.agency_id != lookup.agency {
        return Err(Error::at("venueId", Problem::NotFound));
    }
    if room.is_active { Ok(Some(room)) } else { Err(Error::at("venueId", Problem::Inactive)) }
}

fn check_period(starts_at: Instant, ends_at: Instant) -> Result<()> {
    if starts_at < ends_at { Ok(()) } else { Err(Error::at("endsAt", Problem::InvalidPeriod)) }
}
