//! A block that does what a test says: it counts the effects of each request, and tells what the
//! test lets it tell.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use prost::{Message, Name};
use rangkai_primitives::Clock;
use rangkai_proto::{
    events::v1::{
        Event, ReadEventsRequest, ReadEventsResponse,
        event_service_server::{EventService, EventServiceServer},
    },
    payments::v1::{
        ConfirmRefundRequest, ConfirmRefundResponse, GetRefundRequest, GetRefundResponse,
        IssueRefundRequest, IssueRefundResponse, ListRefundsRequest, ListRefundsResponse, Refund,
        refund_service_server::{RefundService, RefundServiceServer},
    },
};
use rangkai_testkit::{fresh, listen};
use tokio::sync::{Notify, mpsc, watch};
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::{Request, Response, Status};

/// What the double does with a call.
#[derive(Clone, Debug)]
pub enum Play {
    /// It has its effect and answers.
    Answer,
    /// It answers this and has no effect.
    Refuse(Status),
    /// It has its effect, and the answer is lost.
    Swallow,
    /// It says that it was called, and goes on when the test lets it: before its effect.
    HoldBefore(Arc<Notify>),
    /// The same, after its effect.
    HoldAfter(Arc<Notify>),
}

/// The double, and what it saw.
#[derive(Clone)]
pub struct Double {
    seen: Arc<watch::Sender<Seen>>,
    plays: Arc<Mutex<Vec<Play>>>,
    log: Arc<watch::Sender<Vec<Event>>>,
    pub url: String,
}

/// What a double saw.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// How often each request came.
    pub calls: BTreeMap<String, usize>,
    /// How often each request had its effect.
    pub effects: BTreeMap<String, usize>,
    /// The trace of the last call.
    pub traceparent: Option<String>,
}

impl Seen {
    /// How many calls came in all.
    pub fn total(&self) -> usize {
        self.calls.values().sum()
    }
}

impl Double {
    /// Serves on a free port until the test ends.
    pub async fn open() -> anyhow::Result<Self> {
        let (listener, address) = listen().await?;
        let double = Self {
            seen: Arc::new(watch::channel(Seen::default()).0),
            plays: Arc::default(),
            log: Arc::new(watch::channel(Vec::new()).0),
            url: format!("http://{address}"),
        };
        let server = tonic::transport::Server::builder()
            .add_service(RefundServiceServer::new(double.clone()))
            .add_service(EventServiceServer::new(double.clone()));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        Ok(double)
    }

    /// What it does with the next calls, one after the other; then it answers.
    pub fn plan(&self, plays: impl IntoIterator<Item = Play>) {
        self.plays.lock().unwrap_or_else(PoisonError::into_inner).extend(plays);
    }

    /// From now on it answers, whatever was planned.
    pub fn back(&self) {
        self.plays.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What it saw so far.
    pub fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// Waits until it saw what is wanted.
    pub async fn until(&self, wanted: impl FnMut(&Seen) -> bool) -> anyhow::Result<()> {
        self.seen.subscribe().wait_for(wanted).await?;
        Ok(())
    }

    /// Records a fact of `agency`, and answers its id.
    pub fn tell<F: Message + Name>(&self, agency: &str, subject: &str, fact: &F) -> String {
        let id = fresh();
        self.tell_as(&id, agency, subject, fact);
        id
    }

    /// Records a fact under an id that may not be fresh.
    pub fn tell_as<F: Message + Name>(&self, id: &str, agency: &str, subject: &str, fact: &F) {
        self.log.send_modify(|log| {
            log.push(Event {
                position: i64::try_from(log.len()).unwrap() + 1,
                id: id.to_owned(),
                source: "//payments".to_owned(),
                r#type: F::full_name(),
                subject: subject.to_owned(),
                time: Some(rangkai_proto::time(Clock::system().now())),
                data: Some(prost_types::Any {
                    type_url: F::type_url(),
                    value: fact.encode_to_vec(),
                }),
                agency: agency.to_owned(),
                traceparent: String::new(),
            });
        });
    }

    fn effect(&self, request: &IssueRefundRequest) {
        // As every block does: the same request has its effect once.
        self.seen.send_modify(|seen| {
            seen.effects.entry(request.request_id.clone()).or_insert(1);
        });
    }

    fn next(&self) -> Play {
        let mut plays = self.plays.lock().unwrap_or_else(PoisonError::into_inner);
        if plays.is_empty() { Play::Answer } else { plays.remove(0) }
    }
}

#[tonic::async_trait]
impl RefundService for Double {
    async fn issue_refund(
        &self,
        request: Request<IssueRefundRequest>,
    ) -> Result<Response<IssueRefundResponse>, Status> {
        let header = request.metadata().get("traceparent").and_then(|it| it.to_str().ok());
        let traceparent = header.map(str::to_owned);
        let request = request.into_inner();
        let play = self.next();
        self.seen.send_modify(|seen| {
            *seen.calls.entry(request.request_id.clone()).or_default() += 1;
            seen.traceparent = traceparent;
        });
        match play {
            Play::Answer => self.effect(&request),
            Play::Refuse(status) => return Err(status),
            Play::Swallow => {
                self.effect(&request);
                return Err(Status::unavailable("the answer is lost"));
            }
            Play::HoldBefore(go) => {
                go.notified().await;
                self.effect(&request);
            }
            Play::HoldAfter(go) => {
                self.effect(&request);
                go.notified().await;
            }
        }
        let refund =
            Refund { refund_id: request.request_id, bill_id: request.bill_id, ..Refund::default() };
        Ok(Response::new(IssueRefundResponse { refund: Some(refund) }))
    }

    async fn confirm_refund(
        &self,
        _: Request<ConfirmRefundRequest>,
    ) -> Result<Response<ConfirmRefundResponse>, Status> {
        Err(Status::unimplemented("no test calls it"))
    }

    async fn get_refund(
        &self,
        _: Request<GetRefundRequest>,
    ) -> Result<Response<GetRefundResponse>, Status> {
        Err(Status::unimplemented("no test calls it"))
    }

    async fn list_refunds(
        &self,
        _: Request<ListRefundsRequest>,
    ) -> Result<Response<ListRefundsResponse>, Status> {
        Err(Status::unimplemented("no test calls it"))
    }
}

#[tonic::async_trait]
impl EventService for Double {
    type ReadEventsStream = ReceiverStream<Result<ReadEventsResponse, Status>>;

    async fn read_events(
        &self,
        request: Request<ReadEventsRequest>,
    ) -> Result<Response<Self::ReadEventsStream>, Status> {
        let mut position = request.into_inner().after_position;
        let mut log = self.log.subscribe();
        let (sender, receiver) = mpsc::channel(16);
        tokio::spawn(async move {
            loop {
                let events = log.borrow_and_update().clone();
                let read = position;
                for event in events.into_iter().filter(|event| event.position > read) {
                    position = event.position;
                    let answer = ReadEventsResponse { event: Some(event) };
                    if sender.send(Ok(answer)).await.is_err() {
                        return;
                    }
                }
                if log.changed().await.is_err() {
                    return;
                }
            }
        });
        Ok(Response::new(ReceiverStream::new(receiver)))
    }
}
