//! What the agency's money must cover: a look across the `account` and `refund` tables.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Currency, Money};
use sea_orm::QueryResult;

use crate::domain::AccountCode;

/// How much money there is at the banks beyond what they are to pay back. The bank account is held
/// until the transaction ends, so that nobody else counts on the same money.
pub async fn at_banks(tx: &Tx, currency: Currency) -> Result<Money, DbErr> {
    let bank = balance(tx, AccountCode::Bank, currency, true).await?;
    let owed = balance(tx, AccountCode::RefundsPayable, currency, false).await?;
    // Claims are paid by the treasury.
    Ok(Money::new(currency, bank - (owed - claimed(tx, currency).await?)))
}

/// How much money there is at the treasury beyond what is claimed from it; that account is held.
pub async fn at_treasury(tx: &Tx, currency: Currency) -> Result<Money, DbErr> {
    let treasury = balance(tx, AccountCode::Treasury, currency, true).await?;
    Ok(Money::new(currency, treasury - claimed(tx, currency).await?))
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
    let claimed = "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS bigint) AS balance_minor \
                   FROM refund WHERE agency = $1 AND currency = $2 AND mode = 'treasury_claim' \
                   AND state IN ('drafted', 'submitted', 'returned', 'approved')";
    let values = [tx.agency().as_str().into(), currency.as_str().into()];
    number(&sql::query(tx, claimed, values).await?)
}

fn number(rows: &[QueryResult]) -> Result<i64, DbErr> {
    rows.first().map_or(Ok(0), |row| row.try_get("", "balance_minor"))
}
