//! Every change of the database, one file each, for SQLite and PostgreSQL alike.
//!
//! The statements are SQL in which column types that the two engines name differently stand as words in
//! capitals (see [`dialect`]). Tables are named by string, so a change keeps meaning what it meant when
//! the entities have moved on.

pub mod dialect;
mod m0001_reference;
mod m0002_identity;
mod m0003_agency;
mod m0004_course;
mod m0005_attendance;
mod m0006_audit;
mod m0007_review;
mod m0008_documents;

pub use sea_orm_migration::{MigrationStatus, MigratorTrait};

/// The list of changes, in order.
pub struct Migrator;

#[sea_orm_migration::async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn sea_orm_migration::MigrationTrait>> {
        vec![
            Box::new(m0001_reference::Migration),
            Box::new(m0002_identity::Migration),
            Box::new(m0003_agency::Migration),
            Box::new(m0004_course::Migration),
            Box::new(m0005_attendance::Migration),
            Box::new(m0006_audit::Migration),
            Box::new(m0007_review::Migration),
            Box::new(m0008_documents::Migration),
        ]
    }
}
