//! Archives and folders as evidence: every entry becomes an exhibit.

use std::io::Read;

use crate::container::{Told, Treatment, Visit};
use crate::evidence::content::{Tools, WholeSha256};
use crate::evidence::trail::Claim;
use crate::evidence::{Exhibit, Facts, IgnoredKind, Kind, classify};
use crate::terms::finding::Code;
use crate::terms::limits::Limits;
use crate::terms::path::EntryPath;
use crate::terms::reason::Reason;

/// What is kept of an entry, in bytes that would be inflated and hashed in the same time or memory.
const PER_ENTRY: u64 = 4 << 10;
/// What is kept of an entry that is no evidence, in the same measure.
const PER_IGNORED: u64 = 512;
/// What is kept of a note, in the same measure.
const PER_NOTE: u64 = 8 << 10;

/// The visitor that examines: of each entry of an archive it makes an [`Exhibit`].
#[derive(Clone, Debug, Default)]
pub struct Examine {
    limits: Limits,
    whole_sha256: Option<WholeSha256>,
}

impl Examine {
    /// One that reads as much as the limits allow.
    pub fn within(limits: &Limits) -> Self {
        Self { limits: limits.clone(), whole_sha256: None }
    }

    /// Has log files hashed by the host. They are held as a whole for it, up to 32 MiB inflated.
    #[must_use]
    pub fn hashing_by(self, whole_sha256: WholeSha256) -> Self {
        Self { whole_sha256: Some(whole_sha256), ..self }
    }
}

impl Visit for Examine {
    type Yield = Exhibit;
    type Workspace = Tools;

    fn limits(&self) -> &Limits {
        &self.limits
    }

    fn treatment(&self, path: &EntryPath) -> Treatment {
        match classify(path) {
            Kind::Container => Treatment::Open,
            Kind::Trail(Claim::Digest(_) | Claim::Log(_) | Claim::Unrecognised) => Treatment::Read,
            // Nothing that is signed names these.
            Kind::Keys(_) | Kind::Trail(Claim::Metadata(_) | Claim::Stray) => Treatment::ReadOne,
            Kind::Ignored(IgnoredKind::Other) => Treatment::Skim,
            Kind::Ignored(_) => Treatment::Skip,
        }
    }

    fn visit(&self, path: EntryPath, stream: &mut dyn Read, tools: &mut Tools) -> Exhibit {
        // Hardly any entry comes as a stream, and no host hashes what is so long.
        let mut own = Tools::default();
        let exhibit = own.examine_reader(path, stream, &self.limits);
        tools.spend(own.take_spent());
        exhibit
    }

    fn visit_piece(&self, path: EntryPath, bytes: &[u8], tools: &mut Tools) -> Exhibit {
        tools.whole_sha256 = self.whole_sha256;
        tools.examine(path, bytes, &self.limits)
    }

    fn tell(&self, path: EntryPath, told: Told) -> Exhibit {
        match told {
            Told::PassedOver => Exhibit::passed_over(path),
            Told::Refused { code, reason } => Exhibit::refused(path, code, reason),
            Told::LongPath => Exhibit::of_long_path(&path, &self.limits),
            Told::Link(target) => Exhibit::link(path, target),
            Told::Folder => Exhibit::folder(path),
            Told::Doubt(reason) => Exhibit::told(path, Code::ArchiveEntryUnreadable, reason),
        }
    }

    fn note(&self, exhibit: &mut Exhibit, reason: Reason) {
        exhibit.note(Code::ArchiveEntryUnreadable, reason);
    }

    fn weigh(&self, exhibit: &Exhibit) -> u64 {
        let kept = if matches!(exhibit.facts, Facts::Ignored(_)) { PER_IGNORED } else { PER_ENTRY };
        PER_NOTE.saturating_mul(exhibit.notes.len() as u64).saturating_add(kept)
    }

    fn take_spent(&self, tools: &mut Tools) -> u64 {
        tools.take_spent()
    }
}
