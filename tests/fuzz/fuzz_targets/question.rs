//! Any bytes as a question to the bundled dataset: no panic, no time-out.
#![no_main]
#![recursion_limit = "256"]
#![expect(dead_code, reason = "the core is compiled by its files, and not all of it is asked")]

#[path = "../../../src/calendar/mod.rs"]
pub mod calendar;
#[path = "../../../src/commands/mod.rs"]
pub mod commands;
#[path = "../../../src/dataset/mod.rs"]
pub mod dataset;
#[path = "../../../src/digest/mod.rs"]
pub mod digest;
#[path = "../../../src/index/mod.rs"]
pub mod index;
#[path = "../../../src/reply/mod.rs"]
pub mod reply;
#[path = "../../../src/spelling/mod.rs"]
pub mod spelling;
#[path = "../../../src/threads.rs"]
pub mod threads;

use std::{path::Path, sync::LazyLock};

use commands::{Ask, Desk, Reading, answer, read};
use libfuzzer_sys::fuzz_target;

static DESK: LazyLock<Desk> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    Desk::new(dataset::load(&folder).expect("the dataset is sound")).expect("it can be indexed")
});

/// A question begins with any of these.
const WORDS: [&str; 9] = ["search", "about", "company", "list", "top", "timeline", "compare", "cite", "today\n"];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let word = WORDS[usize::from(*first) % WORDS.len()];
    // The rest may hold further lines and commands, and characters of which many become when they are compared.
    for part in read(&format!("!{word} {}", String::from_utf8_lossy(rest))).parts() {
        let Reading::Command(invocation) = part else { continue };
        assert!(spelling::key(&invocation.rest).chars().count() <= 500);
        let invocation = invocation.clone();
        let reply = answer(&DESK, &Ask::new(invocation, jiff::Timestamp::UNIX_EPOCH, 0)).reply;
        assert!(!reply.text().is_empty());
    }
});
