//! The terms of tariffs on the wire.

use std::collections::BTreeSet;

use rangkai_primitives::Money;
use rangkai_proto::payments::v1 as wire;
use rangkai_rpc::Violations;

use crate::domain::{AppliedExemption, Exemption, Instalments, Tariff, Terms};

/// Reads the terms of a tariff of `amount`.
pub fn read(
    wire: &wire::PublishTariffRequest,
    amount: Option<Money>,
    fields: &mut Violations,
) -> Option<Terms> {
    let mut codes = BTreeSet::new();
    let mut exemptions = Vec::new();
    for (place, exemption) in wire.exemptions.iter().enumerate() {
        let field = format!("exemptions[{place}]");
        if !codes.insert(&exemption.code) {
            fields.add(&format!("{field}.code"), "must not be that of another exemption");
        }
        exemptions.extend(read_exemption(exemption, &field, fields));
    }
    let instalments = match &wire.instalments {
        Some(terms) => read_instalments(terms, amount?, fields).map(Some),
        None => Some(None),
    };
    Some(Terms { exemptions, instalments: instalments? })
}

fn read_exemption(
    wire: &wire::Exemption,
    field: &str,
    fields: &mut Violations,
) -> Option<Exemption> {
    let mut day = |name: &str, day: &Option<_>| match day {
        Some(day) => {
            let day = rangkai_proto::read_date(day);
            fields.keep(&format!("{field}.{name}"), day).map(Some)
        }
        None => Some(None),
    };
    let first = day("effective_from", &wire.effective_from)?;
    let last = day("effective_until", &wire.effective_until)?;
    if first.zip(last).is_some_and(|(first, last)| last < first) {
        fields.add(&format!("{field}.effective_until"), "must not be before effective_from");
    }
    Some(Exemption {
        code: wire.code.clone(),
        percent: wire.percent,
        title: wire.title.clone()?.into(),
        legal_basis: wire.legal_basis.clone(),
        effective_from: first,
        effective_until: last,
    })
}

fn read_instalments(
    wire: &wire::Instalments,
    amount: Money,
    fields: &mut Violations,
) -> Option<Instalments> {
    let smallest = match wire.min_part.clone() {
        Some(smallest) => fields.keep("instalments.min_part", Money::try_from(smallest))?,
        None => Money::new(amount.currency(), 0),
    };
    let smallest = fields.keep("instalments.min_part", Tariff::check_amount(smallest))?;
    if smallest.currency() != amount.currency() {
        fields.add("instalments.min_part", "must be in the currency of the amount");
    }
    Some(Instalments {
        max_parts: wire.max_parts,
        min_part_minor: smallest.minor(),
        interval_days: wire.interval_days,
    })
}

/// Writes the terms of instalments in the currency of `amount`.
pub fn write_instalments(terms: Instalments, amount: Money) -> wire::Instalments {
    wire::Instalments {
        max_parts: terms.max_parts,
        min_part: Some(Money::new(amount.currency(), terms.min_part_minor).into()),
        interval_days: terms.interval_days,
    }
}

impl From<Exemption> for wire::Exemption {
    fn from(exemption: Exemption) -> Self {
        Self {
            code: exemption.code,
            percent: exemption.percent,
            title: Some(exemption.title.into()),
            legal_basis: exemption.legal_basis,
            effective_from: exemption.effective_from.map(rangkai_proto::date),
            effective_until: exemption.effective_until.map(rangkai_proto::date),
        }
    }
}

impl From<AppliedExemption> for wire::AppliedExemption {
    fn from(applied: AppliedExemption) -> Self {
        Self {
            code: applied.code,
            percent: applied.percent,
            title: Some(applied.title.into()),
            legal_basis: applied.legal_basis,
            reduction: Some(applied.reduction.into()),
        }
    }
}
