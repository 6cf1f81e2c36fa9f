//! A document is validated once.
//!
//! Validation walks a document with some twenty rules, which costs a check-in as much as everything else that the
//! executor does for it. Of these rules one looks at the values of variables; the others say the same each time. So
//! whoever knows that a document has passed them, and that its variables fit ([`fit`]), marks the request with
//! [`Valid`], and it is executed without them.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, OnceLock};

use async_graphql::futures_util::stream::BoxStream;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ExecutableDocument, InputValueDefinition, OperationDefinition, Selection, SelectionSet, Type,
    TypeDefinition, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Data, Executor, ID, Request, Response, ScalarType, ValidationMode, Value, Variables};
use async_graphql_value::Value as Argument;

use super::scalars::{Date, DateTime, Nip, TimeOfDay, Uuid, YearMonth};
use super::{Published, Schema, builder};
use crate::app::App;

/// Marks a request whose document was validated before, and whose variables fit.
#[derive(Debug, Clone, Copy)]
pub struct Valid;

/// The executor, with and without validation.
#[derive(Clone)]
pub struct KnowingExecutor {
    app: Arc<App>,
    validating: Schema,
    /// Made when the first document comes back.
    trusting: Arc<OnceLock<Schema>>,
}

impl KnowingExecutor {
    /// The executor over a running server's parts.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        Self { validating: super::schema(app.clone()), trusting: Arc::default(), app }
    }

    fn trusting(&self) -> &Schema {
        // Its check for cycles and its limits stay.
        self.trusting.get_or_init(|| builder().validation_mode(ValidationMode::Fast).data(self.app.clone()).finish())
    }
}

impl Executor for KnowingExecutor {
    async fn execute(&self, request: Request) -> Response {
        let is_valid = request.data.contains_key(&TypeId::of::<Valid>());
        let schema = if is_valid { self.trusting() } else { &self.validating };
        schema.execute(request).await
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        Executor::execute_stream(&self.validating, request, session)
    }
}

impl Published for KnowingExecutor {
    fn sdl(&self) -> String {
        self.validating.sdl()
    }
}

/// Whether the variables have values of the types that the operation declares. A `false` means no more than that the
/// executor has to look.
#[must_use]
pub fn fit(operation: &OperationDefinition, variables: &Variables) -> bool {
    operation.variable_definitions.iter().all(|variable| {
        let variable = &variable.node;
        match variables.get(&variable.name.node) {
            None => variable.var_type.node.nullable || variable.default_value.is_some(),
            // Where a default allows it, a nullable variable may stand in a place that takes no null.
            Some(Value::Null) => variable.var_type.node.nullable && variable.default_value.is_none(),
            Some(value) => INPUTS.is_of(value, &variable.var_type.node),
        }
    })
}

/// Whether a document that has passed once passes whatever its variables, if they fit: it has one operation, and its
/// variables stand for whole arguments. (A variable within a `@oneOf` may be null there, which its type does not say.)
#[must_use]
pub fn is_valid_for_ever(document: &ExecutableDocument) -> bool {
    let mut operations = document.operations.iter();
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    match (operations.next(), operations.next()) {
        (Some((_, operation)), None) => fragments.chain([&operation.node.selection_set.node]).all(has_whole_variables),
        _ => false,
    }
}

fn has_whole_variables(set: &SelectionSet) -> bool {
    let is_whole = |value: &Argument| matches!(value, Argument::Variable(_)) || value.clone().into_const().is_some();
    set.items.iter().all(|selection| {
        let directives = selection.node.directives().iter().flat_map(|directive| &directive.node.arguments);
        let (arguments, below) = match &selection.node {
            Selection::Field(field) => (field.node.arguments.as_slice(), Some(&field.node.selection_set.node)),
            Selection::InlineFragment(inline) => (&[][..], Some(&inline.node.selection_set.node)),
            Selection::FragmentSpread(_) => (&[][..], None),
        };
        arguments.iter().chain(directives).all(|(_, value)| is_whole(&value.node))
            && below.is_none_or(has_whole_variables)
    })
}

