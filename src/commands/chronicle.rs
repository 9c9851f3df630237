//! What is dated, in the order of time, for the timeline and the days of the year.

use std::{collections::HashSet, ops::Range};

use super::dated::Entry;
use crate::{
    calendar::Days,
    dataset::{Dataset, PROPERTIES, PartialDate, Value},
};

/// A dated claim: the place of its record, and its place among the record's claims.
#[derive(Debug, Clone, Copy)]
struct Dated {
    date: PartialDate,
    record: u32,
    claim: u32,
    /// The place of its property among [`PROPERTIES`].
    property: u8,
}

/// The dated claims of a dataset, by date, then name.
#[derive(Debug, Default)]
pub(super) struct Chronicle {
    all: Vec<Dated>,
    /// The places in `all` of the claims of one record after those of the other, in the order of the records.
    of_records: Vec<u32>,
    /// Where each record's end there; they begin where those of the record before end.
    ends: Vec<u32>,
    /// Places in `all`: a release, and an event that tells it on the same date. What both say is said once.
    told: Vec<(u32, u32)>,
    /// The places in `all` of what no event tells.
    shown: Vec<u32>,
    /// Of those the ones that are dated to the day, by month and day.
    days: Vec<((i8, i8), u32)>,
    /// And those that are dated to the month, by month.
    months: Vec<(i8, u32)>,
}

