//! The facts of other blocks, which endpoints may have asked for.

use rangkai_db::Tx;
use rangkai_events::Hear;
use rangkai_proto::events::v1::Event;

use super::cloud;
use crate::{Messaging, error::Error, ops};

impl Hear for Messaging {
    type Error = Error;

    async fn hear(&self, tx: &Tx, event: &Event) -> Result<(), Error> {
        let listening = ops::webhook::listening(tx, &event.r#type, cloud::time(event)?).await?;
        if listening.is_empty() {
            return Ok(());
        }
        let fact = cloud::occurrence(event)?;
        for endpoint in listening {
            ops::webhook::queue(tx, endpoint, fact.clone()).await?;
        }
        Ok(())
    }
}
