//! The payloads of mutations: the changed node, and typed errors for what the caller can mend.

use async_graphql::Context;

use super::context::ContextExt as _;
use crate::error::{Error, Kind, Refusal, Result};

/// What a mutation answers.
pub trait Payload: Sized {
    /// What the action gives when it was done.
    type Done;
    /// The mutation's own error type.
    type Error: MutationError;
    /// It was done.
    fn done(done: Self::Done) -> Self;
    /// It was refused.
    fn refused(errors: Vec<Self::Error>) -> Self;
}

/// The typed error of a mutation.
pub trait MutationError: Sized {
    /// The error of a refusal with its words; nothing when the mutation does not declare such a problem.
    fn new(refusal: &Refusal, message: String) -> Option<Self>;
}

/// Turns the result of an action into its payload: what the caller can mend becomes `errors`, everything else
/// stays a top-level error.
///
/// # Errors
/// What the caller cannot mend.
pub fn payload<P: Payload>(ctx: &Context<'_>, result: Result<P::Done>) -> Result<Option<P>> {
    match result {
        Ok(done) => Ok(Some(P::done(done))),
        Err(error) => refused(ctx, error).map(|errors| Some(P::refused(errors))),
    }
}

/// The typed errors of a refusal.
///
/// # Errors
/// What the caller cannot mend.
pub fn refused<E: MutationError>(ctx: &Context<'_>, error: Error) -> Result<Vec<E>> {
    let Kind::Refused(refusals) = error.kind() else { return Err(error) };
    let words = refusals.iter().map(|refusal| E::new(refusal, ctx.locale().refusal(refusal)));
    // An undeclared code is a mistake of ours: the log names it, the client gets INTERNAL.
    words.collect::<Option<_>>().ok_or_else(|| Error::internal(format!("undeclared by this mutation: {error}")))
}

/// Declares the error type of a mutation and the codes that it can give.
#[macro_export]
macro_rules! mutation_errors {
    ($error:ident, $code:ident { $($problem:ident),* $(,)? }) => {
        /// Why a mutation was refused, for programs and for people.
        #[derive(Debug, Clone, async_graphql::SimpleObject)]
        pub struct $error {
            /// The reason, for programs.
            pub code: $code,
            /// The path of the input field it is about, from `input` downwards; absent for the whole input.
            #[graphql(directive = $crate::graphql::cost::Lists::apply(3))]
            pub field: Option<Vec<String>>,
            /// The reason and what to do, for people, in the language of the request.
            pub message: String,
        }

        $crate::problem::problem_enum!($code { $($problem,)* });

        impl $crate::graphql::payload::MutationError for $error {
            fn new(refusal: &$crate::error::Refusal, message: String) -> Option<Self> {
                let code = $code::of(refusal.problem)?;
                let field = Some(refusal.field.clone()).filter(|field| !field.is_empty());
                Some(Self { code, field, message })
            }
        }
    };
}

/// Declares the payload of a mutation that answers one changed node.
#[macro_export]
macro_rules! mutation_payload {
    ($payload:ident { $(#[$doc:meta])* $field:ident : $node:ty }, $error:ident, $code:ident { $($problem:ident),* $(,)? }) => {
        /// What became of the mutation.
        #[derive(async_graphql::SimpleObject)]
        pub struct $payload {
            $(#[$doc])*
            pub $field: Option<$node>,
            /// Why nothing was changed; empty when it was done.
            #[graphql(directive = $crate::graphql::cost::Lists::apply(2))]
            pub errors: Vec<$error>,
        }

        $crate::mutation_errors!($error, $code { $($problem,)* });

        impl $crate::graphql::payload::Payload for $payload {
            type Done = $node;
            type Error = $error;

            fn done(done: $node) -> Self {
                Self { $field: Some(done), errors: Vec::new() }
            }

            fn refused(errors: Vec<$error>) -> Self {
                Self { $field: None, errors }
            }
        }
    };
}
