//! A caller who does this and that, together with others.

use std::sync::{Arc, Mutex};

use prost::Message;
use rangkai_proto::payments::v1::{
    ActivateVoucherRequest, ActivateVoucherResponse, Bill, CancelBillRequest, CancelBillResponse,
    CaptureReservationRequest, CaptureReservationResponse, ConfirmRefundRequest,
    ConfirmRefundResponse, IssueBillResponse, IssueRefundRequest, IssueRefundResponse, NewTransfer,
    PostTransferRequest, PostTransferResponse, PostTransfersRequest, PostTransfersResponse,
    PreactivateVouchersResponse, RecordRemittanceRequest, RecordRemittanceResponse,
    RedeemVoucherRequest, RedeemVoucherResponse, ReleaseReservationRequest,
    ReleaseReservationResponse, ReserveTransferRequest, ReserveTransferResponse,
};
use rangkai_testkit::fresh;

use super::{
    line::{Line, Manner, Outcome},
    seen::{Asked, Record, Seen},
};
use crate::{
    journeys::dice::Dice,
    payments::{
        purse::transfer,
        support::{renewal, rupiah},
        vouchers::{preactivation, serial},
    },
};

/// Callers choose among the latest few, so that they meet.
const LATEST: usize = 8;
/// How many vouchers are made at once.
pub(super) const VOUCHERS: i32 = 2;

pub(super) struct Player {
    pub(super) clerk: Line,
    pub(super) teller: Line,
    pub(super) seen: Arc<Mutex<Seen>>,
    pub(super) record: Arc<Record>,
    pub(super) dice: Dice,
}

/// Asks for one thing, keeps what came of it, and reads the answer.
pub(super) async fn ask<A: Message + Default>(
    record: &Record,
    line: &Line,
    manner: Manner,
    method: &'static str,
    request: &impl Message,
) -> Option<A> {
    let request = request.encode_to_vec();
    let (outcome, trace) = line.ask(manner, method, &request).await;
    let answer = match &outcome {
        Outcome::Done(answer) => Some(A::decode(answer.as_slice()).unwrap()),
        Outcome::Refused(_) | Outcome::Broken(_) => None,
    };
    let (line, calls) = (line.clone(), trace.calls);
    record.keep(Asked { line, method, request, outcome, calls }, trace);
    answer
}

impl Player {
    /// Takes so many steps.
    pub(super) async fn play(mut self, steps: usize) {
        for _ in 0..steps {
            self.step().await;
        }
    }

    async fn step(&mut self) {
        match self.dice.below(100) {
            0..26 => self.post().await,
            26..36 => self.post_linked().await,
            36..46 => self.reserve().await,
            46..55 => self.capture().await,
            55..59 => self.release().await,
            59..67 => self.issue().await,
            67..77 => self.pay().await,
            77..79 => self.cancel().await,
            79..83 => self.refund().await,
            83..87 => self.confirm().await,
            87..89 => self.preactivate().await,
            89..93 => self.activate().await,
            _ => self.redeem().await,
        }
    }

    async fn post(&mut self) {
        let request =
            PostTransferRequest { request_id: fresh(), transfer: Some(self.movement(true)) };
        let method = "/rangkai.payments.v1.TransferService/PostTransfer";
        self.clerk::<PostTransferResponse>(method, &request).await;
    }

    async fn post_linked(&mut self) {
        let transfers = (0..3).map(|_| self.movement(false)).collect();
        let request = PostTransfersRequest { request_id: fresh(), transfers };
        let method = "/rangkai.payments.v1.TransferService/PostTransfers";
        self.clerk::<PostTransfersResponse>(method, &request).await;
    }

    async fn reserve(&mut self) {
        let seconds = (self.dice.below(4) == 0).then_some(2);
        let request = ReserveTransferRequest {
            request_id: fresh(),
            transfer: Some(self.movement(false)),
            valid_for: seconds.map(|seconds| prost_types::Duration { seconds, nanos: 0 }),
        };
        let method = "/rangkai.payments.v1.ReservationService/ReserveTransfer";
        let made: Option<ReserveTransferResponse> = self.clerk(method, &request).await;
        if let Some(made) = made.and_then(|made| made.reservation) {
            self.seen.lock().unwrap().reservations.push(made.reservation_id);
        }
    }

    async fn capture(&mut self) {
        let Some(reservation_id) = self.some(|seen| &seen.reservations) else { return };
        let request = CaptureReservationRequest {
            request_id: fresh(),
            reservation_id,
            amount: Some(rupiah(self.amount(30))),
            r#final: self.dice.below(3) == 0,
        };
        let method = "/rangkai.payments.v1.ReservationService/CaptureReservation";
        self.clerk::<CaptureReservationResponse>(method, &request).await;
    }

    async fn release(&mut self) {
        let Some(reservation_id) = self.some(|seen| &seen.reservations) else { return };
        let request = ReleaseReservationRequest { request_id: fresh(), reservation_id };
        let method = "/rangkai.payments.v1.ReservationService/ReleaseReservation";
        self.clerk::<ReleaseReservationResponse>(method, &request).await;
    }

    async fn issue(&mut self) {
        let method = "/rangkai.payments.v1.BillService/IssueBill";
        let issued: Option<IssueBillResponse> = self.clerk(method, &renewal()).await;
        if let Some(bill) = issued.and_then(|issued| issued.bill) {
            self.seen.lock().unwrap().bills.push(bill);
        }
    }

