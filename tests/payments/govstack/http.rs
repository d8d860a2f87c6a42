//! Plain HTTP.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub code: u16,
    pub body: Value,
}

impl Answer {
    /// The words of a refusal.
    pub fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }
}

/// Sends JSON.
pub async fn send(
    address: SocketAddr,
    verb: &str,
    path: &str,
    body: &Value,
) -> anyhow::Result<Answer> {
    with(address, verb, path, &["content-type: application/json"], &body.to_string()).await
}

/// Sends a body with headers of one's own; the answer must be JSON, and say so.
pub async fn with(
    address: SocketAddr,
    verb: &str,
    path: &str,
    headers: &[&str],
    body: &str,
) -> anyhow::Result<Answer> {
    let mut head = format!("{verb} {path} HTTP/1.0\r\nhost: {address}\r\nconnection: close\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    let (head, rest) = text.split_once("\r\n\r\n").expect("a head and a body");
    let code = head.split(' ').nth(1).expect("a status").parse()?;
    let head = head.to_lowercase();
    assert!(head.contains("content-type: application/json; charset=utf-8"), "{head}");
    Ok(Answer { code, body: serde_json::from_str(rest)? })
}

/// Sends nothing, and answers only the status.
pub async fn code(address: SocketAddr, verb: &str, path: &str) -> anyhow::Result<u16> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("{verb} {path} HTTP/1.0\r\nhost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text.split(' ').nth(1).expect("a status").parse()?)
}
