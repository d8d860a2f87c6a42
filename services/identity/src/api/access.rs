//! `rangkai.identity.v1.AccessService`.

use rangkai_auth::caller;
use rangkai_primitives::Page;
use rangkai_proto::identity::v1::{self as wire, access_service_server::AccessService};
use rangkai_rpc::{Violations, page_token};
use tonic::{Request, Response, Status};

use super::purpose::read_subject;
use crate::{
    Identity,
    domain::{Access, SubjectId},
    ops,
};

#[tonic::async_trait]
impl AccessService for Identity {
    async fn list_accesses(
        &self,
        request: Request<wire::ListAccessesRequest>,
    ) -> Result<Response<wire::ListAccessesResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let asked = read_list(&request)?;
        let listed = self.db.act(caller, "identity: list accesses", move |tx| {
            let (subject, page) = asked.clone();
            async move { ops::access::list(&tx, &subject, &page).await }
        });
        let (accesses, next) = listed.await?;
        Ok(Response::new(wire::ListAccessesResponse {
            accesses: accesses.into_iter().map(wire::Access::from).collect(),
            next_page_token: page_token(&request, next),
        }))
    }
}

fn read_list(request: &wire::ListAccessesRequest) -> Result<(SubjectId, Page<Access>), Status> {
    let mut fields = Violations::of(request);
    let subject = read_subject(&mut fields, &request.subject_id);
    let page = fields.page(request.page_size, &request.page_token);
    fields.check(|| Some((subject?, page?)))
}
