//! The parameters of a GraphQL request, from a JSON body or a query string.

use async_graphql::{Value, Variables};
use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use futures_util::StreamExt as _;
use tokio::time::timeout;

use super::asked::Asked;
use super::fault::{Malformed, RequestFault};
use super::json;
use crate::config::Limits;
use crate::documents::Key;

/// The parameters of a query string that mean something.
const NAMES: [&str; 5] = ["query", "documentId", "operationName", "variables", "extensions"];

/// What is asked for.
#[derive(Debug, PartialEq)]
pub struct Params {
    /// The document.
    pub asked: Asked,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// Its variables.
    pub variables: Variables,
}

/// Reads a body, and never more of it than its cap.
pub async fn read_body(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Vec<u8>, RequestFault> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limits.body_bytes) {
        return Err(RequestFault::TooLarge(limits.body_bytes));
    }
    let read = async {
        let mut bytes = Vec::with_capacity(announced.unwrap_or_default());
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| Malformed::BodyCut)?;
            if bytes.len() + chunk.len() > limits.body_bytes {
                return Err(RequestFault::TooLarge(limits.body_bytes));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    timeout(limits.body_time(), read).await.unwrap_or(Err(RequestFault::BodyTooSlow(limits.body_seconds)))
}

impl Params {
    /// From a JSON body.
    pub fn from_body(body: &[u8], max_brackets: usize) -> Result<Self, Malformed> {
        Self::from_json(json::parse(body, max_brackets)?)
    }

    /// From JSON that is read already.
    pub fn from_json(value: Value) -> Result<Self, Malformed> {
        let Value::Object(mut object) = value else { return Err(Malformed::NotAnObject) };
        let mut take = |name| object.swap_remove(name).filter(|value| *value != Value::Null);
        let query = match take("query") {
            None => None,
            Some(Value::String(query)) => Some(query),
            Some(_) => return Err(Malformed::Query),
        };
        let document_id = match take("documentId") {
            None => None,
            Some(Value::String(id)) => Some(document_id(&id)?),
            Some(_) => return Err(Malformed::DocumentId),
        };
        let operation_name = match take("operationName") {
            None => None,
            Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
            Some(_) => return Err(Malformed::OperationName),
        };
        let variables = take("variables");
        let asked = Asked::of(query, document_id, persisted_query(take("extensions"))?)?;
        Ok(Self { asked, operation_name, variables: variables_of(variables)? })
    }

    /// From the query string of a GET request.
    pub fn from_query_string(text: &str, max_brackets: usize) -> Result<Self, Malformed> {
        let (mut query, mut id, mut persisted) = (None, None, None);
        let (mut operation_name, mut variables) = (None, Variables::default());
        let mut seen = Vec::new();
        for (name, value) in pairs(text)? {
            // An empty parameter is one that was left out: clients send `variables=`.
            if !NAMES.contains(&name.as_str()) || value.is_empty() {
                continue;
            }
            if seen.contains(&name) {
                return Err(Malformed::QueryString);
            }
            match name.as_str() {
                "query" => query = Some(value),
                "documentId" => id = Some(document_id(&value)?),
                "operationName" => operation_name = Some(value),
                "variables" => variables = variables_of(Some(json::parse(value.as_bytes(), max_brackets)?))?,
                _ => persisted = persisted_query(Some(json::parse(value.as_bytes(), max_brackets)?))?,
            }
            seen.push(name);
        }
        Ok(Self { asked: Asked::of(query, id, persisted)?, operation_name, variables })
    }
}

/// The parameters of a query string.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, Malformed> {
    let parts = text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    parts.map(|(name, value)| Ok((decode(name)?, decode(value)?))).collect()
}

fn document_id(text: &str) -> Result<Key, Malformed> {
    Key::read(text).ok_or(Malformed::DocumentId)
}

/// The hash of Apollo's `persistedQuery` among the extensions.
fn persisted_query(extensions: Option<Value>) -> Result<Option<Key>, Malformed> {
    let mut extensions = match extensions {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(extensions)) => extensions,
        Some(_) => return Err(Malformed::Extensions),
    };
    let persisted = match extensions.swap_remove("persistedQuery") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(persisted)) => persisted,
        Some(_) => return Err(Malformed::PersistedQuery),
    };
    let is_known = matches!(persisted.get("version"), Some(Value::Number(version)) if version.as_u64() == Some(1));
    match persisted.get("sha256Hash") {
        Some(Value::String(hash)) if is_known => Key::read(hash).map(Some).ok_or(Malformed::PersistedQuery),
        _ => Err(Malformed::PersistedQuery),
    }
}

