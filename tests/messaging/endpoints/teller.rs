//! Another block's log, without the block.

use rangkai_db::{Db, DbErr, MigrationTrait, MigratorTrait, base_migrations};
use rangkai_events::{Log, READ_ALL};
use rangkai_primitives::{Caller, Clock};
use rangkai_proto::payments::v1::{BillIssued, BillPaid};
use rangkai_testkit::{Kind, TestDatabase, database};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Status, service::interceptor::InterceptedService, transport::Server};
use uuid::Uuid;

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        base_migrations()
    }
}

/// Tells facts of payments.
pub(super) struct Teller {
    db: Db,
    url: String,
    _database: TestDatabase,
}

impl Teller {
    pub(super) async fn start(clock: Clock) -> anyhow::Result<Self> {
        let database = database(Kind::Sqlite).await?;
        let db = Db::open::<Schema>(&database.config, clock).await?;
        let reader = Caller {
            scopes: vec![READ_ALL.to_owned()],
            ..Caller::block("messaging", "platform".parse()?)
        };
        let log =
            InterceptedService::new(Log::service(db.clone()), move |mut request: Request<()>| {
                request.extensions_mut().insert(reader.clone());
                Ok::<_, Status>(request)
            });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let incoming = TcpListenerStream::new(listener);
        tokio::spawn(Server::builder().add_service(log).serve_with_incoming(incoming));
        Ok(Self { db, url, _database: database })
    }

    pub(super) fn url(&self) -> String {
        self.url.clone()
    }

    /// Tells that a bill of `agency` was paid; answers its id.
    pub(super) async fn bill_paid(&self, agency: &str) -> anyhow::Result<Uuid> {
        let bill = Uuid::now_v7();
        let fact = BillPaid { bill_id: bill.to_string(), ..Default::default() };
        let tell = move |tx| {
            let fact = fact.clone();
            async move { rangkai_events::record(&tx, bill, &fact).await }
        };
        self.tell(agency, tell).await?;
        Ok(bill)
    }

    /// Tells that a bill of `agency` was issued; answers its id.
    pub(super) async fn bill_issued(&self, agency: &str) -> anyhow::Result<Uuid> {
        let bill = Uuid::now_v7();
        let fact = BillIssued { bill_id: bill.to_string(), ..Default::default() };
        let tell = move |tx| {
            let fact = fact.clone();
            async move { rangkai_events::record(&tx, bill, &fact).await }
        };
        self.tell(agency, tell).await?;
        Ok(bill)
    }

    async fn tell<F, Fut>(&self, agency: &str, tell: F) -> anyhow::Result<()>
    where
        F: Fn(rangkai_db::Tx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), DbErr>> + Send + 'static,
    {
        let caller = Caller::block("payments", agency.parse()?);
        Ok(self.db.act::<_, DbErr, _, _>(caller, "tell", tell).await?)
    }
}
