//! Dates as sources give them: a year, a month or a day.

use std::{fmt, str::FromStr};

use jiff::civil::{Date, date};
/// A year, a month of a year, or a day. Orders by its first day, the coarser one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
}

/// Why a text is no [`PartialDate`]; the message says how to write one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date: write a year (2023), a month (2023-03) or a day (2023-03-16)")]
pub struct NotADate;

impl PartialDate {
    /// The first day that the date covers.
    #[must_use]
    pub fn first_day(self) -> Date {
        date(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))
    }

    /// The last day that the date covers.
    #[must_use]
    pub fn last_day(self) -> Date {
        match (self.month, self.day) {
            (_, Some(_)) => self.first_day(),
            (Some(_), None) => self.first_day().last_of_month(),
            (None, None) => self.first_day().last_of_year(),
        }
    }

    /// Reads a date as people type it: also `2023-3` and `2023/03`, which the dataset's files may not have.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        text.split(['-', '/']).map(|part| format!("{part:0>2}")).collect::<Vec<_>>().join("-").parse().ok()
    }

    /// The date as a number, for the cache; also the order of dates.
    pub(super) fn packed(self) -> u32 {
        let part = |part: Option<i8>| u32::from(part.unwrap_or_default().unsigned_abs());
        u32::from(self.year.unsigned_abs()) << 16 | part(self.month) << 8 | part(self.day)
    }

    /// The date that is [`PartialDate::packed`] in a number.
    pub(super) fn unpacked(packed: u32) -> Option<Self> {
        let [year_high, year_low, month, day] = packed.to_be_bytes();
        let year = i16::from_be_bytes([year_high, year_low]);
        let part = |part: u8| (part > 0).then(|| i8::try_from(part)).transpose().ok();
        let (month, day) = (part(month)?, part(day)?);
        Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).ok()?;
        Some(Self { year, month, day })
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.year
    }

    /// The month, from 1, if the date is that precise.
    #[must_use]
    pub fn month(self) -> Option<i8> {
        self.month
    }

    /// The day of the month, from 1, if the date is that precise.
    #[must_use]
    pub fn day(self) -> Option<i8> {
        self.day
    }
}

impl FromStr for PartialDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let number = |part: &str, width: usize| -> Result<i16, NotADate> {
            if part.len() == width && part.bytes().all(|b| b.is_ascii_digit()) {
                part.parse().map_err(|_| NotADate)
            } else {
                Err(NotADate)
            }
        };
        let mut parts = text.split('-');
        let year = number(parts.next().unwrap_or_default(), 4)?;
        let month = parts.next().map(|part| number(part, 2)).transpose()?;
        let day = parts.next().map(|part| number(part, 2)).transpose()?;
        let narrow = |part: i16| i8::try_from(part).map_err(|_| NotADate);
        let (month, day) = (month.map(narrow).transpose()?, day.map(narrow).transpose()?);
        if parts.next().is_some() || year < 1000 {
            return Err(NotADate);
        }
        Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).map_err(|_| NotADate)?;
        Ok(Self { year, month, day })
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_years_months_and_days() {
        for text in ["2023", "2023-03", "2023-03-16", "2024-02-29"] {
            assert_eq!(text.parse::<PartialDate>().map(|date| date.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            "23",
            "2023-3",
            "2023-13",
            "2023-02-30",
            "2023-02-29",
            "March 2023",
            "2023-03-16-1",
            "２０２３",
            "0999",
        ] {
            assert_eq!(text.parse::<PartialDate>(), Err(NotADate), "{text}");
        }
    }

    #[test]
    fn covers_its_days() -> Result<(), NotADate> {
        let month: PartialDate = "2024-02".parse()?;
        assert_eq!((month.first_day(), month.last_day()), (date(2024, 2, 1), date(2024, 2, 29)));
        let year: PartialDate = "2023".parse()?;
        assert_eq!((year.first_day(), year.last_day()), (date(2023, 1, 1), date(2023, 12, 31)));
        Ok(())
    }

    #[test]
    fn sorts_by_time_and_the_coarser_first() -> Result<(), NotADate> {
        let mut dates: Vec<PartialDate> =
            ["2023-03-16", "2024", "2023-03", "2023"].iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
        dates.sort();
        assert_eq!(
            dates.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["2023", "2023-03", "2023-03-16", "2024"]
        );
        Ok(())
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,16}") {
            if let Ok(date) = text.parse::<PartialDate>() {
                prop_assert_eq!(date.to_string(), text);
            }
        }
    }
}
