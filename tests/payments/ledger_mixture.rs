//! Many callers who move, reserve, capture and release money at once; then the books are checked.

use std::sync::{Arc, Mutex};

use rangkai_proto::payments::v1::{NewTransfer, ProveLedgerRequest, Reservation};
use rangkai_testkit::Kind;
use rstest::rstest;
use tonic::{Code, Status};

use super::{
    books::Books,
    purse::{Purse, transfer},
    support::House,
};

const CALLERS: u64 = 8;
const STEPS: u64 = 40;

struct Player {
    house: Arc<House>,
    purse: Arc<Purse>,
    reservations: Arc<Mutex<Vec<Reservation>>>,
    random: u64,
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ledger_holds_whatever_happens_at_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = Arc::new(House::open(kind).await?);
    let mut purse = Arc::new(Purse::filled(&house, 500).await?);
    let reservations = Arc::default();

    let mut playing = tokio::task::JoinSet::new();
    for number in 1..=CALLERS {
        let player = Player {
            house: Arc::clone(&house),
            purse: Arc::clone(&purse),
            reservations: Arc::clone(&reservations),
            random: 0x9e37_79b9_7f4a_7c15 ^ number,
        };
        playing.spawn(player.play());
    }
    let outcomes: Vec<_> = playing.join_all().await.into_iter().flatten().collect();

    let done = outcomes.iter().filter(|code| **code == Code::Ok).count();
    eprintln!("{kind:?}: {done} of {} were done", outcomes.len());
    assert!(done > 50);
    let expected = [Code::Ok, Code::FailedPrecondition];
    assert!(outcomes.iter().all(|code| expected.contains(code)), "{outcomes:?}");
    let ledger = &mut Arc::get_mut(&mut purse).unwrap().desk.ledger;
    let proof = ledger.prove_ledger(ProveLedgerRequest {}).await?.into_inner();
    assert!(proof.sound, "{proof:?}");
    Books::open(&house).await?.check_ledger().await?;
    Ok(())
}

impl Player {
    async fn play(mut self) -> Vec<Code> {
        let mut outcomes = Vec::new();
        for _ in 0..STEPS {
            let outcome = self.step().await;
            outcomes.push(outcome.map_or_else(|status| status.code(), |()| Code::Ok));
        }
        outcomes
    }

    async fn step(&mut self) -> Result<(), Status> {
        let (dice, amount) = (self.roll(10), i64::try_from(1 + self.roll(90)).unwrap());
        let reservation = self.some();
        let purse = Arc::clone(&self.purse);
        match (dice, reservation) {
            (0..3, _) => purse.post_linked(vec![self.new(amount)]).await.map(drop),
            (3, _) => {
                let new = (0..3).map(|_| self.new(amount)).collect();
                purse.post_linked(new).await.map(drop)
            }
            (6..8, Some(it)) => purse.capture(&it, Some(amount), dice == 7).await.map(drop),
            (8, Some(it)) => purse.release(&it).await.map(drop),
            (9, _) => {
                self.house.clock.advance(std::time::Duration::from_secs(7));
                self.house.payments.expire_reservations().await.unwrap();
                Ok(())
            }
            _ => {
                let seconds = (dice == 5).then_some(30);
                let made = purse.reserve(amount, seconds).await?;
                self.reservations.lock().unwrap().push(made);
                Ok(())
            }
        }
    }

    /// A transfer between two of the accounts.
    fn new(&mut self, rupiahs: i64) -> NewTransfer {
        let accounts = [&self.purse.source, &self.purse.purse, &self.purse.shop].map(Clone::clone);
        let debit = self.roll(3);
        let credit = (debit + 1 + self.roll(2)) % 3;
        transfer(&accounts[debit], &accounts[credit], rupiahs)
    }

    /// One of the latest reservations.
    fn some(&mut self) -> Option<Reservation> {
        let reservations = self.reservations.lock().unwrap().clone();
        let latest = reservations.len().saturating_sub(6);
        let latest = &reservations[latest..];
        let place = self.roll(latest.len().max(1));
        latest.get(place).cloned()
    }

    /// A number below `sides` from a sequence that is the same in every run (xorshift).
    fn roll(&mut self, sides: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random % sides as u64).unwrap()
    }
}
