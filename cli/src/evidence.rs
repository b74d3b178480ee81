//! Where bytes come from: folders, archives, threads, progress. Everything found becomes an exhibit; what cannot be read does, too.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use rawzip::FileReader;
use trailseal::container::{self, Found, Inner, PIECE_BYTES, Packing, ReaderAt, Zip, read_tar};
use trailseal::{
    Case, Check, Checked, Code, EntryPath, Exhibit, Kind, Limits, Provenance, Separator, Trust, classify, examine, examine_reader,
    is_read,
};

use crate::Failure;
use crate::progress::Progress;

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

/// Examines all archives, on all threads, as one case.
pub(crate) fn gather(archives: &[PathBuf], limits: &Limits, threads: usize) -> Result<Case, Failure> {
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
            return Err(Failure::new(format!("{}: neither a folder nor a file", archive.display())));
        }
    }
    let progress = Progress::new();
    let mut case = Case::new();
    inventory.exhibits.into_iter().for_each(|exhibit| case.admit(exhibit));

    let (nested, plain): (Vec<_>, Vec<_>) =
        inventory.files.into_iter().partition(|file| matches!(classify(&file.path), Kind::Container));
    progress.expect(plain.len(), plain.iter().map(|file| file.size_bytes).sum());
    case.merge(in_parallel(threads, &plain, |file, buffer| {
        let exhibit = examine_file(file, limits, buffer);
        progress.step(file.size_bytes);
        exhibit
    }));
    let host = Host { limits, threads, progress: &progress };
    for path in &inventory.archives {
        case.merge(host.archive(path)?);
    }
    for FolderFile { path, file, .. } in nested {
        case.merge(host.nested_file(&path, &file));
    }
    progress.finish();
    Ok(case)
}

fn open(path: &Path) -> io::Result<(Arc<FileReader>, u64)> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    Ok((Arc::new(FileReader::from(file)), length))
}

/// Hands items to threads one by one; each thread has a case and a buffer of its own.
fn in_parallel<T: Sync>(threads: usize, items: &[T], examine: impl Fn(&T, &mut Vec<u8>) -> Exhibit + Sync) -> Case {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut case = Case::new();
        let mut buffer = Vec::new();
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            case.admit(examine(item, &mut buffer));
        }
        case
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(items.len().max(1))).map(|_| scope.spawn(work)).collect();
        let mut case = work();
        for other in others {
            match other.join() {
                Ok(shard) => case.merge(shard),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        case
    })
}

