//! Where bytes come from: folders, archives, threads. Everything found becomes an exhibit; what cannot be read does, too.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rawzip::FileReader;
use trailseal::container::{
    FolderFile, Gather, Host, Packing, Visit as _, Watch, Workspace, folder_is_cut, read_archive, read_file, read_start,
    read_stream,
};
use trailseal::{Case, Code, EntryPath, Examine, Exhibit, Limits, Provenance, Reason, Separator, Trust, is_read};
use walkdir::{DirEntry, WalkDir};

use crate::Failure;

/// A file of a folder.
struct Found {
    path: EntryPath,
    file: PathBuf,
}

/// What was seen while folders were walked through, besides files that are to be examined.
#[derive(Default)]
struct Walk {
    /// Archives in folders.
    nested: Vec<Found>,
    /// What was refused, and links.
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
    /// Spreads work over the threads, as [`Case::conclude_with`] asks.
    pub fn spread(&self, count: usize, work: &(dyn Fn(usize) + Sync)) {
        let next = AtomicUsize::new(0);
        let all =
            || std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed)).take_while(|index| *index < count).for_each(work);
        std::thread::scope(|scope| {
            for _ in 1..self.count.min(count) {
                scope.spawn(all);
            }
            all();
        });
    }
}

impl Host for Threads<'_> {
    fn watch(&self) -> &dyn Watch {
        self.watch
    }

    /// This thread brings, the others work, and so does this one whenever enough is waiting.
    fn each<T: Send, Y, W: FnMut(T) -> Y, G: Gather<Y>>(
        &self,
        bring: impl FnOnce(&mut dyn FnMut(T, usize)),
        worker: impl Fn() -> W + Sync,
    ) -> G {
        let line =
            Line { state: Mutex::new(Waiting { items: VecDeque::new(), bytes: 0, idle: 0, is_over: false }), more: Condvar::new() };
        let take = |gathered: &mut G, work: &mut W, items: Vec<(T, usize)>| {
            for (item, _) in items.into_iter().take_while(|_| !self.watch.is_stopped()) {
                gathered.admit(work(item));
            }
        };
        let work_on = || {
            let (mut gathered, mut work) = (G::default(), worker());
            while let Some(items) = line.wait(self.count) {
                take(&mut gathered, &mut work, items);
            }
            gathered
        };
        std::thread::scope(|scope| {
            // Begun with the second item: an archive may have very many small ones in it.
            let (mut others, mut is_first) = (Vec::new(), true);
            let (mut gathered, mut work) = (G::default(), worker());
            {
                // However bringing ends, the others must not wait for more.
                let _end = End(&line);
                bring(&mut |item, bytes| {
                    if !std::mem::take(&mut is_first) && others.is_empty() {
                        others.extend((1..self.count).map(|_| scope.spawn(work_on)));
                    }
                    if let Some(items) = line.put(item, bytes, self.count) {
                        take(&mut gathered, &mut work, items);
                    }
                });
            }
            gathered.merge(work_on());
            for other in others {
                match other.join() {
                    Ok(shard) => gathered.merge(shard),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            gathered
        })
    }
}

/// What may wait: so many items, and so many bytes of memory together; a single item may have more.
const WAITING: usize = 1 << 14;
const WAITING_BYTES: usize = 16 << 20;

/// What is taken at once, at most.
const SHARE: usize = 16;

/// Items that wait to be examined.
struct Line<T> {
    state: Mutex<Waiting<T>>,
    more: Condvar,
}

struct Waiting<T> {
    items: VecDeque<(T, usize)>,
    bytes: usize,
    /// How many threads have nothing to do. To wake nobody would be a system call for each item.
    idle: usize,
    /// No more will come.
    is_over: bool,
}

impl<T> Waiting<T> {
    /// Several where many wait, so that threads seldom meet; single ones towards the end, so that all end together.
    fn share(&mut self, threads: usize) -> Vec<(T, usize)> {
        let count = (self.items.len() / (4 * threads.max(1))).clamp(1, SHARE).min(self.items.len());
        let items: Vec<(T, usize)> = self.items.drain(..count).collect();
        self.bytes -= items.iter().map(|(_, bytes)| bytes).sum::<usize>();
        items
    }
}

impl<T> Line<T> {
    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an item in line, and gives others back if too much is waiting.
    fn put(&self, item: T, bytes: usize, threads: usize) -> Option<Vec<(T, usize)>> {
        let mut waiting = self.lock();
        waiting.items.push_back((item, bytes));
        waiting.bytes += bytes;
        let is_enough = threads < 2 || waiting.items.len() > WAITING || waiting.bytes > WAITING_BYTES;
        let share = is_enough.then(|| waiting.share(threads));
        let is_any_idle = waiting.idle > 0;
        drop(waiting);
        if is_any_idle {
            self.more.notify_one();
        }
        share
    }

    /// Waits for a share of the work; `None` if there will be none.
    fn wait(&self, threads: usize) -> Option<Vec<(T, usize)>> {
        let mut waiting = self.lock();
        while waiting.items.is_empty() && !waiting.is_over {
            waiting.idle += 1;
            waiting = self.more.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            waiting.idle -= 1;
        }
        (!waiting.items.is_empty()).then(|| waiting.share(threads))
    }
}

/// Tells that no more will come.
struct End<'l, T>(&'l Line<T>);

