//! Proof that the bans of the core bite: a crate under the core's rules that breaks each of them once must be told so each time.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use serde::Deserialize;

use crate::{Outcome, shell};

/// What must be on the list, whatever else is: without it the check would pass over an emptied list.
const INDISPENSABLE: [&str; 12] = [
    "std::fs::File",
    "std::fs::read",
    "std::fs::read_dir",
    "std::net::TcpStream",
    "std::net::UdpSocket",
    "std::process::Command",
    "std::env::var",
    "std::time::SystemTime",
    "std::time::Instant",
    "std::thread::spawn",
    "std::collections::HashMap",
    "std::io::stdout",
];

/// Lints that must be denied in the core, whatever others are.
const INDISPENSABLE_LINTS: [&str; 5] =
    ["unsafe_code", "clippy::unwrap_used", "clippy::expect_used", "clippy::panic", "clippy::indexing_slicing"];

/// The generic arguments of the banned items that need some.
const ARGUMENTS: [(&str, &str); 14] = [
    ("std::collections::HashMap", "<u8, u8>"),
    ("std::collections::HashSet", "<u8>"),
    ("std::thread::JoinHandle", "<u8>"),
    ("std::fs::read", "::<&str>"),
    ("std::fs::read_to_string", "::<&str>"),
    ("std::fs::read_dir", "::<&str>"),
    ("std::fs::write", "::<&str, &str>"),
    ("std::fs::metadata", "::<&str>"),
    ("std::fs::symlink_metadata", "::<&str>"),
    ("std::fs::canonicalize", "::<&str>"),
    ("std::env::var", "::<&str>"),
    ("std::env::var_os", "::<&str>"),
    ("std::thread::spawn", "::<fn(), ()>"),
    ("std::thread::scope", "::<for<'a> fn(&'a std::thread::Scope<'a, '_>), ()>"),
];

/// Code that breaks a denied lint. Public functions, so that none is unused.
const OFFENCES: [(&str, &str); 13] = [
    ("missing_docs", "pub fn undocumented() {}"),
    ("unsafe_code", "/// .\npub fn unsafe_code() { unsafe {} }"),
    ("clippy::dbg_macro", "/// .\npub fn dbg_macro() { dbg!(1); }"),
    ("clippy::todo", "/// .\npub fn todo() { todo!() }"),
    ("clippy::unimplemented", "/// .\npub fn unimplemented() { unimplemented!() }"),
    ("clippy::unwrap_used", "/// .\npub fn unwrap_used(x: Option<u8>) -> u8 { x.unwrap() }"),
    ("clippy::expect_used", "/// .\npub fn expect_used(x: Option<u8>) -> u8 { x.expect(\"x\") }"),
    ("clippy::panic", "/// .\npub fn panic() { panic!() }"),
    ("clippy::indexing_slicing", "/// .\npub fn indexing_slicing(x: &[u8]) -> u8 { x[1] }"),
    ("clippy::string_slice", "/// .\npub fn string_slice(x: &str) -> &str { &x[1..] }"),
    ("clippy::unreachable", "/// .\npub fn unreachable() { unreachable!() }"),
    ("clippy::print_stdout", "/// .\npub fn print_stdout() { println!() }"),
    ("clippy::print_stderr", "/// .\npub fn print_stderr() { eprintln!() }"),
];

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Configuration {
    disallowed_types: Vec<Ban>,
    disallowed_methods: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    path: String,
}

#[derive(Deserialize)]
struct Line {
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    message: String,
    level: String,
    code: Option<MessageCode>,
}

#[derive(Deserialize)]
struct MessageCode {
    code: String,
}

