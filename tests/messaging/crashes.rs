//! A process that dies while it sends, and one that was only thought to be dead.

use rangkai_messaging::Messaging;
use rangkai_proto::messaging::v1::MessageState;
use rangkai_testkit::{Kind, master_key};
use rstest::rstest;

use super::{
    delivery::all_at_one_end,
    mail_server::{Habit, MailServer},
    stage::{Stage, mail, notice, sms},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_message_whose_sender_died_is_sent_again_under_the_same_id(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let server = MailServer::start(Habit::FallsSilent).await?;
    let stage = Stage::with(kind, |config| server.configure(config)).await?;
    let second = stage.second().await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(notice()).await?;
    let sent = agent.send(mail("ani@warga.example")).await?;
    let first = stage.messaging.clone();
    let sending = tokio::spawn(async move { first.deliver_due().await });
    server.silence().await;

    // The server has the text, and nobody lives to record it.
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    assert_eq!(agent.get(&sent).await?.state(), MessageState::Sending);
    server.set(Habit::Takes);
    assert_eq!(second.deliver_due().await?, 0);
    stage.advance(300);
    assert_eq!(second.deliver_due().await?, 1);

    let message = agent.get(&sent).await?;
    assert_eq!((message.state(), message.attempt_count), (MessageState::Delivered, 2));
    assert_eq!(all_at_one_end(&mut agent).await?, 1);
    let mails = server.mails();
    let ids: Vec<_> = mails.iter().map(|mail| mail.header("Message-ID").unwrap()).collect();
    assert_eq!(mails.len(), 2);
    assert_eq!(ids[0], ids[1]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_answer_that_comes_after_another_took_over_does_not_count(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let server = MailServer::start(Habit::FallsSilent).await?;
    let stage = Stage::with(kind, |config| server.configure(config)).await?;
    let second = stage.second().await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(notice()).await?;
    let sent = agent.send(mail("ani@warga.example")).await?;
    let first = stage.messaging.clone();
    let sending = tokio::spawn(async move { first.deliver_due().await });
    server.silence().await;

    // Given up while it waits: the second sender holds the message when the first hears a refusal.
    stage.advance(300);
    let late = second.clone();
    let resending = tokio::spawn(async move { late.deliver_due().await });
    server.silence().await;
    server.release();
    assert_eq!(sending.await??, 1);
    let held = agent.get(&sent).await?;
    assert_eq!((held.state(), held.attempt_count), (MessageState::Sending, 2));
    assert_eq!(held.failure_reason, "no_answer");
    server.release();
    assert_eq!(resending.await??, 1);

    let message = agent.get(&sent).await?;
    assert_eq!(message.state(), MessageState::Failed);
    assert_eq!(message.failure_reason, "provider_refused");
    assert_eq!(all_at_one_end(&mut agent).await?, 1);
    Ok(())
}

#[tokio::test]
async fn what_does_not_open_with_this_key_waits_for_the_right_one() -> anyhow::Result<()> {
    let stage = Stage::new(Kind::Sqlite).await?;
    let mut config = stage.config.clone();
    config.database.key = master_key()?;
    let mistaken = Messaging::open(&config, stage.clock.clone()).await?;
    let mut agent = stage.agent("korlantas")?;
    agent.publish(notice()).await?;
    let sent = agent.send(sms("+628121234567")).await?;

    assert_eq!(mistaken.deliver_due().await?, 1);
    assert_eq!(agent.get(&sent).await?.failure_reason, "unreadable");
    stage.advance(30);
    assert_eq!(stage.deliver().await?, 1);

    assert!(mistaken.outbox().sent().is_empty());
    assert_eq!(all_at_one_end(&mut agent).await?, 1);
    Ok(())
}
