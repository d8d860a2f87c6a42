//! `rangkai.payments.v1.RailService`.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use rangkai_db::Call;
use rangkai_primitives::{Id, Page};
use rangkai_proto::payments::v1::{self as wire, rail_service_server::RailService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::envelope;
use crate::{
    Payments,
    domain::{
        Exception, ExceptionKind, Imported, Instruction, RailFile, RailRefusal, RailReport,
        ReportKind, Unresolved,
    },
    error::Error,
    iso20022::{Message, Unreadable, read_report},
    ops,
};

/// How many exceptions an answer lists.
const EXCEPTIONS: usize = 1_000;

#[tonic::async_trait]
impl RailService for Payments {
    async fn list_rail_files(
        &self,
        request: Request<wire::ListRailFilesRequest>,
    ) -> Result<Response<wire::ListRailFilesResponse>, Status> {
        let page = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::rail::files(&tx, &page).await }
        };
        let (files, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListRailFilesResponse {
            rail_files: files.into_iter().map(wire::RailFile::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn get_rail_file(
        &self,
        request: Request<wire::GetRailFileRequest>,
    ) -> Result<Response<wire::GetRailFileResponse>, Status> {
        let id = read_get(request.get_ref())?;
        let caller = rangkai_auth::caller(&request)?;
        let getting = move |tx| async move { ops::rail::file(&tx, id).await };
        let method = "rangkai.payments.v1.RailService/GetRailFile";
        let found = self.db.act::<_, Error, _, _>(caller, method, getting).await;
        let (file, content) = found.map_err(Status::from)?;
        let content = content.into_inner();
        Ok(Response::new(wire::GetRailFileResponse { rail_file: Some(file.into()), content }))
    }

    async fn list_unresolved_orders(
        &self,
        request: Request<wire::ListUnresolvedOrdersRequest>,
    ) -> Result<Response<wire::ListUnresolvedOrdersResponse>, Status> {
        let page = read_unresolved(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::rail::unresolved(&tx, &page).await }
        };
        let (orders, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListUnresolvedOrdersResponse {
            orders: orders.into_iter().map(wire::UnresolvedOrder::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn import_rail_report(
        &self,
        request: Request<wire::ImportRailReportRequest>,
    ) -> Result<Response<wire::ImportRailReportResponse>, Status> {
        let (call, content_hash, message) = read_import(&request)?;
        let message = Arc::new(message);
        let own: Arc<str> = self.rails.debtor.account.as_str().into();
        self.change(call, move |tx| {
            let (message, own) = (Arc::clone(&message), Arc::clone(&own));
            async move {
                let imported = ops::rail::import(&tx, content_hash, &message, &own).await?;
                Ok(imported.into())
            }
        })
        .await
    }
}

fn read_list(wire: &wire::ListRailFilesRequest) -> Result<Page<RailFile>, Status> {
    let mut fields = Violations::of(wire);
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| page)
}

fn read_unresolved(wire: &wire::ListUnresolvedOrdersRequest) -> Result<Page<Instruction>, Status> {
    let mut fields = Violations::of(wire);
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| page)
}

fn read_get(wire: &wire::GetRailFileRequest) -> Result<Id<RailFile>, Status> {
    let mut fields = Violations::of(wire);
    let file = fields.parse("rail_file_id", &wire.rail_file_id);
    fields.check(|| file)
}

fn read_import(
    request: &Request<wire::ImportRailReportRequest>,
) -> Result<(Call, [u8; 32], Message), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.RailService/ImportRailReport";
    let call = call(method, request, &mut fields, &wire.request_id);
    let call = fields.check(|| call)?;
    let message = read_report(&wire.content).map_err(RailRefusal::from)?;
    let mut content_hash = [0; 32];
    content_hash.copy_from_slice(digest(&SHA256, &wire.content).as_ref());
    Ok((call, content_hash, message))
}

impl From<Unreadable> for RailRefusal {
    fn from(Unreadable { element, line, why }: Unreadable) -> Self {
        Self::Unreadable { element, line, why }
    }
}

impl From<RailFile> for wire::RailFile {
    fn from(file: RailFile) -> Self {
        Self {
            rail_file_id: file.id.to_string(),
            name: file.name,
            envelope_id: file.envelope.to_string(),
            order_count: count(file.order_count),
            control_sum: file.control_sum,
            create_time: Some(rangkai_proto::time(file.create_time)),
        }
    }
}

impl From<RailReport> for wire::RailReport {
    fn from(report: RailReport) -> Self {
        let kind = match report.kind {
            ReportKind::Pain002 => wire::RailReportKind::Pain002,
            ReportKind::Camt054 => wire::RailReportKind::Camt054,
        };
        Self {
            rail_report_id: report.id.to_string(),
            kind: kind.into(),
            message: report.message,
            create_time: Some(rangkai_proto::time(report.create_time)),
        }
    }
}

impl From<Imported> for wire::ImportRailReportResponse {
    fn from(imported: Imported) -> Self {
        let exception_count = i64::try_from(imported.exceptions.len()).unwrap_or(i64::MAX);
        let exceptions = imported.exceptions.into_iter().take(EXCEPTIONS);
        Self {
            rail_report: Some(imported.report.into()),
            settled_count: count(imported.settled_count),
            pending_count: count(imported.pending_count),
            exceptions: exceptions.map(wire::RailException::from).collect(),
            exception_count,
        }
    }
}

impl From<Unresolved> for wire::UnresolvedOrder {
    fn from(order: Unresolved) -> Self {
        Self {
            envelope_id: order.envelope.to_string(),
            instruction_id: order.instruction.to_string(),
            state: envelope::state(order.state).into(),
            contradicted: order.contradicted,
            amount: Some(order.amount.into()),
            inquiry_count: order.inquiry_count.unwrap_or_default(),
            next_inquiry_time: order.inquiry_time.map(rangkai_proto::time),
        }
    }
}

impl From<Exception> for wire::RailException {
    fn from(exception: Exception) -> Self {
        let kind = match exception.kind {
            ExceptionKind::Repeated => wire::RailExceptionKind::Repeated,
            ExceptionKind::Contradicts => wire::RailExceptionKind::Contradicts,
            ExceptionKind::UnknownOrder => wire::RailExceptionKind::UnknownOrder,
            ExceptionKind::AmountDiffers => wire::RailExceptionKind::AmountDiffers,
        };
        Self { end_to_end_id: exception.end_to_end, kind: kind.into() }
    }
}

fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
