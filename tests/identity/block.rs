//! The block as the tests meet it.

use std::{future::Future, net::SocketAddr};

use rangkai_auth::AuthConfig;
use rangkai_identity::{ClientConfig, Config, Identity, TokensConfig};
use rangkai_primitives::Clock;
use rangkai_proto::identity::v1::{
    ErrorReason, ImportPeopleRequest, Purpose, ResolveSubjectRequest,
    access_service_client::AccessServiceClient, client_service_client::ClientServiceClient,
    person_service_client::PersonServiceClient, token_service_client::TokenServiceClient,
};
use rangkai_rpc::{Ready, Server, ServerConfig};
use rangkai_telemetry::TelemetryConfig;
use rangkai_testkit::{AUDIENCE, Client, ISSUER, Keys, Kind, TestDatabase, caller, fresh};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt as _;

/// The secret of every client that the tests configure.
pub(super) const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// Whom most tests ask about.
pub(super) const NIK: &str = "3174010101900001";
const HEADER: &str = "nik,family_card_number,name,birth_date,address,region_code";

/// The block behind a gate that trusts the test's own tokens.
pub(super) struct Block {
    pub(super) database: TestDatabase,
    pub(super) clock: Clock,
    pub(super) identity: Identity,
    pub(super) keys: Keys,
    pub(super) channel: Channel,
}

/// The whole block as its program runs it, which trusts the tokens that it issues.
pub(super) struct Running {
    pub(super) clock: Clock,
    pub(super) address: SocketAddr,
    pub(super) channel: Channel,
    _database: TestDatabase,
    _stop: DropGuard,
}

pub(super) async fn block(kind: Kind) -> anyhow::Result<Block> {
    let database = rangkai_testkit::database(kind).await?;
    let (keys, clock) = (Keys::new()?, Clock::system());
    let identity = Identity::open(&config(&database, vec![]), clock.clone()).await?;
    let server = Server {
        config: ServerConfig::default(),
        routes: identity.routes(),
        json: Some(identity.json()),
        gate: keys.gate()?,
        ready: Ready::always(),
    };
    let channel = rangkai_testkit::serve(server).await?;
    Ok(Block { database, clock, identity, keys, channel })
}

pub(super) async fn running(kind: Kind, clients: Vec<ClientConfig>) -> anyhow::Result<Running> {
    let database = rangkai_testkit::database(kind).await?;
    let (listener, address) = rangkai_testkit::listen().await?;
    let (clock, stop) = (Clock::system(), CancellationToken::new());
    let config = config(&database, clients);
    let channel = Channel::from_shared(format!("http://{address}"))?.connect_lazy();
    let run = rangkai_identity::run(config, clock.clone(), listener, stop.clone());
    tokio::spawn(async move { run.await.expect("the block runs") });
    Ok(Running { clock, address, channel, _database: database, _stop: stop.drop_guard() })
}

pub(super) fn config(database: &TestDatabase, clients: Vec<ClientConfig>) -> Config {
    Config {
        server: ServerConfig::default(),
        database: database.config.clone(),
        telemetry: TelemetryConfig::default(),
        auth: AuthConfig {
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
            identity: None,
            jwks_file: None,
        },
        tokens: TokensConfig { life_seconds: 600, key_age_days: 90 },
        clients,
    }
}

/// A client as the configuration names it, with [`SECRET`].
pub(super) fn client(id: &str, agency: &str, scopes: &[&str]) -> ClientConfig {
    ClientConfig {
        id: id.to_owned(),
        secret: SECRET.into(),
        agency: agency.to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        roles: vec![],
        acts_for_agencies: false,
    }
}

impl Block {
    /// Somebody of `agency` who may do everything.
    pub(super) fn of(&self, agency: &str) -> Client {
        let scopes = rangkai_testkit::every_scope().unwrap();
        self.keys.client(self.channel.clone(), &caller(agency, &scopes, &[])).unwrap()
    }

