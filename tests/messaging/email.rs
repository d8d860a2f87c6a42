//! E-mail over a real connection.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rangkai_messaging::Tls;
use rangkai_proto::messaging::v1::{MessageState, SendMessageRequest};
use rangkai_testkit::Kind;

use super::{
    mail_server::{Habit, MailServer},
    stage::{Stage, mail, nama, notice},
};

#[tokio::test]
async fn an_email_arrives_as_it_was_written() -> anyhow::Result<()> {
    let server = MailServer::start(Habit::Takes).await?;
    let stage = Stage::with(Kind::Sqlite, |config| server.configure(config)).await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(notice()).await?;
    let variables = nama("Nuraïda: To: b@x.id");
    let sent = agent.send(SendMessageRequest { variables, ..mail("ani@warga.example") }).await?;

    assert_eq!(stage.deliver().await?, 1);

    let [mail] = &server.mails()[..] else { panic!("{:?}", server.mails()) };
    assert_eq!(mail.from, "<tidak-dibalas@korlantas.example>");
    assert_eq!(mail.to, "<ani@warga.example>");
    let header = |name| mail.header(name).unwrap_or_else(|| panic!("no {name} in {mail:?}"));
    assert_eq!(header("From"), "\"Layanan SIM\" <tidak-dibalas@korlantas.example>");
    assert_eq!(header("To"), "ani@warga.example");
    assert_eq!(decoded(&header("Subject")), "Permohonan SIM Nuraïda: To: b@x.id");
    assert_eq!(header("Message-ID"), format!("<{}@korlantas.example>", sent.message_id));
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(header("Content-Type"), "text/plain; charset=utf-8");
    assert!(mail.header("Date").is_some());
    for single in ["To", "Subject", "From", "Message-ID"] {
        assert_eq!(mail.count(single), 1, "{single}");
    }
    assert_eq!(header("Content-Transfer-Encoding"), "quoted-printable");
    let body = "Halo Nuraïda: To: b@x.id,\npermohonan Anda kami terima — terima kasih.\n.\nSalam";
    assert_eq!(quoted_printable(mail.body()), body);
    assert_eq!(agent.get(&sent).await?.state(), MessageState::Delivered);
    Ok(())
}

#[tokio::test]
async fn a_recipient_that_the_server_refuses_fails_for_good() -> anyhow::Result<()> {
    let server = MailServer::start(Habit::RefusesRecipient).await?;
    let stage = Stage::with(Kind::Sqlite, |config| server.configure(config)).await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(notice()).await?;
    let sent = agent.send(mail("ani@warga.example")).await?;

    stage.deliver().await?;

    let message = agent.get(&sent).await?;
    assert_eq!(message.state(), MessageState::Failed);
    assert_eq!((message.failure_reason.as_str(), message.attempt_count), ("address_refused", 1));
    assert_eq!(agent.story(&sent).await?, ["MessageAccepted", "MessageFailed"]);
    assert!(server.mails().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_away_gets_the_email_once_it_is_back() -> anyhow::Result<()> {
    let server = MailServer::start(Habit::Away).await?;
    let stage = Stage::with(Kind::Sqlite, |config| server.configure(config)).await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(notice()).await?;
    let sent = agent.send(mail("ani@warga.example")).await?;
    // The waits of the ladder; each attempt is due then, and not a moment before.
    for wait in [30, 120, 600, 3600, 3600] {
        assert_eq!(stage.deliver().await?, 1, "{wait}");
        let message = agent.get(&sent).await?;
        assert_eq!(message.state(), MessageState::Queued);
        assert_eq!(message.failure_reason, "provider_unavailable");
        stage.advance(wait - 10);
        assert_eq!(stage.deliver().await?, 0, "{wait}");
        stage.advance(10);
    }

    server.set(Habit::Takes);
    assert_eq!(stage.deliver().await?, 1);

    let message = agent.get(&sent).await?;
    assert_eq!((message.state(), message.attempt_count), (MessageState::Delivered, 6));
    assert_eq!(message.failure_reason, "");
    assert_eq!(server.mails().len(), 1);
    assert_eq!(agent.story(&sent).await?, ["MessageAccepted", "MessageDelivered"]);
    Ok(())
}

#[tokio::test]
async fn a_password_never_travels_in_the_clear() -> anyhow::Result<()> {
    let server = MailServer::start(Habit::Takes).await?;
    let stage = Stage::new(Kind::Sqlite).await?;
    let mut config = stage.config.clone();
    server.configure(&mut config);
    let smtp = config.email.smtp.as_mut().unwrap();
    smtp.username = Some("rangkai".to_owned());
    let clock = stage.clock.clone();
    assert!(rangkai_messaging::Messaging::open(&config, clock.clone()).await.is_err());

    let smtp = config.email.smtp.as_mut().unwrap();
    smtp.password = Some("MARKER".into());
    let refused = rangkai_messaging::Messaging::open(&config, clock.clone()).await.unwrap_err();
    assert!(!format!("{refused:?} {config:?}").contains("MARKER"));

    // A server that offers no STARTTLS gets nothing, not even a greeting beyond EHLO.
    config.email.smtp.as_mut().unwrap().tls = Tls::Starttls;
    let messaging = rangkai_messaging::Messaging::open(&config, clock).await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(notice()).await?;
    let sent = agent.send(mail("ani@warga.example")).await?;
    assert_eq!(messaging.deliver_due().await?, 1);
    assert_eq!(agent.get(&sent).await?.failure_reason, "provider_unavailable");
    assert!(server.mails().is_empty());
    Ok(())
}

/// A header of RFC 2047: words in base64 between plain ones.
fn decoded(header: &str) -> String {
    let mut text = String::new();
    let mut rest = header;
    while let Some((before, word)) = rest.split_once("=?utf-8?b?") {
        // Space between two encoded words means nothing.
        text.push_str(if before.trim().is_empty() { "" } else { before });
        let (word, after) = word.split_once("?=").unwrap();
        text.push_str(std::str::from_utf8(&BASE64_STANDARD.decode(word).unwrap()).unwrap());
        rest = after;
    }
    text + rest
}

fn quoted_printable(body: &str) -> String {
    let body = body.trim_end_matches('\n').replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let [first, after @ ..] = rest {
        if let (b'=', [high, low, after @ ..]) = (first, after) {
            let code = [*high, *low];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&code).unwrap(), 16).unwrap());
            rest = after;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}
