//! The day of a question: it parts what is from what is still to come, and tells how old a figure is.

use jiff::{ToSpan, civil::Date};

use super::{Ask, Desk};
use crate::dataset::{Claim, PartialDate, Value};

/// From so many months on, an age is told in years.
const MANY_MONTHS: i32 = 24;

/// The day that parts what is from what is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Present(pub Date);

impl Present {
    /// The day of a question; but what is published already is not to come, whatever the clock says.
    pub(super) fn of(desk: &Desk, ask: &Ask) -> Self {
        let today = ask.today();
        Self(desk.catalogue.published().map_or(today, |published| published.max(today)))
    }

    /// Whether a claim of this date is a forecast or a target. The current month or year is none.
    pub(super) fn is_before(self, date: Option<PartialDate>) -> bool {
        date.is_some_and(|date| date.first_day() > self.0)
    }

    /// Whether a date is the newest one, or the month or year that it lies in.
    pub(super) fn is_as_new(date: Option<PartialDate>, newest: Option<PartialDate>) -> bool {
        let holds = |date: PartialDate, newest: PartialDate| {
            date.first_day() <= newest.first_day() && newest.last_day() <= date.last_day()
        };
        date == newest || date.zip(newest).is_some_and(|(date, newest)| holds(date, newest))
    }

    /// The newest of the dates that are not to come, which may be none at all; if all are, the nearest.
    pub(super) fn newest(self, dates: impl Iterator<Item = Option<PartialDate>> + Clone) -> Option<PartialDate> {
        let come = dates.clone().filter(|date| !self.is_before(*date)).max();
        come.unwrap_or_else(|| dates.min().flatten())
    }

    /// How old the figure of a claim is, in words, if it is one and older than a year. What was counted long ago may be far from what
    /// would be counted today, and a date alone is easily passed over; what has been founded or issued stays so.
    pub(super) fn age(self, claim: &Claim) -> Option<String> {
        let is_figure = matches!(claim.value, Value::Quantity(_) | Value::Money(_)) || claim.property.measured;
        claim.as_of.filter(|_| is_figure).and_then(|date| self.ago(date))
    }

    /// How long ago a date was, if all of it lies more than a year back: in months as far as the date tells them.
    fn ago(self, date: PartialDate) -> Option<String> {
        let today = self.0;
        let a_year_later = date.last_day().checked_add(1.year()).ok()?;
        if a_year_later >= today {
            return None;
        }
        let years = i32::from(today.year()) - i32::from(date.year());
        let Some(month) = date.month() else { return Some(in_years(years)) };
        // A day that has not come round yet this month is short of a whole one.
        let begun = i32::from(date.day().is_some_and(|day| day > today.day()));
        let months = years * 12 + i32::from(today.month()) - i32::from(month) - begun;
        Some(if months < MANY_MONTHS { format!("{months} months ago") } else { in_years(months / 12) })
    }
}

fn in_years(years: i32) -> String {
    if years == 1 { "a year ago".to_owned() } else { format!("{years} years ago") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(date: &str, today: &str) -> Option<String> {
        Present(today.parse().unwrap()).ago(date.parse().unwrap())
    }

    #[test]
    fn what_is_older_than_a_year_says_how_old_it_is() {
        for (date, age) in [
            ("2025-03", "20 months ago"),
            ("2025-03-13", "20 months ago"),
            ("2025-03-28", "19 months ago"),
            ("2025-02-21", "21 months ago"),
            ("2025-10", "13 months ago"),
            ("2025-11-26", "12 months ago"),
            ("2024-12", "23 months ago"),
            ("2024-11", "2 years ago"),
            ("2024-06", "2 years ago"),
            ("2023-10", "3 years ago"),
            ("2024", "2 years ago"),
            ("2018", "8 years ago"),
        ] {
            assert_eq!(told(date, "2026-11-27").as_deref(), Some(age), "{date}");
        }
        assert_eq!(told("2024-02-29", "2025-03-01").as_deref(), Some("12 months ago"));
        assert_eq!(told("2025", "2027-01-01").as_deref(), Some("2 years ago"));
    }

    #[test]
    fn what_may_be_of_the_last_year_says_nothing() {
        for date in ["2025", "2025-11", "2025-11-27", "2026", "2026-11-28", "2030"] {
            assert_eq!(told(date, "2026-11-27"), None, "{date}");
        }
    }

    fn newest(today: &str, dates: &[&str]) -> String {
        let date = |text: &&str| text.parse::<PartialDate>().ok();
        let found = Present(today.parse().unwrap()).newest(dates.iter().map(date));
        found.map_or_else(|| "undated".to_owned(), |date| date.to_string())
    }

    #[test]
    fn what_is_to_come_goes_after_what_is() {
        assert_eq!(newest("2026-11-26", &["2025", "2030", "2024-12"]), "2025");
        assert_eq!(newest("2026-11-26", &["2026", "2025-12"]), "2026");
        assert_eq!(newest("2026-11-26", &["2026-12", "2025-12"]), "2025-12");
        assert_eq!(newest("2031-01-01", &["2025", "2030"]), "2030");
        assert_eq!(newest("2026-11-26", &["2035", "2030"]), "2030");
        assert_eq!(newest("2026-11-26", &["2030", ""]), "undated");
    }
}
