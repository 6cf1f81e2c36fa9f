//! What can go wrong, as it is told to a client, with its private cause beside it.

use std::fmt;
use std::time::Duration;

use sea_orm::DbErr;

use crate::problem::Problem;

/// When to come back to what cannot be done now.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// The result of an action.
pub type Result<T> = std::result::Result<T, Error>;

/// An error with a public kind and, where there is one, a private source that only the log sees.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What a client may know of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The caller can mend it: it becomes the typed `errors` of a mutation's payload.
    Refused(Vec<Refusal>),
    /// Nobody is logged in, or the token does not hold.
    Unauthenticated,
    /// An argument is not of the form that it must have.
    BadInput(Refusal),
    /// The database or a queue cannot take the work now.
    Unavailable {
        /// When to come back.
        retry_after: Duration,
    },
    /// A fault of ours.
    Internal,
}

/// One thing that the caller can mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What it is.
    pub problem: Problem,
    /// The path of the input field, from the mutation's `input` downwards; empty for the whole.
    pub field: Vec<String>,
    /// What the message tells beside its fixed words.
    pub args: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal of the whole input.
    #[must_use]
    pub fn of(problem: Problem) -> Self {
        Self { problem, field: Vec::new(), args: Vec::new() }
    }

    /// A refusal of one field; `path` is dotted.
    #[must_use]
    pub fn at(path: &str, problem: Problem) -> Self {
        Self { problem, field: path.split('.').map(str::to_owned).collect(), args: Vec::new() }
    }

    /// Adds what the message tells.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

impl Error {
    /// Refused for one field.
    #[must_use]
    pub fn at(path: &str, problem: Problem) -> Self {
        Refusal::at(path, problem).into()
    }

    /// Refused as a whole.
    #[must_use]
    pub fn refused(problem: Problem) -> Self {
        Refusal::of(problem).into()
    }

    /// Nobody is logged in.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Kind::Unauthenticated.into()
    }

    /// A malformed argument outside a mutation's typed errors.
    #[must_use]
    pub fn bad_input(path: &str, problem: Problem) -> Self {
        Kind::BadInput(Refusal::at(path, problem)).into()
    }

    /// Nobody can say now whether it was done; asking again, with the same key, tells.
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Unavailable { retry_after: RETRY_AFTER }, source: Some(source.into()) }
    }

    /// A fault of ours with its cause.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Internal, source: Some(source.into()) }
    }

    /// The same error for one more of the fields that waited for it; its cause is told in words.
    #[must_use]
    pub fn shared(error: &Self) -> Self {
        Self { kind: error.kind.clone(), source: error.source.as_ref().map(|cause| cause.to_string().into()) }
    }

    /// What a client may know.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The private cause, for the log.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.source.as_deref()
    }
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self { kind, source: None }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Kind::Refused(vec![refusal]).into()
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        let kind = if crate::db::is_unavailable(&error) {
            Kind::Unavailable { retry_after: RETRY_AFTER }
        } else {
            Kind::Internal
        };
        Self { kind, source: Some(error.into()) }
    }
}

/// For the log and for [`std::error::Error`] alone: a client gets its words from `graphql::error`.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Refused(refusals) => {
                let problems: Vec<_> = refusals.iter().map(|refusal| refusal.problem.code()).collect();
                write!(f, "refused: {}", problems.join(", "))
            }
            Kind::Unauthenticated => f.write_str("unauthenticated"),
            Kind::BadInput(refusal) => write!(f, "bad input: {}", refusal.problem.code()),
            Kind::Unavailable { .. } => f.write_str("unavailable"),
            Kind::Internal => f.write_str("internal"),
        }
    }
}

impl std::error::Error for Error {}
