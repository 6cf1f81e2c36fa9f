//! A role that an account holds in an agency or a unit.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AgencyId, RoleGrantId, UnitId};

/// Roles that are given; the others follow from what somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Sees aggregates, names agency admins.
    NationalAdmin,
    /// Keeps an agency's data and settings.
    AgencyAdmin,
    /// Acts as head of a unit and the units below it.
    Supervisor,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_grant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleGrantId,
    pub account_id: AccountId,
    pub role: Role,
    /// Absent for the national admin alone.
    pub agency_id: Option<AgencyId>,
    /// The root of the subtree, where the role is one of a unit.
    pub unit_id: Option<UnitId>,
    /// Absent when it was given on the server's own terminal.
    pub granted_by: Option<AccountId>,
    pub granted_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
