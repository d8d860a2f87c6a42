//! The terms of a tariff, kept as JSON in its row: they never change and are only read together.

use chrono::NaiveDate;
use rangkai_db::DbErr;
use serde::{Deserialize, Serialize};

use crate::domain::{Exemption, Instalments, Terms, Text};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    exemptions: Vec<KeptExemption>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instalments: Option<KeptInstalments>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptExemption {
    code: String,
    percent: i32,
    title_id: String,
    title_en: String,
    legal_basis: String,
    effective_from: Option<NaiveDate>,
    effective_until: Option<NaiveDate>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptInstalments {
    max_parts: i32,
    min_part_minor: i64,
    interval_days: i32,
}

/// Writes the terms.
pub fn write(terms: &Terms) -> Result<String, DbErr> {
    let exemptions = terms.exemptions.iter().cloned().map(|exemption| KeptExemption {
        code: exemption.code,
        percent: exemption.percent,
        title_id: exemption.title.id,
        title_en: exemption.title.en,
        legal_basis: exemption.legal_basis,
        effective_from: exemption.effective_from,
        effective_until: exemption.effective_until,
    });
    let instalments = terms.instalments.map(|terms| KeptInstalments {
        max_parts: terms.max_parts,
        min_part_minor: terms.min_part_minor,
        interval_days: terms.interval_days,
    });
    let kept = Kept { exemptions: exemptions.collect(), instalments };
    serde_json::to_string(&kept).map_err(|error| DbErr::Type(error.to_string()))
}

/// Reads the terms.
pub fn read(text: &str) -> Result<Terms, DbErr> {
    let kept: Kept = serde_json::from_str(text).map_err(|error| DbErr::Type(error.to_string()))?;
    let exemptions = kept.exemptions.into_iter().map(|kept| Exemption {
        code: kept.code,
        percent: kept.percent,
        title: Text { id: kept.title_id, en: kept.title_en },
        legal_basis: kept.legal_basis,
        effective_from: kept.effective_from,
        effective_until: kept.effective_until,
    });
    let instalments = kept.instalments.map(|kept| Instalments {
        max_parts: kept.max_parts,
        min_part_minor: kept.min_part_minor,
        interval_days: kept.interval_days,
    });
    Ok(Terms { exemptions: exemptions.collect(), instalments })
}
