//! Calls that leave the blocks: what is right, and every mistake that can be found beforehand.

use std::{collections::BTreeMap, fmt::Display, sync::Arc};

use prost_reflect::DescriptorPool;
use rangkai_workflow::definition::{Around, Call, Described, OpenApi, Target, Work};
use rangkai_workflow::{Definition, Finding, Severity, check};

use crate::{HEADER, functions, list};

const PROTO: &str = "\
syntax = \"proto3\";
package land.v1;
service Parcels {
  rpc Get(GetRequest) returns (Parcel) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc Send(stream Parcel) returns (Parcel);
}
message GetRequest { string number = 1; int64 year = 2; }
message Parcel { string number = 1; }
";

const OPENAPI: &str = "\
openapi: 3.1.0
servers: [{url: 'https://land.example/v1'}]
paths:
  /parcels/{number}:
    get:
      operationId: getParcel
      parameters:
        - {name: number, in: path, required: true, schema: {type: string}}
        - {name: year, in: query, schema: {type: integer}}
    post: {operationId: noteParcel, requestBody: {required: true, content: {application/json: {}}}}
    put: {operationId: putParcel, requestBody: {content: {text/xml: {}}}}
";

/// What an agency imported, and what the operator configured for it.
fn around() -> Around {
    let file = sound(protox::file::File::from_source("land.proto", PROTO));
    let file = file.file_descriptor_proto().clone();
    let mut pool = DescriptorPool::new();
    sound(pool.add_file_descriptor_proto(file));
    let document = Described::OpenApi(Arc::new(sound(OpenApi::parse(OPENAPI))));
    let land = Described::Proto(pool);
    Around {
        published: false,
        described: BTreeMap::from([("land".to_owned(), land), ("land-http".to_owned(), document)]),
        hosts: Some(["parcels".to_owned()].into()),
        secrets: Some(["key".to_owned()].into()),
    }
}

fn sound<T, E: Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

fn read(text: &str) -> Result<Definition, Vec<Finding>> {
    check(text, &functions().among(around()))
}

fn found(text: &str) -> Vec<String> {
    let findings = match read(text) {
        Ok(definition) => definition.warnings,
        Err(findings) => findings,
    };
    for finding in &findings {
        assert!(!finding.message.is_empty() && !finding.mend.is_empty(), "{finding:?}");
    }
    let place = |pointer: &str| pointer.trim_start_matches("/do/0/one").to_owned();
    findings.iter().map(|it| format!("{} {}", it.code, place(&it.pointer))).collect()
}

fn call(kind: &str, with: &str) -> String {
    format!("{HEADER}do:\n  - one:\n      call: {kind}\n      with:\n        {with}\n")
}

fn grpc(proto: &str, service: &str, rest: &str) -> String {
    call("grpc", &format!("{{ proto: {{ endpoint: {proto} }}, service: {{ {service} }}, {rest} }}"))
}

const LAND: &str = "rangkai:descriptors/land";
const SERVICE: &str = "name: land.v1.Parcels, host: parcels";

#[test]
fn a_call_finds_its_method_in_what_was_imported() {
    let text = grpc(LAND, SERVICE, "method: Get, arguments: { number: '${ .n }' }");

    let definition = read(&text).unwrap_or_else(|findings| panic!("{}", list(&findings)));

    let Work::Call(Call { function, target, .. }) = &definition.tasks[0].work else { panic!() };
    assert_eq!(function, "parcels/land.v1.Parcels.Get");
    assert!(matches!(target, Target::Host { host, .. } if host == "parcels"));
    assert_eq!(definition.warnings, []);
}

