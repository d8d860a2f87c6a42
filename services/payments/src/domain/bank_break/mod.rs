//! A difference between a bank and the books, and what becomes of it.

use chrono::NaiveDate;
use rangkai_primitives::{Id, Money, Timestamp};

use super::{
    BankAccount, BankReference, BankStatement, BreakKind, BreakResolution, BreakState, Difference,
    Flow, Occasion, ReconciliationRefusal, Recorded,
};

/// A difference between a bank and the books.
#[derive(Clone, Debug)]
pub struct Break {
    pub id: Id<Break>,
    /// The one with which it was found.
    pub statement: Id<BankStatement>,
    pub bank_code: String,
    /// The day that cannot be closed before it is resolved.
    pub day: NaiveDate,
    pub what: Difference,
    pub state: BreakState,
    pub resolution: Option<BreakResolution>,
    pub reason: String,
    /// The number of the bank that an unnumbered movement was found to have.
    pub found: Option<BankReference>,
    /// The break that this one mends.
    pub earlier: Option<Id<Break>>,
    /// Empty until a resolution is proposed.
    pub proposed_by: String,
    /// Empty until it is resolved.
    pub confirmed_by: String,
    /// When nothing was to be expected of the bank any more.
    pub settle_time: Option<Timestamp>,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// What somebody says that a break is.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub resolution: BreakResolution,
    pub reason: String,
    /// With [`BreakResolution::Identified`] alone: the number, and the bank if it is another one.
    pub found: Option<(Option<String>, String)>,
    /// With [`BreakResolution::Corrected`] alone.
    pub earlier: Option<Id<Break>>,
}

impl Break {
    /// The break that a difference is, found with `statement`.
    pub fn find(what: Difference, statement: &BankStatement, day: NaiveDate) -> Self {
        Self {
            id: Id::generate(),
            statement: statement.id,
            bank_code: statement.bank_code.clone(),
            day,
            what,
            state: BreakState::Open,
            resolution: None,
            reason: String::new(),
            found: None,
            earlier: None,
            proposed_by: String::new(),
            confirmed_by: String::new(),
            settle_time: None,
            create_time: statement.create_time,
            update_time: statement.create_time,
        }
    }

    /// The break after somebody said what it is; a proposal may be replaced until it is confirmed.
    pub fn propose(
        self,
        proposal: Proposal,
        by: &str,
        now: Timestamp,
    ) -> Result<Self, ReconciliationRefusal> {
        if self.state == BreakState::Resolved {
            return Err(ReconciliationRefusal::BreakResolved(self.id));
        }
        if !self.may_be(proposal.resolution) {
            return Err(ReconciliationRefusal::ResolutionUnfit(self.id));
        }
        let found = proposal.found.map(|(bank, number)| {
            let bank_code = bank.unwrap_or_else(|| self.bank_code.clone());
            BankReference { bank_code, number }
        });
        Ok(Self {
            state: BreakState::Proposed,
            resolution: Some(proposal.resolution),
            reason: proposal.reason,
            found,
            earlier: proposal.earlier,
            proposed_by: by.to_owned(),
            update_time: now,
            ..self
        })
    }

    /// The break after a second person confirmed what it is.
    pub fn confirm(self, by: &str, now: Timestamp) -> Result<Self, ReconciliationRefusal> {
        match self.state {
            BreakState::Open => Err(ReconciliationRefusal::BreakNotProposed(self.id)),
            BreakState::Resolved => Err(ReconciliationRefusal::BreakResolved(self.id)),
            BreakState::Proposed if self.proposed_by == by => {
                Err(ReconciliationRefusal::SamePerson)
            }
            BreakState::Proposed => {
                let waits = self.still_waits();
                Ok(Self {
                    state: BreakState::Resolved,
                    confirmed_by: by.to_owned(),
                    settle_time: (!waits).then_some(now),
                    update_time: now,
                    ..self
                })
            }
        }
    }

    /// The break after what was missing came: resolved by `by` unless people had resolved it.
    #[must_use]
    pub fn settle(self, by: &str, now: Timestamp) -> Self {
        let settled = Self { settle_time: Some(now), update_time: now, ..self };
        if settled.state == BreakState::Resolved {
            return settled;
        }
        let resolution = Some(BreakResolution::Matched);
        Self { state: BreakState::Resolved, resolution, confirmed_by: by.to_owned(), ..settled }
    }

