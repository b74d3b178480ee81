//! Where reports go: to standard output, or whole into a file.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Failure;

/// Whether a form may hold colours, which only a terminal should get.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Styled,
    Exact,
}

/// Refuses an output that would replace or join what is read, before anything is read, and a file that is there unless it may be
/// replaced. Files and folders are told by what they are, not by how their paths are written.
pub(crate) fn guard(output: Option<&Path>, inputs: &[PathBuf], overwrite: bool) -> Result<(), Failure> {
    let Some(output) = output else { return Ok(()) };
    let found = fs::metadata(output).ok();
    // A device or a pipe is written to; nothing is replaced.
    if found.as_ref().is_some_and(|found| !found.is_file() && !found.is_dir()) {
        return Ok(());
    }
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).unwrap_or_default();
    for input in inputs {
        let Some(own) = identity(input) else { continue };
        let is = |path: &Path| identity(path).as_ref() == Some(&own);
        if is(output) {
            return Err(Failure::at(output, "it is read as evidence, keys or scope, and is not written to"));
        }
        if fs::metadata(input).is_ok_and(|input| input.is_dir()) && folder.ancestors().any(is) {
            let cause = format!("it lies in {}, which is read as evidence or keys; put it elsewhere", input.display());
            return Err(Failure::at(output, cause));
        }
    }
    if found.is_some_and(|found| found.is_file()) && !overwrite {
        return Err(Failure::at(output, "there is a file of this name; --overwrite replaces it"));
    }
    Ok(())
}

/// True if two paths lead to one file, or would if it were there.
pub(crate) fn is_one_file(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some((identity(folder)?, path.file_name()?.to_owned()))
    };
    let (here, there) = (identity(one), identity(other));
    one == other || (here.is_some() && here == there) || place(one).is_some_and(|here| Some(here) == place(other))
}

/// What a file or folder is, whatever path leads to it.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// Writes bytes that are at hand.
pub(crate) fn deliver(shape: Shape, bytes: &[u8], to: Option<&Path>) -> Result<(), Failure> {
    stream(shape, to, &|to| to.write_all(bytes))
}

/// Writes what `form` writes, which may be more than memory should hold.
pub(crate) fn stream(shape: Shape, to: Option<&Path>, form: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let Some(path) = to else {
        // Colours are taken out unless stdout is a terminal and NO_COLOR is unset.
        let written = match shape {
            Shape::Styled => buffered(&mut anstream::stdout().lock(), form),
            Shape::Exact => buffered(&mut io::stdout().lock(), form),
        };
        return match written {
            // The reader closed the pipe because it had seen enough; the exit code still says the verdict.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(|error| Failure::new(format!("cannot be written to stdout: {error}"))),
        };
    };
    write_file(path, shape, form).map_err(|error| Failure::at(path, format!("cannot be written: {error}")))
}

fn buffered(to: &mut dyn Write, form: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut to = BufWriter::with_capacity(256 << 10, to);
    form(&mut to)?;
    to.flush()
}

/// The file that is being written under another name, if there is one.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

fn unfinished() -> MutexGuard<'static, Option<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes away what is half written, because the process is about to end.
pub(crate) fn abandon() {
    if let Some(path) = unfinished().take() {
        // If it cannot be removed, nobody is left to be told.
        let _ = fs::remove_file(path);
    }
}

/// Whole or not at all: the file appears under its name only when it is complete.
fn write_file(path: &Path, shape: Shape, form: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A device or a pipe is written to, and not replaced by a file.
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        return shaped(&mut OpenOptions::new().write(true).open(path)?, shape, form);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The lock is held while the file comes and while it gets its name, so that `abandon` sees it, or finds it done.
    let mut name = unfinished();
    let mut file = tempfile::Builder::new().prefix(".trailseal-").tempfile_in(folder)?;
    *name = Some(file.path().to_owned());
    drop(name);
    shaped(file.as_file_mut(), shape, form)?;
    // A report is for others to read, unlike a temporary file.
    #[cfg(unix)]
    file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    file.as_file().sync_all()?;
    let mut name = unfinished();
    file.persist(path).map_err(|error| error.error)?;
    *name = None;
    Ok(())
}

fn shaped(file: &mut fs::File, shape: Shape, form: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    match shape {
        Shape::Styled => buffered(&mut anstream::StripStream::new(file), form),
        Shape::Exact => buffered(file, form),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_read_is_written_to() {
        let folder = tempfile::TempDir::new().unwrap();
        let at = |path: &str| folder.path().join(path);
        for path in ["evidence/AWSLogs", "evidence.old", "keys"] {
            fs::create_dir_all(at(path)).unwrap();
        }
        for path in ["archive.zip", "keys/us-east-1.json", "report.json"] {
            fs::write(at(path), "old").unwrap();
        }
        let inputs = [at("evidence"), at("archive.zip"), at("keys"), at("keys/us-east-1.json"), PathBuf::from("-"), at("absent")];
        let refused = |path: &str, overwrite: bool| guard(Some(&at(path)), &inputs, overwrite).is_err();
        let inside =
            ["archive.zip", "./keys/../archive.zip", "evidence/x", "evidence/AWSLogs/x", "evidence.old/../evidence/x", "keys/x"];
        for path in inside {
            assert!(refused(path, false) && refused(path, true), "{path}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("archive.zip"), at("soft.zip")).unwrap();
            std::os::unix::fs::symlink(at("evidence/AWSLogs"), at("soft")).unwrap();
            fs::hard_link(at("archive.zip"), at("hard.zip")).unwrap();
            assert!(refused("soft.zip", true) && refused("hard.zip", true) && refused("soft/x", true));
        }
        assert!(refused("report.json", false) && !refused("report.json", true));
        assert!(!refused("new.json", false) && !refused("evidence.old/new.json", false));
        assert!(guard(None, &inputs, false).is_ok());
    }

    #[test]
    fn what_is_half_written_is_taken_away_and_the_old_file_stays() {
        let folder = tempfile::TempDir::new().unwrap();
        let files = || fs::read_dir(folder.path()).unwrap().count();
        let path = folder.path().join("report.json");
        fs::write(&path, "old").unwrap();
        let written = stream(Shape::Exact, Some(&path), &|to| {
            to.write_all(&[b'x'; 1 << 20])?;
            assert_eq!(files(), 2);
            abandon();
            assert_eq!(files(), 1);
            Ok(())
        });
        assert!(written.unwrap_err().to_string().starts_with(path.to_str().unwrap()));
        assert!(stream(Shape::Exact, Some(&path), &|_| Err(io::ErrorKind::StorageFull.into())).is_err());
        assert_eq!((fs::read(&path).unwrap().as_slice(), files()), (b"old".as_slice(), 1));
        deliver(Shape::Exact, b"new", Some(&path)).unwrap();
        abandon();
        assert_eq!((fs::read(&path).unwrap().as_slice(), files()), (b"new".as_slice(), 1));
    }
}
