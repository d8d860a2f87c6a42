//! The workflow block as it runs in production, and callers who start workflows and wait for them.

use rangkai_auth::EndpointConfig;
use rangkai_primitives::Clock;
use rangkai_proto::{
    payments::v1::refund_service_server::RefundServiceServer,
    workflow::v1::{
        InstanceState, PublishDefinitionRequest, StartInstanceRequest, WatchInstanceRequest,
        definition_service_client::DefinitionServiceClient,
        instance_service_client::InstanceServiceClient,
    },
};
use rangkai_rpc::ServerConfig;
use rangkai_testkit::{Client, Keys, TestDatabase, caller, fresh, listen};
use rangkai_workflow::{Config, DEFAULTS, Workflow};
use tokio::{runtime::Handle, task::JoinHandle};
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::transport::Endpoint;
use uuid::Uuid;

use super::double::Double;
use crate::{fill::AGENCY, load::Deed, options::Options};

/// How many connections the callers share.
const CHANNELS: usize = 4;
const SCOPES: [&str; 3] =
    ["workflow.definitions.write", "workflow.instances.write", "workflow.instances.read"];
/// Three calls, one after the other.
const DOCUMENT: &str = "\
document: {dsl: 1.0.3, namespace: bench, name: three, version: 1.0.0}
do:
  - one: &call
      call: rangkai.payments.v1.RefundService.IssueRefund:1@default
      with: {billId: bill, reason: bench}
  - two: *call
  - three: *call
";

/// A running block.
pub(super) struct House {
    clients: Vec<Client>,
    definition: Uuid,
    running: JoinHandle<anyhow::Result<()>>,
    stop: DropGuard,
}

/// A caller who starts one workflow after another.
pub(super) struct Caller(InstanceServiceClient<Client>);

impl House {
    /// Opens the block on `database`, and serves it and its double on a runtime of their own.
    pub(super) async fn open(
        database: &TestDatabase,
        options: &Options,
        server: &Handle,
    ) -> anyhow::Result<Self> {
        let (keys, double) = (Keys::new()?, listen().await?);
        let mut config: Config = toml::from_str(DEFAULTS)?;
        config.server = ServerConfig::default();
        config.database = database.config.clone();
        config.database.max_connections = options.connections;
        config.engine.in_flight = 512;
        let payments = EndpointConfig::at(format!("http://{}", double.1));
        config.endpoints.insert("payments".to_owned(), payments);
        let (listener, address) = listen().await?;
        let (gate, stop) = (keys.gate()?, CancellationToken::new());
        let until = stop.clone();
        let answers = tonic::transport::Server::builder()
            .add_service(RefundServiceServer::new(Double))
            .serve_with_incoming(TcpListenerStream::new(double.0));
        server.spawn(answers);
        let running = server.spawn(async move {
            let workflow = Workflow::open(&config, Clock::system()).await?;
            rangkai_rpc::run(workflow, config.server, gate, listener, until).await
        });
        let caller = caller(AGENCY, &SCOPES, &[]);
        let endpoint = Endpoint::try_from(format!("http://{address}"))?;
        let clients = (0..CHANNELS).map(|_| keys.client(endpoint.connect_lazy(), &caller));
        let clients = clients.collect::<Result<Vec<_>, _>>()?;
        let definition = publish(&clients[0]).await?;
        Ok(Self { clients, definition, running, stop: stop.drop_guard() })
    }

    /// The workflow that callers start.
    pub(super) fn definition(&self) -> Uuid {
        self.definition
    }

    /// As many callers as asked for.
    pub(super) fn callers(&self, count: usize) -> Vec<Caller> {
        let client = |index: usize| self.clients[index % CHANNELS].clone();
        (0..count).map(|index| Caller(InstanceServiceClient::new(client(index)))).collect()
    }

    /// Stops the block in order.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        drop(self.clients);
        drop(self.stop);
        self.running.await?
    }
}

async fn publish(client: &Client) -> anyhow::Result<Uuid> {
    let request = PublishDefinitionRequest { request_id: fresh(), document: DOCUMENT.to_owned() };
    let mut definitions = DefinitionServiceClient::new(client.clone());
    let answer = definitions.publish_definition(request).await?.into_inner();
    Ok(answer.definition.unwrap_or_default().definition_id.parse()?)
}

impl Deed for Caller {
    async fn once(&mut self) -> anyhow::Result<()> {
        let request = StartInstanceRequest {
            request_id: fresh(),
            namespace: "bench".to_owned(),
            name: "three".to_owned(),
            ..StartInstanceRequest::default()
        };
        let started = self.0.start_instance(request).await?.into_inner().instance;
        let instance_id = started.unwrap_or_default().instance_id;
        let mut seen =
            self.0.watch_instance(WatchInstanceRequest { instance_id }).await?.into_inner();
        while let Some(answer) = seen.message().await? {
            match answer.instance.unwrap_or_default().state() {
                InstanceState::Completed => return Ok(()),
                InstanceState::Faulted | InstanceState::Cancelled => {
                    anyhow::bail!("a workflow did not end well")
                }
                InstanceState::Unspecified | InstanceState::Running | InstanceState::Waiting => {}
            }
        }
        anyhow::bail!("the stream ended before the workflow")
    }
}
