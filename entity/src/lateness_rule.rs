//! A rule set of lateness; its bands stand in `lateness_band`.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, LatenessRuleId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lateness_rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LatenessRuleId,
    /// Absent for the country's presets.
    pub agency_id: Option<AgencyId>,
    pub name: String,
    pub citation: String,
    pub version: i32,
    /// Whether each number of it was read in the source.
    pub is_verified: bool,
    /// What is not verified or not set.
    pub note: Option<String>,
    /// By so much the start may shift, and the end with it, where working hours do not say.
    pub flexible_minutes: i32,
    /// Lateness up to this is none when as much is added at the end of the day.
    pub made_up_minutes: i32,
    /// Late days of a month without a cut.
    pub late_days_free: Option<i32>,
    /// The month's cut beyond them, in hundredths of a percent.
    pub late_days_hundredths: Option<i32>,
    /// Whether a missing IN or OUT counts as the last band of its side.
    pub missing_is_last_band: bool,
    /// The cut for an absent day, in hundredths of a percent; absent: that of a missing IN and a missing OUT.
    pub absent_hundredths: Option<i32>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
