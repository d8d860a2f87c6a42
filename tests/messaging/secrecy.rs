//! What a message says, and to whom, is nowhere but with its recipient.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex},
};

use rangkai_proto::messaging::v1::{ListInboxRequest, MarkReadRequest, SendMessageRequest};
use rangkai_testkit::{Kind, fresh};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

use super::{
    mail_server::{Habit, MailServer},
    stage::{PERSON, Stage, letter, mail, nama, notice, sms, to_inbox},
};

const TEXT: &str = "RahasiaBesarMARKER";
const EMAIL: &str = "rahasia.marker@warga.example";
const NUMBERS: [&str; 3] = ["+62855123987602", "+62855123987600", "+62855123987601"];

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn neither_address_nor_text_is_found_in_logs_facts_errors_or_files() -> anyhow::Result<()> {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(log.clone())
        .finish();
    let listening = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);
    let server = MailServer::start(Habit::RefusesRecipient).await?;
    let stage = Stage::with(Kind::Sqlite, |config| server.configure(config)).await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(notice()).await?;
    agent.publish(letter()).await?;
    let variables = nama(TEXT);

    for number in NUMBERS {
        agent.send(SendMessageRequest { variables: variables.clone(), ..sms(number) }).await?;
    }
    agent.send(SendMessageRequest { variables: variables.clone(), ..mail(EMAIL) }).await?;
    let kept = agent.send(SendMessageRequest { variables, ..to_inbox() }).await?;
    stage.deliver().await?;
    stage.advance(30);
    stage.deliver().await?;
    let list = ListInboxRequest { subject_id: PERSON.to_owned(), ..Default::default() };
    assert!(agent.inbox.list_inbox(list).await?.into_inner().items[0].body.contains(TEXT));
    let mark = MarkReadRequest { request_id: fresh(), message_id: kept.message_id };
    agent.inbox.mark_read(mark).await?;
    let variables = nama(&TEXT.repeat(100));
    let refused = agent.send(SendMessageRequest { variables, ..mail(EMAIL) }).await.unwrap_err();
    let facts = agent.facts("").await?;
    assert!(facts.len() >= 10, "{}", facts.len());
    drop(listening);

    let log = String::from_utf8(log.0.lock().unwrap().clone())?;
    assert!(log.contains("a mail server did not take an e-mail"), "{log}");
    is_silent("the log", log.as_bytes());
    is_silent("the facts", format!("{facts:?}").as_bytes());
    for fact in facts {
        is_silent("a fact", &fact.data.unwrap().value);
    }
    is_silent("a refusal", format!("{refused:?}").as_bytes());
    is_silent("its details", refused.details());
    let outbox = stage.messaging.outbox().sent();
    assert_eq!(outbox.len(), 4);
    is_silent("the outbox as it prints", format!("{outbox:?}").as_bytes());
    let files = files_of(stage.database.config.url.reveal())?;
    assert!(has(&files, PERSON), "the files were not written yet");
    assert!(
        has(&files, "rangkai.messaging.v1.InboxService/ListInbox"),
        "the reading left no record"
    );
    is_silent("the files", &files);
    Ok(())
}

/// The bytes of a database and of what lies beside it.
fn files_of(url: &str) -> anyhow::Result<Vec<u8>> {
    let path = url.trim_start_matches("sqlite://").split('?').next().unwrap_or_default();
    let mut bytes = Vec::new();
    for file in fs::read_dir(Path::new(path).parent().unwrap())? {
        bytes.extend(fs::read(file?.path())?);
    }
    Ok(bytes)
}

fn is_silent(place: &str, bytes: &[u8]) {
    // A local part says as much as the whole address, and a number without its plus as much as with.
    let markers = [TEXT, "rahasia.marker", "6285512398760"];
    for marker in markers {
        assert!(!has(bytes, marker), "{place}: {marker}");
    }
}

fn has(bytes: &[u8], marker: &str) -> bool {
    bytes.windows(marker.len()).any(|window| window == marker.as_bytes())
}
