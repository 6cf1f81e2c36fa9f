//! The front guard: what a document may ask for, decided before anything recursive or costly touches it.
//!
//! [`Guard::scan`] reads the text once, before parsing: the parser recurses on brackets and overflows the stack at some
//! thousand of them, which ends the process. [`Guard::examine`] reads the parsed document, before validation: validation
//! and execution walk a fragment once for each place that it is spread in, which a kilobyte of fragments that
//! spread each other twice turns into millions of visits. [`Guard::admit`] holds what is given against its place, before
//! execution. All take time linear in the size of the document and of what its arguments hold, and none does any input
//! or output. What the fields cost and take is read from the schema itself.

mod cost;
mod inputs;
mod order;
mod prices;
mod scan;
mod sent;

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition};
use async_graphql::{Pos, Variables};

pub use self::cost::Executed;
use self::inputs::Inputs;
pub use self::inputs::{Misfit, Wrong};
use self::prices::Prices;
pub use self::prices::Unpriced;
use crate::config::Limits;

/// What stands guard: the limits, what the fields cost, and what they take.
#[derive(Debug)]
pub struct Guard {
    /// How much is taken.
    pub limits: Limits,
    prices: Prices,
    inputs: Inputs,
}

impl Guard {
    /// A guard before a schema, whose text it is given.
    ///
    /// # Errors
    /// When its costs cannot be read.
    pub fn new(limits: Limits, sdl: &str) -> Result<Self, Unpriced> {
        Ok(Self { limits, prices: Prices::read(sdl)?, inputs: Inputs::read(sdl)? })
    }

    /// Checks length, tokens and bracket depth of a query text, before it is parsed.
    ///
    /// # Errors
    /// Names the limit that is passed, or the place of a string without end or of a NUL.
    pub fn scan(&self, query: &str) -> Result<(), Breach> {
        scan::scan(query, &self.limits)
    }

    /// Checks a parsed document, and its chosen operation.
    ///
    /// # Errors
    /// Names the limit that is passed, the fragment that spreads itself, or the operation that is missing.
    pub fn examine(
        &self,
        document: &ExecutableDocument,
        operation_name: Option<&str>,
        variables: &Variables,
    ) -> Result<Executed, Breach> {
        cost::examine(document, operation_name, variables, &self.prices, &self.limits)
    }

    /// Whether the variables are of the types that the operation declares: of a document that was admitted before and
    /// is valid, nothing else can be wrong. A `false` means no more than that one has to look.
    #[must_use]
    pub fn fit(&self, operation: &OperationDefinition, variables: &Variables) -> bool {
        self.inputs.fit(operation, variables)
    }

    /// Holds everything that an operation gives, in the document or in variables, against its place.
    ///
    /// # Errors
    /// Names what does not fit there.
    pub fn admit(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> Result<(), Breach> {
        Ok(self.inputs.examine(document, operation, variables)?)
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Bytes of the query text.
    Bytes,
    /// Lexical tokens.
    Tokens,
    /// Brackets within one another.
    Brackets,
    /// Levels of fields.
    Depth,
    /// Levels of selection sets.
    Nesting,
    /// Fields, fragments spread out.
    Fields,
    /// Selections of the whole document, fragments spread out.
    Selections,
    /// Values that introspection may answer with.
    Introspected,
    /// Units of cost.
    Cost,
    /// Aliases.
    Aliases,
    /// Fields at the top.
    RootFields,
    /// Directives.
    Directives,
}

impl Measure {
    /// The key of its name in `locales/*/faults.ftl`.
    #[must_use]
    pub const fn message_key(self) -> &'static str {
        match self {
            Self::Bytes => "measure-bytes",
            Self::Tokens => "measure-tokens",
            Self::Brackets => "measure-brackets",
            Self::Depth => "measure-depth",
            Self::Nesting => "measure-nesting",
            Self::Fields => "measure-fields",
            Self::Selections => "measure-selections",
            Self::Introspected => "measure-introspected",
            Self::Cost => "measure-cost",
            Self::Aliases => "measure-aliases",
            Self::RootFields => "measure-root-fields",
            Self::Directives => "measure-directives",
        }
    }
}

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breach {
    /// There is more of something than the limit allows.
    Limit(Measure, usize),
    /// A string has no end, or there is a NUL: the document is no GraphQL that we take.
    Malformed(Pos),
    /// A fragment spreads itself.
    Cycle(String),
    /// There is no operation of that name, or none was named where there are several.
    NoOperation(Option<String>),
    /// A subscription asks for more or less than one field at its top.
    NotOneField,
    /// What is given does not fit its place.
    Misfit(Misfit),
}

impl From<Misfit> for Breach {
    fn from(misfit: Misfit) -> Self {
        Self::Misfit(misfit)
    }
}

/// Refuses a count past its limit.
fn at_most(measure: Measure, count: usize, limit: usize) -> Result<(), Breach> {
    if count > limit { Err(Breach::Limit(measure, limit)) } else { Ok(()) }
}
