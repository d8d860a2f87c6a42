//! A mail server that speaks enough SMTP to be spoken to.

use std::sync::{Arc, Mutex};

use rangkai_messaging::{Config, EmailProvider, SmtpConfig, Tls};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// What the server does with whoever connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    /// It takes every e-mail.
    Takes,
    /// It hangs up at once.
    Away,
    /// It does not know the recipient, and repeats the address as it says so.
    RefusesRecipient,
    /// It takes the text, and says nothing about it until it is [released](MailServer::release);
    /// then it refuses.
    FallsSilent,
}

/// An e-mail as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mail {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) text: String,
}

#[derive(Clone)]
pub(super) struct MailServer {
    pub(super) port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    habit: Mutex<Habit>,
    mails: Mutex<Vec<Mail>>,
    arrived: Notify,
    released: Notify,
}

impl MailServer {
    pub(super) async fn start(habit: Habit) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            habit: Mutex::new(habit),
            mails: Mutex::default(),
            arrived: Notify::new(),
            released: Notify::new(),
        });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                tokio::spawn(async move { shared.talk(stream).await });
            }
        });
        Ok(Self { port, shared })
    }

    /// Makes a block send its e-mail here.
    pub(super) fn configure(&self, config: &mut Config) {
        config.email.provider = EmailProvider::Smtp;
        config.email.smtp = Some(SmtpConfig {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            tls: Tls::None,
            username: None,
            password: None,
            from: "Layanan SIM <tidak-dibalas@korlantas.example>".to_owned(),
            authority_file: None,
        });
    }

    pub(super) fn set(&self, habit: Habit) {
        *self.shared.habit.lock().unwrap() = habit;
    }

    pub(super) fn mails(&self) -> Vec<Mail> {
        self.shared.mails.lock().unwrap().clone()
    }

    /// Waits for the next text on which the server falls silent.
    pub(super) async fn silence(&self) {
        self.shared.arrived.notified().await;
    }

    /// Lets one silent conversation go on.
    pub(super) fn release(&self) {
        self.shared.released.notify_one();
    }
}

impl Shared {
    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let habit = *self.habit.lock().unwrap();
        if habit == Habit::Away {
            return Ok(());
        }
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut mail = Mail { from: String::new(), to: String::new(), text: String::new() };
        write.write_all(b"220 mail.test\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            let (verb, rest) = line.split_at(line.len().min(4));
            let answer = match verb {
                "EHLO" => "250-mail.test\r\n250 8BITMIME".to_owned(),
                "MAIL" => {
                    mail.from = rest.trim_start_matches(" FROM:").to_owned();
                    "250 ok".to_owned()
                }
                "RCPT" if habit == Habit::RefusesRecipient => format!("550 5.1.1 {rest}: nobody"),
                "RCPT" => {
                    mail.to = rest.trim_start_matches(" TO:").to_owned();
                    "250 ok".to_owned()
                }
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                        mail.text.push_str(line.strip_prefix('.').unwrap_or(&line));
                        mail.text.push('\n');
                    }
                    self.mails.lock().unwrap().push(mail.clone());
                    if habit == Habit::FallsSilent {
                        self.arrived.notify_one();
                        self.released.notified().await;
                        "554 no".to_owned()
                    } else {
                        "250 taken".to_owned()
                    }
                }
                "QUIT" => "221 goodbye".to_owned(),
                _ => "500 what?".to_owned(),
            };
            write.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
        Ok(())
    }
}

impl Mail {
    /// A header, with its continuation lines joined.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let head = self.text.split("\n\n").next()?.replace("\n ", " ").replace("\n\t", " ");
        let start = format!("{name}: ");
        head.lines().find_map(|line| line.strip_prefix(&start)).map(str::to_owned)
    }

    /// How many headers have this name.
    pub(super) fn count(&self, name: &str) -> usize {
        let head = self.text.split("\n\n").next().unwrap_or_default();
        head.lines().filter(|line| line.starts_with(&format!("{name}:"))).count()
    }

    pub(super) fn body(&self) -> &str {
        self.text.split_once("\n\n").map_or("", |(_, body)| body)
    }
}
