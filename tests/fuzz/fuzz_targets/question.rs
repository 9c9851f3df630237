//! Any bytes as a question to the bundled dataset: no panic, no time-out.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tigerdesk::{
    commands::{Ask, Desk, Reading, answer, read},
    dataset::bundled,
};

static DESK: LazyLock<Desk> =
    LazyLock::new(|| Desk::new(bundled().expect("the bundled dataset is sound")).expect("it can be indexed"));

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for word in ["search", "about"] {
        if let Reading::Command(invocation) = read(&format!("!{word} {text}")) {
            let reply = answer(&DESK, &Ask::new(invocation, jiff::Timestamp::UNIX_EPOCH, 0)).reply;
            assert!(!reply.text().is_empty());
        }
    }
});
