//! Where bytes come from: folders, archives, threads. Everything found becomes an exhibit; what cannot be read does, too.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};

use rawzip::FileReader;
use trailseal::container::{self, Gather, Host, Packing, Watch, read_archive, read_file, read_stream};
use trailseal::{Case, Check, Checked, Code, EntryPath, Exhibit, Kind, Limits, Provenance, Separator, Trust, classify};

use crate::Failure;

/// A file of a folder.
struct FolderFile {
    path: EntryPath,
    file: PathBuf,
    size_bytes: u64,
}

/// Everything that the given paths hold, before it is read.
#[derive(Default)]
struct Inventory {
    files: Vec<FolderFile>,
    archives: Vec<PathBuf>,
    /// What was seen and refused.
    exhibits: Vec<Exhibit>,
    entries: u64,
}

/// A host with threads.
#[derive(Clone, Copy)]
pub struct Threads<'a> {
    /// How many; at least one works.
    pub count: usize,
    /// Who watches.
    pub watch: &'a dyn Watch,
}

impl Threads<'_> {
    /// Lets every thread gather what `work` finds, and puts it together.
    fn gather<G: Gather>(&self, count: usize, work: impl Fn() -> G + Sync) -> G {
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..count).map(|_| scope.spawn(&work)).collect();
            let mut gathered = work();
            for other in others {
                match other.join() {
                    Ok(shard) => gathered.merge(shard),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            gathered
        })
    }

    /// Checks signatures, as [`Case::conclude_with`] asks.
    pub fn check(&self, checks: &[Check<'_>]) -> Vec<Checked> {
        let share = checks.len().div_ceil(self.count.max(1)).max(1);
        std::thread::scope(|scope| {
            let shards: Vec<_> =
                checks.chunks(share).map(|shard| scope.spawn(|| shard.iter().map(Check::run).collect::<Vec<_>>())).collect();
            shards.into_iter().flat_map(|shard| shard.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        })
    }
}

impl Host for Threads<'_> {
    fn watch(&self) -> &dyn Watch {
        self.watch
    }

    /// Hands items to threads one by one.
    fn each<G: Gather, T: Sync>(&self, items: &[T], examine: impl Fn(&T, &mut Vec<u8>) -> Exhibit + Sync) -> G {
        let next = AtomicUsize::new(0);
        self.gather(self.count.min(items.len()), || {
            let mut gathered = G::default();
            let mut buffer = Vec::new();
            while !self.watch.is_stopped()
                && let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed))
            {
                gathered.admit(examine(item, &mut buffer));
            }
            gathered
        })
    }

    /// This thread brings, the others examine.
    fn pieces<G: Gather, B: AsRef<[u8]> + Send>(
        &self,
        bring: impl FnOnce(&mut dyn FnMut(EntryPath, B)),
        examine: impl Fn(EntryPath, &[u8]) -> Exhibit + Sync,
    ) -> G {
        let (give, take) = mpsc::sync_channel::<(EntryPath, B, Held<'_>)>(WAITING);
        let take = Mutex::new(take);
        let (examine, load) = (&examine, &Load::default());
        let work = move || {
            let mut gathered = G::default();
            while !self.watch.is_stopped() {
                // The lock is held only while waiting for one piece.
                let next = take.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((path, bytes, _held)) = next else { break };
                gathered.admit(examine(path, bytes.as_ref()));
            }
            gathered
        };
        std::thread::scope(|scope| {
            let others = scope.spawn(move || self.gather(self.count, work));
            bring(&mut |path, bytes| {
                let held = load.hold(bytes.as_ref().len());
                // Nobody receives any more only if all threads were stopped or panicked, which is passed on below.
                give.send((path, bytes, held)).unwrap_or(());
            });
            drop(give);
            others.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}

/// Pieces on their way to threads, and their bytes together; a single piece may have more.
const WAITING: usize = 16;
const WAITING_BYTES: usize = 64 << 20;

/// The bytes of all pieces that were brought and are not examined yet.
#[derive(Default)]
struct Load {
    bytes: Mutex<usize>,
    less: Condvar,
}

impl Load {
    /// Waits until there is room for so many more.
    fn hold(&self, bytes: usize) -> Held<'_> {
        let load = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let is_too_much = |load: &mut usize| *load > 0 && load.saturating_add(bytes) > WAITING_BYTES;
        *self.less.wait_while(load, is_too_much).unwrap_or_else(PoisonError::into_inner) += bytes;
        Held { load: self, bytes }
    }
}

/// A piece's share of the load, as long as the piece is there.
struct Held<'a> {
    load: &'a Load,
    bytes: usize,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        *self.load.bytes.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.load.less.notify_one();
    }
}

