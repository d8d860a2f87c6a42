//! A server with a service that does what a test needs.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::{Stream, StreamExt as _, stream};
use rangkai_auth::{Claims, Gate, Signer, key_set};
use rangkai_config::Secret;
use rangkai_primitives::{Caller, Clock};
use rangkai_proto::{
    events::v1::{
        ReadEventsRequest, ReadEventsResponse,
        event_service_client::EventServiceClient,
        event_service_server::{EventService, EventServiceServer},
    },
    payments::v1::{
        self as wire,
        bill_service_client::BillServiceClient,
        bill_service_server::{BillService, BillServiceServer},
    },
};
use rangkai_rpc::{Client, EndpointConfig, Ready, ServeError, Server, ServerConfig, connect};
use tokio::{net::TcpListener, sync::Semaphore, sync::oneshot, task::JoinHandle};
use tonic::{Request, Response, Status, service::Routes, transport::Channel};

const ISSUER: &str = "https://identity.test";
const AUDIENCE: &str = "rangkai";

/// What the service does: waits in `GetBill`, panics in `FindBill`.
#[derive(Clone)]
pub struct Bills {
    /// One permit for each call that has entered `GetBill`.
    pub entered: Arc<Semaphore>,
    /// One permit lets one call leave it.
    pub leave: Arc<Semaphore>,
    /// How much text `CancelBill` answers.
    pub answer: usize,
}

/// A running server.
pub struct Running {
    pub address: SocketAddr,
    pub channel: Channel,
    pub bills: Bills,
    pub ready: Arc<AtomicBool>,
    pub stop: oneshot::Sender<()>,
    pub ended: JoinHandle<Result<(), ServeError>>,
    token: Secret,
}

impl Running {
    /// Calls with a token that grants everything.
    pub fn client(&self) -> Client {
        Client::new(self.channel.clone()).with_token(self.token.clone())
    }

    pub fn payments(&self) -> BillServiceClient<Client> {
        BillServiceClient::new(self.client())
    }

    pub fn events(&self) -> EventServiceClient<Client> {
        EventServiceClient::new(self.client())
    }

    /// The token itself.
    pub fn token(&self) -> &str {
        self.token.reveal()
    }
}

/// Starts a server with one change to the usual limits.
pub async fn start(change: impl FnOnce(&mut ServerConfig)) -> Running {
    start_with(change, None).await
}

/// The same with a JSON interface.
pub async fn start_with(
    change: impl FnOnce(&mut ServerConfig),
    json: Option<axum::Router>,
) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut config = ServerConfig::at(address);
    config.readiness_interval_ms = 5;
    change(&mut config);
    let bills = Bills {
        entered: Arc::new(Semaphore::new(0)),
        leave: Arc::new(Semaphore::new(0)),
        answer: 8,
    };
    let ready = Arc::new(AtomicBool::new(true));
    let probe = ready.clone();
    let (gate, token) = gate();
    let server = Server {
        config,
        routes: Routes::new(BillServiceServer::new(bills.clone()))
            .add_service(EventServiceServer::new(bills.clone())),
        json,
        gate,
        ready: Ready::new(move || std::future::ready(probe.load(Ordering::SeqCst))),
    };
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(server.serve(listener, async { drop(stopped.await) }));
    let channel = connect(&EndpointConfig::at(format!("http://{address}"))).unwrap();
    Running { address, channel, bills, ready, stop, ended, token }
}

fn gate() -> (Gate, Secret) {
    let signer = Signer::open(Signer::new_key().unwrap().reveal()).unwrap();
    let scopes = ["payments.bills.write", "payments.bills.read", "events.read"];
    let caller = Caller {
        id: "test".to_owned(),
        agency: "korlantas".parse().unwrap(),
        scopes: scopes.map(str::to_owned).to_vec(),
        roles: Vec::new(),
        on_behalf: None,
    };
    let (now, life) = (Clock::system().now(), Duration::from_hours(1));
    let claims = Claims::of(&caller, ISSUER, AUDIENCE, "one".to_owned(), now, life);
    let token = signer.mint(&claims).unwrap().into();
    (Gate::with_keys(&key_set([&signer]), ISSUER, AUDIENCE).unwrap(), token)
}

/// Any bill.
pub fn bill_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

#[tonic::async_trait]
impl BillService for Bills {
    async fn issue_bill(
        &self,
        _: Request<wire::IssueBillRequest>,
    ) -> Result<Response<wire::IssueBillResponse>, Status> {
        Ok(Response::new(wire::IssueBillResponse::default()))
    }

    async fn get_bill(
        &self,
        _: Request<wire::GetBillRequest>,
    ) -> Result<Response<wire::GetBillResponse>, Status> {
        self.entered.add_permits(1);
        self.leave.acquire().await.unwrap().forget();
        Ok(Response::new(wire::GetBillResponse::default()))
    }

    async fn find_bill(
        &self,
        _: Request<wire::FindBillRequest>,
    ) -> Result<Response<wire::FindBillResponse>, Status> {
        panic!("a test wants to see what becomes of this");
    }

    async fn list_bills(
        &self,
        request: Request<wire::ListBillsRequest>,
    ) -> Result<Response<wire::ListBillsResponse>, Status> {
        let left = rangkai_rpc::remaining().unwrap().as_secs().to_string();
        let trace = request.metadata().get("traceparent").map(|it| it.to_str().unwrap().to_owned());
        let next_page_token = format!("{left} {}", trace.unwrap_or_default());
        Ok(Response::new(wire::ListBillsResponse { bills: Vec::new(), next_page_token }))
    }

    async fn amend_bill(
        &self,
        _: Request<wire::AmendBillRequest>,
    ) -> Result<Response<wire::AmendBillResponse>, Status> {
        Ok(Response::new(wire::AmendBillResponse::default()))
    }

    async fn cancel_bill(
        &self,
        request: Request<wire::CancelBillRequest>,
    ) -> Result<Response<wire::CancelBillResponse>, Status> {
        let size = request.into_inner().etag.parse().unwrap_or(self.answer);
        let bill = wire::Bill { bill_id: "x".repeat(size), ..wire::Bill::default() };
        Ok(Response::new(wire::CancelBillResponse { bill: Some(bill) }))
    }
}

#[tonic::async_trait]
impl EventService for Bills {
    type ReadEventsStream =
        std::pin::Pin<Box<dyn Stream<Item = Result<ReadEventsResponse, Status>> + Send>>;

    async fn read_events(
        &self,
        request: Request<ReadEventsRequest>,
    ) -> Result<Response<Self::ReadEventsStream>, Status> {
        let first = stream::iter([Ok(ReadEventsResponse::default())]);
        if request.into_inner().follow {
            return Ok(Response::new(Box::pin(first.chain(stream::pending()))));
        }
        let broken = stream::once(async { panic!("a test wants to see what becomes of this") });
        Ok(Response::new(Box::pin(first.chain(broken))))
    }
}
