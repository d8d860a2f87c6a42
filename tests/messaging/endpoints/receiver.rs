//! An address outside, which keeps what it gets and answers as it is told to.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    sync::{Arc, Mutex},
};

use rangkai_outbound::Destination;
use rangkai_primitives::Timestamp;
use rangkai_webhooks::{ID_HEADER, SIGNATURE_HEADER, Signer, TIMESTAMP_HEADER, WebhookError};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

/// What the receiver answers to the next webhook; after the last it takes everything.
#[derive(Clone, Copy)]
pub(super) enum Habit {
    /// A status and a header line, which may be empty.
    Says(u16, &'static str),
    /// Nothing, for ever.
    FallsSilent,
}

/// One webhook as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

#[derive(Clone)]
pub(super) struct Receiver {
    port: u16,
    seen: Arc<Mutex<Vec<Received>>>,
    habits: Arc<Mutex<VecDeque<Habit>>>,
    arrived: Arc<Semaphore>,
}

impl Receiver {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let receiver = Self {
            port: listener.local_addr()?.port(),
            seen: Arc::default(),
            habits: Arc::default(),
            arrived: Arc::new(Semaphore::new(0)),
        };
        let serving = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let receiver = serving.clone();
                tokio::spawn(async move { receiver.receive(stream).await });
            }
        });
        Ok(receiver)
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(super) fn destination(&self) -> Destination {
        super::local(self.port)
    }

    pub(super) fn will(&self, habits: impl IntoIterator<Item = Habit>) {
        self.habits.lock().unwrap().extend(habits);
    }

    pub(super) fn seen(&self) -> Vec<Received> {
        self.seen.lock().unwrap().clone()
    }

    /// Waits until one more webhook has arrived than was waited for before.
    pub(super) async fn arrival(&self) {
        self.arrived.acquire().await.unwrap().forget();
    }

    async fn receive(self, stream: TcpStream) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        let received = read(&mut stream).await?;
        self.seen.lock().unwrap().push(received);
        self.arrived.add_permits(1);
        let habit = self.habits.lock().unwrap().pop_front();
        let (status, line) = match habit.unwrap_or(Habit::Says(204, "")) {
            Habit::Says(status, line) => (status, line),
            Habit::FallsSilent => return std::future::pending().await,
        };
        let line = if line.is_empty() { String::new() } else { format!("{line}\r\n") };
        let answer = format!(
            "HTTP/1.1 {status} Said\r\n{line}connection: close\r\ncontent-length: 0\r\n\r\n"
        );
        stream.write_all(answer.as_bytes()).await
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Received> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let path = lines.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let headers: BTreeMap<_, _> = lines
        .iter()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|text| text.parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    stream.read_exact(&mut body).await?;
    Ok(Received { path, headers, body })
}

impl Received {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    pub(super) fn id(&self) -> &str {
        self.header(ID_HEADER)
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// What a receiver that holds `secret` makes of it at `now`.
    pub(super) fn verify(&self, secret: &str, now: Timestamp) -> Result<(), WebhookError> {
        Signer::new(secret).unwrap().verify(
            self.id(),
            self.header(TIMESTAMP_HEADER),
            self.header(SIGNATURE_HEADER),
            &self.body,
            now,
        )
    }
}
