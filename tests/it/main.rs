//! The tests that enter by the API, on both databases.

mod attendance;
mod cast;
mod client;
mod demo;
mod harness;
mod identity;
mod import;
mod migration;
mod reference;
mod schema;
