//! The `fund` and `funding` tables: what may be paid out, and what of it is spoken for.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Currency, Id, Money};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::{money, word};
use crate::domain::{BankReference, Funding};

/// Holds the fund of a currency until the transaction ends; answers what is in it, and how much of
/// that released envelopes still may pay.
pub async fn lock(tx: &Tx, currency: Currency) -> Result<(Money, Money), DbErr> {
    let insert = "INSERT INTO fund (agency, currency, reserved_minor) VALUES ($1, $2, 0) \
                  ON CONFLICT DO NOTHING";
    let key = || [tx.agency().as_str().into(), currency.as_str().into()];
    sql::execute(tx, insert, key()).await?;
    let hold = if tx.is_postgres() { "FOR UPDATE" } else { "" };
    let lock = format!("SELECT 1 FROM fund WHERE agency = $1 AND currency = $2 {hold}");
    sql::query(tx, &lock, key()).await?;
    find(tx, currency).await
}

/// What of the account is the agency's: `$1`, `$2`.
const OWN: &str = "SELECT CAST(COALESCE(SUM(CASE code WHEN 'disbursement' THEN balance_minor \
                   ELSE -balance_minor END), 0) AS bigint) AS minor FROM account \
                   WHERE agency = $1 AND currency = $2 \
                   AND code IN ('disbursement', 'disbursement_excess')";

/// What is in the fund of a currency, and how much of that released envelopes still may pay. What a
/// bank booked to it by mistake is not in it.
pub async fn find(tx: &Tx, currency: Currency) -> Result<(Money, Money), DbErr> {
    let reserved = "SELECT reserved_minor AS minor FROM fund WHERE agency = $1 AND currency = $2";
    let key = || [tx.agency().as_str().into(), currency.as_str().into()];
    let balance = sql::query(tx, OWN, key()).await?;
    let reserved = sql::query(tx, reserved, key()).await?;
    let minor = |rows: &[QueryResult]| {
        rows.first().map(|row| row.try_get("", "minor")).transpose().map(|it| it.unwrap_or(0))
    };
    Ok((Money::new(currency, minor(&balance)?), Money::new(currency, minor(&reserved)?)))
}

/// Speaks for `minor` more, or less, of a fund; answers whether there is so much. The account of the
/// fund only falls together with what is spoken for, or while the fund is held.
pub async fn reserve(tx: &Tx, currency: Currency, minor: i64) -> Result<bool, DbErr> {
    let update = format!(
        "UPDATE fund SET reserved_minor = reserved_minor + $3 WHERE agency = $1 AND currency = $2 \
         AND ($3 <= 0 OR reserved_minor + $3 <= ({OWN}))"
    );
    let values = [tx.agency().as_str().into(), currency.as_str().into(), minor.into()];
    Ok(sql::execute(tx, &update, values).await? == 1)
}

/// Records money that came or went; answers whether its document was not recorded before.
pub async fn insert(tx: &Tx, funding: &Funding) -> Result<bool, DbErr> {
    let insert = "INSERT INTO funding \
                  (funding_id, agency, direction, currency, amount_minor, reference, create_time, \
                  bank_code, bank_reference) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let bank = funding.bank.clone().map(|bank| (bank.bank_code, bank.number));
    let (bank, number) = bank.unzip();
    let values = [
        funding.id.uuid().into(),
        tx.agency().as_str().into(),
        funding.direction.as_str().into(),
        funding.amount.currency().as_str().into(),
        funding.amount.minor().into(),
        funding.reference.as_str().into(),
        funding.create_time.into(),
        bank.into(),
        number.into(),
    ];
    Ok(sql::execute(tx, insert, values).await? == 1)
}

/// Finds what was recorded by the treasury's document.
pub async fn find_by_reference(tx: &Tx, reference: &str) -> Result<Option<Funding>, DbErr> {
    let find = "SELECT funding_id, direction, currency, amount_minor, reference, create_time, \
                bank_code, bank_reference FROM funding WHERE agency = $1 AND reference = $2";
    let rows = sql::query(tx, find, [tx.agency().as_str().into(), reference.into()]).await?;
    rows.first().map(read).transpose()
}

fn read(row: &QueryResult) -> Result<Funding, DbErr> {
    let currency: String = row.try_get("", "currency")?;
    let words = |column| row.try_get::<Option<String>>("", column);
    let bank = words("bank_code")?.zip(words("bank_reference")?);
    Ok(Funding {
        id: Id::from(row.try_get::<Uuid>("", "funding_id")?),
        direction: word("direction", &row.try_get::<String>("", "direction")?)?,
        amount: money(&currency, row.try_get("", "amount_minor")?)?,
        reference: row.try_get("", "reference")?,
        bank: bank.map(|(bank_code, number)| BankReference { bank_code, number }),
        create_time: row.try_get("", "create_time")?,
    })
}
