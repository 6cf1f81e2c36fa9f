//! The tests that enter by the API, on both databases.

mod guard;
mod harness;
mod http;
mod migration;
mod serve;
