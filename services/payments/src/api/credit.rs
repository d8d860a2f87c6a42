//! `rangkai.payments.v1.CreditService`.

use rangkai_primitives::Page;
use rangkai_proto::payments::v1::{self as wire, credit_service_server::CreditService};
use rangkai_rpc::{Violations, page_token};
use tonic::{Request, Response, Status};

use crate::{
    Payments,
    domain::{Credit, CreditSource},
    ops,
};

#[tonic::async_trait]
impl CreditService for Payments {
    async fn list_credits(
        &self,
        request: Request<wire::ListCreditsRequest>,
    ) -> Result<Response<wire::ListCreditsResponse>, Status> {
        let (payer, page) = read_list(request.get_ref())?;
        let unused = request.get_ref().unused_only;
        let listing = move |tx| {
            let (payer, page) = (payer.clone(), page.clone());
            async move { ops::credit::list(&tx, payer.as_deref(), unused, &page).await }
        };
        let (credits, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListCreditsResponse {
            credits: credits.into_iter().map(wire::Credit::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }
}

fn read_list(wire: &wire::ListCreditsRequest) -> Result<(Option<String>, Page<Credit>), Status> {
    let mut fields = Violations::of(wire);
    let payer = Some(wire.payer_subject_id.clone()).filter(|payer| !payer.is_empty());
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some((payer, page?)))
}

impl From<Credit> for wire::Credit {
    fn from(credit: Credit) -> Self {
        let source = match credit.source {
            CreditSource::Bill(_) => wire::CreditSource::Bill,
            CreditSource::Refund(_) => wire::CreditSource::Refund,
            CreditSource::Suspense(_) => wire::CreditSource::Suspense,
        };
        Self {
            credit_id: credit.id.to_string(),
            left: Some(credit.left().into()),
            payer_subject_id: credit.payer,
            amount: Some(credit.amount.into()),
            source: source.into(),
            source_id: credit.source.id().to_string(),
            create_time: Some(rangkai_proto::time(credit.create_time)),
            update_time: Some(rangkai_proto::time(credit.update_time)),
        }
    }
}
