//! Access tokens (JWT, RFC 9068): signed with Ed25519, believed for ten minutes.

use entity::ids::{AccountId, DeviceId};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};

use super::{actor, rules};
use crate::app::App;
use crate::clock::Instant;
use crate::error::{Error, Result};
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

/// Makes the access token of a device, and says when it ends.
///
/// # Errors
/// When signing fails.
pub fn issue(app: &App, account: AccountId, device: DeviceId, now: Instant) -> Result<(String, Instant)> {
    let expires_at = now + rules::ACCESS_LIFE;
    let key = app.keys.current();
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

/// Who a bearer token stands for.
///
/// # Errors
/// UNAUTHENTICATED when the token does not hold, or its device or account no longer does.
pub async fn authenticate(app: &App, bearer: &str) -> Result<Actor> {
    Session::open(app, bearer)?.actor(app).await
}

/// Whom a token names, and until when: for what outlives its first answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    account: AccountId,
    device: DeviceId,
    /// When the token ends.
    pub expires_at: Instant,
}

impl Session {
    /// Verifies a token.
    ///
    /// # Errors
    /// UNAUTHENTICATED when it does not hold.
    pub fn open(app: &App, bearer: &str) -> Result<Self> {
        let claims = verify(app, bearer, app.clock.now()).ok_or_else(Error::unauthenticated)?;
        Ok(Self {
            account: claims.sub.parse().map_err(|_| Error::unauthenticated())?,
            device: claims.sid.parse().map_err(|_| Error::unauthenticated())?,
            expires_at: Instant::from_timestamp(claims.exp, 0).ok_or_else(Error::unauthenticated)?,
        })
    }

    /// Who that is now.
    ///
    /// # Errors
    /// UNAUTHENTICATED when the token's time is over, or its device or account no longer holds.
    pub async fn actor(&self, app: &App) -> Result<Actor> {
        if self.expires_at <= app.clock.now() {
            return Err(Error::unauthenticated());
        }
        let person = actor::load(app, self.account, self.device).await?;
        Ok(Actor::Person((*person).clone()))
    }
}

fn verify(app: &App, bearer: &str, now: Instant) -> Option<Claims> {
    let header = jsonwebtoken::decode_header(bearer).ok()?;
    if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(TYPE) {
        return None;
    }
    let key = app.keys.find(header.kid.as_deref()?)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[&app.config.token.issuer]);
    validation.set_audience(&[&app.config.token.audience]);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    // The library reads the system's time; ours is given.
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Claims>(bearer, &key.verifying, &validation).ok()?.claims;
    let seconds = now.timestamp();
    (claims.nbf <= seconds && seconds < claims.exp).then_some(claims)
}