pub(crate) fn check() -> Outcome {
    let read = |path: &str| fs::read_to_string(shell::root().join(path)).map_err(|error| format!("{path}: {error}"));
    let clippy_toml = read("core/clippy.toml")?;
    let configuration: Configuration = toml::from_str(&clippy_toml).map_err(|error| format!("core/clippy.toml: {error}"))?;
    let manifest: toml::Table = toml::from_str(&read("core/Cargo.toml")?).map_err(|error| format!("core/Cargo.toml: {error}"))?;
    let lints = manifest.get("lints").cloned().ok_or("core/Cargo.toml has no [lints] of its own")?;
    let banned: BTreeSet<&str> =
        configuration.disallowed_types.iter().chain(&configuration.disallowed_methods).map(|ban| ban.path.as_str()).collect();
    let denied = denied(&lints);
    let dropped: Vec<&str> = INDISPENSABLE.into_iter().filter(|path| !banned.contains(path)).collect();
    let allowed: Vec<&str> = INDISPENSABLE_LINTS.into_iter().filter(|lint| !denied.contains(*lint)).collect();
    if !dropped.is_empty() || !allowed.is_empty() {
        return Err(format!("the core no longer bans {}", [dropped, allowed].concat().join(", ")));
    }

    let folder = shell::target().join("bans");
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    fs::create_dir_all(folder.join("src")).map_err(|error| format!("{}: {error}", folder.display()))?;
    write("clippy.toml", &clippy_toml)?;
    write("Cargo.toml", &probe_manifest(lints)?)?;
    write("src/lib.rs", &probe(&configuration, &denied)?)?;

    let mut clippy =
        shell::cargo(&["clippy", "--quiet", "--message-format", "json", "--target-dir", "target", "--", "-D", "warnings"]);
    let output = clippy.current_dir(&folder).output().map_err(|error| format!("clippy cannot be started: {error}"))?;
    if output.status.success() {
        return Err("clippy accepts a crate that breaks every rule of the core".to_owned());
    }
    let messages: Vec<Message> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Line>(line).ok()?.message)
        .filter(|message| message.level == "error")
        .collect();
    let code = |message: &Message| message.code.as_ref().map(|code| code.code.clone()).unwrap_or_default();
    // An error of the compiler itself would hide the lints.
    if let Some(message) = messages.iter().find(|message| code(message).starts_with('E')) {
        return Err(format!(
            "the probe does not compile; a new ban may need its arguments in xtask/src/bans.rs: {}",
            message.message
        ));
    }
    let is_reported = |path: &str| {
        messages.iter().any(|message| {
            matches!(code(message).as_str(), "clippy::disallowed_types" | "clippy::disallowed_methods")
                && message.message.contains(&format!("`{path}`"))
        })
    };
    let mut silent: Vec<&str> = banned.iter().copied().filter(|path| !is_reported(path)).collect();
    silent.extend(denied.iter().filter(|lint| !messages.iter().any(|message| code(message) == **lint)).map(String::as_str));
    if !silent.is_empty() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(format!("clippy does not report the use of {}\n{words}", silent.join(", ")));
    }
    println!("clippy reports each of {} banned items and {} denied lints of the core", banned.len(), denied.len());
    Ok(())
}

/// The lints that are denied or forbidden, as messages name them.
fn denied(lints: &toml::Value) -> BTreeSet<String> {
    let level = |value: &toml::Value| {
        let level = value.get("level").unwrap_or(value).as_str();
        matches!(level, Some("deny" | "forbid"))
    };
    let of = |tool: &str, prefix: &str| {
        let table = lints.get(tool).and_then(toml::Value::as_table).into_iter().flatten();
        table.filter(|(_, value)| level(value)).map(|(name, _)| format!("{prefix}{name}")).collect::<Vec<_>>()
    };
    of("rust", "").into_iter().chain(of("clippy", "clippy::")).collect()
}

fn probe_manifest(lints: toml::Value) -> Outcome<String> {
    let mut manifest: toml::Table =
        toml::from_str("[package]\nname = \"bans\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n")
            .map_err(|error| error.to_string())?;
    manifest.insert("lints".to_owned(), lints);
    toml::to_string(&manifest).map_err(|error| error.to_string())
}

/// A crate that uses each banned item and breaks each denied lint.
fn probe(configuration: &Configuration, denied: &BTreeSet<String>) -> Outcome<String> {
    let arguments = |path: &str| ARGUMENTS.iter().find(|(name, _)| *name == path).map_or("", |(_, arguments)| arguments);
    let mut text = "//! Breaks every rule of the core.\n".to_owned();
    for (index, ban) in configuration.disallowed_types.iter().enumerate() {
        let _ = writeln!(text, "/// .\npub type T{index} = {}{};", ban.path, arguments(&ban.path));
    }
    for (index, ban) in configuration.disallowed_methods.iter().enumerate() {
        let _ = writeln!(text, "/// .\npub fn m{index}() {{ let _ = {}{}; }}", ban.path, arguments(&ban.path));
    }
    for lint in denied {
        let (_, offence) = OFFENCES
            .iter()
            .find(|(name, _)| name == lint)
            .ok_or_else(|| format!("xtask/src/bans.rs has no code that breaks the lint {lint}"))?;
        let _ = writeln!(text, "{offence}");
    }
    Ok(text)
}
