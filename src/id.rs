//! The one place that reads randomness: ids, tokens, codes.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::ids::TypedId;
use uuid::Uuid;

use crate::clock::Instant;

/// Makes ids and secrets.
#[derive(Clone, Debug)]
pub struct Ids(SystemRandom);

impl Default for Ids {
    fn default() -> Self {
        Self(SystemRandom::new())
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
        self.0.fill(&mut bytes).expect("the operating system gives randomness");
        bytes
    }

    /// A new `UUIDv7` (RFC 9562) of the instant `now`.
    #[must_use]
    pub fn uuid(&self, now: Instant) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
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
