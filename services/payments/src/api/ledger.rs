//! `rangkai.payments.v1.LedgerService`.

use rangkai_primitives::{Id, Page};
use rangkai_proto::payments::v1::{self as wire, ledger_service_server::LedgerService};
use rangkai_rpc::{Violations, page_token};
use tonic::{Request, Response, Status};

use crate::{
    Payments,
    domain::{Account, AccountKind, Direction, Entry, Proof},
    ops,
};

#[tonic::async_trait]
impl LedgerService for Payments {
    async fn list_accounts(
        &self,
        request: Request<wire::ListAccountsRequest>,
    ) -> Result<Response<wire::ListAccountsResponse>, Status> {
        let listing = |tx| async move { ops::ledger::accounts(&tx).await };
        let accounts = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListAccountsResponse {
            accounts: accounts.into_iter().map(wire::Account::from).collect(),
        }))
    }

    async fn list_entries(
        &self,
        request: Request<wire::ListEntriesRequest>,
    ) -> Result<Response<wire::ListEntriesResponse>, Status> {
        let (account, page) = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::ledger::entries(&tx, account, &page).await }
        };
        let (entries, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListEntriesResponse {
            entries: entries.into_iter().map(wire::Entry::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn prove_ledger(
        &self,
        request: Request<wire::ProveLedgerRequest>,
    ) -> Result<Response<wire::ProveLedgerResponse>, Status> {
        let proving = |tx| async move { ops::ledger::proofs(&tx).await };
        let proofs = self.look(&request, proving).await?;
        Ok(Response::new(wire::ProveLedgerResponse {
            sound: proofs.iter().all(Proof::is_sound),
            proofs: proofs.into_iter().map(wire::Proof::from).collect(),
        }))
    }
}

fn read_list(wire: &wire::ListEntriesRequest) -> Result<(Id<Account>, Page<Entry>), Status> {
    let mut fields = Violations::of(wire);
    let account = fields.parse("account_id", &wire.account_id);
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some((account?, page?)))
}

impl From<Account> for wire::Account {
    fn from(account: Account) -> Self {
        let kind = match account.code.kind() {
            AccountKind::Asset => wire::AccountKind::Asset,
            AccountKind::Equity => wire::AccountKind::Equity,
            AccountKind::Expense => wire::AccountKind::Expense,
            AccountKind::Liability => wire::AccountKind::Liability,
            AccountKind::Revenue => wire::AccountKind::Revenue,
        };
        Self {
            account_id: account.id.to_string(),
            code: account.code.as_str().to_owned(),
            kind: kind.into(),
            balance: Some(account.balance.into()),
            entry_count: account.entry_count,
        }
    }
}

impl From<Entry> for wire::Entry {
    fn from(entry: Entry) -> Self {
        let direction = match entry.direction {
            Direction::Debit => wire::Direction::Debit,
            Direction::Credit => wire::Direction::Credit,
        };
        Self {
            entry_id: entry.id.to_string(),
            transfer_id: entry.transfer.to_string(),
            account_code: entry.account.as_str().to_owned(),
            direction: direction.into(),
            amount: Some(entry.amount.into()),
            description: entry.description,
            source_id: entry.source.to_string(),
            balance_after: Some(entry.balance_after.into()),
            create_time: Some(rangkai_proto::time(entry.create_time)),
        }
    }
}

impl From<Proof> for wire::Proof {
    fn from(proof: Proof) -> Self {
        // An imbalance that does not fit is still told as one: the largest there is.
        let most = if proof.imbalance_minor < 0 { i64::MIN } else { i64::MAX };
        Self {
            currency_code: proof.currency.to_string(),
            account_count: proof.account_count,
            entry_count: proof.entry_count,
            imbalance_minor: i64::try_from(proof.imbalance_minor).unwrap_or(most),
            wrong_balance_count: proof.wrong_balance_count,
            below_floor_count: proof.below_floor_count,
        }
    }
}
