//! Small files that are read whole, so that a large one by mistake fills no memory.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::Failure;

/// The bytes of a file that has at most so many.
pub(crate) fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| Failure::read(path, &error))?;
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| Failure::read(path, &error))?;
    if bytes.len() as u64 > most {
        return Err(Failure::at(path, format!("it has more than {most} bytes, which is too much for what it should be")));
    }
    Ok(bytes)
}

/// The text of such a file.
pub(crate) fn text(path: &Path, most: u64) -> Result<String, Failure> {
    String::from_utf8(bytes(path, most)?)
        .map_err(|_| Failure::at(path, "it is no UTF-8; save it as such (of spreadsheets: CSV UTF-8)"))
}
