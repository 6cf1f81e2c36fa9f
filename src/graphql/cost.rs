//! What things weigh, written beside each field: `@cost` and `@listSize` of the schema, in the manner of IBM's GraphQL
//! Cost Directives specification. [`guard`](super::guard) reads them back from the schema's text.
//!
//! The unit is a value in an answer. What is said here is an order of magnitude: what a field costs the processor and
//! the database, beside what it costs to answer a name.

use async_graphql::registry::{MetaDirectiveInvocation, Registry, location_traits};
use async_graphql::{TypeDirective, Value, value};

use super::page::DEFAULT_FIRST;

/// One password hash: 19 MiB of memory traffic, some 25 ms of a core.
pub const HASH: u32 = 500;
/// A mail that leaves.
pub const MAIL: u32 = 200;
/// A transaction of its own, with what is read before it.
pub const WRITE: u32 = 50;
/// A check-in: many are committed together.
pub const CHECK_IN: u32 = 20;
/// A check-in among others that are sent with it.
pub const CHECK_IN_OF_MANY: u32 = 10;
/// One more row of a transaction.
pub const ROW: u32 = 5;
/// A change that has the past days of a whole agency computed anew.
pub const RECKONING: u32 = 2_000;
/// Days of somebody, computed from shifts, check-ins and holidays.
pub const SHEET: u32 = 30;
/// A statement of the database: a page of a list.
pub const STATEMENT: u32 = 10;
/// A subscription: what it tells is paid in advance.
pub const LISTENING: u32 = 50;

/// The definitions of the schema.
mod definition {
    use super::TypeDirective;

    /// What this adds to the cost of an operation: on a type for each value of it (a value of any other type weighs 1),
    /// on a field once, on a field of an input for each entry that is sent. (In the manner of IBM's GraphQL Cost
    /// Directives specification; `weight` is a whole number.)
    #[TypeDirective(location = "FieldDefinition", location = "Object", location = "InputFieldDefinition")]
    pub fn cost(weight: String) {}

    /// How many entries a list has for the cost of an operation: what a slicing argument asks for (a number, or the
    /// length of a list; `input.items` is a field of an input), `assumedSize` where none is sent. With `sizedFields` it
    /// is the list in those fields of the answer that is meant. (IBM's GraphQL Cost Directives specification.)
    #[TypeDirective(name = "listSize", location = "FieldDefinition")]
    pub fn list_size(
        assumed_size: Option<i32>,
        slicing_arguments: Option<Vec<String>>,
        sized_fields: Option<Vec<String>>,
        #[graphql(default = true)] require_one_slicing_argument: bool,
    ) {
    }
}

/// Declares a short name for one use of a directive.
macro_rules! uses {
    ($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*) at $($location:ident),+ =>
        $definition:ident { $($key:literal: $value:expr),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl $name {
            /// The directive as it stands in the schema.
            #[must_use]
            pub fn apply($($argument: $type),*) -> MetaDirectiveInvocation {
                let args = [$(($key.to_owned(), $value)),*].into_iter().collect();
                MetaDirectiveInvocation { name: TypeDirective::name(&definition::$definition).into_owned(), args }
            }
        }

        impl TypeDirective for $name {
            fn name(&self) -> std::borrow::Cow<'static, str> {
                definition::$definition.name()
            }

            fn register(&self, registry: &mut Registry) {
                definition::$definition.register(registry);
            }
        }

        $(impl location_traits::$location for $name {})+
    };
}

uses! {
    /// What a field adds, or a value of a type, or each entry of an input.
    Weighs(weight: u32) at Directive_At_FIELD_DEFINITION, Directive_At_OBJECT, Directive_At_INPUT_FIELD_DEFINITION =>
        cost { "weight": Value::from(weight.to_string()) }
}

uses! {
    /// A list of about so many.
    Lists(about: u32) at Directive_At_FIELD_DEFINITION => list_size { "assumedSize": Value::from(about) }
}

uses! {
    /// A list with one entry for each that an argument has.
    ListsEach(argument: &str) at Directive_At_FIELD_DEFINITION => list_size {
        "slicingArguments": value!([argument]),
    }
}

uses! {
    /// A connection: as many items as `first` says.
    Pages() at Directive_At_FIELD_DEFINITION => list_size {
        "assumedSize": Value::from(DEFAULT_FIRST),
        "slicingArguments": value!(["first"]),
        "sizedFields": value!(["edges", "nodes"]),
        "requireOneSlicingArgument": Value::from(false),
    }
}

uses! {
    /// A payload with one entry in a field for each that the input has.
    AnswersEach(argument: &str, field: &str) at Directive_At_FIELD_DEFINITION => list_size {
        "slicingArguments": value!([argument]),
        "sizedFields": value!([field]),
    }
}
