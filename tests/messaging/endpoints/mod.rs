//! Facts of other blocks, as they reach the endpoints of agencies.

mod lasting;
mod receiver;
mod reception;
mod registering;
mod repeating;
mod secrecy;
mod sending;
mod signing;
mod teller;

use std::{collections::BTreeSet, time::Duration};

use rangkai_messaging::Messaging;
use rangkai_outbound::Destination;
use rangkai_primitives::Clock;
use rangkai_proto::messaging::v1::{
    Delivery, DeliveryState, Endpoint, ListDeliveriesRequest, RegisterEndpointRequest,
    RegisterEndpointResponse, endpoint_service_client::EndpointServiceClient,
};
use rangkai_rpc::EndpointConfig;
use rangkai_testkit::{Client, Kind, fresh};
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::Status;

use self::{receiver::Receiver, teller::Teller};
use super::stage::Stage;

/// After this, what did not come never does.
const PATIENCE: Duration = Duration::from_mins(2);

/// A messaging block that hears what a teller tells, and an address outside.
struct House {
    stage: Stage,
    teller: Teller,
    receiver: Receiver,
    _listening: DropGuard,
}

/// Whoever speaks for an agency about its endpoints.
type Endpoints = EndpointServiceClient<Client>;

impl House {
    async fn open(kind: Kind) -> anyhow::Result<Self> {
        Self::with(kind, |_| ()).await
    }

    /// A house whose configuration `change` changes.
    async fn with(
        kind: Kind,
        change: impl Fn(&mut rangkai_messaging::Config),
    ) -> anyhow::Result<Self> {
        let clock = Clock::system();
        let (teller, receiver) = (Teller::start(clock.clone()).await?, Receiver::start().await?);
        let stage = Stage::at(kind, clock, |config| {
            let payments = EndpointConfig::at(teller.url());
            config.endpoints.insert("payments".to_owned(), payments);
            config.outbound.allow.push(receiver.destination());
            change(config);
        })
        .await?;
        let listening = listen(&stage.messaging);
        Ok(Self { stage, teller, receiver, _listening: listening })
    }

    fn agency(&self, agency: &str) -> anyhow::Result<Endpoints> {
        Ok(EndpointServiceClient::new(self.stage.agent(agency)?.client))
    }

    /// Registers the receiver for every fact of payments.
    async fn register(&self, agency: &str) -> anyhow::Result<RegisterEndpointResponse> {
        let request = asking(&self.receiver.url("/"), &["rangkai.payments.v1.*"]);
        Ok(self.agency(agency)?.register_endpoint(request).await?.into_inner())
    }

    /// The deliveries to an endpoint, newest first.
    async fn deliveries(&self, agency: &str, endpoint: &str) -> Result<Vec<Delivery>, Status> {
        let request =
            ListDeliveriesRequest { endpoint_id: endpoint.to_owned(), ..Default::default() };
        let mut agency = self.agency(agency).unwrap();
        Ok(agency.list_deliveries(request).await?.into_inner().deliveries)
    }

    /// Waits until messaging has heard of facts and queued `count` deliveries to an endpoint.
    async fn until_queued(&self, agency: &str, endpoint: &str, count: usize) {
        let queued = async {
            while self.deliveries(agency, endpoint).await.unwrap().len() < count {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, queued).await.expect("it was never queued");
    }

    /// Tells of a paid bill, waits until that is queued, and answers the endpoint.
    async fn one_queued(&self, agency: &str) -> anyhow::Result<RegisterEndpointResponse> {
        let registered = self.register(agency).await?;
        let id = id(&registered);
        self.teller.bill_paid(agency).await?;
        self.until_queued(agency, &id, 1).await;
        Ok(registered)
    }

    /// Passes until nothing is due; answers how many deliveries that were.
    async fn send(&self) -> anyhow::Result<usize> {
        let mut count = 0;
        loop {
            match self.stage.messaging.send_webhooks_due().await? {
                0 => return Ok(count),
                more => count += more,
            }
        }
    }

    /// The newest delivery to an endpoint.
    async fn newest(&self, agency: &str, endpoint: &str) -> Delivery {
        self.deliveries(agency, endpoint).await.unwrap().remove(0)
    }
}

/// Lets a block hear what others tell, until the guard is dropped.
fn listen(messaging: &Messaging) -> DropGuard {
    let stop = CancellationToken::new();
    let (messaging, until) = (messaging.clone(), stop.clone());
    tokio::spawn(async move { messaging.hear_all(until).await });
    stop.drop_guard()
}

/// A destination on this machine, as an operator allows it for trying out.
fn local(port: u16) -> Destination {
    Destination {
        host: "127.0.0.1".to_owned(),
        ports: vec![port],
        http: true,
        addresses: vec!["127.0.0.1".to_owned()],
    }
}

fn asking(url: &str, types: &[&str]) -> RegisterEndpointRequest {
    RegisterEndpointRequest {
        request_id: fresh(),
        url: url.to_owned(),
        event_types: types.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn id(registered: &RegisterEndpointResponse) -> String {
    registered.endpoint.as_ref().unwrap().endpoint_id.clone()
}

fn endpoint(registered: &RegisterEndpointResponse) -> Endpoint {
    registered.endpoint.clone().unwrap()
}

/// The states in which deliveries are.
fn states(deliveries: &[Delivery]) -> BTreeSet<DeliveryState> {
    deliveries.iter().map(Delivery::state).collect()
}
