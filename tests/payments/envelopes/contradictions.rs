//! People of whom the rail says that they were paid, and that they were not. The last three digits of
//! an account say what the sandbox does: 921 is paid and then not, 922 is not and then was.

use rangkai_proto::payments::v1::{
    Envelope, EnvelopeState, Instruction, InstructionFinding as Found, InstructionState as State,
    ListInstructionsRequest, PauseReason, ResolveInstructionRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    super::{books::Books, support::House},
    office::{Office, People, announce, pay, sandbox, tallies},
};

async fn list(office: &Office, envelope: &Envelope) -> anyhow::Result<Vec<Instruction>> {
    let envelope_id = envelope.envelope_id.clone();
    let request = ListInstructionsRequest { envelope_id, ..ListInstructionsRequest::default() };
    Ok(office.instructions.clone().list_instructions(request).await?.into_inner().instructions)
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn nobody_is_paid_by_another_envelope_until_it_is_decided_that_he_was_not(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (people, block) = (People::of(&house)?, sandbox(&house).await?);
    people.maker.link([921, 922]).await?;
    let all = || vec![pay(921, 100), pay(922, 200)];
    let envelope = people.released(&house, announce(2, 300), all()).await?;
    block.execute_due().await?;
    let paused = people.maker.get(&envelope).await?;
    let doubted = list(&people.maker, &envelope).await?;

    let other = people.maker.validated(&house, announce(2, 300), all()).await?;
    let found = list(&people.maker, &other).await?;
    for office in [&people.checker, &people.releaser] {
        for instruction in &doubted {
            let request = ResolveInstructionRequest {
                request_id: fresh(),
                envelope_id: envelope.envelope_id.clone(),
                instruction_id: instruction.instruction_id.clone(),
                outcome: State::Failed.into(),
                evidence: "AC06".to_owned(),
            };
            office.instructions.clone().resolve_instruction(request).await?;
        }
    }
    let done = people.maker.get(&envelope).await?;
    let other = people.maker.validate(&house, &other).await?;

    let why = (paused.state(), paused.pause_reason());
    assert_eq!(why, (EnvelopeState::Paused, PauseReason::Contradiction));
    let doubts: Vec<_> = doubted.iter().map(|it| (it.state(), it.contradicted)).collect();
    assert_eq!(doubts, [(State::Paid, true), (State::Failed, true)]);
    assert!(found.iter().all(|it| it.findings().eq([Found::Excluded])), "{found:?}");
    assert_eq!(done.state(), EnvelopeState::Completed);
    assert_eq!(tallies(&done), [(State::Failed, 2, 300)]);
    assert_eq!(tallies(&other), [(State::Valid, 2, 300)]);
    let ends = list(&people.maker, &envelope).await?;
    let ends: Vec<_> = ends.iter().map(|it| (it.reason.as_str(), it.returned)).collect();
    assert_eq!(ends, [("AC06", true), ("AM04", false)]);
    Books::open(&house).await?.check_payouts().await?;
    Ok(())
}
