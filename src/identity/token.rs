//! A stand-in: no token holds.

use crate::app::App;
use crate::error::{Error, Result};
use crate::policy::Actor;

/// Who a token speaks for.
///
/// # Errors
/// UNAUTHENTICATED when the token does not hold.
pub async fn authenticate(_app: &App, _bearer: &str) -> Result<Actor> {
    Err(Error::unauthenticated())
}
