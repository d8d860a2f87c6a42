//! The `voucher_guess` table.

use rangkai_db::{DbErr, Tx, sql};

use crate::domain::{GuessLimit, Guesses};

/// What the caller guessed in its window, held until the transaction ends, so that guesses made at
/// once are counted one after the other. A window that is over begins anew.
pub async fn lock(tx: &Tx, limit: GuessLimit) -> Result<Guesses, DbErr> {
    let lock = "INSERT INTO voucher_guess (agency, caller, window_start, guesses) \
                VALUES ($1, $2, $3, 0) ON CONFLICT (agency, caller) DO UPDATE SET \
                guesses = CASE WHEN voucher_guess.window_start <= $4 THEN 0 \
                ELSE voucher_guess.guesses END, \
                window_start = CASE WHEN voucher_guess.window_start <= $4 THEN $3 \
                ELSE voucher_guess.window_start END \
                RETURNING guesses, window_start";
    let values = [
        tx.agency().as_str().into(),
        tx.caller().id.as_str().into(),
        tx.now().into(),
        (tx.now() - limit.window).into(),
    ];
    let rows = sql::query(tx, lock, values).await?;
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("guesses".to_owned()))?;
    Ok(Guesses {
        count: row.try_get("", "guesses")?,
        window_start: row.try_get("", "window_start")?,
    })
}

/// Counts one guess more.
pub async fn count(tx: &Tx) -> Result<(), DbErr> {
    let count = "UPDATE voucher_guess SET guesses = guesses + 1 WHERE agency = $1 AND caller = $2";
    let values = [tx.agency().as_str().into(), tx.caller().id.as_str().into()];
    sql::execute(tx, count, values).await?;
    Ok(())
}
