//! A request about payees, funds or envelopes has one effect.

use rangkai_proto::payments::v1::{
    ApproveEnvelopeRequest, CancelEnvelopeRequest, PauseEnvelopeRequest, RecordFundsRequest,
    ReleaseEnvelopeRequest, ResumeEnvelopeRequest, ReturnFundsRequest, SealEnvelopeRequest,
    UnlinkPayeeRequest, UpdatePayeeRequest, ValidateEnvelopeRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    super::{
        contract::once,
        support::{House, rupiah},
    },
    office::{People, announce, functional_id, link, pay, payee},
};

/// Sends `request` again and again through `client`, then `other` under its id.
macro_rules! once {
    ($client:expr, $method:ident, $request:expr, $other:expr) => {{
        let request = $request;
        let mut other = $other;
        other.request_id.clone_from(&request.request_id);
        let id = request.request_id.clone();
        let send = |request| {
            let mut client = $client.clone();
            async move { client.$method(request).await }
        };
        once(&id, [request, other], send).await?
    }};
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn payees_and_funds_change_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let office = People::of(&house)?.maker;
    once!(office.payees, link_payee, link("pkh", 1), link("pkh", 2));
    let update = |person| {
        let payee = payee(person);
        UpdatePayeeRequest {
            request_id: fresh(),
            source: "pkh".to_owned(),
            functional_id: functional_id(1),
            institution: payee.institution,
            account: payee.account,
            name: payee.name,
        }
    };
    once!(office.payees, update_payee, update(3), update(4));
    let unlink = |person| UnlinkPayeeRequest {
        request_id: fresh(),
        source: "pkh".to_owned(),
        functional_id: functional_id(person),
    };
    once!(office.payees, unlink_payee, unlink(1), unlink(2));
    let record = |rupiahs| RecordFundsRequest {
        request_id: fresh(),
        amount: Some(rupiah(rupiahs)),
        reference: fresh(),
        ..RecordFundsRequest::default()
    };
    once!(office.funds, record_funds, record(10), record(11));
    let give_back = |rupiahs| ReturnFundsRequest {
        request_id: fresh(),
        amount: Some(rupiah(rupiahs)),
        reference: fresh(),
        ..ReturnFundsRequest::default()
    };
    once!(office.funds, return_funds, give_back(10), give_back(9));
    Ok(())
}

/// A request about one envelope.
macro_rules! about {
    ($request:ident, $envelope_id:expr) => {
        $request { request_id: fresh(), envelope_id: $envelope_id.to_owned() }
    };
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_envelope_goes_one_step_for_one_request(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let people = People::of(&house)?;
    let (maker, checker) = (&people.maker, &people.checker);
    maker.link(1..2).await?;
    maker.fund(100).await?;
    let (other_id, other) = (fresh(), announce(2, 200));
    let created =
        once!(maker.envelopes, create_envelope, announce(1, 100), other).envelope.unwrap();
    let id = &created.envelope_id;
    let cancelled = maker.create(announce(1, 100)).await?.envelope_id;
    let (one, two) =
        (about!(CancelEnvelopeRequest, cancelled), about!(CancelEnvelopeRequest, other_id));
    once!(maker.envelopes, cancel_envelope, one, two);
    maker.add(&created, vec![pay(1, 100)]).await?;
    let (one, two) = (about!(SealEnvelopeRequest, id), about!(SealEnvelopeRequest, other_id));
    once!(maker.envelopes, seal_envelope, one, two);
    let (one, two) =
        (about!(ValidateEnvelopeRequest, id), about!(ValidateEnvelopeRequest, other_id));
    once!(maker.envelopes, validate_envelope, one, two);
    house.payments.validate_envelopes().await?;
    let contents_hash = maker.get(&created).await?.contents_hash;
    let approve = |envelope_id: &str| ApproveEnvelopeRequest {
        request_id: fresh(),
        envelope_id: envelope_id.to_owned(),
        contents_hash: contents_hash.clone(),
    };
    once!(checker.envelopes, approve_envelope, approve(id), approve(&other_id));
    once!(people.releaser.envelopes, approve_envelope, approve(id), approve(&other_id));
    let (one, two) = (about!(ReleaseEnvelopeRequest, id), about!(ReleaseEnvelopeRequest, other_id));
    once!(checker.envelopes, release_envelope, one, two);
    let (one, two) = (about!(PauseEnvelopeRequest, id), about!(PauseEnvelopeRequest, other_id));
    once!(maker.envelopes, pause_envelope, one, two);
    let (one, two) = (about!(ResumeEnvelopeRequest, id), about!(ResumeEnvelopeRequest, other_id));
    once!(people.releaser.envelopes, resume_envelope, one, two);
    Ok(())
}