/// What can be given, as the schema says.
static INPUTS: LazyLock<Inputs> = LazyLock::new(|| Inputs::of(&super::sdl()));

struct Inputs(HashMap<String, Input>);

enum Input {
    Scalar(Form),
    Enum(HashSet<String>),
    Object { fields: HashMap<String, Field>, is_one_of: bool },
}

struct Field {
    kind: Type,
    is_required: bool,
}

/// Whether a value has the form of a scalar.
type Form = fn(&Value) -> bool;

/// Every scalar that can be given, with its form.
const SCALARS: [(&str, Form); 11] = [
    ("Boolean", <bool as ScalarType>::is_valid),
    ("Date", Date::is_valid),
    ("DateTime", DateTime::is_valid),
    ("Float", <f64 as ScalarType>::is_valid),
    ("ID", ID::is_valid),
    ("Int", <i32 as ScalarType>::is_valid),
    ("Nip", Nip::is_valid),
    ("String", <String as ScalarType>::is_valid),
    ("TimeOfDay", TimeOfDay::is_valid),
    ("UUID", Uuid::is_valid),
    ("YearMonth", YearMonth::is_valid),
];

impl Inputs {
    /// Of a schema's text. What cannot be read is left out, and never fits.
    fn of(sdl: &str) -> Self {
        let scalars = SCALARS.map(|(name, form)| (name.to_owned(), Input::Scalar(form)));
        let definitions = parse_schema(sdl).map(|schema| schema.definitions).unwrap_or_default();
        let types = definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Input::of(definition.node),
            _ => None,
        });
        Self(scalars.into_iter().chain(types).collect())
    }

    fn is_of(&self, value: &Value, kind: &Type) -> bool {
        if *value == Value::Null {
            return kind.nullable;
        }
        match (&kind.base, value) {
            (BaseType::List(kind), Value::List(values)) => values.iter().all(|value| self.is_of(value, kind)),
            // One value stands for a list of it.
            (BaseType::List(kind), value) => self.is_of(value, kind),
            (BaseType::Named(name), value) => self.0.get(name.as_str()).is_some_and(|input| self.fits(value, input)),
        }
    }

    fn fits(&self, value: &Value, input: &Input) -> bool {
        match (input, value) {
            (Input::Scalar(form), value) => form(value),
            (Input::Enum(values), Value::String(name)) => values.contains(name),
            (Input::Object { fields, is_one_of }, Value::Object(given)) => {
                let is_complete =
                    || fields.iter().all(|(name, field)| !field.is_required || given.contains_key(&**name));
                let is_known = given
                    .iter()
                    .all(|(name, value)| fields.get(name.as_str()).is_some_and(|field| self.is_of(value, &field.kind)));
                let is_one = || given.len() == 1 && given.values().all(|value| *value != Value::Null);
                is_known && if *is_one_of { is_one() } else { is_complete() }
            }
            _ => false,
        }
    }
}

impl Input {
    fn of(definition: TypeDefinition) -> Option<(String, Self)> {
        let is_one_of = definition.directives.iter().any(|directive| directive.node.name.node == "oneOf");
        let input = match definition.kind {
            TypeKind::Enum(kind) => {
                Self::Enum(kind.values.into_iter().map(|value| value.node.value.node.to_string()).collect())
            }
            TypeKind::InputObject(kind) => {
                let fields = kind.fields.into_iter().map(|field| Field::of(field.node)).collect();
                Self::Object { fields, is_one_of }
            }
            _ => return None,
        };
        Some((definition.name.node.to_string(), input))
    }
}

impl Field {
    fn of(definition: InputValueDefinition) -> (String, Self) {
        let kind = definition.ty.node;
        let is_required = !kind.nullable && definition.default_value.is_none();
        (definition.name.node.to_string(), Self { kind, is_required })
    }
}

#[cfg(test)]
mod tests;
