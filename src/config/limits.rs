//! What one request may ask for, and how much of it a caller: every number with a default that is safe, and bounds
//! beyond which it would not be.

use std::time::Duration;

use super::{ConfigError, Settings, variable};

/// A number that an operator may set.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name in the environment without `BINA_`, in lower case.
    pub name: &'static str,
    /// What it is where nobody sets it.
    pub default: usize,
    /// What it may be at least.
    pub least: usize,
    /// What it may be at most.
    pub most: usize,
}

macro_rules! limits {
    ($($(#[$doc:meta])* $field:ident = $default:expr, $least:expr, $most:expr;)*) => {
        /// What is taken; a request past a limit is refused unexecuted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Limits {
            $($(#[$doc])* pub $field: usize,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl Limits {
            /// Every number with its bounds.
            pub const SETTINGS: &'static [Setting] = &[$(Setting {
                name: concat!("limit_", stringify!($field)), default: $default, least: $least, most: $most,
            },)*];

            /// Every number as it is.
            pub fn each(&self) -> impl Iterator<Item = (&'static Setting, usize)> {
                Self::SETTINGS.iter().zip([$(self.$field,)*])
            }

            fn each_place(&mut self) -> impl Iterator<Item = (&'static Setting, &mut usize)> {
                Self::SETTINGS.iter().zip([$(&mut self.$field,)*])
            }
        }
    };
}

limits! {
    /// Bytes of the query text: eight times the longest query of our own clients. It has to fit into an address.
    query_bytes = 16 * 1024, 1024, 32 * 1024;
    /// Lexical tokens: bounds every walk over the document, whatever its shape.
    tokens = 2_000, 200, 10_000;
    /// Brackets within one another: the parser and validation recurse on them, and each level takes some kilobytes of
    /// the stack, which is the process's life.
    brackets = 32, 16, 64;
    /// Levels of fields, fragments spread out.
    depth = 12, 6, 24;
    /// Levels of fields from `__schema` or `__type` downwards: the introspection queries of `GraphiQL`, Apollo and
    /// the code generators follow `ofType` nine times, which makes 13 to 15 levels.
    introspection_depth = 20, 1, 24;
    /// Levels of selection sets with every fragment as one of its own: what the executor recurses on. It refuses
    /// more than 32 itself, after a walk that grows exponentially.
    nesting = 32, 12, 32;
    /// Fields with every fragment spread out, each as often as it is asked for: a phone's fullest screen asks for
    /// about 150.
    fields = 400, 150, 2_000;
    /// Fields, spreads and inline fragments of all operations and fragments of the document, spread out: what
    /// validation walks over, executed or not.
    selections = 2_000, 200, 10_000;
    /// Values that introspection may answer with, estimated from a schema of 200 types: the fullest of the known
    /// introspection queries comes to 0.7 million, and each further `fields` within `fields` multiplies it by twelve.
    introspected = 1_500_000, 1, 5_000_000;
    /// The cost of an operation by `@cost` and `@listSize`: a page of 100 with 20 fields each and a short list in each
    /// comes to 8,000, 200 check-ins of a phone that was off line to 7,000; pages within pages within pages come to a
    /// million, and a query of the database for each.
    cost = 20_000, 10_000, 200_000;
    /// Aliases of the document: each is one more run of a resolver.
    aliases = 30, 5, 200;
    /// Fields at the top of the executed operation: each of them is a unit of work. (Of mutations that check a password
    /// or a code there is one, whatever this says.)
    root_fields = 10, 1, 50;
    /// Directives of the document: we have two, and clients use a handful.
    directives = 50, 5, 200;
    /// Brackets within one another in a JSON body; the body and its `variables` are two of them. Reading recurses.
    json_brackets = 64, 16, 120;
    /// Errors in one answer: a phone shows one.
    errors = 10, 1, 100;
    /// Characters of one error's message, which may repeat what was sent.
    error_characters = 200, 80, 1_000;
    /// Seconds that an operation may take. A server that stops waits 27 seconds for the last ones.
    deadline_seconds = 10, 1, 25;
    /// Bytes of a body: 200 check-ins of a day off line take about 80 KiB.
    body_bytes = 256 * 1024, 128 * 1024, 4 * 1024 * 1024;
    /// Seconds that a body may take to come: 256 KiB on a slow line of the interior.
    body_seconds = 10, 1, 120;
    /// Seconds that the headers of a request may take to come; also the pause between two requests of a connection.
    header_seconds = 10, 1, 120;
    /// Operations at once on one socket: a screen follows one or two.
    socket_operations = 20, 1, 100;
    /// Sockets and streams at once of one account: a phone, a tablet and the pages of a browser, and those whose end
    /// nobody has noticed yet (50 s).
    account_places = 20, 2, 200;
    /// Sockets and streams at once from one address (IPv6: from one network of /64): a town hall is one, and of two
    /// fifths of all places nobody else is left without any.
    address_places = 2_000, 100, 5_000;
    /// Of these the ones without a token, and those that have not yet said who they are, which takes a moment: nothing
    /// is told to strangers, so only handshakes need them.
    stranger_places = 200, 10, 2_000;
    /// What an account may ask for at once, in units of cost. A busy phone's first screen, a minute of looking around
    /// and the check-ins of a week off line come to a fifth of it.
    account_cost = 60_000, 30_000, 10_000_000;
    /// What an account gets back of it each second: a screen of 100 values twice a second.
    account_cost_per_second = 300, 50, 100_000;
    /// What everybody without a token may ask for at once from one address (IPv6: from one network of /64). A town
    /// hall is one address: 300 logins within a few minutes come to 170,000.
    address_cost = 200_000, 30_000, 10_000_000;
    /// What an address gets back of it each second: the renewed tokens of 10,000 phones, or four logins.
    address_cost_per_second = 2_000, 50, 100_000;
}