/// Examines all archives as one case; `-` is a tar archive on stdin.
///
/// # Errors
///
/// If one of them is no folder or archive, or cannot be opened; and if the watch stopped the work.
pub fn gather(archives: &[PathBuf], limits: &Limits, threads: &Threads<'_>) -> Result<Case, Failure> {
    let mut inventory = Inventory::default();
    for archive in archives {
        if archive == Path::new("-") {
            inventory.archives.push(archive.clone());
            continue;
        }
        let metadata = fs::metadata(archive).map_err(|error| Failure::read(archive, &error))?;
        if metadata.is_dir() {
            inventory.walk(archive, limits)?;
        } else if metadata.is_file() {
            inventory.archives.push(archive.clone());
        } else {
            return Err(Failure::at(archive, "neither a folder nor a file"));
        }
    }
    let mut case = Case::new();
    inventory.exhibits.into_iter().for_each(|exhibit| case.admit(exhibit));

    let (nested, plain): (Vec<_>, Vec<_>) =
        inventory.files.into_iter().partition(|file| matches!(classify(&file.path), Kind::Container));
    threads.watch.expect(plain.len() as u64, plain.iter().map(|file| file.size_bytes).sum());
    case.merge(threads.each(&plain, |file, buffer| {
        let open = || File::open(&file.file);
        let size_after = |file: &File| file.metadata().ok().map(|metadata| metadata.len());
        let exhibit = read_file(threads, file.path.clone(), file.size_bytes, open, size_after, limits, buffer);
        threads.watch.advance(1, file.size_bytes);
        exhibit
    }));
    for path in &inventory.archives {
        case.merge(read_given(path, limits, threads)?);
    }
    for FolderFile { path, file, .. } in nested {
        match open(&file) {
            Ok((reader, length_bytes)) => case.merge(read_archive(threads, Some(&path), reader, length_bytes, limits)),
            Err(error) => case.admit(Exhibit::refused(path, Code::ArchiveEntryUnreadable, error.kind().to_string())),
        }
    }
    if threads.watch.is_stopped() { Err(Failure::new("it was stopped")) } else { Ok(case) }
}

fn open(path: &Path) -> io::Result<(Arc<FileReader>, u64)> {
    let file = File::open(path)?;
    let length_bytes = file.metadata()?.len();
    Ok((Arc::new(FileReader::from(file)), length_bytes))
}

/// An archive that was given itself: what is none is a mistake of the caller.
fn read_given(path: &Path, limits: &Limits, threads: &Threads<'_>) -> Result<Case, Failure> {
    if path == Path::new("-") {
        return Ok(read_stream(threads, None, &mut io::stdin().lock(), limits));
    }
    let start = File::open(path).and_then(|mut file| container::read_start(&mut file));
    let start = start.map_err(|error| Failure::read(path, &error))?;
    if Packing::of(&start).is_none() {
        return Err(Failure::at(path, "neither a folder nor an archive (zip, tar, tar.gz, tar.zst)"));
    }
    let (reader, length_bytes) = open(path).map_err(|error| Failure::read(path, &error))?;
    Ok(read_archive(threads, None, reader, length_bytes, limits))
}

