//! Questions about people.

use rangkai_proto::{
    identity::v1::{
        Attribute, AttributeClaim, ErrorReason, ListAccessesRequest, MatchAttributesRequest,
        PersonAttributes, ProveAgeRequest, ReadAttributesRequest, ResolveSubjectRequest,
    },
    r#type::v1::Date,
};
use rangkai_testkit::Kind;
use rstest::rstest;
use tonic::Code;

use super::block::{Block, NIK, block, import, named, refused, row, why};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn two_agencies_know_one_person_by_two_names(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;

    let police = block.person("korlantas").await?;
    let health = block.resolve("bpjs", NIK).await?;

    assert_ne!(police, health);
    for name in [&police, &health] {
        assert_eq!(name.len(), 26);
        assert!(name.bytes().all(|it| it.is_ascii_lowercase() || (b'2'..=b'7').contains(&it)));
    }
    assert_eq!(block.resolve("korlantas", NIK).await?, police);
    // Two who ask for the first time at the same time get the same answer.
    let (one, other) = tokio::try_join!(block.resolve("bps", NIK), block.resolve("bps", NIK))?;
    assert_eq!(one, other);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_agencys_name_for_a_person_is_nobodys(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let police = block.person("korlantas").await?;

    for subject_id in [police, "a".repeat(26)] {
        let status = read(&block, "bpjs", &subject_id, &[Attribute::Name]).await.unwrap_err();
        refused(&status, Code::NotFound, ErrorReason::PersonNotFound);
        let claims = vec![claim(Attribute::Name, "Siti Aminah")];
        let request =
            MatchAttributesRequest { subject_id: subject_id.clone(), claims, purpose: Some(why()) };
        let status = block.people("bpjs").match_attributes(request).await.unwrap_err();
        refused(&status, Code::NotFound, ErrorReason::PersonNotFound);
        let status = is_17(&block, "bpjs", &subject_id, None).await.unwrap_err();
        refused(&status, Code::NotFound, ErrorReason::PersonNotFound);
        let request = ListAccessesRequest { subject_id, ..Default::default() };
        let status = block.accesses("bpjs").list_accesses(request).await.unwrap_err();
        refused(&status, Code::NotFound, ErrorReason::PersonNotFound);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_nik_that_cannot_be_is_not_one_of_nobody(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let ask = |nik: &str| {
        let request = ResolveSubjectRequest { nik: nik.to_owned(), purpose: Some(why()) };
        let mut people = block.people("korlantas");
        async move { people.resolve_subject(request).await.unwrap_err() }
    };

    refused(&ask(NIK).await, Code::NotFound, ErrorReason::PersonNotFound);
    for nik in ["3174010101900000", "3174013201900001", "0000000101900001", "317401010190000"] {
        assert_eq!(named(&ask(nik).await), ["nik"], "{nik}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn each_claim_is_answered_by_itself(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let subject_id = block.person("korlantas").await?;
    let ask = |claims: Vec<AttributeClaim>| {
        let subject_id = subject_id.clone();
        let request = MatchAttributesRequest { subject_id, claims, purpose: Some(why()) };
        let mut people = block.people("korlantas");
        async move { people.match_attributes(request).await.map(tonic::Response::into_inner) }
    };

    let answer = ask(vec![
        claim(Attribute::Name, "SITI  aminah."),
        claim(Attribute::BirthDate, "2009-11-23"),
        claim(Attribute::Nik, NIK),
    ])
    .await?;
    let truth: Vec<_> = answer.matches.iter().map(|it| (it.attribute(), it.matches)).collect();
    assert_eq!(
        truth,
        [(Attribute::Name, true), (Attribute::BirthDate, false), (Attribute::Nik, true)]
    );
    assert!(!answer.all_match);
    assert!(ask(vec![claim(Attribute::Address, "JL MELATI NO 7")]).await?.all_match);

    let twice = vec![claim(Attribute::Name, "Siti"), claim(Attribute::Name, "Budi")];
    assert_eq!(named(&ask(twice).await.unwrap_err()), ["claims[1].attribute"]);
    let no_date = vec![claim(Attribute::BirthDate, "22-11-2009")];
    assert_eq!(named(&ask(no_date).await.unwrap_err()), ["claims[0].value"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_age_is_proven_without_being_told(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let subject_id = block.person("korlantas").await?;
    let leapling = "3174016902080001";
    let born = row(leapling, "Rudi", "2008-02-29");
    block.people("dukcapil").import_people(import(&[born])).await?;
    let leapling = block.resolve("korlantas", leapling).await?;
    let day = |year, month, day| Some(Date { year, month, day });

    for (subject, on_date, reached) in [
        (&subject_id, day(2026, 11, 21), false),
        (&subject_id, day(2026, 11, 22), true),
        (&leapling, day(2025, 2, 28), false),
        (&leapling, day(2025, 3, 1), true),
    ] {
        assert_eq!(is_17(&block, "korlantas", subject, on_date).await?, reached, "{on_date:?}");
    }
    let no_day = is_17(&block, "korlantas", &subject_id, day(2026, 2, 30)).await.unwrap_err();
    assert_eq!(named(&no_day), ["on_date"]);
    Ok(())
}

#[tokio::test]
async fn without_a_date_an_age_is_that_of_today_in_jakarta() -> anyhow::Result<()> {
    let block = block(Kind::Sqlite).await?;
    let today = rangkai_primitives::Zone::Wib.date(block.clock.now());
    let ago = |years: i32, text: String| {
        let (year, rest) = text.split_at(4);
        format!("{}{rest}", year.parse::<i32>().unwrap() - years).replace("-02-29", "-03-01")
    };
    let born = ago(17, today.to_string());
    block.people("dukcapil").import_people(import(&[row(NIK, "Siti", &born)])).await?;
    let subject_id = block.resolve("korlantas", NIK).await?;
    let tomorrow = today.succ_opt().unwrap();
    let younger = ago(17, tomorrow.to_string());
    let other = "3174010101900002";
    block.people("dukcapil").import_people(import(&[row(other, "Ani", &younger)])).await?;
    let younger = block.resolve("korlantas", other).await?;

    assert!(is_17(&block, "korlantas", &subject_id, None).await?);
    assert!(!is_17(&block, "korlantas", &younger, None).await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn only_what_is_asked_for_is_read(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let subject_id = block.person("korlantas").await?;

    let some = read(&block, "korlantas", &subject_id, &[Attribute::Name]).await?;
    let asked = [Attribute::Nik, Attribute::BirthDate, Attribute::RegionCode];
    let others = read(&block, "korlantas", &subject_id, &asked).await?;

    let name = Some("Siti Aminah".to_owned());
    assert_eq!(some, PersonAttributes { name, ..Default::default() });
    let expected = PersonAttributes {
        nik: Some(NIK.to_owned()),
        birth_date: Some(Date { year: 2009, month: 11, day: 22 }),
        region_code: Some("3174010001".to_owned()),
        ..Default::default()
    };
    assert_eq!(others, expected);
    let twice = [Attribute::Name, Attribute::Name];
    let status = read(&block, "korlantas", &subject_id, &twice).await.unwrap_err();
    assert_eq!(named(&status), ["attributes[1]"]);
    Ok(())
}

fn claim(attribute: Attribute, value: &str) -> AttributeClaim {
    AttributeClaim { attribute: attribute.into(), value: value.to_owned() }
}

async fn is_17(
    block: &Block,
    agency: &str,
    subject_id: &str,
    on_date: Option<Date>,
) -> Result<bool, tonic::Status> {
    let subject_id = subject_id.to_owned();
    let request = ProveAgeRequest { subject_id, age_years: 17, on_date, purpose: Some(why()) };
    Ok(block.people(agency).prove_age(request).await?.into_inner().reached)
}

async fn read(
    block: &Block,
    agency: &str,
    subject_id: &str,
    attributes: &[Attribute],
) -> Result<PersonAttributes, tonic::Status> {
    let attributes = attributes.iter().map(|it| (*it).into()).collect();
    let subject_id = subject_id.to_owned();
    let request = ReadAttributesRequest { subject_id, attributes, purpose: Some(why()) };
    Ok(block.people(agency).read_attributes(request).await?.into_inner().attributes.unwrap())
}
