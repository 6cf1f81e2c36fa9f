//! Courses (*diklat*) with their runs and sessions, who teaches them and who takes part, across agencies.
//!
//! | File | What it is |
//! | --- | --- |
//! | [`schema`] | the GraphQL types and mutations |
//! | [`service`] | one function per action of an agency's admin |
//! | [`loader`] | what is read for many rows at once |

pub mod loader;
pub mod rules;
pub mod schema;
pub mod service;
