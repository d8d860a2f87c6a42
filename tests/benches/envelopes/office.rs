//! The people of a programme: one who announces, and two who approve.

use std::time::Duration;

use anyhow::Context as _;
use rangkai_primitives::Caller;
use rangkai_proto::payments::v1::{
    AddInstructionsRequest, ApproveEnvelopeRequest, CreateEnvelopeRequest, Envelope, EnvelopeState,
    GetEnvelopeReportRequest, GetEnvelopeRequest, InstructionState, LinkPayeesRequest,
    ProveLedgerRequest, RecordFundsRequest, ReleaseEnvelopeRequest, SealEnvelopeRequest,
    ValidateEnvelopeRequest, envelope_service_client::EnvelopeServiceClient,
    fund_service_client::FundServiceClient, instruction_service_client::InstructionServiceClient,
    ledger_service_client::LedgerServiceClient, payee_service_client::PayeeServiceClient,
};
use rangkai_testkit::{Client, Keys, caller, every_scope, fresh};
use tokio::time::interval;
use tonic::transport::Endpoint;

use super::{
    crowd::{Crowd, rupiah},
    service::Service,
};
use crate::fill::AGENCY;

/// How often to look whether a phase is over.
const LOOK: Duration = Duration::from_millis(20);

/// The three people, with a connection between them.
pub(super) struct Office {
    maker: Client,
    checkers: [Client; 2],
}

impl Office {
    /// Waits until the service is ready, and opens the office.
    pub(super) async fn open(keys: &Keys, service: &mut Service) -> anyhow::Result<Self> {
        let endpoint = Endpoint::try_from(service.url())?;
        let mut again = interval(LOOK);
        while endpoint.connect().await.is_err() {
            service.expect_running()?;
            again.tick().await;
        }
        let channel = endpoint.connect_lazy();
        let scopes = every_scope()?;
        let person = |name: &str| {
            let caller = Caller { id: name.to_owned(), ..caller(AGENCY, &scopes, &[]) };
            keys.client(channel.clone(), &caller)
        };
        Ok(Self { maker: person("ani")?, checkers: [person("budi")?, person("citra")?] })
    }

    /// Links everybody.
    pub(super) async fn link(&self, crowd: &Crowd) -> anyhow::Result<()> {
        let crowd = *crowd;
        let batch = move |places: std::ops::Range<i64>| LinkPayeesRequest {
            source: "pkh".to_owned(),
            payees: places.map(Crowd::payee).collect(),
        };
        let stream = tokio_stream::iter(crowd.batches().map(batch));
        let linked = PayeeServiceClient::new(self.maker.clone()).link_payees(stream).await?;
        let linked = linked.into_inner();
        anyhow::ensure!(linked.linked == crowd.count(), "not everybody was linked: {linked:?}");
        Ok(())
    }

    /// Records the money for everybody.
    pub(super) async fn fund(&self, crowd: &Crowd) -> anyhow::Result<()> {
        let amount = Some(rupiah(crowd.rupiahs()));
        let request = RecordFundsRequest {
            request_id: fresh(),
            amount,
            reference: fresh(),
            ..RecordFundsRequest::default()
        };
        FundServiceClient::new(self.maker.clone()).record_funds(request).await?;
        Ok(())
    }

    /// Announces an envelope for everybody.
    pub(super) async fn announce(&self, crowd: &Crowd) -> anyhow::Result<Envelope> {
        let request = CreateEnvelopeRequest {
            request_id: fresh(),
            programme: "pkh".to_owned(),
            cycle: "2026-q4".to_owned(),
            source: "pkh".to_owned(),
            instruction_count: crowd.count(),
            control_total: Some(rupiah(crowd.rupiahs())),
            ..CreateEnvelopeRequest::default()
        };
        let mut envelopes = EnvelopeServiceClient::new(self.maker.clone());
        let created = envelopes.create_envelope(request).await?.into_inner();
        created.envelope.context("an envelope was announced")
    }

