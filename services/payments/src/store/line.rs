//! The lines of a bill, kept as JSON in its row: they never change and are only read together.

use rangkai_db::DbErr;
use rangkai_primitives::Money;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::money;
use crate::domain::{AppliedExemption, QuoteLine, Text};

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exemption: Option<Exemption>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exemption {
    code: String,
    percent: i32,
    title_id: String,
    title_en: String,
    legal_basis: String,
    reduction_minor: i64,
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
            exemption: line.exemption.clone().map(Exemption::from),
        }
    }
}

impl TryFrom<Line> for QuoteLine {
    type Error = DbErr;

    fn try_from(line: Line) -> Result<Self, DbErr> {
        let amount = money(&line.currency, line.amount_minor)?;
        let currency = amount.currency();
        let exemption = line.exemption.map(|kept| AppliedExemption {
            code: kept.code,
            percent: kept.percent,
            title: Text { id: kept.title_id, en: kept.title_en },
            legal_basis: kept.legal_basis,
            reduction: Money::new(currency, kept.reduction_minor),
        });
        let reduction = exemption.as_ref().map_or(0, |applied| applied.reduction.minor());
        Ok(Self {
            tariff: line.tariff_id.into(),
            code: line.code,
            title: Text { id: line.title_id, en: line.title_en },
            legal_basis: line.legal_basis,
            unit_amount: Money::new(currency, line.unit_minor),
            units: line.units,
            full_amount: Money::new(currency, line.amount_minor + reduction),
            exemption,
            amount,
        })
    }
}

impl From<AppliedExemption> for Exemption {
    fn from(applied: AppliedExemption) -> Self {
        Self {
            code: applied.code,
            percent: applied.percent,
            title_id: applied.title.id,
            title_en: applied.title.en,
            legal_basis: applied.legal_basis,
            reduction_minor: applied.reduction.minor(),
        }
    }
}
