//! The bytes that were judged: what is there is looked at before anything is judged, and hashed afterwards. If it is no longer what it was,
//! nobody can say which bytes the verdict is of, and there is no record.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};
use trailseal::printable;
use walkdir::{DirEntry, WalkDir};

use crate::Failure;
use crate::evidence::{Threads, entry_bytes};
use crate::record::form::{Evidence, Hashed, Listing, NotHashed};

/// What changes if somebody writes to a file, or puts another one into its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    size_bytes: u64,
    modified: Option<SystemTime>,
    /// Device, number, and the time of the last change of either content or attributes, which no program can set at will.
    #[cfg(unix)]
    inode: (u64, u64, i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt as _;
        Self {
            size_bytes: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            inode: (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// A file as it was before the verification.
pub(crate) struct Single {
    pub(crate) path: PathBuf,
    stamp: Stamp,
}

/// Size and SHA-256 of a file.
pub(crate) struct Sum {
    pub(crate) size_bytes: u64,
    pub(crate) sha256: String,
}

impl Single {
    pub(crate) fn of(path: &Path) -> Result<Self, Failure> {
        let metadata = fs::metadata(path).map_err(|error| Failure::read(path, &error))?;
        if !metadata.is_file() {
            return Err(Failure::at(path, "is no file, and cannot be recorded"));
        }
        Ok(Self { path: path.to_owned(), stamp: Stamp::of(&metadata) })
    }

    /// Hashes it, and gives its bytes to `also`.
    pub(crate) fn hash(&self, also: &mut dyn FnMut(&[u8])) -> Result<Sum, Failure> {
        match hash(&self.path, self.stamp, also) {
            Ok(Some(sum)) => Ok(sum),
            Ok(None) => Err(changed(&self.path)),
            Err(error) => Err(Failure::read(&self.path, &error)),
        }
    }
}

fn changed(path: &Path) -> Failure {
    Failure::at(path, "it changed while it was verified; nothing is recorded, verify again")
}

/// `None` if the file is not the one that was stamped, before or after its bytes were read.
fn hash(path: &Path, stamp: Stamp, also: &mut dyn FnMut(&[u8])) -> io::Result<Option<Sum>> {
    let mut file = File::open(path)?;
    let is_as_stamped = |file: &File| Ok::<_, io::Error>(Stamp::of(&file.metadata()?) == stamp);
    if !is_as_stamped(&file)? {
        return Ok(None);
    }
    let sum = sum(&mut file, also)?;
    Ok(Some(sum).filter(|sum| sum.size_bytes == stamp.size_bytes && is_as_stamped(&file).unwrap_or_default()))
}

fn sum(from: &mut dyn Read, also: &mut dyn FnMut(&[u8])) -> io::Result<Sum> {
    let (mut hasher, mut size_bytes, mut piece) = (Sha256::new(), 0, vec![0; 256 << 10]);
    loop {
        match from.read(&mut piece) {
            Ok(0) => return Ok(Sum { size_bytes, sha256: hex::encode(hasher.finalize()) }),
            Ok(read) => {
                let bytes = piece.get(..read).unwrap_or_default();
                hasher.update(bytes);
                also(bytes);
                size_bytes += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Hashes a file that no verdict depends on.
pub(crate) fn sum_of(path: &Path) -> io::Result<Sum> {
    sum(&mut File::open(path)?, &mut |_| ())
}

/// Evidence as it was before the verification.
pub(crate) enum Seen {
    File(Single),
    Folder { path: PathBuf, entries: Vec<(Box<[u8]>, Entry)> },
}

/// What lies in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    File(Stamp),
    NotHashed(String),
}

impl Seen {
    pub(crate) fn of(path: &Path, most_entries: u64) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Err(Failure::new(
                "a stream cannot be recorded: write it into a file, which you will keep anyway, and verify that",
            ));
        }
        if fs::metadata(path).map_err(|error| Failure::read(path, &error))?.is_dir() {
            return Ok(Self::Folder { path: path.to_owned(), entries: walk(path, most_entries) });
        }
        Single::of(path).map(Self::File)
    }

    /// Hashes what is there, if it is what was seen.
    pub(crate) fn hash(&self, most_entries: u64, threads: &Threads<'_>) -> Result<Evidence, Failure> {
        match self {
            Self::File(file) => {
                let Sum { size_bytes, sha256 } = file.hash(&mut |_| ())?;
                Ok(Evidence::File { name: name(&file.path), given: shown(&file.path), size_bytes, sha256 })
            }
            Self::Folder { path, entries } => {
                let now = walk(path, most_entries);
                if now != *entries {
                    let differs = entries.iter().zip(&now).find(|(then, now)| then != now).map(|((name, _), _)| name.as_ref());
                    let name = differs.or_else(|| Some(entries.get(now.len()).or_else(|| now.get(entries.len()))?.0.as_ref()));
                    return Err(changed(&path.join(printable(name.unwrap_or_default()))));
                }
                folder(path, entries, threads)
            }
        }
    }
}

/// What lies in a folder, at any depth, as verifying walks through it: no link is followed, and nothing is opened.
fn walk(root: &Path, most_entries: u64) -> Vec<(Box<[u8]>, Entry)> {
    let in_order = |one: &DirEntry, other: &DirEntry| one.path().as_os_str().cmp(other.path().as_os_str());
    let mut entries: Vec<(Box<[u8]>, Entry)> = Vec::new();
    for entry in WalkDir::new(root).min_depth(1).sort_by(in_order) {
        if entries.len() as u64 >= most_entries {
            break;
        }
        let not_hashed = |error: &walkdir::Error| format!("cannot be read: {}", cause(error.io_error()));
        let (path, entry) = match &entry {
            Err(error) => (error.path().unwrap_or(root), Entry::NotHashed(not_hashed(error))),
            Ok(entry) if entry.file_type().is_dir() => continue,
            Ok(entry) if entry.file_type().is_symlink() => {
                let target = fs::read_link(entry.path()).map_or_else(|error| cause(Some(&error)), |target| shown(&target));
                (entry.path(), Entry::NotHashed(format!("a link to {target}")))
            }
            Ok(entry) if entry.file_type().is_file() => {
                let stamp = entry.metadata().map(|metadata| Entry::File(Stamp::of(&metadata)));
                (entry.path(), stamp.unwrap_or_else(|error| Entry::NotHashed(not_hashed(&error))))
            }
            Ok(entry) => (entry.path(), Entry::NotHashed("no file, folder or link".to_owned())),
        };
        entries.push((entry_bytes(root, path).into(), entry));
    }
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    entries
}

/// Why something cannot be read, in words that are the same on every machine.
fn cause(error: Option<&io::Error>) -> String {
    error.map_or_else(|| "links that lead in a circle".to_owned(), |error| error.kind().to_string())
}

fn folder(root: &Path, entries: &[(Box<[u8]>, Entry)], threads: &Threads<'_>) -> Result<Evidence, Failure> {
    let sums: Vec<OnceLock<io::Result<Option<Sum>>>> = entries.iter().map(|_| OnceLock::new()).collect();
    let path = |name: &[u8]| root.join(path_of(name));
    threads.spread(entries.len(), &|index| {
        if let (Some((name, Entry::File(stamp))), Some(sum)) = (entries.get(index), sums.get(index)) {
            // Each piece of work is done once.
            let _ = sum.set(hash(&path(name), *stamp, &mut |_| ()));
        }
    });
    let (mut listing, mut list, mut size) = (Listing::default(), Sha256::new(), 0_u64);
    for ((name, entry), sum) in entries.iter().zip(sums) {
        let what = match (entry, sum.into_inner()) {
            (_, Some(Ok(Some(Sum { size_bytes, sha256 })))) => {
                list.update(line(&sha256, name));
                size = size.saturating_add(size_bytes);
                listing.files.push(Hashed { name: printable(name), size_bytes, sha256 });
                continue;
            }
            (_, Some(Ok(None))) => return Err(changed(&root.join(printable(name)))),
            (_, Some(Err(error))) => format!("cannot be read: {}", cause(Some(&error))),
            (Entry::NotHashed(what), None) => what.clone(),
            (Entry::File(_), None) => return Err(Failure::at(&root.join(printable(name)), "was not hashed")),
        };
        listing.not_hashed.push(NotHashed { name: printable(name), what });
    }
    Ok(Evidence::Folder {
        name: name(root),
        given: shown(root),
        file_count: listing.files.len() as u64,
        size_bytes: size,
        list_sha256: hex::encode(list.finalize()),
        not_hashed_count: listing.not_hashed.len() as u64,
        listing: Some(listing),
    })
}

/// The line that `sha256sum` prints of a file: names with a backslash or the end of a line in them are escaped, and a backslash says so.
fn line(sha256: &str, name: &[u8]) -> Vec<u8> {
    let is_odd = name.iter().any(|byte| matches!(byte, b'\\' | b'\n' | b'\r'));
    let mut line = if is_odd { b"\\".to_vec() } else { Vec::new() };
    line.extend([sha256.as_bytes(), b"  "].concat());
    for byte in name {
        match byte {
            b'\\' => line.extend(b"\\\\"),
            b'\n' => line.extend(b"\\n"),
            b'\r' => line.extend(b"\\r"),
            other => line.push(*other),
        }
    }
    line.push(b'\n');
    line
}

#[cfg(unix)]
fn path_of(name: &[u8]) -> PathBuf {
    PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(name))
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(name).into_owned())
}

/// A path that is safe to print.
pub(crate) fn shown(path: &Path) -> String {
    printable(path.as_os_str().as_encoded_bytes())
}

/// The last part of a path; the whole of one that has none.
pub(crate) fn name(path: &Path) -> String {
    printable(path.file_name().unwrap_or(path.as_os_str()).as_encoded_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_one_of_sha256sum() {
        let sum = "ab".repeat(32);
        assert_eq!(line(&sum, b"a b"), format!("{sum}  a b\n").as_bytes());
        assert_eq!(line(&sum, b"a\\b\nc\rd"), format!("\\{sum}  a\\\\b\\nc\\rd\n").as_bytes());
    }

    #[test]
    fn what_changes_between_looking_and_hashing_is_noticed() {
        let folder = tempfile::TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        let threads = Threads { count: 2, watch: &() };
        fs::write(at("a"), "one").unwrap();
        fs::write(at("b"), "two").unwrap();
        let seen = |path: &Path| Seen::of(path, 100).unwrap();
        let told = |seen: &Seen| seen.hash(100, &threads).map_err(|failure| failure.to_string());
        let (file, whole) = (seen(&at("b")), seen(folder.path()));
        assert!(told(&file).is_ok() && told(&whole).is_ok());
        // The same length and the same time of the last change, as somebody would who wants to hide it.
        let modified = fs::metadata(at("b")).unwrap().modified().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::write(at("b"), "TWO").unwrap();
        File::options().append(true).open(at("b")).unwrap().set_modified(modified).unwrap();
        #[cfg(unix)]
        for (seen, path) in [(&file, at("b")), (&whole, at("b"))] {
            assert!(told(seen).unwrap_err().starts_with(&format!("{}: it changed", path.display())));
        }
        let whole = seen(folder.path());
        fs::write(at("c"), "three").unwrap();
        assert!(told(&whole).unwrap_err().starts_with(&format!("{}: it changed", at("c").display())), "another file");
        let whole = seen(folder.path());
        fs::remove_file(at("c")).unwrap();
        assert!(told(&whole).unwrap_err().starts_with(&format!("{}: it changed", at("c").display())), "a file less");
    }
}
