//! Writes a quarter of a small organisation's trail into a folder: `cargo run --example quarter -- FOLDER`. Notebooks of the Python
//! package read it.

use std::fs;
use std::path::Path;

use chrono::Duration;
use trailseal_forge::bulk::{Plan, write};
use trailseal_forge::keys::{Listed, list, of_region};

fn main() {
    let folder = std::env::args_os().nth(1).expect("the folder");
    let folder = Path::new(&folder);
    let plan = Plan { accounts: 2, regions: 2, hours: 24 * 90, logs: 1, log_bytes: (200, 2_000), contents: 100 };
    let made = write(&plan, folder).expect("a folder that can be written");
    for region in ["us-east-1", "eu-central-1"] {
        // AWS's keys last for weeks; one for all of the quarter tells less to read.
        let key = Listed::key(of_region(region)).valid(made.from - Duration::days(1), made.to + Duration::days(1));
        fs::write(folder.join(format!("keys/{region}.json")), list(&[key])).expect("a folder that can be written");
    }
    println!("{} digest files and {} log files from {} to {}", made.digests, made.logs, made.from, made.to);
}
