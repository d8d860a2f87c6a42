//! gRPC-Web and JSON over HTTP/1, on the same port.

use axum::{
    Router,
    routing::{get, post},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{Running, start, start_with};

const GET_BILL: &str = "/rangkai.payments.v1.BillService/GetBill";

/// Sends one request by hand and reads the whole answer.
async fn ask(server: &Running, line: &str, headers: &[(&str, &str)], body: &[u8]) -> String {
    let mut head = format!("{line} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.extend([format!("content-length: {}\r\n\r\n", body.len())]);
    let mut peer = TcpStream::connect(server.address).await.unwrap();
    peer.write_all(head.as_bytes()).await.unwrap();
    // A server that refuses need not read the rest.
    let _ = peer.write_all(body).await;
    let mut answer = Vec::new();
    let _ = peer.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// A gRPC-Web call with an empty message.
async fn web(server: &Running, token: &str, timeout: &str) -> String {
    let headers = [
        ("content-type", "application/grpc-web+proto"),
        ("authorization", token),
        ("grpc-timeout", timeout),
    ];
    ask(server, &format!("POST {GET_BILL}"), &headers, &[0; 5]).await
}

#[tokio::test]
async fn a_browser_can_call() {
    let server = start(|_| {}).await;
    server.bills.leave.add_permits(1);

    let answer = web(&server, &format!("Bearer {}", server.token()), "10S").await;
    let refused = web(&server, "Bearer nonsense", "10S").await;

    assert!(answer.contains("grpc-status:0"), "{answer}");
    assert!(refused.contains("grpc-status: 16"), "{refused}");
}

#[tokio::test]
async fn a_call_ends_at_its_deadline() {
    let server = start(|_| {}).await;

    let answer = web(&server, &format!("Bearer {}", server.token()), "20m").await;

    assert!(answer.contains("grpc-status: 4"), "{answer}");
}

async fn broken() -> &'static str {
    panic!("a test wants to see what becomes of this")
}

#[tokio::test]
async fn json_is_served_on_the_same_port_within_limits() {
    let json = Router::new()
        .route("/hello", get(|| async { "selamat datang" }))
        .route("/echo", post(|body: String| async move { body }))
        .route("/break", get(broken));
    let server = start_with(|config| config.max_receive_bytes = 100, Some(json)).await;

    let hello = ask(&server, "GET /hello", &[], b"").await;
    let large = ask(&server, "POST /echo", &[], &[b'x'; 200]).await;
    let broken = ask(&server, "GET /break", &[], b"").await;
    let unknown = ask(&server, "GET /nothing", &[], b"").await;

    assert!(hello.starts_with("HTTP/1.1 200") && hello.contains("selamat datang"), "{hello}");
    assert!(large.starts_with("HTTP/1.1 413"), "{large}");
    assert!(broken.starts_with("HTTP/1.1 500"), "{broken}");
    assert!(unknown.starts_with("HTTP/1.1 404"), "{unknown}");
}
