//! The tests that enter by the API, on both databases.

mod demo;
mod harness;
mod import;
mod migration;
mod reference;