impl Inventory {
    fn walk(&mut self, root: &Path, limits: &Limits) -> Result<(), Failure> {
        let real_root = fs::canonicalize(root).map_err(|error| Failure::read(root, &error))?;
        for entry in walkdir::WalkDir::new(root).min_depth(1).sort_by_file_name() {
            if self.entries == limits.entries {
                let path = EntryPath::new("(the folder)");
                self.exhibits.push(Exhibit::refused(path, Code::ArchiveLimit, format!("entries is {}", limits.entries)));
                break;
            }
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(root);
                    let kind = error.io_error().map_or_else(|| "a loop of links".to_owned(), |error| error.kind().to_string());
                    self.exhibits.push(Exhibit::refused(entry_path(root, path), Code::ArchiveEntryUnreadable, kind));
                    continue;
                }
            };
            if entry.file_type().is_dir() {
                continue;
            }
            self.entries += 1;
            let path = entry_path(root, entry.path());
            if entry.file_type().is_symlink() {
                self.follow(&real_root, path, entry.path());
            } else if entry.file_type().is_file() {
                let size_bytes = entry.metadata().map_or(0, |metadata| metadata.len());
                self.files.push(FolderFile { path, file: entry.into_path(), size_bytes });
            } else {
                let detail = "it is a device, a FIFO or a socket";
                self.exhibits.push(Exhibit::refused(path, Code::ArchiveEntryUnsafe, detail));
            }
        }
        Ok(())
    }

    fn follow(&mut self, real_root: &Path, path: EntryPath, link: &Path) {
        match fs::canonicalize(link).and_then(|target| Ok((fs::metadata(&target)?, target))) {
            Err(error) => self.exhibits.push(Exhibit::refused(path, Code::ArchiveEntryUnreadable, error.kind().to_string())),
            Ok((_, target)) if !target.starts_with(real_root) => {
                self.exhibits.push(Exhibit::refused(path, Code::ArchiveEntryUnsafe, "a link that leaves the archive"));
            }
            Ok((metadata, target)) if metadata.is_file() || metadata.is_dir() => {
                self.exhibits.push(Exhibit::link(path, entry_path(real_root, &target)));
            }
            Ok(_) => {
                self.exhibits.push(Exhibit::refused(path, Code::ArchiveEntryUnsafe, "a link to a device, a FIFO or a socket"));
            }
        }
    }
}

fn entry_path(root: &Path, path: &Path) -> EntryPath {
    let relative = path.strip_prefix(root).unwrap_or(path);
    #[cfg(unix)]
    let (bytes, separator) = (std::os::unix::ffi::OsStrExt::as_bytes(relative.as_os_str()), Separator::Slash);
    #[cfg(not(unix))]
    let text = relative.to_string_lossy();
    #[cfg(not(unix))]
    let (bytes, separator) = (text.as_bytes(), Separator::SlashOrBackslash);
    EntryPath::normalise(bytes, separator).0
}

/// Reads the verifier's key files and pins. A key file that lies in an archive is only enclosed, whoever names it.
///
/// # Errors
///
/// If one cannot be read, or holds no keys or pins.
pub fn read_trust(keys: &[PathBuf], pins: &[PathBuf], archives: &[PathBuf]) -> Result<Trust, Failure> {
    let roots: Vec<PathBuf> = archives.iter().filter_map(|archive| fs::canonicalize(archive).ok()).collect();
    let mut trust = Trust::default();
    for file in all_key_files(keys)? {
        let json = fs::read(&file).map_err(|error| Failure::read(&file, &error))?;
        let real = fs::canonicalize(&file).map_err(|error| Failure::read(&file, &error))?;
        let is_enclosed = roots.iter().any(|root| real.starts_with(root));
        let provenance = if is_enclosed { Provenance::Enclosed } else { Provenance::Own };
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        trust.add_keys(&name, &json, provenance).map_err(|error| Failure::at(&file, error))?;
    }
    for path in pins {
        let text = fs::read_to_string(path).map_err(|error| Failure::read(path, &error))?;
        trust.add_pins(&text).map_err(|error| Failure::at(path, error))?;
    }
    Ok(trust)
}

/// The key files that were named, those in folders included.
pub(crate) fn all_key_files(keys: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let named = keys.iter().flat_map(|keys| comma_list(keys));
    Ok(named.map(|path| key_files(&path)).collect::<Result<Vec<_>, _>>()?.concat())
}

/// `a,b` are two paths, unless there is a file of that name.
fn comma_list(path: &Path) -> Vec<PathBuf> {
    match path.to_str() {
        Some(text) if text.contains(',') && !path.exists() => text.split(',').map(PathBuf::from).collect(),
        _ => vec![path.to_owned()],
    }
}

fn key_files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !fs::metadata(path).map_err(|error| Failure::read(path, &error))?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| Failure::read(path, &error))? {
        let file = entry.map_err(|error| Failure::read(path, &error))?.path();
        if file.extension().is_some_and(|extension| extension == "json") {
            files.push(file);
        }
    }
    if files.is_empty() {
        return Err(Failure::at(path, "no key file (*.json) in this folder"));
    }
    files.sort();
    Ok(files)
}
