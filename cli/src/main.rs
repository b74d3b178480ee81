//! The trailseal command.
fn main() {}
