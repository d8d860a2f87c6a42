//! Applications that are withdrawn at every point of their case, and notices that nobody can send:
//! each case comes to its end, and nobody's money stays behind.

mod renewal;

use std::{future::ready, time::Duration};

use rangkai::{Cast, Platform, Screen, Site, call};
use serde_json::json;
use tempfile::TempDir;

use self::renewal::Renewal;
use super::{demo, until::until};

/// Events and the engine race a withdrawal; both ways are met in so many cases.
const TIMES: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn withdrawn_before_the_bill_is_paid() {
    let stage = Stage::set().await;

    let renewal = Renewal::begin_withdrawn(&stage.cast).await;
    renewal.ends("WITHDRAWN", 1).await;
    for _ in 0..TIMES {
        let renewal = Renewal::begin(&stage.cast).await;
        assert!(renewal.withdraw().await);
        renewal.ends("WITHDRAWN", 1).await;
    }
    let renewal = Renewal::begin(&stage.cast).await;
    renewal.until_at("awaitPayment").await;
    assert!(renewal.withdraw().await);
    renewal.ends("WITHDRAWN", 1).await;

    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_then_withdrawn() {
    let stage = Stage::set().await;

    for _ in 0..TIMES {
        let renewal = Renewal::begin(&stage.cast).await;
        renewal.until_at("awaitPayment").await;
        assert!(renewal.pay().await);
        assert!(renewal.withdraw().await);
        renewal.ends("WITHDRAWN", 1).await;
    }
    let renewal = Renewal::begin(&stage.cast).await;
    renewal.until_at("awaitPayment").await;
    assert!(renewal.pay().await);
    renewal.until_at("awaitProposal").await;
    assert!(renewal.withdraw().await);
    renewal.ends("WITHDRAWN", 1).await;

    stage.strike().await;
}

/// The bank may come before or after the bill is cancelled.
#[tokio::test(flavor = "multi_thread")]
async fn paid_and_withdrawn_at_once() {
    let stage = Stage::set().await;

    for _ in 0..TIMES {
        let renewal = Renewal::begin(&stage.cast).await;
        renewal.until_at("awaitPayment").await;
        let (_paid, withdrawn) = tokio::join!(renewal.pay(), renewal.withdraw());
        assert!(withdrawn);
        renewal.ends("WITHDRAWN", 1).await;
        let renewal = Renewal::begin(&stage.cast).await;
        renewal.until_at("awaitPayment").await;
        assert!(renewal.withdraw().await);
        renewal.pay().await;
        renewal.ends("WITHDRAWN", 1).await;
    }

    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawn_while_officers_decide() {
    let stage = Stage::set().await;

    for waits in [false, false, true] {
        let renewal = Renewal::begin(&stage.cast).await;
        renewal.until_at("awaitPayment").await;
        assert!(renewal.pay().await);
        renewal.until_at("awaitProposal").await;
        renewal.propose().await;
        if waits {
            renewal.until_at("awaitConfirmation").await;
        }
        assert!(renewal.withdraw().await);
        renewal.ends("WITHDRAWN", 1).await;
    }

    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawn_when_the_bill_expires() {
    let stage = Stage::set().await;

    for _ in 0..TIMES {
        let renewal = Renewal::begin(&stage.cast).await;
        renewal.until_at("awaitPayment").await;
        stage.site.clock.advance(Duration::from_hours(8 * 24));
        let withdrawn = renewal.withdraw().await;
        renewal.ends(if withdrawn { "WITHDRAWN" } else { "LAPSED" }, 1).await;
    }

    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agency_closes_an_application() {
    let stage = Stage::set().await;

    for is_paid in [false, true] {
        let renewal = Renewal::begin(&stage.cast).await;
        renewal.until_at("awaitPayment").await;
        if is_paid {
            assert!(renewal.pay().await);
            renewal.until_at("awaitProposal").await;
        }
        renewal.lapse().await;
        renewal.ends("LAPSED", 1).await;
    }

    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_phone_number_stops_nothing() {
    let stage = Stage::set().await;

    let renewal = Renewal::begin_without_phone(&stage.cast).await;
    renewal.until_at("awaitPayment").await;
    assert!(renewal.pay().await);
    renewal.until_at("awaitProposal").await;
    assert!(renewal.withdraw().await);
    renewal.ends("WITHDRAWN", 1).await;

    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_templates_stop_nothing() {
    let stage = Stage::set().await;
    let document = include_str!("../../../k8s/agencies/korlantas/sim-renewal.workflow.yaml")
        .replace("templateName: sim.", "templateName: missing.")
        .replace("  version: 1.", "  version: 2.");
    let method = "rangkai.workflow.v1.DefinitionService/PublishDefinition";
    call(&stage.cast.chief, method, json!({ "document": document })).await.unwrap();

    let renewal = Renewal::begin(&stage.cast).await;
    renewal.until_at("awaitPayment").await;
    assert!(renewal.pay().await);
    renewal.until_at("awaitProposal").await;
    assert!(renewal.withdraw().await);
    renewal.ends("WITHDRAWN", 0).await;

    stage.strike().await;
}

/// Five blocks, and everybody who takes part.
struct Stage {
    _folder: TempDir,
    platform: Platform,
    site: Site,
    cast: Cast,
}

impl Stage {
    async fn set() -> Self {
        let (folder, platform, site) = demo::start().await;
        let cast = Cast::assemble(&site, &mut Screen::dark()).await.unwrap();
        Self { _folder: folder, platform, site, cast }
    }

    async fn strike(self) {
        self.platform.run_until(ready(())).await.unwrap();
    }
}
