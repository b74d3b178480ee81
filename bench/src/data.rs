//! The archives that are verified: made once, and again only if the plan changes.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use trailseal_forge::bulk::{self, Made, Plan};

use crate::Outcome;

/// To be raised when the forge makes other bytes of the same plan.
const VERSION: u32 = 1;

/// The forms in which an archive is handed over: the first is the folder itself.
pub(crate) const CONTAINERS: [&str; 4] = ["folder", "zip", "tar", "tar.zst"];

/// One archive in all its forms.
pub(crate) struct Data {
    folder: PathBuf,
    /// What the forge made.
    pub(crate) made: Made,
}

impl Data {
    /// The archive of a plan.
    pub(crate) fn ensure(base: &Path, name: &str, plan: &Plan) -> Outcome<Self> {
        let folder = base.join(name);
        let stamp = folder.join("made.json");
        let found = fs::read(&stamp).ok().and_then(|json| serde_json::from_slice::<(u32, Made)>(&json).ok());
        if let Some((VERSION, made)) = found
            && made.plan == *plan
        {
            return Ok(Self { folder, made });
        }
        let start = Instant::now();
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(at(&folder))?;
        }
        let made = bulk::write(plan, &folder).map_err(at(&folder))?;
        let data = Self { folder, made };
        data.pack()?;
        let json = serde_json::to_vec_pretty(&(VERSION, &data.made)).map_err(|error| error.to_string())?;
        fs::write(&stamp, json).map_err(at(&stamp))?;
        println!(
            "made {name} in {:.1} s: {} digest files, {} log files, {:.0} MB inflated",
            start.elapsed().as_secs_f64(),
            data.made.digests,
            data.made.logs,
            data.made.log_bytes as f64 / 1e6,
        );
        Ok(data)
    }

    /// The archive in one of its forms.
    pub(crate) fn archive(&self, container: &str) -> PathBuf {
        if container == CONTAINERS[0] { self.tree() } else { self.folder.join(format!("archive.{container}")) }
    }

    /// The folder of the archive.
    pub(crate) fn tree(&self) -> PathBuf {
        self.folder.join("tree")
    }

    /// The verifier's key lists.
    pub(crate) fn keys(&self) -> PathBuf {
        self.folder.join("keys")
    }

    /// A place for what the measured programs write.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// How often smaller log files are than what is in them.
    pub(crate) fn gzip_ratio(&self) -> f64 {
        self.made.log_bytes as f64 / self.made.log_stored_bytes as f64
    }

    /// The files of the tree, as paths in it, sorted.
    pub(crate) fn files(&self) -> Outcome<Vec<String>> {
        let mut files = Vec::new();
        walk(&self.tree(), "", &mut files)?;
        files.sort();
        Ok(files)
    }

    /// A file of the tree.
    pub(crate) fn read(&self, path: &str) -> Outcome<Vec<u8>> {
        let file = self.tree().join(path);
        fs::read(&file).map_err(at(&file))
    }

    /// Writes the other forms. What is packed already is not packed again, as `zip` does it too.
    fn pack(&self) -> Outcome {
        let zip = self.archive("zip");
        let mut zip = rawzip::ZipArchiveWriter::new(create(&zip)?);
        let mut tar = tar::Builder::new(create(&self.archive("tar"))?);
        for path in self.files()? {
            let bytes = self.read(&path)?;
            zip_entry(&mut zip, &path, &bytes).map_err(|error| format!("zip: {error}"))?;
            let mut header = tar::Header::new_gnu();
            header.set_mode(0o644);
            header.set_size(bytes.len() as u64);
            tar.append_data(&mut header, &path, bytes.as_slice()).map_err(|error| format!("tar: {error}"))?;
        }
        zip.finish().map_err(|error| format!("zip: {error}"))?.flush().map_err(|error| format!("zip: {error}"))?;
        tar.into_inner().and_then(|mut file| file.flush()).map_err(|error| format!("tar: {error}"))?;
        let status = Command::new("zstd")
            .args(["--quiet", "--force", "-o"])
            .args([self.archive("tar.zst"), self.archive("tar")])
            .status()
            .map_err(|error| format!("zstd, which packs tar.zst, cannot be started: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("zstd failed: {status}")) }
    }
}

fn zip_entry(zip: &mut rawzip::ZipArchiveWriter<impl Write>, path: &str, bytes: &[u8]) -> Result<(), rawzip::Error> {
    let (mut entry, config) = zip.new_file(path).start()?;
    let mut writer = config.wrap(&mut entry);
    writer.write_all(bytes)?;
    let (_, descriptor) = writer.finish()?;
    entry.finish(descriptor)?;
    Ok(())
}

fn create(path: &Path) -> Outcome<BufWriter<File>> {
    Ok(BufWriter::with_capacity(1 << 20, File::create(path).map_err(at(path))?))
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Outcome {
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let name = entry.file_name().into_string().map_err(|name| format!("{}: no UTF-8", name.display()))?;
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if entry.file_type().map_err(at(folder))?.is_dir() { walk(&entry.path(), &path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// What went wrong, with the place.
pub(crate) fn at(path: &Path) -> impl Fn(std::io::Error) -> String {
    move |error| format!("{}: {error}", path.display())
}
