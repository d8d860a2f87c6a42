//! The block as a process runs it: its server and its jobs, which go together.

use rangkai_db::Db;
use rangkai_primitives::Clock;
use rangkai_proto::registration::v1::catalogue_service_client::CatalogueServiceClient;
use rangkai_registration::Registration;
use rangkai_rpc::Block;
use rangkai_testkit::{Keys, Kind, TestDatabase, caller, database};
use sea_orm::Database;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tonic::{service::Routes, transport::Endpoint};

use super::{
    invariants::number,
    office::{PERMIT, SCOPES, config, publish},
};

#[tokio::test]
async fn a_block_that_stops_leaves_no_audit_entry_unsealed() -> anyhow::Result<()> {
    let database = database(Kind::Sqlite).await?;
    let (keys, stop) = (Keys::new()?, CancellationToken::new());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let channel = Endpoint::new(format!("http://{}", listener.local_addr()?))?.connect_lazy();
    let client = keys.client(channel, &caller("korlantas", &SCOPES, &[]))?;
    let running = run(open(&database).await?, &keys, listener, stop.clone())?;

    CatalogueServiceClient::new(client).publish_service(publish(PERMIT)).await?;
    stop.cancel();
    running.await??;

    let rows = Database::connect(database.config.url.reveal()).await?;
    assert_eq!(number(&rows, "SELECT count(*) AS n FROM audit_unsealed").await?, 0);
    assert_eq!(number(&rows, "SELECT count(*) AS n FROM audit_seal").await?, 1);
    rows.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_job_that_breaks_ends_the_block() -> anyhow::Result<()> {
    let database = database(Kind::Sqlite).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let (block, stop) = (Clumsy(open(&database).await?), CancellationToken::new());

    let ended = run(block, &Keys::new()?, listener, stop)?.await?;

    assert_eq!(ended.unwrap_err().to_string(), "a background job broke");
    Ok(())
}

/// A block whose job breaks.
#[derive(Clone)]
struct Clumsy(Registration);

impl Block for Clumsy {
    fn routes(&self) -> Routes {
        self.0.routes()
    }

    fn db(&self) -> &Db {
        self.0.db()
    }

    async fn ready(&self) -> bool {
        self.0.ready().await
    }

    async fn work(&self, _: CancellationToken) {
        panic!("a job that breaks");
    }
}

async fn open(database: &TestDatabase) -> anyhow::Result<Registration> {
    Registration::open(&config(database), Clock::system()).await
}

fn run(
    block: impl Block,
    keys: &Keys,
    listener: TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<JoinHandle<anyhow::Result<()>>> {
    let (server, gate) = (rangkai_rpc::ServerConfig::default(), keys.gate()?);
    Ok(tokio::spawn(async move { rangkai_rpc::run(block, server, gate, listener, stop).await }))
}
