//! Who kills, by how far the others have come.

use super::{seen::Record, stage::Stage};
use crate::journeys::until::until;

/// How many requests are answered while a replica is dead.
const ALONE: usize = 25;

/// What dies together.
#[derive(Clone, Copy, Debug)]
enum Death {
    Replica(usize),
    Database,
    DatabaseAndReplica(usize),
}

const DEATHS: [Death; 8] = [
    Death::Replica(0),
    Death::Database,
    Death::Replica(1),
    Death::DatabaseAndReplica(0),
    Death::Replica(1),
    Death::Database,
    Death::Replica(0),
    Death::DatabaseAndReplica(1),
];

/// Kills all that is to die while `total` requests are answered; answers how many times.
pub(super) async fn kill(stage: &Stage, record: &Record, total: usize) -> usize {
    let mut kills = 0;
    for (place, death) in DEATHS.into_iter().enumerate() {
        let mark = total * (place + 1) / (DEATHS.len() + 1);
        come_to(record, mark).await;
        println!("{death:?} dies after {} requests", record.finished());
        match death {
            Death::Replica(replica) => {
                stage.kill(replica);
                kills += 1;
                come_to(record, record.finished() + ALONE).await;
                stage.start_again(replica);
            }
            Death::Database => {
                stage.kill_database();
                kills += 1;
                stage.start_database_again();
            }
            Death::DatabaseAndReplica(replica) => {
                stage.kill_database();
                stage.kill(replica);
                kills += 2;
                stage.start_database_again();
                stage.start_again(replica);
            }
        }
        stage.until_ready().await;
    }
    kills
}

async fn come_to(record: &Record, mark: usize) {
    until(&format!("{mark} requests are answered"), async || record.finished() >= mark).await;
}