impl Limits {
    /// How long an operation may take.
    #[must_use]
    pub const fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline_seconds as u64)
    }

    /// How long a body may take to come.
    #[must_use]
    pub const fn body_time(&self) -> Duration {
        Duration::from_secs(self.body_seconds as u64)
    }

    /// How long headers may take to come.
    #[must_use]
    pub const fn header_time(&self) -> Duration {
        Duration::from_secs(self.header_seconds as u64)
    }

    /// Whether a setting is one of these.
    pub(super) fn is_named(name: &str) -> bool {
        Self::SETTINGS.iter().any(|setting| setting.name == name)
    }

    /// The defaults, and over them what is set.
    pub(super) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        let mut limits = Self::default();
        for (setting, place) in limits.each_place() {
            let Setting { name, least, most, .. } = *setting;
            let Some(value) = settings.text(name) else { continue };
            let number = value.parse().ok().filter(|number| (least..=most).contains(number));
            let takes = || format!("a whole number from {least} to {most}");
            *place = number.ok_or_else(|| ConfigError::Number { variable: variable(name), value, takes: takes() })?;
        }
        // Whoever may ask for so much in one operation must be able to pay for it.
        for (name, bucket) in [("limit_account_cost", limits.account_cost), ("limit_address_cost", limits.address_cost)]
        {
            let least = limits.cost + limits.cost / 2;
            if bucket < least {
                let takes = format!("at least {least}, which is one and a half times {}", variable("limit_cost"));
                return Err(ConfigError::Number { variable: variable(name), value: bucket.to_string(), takes });
            }
        }
        Ok(limits)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn read(settings: &[(&str, &str)]) -> Result<Limits, String> {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Limits::read(&Settings(settings.collect::<BTreeMap<_, _>>())).map_err(|error| error.to_string())
    }

    #[test]
    fn what_nobody_sets_is_as_it_was_thought_out() {
        assert_eq!(read(&[]), Ok(Limits::default()));
        for Setting { name, default, least, most } in Limits::SETTINGS {
            assert!(least <= default && default <= most, "{name}");
        }
    }

    #[test]
    fn nothing_unsafe_is_taken() {
        assert_eq!(read(&[("limit_brackets", "40"), ("limit_errors", "3")]).unwrap().brackets, 40);
        for (name, value) in [
            ("limit_brackets", "65"),
            ("limit_brackets", "1500"),
            ("limit_nesting", "33"),
            ("limit_deadline_seconds", "0"),
            ("limit_body_bytes", "-1"),
            ("limit_cost", "many"),
            ("limit_cost", "18446744073709551616"),
        ] {
            let refused = read(&[(name, value)]).unwrap_err();
            assert!(refused.starts_with(&format!("BINA_{} is `{value}`", name.to_uppercase())), "{refused}");
            assert!(refused.contains("a whole number from "), "{refused}");
        }
        let refused = read(&[("limit_cost", "100000"), ("limit_address_cost", "1000000")]).unwrap_err();
        assert!(refused.starts_with("BINA_LIMIT_ACCOUNT_COST is `60000`; it takes at least 150000"), "{refused}");
    }

    #[test]
    fn operators_find_each_of_them() {
        let page = include_str!("../../docs/operations.md");
        for Setting { name, default, least, most } in Limits::SETTINGS {
            let row = format!("| `{}` | {default} | {least} to {most} |", variable(name));
            assert!(page.contains(&row), "{row}");
        }
    }
}