#[test]
fn every_mistake_of_a_grpc_call_is_found() {
    let get = "method: Get";
    for (proto, service, rest, expected) in [
        ("https://land.example/land.proto", SERVICE, get, "feature.refused /with/proto/endpoint"),
        ("{ uri: 'file:///land.proto' }", SERVICE, get, "feature.refused /with/proto/endpoint/uri"),
        ("rangkai:descriptors/lend", SERVICE, get, "descriptors.unknown /with/proto/endpoint"),
        ("rangkai:descriptors/land-http", SERVICE, get, "descriptors.kind /with/proto"),
        (LAND, "name: land.v1.Parcel, host: parcels", get, "function.unknown /with/service/name"),
        (LAND, "name: land.v1.Parcels, host: parsels", get, "host.unknown /with/service/host"),
        (LAND, SERVICE, "method: Gett", "function.unknown /with/method"),
        (LAND, SERVICE, "method: Send", "function.streaming /with/method"),
        (LAND, SERVICE, "method: Get, arguments: { nr: a }", "argument.unknown /with/arguments/nr"),
        (
            LAND,
            SERVICE,
            "method: Get, arguments: { year: a }",
            "argument.kind /with/arguments/year",
        ),
        (LAND, SERVICE, "method: Get, deadline: 5", "key.unknown /with/deadline"),
        (LAND, "name: land.v1.Parcels", get, "key.missing /with/service"),
        (
            LAND,
            "name: land.v1.Parcels, host: parcels, port: 5",
            get,
            "value.ignored /with/service/port",
        ),
    ] {
        assert_eq!(found(&grpc(proto, service, rest)), [expected], "{proto} {service} {rest}");
    }
    assert_eq!(
        found(&format!("{HEADER}do: [a: {{ call: grpc }}]\n")),
        ["key.missing /do/0/a/call"]
    );
}

#[test]
fn every_mistake_of_an_http_call_is_found() {
    let ok = "method: get, endpoint: 'https://land.example/parcels/{number}'";
    for (with, expected) in [
        ("{ method: fetch, endpoint: https://land.example/ }", "value.choice /with/method"),
        ("{ method: get, endpoint: /parcels }", "value.url /with/endpoint"),
        ("{ method: get, endpoint: https://u:p@land.example/ }", "value.url /with/endpoint"),
        ("{ method: get }", "key.missing /with"),
        (&format!("{{ {ok}, output: json }}"), "value.choice /with/output"),
        (&format!("{{ {ok}, redirect: 1 }}"), "kind.wrong /with/redirect"),
        (&format!("{{ {ok}, headers: {{ Host: a }} }}"), "value.header /with/headers/Host"),
        (&format!("{{ {ok}, query: [] }}"), "kind.wrong /with/query"),
        (&format!("{{ {ok}, body: '${{ .a + }}' }}"), "expression.syntax /with/body"),
        (&format!("{{ {ok}, retries: 5 }}"), "key.unknown /with/retries"),
    ] {
        assert_eq!(found(&call("http", with)), [expected], "{with}");
    }
    assert_eq!(found(&call("http", &format!("{{ {ok} }}"))), [""; 0]);
}

#[test]
fn every_mistake_of_an_openapi_call_is_found() {
    let document = "document: { endpoint: rangkai:descriptors/land-http }, operationId:";
    for (rest, expected) in [
        ("getParcle", "function.unknown /with/operationId"),
        ("putParcel", "feature.unsupported /with/operationId"),
        ("getParcel", "argument.missing /with/operationId"),
        ("noteParcel, parameters: {}", "argument.missing /with/parameters"),
        ("getParcel, parameters: { number: 5 }", "argument.kind /with/parameters/number"),
        ("getParcel, parameters: { number: a, year: b }", "argument.kind /with/parameters/year"),
        ("getParcel, parameters: { number: a, yaer: 1 }", "argument.unknown /with/parameters/yaer"),
        (
            "getParcel, parameters: { number: '${ .n }', body: {} }",
            "argument.unknown /with/parameters/body",
        ),
    ] {
        assert_eq!(
            found(&call("openapi", &format!("{{ {document} {rest} }}"))),
            [expected],
            "{rest}"
        );
    }
    let proto = "{ document: { endpoint: rangkai:descriptors/land }, operationId: getParcel }";
    assert_eq!(found(&call("openapi", proto)), ["descriptors.kind /with/document"]);
}

