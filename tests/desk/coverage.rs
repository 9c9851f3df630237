//! Which records hold what each section of the documents says: `tests/dataset/coverage-*.toml`.

use std::{fs, path::Path};

use serde::Deserialize;
use tigerdesk::dataset::{Claim, bundled};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Coverage {
    section: Vec<Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    document: String,
    part: String,
    records: Vec<String>,
}

fn sections() -> Vec<Section> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dataset");
    let mut sections = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        sections.extend(toml::from_str::<Coverage>(&text).unwrap().section);
    }
    sections
}

#[test]
fn every_section_of_every_document_is_held_by_records_that_cite_it() {
    let dataset = bundled().unwrap();
    let sections = sections();
    for section in &sections {
        assert!(!section.records.is_empty(), "{}: {} is held by nothing", section.document, section.part);
        for id in &section.records {
            let record = dataset.get(id).unwrap_or_else(|| panic!("{}: there is no record {id}", section.part));
            let cites = |claim: &Claim| claim.sources.contains(&section.document);
            let cites = *id == section.document
                || record.claims.iter().any(cites)
                || dataset.links_to(id).any(|(_, claim)| cites(claim));
            assert!(cites, "{}: no claim on {id} or about it cites {}", section.part, section.document);
        }
    }
    for source in dataset.records().iter().filter(|record| record.kind.id == "source") {
        let parts = sections.iter().filter(|section| section.document == source.id).count();
        assert!(parts >= 5, "{}: {parts} sections are listed", source.id);
    }
}
