//! Roughly how well documents fit: which of them are worth a closer look.
//!
//! The documents of the rarest unit are taken first, and unit by unit those go that lack too much, so that a common word
//! is only looked up in what is left. Words count as they do in [`fit`](super::fit), but that all that is said of a record is one text.

use tantivy::{DocId, IndexReader, SegmentReader, query::Bm25Weight, schema::Field};

use super::{
    Error, GONE, Index,
    documents::{Bits, Documents, Marked, add_all},
    fit::{ALIAS, NAME, PROPERTY, WEAKER, WHOLE_NAME},
    presence::Candidate,
    question::Unit,
    schema::Fields,
    top::Best,
    wanted::Need,
};

/// What is looked for.
pub(super) struct Sought<'q> {
    /// The units with what each is worth.
    pub units: &'q [(&'q Unit, f32)],
    pub need: Need,
    /// Groups of units of which one is needed.
    pub either: &'q [Vec<Unit>],
    /// The numbers of words of the phrases that are in all of the documents.
    pub phrases: &'q [Vec<String>],
    /// Names that are preferred where they are the whole name.
    pub keys: &'q [&'q str],
    /// What goes by this name, or has all words of one of the forms, and nothing else.
    pub told: Option<(&'q str, Vec<&'q [String]>)>,
    /// Only these documents.
    pub among: Option<&'q Documents>,
}

impl Index {
    /// The documents that fit best, ties in the dataset's order; of those only that `fits` lets through.
    pub(super) fn roughly(
        &self,
        sought: &Sought<'_>,
        limit: usize,
        mut fits: impl FnMut(&Candidate) -> Result<bool, Error>,
    ) -> Result<Vec<Candidate>, Error> {
        let searcher = self.reader.searcher();
        let mut best = Best::new(limit);
        let mut marked = Marked::default();
        for (number, segment) in searcher.segment_readers().iter().enumerate() {
            let among = sought.among.map(|among| &among.0[number]);
            if among.is_some_and(Bits::is_empty) {
                continue;
            }
            let (documents, scores) = (Vec::new(), Vec::new());
            let mut rough =
                Rough { index: self, segment, counts: &self.counts[number], marked: &mut marked, documents, scores };
            rough.narrow(sought, among)?;
            let mut threshold = best.threshold();
            for (document, score) in rough.documents.iter().zip(&rough.scores) {
                if *score > threshold {
                    let place = self.places[number][*document as usize];
                    let candidate = Candidate { segment: number, document: *document, place: place as usize };
                    if place != GONE && fits(&candidate)? {
                        best.add(*score, candidate);
                        threshold = best.threshold();
                    }
                }
            }
        }
        Ok(best.into_sorted())
    }
}

/// What a word counts in each document of a segment.
pub(super) struct Counts {
    text: Vec<f32>,
    names: Vec<f32>,
}

impl Counts {
    /// For each segment.
    pub(super) fn of(reader: &IndexReader, fields: &Fields) -> Result<Vec<Self>, Error> {
        let text = counts(reader, fields.text)?;
        let names = counts(reader, fields.names)?;
        Ok(text.into_iter().zip(names).map(|(text, names)| Self { text, names }).collect())
    }
}

/// What a word counts in a field of each document, by the field's length there: BM25 for words that are all equally rare, as
/// what a word is worth is decided where the question is read.
fn counts(reader: &IndexReader, field: Field) -> Result<Vec<Vec<f32>>, Error> {
    let searcher = reader.searcher();
    let mut tokens = 0;
    for segment in searcher.segment_readers() {
        tokens += segment.inverted_index(field)?.total_num_tokens();
    }
    let all = searcher.segment_readers().iter().map(|segment| u64::from(segment.max_doc())).sum::<u64>().max(1);
    #[expect(clippy::cast_precision_loss, reason = "a mean")]
    let mean = tokens as f32 / all as f32;
    // So that the logarithm in BM25 is nearly 1.
    let weight = Bm25Weight::for_one_term_without_explain(all * 37 / 100, all, mean);
    let lengths: Vec<f32> = (0..=u8::MAX).map(|length| weight.score(length, 1)).collect();
    let mut counts = Vec::new();
    for segment in searcher.segment_readers() {
        let norms = segment.get_fieldnorms_reader(field)?;
        counts
            .push((0..segment.max_doc()).map(|document| lengths[usize::from(norms.fieldnorm_id(document))]).collect());
    }
    Ok(counts)
}

/// Documents of a segment with what they count so far.
struct Rough<'i> {
    index: &'i Index,
    segment: &'i SegmentReader,
    counts: &'i Counts,
    marked: &'i mut Marked,
    documents: Vec<DocId>,
    scores: Vec<f32>,
}

