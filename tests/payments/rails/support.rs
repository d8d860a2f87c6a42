//! A released envelope, the rail that it leaves by, and what became of it.

use rangkai_payments::{Config, DEFAULTS, Payments, RailKind};
use rangkai_primitives::Caller;
use rangkai_proto::payments::v1::{
    AddInstructionsRequest, ApproveEnvelopeRequest, CreateEnvelopeRequest, Envelope,
    GetEnvelopeReportRequest, GetEnvelopeReportResponse, GetEnvelopeRequest, Instruction,
    InstructionState, LinkPayeeRequest, ListInstructionsRequest, NewInstruction,
    RecordFundsRequest, ReleaseEnvelopeRequest, SealEnvelopeRequest, ValidateEnvelopeRequest,
    envelope_service_client::EnvelopeServiceClient, fund_service_client::FundServiceClient,
    instruction_service_client::InstructionServiceClient, payee_service_client::PayeeServiceClient,
    rail_service_client::RailServiceClient,
};
use rangkai_testkit::{Client, caller, every_scope, fresh};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};

use crate::payments::support::{House, rupiah};

/// What each instruction pays.
pub const EACH: i64 = 600_000;

/// The services as one official uses them.
pub struct Official {
    pub envelopes: EnvelopeServiceClient<Client>,
    pub instructions: InstructionServiceClient<Client>,
    pub payees: PayeeServiceClient<Client>,
    pub funds: FundServiceClient<Client>,
    pub rails: RailServiceClient<Client>,
}

/// A block that gives orders to a rail, on the database of `house`.
pub async fn block(
    house: &House,
    kind: RailKind,
    change: impl FnOnce(&mut Config),
) -> anyhow::Result<Payments> {
    let mut config: Config = toml::from_str(DEFAULTS)?;
    config.database = house.database.config.clone();
    config.rails.kind = kind;
    "Kementerian Sosial".clone_into(&mut config.rails.debtor.name);
    "BRINIDJA".clone_into(&mut config.rails.debtor.institution);
    "0019988776".clone_into(&mut config.rails.debtor.account);
    "002".clone_into(&mut config.rails.debtor.bank_code);
    change(&mut config);
    Payments::open(&config, house.clock.clone()).await
}

/// A block whose rail is the sandbox.
pub async fn sandbox(house: &House) -> anyhow::Result<Payments> {
    block(house, RailKind::Sandbox, |_| ()).await
}

/// An official of the ministry, by name.
pub fn official(house: &House, agency: &str, name: &str) -> anyhow::Result<Official> {
    let scopes = every_scope()?;
    let caller = Caller { id: name.to_owned(), ..caller(agency, &scopes, &[]) };
    let client = house.desk(&caller)?.client;
    Ok(Official {
        envelopes: EnvelopeServiceClient::new(client.clone()),
        instructions: InstructionServiceClient::new(client.clone()),
        payees: PayeeServiceClient::new(client.clone()),
        funds: FundServiceClient::new(client.clone()),
        rails: RailServiceClient::new(client),
    })
}

/// Releases an envelope with one instruction for each account, in their order; answers its id.
pub async fn release(house: &House, accounts: &[String]) -> anyhow::Result<String> {
    release_of(house, "kemensos", accounts).await
}

/// The same of any agency.
pub async fn release_of(
    house: &House,
    agency: &str,
    accounts: &[String],
) -> anyhow::Result<String> {
    let mut maker = official(house, agency, "maker")?;
    let count = i64::try_from(accounts.len())?;
    let total = rupiah(EACH * count);
    let amount = Some(total.clone());
    let reference = format!("SP2D-{}", fresh());
    let funds = RecordFundsRequest {
        request_id: fresh(),
        amount,
        reference,
        ..RecordFundsRequest::default()
    };
    maker.funds.record_funds(funds).await?;
    let source = format!("dtsen-{}", &fresh()[30..]);
    for (number, account) in accounts.iter().enumerate() {
        maker.payees.link_payee(payee(&source, number, account)).await?;
    }
    let create = CreateEnvelopeRequest {
        request_id: fresh(),
        programme: "pkh".to_owned(),
        cycle: format!("2026-{}", &fresh()[30..]),
        source,
        instruction_count: count,
        control_total: Some(total),
        ..CreateEnvelopeRequest::default()
    };
    let created = maker.envelopes.create_envelope(create).await?.into_inner().envelope;
    let envelope_id = created.unwrap_or_default().envelope_id;
    let instructions = (0..accounts.len()).map(instruction).collect();
    let add = AddInstructionsRequest { envelope_id: envelope_id.clone(), instructions };
    maker.instructions.add_instructions(tokio_stream::iter([add])).await?;
    let request = SealEnvelopeRequest { request_id: fresh(), envelope_id: envelope_id.clone() };
    maker.envelopes.seal_envelope(request).await?;
    let request = ValidateEnvelopeRequest { request_id: fresh(), envelope_id: envelope_id.clone() };
    maker.envelopes.validate_envelope(request).await?;
    house.payments.validate_envelopes().await?;
    release_approved(house, agency, &envelope_id).await?;
    Ok(envelope_id)
}

