//! The public GovStack REST profile: the same operations, in the spelling of its contract.

mod answer;
mod batch;
mod beneficiaries;
mod body;
mod call;
mod conformance;
mod decimal;
mod g2p;
mod redemption;
mod samples;
mod status;
mod vouchers;

use std::sync::Arc;

use axum::{
    Router,
    routing::{MethodRouter, any, get, patch, post},
};
use rangkai_auth::Gate;
use rangkai_primitives::Agency;

pub use conformance::Conformance;

use crate::Payments;
use answer::Answer;

/// The profile as one listener serves it.
#[derive(Clone, Debug)]
struct Profile {
    payments: Payments,
    admits: Admits,
    /// The building blocks that may ask, by the names that they use.
    blocks: Arc<[String]>,
}

/// Who may ask.
#[derive(Clone, Debug)]
enum Admits {
    /// Whoever shows a token that the gate lets in.
    Tokens(Gate),
    /// Everybody, on behalf of this agency: only on the conformance listener.
    Everybody(Agency),
}

/// The profile for callers with tokens, who must name one of `blocks`.
pub fn router(payments: Payments, gate: Gate, blocks: &[String]) -> Router {
    routes(Profile { payments, admits: Admits::Tokens(gate), blocks: blocks.into() })
}

fn routes(profile: Profile) -> Router {
    Router::new()
        .route("/bulk-payment", only(post(batch::pay)))
        .route("/prepayment-validation", only(post(batch::validate)))
        .route("/prepayment-validation-response", only(post(batch::found)))
        .route("/register-beneficiary", only(post(beneficiaries::register)))
        .route("/update-beneficiary-details", only(post(beneficiaries::update)))
        .route("/vouchers/voucher_preactivation", only(post(vouchers::preactivate)))
        .route("/vouchers/voucher_activation", only(patch(vouchers::activate)))
        .route("/vouchers/voucher_redemption", only(post(redemption::redeem)))
        .route(
            "/vouchers/voucherstatuscheck/{serial}",
            only(get(status::check).patch(status::cancel)),
        )
        .route("/vouchers/voucherstatuscheck", only(nameless()))
        .route("/vouchers/voucherstatuscheck/", only(nameless()))
        .route("/vouchers/{*rest}", any(unknown_path))
        .with_state(profile)
}

/// The verbs of a path that lacks its serial number.
fn nameless() -> MethodRouter<Profile> {
    get(status::nameless).patch(status::nameless)
}

/// A known path that answers any other verb in JSON too.
fn only(methods: MethodRouter<Profile>) -> MethodRouter<Profile> {
    methods.fallback(wrong_verb)
}

async fn wrong_verb() -> Answer {
    Answer::message(405, "the path does not know this verb")
}

async fn unknown_path() -> Answer {
    Answer::message(404, "there is no such path")
}