impl Rough<'_> {
    fn narrow(&mut self, sought: &Sought<'_>, among: Option<&Bits>) -> Result<(), Error> {
        let mut units = sought.units.to_vec();
        // The more a unit is worth, the rarer it is.
        units.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let (names, others): (Vec<_>, Vec<_>) = units.iter().copied().partition(|(unit, _)| match sought.need {
            Need::All | Need::Some | Need::NamesAndSome => unit.is_name(),
            Need::ButProperties | Need::AllButOne | Need::Near => unit.is_needed(),
        });
        let (properties, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|(unit, _)| unit.is_property());
        let first = match sought.need {
            Need::All => &units[..units.len().min(1)],
            Need::ButProperties | Need::AllButOne | Need::Near | Need::NamesAndSome if !names.is_empty() => &names[..1],
            // What lacks one of them has one of any two.
            Need::AllButOne => &units[..units.len().min(2)],
            Need::ButProperties => &others[..others.len().min(1)],
            Need::Some if !names.is_empty() => &names[..],
            Need::Some | Need::Near => &units[..],
            Need::NamesAndSome => &properties[..],
        };
        self.begin(first, sought, among)?;
        if !matches!(sought.need, Need::All | Need::Some) {
            for unit in &names {
                self.group(&[*unit], 1)?;
            }
        }
        match sought.need {
            Need::All => {
                for unit in &units {
                    self.group(&[*unit], 1)?;
                }
            }
            Need::AllButOne => {
                let rest = [properties, others].concat();
                self.group(&rest, rest.len().saturating_sub(1))?;
            }
            Need::ButProperties => {
                for unit in &others {
                    self.group(&[*unit], 1)?;
                }
                self.group(&properties, 0)?;
            }
            Need::Near if !names.is_empty() => self.group(&[properties, others].concat(), 0)?,
            Need::Some | Need::Near if names.is_empty() => self.group(&units, 1)?,
            Need::Some | Need::Near => {
                self.group(&names, 1)?;
                self.group(&[properties, others].concat(), 0)?;
            }
            Need::NamesAndSome => {
                self.group(&properties, 1)?;
                self.group(&others, 0)?;
            }
        }
        for either in sought.either {
            let units: Vec<(&Unit, f32)> = either.iter().map(|unit| (unit, 1.0)).collect();
            self.group(&units, 1)?;
        }
        for phrase in sought.phrases {
            let words = f32::from(u8::try_from(phrase.len()).unwrap_or(u8::MAX));
            for (document, score) in self.documents.iter().zip(&mut self.scores) {
                *score += words * self.counts.text[*document as usize];
            }
        }
        if let Some((key, forms)) = &sought.told {
            self.keep_told(key, forms)?;
        }
        for key in sought.keys {
            let mut named = vec![false; self.documents.len()];
            for field in [self.index.fields.key, self.index.fields.loose] {
                self.having(field, key)?.into_iter().for_each(|place| named[place] = true);
            }
            let named = named.into_iter().zip(&mut self.scores);
            named.for_each(|(named, score)| *score += if named { WHOLE_NAME } else { 0.0 });
        }
        Ok(())
    }

    /// Which of the documents have a term: their places among them.
    fn having(&mut self, field: Field, text: &str) -> Result<Vec<usize>, Error> {
        self.marked.having(&self.documents, self.segment, (field, text))
    }

    /// Begins with the documents that have one of the units; with no units, with those of a group or all.
    fn begin(&mut self, first: &[(&Unit, f32)], sought: &Sought<'_>, among: Option<&Bits>) -> Result<(), Error> {
        let mut bits = match (first, sought.either.first()) {
            ([], None) => Bits::all(self.segment),
            ([], Some(either)) => self.union(either.iter())?,
            _ => self.union(first.iter().map(|(unit, _)| *unit))?,
        };
        among.inspect(|among| bits.and(among));
        self.documents = bits.documents();
        self.scores = vec![0.0; self.documents.len()];
        Ok(())
    }

    /// The documents that have one of the units, and maybe some that have part of one.
    fn union<'u>(&self, units: impl Iterator<Item = &'u Unit>) -> Result<Bits, Error> {
        let fields = &self.index.fields;
        let mut bits = Bits::none(self.segment);
        for unit in units {
            for property in &unit.properties {
                add_all(&mut bits, self.segment, fields.property, property.id)?;
            }
            if let Some(key) = &unit.key {
                add_all(&mut bits, self.segment, fields.key, key)?;
                add_all(&mut bits, self.segment, fields.loose, key)?;
            }
            for word in unit.forms.iter().filter_map(|form| form.first()) {
                add_all(&mut bits, self.segment, fields.text, word)?;
            }
        }
        Ok(bits)
    }

    /// Adds what the units count, and keeps what has at least so many of them.
    fn group(&mut self, units: &[(&Unit, f32)], least: usize) -> Result<(), Error> {
        if let [(unit, weight)] = units {
            let counts = self.unit(unit, *weight)?;
            self.scores.iter_mut().zip(&counts).for_each(|(score, count)| *score += count);
            if least > 0 {
                self.keep(|place| counts[place] > 0.0);
            }
            return Ok(());
        }
        let mut has = vec![0_u16; self.documents.len()];
        let may_lack = units.len().saturating_sub(least);
        for (number, (unit, weight)) in units.iter().enumerate() {
            let counts = self.unit(unit, *weight)?;
            for ((count, score), has) in counts.into_iter().zip(&mut self.scores).zip(&mut has) {
                *score += count;
                *has += u16::from(count > 0.0);
            }
            let told = number + 1;
            if told > may_lack {
                let enough = |has: u16| usize::from(has) + may_lack >= told;
                self.keep(|place| enough(has[place]));
                has.retain(|has| enough(*has));
            }
        }
        Ok(())
    }

    fn keep(&mut self, fits: impl Fn(usize) -> bool) {
        let mut kept = 0;
        for place in 0..self.documents.len() {
            self.documents[kept] = self.documents[place];
            self.scores[kept] = self.scores[place];
            kept += usize::from(fits(place));
        }
        self.documents.truncate(kept);
        self.scores.truncate(kept);
    }

    /// What a unit counts in each document: its best form, or the property or name that is called so, and a little of the
    /// others. 0 where it is not.
    fn unit(&mut self, unit: &Unit, weight: f32) -> Result<Vec<f32>, Error> {
        let fields = &self.index.fields;
        if let ([], None, [form]) = (unit.properties.as_slice(), &unit.key, unit.forms.as_slice()) {
            return self.form(form, weight);
        }
        let (mut best, mut sum) = (vec![0.0_f32; self.documents.len()], vec![0.0_f32; self.documents.len()]);
        let mut add = |place: usize, count: f32| {
            best[place] = best[place].max(count);
            sum[place] += count;
        };
        for property in &unit.properties {
            for place in self.having(fields.property, property.id)? {
                add(place, PROPERTY * weight);
            }
        }
        if let Some(key) = &unit.key {
            let words = f32::from(u8::try_from(unit.length).unwrap_or(u8::MAX));
            for field in [fields.key, fields.loose] {
                self.having(field, key)?.into_iter().for_each(|place| add(place, NAME * words * weight));
            }
        }
        for form in unit.forms.iter().filter(|form| !form.is_empty()) {
            let counts = self.form(form, weight)?;
            let here = counts.into_iter().enumerate().filter(|(_, count)| *count > 0.0);
            here.for_each(|(place, count)| add(place, count));
        }
        Ok(best.into_iter().zip(sum).map(|(best, sum)| best + WEAKER * (sum - best)).collect())
    }

    /// What words count that stand together in a document. 0 where one is missing.
    fn form(&mut self, form: &[String], weight: f32) -> Result<Vec<f32>, Error> {
        let fields = &self.index.fields;
        let mut counts = vec![0.0_f32; self.documents.len()];
        for (number, word) in form.iter().enumerate() {
            let mut all = vec![0.0_f32; self.documents.len()];
            for place in self.having(fields.text, word)? {
                if number == 0 || counts[place] > 0.0 {
                    all[place] = counts[place] + weight * self.counts.text[self.documents[place] as usize];
                }
            }
            for place in self.having(fields.names, word)? {
                if all[place] > 0.0 {
                    all[place] += NAME * weight * self.counts.names[self.documents[place] as usize];
                }
            }
            for place in self.having(fields.aliases, word)? {
                all[place] += if all[place] > 0.0 { ALIAS * weight } else { 0.0 };
            }
            counts = all;
        }
        Ok(counts)
    }

    /// Keeps what goes by a name, or has all words of one of the forms.
    fn keep_told(&mut self, key: &str, forms: &[&[String]]) -> Result<(), Error> {
        let fields = &self.index.fields;
        let mut tells = vec![false; self.documents.len()];
        for field in [fields.key, fields.loose] {
            self.having(field, key)?.into_iter().for_each(|place| tells[place] = true);
        }
        for form in forms {
            let mut has = vec![0; self.documents.len()];
            for word in *form {
                self.having(fields.text, word)?.into_iter().for_each(|place| has[place] += 1);
            }
            has.iter().zip(&mut tells).for_each(|(has, tells)| *tells |= *has == form.len());
        }
        self.keep(|place| tells[place]);
        Ok(())
    }
}
