//! `rangkai.payments.v1.FundService`.

use prost::{Message, Name};
use rangkai_db::Call;
use rangkai_primitives::{Currency, Money};
use rangkai_proto::{
    payments::v1::{self as wire, fund_service_server::FundService},
    r#type::v1 as words,
};
use rangkai_rpc::{Violations, call};
use tonic::{Request, Response, Status};

use super::bank_reference::read_bank;
use crate::{
    Payments,
    domain::{BankReference, Funding, FundingDirection, payable_total},
    ops,
};

#[tonic::async_trait]
impl FundService for Payments {
    async fn record_funds(
        &self,
        request: Request<wire::RecordFundsRequest>,
    ) -> Result<Response<wire::RecordFundsResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.payments.v1.FundService/RecordFunds";
        let bank = (wire.bank_code.as_str(), wire.bank_reference.as_str());
        let (call, amount, bank) =
            read(method, &request, (&wire.request_id, bank), wire.amount.clone())?;
        let reference = wire.reference.clone();
        self.change(call, move |tx| {
            let reference = (reference.clone(), bank.clone());
            async move {
                let received = FundingDirection::Received;
                let funding = ops::fund::record(&tx, received, amount, reference).await?;
                Ok(wire::RecordFundsResponse { funding: Some(funding.into()) })
            }
        })
        .await
    }

    async fn return_funds(
        &self,
        request: Request<wire::ReturnFundsRequest>,
    ) -> Result<Response<wire::ReturnFundsResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.payments.v1.FundService/ReturnFunds";
        let bank = (wire.bank_code.as_str(), wire.bank_reference.as_str());
        let (call, amount, bank) =
            read(method, &request, (&wire.request_id, bank), wire.amount.clone())?;
        let reference = wire.reference.clone();
        self.change(call, move |tx| {
            let reference = (reference.clone(), bank.clone());
            async move {
                let returned = FundingDirection::Returned;
                let funding = ops::fund::record(&tx, returned, amount, reference).await?;
                Ok(wire::ReturnFundsResponse { funding: Some(funding.into()) })
            }
        })
        .await
    }

    async fn get_funds(
        &self,
        request: Request<wire::GetFundsRequest>,
    ) -> Result<Response<wire::GetFundsResponse>, Status> {
        let currency = read_get(request.get_ref())?;
        let getting = move |tx| async move { ops::fund::get(&tx, currency).await };
        let (balance, reserved) = self.look(&request, getting).await?;
        Ok(Response::new(wire::GetFundsResponse {
            balance: Some(balance.into()),
            reserved: Some(reserved.into()),
        }))
    }
}

fn read<M: Message + Name>(
    method: &'static str,
    request: &Request<M>,
    (request_id, (bank_code, number)): (&str, (&str, &str)),
    amount: Option<words::Money>,
) -> Result<(Call, Money, Option<BankReference>), Status> {
    let mut fields = Violations::of(request.get_ref());
    let call = call(method, request, &mut fields, request_id);
    let amount = fields.require("amount", amount);
    let amount = amount.and_then(|amount| fields.keep("amount", Money::try_from(amount)));
    let amount = amount.and_then(|amount| fields.keep("amount", payable_total(amount)));
    let bank = read_bank(&mut fields, bank_code, number);
    fields.check(|| Some((call?, amount?, bank)))
}

fn read_get(wire: &wire::GetFundsRequest) -> Result<Currency, Status> {
    let mut fields = Violations::of(wire);
    let currency = fields.parse("currency_code", &wire.currency_code);
    fields.check(|| currency)
}

impl From<Funding> for wire::Funding {
    fn from(funding: Funding) -> Self {
        let direction = match funding.direction {
            FundingDirection::Received => wire::FundingDirection::Received,
            FundingDirection::Returned => wire::FundingDirection::Returned,
        };
        let bank = funding.bank.map(|bank| (bank.bank_code, bank.number));
        let (bank_code, bank_reference) = bank.unwrap_or_default();
        Self {
            funding_id: funding.id.to_string(),
            direction: direction.into(),
            amount: Some(funding.amount.into()),
            reference: funding.reference,
            create_time: Some(rangkai_proto::time(funding.create_time)),
            bank_code,
            bank_reference,
        }
    }
}
