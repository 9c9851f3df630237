//! The `tigerdesk` binary.
fn main() {}
