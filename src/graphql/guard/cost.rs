//! After parsing, before validation: what the document comes to with its fragments spread out.
//!
//! Each fragment is weighed once, those that it spreads before it, so no fragment is ever spread out.

use std::collections::HashMap;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType, Selection,
    SelectionSet, VariableDefinition,
};
use async_graphql::{Name, Positioned, Variables};
use async_graphql_value::Value;

use super::order::in_order;
use super::prices::{Prices, Size, TypeId};
use super::sent::Sent;
use super::{Breach, Limits, Measure, at_most};

/// Mutations that know the caller by what they are given: they ignore the `Authorization` header.
const WITHOUT_TOKEN: [&str; 5] = ["login", "refreshTokens", "registerCitizen", "requestContactCode", "activateAccount"];
/// National lists: without a token everybody reads the same in them, and they change by decree.
const FOR_EVERYBODY: [&str; 5] = ["agencies", "holidays", "jurisdictions", "ramadanPeriods", "siasnTerms"];
/// The one further mutation that checks a password.
const CHANGE_PASSWORD: &str = "changePassword";
/// Fields at the top, where one of them checks a password or a code: one request, one attempt.
const ROOT_FIELDS_WITH_ATTEMPT: usize = 1;
/// Introspected values for one unit of cost: they come out of memory, and the estimate of them is high.
const INTROSPECTED_FOR_ONE: usize = 1_000;

/// What is about to be executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// Query, mutation or subscription.
    pub kind: OperationType,
    /// The operation's name.
    pub name: Option<String>,
    /// Whether every field at its top knows the caller without the `Authorization` header.
    pub is_without_token: bool,
    /// Whether it reads national lists alone.
    pub is_for_everybody: bool,
    /// Whether other variables could have come to something else.
    pub is_by_variables: bool,
    /// What it costs.
    pub cost: usize,
}

/// Checks a parsed document, and its chosen operation.
///
/// # Errors
/// Names the limit that is passed, the fragment that spreads itself, or the operation that is missing.
pub fn examine(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
    prices: &Prices,
    limits: &Limits,
) -> Result<Executed, Breach> {
    let mut scale = Scale::new(prices, variables, definitions(document, operation_name));
    let mut selections = 0_usize;
    for name in in_order(document)? {
        let fragment = &document.fragments[name].node;
        scale.directives += fragment.directives.len();
        let weight = scale.weigh_fragment(fragment);
        selections = selections.saturating_add(weight.selections);
        scale.fragments.insert(name, weight);
    }
    let mut executed = None;
    for (name, operation) in document.operations.iter() {
        let operation = &operation.node;
        scale.directives += operation.directives.len();
        scale.directives +=
            operation.variable_definitions.iter().map(|variable| variable.node.directives.len()).sum::<usize>();
        let weight = scale.weigh(&operation.selection_set.node, prices.root(operation.ty));
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
        is_for_everybody: operation.ty == OperationType::Query && weight.roots == weight.roots_for_everybody,
        is_by_variables: scale.is_by_variables,
        cost: weight.cost(),
    })
}

/// The variables that the chosen operation takes.
fn definitions<'a>(document: &'a ExecutableDocument, wanted: Option<&str>) -> &'a [Positioned<VariableDefinition>] {
    let mut operations = document.operations.iter();
    let chosen = operations.find(|(name, _)| is_chosen(&document.operations, name.map(Name::as_str), wanted));
    chosen.map_or(&[], |(_, operation)| &operation.node.variable_definitions)
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
    /// The cost, lists as long as they are asked for, without `sized`.
    priced: usize,
    /// The cost of one entry in the fields whose length the field above says.
    sized: usize,
    /// Fields at the top.
    roots: usize,
    /// Of them, those that need no token.
    roots_without_token: usize,
    /// Of them, national lists.
    roots_for_everybody: usize,
    /// Of them, those that check a password or a code.
    attempts: usize,
}

impl Weight {
    fn of_field(name: &str, cost: Cost, below: Self) -> Self {
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
            priced: cost.priced,
            sized: cost.sized,
            roots: 1,
            roots_without_token: usize::from(is_without_token),
            roots_for_everybody: usize::from(FOR_EVERYBODY.contains(&name)),
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
            priced: self.priced.saturating_add(other.priced),
            sized: self.sized.saturating_add(other.sized),
            roots: self.roots.saturating_add(other.roots),
            roots_without_token: self.roots_without_token.saturating_add(other.roots_without_token),
            roots_for_everybody: self.roots_for_everybody.saturating_add(other.roots_for_everybody),
            attempts: self.attempts.saturating_add(other.attempts),
        }
    }

    fn check(&self, operation: &OperationDefinition, limits: &Limits) -> Result<(), Breach> {
        at_most(Measure::Nesting, self.nesting, limits.nesting)?;
        at_most(Measure::Depth, self.depth, limits.depth)?;
        at_most(Measure::Depth, self.introspection_depth, limits.introspection_depth)?;
        at_most(Measure::RootFields, self.roots, limits.root_fields)?;
        if operation.ty == OperationType::Mutation && self.attempts > 0 {
            at_most(Measure::RootFields, self.roots, ROOT_FIELDS_WITH_ATTEMPT)?;
        }
        at_most(Measure::Fields, self.fields, limits.fields)?;
        at_most(Measure::Introspected, self.introspected, limits.introspected)?;
        at_most(Measure::Cost, self.cost(), limits.cost)
    }

    /// The cost of the whole.
    fn cost(&self) -> usize {
        self.priced.saturating_add(self.sized).saturating_add(self.introspected / INTROSPECTED_FOR_ONE)
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

/// What a field adds to the cost of its selection set.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    priced: usize,
    sized: usize,
}

