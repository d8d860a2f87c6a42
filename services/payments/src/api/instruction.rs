//! `rangkai.payments.v1.InstructionService`.

use std::sync::Arc;

use rangkai_db::Call;
use rangkai_primitives::{Caller, Currency, Id, Money, Page};
use rangkai_proto::payments::v1::{self as wire, instruction_service_server::InstructionService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status, Streaming};

use super::envelope;
use crate::{
    Payments,
    domain::{
        Envelope, Instruction, InstructionFilter, InstructionState, NewInstruction, Verdict,
        payable,
    },
    error::Error,
    ops::{
        self,
        instruction::{Intake, Ready, Taken},
    },
};

/// A batch of instructions for an envelope.
type Batch = (Id<Envelope>, Vec<NewInstruction>);
/// Which instructions of an envelope to list.
type Filter = (Id<Envelope>, InstructionFilter);
/// An instruction of an envelope.
type Place = (Id<Envelope>, Id<Instruction>);

#[tonic::async_trait]
impl InstructionService for Payments {
    async fn add_instructions(
        &self,
        request: Request<Streaming<wire::AddInstructionsRequest>>,
    ) -> Result<Response<wire::AddInstructionsResponse>, Status> {
        let caller = rangkai_auth::caller(&request)?;
        let mut stream = request.into_inner();
        let (id, new) = read_batch(stream.message().await?.unwrap_or_default(), None)?;
        let currency = new.first().map_or(Currency::IDR, |new| new.amount.currency());
        let intake = Arc::new(self.intake(caller.clone(), id).await?);
        let mut batch = Some(intake.ready(new)?);
        let (mut added, mut last) = (0, None);
        while let Some(ready) = batch {
            // The next batch is made ready while this one is written; the one after that waits with
            // its sender, so that no more than two are here.
            let reading = read_next(&mut stream, &intake, id);
            let (taken, next) = tokio::join!(self.take_in(caller.clone(), ready), reading);
            let taken = taken?;
            added += taken.added;
            last = Some(taken);
            batch = next?;
        }
        let taken = last.ok_or_else(|| Status::internal("no batch was taken"))?;
        Ok(Response::new(wire::AddInstructionsResponse {
            added,
            instruction_count: taken.received.count,
            total: Some(Money::new(currency, taken.received.minor).into()),
        }))
    }

    async fn get_instruction(
        &self,
        request: Request<wire::GetInstructionRequest>,
    ) -> Result<Response<wire::GetInstructionResponse>, Status> {
        let wire = request.get_ref();
        let fields = Violations::of(wire);
        let (envelope, id) = read_place(fields, &wire.envelope_id, &wire.instruction_id)?;
        let getting = move |tx| async move { ops::instruction::get(&tx, envelope, id).await };
        let record = self.look(&request, getting).await?;
        Ok(Response::new(record.into()))
    }

