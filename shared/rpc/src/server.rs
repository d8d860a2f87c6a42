//! Starting and stopping a server.

use axum::{Router, extract::DefaultBodyLimit, extract::Request, middleware, response::Response};
use rangkai_auth::{Gate, MethodsError};
use tokio::{
    net::TcpListener,
    sync::watch,
    time::{sleep, timeout},
};
use tonic::{
    Status,
    service::Routes,
    transport::{Server as Transport, server::TcpIncoming},
};
use tonic_health::pb::health_server::HealthServer;

use crate::{
    Ready, RuleError, ServerConfig,
    config::ms,
    health::Health,
    limits::{self, Limits},
    observe, reflection,
    rules::Contracts,
    status::{answer, is_grpc},
    tls::{self, TlsError},
};

/// A block's services, with everything that stands around them.
#[derive(Debug)]
pub struct Server {
    /// Where to listen, and how much to take on.
    pub config: ServerConfig,
    /// The gRPC services, bare: the gate and every limit is put before them here.
    pub routes: Routes,
    /// The JSON interface on the same port. Its handlers ask the gate themselves, for the method
    /// that each of them stands for.
    pub json: Option<Router>,
    /// Who may call what.
    pub gate: Gate,
    /// Whether the block can work.
    pub ready: Ready,
}

/// Why a server did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A method declares no scope.
    #[error(transparent)]
    Methods(#[from] MethodsError),
    /// The rules of the contracts are broken.
    #[error(transparent)]
    Rules(#[from] RuleError),
    /// The contracts cannot be shown.
    #[error("the contracts cannot be shown")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The routes hold no service of the house.
    #[error("there is no service to serve")]
    NoService,
    /// The certificate cannot be served with.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The transport failed.
    #[error("the server broke")]
    Transport(#[from] tonic::transport::Error),
}

impl Server {
    /// Serves on `listener` until `stop` resolves. Then readiness says no, streams end, no further
    /// connection is taken, and calls under way may finish until the drain is over.
    ///
    /// # Errors
    ///
    /// When a method declares no scope, a rule of the contracts cannot be read, a certificate is not
    /// usable, or the transport fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), ServeError> {
        Contracts::all()?;
        let config = self.config.clone();
        let acceptor = config.tls.as_ref().map(tls::acceptor).transpose()?;
        let (stopper, stopping) = watch::channel(false);
        let services = reflection::served(&self.routes.clone().into_axum_router()).await;
        if services.is_empty() {
            return Err(ServeError::NoService);
        }
        let mut health =
            Health::new(&services, self.ready.clone(), ms(config.readiness_timeout_ms)).await;
        health.look().await;
        let routes = self.router(&services, &health, stopping.clone())?;
        let watching = tokio::spawn(health.watch(ms(config.readiness_interval_ms), stopping));

        let stop = async {
            stop.await;
            stopper.send_replace(true);
            sleep(ms(config.stop_delay_ms)).await;
        };
        let server = transport(&config).add_routes(Routes::from(routes));
        let incoming = TcpIncoming::from(listener)
            .with_nodelay(Some(true))
            .with_keepalive(Some(ms(config.keepalive_interval_ms)));
        let ended = if let Some((acceptor, patience)) = acceptor {
            let incoming = tls::shaken(incoming, acceptor, patience);
            let serving = server.serve_with_incoming_shutdown(incoming, stop);
            drained(serving, &stopper, &config).await
        } else {
            let serving = server.serve_with_incoming_shutdown(incoming, stop);
            drained(serving, &stopper, &config).await
        };
        stopper.send_replace(true);
        // It ends by itself, now that the server has stopped.
        let _ = watching.await;
        Ok(ended?)
    }

    /// One router for gRPC, gRPC-Web and JSON. Health and reflection stand beside the limits, so
    /// that they answer while the server sheds load.
    fn router(
        self,
        services: &[String],
        health: &Health,
        stopping: watch::Receiver<bool>,
    ) -> Result<Router, ServeError> {
        let limits = Limits::of(&self.config, stopping);
        // The last layer is the first that a request meets.
        let grpc = self.routes.prepare().into_axum_router().reset_fallback();
        let grpc = grpc
            .route_layer(self.gate)
            .route_layer(middleware::from_fn_with_state(limits.clone(), limits::keep))
            .route_layer(middleware::from_fn(observe::call))
            .route_layer(tonic_web::GrpcWebLayer::new());

        let health = tonic_health::server::HealthService::from_health_reporter(health.reporter());
        let mut beside = Routes::new(HealthServer::new(health));
        if self.config.reflection {
            beside = reflection::add(beside, services)?;
        }
        let beside = beside
            .into_axum_router()
            .reset_fallback()
            .route_layer(middleware::from_fn_with_state(limits.clone(), limits::beside))
            .route_layer(middleware::from_fn(observe::caught));
        let mut all = grpc.merge(beside);

        if let Some(json) = self.json {
            let json = json
                .reset_fallback()
                .layer(DefaultBodyLimit::max(self.config.max_receive_bytes))
                .layer(middleware::from_fn_with_state(limits, limits::keep))
                .layer(middleware::from_fn(observe::json));
            all = all.merge(json);
        }
        Ok(all.fallback(unknown))
    }
}

/// Waits for `serving` to end, but after a stop no longer than the drain may take: a silent peer
/// would hold it for ever.
async fn drained<E>(
    serving: impl Future<Output = Result<(), E>>,
    stopper: &watch::Sender<bool>,
    config: &ServerConfig,
) -> Result<(), E> {
    let mut stopping = stopper.subscribe();
    let patience = ms(config.stop_delay_ms.saturating_add(config.drain_ms));
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        biased;
        ended = &mut serving => return ended,
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    timeout(patience, serving).await.unwrap_or_else(|_| {
        tracing::warn!("some connections did not end in time and were left");
        Ok(())
    })
}

/// The transport with every limit set.
fn transport(config: &ServerConfig) -> Transport {
    Transport::builder()
        .accept_http1(true)
        .http2_keepalive_interval(Some(ms(config.keepalive_interval_ms)))
        .http2_keepalive_timeout(Some(ms(config.keepalive_timeout_ms)))
        .http2_max_header_list_size(config.max_header_bytes)
        .http2_max_pending_accept_reset_streams(Some(config.max_pending_resets))
        .http2_max_local_error_reset_streams(Some(config.max_error_resets))
        .max_frame_size(config.max_frame_bytes)
        .max_concurrent_streams(config.max_streams_per_connection)
        .initial_stream_window_size(config.stream_window_bytes)
        .initial_connection_window_size(config.connection_window_bytes)
        .max_connection_age(ms(config.connection_age_ms))
        .max_connection_age_grace(ms(config.connection_grace_ms))
}

/// Nothing is served here: gRPC hears `UNIMPLEMENTED`, everyone else 404.
async fn unknown(request: Request) -> Response {
    answer(Status::unimplemented("there is no such method"), is_grpc(request.headers()))
}
