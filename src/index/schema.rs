//! What is written down of each document.

use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};

/// The name of the tokenizer of words.
pub(super) const TOKENIZER: &str = "words";

/// The fields of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// The kind of the record.
    pub kind: Field,
    /// A number made of the record's id, by which its document is found again when it changes.
    pub id: Field,
    /// By which it is seen whether the document is up to date.
    pub fingerprint: Field,
    /// The keys of the record's names and its id, for exact look-up: those of its name and native name twice.
    pub key: Field,
    /// The keys of its names in the singular, and of Chinese ones as they sound.
    pub loose: Field,
    /// The words of the record's name and native name.
    pub names: Field,
    /// The words of its other names.
    pub aliases: Field,
    /// The ids of the properties of its claims.
    pub property: Field,
    /// All that is said of it, part by part as [`layout`](super::layout) has it.
    pub text: Field,
    /// Tags, folded.
    pub tag: Field,
    /// The keys of the places that the record is at or in.
    pub place: Field,
}

/// The schema and its fields.
pub(super) fn schema() -> (Schema, Fields) {
    let words = |option: IndexRecordOption, lengths: bool| {
        let indexing = TextFieldIndexing::default().set_tokenizer(TOKENIZER);
        TextOptions::default().set_indexing_options(indexing.set_index_option(option).set_fieldnorms(lengths))
    };
    let raw = TextFieldIndexing::default().set_tokenizer("raw").set_fieldnorms(false);
    let counted = TextOptions::default().set_indexing_options(raw.set_index_option(IndexRecordOption::WithFreqs));
    let mut schema = Schema::builder();
    let fields = Fields {
        kind: schema.add_text_field("kind", STRING),
        id: schema.add_u64_field("id", FAST | INDEXED),
        fingerprint: schema.add_u64_field("fingerprint", FAST),
        key: schema.add_text_field("key", counted),
        loose: schema.add_text_field("loose", STRING),
        // A short name is closer to a word of it than a long one; a record with many aliases is no farther.
        names: schema.add_text_field("names", words(IndexRecordOption::Basic, true)),
        aliases: schema.add_text_field("aliases", words(IndexRecordOption::Basic, false)),
        property: schema.add_text_field("property", STRING),
        text: schema.add_text_field("text", words(IndexRecordOption::WithFreqsAndPositions, true)),
        tag: schema.add_text_field("tag", STRING),
        place: schema.add_text_field("place", STRING),
    };
    (schema.build(), fields)
}
