//! What people see of the looks at their data.

use rangkai_proto::identity::v1::{
    Access, AccessKind, Attribute, AttributeClaim, ListAccessesRequest, MatchAttributesRequest,
    ProveAgeRequest, ReadAttributesRequest, ReadAttributesResponse,
};
use rangkai_testkit::Kind;
use rstest::rstest;
use sea_orm::ConnectionTrait as _;
use tonic::{Code, Status};

use super::block::{Block, NIK, block, why};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn each_look_leaves_one_entry_whatever_the_answer(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let subject_id = block.person("korlantas").await?;
    let bpjs = block.resolve("bpjs", NIK).await?;
    let purpose = Some(why());

    let wrong = AttributeClaim { attribute: Attribute::Name.into(), value: "Budi".to_owned() };
    let request = MatchAttributesRequest {
        subject_id: bpjs.clone(),
        claims: vec![wrong],
        purpose: purpose.clone(),
    };
    assert!(!block.people("bpjs").match_attributes(request).await?.into_inner().all_match);
    let request =
        ProveAgeRequest { subject_id: bpjs, age_years: 150, on_date: None, purpose: Some(why()) };
    assert!(!block.people("bpjs").prove_age(request).await?.into_inner().reached);
    read(&block, &subject_id).await?;

    let looks = list(&block, &subject_id, 0, "").await?.0;
    let seen: Vec<_> = looks.iter().map(|it| (it.agency.as_str(), it.kind())).collect();
    assert_eq!(
        seen,
        [
            ("korlantas", AccessKind::Read),
            ("bpjs", AccessKind::AgeProven),
            ("bpjs", AccessKind::Matched),
            ("bpjs", AccessKind::Resolved),
            ("korlantas", AccessKind::Resolved),
            ("dukcapil", AccessKind::Imported),
        ]
    );
    let attributes: Vec<Vec<_>> = looks.iter().map(|it| it.attributes().collect()).collect();
    assert_eq!(attributes[0], [Attribute::Address, Attribute::Name]);
    assert_eq!(attributes[1], [Attribute::BirthDate]);
    assert_eq!(attributes[2], [Attribute::Name]);
    assert_eq!(looks[2].purpose, purpose);
    assert_eq!(looks[5].purpose, None);
    assert!(looks.iter().all(|look| look.time.is_some()));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_look_that_leaves_no_entry_answers_nothing(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let subject_id = block.person("korlantas").await?;
    let before = list(&block, &subject_id, 0, "").await?.0;

    // The entry is the first thing that is written, the audit entry the last.
    for table in ["access", "audit"] {
        let status = block.while_broken(table, read(&block, &subject_id)).await?.unwrap_err();
        assert_eq!(status.code(), Code::Internal, "{table}");
        assert_eq!(status.message(), "internal error");
    }

    assert_eq!(list(&block, &subject_id, 0, "").await?.0, before);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn no_entry_is_changed_or_removed(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    block.person("korlantas").await?;
    let raw = block.raw().await?;

    for change in ["UPDATE access SET agency = 'nobody'", "DELETE FROM access"] {
        let refused = raw.execute_unprepared(change).await.unwrap_err().to_string();
        assert!(refused.contains("only grows"), "{change}: {refused}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn pages_show_every_look_once_newest_first(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let subject_id = block.person("korlantas").await?;
    for _ in 0..5 {
        read(&block, &subject_id).await?;
    }
    let all = list(&block, &subject_id, 0, "").await?.0;

    let (mut paged, mut token) = (Vec::new(), String::new());
    loop {
        let (looks, next) = list(&block, &subject_id, 3, &token).await?;
        assert!(looks.len() <= 3);
        paged.extend(looks);
        if next.is_empty() {
            break;
        }
        token = next;
    }

    assert_eq!(all.len(), 7);
    assert_eq!(paged, all);
    Ok(())
}

async fn read(block: &Block, subject_id: &str) -> Result<ReadAttributesResponse, Status> {
    let attributes = vec![Attribute::Address.into(), Attribute::Name.into()];
    let subject_id = subject_id.to_owned();
    let request = ReadAttributesRequest { subject_id, attributes, purpose: Some(why()) };
    Ok(block.people("korlantas").read_attributes(request).await?.into_inner())
}

async fn list(
    block: &Block,
    subject_id: &str,
    page_size: i32,
    token: &str,
) -> anyhow::Result<(Vec<Access>, String)> {
    let request = ListAccessesRequest {
        subject_id: subject_id.to_owned(),
        page_size,
        page_token: token.to_owned(),
    };
    let answer = block.accesses("korlantas").list_accesses(request).await?.into_inner();
    Ok((answer.accesses, answer.next_page_token))
}
