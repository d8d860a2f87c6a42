//! Batches of credit instructions: paying them, validating their payees, and what was found.

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
};
use http::HeaderMap;
use rangkai_primitives::{Currency, Money, Sensitive};
use rangkai_proto::payments::v1 as wire;
use serde_json::{Map, Value, json};

use super::{
    Profile,
    answer::Answer,
    body::Body,
    call::Sameness,
    decimal,
    g2p::{FUNCTIONAL_ID, ID, INSTRUCTION_ID, at_most, done, exact, items, not_done, words},
};
use crate::{
    domain::{Finding, Limits, NewEnvelope, NewInstruction, PayeeRef, payable_total},
    error::Error,
    ops,
};

/// The most characters of a narration.
const NARRATION: usize = 50;

/// What a batch says.
struct Batch {
    request_id: String,
    source: String,
    id: String,
    instructions: Vec<NewInstruction>,
}

/// `POST /bulk-payment`: an envelope with its instructions, sealed and being validated. It is paid
/// once people have approved and released it.
pub async fn pay(
    State(profile): State<Profile>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    announce(&profile, &headers, bytes).await.unwrap_or_else(|refused| refused)
}

/// `POST /prepayment-validation`: whether every payee is known.
pub async fn validate(
    State(profile): State<Profile>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    look_up(&profile, &headers, bytes).await.unwrap_or_else(|refused| refused)
}

/// `POST /prepayment-validation-response`: what the validation of a batch that is to be paid found.
pub async fn found(
    State(profile): State<Profile>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    report(&profile, &headers, bytes).await.unwrap_or_else(|refused| refused)
}

