//! Sending messages: what is refused, and what arrives in the inbox.

use std::collections::BTreeMap;

use rangkai_proto::messaging::v1::{
    Channel, ErrorReason, GetMessageRequest, GetTemplateRequest, ListInboxRequest,
    ListMessagesRequest, MarkReadRequest, MessageState, PublishTemplateRequest, SendMessageRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Code;

use super::stage::{
    PERSON, Stage, fields, letter, mail, nama, notice, reason, sms, text, to_inbox,
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_message_for_the_inbox_arrives_at_once_and_can_be_read(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let stage = Stage::new(kind).await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(letter()).await?;
    let first = agent.send(to_inbox()).await?;
    let second = agent.send(SendMessageRequest { case_id: fresh(), ..to_inbox() }).await?;
    assert_eq!(first.state(), MessageState::Delivered);
    assert_eq!(agent.story(&first).await?, ["MessageAccepted", "MessageDelivered"]);

    let mut list =
        ListInboxRequest { subject_id: PERSON.to_owned(), page_size: 1, ..Default::default() };
    let page = agent.inbox.list_inbox(list.clone()).await?.into_inner();
    list.page_token = page.next_page_token;
    let last = agent.inbox.list_inbox(list).await?.into_inner();

    let ids = [&page.items[0].message_id, &last.items[0].message_id];
    assert_eq!(ids, [&second.message_id, &first.message_id]);
    assert_eq!((last.items.len(), last.next_page_token.as_str()), (1, ""));
    assert_eq!(last.items[0].subject, "Permohonan SIM Ani");
    assert!(last.items[0].body.starts_with("Halo Ani,\n"), "{}", last.items[0].body);
    assert!(!last.items[0].read);
    for _ in 0..2 {
        let mark = MarkReadRequest { request_id: fresh(), message_id: first.message_id.clone() };
        assert!(agent.inbox.mark_read(mark).await?.into_inner().item.unwrap().read);
    }
    assert_eq!(stage.deliver().await?, 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn every_refusal_says_why(#[case] kind: Kind) -> anyhow::Result<()> {
    let stage = Stage::new(kind).await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(notice()).await?;
    agent.publish(letter()).await?;
    let number = "+628121234567";
    let both = [("nama".to_owned(), "Ani".to_owned()), ("lain".to_owned(), "x".to_owned())];
    let by_sms = SendMessageRequest { address: number.to_owned(), ..sms(number) };
    let wrong = [
        (
            SendMessageRequest { template_name: "tidak.ada".to_owned(), ..by_sms.clone() },
            Code::NotFound,
            ErrorReason::TemplateNotFound,
            vec![("template_name", "tidak.ada")],
        ),
        (
            SendMessageRequest { variables: BTreeMap::new(), ..by_sms.clone() },
            Code::FailedPrecondition,
            ErrorReason::VariableMissing,
            vec![("variable", "nama")],
        ),
        (
            SendMessageRequest { variables: both.into(), ..by_sms.clone() },
            Code::FailedPrecondition,
            ErrorReason::VariableUnknown,
            vec![("variable", "lain")],
        ),
        (
            SendMessageRequest { template_name: "sim.keputusan".to_owned(), ..by_sms },
            Code::FailedPrecondition,
            ErrorReason::ChannelNotAllowed,
            vec![("channel", "CHANNEL_SMS"), ("sensitivity", "SENSITIVITY_PERSONAL")],
        ),
    ];
    for (request, code, why, details) in wrong {
        let status = agent.send(request).await.unwrap_err();

        let details: BTreeMap<_, _> =
            details.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        assert_eq!(status.code(), code);
        assert_eq!(reason(&status), (why.as_str_name().to_owned(), details));
    }
    let get = GetTemplateRequest { name: "tidak.ada".to_owned() };
    let status = agent.templates.get_template(get).await.unwrap_err();
    assert_eq!(reason(&status).0, ErrorReason::TemplateNotFound.as_str_name());
    assert_eq!(agent.facts("").await?.len(), 0);
    let message_id = agent.text(number).await?.message_id;
    let mark = MarkReadRequest { request_id: fresh(), message_id };
    let status = agent.inbox.mark_read(mark).await.unwrap_err();
    assert_eq!(reason(&status).0, ErrorReason::MessageNotFound.as_str_name());
    Ok(())
}

#[tokio::test]
async fn a_field_that_is_unfit_is_named_and_not_repeated() -> anyhow::Result<()> {
    let stage = Stage::new(Kind::Sqlite).await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(notice()).await?;
    let valued = |value: &str| SendMessageRequest { variables: nama(value), ..mail("a@b.id") };
    let valid = |seconds| {
        let valid_for = Some(prost_types::Duration { seconds, nanos: 0 });
        SendMessageRequest { valid_for, ..sms("+628121234567") }
    };
    let named = [("MARKER 7".to_owned(), String::new())];
    let wrong = [
        (sms("08121234567"), "address"),
        (sms(""), "address"),
        (mail("MARKER"), "address"),
        (mail("ani@b.id\r\nBcc: MARKER@b.id"), "address"),
        (SendMessageRequest { address: "+628121234567".to_owned(), ..to_inbox() }, "address"),
        (valued("MARKER\r\nBcc: a@b.id"), "variables[nama]"),
        (valued("MARKER\nBcc: a@b.id"), "variables"),
        (valued(&"MARKER".repeat(200)), "variables[nama]"),
        (SendMessageRequest { variables: named.into(), ..mail("a@b.id") }, "variables"),
        (valid(0), "valid_for"),
        (valid(-1), "valid_for"),
        (valid(30 * 86_400 + 1), "valid_for"),
    ];
    for (request, field) in wrong {
        let status = agent.send(request).await.unwrap_err();

        assert_eq!(status.code(), Code::InvalidArgument, "{field}: {status}");
        assert_eq!(fields(&status), [field], "{status}");
        let told = format!("{status:?} {}", String::from_utf8_lossy(status.details()));
        assert!(!told.contains("MARKER"), "{told}");
    }
    Ok(())
}

#[tokio::test]
async fn a_text_too_long_for_an_sms_may_still_be_an_email() -> anyhow::Result<()> {
    let stage = Stage::new(Kind::Sqlite).await?;
    let mut agent = stage.agent("korlantas")?;
    let body = Some(text("{{ nama }}{{ nama }}", "{{ nama }}"));
    agent.publish(PublishTemplateRequest { body, ..notice() }).await?;
    let long = nama(&"x".repeat(900));
    let by_sms = SendMessageRequest { variables: long.clone(), ..sms("+628121234567") };
    let by_email = SendMessageRequest { variables: long, ..mail("ani@warga.example") };

    assert_eq!(fields(&agent.send(by_sms).await.unwrap_err()), ["variables"]);
    agent.send(by_email).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_agency_finds_nothing(#[case] kind: Kind) -> anyhow::Result<()> {
    let stage = Stage::new(kind).await?;
    let (mut owner, mut other) = (stage.agent("korlantas")?, stage.agent("dukcapil")?);
    let template = owner.publish(letter()).await?;
    let message = owner.send(to_inbox()).await?;

    let get = GetTemplateRequest { name: template.name };
    let status = other.templates.get_template(get).await.unwrap_err();
    assert_eq!(reason(&status).0, ErrorReason::TemplateNotFound.as_str_name());
    let status = other.send(to_inbox()).await.unwrap_err();
    assert_eq!(reason(&status).0, ErrorReason::TemplateNotFound.as_str_name());
    for id in [message.message_id.clone(), fresh()] {
        let metadata = [("message_id".to_owned(), id.clone())].into();
        let expected = (ErrorReason::MessageNotFound.as_str_name().to_owned(), metadata);
        let get = GetMessageRequest { message_id: id.clone() };
        let status = other.messages.get_message(get).await.unwrap_err();
        assert_eq!((status.code(), reason(&status)), (Code::NotFound, expected.clone()));
        let mark = MarkReadRequest { request_id: fresh(), message_id: id };
        let status = other.inbox.mark_read(mark).await.unwrap_err();
        assert_eq!((status.code(), reason(&status)), (Code::NotFound, expected));
    }
    let all = ListMessagesRequest::default();
    assert!(other.messages.list_messages(all).await?.into_inner().messages.is_empty());
    let inbox = ListInboxRequest { subject_id: PERSON.to_owned(), ..Default::default() };
    assert!(other.inbox.list_inbox(inbox).await?.into_inner().items.is_empty());
    assert!(other.facts("").await?.is_empty());
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_list_holds_what_was_asked_for_newest_first(#[case] kind: Kind) -> anyhow::Result<()> {
    let stage = Stage::new(kind).await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(notice()).await?;
    let case_id = fresh();
    let of_case = SendMessageRequest { case_id: case_id.clone(), ..sms("+628121234567") };
    let mut sent = Vec::new();
    for request in [of_case.clone(), sms("+628121234567"), of_case] {
        let request = SendMessageRequest { request_id: fresh(), ..request };
        sent.push(agent.send(request).await?.message_id);
    }
    stage.deliver().await?;
    agent.text("+628121234567").await?;

    let mut list = ListMessagesRequest { case_id, page_size: 1, ..Default::default() };
    let first = agent.messages.list_messages(list.clone()).await?.into_inner();
    list.page_token = first.next_page_token;
    let second = agent.messages.list_messages(list.clone()).await?.into_inner();

    let ids: Vec<_> = first.messages.iter().chain(&second.messages).collect();
    let ids: Vec<_> = ids.into_iter().map(|message| message.message_id.as_str()).collect();
    assert_eq!(ids, [sent[2].as_str(), sent[0].as_str()]);
    let queued = ListMessagesRequest { state: MessageState::Queued.into(), ..Default::default() };
    let queued = agent.messages.list_messages(queued).await?.into_inner().messages;
    assert_eq!(queued.len(), 1);
    assert_eq!(queued[0].channel(), Channel::Sms);
    // A token is good for its own query only.
    list.case_id = String::new();
    let status = agent.messages.list_messages(list).await.unwrap_err();
    assert_eq!(fields(&status), ["page_token"]);
    Ok(())
}
