//! Events that come too early, twice, for somebody else, or at the very moment.

use rangkai_testkit::Kind;
use rstest::rstest;
use serde_json::json;

use super::support::{House, expired, output, paid, payment, refund};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_comes_before_anybody_listens_is_not_lost(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    // The sentinel arrives after the early event, so that one is in by then.
    let tasks = format!(
        "- sentinel: {{{}}}\n- l: {{input: {{from: '{{bill: \"7\"}}'}}, {}}}",
        payment(),
        payment()
    );
    let instance = desk.begin(&tasks, &json!({"bill": "0"})).await?;
    desk.at(&instance, "/do/0/sentinel").await?;

    house.double.tell("korlantas", "7", &paid("7"));
    house.double.tell("korlantas", "0", &paid("0"));

    assert_eq!(output(&desk.end(&instance).await?)[0]["billId"], "7");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happened_before_an_instance_began_is_not_its_business(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    desk.publish("bill", &format!("- l: {{{}}}", payment())).await?;
    let first = desk.start("bill", &json!({"bill": "7"})).await?;
    desk.at(&first, "/do/0/l").await?;
    house.double.tell("korlantas", "7", &paid("7"));
    assert_eq!(output(&desk.end(&first).await?)[0]["billId"], "7");

    let second = desk.start("bill", &json!({"bill": "7"})).await?;
    desk.at(&second, "/do/0/l").await?;
    house.double.tell(
        "korlantas",
        "7",
        &rangkai_proto::payments::v1::BillExpired { case_id: "later".to_owned(), ..expired("7") },
    );

    assert_eq!(output(&desk.end(&second).await?)[0]["caseId"], "later");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_comes_twice_counts_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    let tasks = format!(
        "- a: {{{}}}\n- b: {{input: {{from: '{{bill: \"7\"}}'}}, {}}}",
        payment(),
        payment()
    );
    let instance = desk.begin(&tasks, &json!({"bill": "7"})).await?;
    let id = house.double.tell("korlantas", "7", &paid("7"));
    house.double.tell_as(&id, "korlantas", "7", &paid("7"));
    desk.at(&instance, "/do/1/b").await?;

    house.double.tell(
        "korlantas",
        "7",
        &rangkai_proto::payments::v1::BillExpired { case_id: "second".to_owned(), ..expired("7") },
    );

    assert_eq!(output(&desk.end(&instance).await?)[0]["caseId"], "second");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_of_another_agency_is_heard_by_nobody_here(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, ours, _process) = House::at_work(kind).await?;
    let theirs = house.desk("dukcapil")?;
    let tasks = format!("- l: {{{}}}", payment());
    let (one, other) = (
        ours.begin(&tasks, &json!({"bill": "7"})).await?,
        theirs.begin(&tasks, &json!({"bill": "7"})).await?,
    );
    ours.at(&one, "/do/0/l").await?;
    theirs.at(&other, "/do/0/l").await?;

    house.double.tell("dukcapil", "7", &expired("7"));
    theirs.end(&other).await?;
    house.double.tell(
        "korlantas",
        "7",
        &rangkai_proto::payments::v1::BillExpired { case_id: "ours".to_owned(), ..expired("7") },
    );

    assert_eq!(output(&ours.end(&one).await?)[0]["caseId"], "ours");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_crosses_its_listen_is_taken(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    desk.publish(
        "cross",
        &format!("- c: {}\n- l: {{input: {{from: $workflow.input}}, {}}}", refund("b"), payment()),
    )
    .await?;
    let mut instances = Vec::new();
    for bill in 0..20 {
        let bill = bill.to_string();
        instances.push(desk.start("cross", &json!({"bill": bill})).await?);
        // Told while the call before the listen is on its way, whichever is first.
        house.double.tell("korlantas", &bill, &paid(&bill));
    }

    for (bill, instance) in instances.iter().enumerate() {
        assert_eq!(output(&desk.end(instance).await?)[0]["billId"], bill.to_string());
    }
    Ok(())
}
