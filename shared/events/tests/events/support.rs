//! A teller of facts, a server for its log, and a listener.

use std::time::Duration;

use rangkai_db::{
    DatabaseConfig, Db, DbErr, MigrationTrait, MigratorTrait, SqlMigration, base_migrations, sql,
};
use rangkai_events::{Log, READ_ALL};
use rangkai_primitives::{Caller, Clock};
use rangkai_proto::{
    events::v1::{Event, ReadEventsRequest, event_service_client::EventServiceClient},
    r#type::v1::Date,
};
use sea_orm::{ConnectionTrait as _, Database};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{
    Request, Status,
    service::interceptor::InterceptedService,
    transport::{Channel, Server},
};
use uuid::Uuid;

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let heard = "CREATE TABLE heard (position bigint PRIMARY KEY, agency text NOT NULL)";
        let mut all = base_migrations();
        all.push(Box::new(SqlMigration::new("m0001_heard", heard)));
        all
    }
}

/// An empty database; a `SQLite` file goes with it.
pub(crate) struct Place {
    config: DatabaseConfig,
    _folder: Option<TempDir>,
}

impl Place {
    pub(crate) async fn open(&self) -> Db {
        Db::open::<Schema>(&self.config, Clock::system()).await.unwrap()
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.config.url.reveal().starts_with("postgres")
    }
}

pub(crate) async fn places() -> Vec<Place> {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("test.db").display());
    let mut places = vec![Place { config: config(url), _folder: Some(folder) }];
    #[expect(clippy::disallowed_methods, reason = "tests are not configured by a file")]
    if let Ok(server) = std::env::var("TEST_DATABASE_URL") {
        let name = format!("test_{}", Uuid::now_v7().simple());
        let admin = Database::connect(&server).await.unwrap();
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        let (server, _) = server.rsplit_once('/').unwrap();
        places.push(Place { config: config(format!("{server}/{name}")), _folder: None });
    }
    places
}

fn config(url: String) -> DatabaseConfig {
    let key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    DatabaseConfig { url: url.into(), max_connections: 8, key: key.into(), migrate: true }
}

pub(crate) fn caller(agency: &str) -> Caller {
    Caller::block("test", agency.parse().unwrap())
}

pub(crate) fn day(day: i32) -> Date {
    Date { year: 2026, month: 1, day }
}

/// Records one fact in a transaction of its own.
pub(crate) async fn tell(db: &Db, agency: &str, subject: Uuid, fact: Date) {
    let work = move |tx| async move { rangkai_events::record(&tx, subject, &fact).await };
    db.act_for(caller(agency), "tell", Some("00-trace".into()), work).await.unwrap();
}

/// Serves the log of `db` to `caller`.
pub(crate) async fn serve(db: &Db, caller: Caller) -> Channel {
    let log = InterceptedService::new(Log::service(db.clone()), move |mut request: Request<()>| {
        request.extensions_mut().insert(caller.clone());
        Ok::<_, Status>(request)
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let incoming = TcpListenerStream::new(listener);
    tokio::spawn(Server::builder().add_service(log).serve_with_incoming(incoming));
    Channel::from_shared(url).unwrap().connect_lazy()
}

/// One that may hear of every agency.
pub(crate) fn anybody() -> Caller {
    Caller { scopes: vec![READ_ALL.to_owned()], ..caller("platform") }
}

/// Reads the log to its end.
pub(crate) async fn read(channel: &Channel, request: ReadEventsRequest) -> Vec<Event> {
    let mut client = EventServiceClient::new(channel.clone());
    let mut stream = client.read_events(request).await.unwrap().into_inner();
    let mut events = Vec::new();
    while let Some(answer) = stream.message().await.unwrap() {
        events.push(answer.event.unwrap());
    }
    events
}

pub(crate) async fn number(db: &Db, query: &'static str) -> i64 {
    let read = move |tx| async move {
        let rows = sql::query(&tx, query, []).await?;
        rows[0].try_get_by_index::<i64>(0)
    };
    db.read::<_, DbErr, _, _>(caller("platform"), read).await.unwrap()
}

/// Waits until `query` answers `expected`.
pub(crate) async fn until(db: &Db, query: &'static str, expected: i64) {
    let wait = async {
        while number(db, query).await != expected {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), wait).await.expect("it never came to be");
}