/// Weighs selection sets; counts on the way what the limits of the whole document count.
struct Scale<'a> {
    prices: &'a Prices,
    variables: &'a Variables,
    definitions: &'a [Positioned<VariableDefinition>],
    fragments: HashMap<&'a str, Weight>,
    aliases: usize,
    directives: usize,
    is_by_variables: bool,
}

impl<'a> Scale<'a> {
    fn new(prices: &'a Prices, variables: &'a Variables, definitions: &'a [Positioned<VariableDefinition>]) -> Self {
        let fragments = HashMap::new();
        Self { prices, variables, definitions, fragments, aliases: 0, directives: 0, is_by_variables: false }
    }

    /// A value behind its variable; nothing where the variable has none.
    fn opened(&mut self, sent: Sent<'a>) -> Option<Sent<'a>> {
        let Sent::Written(Value::Variable(name)) = sent else { return Some(sent) };
        self.is_by_variables = true;
        let default = || {
            let definition = self.definitions.iter().find(|definition| definition.node.name.node == *name)?;
            definition.node.default_value.as_ref().map(|value| &value.node)
        };
        self.variables.get(name).or_else(default).map(Sent::Given)
    }

    /// Adds up what is found at a path below a value: in each entry, where there is a list on the way.
    fn add_up(&mut self, sent: Sent<'a>, path: &[String], count: fn(Sent<'a>) -> usize) -> usize {
        let Some(sent) = self.opened(sent).filter(|sent| !sent.is_null()) else { return 0 };
        let Some((name, rest)) = path.split_first() else { return count(sent) };
        match sent.entries() {
            Some(entries) => entries.fold(0, |sum, entry| sum.saturating_add(self.add_up(entry, path, count))),
            None => sent.field(name).map_or(0, |sent| self.add_up(sent, rest, count)),
        }
    }

    /// An argument as the field gets it; nothing where it gets none.
    fn argument(&mut self, field: &'a Field, name: &str) -> Option<Sent<'a>> {
        let (_, value) = field.arguments.iter().find(|(found, _)| found.node == name)?;
        self.opened(Sent::Written(&value.node))
    }

    /// How many values a field has.
    fn size(&mut self, field: &'a Field, size: &'a Size) -> usize {
        let mut asked = None;
        for slicing in &size.slicing {
            let (name, rest) = slicing.path.split_first().expect("a path begins with an argument");
            let sent = self.argument(field, name).or(slicing.default.as_ref().map(Sent::Given));
            let Some(sent) = sent.filter(|sent| !sent.is_null()) else { continue };
            asked = asked.max(Some(self.add_up(sent, rest, Sent::asked)));
        }
        asked.or(size.assumed).unwrap_or(1)
    }

    /// What a field costs with what stands below it.
    fn cost(&mut self, field: &'a Field, parent: Option<TypeId>, below: &Weight) -> Cost {
        let Some(price) = self.prices.of(parent, &field.name.node) else {
            let priced = below.priced.saturating_add(below.sized).saturating_add(1);
            return Cost { priced, sized: 0 };
        };
        let size = self.size(field, &price.size);
        let below = if price.sizes_below {
            below.priced.saturating_add(price.value).saturating_add(below.sized.saturating_mul(size))
        } else {
            below.priced.saturating_add(below.sized).saturating_add(price.value).saturating_mul(size)
        };
        let mut whole = below.saturating_add(price.field);
        for (path, weight) in &price.inputs {
            let (name, rest) = path.split_first().expect("a path begins with an argument");
            let Some(sent) = self.argument(field, name) else { continue };
            whole = whole.saturating_add(self.add_up(sent, rest, Sent::count).saturating_mul(*weight));
        }
        if price.is_sized_above { Cost { priced: 0, sized: whole } } else { Cost { priced: whole, sized: 0 } }
    }

    fn weigh_fragment(&mut self, fragment: &'a FragmentDefinition) -> Weight {
        let on = self.prices.type_named(&fragment.type_condition.node.on.node);
        self.weigh(&fragment.selection_set.node, on)
    }

    fn weigh(&mut self, set: &'a SelectionSet, on: Option<TypeId>) -> Weight {
        let mut total = Weight::default();
        for selection in &set.items {
            self.directives += selection.node.directives().len();
            total = total.beside(match &selection.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    let price = self.prices.of(on, &field.node.name.node);
                    let below = self.weigh(&field.node.selection_set.node, price.and_then(|price| price.below));
                    let cost = self.cost(&field.node, on, &below);
                    Weight::of_field(&field.node.name.node, cost, below)
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let on = condition.map_or(on, |condition| self.prices.type_named(&condition.node.on.node));
                    Weight::of_fragment(self.weigh(&inline.node.selection_set.node, on))
                }
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
mod naive;
#[cfg(test)]
mod tests;
