//! From a dataset to an index in memory.

use std::collections::HashMap;

use tantivy::{Index as Tantivy, IndexReader, IndexWriter, ReloadPolicy, tokenizer::TextAnalyzer};

use super::{
    Error, Index,
    chinese::Segmenter,
    document::{Writer, number},
    schema::{TOKENIZER, schema},
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

pub(super) fn build(dataset: &Dataset) -> Result<Index, Error> {
    let (schema, fields) = schema();
    let segmenter = Segmenter::of(dataset);
    let index = Tantivy::create_in_ram(schema);
    index.tokenizers().register(TOKENIZER, TextAnalyzer::from(Tokens(segmenter.clone())));
    let documents = Writer::new(fields, dataset);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    let small = dataset.records().len() < SMALL;
    let mut writer: IndexWriter = if small {
        index.writer_with_num_threads(1, SMALL_BYTES)?
    } else {
        index.writer_with_num_threads(threads, threads * THREAD_BYTES)?
    };
    for record in dataset.records() {
        writer.add_document(documents.document(record))?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    let reader: IndexReader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
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