    /// Adds the instructions for everybody.
    pub(super) async fn fill(&self, envelope: &Envelope, crowd: &Crowd) -> anyhow::Result<()> {
        let (crowd, envelope_id) = (*crowd, envelope.envelope_id.clone());
        let batch = move |places: std::ops::Range<i64>| AddInstructionsRequest {
            envelope_id: envelope_id.clone(),
            instructions: places.map(|place| crowd.instruction(place)).collect(),
        };
        let stream = tokio_stream::iter(crowd.batches().map(batch));
        let mut instructions = InstructionServiceClient::new(self.maker.clone());
        let answer = instructions.add_instructions(stream).await?.into_inner();
        anyhow::ensure!(answer.added == crowd.count(), "not everything was taken: {answer:?}");
        Ok(())
    }

    pub(super) async fn seal(&self, envelope: &Envelope) -> anyhow::Result<()> {
        let envelope_id = envelope.envelope_id.clone();
        let request = SealEnvelopeRequest { request_id: fresh(), envelope_id };
        EnvelopeServiceClient::new(self.maker.clone()).seal_envelope(request).await?;
        Ok(())
    }

    /// Asks for the validation and waits until it is over.
    pub(super) async fn validate(&self, envelope: &Envelope) -> anyhow::Result<Envelope> {
        let envelope_id = envelope.envelope_id.clone();
        let request = ValidateEnvelopeRequest { request_id: fresh(), envelope_id };
        EnvelopeServiceClient::new(self.maker.clone()).validate_envelope(request).await?;
        self.until(envelope, EnvelopeState::Validated).await
    }

    /// Two people approve what was validated.
    pub(super) async fn approve(&self, validated: &Envelope) -> anyhow::Result<()> {
        for checker in &self.checkers {
            let request = ApproveEnvelopeRequest {
                request_id: fresh(),
                envelope_id: validated.envelope_id.clone(),
                contents_hash: validated.contents_hash.clone(),
            };
            EnvelopeServiceClient::new(checker.clone()).approve_envelope(request).await?;
        }
        Ok(())
    }

    /// Releases the envelope and waits until everybody is paid.
    pub(super) async fn pay(&self, envelope: &Envelope) -> anyhow::Result<()> {
        let envelope_id = envelope.envelope_id.clone();
        let request = ReleaseEnvelopeRequest { request_id: fresh(), envelope_id };
        let [_, releaser] = &self.checkers;
        EnvelopeServiceClient::new(releaser.clone()).release_envelope(request).await?;
        self.until(envelope, EnvelopeState::Completed).await.map(drop)
    }

    /// Sees that the report of the envelope names everybody as paid.
    pub(super) async fn check(&self, envelope: &Envelope, crowd: &Crowd) -> anyhow::Result<()> {
        let request = GetEnvelopeReportRequest { envelope_id: envelope.envelope_id.clone() };
        let mut envelopes = EnvelopeServiceClient::new(self.maker.clone());
        let report = envelopes.get_envelope_report(request).await?.into_inner();
        let paid = report.lines.iter().all(|line| line.state() == InstructionState::Paid);
        let whole = report.count == crowd.count() && report.total == Some(rupiah(crowd.rupiahs()));
        anyhow::ensure!(paid && whole && report.adds_up, "not everybody was paid: {report:?}");
        Ok(())
    }

    /// Proves the ledger; answers how many entries were looked at.
    pub(super) async fn prove(&self) -> anyhow::Result<i64> {
        let mut ledger = LedgerServiceClient::new(self.maker.clone());
        let proof = ledger.prove_ledger(ProveLedgerRequest {}).await?.into_inner();
        anyhow::ensure!(proof.sound, "the ledger is not sound: {proof:?}");
        Ok(proof.proofs.iter().map(|proof| proof.entry_count).sum())
    }

    async fn until(&self, envelope: &Envelope, state: EnvelopeState) -> anyhow::Result<Envelope> {
        let mut envelopes = EnvelopeServiceClient::new(self.maker.clone());
        let mut again = interval(LOOK);
        loop {
            again.tick().await;
            let request = GetEnvelopeRequest { envelope_id: envelope.envelope_id.clone() };
            let found = envelopes.get_envelope(request).await?.into_inner().envelope;
            let found = found.context("an envelope remains")?;
            anyhow::ensure!(found.state() != EnvelopeState::Paused, "it was paused: {found:?}");
            if found.state() == state {
                return Ok(found);
            }
        }
    }
}
