//! An attempt to check in, as the phone made it, and a sending of such attempts.

use std::collections::HashMap;

use entity::check_in::{self, Direction};
use entity::ids::{CheckInId, CourseSessionId, DeviceId};
use serde_json::json;
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
    #[must_use]
    pub fn payload_hash(&self) -> Vec<u8> {
        let occasion = match self.occasion {
            Occasion::Workday(Direction::In) => json!({ "workday": "IN" }),
            Occasion::Workday(Direction::Out) => json!({ "workday": "OUT" }),
            Occasion::CourseSession(id) => json!({ "courseSession": id.to_string() }),
        };
        // Adding zero makes of minus zero the zero that it equals.
        let location = self.location.map(|fix| {
            let accuracy = fix.accuracy_meters.map(|meters| meters + 0.0);
            json!([fix.latitude + 0.0, fix.longitude + 0.0, accuracy, fix.is_mocked])
        });
        let canonical = json!([occasion, self.captured_at.timestamp_micros(), location, self.venue_code]);
        digest(&[b"check-in", canonical.to_string().as_bytes()])
    }
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
