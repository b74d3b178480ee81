//! The verification page and the JavaScript package: WebAssembly, its glue, and what Node makes of them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::wasm::{self, Compiler, Route, TARGET};
use crate::{Outcome, shell};

/// What may be received by mail and opened on a slow machine: bytes of the page, and of the WebAssembly as it is inlined.
const PAGE_BYTES: u64 = 1_050_000;
const WASM_BYTES: u64 = 730_000;
/// Which browsers have these too is said in docs/page.md.
const FEATURES: &str = "-Ctarget-feature=+simd128";
/// What the page is made of, besides what cargo finds.
const SOURCES: [&str; 8] = [
    "bindings-wasm/package.json",
    "bindings-wasm/package-lock.json",
    "bindings-wasm/tsconfig.json",
    "bindings-wasm/tsconfig.types.json",
    "bindings-wasm/build.mjs",
    "bindings-wasm/types.mjs",
    "bindings-wasm/js",
    "bindings-wasm/page",
];

/// `cargo xtask page`.
pub(crate) fn run(options: &[&str]) -> Outcome {
    match options {
        [] => make(&[wasm::any()?]),
        ["--toolchain", "all"] => {
            let mut compilers = Vec::new();
            for route in Route::ALL {
                match route.find()? {
                    Some(compiler) => compilers.push(compiler),
                    None => println!("There is no {} toolchain for {TARGET} here", route.name()),
                }
            }
            make(&compilers)
        }
        ["--toolchain", name] => {
            let route = Route::from_name(name).ok_or_else(|| format!("there is no toolchain '{name}': rustup, debian or all"))?;
            let compiler = route.find()?.ok_or_else(|| format!("the toolchain of {name} cannot be had here"))?;
            make(&[compiler])
        }
        ["--types"] => types(&place()?.join("js"), true),
        ["--check"] => check(),
        _ => Err(format!("`cargo xtask page` does not know '{}'", options.join(" "))),
    }
}

/// Where everything is made.
fn place() -> Outcome<PathBuf> {
    let place = shell::target().join("page");
    fs::create_dir_all(&place).map_err(|error| format!("{}: {error}", place.display()))?;
    Ok(place)
}

/// Where what is made is put.
fn dist() -> PathBuf {
    shell::root().join("bindings-wasm/dist")
}

/// Builds with each compiler; what the first makes is what is kept.
fn make(compilers: &[Compiler]) -> Outcome {
    let mut sums = String::new();
    for compiler in compilers {
        let made = build(compiler, &shell::root(), &place()?)?;
        let page = made.join("trailseal.html");
        if sums.is_empty() {
            replace(&made, &dist())?;
        }
        sums += &format!("{}  trailseal.html  {compiler}\n", sum(&page)?);
    }
    let path = dist().join("SHA256SUMS");
    fs::write(&path, &sums).map_err(|error| format!("{}: {error}", path.display()))?;
    print!("{sums}");
    println!("{}", dist().join("trailseal.html").display());
    Ok(())
}

/// Builds the page and the package from the sources in `root`, everything below `place`, and returns the folder of what was made.
fn build(compiler: &Compiler, root: &Path, place: &Path) -> Outcome<PathBuf> {
    println!("Building the page with {compiler}");
    let target = place.join(compiler.route.name());
    let bare = |arguments: &[&str]| compiler.cargo(root, &target, arguments);
    // The sources have to be there before it is known which folders must not be named in what is built.
    shell::run(&mut bare(&["fetch", "--quiet", "--locked", "--target", TARGET]))?;
    let mut cargo = bare(&["build", "--quiet", "--locked", "--profile", "page", "--package", "trailseal-wasm", "--target", TARGET]);
    shell::run(cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", format!("{FEATURES} {}", remapped(root)?)))?;

    let js = place.join("js");
    let glue = js.join("glue");
    let wasm = target.join(TARGET).join("page/trailseal_wasm.wasm");
    shell::run(&mut shell::program(bindgen()?, &[&text(&wasm), &text(&glue)]))?;
    fill(root, &js)?;
    types(&js, false)?;
    shell::run(&mut node(&js, "npx", &["--no-install", "tsc", "--project", "."])?)?;
    let mut build = node(&js, "node", &["build.mjs"])?;
    shell::run(build.env("VERSION", env!("CARGO_PKG_VERSION")).env("COMPILER", compiler.to_string()))?;
    shell::run(&mut node(&js, "npx", &["--no-install", "tsc", "--project", "tsconfig.types.json"])?)?;
    within(&js.join("out/trailseal.html"), PAGE_BYTES)?;
    within(&js.join("out/trailseal.wasm.packed"), WASM_BYTES)?;
    Ok(js.join("out"))
}

/// Flags that keep this machine's folders out of what is built.
fn remapped(root: &Path) -> Outcome<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cargo"))).ok_or("there is no home of cargo's")?;
    let registries = home.join("registry/src");
    // Each registry has a folder of its own, whose name tells which one it is.
    let folders = fs::read_dir(&registries).map_err(|error| format!("{}: {error}", registries.display()))?;
    let mut flags = vec![format!("--remap-path-prefix={}=/trailseal", root.display())];
    for folder in folders.flatten() {
        flags.push(format!("--remap-path-prefix={}=/crates", folder.path().display()));
    }
    flags.sort();
    if flags.iter().any(|flag| flag.contains(' ')) {
        return Err("the paths of this folder and of cargo's must not hold spaces".to_owned());
    }
    Ok(flags.join(" "))
}

