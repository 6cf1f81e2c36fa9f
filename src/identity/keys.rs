//! The keys that sign access tokens: Ed25519 in a file, rotated by `bina keys rotate`.
//!
//! The file holds the current key, the next one, and the previous ones for as long as a token of theirs may
//! live. All of them stand in the JWKS (RFC 7517), so that whoever reads it knows a key before its first token.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};

use super::token::Verified;
use crate::clock::{Clock, Instant};
use crate::config::TokenConfig;
use crate::error::{Error, Result};
use crate::id::{Ids, digest};

/// How long a key that no longer signs still verifies: longer than any access token lives.
const RETIREMENT: TimeDelta = TimeDelta::hours(1);

/// The file as it stands on disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct KeyFile {
    current: StoredKey,
    next: StoredKey,
    previous: Vec<StoredKey>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredKey {
    kid: String,
    created_at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retired_at: Option<Instant>,
    /// PKCS#8, base64.
    private_key: String,
}

impl StoredKey {
    fn generate(ids: &Ids, now: Instant) -> Result<Self> {
        let document = Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new())
            .map_err(|_| Error::internal("no Ed25519 key could be made"))?;
        Ok(Self {
            kid: URL_SAFE_NO_PAD.encode(&digest(&[document.as_ref(), &ids.bytes::<16>()])[..12]),
            created_at: now,
            retired_at: None,
            private_key: STANDARD.encode(document.as_ref()),
        })
    }

    fn key(&self) -> Result<Key> {
        let pkcs8 = STANDARD.decode(&self.private_key).map_err(|_| unreadable())?;
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| unreadable())?;
        let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        Ok(Key {
            kid: self.kid.clone(),
            signing: EncodingKey::from_ed_der(&pkcs8),
            verifying: DecodingKey::from_ed_components(&public).map_err(Error::internal)?,
            public,
        })
    }
}

fn unreadable() -> Error {
    Error::internal("the key file holds something that is no Ed25519 key")
}

/// One key, ready for use.
pub struct Key {
    /// Its name in tokens and in the JWKS.
    pub kid: String,
    /// For signing.
    pub signing: EncodingKey,
    /// For verifying.
    pub verifying: DecodingKey,
    public: String,
}

/// The keys as the file held them at one moment.
pub struct Loaded {
    /// The current key first.
    keys: Vec<Key>,
    modified: Option<SystemTime>,
    /// What was found good under these keys; it goes with them.
    pub(super) verified: Verified,
}

impl Loaded {
    /// The key that signs.
    #[must_use]
    pub fn current(&self) -> &Key {
        &self.keys[0]
    }

    /// The key of that name, where we know one.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.kid == kid)
    }
}

/// The keys of a running server.
pub struct KeyRing {
    file: PathBuf,
    loaded: RwLock<Arc<Loaded>>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing").field("file", &self.file).finish_non_exhaustive()
    }
}

impl KeyRing {
    /// Opens the key file; makes it when there is none. Of processes that start at once, one makes it.
    ///
    /// # Errors
    /// When the file can be neither read nor made, or holds no keys.
    pub fn open(config: &TokenConfig, clock: &Clock, ids: &Ids) -> Result<Self> {
        let file = config.key_file.clone();
        if !file.exists() {
            let now = clock.now();
            let keys = KeyFile {
                current: StoredKey::generate(ids, now)?,
                next: StoredKey::generate(ids, now)?,
                previous: Vec::new(),
            };
            create(&file, &keys, ids).map_err(Error::internal)?;
        }
        let loaded = RwLock::new(Arc::new(load(&file)?));
        Ok(Self { file, loaded })
    }

    /// Reads the file again when it has changed: a rotation reaches a running server this way.
    ///
    /// # Errors
    /// When the file cannot be read; the keys that were loaded stay.
    pub fn refresh(&self) -> Result<()> {
        let modified = modified(&self.file);
        if modified != self.loaded().modified {
            let fresh = Arc::new(load(&self.file)?);
            *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
        Ok(())
    }

    /// The keys of now.
    #[must_use]
    pub fn loaded(&self) -> Arc<Loaded> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The public keys as a JWK set (RFC 7517, RFC 8037).
    #[must_use]
    pub fn jwks(&self) -> serde_json::Value {
        let loaded = self.loaded();
        let keys: Vec<_> = loaded
            .keys
            .iter()
            .map(|key| {
                serde_json::json!({
                    "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.kid, "x": key.public,
                })
            })
            .collect();
        serde_json::json!({ "keys": keys })
    }
}

/// Makes the next key the current one and a new next one. Tokens of the old key hold until they expire.
///
/// # Errors
/// When the file cannot be read or written.
pub fn rotate(config: &TokenConfig, clock: &Clock, ids: &Ids) -> Result<()> {
    KeyRing::open(config, clock, ids)?;
    let now = clock.now();
    let mut keys = read(&config.key_file)?;
    let next = std::mem::replace(&mut keys.next, StoredKey::generate(ids, now)?);
    let mut retired = std::mem::replace(&mut keys.current, next);
    retired.retired_at = Some(now);
    keys.previous.retain(|key| key.retired_at.is_some_and(|at| now - at < RETIREMENT));
    keys.previous.push(retired);
    replace(&config.key_file, &keys, ids).map_err(Error::internal)
}

fn load(file: &Path) -> Result<Loaded> {
    let modified = modified(file);
    let stored = read(file)?;
    let keys = [&stored.current, &stored.next].into_iter().chain(&stored.previous);
    let keys = keys.map(StoredKey::key).collect::<Result<_>>()?;
    Ok(Loaded { keys, modified, verified: Verified::default() })
}

fn read(file: &Path) -> Result<KeyFile> {
    let text = fs::read(file).map_err(Error::internal)?;
    serde_json::from_slice(&text).map_err(Error::internal)
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}

/// Writes beside the file, for its owner's eyes only.
fn write_beside(file: &Path, keys: &KeyFile, ids: &Ids) -> io::Result<PathBuf> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let beside = file.with_extension(format!("{}.tmp", URL_SAFE_NO_PAD.encode(ids.bytes::<6>())));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut handle = options.open(&beside)?;
    handle.write_all(&serde_json::to_vec_pretty(keys)?)?;
    handle.sync_all()?;
    Ok(beside)
}

/// Makes the file unless somebody else just did: a hard link is refused where a name is taken.
fn create(file: &Path, keys: &KeyFile, ids: &Ids) -> io::Result<()> {
    let beside = write_beside(file, keys, ids)?;
    let linked = fs::hard_link(&beside, file);
    fs::remove_file(&beside)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

fn replace(file: &Path, keys: &KeyFile, ids: &Ids) -> io::Result<()> {
    fs::rename(write_beside(file, keys, ids)?, file)
}
