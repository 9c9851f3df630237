//! The same text in plain tantivy, with its default tokenizer, and in `SQLite`'s FTS5.

use std::time::Instant;

use tantivy::{
    Index, IndexWriter, TantivyDocument,
    collector::TopDocs,
    query::QueryParser,
    schema::{STORED, Schema, TEXT},
};
use tigerdesk::dataset::Dataset;

use crate::{memory, questions::Times};

/// Queries to each rival.
const QUERIES: usize = 1_000;

/// What a rival does.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Rival {
    /// Documents indexed a second, one document a record.
    pub indexed: f64,
    /// The ten best for two words, in microseconds: 50 and 99 of a hundred are faster.
    pub top_ten: (f64, f64),
    /// Resident memory when it is done, in MiB.
    pub resident: f64,
}

/// Everything that is said of each record, as one text.
pub fn texts(dataset: &Dataset) -> Vec<String> {
    let text = |record: &tigerdesk::dataset::Record| {
        let mut parts: Vec<String> = record.names().map(str::to_owned).collect();
        parts.extend(record.tags.iter().cloned());
        parts.push(record.summary.clone());
        for claim in &record.claims {
            parts.push(claim.property.label.to_owned());
            parts.push(dataset.show(&claim.value));
            parts.extend(claim.note.clone());
        }
        parts.join(" ")
    };
    dataset.records().iter().map(text).collect()
}

/// Plain tantivy, in memory, with as many threads as it takes by itself.
pub fn tantivy(texts: &[String], queries: &[String]) -> tantivy::Result<Rival> {
    let mut schema = Schema::builder();
    let number = schema.add_u64_field("number", STORED);
    let body = schema.add_text_field("body", TEXT);
    let start = Instant::now();
    let index = Index::create_in_ram(schema.build());
    let mut writer: IndexWriter = index.writer(100_000_000)?;
    for (place, text) in texts.iter().enumerate() {
        let mut document = TantivyDocument::default();
        document.add_u64(number, place as u64);
        document.add_text(body, text);
        writer.add_document(document)?;
    }
    writer.commit()?;
    let indexed = texts.len() as f64 / start.elapsed().as_secs_f64();
    writer.wait_merging_threads()?;
    let searcher = index.reader()?.searcher();
    let parser = QueryParser::for_index(&index, vec![body]);
    let times = Times::of(QUERIES, |place| {
        let query = parser.parse_query_lenient(&queries[place % queries.len()]).0;
        let found = searcher.search(&query, &TopDocs::with_limit(10).order_by_score()).expect("an index in memory");
        for (_, address) in found {
            std::hint::black_box(searcher.doc::<TantivyDocument>(address).expect("an index in memory"));
        }
    });
    Ok(Rival { indexed, top_ten: (times.percentile(50), times.percentile(99)), resident: memory::resident() })
}

/// `SQLite`'s full-text search, in memory.
pub fn fts5(texts: &[String], queries: &[String]) -> rusqlite::Result<Rival> {
    let mut base = rusqlite::Connection::open_in_memory()?;
    base.execute_batch("CREATE VIRTUAL TABLE texts USING fts5(body)")?;
    let start = Instant::now();
    let transaction = base.transaction()?;
    {
        let mut insert = transaction.prepare("INSERT INTO texts(rowid, body) VALUES (?, ?)")?;
        for (place, text) in texts.iter().enumerate() {
            insert.execute((place as i64, text))?;
        }
    }
    transaction.commit()?;
    let indexed = texts.len() as f64 / start.elapsed().as_secs_f64();
    let mut select = base.prepare("SELECT rowid, body FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT 10")?;
    let times = Times::of(QUERIES / 4, |place| {
        // Both words, as the desk searches.
        let words: Vec<String> = queries[place % queries.len()].split(' ').map(|word| format!("\"{word}\"")).collect();
        let rows = select.query_map([words.join(" ")], |row| row.get::<_, String>(1)).expect("a sound query");
        std::hint::black_box(rows.count());
    });
    Ok(Rival { indexed, top_ten: (times.percentile(50), times.percentile(99)), resident: memory::resident() })
}
