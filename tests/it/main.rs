//! The tests that enter by the API, on both databases.

mod agency;
mod cast;
mod client;
mod demo;
mod harness;
mod import;
mod migration;
mod programme;
mod reference;
