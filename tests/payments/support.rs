//! A running payments block, and the callers who talk to it.

use std::{net::SocketAddr, time::Duration};

use rangkai_auth::Methods;
use rangkai_payments::{Config, DEFAULTS, Payments};
use rangkai_primitives::{Caller, Clock};
use rangkai_proto::{
    payments::v1::{
        Bill, ErrorReason, FeeItem, GetBillRequest, IssueBillRequest, IssueRefundRequest,
        ProveLedgerRequest, PublishTariffRequest, RecordRemittanceRequest, Refund,
        bill_service_client::BillServiceClient, collection_service_client::CollectionServiceClient,
        credit_service_client::CreditServiceClient, ledger_service_client::LedgerServiceClient,
        merchant_service_client::MerchantServiceClient, pool_service_client::PoolServiceClient,
        refund_service_client::RefundServiceClient,
        remittance_service_client::RemittanceServiceClient,
        reservation_service_client::ReservationServiceClient,
        suspense_service_client::SuspenseServiceClient, tariff_service_client::TariffServiceClient,
        transfer_service_client::TransferServiceClient,
        treasury_service_client::TreasuryServiceClient,
        voucher_service_client::VoucherServiceClient,
    },
    r#type::v1::{Date, Money, Text},
};
use rangkai_rpc::{Block as _, Ready, Server, ServerConfig};
use rangkai_testkit::{
    Client, Keys, Kind, TestDatabase, caller, database, fresh, listen, serve_on,
};
use tonic::{Response, Status, transport::Channel};
use tonic_types::StatusExt as _;

/// What an agency's own people may do: everything but what is a bank's.
fn agency_scopes() -> Vec<&'static str> {
    let all = Methods::all().expect("every method declares a scope");
    let mut scopes: Vec<_> = all.iter().map(|method| method.scope.as_str()).collect();
    scopes.retain(|scope| scope.starts_with("payments.") && !BANK[..1].contains(scope));
    scopes.extend(["events.read", "messaging.messages.write"]);
    scopes
}

/// What a collecting bank may do.
pub const BANK: [&str; 2] = ["payments.remittances.write", "payments.bills.read"];

/// Who else takes money for agencies.
const PROVIDERS: &str = r#"
[channels.qris.qr-bri]
bank_code = "002"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
inquiry = "sandbox"
acquirer = "ID.CO.BRI.WWW"

[channels.qris.qr-bri.merchants.korlantas]
national_id = "ID1020021181745"
account = "936000020000000017"
criteria = "URE"
category = "9399"
name = "KORLANTAS POLRI"
city = "JAKARTA"
postal_code = "12770"

[channels.virtual_accounts.va-bni]
bank_code = "009"
prefix = "88810"
secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
inquiry = "none"

[channels.virtual_accounts.va-mandiri]
bank_code = "008"
prefix = "88908"
secret = "whsec_G0EJfgVp+ZrB6HY9yQ9GIsYKZnXp64CL"
inquiry = "sandbox"
"#;

pub const DAY: Duration = Duration::from_hours(24);

/// A running payments block on a database of its own.
pub struct House {
    pub payments: Payments,
    pub clock: Clock,
    pub database: TestDatabase,
    pub address: SocketAddr,
    channel: Channel,
    keys: Keys,
}

/// The services as one caller uses them.
#[derive(Clone)]
pub struct Desk {
    pub tariffs: TariffServiceClient<Client>,
    pub bills: BillServiceClient<Client>,
    pub remittances: RemittanceServiceClient<Client>,
    pub refunds: RefundServiceClient<Client>,
    pub ledger: LedgerServiceClient<Client>,
    pub credits: CreditServiceClient<Client>,
    pub treasury: TreasuryServiceClient<Client>,
    pub transfers: TransferServiceClient<Client>,
    pub reservations: ReservationServiceClient<Client>,
    pub suspense: SuspenseServiceClient<Client>,
    pub collections: CollectionServiceClient<Client>,
    pub pools: PoolServiceClient<Client>,
    pub vouchers: VoucherServiceClient<Client>,
    pub merchants: MerchantServiceClient<Client>,
    pub client: Client,
}

