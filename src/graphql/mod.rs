//! The merged roots, and what every domain's resolvers share.

pub mod context;
pub mod error;
pub mod guard;
pub mod page;
pub mod payload;
mod problem_enum;
pub mod rows;
pub mod scalars;

use std::sync::Arc;

use async_graphql::{EmptySubscription, Object};

use crate::app::App;

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// A stand-in for the merged root.
#[derive(Debug)]
pub struct Query;

#[Object]
impl Query {
    /// Nobody yet.
    async fn viewer(&self) -> Option<String> {
        None
    }
}

/// A stand-in for the merged root.
#[derive(Debug)]
pub struct Mutation;

#[Object]
impl Mutation {
    /// Nobody yet.
    async fn login(&self) -> Option<String> {
        None
    }
}

/// The schema over an app.
#[must_use]
pub fn schema(app: Arc<App>) -> Schema {
    async_graphql::Schema::build(Query, Mutation, EmptySubscription).data(app).finish()
}
