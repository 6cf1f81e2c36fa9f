//! Text as people type it, made fit to be kept: trimmed, in one normal form, with nothing in it that cannot be seen.
//!
//! A line is a name, or is searched among names: what looks like another letter becomes that letter (NFKC: `ﬁ` is `fi`),
//! and the letters of a name are of one script (UTS 39, 5.1), for a Cyrillic `і` among Latin ones is seen by nobody. Free
//! text keeps its letters (NFC).

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use unicode_security::MixedScript as _;

use crate::error::{Error, Refusal, Result};
use crate::problem::Problem;

/// A name, as [`line`], in letters of one script.
///
/// # Errors
/// As [`line`]; `INVALID_TEXT` too for letters of several scripts.
pub fn name(field: &str, text: &str, max: usize) -> Result<String> {
    let name = line(field, text, max)?;
    if is_of_one_script(&name) { Ok(name) } else { Err(Error::at(field, Problem::InvalidText)) }
}

/// A text of one line; runs of spaces become one.
///
/// # Errors
/// `BLANK`, `TOO_LONG` (more than `max` characters) or `INVALID_TEXT` at `field`.
pub fn line(field: &str, text: &str, max: usize) -> std::result::Result<String, Refusal> {
    match clean(text, max) {
        Ok(text) if text.is_empty() => Err(Refusal::at(field, Problem::Blank)),
        Ok(text) => Ok(text),
        Err(problem) => Err(Refusal::at(field, problem).with("max", max)),
    }
}

/// Whether all letters are of one script; digits and signs are of every script.
#[must_use]
pub fn is_of_one_script(text: &str) -> bool {
    text.is_ascii() || text.is_single_script()
}

/// As [`line`], where nothing is a text too.
///
/// # Errors
/// `TOO_LONG` or `INVALID_TEXT`.
pub fn clean(text: &str, max: usize) -> std::result::Result<String, Problem> {
    let text: Cow<'_, str> = if text.is_ascii() { text.into() } else { text.nfkc().collect() };
    let text = text.trim();
    if text.contains(|character: char| character.is_control() || is_invisible(character)) {
        return Err(Problem::InvalidText);
    }
    let text = words(text);
    // A character has at least one byte: most texts need no counting.
    if text.len() > max && text.chars().count() > max { Err(Problem::TooLong) } else { Ok(text) }
}

/// A text of several lines; the breaks between lines and one empty line between paragraphs stay.
///
/// # Errors
/// As [`line`].
pub fn paragraphs(field: &str, text: &str, max: usize) -> Result<String> {
    let text = text.replace("\r\n", "\n");
    if text.contains(|character: char| character.is_control() && !matches!(character, '\n' | '\t')) {
        return Err(Refusal::at(field, Problem::InvalidText).into());
    }
    let text: String = text.nfc().collect();
    let mut lines: Vec<String> = text.trim().lines().map(words).collect();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    let text = lines.join("\n");
    if text.contains(is_invisible) {
        return Err(Error::at(field, Problem::InvalidText));
    }
    if text.is_empty() {
        return Err(Error::at(field, Problem::Blank));
    }
    if text.chars().count() > max {
        return Err(Refusal::at(field, Problem::TooLong).with("max", max).into());
    }
    Ok(text)
}

fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Zero-width characters, fillers, directional marks, embeddings, overrides and isolates, tags.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn problem(text: &str) -> Option<Problem> {
        line("name", text, 10).err().map(|refusal| refusal.problem)
    }

    #[test]
    fn spaces_are_trimmed_and_joined_and_letters_composed() {
        for (text, kept) in [
            ("  Siti   Ami \n", "Siti Ami"),
            ("Siti\u{a0}\u{2003}Ami", "Siti Ami"),
            ("Jose\u{301}", "José"),
            ("0123456789", "0123456789"),
            ("Pro\u{fb01}l ２", "Profil 2"),
            ("a\u{a8}b", "a \u{308}b"),
        ] {
            assert_eq!(line("name", text, 10).unwrap(), kept, "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_refused() {
        for text in
            ["a\0b", "a\tb", "a\nb", "a\u{85}b", "a\u{202e}b", "a\u{2066}b", "a\u{200b}b", "\u{feff}a", "\u{3164}"]
        {
            assert_eq!(problem(text), Some(Problem::InvalidText), "{text:?}");
        }
        assert_eq!(problem(" \u{a0} "), Some(Problem::Blank));
        assert_eq!(problem("01234567890"), Some(Problem::TooLong));
    }

    #[test]
    fn a_name_is_of_one_script() {
        for text in ["Dinas Café-Résto №1 (A/B)", "مكتب ٣", "ꦢꦶꦤꦱ꧀", "教育局 ひらがな", "Дом 7", "1 – 2"]
        {
            assert!(name("name", text, 100).is_ok(), "{text}");
        }
        // Cyrillic, Greek, Cherokee and Armenian letters among Latin ones.
        for text in ["D\u{456}nas", "Dinas \u{430}", "\u{391}ceh", "\u{13aa}ibolga", "Sabang \u{585}", "Sabang مكتب"]
        {
            let error = name("name", text, 100).unwrap_err();
            assert_eq!(*error.kind(), Kind::Refused(vec![Refusal::at("name", Problem::InvalidText)]), "{text}");
            assert!(line("search", text, 100).is_ok(), "one may look for it: {text}");
        }
        assert_eq!(paragraphs("note", "D\u{456}nas \u{fb01}", 100).unwrap(), "D\u{456}nas \u{fb01}");
    }

    #[test]
    fn paragraphs_keep_their_breaks() {
        let text = paragraphs("description", " Satu  dua\r\n\r\n\n\n tiga\tempat \n", 100).unwrap();
        assert_eq!(text, "Satu dua\n\ntiga empat");
        assert!(paragraphs("description", "a\u{b}b", 100).is_err() && paragraphs("description", "\n\n", 100).is_err());
    }
}
