//! The four stories.

use std::time::Duration;

use chrono::{Days, NaiveDate};
use rangkai_primitives::{Clock, Timestamp, Zone};
use serde_json::{Value, json};

use super::{
    case::{Case, words},
    cast::{Cast, text},
};
use crate::{
    dynamic::call,
    screen::{Block, Screen},
};

const DAY: Duration = Duration::from_hours(24);

/// A renewal that succeeds.
///
/// # Errors
///
/// When a step could not be taken.
pub async fn granted(cast: &Cast, screen: &mut Screen) -> anyhow::Result<()> {
    screen.heading("1. Putri renews her SIM C")?;
    let renewal = Case::open(
        cast,
        screen,
        "3174016503900001",
        answers("C", "Putri Lestari", "+6281234567890", cast.today()),
    )
    .await?;
    let bill = billed(&renewal, screen).await?;
    pay(cast, screen, &bill, "NTB0001").await?;
    propose(&renewal, cast, screen, None).await?;
    confirm(&renewal, cast, screen).await?;
    renewal.until_ended(screen).await?;
    closed(&renewal, screen).await
}

/// A renewal that is refused after payment.
///
/// # Errors
///
/// When a step could not be taken.
pub async fn refused_after_payment(cast: &Cast, screen: &mut Screen) -> anyhow::Result<()> {
    screen.heading("2. Agus pays, and an officer finds that a rule is not met")?;
    let renewal = Case::open(
        cast,
        screen,
        "3174010711850002",
        answers("A", "Agus Wibowo", "+6281234567891", cast.today()),
    )
    .await?;
    let bill = billed(&renewal, screen).await?;
    pay(cast, screen, &bill, "NTB0002").await?;
    let why = "kepesertaan JKN tidak aktif pada hari pemeriksaan";
    propose(&renewal, cast, screen, Some(("JKN", why))).await?;
    confirm(&renewal, cast, screen).await?;
    refund(&renewal, cast, screen, &bill).await?;
    renewal.until_ended(screen).await?;
    closed(&renewal, screen).await
}

/// A renewal whose fee is paid twice: the case stays open until the money is back.
///
/// # Errors
///
/// When a step could not be taken.
pub async fn paid_twice(cast: &Cast, screen: &mut Screen) -> anyhow::Result<()> {
    screen.heading("3. Dewi pays at two banks")?;
    let renewal = Case::open(
        cast,
        screen,
        "3174015508880004",
        answers("C", "Dewi Anggraini", "+6281234567893", cast.today()),
    )
    .await?;
    let bill = billed(&renewal, screen).await?;
    pay(cast, screen, &bill, "NTB0004").await?;
    pay(cast, screen, &bill, "NTB0005").await?;
    propose(&renewal, cast, screen, None).await?;
    confirm(&renewal, cast, screen).await?;
    renewal.until_at(screen, "awaitMoney").await?;
    give_back(&renewal, cast, screen).await?;
    renewal.until_ended(screen).await?;
    closed(&renewal, screen).await
}

/// A renewal that is never paid.
///
/// # Errors
///
/// When a step could not be taken.
pub async fn never_paid(cast: &Cast, clock: &Clock, screen: &mut Screen) -> anyhow::Result<()> {
    screen.heading("4. Sinta never pays")?;
    let renewal = Case::open(
        cast,
        screen,
        "3174016206950003",
        answers("C", "Sinta Maharani", "+6281234567892", cast.today()),
    )
    .await?;
    let before = billed(&renewal, screen).await?;
    clock.advance(8 * DAY);
    screen.step(Block::Workflow, "moved the clock of this process", "eight days later")?;
    renewal.until_ended(screen).await?;
    let bill = renewal.bill().await?;
    let code = text(&before, "/billingCode")?;
    let state = words(&bill["state"], "BILL_STATE_");
    screen.step(Block::Payments, &format!("closed bill {code}"), &state)?;
    closed(&renewal, screen).await
}

