//! Agencies (*instansi*) with their units, employees, venues and working hours, and the national lists that they
//! refer to.
//!
//! | File | What it is |
//! | --- | --- |
//! | [`schema`] | the GraphQL types, queries and mutations |
//! | [`service`] | one function per action of an agency's admin |
//! | [`rules`], [`nip`], [`tenure`] | pure rules: the tree of units, places, working hours; numbers and service of civil servants |
//! | [`loader`] | what is read for many rows at once |

pub mod loader;
pub mod nip;
pub mod rules;
pub mod schema;
pub mod service;
pub mod tenure;
