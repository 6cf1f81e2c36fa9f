//! The audit log: what people decided over people, one chain an agency and one for the nation.
//!
//! Each entry's hash covers the hash before it, so that nobody changes, removes or inserts one without breaking every
//! later hash. Whoever can rewrite a whole chain is found by the heads that an operator keeps elsewhere: see
//! [`verify`](mod@verify).

pub mod verify;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use entity::ids::{AccountId, AgencyId, TypedId};
use entity::{audit_chain, audit_entry};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveEnum, ActiveModelTrait as _, ActiveValue::Set, DatabaseTransaction, DbErr, EntityTrait as _,
    IntoActiveModel as _, QuerySelect as _,
};
use serde_json::json;
use uuid::Uuid;

use crate::app::App;
use crate::clock::Instant;
use crate::error::Result;
use crate::id::{digest, hex};

/// Entries of one statement.
const ROWS: usize = 500;

/// What was decided. It takes ids, words of enums, days, numbers and digests, so that no personal data gets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    action: &'static str,
    subject: String,
    detail: BTreeMap<&'static str, String>,
}

impl Entry {
    /// A decision (`ROLE_GRANTED`) over a thing with an id.
    #[must_use]
    pub fn new(action: &'static str, subject: impl TypedId) -> Self {
        Self { action, subject: subject.to_string(), detail: BTreeMap::new() }
    }

    fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.detail.insert(name, value.to_string());
        self
    }

    /// Tells the id of another thing that it concerns.
    #[must_use]
    pub fn id(self, name: &'static str, id: impl TypedId) -> Self {
        self.with(name, id)
    }

    /// As [`Entry::id`], where there is one.
    #[must_use]
    pub fn id_if_any(self, name: &'static str, id: Option<impl TypedId>) -> Self {
        match id {
            Some(id) => self.with(name, id),
            None => self,
        }
    }

    /// Tells a word of an enum.
    #[must_use]
    pub fn word(self, name: &'static str, word: impl ActiveEnum<Value = String>) -> Self {
        self.with(name, word.into_value())
    }

    /// Tells a number.
    #[must_use]
    pub fn number(self, name: &'static str, number: impl Into<i64>) -> Self {
        self.with(name, number.into())
    }

    /// Tells a day.
    #[must_use]
    pub fn day(self, name: &'static str, day: NaiveDate) -> Self {
        self.with(name, day)
    }

    /// Tells periods, where there are any, each from its first day to its last as ISO 8601 writes them.
    #[must_use]
    pub fn periods(self, name: &'static str, periods: impl Iterator<Item = RangeInclusive<NaiveDate>>) -> Self {
        let periods: Vec<String> = periods.map(|days| format!("{}/{}", days.start(), days.end())).collect();
        if periods.is_empty() { self } else { self.with(name, periods.join(" ")) }
    }

    /// Tells that a text was given, by its digest: whoever has the text can show that it was this one. The text itself
    /// stays in its own row, from where it can be erased. A text that can be guessed can be guessed from its digest:
    /// tell numbers of people by the id of their row.
    #[must_use]
    pub fn text(self, name: &'static str, text: &str) -> Self {
        let digest = hex(&digest(&[self.subject.as_bytes(), text.as_bytes()]));
        self.with(name, digest)
    }

    /// As [`Entry::text`], where there is one.
    #[must_use]
    pub fn text_if_any(self, name: &'static str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }
}

/// Appends a decision to the chain of an agency, or of the nation, within the decision's own transaction: it is there
/// if and only if the decision is.
///
/// `by` is absent for the server's own terminal and for work that the server does by itself. The chain's head is
/// locked until the commit, so this is the last thing that a transaction does. Personal data stays outside: an entry
/// holds ids, enum words and digests, so that the chain can be verified after people were erased.
///
/// # Errors
/// When the database does not answer.
pub async fn append(
    transaction: &DatabaseTransaction,
    app: &App,
    by: Option<AccountId>,
    agency: Option<AgencyId>,
    entry: Entry,
) -> Result<()> {
    Ok(append_all(transaction, app.clock.now(), by, agency, vec![entry]).await?)
}

/// As [`append`], of many decisions at once, in their order.
///
/// # Errors
/// When the database does not answer, or the chain is full.
pub async fn append_all(
    transaction: &DatabaseTransaction,
    at: Instant,
    by: Option<AccountId>,
    agency: Option<AgencyId>,
    entries: Vec<Entry>,
) -> std::result::Result<(), DbErr> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut head = lock_head(transaction, audit_chain::id(agency)).await?;
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        head.length = head.length.checked_add(1).ok_or_else(|| DbErr::Custom("the audit chain is full".to_owned()))?;
        let mut row = audit_entry::Model {
            chain_id: head.id,
            sequence: head.length,
            at,
            actor_id: by,
            action: entry.action.to_owned(),
            subject: entry.subject,
            detail: json!(entry.detail).to_string(),
            hash: Vec::new(),
        };
        row.hash = hash(&head.hash, &row);
        head.hash.clone_from(&row.hash);
        rows.push(row.into_active_model());
    }
    while !rows.is_empty() {
        let some = rows.drain(..rows.len().min(ROWS));
        audit_entry::Entity::insert_many(some).exec_without_returning(transaction).await?;
    }
    let mut changed = audit_chain::ActiveModel { id: Set(head.id), ..Default::default() };
    changed.length = Set(head.length);
    changed.hash = Set(head.hash);
    changed.update(transaction).await?;
    Ok(())
}

/// The head, locked. There is one to lock before anything is appended, so that first entries that come together follow
/// each other.
async fn lock_head(transaction: &DatabaseTransaction, id: Uuid) -> std::result::Result<audit_chain::Model, DbErr> {
    let first = audit_chain::ActiveModel { id: Set(id), length: Set(0), hash: Set(beginning(id)) };
    audit_chain::Entity::insert(first)
        .on_conflict(OnConflict::column(audit_chain::Column::Id).do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    let head = audit_chain::Entity::find_by_id(id).lock_exclusive().one(transaction).await?;
    head.ok_or_else(|| DbErr::RecordNotFound("an audit chain that was just begun".to_owned()))
}

/// The hash before the first entry: it differs by chain, so that no entry can be moved to another.
fn beginning(chain: Uuid) -> Vec<u8> {
    digest(&[b"bina audit chain", chain.as_bytes()])
}

/// The hash of an entry that follows the one with the hash `before`.
fn hash(before: &[u8], entry: &audit_entry::Model) -> Vec<u8> {
    let actor = entry.actor_id.map_or_else(Vec::new, |actor| actor.0.as_bytes().to_vec());
    digest(&[
        before,
        &entry.sequence.to_be_bytes(),
        &entry.at.timestamp_micros().to_be_bytes(),
        &actor,
        entry.action.as_bytes(),
        entry.subject.as_bytes(),
        entry.detail.as_bytes(),
    ])
}
