//! What the command needs at its limits: processor time and peak memory for evidence of growing size. Linux only, because it is
//! the kernel that tells both.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use trailseal_forge::archive::Archive;
use trailseal_forge::digest::Log;
use trailseal_forge::gzip::gzip;
use trailseal_forge::keys::{self, Listed, US_EAST_1};
use trailseal_forge::time::{at, basic, iso};
use trailseal_forge::trail::{Chain, Trail};

use crate::{Outcome, shell};

const MANY: [u64; 3] = [6_250, 25_000, 100_000];
const MEBIBYTE: u64 = 1 << 20;
const LOG: &str = "111122223333_CloudTrail_us-east-1_20260301T0005Z_aaaaaaaaaaaaaaaa.json";

type Case = (&'static str, [u64; 3], fn(&Forge, u64, &mut Evidence) -> Outcome);

const CASES: [Case; 19] = [
    ("digest files in one chain", MANY, chain),
    ("log files in one digest file", MANY, |forge, count, to| logs(forge, count, true, to)),
    ("findings that refute", MANY, |forge, count, to| logs(forge, count, false, to)),
    ("forks of one digest file", MANY, forks),
    ("keys in one list", MANY, many_keys),
    ("rows of metadata", MANY, rows),
    ("zip archives in a tar archive", MANY, nested),
    ("other entries", [62_500, 250_000, 1_000_000], strangers),
    ("other entries with paths of 1,024 bytes", MANY, long_paths),
    ("values in a digest file's JSON", [1 << 18, 1 << 20, (1 << 22) - 100], values),
    ("values in a digest file's JSON, nested 64 deep", [1 << 18, 1 << 20, (1 << 22) - 100], nested_values),
    ("log files in a digest file with 16 links to it", MANY, linked_digest),
    ("links, each to the next", MANY, links),
    ("bytes of a digest file, inflated", [4 * MEBIBYTE, 16 * MEBIBYTE, 64 * MEBIBYTE], wide_digest),
    ("bytes of a key list", [4 * MEBIBYTE, 16 * MEBIBYTE, 64 * MEBIBYTE], wide_key_list),
    ("bytes of a log file, inflated", [64 * MEBIBYTE, 256 * MEBIBYTE, 1024 * MEBIBYTE], inflated_log),
    ("bytes of a log file, plain", [64 * MEBIBYTE, 256 * MEBIBYTE, 1024 * MEBIBYTE], plain_log),
    ("bytes of an entry, stored", [256 * MEBIBYTE, 1024 * MEBIBYTE, 4096 * MEBIBYTE], padded_log),
    ("bytes of a packed zip archive in a tar archive", [16 * MEBIBYTE, 64 * MEBIBYTE, 255 * MEBIBYTE], wide_nested),
];

/// What is made once.
struct Forge {
    trail: Trail,
    chain: Chain,
}

/// A tar archive that is being written; a file of its own where it would be too large to be copied.
struct Evidence {
    tar: tar::Builder<BufWriter<File>>,
    path: PathBuf,
}

impl Evidence {
    fn put(&mut self, path: &str, bytes: &[u8]) -> Outcome {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        self.tar.append_data(&mut header, path, bytes).map_err(|error| format!("{path}: {error}"))
    }

    /// A hard link; it leads from the top of the archive.
    fn link(&mut self, path: &str, target: &str) -> Outcome {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Link);
        header.set_size(0);
        self.tar.append_link(&mut header, path, target).map_err(|error| format!("{path}: {error}"))
    }

    /// A folder instead, with one file that begins so, and is zeros from there.
    fn sparse(&mut self, name: &str, start: &[u8], length_bytes: u64) -> Outcome {
        self.path.set_extension("folder");
        let file = self.path.join(name);
        let write = || {
            // What another case left there is not to be measured.
            if self.path.exists() {
                fs::remove_dir_all(&self.path)?;
            }
            fs::create_dir_all(&self.path)?;
            let mut file = File::create(&file)?;
            file.write_all(start)?;
            file.set_len(length_bytes)
        };
        write().map_err(|error| format!("{}: {error}", file.display()))
    }
}

