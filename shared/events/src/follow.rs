//! Following the logs of other blocks.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rangkai_db::{Db, DbErr, Lease, Tx, sql};
use rangkai_primitives::{Agency, Caller};
use rangkai_proto::events::v1::{Event, ReadEventsResponse};
use tonic::Streaming;
use tracing::Instrument as _;

use crate::{Source, trace};

/// How long a replica that fell silent keeps the others from following.
const TTL: Duration = Duration::from_secs(6);
/// How often the right to follow is renewed; also the longest pause before a fact is tried again.
const RENEW: Duration = Duration::from_secs(2);
/// The first pause after something went wrong; each next one is twice as long.
const PAUSE: Duration = Duration::from_millis(100);

/// A block that acts on the facts of others.
pub trait Hear: Send + Sync + 'static {
    /// Why a fact was not dealt with.
    type Error: std::error::Error + From<DbErr> + Send + Sync + 'static;

    /// Deals with one event inside `tx`, which acts for the event's agency; facts that mean nothing
    /// to the block are ignored. It may run again for the same event, and then nothing of the
    /// earlier run remains.
    fn hear(&self, tx: &Tx, event: &Event) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Why following was interrupted; it goes on by itself.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The other block broke off, or did not let this one in.
    #[error("the log broke off: {0}")]
    Log(#[from] tonic::Status),
    /// This block's own database failed.
    #[error("the position cannot be kept: {0}")]
    Database(#[from] DbErr),
}

/// Follows the log at `source`, from where this block last stopped, until `stop`.
///
/// Whatever `block` does commits together with the new position: each fact takes effect once, in
/// order, however often the stream breaks and however many replicas follow. A fact that cannot be
/// dealt with is tried again and never passed over: those after it wait.
pub async fn follow<B: Hear + Clone>(
    block: &B,
    db: &Db,
    source: Source,
    stop: impl Future<Output = ()> + Send,
) {
    let follower = Follower { block: Arc::new(block.clone()), db: db.clone(), source };
    tokio::select! {
        () = stop => {}
        () = follower.for_ever() => {}
    }
}

struct Follower<B> {
    block: Arc<B>,
    db: Db,
    source: Source,
}

/// The right to follow, and what it has led to.
struct Session {
    lease: Lease,
    renewed: Instant,
    position: i64,
}

impl<B: Hear> Follower<B> {
    async fn for_ever(&self) {
        let mut pause = PAUSE;
        loop {
            let begin = Instant::now();
            if let Err(error) = self.session().await {
                tracing::warn!(log = self.source.log, %error, "following goes on after a pause");
            }
            // A session that lasted was a good one; what ended it is new.
            pause = if begin.elapsed() > RENEW { PAUSE } else { (pause * 2).min(RENEW) };
            tokio::time::sleep(pause).await;
        }
    }

    /// Follows until the stream ends, or another replica turns out to be the follower.
    async fn session(&self) -> Result<(), FollowError> {
        let name = format!("follow/{}", self.source.log);
        let Some(lease) = self.db.lease(&name, TTL).await? else { return Ok(()) };
        let position = position(&self.db, self.source.log).await?;
        let mut session = Session { lease, renewed: Instant::now(), position };
        let mut stream = self.source.stream(position).await?;
        while let Some(event) = next(&mut stream, &mut session).await? {
            if event.position > session.position && !self.deliver(&mut session, event).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Hands the event to the block until it is dealt with; answers whether to go on from there.
    async fn deliver(&self, session: &mut Session, event: Event) -> Result<bool, FollowError> {
        let event = Arc::new(event);
        let mut pause = PAUSE;
        loop {
            let span = tracing::info_span!("hear", log = self.source.log, r#type = event.r#type);
            trace::adopt(&span, &event.traceparent);
            match self.take(session.position, &event).instrument(span).await {
                Ok(true) => {
                    session.position = event.position;
                    return Ok(true);
                }
                Ok(false) => return Ok(false),
                Err(error) => {
                    let (log, position) = (self.source.log, event.position);
                    let kind = event.r#type.as_str();
                    tracing::error!(log, position, kind, %error, "a fact is not dealt with");
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(RENEW);
            if !session.keep().await? {
                return Ok(false);
            }
        }
    }

    /// One try; answers false, and does nothing, if this block dealt with the event before.
    async fn take(&self, expected: i64, event: &Arc<Event>) -> Result<bool, B::Error> {
        let agency: Agency = event
            .agency
            .parse()
            .map_err(|_| DbErr::Custom("the event names no agency".to_owned()))?;
        let caller = Caller::block(self.source.block, agency);
        let traceparent = Some(event.traceparent.clone()).filter(|text| !text.is_empty());
        let (block, event, log) = (Arc::clone(&self.block), Arc::clone(event), self.source.log);
        let work = move |tx: Tx| {
            let (block, event) = (Arc::clone(&block), Arc::clone(&event));
            async move {
                if !remember(&tx, log, expected, event.position).await? {
                    return Ok(false);
                }
                block.hear(&tx, &event).await?;
                Ok(true)
            }
        };
        self.db.act_for(caller, "rangkai.events.follow", traceparent, work).await
    }
}

impl Session {
    /// Renews the lease when it is time to; answers whether it is still this replica's.
    async fn keep(&mut self) -> Result<bool, DbErr> {
        if self.renewed.elapsed() < RENEW {
            return Ok(true);
        }
        self.renewed = Instant::now();
        self.lease.renew().await
    }
}

/// The next event; none when the stream ended or the lease was lost.
async fn next(
    stream: &mut Streaming<ReadEventsResponse>,
    session: &mut Session,
) -> Result<Option<Event>, FollowError> {
    loop {
        if !session.keep().await? {
            return Ok(None);
        }
        match tokio::time::timeout(RENEW, stream.message()).await {
            Ok(Ok(Some(ReadEventsResponse { event: Some(event) }))) => return Ok(Some(event)),
            Ok(Ok(Some(ReadEventsResponse { event: None }))) | Err(_) => {}
            Ok(Ok(None)) => return Ok(None),
            Ok(Err(status)) => return Err(status.into()),
        }
    }
}

async fn position(db: &Db, log: &'static str) -> Result<i64, DbErr> {
    let find = "SELECT position FROM followed WHERE log = $1";
    let reader = Caller::block("events", Agency::platform());
    db.read(reader, move |tx| async move {
        let rows = sql::query(&tx, find, [log.into()]).await?;
        rows.first().map_or(Ok(0), |row| row.try_get("", "position"))
    })
    .await
}

/// Moves the position on, unless it is no longer where this follower left it.
async fn remember(tx: &Tx, log: &str, expected: i64, position: i64) -> Result<bool, DbErr> {
    let upsert = "INSERT INTO followed (log, position) VALUES ($1, $2) ON CONFLICT (log) \
                  DO UPDATE SET position = excluded.position WHERE followed.position = $3";
    let values = [log.into(), position.into(), expected.into()];
    Ok(sql::keep_house(tx, upsert, values).await? == 1)
}