/// Checks signatures on all threads.
pub(crate) fn run_checks(threads: usize, checks: &[Check<'_>]) -> Vec<Checked> {
    let share = checks.len().div_ceil(threads.max(1)).max(1);
    std::thread::scope(|scope| {
        let shards: Vec<_> =
            checks.chunks(share).map(|shard| scope.spawn(|| shard.iter().map(Check::run).collect::<Vec<_>>())).collect();
        shards.into_iter().flat_map(|shard| shard.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// What every archive is examined with.
struct Host<'a> {
    limits: &'a Limits,
    threads: usize,
    progress: &'a Progress,
}

impl Host<'_> {
    /// An archive that was given itself; `-` is a tar archive on stdin.
    fn archive(&self, path: &Path) -> Result<Case, Failure> {
        if path == Path::new("-") {
            return Ok(self.stream(None, &mut io::stdin().lock()));
        }
        let (file, length) = open(path).map_err(|error| Failure::read(path, &error))?;
        let start =
            File::open(path).and_then(|mut file| container::read_start(&mut file)).map_err(|error| Failure::read(path, &error))?;
        match Packing::of(&start) {
            None => Err(Failure::new(format!("{}: neither a folder nor an archive (zip, tar, tar.gz, tar.zst)", path.display()))),
            Some(Packing::Zip) => Ok(self.zip_file(None, file, length)),
            Some(_) => {
                let file = File::open(path).map_err(|error| Failure::read(path, &error))?;
                self.progress.expect(0, length);
                Ok(self.stream(None, &mut self.progress.watch(file)))
            }
        }
    }

    /// An archive that lies in a folder.
    fn nested_file(&self, at: &EntryPath, file: &Path) -> Case {
        let opened = open(file).and_then(|(reader, length)| Ok((container::read_start(&mut File::open(file)?)?, reader, length)));
        match opened {
            Err(error) => only(Exhibit::refused(at.clone(), Code::ArchiveEntryUnreadable, error.kind().to_string())),
            Ok((start, reader, length)) if Packing::of(&start) == Some(Packing::Zip) => self.zip_file(Some(at), reader, length),
            Ok((_, _, length)) => match File::open(file) {
                Err(error) => only(Exhibit::refused(at.clone(), Code::ArchiveEntryUnreadable, error.kind().to_string())),
                Ok(file) => {
                    self.progress.expect(0, length);
                    self.stream(Some(at), &mut self.progress.watch(file))
                }
            },
        }
    }

    fn zip_file(&self, at: Option<&EntryPath>, file: Arc<FileReader>, length: u64) -> Case {
        let zip = match Zip::open(at.cloned(), file, length, self.limits) {
            Ok(zip) => zip,
            // Its directory is cut off or broken: what is left cannot be told.
            Err(error) => return only(container::unreadable(at, &error)),
        };
        let mut case = self.zip(&zip);
        for member in zip.members().iter().filter(|member| member.is_container()) {
            if at.is_some() {
                // One level is read: this refuses it.
                case.admit(zip.examine(member, self.limits, &mut Vec::new()));
                continue;
            }
            match zip.open_nested(member, self.limits) {
                Ok(Inner::Zip(nested)) => case.merge(self.nested_zip(&nested)),
                Ok(Inner::Stream(mut stream)) => case.merge(self.stream(Some(member.path()), &mut *stream)),
                Err(exhibit) => case.admit(exhibit),
            }
        }
        case
    }

    /// The members of a zip archive, containers apart.
    fn zip<R: ReaderAt + Sync>(&self, zip: &Zip<R>) -> Case {
        let members: Vec<_> = zip.members().iter().filter(|member| !member.is_container()).collect();
        self.progress.expect(members.len(), members.iter().map(|member| member.size_bytes()).sum());
        let mut case = in_parallel(self.threads, &members, |member, buffer| {
            let exhibit = zip.examine(member, self.limits, buffer);
            self.progress.step(member.size_bytes());
            exhibit
        });
        zip.problems().iter().for_each(|exhibit| case.admit(exhibit.clone()));
        case
    }

    /// A zip archive inside another container; archives in it are refused.
    fn nested_zip<R: ReaderAt + Sync>(&self, zip: &Zip<R>) -> Case {
        let mut case = self.zip(zip);
        for member in zip.members().iter().filter(|member| member.is_container()) {
            case.admit(zip.examine(member, self.limits, &mut Vec::new()));
        }
        case
    }

    /// A tar archive: this thread reads, the others examine.
    fn stream(&self, at: Option<&EntryPath>, reader: &mut dyn Read) -> Case {
        /// Pieces on their way, each of at most 8 MiB.
        const WAITING: usize = 16;
        let (give, take) = mpsc::sync_channel::<(EntryPath, Vec<u8>)>(WAITING);
        let take = Mutex::new(take);
        let work = || {
            let mut case = Case::new();
            loop {
                // The lock is held only while waiting for one piece.
                let next = take.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((path, bytes)) = next else { return case };
                case.admit(examine(path, &bytes, self.limits));
                self.progress.step(0);
            }
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..self.threads.max(1)).map(|_| scope.spawn(work)).collect();
            let mut case = Case::new();
            read_tar(at, reader, self.limits, &mut |found| match found {
                // The receivers live as long as this scope.
                Found::Piece(path, bytes) => give.send((path, bytes)).unwrap_or(()),
                Found::Exhibit(exhibit) => case.admit(exhibit),
                Found::Zip(path, bytes) => {
                    let length = bytes.len() as u64;
                    match Zip::open(Some(path.clone()), bytes, length, self.limits) {
                        Ok(zip) => case.merge(self.nested_zip(&zip)),
                        Err(error) => case.admit(container::unreadable(Some(&path), &error)),
                    }
                }
            });
            drop(give);
            for worker in workers {
                match worker.join() {
                    Ok(shard) => case.merge(shard),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            case
        })
    }
}

fn only(exhibit: Exhibit) -> Case {
    let mut case = Case::new();
    case.admit(exhibit);
    case
}

fn examine_file(file: &FolderFile, limits: &Limits, buffer: &mut Vec<u8>) -> Exhibit {
    let path = file.path.clone();
    if !is_read(&path) {
        return examine(path, &[], limits);
    }
    if file.size_bytes > limits.entry_bytes {
        return Exhibit::refused(path, Code::ArchiveLimit, format!("entry_bytes is {}", limits.entry_bytes));
    }
    let mut reader = match File::open(&file.file) {
        Ok(reader) => reader,
        Err(error) => return Exhibit::refused(path, Code::ArchiveEntryUnreadable, error.kind().to_string()),
    };
    if file.size_bytes > PIECE_BYTES {
        return examine_reader(path, &mut reader.take(limits.entry_bytes), limits);
    }
    buffer.clear();
    match (&mut reader).take(PIECE_BYTES + 1).read_to_end(buffer) {
        Ok(read) if read as u64 > PIECE_BYTES => Exhibit::refused(path, Code::ArchiveEntryUnreadable, "it grew while it was read"),
        Ok(_) => examine(path, buffer, limits),
        Err(error) => Exhibit::refused(path, Code::ArchiveEntryUnreadable, error.kind().to_string()),
    }
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
pub(crate) fn read_trust(keys: &[PathBuf], pins: &[PathBuf], archives: &[PathBuf]) -> Result<Trust, Failure> {
    let roots: Vec<PathBuf> = archives.iter().filter_map(|archive| fs::canonicalize(archive).ok()).collect();
    let mut trust = Trust::default();
    for file in all_key_files(keys)? {
        let json = fs::read(&file).map_err(|error| Failure::read(&file, &error))?;
        let real = fs::canonicalize(&file).map_err(|error| Failure::read(&file, &error))?;
        let is_enclosed = roots.iter().any(|root| real.starts_with(root));
        let provenance = if is_enclosed { Provenance::Enclosed } else { Provenance::Own };
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        trust.add_keys(&name, &json, provenance).map_err(|error| Failure::at(&file, &error))?;
    }
    for path in pins {
        let text = fs::read_to_string(path).map_err(|error| Failure::read(path, &error))?;
        trust.add_pins(&text).map_err(|error| Failure::at(path, &error))?;
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
        return Err(Failure::new(format!("{}: no key file (*.json) in this folder", path.display())));
    }
    files.sort();
    Ok(files)
}