/// Approves an envelope that is validated, and releases it; there must be money for it.
pub async fn approve_and_release(house: &House, envelope_id: &str) -> anyhow::Result<()> {
    release_approved(house, "kemensos", envelope_id).await
}

async fn release_approved(house: &House, agency: &str, envelope_id: &str) -> anyhow::Result<()> {
    for name in ["first", "second"] {
        let mut checker = official(house, agency, name)?;
        let get = GetEnvelopeRequest { envelope_id: envelope_id.to_owned() };
        let envelope = checker.envelopes.get_envelope(get).await?.into_inner().envelope;
        let approve = ApproveEnvelopeRequest {
            request_id: fresh(),
            envelope_id: envelope_id.to_owned(),
            contents_hash: envelope.unwrap_or_default().contents_hash,
        };
        checker.envelopes.approve_envelope(approve).await?;
    }
    let mut treasurer = official(house, agency, "treasurer")?;
    let release =
        ReleaseEnvelopeRequest { request_id: fresh(), envelope_id: envelope_id.to_owned() };
    treasurer.envelopes.release_envelope(release).await?;
    Ok(())
}

pub async fn envelope(house: &House, envelope_id: &str) -> anyhow::Result<Envelope> {
    let mut maker = official(house, "kemensos", "maker")?;
    let get = GetEnvelopeRequest { envelope_id: envelope_id.to_owned() };
    Ok(maker.envelopes.get_envelope(get).await?.into_inner().envelope.unwrap_or_default())
}

pub async fn report(house: &House, id: &str) -> anyhow::Result<GetEnvelopeReportResponse> {
    let mut maker = official(house, "kemensos", "maker")?;
    let get = GetEnvelopeReportRequest { envelope_id: id.to_owned() };
    Ok(maker.envelopes.get_envelope_report(get).await?.into_inner())
}

/// The instructions of an envelope in the order of the accounts.
pub async fn instructions(house: &House, id: &str) -> anyhow::Result<Vec<Instruction>> {
    instructions_of(house, "kemensos", id).await
}

/// The same of any agency.
pub async fn instructions_of(
    house: &House,
    agency: &str,
    id: &str,
) -> anyhow::Result<Vec<Instruction>> {
    let mut maker = official(house, agency, "maker")?;
    let envelope_id = id.to_owned();
    let list = ListInstructionsRequest {
        envelope_id,
        page_size: 500,
        ..ListInstructionsRequest::default()
    };
    let mut all = maker.instructions.list_instructions(list).await?.into_inner().instructions;
    all.sort_by(|a, b| (&a.reference, a.attempt).cmp(&(&b.reference, b.attempt)));
    Ok(all)
}

/// Their states and why those that failed did.
pub async fn states(house: &House, id: &str) -> anyhow::Result<Vec<(InstructionState, String)>> {
    let all = instructions(house, id).await?;
    Ok(all.into_iter().map(|it| (it.state(), it.reason)).collect())
}

/// How many orders the sandbox remembers, and how often it was given the one it was given most.
pub async fn given(house: &House) -> anyhow::Result<(i64, i64)> {
    let count = "SELECT COUNT(*) AS found, COALESCE(MAX(given_count), 0) AS most \
                 FROM sandbox_order";
    let rows = rows(house).await?;
    let statement = Statement::from_string(rows.get_database_backend(), count);
    let row = rows.query_one_raw(statement).await?.unwrap();
    let found = (row.try_get("", "found")?, row.try_get("", "most")?);
    rows.close().await?;
    Ok(found)
}

/// The database, as its own client sees it.
pub async fn rows(house: &House) -> anyhow::Result<DatabaseConnection> {
    Ok(Database::connect(house.database.config.url.reveal()).await?)
}

/// As many accounts as the endings, each with its own.
pub fn accounts(endings: &[&str]) -> Vec<String> {
    endings.iter().enumerate().map(|(number, end)| format!("10{number:05}{end}")).collect()
}

fn payee(source: &str, number: usize, account: &str) -> LinkPayeeRequest {
    LinkPayeeRequest {
        request_id: fresh(),
        source: source.to_owned(),
        functional_id: format!("KPM-{number:04}"),
        institution: "002".to_owned(),
        account: account.to_owned(),
        name: format!("Siti & Budi <{number}>"),
    }
}

fn instruction(number: usize) -> NewInstruction {
    NewInstruction {
        reference: format!("I-{number:04}"),
        functional_id: format!("KPM-{number:04}"),
        name: String::new(),
        amount: Some(rupiah(EACH)),
        narration: "PKH tahap 4".to_owned(),
    }
}
