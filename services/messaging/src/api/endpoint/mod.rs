//! `rangkai.messaging.v1.EndpointService`.

mod read;
mod write;

use rangkai_proto::messaging::v1::{self as wire, endpoint_service_server::EndpointService};
use rangkai_rpc::{Violations, page_token};
use tonic::{Request, Response, Status};

use self::{
    read::{read_delivery, read_endpoint, read_register, read_rotate, read_update},
    write::Shown,
};
use super::status::of_change;
use crate::{
    Messaging,
    domain::{DisableReason, EndpointRefusal, NewEndpoint},
    error::Error,
    events, ops,
};

#[tonic::async_trait]
impl EndpointService for Messaging {
    async fn register_endpoint(
        &self,
        request: Request<wire::RegisterEndpointRequest>,
    ) -> Result<Response<wire::RegisterEndpointResponse>, Status> {
        let (call, new) = read_register(&request)?;
        let judged = self.judge(&new);
        let register = move |tx| {
            let (new, judged) = (new.clone(), judged.clone());
            async move {
                judged?;
                let Shown { endpoint, secret } = ops::endpoint::register(&tx, new).await?.into();
                Ok::<_, Error>(wire::RegisterEndpointResponse { endpoint, secret })
            }
        };
        let request_id = call.request_id;
        let answer = self.db.once(call, register).await;
        Ok(Response::new(answer.map_err(|error| of_change(error, request_id))?))
    }

    async fn update_endpoint(
        &self,
        request: Request<wire::UpdateEndpointRequest>,
    ) -> Result<Response<wire::UpdateEndpointResponse>, Status> {
        let (call, id, new, etag) = read_update(&request)?;
        let judged = self.judge(&new);
        let update = move |tx| {
            let (new, judged, etag) = (new.clone(), judged.clone(), etag.clone());
            async move {
                ops::endpoint::get(&tx, id).await?;
                judged?;
                let endpoint = ops::endpoint::update(&tx, id, new, &etag).await?;
                Ok::<_, Error>(wire::UpdateEndpointResponse { endpoint: Some(endpoint.into()) })
            }
        };
        let request_id = call.request_id;
        let answer = self.db.once(call, update).await;
        Ok(Response::new(answer.map_err(|error| of_change(error, request_id))?))
    }

    async fn rotate_secret(
        &self,
        request: Request<wire::RotateSecretRequest>,
    ) -> Result<Response<wire::RotateSecretResponse>, Status> {
        let (call, id, overlap) = read_rotate(&request)?;
        let rotate = move |tx| async move {
            let Shown { endpoint, secret } = ops::endpoint::rotate(&tx, id, overlap).await?.into();
            Ok::<_, Error>(wire::RotateSecretResponse { endpoint, secret })
        };
        let request_id = call.request_id;
        let answer = self.db.once(call, rotate).await;
        Ok(Response::new(answer.map_err(|error| of_change(error, request_id))?))
    }

    async fn disable_endpoint(
        &self,
        request: Request<wire::DisableEndpointRequest>,
    ) -> Result<Response<wire::DisableEndpointResponse>, Status> {
        const METHOD: &str = "rangkai.messaging.v1.EndpointService/DisableEndpoint";
        let wire = request.get_ref();
        let (call, id) = read_endpoint(METHOD, &request, &wire.request_id, &wire.endpoint_id)?;
        let disable = move |tx| async move {
            let endpoint = ops::endpoint::disable(&tx, id, DisableReason::Requested).await?;
            Ok::<_, Error>(wire::DisableEndpointResponse { endpoint: Some(endpoint.into()) })
        };
        let request_id = call.request_id;
        let answer = self.db.once(call, disable).await;
        Ok(Response::new(answer.map_err(|error| of_change(error, request_id))?))
    }

