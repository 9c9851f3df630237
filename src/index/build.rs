//! From a dataset to an index, in memory or in a folder.

use std::{panic::resume_unwind, path::Path, thread};

use tantivy::{
    Index as Tantivy, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyError, Term,
    directory::{Directory as _, MmapDirectory},
    tokenizer::TextAnalyzer,
};

use super::{
    Error, Index,
    chinese::Segmenter,
    document::Writer,
    fingerprint::{fingerprints, format},
    known::Known,
    schema::{Fields, TOKENIZER, schema},
    table::Table,
    tokens::Tokens,
};
use crate::dataset::Dataset;

/// What a thread may gather in memory before it writes a segment.
const THREAD_BYTES: usize = 64_000_000;
/// And for a dataset that one thread writes in no time.
const SMALL_BYTES: usize = 15_000_000;
const SMALL: usize = 4_000;
/// More threads than this wait for one another.
const MOST_THREADS: usize = 4;

/// An index in memory.
pub(super) fn build(dataset: &Dataset) -> Result<Index, Error> {
    let beside = Beside::of(dataset);
    let (index, fields) = of(Tantivy::create_in_ram(schema().0), &beside.segmenter);
    let documents = Writer::new(fields, dataset);
    let mut writer = writer(&index, dataset.records().len())?;
    for record in dataset.records() {
        writer.add_document(documents.document(record, 0))?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    finish((index, fields), beside)
}

/// The index in a folder, brought up to date; written anew where it can't be read or is of another format.
pub(super) fn open(folder: &Path, dataset: &Dataset) -> Result<Index, Error> {
    let beside = Beside::of(dataset);
    match written(folder).and_then(|index| update(of(index, &beside.segmenter), &beside, dataset)) {
        Ok(current) => return finish(current, beside),
        Err(error) => tracing::info!(%error, "the index is written anew"),
    }
    let directory = MmapDirectory::open(folder).map_err(TantivyError::from)?;
    let new = || Tantivy::create(directory.clone(), schema().0, IndexSettings::default());
    let index = new().or_else(|_| {
        // Its list of the files that are there is damaged.
        directory.delete(Path::new(".managed.json")).map_err(|error| TantivyError::SystemError(error.to_string()))?;
        new()
    })?;
    let current = update(of(index, &beside.segmenter), &beside, dataset)?;
    finish(current, beside)
}

/// The index that a folder holds, if it is whole and of this format.
fn written(folder: &Path) -> Result<Tantivy, Error> {
    let index = Tantivy::open_in_dir(folder)?;
    let doubt = |what: &str| TantivyError::SchemaError(what.to_owned()).into();
    if index.schema() != schema().0 || index.load_metas()?.payload != Some(format()) {
        return Err(doubt("it is of another format"));
    }
    if !index.validate_checksum()?.is_empty() {
        return Err(doubt("a file of it is damaged"));
    }
    Ok(index)
}

/// Takes in what has changed.
fn update((index, fields): (Tantivy, Fields), beside: &Beside, dataset: &Dataset) -> Result<(Tantivy, Fields), Error> {
    let documents = Writer::new(fields, dataset);
    let prints = fingerprints(dataset, &beside.table, &documents);
    let mut current = vec![false; prints.len()];
    let mut stale = Vec::new();
    for segment in reader(&index)?.searcher().segment_readers() {
        let (ids, written) = (segment.fast_fields().u64("id")?, segment.fast_fields().u64("fingerprint")?);
        for document in segment.doc_ids_alive() {
            let (id, print) = (ids.first(document).unwrap_or_default(), written.first(document).unwrap_or_default());
            match beside.known.place(id).map(|place| place as usize) {
                Some(place) if prints[place] == print => current[place] = true,
                _ => stale.push(id),
            }
        }
    }
    let changed = current.iter().filter(|current| !**current).count();
    if !stale.is_empty() || changed > 0 || index.load_metas()?.payload.is_none() {
        let mut writer = writer(&index, changed)?;
        for id in stale {
            writer.delete_term(Term::from_field_u64(fields.id, id));
        }
        for (place, record) in dataset.records().iter().enumerate().filter(|(place, _)| !current[*place]) {
            writer.add_document(documents.document(record, prints[place]))?;
        }
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&format());
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
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
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
    known: Known,
}

impl Beside {
    fn of(dataset: &Dataset) -> Self {
        thread::scope(|scope| {
            let segmenter = scope.spawn(|| Segmenter::of(dataset));
            let (known, table) = (Known::new(dataset), Table::of(dataset));
            let segmenter = segmenter.join().unwrap_or_else(|panic| resume_unwind(panic));
            Self { segmenter, table, known }
        })
    }
}

fn finish((index, fields): (Tantivy, Fields), beside: Beside) -> Result<Index, Error> {
    let reader = reader(&index)?;
    let places = places(&reader, &beside.known)?;
    Ok(Index { reader, fields, segmenter: beside.segmenter, places, table: beside.table })
}

/// The place of each document's record, for each segment.
fn places(reader: &IndexReader, known: &Known) -> Result<Vec<Vec<u32>>, Error> {
    let mut places = Vec::new();
    for segment in reader.searcher().segment_readers() {
        let ids = segment.fast_fields().u64("id")?;
        let place = |document| ids.first(document).and_then(|id| known.place(id)).unwrap_or(u32::MAX);
        places.push((0..segment.max_doc()).map(place).collect());
    }
    Ok(places)
}
