//! For unit tests: the report on evidence that the forge makes.

use trailseal_forge::archive::Archive;
use trailseal_forge::keys::{self, Listed, US_EAST_1};
use trailseal_forge::trail::Trail;

use crate::{Case, EntryPath, Exhibit, Limits, Objects, Provenance, Report, Request, Trust, examine};

/// A trail of us-east-1 whose first digest file begins then.
pub(crate) fn trail(first: &str) -> Trail {
    Trail::new("111122223333", "us-east-1", "management-events", "us-east-1").from(first)
}

/// The report on some files, for a verifier who has the key of us-east-1.
pub(crate) fn report(archive: &Archive, request: &Request) -> Report {
    judged(archive, request).0
}

/// The report on some files, and what became of each, for a verifier who has the key of us-east-1.
pub(crate) fn judged(archive: &Archive, request: &Request) -> (Report, Objects) {
    let mut trust = Trust::default();
    trust.add_keys("us-east-1.json", &keys::list(&[Listed::key(&US_EAST_1)]), Provenance::Own).unwrap();
    let mut case = Case::new();
    for entry in &archive.entries {
        case.admit(examine(EntryPath::new(&entry.path), &entry.bytes, &Limits::default()));
    }
    case.conclude_with_objects(&request.policy(trust).unwrap(), &|_, _| ())
}

/// The name of a log file.
pub(crate) const LOG: &str = "111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json";

/// A log file in a folder, of which there is nothing to say but what is in it.
pub(crate) fn log(folder: &str, content: &str) -> Exhibit {
    let mut exhibit = examine(EntryPath::new(&format!("{folder}/{LOG}")), content.as_bytes(), &Limits::default());
    exhibit.notes.clear();
    exhibit
}

/// A settled case of some exhibits.
pub(crate) fn case_of(exhibits: impl IntoIterator<Item = Exhibit>) -> Case {
    let mut case = Case::new();
    exhibits.into_iter().for_each(|exhibit| case.admit(exhibit));
    case.settle();
    case
}
