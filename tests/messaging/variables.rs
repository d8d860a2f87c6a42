//! The values of variables: how people read them, and which are refused.

use std::collections::BTreeMap;

use anyhow::Context as _;
use prost::Name as _;
use prost_reflect::DynamicMessage;
use rangkai_proto::messaging::v1::{
    GetTemplateRequest, Language, ListInboxRequest, ListMessagesRequest, PublishTemplateRequest,
    SendMessageRequest, VariableKind,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Code;

use super::stage::{PERSON, Stage, fields, letter, text, to_inbox, variable};

/// What Korlantas tells people about the renewal of a driving licence.
const TEMPLATES: &str = include_str!("../../k8s/agencies/korlantas/sim.templates.yaml");

/// A template with a variable of each kind.
fn bill() -> PublishTemplateRequest {
    let every = "{{ kode }} | {{ jumlah }} | {{ batas }} | {{ berlaku }}";
    PublishTemplateRequest {
        variables: vec![
            variable("kode", VariableKind::Text),
            variable("jumlah", VariableKind::Amount),
            variable("batas", VariableKind::Moment),
            variable("berlaku", VariableKind::Day),
        ],
        subject: Some(text("Tagihan {{ jumlah }}", "Bill of {{ jumlah }}")),
        body: Some(text(every, every)),
        ..letter()
    }
}

fn values() -> BTreeMap<String, String> {
    let values = [
        ("kode", "820261128000001"),
        ("jumlah", "75000"),
        ("batas", "2026-05-27T17:05:00Z"),
        ("berlaku", "2031-12-02"),
    ];
    values.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn people_read_a_value_as_its_kind_says(#[case] kind: Kind) -> anyhow::Result<()> {
    let stage = Stage::new(kind).await?;
    let mut agent = stage.agent("korlantas")?;
    let published = agent.publish(bill()).await?;
    let send = SendMessageRequest { variables: values(), ..to_inbox() };
    let english = Language::English.into();

    agent.send(send.clone()).await?;
    agent.send(SendMessageRequest { request_id: fresh(), language: english, ..send }).await?;

    let list = ListInboxRequest { subject_id: PERSON.to_owned(), ..Default::default() };
    let items = agent.inbox.list_inbox(list).await?.into_inner().items;
    let read: Vec<_> =
        items.iter().map(|item| (item.subject.as_str(), item.body.as_str())).collect();
    let english = "820261128000001 | Rp75,000 | 28 May 2026, 00:05 WIB | 2 December 2031";
    let indonesian = "820261128000001 | Rp75.000 | 28 Mei 2026 pukul 00.05 WIB | 2 Desember 2031";
    assert_eq!(read, [("Bill of Rp75,000", english), ("Tagihan Rp75.000", indonesian)]);
    let get = GetTemplateRequest { name: published.name };
    let template = agent.templates.get_template(get).await?.into_inner().template.unwrap();
    assert_eq!(template.variables, bill().variables);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_value_that_is_not_of_its_kind_is_refused_and_nothing_is_kept(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let stage = Stage::new(kind).await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(bill()).await?;
    let wrong = [
        (vec!["jumlah"], "must be a whole number of rupiah"),
        (vec!["batas"], "must be a moment"),
        (vec!["berlaku"], "must be a day"),
        (vec!["batas", "berlaku", "jumlah"], "must be a "),
    ];
    for (names, rule) in wrong {
        let mut variables = values();
        variables.extend(names.iter().map(|name| ((*name).to_owned(), "MARKER".to_owned())));

        let send = SendMessageRequest { request_id: fresh(), variables, ..to_inbox() };
        let status = agent.send(send).await.unwrap_err();

        let expected: Vec<_> = names.iter().map(|name| format!("variables[{name}]")).collect();
        let mut named = fields(&status);
        named.sort_unstable();
        assert_eq!((status.code(), named), (Code::InvalidArgument, expected), "{status}");
        let told = String::from_utf8_lossy(status.details()).into_owned();
        assert!(told.contains(rule) && !told.contains("MARKER"), "{told}");
    }
    let all = ListMessagesRequest::default();
    assert!(agent.messages.list_messages(all).await?.into_inner().messages.is_empty());
    assert!(agent.facts("").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn another_kind_of_a_variable_is_a_new_version() -> anyhow::Result<()> {
    let stage = Stage::new(Kind::Sqlite).await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(bill()).await?;
    let mut changed = bill();
    changed.variables[1] = variable("jumlah", VariableKind::Text);

    let second = agent.publish(changed).await?;
    agent.send(SendMessageRequest { variables: values(), ..to_inbox() }).await?;

    assert_eq!(second.version, 2);
    let list = ListInboxRequest { subject_id: PERSON.to_owned(), ..Default::default() };
    let items = agent.inbox.list_inbox(list).await?.into_inner().items;
    assert_eq!(items[0].subject, "Tagihan 75000");
    Ok(())
}

#[tokio::test]
async fn the_bill_of_a_driving_licence_reads_as_people_write() -> anyhow::Result<()> {
    let stage = Stage::new(Kind::Sqlite).await?;
    let mut agent = stage.agent("korlantas")?;
    for mut template in serde_saphyr::from_str::<Vec<serde_json::Value>>(TEMPLATES)? {
        template["requestId"] = fresh().into();
        let contract = rangkai_proto::pool()
            .get_message_by_name(&PublishTemplateRequest::full_name())
            .context("no contract")?;
        let request = DynamicMessage::deserialize(contract, template)?;
        agent.publish(request.transcode_to()?).await?;
    }
    let variables = [
        ("billing_code", "820261128000001"),
        ("amount", "75000"),
        ("expire_time", "2026-11-28T03:05:00Z"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let template_name = "sim.bill_issued".to_owned();

    agent.send(SendMessageRequest { template_name, variables, ..to_inbox() }).await?;

    let list = ListInboxRequest { subject_id: PERSON.to_owned(), ..Default::default() };
    let items = agent.inbox.list_inbox(list).await?.into_inner().items;
    let expected = "Bayar Rp75.000 dengan kode billing 820261128000001 sebelum \
                    28 November 2026 pukul 10.05 WIB. Tidak ada biaya lain.";
    assert_eq!(items[0].body, expected);
    Ok(())
}