    async fn list_instructions(
        &self,
        request: Request<wire::ListInstructionsRequest>,
    ) -> Result<Response<wire::ListInstructionsResponse>, Status> {
        let ((id, filter), page) = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::instruction::list(&tx, id, filter, &page).await }
        };
        let (instructions, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListInstructionsResponse {
            instructions: instructions.into_iter().map(wire::Instruction::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn retry_instruction(
        &self,
        request: Request<wire::RetryInstructionRequest>,
    ) -> Result<Response<wire::RetryInstructionResponse>, Status> {
        let (call, (envelope, id)) = read_retry(&request)?;
        self.change(call, move |tx| async move {
            let instruction = ops::instruction::retry(&tx, envelope, id).await?;
            Ok(wire::RetryInstructionResponse { instruction: Some(instruction.into()) })
        })
        .await
    }

    async fn resolve_instruction(
        &self,
        request: Request<wire::ResolveInstructionRequest>,
    ) -> Result<Response<wire::ResolveInstructionResponse>, Status> {
        let (call, (envelope, id), verdict) = read_resolve(&request)?;
        self.change(call, move |tx| {
            let verdict = verdict.clone();
            async move {
                let (resolved, ruling) =
                    ops::instruction::resolve(&tx, envelope, id, verdict).await?;
                Ok(wire::ResolveInstructionResponse {
                    instruction: Some(resolved.into()),
                    ruling: Some(ruling.into()),
                })
            }
        })
        .await
    }
}

impl Payments {
    async fn intake(&self, caller: Caller, id: Id<Envelope>) -> Result<Intake, Error> {
        let opening = move |tx| async move { ops::instruction::intake(&tx, id).await };
        self.db.read(caller, opening).await
    }

    /// Keeps one batch. No request id is needed: each instruction carries an id of its own.
    async fn take_in(&self, caller: Caller, ready: Ready) -> Result<Taken, Error> {
        let ready = Arc::new(ready);
        let adding = move |tx| {
            let ready = Arc::clone(&ready);
            async move { ops::instruction::add(&tx, &ready).await }
        };
        let method = "rangkai.payments.v1.InstructionService/AddInstructions";
        self.db.act(caller, method, adding).await
    }
}

/// Reads the next batch of a stream and makes it ready, away from where others wait for their turn.
async fn read_next(
    stream: &mut Streaming<wire::AddInstructionsRequest>,
    intake: &Arc<Intake>,
    id: Id<Envelope>,
) -> Result<Option<Ready>, Status> {
    let Some(next) = stream.message().await? else { return Ok(None) };
    let intake = Arc::clone(intake);
    let making = tokio::task::spawn_blocking(move || {
        let (_, new) = read_batch(next, Some(id))?;
        Ok(Some(intake.ready(new)?))
    });
    making.await.map_err(|error| rangkai_rpc::internal(&error))?
}

fn read_batch(
    wire: wire::AddInstructionsRequest,
    begun: Option<Id<Envelope>>,
) -> Result<Batch, Status> {
    let mut fields = Violations::of(&wire);
    let id = fields.parse::<Id<Envelope>>("envelope_id", &wire.envelope_id);
    if begun.is_some() && begun != id {
        fields.add("envelope_id", "must be the same in every batch of a stream");
    }
    let currency = wire.instructions.first().and_then(|first| first.amount.clone());
    let currency = currency.map(|first| first.currency_code).unwrap_or_default();
    let mut new = Vec::with_capacity(wire.instructions.len());
    for (place, wire) in wire.instructions.into_iter().enumerate() {
        let amount = Money::try_from(wire.amount.unwrap_or_default()).map_err(|it| it.to_string());
        let amount = amount.and_then(|it| payable(it).map_err(|error| error.to_string()));
        let amount = amount.and_then(|it| {
            let same = it.currency().as_str() == currency;
            if same { Ok(it) } else { Err("must be in the currency of the envelope".to_owned()) }
        });
        match amount {
            Ok(amount) => new.push(NewInstruction {
                reference: wire.reference,
                functional_id: wire.functional_id.into(),
                name: Some(wire.name).filter(|name| !name.is_empty()).map(Into::into),
                amount,
                narration: wire.narration.into(),
            }),
            Err(rule) => fields.add(&format!("instructions[{place}].amount"), rule),
        }
    }
    fields.check(|| Some((id?, new)))
}

fn read_place(
    mut fields: Violations,
    envelope_id: &str,
    instruction_id: &str,
) -> Result<Place, Status> {
    let envelope = fields.parse("envelope_id", envelope_id);
    let id = fields.parse("instruction_id", instruction_id);
    fields.check(|| Some((envelope?, id?)))
}

fn read_list(wire: &wire::ListInstructionsRequest) -> Result<(Filter, Page<Instruction>), Status> {
    let mut fields = Violations::of(wire);
    let id = fields.parse("envelope_id", &wire.envelope_id);
    let asked = wire.state();
    let state = InstructionState::ALL.into_iter().find(|it| envelope::state(*it) == asked);
    let filter = InstructionFilter { state, contradicted: wire.contradicted };
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some(((id?, filter), page?)))
}

fn read_retry(request: &Request<wire::RetryInstructionRequest>) -> Result<(Call, Place), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.InstructionService/RetryInstruction";
    let call = call(method, request, &mut fields, &wire.request_id);
    let envelope = fields.parse("envelope_id", &wire.envelope_id);
    let id = fields.parse("instruction_id", &wire.instruction_id);
    fields.check(|| Some((call?, (envelope?, id?))))
}

fn read_resolve(
    request: &Request<wire::ResolveInstructionRequest>,
) -> Result<(Call, Place, Verdict), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.InstructionService/ResolveInstruction";
    let call = call(method, request, &mut fields, &wire.request_id);
    let envelope = fields.parse("envelope_id", &wire.envelope_id);
    let id = fields.parse("instruction_id", &wire.instruction_id);
    let asked = wire.outcome();
    let paid = asked == wire::InstructionState::Paid;
    let known = paid || asked == wire::InstructionState::Failed;
    let paid = fields.keep("outcome", Some(paid).filter(|_| known).ok_or("must be PAID or FAILED"));
    fields.check(|| {
        let verdict = Verdict { paid: paid?, evidence: wire.evidence.clone() };
        Some((call?, (envelope?, id?), verdict))
    })
}

impl From<Instruction> for wire::Instruction {
    fn from(instruction: Instruction) -> Self {
        let id = |id: Option<Id<Instruction>>| id.map(|id| id.to_string()).unwrap_or_default();
        let returned = instruction.is_returned();
        Self {
            instruction_id: instruction.id.to_string(),
            reference: instruction.reference,
            attempt: i32::try_from(instruction.attempt).unwrap_or(i32::MAX),
            amount: Some(instruction.amount.into()),
            state: envelope::state(instruction.state).into(),
            findings: instruction.findings.list().map(|it| envelope::finding(it).into()).collect(),
            reason: instruction.reason.unwrap_or_default(),
            retry_safe: instruction.retry_safe,
            rail_reference: instruction.rail_reference.unwrap_or_default(),
            outcome_time: instruction.outcome_time.map(rangkai_proto::time),
            retry_of: id(instruction.retry_of),
            replaced_by: id(instruction.replaced_by),
            contradicted: instruction.contradicted,
            returned,
        }
    }
}
