//! Attendance as it happens, in the schema.

use async_graphql::{Context, ID, Subscription};
use entity::ids::{CheckInId, CourseSessionId};
use futures_util::Stream;

use super::CheckIn;
use crate::error::Result;
use crate::events::{Topic, follow};
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{LISTENING, Weighs};
use crate::graphql::rows;

/// Attendance as it happens.
#[derive(Default)]
pub struct AttendanceSubscription;

/// Attendance as it happens.
#[Subscription]
impl AttendanceSubscription {
    /// The check-ins (*presensi*) to a session from now on, each when it is recorded and when its verdict changes; as
    /// far as the caller may see them: all for the trainers, one's own for a participant.
    #[graphql(directive = Weighs::apply(LISTENING))]
    async fn course_session_roll_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session (*pertemuan*).")] course_session_id: ID,
    ) -> Result<impl Stream<Item = async_graphql::Result<CheckIn>>> {
        ctx.actor().person()?;
        let db = ctx.app().db.read();
        let session = rows::named::<CourseSessionId>(db, ctx.actor(), "courseSessionId", &course_session_id).await?;
        Ok(follow::<CheckInId, CheckIn>(ctx, Topic::Roll(session.id)))
    }
}
