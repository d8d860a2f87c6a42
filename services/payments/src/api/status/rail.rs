//! How a refusal about rails looks on the wire.

use rangkai_proto::payments::v1::ErrorReason as Reason;
use tonic::{Code, Status};

use super::no;
use crate::domain::RailRefusal as Refusal;

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        match &refusal {
            Refusal::FileNotFound => no((Code::NotFound, Reason::RailFileNotFound), [], &refusal),
            Refusal::Unreadable { element, line, why } => {
                let metadata = [
                    ("element", (*element).to_owned()),
                    ("line", line.to_string()),
                    ("why", (*why).to_owned()),
                ];
                no((Code::InvalidArgument, Reason::RailReportUnreadable), metadata, &refusal)
            }
            Refusal::ReportTaken(report) => {
                let metadata = [("rail_report_id", report.to_string())];
                no((Code::AlreadyExists, Reason::RailReportTaken), metadata, &refusal)
            }
            Refusal::AccountWrong => {
                no((Code::FailedPrecondition, Reason::RailReportAccountWrong), [], &refusal)
            }
            Refusal::ReportMismatch { file, element } => {
                let metadata =
                    [("rail_file_id", file.to_string()), ("element", (*element).to_owned())];
                no((Code::FailedPrecondition, Reason::RailReportMismatch), metadata, &refusal)
            }
        }
    }
}
