//! What the agency's money must cover: a look across the `account` and `refund` tables.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Currency, Money};
use sea_orm::QueryResult;

use crate::domain::AccountCode;

/// What is claimed from the treasury.
const CLAIMED: &str = "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS bigint) AS balance_minor \
                       FROM refund WHERE agency = $1 AND currency = $2 \
                       AND mode = 'treasury_claim' \
                       AND state IN ('drafted', 'submitted', 'returned', 'approved')";

/// What is not the agency's: what the banks are to pay back, what belongs to nobody yet, and what a
/// bank may take back. Whoever has a credit may still spend it here.
const FOREIGN: &str = "'refunds_payable', 'suspense', 'disputes', 'bank_excess'";

/// How much money there is at the banks beyond what is not the agency's. The bank account is held
/// until the transaction ends, so that nobody else counts on the same money.
pub async fn at_banks(tx: &Tx, currency: Currency) -> Result<Money, DbErr> {
    beyond(tx, currency, FOREIGN).await
}

/// As [`at_banks`], beyond what payers are owed as credits too: what may leave the banks for good.
pub async fn to_hand_on(tx: &Tx, currency: Currency) -> Result<Money, DbErr> {
    beyond(tx, currency, &format!("{FOREIGN}, 'credits'")).await
}

/// How much money there is at the treasury beyond what is claimed from it; that account is held.
pub async fn at_treasury(tx: &Tx, currency: Currency) -> Result<Money, DbErr> {
    let treasury = balance(tx, AccountCode::Treasury, currency, true).await?;
    Ok(Money::new(currency, treasury - claimed(tx, currency).await?))
}

async fn beyond(tx: &Tx, currency: Currency, accounts: &str) -> Result<Money, DbErr> {
    let bank = balance(tx, AccountCode::Bank, currency, true).await?;
    // All at once, so that what moves from one to another is counted. The treasury pays claims.
    let owed = format!(
        "SELECT CAST(COALESCE(SUM(balance_minor), 0) AS bigint) - ({CLAIMED}) AS balance_minor \
         FROM account WHERE agency = $1 AND currency = $2 AND code IN ({accounts})"
    );
    let values = [tx.agency().as_str().into(), currency.as_str().into()];
    Ok(Money::new(currency, bank - number(&sql::query(tx, &owed, values).await?)?))
}

async fn balance(tx: &Tx, code: AccountCode, currency: Currency, hold: bool) -> Result<i64, DbErr> {
    let hold = if hold && tx.is_postgres() { " FOR UPDATE" } else { "" };
    let balance = format!(
        "SELECT balance_minor FROM account WHERE agency = $1 AND code = $2 AND currency = $3{hold}"
    );
    let values = [tx.agency().as_str().into(), code.as_str().into(), currency.as_str().into()];
    number(&sql::query(tx, &balance, values).await?)
}

async fn claimed(tx: &Tx, currency: Currency) -> Result<i64, DbErr> {
    let values = [tx.agency().as_str().into(), currency.as_str().into()];
    number(&sql::query(tx, CLAIMED, values).await?)
}

fn number(rows: &[QueryResult]) -> Result<i64, DbErr> {
    rows.first().map_or(Ok(0), |row| row.try_get("", "balance_minor"))
}
