//! The front guard: what a document may ask for, decided before anything recursive or costly touches it.
//!
//! [`scan`] reads the text once, before parsing: the parser recurses on brackets and overflows the stack at some
//! thousand of them, which ends the process. [`examine`] reads the parsed document, before validation: validation
//! and execution walk a fragment once for each place that it is spread in, which a kilobyte of fragments that
//! spread each other twice turns into millions of visits. Both take time linear in the size of the document, and
//! neither does any input or output.

mod cost;
mod scan;

use async_graphql::Pos;

pub use self::cost::{Executed, examine};
pub use self::scan::{is_nested_beyond, scan};

/// What one request may ask for. A document past a limit is refused unexecuted.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the query text: eight times the longest query of our own clients.
    pub bytes: usize,
    /// Lexical tokens: bounds every walk over the document, whatever its shape.
    pub tokens: usize,
    /// Brackets within one another: the parser and validation recurse on them, and each level takes some kilobytes
    /// of stack.
    pub brackets: usize,
    /// Levels of fields, fragments spread out.
    pub depth: usize,
    /// Levels of fields from `__schema` or `__type` downwards: the introspection queries of `GraphiQL`, Apollo and
    /// the code generators follow `ofType` nine times, which makes 13 to 15 levels.
    pub introspection_depth: usize,
    /// Levels of selection sets with every fragment as one of its own: what the executor recurses on. It refuses
    /// more than 32 itself, after a walk that grows exponentially.
    pub nesting: usize,
    /// Fields with every fragment spread out, each as often as it is asked for: a phone's fullest screen asks for
    /// about 150.
    pub fields: usize,
    /// Fields, spreads and inline fragments of all operations and fragments of the document, spread out: what
    /// validation walks over, executed or not.
    pub selections: usize,
    /// Values that introspection may answer with, estimated from a schema of 200 types: the fullest of the known
    /// introspection queries comes to 0.7 million, and each further `fields` within `fields` multiplies it by twelve.
    pub introspected: usize,
    /// Values that an answer may have, pages as long as they are asked for: a page of 100 with 20 fields each and a short
    /// list in each has 8,000; pages within pages within pages have a million, and a query of the database for each.
    pub answered: usize,
    /// Aliases of the document: each is one more run of a resolver.
    pub aliases: usize,
    /// Fields at the top of the executed operation: each of them is a unit of work.
    pub root_fields: usize,
    /// The same, where one of them checks a password or a code: one request, one attempt.
    pub root_fields_with_attempt: usize,
    /// Directives of the document: we have two, and clients use a handful.
    pub directives: usize,
    /// Brackets within one another in a JSON body; the body and its `variables` are two of them.
    pub json_brackets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 16 * 1024,
            tokens: 2_000,
            brackets: 32,
            depth: 12,
            introspection_depth: 20,
            nesting: 32,
            fields: 400,
            selections: 2_000,
            introspected: 1_500_000,
            answered: 20_000,
            aliases: 30,
            root_fields: 10,
            root_fields_with_attempt: 1,
            directives: 50,
            json_brackets: 64,
        }
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
    /// Values that an answer may have.
    Answered,
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
            Self::Answered => "measure-answered",
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
}

/// Refuses a count past its limit.
fn at_most(measure: Measure, count: usize, limit: usize) -> Result<(), Breach> {
    if count > limit { Err(Breach::Limit(measure, limit)) } else { Ok(()) }
}
