//! Whose page opens a socket. A browser asks nobody before it does, and tells where the page is from; phones and
//! programs tell nothing.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// Whether the request comes from no page, from a page of ours, or from one of an allowed origin.
pub fn is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let Some(origin) = origins.next() else { return true };
    let (Ok(origin), None) = (origin.to_str(), origins.next()) else { return false };
    // TLS ends before us, so the scheme of our own address is not known here.
    let host = origin.split_once("://").map(|(_, host)| host);
    let ours = headers.get(HOST).and_then(|host| host.to_str().ok());
    let is_ours = matches!((host, ours), (Some(host), Some(ours)) if host.eq_ignore_ascii_case(ours));
    is_ours || allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_pages_are_refused() {
        let allowed = ["https://app.example".to_owned()];
        for (origin, is_fine) in [
            (None, true),
            (Some("https://api.example:8080"), true),
            (Some("http://API.example:8080"), true),
            (Some("https://app.example"), true),
            (Some("http://app.example"), false),
            (Some("https://app.example.evil.example"), false),
            (Some("https://api.example"), false),
            (Some("https://evil.example/api.example:8080"), false),
            (Some("null"), false),
            (Some(""), false),
        ] {
            let mut headers = HeaderMap::from_iter([(HOST, "api.example:8080".parse().unwrap())]);
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(is_allowed(&headers, &allowed), is_fine, "{origin:?}");
        }
    }
}
