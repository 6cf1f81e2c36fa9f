//! The decisions of identity, as pure functions of data and `now`.

use chrono::TimeDelta;
use entity::refresh_token;
use unicode_normalization::UnicodeNormalization as _;

use crate::clock::Instant;

/// How long an access token holds.
pub const ACCESS_LIFE: TimeDelta = TimeDelta::minutes(10);
/// How long a refresh token holds when it is not used.
pub const IDLE_LIFE: TimeDelta = TimeDelta::days(60);
/// How long a device stays logged in at most.
pub const DEVICE_LIFE: TimeDelta = TimeDelta::days(365);
/// How long an activation or reset code holds.
pub const ACCOUNT_CODE_LIFE: TimeDelta = TimeDelta::hours(72);
/// How long a code sent by e-mail holds.
pub const CONTACT_CODE_LIFE: TimeDelta = TimeDelta::minutes(30);
/// Wrong codes after which a code is dead: far more than its owner mistypes, far fewer than its 50 bits need, and not
/// so few that a stranger kills it in a minute.
pub const MAX_CODE_FAILURES: i32 = 1_000;

/// What somebody logs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier {
    /// A verified e-mail address, normalised.
    Email(String),
    /// The present number of an active employee.
    Nip(String),
    /// Nothing that we give accounts by.
    Unknown(String),
}

impl Identifier {
    /// Reads what a person typed.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() == 18 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Nip(digits);
        }
        email(text).map_or_else(|| Self::Unknown(text.nfkc().take(254).collect()), Self::Email)
    }

    /// The text that stands for it where attempts are counted.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Email(text) | Self::Nip(text) | Self::Unknown(text) => text,
        }
    }
}

/// An e-mail address in the one form that we keep: NFKC, lower case.
#[must_use]
pub fn email(text: &str) -> Option<String> {
    let address: String = text.trim().nfkc().collect::<String>().to_lowercase();
    (address.len() <= 254 && address.parse::<lettre::Address>().is_ok()).then_some(address)
}

/// A one-time code in the one form that we hash: look-alikes folded (Crockford's base32), separators dropped.
#[must_use]
pub fn normalise_code(typed: &str) -> String {
    typed
        .chars()
        .take(32)
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// A one-time code as it is shown: two groups of five.
#[must_use]
pub fn show_code(code: &str) -> String {
    match code.split_at_checked(5) {
        Some((start, end)) => format!("{start}-{end}"),
        None => code.to_owned(),
    }
}

/// How failures of one kind slow further attempts down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slowdown {
    /// Failures without any wait.
    pub free: i32,
    /// The longest wait: nobody is locked out for good.
    pub longest: TimeDelta,
}

impl Slowdown {
    /// An account, or one of its known devices: five mistakes, then 1, 2, 4 … seconds up to 15 minutes.
    pub const ACCOUNT: Self = Self { free: 5, longest: TimeDelta::minutes(15) };
    /// An address: a whole town hall may stand behind it.
    pub const ADDRESS: Self = Self { free: 50, longest: TimeDelta::minutes(1) };
    /// Codes sent to one e-mail address.
    pub const MAIL: Self = Self { free: 3, longest: TimeDelta::minutes(15) };

    /// Failures that still count: one is forgiven every minute, and all after an hour.
    #[must_use]
    pub fn counted(failures: i32, last_failure_at: Instant, now: Instant) -> i32 {
        match (now - last_failure_at).num_minutes() {
            minutes if minutes >= 60 => 0,
            minutes => i32::try_from(minutes).map_or(0, |forgiven| (failures - forgiven.max(0)).max(0)),
        }
    }

    /// How long to wait before the next attempt.
    #[must_use]
    pub fn wait(self, failures: i32, last_failure_at: Instant, now: Instant) -> Option<TimeDelta> {
        // A wait that began is not shortened by what is forgiven meanwhile.
        let excess = failures - self.free;
        let doublings = u32::try_from(excess).ok()?.min(20);
        let wait = TimeDelta::seconds(1 << doublings).min(self.longest);
        Some(last_failure_at + wait - now).filter(|rest| *rest > TimeDelta::zero())
    }
}

/// What an exchange of a refresh token comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// A fresh token, in place of whatever unused ones the same parent gave before.
    Renew,
    /// A later answer to the same exchange took this token's place.
    Superseded,
    /// The token is too old.
    Expired,
    /// Its successor has been used: whoever sends it is not the one who holds the family.
    Reused,
}

/// Decides the exchange of `token`, whose earlier exchanges gave `children`.
///
/// Until a successor is used, its parent yields a fresh one: a phone that lost the answer asks again, and of ten
/// exchanges at once one chain lives on.
#[must_use]
pub fn exchange(token: &refresh_token::Model, children: &[refresh_token::Model], now: Instant) -> Exchange {
    if children.iter().any(|child| child.used_at.is_some()) {
        Exchange::Reused
    } else if token.superseded_at.is_some() {
        Exchange::Superseded
    } else if token.expires_at <= now {
        Exchange::Expired
    } else {
        Exchange::Renew
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Instant {
        Instant::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    #[test]
    fn identifiers_are_read_in_one_form() {
        assert_eq!(Identifier::read(" Siti@Sabang.GO.ID "), Identifier::Email("siti@sabang.go.id".to_owned()));
        assert_eq!(Identifier::read("19870312 201001 2 003"), Identifier::Nip("198703122010012003".to_owned()));
        assert_eq!(Identifier::read("siti"), Identifier::Unknown("siti".to_owned()));
        assert_eq!(email("a@b@c"), None);
        assert_eq!(email("x\r\nbcc: y@z.id"), None);
    }

    #[test]
    fn codes_survive_typing() {
        assert_eq!(normalise_code(" o1il0-abcde "), "01110ABCDE");
        assert_eq!(show_code("0123456789"), "01234-56789");
    }

    #[test]
    fn failures_slow_down_and_are_forgiven() {
        let slow = Slowdown::ACCOUNT;
        assert_eq!(slow.wait(4, at(0), at(0)), None);
        assert_eq!(slow.wait(5, at(0), at(0)), Some(TimeDelta::seconds(1)));
        assert_eq!(slow.wait(8, at(0), at(3)), Some(TimeDelta::seconds(5)));
        assert_eq!(slow.wait(8, at(0), at(8)), None);
        assert_eq!(slow.wait(i32::MAX, at(0), at(0)), Some(TimeDelta::minutes(15)));
        assert_eq!(slow.wait(i32::MAX, at(0), at(3600)), None);
    }
}
