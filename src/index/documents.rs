//! Sets of documents, and the documents that have a term.

use tantivy::{
    DocId, SegmentReader, TantivyError, Term,
    postings::BlockSegmentPostings,
    schema::{Field, IndexRecordOption},
};

use super::{Error, Index};

/// Documents of one segment, a bit for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn none(segment: &SegmentReader) -> Self {
        Self(vec![0; (segment.max_doc() as usize).div_ceil(64)])
    }

    /// Every document, those too that were deleted.
    pub(super) fn all(segment: &SegmentReader) -> Self {
        let mut bits = Self::none(segment);
        bits.0.fill(u64::MAX);
        if let (Some(last), rest @ 1..) = (bits.0.last_mut(), segment.max_doc() % 64) {
            *last = (1 << rest) - 1;
        }
        bits
    }

    pub(super) fn add(&mut self, document: DocId) {
        self.0[document as usize / 64] |= 1 << (document % 64);
    }

    pub(super) fn and(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own &= other);
    }

    pub(super) fn or(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own |= other);
    }

    pub(super) fn without(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own &= !other);
    }

    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|bits| bits.count_ones() as usize).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|bits| *bits == 0)
    }

    /// The documents, in order.
    pub(super) fn documents(&self) -> Vec<DocId> {
        let mut documents = Vec::with_capacity(self.count());
        for (bits, start) in self.0.iter().zip((0..).step_by(64)) {
            let mut bits = *bits;
            while bits != 0 {
                documents.push(start + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
        documents
    }
}

/// The blocks of documents that have a term.
pub(super) fn postings(
    segment: &SegmentReader,
    field: Field,
    text: &str,
) -> Result<Option<BlockSegmentPostings>, Error> {
    let term = Term::from_field_text(field, text);
    let read = segment.inverted_index(field)?.read_block_postings(&term, IndexRecordOption::Basic);
    Ok(read.map_err(TantivyError::from)?)
}

/// Adds the documents that have a term.
pub(super) fn add_all(bits: &mut Bits, segment: &SegmentReader, field: Field, text: &str) -> Result<(), Error> {
    let Some(mut postings) = postings(segment, field, text)? else { return Ok(()) };
    while !postings.docs().is_empty() {
        postings.docs().iter().for_each(|document| bits.add(*document));
        postings.advance();
    }
    Ok(())
}

/// Some documents, given in order, to be asked which of them have a term.
#[derive(Debug, Default)]
pub(super) struct Marked {
    /// Room for a mark of each document of the segment.
    marks: Vec<bool>,
}

/// Of fewer documents than one for so many postings each is looked up by itself, and the other way round.
const FEW: usize = 64;

impl Marked {
    /// Which of the documents have a term: their places among them, in order.
    pub(super) fn having(
        &mut self,
        documents: &[DocId],
        segment: &SegmentReader,
        (field, text): (Field, &str),
    ) -> Result<Vec<usize>, Error> {
        let Some(mut postings) = postings(segment, field, text)? else { return Ok(Vec::new()) };
        let count = postings.doc_freq() as usize;
        let mut found = Vec::new();
        if documents.len() < count / FEW {
            for (place, document) in documents.iter().enumerate() {
                let at = postings.seek(*document);
                found.extend((postings.docs().get(at) == Some(document)).then_some(place));
            }
        } else if count < documents.len() / FEW {
            let mut place = 0;
            while !postings.docs().is_empty() {
                for has in postings.docs() {
                    place += documents[place..].partition_point(|document| document < has);
                    found.extend((documents.get(place) == Some(has)).then_some(place));
                }
                postings.advance();
            }
        } else {
            self.marks.clear();
            self.marks.resize(segment.max_doc() as usize, false);
            while !postings.docs().is_empty() {
                postings.docs().iter().for_each(|document| self.marks[*document as usize] = true);
                postings.advance();
            }
            found.resize(documents.len().min(count) + 1, 0);
            let mut next = 0;
            for (place, document) in documents.iter().enumerate() {
                // Written in any case and kept if it counts, which spares the processor its guesses.
                found[next] = place;
                next += usize::from(self.marks[*document as usize]);
            }
            found.truncate(next);
        }
        Ok(found)
    }
}

/// Documents of all segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Documents(pub Vec<Bits>);

impl Documents {
    pub(super) fn and(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| own.and(other));
    }

    pub(super) fn or(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| own.or(other));
    }

    pub(super) fn without(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| own.without(other));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(Bits::is_empty)
    }
}

impl Index {
    /// Every document.
    pub(super) fn all(&self) -> Documents {
        Documents(self.reader.searcher().segment_readers().iter().map(Bits::all).collect())
    }

    /// The documents that have one of the terms.
    pub(super) fn having<'t>(&self, terms: impl IntoIterator<Item = (Field, &'t str)>) -> Result<Documents, Error> {
        let searcher = self.reader.searcher();
        let mut all = Documents(searcher.segment_readers().iter().map(Bits::none).collect());
        for (field, text) in terms {
            for (bits, segment) in all.0.iter_mut().zip(searcher.segment_readers()) {
                add_all(bits, segment, field, text)?;
            }
        }
        Ok(all)
    }

    /// The documents that have all of the words somewhere.
    pub(super) fn having_all(&self, words: &[String]) -> Result<Documents, Error> {
        let Some((first, others)) = words.split_first() else { return self.having([]) };
        let mut all = self.having([(self.fields.text, first.as_str())])?;
        for word in others {
            all.and(&self.having([(self.fields.text, word.as_str())])?);
        }
        Ok(all)
    }

    /// For each record whether it is that of one of some documents.
    pub(super) fn among(&self, documents: &Documents) -> Vec<bool> {
        let mut among = vec![false; self.table.len()];
        for (bits, places) in documents.0.iter().zip(&self.places) {
            for document in bits.documents() {
                if let Some(found) = among.get_mut(places[document as usize] as usize) {
                    *found = true;
                }
            }
        }
        among
    }

    /// The places of the records of some documents, in the dataset's order.
    pub(super) fn places_of(&self, documents: &Documents) -> Vec<usize> {
        let mut found = vec![0_u64; self.table.len().div_ceil(64)];
        for (bits, places) in documents.0.iter().zip(&self.places) {
            for document in bits.documents() {
                let place = places[document as usize] as usize;
                if let Some(bits) = found.get_mut(place / 64) {
                    *bits |= 1 << (place % 64);
                }
            }
        }
        Bits(found).documents().into_iter().map(|place| place as usize).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_are_sets(one in prop::collection::btree_set(0_u32..300, 0..60), two in prop::collection::btree_set(0_u32..300, 0..60)) {
            let bits = |of: &std::collections::BTreeSet<u32>| {
                let mut bits = Bits(vec![0; 5]);
                for document in of {
                    bits.add(*document);
                }
                bits
            };
            let (mut and, mut or, mut without) = (bits(&one), bits(&one), bits(&one));
            prop_assert_eq!(and.documents(), one.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(and.is_empty(), one.is_empty());
            prop_assert_eq!(and.count(), one.len());
            and.and(&bits(&two));
            or.or(&bits(&two));
            without.without(&bits(&two));
            prop_assert_eq!(and.documents(), one.intersection(&two).copied().collect::<Vec<_>>());
            prop_assert_eq!(or.documents(), one.union(&two).copied().collect::<Vec<_>>());
            prop_assert_eq!(without.documents(), one.difference(&two).copied().collect::<Vec<_>>());
        }
    }
}
