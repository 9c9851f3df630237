//! From a dataset to an index in memory.

use tantivy::{
    Index as Tantivy, IndexWriter, ReloadPolicy, TantivyDocument,
    schema::{FAST, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions},
    tokenizer::TextAnalyzer,
};

use super::{Error, Fields, Index, words::Words};
use crate::{
    dataset::{Claim, Dataset, PartialDate, Record, Value},
    spelling::key,
};

const TOKENIZER: &str = "words";
/// The smallest budget that tantivy takes for one thread.
const WRITER_BYTES: usize = 15_000_000;

fn schema() -> (Schema, Fields) {
    let indexing = TextFieldIndexing::default().set_tokenizer(TOKENIZER).set_index_option(IndexRecordOption::WithFreqs);
    let text = TextOptions::default().set_indexing_options(indexing);
    let mut schema = Schema::builder();
    let fields = Fields {
        kind: schema.add_text_field("kind", STRING),
        record: schema.add_u64_field("record", FAST),
        claim: schema.add_u64_field("claim", FAST | INDEXED),
        key: schema.add_text_field("key", STRING),
        names: schema.add_text_field("names", text.clone()),
        body: schema.add_text_field("body", text.clone()),
        all: schema.add_text_field("all", text),
        first_day: schema.add_i64_field("first_day", FAST | INDEXED),
        last_day: schema.add_i64_field("last_day", FAST | INDEXED),
    };
    (schema.build(), fields)
}

pub(super) fn build(dataset: &Dataset) -> Result<Index, Error> {
    let (schema, fields) = schema();
    let index = Tantivy::create_in_ram(schema);
    index.tokenizers().register(TOKENIZER, TextAnalyzer::from(Words));
    // One thread and one commit make one segment, whose order is the records' order: ties are always broken alike.
    let mut writer: IndexWriter = index.writer_with_num_threads(1, WRITER_BYTES)?;
    for (place, record) in dataset.records().iter().enumerate() {
        writer.add_document(record_document(&fields, dataset, place, record))?;
        // That a record is related to another one says nothing that anybody asks for.
        let telling = record.claims.iter().enumerate().filter(|(_, claim)| claim.property.id != "related");
        for (number, claim) in telling {
            writer.add_document(claim_document(&fields, dataset, (place, record), (number, claim)))?;
        }
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    Ok(Index { reader, fields })
}

fn base_document(fields: &Fields, place: usize, record: &Record, claim: usize) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_text(fields.kind, record.kind.id);
    document.add_u64(fields.record, place as u64);
    document.add_u64(fields.claim, claim as u64);
    for name in record.names() {
        document.add_text(fields.names, name);
    }
    document
}

fn record_document(fields: &Fields, dataset: &Dataset, place: usize, record: &Record) -> TantivyDocument {
    let mut document = base_document(fields, place, record, 0);
    let mut keys: Vec<_> = record.names().map(key).chain([key(&record.id)]).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys.iter().filter(|key| !key.is_empty()) {
        document.add_text(fields.key, key);
    }
    document.add_text(fields.body, &record.summary);
    document.add_text(fields.body, record.kind.id);
    for tag in &record.tags {
        document.add_text(fields.body, tag);
    }
    for claim in &record.claims {
        document.add_text(fields.all, claim.property.label);
        document.add_text(fields.all, dataset.show(&claim.value));
        if let Some(note) = &claim.note {
            document.add_text(fields.all, note);
        }
    }
    if let Some(source) = &record.source {
        for text in source.publisher.iter().chain(&source.authors) {
            document.add_text(fields.body, text);
        }
    }
    document
}

fn claim_document(
    fields: &Fields,
    dataset: &Dataset,
    (place, record): (usize, &Record),
    (number, claim): (usize, &Claim),
) -> TantivyDocument {
    let mut document = base_document(fields, place, record, number + 1);
    let property = claim.property;
    document.add_text(fields.body, property.label);
    for synonym in property.synonyms {
        document.add_text(fields.body, synonym);
    }
    document.add_text(fields.body, dataset.show(&claim.value));
    if let Value::Ref(id) = &claim.value
        && let Some(target) = dataset.get(id)
    {
        for name in target.names().skip(1) {
            document.add_text(fields.body, name);
        }
    }
    if let Some(note) = &claim.note {
        document.add_text(fields.body, note);
    }
    if let (Some(told), Value::Date(date)) = (property.timeline, &claim.value) {
        document.add_text(fields.body, told);
        document.add_text(fields.body, &record.summary);
        let (first, last) = days(*date);
        document.add_i64(fields.first_day, first);
        document.add_i64(fields.last_day, last);
    }
    document
}

/// The first and the last day of a date, in days since 1970-01-01.
pub(super) fn days(date: PartialDate) -> (i64, i64) {
    let day = |day: jiff::civil::Date| {
        let since = day - jiff::civil::date(1970, 1, 1);
        i64::from(since.get_days())
    };
    (day(date.first_day()), day(date.last_day()))
}
