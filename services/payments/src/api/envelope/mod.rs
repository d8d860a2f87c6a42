//! `rangkai.payments.v1.EnvelopeService`.

mod read;
mod write;

use rangkai_proto::payments::v1::{self as wire, envelope_service_server::EnvelopeService};
use rangkai_rpc::page_token;
use tonic::{Request, Response, Status};

pub use write::{finding, state};

use crate::{Payments, ops};

#[tonic::async_trait]
impl EnvelopeService for Payments {
    async fn create_envelope(
        &self,
        request: Request<wire::CreateEnvelopeRequest>,
    ) -> Result<Response<wire::CreateEnvelopeResponse>, Status> {
        let (call, new) = read::create(&request, &self.envelopes)?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let view = ops::envelope::create(&tx, new).await?;
                Ok(wire::CreateEnvelopeResponse { envelope: Some(view.into()) })
            }
        })
        .await
    }

    async fn seal_envelope(
        &self,
        request: Request<wire::SealEnvelopeRequest>,
    ) -> Result<Response<wire::SealEnvelopeResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.payments.v1.EnvelopeService/SealEnvelope";
        let (call, id) = read::one(method, &request, &wire.request_id, &wire.envelope_id)?;
        self.change(call, move |tx| async move {
            let view = ops::envelope::seal(&tx, id).await?;
            Ok(wire::SealEnvelopeResponse { envelope: Some(view.into()) })
        })
        .await
    }

    async fn validate_envelope(
        &self,
        request: Request<wire::ValidateEnvelopeRequest>,
    ) -> Result<Response<wire::ValidateEnvelopeResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.payments.v1.EnvelopeService/ValidateEnvelope";
        let (call, id) = read::one(method, &request, &wire.request_id, &wire.envelope_id)?;
        self.change(call, move |tx| async move {
            let view = ops::validation::begin(&tx, id).await?;
            Ok(wire::ValidateEnvelopeResponse { envelope: Some(view.into()) })
        })
        .await
    }

    async fn approve_envelope(
        &self,
        request: Request<wire::ApproveEnvelopeRequest>,
    ) -> Result<Response<wire::ApproveEnvelopeResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.payments.v1.EnvelopeService/ApproveEnvelope";
        let (call, id) = read::one(method, &request, &wire.request_id, &wire.envelope_id)?;
        let seen = wire.contents_hash.clone();
        self.change(call, move |tx| {
            let seen = seen.clone();
            async move {
                let view = ops::release::approve(&tx, id, &seen).await?;
                Ok(wire::ApproveEnvelopeResponse { envelope: Some(view.into()) })
            }
        })
        .await
    }

    async fn release_envelope(
        &self,
        request: Request<wire::ReleaseEnvelopeRequest>,
    ) -> Result<Response<wire::ReleaseEnvelopeResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.payments.v1.EnvelopeService/ReleaseEnvelope";
        let (call, id) = read::one(method, &request, &wire.request_id, &wire.envelope_id)?;
        let bank_code = self.rails.bank_code().to_owned();
        self.change(call, move |tx| {
            let bank_code = bank_code.clone();
            async move {
                let view = ops::release::release(&tx, id, &bank_code).await?;
                Ok(wire::ReleaseEnvelopeResponse { envelope: Some(view.into()) })
            }
        })
        .await
    }

    async fn pause_envelope(
        &self,
        request: Request<wire::PauseEnvelopeRequest>,
    ) -> Result<Response<wire::PauseEnvelopeResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.payments.v1.EnvelopeService/PauseEnvelope";
        let (call, id) = read::one(method, &request, &wire.request_id, &wire.envelope_id)?;
        self.change(call, move |tx| async move {
            let view = ops::release::pause(&tx, id).await?;
            Ok(wire::PauseEnvelopeResponse { envelope: Some(view.into()) })
        })
        .await
    }

    async fn resume_envelope(
        &self,
        request: Request<wire::ResumeEnvelopeRequest>,
    ) -> Result<Response<wire::ResumeEnvelopeResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.payments.v1.EnvelopeService/ResumeEnvelope";
        let (call, id) = read::one(method, &request, &wire.request_id, &wire.envelope_id)?;
        self.change(call, move |tx| async move {
            let view = ops::release::resume(&tx, id).await?;
            Ok(wire::ResumeEnvelopeResponse { envelope: Some(view.into()) })
        })
        .await
    }

    async fn stop_envelope(
        &self,
        request: Request<wire::StopEnvelopeRequest>,
    ) -> Result<Response<wire::StopEnvelopeResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.payments.v1.EnvelopeService/StopEnvelope";
        let (call, id) = read::one(method, &request, &wire.request_id, &wire.envelope_id)?;
        let reason = wire.reason.clone();
        self.change(call, move |tx| {
            let reason = reason.clone();
            async move {
                let view = ops::stop::stop(&tx, id, reason).await?;
                Ok(wire::StopEnvelopeResponse { envelope: Some(view.into()) })
            }
        })
        .await
    }

    async fn cancel_envelope(
        &self,
        request: Request<wire::CancelEnvelopeRequest>,
    ) -> Result<Response<wire::CancelEnvelopeResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.payments.v1.EnvelopeService/CancelEnvelope";
        let (call, id) = read::one(method, &request, &wire.request_id, &wire.envelope_id)?;
        self.change(call, move |tx| async move {
            let view = ops::envelope::cancel(&tx, id).await?;
            Ok(wire::CancelEnvelopeResponse { envelope: Some(view.into()) })
        })
        .await
    }

    async fn get_envelope(
        &self,
        request: Request<wire::GetEnvelopeRequest>,
    ) -> Result<Response<wire::GetEnvelopeResponse>, Status> {
        let id = read::get(request.get_ref(), &request.get_ref().envelope_id)?;
        let getting = move |tx| async move { ops::envelope::get(&tx, id).await };
        let view = self.look(&request, getting).await?;
        Ok(Response::new(wire::GetEnvelopeResponse { envelope: Some(view.into()) }))
    }

    async fn list_envelopes(
        &self,
        request: Request<wire::ListEnvelopesRequest>,
    ) -> Result<Response<wire::ListEnvelopesResponse>, Status> {
        let (state, page) = read::list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::envelope::list(&tx, state, &page).await }
        };
        let (envelopes, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListEnvelopesResponse {
            envelopes: envelopes.into_iter().map(wire::Envelope::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn get_envelope_report(
        &self,
        request: Request<wire::GetEnvelopeReportRequest>,
    ) -> Result<Response<wire::GetEnvelopeReportResponse>, Status> {
        let id = read::get(request.get_ref(), &request.get_ref().envelope_id)?;
        let reporting = move |tx| async move { ops::envelope::report(&tx, id).await };
        Ok(Response::new(self.look(&request, reporting).await?.into()))
    }
}
