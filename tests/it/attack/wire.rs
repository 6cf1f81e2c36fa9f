//! Connections as an attacker opens them: byte for byte, from an address of their choice.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where everybody is who does not say otherwise.
pub const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Another address of this machine.
pub const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

async fn connect(from: IpAddr, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind((from, 0).into()).expect("an address of this machine");
    socket.connect(to).await.expect("a connection")
}

/// Reads until the other side ends; whoever is hung up upon within a body has the answer all the same.
async fn reply(mut stream: TcpStream) -> Reply {
    let mut bytes = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = timeout(PATIENCE, stream.read(&mut piece)).await.expect("an answer") {
        bytes.extend_from_slice(&piece[..length]);
    }
    let answer = String::from_utf8_lossy(&bytes);
    let (head, text) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{head}"));
    Reply { status, text: text.to_owned() }
}

/// Writes, and reads the answer.
pub async fn exchange(from: IpAddr, to: SocketAddr, bytes: &[u8]) -> Reply {
    let mut stream = connect(from, to).await;
    // Whoever is refused within the body cannot write its rest.
    drop(stream.write_all(bytes).await);
    reply(stream).await
}

/// Sends a body that does not end, at most `most` bytes of it; answers how many were taken as well.
pub async fn endless(to: SocketAddr, most: usize) -> (Reply, usize) {
    let mut stream = connect(HOME, to).await;
    let head = b"POST /graphql HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n\
        transfer-encoding: chunked\r\n\r\n";
    stream.write_all(head).await.expect("the server reads");
    let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x1_0000], b"\r\n"].concat();
    let mut taken = 0;
    while taken < most && stream.write_all(&chunk).await.is_ok() {
        taken += 0x1_0000;
    }
    (reply(stream).await, taken)
}
