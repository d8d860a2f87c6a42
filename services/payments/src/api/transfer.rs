//! `rangkai.payments.v1.TransferService`.

use std::borrow::Cow;

use rangkai_db::Call;
use rangkai_primitives::{Id, Money, Page};
use rangkai_proto::payments::v1::{self as wire, transfer_service_server::TransferService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use crate::{
    Payments,
    domain::{Account, Entry, NewTransfer, Place, Transfer, TransferKind},
    ops,
};

#[tonic::async_trait]
impl TransferService for Payments {
    async fn post_transfer(
        &self,
        request: Request<wire::PostTransferRequest>,
    ) -> Result<Response<wire::PostTransferResponse>, Status> {
        let (call, new) = read_post(&request)?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let transfer = ops::transfer::post(&tx, new).await?;
                Ok(wire::PostTransferResponse { transfer: Some(transfer.into()) })
            }
        })
        .await
    }

    async fn post_transfers(
        &self,
        request: Request<wire::PostTransfersRequest>,
    ) -> Result<Response<wire::PostTransfersResponse>, Status> {
        let (call, new) = read_post_linked(&request)?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let transfers = ops::transfer::post_linked(&tx, new).await?;
                let transfers = transfers.into_iter().map(wire::Transfer::from).collect();
                Ok(wire::PostTransfersResponse { transfers })
            }
        })
        .await
    }

    async fn get_transfer(
        &self,
        request: Request<wire::GetTransferRequest>,
    ) -> Result<Response<wire::GetTransferResponse>, Status> {
        let mut fields = Violations::of(request.get_ref());
        let id = fields.parse("transfer_id", &request.get_ref().transfer_id);
        let id: Id<Transfer> = fields.check(|| id)?;
        let getting = move |tx| async move { ops::transfer::get(&tx, id).await };
        let transfer = self.look(&request, getting).await?;
        Ok(Response::new(wire::GetTransferResponse { transfer: Some(transfer.into()) }))
    }

    async fn list_transfers(
        &self,
        request: Request<wire::ListTransfersRequest>,
    ) -> Result<Response<wire::ListTransfersResponse>, Status> {
        let (account, page) = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::transfer::list(&tx, account, &page).await }
        };
        let (transfers, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListTransfersResponse {
            transfers: transfers.into_iter().map(wire::Transfer::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }
}

/// Reads what is to move; its fields are within `place`.
pub fn read_new(
    fields: &mut Violations,
    place: &str,
    wire: Option<&wire::NewTransfer>,
) -> Option<NewTransfer> {
    let wire = fields.require(place, wire)?;
    let [debit_field, credit_field, amount_field] =
        ["debit_account_id", "credit_account_id", "amount"].map(|name| format!("{place}.{name}"));
    let debit = fields.parse::<Id<Account>>(&debit_field, &wire.debit_account_id);
    let credit = fields.parse::<Id<Account>>(&credit_field, &wire.credit_account_id);
    if debit.is_some() && debit == credit {
        fields.add(&credit_field, "must be another account than the one that is debited");
    }
    let amount = read_amount(fields, &amount_field, wire.amount.clone());
    Some(NewTransfer {
        id: Id::generate(),
        debit: Place::Opened(debit?),
        credit: Place::Opened(credit?),
        amount: amount?,
        description: Cow::Owned(wire.description.clone()),
        reference: Some(wire.reference.clone()).filter(|reference| !reference.is_empty()),
        source: None,
    })
}

/// Reads an amount that can be transferred.
pub fn read_amount(
    fields: &mut Violations,
    field: &str,
    wire: Option<rangkai_proto::r#type::v1::Money>,
) -> Option<Money> {
    let amount = fields.require(field, wire)?;
    let amount = fields.keep(field, Money::try_from(amount))?;
    fields.keep(field, NewTransfer::check_amount(amount))
}

fn read_post(request: &Request<wire::PostTransferRequest>) -> Result<(Call, NewTransfer), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.TransferService/PostTransfer";
    let call = call(method, request, &mut fields, &wire.request_id);
    let new = read_new(&mut fields, "transfer", wire.transfer.as_ref());
    fields.check(|| Some((call?, new?)))
}

fn read_post_linked(
    request: &Request<wire::PostTransfersRequest>,
) -> Result<(Call, Vec<NewTransfer>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.TransferService/PostTransfers";
    let call = call(method, request, &mut fields, &wire.request_id);
    let transfers = wire.transfers.iter().enumerate();
    let new: Vec<_> = transfers
        .map(|(index, new)| read_new(&mut fields, &format!("transfers[{index}]"), Some(new)))
        .collect();
    fields.check(|| Some((call?, new.into_iter().collect::<Option<_>>()?)))
}

fn read_list(wire: &wire::ListTransfersRequest) -> Result<(Id<Account>, Page<Entry>), Status> {
    let mut fields = Violations::of(wire);
    let account = fields.parse("account_id", &wire.account_id);
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some((account?, page?)))
}

impl From<Transfer> for wire::Transfer {
    fn from(transfer: Transfer) -> Self {
        let kind = match transfer.kind {
            TransferKind::Posted => wire::TransferKind::Posted,
            TransferKind::Reserved => wire::TransferKind::Reserved,
            TransferKind::Captured => wire::TransferKind::Captured,
            TransferKind::Released => wire::TransferKind::Released,
            TransferKind::Expired => wire::TransferKind::Expired,
        };
        Self {
            transfer_id: transfer.id.to_string(),
            kind: kind.into(),
            debit_account_id: transfer.debit.to_string(),
            credit_account_id: transfer.credit.to_string(),
            amount: Some(transfer.amount.into()),
            description: transfer.description.into_owned(),
            reference: transfer.reference.unwrap_or_default(),
            source_id: transfer.source.map(|id| id.to_string()).unwrap_or_default(),
            reservation_id: transfer.reservation.map(|id| id.to_string()).unwrap_or_default(),
            create_time: Some(rangkai_proto::time(transfer.create_time)),
        }
    }
}
