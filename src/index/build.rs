//! From a dataset to an index in memory.

use tantivy::{Index as Tantivy, IndexWriter, ReloadPolicy, tokenizer::TextAnalyzer};

use super::{
    Error, Index,
    chinese::Segmenter,
    document::Writer,
    schema::{TOKENIZER, schema},
    tokens::Tokens,
};
use crate::dataset::Dataset;

/// The smallest budget that tantivy takes for one thread.
const WRITER_BYTES: usize = 15_000_000;

pub(super) fn build(dataset: &Dataset) -> Result<Index, Error> {
    let (schema, fields) = schema();
    let segmenter = Segmenter::of(dataset);
    let index = Tantivy::create_in_ram(schema);
    index.tokenizers().register(TOKENIZER, TextAnalyzer::from(Tokens(segmenter.clone())));
    // One thread and one commit make one segment, whose order is the records' order: ties are always broken alike.
    let mut writer: IndexWriter = index.writer_with_num_threads(1, WRITER_BYTES)?;
    let documents = Writer::new(fields, dataset);
    for (place, record) in dataset.records().iter().enumerate() {
        for document in documents.documents(place, record) {
            writer.add_document(document)?;
        }
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    Ok(Index { reader, fields, segmenter })
}
