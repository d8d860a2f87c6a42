//! The conformance listener: the profile without credentials, for this machine only.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};
use axum::{Router, extract::DefaultBodyLimit};
use rangkai_primitives::{Agency, Caller};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{
    service::Routes,
    transport::{Server, server::TcpIncoming},
};

use super::{Admits, Profile, routes, samples, unknown_path};
use crate::{GovStackConfig, Payments, error::Error, ops};

/// Far more than any request of the contract's tests.
const LARGEST_REQUEST: usize = 4 * 1024 * 1024;
/// How long a request may take.
const LONGEST: Duration = Duration::from_secs(30);

/// The listener, bound and with its sample data loaded, but not serving yet.
#[derive(Debug)]
pub struct Conformance {
    listener: TcpListener,
    router: Router,
}

impl Conformance {
    /// Binds the listener and loads the sample data, if the configuration asks for it.
    ///
    /// # Errors
    ///
    /// When the address is not a loopback address, the profile is off, or the samples cannot be
    /// read or loaded.
    pub async fn open(
        payments: &Payments,
        config: &GovStackConfig,
    ) -> anyhow::Result<Option<Self>> {
        let Some(conformance) = &config.conformance else { return Ok(None) };
        ensure!(config.enabled, "govstack.conformance is set, but govstack.enabled is not true");
        let listen = conformance.listen;
        ensure!(
            listen.ip().is_loopback(),
            "govstack.conformance.listen is {listen}: this listener asks for no credentials, so it \
             must be a loopback address such as 127.0.0.1",
        );
        let agency: Agency =
            conformance.agency.parse().context("govstack.conformance.agency is not an agency")?;
        let samples = samples::read(conformance.samples.as_deref())?;
        let blocks: Arc<[String]> = config.blocks.iter().chain(&samples.blocks).cloned().collect();
        let loading = Arc::new(samples.data);
        let caller = Caller::block("payments", agency.clone());
        let loaded = payments.db.act(caller, "rangkai.payments.LoadSamples", move |tx| {
            let loading = Arc::clone(&loading);
            async move { ops::sample::load(&tx, &loading).await }
        });
        loaded.await.map_err(|error: Error| error).context("the samples cannot be loaded")?;
        let admits = Admits::Everybody(agency);
        let router = routes(Profile { payments: payments.clone(), admits, blocks })
            .fallback(unknown_path)
            .layer(DefaultBodyLimit::max(LARGEST_REQUEST));
        let listener = TcpListener::bind(listen).await?;
        tracing::warn!(%listen, "the conformance listener asks for no credentials");
        Ok(Some(Self { listener, router }))
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// When the listener has no address.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until stopped.
    ///
    /// # Errors
    ///
    /// When the listener breaks.
    pub async fn serve(self, stop: CancellationToken) -> Result<(), tonic::transport::Error> {
        Server::builder()
            .accept_http1(true)
            .timeout(LONGEST)
            .add_routes(Routes::from(self.router))
            .serve_with_incoming_shutdown(TcpIncoming::from(self.listener), stop.cancelled_owned())
            .await
    }
}
