//! After parsing, before validation: what the document comes to with its fragments spread out.
//!
//! Each fragment is weighed once, those that it spreads before it, so no fragment is ever spread out.

use std::collections::HashMap;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Value as ConstValue, Variables};

use super::{Breach, Limits, Measure, at_most};

/// Mutations that know the caller by what they are given: they ignore the `Authorization` header.
const WITHOUT_TOKEN: [&str; 5] = ["login", "refreshTokens", "registerCitizen", "requestContactCode", "activateAccount"];
/// The one further mutation that checks a password.
const CHANGE_PASSWORD: &str = "changePassword";

/// What is about to be executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// Query, mutation or subscription.
    pub kind: OperationType,
    /// The operation's name.
    pub name: Option<String>,
    /// Whether every field at its top knows the caller without the `Authorization` header.
    pub is_without_token: bool,
    /// Whether other variables could have come to something else.
    pub is_by_variables: bool,
}

/// Checks a parsed document, and its chosen operation.
///
/// # Errors
/// Names the limit that is passed, the fragment that spreads itself, or the operation that is missing.
pub fn examine(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
    limits: &Limits,
) -> Result<Executed, Breach> {
    let mut scale = Scale { variables, fragments: HashMap::new(), aliases: 0, directives: 0, is_by_variables: false };
    let mut selections = 0_usize;
    for name in in_order(document)? {
        let fragment = &document.fragments[name].node;
        scale.directives += fragment.directives.len();
        let weight = scale.weigh(&fragment.selection_set.node);
        selections = selections.saturating_add(weight.selections);
        scale.fragments.insert(name, weight);
    }
    let mut executed = None;
    for (name, operation) in document.operations.iter() {
        let operation = &operation.node;
        scale.directives += operation.directives.len();
        scale.directives +=
            operation.variable_definitions.iter().map(|variable| variable.node.directives.len()).sum::<usize>();
        let weight = scale.weigh(&operation.selection_set.node);
        selections = selections.saturating_add(weight.selections);
        if is_chosen(&document.operations, name.map(Name::as_str), operation_name) {
            executed = Some((name, operation, weight));
        }
    }
    at_most(Measure::Aliases, scale.aliases, limits.aliases)?;
    at_most(Measure::Directives, scale.directives, limits.directives)?;
    at_most(Measure::Selections, selections, limits.selections)?;
    let (name, operation, weight) =
        executed.ok_or_else(|| Breach::NoOperation(operation_name.map(ToOwned::to_owned)))?;
    weight.check(operation, limits)?;
    check_subscription(operation)?;
    Ok(Executed {
        kind: operation.ty,
        name: name.map(ToString::to_string),
        is_without_token: operation.ty == OperationType::Mutation && weight.roots == weight.roots_without_token,
        is_by_variables: scale.is_by_variables,
    })
}

/// A subscription asks for one field, at its top itself (GraphQL, 5.2.4.1): the executor would follow several at once,
/// and none that stands in a fragment.
fn check_subscription(operation: &OperationDefinition) -> Result<(), Breach> {
    let fields = operation.selection_set.node.items.as_slice();
    let is_one = matches!(fields, [Positioned { node: Selection::Field(_), .. }]);
    if operation.ty == OperationType::Subscription && !is_one { Err(Breach::NotOneField) } else { Ok(()) }
}

/// Chooses as the executor does.
fn is_chosen(operations: &DocumentOperations, name: Option<&str>, wanted: Option<&str>) -> bool {
    wanted.map_or_else(|| operations.iter().len() == 1, |wanted| name == Some(wanted))
}

/// The fragments, each after those that it spreads.
fn in_order(document: &ExecutableDocument) -> Result<Vec<&str>, Breach> {
    let mut order = Vec::with_capacity(document.fragments.len());
    let mut is_placed: HashMap<&str, bool> = HashMap::new();
    for start in document.fragments.keys() {
        let mut open: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut next = Some(start.as_str());
        loop {
            if let Some(name) = next.take()
                && let Some(fragment) = document.fragments.get(name)
            {
                match is_placed.get(name) {
                    None => {
                        let mut spreads = Vec::new();
                        collect_spreads(&fragment.node.selection_set.node, &mut spreads);
                        is_placed.insert(name, false);
                        open.push((name, spreads));
                    }
                    Some(false) => return Err(Breach::Cycle(name.to_owned())),
                    Some(true) => {}
                }
            }
            let Some((name, spreads)) = open.last_mut() else { break };
            next = spreads.pop();
            if next.is_none() {
                is_placed.insert(name, true);
                order.push(*name);
                open.pop();
            }
        }
    }
    Ok(order)
}

fn collect_spreads<'a>(set: &'a SelectionSet, spreads: &mut Vec<&'a str>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => collect_spreads(&field.node.selection_set.node, spreads),
            Selection::InlineFragment(inline) => collect_spreads(&inline.node.selection_set.node, spreads),
            Selection::FragmentSpread(spread) => spreads.push(&spread.node.fragment_name.node),
        }
    }
}

/// What a selection set comes to, fragments spread out. Arithmetic saturates: too much stays too much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Weight {
    /// Fields, except those below `__schema` and `__type`.
    fields: usize,
    /// Levels of those fields.
    depth: usize,
    /// Fields, spreads and inline fragments.
    selections: usize,
    /// Selection sets within one another.
    nesting: usize,
    /// Levels of all fields: the depth, if this stands below `__schema`.
    full_depth: usize,
    /// Values answered, if this stands below `__schema`.
    full_introspected: usize,
    /// Levels below and with the `__schema` and `__type` fields in it.
    introspection_depth: usize,
    /// Values answered by the `__schema` and `__type` fields in it.
    introspected: usize,
    /// Values answered at most, pages as long as they are asked for.
    answered: usize,
    /// Whether it asks for the items of a connection.
    has_items: bool,
    /// Fields at the top.
    roots: usize,
    /// Of them, those that need no token.
    roots_without_token: usize,
    /// Of them, those that check a password or a code.
    attempts: usize,
}

