//! Answers in fewer bytes: zstd, Brotli or gzip, by what the client takes.
//!
//! Short ones stay as they are: a check-in's answer fits into one packet either way. Answers in pieces stay too, for a
//! piece that waits in a compressor is late. Requests are never compressed (`media`).

use axum::http::header::ACCEPT_ENCODING;
use axum::http::{HeaderMap, HeaderValue};
use tower_http::CompressionLevel;
use tower_http::compression::predicate::{NotForContentType, SizeAbove};
use tower_http::compression::{CompressionLayer, Predicate};

/// Bytes from which on an answer is compressed: below, a packet carries it whole.
const SHORT: u64 = 1_024;

/// Level 4 of each is where they meet: a first screen takes well below a millisecond.
pub fn layer() -> CompressionLayer<impl Predicate> {
    let whole = SizeAbove::new(SHORT).and(NotForContentType::SSE).and(NotForContentType::const_new("multipart/"));
    CompressionLayer::new().quality(CompressionLevel::Precise(4)).compress_when(whole)
}

/// Whoever refuses what is not compressed gets it all the same where there is nothing else (RFC 9110, 12.5.3): the layer
/// would say 406 of what is done already.
pub fn forget_refusals(headers: &mut HeaderMap) {
    let is_weighed = |value: &HeaderValue| value.as_bytes().contains(&b';');
    if !headers.get_all(ACCEPT_ENCODING).iter().any(is_weighed) {
        return;
    }
    let values: Vec<_> = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).collect();
    let codings = values.iter().flat_map(|value| value.split(',')).filter(|coding| !refuses_plain(coding));
    let value = HeaderValue::from_str(&codings.collect::<Vec<_>>().join(","));
    headers.remove(ACCEPT_ENCODING);
    headers.extend(value.into_iter().map(|value| (ACCEPT_ENCODING, value)));
}

/// Whether an entry of the list is `identity;q=0` or `*;q=0`.
fn refuses_plain(coding: &str) -> bool {
    let Some((name, weight)) = coding.split_once(';') else { return false };
    let weight = weight.trim().trim_start_matches(['q', 'Q']).trim_start_matches('=');
    let is_zero = weight.starts_with('0') && weight.trim_matches(['0', '.']).is_empty();
    is_zero && (name.trim() == "*" || name.trim().eq_ignore_ascii_case("identity"))
}
