//! What can be given, and where, as the schema's text says.
//!
//! Every request is held against it: its variables each time ([`Inputs::fit`]), its document with them unless that is
//! known to be valid ([`Inputs::examine`]). The executor's own validation takes anything for an object, looks at no
//! argument of which a part is left out, and lets a variable stand anywhere; it would find out in the middle of the
//! execution.

mod walk;

use std::collections::{HashMap, HashSet};

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ExecutableDocument, FieldDefinition, InputValueDefinition, OperationDefinition, OperationType, Type,
    TypeDefinition, TypeKind, TypeSystemDefinition,
};
use async_graphql::{ID, Positioned, ScalarType, Value, Variables};

use self::walk::{Held, Walk};
use super::prices::{Unpriced, fields, named, roots};
use super::sent::Sent;
use crate::graphql::scalars::{Date, DateTime, Nip, TimeOfDay, Uuid, YearMonth};

/// Why what is given is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// A value does not fit its place.
    Value {
        /// From the argument downwards.
        path: Vec<String>,
        /// Why.
        wrong: Wrong,
    },
    /// A variable stands where its type does not let it (GraphQL, 5.8.5).
    Variable(String),
    /// The default of a variable is not of its type.
    Default(String),
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// It is not of this type.
    Form(String),
    /// There is none, or `null`, where there must be one.
    Missing,
    /// There is no such field.
    Unknown,
    /// Of these there must be one, and there is another number.
    NotOne(Vec<String>),
}

/// What can be given.
#[derive(Debug, Default)]
pub struct Inputs {
    kinds: HashMap<String, Kind>,
    /// What the fields of types take, and what stands below them.
    fields: HashMap<String, HashMap<String, Field>>,
    directives: HashMap<String, Places>,
    roots: [Option<String>; 3],
}

/// A type of values.
#[derive(Debug)]
enum Kind {
    Scalar(Form),
    Enum(HashSet<String>),
    Object { places: Places, required: usize, is_one_of: bool },
}

/// Where something can be given, in the order of the schema: arguments, fields of an input.
type Places = IndexMap<String, Place>;

#[derive(Debug)]
struct Place {
    kind: Type,
    has_default: bool,
    is_required: bool,
}

#[derive(Debug)]
struct Field {
    places: Places,
    below: String,
}

/// Whether a value has the form of a scalar.
type Form = fn(&Value) -> bool;

/// Every scalar that can be given, with its form. (Of one that is not among them the executor alone knows.)
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

/// A field's name as an error repeats it: ours are shorter.
const MAX_NAME: usize = 64;

/// The one field with an argument that no schema's text has.
const INTROSPECTION: &str = "type __Introspection { __type(name: String!): __Type }";

impl Inputs {
    /// Reads them from a schema's text.
    ///
    /// # Errors
    /// When it is no schema.
    pub fn read(sdl: &str) -> Result<Self, Unpriced> {
        let document = parse_schema(format!("{sdl}\n{INTROSPECTION}")).map_err(|error| Unpriced(error.to_string()))?;
        let mut inputs = Self::default();
        inputs.kinds.extend(SCALARS.map(|(name, form)| (name.to_owned(), Kind::Scalar(form))));
        let mut schema = None;
        for definition in document.definitions {
            match definition {
                TypeSystemDefinition::Type(definition) => inputs.add(definition.node),
                TypeSystemDefinition::Directive(Positioned { node: directive, .. }) => {
                    inputs.directives.insert(directive.name.node.to_string(), places(directive.arguments, false));
                }
                TypeSystemDefinition::Schema(definition) => schema = Some(definition.node),
            }
        }
        inputs.roots = roots(schema.as_ref()).map(|root| root.map(str::to_owned));
        let introspection = inputs.fields.remove("__Introspection").unwrap_or_default();
        if let Some(query) = inputs.roots[0].as_ref().and_then(|query| inputs.fields.get_mut(query)) {
            query.extend(introspection);
        }
        Ok(inputs)
    }

