//! `node` and `nodes`: anything by its id.

use async_graphql::{Context, ID, Interface};
use entity::ids::{self, TypedId};
use uuid::Uuid;

use super::rows;
use crate::agency::schema::{Agency, Employee, Holiday, Jurisdiction, Schedule, Shift, SiasnTerm, Unit, Venue};
use crate::attendance::schema::{
    CheckIn, CheckInReview, Correction, DutyArrangement, LatenessAdoption, LatenessRule, RamadanPeriod,
    ReviewThreshold, RosterEntry,
};
use crate::error::{Error, Result};
use crate::identity::schema::{Device, RoleGrant};
use crate::problem::Problem;
use crate::programme::schema::{Course, CourseRun, CourseSession, Enrolment};

macro_rules! nodes {
    ($($id:ident => $node:ident),* $(,)?) => {
        /// Something with an id of its own (Relay's global object identification).
        #[derive(Interface)]
        #[graphql(field(name = "id", ty = "ID", desc = "The id: a TypeID, whose prefix tells the type."))]
        pub enum Node {
            $(
                #[doc = "A node."]
                $node($node),
            )*
        }

        async fn find(ctx: &Context<'_>, prefix: &str, id: Uuid) -> Result<Option<Node>> {
            match prefix {
                $(<ids::$id as TypedId>::PREFIX => {
                    Ok(rows::load(ctx, ids::$id::from(id)).await?.map(|row| Node::$node(row.into())))
                })*
                _ => Err(Error::bad_input("id", Problem::Malformed)),
            }
        }
    };
}

nodes! {
    AgencyId => Agency,
    CheckInId => CheckIn,
    CheckInReviewId => CheckInReview,
    CorrectionId => Correction,
    CourseId => Course,
    CourseRunId => CourseRun,
    CourseSessionId => CourseSession,
    DeviceId => Device,
    DutyArrangementId => DutyArrangement,
    EmployeeId => Employee,
    EnrolmentId => Enrolment,
    HolidayId => Holiday,
    JurisdictionId => Jurisdiction,
    RamadanPeriodId => RamadanPeriod,
    LatenessAdoptionId => LatenessAdoption,
    LatenessRuleId => LatenessRule,
    ReviewThresholdId => ReviewThreshold,
    RoleGrantId => RoleGrant,
    RosterEntryId => RosterEntry,
    ScheduleId => Schedule,
    ShiftId => Shift,
    SiasnTermId => SiasnTerm,
    UnitId => Unit,
    VenueId => Venue,
}

/// The node of an id; nothing when there is none or the actor may not see it.
///
/// # Errors
/// `BAD_USER_INPUT` when the text is no id of a node.
pub async fn node(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    let (prefix, uuid) = ids::parse(id).map_err(|_| Error::bad_input("id", Problem::Malformed))?;
    find(ctx, &prefix, uuid).await
}
