//! The document that a request asks for: by its text, by its id, or by both.

use std::sync::Arc;

use super::fault::{Malformed, RequestFault};
use super::graphql::fault_of;
use crate::app::App;
use crate::config::DocumentPolicy;
use crate::documents::{self, Key, learnt};
use crate::error::Error;

/// How a request names its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// By its text.
    Text(String),
    /// By its id.
    Key(Key),
    /// By both, which must agree.
    Both {
        /// The text.
        text: String,
        /// The id.
        key: Key,
        /// Whether the client wants the id to be known from now on (Apollo's `persistedQuery`).
        is_lesson: bool,
    },
}

/// A document that was found.
#[derive(Debug)]
pub struct Found {
    pub text: Arc<str>,
    /// The hash by which it is to be known from now on.
    lesson: Option<[u8; 32]>,
}

/// Why none was found.
#[derive(Debug)]
pub enum NotFound {
    /// The request has it.
    Fault(RequestFault),
    /// We have it.
    Error(Error),
}

impl NotFound {
    /// What the client is told; the log gets the rest.
    pub fn into_fault(self, request_id: &str) -> RequestFault {
        match self {
            Self::Fault(fault) => fault,
            Self::Error(error) => fault_of(&error, request_id),
        }
    }
}

impl From<RequestFault> for NotFound {
    fn from(fault: RequestFault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Error> for NotFound {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Asked {
    /// What the parameters come to.
    pub fn of(query: Option<String>, document_id: Option<Key>, persisted: Option<Key>) -> Result<Self, Malformed> {
        let is_lesson = persisted.is_some();
        if let (Some(one), Some(other)) = (&document_id, &persisted)
            && one != other
        {
            return Err(Malformed::DocumentMismatch);
        }
        match (query, document_id.or(persisted)) {
            (None, None) => Err(Malformed::Query),
            (Some(text), None) => Ok(Self::Text(text)),
            (None, Some(key)) => Ok(Self::Key(key)),
            // Some clients leave the text empty instead of leaving it out.
            (Some(text), Some(key)) if text.is_empty() => Ok(Self::Key(key)),
            (Some(text), Some(key)) => Ok(Self::Both { text, key, is_lesson }),
        }
    }

    /// Finds the document, as far as the policy lets it be executed.
    pub async fn find(self, app: &Arc<App>) -> Result<Found, NotFound> {
        let is_open = app.config.documents == DocumentPolicy::Open;
        let found = |text| Ok(Found { text, lesson: None });
        match self {
            Self::Text(text) if is_open => found(text.into()),
            Self::Text(text) => registered(app, &Key::of(&text)).await.and_then(found),
            Self::Key(key) => found(documents::find(app, &key).await?.ok_or(RequestFault::DocumentUnknown)?),
            Self::Both { text, key: Key::Hash(hash), is_lesson } => {
                let key = Key::Hash(hash);
                if key != Key::of(&text) {
                    return Err(RequestFault::from(Malformed::DocumentMismatch).into());
                }
                if is_open {
                    Ok(Found { text: text.into(), lesson: is_lesson.then_some(hash) })
                } else {
                    registered(app, &key).await.and_then(found)
                }
            }
            Self::Both { text, key, is_lesson } => {
                let known = documents::find(app, &key).await?;
                let unknown = match (is_open, is_lesson) {
                    (false, _) => RequestFault::DocumentUnregistered,
                    (true, false) => RequestFault::DocumentUnknown,
                    // What is taught by is the hash of the text, and this is no hash.
                    (true, true) => Malformed::DocumentMismatch.into(),
                };
                let known = known.ok_or(unknown)?;
                if *known == *text { found(known) } else { Err(RequestFault::from(Malformed::DocumentMismatch).into()) }
            }
        }
    }
}

/// The document, where it is a registered one: under the policy that asks for it, there are no others.
async fn registered(app: &Arc<App>, key: &Key) -> Result<Arc<str>, NotFound> {
    Ok(documents::find(app, key).await?.ok_or(RequestFault::DocumentUnregistered)?)
}

impl Found {
    /// Learns the document where the client teaches it, now that it was executed.
    pub async fn learn(&self, app: &Arc<App>) {
        let Some(hash) = self.lesson else { return };
        // Apart: it is rare, and as large as all the rest of reading an operation.
        if let Err(error) = Box::pin(learnt::learn(app, hash, &self.text)).await {
            let cause = error.cause().map(ToString::to_string).unwrap_or_default();
            tracing::warn!(cause, "a document was not learnt");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_parameters_come_to() {
        let (text, key) = (|| Some("{ a }".to_owned()), |name: &str| Some(Key::Alias(name.into())));
        assert_eq!(Asked::of(None, None, None), Err(Malformed::Query));
        assert_eq!(Asked::of(text(), None, None), Ok(Asked::Text("{ a }".to_owned())));
        for (id, persisted) in [(key("a"), None), (None, key("a")), (key("a"), key("a"))] {
            let expected = Asked::Key(Key::Alias("a".into()));
            assert_eq!(Asked::of(None, id.clone(), persisted.clone()), Ok(expected.clone()));
            assert_eq!(Asked::of(Some(String::new()), id.clone(), persisted.clone()), Ok(expected));
            let is_lesson = persisted.is_some();
            let both = Asked::Both { text: "{ a }".to_owned(), key: Key::Alias("a".into()), is_lesson };
            assert_eq!(Asked::of(text(), id, persisted), Ok(both));
        }
        assert_eq!(Asked::of(None, key("a"), key("b")), Err(Malformed::DocumentMismatch));
    }
}
