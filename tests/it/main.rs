//! The tests that enter by the API, on both databases.

mod harness;
mod import;
mod migration;
mod reference;
