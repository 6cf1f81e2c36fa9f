//! Access tokens (JWT, RFC 9068): signed with Ed25519, believed for ten minutes.

use entity::ids::{AccountId, DeviceId};
use jsonwebtoken::{Algorithm, Header, Validation};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};

use super::keys::Loaded;
use super::{actor, rules};
use crate::app::App;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::id::digest;
use crate::policy::Actor;

/// The media type of an access token (RFC 9068, 2.1), in its header.
const TYPE: &str = "at+jwt";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Tokens kept as verified; a person at work sends the same one for ten minutes.
const KEPT: u64 = 50_000;

/// The tokens that some keys were found to have signed, by their SHA-256: a signature is checked once.
pub(super) struct Verified(Cache<Vec<u8>, Session>);

impl Default for Verified {
    fn default() -> Self {
        let life = rules::ACCESS_LIFE.to_std().unwrap_or_default();
        Self(Cache::builder().max_capacity(KEPT).time_to_live(life).build())
    }
}

/// Makes the access token of a device, and says when it ends.
///
/// # Errors
/// When signing fails.
pub fn issue(app: &App, account: AccountId, device: DeviceId, now: Instant) -> Result<(String, Instant)> {
    let expires_at = now + rules::ACCESS_LIFE;
    let keys = app.keys.loaded();
    let key = keys.current();
    let claims = Claims {
        iss: app.config.token.issuer.clone(),
        aud: app.config.token.audience.clone(),
        sub: account.to_string(),
        sid: device.to_string(),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: expires_at.timestamp(),
    };
    let header = Header { typ: Some(TYPE.to_owned()), kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
    let token = jsonwebtoken::encode(&header, &claims, &key.signing).map_err(Error::internal)?;
    Ok((token, expires_at))
}

/// Whom a token names, and from when to when: for what outlives its first answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub account: AccountId,
    device: DeviceId,
    begins_at: Instant,
    /// When the token ends.
    pub expires_at: Instant,
}

impl Session {
    /// Verifies a token.
    ///
    /// # Errors
    /// UNAUTHENTICATED when it does not hold.
    pub fn open(app: &App, bearer: &str) -> Result<Self> {
        let keys = app.keys.loaded();
        let hash = digest(&[b"token", bearer.as_bytes()]);
        let session = if let Some(known) = keys.verified.0.get(&hash) {
            known
        } else {
            let verified = verify(app, &keys, bearer).ok_or_else(Error::unauthenticated)?;
            keys.verified.0.insert(hash, verified);
            verified
        };
        let holds = (session.begins_at..session.expires_at).contains(&app.clock.now());
        if holds { Ok(session) } else { Err(Error::unauthenticated()) }
    }

    /// Who that is now.
    ///
    /// # Errors
    /// UNAUTHENTICATED when the token's time is over, or its device or account no longer holds.
    pub async fn actor(&self, app: &App) -> Result<Actor> {
        if self.expires_at <= app.clock.now() {
            return Err(Error::unauthenticated());
        }
        Ok(Actor::Person(actor::load(app, self.account, self.device).await?))
    }
}

/// Whom the token names, where one of the keys signed it for us. Its times are looked at by the caller, each time.
fn verify(app: &App, keys: &Loaded, bearer: &str) -> Option<Session> {
    let header = jsonwebtoken::decode_header(bearer).ok()?;
    if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(TYPE) {
        return None;
    }
    let key = keys.find(header.kid.as_deref()?)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[&app.config.token.issuer]);
    validation.set_audience(&[&app.config.token.audience]);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    // The library reads the system's time; ours is given.
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Claims>(bearer, &key.verifying, &validation).ok()?.claims;
    Some(Session {
        account: claims.sub.parse().ok()?,
        device: claims.sid.parse().ok()?,
        begins_at: Instant::from_timestamp(claims.nbf, 0)?,
        expires_at: Instant::from_timestamp(claims.exp, 0)?,
    })
}
