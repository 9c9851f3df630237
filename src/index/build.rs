//! From a dataset to an index, in memory or in a folder.

use std::path::Path;

use tantivy::{
    Index as Tantivy, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyError, Term,
    directory::{Directory as _, MmapDirectory},
    index::SegmentId,
    tokenizer::TextAnalyzer,
};

use super::{
    Error, GONE, Index,
    chinese::Segmenter,
    document::Writer,
    fingerprint::{fingerprints, format},
    kept::Kept,
    rough::Counts,
    schema::{Fields, TOKENIZER, schema},
    sources::Sources,
    table::Table,
    tokens::Tokens,
};
use crate::{dataset::Dataset, threads};

/// What a thread may gather in memory before it writes a segment.
const THREAD_BYTES: usize = 64_000_000;
/// And for a dataset that one thread writes in no time.
const SMALL_BYTES: usize = 15_000_000;
const SMALL: usize = 4_000;
/// More threads than this wait for one another.
const MOST_THREADS: usize = 4;

/// A dataset and the index over it.
pub(super) type Before<'b> = Option<(&'b Dataset, &'b Index)>;

/// An index in memory.
pub(super) fn build(dataset: &Dataset) -> Result<Index, Error> {
    let beside = Beside::of(dataset, None);
    let (index, fields) = of(Tantivy::create_in_ram(schema().0), &beside.segmenter);
    let documents = Writer::new(fields, dataset);
    let mut writer = writer(&index, dataset.records().len())?;
    for place in 0..dataset.records().len() {
        writer.add_document(documents.document(place, 0))?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    finish(dataset, (index, fields), beside)
}

/// The index in a folder, brought up to date; written anew where it can't be read or is of another format.
pub(super) fn open(folder: &Path, dataset: &Dataset, before: Before) -> Result<Index, Error> {
    let (beside, written) = threads::beside(|| Beside::of(dataset, before), || written(folder, before));
    let current = written.and_then(|written| {
        let kept = beside.kept.as_ref().filter(|_| written.in_use);
        update(of(written.index, &beside.segmenter), written.payload.as_deref(), kept, dataset)
    });
    match current {
        Ok(current) => return finish(dataset, current, beside),
        Err(_) if !folder.join("meta.json").exists() => tracing::info!("the index is written for the first time"),
        Err(error) => tracing::info!(%error, "the index is written anew"),
    }
    let directory = MmapDirectory::open(folder).map_err(TantivyError::from)?;
    let new = || Tantivy::create(directory.clone(), schema().0, IndexSettings::default());
    let index = new().or_else(|_| {
        // Its list of the files that are there is damaged.
        directory.delete(Path::new(".managed.json")).map_err(|error| TantivyError::SystemError(error.to_string()))?;
        new()
    })?;
    let current = update(of(index, &beside.segmenter), None, None, dataset)?;
    finish(dataset, current, beside)
}

/// What a folder holds.
struct Written {
    index: Tantivy,
    payload: Option<String>,
    /// Whether the index before answers from just this.
    in_use: bool,
}

/// The index that a folder holds, if it is whole and of this format.
fn written(folder: &Path, before: Before) -> Result<Written, Error> {
    let index = Tantivy::open_in_dir(folder)?;
    let doubt = |what: &str| TantivyError::SchemaError(what.to_owned()).into();
    let meta = index.load_metas()?;
    if index.schema() != schema().0 || !meta.payload.as_ref().is_some_and(|payload| payload.starts_with(&format())) {
        return Err(doubt("it is of another format"));
    }
    // Segments never change, but for what is deleted of them, and each has a name that no other has.
    let mut here: Vec<_> = meta.segments.iter().map(|segment| (segment.id(), segment.delete_opstamp())).collect();
    here.sort_unstable();
    let in_use = !here.is_empty() && before.is_some_and(|(_, before)| before.segments() == here);
    // What is in use was whole when it was opened.
    if !in_use && !index.validate_checksum()?.is_empty() {
        return Err(doubt("a file of it is damaged"));
    }
    Ok(Written { index, payload: meta.payload, in_use })
}

impl Index {
    /// The names of its segments, and up to what they have lost documents.
    fn segments(&self) -> Vec<(SegmentId, Option<u64>)> {
        let searcher = self.reader.searcher();
        let segments = searcher.segment_readers().iter();
        let mut segments: Vec<_> = segments.map(|segment| (segment.segment_id(), segment.delete_opstamp())).collect();
        segments.sort_unstable();
        segments
    }
}

/// What is written down with the documents: their format, and which files they were made of.
fn payload(dataset: &Dataset) -> String {
    let origin = dataset.origin().map_or(String::new(), |origin| blake3::Hash::from_bytes(origin).to_hex().to_string());
    format!("{} {origin}", format())
}

/// Takes in what has changed. `kept`: the records that the documents here are of already.
fn update(
    (index, fields): (Tantivy, Fields),
    written: Option<&str>,
    kept: Option<&Kept>,
    dataset: &Dataset,
) -> Result<(Tantivy, Fields), Error> {
    let payload = payload(dataset);
    let same = written == Some(payload.as_str());
    // The same files, read and written in the same way: nothing is looked at.
    if same && dataset.origin().is_some() {
        return Ok((index, fields));
    }
    let documents = Writer::new(fields, dataset);
    let prints = fingerprints(dataset, &documents, kept);
    let mut current = vec![false; prints.len()];
    let mut stale = Vec::new();
    for segment in reader(&index)?.searcher().segment_readers() {
        let (ids, written) = (segment.fast_fields().u64("id")?, segment.fast_fields().u64("fingerprint")?);
        for document in segment.doc_ids_alive() {
            let (id, print) = (ids.first(document).unwrap_or_default(), written.first(document).unwrap_or_default());
            match dataset.hashed(id) {
                Some(place) if prints[place].is_none_or(|now| now == print) => current[place] = true,
                _ => stale.push(id),
            }
        }
    }
    let changed = current.iter().filter(|current| !**current).count();
    if !same || !stale.is_empty() || changed > 0 {
        let mut writer = writer(&index, changed)?;
        for id in stale {
            writer.delete_term(Term::from_field_u64(fields.id, id));
        }
        for place in (0..prints.len()).filter(|place| !current[*place]) {
            let print = prints[place].unwrap_or_default();
            writer.add_document(documents.document(place, print))?;
        }
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&payload);
        commit.commit()?;
        writer.wait_merging_threads()?;
    }
    Ok((index, fields))
}

