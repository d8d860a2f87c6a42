//! The wire: requests in, answers out.

mod calendar;
mod calendar_wire;
mod clock_status;
mod deadline;
mod deadline_wire;
mod definition;
mod descriptor;
mod drawing;
mod instance;
mod place;
mod settlement;
mod status;
mod term;
mod timeline;
mod watch;
mod write;

use prost::Message;
use rangkai_db::{Call, Tx};
use tonic::{Request, Response, Status};

use crate::{Workflow, error::Error};

impl Workflow {
    /// Does what was asked for, once.
    async fn change<A, F, Fut>(&self, call: Call, work: F) -> Result<Response<A>, Status>
    where
        A: Message + Default + 'static,
        F: Fn(Tx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<A, Error>> + Send + 'static,
    {
        let request_id = call.request_id;
        let answer = self.db.once(call, work).await;
        answer.map(Response::new).map_err(|error| status::of_change(error, request_id))
    }

    /// Reads as the caller of `request`.
    async fn read_as<R: Sync, A, F, Fut>(&self, request: &Request<R>, work: F) -> Result<A, Status>
    where
        A: Send + 'static,
        F: Fn(Tx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<A, Error>> + Send + 'static,
    {
        let caller = rangkai_auth::caller(request)?;
        Ok(self.db.read(caller, work).await?)
    }
}
