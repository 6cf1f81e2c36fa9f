//! One connection that is kept: HTTP/1.1, as little of it as costs the machine little.

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection to the server.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    sent: Vec<u8>,
    received: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Cow<'a, str>,
}

impl Connection {
    /// Opens it.
    pub async fn open(server: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, sent: Vec::with_capacity(4096), received: Vec::with_capacity(4096) })
    }

    /// Posts a GraphQL request and reads the answer.
    pub async fn post(&mut self, token: &str, body: &str) -> io::Result<Answer<'_>> {
        self.sent.clear();
        write!(
            self.sent,
            "POST /graphql HTTP/1.1\r\nHost: bina\r\nContent-Type: application/json\r\n\
             Accept: application/graphql-response+json\r\nAccept-Language: id\r\n\
             Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        self.stream.write_all(&self.sent).await?;
        self.received.clear();
        let head = loop {
            if let Some(end) = memchr::memmem::find(&self.received, b"\r\n\r\n") {
                break end + 4;
            }
            self.receive().await?;
        };
        let (status, length) = read_head(&self.received[..head])?;
        while self.received.len() < head + length {
            self.receive().await?;
        }
        let body = String::from_utf8_lossy(&self.received[head..head + length]);
        Ok(Answer { status, body })
    }

    async fn receive(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// The status and the length of the body.
fn read_head(head: &[u8]) -> io::Result<(u16, usize)> {
    let malformed = || io::Error::other("no HTTP answer of known length");
    let head = std::str::from_utf8(head).map_err(|_| malformed())?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    status.zip(length).ok_or_else(malformed)
}
