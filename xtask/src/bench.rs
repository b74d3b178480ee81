//! The benchmark, built as it is released and run.

use std::path::Path;

use crate::{Outcome, shell};

/// Measures the released command.
pub(crate) fn run(options: &[&str]) -> Outcome {
    // One by one, or the features that one asks of a dependency would be in the other, too.
    shell::run(&mut shell::cargo(&["build", "--release", "--locked", "--package", "trailseal-cli"]))?;
    shell::run(&mut shell::cargo(&["build", "--release", "--locked", "--package", "trailseal-bench"]))?;
    measure("release", &shell::target().join("bench"), options)
}

/// A few files through all of it, so that it still works when it is needed: every archive must be passed, and all must count alike.
pub(crate) fn try_out() -> Outcome {
    shell::run(&mut shell::cargo(&["build", "--locked", "--package", "trailseal-cli", "--package", "trailseal-bench"]))?;
    measure("debug", &shell::target().join("bench-tiny"), &["--scale", "tiny", "--runs", "1"])
}

fn measure(profile: &str, data: &Path, options: &[&str]) -> Outcome {
    let built = |name: &str| shell::target().join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let mut command = shell::program(built("trailseal-bench"), &["--root"]);
    command.arg(shell::root()).arg("--trailseal").arg(built("trailseal")).arg("--data").arg(data).args(options);
    shell::run(&mut command)
}
