//! The demonstration in one process.

use std::future::ready;

use rangkai::{Addresses, Cast, Platform, Screen, Site, call, prove, stories, tell};
use rangkai_primitives::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::books::Books;

#[tokio::test(flavor = "multi_thread")]
async fn three_people_come_to_their_ends_and_every_promise_holds() {
    let (_folder, platform, site) = start().await;

    let outcome = tell(&site, &mut Screen::dark()).await.unwrap();

    assert_eq!(outcome.broken, Vec::<String>::new());
    let books = Books::of(&platform).await;
    books.until_settled().await;
    assert_eq!(books.broken(&[]).await, Vec::<String>::new());
    platform.run_until(ready(())).await.unwrap();
}

/// The proof can fail: here an application is left open.
#[tokio::test(flavor = "multi_thread")]
async fn the_proof_notices_an_application_that_nobody_closed() {
    let (_folder, platform, site) = start().await;
    let screen = &mut Screen::dark();
    let cast = Cast::assemble(&site, screen).await.unwrap();
    stories::refused_after_payment(&cast, screen).await.unwrap();
    assert_eq!(prove(&cast, screen).await.unwrap().broken, Vec::<String>::new());

    apply(&cast, "3174016206950003").await;

    let broken = prove(&cast, screen).await.unwrap().broken;
    assert!(matches!(broken.as_slice(), [one] if one.contains("application")), "{broken:?}");
    let books = Books::of(&platform).await;
    assert!(books.broken(&[]).await.iter().any(|claim| claim.contains("application")));
}

/// Five blocks in a temporary folder, on ports that are free.
pub(super) async fn start() -> (TempDir, Platform, Site) {
    let folder = tempfile::Builder::new().prefix("rangkai-test-").tempdir().unwrap();
    let clock = Clock::system();
    let platform =
        Platform::start(folder.path(), Addresses::local(0), clock.clone()).await.unwrap();
    let (addresses, admin) = (platform.addresses(), platform.secrets().admin.clone());
    (folder, platform, Site { addresses, admin, clock })
}

/// Begins an application and leaves it.
async fn apply(cast: &Cast, nik: &str) -> Value {
    let purpose = json!({
        "name": "sim.renewal",
        "legalBasis": "Perpol 5/2021 art. 9",
        "caseId": "019f0000-0000-7000-8000-000000000001",
    });
    let method = "rangkai.identity.v1.PersonService/ResolveSubject";
    let found = call(&cast.portal, method, json!({ "nik": nik, "purpose": purpose })).await;
    let request = json!({
        "serviceName": "sim-renewal",
        "applicantSubjectId": found.unwrap()["subjectId"],
        "answers": { "class": "C" },
    });
    let method = "rangkai.registration.v1.ApplicationService/CreateApplication";
    call(&cast.portal, method, request).await.unwrap()
}
