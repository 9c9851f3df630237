//! Where the ids lead that claims name: each is looked up once, and from then on it is a place among the records.

use std::ops::Range;

use hashbrown::{HashTable, hash_table::Entry};

use super::{KINDS, Kind, Record, Value, chunks::chunks, quick::quick};

/// The place of what leads nowhere.
const NOWHERE: u32 = u32::MAX;

/// The places of the records by id. It has the ids side by side: in the records they lie all over the memory.
#[derive(Debug, Default)]
pub(super) struct Ids {
    table: HashTable<u32>,
    text: String,
    /// Where each id ends in the text; it begins where the one before ends.
    ends: Vec<u32>,
}

impl Ids {
    /// Of several records with the same id it has the first.
    pub(super) fn new(records: &[Record]) -> Self {
        let length = records.iter().map(|record| record.id.len()).sum();
        let (mut text, mut ends) = (String::with_capacity(length), Vec::with_capacity(records.len()));
        for record in records {
            text.push_str(&record.id);
            ends.push(narrow(text.len()));
        }
        let ids = Self { table: HashTable::new(), text, ends };
        let mut table = HashTable::with_capacity(records.len());
        for place in (0..).take(records.len()) {
            let id = ids.id(place);
            if let Entry::Vacant(free) =
                table.entry(quick(id), |known| ids.id(*known) == id, |known| quick(ids.id(*known)))
            {
                free.insert(place);
            }
        }
        Self { table, ..ids }
    }

    fn id(&self, place: u32) -> &str {
        let place = place as usize;
        &self.text[start(&self.ends, place)..self.ends[place] as usize]
    }

    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.table.find(quick(id), |place| self.id(*place) == id).map(|place| *place as usize)
    }

    /// The place of the record whose id has this hash.
    pub(super) fn hashed(&self, hash: u64) -> Option<usize> {
        self.table.find(hash, |place| quick(self.id(*place)) == hash).map(|place| *place as usize)
    }
}

/// For each claim of some records that stand one after the other, where the ids lead that it names.
#[derive(Debug, Default)]
pub(crate) struct References {
    /// The place of each record's kind among [`KINDS`].
    kinds: Vec<u8>,
    /// Where each record's claims end; they begin where those of the one before end.
    claims: Vec<u32>,
    /// The place of each claim's property among [`PROPERTIES`](super::PROPERTIES).
    properties: Vec<u8>,
    /// The place of the record that is each claim's value.
    targets: Vec<u32>,
    /// Where each claim's sources end.
    ends: Vec<u32>,
    sources: Vec<u32>,
}

impl References {
    pub(super) fn new(records: &[Record], ids: &Ids) -> Self {
        let mut pieces = chunks(records.len(), |range| Self::of(&records[range], ids)).into_iter();
        let mut all = pieces.next().unwrap_or_default();
        pieces.for_each(|piece| all.append(piece));
        all
    }

    fn of(records: &[Record], ids: &Ids) -> Self {
        let mut found = Self::default();
        for record in records {
            found.kinds.push(rank(KINDS.iter().position(|kind| std::ptr::eq(*kind, record.kind))));
            for claim in &record.claims {
                found.properties.push(rank(Some(claim.property.rank())));
                let target = if let Value::Ref(id) = &claim.value { ids.place(id) } else { None };
                found.targets.push(target.map_or(NOWHERE, narrow));
                found.sources.extend(claim.sources.iter().map(|id| ids.place(id).map_or(NOWHERE, narrow)));
                found.ends.push(narrow(found.sources.len()));
            }
            found.claims.push(narrow(found.targets.len()));
        }
        found
    }

    /// Puts those of the records that follow after these.
    fn append(&mut self, mut next: Self) {
        let (claims, sources) = (narrow(self.targets.len()), narrow(self.sources.len()));
        next.claims.iter_mut().for_each(|end| *end += claims);
        next.ends.iter_mut().for_each(|end| *end += sources);
        self.kinds.append(&mut next.kinds);
        self.claims.append(&mut next.claims);
        self.properties.append(&mut next.properties);
        self.targets.append(&mut next.targets);
        self.ends.append(&mut next.ends);
        self.sources.append(&mut next.sources);
    }

    /// The place of each record's kind among [`KINDS`].
    pub(crate) fn kinds(&self) -> &[u8] {
        &self.kinds
    }

    /// The kind of a record.
    pub(crate) fn kind(&self, record: usize) -> Option<Kind> {
        KINDS.get(usize::from(self.kinds[record])).copied()
    }

    /// The claims of a record, as places among all claims.
    pub(crate) fn claims(&self, record: usize) -> Range<usize> {
        start(&self.claims, record)..self.claims[record] as usize
    }

    /// The places of the properties of a record's claims among [`PROPERTIES`](super::PROPERTIES).
    pub(crate) fn properties(&self, record: usize) -> &[u8] {
        &self.properties[self.claims(record)]
    }

    /// The place of the record that is the value of a claim, by its place among all claims.
    pub(crate) fn target(&self, claim: usize) -> Option<usize> {
        somewhere(self.targets[claim])
    }

    /// The places of the sources that a claim rests on, in its order.
    pub(crate) fn sources(&self, claim: usize) -> &[u32] {
        &self.sources[start(&self.ends, claim)..self.ends[claim] as usize]
    }

    /// The places of the sources that a record rests on, those of one claim after those of the other.
    pub(crate) fn all_sources(&self, record: usize) -> &[u32] {
        let claims = self.claims(record);
        &self.sources[start(&self.ends, claims.start)..start(&self.ends, claims.end)]
    }

    /// The place of a claim's property among [`PROPERTIES`](super::PROPERTIES).
    pub(crate) fn property(&self, claim: usize) -> u8 {
        self.properties[claim]
    }
}

/// The place, unless it is that of what leads nowhere.
pub(super) fn somewhere(place: u32) -> Option<usize> {
    (place != NOWHERE).then_some(place as usize)
}

/// Where the row with this number begins.
pub(super) fn start(ends: &[u32], number: usize) -> usize {
    number.checked_sub(1).map_or(0, |before| ends[before] as usize)
}

/// A place; there are fewer than 2³² of anything.
fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn rank(place: Option<usize>) -> u8 {
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
}
