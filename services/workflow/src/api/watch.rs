//! Following one instance: as it is, and after every change.

use std::time::Duration;

use rangkai_primitives::{Caller, Id};
use rangkai_proto::workflow::v1 as wire;
use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use uuid::Uuid;

use crate::{
    Workflow,
    domain::instance::{Instance, Whole},
    ops,
};

/// How soon to look by oneself after a change, since another replica may lead the instance; each
/// look that finds nothing new doubles the pause.
const SOON: Duration = Duration::from_millis(50);
/// The longest pause between two looks.
const LATE: Duration = Duration::from_secs(1);

/// The answers to a watcher.
pub type Watching = ReceiverStream<Result<wire::WatchInstanceResponse, Status>>;

impl Workflow {
    /// Begins to follow an instance.
    pub(in crate::api) async fn watch(
        &self,
        caller: Caller,
        id: Id<Instance>,
    ) -> Result<Watching, Status> {
        // Listened to before the first look, so that no change falls between.
        let changes = self.engine.changes();
        // Once for each watcher, on record: what follows is the same instance, seen by the same eyes.
        let method = "rangkai.workflow.v1.InstanceService/WatchInstance";
        let read = move |tx| async move { ops::instance::read(&tx, id).await };
        let first = self.db.act(caller.clone(), method, read).await?;
        let (sender, receiver) = mpsc::channel(1);
        let block = self.clone();
        tokio::spawn(async move { block.send((caller, id), first, changes, sender).await });
        Ok(ReceiverStream::new(receiver))
    }

    async fn look(&self, caller: &Caller, id: Id<Instance>) -> Result<Whole, Status> {
        let find = move |tx| async move { ops::instance::find(&tx, id).await };
        Ok(self.db.read(caller.clone(), find).await?)
    }

    async fn send(
        &self,
        (caller, id): (Caller, Id<Instance>),
        first: Whole,
        mut changes: broadcast::Receiver<Uuid>,
        watcher: mpsc::Sender<Result<wire::WatchInstanceResponse, Status>>,
    ) {
        let (mut sent, mut found, mut pause) = (0, Ok(first), SOON);
        loop {
            match found {
                Ok(whole) if whole.instance.revision > sent => {
                    (sent, pause) = (whole.instance.revision, SOON);
                    let last = whole.instance.state.is_final();
                    let answer = wire::WatchInstanceResponse { instance: Some(whole.into()) };
                    if watcher.send(Ok(answer)).await.is_err() || last {
                        return;
                    }
                }
                Ok(_) => pause = (pause * 2).min(LATE),
                Err(status) => {
                    // A watcher that is gone needs no status.
                    let _ = watcher.send(Err(status)).await;
                    return;
                }
            }
            tokio::select! {
                () = watcher.closed() => return,
                () = changed(&mut changes, id.uuid()) => {}
                () = tokio::time::sleep(pause) => {}
            }
            found = self.look(&caller, id).await;
        }
    }
}

/// Resolves when the instance may have changed.
async fn changed(changes: &mut broadcast::Receiver<Uuid>, id: Uuid) {
    while let Ok(changed) = changes.recv().await {
        if changed == id {
            return;
        }
    }
}
