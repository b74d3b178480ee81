//! Containers: from an archive's bytes to entries. Nothing is unpacked to disk, and every entry of a directory is seen, also one that
//! bears a name for the second time.
//!
//! A zip archive has a directory and is read at any position, by any number of threads; a tar archive is a stream and is read once,
//! from its beginning. A [`Host`] says how the work is shared, and what [visits](Visit) the entries says what it is for.

mod end;
mod folder;
mod host;
mod kinds;
mod meter;
mod names;
mod packing;
mod read;
mod stretch;
mod tape;
mod tar;
mod unpack;
pub(crate) mod visit;
mod zip;

pub use folder::{FolderFile, folder_is_cut};
pub use host::{Alone, Host, Watch};
pub use packing::{Packing, read_start};
pub use rawzip::ReaderAt;
pub use read::{read_archive, read_file, read_files, read_stream};
pub use visit::{Gather, PIECE_BYTES, Told, Treatment, Visit, Workspace};
