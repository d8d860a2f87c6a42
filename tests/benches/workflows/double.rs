//! A block that answers at once.

use rangkai_proto::payments::v1::{
    ConfirmRefundRequest, ConfirmRefundResponse, GetRefundRequest, GetRefundResponse,
    IssueRefundRequest, IssueRefundResponse, ListRefundsRequest, ListRefundsResponse, Refund,
    refund_service_server::RefundService,
};
use tonic::{Request, Response, Status};

/// Answers every refund.
pub(super) struct Double;

#[tonic::async_trait]
impl RefundService for Double {
    async fn issue_refund(
        &self,
        request: Request<IssueRefundRequest>,
    ) -> Result<Response<IssueRefundResponse>, Status> {
        let IssueRefundRequest { request_id, bill_id, .. } = request.into_inner();
        let refund = Refund { refund_id: request_id, bill_id, ..Refund::default() };
        Ok(Response::new(IssueRefundResponse { refund: Some(refund) }))
    }

    async fn confirm_refund(
        &self,
        _: Request<ConfirmRefundRequest>,
    ) -> Result<Response<ConfirmRefundResponse>, Status> {
        Err(Status::unimplemented("no workflow calls it"))
    }

    async fn get_refund(
        &self,
        _: Request<GetRefundRequest>,
    ) -> Result<Response<GetRefundResponse>, Status> {
        Err(Status::unimplemented("no workflow calls it"))
    }

    async fn list_refunds(
        &self,
        _: Request<ListRefundsRequest>,
    ) -> Result<Response<ListRefundsResponse>, Status> {
        Err(Status::unimplemented("no workflow calls it"))
    }
}
