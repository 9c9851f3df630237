//! Where words stand in the records that may fit.

use tantivy::{
    DocId, DocSet as _, SegmentReader, TERMINATED, TantivyError, Term,
    postings::{Postings as _, SegmentPostings},
    schema::{Field, IndexRecordOption},
};

use super::{
    Error, Index,
    documents::{Bits, Documents},
    layout::{Part, is_kind, part},
};

/// A record that may fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// The place of the segment.
    pub segment: usize,
    /// The document in the segment.
    pub document: DocId,
    /// The place of the record.
    pub place: usize,
}

/// Where a word, or words side by side, stand in a record.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part in which the word may stand")]
pub(super) struct Presence {
    /// Whether the word is a number.
    pub number: bool,
    pub names: bool,
    pub aliases: bool,
    pub kind: bool,
    pub summary: bool,
    pub elsewhere: bool,
    /// Claims with it in their value.
    pub values: Vec<usize>,
    /// Claims with it in their note.
    pub notes: Vec<usize>,
}

impl Presence {
    pub(super) fn of(word: &str, positions: &[u32]) -> Self {
        let mut presence = Self { number: word.starts_with(|c: char| c.is_numeric()), ..Self::default() };
        for position in positions {
            match part(*position) {
                Part::Names => presence.names = true,
                Part::Aliases => presence.aliases = true,
                Part::Summary if is_kind(*position) => presence.kind = true,
                Part::Summary => presence.summary = true,
                Part::Elsewhere => presence.elsewhere = true,
                Part::Value(claim) => presence.values.push(claim),
                Part::Note(claim) => presence.notes.push(claim),
            }
        }
        presence
    }

    pub(super) fn is_anywhere(&self) -> bool {
        self.names
            || self.aliases
            || self.kind
            || self.summary
            || self.elsewhere
            || !self.values.is_empty()
            || !self.notes.is_empty()
    }
}

/// Where a word stands in each candidate; these have to be in order.
pub(super) fn positions(index: &Index, candidates: &[Candidate], word: &str) -> Result<Vec<Vec<u32>>, Error> {
    let mut all = vec![Vec::new(); candidates.len()];
    each(
        index,
        candidates,
        (index.fields.text, word),
        IndexRecordOption::WithFreqsAndPositions,
        |number, postings| {
            postings.positions(&mut all[number]);
        },
    )?;
    Ok(all)
}

/// Which candidates have a term; these have to be in order.
pub(super) fn has(index: &Index, candidates: &[Candidate], field: Field, text: &str) -> Result<Vec<bool>, Error> {
    let mut all = vec![false; candidates.len()];
    each(index, candidates, (field, text), IndexRecordOption::Basic, |number, _| all[number] = true)?;
    Ok(all)
}

fn each(
    index: &Index,
    candidates: &[Candidate],
    (field, text): (Field, &str),
    option: IndexRecordOption,
    mut found: impl FnMut(usize, &mut SegmentPostings),
) -> Result<(), Error> {
    let term = Term::from_field_text(field, text);
    let searcher = index.reader.searcher();
    for (number, segment) in searcher.segment_readers().iter().enumerate() {
        let start = candidates.partition_point(|candidate| candidate.segment < number);
        let end = candidates.partition_point(|candidate| candidate.segment <= number);
        if start == end {
            continue;
        }
        let inverted = segment.inverted_index(field)?;
        let Some(mut postings) = inverted.read_postings(&term, option).map_err(TantivyError::from)? else { continue };
        for (place, candidate) in candidates.iter().enumerate().take(end).skip(start) {
            let mut at = postings.doc();
            if at < candidate.document {
                at = postings.seek(candidate.document);
            }
            if at == candidate.document {
                found(place, &mut postings);
            }
            if at == TERMINATED {
                break;
            }
        }
    }
    Ok(())
}

/// Words that may stand side by side in the documents of a segment.
struct Row {
    postings: Vec<SegmentPostings>,
    positions: Vec<Vec<u32>>,
}

impl Row {
    /// `None` if one of the words stands nowhere in the segment.
    fn new(index: &Index, segment: &SegmentReader, words: &[String]) -> Result<Option<Self>, Error> {
        let inverted = segment.inverted_index(index.fields.text)?;
        let mut postings = Vec::with_capacity(words.len());
        for word in words {
            let term = Term::from_field_text(index.fields.text, word);
            let read = inverted.read_postings(&term, IndexRecordOption::WithFreqsAndPositions);
            let Some(read) = read.map_err(TantivyError::from)? else { return Ok(None) };
            postings.push(read);
        }
        Ok(Some(Self { postings, positions: vec![Vec::new(); words.len()] }))
    }

