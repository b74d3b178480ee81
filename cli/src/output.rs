//! Where reports go: to standard output, or whole into a file.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::Failure;

/// Whether a form may hold colours, which only a terminal should get.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Styled,
    Exact,
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

/// Whole or not at all: the file appears under its name only when it is complete.
fn write_file(path: &Path, shape: Shape, form: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".trailseal-").tempfile_in(folder)?;
    match shape {
        Shape::Styled => buffered(&mut anstream::StripStream::new(file.as_file_mut()), form)?,
        Shape::Exact => buffered(file.as_file_mut(), form)?,
    }
    // A report is for others to read, unlike a temporary file.
    #[cfg(unix)]
    file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
