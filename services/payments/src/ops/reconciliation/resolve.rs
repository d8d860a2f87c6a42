//! Saying what a break is, and posting what that means: two people.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Money, Zone};
use tracing::instrument;

use super::{BLOCK, keep, known, payouts, post};
use crate::{
    domain::{
        About, AccountCode, BankAccount, BankMovement, BankReference, Break, BreakKind,
        BreakResolution, Channel, NewRemittance, Occasion, Proposal, Purpose,
        ReconciliationRefusal as Refusal, Recorded,
    },
    error::Error,
    events::tell,
    ops::{self, remittance},
    store,
};

/// Says what a break turned out to be; nothing is posted yet.
#[instrument(skip_all, fields(break.id = %id))]
pub async fn propose(tx: &Tx, id: Id<Break>, proposal: Proposal) -> Result<Break, Error> {
    let it = store::reconciliation_break::lock(tx, id).await?.ok_or(Refusal::BreakNotFound)?;
    let it = it.propose(proposal, ops::person(tx), tx.now())?;
    expect_fit(tx, &it).await?;
    store::reconciliation_break::update(tx, &it).await?;
    tx.changed("break", it.id.uuid());
    tell::resolution_proposed(tx, &it).await?;
    Ok(it)
}

/// Confirms what a break is, and posts what that means.
#[instrument(skip_all, fields(break.id = %id))]
pub async fn confirm(tx: &Tx, id: Id<Break>) -> Result<Break, Error> {
    store::reconciling::hold(tx).await?;
    let before = store::reconciliation_break::lock(tx, id).await?.ok_or(Refusal::BreakNotFound)?;
    let it = before.clone().confirm(ops::person(tx), tx.now())?;
    let known = expect_fit(tx, &it).await?;
    keep(tx, before.state, &it).await?;
    match it.resolution {
        Some(BreakResolution::Matched) => match known {
            Some(recorded) if it.what.kind == BreakKind::MissingHere => {
                payouts::add(tx, &recorded).await?;
            }
            Some(_) | None => {}
        },
        Some(BreakResolution::Suspense) => take_in(tx, &it).await?,
        Some(BreakResolution::Charge | BreakResolution::Claim | BreakResolution::Excess) => {
            record(tx, &it).await?;
            correct(tx, &it).await?;
        }
        Some(BreakResolution::Corrected) => {
            record(tx, &it).await?;
            let earlier = mended(tx, &it).await?;
            let settled = earlier.clone().settle(BLOCK, tx.now());
            keep(tx, earlier.state, &settled).await?;
            if let Some(reversal) = earlier.reversal() {
                post(tx, reversal, earlier.id.uuid()).await?;
            }
        }
        Some(BreakResolution::Identified) => identify(tx, &it).await?,
        Some(BreakResolution::Explained) | None => {}
    }
    Ok(it)
}

/// Says no when what the break was said to be is not so, or is not so any more. Answers what is
/// recorded of its line by now.
async fn expect_fit(tx: &Tx, it: &Break) -> Result<Option<Recorded>, Error> {
    match it.resolution {
        Some(BreakResolution::Matched) => expect_matched(tx, it).await,
        Some(BreakResolution::Corrected) => {
            mended(tx, it).await?;
            expect_unknown(tx, it).await
        }
        Some(BreakResolution::Identified) => expect_number(tx, it).await.map(|()| None),
        Some(
            BreakResolution::Suspense
            | BreakResolution::Charge
            | BreakResolution::Claim
            | BreakResolution::Excess,
        ) => expect_unknown(tx, it).await,
        Some(BreakResolution::Explained) | None => Ok(None),
    }
}

/// Says no unless both sides have it by now, with the same amount.
async fn expect_matched(tx: &Tx, it: &Break) -> Result<Option<Recorded>, Error> {
    let what = &it.what;
    if let (None, Some(flow), Some(amount)) = (what.booked, what.recorded_flow, what.recorded) {
        let booked = what.payouts.is_none()
            && store::bank_statement_line::has(tx, &it.bank_code, &what.reference, (flow, amount))
                .await?;
        return if booked { Ok(None) } else { Err(Refusal::StillUnmatched(it.id).into()) };
    }
    let recorded = recorded(tx, it).await?.ok_or(Refusal::StillUnmatched(it.id))?;
    let same = recorded.flow == what.flow && Some(recorded.amount) == what.booked;
    let line = (recorded.flow, recorded.amount);
    if same || store::bank_statement_line::has(tx, &it.bank_code, &what.reference, line).await? {
        return Ok(Some(recorded));
    }
    Err(Refusal::StillUnmatched(it.id).into())
}

/// Says no when somebody has recorded the line since: it must not be posted twice.
async fn expect_unknown(tx: &Tx, it: &Break) -> Result<Option<Recorded>, Error> {
    if it.what.kind != BreakKind::MissingHere {
        return Ok(None);
    }
    let recorded = recorded(tx, it).await?;
    if recorded.as_ref().is_some_and(|recorded| recorded.flow == it.what.flow) {
        return Err(Refusal::ResolutionUnfit(it.id).into());
    }
    Ok(recorded)
}

