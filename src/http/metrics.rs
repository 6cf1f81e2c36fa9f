//! The metrics, for those who may read them: whoever has the token; without one, this machine alone.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use super::Edge;
use super::fault::RequestFault;
use super::graphql::token_in;
use super::peer::Peer;
use crate::config::Secret;
use crate::id::is_same_secret;

const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// What a proxy adds: its other side is not this machine.
const OF_PROXIES: [&str; 4] = ["forwarded", "via", "x-forwarded-for", "x-real-ip"];

pub async fn metrics<E>(
    State(edge): State<Edge<E>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Result<Response, RequestFault> {
    let peer = peer.map(|Extension(peer)| peer);
    admit(edge.app.config.metrics_token.as_ref(), peer, &headers)?;
    let text = edge.app.metrics.render(&edge.app.db);
    Ok(([(CONTENT_TYPE, FORMAT), (CACHE_CONTROL, "no-store")], text).into_response())
}

fn admit(token: Option<&Secret>, peer: Option<Peer>, headers: &HeaderMap) -> Result<(), RequestFault> {
    if let Some(token) = token {
        let given = token_in(headers)?.ok_or(RequestFault::Unauthenticated)?;
        return is_same_secret(given, token.expose()).then_some(()).ok_or(RequestFault::Unauthenticated);
    }
    let is_near = peer.is_some_and(|peer| peer.0.is_loopback());
    let is_direct = OF_PROXIES.iter().all(|name| !headers.contains_key(*name));
    (is_near && is_direct).then_some(()).ok_or(RequestFault::NotFound)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    const HERE: Option<Peer> = Some(Peer(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    const THERE: Option<Peer> = Some(Peer(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7))));

    fn headers(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn without_a_token_this_machine_alone() {
        assert_eq!(admit(None, HERE, &headers(&[])), Ok(()));
        for (peer, given) in [
            (None, headers(&[])),
            (THERE, headers(&[])),
            (THERE, headers(&[("x-forwarded-for", "127.0.0.1")])),
            (HERE, headers(&[("x-forwarded-for", "127.0.0.1")])),
            (HERE, headers(&[("forwarded", "for=203.0.113.7")])),
            (HERE, headers(&[("via", "1.1 balancer")])),
        ] {
            assert_eq!(admit(None, peer, &given), Err(RequestFault::NotFound), "{peer:?} {given:?}");
        }
    }

    #[test]
    fn with_a_token_whoever_has_it() {
        let token = Secret::new("sandi-pemantau-yang-panjang".to_owned());
        for peer in [None, HERE, THERE] {
            let right = headers(&[("authorization", "Bearer sandi-pemantau-yang-panjang")]);
            assert_eq!(admit(Some(&token), peer, &right), Ok(()));
            for wrong in ["Bearer sandi-pemantau-yang-panjan", "Bearer ", "Basic sandi-pemantau-yang-panjang"] {
                let given = headers(&[("authorization", wrong)]);
                assert_eq!(admit(Some(&token), peer, &given), Err(RequestFault::Unauthenticated), "{wrong}");
            }
            assert_eq!(admit(Some(&token), peer, &headers(&[])), Err(RequestFault::Unauthenticated));
        }
    }
}
