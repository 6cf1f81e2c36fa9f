//! A civil servant (*ASN*).

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AgencyId, EmployeeId, SiasnTermId, UnitId};

/// How somebody is employed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Employment {
    /// Permanent civil servant (*PNS*).
    Pns,
    /// Civil servant under contract (*PPPK*).
    Pppk,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "employee")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EmployeeId,
    pub agency_id: AgencyId,
    pub account_id: Option<AccountId>,
    /// Its id in the agency's own system; unique in the agency.
    pub source_id: Option<String>,
    pub name: String,
    pub employment: Employment,
    pub unit_id: Option<UnitId>,
    /// The name of the post (*jabatan*).
    pub post: Option<String>,
    pub post_type_id: Option<SiasnTermId>,
    pub rank_id: Option<SiasnTermId>,
    /// The superior named for this person.
    pub supervisor_id: Option<EmployeeId>,
    pub is_active: bool,
    /// The first day of the present service here, or of the last.
    pub serves_from: Date,
    /// Its last day; absent while they serve. Whoever left before they came has one before the first.
    pub served_until: Option<Date>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
