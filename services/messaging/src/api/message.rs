//! `rangkai.messaging.v1.MessageService`.

use std::time::Duration;

use rangkai_db::Call;
use rangkai_proto::messaging::v1::{self as wire, message_service_server::MessageService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::{status::of_change, words};
use crate::{
    Messaging,
    domain::{Address, NewMessage, Values},
    error::Error,
    ops,
};

/// How long a message is worth sending when the caller does not say.
const USUALLY_VALID: Duration = Duration::from_hours(3 * 24);
/// The longest that a message is worth sending.
const LONGEST_VALID: Duration = Duration::from_hours(30 * 24);

#[tonic::async_trait]
impl MessageService for Messaging {
    async fn send_message(
        &self,
        request: Request<wire::SendMessageRequest>,
    ) -> Result<Response<wire::SendMessageResponse>, Status> {
        let (call, new) = read_send(&request)?;
        let accept = move |tx| {
            let new = new.clone();
            async move {
                let message = ops::message::accept(&tx, new).await?;
                Ok::<_, Error>(wire::SendMessageResponse { message: Some(message.into()) })
            }
        };
        let request_id = call.request_id;
        let answer = self.db.once(call, accept).await;
        Ok(Response::new(answer.map_err(|error| of_change(error, request_id))?))
    }

    async fn get_message(
        &self,
        request: Request<wire::GetMessageRequest>,
    ) -> Result<Response<wire::GetMessageResponse>, Status> {
        let caller = rangkai_auth::caller(&request)?;
        let request = request.into_inner();
        let mut fields = Violations::of(&request);
        let id = fields.parse("message_id", &request.message_id);
        let id = fields.check(|| id)?;
        let get = move |tx| async move { ops::message::get(&tx, id).await };
        let message = Some(self.db.read(caller, get).await?.into());
        Ok(Response::new(wire::GetMessageResponse { message }))
    }

    async fn list_messages(
        &self,
        request: Request<wire::ListMessagesRequest>,
    ) -> Result<Response<wire::ListMessagesResponse>, Status> {
        let caller = rangkai_auth::caller(&request)?;
        let request = request.into_inner();
        let mut fields = Violations::of(&request);
        let case = fields.parse_if_set("case_id", &request.case_id);
        let state = words::state(request.state());
        let page = fields.page(request.page_size, &request.page_token);
        let (case, page) = fields.check(|| Some((case?, page?)))?;
        let list = move |tx| {
            let page = page.clone();
            async move { ops::message::list(&tx, case, state, &page).await }
        };
        let (messages, next) = self.db.read(caller, list).await?;
        Ok(Response::new(wire::ListMessagesResponse {
            messages: messages.into_iter().map(Into::into).collect(),
            next_page_token: page_token(&request, next),
        }))
    }
}

fn read_send(request: &Request<wire::SendMessageRequest>) -> Result<(Call, NewMessage), Status> {
    const METHOD: &str = "rangkai.messaging.v1.MessageService/SendMessage";
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(METHOD, request, &mut fields, &wire.request_id);
    let channel = words::channel(wire.channel());
    let address =
        channel.and_then(|channel| fields.keep("address", Address::read(channel, &wire.address)));
    let values = super::fit(&mut fields, Values::check(wire.variables.clone()));
    let case = fields.parse_if_set("case_id", &wire.case_id);
    let valid_for = read_validity(&mut fields, wire.valid_for.as_ref());
    fields.check(|| {
        let new = NewMessage {
            template_name: wire.template_name.clone(),
            channel: channel?,
            language: words::language(wire.language())?,
            recipient: wire.recipient_subject_id.clone(),
            address: address?,
            values: values?,
            case: case?,
            valid_for: valid_for?,
        };
        Some((call?, new))
    })
}

fn read_validity(
    fields: &mut Violations,
    wire: Option<&prost_types::Duration>,
) -> Option<Duration> {
    let Some(wire) = wire else { return Some(USUALLY_VALID) };
    let span = fields.keep("valid_for", rangkai_proto::read_duration(wire))?;
    let fits = !span.is_zero() && span <= LONGEST_VALID;
    fields.keep("valid_for", fits.then_some(span).ok_or("must be more than 0 and at most 30 days"))
}
