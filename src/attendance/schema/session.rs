//! What attendance adds to a course session: the trainer's code and the roll.

use async_graphql::{Context, SimpleObject};
use entity::check_in::Verdict;
use entity::ids::{CheckInId, EmployeeId};
use entity::{check_in, course_session, employee, enrolment};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QuerySelect as _, QueryTrait as _,
};

use super::CheckInConnection;
use crate::agency::schema::EmployeeConnection;
use crate::attendance::loader::StandingIn;
use crate::attendance::venue_code;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::rows;
use crate::graphql::scalars::DateTime;
use crate::policy::{self, Action, Scoped as _};
use crate::programme::loader::TrainersOf;

/// The code for the trainer's screen (*kode presensi*).
#[derive(Debug, SimpleObject)]
pub struct VenueCode {
    /// Six digits.
    code: String,
    /// When the next one follows.
    valid_until: DateTime,
    /// What the QR code on the screen holds.
    qr_text: String,
}

/// The present code of a session, for its trainers alone.
///
/// # Errors
/// When the database does not answer.
pub async fn venue_code(ctx: &Context<'_>, session: &course_session::Model) -> Result<Option<VenueCode>> {
    if !session.requires_code || !teaches(ctx, session).await? {
        return Ok(None);
    }
    let (code, valid_until) = venue_code::current(&session.code_secret, ctx.app().clock.now())?;
    let qr_text = format!("bina:checkin/{}/{code}", session.id);
    Ok(Some(VenueCode { code, valid_until: valid_until.into(), qr_text }))
}

/// Where those who are enrolled stand with a session.
#[derive(Debug, SimpleObject)]
#[expect(clippy::struct_field_names, reason = "counts are called so in the schema")]
pub struct RollSummary {
    /// How many are enrolled.
    expected_count: i32,
    /// How many of them came (*hadir*).
    present_count: i32,
    /// How many of them came and are to be looked at (*perlu diperiksa*).
    needs_review_count: i32,
    /// How many of them tried and were rejected, and nothing else (*ditolak*).
    rejected_count: i32,
    /// How many of them have not come: yet, or at all once it is over (*tidak hadir*).
    absent_count: i32,
}

/// Whether the caller sees the whole roll: a trainer, or an admin of the agency that holds the session.
async fn sees_all(ctx: &Context<'_>, session: &course_session::Model) -> Result<bool> {
    Ok(policy::can(ctx.actor(), Action::Keep(session.agency_id)) || teaches(ctx, session).await?)
}

async fn teaches(ctx: &Context<'_>, session: &course_session::Model) -> Result<bool> {
    let Some(me) = ctx.actor().employment() else { return Ok(false) };
    let trainers = rows::load(ctx, TrainersOf(session.id)).await?;
    Ok(trainers.is_some_and(|trainers| trainers.iter().any(|trainer| trainer.id == me.id)))
}

/// The roll in numbers, for who sees all of it.
///
/// # Errors
/// When the database does not answer.
pub async fn roll_summary(ctx: &Context<'_>, session: &course_session::Model) -> Result<Option<RollSummary>> {
    if !sees_all(ctx, session).await? {
        return Ok(None);
    }
    let key = StandingIn { session: session.id, run: session.course_run_id };
    let standing = rows::load(ctx, key).await?.unwrap_or_default();
    let count = |wanted: Option<Verdict>| {
        let count = standing.values().filter(|verdict| **verdict == wanted).count();
        i32::try_from(count).unwrap_or(i32::MAX)
    };
    Ok(Some(RollSummary {
        expected_count: i32::try_from(standing.len()).unwrap_or(i32::MAX),
        present_count: count(Some(Verdict::Accepted)),
        needs_review_count: count(Some(Verdict::NeedsReview)),
        rejected_count: count(Some(Verdict::Rejected)),
        absent_count: count(None),
    }))
}

/// Who is enrolled and has no check-in to a session that counts or may count, for who sees the whole roll.
///
/// # Errors
/// `BAD_USER_INPUT` for a cursor of another list.
pub async fn missing(
    ctx: &Context<'_>,
    session: &course_session::Model,
    first: Option<i32>,
    after: Option<String>,
) -> Result<EmployeeConnection> {
    let enrolled = enrolment::Entity::find()
        .filter(enrolment::Column::CourseRunId.eq(session.course_run_id))
        .filter(enrolment::Column::Status.eq(enrolment::Status::Enrolled))
        .select_only()
        .column(enrolment::Column::EmployeeId);
    let came = check_in::Entity::find()
        .filter(check_in::Column::CourseSessionId.eq(session.id))
        .filter(check_in::Column::Verdict.ne(Verdict::Rejected))
        .select_only()
        .column(check_in::Column::EmployeeId);
    // Who sees all of the roll sees everybody who is enrolled: no more is asked of the database.
    let mut missing = employee::Entity::find()
        .filter(employee::Column::Id.in_subquery(enrolled.into_query()))
        .filter(employee::Column::Id.not_in_subquery(came.into_query()));
    if !sees_all(ctx, session).await? {
        missing = missing.filter(Expr::val(1).eq(0));
    }
    Ok(rows::page::<EmployeeId>(ctx, first, after, missing).await?.into())
}

/// The check-ins to a session, as far as the caller may see them: all for its trainers, one's own for a participant.
///
/// # Errors
/// `BAD_USER_INPUT` for a cursor of another list.
pub async fn roll(
    ctx: &Context<'_>,
    session: &course_session::Model,
    first: Option<i32>,
    after: Option<String>,
) -> Result<CheckInConnection> {
    let all = check_in::Entity::find().filter(check_in::Column::CourseSessionId.eq(session.id));
    // Whoever sees all of it asks for it alone, without what else the caller sees.
    let roll = if sees_all(ctx, session).await? { all } else { all.filter(check_in::Entity::scope(ctx.actor())) };
    Ok(rows::page::<CheckInId>(ctx, first, after, roll).await?.into())
}
