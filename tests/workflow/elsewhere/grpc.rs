//! `call: grpc` against a service in another language.

use rangkai_auth::EndpointConfig;
use rangkai_proto::workflow::v1::{
    HistoryEntry, HistoryKind, ImportDescriptorSetRequest, ReflectDescriptorSetRequest,
};
use rangkai_testkit::{Kind, fresh};
use rangkai_workflow::HostConfig;
use rstest::rstest;
use serde_json::json;

use super::parcels::{Land, NOBODY, Parcels, call, certificates, contract, import};
use crate::workflow::support::{document, output};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_carries_its_arguments_and_credentials_and_gets_the_answer(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let land = Land::with_contract(kind).await?;
    let task = format!("- c: {{{}}}", call("GetParcel", "{number: '${ .number }'}"));

    let instance = land.desk.begin(&task, &json!({"number": "7/8"})).await?;
    let ended = land.desk.end(&instance).await?;

    let parcel = output(&ended);
    assert_eq!((&parcel["number"], &parcel["area"]), (&json!("7/8"), &json!("120")));
    let metadata = &parcel["metadata"];
    assert_eq!(metadata["authorization"], "Bearer from-a-file");
    assert_eq!(metadata["x-office"], "bogor");
    assert!(metadata["idempotency-key"].as_str().is_some_and(|key| key.len() == 36));
    let announced = land.desk.history(&instance).await?;
    let announced = announced.iter().find(|entry| entry.kind() == HistoryKind::CallAnnounced);
    let said = announced.map(|entry: &HistoryEntry| entry.detail.as_str());
    assert_eq!(said, Some("parcels/land.v1.ParcelService.GetParcel"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_streamed_answer_is_an_array_and_one_without_end_an_error() -> anyhow::Result<()> {
    let land = Land::with_contract(Kind::Sqlite).await?;

    let tasks = format!("- c: {{{}}}", call("ListParcels", "{count: '${ .n }'}"));
    let listed = land.run(&tasks, &json!({"n": 3})).await?;
    let error = land.error(&call("ListParcels", "{count: 1001}")).await?;

    let numbers: Vec<_> = listed.as_array().unwrap().iter().map(|it| &it["number"]).collect();
    assert_eq!(numbers, ["0", "1", "2"]);
    assert_eq!(land.run(&tasks, &json!({"n": 0})).await?, json!([]));
    assert_eq!(error["title"], "answer too large");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_callee_says_is_the_error_of_the_task() -> anyhow::Result<()> {
    let land = Land::with_contract(Kind::Sqlite).await?;

    let missing = land.error(&call("GetParcel", "{number: missing}")).await?;
    let huge = land.error(&call("GetParcel", "{number: huge}")).await?;
    let wrong = land.error(&call("GetParcel", "{number: '${ {} }'}")).await?;

    assert_eq!(missing["type"], "https://serverlessworkflow.io/spec/1.0.0/errors/communication");
    assert_eq!((&missing["status"], &missing["detail"]), (&json!(404), &json!("NO_PARCEL")));
    let grpc = &missing["grpc"];
    assert_eq!((&grpc["code"], &grpc["message"]), (&json!("NOT_FOUND"), &json!("no such parcel")));
    assert_eq!(grpc["details"][0]["metadata"], json!({"number": "9"}));
    assert_eq!((&huge["title"], &huge["status"]), (&json!("answer too large"), &json!(500)));
    assert!(wrong["type"].as_str().unwrap().ends_with("/validation"), "{wrong}");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_may_be_repeated_is_sent_again(#[case] kind: Kind) -> anyhow::Result<()> {
    let land = Land::with_contract(kind).await?;
    let get = format!("- c: {{{}}}", call("GetParcel", "{number: away}"));
    let transfer = format!("- c: {{{}}}", call("TransferParcel", "{number: away}"));
    let register = call("RegisterParcel", "{number: away}");

    let got = land.run(&get, &json!({})).await?;
    let transferred = land.run(&transfer, &json!({})).await?;
    let unknown = land.error(&register).await?;
    let marked = call("RegisterParcel", "{number: internal}");
    let failed = land.error(&format!("metadata: {{idempotent: true}}, {marked}")).await?;
    let counted = land.run(&format!("- c: {{{register}}}"), &json!({})).await?;

    assert_eq!((&got["times"], &transferred["times"]), (&json!(2), &json!(2)));
    let metadata = &transferred["metadata"];
    assert_eq!(metadata["request_id"], metadata["idempotency-key"]);
    assert_eq!((&unknown["title"], &unknown["status"]), (&json!("outcome unknown"), &json!(503)));
    // It was sent once before, and once now.
    assert_eq!(counted["times"], 2);
    // What the author marks is sent again until that is no use.
    assert_eq!((&failed["title"], &failed["status"]), (&json!("Internal"), &json!(500)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_in_time_is_a_timeout() -> anyhow::Result<()> {
    let land = Land::open_with(Kind::Sqlite, |_, host| host.timeout_ms = 200).await?;
    import(&land.desk, contract("parcels")).await?;

    let host = land.error(&call("RegisterParcel", "{number: silent}")).await?;
    let task = call("GetParcel", "{number: silent}");
    let task = land.error(&format!("timeout: {{after: PT0.3S}}, {task}")).await?;

    for (error, title) in [(host, "outcome unknown"), (task, "timeout")] {
        assert!(error["type"].as_str().unwrap().ends_with("/timeout"), "{error}");
        assert_eq!((&error["status"], &error["title"]), (&json!(408), &json!(title)), "{error}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_host_reflects_can_be_imported_and_called() -> anyhow::Result<()> {
    let land = Land::open(Kind::Sqlite).await?;
    let asked = ReflectDescriptorSetRequest { host: "parcels".to_owned() };

    let found = land.desk.descriptors.clone().reflect_descriptor_set(asked).await?.into_inner();
    let request = ImportDescriptorSetRequest {
        request_id: fresh(),
        name: "parcels".to_owned(),
        file_descriptor_set: found.file_descriptor_set,
        ..ImportDescriptorSetRequest::default()
    };
    import(&land.desk, request).await?;

    assert!(found.methods.contains(&"land.v1.ParcelService.GetParcel".to_owned()));
    let away = format!("- c: {{{}}}", call("GetParcel", "{number: away}"));
    // That the method may be repeated was reflected too.
    assert_eq!(land.run(&away, &json!({})).await?["times"], 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_credentials_of_a_call_are_the_secrets_of_its_agency() -> anyhow::Result<()> {
    let land = Land::with_contract(Kind::Sqlite).await?;
    let named = call("GetParcel", "{number: a}")
        .replace("host: parcels", "host: parcels, authentication: {use: registry}");
    let document = document("secret", &format!("- c: {{{named}}}"));
    let uses = "use: {secrets: [registry], authentications: {registry: {basic: {use: registry}}}}";

    land.desk.publish_document(format!("{uses}\n{document}")).await?;
    let instance = land.desk.start("secret", &json!({})).await?;
    let parcel = output(&land.desk.end(&instance).await?);

    assert_eq!(parcel["metadata"]["authorization"], "Basic bGFuZDpzM2NyZXQ=");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_is_shown_the_certificate_that_it_asks_for() -> anyhow::Result<()> {
    let show = |shows: bool| {
        move |parcels: &Parcels, host: &mut HostConfig| {
            host.endpoint.url = format!("https://127.0.0.1:{}", parcels.secure);
            host.endpoint.authority_file = Some(certificates().join("authority.pem"));
            if shows {
                host.endpoint.certificate_file = Some(certificates().join("client.pem"));
                host.endpoint.key_file = Some(certificates().join("client-key.pem"));
            }
        }
    };
    let task = call("GetParcel", "{number: a}");

    let shown = Land::open_with(Kind::Sqlite, show(true)).await?;
    import(&shown.desk, contract("parcels")).await?;
    let parcel = shown.run(&format!("- c: {{{task}}}"), &json!({})).await?;
    let hidden = Land::open_with(Kind::Sqlite, show(false)).await?;
    import(&hidden.desk, contract("parcels")).await?;
    let error = hidden.error(&format!("timeout: {{after: PT0.3S}}, {task}")).await?;

    assert_eq!(parcel["number"], "a");
    assert_eq!(error["status"], 408);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_is_away_is_waited_for_because_nothing_was_sent() -> anyhow::Result<()> {
    let away = |_: &Parcels, host: &mut HostConfig| {
        host.endpoint = EndpointConfig::at(format!("http://127.0.0.1:{NOBODY}"));
    };
    let land = Land::open_with(Kind::Sqlite, away).await?;
    import(&land.desk, contract("parcels")).await?;

    let task = format!("timeout: {{after: PT0.3S}}, {}", call("RegisterParcel", "{number: a}"));
    let error = land.error(&task).await?;

    assert_eq!((&error["status"], &error["title"]), (&json!(408), &json!("timeout")), "{error}");
    Ok(())
}
