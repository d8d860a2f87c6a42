//! `rangkai.payments.v1.TreasuryService`.

use rangkai_db::Call;
use rangkai_primitives::{Id, Money, Sensitive};
use rangkai_proto::payments::v1::{self as wire, treasury_service_server::TreasuryService};
use rangkai_rpc::{Violations, call};
use tonic::{Request, Response, Status};

use super::{bank_reference::read_bank, refund::positive, refund_wire::read_kind};
use crate::{
    Payments,
    domain::{BankReference, Document, Refund},
    ops,
};

#[tonic::async_trait]
impl TreasuryService for Payments {
    async fn sweep_to_treasury(
        &self,
        request: Request<wire::SweepToTreasuryRequest>,
    ) -> Result<Response<wire::SweepToTreasuryResponse>, Status> {
        let (call, amount, bank) = read_sweep(&request)?;
        let reference = request.into_inner().treasury_reference;
        self.change(call, move |tx| {
            let (reference, bank) = (reference.clone(), bank.clone());
            async move {
                let sweep = ops::treasury::sweep(&tx, amount, reference, bank).await?;
                Ok(wire::SweepToTreasuryResponse { sweep_id: sweep.id.to_string() })
            }
        })
        .await
    }

    async fn submit_claim(
        &self,
        request: Request<wire::SubmitClaimRequest>,
    ) -> Result<Response<wire::SubmitClaimResponse>, Status> {
        let (call, id, documents) = read_submit(&request)?;
        self.change(call, move |tx| {
            let documents = documents.clone();
            async move {
                let refund = ops::claim::submit(&tx, id, documents).await?;
                Ok(wire::SubmitClaimResponse { refund: Some(refund.into()) })
            }
        })
        .await
    }

    async fn return_claim(
        &self,
        request: Request<wire::ReturnClaimRequest>,
    ) -> Result<Response<wire::ReturnClaimResponse>, Status> {
        let wire = request.get_ref();
        let (call, id) = read_claim(
            "rangkai.payments.v1.TreasuryService/ReturnClaim",
            &request,
            &wire.request_id,
            &wire.refund_id,
        )?;
        let note = Sensitive::new(wire.note.clone());
        self.change(call, move |tx| {
            let note = note.clone();
            async move {
                let refund = ops::claim::give_back(&tx, id, note).await?;
                Ok(wire::ReturnClaimResponse { refund: Some(refund.into()) })
            }
        })
        .await
    }

    async fn approve_claim(
        &self,
        request: Request<wire::ApproveClaimRequest>,
    ) -> Result<Response<wire::ApproveClaimResponse>, Status> {
        let wire = request.get_ref();
        let (call, id) = read_claim(
            "rangkai.payments.v1.TreasuryService/ApproveClaim",
            &request,
            &wire.request_id,
            &wire.refund_id,
        )?;
        self.change(call, move |tx| async move {
            let refund = ops::claim::approve(&tx, id).await?;
            Ok(wire::ApproveClaimResponse { refund: Some(refund.into()) })
        })
        .await
    }

    async fn reject_claim(
        &self,
        request: Request<wire::RejectClaimRequest>,
    ) -> Result<Response<wire::RejectClaimResponse>, Status> {
        let wire = request.get_ref();
        let (call, id) = read_claim(
            "rangkai.payments.v1.TreasuryService/RejectClaim",
            &request,
            &wire.request_id,
            &wire.refund_id,
        )?;
        let note = Sensitive::new(wire.note.clone());
        self.change(call, move |tx| {
            let note = note.clone();
            async move {
                let refund = ops::claim::reject(&tx, id, note).await?;
                Ok(wire::RejectClaimResponse { refund: Some(refund.into()) })
            }
        })
        .await
    }

    async fn settle_claim(
        &self,
        request: Request<wire::SettleClaimRequest>,
    ) -> Result<Response<wire::SettleClaimResponse>, Status> {
        let wire = request.get_ref();
        let (call, id) = read_claim(
            "rangkai.payments.v1.TreasuryService/SettleClaim",
            &request,
            &wire.request_id,
            &wire.refund_id,
        )?;
        let reference = wire.treasury_reference.clone();
        self.change(call, move |tx| {
            let reference = reference.clone();
            async move {
                let refund = ops::claim::settle(&tx, id, reference).await?;
                Ok(wire::SettleClaimResponse { refund: Some(refund.into()) })
            }
        })
        .await
    }
}

fn read_sweep(
    request: &Request<wire::SweepToTreasuryRequest>,
) -> Result<(Call, Money, Option<BankReference>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.TreasuryService/SweepToTreasury";
    let call = call(method, request, &mut fields, &wire.request_id);
    let amount = fields.require("amount", wire.amount.clone());
    let amount = amount.and_then(|amount| positive(amount, &mut fields));
    let bank = read_bank(&mut fields, &wire.bank_code, &wire.bank_reference);
    fields.check(|| Some((call?, amount?, bank)))
}

fn read_submit(
    request: &Request<wire::SubmitClaimRequest>,
) -> Result<(Call, Id<Refund>, Vec<Document>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.TreasuryService/SubmitClaim";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("refund_id", &wire.refund_id);
    let mut documents = Vec::new();
    for (place, document) in wire.documents.iter().enumerate() {
        let field = format!("documents[{place}].document_id");
        if let Some(id) = fields.parse(&field, &document.document_id) {
            let (kind, sha256) = (read_kind(document.kind()), document.sha256.clone());
            documents.push(Document { kind, id, sha256 });
        }
    }
    fields.check(|| Some((call?, id?, documents)))
}

/// Reads what a request about a claim says beside its own fields.
fn read_claim<R: prost::Message + prost::Name>(
    method: &'static str,
    request: &Request<R>,
    request_id: &str,
    refund_id: &str,
) -> Result<(Call, Id<Refund>), Status> {
    let mut fields = Violations::of(request.get_ref());
    let call = call(method, request, &mut fields, request_id);
    let id = fields.parse("refund_id", refund_id);
    fields.check(|| Some((call?, id?)))
}