    /// Pays a bill; now and then twice, on two references of the bank.
    async fn pay(&mut self) {
        let Some(bill) = self.some(|seen| &seen.bills) else { return };
        let method = "/rangkai.payments.v1.RemittanceService/RecordRemittance";
        let requests = [remittance(&bill), remittance(&bill)];
        let manners = [Manner::thrown(&mut self.dice), Manner::thrown(&mut self.dice)];
        let pay = |place: usize| {
            let (record, line) = (&self.record, &self.teller);
            ask::<RecordRemittanceResponse>(record, line, manners[place], method, &requests[place])
        };
        if self.dice.below(5) == 0 {
            tokio::join!(pay(0), pay(1));
        } else {
            pay(0).await;
        }
    }

    async fn cancel(&mut self) {
        let Some(bill) = self.some(|seen| &seen.bills) else { return };
        let (request_id, bill_id) = (fresh(), bill.bill_id);
        let request = CancelBillRequest { request_id, bill_id, etag: String::new() };
        let method = "/rangkai.payments.v1.BillService/CancelBill";
        self.clerk::<CancelBillResponse>(method, &request).await;
    }

    async fn refund(&mut self) {
        let Some(bill) = self.some(|seen| &seen.bills) else { return };
        let request = IssueRefundRequest {
            request_id: fresh(),
            bill_id: bill.bill_id,
            amount: (self.dice.below(3) > 0).then(|| rupiah(40_000)),
            reason: "Permohonan ditolak".to_owned(),
            ..IssueRefundRequest::default()
        };
        let method = "/rangkai.payments.v1.RefundService/IssueRefund";
        let issued: Option<IssueRefundResponse> = self.clerk(method, &request).await;
        if let Some(refund) = issued.and_then(|issued| issued.refund) {
            self.seen.lock().unwrap().refunds.push(refund.refund_id);
        }
    }

    async fn confirm(&mut self) {
        let Some(refund_id) = self.some(|seen| &seen.refunds) else { return };
        let (bank_code, bank_reference) = ("002".to_owned(), fresh());
        let request =
            ConfirmRefundRequest { request_id: fresh(), refund_id, bank_code, bank_reference };
        let method = "/rangkai.payments.v1.RefundService/ConfirmRefund";
        let manner = Manner::thrown(&mut self.dice);
        ask::<ConfirmRefundResponse>(&self.record, &self.teller, manner, method, &request).await;
    }

    async fn preactivate(&mut self) {
        let pool = self.seen.lock().unwrap().pool.clone();
        let method = "/rangkai.payments.v1.VoucherService/PreactivateVouchers";
        let made: Option<PreactivateVouchersResponse> =
            self.clerk(method, &preactivation(&pool, 100, VOUCHERS)).await;
        self.seen.lock().unwrap().vouchers.extend(made.into_iter().flat_map(|it| it.vouchers));
    }

    async fn activate(&mut self) {
        let Some(issued) = self.some(|seen| &seen.vouchers) else { return };
        let (serial_number, pin) = (serial(&issued).to_owned(), String::new());
        let request = ActivateVoucherRequest { request_id: fresh(), serial_number, pin };
        let method = "/rangkai.payments.v1.VoucherService/ActivateVoucher";
        let done: Option<ActivateVoucherResponse> = self.clerk(method, &request).await;
        if done.is_some() {
            self.seen.lock().unwrap().activated.push(issued);
        }
    }

    /// Redeems a voucher in part, twice at once.
    async fn redeem(&mut self) {
        let Some(issued) = self.some(|seen| &seen.activated) else { return };
        let method = "/rangkai.payments.v1.VoucherService/RedeemVoucher";
        let merchant_id = self.seen.lock().unwrap().merchant.clone();
        let requests = [(); 2].map(|()| RedeemVoucherRequest {
            request_id: fresh(),
            number: issued.number.clone(),
            pin: String::new(),
            merchant_id: merchant_id.clone(),
            amount: Some(rupiah(self.amount(60))),
        });
        let manners = [Manner::thrown(&mut self.dice), Manner::thrown(&mut self.dice)];
        let redeem = |place: usize| {
            let (record, line) = (&self.record, &self.clerk);
            ask::<RedeemVoucherResponse>(record, line, manners[place], method, &requests[place])
        };
        tokio::join!(redeem(0), redeem(1));
    }

    async fn clerk<A: Message + Default>(
        &mut self,
        method: &'static str,
        request: &impl Message,
    ) -> Option<A> {
        let manner = Manner::thrown(&mut self.dice);
        ask(&self.record, &self.clerk, manner, method, request).await
    }

    /// A transfer between two of the accounts, one of them perhaps the hot one.
    fn movement(&mut self, hot: bool) -> NewTransfer {
        let accounts = self.seen.lock().unwrap().accounts.clone();
        let from = if hot && self.dice.below(2) == 0 { 1 } else { self.dice.below(accounts.len()) };
        let to = (from + 1 + self.dice.below(accounts.len() - 1)) % accounts.len();
        transfer(&accounts[to], &accounts[from], self.amount(90))
    }

    /// At least one rupiah, and less than so many.
    fn amount(&mut self, end: usize) -> i64 {
        i64::try_from(1 + self.dice.below(end - 1)).unwrap()
    }

    fn some<T: Clone>(&mut self, of: impl Fn(&Seen) -> &Vec<T>) -> Option<T> {
        let seen = self.seen.lock().unwrap();
        let all = of(&seen);
        let latest = &all[all.len().saturating_sub(LATEST)..];
        (!latest.is_empty()).then(|| latest[self.dice.below(latest.len())].clone())
    }
}

fn remittance(bill: &Bill) -> RecordRemittanceRequest {
    RecordRemittanceRequest {
        request_id: fresh(),
        billing_code: bill.billing_code.clone(),
        amount: bill.amount.clone(),
        bank_code: "002".to_owned(),
        bank_reference: fresh(),
        pay_time: bill.create_time,
    }
}
