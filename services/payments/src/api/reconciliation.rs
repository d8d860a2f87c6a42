//! `rangkai.payments.v1.ReconciliationService`.

use rangkai_db::Call;
use rangkai_primitives::{Id, Page};
use rangkai_proto::payments::v1::{
    self as wire, reconciliation_service_server::ReconciliationService,
};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::bank_statement::{read_import, write_break};
use crate::{
    Payments,
    domain::{BankStatement, Break, BreakResolution, BreakState},
    ops,
};

/// Which breaks to list.
type Filter = (Option<BreakState>, Option<Id<BankStatement>>);

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
        let ((state, statement), page) = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::reconciliation::breaks(&tx, state, statement, &page).await }
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
        let (call, id, resolution) = read_propose(&request)?;
        let reason = request.into_inner().reason;
        self.change(call, move |tx| {
            let reason = reason.clone();
            async move {
                let it = ops::reconciliation::propose(&tx, id, resolution, reason).await?;
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
    fields.check(|| Some(((state, statement?), page?)))
}

fn read_propose(
    request: &Request<wire::ProposeResolutionRequest>,
) -> Result<(Call, Id<Break>, BreakResolution), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.ReconciliationService/ProposeResolution";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("break_id", &wire.break_id);
    let resolution = match wire.resolution() {
        wire::BreakResolution::Unspecified => None,
        wire::BreakResolution::Matched => Some(BreakResolution::Matched),
        wire::BreakResolution::Suspense => Some(BreakResolution::Suspense),
        wire::BreakResolution::Charge => Some(BreakResolution::Charge),
        wire::BreakResolution::Explained => Some(BreakResolution::Explained),
    };
    let resolution = fields.require("resolution", resolution);
    fields.check(|| Some((call?, id?, resolution?)))
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