fn of(index: Tantivy, segmenter: &Segmenter) -> (Tantivy, Fields) {
    index.tokenizers().register(TOKENIZER, TextAnalyzer::from(Tokens(segmenter.clone())));
    (index, schema().1)
}

/// A writer for so many records.
fn writer(index: &Tantivy, records: usize) -> Result<IndexWriter, Error> {
    let threads = threads::number().min(MOST_THREADS);
    Ok(if records < SMALL {
        index.writer_with_num_threads(1, SMALL_BYTES)?
    } else {
        index.writer_with_num_threads(threads, threads * THREAD_BYTES)?
    })
}

fn reader(index: &Tantivy) -> Result<IndexReader, Error> {
    Ok(index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?)
}

/// What is kept beside the documents. It takes the longer to make the more records there are, so its parts are made at the
/// same time.
struct Beside {
    segmenter: Segmenter,
    table: Table,
    /// What was kept of the dataset before.
    kept: Option<Kept>,
}

impl Beside {
    fn of(dataset: &Dataset, before: Before) -> Self {
        let kept = before.map(|(before, _)| Kept::of(before, dataset));
        let before = before.zip(kept.as_ref());
        let segmenter = || match before {
            Some(((before, index), kept)) => index.segmenter.after(before, dataset, kept),
            None => Segmenter::of(dataset),
        };
        let table = || Table::of(dataset, before.map(|((_, index), kept)| (&index.table, kept)));
        let (table, segmenter) = threads::beside(table, segmenter);
        Self { segmenter, table, kept }
    }
}

fn finish(dataset: &Dataset, (index, fields): (Tantivy, Fields), beside: Beside) -> Result<Index, Error> {
    let reader = reader(&index)?;
    let (places, counts) = (places(&reader, dataset)?, Counts::of(&reader, &fields)?);
    let sources = Sources::of(dataset, &places);
    Ok(Index { reader, fields, segmenter: beside.segmenter, places, counts, table: beside.table, sources })
}

/// The place of each document's record, for each segment.
fn places(reader: &IndexReader, dataset: &Dataset) -> Result<Vec<Vec<u32>>, Error> {
    let mut places = Vec::new();
    for segment in reader.searcher().segment_readers() {
        let ids = segment.fast_fields().u64("id")?;
        let mut here = vec![GONE; segment.max_doc() as usize];
        for document in segment.doc_ids_alive() {
            let place = ids.first(document).and_then(|id| dataset.hashed(id)).and_then(|place| place.try_into().ok());
            here[document as usize] = place.unwrap_or(GONE);
        }
        places.push(here);
    }
    Ok(places)
}
