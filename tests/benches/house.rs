//! The payments block as it runs in production, with its jobs, and callers with several connections.

use rangkai_payments::{Config, DEFAULTS, Payments};
use rangkai_primitives::Clock;
use rangkai_proto::{
    payments::v1::{
        NewTransfer, PostTransferRequest, ProveLedgerRequest,
        ledger_service_client::LedgerServiceClient, transfer_service_client::TransferServiceClient,
    },
    r#type::v1::Money,
};
use rangkai_rpc::ServerConfig;
use rangkai_testkit::{Client, Keys, TestDatabase, caller, fresh, listen};
use tokio::{runtime::Handle, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::transport::Endpoint;
use uuid::Uuid;

use crate::{
    fill::{ACCOUNTS, AGENCY, account},
    load::Deed,
    options::Options,
};

/// How many connections the callers share.
const CHANNELS: usize = 4;

/// A running block.
pub(crate) struct House {
    clients: Vec<Client>,
    running: JoinHandle<anyhow::Result<()>>,
    stop: DropGuard,
}

/// Which accounts callers move money between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    /// Any two of all.
    Even,
    /// Nine of ten debits on one account.
    Hot,
}

/// A caller who posts transfers.
pub(crate) struct Caller {
    client: TransferServiceClient<Client>,
    choice: Choice,
}

/// Two accounts at random, the same ones in each run.
#[derive(Debug)]
pub(crate) struct Choice {
    spread: Spread,
    state: u64,
}

impl House {
    /// Opens the block on `database` and serves it on a runtime of its own.
    pub(crate) async fn open(
        database: &TestDatabase,
        options: &Options,
        server: &Handle,
    ) -> anyhow::Result<Self> {
        let keys = Keys::new()?;
        let mut config: Config = toml::from_str(DEFAULTS)?;
        config.server = ServerConfig::default();
        config.database = database.config.clone();
        config.database.max_connections = options.connections;
        let (listener, address) = listen().await?;
        let (gate, stop) = (keys.gate()?, CancellationToken::new());
        let until = stop.clone();
        let running = server.spawn(async move {
            let payments = Payments::open(&config, Clock::system()).await?;
            rangkai_rpc::run(payments, config.server, gate, listener, until).await
        });
        let caller = caller(AGENCY, &["payments.ledger.write", "payments.ledger.read"], &[]);
        let endpoint = Endpoint::try_from(format!("http://{address}"))?;
        let clients = (0..CHANNELS).map(|_| keys.client(endpoint.connect_lazy(), &caller));
        let house =
            Self { clients: clients.collect::<Result<_, _>>()?, running, stop: stop.drop_guard() };
        house.prove().await?;
        Ok(house)
    }

    /// As many callers as asked for.
    pub(crate) fn callers(&self, count: usize, spread: Spread) -> Vec<Caller> {
        let caller = |index: usize| Caller {
            client: TransferServiceClient::new(self.clients[index % CHANNELS].clone()),
            choice: Choice::new(index, spread),
        };
        (0..count).map(caller).collect()
    }

    /// Proves the ledger; answers how many entries were looked at.
    pub(crate) async fn prove(&self) -> anyhow::Result<i64> {
        let mut ledger = LedgerServiceClient::new(self.clients[0].clone());
        let proof = ledger.prove_ledger(ProveLedgerRequest {}).await?.into_inner();
        anyhow::ensure!(proof.sound, "the ledger is not sound: {proof:?}");
        Ok(proof.proofs.iter().map(|proof| proof.entry_count).sum())
    }

    /// Stops the block in order.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        drop(self.clients);
        drop(self.stop);
        self.running.await?
    }
}

impl Choice {
    pub(crate) fn new(index: usize, spread: Spread) -> Self {
        let state = 0x9e37_79b9_7f4a_7c15 ^ (u64::try_from(index).unwrap_or_default() << 20 | 1);
        Self { spread, state }
    }

    /// The account to debit and the one to credit.
    pub(crate) fn next(&mut self) -> (Uuid, Uuid) {
        let (debit, credit) = (self.below(ACCOUNTS), self.below(ACCOUNTS - 1));
        let debit = if self.spread == Spread::Hot && self.below(10) > 0 { 0 } else { debit };
        (account(debit), account((debit + 1 + credit) % ACCOUNTS))
    }

    /// A number below `end`, by Marsaglia's xorshift.
    fn below(&mut self, end: i64) -> i64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        i64::try_from(self.state >> 1).unwrap_or_default() % end
    }
}

impl Deed for Caller {
    async fn once(&mut self) -> anyhow::Result<()> {
        let (debit, credit) = self.choice.next();
        let transfer = NewTransfer {
            debit_account_id: debit.to_string(),
            credit_account_id: credit.to_string(),
            amount: Some(Money { currency_code: "IDR".to_owned(), units: 1_000, nanos: 0 }),
            description: "bench.moved".to_owned(),
            reference: String::new(),
        };
        let request = PostTransferRequest { request_id: fresh(), transfer: Some(transfer) };
        self.client.post_transfer(request).await?;
        Ok(())
    }
}
