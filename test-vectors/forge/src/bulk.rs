//! Archives by size, for measuring: an organisation's accounts and regions, hours with log files, all of it in order.
//!
//! The same plan gives the same bytes. They are written as they are made, since they may be more than fits into memory.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, io, thread};

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::archive::{head_object, sidecar_path};
use crate::counter::Counter;
use crate::digest::{Log, Sealed, sha256};
use crate::gzip::gzip;
use crate::keys::{self, Listed};
use crate::records;
use crate::trail::Trail;

/// The regions that have a test key.
const REGIONS: [&str; 4] = ["us-east-1", "eu-central-1", "eu-west-1", "us-west-2"];

/// How much to make. The chains are those of one organisation's trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Accounts.
    pub accounts: usize,
    /// Regions of each account, at most four.
    pub regions: usize,
    /// Digest files of each region.
    pub hours: usize,
    /// Log files that each digest file lists.
    pub logs: usize,
    /// The least and the most bytes of a log file's content.
    pub log_bytes: (usize, usize),
    /// How many log files differ in their content; others repeat one of them under a name of their own.
    pub contents: usize,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Of which plan.
    pub plan: Plan,
    /// Digest files.
    pub digests: u64,
    /// Log files.
    pub logs: u64,
    /// Bytes of log files as they are signed for.
    pub log_bytes: u64,
    /// Bytes of log files as they are stored.
    pub log_stored_bytes: u64,
    /// Bytes of digest files as they are signed.
    pub digest_bytes: u64,
    /// The start of the time that all chains cover.
    pub from: DateTime<Utc>,
    /// Its end.
    pub to: DateTime<Utc>,
}

/// A log file's content, ready to be written.
struct Packed {
    file: Vec<u8>,
    sha256: String,
    bytes: usize,
}

impl Plan {
    /// Log files in all.
    fn all_logs(&self) -> usize {
        self.accounts * self.regions * self.hours * self.logs
    }

    /// Content number `n` of `contents`.
    fn content(&self, n: usize) -> Packed {
        let mut counter = Counter::new(format!("content {n}"));
        let (least, most) = self.log_bytes;
        // A counter counts below 2^16 at once.
        let bytes = least + (most - least) * counter.below(10_001) / 10_000;
        let account = account(n % self.accounts);
        let text = records::busy_log(&account, REGIONS[n % self.regions], &format!("records {n}"), first(), bytes).text;
        Packed { file: gzip(text.as_bytes()), sha256: sha256(text.as_bytes()), bytes: text.len() }
    }
}

/// Writes the archive to `folder/tree` and the verifier's key lists to `folder/keys`.
///
/// # Errors
///
/// Files cannot be written.
pub fn write(plan: &Plan, folder: &Path) -> io::Result<Made> {
    assert!(plan.regions <= REGIONS.len(), "there are test keys for {} regions", REGIONS.len());
    assert!(plan.contents <= plan.all_logs(), "more contents than log files");
    let repeats = plan.contents < plan.all_logs();
    let contents = if repeats { in_parallel(plan.contents, |n| Ok(plan.content(n)))? } else { Vec::new() };
    let tree = folder.join("tree");
    let chains = in_parallel(plan.accounts * plan.regions, |n| chain(plan, n, &contents, &tree))?;
    for region in &REGIONS[..plan.regions] {
        put(&folder.join("keys"), &format!("{region}.json"), &keys::list(&[Listed::key(keys::of_region(region))]))?;
    }
    let hours = Duration::hours(plan.hours as i64);
    let mut made = Made {
        plan: plan.clone(),
        digests: 0,
        logs: 0,
        log_bytes: 0,
        log_stored_bytes: 0,
        digest_bytes: 0,
        // Every chain begins before and ends behind.
        from: first() + Duration::minutes(51),
        to: first() + hours,
    };
    for chain in chains {
        made.digests += chain.digests;
        made.logs += chain.logs;
        made.log_bytes += chain.log_bytes;
        made.log_stored_bytes += chain.log_stored_bytes;
        made.digest_bytes += chain.digest_bytes;
    }
    Ok(made)
}

fn account(n: usize) -> String {
    format!("{:012}", 111_122_223_333 + n)
}

/// When the first digest begins, give or take the minutes by which chains differ.
fn first() -> DateTime<Utc> {
    crate::time::at("2026-02-20T00:00:00Z")
}

#[derive(Default)]
struct Sums {
    digests: u64,
    logs: u64,
    log_bytes: u64,
    log_stored_bytes: u64,
    digest_bytes: u64,
}

fn chain(plan: &Plan, n: usize, contents: &[Packed], tree: &Path) -> io::Result<Sums> {
    let (account, region) = (account(n / plan.regions), REGIONS[n % plan.regions]);
    let mut counter = Counter::new(format!("chain {n}"));
    let offset = Duration::seconds(60 + counter.below(3000) as i64);
    let trail = Trail { first: first() + offset, ..Trail::new(&account, region, "org-trail", "us-east-1") }.in_organisation();
    let mut sums = Sums::default();
    let mut last: Option<Sealed> = None;
    for hour in 0..plan.hours {
        let mut digest = trail.digest(hour, 0);
        for of_hour in 0..plan.logs {
            let number = (n * plan.hours + hour) * plan.logs + of_hour;
            let made;
            let content = match contents {
                [] => {
                    made = plan.content(number);
                    &made
                }
                contents => &contents[number % contents.len()],
            };
            let delivered = digest.start + Duration::minutes(5 + (50 * of_hour / plan.logs) as i64);
            let key = trail.log_key("CloudTrail", delivered, &trail.log_seed("CloudTrail", delivered, &of_hour.to_string()));
            put(tree, &key, &content.file)?;
            sums.logs += 1;
            sums.log_bytes += content.bytes as u64;
            sums.log_stored_bytes += content.file.len() as u64;
            digest.logs.push(Log {
                bucket: trail.bucket.clone(),
                key,
                hash: content.sha256.clone(),
                events: Some((delivered - Duration::seconds(60), delivered - Duration::seconds(300))),
                // It lies on the disk; a digest file needs no more than its hash.
                text: String::new(),
            });
        }
        if let Some(previous) = &last {
            digest.follow(previous);
        }
        let sealed = digest.seal();
        put(tree, &sealed.digest.key, &sealed.file())?;
        sums.digests += 1;
        sums.digest_bytes += sealed.text.len() as u64;
        last = Some(sealed);
    }
    if let Some(newest) = &last {
        put(tree, &sidecar_path(newest), head_object(newest, &newest.metadata()).as_bytes())?;
    }
    Ok(sums)
}

fn put(folder: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let file = folder.join(path);
    match fs::write(&file, bytes) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(file.parent().unwrap_or(folder))?;
            fs::write(&file, bytes)
        }
        written => written,
    }
}

/// Makes items on all cores, in the order of their numbers.
fn in_parallel<T: Send>(count: usize, make: impl Fn(usize) -> io::Result<T> + Sync) -> io::Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let work = || -> io::Result<Vec<(usize, T)>> {
        let mut made = Vec::new();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= count {
                return Ok(made);
            }
            made.push((n, make(n)?));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut made = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let shares = workers.into_iter().map(|worker| worker.join().expect("a worker that does not panic"));
        shares.collect::<io::Result<Vec<_>>>().map(|shares| shares.into_iter().flatten().collect::<Vec<_>>())
    })?;
    made.sort_by_key(|(n, _)| *n);
    Ok(made.into_iter().map(|(_, item)| item).collect())
}
