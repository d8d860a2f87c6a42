//! Comparing what a bank booked with what is recorded here.

use std::collections::HashSet;

use rangkai_primitives::{Currency, Id, Money};
use uuid::Uuid;

use super::{BankAccount, BankMovement, BankStatementLine, BreakKind, Envelope, Flow, Tally};

/// Money that is recorded here as having moved at a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub account: BankAccount,
    pub flow: Flow,
    pub amount: Money,
    /// The movement; none for payments of an envelope.
    pub movement: Option<Id<BankMovement>>,
    /// The envelope whose payments these are, and what they count for in its sums: nothing where they
    /// are not expected at the bank.
    pub payouts: Option<(Id<Envelope>, Tally)>,
}

/// What a line of a statement is about: whatever tells it from every other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// The bank's number.
    Number(String),
    /// An order to the rail: one payment of an envelope.
    Order(Uuid),
    /// All orders of a file at once.
    File(Uuid),
}

/// What the books and earlier statements know of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    pub about: About,
    pub recorded: Option<Recorded>,
    /// The ways in which earlier statements booked the same.
    pub before: Vec<Flow>,
}

/// A difference before it is anybody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub kind: BreakKind,
    /// Of which account; none where nobody knows.
    pub account: Option<BankAccount>,
    pub reference: String,
    /// Which way the money went at the bank; where it booked nothing, as it is recorded.
    pub flow: Flow,
    pub booked: Option<Money>,
    pub recorded: Option<Money>,
    pub recorded_flow: Option<Flow>,
    /// The place of the line in its statement, from 1 on.
    pub line: Option<i64>,
    pub movement: Option<Id<BankMovement>>,
    /// The envelope of which payments are missing, and how many are.
    pub payouts: Option<(Id<Envelope>, i64)>,
}

/// Compares the lines of a statement of `account` with what is known of each. Answers what does not
/// fit, line by line.
pub fn compare(
    account: Option<BankAccount>,
    lines: &[BankStatementLine],
    sightings: &[Sighting],
) -> Vec<Option<Difference>> {
    let booked: HashSet<_> =
        lines.iter().zip(sightings).map(|(line, known)| (&known.about, line.flow)).collect();
    let mut seen = HashSet::new();
    let mut verdicts = Vec::with_capacity(lines.len());
    for ((line, known), place) in lines.iter().zip(sightings).zip(1..) {
        let again = !seen.insert((&known.about, line.flow)) || known.before.contains(&line.flow);
        let both_ways =
            |flow| known.before.contains(&flow) || booked.contains(&(&known.about, flow));
        let kind = match &known.recorded {
            _ if again => Some(BreakKind::BookedTwice),
            None => Some(BreakKind::MissingHere),
            // What is recorded was booked as well; this line takes it back.
            Some(it) if it.flow != line.flow && both_ways(it.flow) => Some(BreakKind::MissingHere),
            Some(it) if it.amount == line.amount && it.flow == line.flow => None,
            Some(_) => Some(BreakKind::AmountDiffers),
        };
        verdicts.push(kind.map(|kind| Difference::of_line(kind, (line, place), known, account)));
    }
    verdicts
}

impl Difference {
    fn of_line(
        kind: BreakKind,
        (line, place): (&BankStatementLine, i64),
        known: &Sighting,
        account: Option<BankAccount>,
    ) -> Self {
        let recorded = known.recorded.as_ref();
        // What a rail was asked for leaves the account that pays, whatever became of it.
        let given = matches!(known.about, About::Order(_) | About::File(_));
        let given = given.then_some(BankAccount::Disbursement);
        let account = recorded.map(|it| it.account).or(given).or(account);
        let recorded = recorded.filter(|_| kind != BreakKind::MissingHere);
        Self {
            kind,
            account,
            reference: line.reference.clone(),
            flow: line.flow,
            booked: Some(line.amount),
            recorded: recorded.map(|it| it.amount),
            recorded_flow: recorded.map(|it| it.flow),
            line: Some(place),
            movement: None,
            payouts: None,
        }
    }

    /// What the bank lacks of what is recorded under `reference`.
    pub fn missing_there(reference: String, recorded: &Recorded) -> Self {
        Self {
            kind: BreakKind::MissingThere,
            account: Some(recorded.account),
            reference,
            flow: recorded.flow,
            booked: None,
            recorded: Some(recorded.amount),
            recorded_flow: Some(recorded.flow),
            line: None,
            movement: recorded.movement,
            payouts: recorded.payouts.map(|(envelope, tally)| (envelope, tally.count)),
        }
    }

