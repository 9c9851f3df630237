//! The one table that is printed.

use std::fmt::Write as _;

use crate::{
    desk::{Cold, Rivals, Warm},
    loading,
};

/// What was measured at one size.
pub struct Row {
    /// How many records.
    pub records: usize,
    /// How many bytes of files.
    pub bytes: u64,
    /// The desk, cold.
    pub cold: Cold,
    /// Loading with what is known from before.
    pub loading: loading::Warm,
    /// The desk, warm.
    pub warm: Warm,
    /// The others.
    pub rivals: Rivals,
}

/// The table, in Markdown: a column a size.
pub fn render(rows: &[Row]) -> String {
    let mut table = String::new();
    let mut line = |name: &str, cell: &dyn Fn(&Row) -> String| {
        let _ = write!(table, "| {name} |");
        for row in rows {
            let _ = write!(table, " {} |", cell(row));
        }
        table.push('\n');
    };
    let pair = |(half, most): (f64, f64)| format!("{half:.0} / {most:.0}");
    line("records", &|row| row.records.to_string());
    line("---", &|_| "---:".to_owned());
    line("files, MB", &|row| format!("{:.1}", row.bytes as f64 / 1e6));
    line("words a record", &|row| format!("{:.0}", row.rivals.words));
    line("load and validate, s", &|row| format!("{:.2}", row.cold.load));
    line("… at the next start, s", &|row| format!("{:.2}", row.loading.load));
    line("… after one record changed, s", &|row| format!("{:.2}", row.loading.changed));
    line("… writing that down, s", &|row| format!("{:.2}", row.loading.save));
    line("… peak with both datasets, MiB", &|row| format!("{:.0}", row.loading.peak));
    line("index, s", &|row| format!("{:.2}", row.cold.index));
    line("first answer after that, µs", &|row| format!("{:.0}", row.cold.first));
    line("resident, MiB", &|row| format!("{:.0}", row.cold.resident));
    line("peak, MiB", &|row| format!("{:.0}", row.cold.peak));
    let start = |(load, open, first): (f64, f64, f64)| {
        format!("{:.2} = {load:.2} + {open:.2} + {first:.3}", load + open + first)
    };
    line("warm start (dataset + index + answer), s", &|row| start(row.warm.start));
    line("one record more (the same), s", &|row| start(row.warm.changed));
    line("resident after a warm start, MiB", &|row| format!("{:.0}", row.warm.resident));
    line("index on disk, MB", &|row| format!("{:.1}", row.warm.bytes as f64 / 1e6));
    line("indexed, records/s", &|row| format!("{:.0}", row.cold.indexed));
    line("… plain tantivy", &|row| format!("{:.0}", row.rivals.tantivy.indexed));
    line("… SQLite FTS5", &|row| format!("{:.0}", row.rivals.fts5.indexed));
    line("ten best for two words, µs (p50 / p99)", &|row| pair(row.cold.top_ten));
    line("… plain tantivy", &|row| pair(row.rivals.tantivy.top_ten));
    line("… SQLite FTS5", &|row| pair(row.rivals.fts5.top_ten));
    let commands = rows.first().map(|row| row.cold.commands.as_slice()).unwrap_or_default();
    for (place, (command, ..)) in commands.iter().enumerate() {
        line(&format!("`{command}`, µs"), &|row| pair((row.cold.commands[place].1, row.cold.commands[place].2)));
    }
    line("the costliest question, µs of a processor", &|row| {
        format!("{:.0} ({})", row.cold.worst.1, row.cold.worst.0)
    });
    table
}