impl House {
    pub async fn open(kind: Kind) -> anyhow::Result<Self> {
        Self::configured(kind, |_| ()).await
    }

    /// A block with its settings changed.
    pub async fn configured(kind: Kind, change: impl FnOnce(&mut Config)) -> anyhow::Result<Self> {
        let database = database(kind).await?;
        let (keys, clock) = (Keys::new()?, Clock::system());
        let mut config: Config = toml::from_str(&format!("{DEFAULTS}{PROVIDERS}"))?;
        config.server = ServerConfig::default();
        config.database = database.config.clone();
        config.expiry.batch = 2;
        config.vouchers.batch = 2;
        // Whoever waits for a provider that hangs would wait for the end of the test.
        config.channels.inquiry.timeout_ms = 60_000;
        // The account that pays in the tests of rails; without the rest of it nothing is paid.
        "0019988776".clone_into(&mut config.rails.debtor.account);
        "002".clone_into(&mut config.rails.debtor.bank_code);
        change(&mut config);
        let payments = Payments::open(&config, clock.clone()).await?;
        let (routes, json) = (payments.routes(), payments.json());
        let server = Server {
            config: config.server,
            routes,
            json,
            gate: keys.gate()?,
            ready: Ready::always(),
        };
        let (listener, address) = listen().await?;
        let channel = serve_on(listener, server)?;
        Ok(Self { payments, clock, database, address, channel, keys })
    }

    /// A desk of the traffic police, with its tariffs published.
    pub async fn korlantas(&self) -> anyhow::Result<Desk> {
        let mut desk = self.desk(&caller("korlantas", &agency_scopes(), &[]))?;
        desk.tariffs.publish_tariff(tariff("sim.c.renew", 75_000)).await?;
        desk.tariffs.publish_tariff(tariff("letter", 0)).await?;
        Ok(desk)
    }

    pub fn agency(&self, name: &str) -> anyhow::Result<Desk> {
        self.desk(&caller(name, &agency_scopes(), &[]))
    }

    /// A person of an agency, beside the one that `agency` is.
    pub fn person(&self, agency: &str, id: &str) -> anyhow::Result<Desk> {
        let caller = Caller { id: id.to_owned(), ..caller(agency, &agency_scopes(), &[]) };
        self.desk(&caller)
    }

    pub fn bank(&self, name: &str) -> anyhow::Result<Desk> {
        self.desk(&caller(name, &BANK, &[]))
    }

    pub fn desk(&self, caller: &Caller) -> anyhow::Result<Desk> {
        let client = self.keys.client(self.channel.clone(), caller)?;
        Ok(Desk {
            tariffs: TariffServiceClient::new(client.clone()),
            bills: BillServiceClient::new(client.clone()),
            remittances: RemittanceServiceClient::new(client.clone()),
            refunds: RefundServiceClient::new(client.clone()),
            ledger: LedgerServiceClient::new(client.clone()),
            credits: CreditServiceClient::new(client.clone()),
            treasury: TreasuryServiceClient::new(client.clone()),
            transfers: TransferServiceClient::new(client.clone()),
            reservations: ReservationServiceClient::new(client.clone()),
            suspense: SuspenseServiceClient::new(client.clone()),
            collections: CollectionServiceClient::new(client.clone()),
            pools: PoolServiceClient::new(client.clone()),
            vouchers: VoucherServiceClient::new(client.clone()),
            merchants: MerchantServiceClient::new(client.clone()),
            client,
        })
    }

    /// What a bank sends when `bill` was paid in full just now.
    pub fn payment(&self, bill: &Bill, bank_code: &str) -> RecordRemittanceRequest {
        RecordRemittanceRequest {
            request_id: fresh(),
            billing_code: bill.billing_code.clone(),
            amount: bill.amount.clone(),
            bank_code: bank_code.to_owned(),
            bank_reference: fresh(),
            pay_time: Some(rangkai_proto::time(self.clock.now())),
        }
    }
}

/// The desk of one person of an agency, who may do whatever the agency may.
pub fn person(house: &House, agency: &str, name: &str) -> anyhow::Result<Desk> {
    house.person(agency, name)
}

