//! Bodies that keep to their limits.

use std::panic::AssertUnwindSafe;

use axum::{Error, body::Body};
use bytes::Bytes;
use futures::{FutureExt as _, stream};
use http_body::Frame;
use http_body_util::{BodyExt as _, LengthLimitError, Limited, StreamBody};
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::{Instant, sleep_until},
};
use tonic::Status;

use crate::status::{too_large, too_late};

/// What gRPC puts before each message.
const PREFIX: usize = 5;
/// How much more than one message tonic may hand over at once on a stream.
const SLACK: usize = 65_536;

/// A gRPC request's body that ends with a status once it is larger than `limit`.
pub(crate) fn received(body: Body, limit: usize) -> Body {
    Body::new(Limited::new(body, limit.saturating_add(PREFIX)).map_err(move |error| {
        if error.is::<LengthLimitError>() { too_large(limit) } else { Status::from_error(error) }
    }))
}

/// The same for JSON, where axum answers 413.
pub(crate) fn received_json(body: Body, limit: usize) -> Body {
    Body::new(Limited::new(body, limit))
}

/// An answer's body on its way out, and what may end it early.
pub(crate) struct Outgoing {
    /// What is sent; none after its end.
    pub(crate) body: Option<Body>,
    /// Where the call is counted until it is over.
    #[expect(dead_code, reason = "it is given back when the call is over")]
    pub(crate) permit: Option<OwnedSemaphorePermit>,
    /// When the call must be over.
    pub(crate) deadline: Option<Instant>,
    /// Says that the server stops; a stream ends then, and its reader continues elsewhere.
    pub(crate) stopping: Option<watch::Receiver<bool>>,
    /// The largest part to send.
    pub(crate) limit: usize,
}

impl Outgoing {
    /// The body that keeps to these limits.
    pub(crate) fn into_body(self) -> Body {
        if self.body.as_ref().is_none_or(http_body::Body::is_end_stream) {
            return self.body.unwrap_or_default();
        }
        Body::new(StreamBody::new(stream::unfold(self, Self::next)))
    }

    async fn next(mut self) -> Option<(Result<Frame<Bytes>, Error>, Self)> {
        let mut body = self.body.take()?;
        let early = tokio::select! {
            biased;
            early = ended(self.deadline, self.stopping.as_mut()) => early,
            frame = AssertUnwindSafe(body.frame()).catch_unwind() => match frame {
                Ok(Some(Ok(frame))) if self.is_too_large(&frame) => {
                    tracing::error!(limit = self.limit, "an answer was larger than may be sent");
                    Status::resource_exhausted("the answer is larger than the server sends")
                }
                Ok(frame) => {
                    self.body = Some(body);
                    return frame.map(|frame| (frame, self));
                }
                Err(_) => {
                    tracing::error!("a stream panicked");
                    Status::internal("internal error")
                }
            },
        };
        Some((Ok(trailers(early)), self))
    }

    fn is_too_large(&self, frame: &Frame<Bytes>) -> bool {
        let slack = if self.stopping.is_some() { SLACK } else { PREFIX };
        frame.data_ref().is_some_and(|data| data.len() > self.limit.saturating_add(slack))
    }
}

/// Why a body ends before its own end.
async fn ended(deadline: Option<Instant>, stopping: Option<&mut watch::Receiver<bool>>) -> Status {
    let stopped = async {
        match stopping {
            // A server that is gone has stopped, too.
            Some(stopping) => drop(stopping.wait_for(|stopping| *stopping).await),
            None => std::future::pending().await,
        }
    };
    let passed = async {
        match deadline {
            Some(deadline) => sleep_until(deadline).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = passed => too_late(),
        () = stopped => Status::unavailable("the server is stopping"),
    }
}

/// The end of an answer, saying `status`.
fn trailers(status: Status) -> Frame<Bytes> {
    let mut headers = status.into_http::<()>().into_parts().0.headers;
    headers.remove(http::header::CONTENT_TYPE);
    Frame::trailers(headers)
}
