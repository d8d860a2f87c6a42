//! E-mail through a mail server.

use std::{fs, time::SystemTime};

use anyhow::{Context as _, ensure};
use lettre::{
    Address, Message as Mail,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail as From, Rcpt},
        extension::ClientId,
    },
};

use super::provider::Letter;
use crate::{
    config::{SmtpConfig, Tls},
    domain::{Answer, Reason},
};

/// A mail server that takes our e-mail. There is one connection for each e-mail.
#[derive(Clone)]
pub struct Smtp {
    host: String,
    port: u16,
    tls: Security,
    credentials: Option<Credentials>,
    from: Mailbox,
    hello: ClientId,
}

#[derive(Clone)]
enum Security {
    None,
    Starttls(TlsParameters),
    Implicit(TlsParameters),
}

/// Where in the exchange something went wrong. Whatever the server said about it may repeat the
/// address, so that nothing but its code leaves this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Greeting,
    Sender,
    Recipient,
    Text,
    /// The text is on its way, and only the server knows whether it took it.
    Taken,
}

impl Smtp {
    /// The server as configured. It need not be up yet.
    pub fn open(config: &SmtpConfig) -> anyhow::Result<Self> {
        let from = config.from.parse().context("email.smtp.from is not an e-mail address")?;
        let credentials = match (&config.username, &config.password) {
            (Some(username), Some(password)) => {
                ensure!(
                    config.tls != Tls::None,
                    "email.smtp.tls must not be none where there is a password"
                );
                Some(Credentials::new(username.clone(), password.reveal().to_owned()))
            }
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                anyhow::bail!("email.smtp needs username and password, or neither")
            }
        };
        let tls = match config.tls {
            Tls::None => Security::None,
            Tls::Starttls => Security::Starttls(parameters(config)?),
            Tls::Implicit => Security::Implicit(parameters(config)?),
        };
        let (host, hello) = (config.host.clone(), ClientId::default());
        Ok(Self { host, port: config.port, tls, credentials, from, hello })
    }

    /// Hands a letter to the server, or finds out why not.
    pub async fn send(&self, letter: &Letter<'_>) -> Answer {
        let Some((to, mail)) = self.mail(letter) else {
            return Answer::Refused(Reason::AddressRefused);
        };
        let mut server = match self.connect().await {
            Ok(server) => server,
            Err(error) => return judge(Step::Greeting, &error),
        };
        let outcome = self.exchange(&mut server, to, &mail).await;
        // The answer is there; how the server says goodbye is of no interest, and may take long.
        tokio::spawn(async move {
            let goodbye = tokio::time::timeout(std::time::Duration::from_secs(5), server.abort());
            let _ = goodbye.await;
        });
        match outcome {
            Ok(()) => Answer::Delivered,
            Err((step, error)) => judge(step, &error),
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let implicit = match &self.tls {
            Security::Implicit(parameters) => Some(parameters.clone()),
            Security::None | Security::Starttls(_) => None,
        };
        let place = (self.host.as_str(), self.port);
        let mut server =
            AsyncSmtpConnection::connect_tokio1(place, None, &self.hello, implicit, None).await?;
        if let Security::Starttls(parameters) = &self.tls {
            server.starttls(parameters.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            server.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(server)
    }

    async fn exchange(
        &self,
        server: &mut AsyncSmtpConnection,
        to: Address,
        mail: &[u8],
    ) -> Result<(), (Step, Error)> {
        let from = From::new(Some(self.from.email.clone()), Vec::new());
        server.command(from).await.map_err(|error| (Step::Sender, error))?;
        let to = Rcpt::new(to, Vec::new());
        server.command(to).await.map_err(|error| (Step::Recipient, error))?;
        server.command(Data).await.map_err(|error| (Step::Text, error))?;
        server.message(mail).await.map_err(|error| (Step::Taken, error))?;
        Ok(())
    }

    /// Writes a letter as an e-mail; each attempt writes the same one.
    fn mail(&self, letter: &Letter<'_>) -> Option<(Address, Vec<u8>)> {
        let to: Address = letter.address.reveal().parse().ok()?;
        let id = format!("<{}@{}>", letter.reference, self.from.email.domain());
        // RFC 3834: nobody's holiday notice should answer it.
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let mail = Mail::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(letter.subject.reveal())
            .message_id(Some(id))
            .date(SystemTime::from(letter.time))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.reveal().clone())
            .ok()?;
        Some((to, mail.formatted()))
    }
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Smtp({}:{})", self.host, self.port)
    }
}

/// What an error means for the message. A server that will not know us at all is our own trouble:
/// no message may fail for it.
fn judge(step: Step, error: &Error) -> Answer {
    let code = error.status().map(u16::from);
    tracing::warn!(
        ?step,
        code,
        timeout = error.is_timeout(),
        "a mail server did not take an e-mail"
    );
    match (step, code) {
        (Step::Recipient, Some(500..)) => Answer::Refused(Reason::AddressRefused),
        (Step::Text | Step::Taken, Some(500..)) => Answer::Refused(Reason::ProviderRefused),
        (Step::Taken, None) => Answer::Later(Reason::NoAnswer),
        _ => Answer::Later(Reason::ProviderUnavailable),
    }
}

fn parameters(config: &SmtpConfig) -> anyhow::Result<TlsParameters> {
    let mut builder = TlsParameters::builder(config.host.clone());
    if let Some(file) = &config.authority_file {
        let pem = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let authority = Certificate::from_pem(&pem);
        let unusable = || format!("{} holds no certificate", file.display());
        builder = builder.add_root_certificate(authority.with_context(unusable)?);
    }
    builder.build_rustls().context("email.smtp.tls cannot be used")
}
