//! What every method of the contract has in common.

use rangkai_primitives::Caller;
use rangkai_proto::messaging::v1::{ErrorReason, MarkReadRequest, Sensitivity};
use rangkai_testkit::{Kind, caller, every_scope, fresh, try_every_rule};
use rstest::rstest;
use tonic::{Code, Status};

use super::stage::{Stage, letter, notice, reason, sms, to_inbox};

#[tokio::test]
async fn every_rule_of_every_field_is_kept() -> anyhow::Result<()> {
    let stage = Stage::new(Kind::Sqlite).await?;
    let agent = stage.agent_of(&caller("korlantas", &every_scope()?, &[]))?;

    let tried = try_every_rule(&agent.client, "rangkai.messaging.v1").await?;

    assert!(tried.rules >= 30, "{}", tried.rules);
    assert_eq!(tried.kept_by_nobody, Vec::<String>::new());
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_retry_gets_the_first_answer_and_other_content_is_refused(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let stage = Stage::new(kind).await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(letter()).await?;

    let mut publish = notice();
    let first = agent.publish(publish.clone()).await?;
    assert_eq!(agent.publish(publish.clone()).await?, first);
    publish.sensitivity = Sensitivity::Public.into();
    is_reused(&agent.publish(publish).await.unwrap_err());

    let mut send = sms("+628121234567");
    let mut copy = agent.clone();
    let (first, again) = tokio::try_join!(agent.send(send.clone()), copy.send(send.clone()))?;
    assert_eq!(first, again);
    assert_eq!(agent.send(send.clone()).await?, first);
    send.address = "+628121234568".to_owned();
    is_reused(&agent.send(send.clone()).await.unwrap_err());
    assert_eq!(agent.story(&first).await?, ["MessageAccepted"]);
    // The same id of another caller is another request.
    let scopes = every_scope()?;
    let second = Caller { id: "second".to_owned(), ..caller("korlantas", &scopes, &[]) };
    assert_ne!(stage.agent_of(&second)?.send(send).await?.message_id, first.message_id);

    let (one, two) = (agent.send(to_inbox()).await?, agent.send(to_inbox()).await?);
    let mut mark = MarkReadRequest { request_id: fresh(), message_id: one.message_id };
    let first = agent.inbox.mark_read(mark.clone()).await?.into_inner();
    assert_eq!(agent.inbox.mark_read(mark.clone()).await?.into_inner(), first);
    mark.message_id = two.message_id;
    is_reused(&agent.inbox.mark_read(mark).await.unwrap_err());
    Ok(())
}

pub(super) fn is_reused(status: &Status) {
    assert_eq!(status.code(), Code::AlreadyExists);
    let (why, metadata) = reason(status);
    assert_eq!(why, ErrorReason::RequestIdReused.as_str_name());
    assert!(metadata.contains_key("request_id"), "{metadata:?}");
}
