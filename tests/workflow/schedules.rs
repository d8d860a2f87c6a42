//! Instances that start by themselves.

use std::time::Duration;

use rangkai_proto::workflow::v1::{
    Instance, InstanceState, ListInstancesRequest, PublishDefinitionRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use serde_json::json;

use super::support::{DAY, Desk, House, output, paid};

const HOUR: Duration = Duration::from_hours(1);
const PAID: &str = "rangkai.payments.v1.BillPaid";

impl Desk {
    async fn publish_schedule(
        &self,
        (version, metadata): (&str, &str),
        schedule: &str,
        tasks: &str,
    ) -> anyhow::Result<()> {
        let document = format!(
            "document: {{dsl: 1.0.3, namespace: test, name: s, version: {version}, metadata: {metadata}}}\n\
             schedule: {schedule}\ndo: {tasks}\n"
        );
        let request = PublishDefinitionRequest { request_id: fresh(), document };
        self.definitions.clone().publish_definition(request).await?;
        Ok(())
    }

    /// The instances of the schedule, newest first.
    async fn started(&self) -> anyhow::Result<Vec<Instance>> {
        let request =
            ListInstancesRequest { name: "s".to_owned(), ..ListInstancesRequest::default() };
        Ok(self.instances.clone().list_instances(request).await?.into_inner().instances)
    }

    /// Waits until there are as many instances of the schedule, all of them completed.
    async fn ended(&self, count: usize) -> anyhow::Result<Vec<Instance>> {
        let ended = async {
            loop {
                let found = self.started().await?;
                anyhow::ensure!(found.len() <= count, "{} are more than {count}", found.len());
                let completed = |it: &Instance| it.state() == InstanceState::Completed;
                if found.len() == count && found.iter().all(completed) {
                    return Ok(found);
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), ended).await?
    }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_that_was_missed_starts_one_instance_and_two_replicas_start_no_second(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, process) = House::at_work(kind).await?;
    desk.publish_schedule(("1.0.0", "{}"), "{cron: '0 * * * *'}", "[{a: {set: {x: 1}}}]").await?;
    assert!(desk.started().await?.is_empty());
    process.stop().await?;

    house.clock.advance(DAY);
    let _both = (house.process().await?, house.process().await?);

    desk.ended(1).await?;
    house.clock.advance(HOUR);
    desk.ended(2).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_missed_is_made_up_for_where_the_author_asks(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, process) = House::at_work(kind).await?;
    let metadata = "{schedule: {missed: all}}";
    desk.publish_schedule(("1.0.0", metadata), "{every: PT1H}", "[{a: {set: {x: 1}}}]").await?;
    process.stop().await?;

    house.clock.advance(5 * HOUR + HOUR / 2);
    let _process = house.process().await?;

    desk.ended(5).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_one_starts_some_time_after_the_end_of_the_one_before(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    desk.publish_schedule(("1.0.0", "{}"), "{after: PT1H}", "[{a: {wait: P1D}}]").await?;
    let first = desk.only_started().await?;
    desk.at(&first, "/do/0/a").await?;
    house.clock.advance(DAY);
    desk.ended(1).await?;

    house.clock.advance(HOUR);
    let second = desk.newest_after(&first).await?;

    desk.at(&second, "/do/0/a").await?;
    house.clock.advance(DAY);
    desk.ended(2).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_starts_one_instance_of_the_newest_version(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    let on = format!("{{on: {{one: {{with: {{type: {PAID}, data: '${{ .caseId != \"\" }}'}}}}}}}}");
    desk.publish_schedule(("1.0.0", "{}"), &on, "[{a: {set: {old: true}}}]").await?;
    let give = "[{a: {set: '${ {bill: .[0].data.billId, type: .[0].type} }'}}]";
    desk.publish_schedule(("1.1.0", "{}"), &on, give).await?;

    house.double.tell("korlantas", "7", &paid("7"));
    let mut event = paid("8");
    event.case_id = "c".to_owned();
    let id = house.double.tell("korlantas", "8", &event);
    house.double.tell_as(&id, "korlantas", "8", &event);
    house.double.tell("dukcapil", "9", &event);

    let ended = desk.ended(1).await?;
    assert_eq!(output(&desk.end(&ended[0]).await?), json!({"bill": "8", "type": PAID}));
    assert_eq!(ended[0].version, "1.1.0");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_without_a_schedule_ends_that_of_the_one_before(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    desk.publish_schedule(("1.0.0", "{}"), "{every: PT1H}", "[{a: {set: {x: 1}}}]").await?;
    house.clock.advance(HOUR);
    desk.ended(1).await?;
    desk.publish("s", "- a: {set: {x: 2}}").await.unwrap_err();
    let document = "document: {dsl: 1.0.3, namespace: test, name: s, version: 1.0.1}\n\
                    do: [{a: {set: {x: 2}}}]";
    let request = PublishDefinitionRequest { request_id: fresh(), document: document.to_owned() };
    desk.definitions.clone().publish_definition(request).await?;
    desk.publish_other().await?;

    house.clock.advance(2 * HOUR);

    // The other one shows that the time of the first would have come.
    desk.other_started().await?;
    assert_eq!(desk.started().await?.len(), 1);
    Ok(())
}

impl Desk {
    async fn only_started(&self) -> anyhow::Result<Instance> {
        self.newest(|found| found.len() == 1).await
    }

    async fn newest_after(&self, first: &Instance) -> anyhow::Result<Instance> {
        self.newest(|found| found.len() == 2 && found[0].instance_id != first.instance_id).await
    }

    async fn newest(&self, wanted: impl Fn(&[Instance]) -> bool) -> anyhow::Result<Instance> {
        let found = async {
            loop {
                let found = self.started().await?;
                if wanted(&found) {
                    return Ok(found[0].clone());
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), found).await?
    }

    async fn publish_other(&self) -> anyhow::Result<()> {
        let document = "document: {dsl: 1.0.3, namespace: test, name: other, version: 1.0.0}\n\
                        schedule: {every: PT2H}\ndo: [{a: {set: {x: 1}}}]";
        let request =
            PublishDefinitionRequest { request_id: fresh(), document: document.to_owned() };
        self.definitions.clone().publish_definition(request).await?;
        Ok(())
    }

    async fn other_started(&self) -> anyhow::Result<()> {
        let started = async {
            loop {
                let request = ListInstancesRequest {
                    name: "other".to_owned(),
                    ..ListInstancesRequest::default()
                };
                let answer = self.instances.clone().list_instances(request).await?;
                if !answer.into_inner().instances.is_empty() {
                    return Ok(());
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), started).await?
    }
}