    /// What is recorded without a number of the bank; its own number stands in for it.
    pub fn unnumbered(movement: &BankMovement) -> Self {
        let reference = movement.source.simple().to_string();
        let kind = BreakKind::Unnumbered;
        Self { kind, ..Self::missing_there(reference, &movement.recorded()) }
    }

    /// How the bank's balance differs from the books by it, in minor units: more than nothing where
    /// the bank has more. Where the same was booked twice, the first booking is the one recorded.
    pub fn change(&self) -> i128 {
        let signed = |flow: Flow, amount: Money| match flow {
            Flow::In => i128::from(amount.minor()),
            Flow::Out => -i128::from(amount.minor()),
        };
        let booked = self.booked.map_or(0, |amount| signed(self.flow, amount));
        let recorded = self.recorded_flow.zip(self.recorded);
        let recorded = recorded.map_or(0, |(flow, amount)| signed(flow, amount));
        if self.kind == BreakKind::BookedTwice { booked } else { booked - recorded }
    }

    /// By how much the two differ.
    pub fn gap(&self) -> Money {
        let minor = i64::try_from(self.change().unsigned_abs()).unwrap_or(i64::MAX);
        Money::new(self.currency(), minor)
    }

    /// In which currency.
    pub fn currency(&self) -> Currency {
        self.booked.or(self.recorded).map_or(Currency::IDR, Money::currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUNDRED: Money = Money::new(Currency::IDR, 100);

    fn line(flow: Flow, minor: i64) -> BankStatementLine {
        BankStatementLine {
            reference: "N".to_owned(),
            flow,
            amount: Money::new(Currency::IDR, minor),
            end_to_end: None,
            payment: None,
        }
    }

    fn known(recorded: Option<Flow>, before: &[Flow]) -> Sighting {
        let recorded = recorded.map(|flow| Recorded {
            account: BankAccount::Vouchers,
            flow,
            amount: HUNDRED,
            movement: None,
            payouts: None,
        });
        Sighting { about: About::Number("N".to_owned()), recorded, before: before.to_vec() }
    }

    /// What lines about the same thing come to, and by how much the bank has more each time.
    fn found(lines: &[BankStatementLine], known: &Sighting) -> Vec<Option<(BreakKind, i128)>> {
        let sightings = vec![known.clone(); lines.len()];
        let found = compare(Some(BankAccount::Collection), lines, &sightings);
        found.iter().map(|it| it.as_ref().map(|it| (it.kind, it.change()))).collect()
    }

    #[test]
    fn a_line_fits_what_is_recorded_or_differs_in_one_of_four_ways() {
        use BreakKind::{AmountDiffers, BookedTwice, MissingHere};
        use Flow::{In, Out};
        let [paid, unknown] = [known(Some(In), &[]), known(None, &[])];

        assert_eq!(found(&[line(In, 100)], &paid), [None]);
        assert_eq!(found(&[line(In, 60)], &paid), [Some((AmountDiffers, -40))]);
        assert_eq!(found(&[line(Out, 100)], &paid), [Some((AmountDiffers, -200))]);
        assert_eq!(found(&[line(Out, 7)], &unknown), [Some((MissingHere, -7))]);
        let twice = [line(In, 100), line(In, 90)];
        assert_eq!(found(&twice, &paid), [None, Some((BookedTwice, 90))]);
    }

    #[test]
    fn what_an_earlier_statement_had_is_booked_twice_or_taken_back() {
        use Flow::{In, Out};
        let booked = known(Some(In), &[In]);
        let twice = [Some((BreakKind::BookedTwice, 100))];
        assert_eq!(found(&[line(In, 100)], &booked), twice);
        let taken_back = Some((BreakKind::MissingHere, -100));
        assert_eq!(found(&[line(Out, 100)], &booked), [taken_back]);
        let both = [line(Out, 100), line(In, 100)];
        assert_eq!(found(&both, &known(Some(In), &[])), [taken_back, None]);
    }

    #[test]
    fn a_difference_is_of_the_account_that_is_recorded_or_else_of_the_statement() {
        let account = |known: &Sighting| {
            let known = std::slice::from_ref(known);
            let found = compare(Some(BankAccount::Collection), &[line(Flow::In, 1)], known);
            found[0].clone().unwrap().account
        };
        assert_eq!(account(&known(Some(Flow::In), &[])), Some(BankAccount::Vouchers));
        assert_eq!(account(&known(None, &[])), Some(BankAccount::Collection));
    }
}
