//! Envelopes that must not go on: two people stop them, and what was not sent never is. The last three
//! digits of an account say what the sandbox does: 912 never answers, 921 is paid and then not.

use std::time::Duration;

use rangkai_payments::Payments;
use rangkai_proto::payments::v1::{
    Envelope, EnvelopeState, ErrorReason, GetFundsRequest, Instruction, InstructionState as State,
    ListInstructionsRequest, PauseReason, ResolveInstructionRequest, ResumeEnvelopeRequest,
    RetryInstructionRequest, StopEnvelopeRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Status;

use super::{
    super::{
        books::Books,
        contract::once,
        events::types,
        support::{House, reason, refused},
    },
    office::{Office, People, announce, pay, sandbox_of, tallies},
};

fn stopping(envelope: &Envelope, reason: &str) -> StopEnvelopeRequest {
    StopEnvelopeRequest {
        request_id: fresh(),
        envelope_id: envelope.envelope_id.clone(),
        reason: reason.to_owned(),
    }
}

pub async fn stop(office: &Office, envelope: &Envelope) -> Result<Envelope, Status> {
    let request = stopping(envelope, "Data penerima salah");
    Ok(office.envelopes.clone().stop_envelope(request).await?.into_inner().envelope.unwrap())
}

async fn resume(office: &Office, envelope: &Envelope) -> Result<Envelope, Status> {
    let envelope_id = envelope.envelope_id.clone();
    let request = ResumeEnvelopeRequest { request_id: fresh(), envelope_id };
    Ok(office.envelopes.clone().resume_envelope(request).await?.into_inner().envelope.unwrap())
}

pub async fn retry(
    office: &Office,
    envelope: &Envelope,
    instruction: &Instruction,
) -> Result<(), Status> {
    let request = RetryInstructionRequest {
        request_id: fresh(),
        envelope_id: envelope.envelope_id.clone(),
        instruction_id: instruction.instruction_id.clone(),
    };
    office.instructions.clone().retry_instruction(request).await.map(drop)
}

pub async fn list(
    office: &Office,
    envelope: &Envelope,
    state: State,
) -> Result<Vec<Instruction>, Status> {
    let request = ListInstructionsRequest {
        envelope_id: envelope.envelope_id.clone(),
        state: state.into(),
        ..ListInstructionsRequest::default()
    };
    let list = office.instructions.clone().list_instructions(request).await?;
    Ok(list.into_inner().instructions)
}

/// What the fund holds, and what of it is reserved, in rupiahs.
async fn funds(office: &Office) -> Result<(i64, i64), Status> {
    let request = GetFundsRequest { currency_code: "IDR".to_owned() };
    let funds = office.funds.clone().get_funds(request).await?.into_inner();
    Ok((funds.balance.unwrap().units, funds.reserved.unwrap().units))
}

/// Asks about what is silent until only people can tell.
async fn ask_in_vain(house: &House, block: &Payments) -> anyhow::Result<()> {
    for pause in [30, 120, 600, 3_600] {
        house.clock.advance(Duration::from_secs(pause));
        block.inquire_orders().await?;
    }
    Ok(())
}

/// Two people say the same of an instruction.
async fn agree(
    people: &People,
    envelope: &Envelope,
    instruction: &Instruction,
    outcome: State,
) -> Result<Instruction, Status> {
    let mut settled = None;
    for office in [&people.checker, &people.releaser] {
        let request = ResolveInstructionRequest {
            request_id: fresh(),
            envelope_id: envelope.envelope_id.clone(),
            instruction_id: instruction.instruction_id.clone(),
            outcome: outcome.into(),
            evidence: "RK-77".to_owned(),
        };
        let answer = office.instructions.clone().resolve_instruction(request).await?;
        settled = answer.into_inner().instruction;
    }
    Ok(settled.unwrap())
}

/// An envelope of which the sandbox was given the first four: one is silent, one contradicted, so that
/// it paused. Two are left, and one is invalid.
async fn half_sent(house: &House, people: &People) -> anyhow::Result<Envelope> {
    people.maker.link([1, 912, 921, 2, 3, 4]).await?;
    let all = [1, 912, 921, 2, 3, 4, 7].map(|person| pay(person, 100)).to_vec();
    let envelope = people.released(house, announce(7, 700), all).await?;
    assert_eq!(sandbox_of(house, 2).await?.execute_due().await?, 4);
    Ok(envelope)
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_was_not_sent_when_two_people_stop_it_never_is(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let people = People::of(&house)?;
    let envelope = half_sent(&house, &people).await?;

    let first = stop(&people.checker, &envelope).await?;
    let alone = stop(&people.checker, &envelope).await;
    let reserved = funds(&people.maker).await?;
    let second = stop(&people.releaser, &envelope).await?;
    let freed = funds(&people.maker).await?;
    let third = stop(&people.maker, &envelope).await;
    let resumed = resume(&people.checker, &envelope).await;
    // A replica that knows nothing of it goes on with what is on its way, and with nothing else.
    let block = sandbox_of(&house, 2).await?;
    ask_in_vain(&house, &block).await?;
    let given = block.execute_due().await?;

    let why = (first.state(), first.pause_reason());
    let asked = first.stop.unwrap();
    assert_eq!(why, (EnvelopeState::Paused, PauseReason::Contradiction));
    assert_eq!((asked.requested_by.as_str(), asked.confirmed_by.as_str()), ("budi", ""));
    assert_eq!(asked.reason, "Data penerima salah");
    assert_eq!(refused(alone), ErrorReason::SamePerson);
    assert_eq!((reserved, freed), ((400, 300), (400, 100)));
    let stopped = second.stop.clone().unwrap();
    let by = (stopped.requested_by.as_str(), stopped.confirmed_by.as_str());
    assert_eq!((second.state(), by), (EnvelopeState::Paused, ("budi", "citra")));
    let ends = [(State::Unknown, 1, 100), (State::Paid, 3, 300), (State::Failed, 2, 200)];
    assert_eq!(tallies(&second)[1..], ends);
    let stopped_already = (ErrorReason::EnvelopeState, "stopped".to_owned());
    assert_eq!(reason(third, "state"), stopped_already);
    assert_eq!(reason(resumed, "state"), stopped_already);
    assert_eq!(given, 0);
    let withdrawn = list(&people.maker, &envelope, State::Failed).await?;
    let of = |it: &Instruction| (it.reason.clone(), it.retry_safe, it.outcome_time);
    let end = ("WITHDRAWN".to_owned(), false, stopped.confirm_time);
    assert_eq!(withdrawn.iter().map(of).collect::<Vec<_>>(), [end.clone(), end]);
    assert_eq!(list(&people.maker, &envelope, State::Valid).await?, []);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_stopped_envelope_completes_once_what_was_sent_came_to_its_end(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let people = People::of(&house)?;
    let envelope = half_sent(&house, &people).await?;
    stop(&people.checker, &envelope).await?;
    stop(&people.releaser, &envelope).await?;

    ask_in_vain(&house, &sandbox_of(&house, 2).await?).await?;
    let silent = list(&people.maker, &envelope, State::NeedsPerson).await?.remove(0);
    let silent = agree(&people, &envelope, &silent, State::Failed).await?;
    let waiting = people.maker.get(&envelope).await?;
    let paid = list(&people.maker, &envelope, State::Paid).await?;
    let doubted = paid.iter().find(|it| it.contradicted).unwrap();
    agree(&people, &envelope, doubted, State::Paid).await?;
    let report = people.maker.report(&envelope).await?;
    let withdrawn = list(&people.maker, &envelope, State::Failed).await?;
    let unsafe_again = retry(&people.releaser, &envelope, &withdrawn[1]).await;
    let again = retry(&people.releaser, &envelope, &silent).await;

    assert_eq!(waiting.state(), EnvelopeState::Paused);
    let done = report.envelope.unwrap();
    assert_eq!(done.state(), EnvelopeState::Completed);
    assert_eq!(done.stop.unwrap().confirmed_by, "citra");
    let lines = report.lines.iter().map(|it| (it.state(), it.reason.as_str(), it.count));
    let mut lines: Vec<_> = lines.collect();
    lines.sort_by_key(|(state, why, _)| (i32::from(*state), (*why).to_owned()));
    let expected = [
        (State::Invalid, "", 1),
        (State::Paid, "", 3),
        (State::Failed, "RK-77", 1),
        (State::Failed, "WITHDRAWN", 2),
    ];
    assert_eq!((lines.as_slice(), report.adds_up), (&expected[..], true));
    assert_eq!(funds(&people.maker).await?, (400, 0));
    assert_eq!((silent.retry_safe, withdrawn[1].reason.as_str()), (true, "WITHDRAWN"));
    assert_eq!(refused(unsafe_again), ErrorReason::RetryUnsafe);
    assert_eq!(reason(again, "state"), (ErrorReason::EnvelopeState, "stopped".to_owned()));
    Books::open(&house).await?.check_payouts().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_request_to_stop_lapses_when_somebody_resumes(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let people = People::of(&house)?;
    people.maker.link([1]).await?;
    let envelope = people.approved(&house, announce(1, 100), vec![pay(1, 100)]).await?;
    people.maker.fund(100).await?;
    let early = stop(&people.checker, &envelope).await;
    people.releaser.release(&envelope).await?;

    let paused = stop(&people.checker, &envelope).await?;
    let given = sandbox_of(&house, 2).await?.execute_due().await?;
    let alone = resume(&people.checker, &envelope).await;
    let resumed = resume(&people.releaser, &envelope).await?;
    let anew = stop(&people.releaser, &envelope).await?;
    let foreign = stop(&Office::of(&house.agency("kemendikbud")?), &envelope).await;
    let done = stop(&people.checker, &envelope).await?;
    let late = stop(&people.maker, &envelope).await;

    assert_eq!(reason(early, "state"), (ErrorReason::EnvelopeState, "approved".to_owned()));
    let why = (paused.state(), paused.pause_reason(), paused.paused_by.as_str());
    assert_eq!((why, given), ((EnvelopeState::Paused, PauseReason::Asked, "budi"), 0));
    assert_eq!(refused(alone), ErrorReason::SamePerson);
    assert_eq!((resumed.state(), resumed.stop), (EnvelopeState::Released, None));
    let asked = anew.stop.clone().unwrap();
    assert_eq!((asked.requested_by.as_str(), asked.confirmed_by.as_str()), ("citra", ""));
    assert_eq!((anew.state(), tallies(&anew)), (paused.state(), vec![(State::Valid, 1, 100)]));
    assert_eq!(refused(foreign), ErrorReason::EnvelopeNotFound);
    assert_eq!(done.state(), EnvelopeState::Completed);
    assert_eq!(tallies(&done), [(State::Failed, 1, 100)]);
    assert_eq!(refused(late), ErrorReason::EnvelopeState);
    assert_eq!(funds(&people.maker).await?, (100, 0));
    let told = types(house.agency("kemensos")?.client, &envelope.envelope_id).await?;
    let told = told.iter().skip_while(|told| *told != "EnvelopeReleased").skip(1);
    let expected = [
        "EnvelopePaused",
        "EnvelopeStopRequested",
        "EnvelopeResumed",
        "EnvelopePaused",
        "EnvelopeStopRequested",
        "EnvelopeStopped",
        "EnvelopeCompleted",
        "BatchSettled",
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn one_who_asks_again_and_again_is_one_person(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let people = People::of(&house)?;
    people.maker.link([1]).await?;
    let envelope = people.released(&house, announce(1, 100), vec![pay(1, 100)]).await?;

    let mut states = Vec::new();
    for office in [&people.checker, &people.releaser] {
        let request = stopping(&envelope, "Data penerima salah");
        let other = StopEnvelopeRequest { reason: "Lain".to_owned(), ..request.clone() };
        let send = |request| {
            let mut client = office.envelopes.clone();
            async move { client.stop_envelope(request).await }
        };
        let answer = once(&request.request_id.clone(), [request, other], send).await?;
        states.push(answer.envelope.unwrap().state());
    }

    assert_eq!(states, [EnvelopeState::Paused, EnvelopeState::Completed]);
    let stopped = people.maker.get(&envelope).await?.stop.unwrap();
    assert_eq!((stopped.requested_by.as_str(), stopped.confirmed_by.as_str()), ("budi", "citra"));
    Ok(())
}
