//! The text of one cell, brought into the one form in which it is kept and compared.

use unicode_normalization::UnicodeNormalization as _;

/// The longest text, in characters.
const LONGEST: usize = 200;

/// Trims, normalises (NFC) and joins inner runs of spaces; or says, in an operator's words, why the text is refused.
pub(super) fn clean(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.contains(char::is_control) {
        return Err("holds a control character");
    }
    if text.contains(is_invisible) {
        return Err("holds an invisible character, or one that turns the direction of the text");
    }
    let mut clean = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !clean.is_empty() {
            clean.push(' ');
        }
        if word.is_ascii() { clean.push_str(word) } else { clean.extend(word.nfc()) }
    }
    // A character has at least one byte: most texts need no counting.
    if clean.len() > LONGEST && clean.chars().count() > LONGEST {
        return Err("is longer than 200 characters");
    }
    Ok(clean)
}

/// Zero-width characters, directional marks, embeddings, overrides and isolates.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_are_trimmed_and_joined() {
        for (text, wanted) in [
            ("", ""),
            (" \t\n", ""),
            ("  Siti   Aminah ", "Siti Aminah"),
            ("Siti\u{a0}\u{2003}Aminah", "Siti Aminah"),
            ("Jose\u{301}", "José"),
            ("é", "é"),
        ] {
            assert_eq!(clean(text).as_deref(), Ok(wanted), "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_refused() {
        for text in ["a\0b", "a\tb", "a\nb", "a\u{85}b", "a\u{202e}b", "a\u{2066}b", "a\u{200b}b", "\u{feff}a"] {
            assert!(clean(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn two_hundred_characters_pass_and_one_more_does_not() {
        assert!(clean(&"é".repeat(200)).is_ok());
        assert!(clean(&"é".repeat(201)).is_err());
        assert!(clean(&format!("{}{}", "a".repeat(200), " ".repeat(50))).is_ok());
    }
}
