//! `cargo bench --bench search`: what the desk costs on generated datasets of a thousand to a million records, beside
//! plain tantivy and `SQLite`'s FTS5 over the same text.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "the benchmark is what it prints"
)]

use std::{env, path::Path, process::Command};

use anyhow::{Context as _, Result, bail};

mod desk;
mod generator;
mod loading;
mod memory;
mod micro;
mod questions;
mod rivals;
mod table;

/// The same dataset for everybody.
const SEED: u64 = 2025;
const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--part", part, dir] => print_part(part, Path::new(dir)),
        [] => {
            measure(&SIZES)?;
            let dir = tempfile::tempdir()?;
            generator::Plan::new(SIZES[1], SEED).write(dir.path())?;
            micro::sample(dir.path())
        }
        ["--sizes", sizes] => {
            let sizes: Result<Vec<usize>, _> = sizes.split(',').map(str::parse).collect();
            measure(&sizes.context("sizes are numbers: --sizes 1000,100000")?)
        }
        _ => bail!("cargo bench --bench search [-- --sizes 1000,10000,100000,1000000]"),
    }
}

fn measure(sizes: &[usize]) -> Result<()> {
    let mut rows = Vec::new();
    for size in sizes {
        let dir = tempfile::tempdir()?;
        let bytes = generator::Plan::new(*size, SEED).write(dir.path())?;
        eprintln!("{size} records, {:.1} MB", bytes as f64 / 1e6);
        let cold: desk::Cold = part("cold", dir.path())?;
        let (): () = part("stock", dir.path())?;
        let loading: loading::Warm = part("loading", dir.path())?;
        let (): () = part("first", dir.path())?;
        let warm: desk::Warm = part("warm", dir.path())?;
        let rivals: desk::Rivals = part("rivals", dir.path())?;
        rows.push(table::Row { records: *size, bytes, cold, loading, warm, rivals });
    }
    println!("{}", table::render(&rows));
    Ok(())
}

/// Measures a part in a process of its own.
fn part<T: serde::de::DeserializeOwned>(part: &str, dir: &Path) -> Result<T> {
    let output = Command::new(env::current_exe()?).arg("--part").arg(part).arg(dir).output()?;
    if !output.status.success() {
        bail!("{part} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn print_part(part: &str, dir: &Path) -> Result<()> {
    let measured = match part {
        "cold" => serde_json::to_string(&desk::cold(dir)?)?,
        "stock" => serde_json::to_string(&loading::stock(dir)?)?,
        "loading" => serde_json::to_string(&loading::warm(dir)?)?,
        "first" => serde_json::to_string(&desk::first(dir)?)?,
        "warm" => serde_json::to_string(&desk::warm(dir)?)?,
        "rivals" => serde_json::to_string(&desk::rivals(dir)?)?,
        _ => bail!("there is no part {part}"),
    };
    println!("{measured}");
    Ok(())
}
