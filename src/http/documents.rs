//! Documents that were read before: an app sends the same few all day. One is known by its whole text, and what the
//! guard found in it by the operation's name; where the variables had a say, the guard looks again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition};
use async_graphql::{Name, Variables};
use moka::sync::Cache;

use super::fault::RequestFault;
use crate::graphql::guard::{Executed, Guard};

/// Bytes of all documents kept, as [`weight`] reckons them.
const KEPT: u64 = 8 * 1024 * 1024;

/// Documents that the guard has let pass.
#[derive(Debug, Clone)]
pub struct Documents(Cache<String, Arc<Known>>);

/// A document that was read.
#[derive(Debug)]
pub struct Known {
    /// The document.
    pub document: ExecutableDocument,
    /// The name that was asked for, and what came of it for whatever variables.
    examined: Option<(Option<String>, Executed)>,
    /// Whether the executor has found it valid, whatever its variables.
    is_valid: AtomicBool,
}

/// A document with what the guard found in it this time.
#[derive(Debug)]
pub struct Read {
    /// The document.
    pub known: Arc<Known>,
    /// What is about to be executed.
    pub executed: Executed,
}

impl Known {
    /// The operation of a name.
    pub fn operation(&self, name: Option<&str>) -> Option<&OperationDefinition> {
        let mut operations = self.document.operations.iter();
        let (_, operation) = operations.find(|(known, _)| known.map(Name::as_str) == name)?;
        Some(&operation.node)
    }

    /// Whether it need not be validated again.
    pub fn is_valid(&self) -> bool {
        self.is_valid.load(Ordering::Relaxed)
    }

    /// The executor has found it valid. Of several operations one was held against the schema, so that nothing follows
    /// from it for the others.
    pub fn passed(&self) {
        if !self.is_valid() && self.document.operations.iter().nth(1).is_none() {
            self.is_valid.store(true, Ordering::Relaxed);
        }
    }
}

impl Default for Documents {
    fn default() -> Self {
        let weigher = |text: &String, _: &Arc<Known>| weight(text);
        Self(Cache::builder().max_capacity(KEPT).weigher(weigher).build())
    }
}

/// A parsed document is some twenty times its text; even the shortest takes its place. (The weight of at most 8,192.)
fn weight(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX).saturating_mul(20).saturating_add(1024)
}

impl Documents {
    /// Scans, parses and examines a document, or remembers it.
    ///
    /// # Errors
    /// What the guard or the parser refuses.
    pub fn read(
        &self,
        query: &str,
        operation_name: Option<&str>,
        variables: &Variables,
        guard: &Guard,
    ) -> Result<Read, RequestFault> {
        if let Some(known) = self.0.get(query) {
            let executed = match &known.examined {
                Some((name, executed)) if name.as_deref() == operation_name => executed.clone(),
                _ => guard.examine(&known.document, operation_name, variables)?,
            };
            return Ok(Read { known, executed });
        }
        guard.scan(query)?;
        let document = parse_query(query)?;
        let executed = guard.examine(&document, operation_name, variables)?;
        let examined = (!executed.is_by_variables).then(|| (operation_name.map(ToOwned::to_owned), executed.clone()));
        let known = Arc::new(Known { document, examined, is_valid: AtomicBool::new(false) });
        self.0.insert(query.to_owned(), known.clone());
        Ok(Read { known, executed })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::Limits;

    fn guard() -> Guard {
        Guard::new(Limits::default(), &crate::graphql::sdl()).unwrap()
    }

    fn variables(value: serde_json::Value) -> Variables {
        Variables::from_json(value)
    }

    #[test]
    fn a_document_that_is_known_is_refused_for_its_variables_all_the_same() {
        let (documents, guard) = (Documents::default(), guard());
        let query = "query($n: Int!) { agencies(first: $n) { nodes { units(first: $n) { nodes { venues(first: $n) \
                     { nodes { id name } } } } } } }";
        for (asked, is_refused) in [(1, false), (100, true), (2, false), (100, true)] {
            let read = documents.read(query, None, &variables(json!({ "n": asked })), &guard);
            assert_eq!(read.is_err(), is_refused, "{asked}");
        }
        documents.0.run_pending_tasks();
        assert_eq!(documents.0.entry_count(), 1);
    }

    #[test]
    fn of_a_known_document_the_named_operation_is_executed() {
        let (documents, guard, none) = (Documents::default(), guard(), Variables::default());
        let query = "query A { viewer { id } } mutation B { logout { errors { code } } }";
        for _ in 0..2 {
            let kind = |name| documents.read(query, name, &none, &guard).map(|read| read.executed.name);
            assert_eq!(kind(Some("A")), Ok(Some("A".to_owned())));
            assert_eq!(kind(Some("B")), Ok(Some("B".to_owned())));
            assert!(kind(None).is_err());
        }
    }

    #[test]
    fn what_is_refused_is_not_kept_and_there_is_an_end_to_the_rest() {
        let (documents, guard, none) = (Documents::default(), guard(), Variables::default());
        assert!(documents.read("{ a { ", None, &none, &guard).is_err());
        for number in 0..10_000 {
            let query = format!("{{ viewer {{ id }} }} # {number}{}", " ".repeat(1_000));
            assert!(documents.read(&query, None, &none, &guard).is_ok());
        }
        documents.0.run_pending_tasks();
        assert!((1..=400).contains(&documents.0.entry_count()), "{}", documents.0.entry_count());
    }
}
