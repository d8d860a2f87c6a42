//! A bank that says anything, and people who say anything about it, all at once; then the books are
//! checked.

use std::sync::Arc;

use rangkai_payments::{Payments, RailKind};
use rangkai_proto::payments::v1::InstructionState as State;
use rangkai_testkit::Kind;
use rstest::rstest;
use tonic::{Code, Status};

use super::{
    people::{agree, came_back, fund, hear, resume, retry, say, stop, went_out},
    reports::{import, leave},
    support::{block, instructions, official, report},
};
use crate::{
    journeys::dice::Dice,
    payments::{books::Books, support::House},
};

const PLAYERS: usize = 3;
const STEPS: usize = 50;

struct Player {
    house: Arc<House>,
    block: Payments,
    envelope_id: String,
    dice: Dice,
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_follow_whatever_a_bank_and_people_say(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = Arc::new(House::open(kind).await?);
    let left = leave(&house, 4).await?;
    let mut dice = Dice::thrown();
    for _ in 0..2 {
        fund(&house).await?;
    }
    // Something is put right in any case.
    hear(&house, &went_out(&left.orders[0])).await?;
    hear(&house, &came_back(&left.orders[0], "AM04")).await?;
    let first = instructions(&house, &left.envelope_id).await?.remove(0);
    agree(&house, (&left.envelope_id, &first), (State::Failed, "AM04")).await?;

    let mut playing = tokio::task::JoinSet::new();
    for _ in 0..PLAYERS {
        let player = Player {
            house: Arc::clone(&house),
            block: block(&house, RailKind::File, |_| ()).await?,
            envelope_id: left.envelope_id.clone(),
            dice: dice.others(),
        };
        playing.spawn(player.play());
    }
    let outcomes: Vec<_> = playing.join_all().await.into_iter().flatten().collect();

    let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    println!("{done} of {} steps were done", outcomes.len());
    let told = report(&house, &left.envelope_id).await?;
    println!("stopped: {:?}", told.envelope.as_ref().and_then(|it| it.stop.as_ref()));
    println!(
        "{} contradictions, {} undecided, {} paid twice",
        told.contradictions, told.contradicted_count, told.paid_twice_count
    );
    let expected = [Code::FailedPrecondition, Code::PermissionDenied];
    let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    let broken: Vec<_> = refused.filter(|status| !expected.contains(&status.code())).collect();
    assert!(broken.is_empty(), "{broken:?}");
    assert!(told.adds_up && done > STEPS / 2);
    let books = Books::open(&house).await?;
    println!("{} rows were looked at", books.check_payouts().await? + books.check_ledger().await?);
    Ok(())
}

impl Player {
    async fn play(mut self) -> Vec<Result<(), Status>> {
        let mut outcomes = Vec::new();
        for turn in 0..STEPS {
            let outcome = self.step(turn).await;
            outcomes.push(outcome);
        }
        outcomes
    }

    async fn step(&mut self, turn: usize) -> Result<(), Status> {
        let (house, id) = (Arc::clone(&self.house), self.envelope_id.clone());
        let mut all = instructions(&house, &id).await.unwrap();
        let one = all.remove(self.dice.below(all.len()));
        let order = one.instruction_id.replace('-', "");
        let verdicts = [(State::Paid, "NTB-1"), (State::Failed, "AM04")];
        let verdict = verdicts[self.dice.below(2)];
        let person = ["auditor", "comptroller", "head"][self.dice.below(3)];
        match self.dice.below(25) {
            0..4 => self.tell(&went_out(&order)).await,
            4..8 => self.tell(&came_back(&order, "AM04")).await,
            8..16 => say(&house, person, (&id, &one), verdict).await.map(drop),
            16 | 17 => agree(&house, (&id, &one), verdict).await.map(drop),
            18 | 19 => retry(&house, &id, &one).await.map(drop),
            20 | 21 => resume(&house, &id).await.map(drop),
            // Late enough that something was given again before.
            22 if turn > STEPS / 2 => stop(&house, person, &id).await.map(drop),
            _ => {
                self.block.execute_due().await.unwrap();
                Ok(())
            }
        }
    }

    async fn tell(&self, message: &str) -> Result<(), Status> {
        let mut operator = official(&self.house, "kemensos", "operator").unwrap();
        import(&mut operator, message).await.map(drop)
    }
}
