//! What people do: the requests, and what their answers must hold.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, SecondsFormat, SubsecRound as _, Utc};
use clap::ValueEnum;
use serde_json::json;
use uuid::Uuid;

use crate::connection::Answer;
use crate::people::PLACE;

const CHECK_IN: &str = "mutation CheckIn($input: CheckInInput!) { checkIn(input: $input) { isReplay \
    checkIn { id verdict reasons message } errors { code message } } }";

const TODAY: &str = "query Today { viewer { today { on timeZone now state openCorrectionsCount needsReviewCount \
    nextStep { kind from until message courseSession { id title } } \
    day { basis explanation shifts { opensAt startsAt endsAt closesAt dueAt checkedInAt checkedOutAt state \
        minutesLate lateLevel deductionPercent rule { name citation version } } } \
    courseSessions { state opensAt closesAt courseSession { id title startsAt endsAt } checkIn { id verdict } } } } }";

/// What everybody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Operation {
    /// Checks in to duty, each time with a new key.
    CheckIn,
    /// Opens the first screen.
    Today,
}

impl Operation {
    /// The body of a request.
    pub fn body(self) -> String {
        match self {
            Self::CheckIn => {
                let now = now();
                let (latitude, longitude) = spot();
                let (key, at) = (key(now), now.to_rfc3339_opts(SecondsFormat::Micros, true));
                // Written out: what the load takes of the machine, the server does not have.
                format!(
                    "{{\"query\":\"{CHECK_IN}\",\"variables\":{{\"input\":{{\"idempotencyKey\":\"{key}\",\
                     \"occasion\":{{\"workday\":{{\"direction\":\"IN\"}}}},\"capturedAt\":\"{at}\",\"sentAt\":\"{at}\",\
                     \"location\":{{\"latitude\":{latitude},\"longitude\":{longitude},\"accuracyMeters\":12.5,\
                     \"isMocked\":false}}}}}}}}"
                )
            }
            Self::Today => json!({ "query": TODAY }).to_string(),
        }
    }

    /// Whether the answer is the one that must come: a check-in that is recorded now, and accepted.
    pub fn is_done(self, answer: &Answer<'_>) -> bool {
        let body = &answer.body;
        answer.status == 200
            && match self {
                Self::CheckIn => {
                    body.contains(r#""verdict":"ACCEPTED""#)
                        && body.contains(r#""isReplay":false"#)
                        && body.contains(r#""errors":[]"#)
                }
                Self::Today => body.contains(r#""today":{"on":""#) && !body.contains(r#""errors""#),
            }
    }
}

#[expect(clippy::disallowed_methods, reason = "the phones of this load have the system's clock")]
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

/// Somewhere within 50 m of the office: a real phone's fix is never twice the same, and where it is, the review of
/// check-ins has something to find.
fn spot() -> (f64, f64) {
    static TAKEN: AtomicU64 = AtomicU64::new(0);
    const SPREAD: f64 = 0.0006;
    let scattered = TAKEN.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let share = |bits: u64| f64::from(u32::try_from(bits & 0xff_ffff).unwrap_or_default()) / f64::from(1 << 24) - 0.5;
    (PLACE.0 + share(scattered >> 40) * SPREAD, PLACE.1 + share(scattered >> 16) * SPREAD)
}

/// A new `UUIDv7`. It has to be new, not secret: a counter, and what tells this run from others.
fn key(now: DateTime<Utc>) -> Uuid {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let mut tail = [0; 10];
    let made = MADE.fetch_add(1, Ordering::Relaxed);
    tail[..2].copy_from_slice(&now.timestamp_subsec_micros().to_be_bytes()[2..]);
    tail[2..6].copy_from_slice(&std::process::id().to_be_bytes());
    tail[6..].copy_from_slice(&made.to_be_bytes()[4..]);
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
}
