//! JSON as we take it: every key once, no NUL in any text, brackets no deeper than the limit.
//!
//! Two readers may disagree about which of two equal keys counts (RFC 8259, 4); a NUL ends a text for some and not
//! for others. What can be read in two ways is refused.

use std::cell::Cell;
use std::fmt;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::fault::Malformed;

/// An object has room for so many entries before it grows: as many as a check-in has.
const FIELDS: usize = 7;

/// Reads a JSON text.
pub fn parse(text: &[u8], max_brackets: usize) -> Result<Value, Malformed> {
    let is_too_deep = Cell::new(false);
    let strict = Strict { brackets: max_brackets, is_too_deep: &is_too_deep };
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = strict.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|_| if is_too_deep.get() { Malformed::NestedTooDeep } else { Malformed::NotJson })
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    /// So many may still be opened within one another.
    brackets: usize,
    is_too_deep: &'a Cell<bool>,
}

impl Strict<'_> {
    /// For what stands in the bracket that was just opened. (The reader itself gives up at 128.)
    fn within<E: Error>(self) -> Result<Self, E> {
        let Some(brackets) = self.brackets.checked_sub(1) else {
            self.is_too_deep.set(true);
            return Err(E::custom("brackets nested too deep"));
        };
        Ok(Self { brackets, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON with every key once and without NUL")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        async_graphql::Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("no number"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        if text.contains('\0') { Err(E::custom("NUL")) } else { Ok(Value::String(text)) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let (strict, mut list) = (self.within()?, Vec::new());
        while let Some(item) = items.next_element_seed(strict)? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let (strict, mut object) = (self.within()?, IndexMap::with_capacity(FIELDS));
        while let Some(key) = entries.next_key_seed(Key)? {
            if object.insert(key, entries.next_value_seed(strict)?).is_some() {
                return Err(A::Error::custom("a key twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

/// The key of an entry, taken from where it stands.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key without NUL")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Name, E> {
        if key.contains('\0') { Err(E::custom("NUL")) } else { Ok(Name::new(key)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_json() {
        let text = r#"{"a": [1, -2, 2.5, 18446744073709551615, true, null], "b": {"": "é\n"}}"#;
        let value = parse(text.as_bytes(), 3).unwrap();
        assert_eq!(value.into_json().unwrap(), serde_json::from_str::<serde_json::Value>(text).unwrap());
    }

    #[test]
    fn refuses_what_can_be_read_in_two_ways() {
        for text in [
            &b"{\"a\": 1, \"a\": 1}"[..],
            br#"{"a": {"b": 1, "c": 2, "b": 3}}"#,
            br#"{"a": 1, "\u0061": 2}"#,
            br#"{"a": "\u0000"}"#,
            br#"{"\u0000": 1}"#,
            br#"{"a": "\ud800"}"#,
            b"{\"a\": \"\xff\"}",
            b"{\"a\": \"\0\"}",
            b"{\"a\": 1} {}",
            b"{\"a\": 1e999}",
            b"{\"a\": NaN}",
            b"\xef\xbb\xbf{}",
            b"",
        ] {
            assert_eq!(parse(text, 64), Err(Malformed::NotJson), "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn reads_no_further_than_brackets_may_go() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(64).as_bytes(), 64).is_ok());
        assert_eq!(parse(nested(65).as_bytes(), 64), Err(Malformed::NestedTooDeep));
        assert_eq!(parse("{\"a\":".repeat(1_000_000).as_bytes(), 64), Err(Malformed::NestedTooDeep));
        assert!(parse(format!("{{\"a\": \"{}\\\"[[\"}}", "[".repeat(100)).as_bytes(), 64).is_ok());
    }
}
