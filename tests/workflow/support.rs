//! A running workflow block, the double that it calls, and the callers who talk to it.

use std::{collections::BTreeMap, time::Duration};

use rangkai_auth::{AuthConfig, EndpointConfig};
use rangkai_outbound::OutboundConfig;
use rangkai_primitives::{Caller, Clock};
use rangkai_proto::workflow::v1::{
    CancelInstanceRequest, HistoryEntry, Instance, ListHistoryRequest, PublishDefinitionRequest,
    WatchInstanceRequest, definition_service_client::DefinitionServiceClient,
    descriptor_service_client::DescriptorServiceClient,
    instance_service_client::InstanceServiceClient,
};
use rangkai_rpc::{Block as _, Ready, Server, ServerConfig};
use rangkai_testkit::{
    AUDIENCE, Client, ISSUER, Keys, Kind, TestDatabase, caller, database, fresh, listen, serve_on,
};
use rangkai_workflow::{Config, EngineConfig, Workflow};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use tonic::{Status, transport::Channel};

pub use super::words::{document, expired, is_final, output, paid, payment, refund, start};
use super::{double::Double, issuer::Issuer};

/// What an agency's own people may do.
const SCOPES: [&str; 5] = [
    "workflow.definitions.read",
    "workflow.definitions.write",
    "workflow.instances.read",
    "workflow.instances.write",
    "events.read",
];

/// A test that takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(1);

pub const DAY: Duration = Duration::from_hours(24);

/// A running workflow block on a database of its own.
pub struct House {
    pub config: Config,
    pub clock: Clock,
    pub double: Double,
    pub channel: Channel,
    pub keys: Keys,
    _database: TestDatabase,
}

/// A process that leads instances on.
pub struct Process {
    stop: CancellationToken,
    working: JoinHandle<()>,
}

/// The services as one caller uses them.
#[derive(Clone)]
pub struct Desk {
    pub definitions: DefinitionServiceClient<Client>,
    pub descriptors: DescriptorServiceClient<Client>,
    pub instances: InstanceServiceClient<Client>,
    pub client: Client,
}

impl House {
    pub async fn open(kind: Kind) -> anyhow::Result<Self> {
        Self::open_with(kind, |_| ()).await
    }

    /// A house whose configuration is changed beforehand.
    pub async fn open_with(kind: Kind, change: impl FnOnce(&mut Config)) -> anyhow::Result<Self> {
        let (listener, _) = listen().await?;
        Self::open_on(listener, kind, (Keys::new()?, None), change).await
    }

    /// A house whose workflows may call the block itself and hear what it tells.
    pub async fn calling_itself(kind: Kind) -> anyhow::Result<Self> {
        let keys = Keys::new()?;
        let issuer = Issuer::open(keys.clone()).await?;
        let (listener, _) = listen().await?;
        Self::open_on(listener, kind, (keys, Some(issuer)), |_| ()).await
    }

    async fn open_on(
        listener: TcpListener,
        kind: Kind,
        (keys, issuer): (Keys, Option<Issuer>),
        change: impl FnOnce(&mut Config),
    ) -> anyhow::Result<Self> {
        let (database, double) = (database(kind).await?, Double::open().await?);
        let (clock, itself) = (Clock::system(), format!("http://{}", listener.local_addr()?));
        let itself = issuer.as_ref().map(|_| ("workflow".to_owned(), EndpointConfig::at(itself)));
        let endpoint = EndpointConfig::at(&double.url);
        let mut config = Config {
            server: ServerConfig::default(),
            database: database.config.clone(),
            telemetry: rangkai_telemetry::TelemetryConfig::default(),
            auth: AuthConfig {
                issuer: ISSUER.to_owned(),
                audience: AUDIENCE.to_owned(),
                identity: None,
                jwks_file: None,
            },
            engine: EngineConfig {
                holder: String::new(),
                lease_ms: 600,
                poll_min_ms: 5,
                poll_max_ms: 50,
                in_flight: 64,
                call_pause_min_ms: 2,
                call_pause_max_ms: 20,
                call_failures: 4,
                drain_ms: 5_000,
                event_retention_days: 400,
            },
            endpoints: [("payments".to_owned(), endpoint)].into_iter().chain(itself).collect(),
            credentials: issuer.map(|issuer| issuer.credentials()),
            outbound: OutboundConfig {
                allow: Vec::new(),
                connect_timeout_ms: 2_000,
                timeout_ms: 10_000,
                max_request_bytes: 65_536,
                max_answer_bytes: 524_288,
                authority_file: None,
            },
            hosts: BTreeMap::new(),
            secrets: BTreeMap::new(),
        };
        change(&mut config);
        let block = Workflow::open(&config, clock.clone()).await?;
        let server = Server {
            config: config.server.clone(),
            routes: block.routes(),
            json: None,
            gate: keys.gate()?,
            ready: Ready::always(),
        };
        let channel = serve_on(listener, server)?;
        Ok(Self { config, clock, double, channel, keys, _database: database })
    }

