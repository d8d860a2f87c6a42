//! `rangkai application`: what people ask of services.

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{
    Reach,
    calls::{print, show},
};
use crate::{dynamic::call, screen::Screen, session::Session};

const SERVICE: &str = "rangkai.registration.v1.ApplicationService";

/// What to do with applications.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Hands an application in for the person who has a NIK, as a portal does that has signed the
    /// person in.
    Submit {
        /// The name of the service.
        service: String,
        /// The person.
        #[arg(long)]
        nik: String,
        /// The form, as JSON.
        #[arg(long)]
        answers: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// Shows an application.
    Show {
        /// The application.
        application: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// Withdraws an application that is not decided yet.
    Withdraw {
        /// The application.
        application: String,
        #[command(flatten)]
        reach: Reach,
    },
}

/// Does what the verb says.
pub async fn run(verb: Verb, screen: &mut Screen) -> anyhow::Result<()> {
    match verb {
        Verb::Submit { service, nik, answers, reach } => {
            let answers = serde_json::from_str(&answers).context("--answers is not JSON")?;
            let answer = submit(&reach.for_an_agency()?, &service, &nik, answers).await?;
            print(screen, &reach, &answer)
        }
        Verb::Show { application, reach } => {
            let request = json!({ "applicationId": application });
            show(screen, &reach, &format!("{SERVICE}/GetApplication"), request).await
        }
        Verb::Withdraw { application, reach } => {
            let request = json!({ "applicationId": application });
            show(screen, &reach, &format!("{SERVICE}/WithdrawApplication"), request).await
        }
    }
}

async fn submit(
    session: &Session,
    service: &str,
    nik: &str,
    answers: Value,
) -> anyhow::Result<Value> {
    let purpose = json!({
        "name": "application.submit",
        "legalBasis": "UU 25/2009",
        "caseId": Session::request_id(),
    });
    let request = json!({ "nik": nik, "purpose": purpose });
    let person = call(session, "rangkai.identity.v1.PersonService/ResolveSubject", request).await?;
    let request = json!({
        "serviceName": service,
        "applicantSubjectId": person["subjectId"],
        "answers": answers,
    });
    let draft = call(session, &format!("{SERVICE}/CreateApplication"), request).await?;
    let request = json!({ "applicationId": draft["application"]["applicationId"] });
    call(session, &format!("{SERVICE}/SubmitApplication"), request).await
}