impl<T> Drop for End<'_, T> {
    fn drop(&mut self) {
        self.0.lock().is_over = true;
        self.0.more.notify_all();
    }
}

/// Examines all archives as one case; `-` is a tar archive on stdin.
///
/// # Errors
///
/// If one of them is neither a folder nor a file, or cannot be opened; and if the watch stopped the work.
pub fn gather(archives: &[PathBuf], limits: &Limits, threads: &Threads<'_>) -> Result<Case, Failure> {
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    for archive in archives {
        if archive == Path::new("-") {
            files.push(archive);
            continue;
        }
        let metadata = fs::metadata(archive).map_err(|error| Failure::read(archive, &error))?;
        if metadata.is_dir() {
            folders.push((archive, fs::canonicalize(archive).map_err(|error| Failure::read(archive, &error))?));
        } else if metadata.is_file() {
            files.push(archive);
        } else {
            return Err(Failure::at(archive, "neither a folder nor a file"));
        }
    }
    let mut walk = Walk::default();
    let examine = &Examine::within(limits);
    let mut case: Case = threads.each(
        |give| folders.iter().for_each(|(root, real_root)| walk.through(root, real_root, examine, threads, give)),
        || {
            let mut workspace = Workspace::default();
            move |Found { path, file }| {
                let mut size_bytes = 0;
                let open = || open(&file).inspect(|(_, opened_bytes)| size_bytes = *opened_bytes);
                let size_after = |file: &File| file.metadata().ok().map(|metadata| metadata.len());
                let exhibit = read_file(threads, examine, path, open, size_after, &mut workspace);
                threads.watch.advance(1, size_bytes);
                exhibit
            }
        },
    );
    walk.exhibits.into_iter().for_each(|exhibit| case.admit(exhibit));
    for path in files {
        case.merge(read_given(path, examine, threads)?);
    }
    for Found { path, file } in walk.nested {
        match open(&file) {
            Ok((file, length_bytes)) => case.merge(read_archive(threads, examine, Some(&path), shared(file), length_bytes)),
            Err(error) => case.admit(Exhibit::refused(path, Code::ArchiveEntryUnreadable, Reason::from(&error))),
        }
    }
    if threads.watch.is_stopped() { Err(Failure::new("it was stopped")) } else { Ok(case) }
}

/// Opens a file, and says how large it is.
fn open(path: &Path) -> io::Result<(File, u64)> {
    let file = File::open(path)?;
    let size_bytes = file.metadata()?.len();
    Ok((file, size_bytes))
}

/// An archive that threads read together.
fn shared(file: File) -> Arc<FileReader> {
    Arc::new(FileReader::from(file))
}

/// An archive that was given itself. What was handed over as one and is none is judged like what is cut off; that a stream cannot bring a
/// zip archive is a mistake of the caller.
fn read_given(path: &Path, examine: &Examine, threads: &Threads<'_>) -> Result<Case, Failure> {
    if path == Path::new("-") {
        let mut stdin = io::stdin().lock();
        let start = read_start(&mut stdin).map_err(|error| Failure::read(path, &error))?;
        if Packing::of(&start) == Some(Packing::Zip) {
            return Err(Failure::at(path, "a zip archive cannot be read from stdin: name its file"));
        }
        return Ok(read_stream(threads, examine, None, &mut start.as_slice().chain(stdin)));
    }
    let (file, length_bytes) = open(path).map_err(|error| Failure::read(path, &error))?;
    Ok(read_archive(threads, examine, None, shared(file), length_bytes))
}

