//! A Rust that compiles for WebAssembly: the one in use, if it has the target or rustup can fetch it, else Debian's packages, with a
//! standard library compiled once from Debian's own source.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::{Outcome, shell};

/// The target.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// How long rustup may take to fetch it. Where it cannot, it mostly says so at once; a closed network may also be silent.
const RUSTUP_SECONDS: u64 = 90;
/// What Debian calls a Rust that is new enough for web browsers, and so for us.
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
/// Only where no toolchain of rustup's brings a linker.
const DEBIAN_LINKER: &str = "lld-22";
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust";
/// Variables that would make Debian's cargo use another compiler, or build elsewhere.
const MISLEADING: [&str; 9] = [
    "CARGO",
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "RUSTC",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
    "RUSTUP_TOOLCHAIN",
];

/// Where a compiler may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The Rust in use, with the target that rustup installs.
    Rustup,
    /// Debian's packages.
    Debian,
}

impl Route {
    /// In the order of preference.
    pub(crate) const ALL: [Self; 2] = [Self::Rustup, Self::Debian];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rustup => "rustup",
            Self::Debian => "debian",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|route| route.name() == name)
    }

    /// A compiler that comes from there; `None` where it cannot be had.
    pub(crate) fn find(self) -> Outcome<Option<Compiler>> {
        match self {
            Self::Rustup => rustup(),
            Self::Debian => debian(),
        }
    }
}

/// A compiler for WebAssembly, with the cargo that goes with it.
pub(crate) struct Compiler {
    pub(crate) route: Route,
    /// What it says of itself: `rustc 1.95.0 (59807616e 2026-04-14)`.
    pub(crate) version: String,
    cargo: PathBuf,
    /// Absent: cargo knows.
    rustc: Option<PathBuf>,
}

impl fmt::Display for Compiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.route {
            Route::Rustup => f.write_str(&self.version),
            Route::Debian => write!(f, "{}, from Debian", self.version.trim_end()),
        }
    }
}

impl Compiler {
    /// Cargo with this compiler, to be run in `folder`, building in `target`.
    pub(crate) fn cargo(&self, folder: &Path, target: &Path, arguments: &[&str]) -> Command {
        let mut command = shell::program(&self.cargo, arguments);
        if let Some(rustc) = &self.rustc {
            unmislead(&mut command).env("RUSTC", rustc);
        }
        command.current_dir(folder).env("CARGO_TARGET_DIR", target);
        command
    }
}

fn unmislead(command: &mut Command) -> &mut Command {
    for name in MISLEADING {
        command.env_remove(name);
    }
    command
}

/// The first compiler that can be had.
pub(crate) fn any() -> Outcome<Compiler> {
    for route in Route::ALL {
        if let Some(compiler) = route.find()? {
            return Ok(compiler);
        }
    }
    Err(format!(
        "no Rust for {TARGET}: `rustup target add {TARGET}` fails, and this is no Debian on which root could install {}",
        DEBIAN_PACKAGES.join(", ")
    ))
}

fn rustup() -> Outcome<Option<Compiler>> {
    if !has_target() {
        println!("Fetching the target {TARGET} with rustup");
        let mut add = shell::program("rustup", &["target", "add", TARGET]);
        if !within(Duration::from_secs(RUSTUP_SECONDS), add.stdout(Stdio::null()).stderr(Stdio::null())) || !has_target() {
            return Ok(None);
        }
    }
    let version = shell::output(&mut shell::program("rustc", &["--version"]))?.trim().to_owned();
    Ok(Some(Compiler { route: Route::Rustup, version, cargo: "cargo".into(), rustc: None }))
}

/// True if the Rust in use brings a standard library for the target.
fn has_target() -> bool {
    let mut ask = shell::program("rustc", &["--print", "target-libdir", "--target", TARGET]);
    shell::output(ask.stderr(Stdio::null())).is_ok_and(|folder| !libraries(Path::new(folder.trim())).is_empty())
}

