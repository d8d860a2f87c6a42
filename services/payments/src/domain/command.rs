//! What can be asked of the books, and which accounts that takes.

use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

use rangkai_primitives::{Currency, Id, Money};

use super::{Account, AccountCode, NewTransfer, Place, Reservation, Transfer};

/// One thing to do in the books.
#[derive(Clone, Debug)]
pub enum Command {
    /// Moves money at once.
    Post(NewTransfer),
    /// Sets money aside, for a while or for ever.
    Reserve(NewTransfer, Option<Duration>),
    /// Moves money that was set aside: an amount, or all that is left. The last capture lets go of
    /// the rest.
    Capture { reservation: Id<Reservation>, amount: Option<Money>, last: bool },
    /// Lets go of money that was set aside.
    Release(Id<Reservation>),
    /// The same, because time was up.
    Expire(Id<Reservation>),
}

/// What a unit of commands did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The transfers that it made, in order.
    pub transfers: Vec<Transfer>,
    /// The reservations that it touched, as they are after it.
    pub reservations: Vec<Reservation>,
}

/// What must be at hand before commands can be applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub accounts: BTreeSet<Id<Account>>,
    pub chart: HashSet<(AccountCode, Currency)>,
    pub reservations: BTreeSet<Id<Reservation>>,
}

impl Needs {
    /// What `commands` need.
    pub fn of<'a>(commands: impl IntoIterator<Item = &'a Command>) -> Self {
        let mut needs = Self::default();
        for command in commands {
            match command {
                Command::Post(new) | Command::Reserve(new, _) => {
                    needs.add(new.debit, new.amount.currency());
                    needs.add(new.credit, new.amount.currency());
                }
                Command::Capture { reservation, .. }
                | Command::Release(reservation)
                | Command::Expire(reservation) => {
                    needs.reservations.insert(*reservation);
                }
            }
        }
        needs
    }

    fn add(&mut self, place: Place, currency: Currency) {
        match place {
            Place::Opened(id) => {
                self.accounts.insert(id);
            }
            Place::Chart(code) => {
                self.chart.insert((code, currency));
            }
        }
    }
}
