//! Documents that are known by an id, so that a phone sends the id alone (GraphQL over HTTP, appendix A "Persisted
//! Documents").
//!
//! | File | What it is |
//! | --- | --- |
//! | `key` | what a request calls a document by |
//! | `library` | the text behind an id, from memory or from the database |
//! | [`manifest`] | the files that the apps' tools write |
//! | [`registered`] | what operators register and retire |
//! | [`learnt`] | what clients teach (Apollo's automatic persisted queries) |

mod key;
pub mod learnt;
mod library;
pub mod manifest;
pub mod registered;

pub use self::key::Key;
pub use self::library::{Library, find, forget_retired, keep_up};
