//! The values of claims: typed, so that they sort, compare and chart.

use std::fmt;

use super::{PartialDate, quick::quick};

/// What a claim says.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Our own words.
    Text(String),
    /// The id of another record.
    Ref(String),
    /// A number of something.
    Quantity(Quantity),
    /// An amount of money.
    Money(Money),
    /// A date.
    Date(PartialDate),
}

/// How exactly an amount is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualifier {
    /// Near it, on either side.
    About,
    /// A little less.
    Almost,
    /// More than it.
    Over,
    /// It or more.
    AtLeast,
    /// It or less.
    UpTo,
    /// Less than it.
    Under,
}

impl Qualifier {
    /// Each qualifier with its name in the files and the word before an amount.
    pub const ALL: [(Self, &str, &str); 6] = [
        (Self::About, "about", "about"),
        (Self::Almost, "almost", "almost"),
        (Self::Over, "over", "over"),
        (Self::AtLeast, "at-least", "at least"),
        (Self::UpTo, "up-to", "up to"),
        (Self::Under, "under", "under"),
    ];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(qualifier, ..)| *qualifier == self).map_or("", |(_, _, word)| word)
    }
}

/// A finite amount or a range of amounts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    /// The amount, or the lower end of the range.
    pub from: f64,
    /// The upper end, if it is a range.
    pub to: Option<f64>,
    /// How exactly it is meant.
    pub qualifier: Option<Qualifier>,
}

/// An amount of something.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// How many.
    pub amount: Amount,
    /// Of what: "people", "%", "EFLOPS".
    pub unit: Option<String>,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq)]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// The ISO 4217 code of the currency that the source gives.
    pub currency: String,
    /// What the source itself says that it is in another currency.
    pub converted: Option<Box<Money>>,
}

impl Value {
    /// A hash that values have in common if they are equal.
    pub(super) fn hash(&self) -> u64 {
        fn amount(amount: &Amount) -> u64 {
            // Zero has two signs.
            let bits = |number: f64| (number + 0.0).to_bits();
            quick((bits(amount.from), amount.to.map(bits)))
        }
        fn money(sum: &Money) -> u64 {
            quick((3, amount(&sum.amount), &sum.currency, sum.converted.as_deref().map(money)))
        }
        match self {
            Self::Text(text) => quick((0, text)),
            Self::Ref(id) => quick((1, id)),
            Self::Quantity(quantity) => quick((2, amount(&quantity.amount), &quantity.unit)),
            Self::Money(sum) => money(sum),
            Self::Date(date) => quick((4, date)),
        }
    }
}

/// Writes a number as people read it: `1,328`, `3.3 million`, `1 trillion`.
fn number(amount: f64) -> String {
    const SCALES: [(f64, &str); 3] = [(1e12, " trillion"), (1e9, " billion"), (1e6, " million")];
    let (scale, name) = SCALES.into_iter().find(|(scale, _)| amount.abs() >= *scale).unwrap_or((1.0, ""));
    let scaled = format!("{:.4}", amount / scale);
    let trimmed = scaled.trim_end_matches('0').trim_end_matches('.');
    let (whole, fraction) = trimmed.split_once('.').map_or((trimmed, None), |(whole, part)| (whole, Some(part)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut text = String::from(sign);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text + name
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            Some(to) => write!(f, "{} to {}", number(self.from), number(to)),
            None => f.write_str(&number(self.from)),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(qualifier) = self.amount.qualifier {
            write!(f, "{} ", qualifier.word())?;
        }
        self.amount.fmt(f)?;
        match self.unit.as_deref() {
            None => Ok(()),
            Some("%") => f.write_str("%"),
            Some(unit) => write!(f, " {unit}"),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(qualifier) = self.amount.qualifier {
            write!(f, "{} ", qualifier.word())?;
        }
        write!(f, "{} {}", self.currency, self.amount)?;
        match &self.converted {
            Some(converted) => write!(f, " ({converted})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        for (amount, text) in [
            (0.0, "0"),
            (800.0, "800"),
            (1_328.0, "1,328"),
            (10_000.0, "10,000"),
            (100_000.0, "100,000"),
            (13e6, "13 million"),
            (3.3e9, "3.3 billion"),
            (18.228e9, "18.228 billion"),
            (1e12, "1 trillion"),
            (0.3, "0.3"),
            (61.25, "61.25"),
            (-1_500.0, "-1,500"),
            (1_328e12, "1,328 trillion"),
        ] {
            assert_eq!(number(amount), text);
        }
    }

    #[test]
    fn money_keeps_its_qualifier_and_conversion() {
        let plain = |from: f64, currency: &str, qualifier| Money {
            amount: Amount { from, to: None, qualifier },
            currency: currency.to_owned(),
            converted: None,
        };
        let money = Money {
            converted: Some(Box::new(plain(6.1e9, "USD", Some(Qualifier::About)))),
            ..plain(43.5e9, "CNY", None)
        };
        assert_eq!(money.to_string(), "CNY 43.5 billion (about USD 6.1 billion)");
        assert_eq!(plain(20e9, "CNY", Some(Qualifier::Over)).to_string(), "over CNY 20 billion");
    }

    #[test]
    fn a_range_shows_both_ends_and_a_percentage_has_no_gap() {
        let amount = Amount { from: 80.0, to: Some(90.0), qualifier: None };
        assert_eq!(Quantity { amount, unit: Some("%".to_owned()) }.to_string(), "80 to 90%");
    }
}