impl Walk {
    fn through(
        &mut self,
        root: &Path,
        real_root: &Path,
        examine: &Examine,
        threads: &Threads<'_>,
        give: &mut dyn FnMut(Found, usize),
    ) {
        // Within a folder the order of paths is that of names.
        let in_order = |one: &DirEntry, other: &DirEntry| one.path().as_os_str().cmp(other.path().as_os_str());
        for entry in WalkDir::new(root).min_depth(1).sort_by(in_order) {
            if threads.watch.is_stopped() {
                break;
            }
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(root);
                    let kind = error.io_error().map_or(Reason::LoopOfLinks, Reason::from);
                    self.exhibits.push(Exhibit::refused(entry_path(root, path), Code::ArchiveEntryUnreadable, kind));
                    continue;
                }
            };
            if entry.file_type().is_dir() {
                continue;
            }
            if self.entries == examine.limits().entries {
                self.exhibits.push(folder_is_cut(examine));
                break;
            }
            self.entries += 1;
            if entry.file_type().is_symlink() {
                self.follow(real_root, entry_path(root, entry.path()), entry.path());
                continue;
            }
            if !entry.file_type().is_file() {
                let path = entry_path(root, entry.path());
                self.exhibits.push(Exhibit::refused(path, Code::ArchiveEntryUnsafe, Reason::Device));
                continue;
            }
            match with_bytes(root, entry.path(), |path, separator| FolderFile::of(examine, path, separator)) {
                FolderFile::Refused(exhibit) => self.exhibits.push(exhibit),
                FolderFile::Archive(path) => self.nested.push(Found { path, file: entry.into_path() }),
                FolderFile::Entry(path) => {
                    let size_bytes = || entry.metadata().map_or(0, |metadata| metadata.len());
                    threads.watch.expect(1, &|| if is_read(&path) { size_bytes() } else { 0 });
                    give(Found { path, file: entry.into_path() }, 0);
                }
            }
        }
    }

    fn follow(&mut self, real_root: &Path, path: EntryPath, link: &Path) {
        match fs::canonicalize(link).and_then(|target| Ok((fs::metadata(&target)?, target))) {
            Err(error) => self.exhibits.push(Exhibit::refused(path, Code::ArchiveEntryUnreadable, Reason::from(&error))),
            Ok((_, target)) if !target.starts_with(real_root) => {
                self.exhibits.push(Exhibit::refused(path, Code::ArchiveEntryUnsafe, Reason::LinkOut));
            }
            Ok((metadata, target)) if metadata.is_file() || metadata.is_dir() => {
                self.exhibits.push(Exhibit::link(path, entry_path(real_root, &target)));
            }
            Ok(_) => {
                self.exhibits.push(Exhibit::refused(path, Code::ArchiveEntryUnsafe, Reason::LinkToDevice));
            }
        }
    }
}

fn entry_path(root: &Path, path: &Path) -> EntryPath {
    with_bytes(root, path, EntryPath::normalise).0
}

/// The bytes of a path in a folder, its parts separated by slashes.
pub(crate) fn entry_bytes(root: &Path, path: &Path) -> Vec<u8> {
    with_bytes(root, path, |bytes, separator| match separator {
        Separator::Slash => bytes.to_vec(),
        Separator::SlashOrBackslash => bytes.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect(),
    })
}

/// Gives the bytes of a path in a folder to `read`, and what separates its parts. That it begins with a separator is no part of it.
fn with_bytes<T>(root: &Path, path: &Path, read: impl FnOnce(&[u8], Separator) -> T) -> T {
    #[cfg(unix)]
    let (bytes, separator) = {
        let [root, path] = [root, path].map(|path| std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()));
        // The root is how the path begins: there is no need to compare folder by folder.
        let inside = path.strip_prefix(root).unwrap_or(path);
        (inside.strip_prefix(b"/").unwrap_or(inside), Separator::Slash)
    };
    #[cfg(not(unix))]
    let text = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
    #[cfg(not(unix))]
    let (bytes, separator) = (text.as_bytes(), Separator::SlashOrBackslash);
    read(bytes, separator)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_of_work_is_done_once_on_any_number_of_threads() {
        for (count, pieces) in [(0, 3), (1, 3), (3, 0), (3, 1), (3, 100)] {
            let done: Vec<AtomicUsize> = (0..pieces).map(|_| AtomicUsize::new(0)).collect();
            Threads { count, watch: &() }.spread(pieces, &|index| _ = done[index].fetch_add(1, Ordering::Relaxed));
            assert!(done.into_iter().all(|done| done.into_inner() == 1), "{pieces} on {count} threads");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_and_its_files_as_pairs_are_one_case() {
        let folder = tempfile::TempDir::new().unwrap();
        let files = ["C:/escaped.json", "a.json", "b.json", "c.zip", "d.json"];
        for path in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "{}").unwrap();
        }
        fs::create_dir(folder.path().join("e")).unwrap();
        let threads = Threads { count: 1, watch: &() };
        for entries in 1..=6 {
            let limits = Limits { entries, ..Limits::default() };
            let walked = gather(&[folder.path().to_owned()], &limits, &threads).unwrap();
            let mut pairs = files.iter().map(|path| (path, "{}"));
            let paired: Case = trailseal::container::read_files(&threads, &Examine::within(&limits), || pairs.next());
            let [walked, paired] = [walked, paired].map(|case| case.conclude(&trailseal::Policy::default()));
            assert_eq!(walked, paired, "{entries} entries");
            let raised = |code: Code| walked.findings.iter().any(|finding| finding.code == code);
            assert_eq!((raised(Code::ArchiveEntryUnsafe), raised(Code::ArchiveLimit)), (true, entries < 5), "{entries} entries");
        }
    }
}
