//! `rangkai.payments.v1.RemittanceService`.

use rangkai_db::Call;
use rangkai_primitives::{Id, Money, Timestamp};
use rangkai_proto::payments::v1::{self as wire, remittance_service_server::RemittanceService};
use rangkai_rpc::{Violations, call};
use tonic::{Request, Response, Status};

use crate::{
    Payments,
    domain::{BankReference, Bill, NewRemittance, Remittance},
    ops,
};

#[tonic::async_trait]
impl RemittanceService for Payments {
    async fn record_remittance(
        &self,
        request: Request<wire::RecordRemittanceRequest>,
    ) -> Result<Response<wire::RecordRemittanceResponse>, Status> {
        let (call, new) = read_record(&request, self.db.clock().now())?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let remittance = ops::remittance::record(&tx, new).await?;
                Ok(wire::RecordRemittanceResponse { remittance: Some(remittance.into()) })
            }
        })
        .await
    }

    async fn get_remittance(
        &self,
        request: Request<wire::GetRemittanceRequest>,
    ) -> Result<Response<wire::GetRemittanceResponse>, Status> {
        let bill = read_get(request.get_ref())?;
        let getting = move |tx| async move { ops::remittance::get(&tx, bill).await };
        let remittance = self.look(&request, getting).await?;
        Ok(Response::new(wire::GetRemittanceResponse { remittance: Some(remittance.into()) }))
    }
}

fn read_record(
    request: &Request<wire::RecordRemittanceRequest>,
    now: Timestamp,
) -> Result<(Call, NewRemittance), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.RemittanceService/RecordRemittance";
    let call = call(method, request, &mut fields, &wire.request_id);
    let code = fields.parse("billing_code", &wire.billing_code);
    let amount = fields.require("amount", wire.amount.clone());
    let amount = amount.and_then(|amount| fields.keep("amount", Money::try_from(amount)));
    let time = fields.require("pay_time", wire.pay_time);
    let time = time.and_then(|time| fields.keep("pay_time", rangkai_proto::read_time(&time)));
    let past = time.filter(|time| *time <= now).ok_or("must not be later than now");
    let pay_time = fields.keep("pay_time", past);
    let reference =
        BankReference { bank_code: wire.bank_code.clone(), number: wire.bank_reference.clone() };
    fields.check(|| {
        let new = NewRemittance { code: code?, amount: amount?, reference, pay_time: pay_time? };
        Some((call?, new))
    })
}

fn read_get(wire: &wire::GetRemittanceRequest) -> Result<Id<Bill>, Status> {
    let mut fields = Violations::of(wire);
    let bill = fields.parse("bill_id", &wire.bill_id);
    fields.check(|| bill)
}

impl From<Remittance> for wire::Remittance {
    fn from(remittance: Remittance) -> Self {
        Self {
            remittance_id: remittance.id.to_string(),
            bill_id: remittance.bill.to_string(),
            billing_code: remittance.code.to_string(),
            amount: Some(remittance.amount.into()),
            bank_code: remittance.reference.bank_code,
            bank_reference: remittance.reference.number,
            pay_time: Some(rangkai_proto::time(remittance.pay_time)),
            create_time: Some(rangkai_proto::time(remittance.create_time)),
        }
    }
}
