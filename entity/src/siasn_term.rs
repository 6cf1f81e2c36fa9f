//! An entry of a national list of the civil-service information system.

use sea_orm::entity::prelude::*;

use crate::ids::SiasnTermId;

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum List {
    /// *Jenis kursus*.
    CourseName,
    /// *Jenis diklat*.
    TrainingForm,
    /// *Kompetensi*.
    Competence,
    /// *Golongan* and *pangkat*.
    Rank,
    /// *Jenis jabatan*.
    PostType,
    /// *Jenis pegawai*.
    EmployeeType,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "siasn_term")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SiasnTermId,
    pub list: List,
    pub siasn_id: String,
    /// Its short code, where the list has one.
    pub code: Option<String>,
    pub name: String,
    /// The list's own grouping, where it has one.
    pub category: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
