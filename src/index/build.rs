//! From a dataset to an index, in memory or in a folder.

use std::{collections::HashMap, path::Path};

use tantivy::{
    Index as Tantivy, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyError, Term,
    directory::{Directory as _, MmapDirectory},
    tokenizer::TextAnalyzer,
};

use super::{
    Error, Index,
    chinese::Segmenter,
    document::{Writer, number},
    fingerprint::{Fingerprints, format},
    schema::{Fields, TOKENIZER, schema},
    table::Table,
    tokens::Tokens,
};
use crate::dataset::{Dataset, Record};

/// What a thread may gather in memory before it writes a segment.
const THREAD_BYTES: usize = 64_000_000;
/// And for a dataset that one thread writes in no time.
const SMALL_BYTES: usize = 15_000_000;
const SMALL: usize = 4_000;
/// More threads than this wait for one another.
const MOST_THREADS: usize = 4;

/// An index in memory.
pub(super) fn build(dataset: &Dataset) -> Result<Index, Error> {
    let segmenter = Segmenter::of(dataset);
    let (index, fields) = of(Tantivy::create_in_ram(schema().0), &segmenter);
    let documents = Writer::new(fields, dataset);
    let mut writer = writer(&index, dataset.records().len())?;
    for record in dataset.records() {
        writer.add_document(documents.document(record, 0))?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    finish(&index, fields, segmenter, dataset)
}

/// The index in a folder, brought up to date; written anew where it can't be read or is of another format.
pub(super) fn open(folder: &Path, dataset: &Dataset) -> Result<Index, Error> {
    let segmenter = Segmenter::of(dataset);
    match written(folder).and_then(|index| update(of(index, &segmenter), &segmenter, dataset)) {
        Ok(index) => return Ok(index),
        Err(error) => tracing::info!(%error, "the index is written anew"),
    }
    let directory = MmapDirectory::open(folder).map_err(TantivyError::from)?;
    let new = || Tantivy::create(directory.clone(), schema().0, IndexSettings::default());
    let index = new().or_else(|_| {
        // Its list of the files that are there is damaged.
        directory.delete(Path::new(".managed.json")).map_err(|error| TantivyError::SystemError(error.to_string()))?;
        new()
    })?;
    update(of(index, &segmenter), &segmenter, dataset)
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
fn update((index, fields): (Tantivy, Fields), segmenter: &Segmenter, dataset: &Dataset) -> Result<Index, Error> {
    let documents = Writer::new(fields, dataset);
    let fingerprints = Fingerprints::new(dataset, &documents);
    let mut wanted: HashMap<u64, (&Record, u64)> =
        dataset.records().iter().map(|record| (number(&record.id), (record, fingerprints.of(record)))).collect();
    let mut stale = Vec::new();
    for segment in reader(&index)?.searcher().segment_readers() {
        let (ids, prints) = (segment.fast_fields().u64("id")?, segment.fast_fields().u64("fingerprint")?);
        for document in segment.doc_ids_alive() {
            let (id, print) = (ids.first(document).unwrap_or_default(), prints.first(document).unwrap_or_default());
            if wanted.get(&id).is_some_and(|(_, fresh)| *fresh == print) {
                wanted.remove(&id);
            } else {
                stale.push(id);
            }
        }
    }
    if !stale.is_empty() || !wanted.is_empty() || index.load_metas()?.payload.is_none() {
        let mut writer = writer(&index, wanted.len())?;
        for id in stale {
            writer.delete_term(Term::from_field_u64(fields.id, id));
        }
        let mut changed: Vec<_> = wanted.into_values().collect();
        changed.sort_unstable_by_key(|(record, _)| &record.id);
        for (record, print) in changed {
            writer.add_document(documents.document(record, print))?;
        }
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&format());
        commit.commit()?;
        writer.wait_merging_threads()?;
    }
    finish(&index, fields, segmenter.clone(), dataset)
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

fn finish(index: &Tantivy, fields: Fields, segmenter: Segmenter, dataset: &Dataset) -> Result<Index, Error> {
    let reader = reader(index)?;
    let places = places(&reader, dataset)?;
    Ok(Index { reader, fields, segmenter, places, table: Table::of(dataset) })
}

/// The place of each document's record, for each segment.
fn places(reader: &IndexReader, dataset: &Dataset) -> Result<Vec<Vec<u32>>, Error> {
    let by_number: HashMap<u64, u32> =
        (0..).zip(dataset.records()).map(|(place, record)| (number(&record.id), place)).collect();
    let mut places = Vec::new();
    for segment in reader.searcher().segment_readers() {
        let ids = segment.fast_fields().u64("id")?;
        let place = |document| ids.first(document).and_then(|id| by_number.get(&id).copied()).unwrap_or(u32::MAX);
        places.push((0..segment.max_doc()).map(place).collect());
    }
    Ok(places)
}
