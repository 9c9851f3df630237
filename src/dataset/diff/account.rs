//! What a record is, besides what is said of it.

use super::super::{Account, Aspect, Detail, Record, Statement};

/// All that there is to say of a record that came, or that is gone.
pub(super) fn account(record: &Record, gone: bool, claims: Vec<Statement>) -> Account {
    let detail = |(aspect, is): (Aspect, Vec<String>)| {
        let (was, now) = if gone { (is, Vec::new()) } else { (Vec::new(), is) };
        Detail { aspect, was, now }
    };
    let mut claims = claims;
    claims.sort_by_cached_key(super::pairing::order);
    Account { details: details(record).into_iter().filter(|(_, is)| !is.is_empty()).map(detail).collect(), claims }
}

/// The details that are not the same.
pub(super) fn changed_details(was: &Record, now: &Record) -> Vec<Detail> {
    let both = details(was).into_iter().zip(details(now));
    let changed = both.filter(|((_, was), (_, now))| was != now);
    changed.map(|((aspect, was), (_, now))| Detail { aspect, was, now }).collect()
}

fn details(record: &Record) -> [(Aspect, Vec<String>); 11] {
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort_unstable();
        list
    };
    let one = |text: Option<&str>| text.into_iter().map(ToOwned::to_owned).collect();
    let source = record.source.as_ref();
    [
        (Aspect::Kind, vec![record.kind.id.to_owned()]),
        (Aspect::NativeName, one(record.native_name.as_deref())),
        (Aspect::Summary, one(Some(record.summary.as_str()).filter(|summary| !summary.is_empty()))),
        (Aspect::Aliases, sorted(&record.aliases)),
        (Aspect::Tags, sorted(&record.tags)),
        (Aspect::Formerly, sorted(&record.formerly)),
        (Aspect::Publisher, one(source.and_then(|source| source.publisher.as_deref()))),
        (Aspect::Authors, source.map(|source| source.authors.clone()).unwrap_or_default()),
        (Aspect::Date, source.and_then(|source| source.date).map(|date| date.to_string()).into_iter().collect()),
        (Aspect::Url, one(source.and_then(|source| source.url.as_deref()))),
        (Aspect::Language, one(source.and_then(|source| source.language.as_deref()))),
    ]
}
