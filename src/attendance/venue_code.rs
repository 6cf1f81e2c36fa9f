//! The code on the trainer's screen: six digits of a TOTP (RFC 6238) that change every 15 seconds.

use chrono::{DateTime, TimeDelta};
use totp_rs::{Algorithm, Builder, Totp};

use crate::clock::Instant;
use crate::error::{Error, Result};

/// Seconds that a code stands on the screen.
const STEP: i64 = 15;
/// A check-in sent later than this after the act was captured off line.
const ON_LINE: TimeDelta = TimeDelta::minutes(5);

fn totp(secret: &[u8]) -> Result<Totp> {
    let step = STEP.unsigned_abs();
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_secret(secret.to_vec())
        .with_step_duration(step)
        .with_skew(0)
        .build()
        .map_err(|error| Error::internal(format!("no code can be made: {error}")))
}

fn code_at(totp: &Totp, step: i64) -> Option<String> {
    let second = u64::try_from(step * STEP).ok()?;
    Some(totp.generate(second).to_string())
}

/// The code of an instant, and when the next one follows.
///
/// # Errors
/// When the session's secret is none.
pub fn current(secret: &[u8], now: Instant) -> Result<(String, Instant)> {
    let step = now.timestamp().div_euclid(STEP);
    let code = code_at(&totp(secret)?, step).ok_or_else(|| Error::internal("no code before 1970"))?;
    let until = DateTime::from_timestamp((step + 1) * STEP, 0).ok_or_else(|| Error::internal("no such instant"))?;
    Ok((code, until))
}

/// Whether a code was on the screen at `at`: its step or the one before on line; two steps either side when it was
/// sent more than five minutes after the act, since two clocks that could not be compared then differ.
///
/// # Errors
/// When the session's secret is none.
pub fn is_right(secret: &[u8], code: &str, at: Instant, sent_after: TimeDelta) -> Result<bool> {
    let totp = totp(secret)?;
    let step = at.timestamp().div_euclid(STEP);
    let steps = if sent_after > ON_LINE { step - 2..=step + 2 } else { step - 1..=step };
    Ok(steps.into_iter().any(|step| code_at(&totp, step).as_deref() == Some(code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(second: i64) -> Instant {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn the_vectors_of_rfc_4226_by_steps_of_fifteen_seconds() {
        for (counter, code) in [(0, "755224"), (1, "287082"), (2, "359152"), (9, "520489")] {
            assert_eq!(current(SECRET, at(counter * 15)).unwrap(), (code.to_owned(), at(counter * 15 + 15)));
        }
    }

    #[test]
    fn on_line_a_code_holds_for_its_step_and_the_next() {
        let (code, _) = current(SECRET, at(1500)).unwrap();
        let holds = |second, sent_after| is_right(SECRET, &code, at(second), TimeDelta::seconds(sent_after)).unwrap();
        assert!(!holds(1499, 0) && holds(1500, 0) && holds(1514, 0) && holds(1529, 300) && !holds(1530, 300));
        assert!(holds(1470, 301) && holds(1544, 301) && !holds(1469, 301) && !holds(1545, 301));
    }

    #[test]
    fn noise_is_no_code() {
        for noise in ["", "75522", "7552240", "７５５２２４", "abcdef"] {
            assert!(!is_right(SECRET, noise, at(0), TimeDelta::zero()).unwrap(), "{noise}");
        }
    }
}
