//! `rangkai.payments.v1.TariffService`.

use chrono::NaiveDate;
use rangkai_db::Call;
use rangkai_primitives::{Money, Page};
use rangkai_proto::{
    payments::v1::{self as wire, tariff_service_server::TariffService},
    r#type::v1 as words,
};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::terms;
use crate::{
    Payments,
    domain::{FeeItem, NewTariff, QuoteLine, Tariff, Terms, Text},
    ops,
};

#[tonic::async_trait]
impl TariffService for Payments {
    async fn publish_tariff(
        &self,
        request: Request<wire::PublishTariffRequest>,
    ) -> Result<Response<wire::PublishTariffResponse>, Status> {
        let (call, new) = read_publish(&request)?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let tariff = ops::tariff::publish(&tx, new).await?;
                Ok(wire::PublishTariffResponse { tariff: Some(tariff.into()) })
            }
        })
        .await
    }

    async fn list_tariffs(
        &self,
        request: Request<wire::ListTariffsRequest>,
    ) -> Result<Response<wire::ListTariffsResponse>, Status> {
        let (code, page) = read_list(request.get_ref())?;
        let listing = move |tx| {
            let (code, page) = (code.clone(), page.clone());
            async move { ops::tariff::list(&tx, code.as_deref(), &page).await }
        };
        let (tariffs, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListTariffsResponse {
            tariffs: tariffs.into_iter().map(wire::Tariff::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn quote_fee(
        &self,
        request: Request<wire::QuoteFeeRequest>,
    ) -> Result<Response<wire::QuoteFeeResponse>, Status> {
        let (items, day) = read_quote(request.get_ref())?;
        let quoting = move |tx| {
            let items = items.clone();
            async move { ops::tariff::quote(&tx, &items, day).await }
        };
        let quote = self.look(&request, quoting).await?;
        let instalments = quote.instalments.ok();
        Ok(Response::new(wire::QuoteFeeResponse {
            lines: quote.lines.into_iter().map(wire::QuoteLine::from).collect(),
            instalments: instalments.map(|it| terms::write_instalments(it, quote.total)),
            total: Some(quote.total.into()),
        }))
    }
}

fn read_publish(
    request: &Request<wire::PublishTariffRequest>,
) -> Result<(Call, NewTariff), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.TariffService/PublishTariff";
    let call = call(method, request, &mut fields, &wire.request_id);
    let title = fields.require("title", wire.title.clone());
    let amount = fields.require("amount", wire.amount.clone());
    let amount = amount.and_then(|amount| fields.keep("amount", Money::try_from(amount)));
    let amount = amount.and_then(|amount| fields.keep("amount", Tariff::check_amount(amount)));
    let from = fields.require("effective_from", wire.effective_from);
    let from = from.and_then(|day| fields.keep("effective_from", rangkai_proto::read_date(&day)));
    let terms = terms::read(wire, amount, &mut fields);
    fields.check(|| {
        let new = NewTariff {
            code: wire.code.clone(),
            title: title?.into(),
            amount: amount?,
            legal_basis: wire.legal_basis.clone(),
            effective_from: from?,
            terms: terms?,
        };
        Some((call?, new))
    })
}

fn read_list(wire: &wire::ListTariffsRequest) -> Result<(Option<String>, Page<Tariff>), Status> {
    let mut fields = Violations::of(wire);
    let code = Some(wire.code.clone()).filter(|code| !code.is_empty());
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some((code, page?)))
}

fn read_quote(wire: &wire::QuoteFeeRequest) -> Result<(Vec<FeeItem>, Option<NaiveDate>), Status> {
    let mut fields = Violations::of(wire);
    let day = match &wire.on_date {
        Some(day) => fields.keep("on_date", rangkai_proto::read_date(day)).map(Some),
        None => Some(None),
    };
    fields.check(|| Some((read_items(&wire.items), day?)))
}

/// Reads what is charged; no number of units means one.
pub fn read_items(items: &[wire::FeeItem]) -> Vec<FeeItem> {
    let read = |item: &wire::FeeItem| FeeItem {
        code: item.tariff_code.clone(),
        units: if item.units == 0 { 1 } else { item.units },
        exemption: Some(item.exemption_code.clone()).filter(|code| !code.is_empty()),
    };
    items.iter().map(read).collect()
}

impl From<words::Text> for Text {
    fn from(text: words::Text) -> Self {
        Self { id: text.id, en: text.en }
    }
}

impl From<Text> for words::Text {
    fn from(text: Text) -> Self {
        Self { id: text.id, en: text.en }
    }
}

impl From<Tariff> for wire::Tariff {
    fn from(tariff: Tariff) -> Self {
        let Terms { exemptions, instalments } = tariff.terms;
        Self {
            tariff_id: tariff.id.to_string(),
            code: tariff.code,
            title: Some(tariff.title.into()),
            amount: Some(tariff.amount.into()),
            legal_basis: tariff.legal_basis,
            effective_from: Some(rangkai_proto::date(tariff.effective_from)),
            create_time: Some(rangkai_proto::time(tariff.create_time)),
            exemptions: exemptions.into_iter().map(wire::Exemption::from).collect(),
            instalments: instalments.map(|it| terms::write_instalments(it, tariff.amount)),
        }
    }
}

impl From<QuoteLine> for wire::QuoteLine {
    fn from(line: QuoteLine) -> Self {
        Self {
            tariff_id: line.tariff.to_string(),
            tariff_code: line.code,
            title: Some(line.title.into()),
            legal_basis: line.legal_basis,
            unit_amount: Some(line.unit_amount.into()),
            units: line.units,
            amount: Some(line.amount.into()),
            full_amount: Some(line.full_amount.into()),
            exemption: line.exemption.map(wire::AppliedExemption::from),
        }
    }
}
