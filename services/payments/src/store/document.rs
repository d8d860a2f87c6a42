//! The documents of a claim, kept as JSON in its row: they are only read together.

use rangkai_db::DbErr;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::word;
use crate::domain::Document;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    kind: String,
    id: Uuid,
    sha256: String,
}

/// Writes the documents.
pub fn write(documents: &[Document]) -> Result<String, DbErr> {
    let keep = |document: &Document| Kept {
        kind: document.kind.as_str().to_owned(),
        id: document.id,
        sha256: document.sha256.clone(),
    };
    let kept: Vec<_> = documents.iter().map(keep).collect();
    serde_json::to_string(&kept).map_err(|error| DbErr::Type(error.to_string()))
}

/// Reads the documents.
pub fn read(text: &str) -> Result<Vec<Document>, DbErr> {
    let kept: Vec<Kept> =
        serde_json::from_str(text).map_err(|error| DbErr::Type(error.to_string()))?;
    let read = |kept: Kept| {
        Ok(Document { kind: word("kind", &kept.kind)?, id: kept.id, sha256: kept.sha256 })
    };
    kept.into_iter().map(read).collect()
}
