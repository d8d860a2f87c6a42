//! Letting others read a block's log.

use std::{pin::Pin, time::Duration};

use rangkai_db::Db;
use rangkai_proto::events::v1::{
    ReadEventsRequest, ReadEventsResponse,
    event_service_server::{EventService, EventServiceServer},
};
use rangkai_rpc::Violations;
use tokio::sync::{mpsc, watch};
use tokio_stream::{Stream, wrappers::ReceiverStream};
use tonic::{Request, Response, Status};
use tracing::Instrument as _;

use crate::page::{self, Query};

/// The scope of a caller who reads the facts of every agency.
pub const READ_ALL: &str = "events.read_all";

/// How many facts wait for a slow reader.
const AHEAD: usize = 64;
/// How soon to look again after the last fact.
const SHORTEST: Duration = Duration::from_millis(20);
/// How seldom to look when nothing happens. A fact of this very process wakes its readers at once.
const LONGEST: Duration = Duration::from_secs(1);

type Sender = mpsc::Sender<Result<ReadEventsResponse, Status>>;

/// A block's log, served as `rangkai.events.v1.EventService`.
#[derive(Clone, Debug)]
pub struct Log(Db);

impl Log {
    /// The service to add to a block's routes.
    #[must_use]
    pub fn service(db: Db) -> EventServiceServer<Self> {
        EventServiceServer::new(Self(db))
    }
}

#[tonic::async_trait]
impl EventService for Log {
    type ReadEventsStream = Pin<Box<dyn Stream<Item = Result<ReadEventsResponse, Status>> + Send>>;

    async fn read_events(
        &self,
        request: Request<ReadEventsRequest>,
    ) -> Result<Response<Self::ReadEventsStream>, Status> {
        let caller = rangkai_auth::caller(&request)?;
        let request = request.into_inner();
        let mut violations = Violations::of(&request);
        let subject = violations.parse_if_set("subject", &request.subject);
        let subject = violations.check(|| subject)?;
        let reading = Reading {
            db: self.0.clone(),
            query: Query { caller, types: request.types, subject },
            position: request.after_position,
            follow: request.follow,
        };
        let (sender, receiver) = mpsc::channel(AHEAD);
        tokio::spawn(reading.send(sender).in_current_span());
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }
}

/// One reader's way through the log.
struct Reading {
    db: Db,
    query: Query,
    position: i64,
    follow: bool,
}

impl Reading {
    /// Sends facts until the reader hangs up, or has all if it does not follow.
    async fn send(mut self, reader: Sender) {
        let mut facts = self.db.facts();
        let mut idle = SHORTEST;
        loop {
            facts.mark_unchanged();
            let before = self.position;
            match self.send_page(&reader).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    let _ = reader.send(Err(rangkai_rpc::database(&error))).await;
                    return;
                }
            }
            if self.position > before {
                idle = SHORTEST;
            } else if !self.follow || !wait(&reader, &mut facts, idle).await {
                return;
            } else {
                idle = (idle * 2).min(LONGEST);
            }
        }
    }

    /// Sends the next page; answers whether the reader is still there.
    async fn send_page(&mut self, reader: &Sender) -> Result<bool, rangkai_db::DbErr> {
        let page = page::read(&self.db, &self.query, self.position).await?;
        for event in page.events {
            if reader.send(Ok(ReadEventsResponse { event: Some(event) })).await.is_err() {
                return Ok(false);
            }
        }
        self.position = page.position;
        Ok(!reader.is_closed())
    }
}

/// Waits for a hint or for `idle` to pass; answers whether the reader is still there.
async fn wait(reader: &Sender, facts: &mut watch::Receiver<()>, idle: Duration) -> bool {
    tokio::select! {
        () = reader.closed() => false,
        hint = facts.changed() => hint.is_ok(),
        () = tokio::time::sleep(idle) => true,
    }
}
