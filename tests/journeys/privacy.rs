//! Nothing that is known about a person leaves the blocks by a log or an error.

use rangkai::{Cast, Screen, Session, call, stories};
use serde_json::{Value, json};
use tonic::Status;

use super::blocks::{BLOCKS, Blocks};

/// What the first story knows about its person, in small letters.
const PERSONAL: [&str; 9] = [
    "3174016503900001",
    "3174010101100001",
    "putri",
    "lestari",
    "1990-03-25",
    "melati",
    "81234567890",
    "910312345678",
    "sks-17",
];

/// The logs tell everything that they can tell.
#[tokio::test(flavor = "multi_thread")]
async fn no_log_and_no_error_speaks_of_a_person() {
    let blocks = Blocks::start("debug").await;
    let screen = &mut Screen::dark();
    let cast = Cast::assemble(&blocks.site(), screen).await.unwrap();
    stories::granted(&cast, screen).await.unwrap();

    let refusals = refusals(&cast).await;

    for refusal in &refusals {
        let details = String::from_utf8_lossy(refusal.details());
        assert_silent("an error", &format!("{refusal:?} {details}"));
    }
    let mut lines = 0;
    for block in BLOCKS {
        let log = blocks.log(block);
        assert!(log.contains("\"level\":\"DEBUG\""), "{block} does not tell everything");
        assert_silent(block, &log);
        lines += log.lines().count();
    }
    println!("{lines} lines of logs and {} errors, none about a person", refusals.len());
}

/// Sends what a person might mistype where it does not belong, and answers what the blocks say.
async fn refusals(cast: &Cast) -> Vec<Status> {
    let mut refusals = Vec::new();
    for (session, method, request) in about_people(cast).into_iter().chain(about_cases(cast)) {
        refusals.push(refused(call(session, &format!("rangkai.{method}"), request).await));
    }
    refusals
}

/// Who asks, what, and with which mistakes.
type Mistaken<'a> = (&'a Session, &'static str, Value);

fn about_people(cast: &Cast) -> [Mistaken<'_>; 3] {
    let purpose =
        json!({ "name": "sim.renewal", "legalBasis": "Perpol 5/2021", "caseId": "Putri" });
    [
        (
            &cast.portal,
            "identity.v1.PersonService/ResolveSubject",
            json!({ "nik": "31740165039000011", "purpose": purpose }),
        ),
        (
            &cast.chief,
            "identity.v1.PersonService/MatchAttributes",
            json!({ "subjectId": "Putri Lestari", "claims": [
                { "attribute": "ATTRIBUTE_NAME", "value": "Putri Lestari" },
                { "attribute": "ATTRIBUTE_NAME", "value": "Putri Lestari" },
            ] }),
        ),
        (
            &cast.chief,
            "identity.v1.PersonService/ImportPeople",
            json!({ "csv": "UHV0cmkgTGVzdGFyaSwzMTc0MDE2NTAzOTAwMDAx" }),
        ),
    ]
}

fn about_cases(cast: &Cast) -> [Mistaken<'_>; 5] {
    [
        (
            &cast.portal,
            "registration.v1.ApplicationService/CreateApplication",
            json!({
                "serviceName": "Putri Lestari",
                "applicantSubjectId": "3174016503900001",
                "answers": { "Putri Lestari": "Jalan Melati 7" },
            }),
        ),
        (
            &cast.examiner,
            "registration.v1.DecisionService/ProposeDecision",
            json!({
                "taskId": "019f0000-0000-7000-8000-000000000001",
                "outcome": "DECISION_OUTCOME_REFUSE",
                "findings": [ { "ruleId": "JKN", "explanation": "Putri Lestari" } ],
                "note": "+6281234567890",
            }),
        ),
        (
            &cast.chief,
            "messaging.v1.MessageService/SendMessage",
            json!({
                "templateName": "sim.bill_issued",
                "channel": "CHANNEL_SMS",
                "language": "LANGUAGE_INDONESIAN",
                "recipientSubjectId": "Putri Lestari",
                "address": "81234567890 Putri",
                "variables": { "Putri Lestari": "Jalan Melati 7" },
            }),
        ),
        (
            &cast.portal,
            "workflow.v1.InstanceService/StartInstance",
            json!({
                "namespace": "korlantas",
                "name": "sim-renewal",
                "input": { "applicationId": "Putri Lestari", "nik": "3174016503900001" },
            }),
        ),
        (
            &cast.bank,
            "payments.v1.RemittanceService/RecordRemittance",
            json!({ "billingCode": "3174016503900001", "bankReference": "Putri Lestari" }),
        ),
    ]
}

fn refused(answer: anyhow::Result<Value>) -> Status {
    match answer {
        Ok(_) => panic!("nobody refused"),
        Err(error) => error.downcast().expect("a block answered"),
    }
}

fn assert_silent(whose: &str, text: &str) {
    for line in text.lines() {
        let small = line.to_lowercase();
        if let Some(told) = PERSONAL.iter().find(|personal| small.contains(**personal)) {
            panic!("{whose} tells {told}: {line}");
        }
    }
}
