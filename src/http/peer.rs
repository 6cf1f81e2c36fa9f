//! Who is at the other end: the peer of the connection, or whom a proxy that we trust had at its own other end.
//!
//! Each proxy writes the address of its other side behind what it got, so what we read from the right is the word of
//! the nearest. It is believed as long as whoever wrote it is a proxy of ours; everything further left may be invented.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

use crate::config::{ProxyConfig, ProxyHeader};

/// The address of whoever sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Peer(pub IpAddr);

impl Peer {
    /// The sender behind the proxies that are trusted.
    pub fn behind(self, proxies: &ProxyConfig, headers: &HeaderMap) -> Self {
        let is_trusted = |address: IpAddr| proxies.trusted.iter().any(|network| network.contains(&address));
        let mut sender = self.0;
        if !is_trusted(sender) {
            return self;
        }
        let name = match proxies.header {
            ProxyHeader::ForwardedFor => "x-forwarded-for",
            ProxyHeader::Forwarded => "forwarded",
        };
        let lines = headers.get_all(name).iter().rev();
        // A line that is no text hides whatever stands to its left.
        let lines = lines.map_while(|line| line.to_str().ok());
        for hop in lines.flat_map(hops) {
            let address = match proxies.header {
                ProxyHeader::ForwardedFor => address(hop),
                ProxyHeader::Forwarded => of_element(hop),
            };
            // One that hides itself (RFC 7239, 6.3) counts as the proxy that brings it.
            let Some(address) = address else { break };
            sender = address;
            if !is_trusted(sender) {
                break;
            }
        }
        Self(sender)
    }
}

/// The parts between commas that stand outside quotation marks, from the right: so that what a stranger wrote to the
/// left, such as a quotation mark without its other one, cannot reach into what our proxy wrote.
fn hops(line: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    line.rsplit(move |character| {
        is_quoted ^= character == '"';
        character == ',' && !is_quoted
    })
}

/// The address in `for=` of an element of `Forwarded`.
fn of_element(element: &str) -> Option<IpAddr> {
    let mut nodes = element.split(';').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim())
    });
    let node = nodes.next()?;
    if nodes.next().is_some() {
        return None;
    }
    address(node.strip_prefix('"').and_then(|node| node.strip_suffix('"')).unwrap_or(node))
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse().ok().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn seen(header: ProxyHeader, lines: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "2001:db8:1::/48"].map(|network| network.parse().unwrap()).to_vec();
        let name = if header == ProxyHeader::Forwarded { "forwarded" } else { "x-forwarded-for" };
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name, line.parse().unwrap());
        }
        let proxies = ProxyConfig { trusted, header };
        Peer("10.0.0.1".parse().unwrap()).behind(&proxies, &headers).0.to_string()
    }

    #[rstest]
    #[case::nothing(&[], "10.0.0.1")]
    #[case::one(&["203.0.113.7"], "203.0.113.7")]
    #[case::invented(&["198.51.100.1, 203.0.113.7"], "203.0.113.7")]
    #[case::invented_as_a_proxy(&["10.0.0.9, 203.0.113.7"], "203.0.113.7")]
    #[case::two_proxies(&["198.51.100.1, 203.0.113.7, 10.0.0.2"], "203.0.113.7")]
    #[case::lines(&["198.51.100.1, 203.0.113.7", "10.0.0.2"], "203.0.113.7")]
    #[case::proxies_alone(&["10.0.0.3, 10.0.0.2"], "10.0.0.3")]
    #[case::port(&["203.0.113.7:4711"], "203.0.113.7")]
    #[case::ipv6(&["2001:db8:2::7"], "2001:db8:2::7")]
    #[case::ipv6_port(&["[2001:db8:2::7]:4711"], "2001:db8:2::7")]
    #[case::mapped(&["::ffff:203.0.113.7"], "203.0.113.7")]
    #[case::unknown(&["203.0.113.7, unknown"], "10.0.0.1")]
    #[case::nonsense(&["203.0.113.7, , "], "10.0.0.1")]
    fn forwarded_for_is_read_from_the_right(#[case] lines: &[&str], #[case] sender: &str) {
        assert_eq!(seen(ProxyHeader::ForwardedFor, lines), sender);
    }

    #[rstest]
    #[case::one(&["for=203.0.113.7;proto=https;by=10.0.0.1"], "203.0.113.7")]
    #[case::case(&["proto=https; For=\"203.0.113.7:4711\""], "203.0.113.7")]
    #[case::ipv6(&["for=\"[2001:db8:2::7]:4711\""], "2001:db8:2::7")]
    #[case::invented(&["for=198.51.100.1, for=203.0.113.7, for=\"[2001:db8:1::2]\""], "203.0.113.7")]
    #[case::quoted_comma(&["for=198.51.100.1;host=\"a,for=198.51.100.2\", for=203.0.113.7"], "203.0.113.7")]
    #[case::open_quote(&["for=\"198.51.100.1, for=203.0.113.7"], "203.0.113.7")]
    #[case::hidden(&["for=203.0.113.7, for=_gateway"], "10.0.0.1")]
    #[case::twice(&["for=203.0.113.7;for=198.51.100.1"], "10.0.0.1")]
    #[case::nothing(&["by=10.0.0.1"], "10.0.0.1")]
    fn forwarded_is_read_from_the_right(#[case] lines: &[&str], #[case] sender: &str) {
        assert_eq!(seen(ProxyHeader::Forwarded, lines), sender);
    }

    #[test]
    fn of_others_nothing_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "127.0.0.1".parse().unwrap());
        let stranger = Peer("203.0.113.7".parse().unwrap());
        assert_eq!(stranger.behind(&ProxyConfig::default(), &headers), stranger);
        let proxies = ProxyConfig { trusted: vec!["10.0.0.0/8".parse().unwrap()], ..ProxyConfig::default() };
        assert_eq!(stranger.behind(&proxies, &headers), stranger);
    }
}
