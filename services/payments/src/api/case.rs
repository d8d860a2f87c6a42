//! `rangkai.payments.v1.CaseService`.

use rangkai_proto::payments::v1::{self as wire, case_service_server::CaseService};
use rangkai_rpc::Violations;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{
    Payments,
    domain::{OpenItem, OpenItemKind},
    ops,
};

#[tonic::async_trait]
impl CaseService for Payments {
    async fn get_case_money(
        &self,
        request: Request<wire::GetCaseMoneyRequest>,
    ) -> Result<Response<wire::GetCaseMoneyResponse>, Status> {
        let wire = request.get_ref();
        let mut fields = Violations::of(wire);
        let case: Option<Uuid> = fields.parse("case_id", &wire.case_id);
        let case = fields.check(|| case)?;
        let looking = move |tx| async move { ops::case::open_items(&tx, case).await };
        let items = self.look(&request, looking).await?;
        Ok(Response::new(wire::GetCaseMoneyResponse {
            resolved: items.is_empty(),
            items: items.into_iter().map(wire::OpenItem::from).collect(),
        }))
    }
}

impl From<OpenItem> for wire::OpenItem {
    fn from(item: OpenItem) -> Self {
        let kind = match item.kind {
            OpenItemKind::Bill => wire::OpenItemKind::Bill,
            OpenItemKind::Refund => wire::OpenItemKind::Refund,
            OpenItemKind::Suspense => wire::OpenItemKind::Suspense,
            OpenItemKind::Credit => wire::OpenItemKind::Credit,
            OpenItemKind::Dispute => wire::OpenItemKind::Dispute,
            OpenItemKind::Return => wire::OpenItemKind::Return,
            OpenItemKind::Collection => wire::OpenItemKind::Collection,
        };
        Self { kind: kind.into(), item_id: item.id.to_string(), amount: Some(item.amount.into()) }
    }
}
