//! Settling what became of instances that ended by an error.

use rangkai_auth::caller;
use rangkai_primitives::Id;
use rangkai_proto::{
    time,
    workflow::v1::{self as wire, dead_letter_service_server::DeadLetterService},
};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::status::of_change;
use crate::{
    Workflow,
    domain::{
        instance::Instance,
        settlement::{DeadLetter, Settlement},
    },
    error::Error,
    ops,
};

#[tonic::async_trait]
impl DeadLetterService for Workflow {
    async fn list_dead_letters(
        &self,
        request: Request<wire::ListDeadLettersRequest>,
    ) -> Result<Response<wire::ListDeadLettersResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let mut fields = Violations::of(&request);
        let page = fields.page::<Instance>(request.page_size, &request.page_token);
        let page = fields.check(|| page)?;
        let method = "rangkai.workflow.v1.DeadLetterService/ListDeadLetters";
        let list = move |tx| {
            let page = page.clone();
            async move { ops::settlement::list(&tx, &page).await }
        };
        let (found, next) = self.db.act(caller, method, list).await?;
        Ok(Response::new(wire::ListDeadLettersResponse {
            dead_letters: found.into_iter().map(Into::into).collect(),
            next_page_token: page_token(&request, next),
        }))
    }

    async fn propose_settlement(
        &self,
        request: Request<wire::ProposeSettlementRequest>,
    ) -> Result<Response<wire::ProposeSettlementResponse>, Status> {
        let method = "rangkai.workflow.v1.DeadLetterService/ProposeSettlement";
        let mut fields = Violations::of(request.get_ref());
        let call = call(method, &request, &mut fields, &request.get_ref().request_id);
        let id = fields.parse::<Id<Instance>>("instance_id", &request.get_ref().instance_id);
        let (call, id) = fields.check(|| Some((call?, id?)))?;
        let (request_id, reason) = (call.request_id, request.into_inner().reason);
        let work = move |tx| {
            let reason = reason.clone();
            async move {
                let proposed = ops::settlement::propose(&tx, id, reason).await?;
                Ok(wire::ProposeSettlementResponse { settlement: Some(proposed.into()) })
            }
        };
        let answer = self.db.once(call, work).await;
        Ok(Response::new(answer.map_err(|error: Error| of_change(error, request_id))?))
    }

    async fn confirm_settlement(
        &self,
        request: Request<wire::ConfirmSettlementRequest>,
    ) -> Result<Response<wire::ConfirmSettlementResponse>, Status> {
        let method = "rangkai.workflow.v1.DeadLetterService/ConfirmSettlement";
        let mut fields = Violations::of(request.get_ref());
        let call = call(method, &request, &mut fields, &request.get_ref().request_id);
        let id = fields.parse::<Id<Settlement>>("settlement_id", &request.get_ref().settlement_id);
        let (call, id) = fields.check(|| Some((call?, id?)))?;
        let request_id = call.request_id;
        let work = move |tx| async move {
            let confirmed = ops::settlement::confirm(&tx, id).await?;
            Ok(wire::ConfirmSettlementResponse { settlement: Some(confirmed.into()) })
        };
        let answer = self.db.once(call, work).await;
        Ok(Response::new(answer.map_err(|error: Error| of_change(error, request_id))?))
    }
}

impl From<DeadLetter> for wire::DeadLetter {
    fn from(letter: DeadLetter) -> Self {
        Self {
            instance: Some(letter.instance.into()),
            problem: letter.problem.map(Into::into),
            settlement: letter.proposed.map(Into::into),
        }
    }
}

impl From<Settlement> for wire::Settlement {
    fn from(settlement: Settlement) -> Self {
        let (confirmed_by, confirm_time) = settlement.confirmed.unzip();
        Self {
            settlement_id: settlement.id.to_string(),
            instance_id: settlement.instance.to_string(),
            proposed_by: settlement.proposed_by,
            reason: settlement.reason,
            propose_time: Some(time(settlement.propose_time)),
            confirmed_by: confirmed_by.unwrap_or_default(),
            confirm_time: confirm_time.map(time),
        }
    }
}
