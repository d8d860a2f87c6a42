//! The office of a programme that pays people.

use rangkai_payments::{Config, DEFAULTS, Payments, RailKind};
use rangkai_proto::payments::v1::{
    AddInstructionsRequest, AddInstructionsResponse, ApproveEnvelopeRequest, CreateEnvelopeRequest,
    Envelope, GetEnvelopeReportRequest, GetEnvelopeReportResponse, GetEnvelopeRequest,
    InstructionState, LinkPayeeRequest, LinkPayeesRequest, NewInstruction, NewPayee,
    RecordFundsRequest, ReleaseEnvelopeRequest, SealEnvelopeRequest, ValidateEnvelopeRequest,
    envelope_service_client::EnvelopeServiceClient, fund_service_client::FundServiceClient,
    instruction_service_client::InstructionServiceClient, payee_service_client::PayeeServiceClient,
};
use rangkai_testkit::{Client, fresh};
use tonic::Status;

use super::super::support::{Desk, House, rupiah};

/// The services of a programme as one person uses them.
#[derive(Clone)]
pub struct Office {
    pub payees: PayeeServiceClient<Client>,
    pub funds: FundServiceClient<Client>,
    pub envelopes: EnvelopeServiceClient<Client>,
    pub instructions: InstructionServiceClient<Client>,
}

/// The people of an agency: one who announces, and two who approve.
pub struct People {
    pub maker: Office,
    pub checker: Office,
    pub releaser: Office,
}

impl People {
    /// The people of the ministry that pays in most tests.
    pub fn of(house: &House) -> anyhow::Result<Self> {
        let person = |name| Ok::<_, anyhow::Error>(Office::of(&house.person("kemensos", name)?));
        Ok(Self { maker: person("ani")?, checker: person("budi")?, releaser: person("citra")? })
    }

    /// An envelope of `announced`, approved by two.
    pub async fn approved(
        &self,
        house: &House,
        announced: CreateEnvelopeRequest,
        instructions: Vec<NewInstruction>,
    ) -> anyhow::Result<Envelope> {
        let envelope = self.maker.validated(house, announced, instructions).await?;
        self.checker.approve(&envelope).await?;
        Ok(self.releaser.approve(&envelope).await?)
    }

    /// The same, with money for it, and released.
    pub async fn released(
        &self,
        house: &House,
        announced: CreateEnvelopeRequest,
        instructions: Vec<NewInstruction>,
    ) -> anyhow::Result<Envelope> {
        let total = announced.control_total.clone().unwrap().units;
        let envelope = self.approved(house, announced, instructions).await?;
        self.maker.fund(total).await?;
        Ok(self.releaser.release(&envelope).await?)
    }
}

impl Office {
    pub fn of(desk: &Desk) -> Self {
        Self {
            payees: PayeeServiceClient::new(desk.client.clone()),
            funds: FundServiceClient::new(desk.client.clone()),
            envelopes: EnvelopeServiceClient::new(desk.client.clone()),
            instructions: InstructionServiceClient::new(desk.client.clone()),
        }
    }

    /// Links `people` in the directory `pkh`.
    pub async fn link(&self, people: impl IntoIterator<Item = u32>) -> Result<(), Status> {
        let payees = people.into_iter().map(payee).collect();
        let batch = LinkPayeesRequest { source: "pkh".to_owned(), payees };
        self.payees.clone().link_payees(tokio_stream::once(batch)).await.map(drop)
    }

    pub async fn fund(&self, rupiahs: i64) -> Result<(), Status> {
        let request = RecordFundsRequest {
            request_id: fresh(),
            amount: Some(rupiah(rupiahs)),
            reference: fresh(),
            ..RecordFundsRequest::default()
        };
        self.funds.clone().record_funds(request).await.map(drop)
    }

    pub async fn create(&self, announced: CreateEnvelopeRequest) -> Result<Envelope, Status> {
        let answer = self.envelopes.clone().create_envelope(announced).await?;
        Ok(answer.into_inner().envelope.unwrap())
    }

    /// Adds `instructions`, two in a batch.
    pub async fn add(
        &self,
        envelope: &Envelope,
        instructions: Vec<NewInstruction>,
    ) -> Result<AddInstructionsResponse, Status> {
        let batches = batches(envelope, &instructions);
        let stream = tokio_stream::iter(batches);
        Ok(self.instructions.clone().add_instructions(stream).await?.into_inner())
    }

    pub async fn seal(&self, envelope: &Envelope) -> Result<Envelope, Status> {
        let envelope_id = envelope.envelope_id.clone();
        let request = SealEnvelopeRequest { request_id: fresh(), envelope_id };
        Ok(self.envelopes.clone().seal_envelope(request).await?.into_inner().envelope.unwrap())
    }

