//! What attendance adds to a course session: the trainer's code and the roll.

use async_graphql::{Context, SimpleObject};
use entity::ids::CheckInId;
use entity::{check_in, course_session};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::CheckInConnection;
use crate::attendance::venue_code;
use crate::error::{Error, Result};
use crate::graphql::context::ContextExt as _;
use crate::graphql::rows;
use crate::graphql::scalars::DateTime;
use crate::policy;
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
    let Some(me) = ctx.actor().employment() else { return Ok(None) };
    if !session.requires_code {
        return Ok(None);
    }
    let trainers = ctx.rows().load_one(TrainersOf(session.id)).await.map_err(|error| Error::shared(&error))?;
    if !trainers.is_some_and(|trainers| trainers.iter().any(|trainer| trainer.id == me.id)) {
        return Ok(None);
    }
    let (code, valid_until) = venue_code::current(&session.code_secret, ctx.app().clock.now())?;
    let qr_text = format!("bina:checkin/{}/{code}", session.id);
    Ok(Some(VenueCode { code, valid_until: valid_until.into(), qr_text }))
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
    let roll = policy::find(ctx.actor()).filter(check_in::Column::CourseSessionId.eq(session.id));
    Ok(rows::page::<CheckInId>(ctx, first, after, roll).await?.into())
}