    /// A house in which a process is at work.
    pub async fn at_work(kind: Kind) -> anyhow::Result<(Self, Desk, Process)> {
        let house = Self::open(kind).await?;
        let (desk, process) = (house.desk("korlantas")?, house.process().await?);
        Ok((house, desk, process))
    }

    /// Starts another process on the same database.
    pub async fn process(&self) -> anyhow::Result<Process> {
        let (block, stop) =
            (Workflow::open(&self.config, self.clock.clone()).await?, CancellationToken::new());
        let until = stop.clone();
        let working = tokio::spawn(async move { block.work(until).await });
        Ok(Process { stop, working })
    }

    pub fn desk(&self, agency: &str) -> anyhow::Result<Desk> {
        self.desk_of(&caller(agency, &SCOPES, &[]))
    }

    pub fn desk_of(&self, caller: &Caller) -> anyhow::Result<Desk> {
        let client = self.keys.client(self.channel.clone(), caller)?;
        Ok(Desk {
            definitions: DefinitionServiceClient::new(client.clone()),
            descriptors: DescriptorServiceClient::new(client.clone()),
            instances: InstanceServiceClient::new(client.clone()),
            client,
        })
    }
}

impl Process {
    /// Ends the process as SIGKILL does: nothing of it runs on.
    pub async fn kill(self) {
        self.working.abort();
        // It was just ended by force.
        let _ = self.working.await;
    }

    /// Asks the process to stop, and waits until it has.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        Ok(timeout(PATIENCE, self.working).await??)
    }
}

impl Desk {
    /// Publishes a workflow whose `do` is `tasks`.
    pub async fn publish(&self, name: &str, tasks: &str) -> Result<(), Status> {
        self.publish_document(document(name, tasks)).await
    }

    /// Publishes a whole document.
    pub async fn publish_document(&self, document: String) -> Result<(), Status> {
        let request = PublishDefinitionRequest { request_id: fresh(), document };
        self.definitions.clone().publish_definition(request).await.map(|_| ())
    }

    /// Starts an instance.
    pub async fn start(&self, name: &str, input: &Value) -> Result<Instance, Status> {
        let request = start(name, input);
        let answer = self.instances.clone().start_instance(request).await?;
        Ok(answer.into_inner().instance.unwrap())
    }

    /// Publishes a workflow and starts an instance of it.
    pub async fn begin(&self, tasks: &str, input: &Value) -> Result<Instance, Status> {
        let name = format!("w{}", fresh());
        self.publish(&name, tasks).await?;
        self.start(&name, input).await
    }

    /// Watches an instance until it is as wanted.
    pub async fn until(
        &self,
        instance: &Instance,
        wanted: impl Fn(&Instance) -> bool,
    ) -> anyhow::Result<Instance> {
        let request = WatchInstanceRequest { instance_id: instance.instance_id.clone() };
        let mut stream = self.instances.clone().watch_instance(request).await?.into_inner();
        let found = timeout(PATIENCE, async {
            while let Some(answer) = stream.message().await? {
                let instance = answer.instance.unwrap();
                if wanted(&instance) {
                    return Ok(instance);
                }
                anyhow::ensure!(!is_final(&instance), "it ended: {instance:?}");
            }
            anyhow::bail!("the stream ended")
        });
        found.await?
    }

    /// Watches an instance to its end.
    pub async fn end(&self, instance: &Instance) -> anyhow::Result<Instance> {
        self.until(instance, is_final).await
    }

    /// Watches an instance until it stands at a task.
    pub async fn at(&self, instance: &Instance, task: &str) -> anyhow::Result<Instance> {
        self.until(instance, |it| it.positions.iter().any(|position| position == task)).await
    }

    /// Cancels an instance.
    pub async fn cancel(&self, instance: &Instance) -> Result<Instance, Status> {
        let request = CancelInstanceRequest {
            request_id: fresh(),
            instance_id: instance.instance_id.clone(),
            reason: "no longer wanted".to_owned(),
        };
        let answer = self.instances.clone().cancel_instance(request).await?;
        Ok(answer.into_inner().instance.unwrap())
    }

    /// The history of an instance.
    pub async fn history(&self, instance: &Instance) -> Result<Vec<HistoryEntry>, Status> {
        let instance_id = instance.instance_id.clone();
        let request = ListHistoryRequest { instance_id, page_size: 500, page_token: String::new() };
        Ok(self.instances.clone().list_history(request).await?.into_inner().entries)
    }
}
