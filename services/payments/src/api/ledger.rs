//! `rangkai.payments.v1.LedgerService`.

use rangkai_db::Call;
use rangkai_primitives::{Currency, Id, Money, MoneyError, Page};
use rangkai_proto::{
    payments::v1::{self as wire, ledger_service_server::LedgerService},
    r#type::v1 as words,
};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use crate::{
    Payments,
    domain::{Account, AccountKind, Entry, FURTHEST_MINOR, NewAccount, Period, Proof},
    ops,
};

#[tonic::async_trait]
impl LedgerService for Payments {
    async fn open_account(
        &self,
        request: Request<wire::OpenAccountRequest>,
    ) -> Result<Response<wire::OpenAccountResponse>, Status> {
        let (call, new) = read_open(&request)?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let account = ops::account::open(&tx, new).await?;
                Ok(wire::OpenAccountResponse { account: Some(account.into()) })
            }
        })
        .await
    }

    async fn get_account(
        &self,
        request: Request<wire::GetAccountRequest>,
    ) -> Result<Response<wire::GetAccountResponse>, Status> {
        let mut fields = Violations::of(request.get_ref());
        let id = fields.parse("account_id", &request.get_ref().account_id);
        let id: Id<Account> = fields.check(|| id)?;
        let getting = move |tx| async move { ops::account::get(&tx, id).await };
        let account = self.look(&request, getting).await?;
        Ok(Response::new(wire::GetAccountResponse { account: Some(account.into()) }))
    }

    async fn close_account(
        &self,
        request: Request<wire::CloseAccountRequest>,
    ) -> Result<Response<wire::CloseAccountResponse>, Status> {
        let (call, id) = read_close(&request)?;
        self.change(call, move |tx| async move {
            let account = ops::account::close(&tx, id).await?;
            Ok(wire::CloseAccountResponse { account: Some(account.into()) })
        })
        .await
    }

    async fn list_accounts(
        &self,
        request: Request<wire::ListAccountsRequest>,
    ) -> Result<Response<wire::ListAccountsResponse>, Status> {
        let wire = request.get_ref();
        let mut fields = Violations::of(wire);
        let page = fields.page(wire.page_size, &wire.page_token);
        let page: Page<Account> = fields.check(|| page)?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::account::list(&tx, &page).await }
        };
        let (accounts, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListAccountsResponse {
            accounts: accounts.into_iter().map(wire::Account::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn list_entries(
        &self,
        request: Request<wire::ListEntriesRequest>,
    ) -> Result<Response<wire::ListEntriesResponse>, Status> {
        let (account, page) = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::account::entries(&tx, account, &page).await }
        };
        let (account, (lines, next)) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListEntriesResponse {
            entries: lines.into_iter().map(|line| line.into_wire(&account)).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn get_statement(
        &self,
        request: Request<wire::GetStatementRequest>,
    ) -> Result<Response<wire::GetStatementResponse>, Status> {
        let (account, period, page) = read_statement(request.get_ref())?;
        let stating = move |tx| {
            let page = page.clone();
            async move { ops::account::statement(&tx, account, period, &page).await }
        };
        let (statement, (lines, next)) = self.look(&request, stating).await?;
        let entries = lines.into_iter().map(|line| line.into_wire(&statement.account)).collect();
        Ok(Response::new(wire::GetStatementResponse {
            statement: Some(statement.try_into()?),
            entries,
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn prove_ledger(
        &self,
        request: Request<wire::ProveLedgerRequest>,
    ) -> Result<Response<wire::ProveLedgerResponse>, Status> {
        let proving = |tx| async move { ops::account::proofs(&tx).await };
        let proofs = self.look(&request, proving).await?;
        Ok(Response::new(wire::ProveLedgerResponse {
            sound: proofs.iter().all(Proof::is_sound),
            proofs: proofs.into_iter().map(wire::Proof::from).collect(),
        }))
    }
}

fn read_open(request: &Request<wire::OpenAccountRequest>) -> Result<(Call, NewAccount), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.LedgerService/OpenAccount";
    let call = call(method, request, &mut fields, &wire.request_id);
    let kind = fields.require("kind", read_kind(wire.kind()));
    let currency = fields.parse::<Currency>("currency_code", &wire.currency_code);
    let mut bound = |field: &str, amount: &Option<words::Money>| match (amount, currency) {
        (None, _) => Some(None),
        (Some(_), None) => None,
        (Some(amount), Some(currency)) => {
            fields.keep(field, read_bound(amount.clone(), currency)).map(Some)
        }
    };
    let (floor, ceiling) = (bound("floor", &wire.floor), bound("ceiling", &wire.ceiling));
    let floor_minor = floor.map(Option::unwrap_or_default);
    if let (Some(floor), Some(Some(ceiling))) = (floor_minor, ceiling)
        && ceiling < floor.max(0)
    {
        fields.add("ceiling", "must not be less than the floor, nor than nothing");
    }
    if floor_minor.is_some_and(|floor| floor > 0) {
        fields.add("floor", "must not be more than nothing, which a fresh account holds");
    }
    fields.check(|| {
        let new = NewAccount {
            code: wire.code.clone(),
            kind: kind?,
            currency: currency?,
            floor_minor: floor_minor?,
            ceiling_minor: ceiling?,
        };
        Some((call?, new))
    })
}

/// Reads how far an account may go.
fn read_bound(wire: words::Money, currency: Currency) -> Result<i64, String> {
    let amount = Money::try_from(wire).map_err(|error| error.to_string())?;
    if amount.currency() != currency {
        let error = MoneyError::CurrencyMismatch(amount.currency(), currency);
        return Err(format!("must be in the currency of the account: {error}"));
    }
    if amount.minor().unsigned_abs() > FURTHEST_MINOR.unsigned_abs() {
        return Err("must be within 9*10^18 minor units of nothing".to_owned());
    }
    Ok(amount.minor())
}

fn read_close(request: &Request<wire::CloseAccountRequest>) -> Result<(Call, Id<Account>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.LedgerService/CloseAccount";
    let call = call(method, request, &mut fields, &wire.request_id);
    let account = fields.parse("account_id", &wire.account_id);
    fields.check(|| Some((call?, account?)))
}

fn read_list(wire: &wire::ListEntriesRequest) -> Result<(Id<Account>, Page<Entry>), Status> {
    let mut fields = Violations::of(wire);
    let account = fields.parse("account_id", &wire.account_id);
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some((account?, page?)))
}

type Stating = (Id<Account>, Period, Page<Entry>);

fn read_statement(wire: &wire::GetStatementRequest) -> Result<Stating, Status> {
    let mut fields = Violations::of(wire);
    let account = fields.parse("account_id", &wire.account_id);
    let mut time = |field: &str, time: &Option<prost_types::Timestamp>| {
        let time = fields.require(field, time.as_ref())?;
        fields.keep(field, rangkai_proto::read_time(time))
    };
    let (from, until) = (time("from_time", &wire.from_time), time("until_time", &wire.until_time));
    let period = from.zip(until).map(|(from, until)| Period::new(from, until));
    let period = period.and_then(|period| fields.keep("until_time", period));
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some((account?, period?, page?)))
}

const fn read_kind(kind: wire::AccountKind) -> Option<AccountKind> {
    match kind {
        wire::AccountKind::Unspecified => None,
        wire::AccountKind::Asset => Some(AccountKind::Asset),
        wire::AccountKind::Liability => Some(AccountKind::Liability),
        wire::AccountKind::Revenue => Some(AccountKind::Revenue),
        wire::AccountKind::Equity => Some(AccountKind::Equity),
        wire::AccountKind::Expense => Some(AccountKind::Expense),
    }
}
