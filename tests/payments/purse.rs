//! Accounts that an agency opened, and short ways to move money between them.

use rangkai_proto::payments::v1::{
    Account, AccountKind, CaptureReservationRequest, CaptureReservationResponse, GetAccountRequest,
    NewTransfer, OpenAccountRequest, PostTransferRequest, PostTransfersRequest,
    ReleaseReservationRequest, Reservation, ReserveTransferRequest, Transfer,
};
use rangkai_testkit::{caller, fresh};
use tonic::Status;

use super::support::{Desk, House, rupiah};

/// What someone who keeps an agency's ledger may do.
const KEEPER: [&str; 3] = ["payments.ledger.read", "payments.ledger.write", "events.read"];

#[expect(clippy::struct_field_names, reason = "one of its accounts is the purse")]
/// A desk with three assets: a source that may go below nothing, a purse and a shop that may not.
pub struct Purse {
    pub desk: Desk,
    /// It may go below nothing.
    pub source: String,
    pub purse: String,
    pub shop: String,
}

impl Purse {
    pub async fn open(house: &House, agency: &str) -> anyhow::Result<Self> {
        let desk = house.desk(&caller(agency, &KEEPER, &[]))?;
        let floor = Some(rupiah(-1_000_000_000));
        let source = OpenAccountRequest { floor, ..asset("source") };
        let source = open(&desk, source).await?;
        let purse = open(&desk, asset("purse")).await?;
        let shop = open(&desk, asset("shop")).await?;
        Ok(Self { desk, source, purse, shop })
    }

    /// The same with money in the purse.
    pub async fn filled(house: &House, rupiahs: i64) -> anyhow::Result<Self> {
        let purse = Self::open(house, "korlantas").await?;
        purse.post(&purse.purse, &purse.source, rupiahs).await?;
        Ok(purse)
    }

    /// Moves money at once; what is debited grows, for both are assets.
    pub async fn post(&self, debit: &str, credit: &str, rupiahs: i64) -> Result<Transfer, Status> {
        let transfer = Some(transfer(debit, credit, rupiahs));
        let request = PostTransferRequest { request_id: fresh(), transfer };
        let answer = self.desk.transfers.clone().post_transfer(request).await?;
        Ok(answer.into_inner().transfer.unwrap())
    }

    pub async fn post_linked(&self, transfers: Vec<NewTransfer>) -> Result<Vec<Transfer>, Status> {
        let request = PostTransfersRequest { request_id: fresh(), transfers };
        let answer = self.desk.transfers.clone().post_transfers(request).await?;
        Ok(answer.into_inner().transfers)
    }

    /// Sets money of the purse aside for the shop.
    pub async fn reserve(&self, rupiahs: i64, seconds: Option<i64>) -> Result<Reservation, Status> {
        let request = ReserveTransferRequest {
            request_id: fresh(),
            transfer: Some(transfer(&self.shop, &self.purse, rupiahs)),
            valid_for: seconds.map(|seconds| prost_types::Duration { seconds, nanos: 0 }),
        };
        let answer = self.desk.reservations.clone().reserve_transfer(request).await?;
        Ok(answer.into_inner().reservation.unwrap())
    }

    pub async fn capture(
        &self,
        reservation: &Reservation,
        rupiahs: Option<i64>,
        last: bool,
    ) -> Result<CaptureReservationResponse, Status> {
        let request = CaptureReservationRequest {
            request_id: fresh(),
            reservation_id: reservation.reservation_id.clone(),
            amount: rupiahs.map(rupiah),
            r#final: last,
        };
        Ok(self.desk.reservations.clone().capture_reservation(request).await?.into_inner())
    }

    pub async fn release(&self, reservation: &Reservation) -> Result<Reservation, Status> {
        let (request_id, reservation_id) = (fresh(), reservation.reservation_id.clone());
        let request = ReleaseReservationRequest { request_id, reservation_id };
        let answer = self.desk.reservations.clone().release_reservation(request).await?;
        Ok(answer.into_inner().reservation.unwrap())
    }

    pub async fn account(&self, account_id: &str) -> Result<Account, Status> {
        let request = GetAccountRequest { account_id: account_id.to_owned() };
        let answer = self.desk.ledger.clone().get_account(request).await?;
        Ok(answer.into_inner().account.unwrap())
    }

    /// What is in the purse and in the shop, and what may still leave the one and reach the other,
    /// in rupiah.
    pub async fn standing(&self) -> Result<[i64; 4], Status> {
        let (purse, shop) = (self.account(&self.purse).await?, self.account(&self.shop).await?);
        let amounts = [purse.balance, shop.balance, purse.pending_out, shop.pending_in];
        Ok(amounts.map(|amount| amount.unwrap().units))
    }
}

/// Opens an account; answers its id.
pub async fn open(desk: &Desk, request: OpenAccountRequest) -> Result<String, Status> {
    let answer = desk.ledger.clone().open_account(request).await?;
    Ok(answer.into_inner().account.unwrap().account_id)
}

/// What opens an asset in rupiah.
pub fn asset(code: &str) -> OpenAccountRequest {
    OpenAccountRequest {
        request_id: fresh(),
        code: code.to_owned(),
        kind: AccountKind::Asset.into(),
        currency_code: "IDR".to_owned(),
        floor: None,
        ceiling: None,
    }
}

pub fn transfer(debit: &str, credit: &str, rupiahs: i64) -> NewTransfer {
    NewTransfer {
        debit_account_id: debit.to_owned(),
        credit_account_id: credit.to_owned(),
        amount: Some(rupiah(rupiahs)),
        description: "test.moved".to_owned(),
        reference: "B/17/XI/2026".to_owned(),
    }
}
