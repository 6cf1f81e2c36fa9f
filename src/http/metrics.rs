//! The metrics, for whoever has their token; where none is set there are none.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use super::Edge;
use super::fault::RequestFault;
use super::graphql::token_in;
use crate::config::Secret;
use crate::id::is_same_secret;

const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

pub async fn metrics<E>(State(edge): State<Edge<E>>, headers: HeaderMap) -> Result<Response, RequestFault> {
    admit(edge.app.config.metrics_token.as_ref(), &headers)?;
    let text = edge.app.metrics.render(&edge.app.db);
    Ok(([(CONTENT_TYPE, FORMAT), (CACHE_CONTROL, "no-store")], text).into_response())
}

/// Where a request came from says nothing: a proxy on this machine that adds no header looks as this machine does.
fn admit(token: Option<&Secret>, headers: &HeaderMap) -> Result<(), RequestFault> {
    let token = token.ok_or(RequestFault::NotFound)?;
    let given = token_in(headers)?.ok_or(RequestFault::Unauthenticated)?;
    is_same_secret(given, token.expose()).then_some(()).ok_or(RequestFault::Unauthenticated)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn without_a_token_there_are_none() {
        for given in [&[][..], &[("host", "localhost")], &[("authorization", "Bearer sandi-pemantau-yang-panjang")]] {
            assert_eq!(admit(None, &headers(given)), Err(RequestFault::NotFound), "{given:?}");
        }
    }

    #[test]
    fn with_a_token_whoever_has_it() {
        let token = Secret::new("sandi-pemantau-yang-panjang".to_owned());
        let right = headers(&[("authorization", "Bearer sandi-pemantau-yang-panjang")]);
        assert_eq!(admit(Some(&token), &right), Ok(()));
        for wrong in ["Bearer sandi-pemantau-yang-panjan", "Bearer ", "Basic sandi-pemantau-yang-panjang"] {
            let given = headers(&[("authorization", wrong)]);
            assert_eq!(admit(Some(&token), &given), Err(RequestFault::Unauthenticated), "{wrong}");
        }
        assert_eq!(admit(Some(&token), &headers(&[])), Err(RequestFault::Unauthenticated));
    }
}
