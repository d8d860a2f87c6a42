//! `rangkai.payments.v1.DisputeService`.

use rangkai_db::Call;
use rangkai_primitives::{Id, Money, Page};
use rangkai_proto::payments::v1::{self as wire, dispute_service_server::DisputeService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use crate::{
    Payments,
    domain::{Dispute, DisputeEnd, DisputeReason, DisputeState, NewDispute},
    ops,
};

#[tonic::async_trait]
impl DisputeService for Payments {
    async fn open_dispute(
        &self,
        request: Request<wire::OpenDisputeRequest>,
    ) -> Result<Response<wire::OpenDisputeResponse>, Status> {
        let (call, new) = read_open(&request)?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let dispute = ops::dispute::open(&tx, new).await?;
                Ok(wire::OpenDisputeResponse { dispute: Some(dispute.into()) })
            }
        })
        .await
    }

    async fn answer_dispute(
        &self,
        request: Request<wire::AnswerDisputeRequest>,
    ) -> Result<Response<wire::AnswerDisputeResponse>, Status> {
        let (call, id) = read_answer(&request)?;
        let evidence = request.into_inner().evidence;
        self.change(call, move |tx| {
            let evidence = evidence.clone();
            async move {
                let dispute = ops::dispute::answer(&tx, id, evidence).await?;
                Ok(wire::AnswerDisputeResponse { dispute: Some(dispute.into()) })
            }
        })
        .await
    }

    async fn end_dispute(
        &self,
        request: Request<wire::EndDisputeRequest>,
    ) -> Result<Response<wire::EndDisputeResponse>, Status> {
        let (call, id, end) = read_end(&request)?;
        self.change(call, move |tx| {
            let end = end.clone();
            async move {
                let dispute = ops::dispute::end(&tx, id, end).await?;
                Ok(wire::EndDisputeResponse { dispute: Some(dispute.into()) })
            }
        })
        .await
    }

    async fn get_dispute(
        &self,
        request: Request<wire::GetDisputeRequest>,
    ) -> Result<Response<wire::GetDisputeResponse>, Status> {
        let wire = request.get_ref();
        let mut fields = Violations::of(wire);
        let id = fields.parse("dispute_id", &wire.dispute_id);
        let id = fields.check(|| id)?;
        let getting = move |tx| async move { ops::dispute::get(&tx, id).await };
        let dispute = self.look(&request, getting).await?;
        Ok(Response::new(wire::GetDisputeResponse { dispute: Some(dispute.into()) }))
    }

    async fn list_disputes(
        &self,
        request: Request<wire::ListDisputesRequest>,
    ) -> Result<Response<wire::ListDisputesResponse>, Status> {
        let (state, page) = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::dispute::list(&tx, state, &page).await }
        };
        let (disputes, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListDisputesResponse {
            disputes: disputes.into_iter().map(wire::Dispute::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }
}

fn read_open(request: &Request<wire::OpenDisputeRequest>) -> Result<(Call, NewDispute), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.DisputeService/OpenDispute";
    let call = call(method, request, &mut fields, &wire.request_id);
    let bill = fields.parse("bill_id", &wire.bill_id);
    let amount = match wire.amount.clone() {
        Some(amount) => {
            let amount = Money::try_from(amount).and_then(Money::positive);
            fields.keep("amount", amount).map(Some)
        }
        None => Some(None),
    };
    let reason = fields.require("reason", read_reason(wire.reason()));
    fields.check(|| {
        let new = NewDispute {
            bill: bill?,
            amount: amount?,
            reason: reason?,
            bank_code: wire.bank_code.clone(),
            bank_case: wire.bank_case.clone(),
        };
        Some((call?, new))
    })
}

fn read_answer(
    request: &Request<wire::AnswerDisputeRequest>,
) -> Result<(Call, Id<Dispute>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.DisputeService/AnswerDispute";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("dispute_id", &wire.dispute_id);
    fields.check(|| Some((call?, id?)))
}

fn read_end(
    request: &Request<wire::EndDisputeRequest>,
) -> Result<(Call, Id<Dispute>, DisputeEnd), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.DisputeService/EndDispute";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("dispute_id", &wire.dispute_id);
    let number = Some(wire.bank_reference.clone()).filter(|number| !number.is_empty());
    if wire.won && number.is_some() {
        fields.add("bank_reference", "belongs to a dispute that was lost");
    }
    let end = if wire.won { DisputeEnd::Won } else { DisputeEnd::Lost(number) };
    fields.check(|| Some((call?, id?, end)))
}

fn read_list(
    wire: &wire::ListDisputesRequest,
) -> Result<(Option<DisputeState>, Page<Dispute>), Status> {
    let mut fields = Violations::of(wire);
    let state = match wire.state() {
        wire::DisputeState::Unspecified => None,
        wire::DisputeState::Open => Some(DisputeState::Open),
        wire::DisputeState::Answered => Some(DisputeState::Answered),
        wire::DisputeState::Won => Some(DisputeState::Won),
        wire::DisputeState::Lost => Some(DisputeState::Lost),
    };
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some((state, page?)))
}

fn read_reason(wire: wire::DisputeReason) -> Option<DisputeReason> {
    match wire {
        wire::DisputeReason::Unspecified => None,
        wire::DisputeReason::NotAuthorised => Some(DisputeReason::NotAuthorised),
        wire::DisputeReason::Duplicate => Some(DisputeReason::Duplicate),
        wire::DisputeReason::NotProvided => Some(DisputeReason::NotProvided),
        wire::DisputeReason::WrongAmount => Some(DisputeReason::WrongAmount),
        wire::DisputeReason::Other => Some(DisputeReason::Other),
    }
}

impl From<Dispute> for wire::Dispute {
    fn from(dispute: Dispute) -> Self {
        let reason = match dispute.reason {
            DisputeReason::NotAuthorised => wire::DisputeReason::NotAuthorised,
            DisputeReason::Duplicate => wire::DisputeReason::Duplicate,
            DisputeReason::NotProvided => wire::DisputeReason::NotProvided,
            DisputeReason::WrongAmount => wire::DisputeReason::WrongAmount,
            DisputeReason::Other => wire::DisputeReason::Other,
        };
        let state = match dispute.state {
            DisputeState::Open => wire::DisputeState::Open,
            DisputeState::Answered => wire::DisputeState::Answered,
            DisputeState::Won => wire::DisputeState::Won,
            DisputeState::Lost => wire::DisputeState::Lost,
        };
        Self {
            dispute_id: dispute.id.to_string(),
            bill_id: dispute.bill.to_string(),
            case_id: dispute.case.to_string(),
            amount: Some(dispute.amount.into()),
            reason: reason.into(),
            bank_code: dispute.bank_code,
            bank_case: dispute.bank_case,
            evidence: dispute.evidence,
            state: state.into(),
            opened_by: dispute.opened_by,
            ended_by: dispute.ended_by,
            create_time: Some(rangkai_proto::time(dispute.create_time)),
            update_time: Some(rangkai_proto::time(dispute.update_time)),
            bank_reference: dispute.bank_reference,
        }
    }
}
