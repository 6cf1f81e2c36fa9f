//! Values held against their places, in a whole operation.

use std::collections::HashSet;

use async_graphql::parser::types::{
    BaseType, Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet, Type, VariableDefinition,
};
use async_graphql::{Name, Positioned, Value as ConstValue, Variables};
use async_graphql_value::Value;

use super::{Inputs, Kind, Misfit, Places, Wrong, may_stand};
use crate::graphql::guard::sent::Sent;

/// Holds values against their types; variables are known by their operation.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    pub inputs: &'a Inputs,
    pub definitions: &'a [Positioned<VariableDefinition>],
    pub variables: &'a Variables,
}

impl<'a> Held<'a> {
    /// What is sent in a place.
    fn place(self, sent: Sent<'a>, kind: &Type, has_default: bool) -> Result<(), Misfit> {
        let Sent::Written(Value::Variable(name)) = sent else { return self.value(sent, kind) };
        let mut definitions = self.definitions.iter().map(|definition| &definition.node);
        // Of one that is not defined validation tells.
        let Some(definition) = definitions.find(|definition| definition.name.node == *name) else { return Ok(()) };
        let default = definition.default_value.as_ref().map(|value| &value.node);
        let is_made_up_for = has_default || default.is_some_and(|value| *value != ConstValue::Null);
        if !may_stand(&definition.var_type.node, kind, is_made_up_for) {
            return Err(Misfit::Variable(name.to_string()));
        }
        let given = self.variables.get(name).or(default);
        given.map_or(Ok(()), |value| self.value(Sent::Given(value), kind))
    }

    /// A value that is no variable itself.
    pub fn value(self, sent: Sent<'a>, kind: &Type) -> Result<(), Misfit> {
        if sent.is_null() {
            return if kind.nullable { Ok(()) } else { Err(Misfit::here(Wrong::Missing)) };
        }
        match (&kind.base, sent.entries()) {
            (BaseType::List(kind), Some(mut entries)) => {
                let mut at = 0..;
                entries.try_for_each(|entry| {
                    let at = at.next().unwrap_or_default();
                    self.place(entry, kind, false).map_err(|misfit| misfit.within(at))
                })
            }
            // One value stands for a list of it.
            (BaseType::List(kind), None) => self.value(sent, kind),
            (BaseType::Named(name), _) => match self.inputs.kinds.get(name.as_str()) {
                Some(Kind::Object { places, required, is_one_of }) => match sent.fields() {
                    Some(_) => self.object(sent, places, *required, *is_one_of),
                    None => Err(Misfit::no(kind)),
                },
                Some(Kind::Scalar(form)) if !sent.is(*form) => Err(Misfit::no(kind)),
                Some(Kind::Enum(names)) if !sent.name().is_some_and(|name| names.contains(name)) => {
                    Err(Misfit::no(kind))
                }
                _ => Ok(()),
            },
        }
    }

    fn object(self, sent: Sent<'a>, places: &Places, required: usize, is_one_of: bool) -> Result<(), Misfit> {
        let (mut count, mut required_count) = (0, 0);
        for (name, value) in sent.fields().into_iter().flatten() {
            let place = places.get(name.as_str()).ok_or_else(|| Misfit::unknown(name))?;
            self.place(value, &place.kind, place.has_default).map_err(|misfit| misfit.within(name))?;
            count += 1;
            required_count += usize::from(place.is_required);
        }
        if is_one_of {
            let choices = || places.keys().cloned().collect();
            return if count == 1 { Ok(()) } else { Err(Misfit::here(Wrong::NotOne(choices()))) };
        }
        if required_count == required {
            return Ok(());
        }
        let mut missing = places.iter().filter(|(name, place)| place.is_required && sent.field(name).is_none());
        missing.next().map_or(Ok(()), |(name, _)| Err(Misfit::here(Wrong::Missing).within(name)))
    }
}

/// Goes through an operation; each fragment once, however often it is spread.
pub struct Walk<'a> {
    held: Held<'a>,
    document: &'a ExecutableDocument,
    walked: HashSet<&'a str>,
}

impl<'a> Walk<'a> {
    pub fn new(
        inputs: &'a Inputs,
        document: &'a ExecutableDocument,
        operation: &'a OperationDefinition,
        variables: &'a Variables,
    ) -> Self {
        let held = Held { inputs, definitions: &operation.variable_definitions, variables };
        Self { held, document, walked: HashSet::new() }
    }

    pub fn operation(&mut self, operation: &'a OperationDefinition) -> Result<(), Misfit> {
        for definition in operation.variable_definitions.iter().map(|definition| &definition.node) {
            if let Some(default) = &definition.default_value {
                let fits = self.held.value(Sent::Given(&default.node), &definition.var_type.node);
                fits.map_err(|_| Misfit::Default(definition.name.node.to_string()))?;
            }
        }
        self.set(&operation.selection_set.node, self.held.inputs.root(operation.ty))
    }

    fn set(&mut self, set: &'a SelectionSet, on: Option<&'a str>) -> Result<(), Misfit> {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(Positioned { node: field, .. }) => {
                    self.directives(&field.directives)?;
                    let fields = on.and_then(|on| self.held.inputs.fields.get(on));
                    let known = fields.and_then(|fields| fields.get(field.name.node.as_str()));
                    if let Some(known) = known {
                        self.arguments(&field.arguments, &known.places)?;
                    }
                    self.set(&field.selection_set.node, known.map(|known| known.below.as_str()))?;
                }
                Selection::InlineFragment(Positioned { node: inline, .. }) => {
                    self.directives(&inline.directives)?;
                    let condition = inline.type_condition.as_ref().map(|condition| condition.node.on.node.as_str());
                    self.set(&inline.selection_set.node, condition.or(on))?;
                }
                Selection::FragmentSpread(Positioned { node: spread, .. }) => {
                    self.directives(&spread.directives)?;
                    self.fragment(&spread.fragment_name.node)?;
                }
            }
        }
        Ok(())
    }

    fn fragment(&mut self, name: &'a Name) -> Result<(), Misfit> {
        match self.document.fragments.get(name) {
            Some(Positioned { node: fragment, .. }) if self.walked.insert(name) => {
                self.directives(&fragment.directives)?;
                self.set(&fragment.selection_set.node, Some(&fragment.type_condition.node.on.node))
            }
            _ => Ok(()),
        }
    }

    fn directives(&self, directives: &'a [Positioned<Directive>]) -> Result<(), Misfit> {
        directives.iter().map(|directive| &directive.node).try_for_each(|directive| {
            let places = self.held.inputs.directives.get(directive.name.node.as_str());
            places.map_or(Ok(()), |places| self.arguments(&directive.arguments, places))
        })
    }

    fn arguments(&self, arguments: &'a [(Positioned<Name>, Positioned<Value>)], places: &Places) -> Result<(), Misfit> {
        arguments.iter().try_for_each(|(name, value)| {
            let Some(place) = places.get(name.node.as_str()) else { return Ok(()) };
            // Where a whole argument is left out by its variable, the executor forgets the default of its place.
            let fits = self.held.place(Sent::Written(&value.node), &place.kind, false);
            fits.map_err(|misfit| misfit.within(&name.node))
        })
    }
}