#[test]
fn credentials_are_named_known_and_not_written_out() {
    let with = |uses: &str, authentication: &str| {
        let text =
            grpc(LAND, &format!("{SERVICE}, authentication: {authentication}"), "method: Get");
        format!("{HEADER}use: {{ {uses} }}\n{}", text.trim_start_matches(HEADER))
    };
    for (uses, authentication, expected) in [
        ("secrets: [key]", "{ bearer: { use: key } }", ""),
        ("secrets: [key]", "{ bearer: { token: '${ $secrets.key.token }' } }", ""),
        ("secrets: [key], authentications: { a: { basic: { use: key } } }", "{ use: a }", ""),
        ("secrets: [key], authentications: { a: { basic: { use: key } } }", "a", ""),
        ("secrets: [other]", "{ bearer: { use: other } }", "secret.missing /use/secrets/0"),
        (
            "secrets: []",
            "{ bearer: { use: key } }",
            "secret.undeclared /with/service/authentication/bearer/use",
        ),
        (
            "secrets: []",
            "{ bearer: { token: abc } }",
            "secret.written /with/service/authentication/bearer/token",
        ),
        (
            "secrets: []",
            "{ bearer: { token: '${ .token + $input.a }' } }",
            "expression.variable /with/service/authentication/bearer/token",
        ),
        (
            "secrets: []",
            "{ basic: { username: '${ $secrets.key }' } }",
            "key.missing /with/service/authentication/basic;secret.undeclared /with/service/authentication/basic/username",
        ),
        (
            "secrets: []",
            "{ oauth2: { use: key } }",
            "feature.unsupported /with/service/authentication/oauth2/use",
        ),
        (
            "secrets: []",
            "{ digest: { use: key } }",
            "feature.unsupported /with/service/authentication/digest",
        ),
        (
            "secrets: []",
            "{ oauth2: { authority: 'https://land.example', grant: password, \
             client: { id: a, secret: b } } }",
            "feature.unsupported /with/service/authentication/oauth2/grant;\
             secret.written /with/service/authentication/oauth2/client/secret",
        ),
        (
            "secrets: [key]",
            "{ oauth2: { authority: 'https://land.example', grant: client_credentials, \
             client: { id: a, secret: '${ $secrets.key }' }, scopes: [b] } }",
            "",
        ),
        ("secrets: []", "{ use: a }", "name.unknown /with/service/authentication/use"),
        ("secrets: []", "{}", "value.choice /with/service/authentication"),
    ] {
        let expected: Vec<_> = expected.split(';').filter(|it| !it.is_empty()).collect();
        assert_eq!(found(&with(uses, authentication)), expected, "{uses} {authentication}");
    }
}

#[test]
fn a_function_of_use_takes_what_its_call_gives() {
    let text = format!(
        "{HEADER}use:\n  functions:\n    find:\n      call: http\n      with: {{ method: get, endpoint: \
         'https://land.example/{{number}}' }}\ndo:\n  - one: {{ call: find, with: {{ number: 7 }} }}\n"
    );

    let definition = read(&text).unwrap();

    let Work::Call(call) = &definition.tasks[0].work else { panic!() };
    assert_eq!(call.with.as_ref().unwrap().constant().unwrap()["number"], 7);
    assert_eq!(call.path(), "GET");
}

#[test]
fn a_document_that_is_read_again_is_not_judged_by_what_is_configured_today() {
    let text = grpc(LAND, SERVICE, "method: Get");
    let later = Around { hosts: None, secrets: None, ..around() };
    let gone = Around { hosts: Some([].into()), ..around() };

    assert_eq!(check(&text, &functions().among(later)).unwrap().tasks.len(), 1);
    let findings = check(&text, &functions().among(gone)).unwrap_err();
    assert_eq!(findings[0].severity, Severity::Error);
}
