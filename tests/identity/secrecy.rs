//! What nobody may find anywhere: the data of people, in any place but inside its seal.

use std::{
    fs,
    io::Write,
    sync::{Arc, Mutex},
};

use rangkai_proto::identity::v1::{
    Attribute, AttributeClaim, CreateClientRequest, ListAccessesRequest, MatchAttributesRequest,
    ReadAttributesRequest, ResolveSubjectRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use sea_orm::{ConnectionTrait as _, DatabaseBackend, Statement};
use tonic::Status;
use tracing_subscriber::fmt::format::FmtSpan;

use super::block::{Block, block, import, why};

const NIK: &str = "9182734409667788";
const NOBODYS_NIK: &str = "9182734409667799";
const CARD: &str = "9182730101017766";
const OFFICER: &str = "Petugasrahasia";
/// Parts of what the test feeds in, in small letters.
const MARKERS: [&str; 7] =
    [NIK, NOBODYS_NIK, CARD, "zulaikharahasia", "jalanrahasia", "petugasrahasia", "1966-09-04"];

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn nothing_about_a_person_is_left_anywhere(#[case] kind: Kind) -> anyhow::Result<()> {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    let _listening = tracing::subscriber::set_default(subscriber);
    let block = block(kind).await?;

    let refusals = ask_everything(&block).await?;

    assert_eq!(refusals.len(), 3);
    for status in &refusals {
        let bytes = [status.message().as_bytes(), status.details()].concat();
        assert_eq!(found(&bytes), [""; 0], "{}", status.message());
    }
    let logged = log.0.lock().unwrap().clone();
    assert!(String::from_utf8_lossy(&logged).contains("match_attributes"), "nothing was logged");
    assert_eq!(found(&logged), [""; 0]);
    let kept = sinks(&block).await?;
    assert!(String::from_utf8_lossy(&kept).contains("sim.renewal"), "nothing was kept");
    assert_eq!(found(&kept), [""; 0]);
    Ok(())
}

/// Feeds the markers in wherever something is taken; answers every refusal.
async fn ask_everything(block: &Block) -> anyhow::Result<Vec<Status>> {
    let row = |date| format!("{NIK},{CARD},Zulaikharahasia,{date},Jalanrahasia 7,9182730001");
    let mut people = block.people("korlantas");
    people.import_people(import(&[row("1966-09-04")])).await?;
    let wrong = people.import_people(import(&[row("1966-09-04"), row("Zulaikharahasia")])).await;
    let subject_id = block.resolve("korlantas", NIK).await?;
    let nobody = ResolveSubjectRequest { nik: NOBODYS_NIK.to_owned(), purpose: Some(why()) };
    let nobody = people.resolve_subject(nobody).await;
    let claim = |attribute: Attribute, value: &str| {
        let claims = vec![AttributeClaim { attribute: attribute.into(), value: value.to_owned() }];
        MatchAttributesRequest { subject_id: subject_id.clone(), claims, purpose: Some(why()) }
    };
    people.match_attributes(claim(Attribute::Nik, NIK)).await?;
    people.match_attributes(claim(Attribute::Name, "Zulaikharahasia")).await?;
    let no_date = people.match_attributes(claim(Attribute::BirthDate, "Zulaikharahasia")).await;
    let all = (1..=6).collect();
    let read = ReadAttributesRequest {
        subject_id: subject_id.clone(),
        attributes: all,
        purpose: Some(why()),
    };
    let read = people.read_attributes(read).await?.into_inner().attributes.unwrap();
    assert_eq!((read.nik.as_deref(), read.name.as_deref()), (Some(NIK), Some("Zulaikharahasia")));
    let list = ListAccessesRequest { subject_id, ..Default::default() };
    block.accesses("korlantas").list_accesses(list).await?;
    let client = CreateClientRequest {
        request_id: fresh(),
        display_name: OFFICER.to_owned(),
        scopes: vec!["payments.bills.read".to_owned()],
        ..Default::default()
    };
    block.clients("korlantas").create_client(client).await?;
    Ok(vec![wrong.unwrap_err(), nobody.unwrap_err(), no_date.unwrap_err()])
}

/// Every byte that the block keeps.
async fn sinks(block: &Block) -> anyhow::Result<Vec<u8>> {
    let url = block.database.config.url.reveal();
    if let Some(path) = url.strip_prefix("sqlite://") {
        let path = path.split('?').next().unwrap();
        let files = ["", "-wal"].map(|end| fs::read(format!("{path}{end}")).unwrap_or_default());
        return Ok(files.concat());
    }
    let raw = block.raw().await?;
    let text = |sql: String| {
        let raw = raw.clone();
        async move {
            let rows =
                raw.query_all_raw(Statement::from_string(DatabaseBackend::Postgres, sql)).await?;
            rows.iter().map(|row| row.try_get::<String>("", "it")).collect::<Result<Vec<_>, _>>()
        }
    };
    let tables = "SELECT tablename::text AS it FROM pg_tables WHERE schemaname = 'public'";
    let mut kept = Vec::new();
    for table in text(tables.to_owned()).await? {
        for row in text(format!("SELECT row::text AS it FROM \"{table}\" AS row")).await? {
            kept.extend_from_slice(row.as_bytes());
        }
    }
    Ok(kept)
}

/// The markers in `bytes`, as text in any case, or as PostgreSQL writes bytes.
fn found(bytes: &[u8]) -> Vec<&'static str> {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let hex =
        |marker: &str| marker.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    MARKERS.into_iter().filter(|it| text.contains(it) || text.contains(&hex(it))).collect()
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