fn variables_of(value: Option<Value>) -> Result<Variables, Malformed> {
    match value {
        None | Some(Value::Null) => Ok(Variables::default()),
        Some(value @ Value::Object(_)) => Ok(Variables::from_value(value)),
        Some(_) => Err(Malformed::Variables),
    }
}

/// Decodes a part of a query string (`application/x-www-form-urlencoded`). What is no UTF-8 is refused, where the
/// usual decoders would put question marks.
fn decode(text: &str) -> Result<String, Malformed> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    let digit = |rest: &mut std::slice::Iter<'_, u8>| char::from(*rest.next()?).to_digit(16);
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (Some(high), Some(low)) = (digit(&mut rest), digit(&mut rest)) else {
                    return Err(Malformed::QueryString);
                };
                u8::try_from(high * 16 + low).map_err(|_| Malformed::QueryString)?
            }
            byte => *byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| Malformed::QueryString)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_an_object_with_a_query() {
        let body = br#"{"query": "{a}", "operationName": null, "variables": {"a": 1}, "extensions": {}, "id": 7}"#;
        let params = Params::from_body(body, 64).unwrap();
        assert_eq!(params.asked, Asked::Text("{a}".to_owned()));
        assert_eq!(params.operation_name, None);
        assert_eq!(params.variables.into_value().to_string(), "{a: 1}");
        for (body, fault) in [
            (r#"[{"query": "{a}"}]"#, Malformed::NotAnObject),
            (r#""{a}""#, Malformed::NotAnObject),
            ("{}", Malformed::Query),
            (r#"{"query": null}"#, Malformed::Query),
            (r#"{"query": ["{a}"]}"#, Malformed::Query),
            (r#"{"query": 1, "documentId": "a"}"#, Malformed::Query),
            (r#"{"documentId": 1}"#, Malformed::DocumentId),
            (r#"{"documentId": "a b"}"#, Malformed::DocumentId),
            (r#"{"documentId": "sha256:0"}"#, Malformed::DocumentId),
            (r#"{"query": "{a}", "documentId": ""}"#, Malformed::DocumentId),
            (r#"{"documentId": "a", "extensions": {"persistedQuery": 1}}"#, Malformed::PersistedQuery),
            (r#"{"extensions": {"persistedQuery": {}}}"#, Malformed::PersistedQuery),
            (r#"{"extensions": {"persistedQuery": {"version": 1}}}"#, Malformed::PersistedQuery),
            (r#"{"extensions": {"persistedQuery": {"sha256Hash": "a"}}}"#, Malformed::PersistedQuery),
            (r#"{"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "a"}}}"#, Malformed::PersistedQuery),
            (r#"{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "a:b"}}}"#, Malformed::PersistedQuery),
            (r#"{"extensions": {"persistedQuery": null}}"#, Malformed::Query),
            (r#"{"query": "{a}", "operationName": 1}"#, Malformed::OperationName),
            (r#"{"query": "{a}", "variables": []}"#, Malformed::Variables),
            (r#"{"query": "{a}", "extensions": "x"}"#, Malformed::Extensions),
            ("{\"query\": \"{a}\"", Malformed::NotJson),
        ] {
            assert_eq!(Params::from_body(body.as_bytes(), 64), Err(fault), "{body}");
        }
    }

    #[test]
    fn a_query_string_reads_in_one_way() {
        let read = |text| Params::from_query_string(text, 64);
        let params = read("query=query+A%7Ba%7D&operationName=A&variables=%7B%22a%22%3A%22%C3%A9%22%7D&v=1").unwrap();
        assert_eq!(params.asked, Asked::Text("query A{a}".to_owned()));
        assert_eq!(params.operation_name.as_deref(), Some("A"));
        assert_eq!(params.variables.into_value().to_string(), "{a: \"é\"}");
        assert_eq!(read("query={a}&operationName=&variables=").unwrap().asked, Asked::Text("{a}".to_owned()));
        for (text, fault) in [
            ("", Malformed::Query),
            ("operationName=A", Malformed::Query),
            ("query={a}&query={b}", Malformed::QueryString),
            ("query={a}&%71uery={b}", Malformed::QueryString),
            ("query=%ff", Malformed::QueryString),
            ("query=%7", Malformed::QueryString),
            ("query=%+7", Malformed::QueryString),
            ("query={a}&variables=[]", Malformed::Variables),
            ("query={a}&variables={", Malformed::NotJson),
            ("query={a}&extensions=1", Malformed::Extensions),
            ("documentId=sha256:0", Malformed::DocumentId),
            ("documentId=a&documentId=a", Malformed::QueryString),
            ("extensions={%22persistedQuery%22:1}", Malformed::PersistedQuery),
        ] {
            assert_eq!(read(text), Err(fault), "{text}");
        }
    }
}
