//! What a request calls a document by.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};

use crate::id::hex;

/// The one prefix of ids that the appendix defines.
const PREFIX: &str = "sha256:";
/// Characters of an id that a tool made up.
const MAX_ALIAS: usize = 128;

/// The id of a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// The SHA-256 of its text.
    Hash([u8; 32]),
    /// What the app's own tool calls it: Relay's MD5, a name.
    Alias(Box<str>),
}

impl Key {
    /// The id that every document has.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::Hash(sha256(text))
    }

    /// Reads `sha256:` with 64 hexadecimal digits, these digits alone, or an id without a colon; nothing where it is
    /// none of them.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if let Some(digits) = text.strip_prefix(PREFIX) {
            return hash(digits).map(Self::Hash);
        }
        if let Some(hash) = hash(text) {
            return Some(Self::Hash(hash));
        }
        let is_alias = (1..=MAX_ALIAS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        is_alias.then(|| Self::Alias(text.into()))
    }
}

/// As a request may write it.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hash(hash) => write!(f, "{PREFIX}{}", hex(hash)),
            Self::Alias(alias) => f.write_str(alias),
        }
    }
}

/// The SHA-256 of a text.
pub(super) fn sha256(text: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    hash
}

fn hash(digits: &str) -> Option<[u8; 32]> {
    let is_lower_hex = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if digits.len() != 64 || !is_lower_hex {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, at) in hash.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&digits[at..at + 2], 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_appendix() {
        for (text, id) in [
            (
                "query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}",
                "sha256:7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e",
            ),
            (
                "query($id:ID!){user(id:$id){name}}",
                "sha256:71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b",
            ),
        ] {
            assert_eq!(Key::of(text).to_string(), id);
            assert_eq!(Key::read(id), Some(Key::of(text)));
            assert_eq!(Key::read(&id[7..]), Some(Key::of(text)), "without the prefix");
        }
    }

    #[test]
    fn an_id_reads_in_one_way() {
        let digits = "7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e";
        let alias = |text: &str| Some(Key::Alias(text.into()));
        for (text, key) in [
            ("e2b0e2cbbf0e1b4ab5c2a2f4a1d5a3ab", alias("e2b0e2cbbf0e1b4ab5c2a2f4a1d5a3ab")),
            ("check-in_1.0~a", alias("check-in_1.0~a")),
            (&digits.to_uppercase(), alias(&digits.to_uppercase())),
            ("", None),
            ("a b", None),
            ("a:b", None),
            ("md5:e2b0e2cbbf0e1b4ab5c2a2f4a1d5a3ab", None),
            ("sha256:", None),
            (&format!("sha256:{}", &digits[1..]), None),
            (&format!("sha256:{digits}0"), None),
            (&format!("sha256:{}", digits.to_uppercase()), None),
            (&format!("SHA256:{digits}"), None),
            (&format!("sha256:+{}", &digits[1..]), None),
            (&"é".repeat(32), None),
            (&"x".repeat(MAX_ALIAS), alias(&"x".repeat(MAX_ALIAS))),
            (&"x".repeat(MAX_ALIAS + 1), None),
        ] {
            assert_eq!(Key::read(text), key, "{text}");
        }
    }
}
