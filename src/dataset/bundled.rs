//! The dataset that is built into the program.

use super::{Dataset, Faults, File, load_files};

/// Name and text of each file in `data/`, as it was when the program was built.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// Loads the dataset that the program carries.
///
/// # Errors
/// Its faults. A test sees to it that there are none.
pub fn bundled() -> Result<Dataset, Faults> {
    let files: Vec<_> =
        FILES.iter().map(|(name, text)| File { name: (*name).to_owned(), text: (*text).to_owned() }).collect();
    load_files(&files)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_bundled_dataset_has_no_fault() {
        if let Err(faults) = super::bundled() {
            panic!("{faults}");
        }
    }
}
