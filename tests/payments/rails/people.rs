//! What a bank says against itself, and what people say about it.

use rangkai_proto::payments::v1::{
    Envelope, GetFundsRequest, GetInstructionRequest, GetInstructionResponse, Instruction,
    InstructionState as State, ListInstructionsRequest, ListUnresolvedOrdersRequest,
    RecordFundsRequest, ResolveInstructionRequest, ResumeEnvelopeRequest, RetryInstructionRequest,
    StopEnvelopeRequest, UnresolvedOrder,
};
use rangkai_testkit::fresh;
use tonic::Status;

use super::{
    reports::{camt_054, import},
    support::{EACH, official},
};
use crate::payments::support::{House, rupiah};

/// A notice that the money of an order went out; no two are the same.
pub fn went_out(order: &str) -> String {
    camt_054(order, EACH).replace("<Id>N1</Id>", &format!("<Id>{}</Id>", &fresh()[..30]))
}

/// A notice that the money of an order came back; no two are the same.
pub fn came_back(order: &str, reason: &str) -> String {
    let why = format!("</Refs><RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>");
    went_out(order).replace("DBIT", "CRDT").replace("</Refs>", &why)
}

/// Takes a message of the bank; answers how many orders came to their end by it.
pub async fn hear(house: &House, message: &str) -> anyhow::Result<i64> {
    let mut operator = official(house, "kemensos", "operator")?;
    Ok(import(&mut operator, message).await?.settled_count)
}

/// What `person` says became of an instruction.
pub async fn say(
    house: &House,
    person: &str,
    (envelope_id, instruction): (&str, &Instruction),
    (outcome, evidence): (State, &str),
) -> Result<Instruction, Status> {
    let request = ResolveInstructionRequest {
        request_id: fresh(),
        envelope_id: envelope_id.to_owned(),
        instruction_id: instruction.instruction_id.clone(),
        outcome: outcome.into(),
        evidence: evidence.to_owned(),
    };
    let mut official = official(house, "kemensos", person).unwrap();
    let answer = official.instructions.resolve_instruction(request).await?;
    Ok(answer.into_inner().instruction.unwrap())
}

/// What two people say alike.
pub async fn agree(
    house: &House,
    about: (&str, &Instruction),
    verdict: (State, &str),
) -> Result<Instruction, Status> {
    say(house, "auditor", about, verdict).await?;
    say(house, "comptroller", about, verdict).await
}

pub async fn retry(house: &House, id: &str, old: &Instruction) -> Result<Instruction, Status> {
    let request = RetryInstructionRequest {
        request_id: fresh(),
        envelope_id: id.to_owned(),
        instruction_id: old.instruction_id.clone(),
    };
    let mut treasurer = official(house, "kemensos", "treasurer").unwrap();
    let answer = treasurer.instructions.retry_instruction(request).await?;
    Ok(answer.into_inner().instruction.unwrap())
}

pub async fn resume(house: &House, id: &str) -> Result<Envelope, Status> {
    let request = ResumeEnvelopeRequest { request_id: fresh(), envelope_id: id.to_owned() };
    let mut checker = official(house, "kemensos", "first").unwrap();
    Ok(checker.envelopes.resume_envelope(request).await?.into_inner().envelope.unwrap())
}

/// What `person` says who wants an envelope to be stopped.
pub async fn stop(house: &House, person: &str, id: &str) -> Result<Envelope, Status> {
    let request = StopEnvelopeRequest {
        request_id: fresh(),
        envelope_id: id.to_owned(),
        reason: "Data penerima salah".to_owned(),
    };
    let mut official = official(house, "kemensos", person).unwrap();
    Ok(official.envelopes.stop_envelope(request).await?.into_inner().envelope.unwrap())
}

/// Money for one payment more.
pub async fn fund(house: &House) -> anyhow::Result<()> {
    let (request_id, reference) = (fresh(), fresh());
    let request = RecordFundsRequest {
        request_id,
        amount: Some(rupiah(EACH)),
        reference,
        ..RecordFundsRequest::default()
    };
    official(house, "kemensos", "maker")?.funds.record_funds(request).await?;
    Ok(())
}

/// For how many payments there is money, and how many of them are spoken for.
pub async fn funds(house: &House) -> anyhow::Result<(i64, i64)> {
    let request = GetFundsRequest { currency_code: "IDR".to_owned() };
    let mut maker = official(house, "kemensos", "maker")?;
    let found = maker.funds.get_funds(request).await?.into_inner();
    let payments = |money: Option<rangkai_proto::r#type::v1::Money>| money.unwrap().units / EACH;
    Ok((payments(found.balance), payments(found.reserved)))
}

/// The instructions of an envelope that the rail contradicts.
pub async fn contradicted(house: &House, id: &str) -> anyhow::Result<Vec<Instruction>> {
    let list = ListInstructionsRequest {
        envelope_id: id.to_owned(),
        contradicted: true,
        ..ListInstructionsRequest::default()
    };
    let mut maker = official(house, "kemensos", "maker")?;
    Ok(maker.instructions.list_instructions(list).await?.into_inner().instructions)
}

/// The orders of which the agency does not know what became, or what is true.
pub async fn unresolved(house: &House, agency: &str) -> anyhow::Result<Vec<UnresolvedOrder>> {
    let mut maker = official(house, agency, "maker")?;
    let list = ListUnresolvedOrdersRequest::default();
    Ok(maker.rails.list_unresolved_orders(list).await?.into_inner().orders)
}

/// An instruction, and what was said of it.
pub async fn record(
    house: &House,
    id: &str,
    instruction: &Instruction,
) -> anyhow::Result<GetInstructionResponse> {
    let request = GetInstructionRequest {
        envelope_id: id.to_owned(),
        instruction_id: instruction.instruction_id.clone(),
    };
    let mut maker = official(house, "kemensos", "maker")?;
    Ok(maker.instructions.get_instruction(request).await?.into_inner())
}