    /// An envelope of `announced` with `instructions`, sealed and validated.
    pub async fn validated(
        &self,
        house: &House,
        announced: CreateEnvelopeRequest,
        instructions: Vec<NewInstruction>,
    ) -> anyhow::Result<Envelope> {
        let envelope = self.create(announced).await?;
        self.add(&envelope, instructions).await?;
        self.seal(&envelope).await?;
        self.validate(house, &envelope).await
    }

    pub async fn validate(&self, house: &House, envelope: &Envelope) -> anyhow::Result<Envelope> {
        let envelope_id = envelope.envelope_id.clone();
        let request = ValidateEnvelopeRequest { request_id: fresh(), envelope_id };
        self.envelopes.clone().validate_envelope(request).await?;
        house.payments.validate_envelopes().await?;
        Ok(self.get(envelope).await?)
    }

    pub async fn approve(&self, envelope: &Envelope) -> Result<Envelope, Status> {
        let request = ApproveEnvelopeRequest {
            request_id: fresh(),
            envelope_id: envelope.envelope_id.clone(),
            contents_hash: envelope.contents_hash.clone(),
        };
        Ok(self.envelopes.clone().approve_envelope(request).await?.into_inner().envelope.unwrap())
    }

    pub async fn release(&self, envelope: &Envelope) -> Result<Envelope, Status> {
        let envelope_id = envelope.envelope_id.clone();
        let request = ReleaseEnvelopeRequest { request_id: fresh(), envelope_id };
        Ok(self.envelopes.clone().release_envelope(request).await?.into_inner().envelope.unwrap())
    }

    pub async fn get(&self, envelope: &Envelope) -> Result<Envelope, Status> {
        let request = GetEnvelopeRequest { envelope_id: envelope.envelope_id.clone() };
        Ok(self.envelopes.clone().get_envelope(request).await?.into_inner().envelope.unwrap())
    }

    pub async fn report(&self, envelope: &Envelope) -> Result<GetEnvelopeReportResponse, Status> {
        let request = GetEnvelopeReportRequest { envelope_id: envelope.envelope_id.clone() };
        Ok(self.envelopes.clone().get_envelope_report(request).await?.into_inner())
    }
}

/// A block whose rail pays nobody, and gets at most a hundred orders at once.
pub async fn sandbox(house: &House) -> anyhow::Result<Payments> {
    sandbox_of(house, 100).await
}

/// A block whose rail pays nobody, and gets at most `batch` orders at once.
pub async fn sandbox_of(house: &House, batch: u32) -> anyhow::Result<Payments> {
    let mut config: Config = toml::from_str(DEFAULTS)?;
    config.database = house.database.config.clone();
    config.rails.kind = RailKind::Sandbox;
    config.rails.batch = batch;
    Payments::open(&config, house.clock.clone()).await
}

/// `count` payments of Rp`rupiahs` in all, of the programme `pkh`.
pub fn announce(count: i64, rupiahs: i64) -> CreateEnvelopeRequest {
    CreateEnvelopeRequest {
        request_id: fresh(),
        programme: "pkh".to_owned(),
        cycle: "2026-q4".to_owned(),
        source: "pkh".to_owned(),
        instruction_count: count,
        control_total: Some(rupiah(rupiahs)),
        ..CreateEnvelopeRequest::default()
    }
}

/// A payment to a person.
pub fn pay(person: u32, rupiahs: i64) -> NewInstruction {
    NewInstruction {
        reference: format!("PKH-{person:04}"),
        functional_id: functional_id(person),
        name: String::new(),
        amount: Some(rupiah(rupiahs)),
        narration: "PKH tahap 4".to_owned(),
    }
}

pub fn batches(envelope: &Envelope, all: &[NewInstruction]) -> Vec<AddInstructionsRequest> {
    let envelope_id = &envelope.envelope_id;
    let batch = |two: &[NewInstruction]| AddInstructionsRequest {
        envelope_id: envelope_id.clone(),
        instructions: two.to_vec(),
    };
    all.chunks(2).map(batch).collect()
}

/// A person and where the money goes.
pub fn payee(person: u32) -> NewPayee {
    NewPayee {
        functional_id: functional_id(person),
        institution: "002".to_owned(),
        account: account(person),
        name: name(person),
    }
}

/// What asks to link one person.
pub fn link(source: &str, person: u32) -> LinkPayeeRequest {
    let payee = payee(person);
    LinkPayeeRequest {
        request_id: fresh(),
        source: source.to_owned(),
        functional_id: payee.functional_id,
        institution: payee.institution,
        account: payee.account,
        name: payee.name,
    }
}

pub fn functional_id(person: u32) -> String {
    format!("3174010101{person:010}")
}

pub fn account(person: u32) -> String {
    format!("0023{person:011}")
}

pub fn name(person: u32) -> String {
    format!("Siti Aminah {person}")
}

/// The states that have any instructions, each with its count and its rupiahs.
pub fn tallies(envelope: &Envelope) -> Vec<(InstructionState, i64, i64)> {
    let tallies = envelope.tallies.iter();
    tallies.map(|it| (it.state(), it.count, it.amount.clone().unwrap().units)).collect()
}
