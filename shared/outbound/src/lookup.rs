//! Resolving a name once, and judging every address found.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use futures::future::{BoxFuture, FutureExt as _};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::{OutboundError, destination::Rule};

/// Where the addresses of a name come from.
pub(crate) type Ask =
    Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// Asks the machine.
pub(crate) fn system() -> Ask {
    Arc::new(|name| {
        async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        }
        .boxed()
    })
}

/// The resolver of one destination. The connection goes to what it answers, so nobody can answer
/// differently between the judgement and the call.
#[derive(Clone)]
pub(crate) struct Lookup {
    pub(crate) ask: Ask,
    pub(crate) rule: Arc<Rule>,
}

impl Lookup {
    async fn find(self, name: String) -> Result<Vec<IpAddr>, OutboundError> {
        let found = (self.ask)(name).await.map_err(|_| OutboundError::Unresolved)?;
        if found.is_empty() {
            return Err(OutboundError::Unresolved);
        }
        // One address inside is enough to distrust the name.
        if !found.iter().all(|address| self.rule.allows(*address)) {
            return Err(OutboundError::AddressNotPublic);
        }
        Ok(found)
    }
}

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = self.clone();
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let found = lookup.find(name).await?;
            // Port 0 stands for that of the URL.
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup").field("rule", &self.rule).finish_non_exhaustive()
    }
}