impl Desk {
    /// Issues a bill as `request` says.
    pub async fn issue(&self, request: IssueBillRequest) -> Result<Bill, Status> {
        Ok(self.bills.clone().issue_bill(request).await?.into_inner().bill.unwrap())
    }

    /// A bill as it is now.
    pub async fn see(&self, bill: &Bill) -> Result<Bill, Status> {
        let get = GetBillRequest { bill_id: bill.bill_id.clone() };
        Ok(self.bills.clone().get_bill(get).await?.into_inner().bill.unwrap())
    }

    /// Whether the books of its agency are sound.
    pub async fn is_sound(&self) -> Result<bool, Status> {
        let proof = self.ledger.clone().prove_ledger(ProveLedgerRequest {}).await?;
        Ok(proof.into_inner().sound)
    }

    /// Issues a bill of Rp75,000 for a case of its own.
    pub async fn bill(&self) -> Result<Bill, Status> {
        let answer = self.bills.clone().issue_bill(renewal()).await?;
        Ok(answer.into_inner().bill.unwrap())
    }

    /// Issues a bill for the case of another, for the same.
    pub async fn bill_again(&self, bill: &Bill) -> Result<Bill, Status> {
        self.issue(IssueBillRequest { case_id: bill.case_id.clone(), ..renewal() }).await
    }

    /// Issues a refund.
    pub async fn refund(&self, bill: &Bill, rupiahs: Option<i64>) -> Result<Refund, Status> {
        let request = IssueRefundRequest {
            request_id: fresh(),
            bill_id: bill.bill_id.clone(),
            amount: rupiahs.map(rupiah),
            reason: "Permohonan ditolak".to_owned(),
            ..IssueRefundRequest::default()
        };
        Ok(self.refunds.clone().issue_refund(request).await?.into_inner().refund.unwrap())
    }
}

/// A bill for the renewal of a driving licence, and the letter that costs nothing.
pub fn renewal() -> IssueBillRequest {
    IssueBillRequest {
        request_id: fresh(),
        payer_subject_id: "abcdefghijklmnopqrstuvwxyz".to_owned(),
        case_id: fresh(),
        items: vec![item("sim.c.renew", 0), item("letter", 1)],
        ..IssueBillRequest::default()
    }
}

pub fn item(code: &str, units: i32) -> FeeItem {
    FeeItem { tariff_code: code.to_owned(), units, ..FeeItem::default() }
}

pub fn tariff(code: &str, rupiahs: i64) -> PublishTariffRequest {
    PublishTariffRequest {
        request_id: fresh(),
        code: code.to_owned(),
        title: Some(Text { id: "Perpanjangan SIM C".to_owned(), en: "Licence renewal".to_owned() }),
        amount: Some(rupiah(rupiahs)),
        legal_basis: "PP 76/2020, lampiran I.A".to_owned(),
        effective_from: Some(Date { year: 2021, month: 1, day: 1 }),
        ..PublishTariffRequest::default()
    }
}

pub fn rupiah(units: i64) -> Money {
    Money { currency_code: "IDR".to_owned(), units, nanos: 0 }
}

/// The reason of a refusal, and the value of one of its metadata.
pub fn reason<A>(answer: Result<A, Status>, key: &str) -> (ErrorReason, String) {
    let Err(status) = answer.map(drop) else { panic!("nothing was refused") };
    let info = status.get_details_error_info().unwrap_or_else(|| panic!("{status:?}"));
    assert_eq!(info.domain, "rangkai.payments.v1");
    let reason = ErrorReason::from_str_name(&info.reason).unwrap();
    (reason, info.metadata.get(key).cloned().unwrap_or_default())
}

/// The reason of a refusal.
pub fn refused<A>(answer: Result<A, Status>) -> ErrorReason {
    reason(answer, "").0
}

/// The fields that a request got wrong.
pub fn fields<A>(answer: Result<Response<A>, Status>) -> Vec<String> {
    let Err(status) = answer.map(drop) else { panic!("nothing was refused") };
    let bad = status.get_details_bad_request().unwrap_or_else(|| panic!("{status:?}"));
    bad.field_violations.into_iter().map(|violation| violation.field).collect()
}
