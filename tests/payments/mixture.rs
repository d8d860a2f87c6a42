//! A random mixture of everything, by several callers at once; then the books are checked.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use rangkai_proto::payments::v1::{
    Bill, CancelBillRequest, ConfirmRefundRequest, ErrorReason, IssueBillRequest,
    IssueRefundRequest, ProveLedgerRequest, RecordRemittanceRequest, Refund, RefundMode,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Status;
use tonic_types::StatusExt as _;

use super::{
    books::Books,
    support::{DAY, Desk, House, renewal, rupiah, tariff},
};

const CALLERS: u64 = 6;
const STEPS: u64 = 60;
/// Callers choose among the latest few, so that they meet.
const LATEST: usize = 8;

/// What a caller knows of, and what came of its steps.
#[derive(Default)]
struct Seen {
    bills: Vec<Bill>,
    refunds: Vec<Refund>,
    outcomes: BTreeMap<String, u32>,
}

struct Player {
    house: Arc<House>,
    desk: Desk,
    bank: Desk,
    seen: Arc<Mutex<Seen>>,
    random: u64,
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_hold_whatever_happens_at_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = Arc::new(House::open(kind).await?);
    let mut desks = [house.korlantas().await?, house.agency("imigrasi")?];
    for (code, rupiahs) in [("sim.c.renew", 75_000), ("letter", 0)] {
        desks[1].tariffs.publish_tariff(tariff(code, rupiahs)).await?;
    }
    let seen = [0, 1].map(|_| Arc::<Mutex<Seen>>::default());

    let mut playing = Vec::new();
    for number in 0..CALLERS {
        let side = usize::try_from(number % 2)?;
        let player = Player {
            house: Arc::clone(&house),
            desk: desks[side].clone(),
            bank: house.bank("bank-bri")?,
            seen: Arc::clone(&seen[side]),
            random: 0x9e37_79b9_7f4a_7c15 ^ (number + 1),
        };
        playing.push(tokio::spawn(player.play()));
    }
    for player in playing {
        player.await??;
    }

    for (desk, seen) in desks.iter_mut().zip(&seen) {
        eprintln!("{kind:?}: {:?}", seen.lock().unwrap().outcomes);
        let proof = desk.ledger.prove_ledger(ProveLedgerRequest {}).await?.into_inner();
        eprintln!("{:?}", proof.proofs);
        assert!(proof.sound, "{proof:?}");
        assert!(proof.proofs[0].entry_count > 0);
    }
    let rows = Books::open(&house).await?.check().await?;
    eprintln!("{kind:?}: {rows} rows were looked at");
    Ok(())
}

impl Player {
    async fn play(mut self) -> anyhow::Result<()> {
        for _ in 0..STEPS {
            let (name, outcome) = self.step().await;
            let outcome = match outcome {
                Ok(()) => format!("{name} done"),
                Err(status) => format!("{name} {}", reason(&status).as_str_name()),
            };
            *self.seen.lock().unwrap().outcomes.entry(outcome).or_default() += 1;
        }
        Ok(())
    }

    async fn step(&mut self) -> (&'static str, Result<(), Status>) {
        let dice = self.roll(100);
        let bill = self.some(|seen| seen.bills.clone());
        let refund = self.some(|seen| seen.refunds.clone());
        match (dice, bill, refund) {
            (0..20, ..) | (_, None, _) => ("issue", self.issue().await),
            (20..50, Some(bill), _) => ("pay", self.pay(&bill).await),
            (50..57, Some(bill), _) => ("cancel", self.cancel(&bill).await),
            (57..78, Some(bill), _) => ("refund", self.refund(&bill).await),
            (78..96, _, Some(refund)) => ("confirm", self.confirm(&refund).await),
            (78..96, ..) => ("issue", self.issue().await),
            _ => ("sweep", self.sweep().await),
        }
    }

    async fn issue(&mut self) -> Result<(), Status> {
        // All bills have one payer, so their credits are wanted by everybody.
        let use_credit = self.roll(2) == 0;
        let bill = self.desk.issue(IssueBillRequest { use_credit, ..renewal() }).await?;
        self.seen.lock().unwrap().bills.push(bill);
        Ok(())
    }

    async fn pay(&mut self, bill: &Bill) -> Result<(), Status> {
        let right = self.house.payment(bill, "002");
        let amount = match self.roll(8) {
            0 => Some(rupiah(1)),
            1 => Some(rupiah(80_000)),
            _ => right.amount.clone(),
        };
        let payment = RecordRemittanceRequest { amount, ..right };
        self.bank.remittances.record_remittance(payment).await.map(drop)
    }

    async fn cancel(&mut self, bill: &Bill) -> Result<(), Status> {
        let (request_id, bill_id) = (fresh(), bill.bill_id.clone());
        let cancel = CancelBillRequest { request_id, bill_id, etag: String::new() };
        self.desk.bills.cancel_bill(cancel).await.map(drop)
    }

    async fn refund(&mut self, bill: &Bill) -> Result<(), Status> {
        let rupiahs = Some(40_000).filter(|_| self.roll(3) > 0);
        let mode = if self.roll(3) == 0 { RefundMode::CreditNextBill } else { RefundMode::Source };
        let request = IssueRefundRequest {
            request_id: fresh(),
            bill_id: bill.bill_id.clone(),
            amount: rupiahs.map(rupiah),
            reason: "Permohonan ditolak".to_owned(),
            mode: mode.into(),
            expected_refundable: None,
        };
        let refund = self.desk.refunds.issue_refund(request).await?.into_inner().refund.unwrap();
        self.seen.lock().unwrap().refunds.push(refund);
        Ok(())
    }

    async fn confirm(&mut self, refund: &Refund) -> Result<(), Status> {
        let confirm = ConfirmRefundRequest {
            request_id: fresh(),
            refund_id: refund.refund_id.clone(),
            bank_code: "002".to_owned(),
            bank_reference: fresh(),
        };
        self.bank.refunds.confirm_refund(confirm).await.map(drop)
    }

    async fn sweep(&self) -> Result<(), Status> {
        self.house.clock.advance(DAY);
        let swept = self.house.payments.expire_due().await;
        swept.map(drop).map_err(|error| Status::unknown(error.to_string()))
    }

    fn some<T>(&mut self, of: impl Fn(&Seen) -> Vec<T>) -> Option<T> {
        let mut latest: Vec<T> = of(&self.seen.lock().unwrap());
        latest.drain(..latest.len().saturating_sub(LATEST));
        let place = usize::try_from(self.roll(latest.len().max(1) as u64)).unwrap();
        (!latest.is_empty()).then(|| latest.swap_remove(place))
    }

    /// A number below `sides` from a sequence that is the same in every run (xorshift).
    fn roll(&mut self, sides: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % sides
    }
}

/// The reason of a refusal; whatever is none was not to happen.
fn reason(status: &Status) -> ErrorReason {
    let info = status.get_details_error_info().unwrap_or_else(|| panic!("{status:?}"));
    ErrorReason::from_str_name(&info.reason).unwrap_or_else(|| panic!("{status:?}"))
}
