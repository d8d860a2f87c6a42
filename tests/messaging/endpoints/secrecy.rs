//! Neither a signing secret nor what a URL holds is found anywhere else.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex},
};

use rangkai_proto::messaging::v1::{RotateSecretRequest, SendTestEventRequest};
use rangkai_testkit::{Kind, fresh};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

use super::{House, asking, id, receiver::Habit};

const MARKER: &str = "RahasiaMARKER";

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
async fn neither_secret_nor_url_is_found_in_logs_facts_or_files() -> anyhow::Result<()> {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(log.clone())
        .finish();
    let listening = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);
    let house = House::open(Kind::Sqlite).await?;
    house.receiver.will([Habit::Says(500, ""), Habit::Says(410, "")]);
    let mut korlantas = house.agency("korlantas")?;
    let url = house.receiver.url(&format!("/in?token={MARKER}"));
    let request = asking(&url, &["rangkai.payments.v1.*"]);
    let registered = korlantas.register_endpoint(request).await?.into_inner();
    let endpoint_id = id(&registered);
    let rotate = RotateSecretRequest {
        request_id: fresh(),
        endpoint_id: endpoint_id.clone(),
        overlap: None,
    };
    let rotated = korlantas.rotate_secret(rotate).await?.into_inner();
    let test = SendTestEventRequest { request_id: fresh(), endpoint_id };
    korlantas.send_test_event(test.clone()).await?;
    house.send().await?;
    house.stage.advance(10);
    house.send().await?;
    let test = SendTestEventRequest { request_id: fresh(), ..test };
    let refused = korlantas.send_test_event(test).await.unwrap_err();
    let facts = house.stage.agent("korlantas")?.facts("").await?;
    drop(listening);

    assert_eq!(house.receiver.seen().len(), 2);
    let log = String::from_utf8(log.0.lock().unwrap().clone())?;
    assert!(log.contains("a verdict was recorded"), "{log}");
    let facts: Vec<u8> = facts.into_iter().flat_map(|fact| fact.data.unwrap().value).collect();
    let places = [
        ("the log", log.into_bytes()),
        ("the facts", facts),
        ("a refusal", format!("{refused:?}").into_bytes()),
        ("the files", files_of(house.stage.database.config.url.reveal())?),
    ];
    let secrets = [&registered.secret, &rotated.secret].map(|it| it.trim_start_matches("whsec_"));
    for (place, bytes) in places {
        assert!(!bytes.is_empty(), "{place} is empty");
        for marker in [MARKER, secrets[0], secrets[1]] {
            let found = bytes.windows(marker.len()).any(|window| window == marker.as_bytes());
            assert!(!found, "{place}: {marker}");
        }
    }
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
