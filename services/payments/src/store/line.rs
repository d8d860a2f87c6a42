//! The lines of a bill, kept as JSON in its row: they never change and are only read together.

use rangkai_db::DbErr;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::money;
use crate::domain::{QuoteLine, Text};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    tariff_id: Uuid,
    code: String,
    title_id: String,
    title_en: String,
    legal_basis: String,
    currency: String,
    unit_minor: i64,
    units: i32,
    amount_minor: i64,
}

/// Writes the lines.
pub fn write(lines: &[QuoteLine]) -> Result<String, DbErr> {
    let lines: Vec<_> = lines.iter().map(Line::from).collect();
    serde_json::to_string(&lines).map_err(|error| DbErr::Type(error.to_string()))
}

/// Reads the lines.
pub fn read(text: &str) -> Result<Vec<QuoteLine>, DbErr> {
    let lines: Vec<Line> =
        serde_json::from_str(text).map_err(|error| DbErr::Type(error.to_string()))?;
    lines.into_iter().map(QuoteLine::try_from).collect()
}

impl From<&QuoteLine> for Line {
    fn from(line: &QuoteLine) -> Self {
        Self {
            tariff_id: line.tariff.uuid(),
            code: line.code.clone(),
            title_id: line.title.id.clone(),
            title_en: line.title.en.clone(),
            legal_basis: line.legal_basis.clone(),
            currency: line.amount.currency().to_string(),
            unit_minor: line.unit_amount.minor(),
            units: line.units,
            amount_minor: line.amount.minor(),
        }
    }
}

impl TryFrom<Line> for QuoteLine {
    type Error = DbErr;

    fn try_from(line: Line) -> Result<Self, DbErr> {
        Ok(Self {
            tariff: line.tariff_id.into(),
            code: line.code,
            title: Text { id: line.title_id, en: line.title_en },
            legal_basis: line.legal_basis,
            unit_amount: money(&line.currency, line.unit_minor)?,
            units: line.units,
            amount: money(&line.currency, line.amount_minor)?,
        })
    }
}
