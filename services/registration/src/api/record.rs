//! `rangkai.registration.v1.RecordService`.

use chrono::NaiveDate;
use rangkai_auth::caller;
use rangkai_db::Call;
use rangkai_primitives::{Id, Zone};
use rangkai_proto::registration::v1::{self as wire, record_service_server::RecordService};
use rangkai_rpc::{Violations, call};
use tonic::{Request, Response, Status};

use super::json;
use crate::{
    Registration,
    domain::{Application, Number, Record},
    error::Error,
    ops,
};

const ISSUE: &str = "rangkai.registration.v1.RecordService/IssueRecord";
const GET: &str = "rangkai.registration.v1.RecordService/GetRecord";

#[tonic::async_trait]
impl RecordService for Registration {
    async fn issue_record(
        &self,
        request: Request<wire::IssueRecordRequest>,
    ) -> Result<Response<wire::IssueRecordResponse>, Status> {
        let (call, id) = read_issue(&request)?;
        let definitions = self.definitions.clone();
        let answer = self.db.once(call, move |tx| {
            let definitions = definitions.clone();
            async move {
                let record = ops::record::issue(&tx, id, &definitions).await?;
                let record = Some(write(record, Zone::Wib.date(tx.now())));
                Ok::<_, Error>(wire::IssueRecordResponse { record })
            }
        });
        Ok(Response::new(answer.await?))
    }

    async fn get_record(
        &self,
        request: Request<wire::GetRecordRequest>,
    ) -> Result<Response<wire::GetRecordResponse>, Status> {
        let caller = caller(&request)?;
        let id = read_get(&request)?;
        let get = move |tx: rangkai_db::Tx| async move {
            let record = ops::record::get(&tx, id).await?;
            Ok::<_, Error>(write(record, Zone::Wib.date(tx.now())))
        };
        let record = Some(self.db.act(caller, GET, get).await?);
        Ok(Response::new(wire::GetRecordResponse { record }))
    }

    async fn verify_record(
        &self,
        request: Request<wire::VerifyRecordRequest>,
    ) -> Result<Response<wire::VerifyRecordResponse>, Status> {
        let caller = caller(&request)?;
        let number = read_verify(&request)?;
        let verify = move |tx: rangkai_db::Tx| {
            let number = number.clone();
            async move {
                let record = ops::record::verify(&tx, &number).await?;
                Ok::<_, Error>((Zone::Wib.date(tx.now()), record))
            }
        };
        let (today, record) = self.db.read(caller, verify).await?;
        Ok(Response::new(wire::VerifyRecordResponse {
            state: wire::RecordState::from(record.state(today)).into(),
            kind: record.kind,
            valid_from: Some(rangkai_proto::date(record.valid_from)),
            valid_until: record.valid_until.map(rangkai_proto::date),
        }))
    }
}

fn read_issue(
    request: &Request<wire::IssueRecordRequest>,
) -> Result<(Call, Id<Application>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(ISSUE, request, &mut fields, &wire.request_id);
    let id = fields.parse("application_id", &wire.application_id);
    fields.check(|| Some((call?, id?)))
}

fn read_get(request: &Request<wire::GetRecordRequest>) -> Result<Id<Record>, Status> {
    let mut fields = Violations::of(request.get_ref());
    let id = fields.parse("record_id", &request.get_ref().record_id);
    fields.check(|| id)
}

fn read_verify(request: &Request<wire::VerifyRecordRequest>) -> Result<Number, Status> {
    let mut fields = Violations::of(request.get_ref());
    let number = fields.parse("number", &request.get_ref().number);
    fields.check(|| number)
}

fn write(record: Record, today: NaiveDate) -> wire::Record {
    wire::Record {
        state: wire::RecordState::from(record.state(today)).into(),
        record_id: record.id.to_string(),
        number: record.number.to_string(),
        application_id: record.application.to_string(),
        kind: record.kind,
        holder_subject_id: record.holder.as_str().to_owned(),
        attributes: json::write(record.attributes.reveal()),
        valid_from: Some(rangkai_proto::date(record.valid_from)),
        valid_until: record.valid_until.map(rangkai_proto::date),
        create_time: Some(rangkai_proto::time(record.create_time)),
    }
}
