//! Where bytes come from: folders, archives, threads, progress. Everything found becomes an exhibit; what cannot be read does, too.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rawzip::FileReader;
use trailseal::container::{self, PIECE_BYTES, ReaderAt, Zip};
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
    for path in &inventory.archives {
        let (file, length) = open(path).map_err(|error| Failure::read(path, &error))?;
        let mut start = [0; 4];
        let is_zip = file.read_exact_at(&mut start, 0).is_ok() && container::is_zip(&start);
        match Zip::open(None, file, length, limits) {
            Ok(zip) => {
                case.merge(examine_zip(&zip, limits, threads, &progress));
                for member in zip.members().iter().filter(|member| member.is_container()) {
                    match zip.open_nested(member, limits) {
                        Ok(nested) => case.merge(examine_nested(&nested, limits, threads, &progress)),
                        Err(exhibit) => case.admit(exhibit),
                    }
                }
            }
            // It begins as a zip archive does, but its directory is cut off or broken: what is left cannot be told.
            Err(error) if is_zip => case.admit(container::unreadable(None, &error)),
            Err(_) => return Err(Failure::new(format!("{}: neither a folder nor a zip archive", path.display()))),
        }
    }
    for FolderFile { path, file, .. } in nested {
        let opened = open(&file).and_then(|(reader, length)| {
            let mut start = [0; 4];
            reader.read_exact_at(&mut start, 0)?;
            Ok((reader, length, container::is_zip(&start)))
        });
        match opened {
            Err(error) => case.admit(Exhibit::refused(path, Code::ArchiveEntryUnreadable, error.kind().to_string())),
            Ok((.., false)) => {
                case.admit(Exhibit::refused(path, Code::ArchiveEntryUnreadable, "a nested archive of this kind is not read"));
            }
            Ok((reader, length, true)) => match Zip::open(Some(path.clone()), reader, length, limits) {
                Ok(zip) => case.merge(examine_nested(&zip, limits, threads, &progress)),
                Err(error) => case.admit(container::unreadable(Some(&path), &error)),
            },
        }
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

fn examine_zip<R: ReaderAt + Sync>(zip: &Zip<R>, limits: &Limits, threads: usize, progress: &Progress) -> Case {
    let members: Vec<_> = zip.members().iter().filter(|member| !member.is_container()).collect();
    progress.expect(members.len(), members.iter().map(|member| member.size_bytes()).sum());
    let mut case = in_parallel(threads, &members, |member, buffer| {
        let exhibit = zip.examine(member, limits, buffer);
        progress.step(member.size_bytes());
        exhibit
    });
    zip.problems().iter().for_each(|exhibit| case.admit(exhibit.clone()));
    case
}

/// A nested archive, in which containers are not opened again.
fn examine_nested<R: ReaderAt + Sync>(zip: &Zip<R>, limits: &Limits, threads: usize, progress: &Progress) -> Case {
    let mut case = examine_zip(zip, limits, threads, progress);
    for member in zip.members().iter().filter(|member| member.is_container()) {
        case.admit(zip.examine(member, limits, &mut Vec::new()));
    }
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

    /// A link to a file inside the tree is that file under another name. A folder inside the tree is examined where it is.
    fn follow(&mut self, real_root: &Path, path: EntryPath, link: &Path) {
        match fs::canonicalize(link).and_then(|target| Ok((fs::metadata(&target)?, target))) {
            Err(error) => self.exhibits.push(Exhibit::refused(path, Code::ArchiveEntryUnreadable, error.kind().to_string())),
            Ok((_, target)) if !target.starts_with(real_root) => {
                self.exhibits.push(Exhibit::refused(path, Code::ArchiveEntryUnsafe, "a link that leaves the archive"));
            }
            Ok((metadata, target)) if metadata.is_file() => {
                self.files.push(FolderFile { path, file: target, size_bytes: metadata.len() });
            }
            Ok((metadata, _)) if metadata.is_dir() => self.exhibits.push(Exhibit::ignored(path)),
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
    for path in keys.iter().flat_map(|keys| comma_list(keys)) {
        for file in key_files(&path)? {
            let json = fs::read(&file).map_err(|error| Failure::read(&file, &error))?;
            let real = fs::canonicalize(&file).map_err(|error| Failure::read(&file, &error))?;
            let is_enclosed = roots.iter().any(|root| real.starts_with(root));
            let provenance = if is_enclosed { Provenance::Enclosed } else { Provenance::Own };
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            trust.add_keys(&name, &json, provenance).map_err(|error| Failure::at(&file, &error))?;
        }
    }
    for path in pins {
        let text = fs::read_to_string(path).map_err(|error| Failure::read(path, &error))?;
        trust.add_pins(&text).map_err(|error| Failure::at(path, &error))?;
    }
    Ok(trust)
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