/// The compiled libraries in a folder, the standard one among them.
fn libraries(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_library = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rlib" || extension == "rmeta");
    let libraries: Vec<PathBuf> = files.filter(is_library).collect();
    let has_std = libraries.iter().any(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libstd-")));
    if has_std { libraries } else { Vec::new() }
}

/// Runs it; false if it fails, cannot be started, or takes longer.
fn within(limit: Duration, command: &mut Command) -> bool {
    let Ok(mut child) = command.spawn() else { return false };
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if start.elapsed() < limit => std::thread::sleep(Duration::from_millis(100)),
            Ok(None) | Err(_) => {
                // It may have ended in this moment; then there is nothing to kill.
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

fn debian() -> Outcome<Option<Compiler>> {
    let source = Path::new(DEBIAN_SOURCE);
    let mut wanted: Vec<&str> = DEBIAN_PACKAGES.into_iter().filter(|package| !is_installed(package)).collect();
    if linker().is_none() {
        wanted.push(DEBIAN_LINKER);
    }
    if !install(&wanted) {
        return Ok(None);
    }
    let Some(linker) = linker().filter(|_| source.join("library/Cargo.lock").exists()) else { return Ok(None) };
    let rustc = Path::new("/usr/bin/rustc");
    let version = shell::output(&mut shell::program(rustc, &["--version"]))?.trim().to_owned();
    let all = shell::output(&mut shell::program(rustc, &["--version", "--verbose"]))?;
    let host = all.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc names no host")?;
    let packages = shell::output(shell::program("dpkg-query", &["--show"]).args(DEBIAN_PACKAGES))?;
    // One folder for each build of the compiler: an update of Debian's makes a new one by itself.
    let key = hex::encode(Sha256::digest(format!("{all}{packages}{}", linker.display())));
    let root = shell::target().join("page").join(format!("debian-{}", key.get(..12).unwrap_or_default()));
    if !root.join("complete").exists() {
        println!("Compiling the standard library for {TARGET} with {version}, once");
        make_sysroot(&root, host, &linker)?;
    }
    Ok(Some(Compiler { route: Route::Debian, version, cargo: "/usr/bin/cargo".into(), rustc: Some(root.join("bin/rustc")) }))
}

fn is_installed(package: &str) -> bool {
    let mut ask = shell::program("dpkg-query", &["--show", "--showformat", "${db:Status-Status}", package]);
    shell::output(ask.stderr(Stdio::null())).is_ok_and(|status| status == "installed")
}

/// False where this is no Debian, or not root's.
fn install(packages: &[&str]) -> bool {
    if packages.is_empty() {
        return true;
    }
    println!("Installing the Debian packages {}", packages.join(", "));
    let apt = |arguments: &[&str]| {
        let mut command = shell::program("apt-get", arguments);
        command.env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    apt(&["update", "-qq"]) && apt(&[&["install", "-y", "-qq", "--no-install-recommends"], packages].concat())
}

/// The linker of one of rustup's toolchains, else Debian's of the same LLVM as its compiler.
fn linker() -> Option<PathBuf> {
    let home = std::env::var_os("RUSTUP_HOME").map(PathBuf::from);
    let rustup = home.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".rustup")))?;
    let below = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> = below(rustup.join("toolchains"))
        .flat_map(|toolchain| below(toolchain.join("lib/rustlib")))
        .map(|host| host.join("bin/rust-lld"))
        .filter(|linker| linker.exists())
        .collect();
    found.sort();
    found.into_iter().chain(Some(PathBuf::from("/usr/lib/llvm-22/bin/lld")).filter(|linker| linker.exists())).next()
}

/// A folder that the compiler takes for the one it was installed into: its own libraries for this machine, and ours for the target.
#[cfg(unix)]
fn make_sysroot(root: &Path, host: &str, linker: &Path) -> Outcome {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let told = |path: &Path| {
        let path = path.display().to_string();
        move |error: std::io::Error| format!("{path}: {error}")
    };
    let (work, rustlib) = (root.join("std"), root.join("lib/rustlib"));
    for folder in [work.join("src"), root.join("bin"), rustlib.join(TARGET).join("lib"), rustlib.join(host).join("bin")] {
        fs::create_dir_all(&folder).map_err(told(&folder))?;
    }
    // Any crate will do: what is wanted is what cargo compiles before it.
    let manifest = "[package]\nname = \"stub\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n\
                    [profile.release]\nopt-level = 3\ncodegen-units = 1\n";
    fs::write(work.join("Cargo.toml"), manifest).map_err(told(&work))?;
    fs::write(work.join("src/lib.rs"), "#![no_std]\n").map_err(told(&work))?;
    let real = fs::canonicalize(DEBIAN_SOURCE).map_err(told(Path::new(DEBIAN_SOURCE)))?;
    let vendored = format!("source.vendored.directory=\"{DEBIAN_SOURCE}/library/vendor\"");
    let mut build = shell::program(
        "/usr/bin/cargo",
        &["--config", "source.crates-io.replace-with=\"vendored\"", "--config", &vendored, "build", "--quiet", "--offline"],
    );
    build.args(["--release", "--target", TARGET, "-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test"]);
    // Building std is no stable feature. Only this build may use it: crates of the project would take notice.
    unmislead(&mut build)
        .current_dir(&work)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", "/usr/bin/rustc")
        .env("CARGO_TARGET_DIR", work.join("target"));
    // Bitcode, so that what is linked with it can be optimised across crates; and no path of this machine.
    let remap = format!("--remap-path-prefix={DEBIAN_SOURCE}=/rustc/debian --remap-path-prefix={}=/rustc/debian", real.display());
    shell::run(build.env("RUSTFLAGS", format!("-Cembed-bitcode=yes {remap}")))?;
    for library in libraries(&work.join("target").join(TARGET).join("release/deps")) {
        let name = library.file_name().unwrap_or_default();
        if !name.to_string_lossy().starts_with("libstub") {
            fs::copy(&library, rustlib.join(TARGET).join("lib").join(name)).map_err(told(&library))?;
        }
    }
    let link = |from: &Path, to: PathBuf| {
        // Left over from a run that did not end.
        let _ = fs::remove_file(&to);
        symlink(from, &to).map_err(told(&to))
    };
    link(&Path::new("/usr/lib/rustlib").join(host).join("lib"), rustlib.join(host).join("lib"))?;
    link(linker, rustlib.join(host).join("bin/rust-lld"))?;
    let rustc = root.join("bin/rustc");
    fs::write(&rustc, format!("#!/bin/sh\nexec /usr/bin/rustc --sysroot '{}' \"$@\"\n", root.display())).map_err(told(&rustc))?;
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755)).map_err(told(&rustc))?;
    fs::remove_dir_all(&work).map_err(told(&work))?;
    fs::write(root.join("complete"), "").map_err(told(root))
}

#[cfg(not(unix))]
fn make_sysroot(_root: &Path, _host: &str, _linker: &Path) -> Outcome {
    Err("Debian's compiler is for Debian".to_owned())
}
