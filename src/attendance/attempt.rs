//! An attempt to check in, as the phone made it, and a sending of such attempts.

use std::collections::HashMap;

use entity::check_in::{self, Direction};
use entity::ids::{CheckInId, CourseSessionId, DeviceId};
use serde::Serialize;
use uuid::Uuid;

use super::facts::Class;
use super::rules::Location;
use crate::clock::Instant;
use crate::id::digest;
use crate::policy::Employment;

/// What a check-in is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Duty.
    Workday(Direction),
    /// A class.
    CourseSession(CourseSessionId),
}

/// One attempt, as the phone captured it.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Made by the phone once for this intent.
    pub idempotency_key: Uuid,
    /// What it is for.
    pub occasion: Occasion,
    /// The phone's clock at the act.
    pub captured_at: Instant,
    /// The phone's fix.
    pub location: Option<Location>,
    /// The code from the trainer's screen.
    pub venue_code: Option<String>,
}

impl Attempt {
    /// SHA-256 over the canonical input without key and sending time: the same for a single one and in a batch.
    ///
    /// # Panics
    /// Never: numbers and texts are JSON.
    #[must_use]
    pub fn payload_hash(&self) -> Vec<u8> {
        let act = match self.occasion {
            Occasion::Workday(Direction::In) => Act::Workday("IN"),
            Occasion::Workday(Direction::Out) => Act::Workday("OUT"),
            Occasion::CourseSession(id) => Act::CourseSession(id.to_string()),
        };
        // Adding zero makes of minus zero the zero that it equals.
        let location = self.location.map(|fix| {
            let accuracy = fix.accuracy_meters.map(|meters| meters + 0.0);
            (fix.latitude + 0.0, fix.longitude + 0.0, accuracy, fix.is_mocked)
        });
        let canonical = serde_json::to_vec(&(act, self.captured_at.timestamp_micros(), location, &self.venue_code));
        digest(&[b"check-in", &canonical.expect("numbers and texts are JSON")])
    }
}

/// What a check-in is for, in the canonical input.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Act {
    Workday(&'static str),
    CourseSession(String),
}

/// An attempt that is to be recorded.
#[derive(Debug)]
pub struct Entry {
    /// The id that the check-in gets, unless the attempt is known.
    pub id: CheckInId,
    /// [`Attempt::payload_hash`].
    pub payload_hash: Vec<u8>,
    /// What the phone captured.
    pub attempt: Attempt,
}

/// What a person sends at once, with what was known of their classes when it came.
#[derive(Debug)]
pub struct Sending {
    /// Who sends.
    pub me: Employment,
    /// On which device.
    pub device_id: DeviceId,
    /// The phone's clock at sending.
    pub sent_at: Instant,
    /// Our clock.
    pub received_at: Instant,
    /// The classes of the attempts, as far as the person may see them.
    pub classes: HashMap<CourseSessionId, Class>,
    /// The attempts, in their order.
    pub entries: Vec<Entry>,
}

/// A check-in that stands in the database.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The check-in.
    pub check_in: check_in::Model,
    /// Whether it stood there before.
    pub is_replay: bool,
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::id::hex;

    /// What stands in databases: an attempt that is sent again after an update is still the same.
    #[test]
    fn the_hash_of_an_attempt_stays_as_it_is() {
        let location = Location { latitude: 5.8933, longitude: 95.3214, accuracy_meters: Some(12.5), is_mocked: false };
        let to_duty = Attempt {
            idempotency_key: Uuid::nil(),
            occasion: Occasion::Workday(Direction::In),
            captured_at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
            location: Some(location),
            venue_code: None,
        };
        let class = Occasion::CourseSession("ses_01h455vb4pex5vsknk084sn02q".parse().unwrap());
        let to_class = Attempt {
            occasion: class,
            captured_at: DateTime::from_timestamp_micros(1_800_000_000_000_001).unwrap(),
            location: None,
            venue_code: Some("123456".to_owned()),
            ..to_duty.clone()
        };
        let unsure = Location { latitude: -0.0, longitude: -0.5, accuracy_meters: None, is_mocked: true };
        let from_duty =
            Attempt { occasion: Occasion::Workday(Direction::Out), location: Some(unsure), ..to_duty.clone() };
        for (attempt, hash) in [
            (to_duty, "017720172dec3b0a2d4ede5efe2c91cbb1449cdfeac54294b09711da3f2f50fd"),
            (to_class, "cb7b9b38a07f7c92ce9390faf5f5f082c98a9aa59598100e5b481601ca49bfb2"),
            (from_duty, "388d11ce14bea3805ee89b80aa793225a731bd4a46c98c5258eac501d559221d"),
        ] {
            assert_eq!(hex(&attempt.payload_hash()), hash, "{attempt:?}");
        }
    }
}
