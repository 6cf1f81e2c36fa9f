//! What is sent with a field.

use std::slice;

use async_graphql::indexmap::map;
use async_graphql::{Name, Value as ConstValue};
use async_graphql_value::Value;

use crate::graphql::page::MAX_FIRST;

/// A value of an argument, as it stands in the document or came with it.
#[derive(Debug, Clone, Copy)]
pub enum Sent<'a> {
    /// In the document.
    Written(&'a Value),
    /// In the variables, or as a default.
    Given(&'a ConstValue),
}

impl<'a> Sent<'a> {
    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        matches!(self, Self::Written(Value::Null) | Self::Given(ConstValue::Null))
    }

    /// A field of an object.
    pub fn field(self, name: &str) -> Option<Self> {
        match self {
            Self::Written(Value::Object(fields)) => fields.get(name).map(Self::Written),
            Self::Given(ConstValue::Object(fields)) => fields.get(name).map(Self::Given),
            _ => None,
        }
    }

    /// The fields of an object.
    pub fn fields(self) -> Option<Fields<'a>> {
        match self {
            Self::Written(Value::Object(fields)) => Some(Fields::Written(fields.iter())),
            Self::Given(ConstValue::Object(fields)) => Some(Fields::Given(fields.iter())),
            _ => None,
        }
    }

    /// The name of an enum's value; a text stands for it too, for JSON has no other way to write it.
    pub fn name(self) -> Option<&'a str> {
        match self {
            Self::Written(Value::Enum(name)) | Self::Given(ConstValue::Enum(name)) => Some(name),
            Self::Written(Value::String(name)) | Self::Given(ConstValue::String(name)) => Some(name),
            _ => None,
        }
    }

    /// Whether it has the form of a scalar.
    pub fn is(self, form: fn(&ConstValue) -> bool) -> bool {
        match self {
            Self::Given(value) => form(value),
            // No scalar of ours has a variable within.
            Self::Written(value) => {
                value.clone().into_const_with(|_| Ok::<_, ()>(ConstValue::Null)).is_ok_and(|value| form(&value))
            }
        }
    }

    /// The entries of a list.
    pub fn entries(self) -> Option<Entries<'a>> {
        match self {
            Self::Written(Value::List(entries)) => Some(Entries::Written(entries.iter())),
            Self::Given(ConstValue::List(entries)) => Some(Entries::Given(entries.iter())),
            _ => None,
        }
    }

    /// How many entries are sent: a single one may stand for a list of one.
    pub fn count(self) -> usize {
        match self {
            Self::Written(Value::List(entries)) => entries.len(),
            Self::Given(ConstValue::List(entries)) => entries.len(),
            _ => 1,
        }
    }

    /// How many are asked for: a number, or one for each entry.
    pub fn asked(self) -> usize {
        let (Self::Written(Value::Number(number)) | Self::Given(ConstValue::Number(number))) = self else {
            return self.count();
        };
        // What is out of range is refused by the field itself, without a page.
        let most = usize::try_from(MAX_FIRST).unwrap_or_default();
        number.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default().min(most)
    }
}

/// The entries of a list.
pub enum Entries<'a> {
    Written(slice::Iter<'a, Value>),
    Given(slice::Iter<'a, ConstValue>),
}

impl<'a> Iterator for Entries<'a> {
    type Item = Sent<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Written(entries) => entries.next().map(Sent::Written),
            Self::Given(entries) => entries.next().map(Sent::Given),
        }
    }
}

/// The fields of an object.
pub enum Fields<'a> {
    Written(map::Iter<'a, Name, Value>),
    Given(map::Iter<'a, Name, ConstValue>),
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a Name, Sent<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Written(fields) => fields.next().map(|(name, value)| (name, Sent::Written(value))),
            Self::Given(fields) => fields.next().map(|(name, value)| (name, Sent::Given(value))),
        }
    }
}