    async fn enable_endpoint(
        &self,
        request: Request<wire::EnableEndpointRequest>,
    ) -> Result<Response<wire::EnableEndpointResponse>, Status> {
        const METHOD: &str = "rangkai.messaging.v1.EndpointService/EnableEndpoint";
        let wire = request.get_ref();
        let (call, id) = read_endpoint(METHOD, &request, &wire.request_id, &wire.endpoint_id)?;
        let messaging = self.clone();
        let enable = move |tx| {
            let messaging = messaging.clone();
            async move {
                let found = ops::endpoint::get(&tx, id).await?;
                messaging.judge(&NewEndpoint { url: found.url, types: found.types })?;
                let endpoint = ops::endpoint::enable(&tx, id).await?;
                Ok::<_, Error>(wire::EnableEndpointResponse { endpoint: Some(endpoint.into()) })
            }
        };
        let request_id = call.request_id;
        let answer = self.db.once(call, enable).await;
        Ok(Response::new(answer.map_err(|error| of_change(error, request_id))?))
    }

    async fn list_endpoints(
        &self,
        request: Request<wire::ListEndpointsRequest>,
    ) -> Result<Response<wire::ListEndpointsResponse>, Status> {
        let caller = rangkai_auth::caller(&request)?;
        let request = request.into_inner();
        let mut fields = Violations::of(&request);
        let page = fields.page(request.page_size, &request.page_token);
        let page = fields.check(|| page)?;
        let list = move |tx| {
            let page = page.clone();
            async move { ops::endpoint::list(&tx, &page).await }
        };
        let (endpoints, next) = self.db.read(caller, list).await?;
        Ok(Response::new(wire::ListEndpointsResponse {
            endpoints: endpoints.into_iter().map(Into::into).collect(),
            next_page_token: page_token(&request, next),
        }))
    }

    async fn list_deliveries(
        &self,
        request: Request<wire::ListDeliveriesRequest>,
    ) -> Result<Response<wire::ListDeliveriesResponse>, Status> {
        let caller = rangkai_auth::caller(&request)?;
        let request = request.into_inner();
        let mut fields = Violations::of(&request);
        let endpoint = fields.parse("endpoint_id", &request.endpoint_id);
        let state = read::state(request.state());
        let page = fields.page(request.page_size, &request.page_token);
        let (endpoint, page) = fields.check(|| Some((endpoint?, page?)))?;
        let list = move |tx| {
            let page = page.clone();
            async move { ops::webhook::list(&tx, endpoint, state, &page).await }
        };
        let (deliveries, next) = self.db.read(caller, list).await?;
        Ok(Response::new(wire::ListDeliveriesResponse {
            deliveries: deliveries.into_iter().map(Into::into).collect(),
            next_page_token: page_token(&request, next),
        }))
    }

    async fn retry_delivery(
        &self,
        request: Request<wire::RetryDeliveryRequest>,
    ) -> Result<Response<wire::RetryDeliveryResponse>, Status> {
        let (call, id) = read_delivery(&request)?;
        let retry = move |tx| async move {
            let delivery = ops::webhook::retry(&tx, id).await?;
            Ok::<_, Error>(wire::RetryDeliveryResponse { delivery: Some(delivery.into()) })
        };
        let request_id = call.request_id;
        let answer = self.db.once(call, retry).await;
        Ok(Response::new(answer.map_err(|error| of_change(error, request_id))?))
    }

    async fn send_test_event(
        &self,
        request: Request<wire::SendTestEventRequest>,
    ) -> Result<Response<wire::SendTestEventResponse>, Status> {
        const METHOD: &str = "rangkai.messaging.v1.EndpointService/SendTestEvent";
        let wire = request.get_ref();
        let (call, id) = read_endpoint(METHOD, &request, &wire.request_id, &wire.endpoint_id)?;
        let send = move |tx: rangkai_db::Tx| async move {
            ops::endpoint::get(&tx, id).await?.expect_enabled()?;
            let test = events::test(id, tx.now());
            let delivery = ops::webhook::queue(&tx, id, test).await?.map(Into::into);
            Ok::<_, Error>(wire::SendTestEventResponse { delivery })
        };
        let request_id = call.request_id;
        let answer = self.db.once(call, send).await;
        Ok(Response::new(answer.map_err(|error| of_change(error, request_id))?))
    }
}

impl Messaging {
    /// Whether the operator's rules allow the URL.
    fn judge(&self, new: &NewEndpoint) -> Result<(), EndpointRefusal> {
        let judged = self.courier.check(new.url.reveal());
        judged.map_err(|error| EndpointRefusal::UrlNotAllowed { rule: error.word() })
    }
}
