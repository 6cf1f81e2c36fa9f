//! Indonesian and English words, from the Fluent files in `locales/`.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader as _, langid, static_loader};

use crate::error::Refusal;

static_loader! {
    static MESSAGES = {
        locales: "./locales",
        fallback_language: "id",
        // Phones show these texts as they are: no invisible direction marks around the values.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const INDONESIAN: LanguageIdentifier = langid!("id");
const ENGLISH: LanguageIdentifier = langid!("en");

/// The language of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Locale {
    /// *Bahasa Indonesia*, the default.
    #[default]
    Id,
    /// English.
    En,
}

impl Locale {
    /// Chooses by an `Accept-Language` header (RFC 9110, 12.5.4): the best-weighted language that we have.
    #[must_use]
    pub fn negotiate(header: &str) -> Self {
        let mut best = (0.0_f32, Self::default());
        for range in header.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let language = parts.next().unwrap_or_default().split('-').next().unwrap_or_default();
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
            let locale = match language.to_ascii_lowercase().as_str() {
                "id" => Self::Id,
                "en" => Self::En,
                _ => continue,
            };
            if let Some(weight) = weight
                && weight > best.0
            {
                best = (weight, locale);
            }
        }
        best.1
    }

    /// The language tag (RFC 5646).
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::En => "en",
        }
    }

    /// The words of a key.
    #[must_use]
    pub fn text(self, key: &str, args: &[(&'static str, String)]) -> String {
        let language = match self {
            Self::Id => &INDONESIAN,
            Self::En => &ENGLISH,
        };
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
            args.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(value.as_str()))).collect();
        MESSAGES.lookup_with_args(language, key, &args)
    }

    /// The words of a refusal.
    #[must_use]
    pub fn refusal(self, refusal: &Refusal) -> String {
        self.text(refusal.problem.message_key(), &refusal.args)
    }
}

/// Whether a key has words of its own in both languages.
#[cfg(test)]
pub(crate) fn has_both(key: &str) -> bool {
    // Whatever a message tells, one of these is it.
    let names = [
        "citation", "class", "code", "days", "distance", "ends", "fragment", "from", "left", "max", "measure", "min",
        "minutes", "name", "other", "reason", "seconds", "shifts", "speed", "starts", "until", "version", "year",
    ];
    let args = names.map(|name| (Cow::Borrowed(name), FluentValue::from("x"))).into();
    let words = |language: &LanguageIdentifier| MESSAGES.try_lookup_with_args(language, key, &args);
    // A language without the key answers with the other's words.
    words(&INDONESIAN).is_some() && words(&ENGLISH).is_some() && words(&INDONESIAN) != words(&ENGLISH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;

    #[test]
    fn every_problem_has_words_in_both_languages() {
        for problem in Problem::ALL {
            assert!(has_both(problem.message_key()), "{}", problem.message_key());
        }
    }

    #[test]
    fn the_best_weighted_known_language_wins() {
        for (header, locale) in [
            ("", Locale::Id),
            ("en-US,en;q=0.9,id;q=0.8", Locale::En),
            ("fr, en;q=0.3, id;q=0.7", Locale::Id),
            ("EN", Locale::En),
            ("en;q=0", Locale::Id),
            ("en;q=x", Locale::Id),
        ] {
            assert_eq!(Locale::negotiate(header), locale, "{header}");
        }
    }
}
