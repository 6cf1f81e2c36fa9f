//! A document (queries, mutations or subscriptions of GraphQL) that an operator registered for an app.

use sea_orm::entity::prelude::*;

use crate::ids::DocumentId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentId,
    /// SHA-256 of the text.
    #[sea_orm(unique)]
    pub hash: Vec<u8>,
    /// As the app's tool calls it.
    pub name: String,
    pub text: String,
    pub registered_at: DateTimeUtc,
    /// Since when it is no longer answered by its id.
    pub retired_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::document_alias::Entity")]
    Alias,
}

impl Related<super::document_alias::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Alias.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
