//! What every question about a person says: about whom, and why.

use rangkai_proto::identity::v1 as wire;
use rangkai_rpc::Violations;

use crate::domain::{Purpose, SubjectId};

/// Reads the purpose of a question.
pub fn read_purpose(fields: &mut Violations, purpose: Option<wire::Purpose>) -> Option<Purpose> {
    let purpose = fields.require("purpose", purpose)?;
    let case = fields.parse("purpose.case_id", &purpose.case_id)?;
    Some(Purpose { name: purpose.name, legal_basis: purpose.legal_basis, case })
}

/// Reads the person in question.
pub fn read_subject(fields: &mut Violations, subject_id: &str) -> Option<SubjectId> {
    fields.parse("subject_id", subject_id)
}
