//! What is written down of each document.

use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};

/// The name of the tokenizer of words.
pub(super) const TOKENIZER: &str = "words";

/// The fields of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// The kind of the record.
    pub kind: Field,
    /// The place of the record among the records.
    pub record: Field,
    /// The place of the claim among the record's claims, counted from 1; 0 for the record itself.
    pub claim: Field,
    /// The keys of the record's names and its id, for exact look-up.
    pub key: Field,
    /// The keys of the record's name and native name alone, on its own document.
    pub name_key: Field,
    /// The keys of its names in the singular, and of Chinese ones as they sound.
    pub loose: Field,
    /// The words of the record's name and native name.
    pub names: Field,
    /// The words of its other names.
    pub aliases: Field,
    /// On a claim: the id of its property.
    pub property: Field,
    /// On a claim: the words of its value.
    pub body: Field,
    /// The words of the summary, the tags and the kind; on a claim, of its note.
    pub summary: Field,
    /// On a record's document: the words of its claims. On a dated claim: what else is said of what happened.
    pub all: Field,
    /// Tags, folded.
    pub tag: Field,
    /// The keys of the places that the record is at or in.
    pub place: Field,
    /// What the sources may be called by.
    pub source: Field,
    /// The first days of what is dated, in days since 1970-01-01, for filters.
    pub day: Field,
    /// On a claim: the first day for which it holds.
    pub as_of: Field,
    /// For a claim that belongs on the timeline: first and last day.
    pub first_day: Field,
    /// See [`Fields::first_day`].
    pub last_day: Field,
}

/// The schema and its fields.
pub(super) fn schema() -> (Schema, Fields) {
    let words = |option: IndexRecordOption, lengths: bool| {
        let indexing = TextFieldIndexing::default().set_tokenizer(TOKENIZER);
        TextOptions::default().set_indexing_options(indexing.set_index_option(option).set_fieldnorms(lengths))
    };
    let placed = IndexRecordOption::WithFreqsAndPositions;
    let mut schema = Schema::builder();
    let fields = Fields {
        kind: schema.add_text_field("kind", STRING),
        record: schema.add_u64_field("record", FAST),
        claim: schema.add_u64_field("claim", FAST | INDEXED),
        key: schema.add_text_field("key", STRING),
        name_key: schema.add_text_field("name_key", STRING),
        loose: schema.add_text_field("loose", STRING),
        // A short name is closer to a word of it than a long one; a record with many aliases is no farther.
        names: schema.add_text_field("names", words(placed, true)),
        aliases: schema.add_text_field("aliases", words(placed, false)),
        property: schema.add_text_field("property", STRING),
        body: schema.add_text_field("body", words(placed, true)),
        summary: schema.add_text_field("summary", words(placed, true)),
        all: schema.add_text_field("all", words(placed, false)),
        tag: schema.add_text_field("tag", STRING),
        place: schema.add_text_field("place", STRING),
        source: schema.add_text_field("source", STRING),
        day: schema.add_i64_field("day", FAST | INDEXED),
        as_of: schema.add_i64_field("as_of", FAST),
        first_day: schema.add_i64_field("first_day", FAST | INDEXED),
        last_day: schema.add_i64_field("last_day", FAST | INDEXED),
    };
    (schema.build(), fields)
}
