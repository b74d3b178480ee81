//! The oldest Rust that the workspace states.

use serde::Deserialize;

use crate::{Outcome, shell};

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    rust_version: Option<String>,
}

/// No dependency asks for a newer Rust than the workspace states; and, where that Rust is installed, it compiles everything.
pub(crate) fn check() -> Outcome {
    let text = shell::output(&mut shell::cargo(&["metadata", "--locked", "--all-features", "--format-version", "1"]))?;
    let metadata: Metadata = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    let stated = stated(&metadata)?;
    let parsed = parsed(&stated)?;
    let mut newer = Vec::new();
    let mut silent = 0_usize;
    for package in &metadata.packages {
        match &package.rust_version {
            None => silent += 1,
            Some(version) if self::parsed(version)? > parsed => {
                newer.push(format!("{} {} asks for Rust {version}", package.name, package.version));
            }
            Some(_) => {}
        }
    }
    if !newer.is_empty() {
        return Err(format!("the workspace states Rust {stated}, but\n{}", newer.join("\n")));
    }
    let count = metadata.packages.len();
    println!("none of {count} packages asks for a newer Rust than {stated} ({silent} state none)");
    if shell::has_toolchain(&stated) {
        println!("Rust {stated} is installed and compiles the workspace:");
        let arguments = ["run", stated.as_str(), "cargo", "check", "--workspace", "--all-features", "--all-targets", "--locked"];
        // Beside the others, or each toolchain would throw away what the other built.
        return shell::run(shell::program("rustup", &arguments).env("CARGO_TARGET_DIR", shell::target().join("msrv")));
    }
    println!("Rust {stated} is not installed: what the packages state was compared, and nothing compiled with it");
    Ok(())
}

fn stated(metadata: &Metadata) -> Outcome<String> {
    let core = metadata.packages.iter().find(|package| package.name == "trailseal");
    core.and_then(|package| package.rust_version.clone()).ok_or_else(|| "trailseal states no rust-version".to_owned())
}

fn parsed(version: &str) -> Outcome<Vec<u64>> {
    let parts: Result<Vec<u64>, _> = version.split('.').map(str::parse).collect();
    let mut parts = parts.map_err(|_| format!("'{version}' is no version of Rust"))?;
    parts.resize(3, 0);
    Ok(parts)
}
