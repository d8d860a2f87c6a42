//! `rangkai.payments.v1.RemittanceService`.

use std::sync::Arc;

use rangkai_db::Call;
use rangkai_primitives::{Currency, Id, Money, Timestamp};
use rangkai_proto::payments::v1::{self as wire, remittance_service_server::RemittanceService};
use rangkai_rpc::{Violations, call};
use tonic::{Request, Response, Status};

use super::remittance_import;
use crate::{
    Payments,
    domain::{BankReference, Bill, BillingCode, Channel, NewRemittance, Remittance},
    ops,
};

/// The largest payment in minor units, the same as the largest bill.
pub const LARGEST: i64 = 1_000_000_000_000_000;

#[tonic::async_trait]
impl RemittanceService for Payments {
    async fn record_remittance(
        &self,
        request: Request<wire::RecordRemittanceRequest>,
    ) -> Result<Response<wire::RecordRemittanceResponse>, Status> {
        let (call, new) = read_record(&request, self.db.clock().now())?;
        self.expect_spokesman(&call, ("bank_code", &new.reference.bank_code))?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let remittance = ops::remittance::record(&tx, new).await?;
                Ok(wire::RecordRemittanceResponse { remittance: Some(remittance.into()) })
            }
        })
        .await
    }

    async fn import_remittances(
        &self,
        request: Request<wire::ImportRemittancesRequest>,
    ) -> Result<Response<wire::ImportRemittancesResponse>, Status> {
        let (call, batch, hash) = remittance_import::read(&request, self.db.clock().now())?;
        self.expect_spokesman(&call, ("content", &batch.bank_code))?;
        let channels = Arc::clone(&self.channels);
        self.change(call, move |tx| {
            let (channels, batch) = (Arc::clone(&channels), batch.clone());
            async move {
                let import = ops::remittance_import::run(&tx, &channels, batch, hash).await?;
                Ok(import.into())
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
    let code = fields.parse::<BillingCode>("billing_code", &wire.billing_code);
    let amount = fields.require("amount", wire.amount.clone());
    let amount = amount.and_then(|amount| fields.keep("amount", Money::try_from(amount)));
    let amount = amount.and_then(|amount| fields.keep("amount", bounded(amount)));
    let time = fields.require("pay_time", wire.pay_time);
    let time = time.and_then(|time| fields.keep("pay_time", rangkai_proto::read_time(&time)));
    let past = time.filter(|time| *time <= now).ok_or("must not be later than now");
    let pay_time = fields.keep("pay_time", past);
    let reference =
        BankReference { bank_code: wire.bank_code.clone(), number: wire.bank_reference.clone() };
    fields.check(|| {
        let new = NewRemittance {
            code: code?.to_string(),
            amount: amount?,
            reference,
            pay_time: pay_time?,
            channel: Channel::Bank,
            owner: None,
        };
        Some((call?, new))
    })
}

/// An amount that a bank can have taken.
fn bounded(amount: Money) -> Result<Money, &'static str> {
    let per_unit = 10_i64.pow(amount.currency().exponent());
    if amount.minor() <= 0 {
        Err("must be positive")
    } else if amount.minor() > LARGEST {
        Err("must be at most 10^15 minor units")
    } else if amount.currency() == Currency::IDR && amount.minor() % per_unit != 0 {
        Err("must be whole rupiah")
    } else {
        Ok(amount)
    }
}

fn read_get(wire: &wire::GetRemittanceRequest) -> Result<Id<Bill>, Status> {
    let mut fields = Violations::of(wire);
    let bill = fields.parse("bill_id", &wire.bill_id);
    fields.check(|| bill)
}

impl From<Remittance> for wire::Remittance {
    fn from(remittance: Remittance) -> Self {
        let misfit = remittance.misfit.map(|(_, kind)| wire::SuspenseKind::from(kind));
        let outcome = match remittance.misfit {
            _ if remittance.paid => wire::RemittanceOutcome::BillPaid,
            Some((_, kind)) if kind.is_credit() => wire::RemittanceOutcome::Credited,
            _ => wire::RemittanceOutcome::Suspended,
        };
        Self {
            remittance_id: remittance.id.to_string(),
            bill_id: remittance.bill.map(|bill| bill.to_string()).unwrap_or_default(),
            billing_code: remittance.code,
            amount: Some(remittance.amount.into()),
            bank_code: remittance.reference.bank_code,
            bank_reference: remittance.reference.number,
            pay_time: Some(rangkai_proto::time(remittance.pay_time)),
            create_time: Some(rangkai_proto::time(remittance.create_time)),
            outcome: outcome.into(),
            suspense_id: remittance.misfit.map(|(id, _)| id.to_string()).unwrap_or_default(),
            misfit: misfit.unwrap_or_default().into(),
            channel: wire::Channel::from(remittance.channel).into(),
        }
    }
}

impl From<Channel> for wire::Channel {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Bank => Self::Bank,
            Channel::File => Self::File,
            Channel::Qris => Self::Qris,
            Channel::VirtualAccount => Self::VirtualAccount,
        }
    }
}
