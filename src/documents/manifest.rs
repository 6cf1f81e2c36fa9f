//! The files that the apps' tools write: documents with their ids.
//!
//! | Tool | File | Form |
//! | --- | --- | --- |
//! | Apollo (web, Kotlin, iOS) | `persisted-query-manifest.json` | a format, a version, a list of operations |
//! | Relay's compiler | `persisted_queries.json` | an object: MD5, SHA-1 or SHA-256 to text |
//! | graphql-codegen's client preset | `persisted-documents.json` | an object: SHA-1 or SHA-256 to text |

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use md5::{Digest as _, Md5};
use serde::Deserialize;
use serde_json::Value;

use super::Key;
use crate::id::hex;

const APOLLO: &str = "apollo-persisted-query-manifest";

/// A document of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name, where the tool tells one.
    pub name: Option<String>,
    /// What the tool calls it by.
    pub id: String,
    /// Its exact text.
    pub text: String,
}

/// Why a file is no manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is not the JSON that it should be.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// It is of a tool or version that we do not know.
    #[error(
        "the format is `{0}`, version {1}; \
         it takes {APOLLO} version 1, or an object of ids and texts (Relay, graphql-codegen)"
    )]
    Format(String, u64),
}

#[derive(Deserialize)]
struct Apollo {
    format: String,
    version: u64,
    operations: Vec<Operation>,
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    name: String,
    body: String,
}

/// Reads a manifest of any of the tools.
///
/// # Errors
/// When it is of none of them.
pub fn read(text: &str) -> Result<Vec<Listed>, ManifestError> {
    let value: Value = serde_json::from_str(text)?;
    if value.get("format").is_none() {
        let texts: BTreeMap<String, String> = serde_json::from_value(value)?;
        return Ok(texts.into_iter().map(|(id, text)| Listed { name: None, id, text }).collect());
    }
    let manifest: Apollo = serde_json::from_value(value)?;
    if manifest.format != APOLLO || manifest.version != 1 {
        return Err(ManifestError::Format(manifest.format, manifest.version));
    }
    let listed = |Operation { id, name, body }| Listed { name: Some(name), id, text: body };
    Ok(manifest.operations.into_iter().map(listed).collect())
}

/// Why an id cannot stand for its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadId {
    /// It is not of the form of an id.
    Form,
    /// It looks like this hash of the text, and is not.
    Hash(&'static str),
}

impl Listed {
    /// What the document is called by beside the SHA-256 of its text; nothing where the tool's id is that.
    ///
    /// # Errors
    /// Where an id that looks like a hash is not the hash of the text, so that one of the two is not what the app holds.
    pub fn alias(&self) -> Result<Option<Box<str>>, BadId> {
        let alias = match Key::read(&self.id).ok_or(BadId::Form)? {
            key @ Key::Hash(_) => {
                return if key == Key::of(&self.text) { Ok(None) } else { Err(BadId::Hash("SHA-256")) };
            }
            Key::Alias(alias) => alias,
        };
        let is_hex = alias.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (name, hash) = match alias.len() {
            32 if is_hex => ("MD5", hex(&Md5::digest(&self.text))),
            40 if is_hex => ("SHA-1", hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, self.text.as_bytes()).as_ref())),
            64 if is_hex => return Err(BadId::Hash("SHA-256")),
            _ => return Ok(Some(alias)),
        };
        if *alias == *hash { Ok(Some(alias)) } else { Err(BadId::Hash(name)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(id: &str) -> Listed {
        Listed { name: None, id: id.to_owned(), text: "{ a }".to_owned() }
    }

    #[test]
    fn an_id_that_looks_like_a_hash_is_the_hash_of_its_text() {
        // Of `printf '{ a }' | sha256sum`, and so on.
        let (sha256, sha1, md5) = (SHA256_OF_A, SHA1_OF_A, MD5_OF_A);
        assert_eq!(listed(sha256).alias(), Ok(None));
        assert_eq!(listed(&format!("sha256:{sha256}")).alias(), Ok(None));
        for id in [sha1, md5, "check-in", "0a1b"] {
            assert_eq!(listed(id).alias(), Ok(Some(id.into())));
        }
        for (id, hash) in [(sha256, "SHA-256"), (sha1, "SHA-1"), (md5, "MD5")] {
            let other = id.replace(&id[..1], if id.starts_with('0') { "1" } else { "0" });
            assert_eq!(listed(&other).alias(), Err(BadId::Hash(hash)), "{other}");
            assert_eq!(listed(&id.to_uppercase()).alias(), Err(BadId::Hash(hash)), "the client's is in lower case");
        }
        for id in ["", "a b", "md5:0", "../x"] {
            assert_eq!(listed(id).alias(), Err(BadId::Form), "{id}");
        }
    }

    const SHA256_OF_A: &str = "1c7e1e347f726166b5b1c55afd61f278cc9b45e00c108ec33d540a566379811b";
    const SHA1_OF_A: &str = "a8b6cba75cdaf27eb2f56ac3f2480030c3c5daf0";
    const MD5_OF_A: &str = "d7fe099d6f46846bb761d84678c79f68";

    #[test]
    fn what_is_no_manifest_is_refused() {
        for text in [
            "",
            "[]",
            "{\"a\": 1}",
            "{\"format\": 1}",
            r#"{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}"#,
            r#"{"format": "other", "version": 1, "operations": []}"#,
            r#"{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "a", "name": "A"}]}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
