//! An agency (*instansi*): the tenant.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, JurisdictionId};

/// Whose agency it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// *Pusat*.
    Central,
    /// *Daerah*.
    Regional,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agency")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgencyId,
    /// Its id in the national civil-service system.
    pub siasn_id: String,
    /// Its short code there (*kodeCepat*); not unique.
    pub code: String,
    pub name: String,
    pub kind: Kind,
    /// Its category there, for example `KOT`.
    pub category: Option<String>,
    pub jurisdiction_id: Option<JurisdictionId>,
    /// IANA zone where a unit names none.
    pub time_zone: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
