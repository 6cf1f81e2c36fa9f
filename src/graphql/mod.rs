//! The merged roots, and what every domain's resolvers share.

pub mod context;
pub mod error;
pub mod page;
pub mod payload;
mod problem_enum;
pub mod rows;
pub mod scalars;
pub mod search;
