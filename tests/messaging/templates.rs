//! Templates: their versions, and the mistakes that are found before they are published.

use rangkai_proto::messaging::v1::{
    GetTemplateRequest, ListTemplatesRequest, PublishTemplateRequest, VariableKind,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Code;

use super::stage::{Stage, fields, letter, notice, text, variable};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn new_content_is_a_new_version_and_the_same_content_is_none(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let stage = Stage::new(kind).await?;
    let mut agent = stage.agent("korlantas")?;
    let changed = PublishTemplateRequest { body: Some(text("{{ nama }}", "{{nama}}")), ..notice() };

    let first = agent.publish(notice()).await?;
    let same = agent.publish(notice()).await?;
    let second = agent.publish(changed).await?;
    let back = agent.publish(notice()).await?;
    agent.publish(letter()).await?;

    assert_eq!(first, same);
    assert_eq!((first.version, second.version, back.version), (1, 2, 3));
    let get = GetTemplateRequest { name: first.name.clone() };
    assert_eq!(agent.templates.get_template(get).await?.into_inner().template, Some(back));
    let list = ListTemplatesRequest { page_size: 1, page_token: String::new() };
    let page = agent.templates.list_templates(list).await?.into_inner();
    let list = ListTemplatesRequest { page_size: 1, page_token: page.next_page_token };
    let last = agent.templates.list_templates(list).await?.into_inner();
    let names: Vec<_> = page.templates.iter().chain(&last.templates).map(|it| &it.name).collect();
    assert_eq!(names, ["sim.keputusan", "sim.diterima"]);
    assert_eq!(last.next_page_token, "");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn two_who_publish_at_once_make_two_versions(#[case] kind: Kind) -> anyhow::Result<()> {
    let stage = Stage::new(kind).await?;
    let (mut one, mut two) = (stage.agent("korlantas")?, stage.agent("korlantas")?);
    let other = PublishTemplateRequest { body: Some(text("{{ nama }}", "{{nama}}")), ..notice() };

    let (first, second) = tokio::join!(one.publish(notice()), two.publish(other));

    let mut versions = [first?.version, second?.version];
    versions.sort_unstable();
    assert_eq!(versions, [1, 2]);
    Ok(())
}

#[tokio::test]
async fn every_mistake_of_a_template_is_named_at_once() -> anyhow::Result<()> {
    let stage = Stage::new(Kind::Sqlite).await?;
    let mut agent = stage.agent("korlantas")?;
    let ok = "{{ nama }}";
    let with =
        |variables: &[&str], subject: (&str, &str), body: (&str, &str)| PublishTemplateRequest {
            request_id: fresh(),
            variables: variables.iter().map(|name| variable(name, VariableKind::Text)).collect(),
            subject: Some(text(subject.0, subject.1)),
            body: Some(text(body.0, body.1)),
            ..notice()
        };
    let cases = [
        (with(&["nama"], ("x", "x"), (ok, "{{ other }}")), vec!["body.en", "variables[0]"]),
        (with(&["nama", "lain"], (ok, ok), (ok, ok)), vec!["variables[1]"]),
        (with(&["nama", "nama"], (ok, ok), ("x", "x")), vec!["variables[1].name"]),
        (with(&["nama", "if"], (ok, ok), ("x", "x")), vec!["variables[1].name"]),
        (with(&["nama", "Nama"], (ok, ok), ("x", "x")), vec!["variables[1].name"]),
        (
            with(&[], ("{{ nama | upper }}", "{% raw %}"), ("{{ f() }}", "{{ a.b }}")),
            vec!["subject.id", "body.id", "subject.en", "body.en"],
        ),
        (with(&["nama"], ("one\ntwo", ok), (ok, "tab\t")), vec!["subject.id", "body.en"]),
        (with(&["nama"], ("x\r\nBcc: a@b.id", ok), (ok, ok)), vec!["subject.id"]),
    ];
    for (request, expected) in cases {
        let shown = format!("{request:?}");
        let status = agent.publish(request).await.unwrap_err();

        assert_eq!(status.code(), Code::InvalidArgument, "{shown}");
        assert_eq!(fields(&status), expected, "{shown}");
    }
    Ok(())
}
