//! `call: http` against a service in another language.

use rangkai_testkit::Kind;
use rstest::rstest;
use serde_json::{Value, json};

use super::parcels::{Land, NOBODY};
use crate::workflow::support::{document, output};

fn get(url: &str) -> String {
    format!("call: http, with: {{method: get, endpoint: '{url}'}}")
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_carries_what_its_author_says(#[case] kind: Kind) -> anyhow::Result<()> {
    let land = Land::open(kind).await?;
    let uses = "use: {secrets: [registry, key]}";
    let task = format!(
        "- c: {{call: http, with: {{method: post, \
         endpoint: {{uri: '{}', authentication: {{bearer: {{use: registry}}}}}}, \
         headers: {{X-Key: '${{ $secrets.key }}'}}, query: {{lang: '${{ .lang }}'}}, \
         body: {{n: '${{ .n + 1 }}'}}}}}}",
        land.url("/parcels/{number}")
    );
    land.desk.publish_document(format!("{uses}\n{}", document("post", &task))).await?;

    let input = json!({"number": "7/8", "lang": "id", "n": 1});
    let instance = land.desk.start("post", &input).await?;
    let ended = land.desk.end(&instance).await?;

    let told = output(&ended);
    assert_eq!((&told["method"], &told["number"]), (&json!("POST"), &json!("7/8")));
    assert_eq!((&told["query"], &told["body"]), (&json!({"lang": ["id"]}), &json!("{\"n\":2}")));
    let headers = &told["headers"];
    assert_eq!(headers["authorization"], "Bearer t0ken");
    assert_eq!(headers["x-key"], "k3y");
    assert_eq!(headers["content-type"], "application/json");
    assert!(headers["idempotency-key"].as_str().is_some_and(|key| key.len() == 36), "{headers}");
    let history = format!("{:?}", land.desk.history(&instance).await?);
    assert!(!history.contains("7/8") && !history.contains("k3y"), "{history}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_given_as_its_author_wants_it() -> anyhow::Result<()> {
    let land = Land::open(Kind::Sqlite).await?;
    let shaped = async |path: &str, rest: &str| -> anyhow::Result<Value> {
        let task = format!("- c: {{{}}}", get(&land.url(path)));
        let task = task.replace("'}}", &format!("', {rest}}}}}"));
        land.run(&task, &json!({})).await
    };

    assert_eq!(shaped("/parcels/text", "output: content").await?, "a text");
    assert_eq!(shaped("/parcels/text", "output: raw").await?, "YSB0ZXh0");
    let response = shaped("/parcels/text", "output: response, headers: {a: b}").await?;
    let moved = shaped("/parcels/moved", "output: response, redirect: true").await?;

    let request = json!({"method": "GET", "uri": land.url("/parcels/text"), "headers": {"a": "b"}});
    assert_eq!((&response["request"], &response["statusCode"]), (&request, &json!(200)));
    assert_eq!(response["headers"]["content-type"], "text/plain");
    assert_eq!(response["content"], "a text");
    assert_eq!(
        (&moved["statusCode"], &moved["headers"]["location"]),
        (&json!(302), &json!("/parcels/7"))
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_no_success_is_the_error_of_the_task() -> anyhow::Result<()> {
    let land = Land::open(Kind::Sqlite).await?;

    let missing = land.error(&get(&land.url("/parcels/missing"))).await?;
    let moved = land.error(&get(&land.url("/parcels/moved"))).await?;
    let huge = land.error(&get(&land.url("/parcels/huge"))).await?;

    assert_eq!(missing["type"], "https://serverlessworkflow.io/spec/1.0.0/errors/communication");
    assert_eq!((&missing["status"], &missing["title"]), (&json!(404), &json!("Not Found")));
    let said = json!({"statusCode": 404, "content": {"error": "no such parcel"}});
    assert_eq!(missing["http"], said);
    assert_eq!(moved["status"], 302);
    assert_eq!(huge["title"], "answer too large");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_may_be_repeated_is_sent_again(#[case] kind: Kind) -> anyhow::Result<()> {
    let land = Land::open(kind).await?;
    let task = |method: &str| get(&land.url("/parcels/away")).replace("get", method);

    let put = land.run(&format!("- c: {{{}}}", task("put")), &json!({})).await?;
    let post = land.error(&task("post")).await?;
    let again = land.run(&format!("- c: {{{}}}", task("post")), &json!({})).await?;
    let marked = format!("- c: {{metadata: {{idempotent: true}}, {}}}", task("patch"));
    let marked = land.run(&marked, &json!({})).await?;

    assert_eq!((&put["times"], &marked["times"]), (&json!(2), &json!(2)));
    assert_eq!((&post["title"], &post["status"]), (&json!("outcome unknown"), &json!(503)));
    // It was sent once before, and once now.
    assert_eq!(again["times"], 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callee_that_is_away_is_waited_for_because_nothing_was_sent() -> anyhow::Result<()> {
    let land = Land::open(Kind::Sqlite).await?;
    let post = get(&format!("http://127.0.0.1:{NOBODY}/")).replace("get", "post");

    let error = land.error(&format!("timeout: {{after: PT0.3S}}, {post}")).await?;

    assert_eq!((&error["status"], &error["title"]), (&json!(408), &json!("timeout")), "{error}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_fetched_kept_and_fetched_anew_when_it_is_not_taken() -> anyhow::Result<()> {
    let land = Land::open(Kind::Sqlite).await?;
    let calls = async |name: &str, secret: &str, paths: &[&str]| -> anyhow::Result<Value> {
        let uses = format!(
            "use: {{secrets: [registry], authentications: {{land: {{oauth2: {{authority: '{}', \
             grant: client_credentials, scopes: [parcels, maps], \
             client: {{id: '${{ $secrets.registry.username }}', secret: '{secret}'}}}}}}}}}}",
            land.url("")
        );
        let task = |path: &&str| {
            let uri = land.url(path);
            format!(
                "- c: {{call: http, with: {{method: get, \
                 endpoint: {{uri: '{uri}', authentication: {{use: land}}}}}}}}"
            )
        };
        let tasks: Vec<_> = paths.iter().map(task).collect();
        let tasks = tasks.join("\n").replacen("c:", "b:", paths.len() - 1);
        land.desk.publish_document(format!("{uses}\n{}", document(name, &tasks))).await?;
        let ended = land.desk.end(&land.desk.start(name, &json!({})).await?).await?;
        Ok(match ended.problem {
            Some(problem) => json!({"kind": problem.r#type, "detail": problem.detail}),
            None => output(&ended),
        })
    };
    let secret = "${ $secrets.registry.password }";

    let first = calls("first", secret, &["/parcels/a"]).await?;
    let kept = calls("kept", secret, &["/parcels/b"]).await?;
    let anew = calls("anew", secret, &["/parcels/guarded", "/parcels/c"]).await?;
    let refused = calls("refused", "other", &["/parcels/d"]).await?;

    let header = |told: &Value| told["headers"]["authorization"].clone();
    assert_eq!([header(&first), header(&kept)], ["Bearer token-1", "Bearer token-1"]);
    assert_eq!(header(&anew), "Bearer token-2");
    assert!(refused["kind"].as_str().unwrap().ends_with("/authentication"), "{refused}");
    assert_eq!(refused["detail"], "the authority answers 400");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_called_that_the_operator_did_not_allow() -> anyhow::Result<()> {
    let land = Land::open(Kind::Sqlite).await?;

    for (url, rule) in [
        ("https://other.example/", "the host is not allowed"),
        ("http://127.0.0.1:9/", "the port is not allowed"),
    ] {
        let error = land.error(&get(url)).await?;
        assert!(error["type"].as_str().unwrap().ends_with("/configuration"), "{error}");
        assert!(error["detail"].as_str().unwrap().contains(rule), "{error}");
    }
    Ok(())
}
