//! Password hashing (Argon2id, RFC 9106) and the rule for new passwords.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization as _;

use crate::error::{Error, Refusal, Result};
use crate::problem::Problem;

/// Characters at least, while there is no second factor.
const MIN_CHARACTERS: usize = 15;
/// Characters at most: a longer text is no password but an attack on the hash.
const MAX_CHARACTERS: usize = 256;

/// Hashes passwords, as many at once as there are cores.
#[derive(Debug)]
pub struct Hasher {
    argon2: Argon2<'static>,
    slots: Arc<Semaphore>,
    /// What an unknown user's password is compared with, so that it takes the same time.
    decoy: String,
}

impl Hasher {
    /// 19 MiB, two passes, one lane (OWASP's recommendation for Argon2id).
    ///
    /// # Panics
    /// When the operating system gives no randomness.
    #[must_use]
    pub fn recommended() -> Self {
        Self::with(Params::new(19 * 1024, 2, 1, None).expect("valid parameters"))
    }

    /// As cheap as the algorithm allows: for tests that are not about hashing.
    ///
    /// # Panics
    /// As [`Hasher::recommended`].
    #[must_use]
    pub fn cheap() -> Self {
        Self::with(Params::new(8, 1, 1, None).expect("valid parameters"))
    }

    fn with(params: Params) -> Self {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let decoy = argon2.hash_password(b"nobody").expect("the system gives randomness").to_string();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { argon2, slots: Arc::new(Semaphore::new(cores)), decoy }
    }

    /// A turn to hash: as many at once as there are cores. What is looked up after the turn began is as fresh as it
    /// gets before the hash.
    ///
    /// # Errors
    /// When the server stops.
    pub async fn turn(&self) -> Result<Turn<'_>> {
        Ok(Turn { hasher: self, slot: self.slots.clone().acquire_owned().await.map_err(Error::internal)? })
    }

    /// Hashes a password in PHC form.
    ///
    /// # Errors
    /// When hashing fails.
    pub async fn hash(&self, password: &str) -> Result<String> {
        self.turn().await?.hash(password).await
    }
}

/// A turn to hash.
#[derive(Debug)]
pub struct Turn<'a> {
    hasher: &'a Hasher,
    slot: OwnedSemaphorePermit,
}

impl Turn<'_> {
    /// Hashes a password in PHC form.
    ///
    /// # Errors
    /// When hashing fails.
    pub async fn hash(self, password: &str) -> Result<String> {
        let password = normalise(password);
        let argon2 = self.hasher.argon2.clone();
        self.blocking(move || Ok(argon2.hash_password(password.as_bytes()).map_err(Error::internal)?.to_string())).await
    }

    /// Whether the password is the hashed one. Without a hash it takes the same time and says no.
    ///
    /// # Errors
    /// When hashing fails.
    pub async fn verify(self, password: &str, hash: Option<&str>) -> Result<bool> {
        let is_known = hash.is_some();
        let (password, hash) = (normalise(password), hash.unwrap_or(&self.hasher.decoy).to_owned());
        let argon2 = self.hasher.argon2.clone();
        let is_right = self
            .blocking(move || {
                let hash = PasswordHash::new(&hash).map_err(Error::internal)?;
                Ok(argon2.verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(is_known && is_right)
    }

    async fn blocking<T: Send + 'static>(self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        // The slot is held until the work is done, also when nobody waits for it any more.
        let slot = self.slot;
        let work = move || {
            let _slot = slot;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }
}

/// The same password typed on two keyboards is one text (NFKC), cut off where no password ends.
fn normalise(password: &str) -> String {
    password.chars().take(MAX_CHARACTERS).nfkc().collect()
}

/// Whether a new password is long and hard enough; `personal` are words its owner is known by.
///
/// # Errors
/// `PASSWORD_TOO_SHORT`, `TOO_LONG` or `PASSWORD_TOO_WEAK` at `field`.
pub fn check_new(field: &str, password: &str, personal: &[&str]) -> Result<()> {
    let length = password.nfkc().count();
    if length < MIN_CHARACTERS {
        return Err(Refusal::at(field, Problem::PasswordTooShort).with("min", MIN_CHARACTERS).into());
    }
    if password.chars().count() > MAX_CHARACTERS {
        return Err(Refusal::at(field, Problem::TooLong).with("max", MAX_CHARACTERS).into());
    }
    // zxcvbn's time grows with the square of the length; a hundred characters tell enough.
    let start: String = password.chars().take(100).collect();
    if zxcvbn::zxcvbn(&start, personal).score() < zxcvbn::Score::Three {
        return Err(Error::at(field, Problem::PasswordTooWeak));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(password: &str) -> Option<Problem> {
        match check_new("password", password, &["Cut Nyak Meutia"]).err()?.kind() {
            crate::error::Kind::Refused(refusals) => Some(refusals[0].problem),
            _ => None,
        }
    }

    #[test]
    fn short_long_and_weak_passwords_are_refused() {
        assert_eq!(problem("hujan-deras-di"), Some(Problem::PasswordTooShort));
        assert_eq!(problem(&"x".repeat(257)), Some(Problem::TooLong));
        assert_eq!(problem("aaaaaaaaaaaaaaaaaaaa"), Some(Problem::PasswordTooWeak));
        assert_eq!(problem("passwordpassword"), Some(Problem::PasswordTooWeak));
        assert_eq!(problem("perahu kertas tiga belimbing"), None);
    }

    #[tokio::test]
    async fn a_password_verifies_in_any_composition_and_an_unknown_user_never() {
        let hasher = Hasher::cheap();
        let hash = hasher.hash("caf\u{e9} di tepi pantai").await.unwrap();
        let verify = async |password, hash| hasher.turn().await.unwrap().verify(password, hash).await.unwrap();
        assert!(verify("cafe\u{301} di tepi pantai", Some(hash.as_str())).await);
        assert!(!verify("cafe di tepi pantai", Some(hash.as_str())).await);
        assert!(!verify("nobody", None).await);
    }
}
