//! How a refusal about payment channels looks on the wire.

use rangkai_proto::payments::v1::ErrorReason as Reason;
use tonic::{Code, Status};

use super::no;
use crate::domain::ChannelRefusal;

impl From<ChannelRefusal> for Status {
    fn from(refusal: ChannelRefusal) -> Self {
        let with = outcome(&refusal);
        let line = |line: &usize| ("line", line.to_string());
        match &refusal {
            ChannelRefusal::NotFound | ChannelRefusal::NotOffered => no(with, [], &refusal),
            ChannelRefusal::OutcomeUnknown(id) => {
                no(with, [("collection_id", id.to_string())], &refusal)
            }
            ChannelRefusal::NotStuck { collection, state } => no(
                with,
                [("collection_id", collection.to_string()), ("state", state.to_string())],
                &refusal,
            ),
            ChannelRefusal::AboveLimit { limit } => no(
                with,
                [
                    ("limit_minor", limit.minor().to_string()),
                    ("currency_code", limit.currency().to_string()),
                ],
                &refusal,
            ),
            ChannelRefusal::QrMalformed { tag, why } => {
                no(with, [("tag", tag.clone()), ("why", (*why).to_owned())], &refusal)
            }
            ChannelRefusal::FileMalformed { line: at, why } => {
                no(with, [line(at), ("why", why.clone().into_owned())], &refusal)
            }
            ChannelRefusal::FileIncomplete { line: at } => no(with, [line(at)], &refusal),
            ChannelRefusal::FileCountWrong { expected, found } => {
                no(with, sums(expected, found), &refusal)
            }
            ChannelRefusal::FileTotalWrong { expected, found } => {
                no(with, sums(expected, found), &refusal)
            }
            ChannelRefusal::FileRepeated { import } => {
                no(with, [("import_id", import.to_string())], &refusal)
            }
            ChannelRefusal::FileReferenceTaken { line: at, number } => {
                no(with, [line(at), ("bank_reference", number.clone())], &refusal)
            }
        }
    }
}

fn sums(expected: &impl ToString, found: &impl ToString) -> [(&'static str, String); 2] {
    [("expected", expected.to_string()), ("found", found.to_string())]
}

const fn outcome(refusal: &ChannelRefusal) -> (Code, Reason) {
    match refusal {
        ChannelRefusal::NotFound => (Code::NotFound, Reason::CollectionNotFound),
        ChannelRefusal::NotOffered => (Code::FailedPrecondition, Reason::ChannelNotOffered),
        ChannelRefusal::OutcomeUnknown(_) => (Code::FailedPrecondition, Reason::OutcomeUnknown),
        ChannelRefusal::NotStuck { .. } => (Code::FailedPrecondition, Reason::CollectionNotStuck),
        ChannelRefusal::AboveLimit { .. } => (Code::FailedPrecondition, Reason::AboveChannelLimit),
        ChannelRefusal::QrMalformed { .. } => (Code::InvalidArgument, Reason::QrMalformed),
        ChannelRefusal::FileMalformed { .. } => (Code::InvalidArgument, Reason::ImportMalformed),
        ChannelRefusal::FileIncomplete { .. } => (Code::InvalidArgument, Reason::ImportIncomplete),
        ChannelRefusal::FileCountWrong { .. } => (Code::InvalidArgument, Reason::ImportCountWrong),
        ChannelRefusal::FileTotalWrong { .. } => (Code::InvalidArgument, Reason::ImportTotalWrong),
        ChannelRefusal::FileRepeated { .. } => (Code::AlreadyExists, Reason::ImportRepeated),
        ChannelRefusal::FileReferenceTaken { .. } => {
            (Code::AlreadyExists, Reason::ImportReferenceTaken)
        }
    }
}
