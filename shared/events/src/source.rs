//! Where a log is read, and as whom.

use std::fmt;

use rangkai_proto::events::v1::{
    ReadEventsRequest, ReadEventsResponse, event_service_client::EventServiceClient,
};
use rangkai_rpc::Client;
use tonic::{Status, Streaming};

/// The log of another block: how it is reached and what of it is read.
#[derive(Clone)]
pub struct Source {
    pub(crate) block: &'static str,
    pub(crate) log: &'static str,
    client: Client,
    types: Vec<String>,
}

impl Source {
    /// The log named `log`, read by the block named `block`: both by their short names, such as
    /// `payments`. The position is remembered under the name of the log.
    ///
    /// The tokens of `client` need the scopes `events.read` and, to hear of every agency,
    /// `events.read_all`.
    #[must_use]
    pub fn new(block: &'static str, log: &'static str, client: Client) -> Self {
        Self { block, log, client, types: Vec::new() }
    }

    /// Reads only facts of these types, such as `rangkai.payments.v1.BillPaid`. A type that is added
    /// later is read from then on, not from the start.
    #[must_use]
    pub fn only<T: Into<String>>(self, types: impl IntoIterator<Item = T>) -> Self {
        Self { types: types.into_iter().map(Into::into).collect(), ..self }
    }

    /// The stream after `position`, which stays open.
    pub(crate) async fn stream(
        &self,
        position: i64,
    ) -> Result<Streaming<ReadEventsResponse>, Status> {
        let request = ReadEventsRequest {
            after_position: position,
            types: self.types.clone(),
            subject: String::new(),
            follow: true,
        };
        let answer = EventServiceClient::new(self.client.clone()).read_events(request).await;
        Ok(answer?.into_inner())
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("log", &self.log).finish_non_exhaustive()
    }
}
