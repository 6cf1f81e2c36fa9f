//! The one place that reads randomness: ids, tokens, codes.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::ids::TypedId;
use uuid::Uuid;

use crate::clock::Instant;

/// Makes ids and secrets.
#[derive(Debug)]
pub struct Ids {
    random: SystemRandom,
    drawn: Mutex<Drawn>,
    /// Millisecond and 12-bit counter of the last id, so that ids of one process follow each other.
    last: AtomicU64,
}

/// Random bytes for ids, many at a time: to ask for eight costs as much as to ask for hundreds. Secrets are drawn apart.
struct Drawn {
    bytes: [u8; 10 * TAILS],
    left: usize,
}

/// The ends of so many ids are drawn at once.
const TAILS: usize = 50;

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drawn").field("left", &self.left).finish_non_exhaustive()
    }
}

/// Ids of one millisecond go on counting into the next ones up to this far.
const MOST_AHEAD: u64 = 1_000;

impl Default for Ids {
    fn default() -> Self {
        let drawn = Mutex::new(Drawn { bytes: [0; 10 * TAILS], left: 0 });
        Self { random: SystemRandom::new(), drawn, last: AtomicU64::new(0) }
    }
}

impl Ids {
    /// Random bytes.
    ///
    /// # Panics
    /// When the operating system gives no randomness: nothing safe can be done without.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes).expect("the operating system gives randomness");
        bytes
    }

    /// A new `UUIDv7` of the instant `now`, after every earlier one of this process (RFC 9562, 6.2, method 1: a
    /// counter in `rand_a`), so that the order of ids is the order in which things were made.
    #[must_use]
    pub fn uuid(&self, now: Instant) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        let following = |last: u64| {
            let is_close = (0..MOST_AHEAD).contains(&(last >> 12).wrapping_sub(millis));
            if is_close { last + 1 } else { millis << 12 }
        };
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(following(last)));
        let stamp = following(last.unwrap_or_default());
        let mut tail = self.tail();
        tail[..2].copy_from_slice(&[((stamp >> 8) & 0x0f) as u8, (stamp & 0xff) as u8]);
        uuid::Builder::from_unix_timestamp_millis(stamp >> 12, &tail).into_uuid()
    }

    /// The random end of an id.
    fn tail(&self) -> [u8; 10] {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if drawn.left == 0 {
            drawn.bytes = self.bytes();
            drawn.left = TAILS;
        }
        drawn.left -= 1;
        drawn.bytes.as_chunks().0[drawn.left]
    }

    /// A new typed id of the instant `now`.
    #[must_use]
    pub fn new_id<T: TypedId>(&self, now: Instant) -> T {
        self.uuid(now).into()
    }

    /// A secret of 256 random bits as 43 characters of base64url.
    #[must_use]
    pub fn secret(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A code for people to type: ten characters of base32 without look-alikes, about 50 bits.
    #[must_use]
    pub fn one_time_code(&self) -> String {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        self.bytes::<10>().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
    }
}

/// Where the `UUIDv7`s of an instant begin: every earlier one is less, whichever process made it.
#[must_use]
pub fn first_of(at: Instant) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

/// SHA-256 of the parts, each with its length before it, so that no two lists of parts give one text.
#[must_use]
pub fn digest(parts: &[&[u8]]) -> Vec<u8> {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether two secrets are the same, in a time that tells nothing of where they differ.
#[must_use]
pub fn is_same_secret(given: &str, secret: &str) -> bool {
    let (given, secret) = (digest(&[given.as_bytes()]), digest(&[secret.as_bytes()]));
    aws_lc_rs::constant_time::verify_slices_are_equal(&given, &secret).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_each_other_even_within_a_millisecond() {
        let (ids, now) = (Ids::default(), Instant::UNIX_EPOCH + chrono::TimeDelta::days(20_000));
        let made: Vec<Uuid> = (0..10_000).map(|_| ids.uuid(now)).collect();
        assert!(made.is_sorted_by(|before, after| before < after));
        assert!(made.iter().all(|id| id.get_version_num() == 7));
        let later = ids.uuid(now + chrono::TimeDelta::seconds(5));
        assert!(later > made[9_999]);
        // A clock that was set back is believed.
        assert!(ids.uuid(now - chrono::TimeDelta::days(1)) < made[0]);
    }
}