/// The form, filled in with papers of today.
fn answers(class: &str, name: &str, phone: &str, today: NaiveDate) -> Value {
    json!({
        "class": class,
        "old_sim": { "number": "910312345678", "name": name, "last_day": today + Days::new(20) },
        "satpas": "jakarta-selatan",
        "doctor_letter": { "number": "SKS-17/2026", "date": today },
        "psychology_letter": { "number": "PSI-204/2026", "date": today },
        "jkn": "active",
        "contact": { "phone": phone },
    })
}

/// Waits for the bill, and shows it.
async fn billed(renewal: &Case<'_>, screen: &mut Screen) -> anyhow::Result<Value> {
    renewal.until_at(screen, "awaitPayment").await?;
    let findings = renewal.findings().await?;
    let says = |rule: &str| {
        let met =
            findings.iter().any(|finding| finding["ruleId"] == rule && finding["met"] == true);
        if met { "yes" } else { "no" }
    };
    let state = format!("identity {}, age {}", says("IDENTITY"), says("AGE"));
    screen.step(Block::Identity, "proved identity and age on population data", &state)?;
    let met = findings.iter().filter(|finding| finding["met"] == true).count();
    let state = format!("{met} of {} met", findings.len());
    screen.step(Block::Registration, "evaluated the rules that need no officer", &state)?;
    let bill = renewal.bill().await?;
    let line = &bill["lines"][0];
    screen.step(
        Block::Payments,
        "quoted the fee from the dated tariff",
        &format!("Rp{} ({})", text(line, "/amount/units")?, text(line, "/legalBasis")?),
    )?;
    let expires: Timestamp = text(&bill, "/expireTime")?.parse()?;
    screen.step(
        Block::Payments,
        &format!("issued a bill with the code {}", text(&bill, "/billingCode")?),
        &format!(
            "{}, expires {}",
            words(&bill["state"], "BILL_STATE_"),
            Zone::Wib.indonesian(expires)
        ),
    )?;
    told(renewal, screen).await?;
    Ok(bill)
}

/// The bank reports the payment.
async fn pay(
    cast: &Cast,
    screen: &mut Screen,
    bill: &Value,
    reference: &str,
) -> anyhow::Result<()> {
    let request = json!({
        "billingCode": bill["billingCode"],
        "amount": bill["amount"],
        "bankCode": "002",
        "bankReference": reference,
        "payTime": bill["createTime"],
    });
    let method = "rangkai.payments.v1.RemittanceService/RecordRemittance";
    let answer = call(&cast.bank, method, request).await?;
    let outcome = words(&answer["remittance"]["outcome"], "REMITTANCE_OUTCOME_");
    screen.step(Block::Payments, &format!("took the bank's remittance {reference}"), &outcome)?;
    Ok(())
}

/// The first officer claims the task and proposes a decision: a refusal, if a rule failed.
async fn propose(
    renewal: &Case<'_>,
    cast: &Cast,
    screen: &mut Screen,
    failed: Option<(&str, &str)>,
) -> anyhow::Result<()> {
    renewal.until_at(screen, "awaitProposal").await?;
    let officer = &cast.examiner;
    let task_id = renewal.claim(officer, "satpas_examiner").await?;
    screen.step(Block::Registration, "officer Budi claimed the task of examining", "claimed")?;

    let method = "rangkai.registration.v1.CatalogueService/GetService";
    let service = call(officer, method, json!({ "name": "sim-renewal" })).await?;
    let rules = service.pointer("/service/rules").and_then(Value::as_array);
    let findings: Vec<Value> = rules
        .into_iter()
        .flatten()
        .filter(|rule| rule["source"] == "RULE_SOURCE_OFFICER")
        .map(|rule| match failed.filter(|(id, _)| rule["ruleId"] == *id) {
            Some((id, why)) => json!({ "ruleId": id, "met": false, "explanation": why }),
            None => json!({ "ruleId": rule["ruleId"], "met": true }),
        })
        .collect();
    let outcome = if failed.is_some() { "REFUSE" } else { "GRANT" };
    let request = json!({
        "taskId": task_id,
        "outcome": format!("DECISION_OUTCOME_{outcome}"),
        "findings": findings,
    });
    call(officer, "rangkai.registration.v1.DecisionService/ProposeDecision", request).await?;
    let done = format!("officer Budi proposed to {}", outcome.to_lowercase());
    screen.step(Block::Registration, &done, &format!("proposed, {} findings", findings.len()))?;
    Ok(())
}

