//! The people who are paid, each known by a number.

use rangkai_proto::{
    payments::v1::{NewInstruction, NewPayee},
    r#type::v1::Money,
};

/// How many go in one batch: the most that the contract takes.
pub(super) const BATCH: i64 = 5_000;
/// Instructions come in another order than the payees were linked in: by this step.
const STEP: i64 = 611_953;
/// The least that somebody gets, in rupiahs, and what there may be more.
const LEAST: i64 = 600_000;
const MORE: i64 = 75_000;

/// Everybody.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crowd {
    count: i64,
}

impl Crowd {
    pub(super) const fn of(count: i64) -> Self {
        Self { count }
    }

    pub(super) const fn count(self) -> i64 {
        self.count
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of people is small")]
    pub(super) const fn count_as_float(self) -> f64 {
        self.count as f64
    }

    /// Everything that they get, in rupiahs.
    pub(super) fn rupiahs(self) -> i64 {
        (0..self.count).map(rupiahs).sum()
    }

    /// The places of each batch.
    pub(super) fn batches(self) -> impl Iterator<Item = std::ops::Range<i64>> + Send {
        let step = usize::try_from(BATCH).unwrap_or(usize::MAX);
        (0..self.count).step_by(step).map(move |first| first..(first + BATCH).min(self.count))
    }

    /// The payee at a place.
    pub(super) fn payee(place: i64) -> NewPayee {
        NewPayee {
            functional_id: functional_id(place),
            institution: "002".to_owned(),
            // The sandbox pays every account that ends like this.
            account: format!("{place:012}000"),
            name: name(place),
        }
    }

    /// The instruction at a place.
    pub(super) fn instruction(self, place: i64) -> NewInstruction {
        let person = self.person(place);
        NewInstruction {
            reference: format!("PKH-2026-{place:08}"),
            functional_id: functional_id(person),
            name: name(person),
            amount: Some(rupiah(rupiahs(person))),
            narration: "PKH tahap 4 tahun 2026".to_owned(),
        }
    }

    /// Who is paid at a place: everybody once.
    fn person(self, place: i64) -> i64 {
        let step = if self.count % STEP == 0 { 1 } else { STEP };
        place * step % self.count
    }
}

/// An amount in rupiahs.
pub(super) fn rupiah(units: i64) -> Money {
    Money { currency_code: "IDR".to_owned(), units, nanos: 0 }
}

fn rupiahs(person: i64) -> i64 {
    LEAST + person % 9 * MORE
}

fn functional_id(person: i64) -> String {
    format!("3174{person:012}")
}

fn name(person: i64) -> String {
    format!("Siti Aminah {person}")
}
