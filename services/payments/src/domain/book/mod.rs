//! The books in memory: commands are applied one after another to accounts that are held, and each
//! account, however many commands touched it, is written once.

use std::collections::HashMap;

use rangkai_primitives::{Currency, Id, Money, Timestamp};

use super::{
    Account, AccountCode, Applied, Balances, Change, Command, Direction, Entry, LedgerRefusal,
    NewTransfer, Place, Refused, Reservation, Transfer, TransferKind,
};

/// Accounts and reservations that are held, and what has been done with them.
#[derive(Debug)]
pub struct Book {
    now: Timestamp,
    accounts: HashMap<Id<Account>, Held>,
    chart: HashMap<(AccountCode, Currency), Id<Account>>,
    reservations: HashMap<Id<Reservation>, Kept>,
    transfers: Vec<Transfer>,
    entries: Vec<Entry>,
    undo: Vec<Undo>,
}

/// What is to be written.
#[derive(Debug)]
pub struct Changes {
    pub accounts: Vec<Account>,
    pub transfers: Vec<Transfer>,
    pub entries: Vec<Entry>,
    pub new_reservations: Vec<Reservation>,
    pub reservations: Vec<Reservation>,
}

#[derive(Debug)]
struct Held {
    account: Account,
    before: Balances,
}

#[derive(Clone, Debug)]
struct Kept {
    reservation: Reservation,
    standing: Standing,
}

/// How a reservation stands to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Untouched,
    Touched,
    Fresh,
}

/// How a step is taken back.
#[derive(Debug)]
enum Undo {
    Account(Id<Account>, Balances),
    Reservation(Id<Reservation>, Option<Kept>),
}

impl Book {
    /// Opens the books on what is held.
    pub fn open(now: Timestamp, accounts: Vec<Account>, reservations: Vec<Reservation>) -> Self {
        let chart = accounts.iter().filter_map(|account| {
            let code = account.code.parse::<AccountCode>().ok()?;
            Some(((code, account.currency), account.id))
        });
        let chart = chart.collect();
        let held = |account: Account| (account.id, Held { before: account.balances, account });
        let kept = |reservation: Reservation| {
            (reservation.id, Kept { reservation, standing: Standing::Untouched })
        };
        Self {
            now,
            accounts: accounts.into_iter().map(held).collect(),
            chart,
            reservations: reservations.into_iter().map(kept).collect(),
            transfers: Vec::new(),
            entries: Vec::new(),
            undo: Vec::new(),
        }
    }

    /// Applies linked commands, all or none of them.
    pub fn apply(&mut self, unit: &[Command]) -> Result<Applied, Refused> {
        self.undo.clear();
        let (transfers, entries) = (self.transfers.len(), self.entries.len());
        let mut reservations = Vec::new();
        for (index, command) in unit.iter().enumerate() {
            match self.step(command) {
                Ok(reservation) => reservations.extend(reservation),
                Err(refusal) => {
                    self.take_back();
                    self.transfers.truncate(transfers);
                    self.entries.truncate(entries);
                    return Err(Refused { index, refusal });
                }
            }
        }
        let transfers = self.transfers.iter().skip(transfers).cloned().collect();
        Ok(Applied { transfers, reservations })
    }

    /// Closes the books: each account and reservation that changed, once.
    pub fn close(self) -> Changes {
        let changed = self.accounts.into_values();
        let changed = changed.filter(|held| held.account.balances != held.before);
        let mut accounts: Vec<_> = changed.map(|held| held.account).collect();
        accounts.sort_unstable_by_key(|account| account.id);
        let (mut new_reservations, mut reservations) = (Vec::new(), Vec::new());
        for Kept { reservation, standing } in self.reservations.into_values() {
            match standing {
                Standing::Untouched => {}
                Standing::Touched => reservations.push(reservation),
                Standing::Fresh => new_reservations.push(reservation),
            }
        }
        let Self { transfers, entries, .. } = self;
        Changes { accounts, transfers, entries, new_reservations, reservations }
    }

