//! Writes HTML reports of every kind into a folder: `cargo run --example html_samples -- FOLDER`. The browser tests open them.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "an example is a host: it reads arguments and writes files")]

#[path = "../tests/common/mod.rs"]
mod common;

use trailseal::{Limits, Policy, Provenance, Report, Scope, Trust};

fn example(archive: &str, has_keys: bool) -> Report {
    let folder = common::folder().join("example");
    let mut trust = Trust::default();
    for file in std::fs::read_dir(folder.join("public-keys")).unwrap().filter(|_| has_keys) {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        trust.add_keys(&name, &std::fs::read(path).unwrap(), Provenance::Own).unwrap();
    }
    let scope = Scope::covering("2026-03-01/2026-03-03".parse().unwrap());
    let policy = Policy { trust, scope, ..Policy::default() };
    common::conclude(common::examine_archive(&std::fs::read(folder.join(archive)).unwrap(), &Limits::default()), &policy)
}

fn main() {
    let folder = std::path::PathBuf::from(std::env::args_os().nth(1).unwrap());
    std::fs::create_dir_all(&folder).unwrap();
    let failed = example("tampered.zip", true);
    for (name, report) in [
        ("passed", example("handover.zip", true)),
        ("indeterminate", example("handover.zip", false)),
        ("empty", common::conclude([], &Policy::default())),
        ("hostile", common::reports::hostile(&failed)),
        ("failed", failed),
        ("year", common::reports::large(50, 365, 200)),
        ("many", common::reports::large(240, 3, 600)),
        ("large", common::reports::large(1_000, 365, 10_000)),
    ] {
        std::fs::write(folder.join(format!("{name}.html")), report.to_html()).unwrap();
        std::fs::write(folder.join(format!("{name}-to-sign.html")), report.to_html_to_sign()).unwrap();
    }
}
