//! `call: openapi` against a service in another language.

use rangkai_proto::workflow::v1::ImportDescriptorSetRequest;
use rangkai_testkit::{Kind, fresh};
use serde_json::json;
use tonic::Code;

use super::parcels::{Land, import};

const DOCUMENT: &str = "\
openapi: 3.1.0
info: {title: Land, version: '1'}
servers: [{url: 'BASE'}]
paths:
  /parcels/{number}:
    parameters: [{name: number, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getParcel
      parameters:
        - {name: lang, in: query, schema: {type: array, items: {type: string}}}
        - {name: X-Office, in: header, schema: {type: string}}
    post:
      operationId: noteParcel
      requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
";

fn call(operation: &str, parameters: &str) -> String {
    format!(
        "call: openapi, with: {{document: {{endpoint: 'rangkai:descriptors/land'}}, \
         operationId: {operation}, parameters: {parameters}}}"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_is_called_as_its_document_says() -> anyhow::Result<()> {
    let land = Land::open(Kind::Sqlite).await?;
    let request = ImportDescriptorSetRequest {
        request_id: fresh(),
        name: "land".to_owned(),
        openapi: DOCUMENT.replace("BASE", &land.url("")),
        ..ImportDescriptorSetRequest::default()
    };
    import(&land.desk, request).await?;

    let parameters = "{number: '${ .n }', lang: [id, en], X-Office: bogor}";
    let got = format!("- c: {{{}}}", call("getParcel", parameters));
    let got = land.run(&got, &json!({"n": "7/8"})).await?;
    let noted = format!("- c: {{{}}}", call("noteParcel", "{number: a, body: {n: '${ .n }'}}"));
    let noted = land.run(&noted, &json!({"n": 1})).await?;
    let missing = land.error(&call("getParcel", "{number: missing}")).await?;
    let wrong = land.error(&call("getParcel", "{number: '${ null }'}")).await?;
    let unknown =
        land.desk.publish("wrong", &format!("- c: {{{}}}", call("getParcle", "{}"))).await;

    assert_eq!((&got["number"], &got["query"]), (&json!("7/8"), &json!({"lang": ["id", "en"]})));
    assert_eq!(got["headers"]["x-office"], "bogor");
    assert_eq!((&noted["method"], &noted["body"]), (&json!("POST"), &json!("{\"n\":1}")));
    assert_eq!(missing["status"], 404);
    assert!(wrong["type"].as_str().unwrap().ends_with("/validation"), "{wrong}");
    assert_eq!(unknown.unwrap_err().code(), Code::InvalidArgument);
    Ok(())
}