    fn step(&mut self, command: &Command) -> Result<Option<Reservation>, LedgerRefusal> {
        match command {
            Command::Post(new) => {
                let sides = self.sides(new)?;
                self.write(Transfer::post(new, sides, self.now)).map(|()| None)
            }
            Command::Reserve(new, valid_for) => {
                let reservation = Reservation::of(new, self.sides(new)?, *valid_for, self.now);
                self.write_about(&reservation, TransferKind::Reserved, new.amount.minor())?;
                Ok(Some(self.keep(reservation)))
            }
            Command::Capture { reservation, amount, last } => {
                let before = self.reservation(*reservation)?;
                let (reservation, moved, rest) = before.capture(*amount, *last, self.now)?;
                self.write_about(&reservation, TransferKind::Captured, moved)?;
                self.write_about(&reservation, TransferKind::Released, rest)?;
                Ok(Some(self.keep(reservation)))
            }
            Command::Release(reservation) => {
                let (reservation, rest) = self.reservation(*reservation)?.release(self.now)?;
                self.write_about(&reservation, TransferKind::Released, rest)?;
                Ok(Some(self.keep(reservation)))
            }
            Command::Expire(reservation) => {
                let (reservation, rest) = self.reservation(*reservation)?.expire(self.now)?;
                self.write_about(&reservation, TransferKind::Expired, rest)?;
                Ok(Some(self.keep(reservation)))
            }
        }
    }

    /// The two accounts of a transfer, if it may be between these.
    fn sides(&self, new: &NewTransfer) -> Result<[Id<Account>; 2], LedgerRefusal> {
        Ok([self.side(new.debit, new.amount)?, self.side(new.credit, new.amount)?])
    }

    fn side(&self, place: Place, amount: Money) -> Result<Id<Account>, LedgerRefusal> {
        let id = match place {
            Place::Opened(id) => id,
            Place::Chart(code) => *self
                .chart
                .get(&(code, amount.currency()))
                .ok_or_else(|| LedgerRefusal::AccountReserved(code.as_str().to_owned()))?,
        };
        let account = self.account(id)?;
        if matches!(place, Place::Opened(_)) {
            account.expect_opened_by_hand()?;
        }
        account.expect_open()?;
        if account.currency != amount.currency() {
            let currency = account.currency;
            return Err(LedgerRefusal::CurrencyMismatch { account: id, currency });
        }
        Ok(id)
    }

    fn account(&self, id: Id<Account>) -> Result<&Account, LedgerRefusal> {
        self.accounts.get(&id).map(|held| &held.account).ok_or(LedgerRefusal::AccountNotFound(id))
    }

    fn reservation(&self, id: Id<Reservation>) -> Result<Reservation, LedgerRefusal> {
        let kept = self.reservations.get(&id).ok_or(LedgerRefusal::ReservationNotFound(id))?;
        Ok(kept.reservation.clone())
    }

    fn keep(&mut self, reservation: Reservation) -> Reservation {
        let before = self.reservations.get(&reservation.id).cloned();
        let standing = match before.as_ref().map(|kept| kept.standing) {
            Some(Standing::Untouched | Standing::Touched) => Standing::Touched,
            Some(Standing::Fresh) | None => Standing::Fresh,
        };
        self.undo.push(Undo::Reservation(reservation.id, before));
        let kept = Kept { reservation: reservation.clone(), standing };
        self.reservations.insert(reservation.id, kept);
        reservation
    }

    fn write_about(
        &mut self,
        reservation: &Reservation,
        kind: TransferKind,
        minor: i64,
    ) -> Result<(), LedgerRefusal> {
        if minor == 0 {
            return Ok(());
        }
        let amount = Money::new(reservation.amount.currency(), minor);
        self.write(Transfer::about(reservation, kind, amount, self.now))
    }

    /// Writes a transfer and what it does to its two accounts.
    fn write(&mut self, mut transfer: Transfer) -> Result<(), LedgerRefusal> {
        let sides = [(transfer.debit, Direction::Debit), (transfer.credit, Direction::Credit)];
        if transfer.kind.moves_money() {
            // A clock that jumps back does not bring the entries of an account out of order.
            for (id, _) in sides {
                let earlier = self.account(id)?.balances.entry_time;
                transfer.create_time = transfer.create_time.max(earlier);
            }
        }
        for (id, direction) in sides {
            let held = self.accounts.get_mut(&id).ok_or(LedgerRefusal::AccountNotFound(id))?;
            let minor = direction.change(held.account.kind, transfer.amount.minor());
            let mut after = held.account.after(Change::of(transfer.kind, minor))?;
            if transfer.kind.moves_money() {
                after.entry_count += 1;
                after.entry_time = transfer.create_time;
                self.entries.push(transfer.entry(direction, &held.account, &after));
            }
            self.undo.push(Undo::Account(id, held.account.balances));
            held.account.balances = after;
        }
        self.transfers.push(transfer);
        Ok(())
    }

    fn take_back(&mut self) {
        while let Some(undo) = self.undo.pop() {
            match undo {
                Undo::Account(id, before) => {
                    if let Some(held) = self.accounts.get_mut(&id) {
                        held.account.balances = before;
                    }
                }
                Undo::Reservation(id, Some(before)) => {
                    self.reservations.insert(id, before);
                }
                Undo::Reservation(id, None) => {
                    self.reservations.remove(&id);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