    pub(super) fn people(&self, agency: &str) -> PersonServiceClient<Client> {
        PersonServiceClient::new(self.of(agency))
    }

    pub(super) fn accesses(&self, agency: &str) -> AccessServiceClient<Client> {
        AccessServiceClient::new(self.of(agency))
    }

    pub(super) fn clients(&self, agency: &str) -> ClientServiceClient<Client> {
        ClientServiceClient::new(self.of(agency))
    }

    pub(super) fn tokens(&self) -> TokenServiceClient<Channel> {
        TokenServiceClient::new(self.channel.clone())
    }

    /// Brings one person in and answers what `agency` calls that person.
    pub(super) async fn person(&self, agency: &str) -> anyhow::Result<String> {
        self.people("dukcapil")
            .import_people(import(&[row(NIK, "Siti Aminah", "2009-11-22")]))
            .await?;
        self.resolve(agency, NIK).await
    }

    pub(super) async fn resolve(&self, agency: &str, nik: &str) -> anyhow::Result<String> {
        let request = ResolveSubjectRequest { nik: nik.to_owned(), purpose: Some(why()) };
        Ok(self.people(agency).resolve_subject(request).await?.into_inner().subject_id)
    }

    /// The database itself, behind the back of the block.
    pub(super) async fn raw(&self) -> anyhow::Result<DatabaseConnection> {
        Ok(Database::connect(self.database.config.url.reveal()).await?)
    }

    /// Makes every further insert into `table` fail, for as long as `work` runs.
    pub(super) async fn while_broken<T>(
        &self,
        table: &str,
        work: impl Future<Output = T>,
    ) -> anyhow::Result<T> {
        let raw = self.raw().await?;
        let (fail, heal) = match self.database.kind {
            Kind::Sqlite => (
                format!(
                    "CREATE TRIGGER broken BEFORE INSERT ON {table} \
                     BEGIN SELECT RAISE(ABORT, 'broken'); END"
                ),
                "DROP TRIGGER broken".to_owned(),
            ),
            Kind::Postgres => (
                format!(
                    "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS \
                     $$ BEGIN RAISE EXCEPTION 'broken'; END $$; \
                     CREATE TRIGGER broken BEFORE INSERT ON {table} \
                     FOR EACH ROW EXECUTE FUNCTION broken()"
                ),
                "DROP FUNCTION broken CASCADE".to_owned(),
            ),
        };
        raw.execute_unprepared(&fail).await?;
        let done = work.await;
        raw.execute_unprepared(&heal).await?;
        raw.close().await?;
        Ok(done)
    }
}

/// One row of an import.
pub(super) fn row(nik: &str, name: &str, birth_date: &str) -> String {
    format!("{nik},3174010101100001,\"{name}\",{birth_date},\"Jl. Melati No. 7\",3174010001")
}

pub(super) fn import(rows: &[String]) -> ImportPeopleRequest {
    let csv = format!("{HEADER}\n{}\n", rows.join("\n"));
    ImportPeopleRequest { request_id: fresh(), csv: csv.into_bytes() }
}

/// Why most tests ask.
pub(super) fn why() -> Purpose {
    Purpose {
        name: "sim.renewal".to_owned(),
        legal_basis: "Perpol 5/2021".to_owned(),
        case_id: fresh(),
    }
}

/// Holds a refusal against its contract; answers its metadata.
pub(super) fn refused(
    status: &Status,
    code: Code,
    reason: ErrorReason,
) -> std::collections::HashMap<String, String> {
    let info = status.get_details_error_info().expect("a reason");
    assert_eq!(
        (status.code(), info.reason.as_str(), info.domain.as_str()),
        (code, reason.as_str_name(), "rangkai.identity.v1"),
    );
    info.metadata
}

/// The fields that a refused request names.
pub(super) fn named(status: &Status) -> Vec<String> {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let broken = status.get_details_bad_request().expect("the broken fields").field_violations;
    broken.into_iter().map(|violation| violation.field).collect()
}
