//! The books in memory, with whatever one can think of.

use std::{borrow::Cow, time::Duration};

use super::*;
use crate::domain::{AccountKind, NewAccount};

const KINDS: [AccountKind; 3] = [AccountKind::Asset, AccountKind::Liability, AccountKind::Expense];

/// A sequence of commands that is the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn unit(&mut self, accounts: &[Account], known: &[Id<Reservation>]) -> Vec<Command> {
        (0..=self.roll(3)).map(|_| self.command(accounts, known)).collect()
    }

    fn command(&mut self, accounts: &[Account], known: &[Id<Reservation>]) -> Command {
        let (dice, debit) = (self.roll(10), self.roll(accounts.len()));
        let credit = (debit + 1 + self.roll(accounts.len() - 1)) % accounts.len();
        let amount = rupiah(i64::try_from(1 + self.roll(60)).unwrap());
        let new = NewTransfer {
            id: Id::generate(),
            debit: Place::Opened(accounts[debit].id),
            credit: Place::Opened(accounts[credit].id),
            amount,
            description: Cow::Borrowed("test"),
            reference: None,
            source: None,
        };
        let Some(reservation) = known.get(self.roll(known.len().max(1))).copied() else {
            return Command::Post(new);
        };
        match dice {
            0..4 => Command::Post(new),
            4..6 => Command::Reserve(new, (dice == 5).then_some(Duration::from_mins(1))),
            6..8 => Command::Capture { reservation, amount: Some(amount), last: dice == 7 },
            8 => Command::Capture { reservation, amount: None, last: false },
            _ => Command::Release(reservation),
        }
    }
}

/// Whoever is refused leaves no trace: the books are as if it had never asked. And whatever is
/// asked, they balance, no account leaves its bounds, and what is reserved is what is open.
#[test]
fn a_refused_unit_leaves_no_trace_and_the_books_balance() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut done, mut refused) = (0, 0);
    for _ in 0..200 {
        let accounts: Vec<_> = (0..4).map(account).collect();
        let mut book = Book::open(Timestamp::UNIX_EPOCH, accounts.clone(), Vec::new());
        let mut unspoilt = Book::open(Timestamp::UNIX_EPOCH, accounts.clone(), Vec::new());
        let mut known = Vec::new();
        for _ in 0..40 {
            let unit = dice.unit(&accounts, &known);
            match book.apply(&unit) {
                Ok(applied) => {
                    known.extend(applied.reservations.iter().map(|it| it.id));
                    unspoilt.apply(&unit).unwrap();
                    done += 1;
                }
                Err(_) => refused += 1,
            }
        }
        let (changes, unspoilt) = (book.close(), unspoilt.close());
        assert_eq!(changes.accounts, unspoilt.accounts);
        assert_eq!(amounts(&changes), amounts(&unspoilt));
        check(&changes, &accounts);
    }
    assert!(done > 1_000 && refused > 1_000, "{done} done, {refused} refused");
}

#[test]
fn each_account_is_written_once_and_a_group_sees_what_came_before() {
    let accounts: Vec<_> = (0..4).map(account).collect();
    let mut book = Book::open(Timestamp::UNIX_EPOCH, accounts.clone(), Vec::new());
    let post = |debit: usize, credit: usize, minor| {
        let place = |index: usize| Place::Opened(accounts[index].id);
        vec![Command::Post(NewTransfer {
            id: Id::generate(),
            debit: place(debit),
            credit: place(credit),
            amount: rupiah(minor),
            description: Cow::Borrowed("test"),
            reference: None,
            source: None,
        })]
    };

    // The asset has nothing to give until the second unit.
    assert!(book.apply(&post(2, 0, 50)).is_err());
    assert!(book.apply(&post(0, 1, 80)).is_ok());
    assert!(book.apply(&post(2, 0, 50)).is_ok());
    let changes = book.close();

    assert_eq!((changes.accounts.len(), changes.transfers.len(), changes.entries.len()), (3, 2, 4));
    let positions: Vec<_> = changes.entries.iter().map(|entry| entry.position).collect();
    assert_eq!(positions, [1, 1, 1, 2]);
}

#[test]
fn a_clock_that_jumps_back_does_not_bring_entries_out_of_order() {
    let mut accounts: Vec<_> = (0..2).map(account).collect();
    let later = Timestamp::UNIX_EPOCH + Duration::from_secs(5);
    accounts[1].balances.entry_time = later;
    let mut book = Book::open(Timestamp::UNIX_EPOCH, accounts.clone(), Vec::new());
    let new = NewTransfer {
        id: Id::generate(),
        debit: Place::Opened(accounts[0].id),
        credit: Place::Opened(accounts[1].id),
        amount: rupiah(1),
        description: Cow::Borrowed("test"),
        reference: None,
        source: None,
    };

    book.apply(&[Command::Post(new)]).unwrap();

    assert!(book.close().entries.iter().all(|entry| entry.create_time == later));
}

fn account(number: usize) -> Account {
    let new = NewAccount {
        code: format!("account-{number}"),
        kind: KINDS[number % KINDS.len()],
        currency: Currency::IDR,
        floor_minor: if number == 1 { -100 } else { 0 },
        ceiling_minor: (number == 3).then_some(90),
    };
    Account::open(Id::generate(), new, Timestamp::UNIX_EPOCH).unwrap()
}

fn rupiah(minor: i64) -> Money {
    Money::new(Currency::IDR, minor)
}

fn amounts(changes: &Changes) -> Vec<(TransferKind, Id<Account>, Id<Account>, i64)> {
    let row = |it: &Transfer| (it.kind, it.debit, it.credit, it.amount.minor());
    changes.transfers.iter().map(row).collect()
}

fn check(changes: &Changes, before: &[Account]) {
    assert!(changes.reservations.is_empty(), "all of them are fresh");
    let mut sum = 0;
    for account in &changes.accounts {
        let Balances { posted_minor, reserved_out_minor, reserved_in_minor, .. } = account.balances;
        assert!(posted_minor - reserved_out_minor >= account.floor_minor);
        assert!(account.ceiling_minor.is_none_or(|most| posted_minor + reserved_in_minor <= most));
        sum += if account.kind.grows_by_debit() { posted_minor } else { -posted_minor };
        let mut open = [0, 0];
        for reservation in &changes.new_reservations {
            let sides =
                [(reservation.debit, Direction::Debit), (reservation.credit, Direction::Credit)];
            for (_, direction) in sides.into_iter().filter(|(id, _)| *id == account.id) {
                let change = direction.change(account.kind, reservation.remaining_minor());
                open[usize::from(change > 0)] += change.abs();
            }
        }
        assert_eq!([reserved_out_minor, reserved_in_minor].map(i128::from), open);
    }
    assert_eq!(sum, 0, "{} accounts", before.len());
}