impl Weight {
    fn of_field(name: &str, entries_asked: Option<usize>, below: Self) -> Self {
        let page = if below.has_items { DEFAULT_PAGE } else { listed(name) };
        let page = entries_asked.unwrap_or(page);
        let full_depth = below.full_depth.saturating_add(1);
        let full_introspected = below.full_introspected.saturating_mul(entries(name)).saturating_add(1);
        let is_without_token = WITHOUT_TOKEN.contains(&name);
        let (fields, depth, introspection_depth, introspected) = if matches!(name, "__schema" | "__type") {
            (0, 0, full_depth, full_introspected)
        } else {
            (below.fields, below.depth, below.introspection_depth, below.introspected)
        };
        Self {
            fields: fields.saturating_add(1),
            depth: depth.saturating_add(1),
            selections: below.selections.saturating_add(1),
            nesting: below.nesting,
            full_depth,
            full_introspected,
            introspection_depth,
            introspected,
            answered: below.answered.saturating_mul(page).saturating_add(1),
            has_items: matches!(name, "nodes" | "edges"),
            roots: 1,
            roots_without_token: usize::from(is_without_token),
            attempts: usize::from(is_without_token || name == CHANGE_PASSWORD),
        }
    }

    fn of_fragment(inside: Self) -> Self {
        Self { selections: inside.selections.saturating_add(1), ..inside }
    }

    fn beside(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            depth: self.depth.max(other.depth),
            selections: self.selections.saturating_add(other.selections),
            nesting: self.nesting.max(other.nesting),
            full_depth: self.full_depth.max(other.full_depth),
            full_introspected: self.full_introspected.saturating_add(other.full_introspected),
            introspection_depth: self.introspection_depth.max(other.introspection_depth),
            introspected: self.introspected.saturating_add(other.introspected),
            answered: self.answered.saturating_add(other.answered),
            has_items: self.has_items || other.has_items,
            roots: self.roots.saturating_add(other.roots),
            roots_without_token: self.roots_without_token.saturating_add(other.roots_without_token),
            attempts: self.attempts.saturating_add(other.attempts),
        }
    }

    fn check(&self, operation: &OperationDefinition, limits: &Limits) -> Result<(), Breach> {
        at_most(Measure::Nesting, self.nesting, limits.nesting)?;
        at_most(Measure::Depth, self.depth, limits.depth)?;
        at_most(Measure::Depth, self.introspection_depth, limits.introspection_depth)?;
        at_most(Measure::RootFields, self.roots, limits.root_fields)?;
        if operation.ty == OperationType::Mutation && self.attempts > 0 {
            at_most(Measure::RootFields, self.roots, limits.root_fields_with_attempt)?;
        }
        at_most(Measure::Fields, self.fields, limits.fields)?;
        at_most(Measure::Introspected, self.introspected, limits.introspected)?;
        at_most(Measure::Answered, self.answered, limits.answered)
    }
}

/// Entries of our own lists that are no connections, where they are long.
fn listed(name: &str) -> usize {
    match name {
        "days" => 31,
        _ => 1,
    }
}

/// How many values a field of the introspection types answers with, in a schema of 200 types.
fn entries(name: &str) -> usize {
    match name {
        "types" => 200,
        "fields" => 12,
        "possibleTypes" | "enumValues" => 8,
        "inputFields" | "directives" => 6,
        "args" => 4,
        "interfaces" => 2,
        _ => 1,
    }
}

/// Items of a page that does not say how many.
const DEFAULT_PAGE: usize = 20;
/// Items of the longest page: what a size that cannot be read is taken for.
const LONGEST_PAGE: usize = 100;

/// Weighs selection sets; counts on the way what the limits of the whole document count.
struct Scale<'a> {
    variables: &'a Variables,
    fragments: HashMap<&'a str, Weight>,
    aliases: usize,
    directives: usize,
    is_by_variables: bool,
}

impl Scale<'_> {
    /// How many entries a field asks for: `first` of a connection, the length of `ids`.
    fn entries_asked(&mut self, field: &Field) -> Option<usize> {
        let (_, value) = field.arguments.iter().find(|(name, _)| matches!(name.node.as_str(), "first" | "ids"))?;
        let value = value.node.clone().into_const_with(|name| {
            self.is_by_variables = true;
            self.variables.get(&name).cloned().ok_or(())
        });
        match value.unwrap_or_default() {
            ConstValue::Null => None,
            ConstValue::List(ids) => Some(ids.len()),
            ConstValue::Number(first) => {
                // What is out of range is refused by the field itself, without a page.
                Some(first.as_u64().and_then(|first| usize::try_from(first).ok()).unwrap_or(0).min(LONGEST_PAGE))
            }
            _ => Some(LONGEST_PAGE),
        }
    }

    fn weigh(&mut self, set: &SelectionSet) -> Weight {
        let mut total = Weight::default();
        for selection in &set.items {
            self.directives += selection.node.directives().len();
            total = total.beside(match &selection.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    let below = self.weigh(&field.node.selection_set.node);
                    Weight::of_field(&field.node.name.node, self.entries_asked(&field.node), below)
                }
                Selection::InlineFragment(inline) => Weight::of_fragment(self.weigh(&inline.node.selection_set.node)),
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    // One that is not defined weighs nothing; validation refuses it.
                    Weight::of_fragment(self.fragments.get(name).copied().unwrap_or_default())
                }
            });
        }
        total.nesting += usize::from(!set.items.is_empty());
        total
    }
}

#[cfg(test)]
mod tests;