/// Measures all cases, or those whose name contains `only`, and prints the table of `docs/limits.md`.
pub(crate) fn measure(only: &str) -> Outcome {
    shell::run(&mut shell::cargo(&["build", "--release", "--locked", "--package", "trailseal-cli"]))?;
    let folder = shell::target().join(format!("limits-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let keys = folder.join("us-east-1.json");
    let list = keys::list(&[Listed::key(&US_EAST_1).valid(at("2026-01-01T00:00:00Z"), at("2046-01-01T00:00:00Z"))]);
    fs::write(&keys, list).map_err(|error| format!("{}: {error}", keys.display()))?;
    let cases: Vec<&Case> = CASES.iter().filter(|(name, ..)| name.contains(only)).collect();
    let trail = Trail::new("111122223333", "us-east-1", "management-events", "us-east-1");
    let hours = if cases.iter().any(|(name, ..)| *name == CASES[0].0) { MANY[2] as usize } else { 2 };
    let forge = Forge { chain: trail.chain(&vec![0; hours]), trail };
    println!("| number of | 1× | 4× | 16× |\n|---|---|---|---|");
    for (name, counts, make) in cases {
        print!("| {name} ");
        for count in counts {
            let path = folder.join("evidence.tar");
            let file = File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let mut evidence = Evidence { tar: tar::Builder::new(BufWriter::new(file)), path };
            make(&forge, *count, &mut evidence)?;
            let Evidence { mut tar, path } = evidence;
            tar.finish().and_then(|()| tar.into_inner()?.flush()).map_err(|error| error.to_string())?;
            let (time, peak_bytes) = verify(&shell::target().join("release/trailseal"), &path, &keys)?;
            let shown =
                if *count % MEBIBYTE == 0 && *count > MEBIBYTE { format!("{} MiB", count / MEBIBYTE) } else { grouped(*count) };
            let time = if time.is_zero() { "–".to_owned() } else { format!("{:.2} s", time.as_secs_f64()) };
            let peak = if peak_bytes == 0 { "–".to_owned() } else { format!("{} MB", peak_bytes / 1_000_000) };
            print!("| {shown}: {time}, {peak} ");
            std::io::stdout().flush().map_err(|error| error.to_string())?;
        }
        println!("|");
    }
    fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))
}

fn grouped(count: u64) -> String {
    if count < 1_000 { count.to_string() } else { format!("{},{:03}", grouped(count / 1_000), count % 1_000) }
}

/// What `/proc/PID/stat` says of the time spent in the program and for it, in hundredths of a second.
fn processor_time(stat: &str) -> Option<Duration> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(10 * ticks))
}

