//! The tests that enter by the API, on both databases.

mod agency;
mod attendance;
mod cast;
mod client;
mod demo;
mod guard;
mod harness;
mod http;
mod identity;
mod import;
mod mail;
mod migration;
mod process;
mod programme;
mod reference;
mod schema;
