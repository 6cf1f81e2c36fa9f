//! Which rule of lateness an agency has chosen, from a date on.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, LatenessAdoptionId, LatenessRuleId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lateness_adoption")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LatenessAdoptionId,
    pub agency_id: AgencyId,
    pub version: i32,
    /// Absent: none.
    pub rule_id: Option<LatenessRuleId>,
    /// The agency's decision.
    pub citation: String,
    pub valid_from: Date,
    /// The last day.
    pub valid_until: Option<Date>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
