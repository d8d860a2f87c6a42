//! What the validation finds.

use rangkai_proto::payments::v1::{
    CreateEnvelopeRequest, Envelope, EnvelopeState, InstructionFinding, InstructionState,
    ListInstructionsRequest, UnlinkPayeeRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    super::support::{House, rupiah},
    office::{Office, People, announce, functional_id, link, pay, tallies},
};

/// The findings about each instruction, in order.
pub async fn findings(
    office: &Office,
    envelope: &Envelope,
) -> anyhow::Result<Vec<Vec<InstructionFinding>>> {
    let envelope_id = envelope.envelope_id.clone();
    let request = ListInstructionsRequest { envelope_id, ..ListInstructionsRequest::default() };
    let list = office.instructions.clone().list_instructions(request).await?.into_inner();
    Ok(list.instructions.iter().map(|it| it.findings().collect()).collect())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn each_instruction_is_held_against_the_directory_the_limits_and_the_others(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    use InstructionFinding as Found;
    let house = House::open(kind).await?;
    let mut office = Office::of(&house.agency("kemensos")?);
    office.link(1..5).await?;
    let unlink = UnlinkPayeeRequest {
        request_id: fresh(),
        source: "pkh".to_owned(),
        functional_id: functional_id(4),
    };
    office.payees.unlink_payee(unlink).await?;
    let mut right_name = pay(1, 100);
    right_name.name = "SITI AMINAH, 1".to_owned();
    let mut wrong_name = pay(2, 100);
    wrong_name.name = "Siti Rahayu".to_owned();
    let mut again = pay(1, 100);
    again.reference = "again".to_owned();
    let all = vec![right_name, wrong_name, pay(3, 501), pay(4, 100), pay(5, 100), again];
    let limit = Some(rupiah(500));
    let announced = CreateEnvelopeRequest { instruction_limit: limit, ..announce(6, 1_001) };

    let envelope = office.validated(&house, announced, all).await?;
    let found = findings(&office, &envelope).await?;
    // Somebody mends the directory, and the envelope is validated again.
    office.payees.link_payee(link("pkh", 5)).await?;
    let mended = office.validate(&house, &envelope).await?;

    let expected: [&[Found]; 6] = [
        &[],
        &[Found::NameMismatch],
        &[Found::OverLimit],
        &[Found::PayeeUnlinked],
        &[Found::PayeeUnknown],
        &[Found::Duplicate],
    ];
    assert_eq!(found, expected);
    let valid = |count, sum| {
        [(InstructionState::Valid, count, sum), (InstructionState::Invalid, 6 - count, 1_001 - sum)]
    };
    assert_eq!(tallies(&envelope), valid(1, 100));
    assert_eq!(tallies(&mended), valid(2, 200));
    assert_eq!(mended.state(), EnvelopeState::Validated);
    assert_ne!(mended.contents_hash, envelope.contents_hash);
    let report = office.report(&mended).await?;
    assert_eq!((report.count, report.total, report.adds_up), (6, Some(rupiah(1_001)), true));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_person_is_not_paid_twice_in_a_cycle_by_programmes_that_exclude_each_other(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    use InstructionFinding as Found;
    let house = House::open(kind).await?;
    let office = Office::of(&house.agency("kemensos")?);
    office.link(1..3).await?;
    let of = |programme: &str, cycle: &str, excludes: &[&str]| CreateEnvelopeRequest {
        programme: programme.to_owned(),
        cycle: cycle.to_owned(),
        incompatible_programmes: excludes.iter().map(|it| (*it).to_owned()).collect(),
        ..announce(1, 100)
    };
    let envelopes = [
        of("pkh", "2026-q4", &["blt"]),
        of("sembako", "2026-q4", &[]),
        of("blt", "2026-q4", &[]),
        of("pip", "2026-q4", &["sembako"]),
        of("pkh", "2026-q4", &[]),
        of("blt", "2027-q1", &[]),
    ];
    let mut found = Vec::new();
    for announced in envelopes {
        let envelope = office.validated(&house, announced, vec![pay(1, 100)]).await?;
        found.extend(findings(&office, &envelope).await?);
    }
    let mut other = Office::of(&house.agency("kemendikbud")?);
    other.payees.link_payee(link("pkh", 1)).await?;
    let envelope = other.validated(&house, announce(1, 100), vec![pay(1, 100)]).await?;
    found.extend(findings(&other, &envelope).await?);

    let expected: [&[Found]; 7] = [
        &[],
        &[Found::PaidElsewhere],
        &[Found::Excluded],
        &[Found::Excluded],
        &[Found::Excluded],
        &[],
        &[],
    ];
    assert_eq!(found, expected);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn two_programmes_that_are_validated_at_once_see_each_other(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let people = People::of(&house)?;
    people.maker.link(1..9).await?;
    let all = || (1..9).map(|person| pay(person, 100)).collect::<Vec<_>>();
    let blt = CreateEnvelopeRequest {
        programme: "blt".to_owned(),
        incompatible_programmes: vec!["pkh".to_owned()],
        ..announce(8, 800)
    };

    let (one, two) = tokio::join!(
        people.maker.validated(&house, announce(8, 800), all()),
        people.checker.validated(&house, blt, all()),
    );
    house.payments.validate_envelopes().await?;

    let (one, two) = (people.maker.get(&one?).await?, people.maker.get(&two?).await?);
    let valid = [tallies(&one), tallies(&two)].concat();
    let valid = valid.iter().filter(|(state, ..)| *state == InstructionState::Valid);
    assert_eq!(valid.map(|(_, count, _)| count).sum::<i64>(), 8);
    Ok(())
}