/// Part of a chronicle, in order.
#[derive(Debug)]
pub(super) enum Part<'c> {
    /// Pieces of all that is shown.
    Pieces(&'c Chronicle, Vec<Range<usize>>),
    /// Places in the chronicle.
    Some(&'c Chronicle, Vec<u32>),
}

impl Chronicle {
    pub(super) fn new(dataset: &Dataset) -> Self {
        let mut all: Vec<Dated> = Vec::new();
        let mut ends = Vec::with_capacity(dataset.records().len());
        let told: Vec<bool> = PROPERTIES.iter().map(|property| property.timeline.is_some()).collect();
        for (record, (place, known)) in (0..).zip(dataset.records().iter().enumerate()) {
            let properties = (0..).zip(dataset.references().properties(place));
            for (claim, property) in properties.filter(|(_, property)| told[usize::from(**property)]) {
                if let Value::Date(date) = known.claims[claim as usize].value {
                    all.push(Dated { date, record, claim, property: *property });
                }
            }
            ends.push(narrow(all.len()));
        }
        let name = |dated: &Dated| dataset.records()[dated.record as usize].name.as_str();
        let mut order: Vec<u32> = (0..narrow(all.len())).collect();
        // Stable: what shares date and name stays in the order of the records.
        order.sort_by(|a, b| {
            let (a, b) = (&all[*a as usize], &all[*b as usize]);
            a.date.cmp(&b.date).then_with(|| name(a).cmp(name(b)))
        });
        let mut of_records = vec![0; all.len()];
        for (place, before) in (0..).zip(&order) {
            of_records[*before as usize] = place;
        }
        let all = order.into_iter().map(|before| all[before as usize]).collect();
        let mut chronicle = Self { all, of_records, ends, ..Self::default() };
        chronicle.told = chronicle.told_by_events(dataset);
        let told: HashSet<u32> = chronicle.told.iter().map(|(told, _)| *told).collect();
        chronicle.shown = (0..narrow(chronicle.all.len())).filter(|place| !told.contains(place)).collect();
        for place in &chronicle.shown {
            let date = chronicle.all[*place as usize].date;
            match (date.month(), date.day()) {
                (Some(month), Some(day)) => chronicle.days.push(((month, day), *place)),
                (Some(month), None) => chronicle.months.push((month, *place)),
                _ => {}
            }
        }
        // Stable: what shares a day stays in the order of the years.
        chronicle.days.sort_by_key(|(day, _)| *day);
        chronicle.months.sort_by_key(|(month, _)| *month);
        chronicle
    }

    /// An event that is about a model says that it was released: the model's own line that day would say it twice.
    fn told_by_events(&self, dataset: &Dataset) -> Vec<(u32, u32)> {
        let said = |dated: &Dated| PROPERTIES.get(usize::from(dated.property)).and_then(|property| property.timeline);
        let references = dataset.references();
        let mut told = Vec::new();
        for (event, dated) in (0..).zip(&self.all) {
            if said(dated) != Some("") {
                continue;
            }
            for target in references.claims(dated.record as usize).filter_map(|claim| references.target(claim)) {
                for place in self.of_record(target) {
                    let other = &self.all[*place as usize];
                    let releases = matches!(said(other), Some("announced" | "released" | "issued"));
                    if releases && other.date == dated.date {
                        told.push((*place, event));
                    }
                }
            }
        }
        told
    }

    fn of_record(&self, record: usize) -> &[u32] {
        let Some(end) = self.ends.get(record) else { return &[] };
        let start = record.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.of_records[start as usize..*end as usize]
    }

    /// What lies within some days.
    pub(super) fn within(&self, Days { from, to }: Days) -> Part<'_> {
        let before = |earlier: &dyn Fn(PartialDate) -> bool| {
            self.shown.partition_point(|place| earlier(self.all[*place as usize].date))
        };
        let start = from.map_or(0, |from| before(&|date| date.first_day() < from));
        let last = to.unwrap_or(jiff::civil::Date::MAX);
        let end = before(&|date| date.first_day() <= last);
        // What is dated to a year or a month that ends after the span lies beyond it, and stands before its days.
        let key = |date: PartialDate| (date.year(), date.month(), date.day());
        let run = |of: (i16, Option<i8>, Option<i8>)| before(&|date| key(date) < of)..before(&|date| key(date) <= of);
        let year = (last != last.last_of_year()).then(|| run((last.year(), None, None)));
        let month = (last != last.last_of_month()).then(|| run((last.year(), Some(last.month()), None)));
        let mut pieces = Vec::new();
        let mut next = start;
        for beyond in year.into_iter().chain(month).filter(|beyond| beyond.end > start) {
            pieces.push(next..beyond.start.max(next));
            next = beyond.end.max(next);
        }
        pieces.push(next..end.max(next));
        Part::Pieces(self, pieces)
    }

    /// Of what lies within some days the claims that fit, given by the places of the record and of the property. A release goes
    /// only where the event that tells it fits too.
    pub(super) fn those(&self, Days { from, to }: Days, fits: impl Fn(usize, usize) -> bool) -> Part<'_> {
        let last = to.unwrap_or(jiff::civil::Date::MAX);
        let begins = |day: jiff::civil::Date| self.all.partition_point(|dated| dated.date.first_day() < day);
        let start = from.map_or(0, begins);
        let end = self.all.partition_point(|dated| dated.date.first_day() <= last).max(start);
        let within = |dated: &Dated| {
            fits(dated.record as usize, dated.property.into()) && (to.is_none() || dated.date.last_day() <= last)
        };
        let places = (narrow(start)..).zip(&self.all[start..end]);
        let mut found: Vec<u32> = places.filter(|(_, dated)| within(dated)).map(|(place, _)| place).collect();
        let has = |place: u32| found.binary_search(&place).is_ok();
        let told: HashSet<u32> =
            self.told.iter().filter(|(told, event)| has(*told) && has(*event)).map(|(told, _)| *told).collect();
        found.retain(|place| !told.contains(place));
        Part::Some(self, found)
    }

    /// What is dated to a day of any year, in the order of the years.
    pub(super) fn on(&self, day: (i8, i8)) -> Part<'_> {
        let from = self.days.partition_point(|(known, _)| *known < day);
        let to = self.days.partition_point(|(known, _)| *known <= day);
        Part::Some(self, self.days[from..to].iter().map(|(_, place)| *place).collect())
    }

    /// What is dated to a month of any year, in the order of the years.
    pub(super) fn in_month(&self, month: i8) -> Part<'_> {
        let from = self.months.partition_point(|(known, _)| *known < month);
        let to = self.months.partition_point(|(known, _)| *known <= month);
        Part::Some(self, self.months[from..to].iter().map(|(_, place)| *place).collect())
    }

    /// The nearest day before that something is dated to and the nearest after, over the turn of the year if need be.
    pub(super) fn nearest(&self, day: (i8, i8)) -> Option<((i8, i8), (i8, i8))> {
        let first = self.days.partition_point(|(known, _)| *known < day);
        let beyond = self.days.partition_point(|(known, _)| *known <= day);
        let before = self.days[..first].last().or(self.days.last())?;
        let after = self.days.get(beyond).or(self.days.first())?;
        Some((before.0, after.0))
    }
}

