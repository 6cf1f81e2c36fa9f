//! Answers in fewer bytes: zstd, Brotli or gzip, by what the client takes.
//!
//! Short ones stay as they are: a check-in's answer fits into one packet either way. Answers in pieces stay too, for a
//! piece that waits in a compressor is late. Requests are never compressed (`media`).

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
