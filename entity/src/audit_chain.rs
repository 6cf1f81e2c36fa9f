//! The head of a chain of audit entries.

use sea_orm::entity::prelude::*;

use crate::ids::AgencyId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_chain")]
pub struct Model {
    /// See [`id`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The sequence of the last entry; 0 before the first.
    pub length: i32,
    /// The hash of the last entry; before the first, that of the empty chain.
    pub hash: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The id of an agency's chain, or of the nation's.
#[must_use]
pub fn id(agency: Option<AgencyId>) -> Uuid {
    agency.map_or(Uuid::nil(), |agency| agency.0)
}

/// Whose chain it is; absent for the nation's.
#[must_use]
pub fn agency(id: Uuid) -> Option<AgencyId> {
    (!id.is_nil()).then_some(AgencyId(id))
}