/// The program that writes the glue, built once.
fn bindgen() -> Outcome<PathBuf> {
    let target = place()?.join("bindgen");
    let folder = shell::root().join("bindings-wasm/bindgen");
    let mut build = shell::cargo(&["build", "--quiet", "--locked", "--release"]);
    shell::run(build.current_dir(folder).env("CARGO_TARGET_DIR", &target))?;
    Ok(target.join("release").join(format!("trailseal-bindgen{}", std::env::consts::EXE_SUFFIX)))
}

/// Copies the sources, and installs what they need.
fn fill(root: &Path, js: &Path) -> Outcome {
    for source in SOURCES {
        let from = root.join(source);
        replace(&from, &js.join(from.file_name().unwrap_or_default()))?;
    }
    let style = js.join("page/report.css");
    fs::write(&style, trailseal::HTML_STYLE).map_err(|error| format!("{}: {error}", style.display()))?;
    replace(&root.join("bindings-wasm/npm"), &js.join("npm"))?;
    replace(&root.join("bindings-wasm/README.md"), &js.join("npm/README.md"))?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        replace(&root.join(licence), &js.join("npm").join(licence))?;
    }
    let (wanted, installed) = (js.join("package-lock.json"), js.join("node_modules/.installed"));
    let read = |path: &Path| fs::read(path).unwrap_or_default();
    if read(&wanted) != read(&installed) {
        shell::run(&mut node(js, "npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"])?)?;
        fs::copy(&wanted, &installed).map_err(|error| format!("{}: {error}", installed.display()))?;
    }
    Ok(())
}

/// The declarations that are generated from the JSON Schemas: written, or compared with what is there.
fn types(js: &Path, write: bool) -> Outcome {
    let root = shell::root();
    if write {
        fill(&root, js)?;
    }
    let made = js.join("types");
    fs::create_dir_all(&made).map_err(|error| format!("{}: {error}", made.display()))?;
    let report = format!("Report={}", root.join("docs/report.v2.schema.json").display());
    let views = format!("Views={}", root.join("bindings-wasm/views.schema.json").display());
    shell::run(&mut node(js, "node", &["types.mjs", &text(&made), &report, &views])?)?;
    for name in ["report.ts", "views.ts"] {
        let (new, old) = (made.join(name), root.join("bindings-wasm/js").join(name));
        if write {
            replace(&new, &old)?;
        } else if fs::read(&new).ok() != fs::read(&old).ok() {
            return Err(format!("bindings-wasm/js/{name} is not what the schema says: run `cargo xtask page --types`"));
        }
    }
    Ok(())
}

/// One of Node's programs, in a folder. Node is not brought along: whoever builds pages has it, or knows which one to install.
fn node(folder: &Path, name: &str, arguments: &[&str]) -> Outcome<Command> {
    let version = shell::output(&mut shell::program("node", &["--version"])).map_err(|_| "Node 20 or later is needed, with npm")?;
    let major: Option<u32> = version.trim().strip_prefix('v').and_then(|version| version.split('.').next()?.parse().ok());
    if major.is_none_or(|major| major < 20) {
        return Err(format!("Node 20 or later is needed; this is {}", version.trim()));
    }
    let mut command = shell::program(name, arguments);
    command.current_dir(folder);
    Ok(command)
}

fn within(path: &Path, budget: u64) -> Outcome {
    let bytes = fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?.len();
    let name = path.file_name().unwrap_or(OsStr::new("")).to_string_lossy();
    println!("{name}: {bytes} bytes of {budget}");
    if bytes > budget { Err(format!("{name} is larger than its budget")) } else { Ok(()) }
}

fn sum(path: &Path) -> Outcome<String> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(hex::encode(Sha256::digest(bytes)))
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Makes `to` what `from` is: a file, or a folder with everything in it.
fn replace(from: &Path, to: &Path) -> Outcome {
    let told = |error: std::io::Error| format!("{} to {}: {error}", from.display(), to.display());
    if !from.is_dir() {
        fs::create_dir_all(to.parent().unwrap_or(to)).map_err(told)?;
        return fs::copy(from, to).map(drop).map_err(told);
    }
    if to.exists() {
        fs::remove_dir_all(to).map_err(told)?;
    }
    fs::create_dir_all(to).map_err(told)?;
    for entry in fs::read_dir(from).map_err(told)? {
        let entry = entry.map_err(told)?;
        replace(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Builds it again in another folder, and compares every byte.
fn check() -> Outcome {
    let compiler = wasm::any()?;
    let place = place()?;
    let first = files(&build(&compiler, &shell::root(), &place)?)?;
    let (elsewhere, again) = (place.join("elsewhere/sources"), place.join("elsewhere/made"));
    let tracked = shell::output(&mut shell::program("git", &["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    if elsewhere.exists() {
        fs::remove_dir_all(&elsewhere).map_err(|error| format!("{}: {error}", elsewhere.display()))?;
    }
    for path in tracked.split('\0').filter(|path| !path.is_empty() && shell::root().join(path).exists()) {
        replace(&shell::root().join(path), &elsewhere.join(path))?;
    }
    let second = files(&build(&compiler, &elsewhere, &again)?)?;
    let differing: Vec<&String> = first.keys().chain(second.keys()).filter(|name| first.get(*name) != second.get(*name)).collect();
    if differing.is_empty() {
        println!("{} files are the same, built in two folders", first.len());
        Ok(())
    } else {
        Err(format!("built in two folders, these differ: {differing:?}"))
    }
}

fn files(folder: &Path) -> Outcome<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files(&path)?.into_iter().map(|(below, sum)| (format!("{name}/{below}"), sum)));
        } else {
            found.insert(name, sum(&path)?);
        }
    }
    Ok(found)
}
