//! One span and one measurement for each call, and the barrier that a panic stops at.

use std::{panic::AssertUnwindSafe, sync::LazyLock, time::Instant};

use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use bytes::Bytes;
use futures::{FutureExt as _, stream};
use http::HeaderMap;
use http_body::{Body as _, Frame};
use http_body_util::{BodyExt as _, StreamBody};
use opentelemetry::{KeyValue, global, metrics::Histogram};
use rangkai_auth::Methods;
use tonic::{Code, Status};
use tracing::{Instrument as _, Span, field::Empty, info_span};

use crate::{
    status::{answer, is_grpc},
    trace,
};

/// How long calls took, by method and outcome.
static DURATION: LazyLock<Histogram<f64>> = LazyLock::new(|| {
    global::meter("rangkai")
        .f64_histogram("rpc.server.call.duration")
        .with_unit("s")
        .with_description("How long calls took, from the first byte to the last.")
        .build()
});

/// What is known of a call; it is measured when this is dropped.
struct Record {
    method: &'static str,
    began: Instant,
    span: Span,
    code: Option<Code>,
}

/// Watches over one gRPC call.
pub(crate) async fn call(request: Request, next: Next) -> Response {
    let method = Methods::all().ok().and_then(|all| all.find(request.uri().path()));
    // A name that a stranger made up must not become a label of a metric.
    let method = method.map_or("_OTHER", |method| method.name.as_str());
    let span = info_span!(
        "rpc",
        otel.name = method,
        otel.kind = "server",
        rpc.system = "grpc",
        rpc.system.name = "grpc",
        rpc.method = method,
        rpc.response.status_code = Empty,
    );
    trace::adopt(&span, request.headers());
    let mut record = Record { method, began: Instant::now(), span: span.clone(), code: None };
    let response = caught(request, next).instrument(span).await;
    record.read(response.headers());
    response.map(|body| watched(body, record))
}

/// Watches over one call of the JSON interface.
pub(crate) async fn json(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let span = info_span!(
        "http",
        otel.kind = "server",
        http.request.method = %method,
        http.response.status_code = Empty,
    );
    trace::adopt(&span, request.headers());
    let response = caught(request, next).instrument(span.clone()).await;
    span.record("http.response.status_code", response.status().as_u16());
    response
}

/// Answers `INTERNAL` where the handler panicked; the process goes on.
pub(crate) async fn caught(request: Request, next: Next) -> Response {
    let grpc = is_grpc(request.headers());
    AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!("a handler panicked");
        answer(Status::internal("internal error"), grpc)
    })
}

impl Record {
    fn read(&mut self, headers: &HeaderMap) {
        let code = headers.get("grpc-status").map(|code| Code::from_bytes(code.as_bytes()));
        self.code = code.or(self.code);
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        // A call that nobody waited for to the end was cancelled.
        let code = crate::spelled(self.code.unwrap_or(Code::Cancelled));
        self.span.record("rpc.response.status_code", code);
        let labels = [
            KeyValue::new("rpc.system.name", "grpc"),
            KeyValue::new("rpc.method", self.method),
            KeyValue::new("rpc.response.status_code", code),
        ];
        DURATION.record(self.began.elapsed().as_secs_f64(), &labels);
    }
}

/// A body that reports the outcome which its trailers tell.
fn watched(body: Body, record: Record) -> Body {
    if body.is_end_stream() {
        return body;
    }
    Body::new(StreamBody::new(stream::unfold((body, record), next)))
}

type Sent = (Result<Frame<Bytes>, axum::Error>, (Body, Record));

async fn next((mut body, mut record): (Body, Record)) -> Option<Sent> {
    let frame = body.frame().instrument(record.span.clone()).await?;
    if let Some(trailers) = frame.as_ref().ok().and_then(Frame::trailers_ref) {
        record.read(trailers);
    }
    Some((frame, (body, record)))
}
