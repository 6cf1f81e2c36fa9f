//! The published schema, as the tables here are held against it.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind, TypeSystemDefinition,
};

/// The types by their names.
pub struct Sdl(BTreeMap<String, TypeKind>);

/// An argument or input field of a root field that takes an id.
pub struct Hole {
    /// The root field.
    pub field: String,
    /// Where in the arguments the id stands.
    pub path: Vec<String>,
}

impl Sdl {
    /// The schema that the code publishes.
    pub fn read() -> Self {
        let document = parse_schema(bina::graphql::sdl()).expect("SDL");
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(one) => Some((one.node.name.node.to_string(), one.node.kind)),
            TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
        });
        Self(types.collect())
    }

    /// The fields of an object type.
    fn fields(&self, name: &str) -> impl Iterator<Item = &FieldDefinition> {
        let Some(TypeKind::Object(object)) = self.0.get(name) else { panic!("{name} is no object type") };
        object.fields.iter().map(|field| &field.node)
    }

    /// Everything that can be asked for or done.
    pub fn root_fields(&self) -> BTreeSet<String> {
        ["Query", "Mutation", "Subscription"]
            .iter()
            .flat_map(|root| self.fields(root))
            .map(|field| field.name.to_string())
            .collect()
    }

    fn is_node(&self, name: &str) -> bool {
        let Some(TypeKind::Object(object)) = self.0.get(name) else { return false };
        object.implements.iter().any(|interface| interface.node == "Node")
    }

    /// The types that have ids of their own.
    pub fn nodes(&self) -> BTreeSet<String> {
        self.0.keys().filter(|name| self.is_node(name)).cloned().collect()
    }

    /// Wherever a root field takes an id.
    pub fn holes(&self) -> Vec<Hole> {
        let mut holes = Vec::new();
        for field in ["Query", "Mutation", "Subscription"].iter().flat_map(|root| self.fields(root)) {
            let mut paths = Vec::new();
            self.find_holes(&field.arguments, &[], &mut paths);
            holes.extend(paths.into_iter().map(|path| Hole { field: field.name.to_string(), path }));
        }
        holes
    }

    fn find_holes(
        &self,
        arguments: &[Positioned<InputValueDefinition>],
        above: &[String],
        found: &mut Vec<Vec<String>>,
    ) {
        for argument in arguments {
            let path = [above, &[argument.node.name.to_string()]].concat();
            match (named(&argument.node.ty.node), self.0.get(named(&argument.node.ty.node))) {
                ("ID", _) => found.push(path),
                (_, Some(TypeKind::InputObject(input))) => self.find_holes(&input.fields, &path, found),
                _ => {}
            }
        }
    }

    /// A selection of every field of an object type that needs no argument; of what has an id of its own, the id.
    pub fn selection(&self, name: &str) -> String {
        let is_free = |argument: &Positioned<InputValueDefinition>| {
            argument.node.ty.node.nullable || argument.node.default_value.is_some()
        };
        let free = self.fields(name).filter(|field| field.arguments.iter().all(is_free));
        let fields = free.map(|field| format!("{} {}", field.name, self.edge(named(&field.ty.node))));
        format!("__typename {}", fields.collect::<Vec<_>>().join(" "))
    }

    fn edge(&self, name: &str) -> String {
        match self.0.get(name) {
            Some(TypeKind::Object(_)) if self.is_node(name) => "{ __typename id }".to_owned(),
            Some(TypeKind::Interface(_)) => "{ __typename id }".to_owned(),
            Some(TypeKind::Object(_)) => format!("{{ {} }}", self.selection(name)),
            Some(TypeKind::Union(union)) => {
                let members = union.members.iter().map(|member| member.node.as_str());
                let members = members.map(|member| {
                    let selection =
                        if self.is_node(member) { "__typename id".to_owned() } else { self.selection(member) };
                    format!("... on {member} {{ {selection} }}")
                });
                format!("{{ {} }}", members.collect::<Vec<_>>().join(" "))
            }
            _ => String::new(),
        }
    }
}

/// The name of a type, or of what a list is a list of.
fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => named(item),
    }
}