impl Part<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Pieces(_, pieces) => pieces.iter().map(Range::len).sum(),
            Self::Some(_, places) => places.len(),
        }
    }

    /// The entry at a place of this part.
    pub(super) fn get<'d>(&self, dataset: &'d Dataset, mut place: usize) -> Option<Entry<'d>> {
        let (chronicle, place) = match self {
            Self::Some(chronicle, places) => (chronicle, *places.get(place)?),
            Self::Pieces(chronicle, pieces) => {
                let piece = pieces.iter().find(|piece| {
                    let inside = place < piece.len();
                    place -= if inside { 0 } else { piece.len() };
                    inside
                })?;
                (chronicle, chronicle.shown[piece.start + place])
            }
        };
        let dated = chronicle.all[place as usize];
        Entry::at(dataset, dated.record as usize, dated.claim as usize)
    }

    /// The entries from a place on.
    pub(super) fn from<'d>(&self, dataset: &'d Dataset, place: usize) -> impl Iterator<Item = Entry<'d>> {
        (place..self.len()).filter_map(|place| self.get(dataset, place))
    }

    /// How many entries at the beginning of this part are of earlier days.
    pub(super) fn before(&self, dataset: &Dataset, day: jiff::civil::Date) -> usize {
        let (mut start, mut end) = (0, self.len());
        while start < end {
            let middle = usize::midpoint(start, end);
            let earlier = self.get(dataset, middle).is_some_and(|entry| entry.date.first_day() < day);
            if earlier { start = middle + 1 } else { end = middle }
        }
        start
    }
}

/// A place; there are fewer than 2³² claims.
fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{File, load_files};
    use proptest::prelude::*;

    fn dataset(dates: &[String]) -> Dataset {
        let mut text = String::from("[[source]]\nid = \"s\"\nname = \"S\"\n");
        for (number, date) in dates.iter().enumerate() {
            text.extend([format!(
                "[[event]]\nid = \"e{number}\"\nname = \"E{number}\"\n[[event.claims]]\nproperty = \"date\"\n\
                 value = \"{date}\"\nsources = [\"s\"]\n"
            )]);
        }
        load_files(&[File { name: "a.toml".to_owned(), text }]).unwrap()
    }

    fn date() -> impl Strategy<Value = String> {
        let day = (2020..2023_u16, 1..13_u8, 1..30_u8).prop_map(|(year, month, day)| match day {
            29 => format!("{year}"),
            25.. => format!("{year}-{month:02}"),
            _ => format!("{year}-{month:02}-{day:02}"),
        });
        prop_oneof![day, Just("2021-01".to_owned()), Just("2021-01-31".to_owned()), Just("2021-12-31".to_owned())]
    }

    proptest! {
        #[test]
        fn a_span_holds_what_begins_and_ends_within_it(
            dates in prop::collection::vec(date(), 1..40),
            from in prop::option::of(date()),
            to in prop::option::of(date()),
        ) {
            let dataset = dataset(&dates);
            let chronicle = Chronicle::new(&dataset);
            let read = |date: Option<String>| date.map(|date| date.parse::<PartialDate>().unwrap());
            let (from, to) = (read(from), read(to));
            let part = chronicle.within(Days {
                from: from.map(PartialDate::first_day),
                to: to.map(PartialDate::last_day),
            });
            let found: Vec<PartialDate> = part.from(&dataset, 0).map(|entry| entry.date).collect();
            let mut expected: Vec<PartialDate> = dates.iter().map(|date| date.parse().unwrap()).collect();
            expected.sort_unstable();
            expected.retain(|date| {
                from.is_none_or(|from| date.first_day() >= from.first_day())
                    && to.is_none_or(|to| date.last_day() <= to.last_day())
            });
            prop_assert_eq!(part.len(), found.len());
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_nearest_day_may_lie_over_the_turn_of_the_year() {
        let days =
            |days: &[(i8, i8)]| Chronicle { days: days.iter().map(|day| (*day, 0)).collect(), ..Chronicle::default() };
        let some = days(&[(2, 29), (7, 1), (7, 1), (11, 30)]);
        assert_eq!(some.nearest((7, 1)), Some(((2, 29), (11, 30))));
        assert_eq!(some.nearest((12, 31)), Some(((11, 30), (2, 29))));
        assert_eq!(some.nearest((1, 1)), Some(((11, 30), (2, 29))));
        assert_eq!(days(&[(7, 1)]).nearest((7, 1)), Some(((7, 1), (7, 1))));
        assert_eq!(days(&[]).nearest((7, 1)), None);
    }
}
