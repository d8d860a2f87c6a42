//! The way of messages to one final state.

use std::collections::BTreeSet;

use rangkai_messaging::Messaging;
use rangkai_proto::{
    events::v1::{ReadEventsRequest, event_service_client::EventServiceClient},
    messaging::v1::{ListMessagesRequest, MessageState, SendMessageRequest},
};
use rangkai_testkit::Kind;
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use super::stage::{Agent, Stage, letter, notice, sms, to_inbox};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn whatever_the_provider_does_there_is_one_end(#[case] kind: Kind) -> anyhow::Result<()> {
    let stage = Stage::new(kind).await?;
    let (mut agent, mut other) = (stage.agent("korlantas")?, stage.agent("dukcapil")?);
    agent.publish(notice()).await?;
    agent.publish(letter()).await?;
    other.publish(notice()).await?;
    let delivered = agent.text("+628121234567").await?;
    let refused = agent.text("+628121234500").await?;
    let slow = agent.text("+628121234501").await?;
    let twice = agent.text("+628121234502").await?;
    agent.send(to_inbox()).await?;
    let elsewhere = other.text("+628121234567").await?;
    assert_eq!(delivered.state(), MessageState::Queued);

    assert_eq!(stage.deliver().await?, 5);
    let waiting = agent.get(&slow).await?;
    assert_eq!(waiting.state(), MessageState::Queued);
    assert_eq!(waiting.failure_reason, "no_answer");
    stage.advance(30);
    assert_eq!(stage.deliver().await?, 1);

    for (message, state, attempts, failure) in [
        (&delivered, MessageState::Delivered, 1, ""),
        (&refused, MessageState::Failed, 1, "address_refused"),
        (&slow, MessageState::Delivered, 2, ""),
        (&twice, MessageState::Delivered, 1, ""),
    ] {
        let now = agent.get(message).await?;
        assert_eq!((now.state(), now.attempt_count), (state, attempts));
        assert_eq!(now.failure_reason, failure);
    }
    assert_eq!(other.get(&elsewhere).await?.state(), MessageState::Delivered);
    assert_eq!(all_at_one_end(&mut agent).await?, 5);
    assert_eq!(all_at_one_end(&mut other).await?, 1);
    let attempts = stage.messaging.outbox().sent();
    let attempts: Vec<_> =
        attempts.iter().filter(|sent| sent.reference == slow.message_id).collect();
    assert_eq!(attempts.iter().map(|sent| sent.attempt).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(attempts[0].body, attempts[1].body);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_message_whose_time_is_over_expires(#[case] kind: Kind) -> anyhow::Result<()> {
    let stage = Stage::new(kind).await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(notice()).await?;
    let valid_for = Some(prost_types::Duration { seconds: 20, nanos: 0 });
    let slow = agent.send(SendMessageRequest { valid_for, ..sms("+628121234501") }).await?;
    stage.deliver().await?;
    let never = agent.send(SendMessageRequest { valid_for, ..sms("+628121234567") }).await?;

    stage.advance(20);
    assert_eq!(stage.deliver().await?, 2);

    for (message, attempts) in [(slow, 1), (never, 0)] {
        let now = agent.get(&message).await?;
        assert_eq!((now.state(), now.attempt_count), (MessageState::Expired, attempts));
        assert_eq!(now.failure_reason, "expired");
        assert_eq!(agent.story(&message).await?, ["MessageAccepted", "MessageFailed"]);
    }
    assert_eq!(stage.messaging.outbox().sent().len(), 1);
    assert_eq!(all_at_one_end(&mut agent).await?, 2);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn two_workers_send_each_message_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let stage = Stage::with(kind, |config| config.delivery.batch = 3).await?;
    let second = stage.second().await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(notice()).await?;
    for _ in 0..20 {
        agent.text("+628121234567").await?;
    }

    tokio::try_join!(drain(&stage.messaging), drain(&second))?;

    let mut sent = stage.messaging.outbox().sent();
    sent.extend(second.outbox().sent());
    let references: BTreeSet<_> = sent.iter().map(|sent| &sent.reference).collect();
    assert_eq!((sent.len(), references.len()), (20, 20));
    assert_eq!(all_at_one_end(&mut agent).await?, 20);
    Ok(())
}

#[tokio::test]
async fn the_worker_sees_a_message_at_once_and_stops_when_asked() -> anyhow::Result<()> {
    // So long that only the hint of this process can wake the worker.
    let stage = Stage::with(Kind::Sqlite, |config| {
        config.delivery.poll_min_ms = 3_600_000;
        config.delivery.poll_max_ms = 3_600_000;
    });
    let stage = stage.await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(notice()).await?;
    let stop = CancellationToken::new();
    let (worker, until) = (stage.messaging.clone(), stop.clone());
    let working = tokio::spawn(async move { worker.work(until).await });
    let types = vec!["rangkai.messaging.v1.MessageDelivered".to_owned()];
    let follow = ReadEventsRequest { types, follow: true, ..Default::default() };
    let mut events = EventServiceClient::new(agent.client.clone());
    let mut stream = events.read_events(follow).await?.into_inner();

    let message = agent.text("+628121234567").await?;

    let fact = stream.message().await?.unwrap().event.unwrap();
    assert_eq!(fact.subject, message.message_id);
    stop.cancel();
    working.await?;
    Ok(())
}

async fn drain(messaging: &Messaging) -> anyhow::Result<()> {
    while messaging.deliver_due().await? > 0 {}
    Ok(())
}

/// Checks that every message of an agency is at its end, and that its facts tell exactly that end;
/// answers how many there were.
pub(super) async fn all_at_one_end(agent: &mut Agent) -> anyhow::Result<usize> {
    let all = ListMessagesRequest { page_size: 500, ..Default::default() };
    let messages = agent.messages.list_messages(all).await?.into_inner().messages;
    for message in &messages {
        let end = match message.state() {
            MessageState::Delivered => "MessageDelivered",
            MessageState::Failed | MessageState::Expired => "MessageFailed",
            state @ (MessageState::Unspecified | MessageState::Queued | MessageState::Sending) => {
                panic!("{} is {state:?}", message.message_id)
            }
        };
        assert_eq!(agent.story(message).await?, ["MessageAccepted", end]);
    }
    Ok(messages.len())
}
