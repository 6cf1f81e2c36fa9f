//! What so many unexcused days of a year lead to.

use sea_orm::entity::prelude::*;

use crate::employee::Employment;
use crate::ids::AbsenceSanctionId;

/// The sanction, the lightest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// *Teguran lisan*.
    OralWarning,
    /// *Teguran tertulis*.
    WrittenWarning,
    /// *Pernyataan tidak puas secara tertulis*.
    StatementOfDissatisfaction,
    /// *Pemotongan tunjangan kinerja 25 % selama 6 bulan*.
    #[sea_orm(string_value = "ALLOWANCE_CUT_6_MONTHS")]
    AllowanceCut6Months,
    /// *… selama 9 bulan*.
    #[sea_orm(string_value = "ALLOWANCE_CUT_9_MONTHS")]
    AllowanceCut9Months,
    /// *… selama 12 bulan*.
    #[sea_orm(string_value = "ALLOWANCE_CUT_12_MONTHS")]
    AllowanceCut12Months,
    /// *Penurunan jabatan setingkat lebih rendah selama 12 bulan*.
    #[sea_orm(string_value = "DEMOTION_12_MONTHS")]
    Demotion12Months,
    /// *Pembebasan dari jabatan menjadi jabatan pelaksana selama 12 bulan*.
    RemovalFromPost,
    /// *Pemberhentian dengan hormat tidak atas permintaan sendiri*.
    Dismissal,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "absence_sanction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AbsenceSanctionId,
    pub citation: String,
    pub version: i32,
    pub valid_from: Date,
    pub valid_until: Option<Date>,
    pub kind: Kind,
    /// From so many unexcused days on.
    pub from_days: i32,
    /// Whether they have to follow each other; else they add up over the calendar year.
    pub is_consecutive: bool,
    /// To whom it applies; absent for everybody.
    pub employment: Option<Employment>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