    /// Whether the words stand in a document, side by side if these are not too many to be looked at. Documents are asked for
    /// in order.
    fn stands(&mut self, document: DocId, left: &mut usize) -> bool {
        for postings in &mut self.postings {
            if postings.doc() < document {
                postings.seek(document);
            }
            if postings.doc() != document {
                return false;
            }
        }
        let Some(more) = left.checked_sub(self.postings.len()) else { return true };
        *left = more;
        for number in 0..self.postings.len() {
            self.positions[number].clear();
            self.postings[number].positions(&mut self.positions[number]);
            if number > 0 && follow(&self.positions[..=number], self.postings.len() - 1).next().is_none() {
                return false;
            }
        }
        true
    }
}

/// Tells of which documents phrases are a part: of candidates segment by segment, in order.
pub(super) struct Phrases<'q> {
    index: &'q Index,
    /// Each with whether it is to stand there.
    all: Vec<(&'q [String], bool)>,
    /// How many words may still be looked at.
    left: usize,
    segment: Option<usize>,
    rows: Vec<Option<Row>>,
}

impl<'q> Phrases<'q> {
    /// Phrases that are wanted and that are not. One word is none.
    pub(super) fn new(index: &'q Index, wanted: &'q [Vec<String>], unwanted: &'q [Vec<String>], most: usize) -> Self {
        let all = wanted.iter().map(|words| (words, true)).chain(unwanted.iter().map(|words| (words, false)));
        let phrases = all.map(|(words, wanted)| (words.as_slice(), wanted)).filter(|(words, _)| words.len() > 1);
        Self { index, all: phrases.collect(), left: most, segment: None, rows: Vec::new() }
    }

    /// Begins anew with the first segment.
    pub(super) fn begin(&mut self) {
        self.segment = None;
    }

    /// Whether a candidate has the phrases that are wanted and none that is not.
    pub(super) fn fit(&mut self, candidate: &Candidate) -> Result<bool, Error> {
        if self.segment != Some(candidate.segment) && !self.all.is_empty() {
            let searcher = self.index.reader.searcher();
            let segment = searcher.segment_reader(u32::try_from(candidate.segment).unwrap_or(u32::MAX));
            let rows = self.all.iter().map(|(words, _)| Row::new(self.index, segment, words));
            self.rows = rows.collect::<Result<_, _>>()?;
            self.segment = Some(candidate.segment);
        }
        let left = &mut self.left;
        Ok(self
            .all
            .iter()
            .zip(&mut self.rows)
            .all(|((_, wanted), row)| row.as_mut().is_some_and(|row| row.stands(candidate.document, left)) == *wanted))
    }
}

impl Index {
    /// Those of some documents in which words stand side by side; all of these documents have the words. Of `left`, how
    /// many words may still be looked for, those are taken that it takes; where they do not suffice, nobody looks.
    pub(super) fn side_by_side(
        &self,
        words: &[String],
        documents: Documents,
        left: &mut usize,
    ) -> Result<Documents, Error> {
        let cost = documents.0.iter().map(Bits::count).sum::<usize>() * words.len();
        if words.len() < 2 || cost > *left {
            return Ok(documents);
        }
        let searcher = self.reader.searcher();
        let mut found = Vec::with_capacity(documents.0.len());
        for (bits, segment) in documents.0.iter().zip(searcher.segment_readers()) {
            let mut here = Bits::none(segment);
            if let Some(mut row) = Row::new(self, segment, words)? {
                for document in bits.documents() {
                    if row.stands(document, left) {
                        here.add(document);
                    }
                }
            }
            found.push(here);
        }
        Ok(Documents(found))
    }
}

/// The positions at which the first word stands with the others after it; in all there are `count` of these.
fn follow(words: &[Vec<u32>], count: usize) -> impl Iterator<Item = u32> {
    let (first, others) = words.split_first().map_or((&[][..], &[][..]), |(first, others)| (first.as_slice(), others));
    first.iter().copied().filter(move |position| all_follow(*position, count, others.iter()))
}

/// Where in a candidate words stand side by side.
pub(super) fn side_by_side(words: &[Vec<Vec<u32>>], number: usize) -> Vec<u32> {
    let Some((first, others)) = words.split_first() else { return Vec::new() };
    let follow = |position: &u32| all_follow(*position, others.len(), others.iter().map(|word| &word[number]));
    first[number].iter().copied().filter(follow).collect()
}

/// Whether so many words stand one after the other behind a position. The parts of a word stand at one position with it: among
/// several words some may be such parts, as in `qwen 2.5 max`; one alone may be the same part the other way round, as `o4` in `4o`.
fn all_follow<'w>(mut at: u32, count: usize, mut words: impl Iterator<Item = &'w Vec<u32>>) -> bool {
    words.all(|word| {
        let next = word.binary_search(&(at + 1)).is_ok();
        at += u32::from(next);
        next || count > 1 && word.binary_search(&at).is_ok()
    })
}
