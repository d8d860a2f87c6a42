//! Bringing people in from the population registry.

use std::time::Duration;

use rangkai_proto::identity::v1::{
    Attribute, ImportPeopleRequest, ImportPeopleResponse, ReadAttributesRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic_types::StatusExt as _;

use super::block::{NIK, block, import, named, row, why};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_known_person_is_brought_up_to_date(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let subject_id = block.person("korlantas").await?;
    let other = "3174014101900002";

    let again =
        import(&[row(NIK, "Siti Aminah Putri", "2009-11-22"), row(other, "Budi", "1990-01-01")]);
    let answer = block.people("dukcapil").import_people(again).await?.into_inner();

    assert_eq!(answer, ImportPeopleResponse { created_count: 1, updated_count: 1 });
    assert_eq!(block.resolve("korlantas", NIK).await?, subject_id);
    let attributes = vec![Attribute::Name.into()];
    let read = ReadAttributesRequest { subject_id, attributes, purpose: Some(why()) };
    let read = block.people("korlantas").read_attributes(read).await?.into_inner();
    assert_eq!(read.attributes.unwrap().name.as_deref(), Some("Siti Aminah Putri"));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn imports_at_the_same_time_make_nobody_twice(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let send = |agency: &str| {
        let mut people = block.people(agency);
        async move { people.import_people(import(&[row(NIK, "Siti Aminah", "2009-11-22")])).await }
    };

    let (a, b, c) = tokio::try_join!(send("dukcapil"), send("dukcapil"), send("bps"))?;

    let answers = [a.into_inner(), b.into_inner(), c.into_inner()];
    assert_eq!(answers.iter().map(|answer| answer.created_count).sum::<i32>(), 1);
    assert_eq!(answers.iter().map(|answer| answer.updated_count).sum::<i32>(), 2);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_full_import_is_taken_whole(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let rows: Vec<_> = (1..=9_999)
        .map(|serial| row(&format!("317401010190{serial:04}"), "Warga", "1990-01-01"))
        .chain([row("3174010201900001", "Warga", "1990-01-02")])
        .collect();

    let mut request = tonic::Request::new(import(&rows));
    request.set_timeout(Duration::from_mins(2));
    let answer = block.people("dukcapil").import_people(request).await?.into_inner();

    assert_eq!(answer, ImportPeopleResponse { created_count: 10_000, updated_count: 0 });
    assert_eq!(block.resolve("korlantas", "3174010101909999").await?.len(), 26);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn one_wrong_row_keeps_everybody_out(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let good = row(NIK, "Siti Aminah", "2009-11-22");

    let wrong =
        import(&[good.clone(), row("3174010101900000", "Budi", "1990-02-30"), good.clone()]);
    let status = block.people("dukcapil").import_people(wrong).await.unwrap_err();

    assert_eq!(named(&status), ["csv[3].nik", "csv[3].birth_date", "csv[4].nik"]);
    let answer = block.people("dukcapil").import_people(import(&[good])).await?.into_inner();
    assert_eq!(answer.created_count, 1);
    Ok(())
}

#[tokio::test]
async fn more_mistakes_than_fit_are_counted() -> anyhow::Result<()> {
    let block = block(Kind::Sqlite).await?;
    let rows: Vec<_> = (0..150).map(|_| row("317", "Budi", "1990-01-01")).collect();

    let status = block.people("dukcapil").import_people(import(&rows)).await.unwrap_err();

    let broken = status.get_details_bad_request().unwrap().field_violations;
    assert_eq!(broken.len(), 100);
    assert_eq!(broken[99].field, "csv[101].nik");
    assert!(broken[99].description.contains("50 more mistakes"), "{}", broken[99].description);
    Ok(())
}

#[tokio::test]
async fn what_is_not_the_file_is_refused_as_a_whole() -> anyhow::Result<()> {
    let block = block(Kind::Sqlite).await?;
    let header = import(&[]).csv;
    let many = import(&vec![row(NIK, "Siti", "1990-01-01"); 10_001]).csv;
    let not_text = [header.as_slice(), b"\xff\xfe,2,3,4,5,6\n"].concat();

    for (csv, place) in [
        (b"nik,name\n1,2\n".to_vec(), "csv"),
        (header, "csv"),
        (many, "csv"),
        (not_text, "csv[3].nik"),
    ] {
        let request = ImportPeopleRequest { request_id: fresh(), csv };
        let status = block.people("dukcapil").import_people(request).await.unwrap_err();
        assert!(named(&status).contains(&place.to_owned()), "{place}: {status:?}");
    }
    Ok(())
}
