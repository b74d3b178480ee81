//! Test vectors as the tests of this crate use them.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests read files"
)]
#![allow(dead_code, unreachable_pub, reason = "each test uses its part")]

use std::io::Read;
pub mod reports;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use trailseal::container::{Found, Inner, ReaderAt, Zip, read_tar};
use trailseal::{Case, EntryPath, Exhibit, Limits, Policy, Provenance, Report, Request, Trust, examine};

/// One entry of `index.json`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    pub id: String,
    pub description: String,
    pub why: String,
    #[serde(default)]
    pub near: Option<String>,
    pub flags: Vec<String>,
    pub importance: String,
    #[serde(default)]
    pub validate_logs: Vec<u32>,
    pub archives: Vec<String>,
    pub keys: Vec<String>,
    #[serde(default)]
    pub pins: Option<Vec<String>>,
    pub scope: Request,
    #[serde(default)]
    pub limits: Limits,
    pub expected: Expected,
}

/// What a verifier must say.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub overall: String,
    pub integrity: String,
    pub authenticity: String,
    pub continuity: String,
    pub coverage: String,
    pub codes: Vec<String>,
}

impl Expected {
    /// The same of a report.
    pub fn of(report: &Report) -> Self {
        let mut codes: Vec<String> = report.findings.iter().map(|finding| finding.code.name().to_owned()).collect();
        codes.sort();
        codes.dedup();
        let axes = &report.axes;
        Self {
            overall: report.overall.name().into(),
            integrity: axes.integrity.name().into(),
            authenticity: axes.authenticity.name().into(),
            continuity: axes.continuity.name().into(),
            coverage: axes.coverage.name().into(),
            codes,
        }
    }
}

/// The folder of the vectors.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors")
}

/// All vectors.
pub fn load() -> Vec<Vector> {
    #[derive(Deserialize)]
    struct Index {
        vectors: Vec<Vector>,
    }
    let text = std::fs::read(folder().join("index.json")).unwrap();
    serde_json::from_slice::<Index>(&text).unwrap().vectors
}

impl Vector {
    /// The exhibits of its archives.
    pub fn exhibits(&self) -> Vec<Exhibit> {
        let mut exhibits = Vec::new();
        for archive in &self.archives {
            let bytes = std::fs::read(folder().join(archive)).unwrap();
            exhibits.extend(examine_zip(bytes, &self.limits));
        }
        exhibits
    }

    /// The policy that it asks for.
    pub fn policy(&self) -> Policy {
        let mut trust = Trust::default();
        for key_file in &self.keys {
            let path = folder().join(key_file);
            let name = path.file_name().unwrap().to_str().unwrap();
            trust.add_keys(name, &std::fs::read(&path).unwrap(), Provenance::Own).unwrap();
        }
        if let Some(pins) = &self.pins {
            trust.add_pins(&pins.join("\n")).unwrap();
        }
        Policy { trust, scope: self.scope.scope().unwrap(), weights: self.scope.weights().unwrap() }
    }

    /// Its report.
    pub fn report(&self) -> Report {
        conclude(self.exhibits(), &self.policy())
    }
}

/// The exhibits of a zip archive, and of those in it.
pub fn examine_zip(bytes: Vec<u8>, limits: &Limits) -> Vec<Exhibit> {
    let length = bytes.len() as u64;
    match Zip::open(None, Arc::new(bytes), length, limits) {
        Ok(zip) => {
            let mut exhibits = members(&zip, limits);
            for member in zip.members().iter().filter(|member| member.is_container()) {
                match zip.open_nested(member, limits) {
                    Ok(Inner::Zip(nested)) => exhibits.extend(nested_members(&nested, limits)),
                    Ok(Inner::Stream(mut stream)) => exhibits.extend(examine_tar(Some(member.path()), &mut *stream, limits)),
                    Err(exhibit) => exhibits.push(exhibit),
                }
            }
            exhibits
        }
        Err(error) => vec![trailseal::container::unreadable(None, &error)],
    }
}

/// The exhibits of a tar archive, and of those in it.
pub fn examine_tar(at: Option<&EntryPath>, reader: &mut dyn Read, limits: &Limits) -> Vec<Exhibit> {
    let mut exhibits = Vec::new();
    read_tar(at, reader, limits, &mut |found| match found {
        Found::Piece(path, bytes) => exhibits.push(examine(path, &bytes, limits)),
        Found::Exhibit(exhibit) => exhibits.push(exhibit),
        Found::Zip(path, bytes) => {
            let length = bytes.len() as u64;
            match Zip::open(Some(path.clone()), Arc::new(bytes), length, limits) {
                Ok(nested) => exhibits.extend(nested_members(&nested, limits)),
                Err(error) => exhibits.push(trailseal::container::unreadable(Some(&path), &error)),
            }
        }
    });
    exhibits
}

fn nested_members<R: ReaderAt>(nested: &Zip<R>, limits: &Limits) -> Vec<Exhibit> {
    let mut exhibits = members(nested, limits);
    let deeper = nested.members().iter().filter(|member| member.is_container());
    exhibits.extend(deeper.map(|member| nested.examine(member, limits, &mut Vec::new())));
    exhibits
}

fn members<R: ReaderAt>(zip: &Zip<R>, limits: &Limits) -> Vec<Exhibit> {
    let mut buffer = Vec::new();
    let plain = zip.members().iter().filter(|member| !member.is_container());
    plain.map(|member| zip.examine(member, limits, &mut buffer)).chain(zip.problems().iter().cloned()).collect()
}

/// The report on some exhibits.
pub fn conclude(exhibits: impl IntoIterator<Item = Exhibit>, policy: &Policy) -> Report {
    let mut case = Case::new();
    exhibits.into_iter().for_each(|exhibit| case.admit(exhibit));
    case.conclude(policy)
}
