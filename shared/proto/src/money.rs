//! Money on the wire is whole units and billionths; at home it is minor units.

use rangkai_primitives::{Currency, Money, MoneyError};

use crate::r#type::v1::Money as Wire;

const NANOS_PER_UNIT: i64 = 1_000_000_000;

impl TryFrom<Wire> for Money {
    type Error = MoneyError;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let currency: Currency = wire.currency_code.parse()?;
        let minor_per_unit = 10_i64.pow(currency.exponent());
        let nanos_per_minor = NANOS_PER_UNIT / minor_per_unit;
        let nanos = i64::from(wire.nanos);
        if nanos % nanos_per_minor != 0 {
            return Err(MoneyError::TooPrecise);
        }
        if wire.units.signum() * nanos.signum() < 0 || nanos.abs() >= NANOS_PER_UNIT {
            return Err(MoneyError::MixedSigns);
        }
        wire.units
            .checked_mul(minor_per_unit)
            .and_then(|minor| minor.checked_add(nanos / nanos_per_minor))
            .map(|minor| Self::new(currency, minor))
            .ok_or(MoneyError::Overflow)
    }
}

impl From<Money> for Wire {
    fn from(money: Money) -> Self {
        let minor_per_unit = 10_i64.pow(money.currency().exponent());
        let nanos = money.minor() % minor_per_unit * (NANOS_PER_UNIT / minor_per_unit);
        Self {
            currency_code: money.currency().to_string(),
            units: money.minor() / minor_per_unit,
            // What is left of one unit is always less than one unit, so it fits.
            nanos: i32::try_from(nanos).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rupiah(units: i64, nanos: i32) -> Wire {
        Wire { currency_code: "IDR".to_owned(), units, nanos }
    }

    #[test]
    fn an_amount_survives_the_wire() {
        for minor in [0, 1, 99, 100, 7_500_050, -1, -12_345] {
            let money = Money::new(Currency::IDR, minor);
            assert_eq!(Money::try_from(Wire::from(money)), Ok(money));
        }
    }

    #[test]
    fn what_no_purse_can_hold_is_refused() {
        assert_eq!(Money::try_from(rupiah(1, 1)), Err(MoneyError::TooPrecise));
        assert_eq!(Money::try_from(rupiah(1, -10_000_000)), Err(MoneyError::MixedSigns));
        assert_eq!(Money::try_from(rupiah(i64::MAX, 0)), Err(MoneyError::Overflow));
    }
}
