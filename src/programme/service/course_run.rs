//! Dated offerings are added and changed, and other agencies invited to them.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use entity::ids::{AgencyId, CourseId, CourseRunId};
use entity::{course_run, course_run_guest, enrolment};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _,
};

use crate::agency::service::MAX_NAME;
use crate::app::App;
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::policy::{self, Action, Actor};
use crate::problem::Problem;
use crate::programme::schema::{CreateCourseRunInput, InviteAgencyInput, UpdateCourseRunInput};
use crate::{input, text};

/// How many a run can take.
const CAPACITY: RangeInclusive<i32> = 1..=10_000;
/// Agencies that a run can invite.
const MAX_GUESTS: usize = 100;

/// Adds a run.
///
/// # Errors
/// What `CreateCourseRunErrorCode` names.
pub async fn create(app: &App, actor: &Actor, input: CreateCourseRunInput) -> Result<course_run::Model> {
    actor.person()?;
    let transaction = app.db.begin().await?;
    let course = rows::named::<CourseId>(&transaction, actor, "courseId", &input.course_id).await?;
    policy::require(actor, Action::Keep(course.agency_id))?;
    if !course.is_active {
        return Err(Error::at("courseId", Problem::Inactive));
    }
    let (starts_on, ends_on) = (input::day("startsOn", input.starts_on)?, input::day("endsOn", input.ends_on)?);
    check_period(starts_on, ends_on)?;
    let now = app.clock.now();
    let run = course_run::ActiveModel {
        id: Set(app.ids.new_id(now)),
        agency_id: Set(course.agency_id),
        course_id: Set(course.id),
        source_id: Set(None),
        name: Set(text::name("name", &input.name, MAX_NAME)?),
        starts_on: Set(starts_on),
        ends_on: Set(ends_on),
        capacity: Set(input.capacity.map(|places| input::within("capacity", places, &CAPACITY)).transpose()?),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let run = run.insert(&transaction).await?;
    transaction.commit().await?;
    Ok(run)
}

/// Changes a run. It is held meanwhile: nobody is enrolled beyond a capacity that becomes smaller.
///
/// # Errors
/// What `UpdateCourseRunErrorCode` names.
pub async fn update(app: &App, actor: &Actor, input: UpdateCourseRunInput) -> Result<course_run::Model> {
    actor.person()?;
    let transaction = app.db.begin().await?;
    let before = rows::held::<CourseRunId>(&transaction, actor, "courseRunId", &input.course_run_id).await?;
    policy::require(actor, Action::Keep(before.agency_id))?;
    let (id, mut starts_on, mut ends_on) = (before.id, before.starts_on, before.ends_on);
    let mut run = before.into_active_model();
    if let Some(name) = input::given("name", input.name)? {
        run.name = Set(text::name("name", &name, MAX_NAME)?);
    }
    if let Some(day) = input::given("startsOn", input.starts_on)? {
        starts_on = input::day("startsOn", day)?;
    }
    if let Some(day) = input::given("endsOn", input.ends_on)? {
        ends_on = input::day("endsOn", day)?;
    }
    check_period(starts_on, ends_on)?;
    (run.starts_on, run.ends_on) = (Set(starts_on), Set(ends_on));
    if let Some(places) = input.capacity.as_opt_ref() {
        if let Some(places) = places {
            let taken = i32::try_from(enrolled(&transaction, id).await?).unwrap_or(i32::MAX);
            input::within("capacity", *places, &(taken.max(*CAPACITY.start())..=*CAPACITY.end()))?;
        }
        run.capacity = Set(places.copied());
    }
    run.updated_at = Set(app.clock.now());
    let run = run.update(&transaction).await?;
    transaction.commit().await?;
    Ok(run)
}

/// Invites an agency to a run; one that takes part already stays as it is.
///
/// # Errors
/// What `InviteAgencyErrorCode` names.
pub async fn invite(app: &App, actor: &Actor, input: InviteAgencyInput) -> Result<course_run::Model> {
    actor.person()?;
    let transaction = app.db.begin().await?;
    let run = rows::held::<CourseRunId>(&transaction, actor, "courseRunId", &input.course_run_id).await?;
    policy::require(actor, Action::Keep(run.agency_id))?;
    let guest = rows::named::<AgencyId>(&transaction, actor, "agencyId", &input.agency_id).await?;
    let guests = guests(&transaction, run.id).await?;
    if guest.id == run.agency_id || guests.contains(&guest.id) {
        return Ok(run);
    }
    input::within("agencyId", guests.len() + 1, &(0..=MAX_GUESTS))?;
    let invitation = course_run_guest::ActiveModel {
        course_run_id: Set(run.id),
        guest_agency_id: Set(guest.id),
        agency_id: Set(run.agency_id),
        invited_at: Set(app.clock.now()),
    };
    invitation.insert(&transaction).await?;
    transaction.commit().await?;
    Ok(run)
}

/// How many take part in a run.
pub(super) async fn enrolled(transaction: &DatabaseTransaction, run: CourseRunId) -> Result<u64> {
    let enrolled = enrolment::Entity::find()
        .filter(enrolment::Column::CourseRunId.eq(run))
        .filter(enrolment::Column::Status.eq(enrolment::Status::Enrolled));
    Ok(enrolled.count(transaction).await?)
}

/// The agencies that were invited to a run.
pub(super) async fn guests(transaction: &DatabaseTransaction, run: CourseRunId) -> Result<Vec<AgencyId>> {
    let guests = course_run_guest::Entity::find().filter(course_run_guest::Column::CourseRunId.eq(run));
    Ok(guests.all(transaction).await?.iter().map(|guest| guest.guest_agency_id).collect())
}

fn check_period(starts_on: NaiveDate, ends_on: NaiveDate) -> Result<()> {
    if starts_on <= ends_on { Ok(()) } else { Err(Error::at("endsOn", Problem::InvalidPeriod)) }
}
