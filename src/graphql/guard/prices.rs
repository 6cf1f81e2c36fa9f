//! What the schema's text says of costs, in the form in which the guard looks it up.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ConstDirective, FieldDefinition, OperationType, SchemaDefinition, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::{Positioned, Value};

/// The place of a type among the prices.
pub(super) type TypeId = usize;

/// The prices of a schema.
#[derive(Debug, Default)]
pub struct Prices {
    types: Vec<HashMap<String, Price>>,
    by_name: HashMap<String, TypeId>,
    roots: [Option<TypeId>; 3],
}

/// What a field costs, and what makes it more.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Price {
    /// Added once.
    pub field: usize,
    /// Added for each value.
    pub value: usize,
    /// What stands below it.
    pub below: Option<TypeId>,
    /// How many values there are.
    pub size: Size,
    /// Whether that is meant of the sized fields below it, not of itself.
    pub sizes_below: bool,
    /// Whether the field above says how many values there are.
    pub is_sized_above: bool,
    /// What each entry costs that is sent in a field of the input.
    pub inputs: Vec<(Path, usize)>,
}

/// How many values a field has.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Size {
    /// The arguments that say so; the largest of them counts.
    pub slicing: Vec<Slicing>,
    /// How many where none of them does; one where the schema says nothing.
    pub assumed: Option<usize>,
}

/// An argument that says how many.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slicing {
    pub path: Path,
    /// What it is where the operation does not say.
    pub default: Option<Value>,
}

/// An argument, and what is in it: `input`, `items`.
pub(super) type Path = Vec<String>;

/// A schema that cannot be priced: a mistake of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the schema's costs cannot be read: {0}")]
pub struct Unpriced(pub(super) String);

impl Prices {
    /// Reads them from a schema's text.
    ///
    /// # Errors
    /// When it is no schema, or a weight is no number.
    pub fn read(sdl: &str) -> Result<Self, Unpriced> {
        let document = parse_schema(sdl).map_err(|error| Unpriced(error.to_string()))?;
        let types = document.definitions.iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(&definition.node),
            _ => None,
        });
        let types: HashMap<&str, &TypeDefinition> = types.map(|kind| (kind.name.node.as_str(), kind)).collect();
        let mut prices = Self::default();
        let fields: Vec<_> = types.iter().filter_map(|(name, kind)| Some((*name, fields(kind)?))).collect();
        prices.by_name = fields.iter().enumerate().map(|(at, (name, _))| ((*name).to_owned(), at)).collect();
        for (_, fields) in &fields {
            let by_field = fields.iter().map(|field| {
                let field = &field.node;
                Ok((field.name.node.to_string(), prices.price(field, &types)?))
            });
            prices.types.push(by_field.collect::<Result<_, _>>()?);
        }
        for (_, fields) in &fields {
            for field in *fields {
                let below = prices.by_name.get(named(&field.node.ty.node)).copied();
                for sized in texts(&field.node.directives, "listSize", "sizedFields") {
                    let sized = below.and_then(|below| prices.types[below].get_mut(&sized));
                    sized.ok_or_else(|| unpriced(&field.node, "sizedFields"))?.is_sized_above = true;
                }
            }
        }
        let schema = document.definitions.iter().find_map(|definition| match definition {
            TypeSystemDefinition::Schema(schema) => Some(&schema.node),
            _ => None,
        });
        prices.roots = roots(schema).map(|root| root.and_then(|root| prices.by_name.get(root).copied()));
        Ok(prices)
    }

    fn price(&self, field: &FieldDefinition, types: &HashMap<&str, &TypeDefinition>) -> Result<Price, Unpriced> {
        let kind = named(&field.ty.node);
        let weighed = |directives| weight(directives).transpose().map_err(|()| unpriced(field, "weight"));
        let value = types.get(kind).map_or(Ok(None), |kind| weighed(&kind.directives))?;
        let assumed = argument(&field.directives, "listSize", "assumedSize").map(number);
        let slicing = texts(&field.directives, "listSize", "slicingArguments").into_iter().map(|path| {
            let path: Path = path.split('.').map(str::to_owned).collect();
            let argument = field.arguments.iter().find(|argument| argument.node.name.node == path[0].as_str());
            let argument = argument.ok_or_else(|| unpriced(field, "slicingArguments"))?;
            let default = argument.node.default_value.as_ref();
            Ok(Slicing { path, default: default.map(|value| value.node.clone()) })
        });
        let mut inputs = Vec::new();
        for argument in &field.arguments {
            let kind = named(&argument.node.ty.node);
            let path = vec![argument.node.name.node.to_string()];
            weigh_inputs(kind, path, types, &mut HashSet::new(), &mut inputs)
                .map_err(|()| unpriced(field, "weight"))?;
        }
        Ok(Price {
            field: weighed(&field.directives)?.unwrap_or_default(),
            value: value.unwrap_or(1),
            below: self.by_name.get(kind).copied(),
            size: Size { slicing: slicing.collect::<Result<_, _>>()?, assumed },
            sizes_below: argument(&field.directives, "listSize", "sizedFields").is_some(),
            is_sized_above: false,
            inputs,
        })
    }

    pub(super) fn root(&self, kind: OperationType) -> Option<TypeId> {
        self.roots[match kind {
            OperationType::Query => 0,
            OperationType::Mutation => 1,
            OperationType::Subscription => 2,
        }]
    }

    pub(super) fn type_named(&self, name: &str) -> Option<TypeId> {
        self.by_name.get(name).copied()
    }

    /// The price of a field; nothing where the schema has no such field.
    pub(super) fn of(&self, parent: Option<TypeId>, field: &str) -> Option<&Price> {
        self.types.get(parent?)?.get(field)
    }
}