    /// The same, where another break shows what still differs.
    #[must_use]
    pub fn give_way(self, reason: &str, by: &str, now: Timestamp) -> Self {
        if self.state == BreakState::Resolved {
            return self.settle(by, now);
        }
        let resolution = Some(BreakResolution::Explained);
        Self { resolution, reason: reason.to_owned(), ..self.settle(by, now) }
    }

    /// The break about a line that somebody has recorded since, with another amount or direction.
    #[must_use]
    pub fn differ(self, recorded: &Recorded, now: Timestamp) -> Self {
        let what = Difference {
            kind: BreakKind::AmountDiffers,
            account: Some(recorded.account),
            recorded: Some(recorded.amount),
            recorded_flow: Some(recorded.flow),
            ..self.what
        };
        let state = BreakState::Open;
        Self { what, state, resolution: None, update_time: now, ..self }
    }

    /// What its resolution posts, and how much.
    pub fn posting(&self) -> Option<(Occasion, Money)> {
        let occasion = match self.resolution? {
            BreakResolution::Charge => Occasion::ChargeTaken(self.account()),
            BreakResolution::Claim => Occasion::BankClaimed(self.account()),
            BreakResolution::Excess => Occasion::BankExceeded(self.account()),
            BreakResolution::Matched
            | BreakResolution::Suspense
            | BreakResolution::Explained
            | BreakResolution::Corrected
            | BreakResolution::Identified => return None,
        };
        Some((occasion, self.what.gap()))
    }

    /// What takes that back once the bank has mended it.
    pub fn reversal(&self) -> Option<(Occasion, Money)> {
        if self.state != BreakState::Resolved {
            return None;
        }
        let occasion = match self.resolution? {
            BreakResolution::Claim => Occasion::BankClaimMet(self.account()),
            BreakResolution::Excess => Occasion::BankExcessTaken(self.account()),
            BreakResolution::Matched
            | BreakResolution::Suspense
            | BreakResolution::Charge
            | BreakResolution::Explained
            | BreakResolution::Corrected
            | BreakResolution::Identified => return None,
        };
        Some((occasion, self.what.gap()))
    }

    /// Whether this break's line mends what `earlier` shows, to the last unit.
    pub fn mends(&self, earlier: &Self) -> bool {
        earlier.reversal().is_some()
            && earlier.settle_time.is_none()
            && earlier.bank_code == self.bank_code
            && earlier.account() == self.account()
            && earlier.what.currency() == self.what.currency()
            && earlier.what.change() == -self.what.change()
    }

    /// Of which account it is.
    pub fn account(&self) -> BankAccount {
        self.what.account.unwrap_or(BankAccount::Collection)
    }

    /// Whether it can turn out to be that at all.
    fn may_be(&self, resolution: BreakResolution) -> bool {
        use BreakKind::{AmountDiffers, BookedTwice, MissingHere, Unnumbered};
        let what = &self.what;
        let one_way = what.recorded_flow.is_none_or(|flow| flow == what.flow);
        match resolution {
            // Suspense is money of payers, and lies where they pay it to.
            BreakResolution::Suspense => {
                what.kind == MissingHere
                    && what.flow == Flow::In
                    && self.account() == BankAccount::Collection
            }
            BreakResolution::Charge => {
                matches!(what.kind, MissingHere | AmountDiffers) && one_way && what.change() < 0
            }
            BreakResolution::Claim => what.change() < 0,
            BreakResolution::Excess => what.change() > 0,
            BreakResolution::Corrected => what.kind == MissingHere,
            BreakResolution::Identified => what.kind == Unnumbered,
            // Both bookings have the same record: only the bank can say which one is wrong.
            BreakResolution::Matched => !matches!(what.kind, BookedTwice | Unnumbered),
            BreakResolution::Explained => true,
        }
    }

    /// Whether something is to be expected of the bank even when it is resolved.
    fn still_waits(&self) -> bool {
        let explained = self.resolution == Some(BreakResolution::Explained);
        let corrected =
            matches!(self.resolution, Some(BreakResolution::Claim | BreakResolution::Excess));
        corrected || explained && self.what.kind == BreakKind::MissingThere
    }
}

#[cfg(test)]
mod tests;