/// Processor time and peak memory of one verification.
pub(crate) fn verify(program: &Path, evidence: &Path, keys: &Path) -> Outcome<(Duration, u64)> {
    let mut command = Command::new(program);
    command.arg("verify").arg(evidence).arg("--keys").arg(keys).args(["--format", "json"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
    let process = PathBuf::from(format!("/proc/{}", child.id()));
    let (mut peak_bytes, mut time) = (0, Duration::ZERO);
    loop {
        // Both only grow, and are gone with the process.
        time = processor_time(&fs::read_to_string(process.join("stat")).unwrap_or_default()).unwrap_or(time);
        let text = fs::read_to_string(process.join("status")).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB")?.trim().parse::<u64>().ok());
        peak_bytes = peak.map_or(peak_bytes, |kilobytes| kilobytes << 10);
        if let Some(ended) = child.try_wait().map_err(|error| error.to_string())? {
            return match ended.code() {
                Some(0 | 1 | 3) => Ok((time, peak_bytes)),
                _ => Err(format!("{} ended with {ended}", program.display())),
            };
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn chain(forge: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    let digests = forge.chain.digests.get(..count as usize).ok_or("the chain is too short")?;
    for sealed in digests {
        to.put(&sealed.digest.key, &sealed.file())?;
    }
    let newest = digests.last().ok_or("a chain without digests")?;
    to.put(
        &trailseal_forge::archive::sidecar_path(newest),
        trailseal_forge::archive::head_object(newest, &newest.metadata()).as_bytes(),
    )
}

fn logs(forge: &Forge, count: u64, are_there: bool, to: &mut Evidence) -> Outcome {
    let mut digest = forge.trail.digest(0, 1);
    let key = digest.logs[0].key.clone();
    let (folders, name) = key.rsplit_once('/').ok_or("a log without folders")?;
    let text = |index| format!("{{\"Records\":[{index}]}}");
    let log = |index| {
        Log::new(
            "trail-archive",
            format!("{folders}/{}", name.replace(&name[name.len() - 24..name.len() - 8], &format!("{index:016}"))),
            text(index),
        )
    };
    digest.logs = (0..count).map(log).collect();
    if are_there {
        for (index, log) in digest.logs.iter().enumerate() {
            to.put(&log.key, &gzip(text(index as u64).as_bytes()))?;
        }
    }
    let sealed = digest.seal();
    to.put(&sealed.digest.key, &sealed.file())?;
    to.put(
        &trailseal_forge::archive::sidecar_path(&sealed),
        trailseal_forge::archive::head_object(&sealed, &sealed.metadata()).as_bytes(),
    )
}

fn forks(forge: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    let [first, second] = &forge.chain.digests[..2] else { return Err("the chain is too short".to_owned()) };
    to.put(&first.digest.key, &first.file())?;
    for index in 0..count {
        let end = at("2027-01-01T00:00:00Z") + chrono::Duration::hours(index as i64);
        let key = second.digest.key.replace(&basic(second.digest.end), &basic(end));
        let text = second.text.replace(&second.digest.key, &key).replace(&iso(second.digest.end), &iso(end));
        to.put(&key, text.as_bytes())?;
    }
    Ok(())
}

fn many_keys(_: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    let modulus = keys::modulus(&US_EAST_1);
    let key = |index: u64| {
        let mut modulus = modulus.clone();
        modulus[100..108].copy_from_slice(&index.to_be_bytes());
        Listed::der(&keys::pkcs1(&modulus, &[1, 0, 1]))
    };
    to.put("public-keys.json", &keys::list(&(0..count).map(key).collect::<Vec<_>>()))
}

fn rows(forge: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    let name = |index| format!("111122223333_CloudTrail-Digest_us-east-1_trail-{index}_us-east-1_20260301T010131Z.json.gz");
    let row = |index| format!("{{\"key\":\"AWSLogs/{}\",\"metadata\":{{\"signature\":\"{index:0256x}\"}}}}\n", name(index));
    to.put("object-metadata.jsonl", (0..count).map(row).collect::<String>().as_bytes())?;
    chain(forge, 2, to)
}

fn nested(forge: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    for index in 0..count {
        let mut archive = Archive::default();
        archive.put(&LOG.replace("aaaaaaaaaaaaaaaa", &format!("{index:016}")), "{}");
        to.put(&format!("{index}.zip"), &archive.zip())?;
    }
    chain(forge, 2, to)
}

fn strangers(forge: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    for index in 0..count {
        to.put(&format!("notes/{index}.txt"), b"")?;
    }
    chain(forge, 2, to)
}

fn long_paths(forge: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    let folders = format!("{}/", "f".repeat(200)).repeat(5);
    for index in 0..count {
        to.put(&format!("{folders}{index:015}.txt"), b"")?;
    }
    chain(forge, 2, to)
}

/// The first digest file with something more in its JSON.
fn with_field(forge: &Forge, field: &str, to: &mut Evidence) -> Outcome {
    let first = &forge.chain.digests[0];
    to.put(&first.digest.key, &gzip(first.text.replacen('{', &format!("{{\"more\":{field},"), 1).as_bytes()))
}

fn values(forge: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    with_field(forge, &format!("[{}0]", "0,".repeat(count as usize)), to)
}

/// The object and the outer list are two of the 64.
fn nested_values(forge: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    const DEEP: usize = 62;
    let nest = format!("{}{},", "[".repeat(DEEP), "]".repeat(DEEP));
    with_field(forge, &format!("[{}0]", nest.repeat(count as usize / DEEP - 1)), to)
}

fn linked_digest(forge: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    logs(forge, count, true, to)?;
    let key = &forge.trail.digest(0, 1).key;
    (0..16).try_for_each(|index| to.link(&format!("{index}/{key}"), key))
}

fn links(forge: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    for index in 0..count {
        to.link(&format!("{index}/{LOG}"), &format!("{}/{LOG}", index + 1))?;
    }
    to.put(&format!("{count}/{LOG}"), b"{}")?;
    chain(forge, 2, to)
}

fn wide_digest(forge: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    with_field(forge, &format!("\"{}\"", "x".repeat(count as usize - 4096)), to)
}

fn wide_key_list(forge: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    to.put("public-keys.json", format!("{{\"PublicKeyList\":[],\"more\":\"{}\"}}", "x".repeat(count as usize - 64)).as_bytes())?;
    chain(forge, 2, to)
}

fn inflated_log(_: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    to.put(&format!("{LOG}.gz"), &gzip(&vec![b' '; count as usize]))
}

fn plain_log(_: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    to.sparse(LOG, b"{", count)
}

fn padded_log(_: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    to.sparse(&format!("{LOG}.gz"), &gzip(b"{}"), count)
}

fn wide_nested(_: &Forge, count: u64, to: &mut Evidence) -> Outcome {
    let mut archive = Archive::default();
    archive.put(LOG, vec![b' '; count as usize]);
    to.put("inner.zip", &archive.zip())
}