/// Collects what the fields of an input cost, however deep they stand in it.
fn weigh_inputs<'a>(
    kind: &'a str,
    path: Path,
    types: &HashMap<&'a str, &'a TypeDefinition>,
    above: &mut HashSet<&'a str>,
    found: &mut Vec<(Path, usize)>,
) -> Result<(), ()> {
    // What holds itself could be followed for ever.
    let Some(TypeDefinition { kind: TypeKind::InputObject(input), .. }) = types.get(kind) else { return Ok(()) };
    if !above.insert(kind) {
        return Ok(());
    }
    for field in &input.fields {
        let field = &field.node;
        let path: Path = path.iter().cloned().chain([field.name.node.to_string()]).collect();
        if let Some(weight) = weight(&field.directives).transpose()? {
            found.push((path.clone(), weight));
        }
        weigh_inputs(named(&field.ty.node), path, types, above, found)?;
    }
    above.remove(kind);
    Ok(())
}

fn unpriced(field: &FieldDefinition, what: &str) -> Unpriced {
    Unpriced(format!("{what} of the field {}", field.name.node))
}

pub(super) fn fields(kind: &TypeDefinition) -> Option<&Vec<Positioned<FieldDefinition>>> {
    match &kind.kind {
        TypeKind::Object(object) => Some(&object.fields),
        TypeKind::Interface(interface) => Some(&interface.fields),
        _ => None,
    }
}

pub(super) fn named(kind: &Type) -> &str {
    let mut base = &kind.base;
    loop {
        match base {
            BaseType::Named(name) => return name,
            BaseType::List(inner) => base = &inner.base,
        }
    }
}

pub(super) fn roots(schema: Option<&SchemaDefinition>) -> [Option<&str>; 3] {
    let Some(schema) = schema else { return [Some("Query"), Some("Mutation"), Some("Subscription")] };
    [&schema.query, &schema.mutation, &schema.subscription].map(|root| root.as_ref().map(|root| root.node.as_str()))
}

fn argument<'a>(directives: &'a [Positioned<ConstDirective>], directive: &str, argument: &str) -> Option<&'a Value> {
    let directive = directives.iter().find(|found| found.node.name.node == directive)?;
    directive.node.get_argument(argument).map(|value| &value.node)
}

fn texts(directives: &[Positioned<ConstDirective>], directive: &str, name: &str) -> Vec<String> {
    let Some(Value::List(texts)) = argument(directives, directive, name) else { return Vec::new() };
    texts.iter().filter_map(|text| if let Value::String(text) = text { Some(text.clone()) } else { None }).collect()
}

fn weight(directives: &[Positioned<ConstDirective>]) -> Option<Result<usize, ()>> {
    let weight = argument(directives, "cost", "weight")?;
    Some(if let Value::String(weight) = weight { weight.parse().map_err(|_| ()) } else { Err(()) })
}

fn number(value: &Value) -> usize {
    if let Value::Number(number) = value {
        number.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default()
    } else {
        0
    }
}

#[cfg(test)]
mod tests;
