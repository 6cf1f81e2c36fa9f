//! Requests that are no GraphQL requests.

/// What is wrong with a request that is no GraphQL request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// No JSON, or JSON with a key twice, a NUL or a lone surrogate.
    NotJson,
    /// Brackets within one another past the limit.
    NestedTooDeep,
    /// Something else than an object, such as a batch.
    NotAnObject,
    /// `query` is missing or no text.
    Query,
    /// `documentId` is no id of a document.
    DocumentId,
    /// `persistedQuery` among the extensions is none, or of another version.
    PersistedQuery,
    /// The text is not that of the id beside it, or two ids name two documents.
    DocumentMismatch,
    /// `operationName` is neither a text nor null.
    OperationName,
    /// `variables` is neither an object nor null.
    Variables,
    /// `extensions` is neither an object nor null.
    Extensions,
    /// The query string cannot be read in one way only.
    QueryString,
    /// The connection broke within the body.
    BodyCut,
}

impl Malformed {
    /// The key of its words in `locales/*/faults.ftl`.
    pub(super) const fn message_key(self) -> &'static str {
        match self {
            Self::NotJson => "fault-not-json",
            Self::NestedTooDeep => "fault-nested-too-deep",
            Self::NotAnObject => "fault-not-an-object",
            Self::Query => "fault-query",
            Self::DocumentId => "fault-document-id",
            Self::PersistedQuery => "fault-persisted-query",
            Self::DocumentMismatch => "fault-document-mismatch",
            Self::OperationName => "fault-operation-name",
            Self::Variables => "fault-variables",
            Self::Extensions => "fault-extensions",
            Self::QueryString => "fault-query-string",
            Self::BodyCut => "fault-body-cut",
        }
    }
}