async fn announce(
    profile: &Profile,
    headers: &HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Answer, Answer> {
    let method = "rangkai.payments.v1.EnvelopeService/CreateEnvelope";
    let caller = profile.caller(method, headers).await?;
    let body = Body::read(headers, bytes);
    let body = body.map_err(|_| not_done(400, None, "the request is not a JSON object"))?;
    let wrong = || not_done(400, Some(&body), "a field is missing or not valid");
    let batch = read(&body, false).ok_or_else(wrong)?;
    let total = total(&batch.instructions).ok_or_else(wrong)?;
    let count = i64::try_from(batch.instructions.len()).map_err(|_| wrong())?;
    let new = profile.announced(&batch, count, total);
    // A batch has one effect, whatever the request that brings it is called.
    let mut call = profile.call(&caller, method, headers, (&body, Sameness::Content));
    (call.request_id, call.digest) = profile.batch((&batch.source, &batch.id), &body);
    let instructions = batch.instructions;
    let announcing = move |tx| {
        let (new, instructions) = (new.clone(), instructions.clone());
        async move {
            let id = ops::bulk::create(&tx, new).await?;
            let intake = ops::instruction::intake(&tx, id).await?;
            ops::instruction::add(&tx, &intake.ready(instructions)?).await?;
            ops::envelope::seal(&tx, id).await?;
            ops::validation::begin(&tx, id).await?;
            Ok::<_, Error>(wire::CreateEnvelopeResponse::default())
        }
    };
    match profile.payments.db.once(call, announcing).await {
        Ok(_) => Ok(done(&batch.request_id, "the batch is taken and waits for its approval")),
        Err(error) => Err(match words(&error) {
            Some(words) => not_done(400, Some(&body), words),
            None => error.into(),
        }),
    }
}

async fn look_up(
    profile: &Profile,
    headers: &HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Answer, Answer> {
    let method = "rangkai.payments.v1.PayeeService/ValidatePayee";
    let caller = profile.caller(method, headers).await?;
    let body = Body::read(headers, bytes);
    let body = body.map_err(|_| not_done(200, None, "the request is not a JSON object"))?;
    let batch = read(&body, true)
        .ok_or_else(|| not_done(200, Some(&body), "a field is missing or not valid"))?;
    let payees: Vec<_> = batch
        .instructions
        .into_iter()
        .map(|instruction| PayeeRef {
            source: batch.source.clone(),
            functional_id: instruction.functional_id,
        })
        .collect();
    let asking = move |tx| {
        let payees = payees.clone();
        async move {
            for payee in payees {
                if !ops::payee::validate(&tx, payee, None).await?.active {
                    return Ok::<_, Error>(false);
                }
            }
            Ok(true)
        }
    };
    // Each look into the directory leaves a record.
    let all = profile.payments.db.act(caller, method, asking).await?;
    if all {
        Ok(done(&batch.request_id, "every payee is known and can be paid"))
    } else {
        Err(not_done(200, Some(&body), "a payee is not known or cannot be paid"))
    }
}

async fn report(
    profile: &Profile,
    headers: &HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Answer, Answer> {
    let method = "rangkai.payments.v1.InstructionService/ListInstructions";
    let caller = profile.caller(method, headers).await?;
    let body = Body::read(headers, bytes)?;
    let ids = body.text("RequestID").zip(body.text("Source_BatchID"));
    let (request_id, batch) = ids.ok_or_else(Answer::invalid)?;
    let asked = batch.to_owned();
    let finding = move |tx| {
        let asked = asked.clone();
        async move { ops::bulk::invalid(&tx, &asked).await }
    };
    let found = profile.look(&caller, finding).await?;
    let mut answer = json!({ "RequestID": request_id, "Source_BatchID": batch });
    if let Some((count, invalid)) = found {
        let failed = invalid.iter().map(|instruction| {
            let reason = instruction.findings.list().next().map_or("not valid", reason);
            json!({ "InstructionID": instruction.reference, "FailureReason": reason })
        });
        answer["FailedAccounts"] = failed.collect();
        answer["NumberFailedCases"] = count.into();
    }
    Ok(Answer::ok(answer))
}

impl Profile {
    /// The envelope of a batch, within the limits of the installation.
    fn announced(&self, batch: &Batch, count: i64, total: Money) -> NewEnvelope {
        let config = &self.payments.envelopes;
        NewEnvelope {
            programme: batch.source.clone(),
            cycle: batch.id.clone(),
            source: batch.source.clone(),
            count,
            total,
            limits: Limits {
                instruction_minor: config.instruction_limit_minor,
                source: config.instruction_limit_source.clone(),
                pause_percent: config.pause_percent,
                pause_after: config.pause_after,
            },
            incompatible: Vec::new(),
        }
    }
}

fn read(body: &Body, narrated: bool) -> Option<Batch> {
    let id = |name| exact(body.value(name), ID).map(str::to_owned);
    let items = items(body, "CreditInstructions")?;
    let instructions: Vec<_> =
        items.into_iter().map(|item| instruction(item, narrated)).collect::<Option<_>>()?;
    let mut references: Vec<_> = instructions.iter().map(|it| it.reference.as_str()).collect();
    references.sort_unstable();
    // A batch that repeats a payment is refused.
    let repeats = references.windows(2).any(|two| two[0] == two[1]);
    let (request_id, source, batch) = (id("RequestID")?, id("SourceBBID")?, id("BatchID")?);
    Some(Batch { request_id, source, id: batch, instructions }).filter(|_| !repeats)
}

fn instruction(item: &Map<String, Value>, narrated: bool) -> Option<NewInstruction> {
    let reference = exact(item.get("InstructionID"), INSTRUCTION_ID)?;
    let functional_id = exact(item.get("PayeeFunctionalID"), FUNCTIONAL_ID)?;
    let currency: Currency = exact(item.get("Currency"), 3)?.parse().ok()?;
    let amount = item.get("Amount").filter(|amount| amount.is_number())?.to_string();
    let narration = at_most(item.get("Narration"), NARRATION).ok()?;
    if narrated && narration.is_none() {
        return None;
    }
    Some(NewInstruction {
        reference: reference.to_owned(),
        functional_id: Sensitive::new(functional_id.to_owned()),
        name: None,
        amount: decimal::read(&amount, currency)?,
        narration: Sensitive::new(narration.unwrap_or_default().to_owned()),
    })
}

/// The sum of instructions in one currency.
fn total(instructions: &[NewInstruction]) -> Option<Money> {
    let (first, rest) = instructions.split_first()?;
    let sum = rest.iter().try_fold(first.amount, |sum, next| sum.plus(next.amount).ok())?;
    payable_total(sum).ok()
}

const fn reason(finding: Finding) -> &'static str {
    match finding {
        Finding::PayeeUnknown => "the payee is not known",
        Finding::PayeeUnlinked => "the payee was taken out of the directory",
        Finding::OverLimit => "the amount is more than one payment may be",
        Finding::NameMismatch => "the payee is known by another name",
        Finding::Duplicate => "the payee is paid earlier in the batch",
        Finding::Excluded => "another programme that excludes this one pays the payee",
        Finding::PaidElsewhere => "another programme pays the payee",
    }
}
