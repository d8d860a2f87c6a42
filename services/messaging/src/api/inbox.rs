//! `rangkai.messaging.v1.InboxService`.

use rangkai_proto::messaging::v1::{self as wire, inbox_service_server::InboxService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::status::of_change;
use crate::{Messaging, error::Error, ops, ops::inbox::Item};

#[tonic::async_trait]
impl InboxService for Messaging {
    /// Reading an inbox leaves a record, so it is a unit of work that writes.
    async fn list_inbox(
        &self,
        request: Request<wire::ListInboxRequest>,
    ) -> Result<Response<wire::ListInboxResponse>, Status> {
        let caller = rangkai_auth::caller(&request)?;
        let request = request.into_inner();
        let mut fields = Violations::of(&request);
        let page = fields.page(request.page_size, &request.page_token);
        let page = fields.check(|| page)?;
        let recipient = request.subject_id.clone();
        let list = move |tx| {
            let (recipient, page) = (recipient.clone(), page.clone());
            async move { ops::inbox::list(&tx, &recipient, &page).await }
        };
        let operation = "rangkai.messaging.v1.InboxService/ListInbox";
        let (items, next) = self.db.act::<_, Error, _, _>(caller, operation, list).await?;
        Ok(Response::new(wire::ListInboxResponse {
            items: items.into_iter().map(write).collect(),
            next_page_token: page_token(&request, next),
        }))
    }

    async fn mark_read(
        &self,
        request: Request<wire::MarkReadRequest>,
    ) -> Result<Response<wire::MarkReadResponse>, Status> {
        const METHOD: &str = "rangkai.messaging.v1.InboxService/MarkRead";
        let wire = request.get_ref();
        let mut fields = Violations::of(wire);
        let call = call(METHOD, &request, &mut fields, &wire.request_id);
        let id = fields.parse("message_id", &wire.message_id);
        let (call, id) = fields.check(|| Some((call?, id?)))?;
        let mark = move |tx| async move {
            let item = ops::inbox::mark_read(&tx, id).await?;
            Ok::<_, Error>(wire::MarkReadResponse { item: Some(write(item)) })
        };
        let request_id = call.request_id;
        let answer = self.db.once(call, mark).await;
        Ok(Response::new(answer.map_err(|error| of_change(error, request_id))?))
    }
}

fn write((message, content): Item) -> wire::InboxItem {
    wire::InboxItem {
        message_id: message.id.to_string(),
        subject: content.subject.into_inner(),
        body: content.body.into_inner(),
        case_id: message.case.map(|case| case.to_string()).unwrap_or_default(),
        read: message.read_time.is_some(),
        create_time: Some(rangkai_proto::time(message.create_time)),
    }
}
