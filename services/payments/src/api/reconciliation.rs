//! `rangkai.payments.v1.ReconciliationService`.

use rangkai_db::Call;
use rangkai_primitives::{Id, Page};
use rangkai_proto::payments::v1::{
    self as wire, reconciliation_service_server::ReconciliationService,
};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::{
    bank_statement::{read_import, read_resolution, write_break},
    statement_message::read_message,
};
use crate::{
    Payments,
    domain::{BankStatement, Break, BreakResolution, BreakState, Proposal},
    ops,
};

/// How many breaks the answer to a message tells.
const TOLD: usize = 1_000;

/// Which breaks to list: in a state, of a statement, and whether only those that are not settled.
type Filter = (Option<BreakState>, (Option<Id<BankStatement>>, bool));

#[tonic::async_trait]
impl ReconciliationService for Payments {
    async fn import_statement(
        &self,
        request: Request<wire::ImportStatementRequest>,
    ) -> Result<Response<wire::ImportStatementResponse>, Status> {
        let (call, new) = read_import(&request, self.db.clock().now())?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let (statement, breaks) = ops::reconciliation::import(&tx, new).await?;
                Ok(wire::ImportStatementResponse {
                    statement: Some(statement.into()),
                    breaks: breaks.into_iter().map(write_break).collect(),
                })
            }
        })
        .await
    }

    async fn import_statement_message(
        &self,
        request: Request<wire::ImportStatementMessageRequest>,
    ) -> Result<Response<wire::ImportStatementMessageResponse>, Status> {
        let (call, new) = read_message(&request, self.db.clock().now())?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let mut answer = wire::ImportStatementMessageResponse::default();
                for new in new {
                    let (statement, breaks) = ops::reconciliation::import(&tx, new).await?;
                    answer.statements.push(statement.into());
                    let room = TOLD.saturating_sub(answer.breaks.len());
                    answer.breaks.extend(breaks.into_iter().take(room).map(write_break));
                }
                Ok(answer)
            }
        })
        .await
    }

    async fn list_statements(
        &self,
        request: Request<wire::ListStatementsRequest>,
    ) -> Result<Response<wire::ListStatementsResponse>, Status> {
        let wire = request.get_ref();
        let mut fields = Violations::of(wire);
        let page = fields.page(wire.page_size, &wire.page_token);
        let page = fields.check(|| page)?;
        let bank_code = Some(wire.bank_code.clone()).filter(|code| !code.is_empty());
        let listing = move |tx| {
            let (bank_code, page) = (bank_code.clone(), page.clone());
            async move { ops::reconciliation::statements(&tx, bank_code.as_deref(), &page).await }
        };
        let (statements, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListStatementsResponse {
            statements: statements.into_iter().map(wire::BankStatement::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn list_breaks(
        &self,
        request: Request<wire::ListBreaksRequest>,
    ) -> Result<Response<wire::ListBreaksResponse>, Status> {
        let ((state, of), page) = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::reconciliation::breaks(&tx, state, of, &page).await }
        };
        let (breaks, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListBreaksResponse {
            breaks: breaks.into_iter().map(write_break).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn propose_resolution(
        &self,
        request: Request<wire::ProposeResolutionRequest>,
    ) -> Result<Response<wire::ProposeResolutionResponse>, Status> {
        let (call, id, proposal) = read_propose(&request)?;
        self.change(call, move |tx| {
            let proposal = proposal.clone();
            async move {
                let it = ops::reconciliation::propose(&tx, id, proposal).await?;
                Ok(wire::ProposeResolutionResponse { r#break: Some(write_break(it)) })
            }
        })
        .await
    }

    async fn confirm_resolution(
        &self,
        request: Request<wire::ConfirmResolutionRequest>,
    ) -> Result<Response<wire::ConfirmResolutionResponse>, Status> {
        let (call, id) = read_confirm(&request)?;
        self.change(call, move |tx| async move {
            let it = ops::reconciliation::confirm(&tx, id).await?;
            Ok(wire::ConfirmResolutionResponse { r#break: Some(write_break(it)) })
        })
        .await
    }
}

fn read_list(wire: &wire::ListBreaksRequest) -> Result<(Filter, Page<Break>), Status> {
    let mut fields = Violations::of(wire);
    let state = match wire.state() {
        wire::BreakState::Unspecified => None,
        wire::BreakState::Open => Some(BreakState::Open),
        wire::BreakState::Proposed => Some(BreakState::Proposed),
        wire::BreakState::Resolved => Some(BreakState::Resolved),
    };
    let statement = fields.parse_if_set("statement_id", &wire.statement_id);
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some(((state, (statement?, wire.unsettled)), page?)))
}

fn read_propose(
    request: &Request<wire::ProposeResolutionRequest>,
) -> Result<(Call, Id<Break>, Proposal), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.ReconciliationService/ProposeResolution";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("break_id", &wire.break_id);
    let resolution = fields.require("resolution", read_resolution(wire.resolution()));
    let earlier = fields.parse_if_set("earlier_break_id", &wire.earlier_break_id);
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let (number, bank) = (given(&wire.found_reference), given(&wire.found_bank_code));
    let belongs = |fields: &mut Violations, name: &str, is_given: bool, to: BreakResolution| {
        if resolution.is_some_and(|resolution| is_given && resolution != to) {
            fields.add(name, format!("belongs to {}", to.as_str().to_uppercase()));
        }
    };
    belongs(&mut fields, "found_reference", number.is_some(), BreakResolution::Identified);
    belongs(&mut fields, "found_bank_code", bank.is_some(), BreakResolution::Identified);
    let corrected = BreakResolution::Corrected;
    belongs(&mut fields, "earlier_break_id", earlier.flatten().is_some(), corrected);
    if resolution == Some(BreakResolution::Identified) && number.is_none() {
        fields.add("found_reference", "is required with IDENTIFIED");
    }
    if resolution == Some(corrected) && earlier == Some(None) {
        fields.add("earlier_break_id", "is required with CORRECTED");
    }
    fields.check(|| {
        let proposal = Proposal {
            resolution: resolution?,
            reason: wire.reason.clone(),
            found: number.map(|number| (bank, number)),
            earlier: earlier?,
        };
        Some((call?, id?, proposal))
    })
}

fn read_confirm(
    request: &Request<wire::ConfirmResolutionRequest>,
) -> Result<(Call, Id<Break>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.ReconciliationService/ConfirmResolution";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("break_id", &wire.break_id);
    fields.check(|| Some((call?, id?)))
}
