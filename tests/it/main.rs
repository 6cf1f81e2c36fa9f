//! The tests that enter by the API, on both databases.

mod demo;
mod explorer;
mod guard;
mod harness;
mod http;
mod import;
mod migration;
mod reference;
mod serve;
