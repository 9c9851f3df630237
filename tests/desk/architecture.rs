//! The direction of the arrows between modules, read from the `use` lines and paths of the sources.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Which modules each module may use. What is not listed may use nothing of the crate.
const ALLOWED: [(&str, &[&str]); 18] = [
    ("threads", &["panics"]),
    ("panics", &[]),
    ("spelling", &[]),
    ("calendar", &["spelling"]),
    ("dataset", &["panics", "spelling", "threads"]),
    ("index", &["calendar", "dataset", "spelling", "threads"]),
    ("reply", &["dataset", "spelling"]),
    ("commands", &["calendar", "dataset", "digest", "index", "reply", "spelling", "threads"]),
    ("settings", &["spelling"]),
    ("cli", &[]),
    ("store", &["dataset", "digest"]),
    ("matrix", &["commands", "reply", "settings"]),
    ("console", &["calendar", "cli", "commands", "dataset", "digest", "index", "reply", "spelling"]),
    ("digest", &["dataset", "reply", "spelling"]),
    ("ops", &["panics", "settings"]),
    (
        "app",
        &[
            "cli", "commands", "console", "dataset", "digest", "index", "matrix", "ops", "panics", "reply", "settings",
            "store",
        ],
    ),
    ("main", &["app", "cli", "commands", "console", "dataset", "ops", "panics", "settings", "threads"]),
    ("build", &[]),
];

/// Crates that one module only may use.
const OWNERS: [(&str, &[&str]); 9] = [
    ("tantivy", &["index"]),
    ("sqlx", &["store"]),
    ("matrix_sdk", &["matrix"]),
    ("rustyline", &["console"]),
    ("notify", &["app"]),
    ("axum", &["ops"]),
    ("prometheus_client", &["ops"]),
    ("sd_notify", &["ops"]),
    // What serves is in `ops`; what finds the proxy that the SDK would use is in `matrix`.
    ("hyper_util", &["matrix", "ops"]),
];

fn sources() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    fn walk(dir: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let mut modules: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
    for file in files {
        let first = file.strip_prefix(&root).unwrap().components().next().unwrap();
        let module = first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&file).unwrap();
        // Comments and tests may point anywhere.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        modules.entry(module).or_default().push((file, code));
    }
    modules
}

/// The modules that a source names as `crate::x`, `crate::{x, y}` or `tigerdesk::…`.
fn used(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    for root in ["crate::", "tigerdesk::"] {
        for (at, _) in code.match_indices(root) {
            let rest = &code[at + root.len()..];
            let name =
                |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
            if let Some(group) = rest.strip_prefix('{') {
                let mut depth = 0;
                let mut entry = String::new();
                for c in group.chars() {
                    match c {
                        '}' if depth == 0 => break,
                        ',' if depth == 0 => used.push(name(&std::mem::take(&mut entry))),
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 && c != ',' {
                        entry.push(c);
                    }
                }
                used.push(name(&entry));
            } else {
                used.push(name(rest));
            }
        }
    }
    used.retain(|name| !name.is_empty());
    used
}

#[test]
fn arrows_point_inward() {
    for (module, files) in sources() {
        if module == "lib" {
            continue;
        }
        let rule = ALLOWED.iter().find(|(name, _)| *name == module);
        let (_, allowed) = rule.unwrap_or_else(|| panic!("src/{module} has no place in the architecture: give it one"));
        for (file, code) in files {
            for target in used(&code) {
                assert!(
                    target == module || allowed.contains(&target.as_str()),
                    "{}: {module} must not use {target}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn each_great_library_has_one_importer() {
    for (module, files) in sources() {
        for (file, code) in files {
            for (library, owners) in OWNERS {
                let path = format!("{library}::");
                // `sd_notify::` is no path into `notify`.
                let whole = |at: usize| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
                let imported =
                    code.match_indices(&path).any(|(at, _)| whole(at)) || code.contains(&format!("use {library}"));
                assert!(!imported || owners.contains(&module.as_str()), "{} imports {library}", file.display());
            }
        }
    }
}

#[test]
fn the_core_has_no_clock_and_no_network() {
    for (module, files) in sources() {
        if !["commands", "dataset", "index", "reply", "spelling", "digest"].contains(&module.as_str()) {
            continue;
        }
        for (file, code) in files.into_iter().filter(|(file, _)| !file.ends_with("tests.rs")) {
            for outward in ["Timestamp::now", "SystemTime", "Instant::now", "std::net", "rand::", "tokio::"] {
                assert!(!code.contains(outward), "{} uses {outward}", file.display());
            }
            let reads = ["dataset/folder", "dataset/loader/shelf.rs"];
            let reads_files =
                code.contains("fs::") && !reads.iter().any(|reader| file.to_string_lossy().contains(reader));
            assert!(!reads_files, "{} reads files", file.display());
        }
    }
}

#[test]
fn the_reader_of_use_lines_reads_them() {
    let code = "use crate::{dataset::{Claim, Record}, reply::text, x};\nfn f() { crate::index::words(); }";
    assert_eq!(used(code), ["dataset", "reply", "x", "index"]);
}