    fn add(&mut self, definition: TypeDefinition) {
        let is_one_of = definition.directives.iter().any(|directive| directive.node.name.node == "oneOf");
        let name = definition.name.node.to_string();
        if let Some(fields) = fields(&definition) {
            self.fields.insert(name, fields.iter().map(|field| Field::of(&field.node)).collect());
            return;
        }
        let kind = match definition.kind {
            TypeKind::Enum(kind) => {
                Kind::Enum(kind.values.into_iter().map(|value| value.node.value.node.to_string()).collect())
            }
            TypeKind::InputObject(kind) => {
                let places = places(kind.fields, is_one_of);
                let required = places.values().filter(|place| place.is_required).count();
                Kind::Object { places, required, is_one_of }
            }
            _ => return,
        };
        self.kinds.insert(name, kind);
    }

    /// Whether the variables have values of the types that the operation declares. Of a document that has passed once,
    /// nothing else can be wrong. A `false` means no more than that one has to look ([`Self::examine`]).
    pub fn fit(&self, operation: &OperationDefinition, variables: &Variables) -> bool {
        let held = Held { inputs: self, definitions: &operation.variable_definitions, variables };
        operation.variable_definitions.iter().all(|variable| {
            let variable = &variable.node;
            match variables.get(&variable.name.node) {
                None => variable.var_type.node.nullable || variable.default_value.is_some(),
                // Where a default allows it, a nullable variable may stand in a place that takes no null.
                Some(Value::Null) => false,
                Some(value) => held.value(Sent::Given(value), &variable.var_type.node).is_ok(),
            }
        })
    }

    /// Holds everything that an operation gives against its place.
    ///
    /// # Errors
    /// Names what does not fit there. What the schema does not know is left to the executor's validation.
    pub fn examine(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> Result<(), Misfit> {
        Walk::new(self, document, operation, variables).operation(operation)
    }

    fn root(&self, kind: OperationType) -> Option<&str> {
        let [query, mutation, subscription] = &self.roots;
        let root = match kind {
            OperationType::Query => query,
            OperationType::Mutation => mutation,
            OperationType::Subscription => subscription,
        };
        root.as_deref()
    }
}

/// The places of arguments, or of an input's fields. Of a `@oneOf` none must be given, and one that is takes no null.
fn places(definitions: Vec<Positioned<InputValueDefinition>>, is_one_of: bool) -> Places {
    let place = |definition: InputValueDefinition| {
        let (mut kind, has_default) = (definition.ty.node, definition.default_value.is_some());
        let is_required = !kind.nullable && !has_default;
        kind.nullable &= !is_one_of;
        (definition.name.node.to_string(), Place { kind, has_default, is_required })
    };
    definitions.into_iter().map(|definition| place(definition.node)).collect()
}

impl Field {
    fn of(definition: &FieldDefinition) -> (String, Self) {
        let field =
            Self { places: places(definition.arguments.clone(), false), below: named(&definition.ty.node).to_owned() };
        (definition.name.node.to_string(), field)
    }
}

impl Misfit {
    /// A value where one of a type must be.
    fn no(kind: &Type) -> Self {
        Self::here(Wrong::Form(kind.to_string().trim_end_matches('!').to_owned()))
    }

    /// What is wrong with this value.
    const fn here(wrong: Wrong) -> Self {
        Self::Value { path: Vec::new(), wrong }
    }

    /// A field that no input has; one that has no name of GraphQL is not repeated.
    fn unknown(name: &str) -> Self {
        let is_name = name.len() <= MAX_NAME && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let unknown = Self::here(Wrong::Unknown);
        if is_name { unknown.within(name) } else { unknown }
    }

    /// The same, seen from one level above.
    fn within(mut self, name: impl ToString) -> Self {
        if let Self::Value { path, .. } = &mut self {
            path.insert(0, name.to_string());
        }
        self
    }
}

/// Whether a variable may stand in a place: everything that its type has, the place takes. A default, its own or the
/// place's, makes up for what is left out.
fn may_stand(variable: &Type, place: &Type, is_made_up_for: bool) -> bool {
    let takes_null = place.nullable || !variable.nullable || is_made_up_for;
    takes_null
        && match (&variable.base, &place.base) {
            (BaseType::Named(variable), BaseType::Named(place)) => variable == place,
            (BaseType::List(variable), BaseType::List(place)) => may_stand(variable, place, false),
            _ => false,
        }
}

#[cfg(test)]
mod tests;
