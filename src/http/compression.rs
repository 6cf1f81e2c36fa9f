//! Answers in fewer bytes: zstd, Brotli or gzip, by what the client takes.
//!
//! Short ones stay as they are: a check-in's answer fits into one packet either way. Answers in pieces stay too, for a
//! piece that waits in a compressor is late. Requests are never compressed (`media`).

use std::convert::Infallible;
use std::future::ready;

use axum::body::{Body, HttpBody as _};
use axum::http::header::ACCEPT_ENCODING;
use axum::http::{HeaderMap, HeaderValue, Request};
use axum::response::Response;
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_http::CompressionLevel;
use tower_http::compression::predicate::{NotForContentType, SizeAbove};
use tower_http::compression::{CompressionLayer, Predicate as _};

/// Bytes from which on an answer is compressed: below, a packet carries it whole.
const SHORT: u64 = 1_024;

/// What a client takes in place of plain bytes.
#[derive(Debug, Default)]
pub struct Codings(Vec<HeaderValue>);

impl Codings {
    /// Those that a request names. Whoever refuses what is not compressed gets it all the same where there is nothing
    /// else (RFC 9110, 12.5.3): the library would say 406 of what is done already.
    pub fn of(headers: &HeaderMap) -> Self {
        let values: Vec<_> = headers.get_all(ACCEPT_ENCODING).iter().cloned().collect();
        if !values.iter().any(|value| value.as_bytes().contains(&b';')) {
            return Self(values);
        }
        let values: Vec<_> = values.iter().filter_map(|value| value.to_str().ok()).collect();
        let codings = values.iter().flat_map(|value| value.split(',')).filter(|coding| !refuses_plain(coding));
        Self(HeaderValue::from_str(&codings.collect::<Vec<_>>().join(",")).into_iter().collect())
    }

    /// The answer in one of them, where that is worth it.
    pub async fn write(self, answer: Response) -> Response {
        // The library's answer holds the room for every coder, and is moved with it: a short one does not go there.
        if self.0.is_empty() || answer.body().size_hint().exact().is_some_and(|bytes| bytes < SHORT) {
            return answer;
        }
        Box::pin(self.compress(answer)).await
    }

    /// Level 4 of each is where they meet: a first screen takes well below a millisecond.
    async fn compress(self, answer: Response) -> Response {
        let whole = SizeAbove::new(SHORT).and(NotForContentType::SSE).and(NotForContentType::const_new("multipart/"));
        let layer = CompressionLayer::new().quality(CompressionLevel::Precise(4)).compress_when(whole);
        let mut answer = Some(answer);
        let answers = layer.layer(service_fn(move |_| ready(Ok::<_, Infallible>(answer.take().unwrap_or_default()))));
        let mut request = Request::new(());
        request.headers_mut().extend(self.0.into_iter().map(|value| (ACCEPT_ENCODING, value)));
        answers.oneshot(request).await.unwrap_or_else(|never| match never {}).map(Body::new)
    }
}

/// Whether an entry of the list is `identity;q=0` or `*;q=0`.
fn refuses_plain(coding: &str) -> bool {
    let Some((name, weight)) = coding.split_once(';') else { return false };
    let weight = weight.trim().trim_start_matches(['q', 'Q']).trim_start_matches('=');
    let is_zero = weight.starts_with('0') && weight.trim_matches(['0', '.']).is_empty();
    is_zero && (name.trim() == "*" || name.trim().eq_ignore_ascii_case("identity"))
}
