//! What the environment and the file say, before it means anything.

use std::collections::BTreeMap;
use std::path::Path;

use figment::providers::{Format as _, Toml};
use figment::value::Value;

use super::ConfigError;

/// Every setting by its name in the environment without `BINA_`, in lower case.
pub(super) struct Settings(pub(super) BTreeMap<String, String>);

impl Settings {
    /// Those of the file, and over them those of the environment.
    pub(super) fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut settings = file.map_or_else(|| Ok(BTreeMap::new()), of_file)?;
        for (name, value) in std::env::vars_os() {
            let name = name.to_str().and_then(|name| name.strip_prefix("BINA_")).map(str::to_lowercase);
            let Some(name) = name.filter(|name| name != "config") else { continue };
            let not_text = |_| ConfigError::SecretValue { variable: variable(&name), takes: "a text in UTF-8" };
            let value = value.into_string().map_err(not_text)?;
            settings.insert(name, value);
        }
        Ok(Self(settings))
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|text| !text.is_empty()).cloned()
    }

    pub(super) fn parse<T>(
        &self,
        name: &str,
        default: T,
        takes: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, ConfigError> {
        let Some(value) = self.text(name) else { return Ok(default) };
        parse(&value).ok_or_else(|| ConfigError::Value { variable: variable(name), value, takes })
    }
}

/// The variable of a setting.
pub(super) fn variable(name: &str) -> String {
    format!("BINA_{}", name.to_uppercase())
}

fn of_file(file: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let bad = |line, reason: &str| ConfigError::File {
        file: file.to_owned(),
        line,
        reason: reason.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    let text = std::fs::read_to_string(file).map_err(|error| bad(1, &error.to_string()))?;
    let values: BTreeMap<String, Value> = Toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        bad(before.matches('\n').count() + 1, error.message())
    })?;
    let text_of = |(name, value): (String, Value)| {
        let text = match &value {
            Value::String(_, text) => text.clone(),
            Value::Bool(_, flag) => flag.to_string(),
            Value::Num(_, number) => match (number.to_i128(), number.to_f64()) {
                (Some(whole), _) => whole.to_string(),
                (None, fraction) => fraction.unwrap_or_default().to_string(),
            },
            _ => return Err(ConfigError::SecretValue { variable: variable(&name), takes: "a text or a number" }),
        };
        Ok((name, text))
    };
    values.into_iter().map(text_of).collect()
}