/// Says no unless the number is that of a line with the same amount, and of nothing else.
async fn expect_number(tx: &Tx, it: &Break) -> Result<(), Error> {
    let found = it.found.as_ref().ok_or(Refusal::ResolutionUnfit(it.id))?;
    if store::bank_movement::used_for(tx, found).await?.is_some() {
        return Err(crate::domain::Refusal::BankReferenceTaken(found.number.clone()).into());
    }
    let amount = it.what.recorded.unwrap_or(Money::new(it.what.currency(), 0));
    let line = (it.what.flow, amount);
    if store::bank_statement_line::has(tx, &found.bank_code, &found.number, line).await? {
        return Ok(());
    }
    Err(Refusal::StillUnmatched(it.id).into())
}

async fn recorded(tx: &Tx, it: &Break) -> Result<Option<Recorded>, Error> {
    let about = store::waiting_break::about(tx, it).await?;
    let recorded = known::recorded(tx, &it.bank_code, &[&about]).await?;
    Ok(known::choose(recorded.get(&about), it.what.flow, it.what.booked).cloned())
}

/// The break that `it` says it mends, held; a refusal unless it does.
async fn mended(tx: &Tx, it: &Break) -> Result<Break, Error> {
    let earlier = it.earlier.ok_or(Refusal::ResolutionUnfit(it.id))?;
    let earlier = store::reconciliation_break::lock(tx, earlier).await?;
    let earlier = earlier.ok_or(Refusal::BreakNotFound)?;
    if it.mends(&earlier) { Ok(earlier) } else { Err(Refusal::ResolutionUnfit(it.id).into()) }
}

/// Takes money in that the bank booked and nobody reported: it waits in suspense under the bank's
/// own reference, so that a report that comes late finds it recorded.
async fn take_in(tx: &Tx, it: &Break) -> Result<(), Error> {
    let new = NewRemittance {
        code: String::new(),
        amount: it.what.gap(),
        reference: reference(it),
        pay_time: Zone::Wib.start_of(it.day).unwrap_or_else(|| tx.now()),
        channel: Channel::File,
        owner: Some(tx.agency().clone()),
    };
    let (_, known) = remittance::record_or_know(tx, new).await?;
    if known { Err(Refusal::ResolutionUnfit(it.id).into()) } else { Ok(()) }
}

/// Records a line that nobody had recorded, so that nobody does again. Where the bank uses the number
/// of what it takes back, it is recorded already.
async fn record(tx: &Tx, it: &Break) -> Result<(), Error> {
    let (BreakKind::MissingHere, Some(amount)) = (it.what.kind, it.what.booked) else {
        return Ok(());
    };
    let (moved, reference) = (Zone::Wib.start_of(it.day), reference(it));
    let movement = BankMovement {
        account: it.account(),
        flow: it.what.flow,
        ..BankMovement::record(
            Purpose::Resolved,
            it.id.uuid(),
            amount,
            Some(&reference),
            moved.unwrap_or_else(|| tx.now()),
        )
    };
    let known = About::Number(reference.number.clone());
    if store::bank_movement::insert(tx, &movement).await?
        || known::recorded(tx, &it.bank_code, &[&known]).await?.contains_key(&known)
    {
        return Ok(());
    }
    Err(crate::domain::Refusal::BankReferenceTaken(reference.number).into())
}

/// Posts what the resolution says. What leaves the account that pays must not be spoken for.
async fn correct(tx: &Tx, it: &Break) -> Result<(), Error> {
    let Some((occasion, amount)) = it.posting() else { return Ok(()) };
    let leaves = matches!(occasion, Occasion::ChargeTaken(_) | Occasion::BankClaimed(_));
    if leaves && it.account() == BankAccount::Disbursement {
        let (balance, reserved) = store::fund::lock(tx, amount.currency()).await?;
        let available_minor = i128::from(balance.minor()) - i128::from(reserved.minor());
        if i128::from(amount.minor()) > available_minor {
            let account = AccountCode::Disbursement;
            return Err(Refusal::BankShort {
                account,
                amount,
                available_minor: Some(available_minor),
            }
            .into());
        }
    }
    post(tx, (occasion, amount), it.id.uuid()).await
}

/// Gives an unnumbered movement the number that was found; the line of that number is explained too.
async fn identify(tx: &Tx, it: &Break) -> Result<(), Error> {
    let (Some(movement), Some(found)) = (it.what.movement, it.found.as_ref()) else {
        return Err(Refusal::ResolutionUnfit(it.id).into());
    };
    if !store::bank_movement::number(tx, movement, found).await? {
        return Err(crate::domain::Refusal::BankReferenceTaken(found.number.clone()).into());
    }
    if let Some(line) = store::waiting_break::lock_of_line(tx, found).await? {
        keep(tx, line.state, &line.clone().settle(BLOCK, tx.now())).await?;
    }
    Ok(())
}

fn reference(it: &Break) -> BankReference {
    BankReference { bank_code: it.bank_code.clone(), number: it.what.reference.clone() }
}
