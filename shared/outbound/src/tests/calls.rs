//! Calls to servers that mean no good.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::{FutureExt as _, future};
use http::{HeaderMap, Method, StatusCode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time,
};

use super::{config, destination};
use crate::{Answer, Destination, Outbound, OutboundConfig, OutboundError, lookup::Ask};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

/// A server that says `text` and then, for ever, `again` every few milliseconds.
struct Server {
    port: u16,
    calls: Arc<AtomicUsize>,
}

impl Server {
    async fn start(text: &'static str, again: &'static str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(say(stream, text, again));
            }
        });
        Self { port, calls }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// This server, allowed under the name `host`.
    fn allowed(&self, host: &str) -> OutboundConfig {
        config(vec![Destination {
            ports: vec![self.port],
            http: true,
            addresses: vec!["127.0.0.1".to_owned()],
            ..destination(host)
        }])
    }
}

async fn say(mut stream: TcpStream, text: &str, again: &str) -> io::Result<()> {
    let _ = stream.read(&mut [0; 4_096]).await?;
    stream.write_all(text.as_bytes()).await?;
    let mut tick = time::interval(Duration::from_millis(5));
    while !again.is_empty() {
        tick.tick().await;
        stream.write_all(again.as_bytes()).await?;
    }
    Ok(())
}

/// Names that answer with each of `answers` in turn, and how often they were asked for.
fn names(answers: &[&[&str]]) -> (Ask, Arc<AtomicUsize>) {
    let mut answers: Vec<Vec<IpAddr>> = answers
        .iter()
        .map(|answer| answer.iter().map(|address| address.parse().unwrap()).collect())
        .collect();
    answers.reverse();
    let answers = Mutex::new(answers);
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let ask: Ask = Arc::new(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        future::ready(Ok(answers.lock().unwrap().pop().unwrap_or_default())).boxed()
    });
    (ask, asked)
}

async fn post(outbound: &Outbound, url: &str) -> Result<Answer, OutboundError> {
    outbound.send(Method::POST, url, HeaderMap::new(), b"{}".to_vec()).await
}

#[tokio::test]
async fn a_call_goes_to_the_address_that_was_judged_and_to_no_other() {
    let server = Server::start(OK, "").await;
    let (ask, asked) = names(&[&["127.0.0.1"], &["127.0.0.2"], &["1.1.1.1", "10.0.0.1"], &[]]);
    let outbound = Outbound::with_names(&server.allowed("hooks.example"), &ask).unwrap();
    let url = format!("http://hooks.example:{}/in", server.port);

    // The name would answer differently the second time; nobody asks it a second time.
    assert_eq!(post(&outbound, &url).await.unwrap().body().await.unwrap(), b"ok");
    assert_eq!((asked.load(Ordering::SeqCst), server.calls()), (1, 1));
    for error in [
        OutboundError::AddressNotPublic,
        OutboundError::AddressNotPublic,
        OutboundError::Unresolved,
    ] {
        assert_eq!(post(&outbound, &url).await.unwrap_err(), error);
    }
    assert_eq!(server.calls(), 1);
}

#[tokio::test]
async fn the_machine_is_asked_for_names_and_its_answer_is_judged() {
    let server = Server::start(OK, "").await;
    let mut config = server.allowed("localhost");
    let url = format!("http://localhost:{}/in", server.port);
    config.allow[0].addresses.push("::1".to_owned());
    let status = post(&Outbound::open(&config).unwrap(), &url).await.unwrap().status();
    config.allow[0].addresses.clear();
    let refused = post(&Outbound::open(&config).unwrap(), &url).await.unwrap_err();

    assert_eq!((status, refused), (StatusCode::OK, OutboundError::AddressNotPublic));
    assert_eq!(server.calls(), 1);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_leads_nowhere() {
    let inside = Server::start(OK, "").await;
    let location = format!("location: http://127.0.0.1:{}/", inside.port);
    let text = format!("HTTP/1.1 307 Temporary\r\n{location}\r\ncontent-length: 0\r\n\r\n");
    let server = Server::start(text.leak(), "").await;
    let mut config = server.allowed("127.0.0.1");
    config.allow[0].ports.push(inside.port);
    let outbound = Outbound::open(&config).unwrap();
    let answer = post(&outbound, &format!("http://127.0.0.1:{}/", server.port)).await.unwrap();

    assert_eq!(answer.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!((server.calls(), inside.calls()), (1, 0));
}

#[tokio::test]
async fn an_answer_that_trickles_is_cut_off() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n";
    for (text, again) in [("", "x"), ("HTTP/1.1 200 OK\r\n", "a: b\r\n"), (head, "x")] {
        let server = Server::start(text, again).await;
        let mut config = server.allowed("127.0.0.1");
        config.timeout_ms = 150;
        let outbound = Outbound::open(&config).unwrap();
        let url = format!("http://127.0.0.1:{}/", server.port);
        let outcome = match post(&outbound, &url).await {
            Ok(answer) => answer.body().await.map(|_| ()),
            Err(error) => Err(error),
        };

        // Letters before any answer are no HTTP; that may be noticed before the time is over.
        let expected =
            if text.is_empty() { OutboundError::AnswerBroken } else { OutboundError::TimedOut };
        assert_eq!(outcome, Err(expected), "{text}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_read_no_further_than_allowed() {
    let endless = "HTTP/1.1 200 OK\r\n\r\n";
    let announced = "HTTP/1.1 200 OK\r\ncontent-length: 9000000000\r\n\r\n";
    let line = "0123456789".repeat(1_000).leak();
    for text in [endless, announced] {
        let server = Server::start(text, line).await;
        let outbound = Outbound::open(&server.allowed("127.0.0.1")).unwrap();
        let answer = post(&outbound, &format!("http://127.0.0.1:{}/", server.port)).await.unwrap();

        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.body().await.unwrap_err(), OutboundError::AnswerTooLarge);
    }
}

#[tokio::test]
async fn what_breaks_is_told_apart() {
    let server = Server::start("no http\r\n\r\n", "").await;
    let outbound = Outbound::open(&server.allowed("127.0.0.1")).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port);
    let encrypted = format!("https://127.0.0.1:{}/", server.port);
    let large = outbound.send(Method::POST, &url, HeaderMap::new(), vec![b'x'; 1_001]).await;

    assert_eq!(large.unwrap_err(), OutboundError::RequestTooLarge);
    assert_eq!(server.calls(), 0);
    assert_eq!(post(&outbound, &url).await.unwrap_err(), OutboundError::AnswerBroken);
    assert_eq!(post(&outbound, &encrypted).await.unwrap_err(), OutboundError::ConnectFailed);
}
