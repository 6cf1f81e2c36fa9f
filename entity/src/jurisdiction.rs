//! A node of the tree province, city, kecamatan, kelurahan (Kemendagri region codes).

use sea_orm::entity::prelude::*;

use crate::ids::JurisdictionId;

/// How deep a jurisdiction lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Level {
    /// *Provinsi*.
    Province,
    /// *Kota* or *kabupaten*.
    City,
    /// *Kecamatan*.
    District,
    /// *Kelurahan* or *desa*.
    Village,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jurisdiction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JurisdictionId,
    /// For example `11.72.01`.
    pub code: String,
    pub name: String,
    pub level: Level,
    pub parent_id: Option<JurisdictionId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