/// The second officer confirms.
async fn confirm(renewal: &Case<'_>, cast: &Cast, screen: &mut Screen) -> anyhow::Result<()> {
    renewal.until_at(screen, "awaitConfirmation").await?;
    let officer = &cast.head;
    let task_id = renewal.claim(officer, "satpas_supervisor").await?;
    let method = "rangkai.registration.v1.DecisionService/ConfirmDecision";
    call(officer, method, json!({ "taskId": task_id })).await?;
    screen.step(
        Block::Registration,
        "officer Sari confirmed the decision",
        "confirmed by a second officer",
    )?;
    Ok(())
}

/// The bank pays the refund.
async fn refund(
    renewal: &Case<'_>,
    cast: &Cast,
    screen: &mut Screen,
    bill: &Value,
) -> anyhow::Result<()> {
    renewal.until_at(screen, "awaitMoney").await?;
    let request = json!({ "billId": bill["billId"] });
    let answer =
        call(&cast.chief, "rangkai.payments.v1.RefundService/ListRefunds", request).await?;
    let refund = &answer["refunds"][0];
    let amount = text(refund, "/amount/units")?;
    screen.step(Block::Payments, &format!("issued a refund of Rp{amount}"), "issued")?;
    let request = json!({
        "refundId": refund["refundId"],
        "bankCode": "002",
        "bankReference": "NTB0003",
    });
    call(&cast.bank, "rangkai.payments.v1.RefundService/ConfirmRefund", request).await?;
    screen.step(Block::Payments, "the bank paid the refund", "paid back")?;
    Ok(())
}

/// The bank pays back what came in twice; until then the case cannot close.
async fn give_back(renewal: &Case<'_>, cast: &Cast, screen: &mut Screen) -> anyhow::Result<()> {
    let item = renewal.open_money().await?;
    let amount = text(&item, "/amount/units")?;
    let kind = words(&item["kind"], "OPEN_ITEM_KIND_");
    screen.step(
        Block::Workflow,
        "keeps the case open while money is unresolved",
        &format!("Rp{amount}, {kind}"),
    )?;
    let request = json!({
        "refundId": item["itemId"],
        "bankCode": "002",
        "bankReference": "NTB0006",
    });
    call(&cast.bank, "rangkai.payments.v1.RefundService/ConfirmRefund", request).await?;
    screen.step(Block::Payments, "the bank paid the second payment back", "paid back")?;
    Ok(())
}

/// Shows the end of a case: the application, the last message, the looks at the person's data.
async fn closed(renewal: &Case<'_>, screen: &mut Screen) -> anyhow::Result<()> {
    told(renewal, screen).await?;
    let application = renewal.application().await?;
    let state = words(&application["state"], "APPLICATION_STATE_");
    screen.step(Block::Registration, "closed the application", &state)?;
    let looks = renewal.accesses().await?;
    screen.step(
        Block::Identity,
        "shows the person who looked at the data",
        &format!("{looks} looks"),
    )?;
    Ok(())
}

async fn told(renewal: &Case<'_>, screen: &mut Screen) -> anyhow::Result<()> {
    let message = renewal.newest_message().await?;
    let done = format!("told the citizen: “{}”", text(&message, "/body")?);
    screen.step(Block::Messaging, &done, "delivered")?;
    Ok(())
}
