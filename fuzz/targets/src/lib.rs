//! What the fuzz targets do with bytes: plain functions that panic where trailseal breaks a promise.
//!
//! The fuzzer calls them on nightly Rust (`cargo xtask fuzz`); `tests/replay.rs` calls them on stable Rust with the seeds and with
//! the archives of all test vectors.

mod structure;

pub use structure::{containers, mutate};
use trailseal::container::{Alone, read_archive, read_stream};
use trailseal::{
    Case, Comparison, Conclusion, EntryPath, Examine, Exhibit, Filed, Joining, Limits, Objects, Outcome, Policy, Provenance,
    Report, Request, Separator, Table, Trust, examine, examine_reader, is_read, printable,
};
use trailseal_cli::record::rewritten;

/// A target's name and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target. Each has a program in `fuzz_targets/` and a folder in `seeds/`.
pub const TARGETS: [Target; 12] = [
    ("paths", paths),
    ("examine", examining),
    ("conclude", conclude),
    ("zip", zip),
    ("tar", tar),
    ("scope", scope),
    ("trust", trust),
    ("parcel", parcel),
    ("report", self::read_report),
    ("record", record),
    ("mutate", mutate),
    ("containers", containers),
];

/// One name of each kind that is read.
pub const NAMES: [&str; 11] = [
    "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T010131Z.json.gz",
    "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T010131Z_backfill.json",
    "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json.gz",
    "public-keys/us-east-1.json",
    "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T010131Z.json.gz.head.json",
    "object-metadata.json",
    "object-metadata.jsonl",
    "object-metadata.csv",
    "stray.json",
    "q/result_sign.json",
    "q/result_1.csv.gz",
];

/// What stands before a case that was written down: without it the fuzzer would look for it all the time.
const LABEL_BYTES: usize = concat!("trailseal ", env!("CARGO_PKG_VERSION"), "\n").len();

/// Stands between the entries of an input of [`conclude`].
pub const BOUNDARY: &[u8] = b"\n====\n";

/// Small enough that one input cannot keep the fuzzer busy for seconds.
fn limits() -> Limits {
    Limits { digest_bytes: 1 << 20, log_bytes: 16 << 20, entry_bytes: 16 << 20, entries: 256, ..Limits::default() }
}

/// A path has one normal form, one kind, and nothing in its printed form that moves a cursor.
pub fn paths(bytes: &[u8]) {
    for separator in [Separator::Slash, Separator::SlashOrBackslash] {
        let (path, is_safe) = EntryPath::normalise(bytes, separator);
        is_read(&path);
        assert!(!path.text().chars().any(char::is_control), "control characters are escaped");
        let (again, is_still_safe) = EntryPath::normalise(path.as_bytes(), separator);
        assert_eq!(again, path, "the normal form is normal");
        if is_safe {
            assert!(is_still_safe, "a safe path stays safe");
            assert!(!path.as_bytes().starts_with(b"/") && !path.folders().any(|folder| folder == b".."));
        }
        let nested = EntryPath::new("march.zip").nesting(&path);
        assert_eq!((nested.inner(), nested.file_name()), (path.as_bytes(), path.file_name()));
    }
    let text = printable(bytes);
    assert_eq!(printable(text.as_bytes()), text, "what is printable is printed as it is");
}

/// The first byte picks a name, the rest is its content: bytes and readers give the same exhibit, which survives being written down.
pub fn examining(bytes: &[u8]) {
    let Some((first, content)) = bytes.split_first() else { return };
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let exhibit = examine(EntryPath::new(name), content, &limits());
    assert_eq!(exhibit, examine_reader(EntryPath::new(name), &mut &*content, &limits()));
    assert_eq!(exhibit, Exhibit::from_bytes(&exhibit.to_bytes()).expect("an exhibit can be written down and read again"));
}

/// Entries, each a line with its path and then its content, with [`BOUNDARY`] between them: never passed without a trusted key, and
/// the same report in any order.
pub fn conclude(bytes: &[u8]) {
    let mut exhibits = Vec::new();
    for entry in split(bytes, BOUNDARY) {
        let end = entry.iter().position(|byte| *byte == b'\n').unwrap_or(entry.len());
        let (path, content) = entry.split_at(end);
        let (path, _) = EntryPath::normalise(path, Separator::Slash);
        exhibits.push(examine(path, content.get(1..).unwrap_or_default(), &limits()));
    }
    judge(exhibits);
}

/// A zip archive and those inside it: nothing in it makes the reader panic, or the verdict pass without a trusted key.
pub fn zip(bytes: &[u8]) {
    judge(read_archive(&Alone, &Examine::within(&limits()), None, bytes, bytes.len() as u64));
}

/// A tar archive, packed or not, and those inside it, as above.
pub fn tar(mut bytes: &[u8]) {
    judge(read_stream(&Alone, &Examine::within(&limits()), None, &mut bytes));
}

/// A scope file is refused, or means the same when it is written down and read again.
pub fn scope(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(request) = Request::from_file(text) else { return };
    let json = serde_json::to_string(&request).expect("a request can be written down");
    assert_eq!(Request::from_file(&json).expect("and be read again"), request);
    let _ = request.weights();
    let Ok(scope) = request.scope() else { return };
    assert!(!scope.questions.is_empty(), "a request asks something");
    for relocation in &scope.relocations {
        assert_eq!(relocation.to_string().parse().as_ref().ok(), Some(relocation));
    }
}

/// Pins and key lists of the verifier's own: refused with a reason, or taken.
pub fn trust(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let mut trust = Trust::default();
        if trust.add_pins(text).is_ok() {
            trust.add_pins(text).expect("pins may be stated twice");
        } else {
            assert!(trust.is_empty(), "of a refused file nothing is kept");
        }
    }
    for provenance in [Provenance::Own, Provenance::Enclosed] {
        let mut trust = Trust::default();
        let is_taken = trust.add_keys("us-east-1.json", bytes, provenance).is_ok();
        assert!(trust.is_empty() || (is_taken && provenance == Provenance::Own), "only own keys are trusted");
        Case::new().conclude(&Policy { trust, ..Policy::default() });
    }
}

/// What claims to be a case of another process is refused, or a case: then it is judged like any other.
pub fn parcel(bytes: &[u8]) {
    let bytes = [&Case::new().to_bytes()[..LABEL_BYTES], bytes].concat();
    let Ok(case) = Case::from_bytes(&bytes) else { return };
    assert_eq!(Case::from_bytes(&case.to_bytes()).expect("a case can be written down and read again"), case);
    assert_ne!(case.conclude(&Policy::default()).overall(), Outcome::Passed, "without a trusted key nothing passes");
}

/// What claims to be a report is refused, or a report that can be written in every form.
pub fn read_report(bytes: &[u8]) {
    let Ok(report) = Report::from_json(bytes) else { return };
    let again = Report::from_json(&report.to_canonical_json()).expect("a report can be written down and read again");
    assert_eq!(again, report);
    report.to_html();
    report.to_junit();
    report.to_in_toto();
    for table in Table::ALL {
        table.write_csv(&report, &Objects::default(), &mut std::io::sink()).expect("nothing that fails");
    }
    let comparison = Comparison::of(&report, &report);
    assert!(!comparison.is_worse && comparison.text(false).len() <= comparison.to_string().len(), "nothing changed");
    let filed = |name: &str| Filed { name: name.to_owned(), report: report.clone(), is_canonical: true };
    let joining = Joining::of(&[filed("one"), filed("the same")], None);
    assert!(joining.conclusion > Conclusion::Continuous && !joining.sentence().is_empty(), "one report joins nothing");
    assert!(joining.chains().is_empty(), "no seam");
}

/// What claims to be a record, as JSON or as a page, is refused, or it is one that says the same when it is written and read again.
pub fn record(bytes: &[u8]) {
    let Ok(written) = rewritten(bytes) else { return };
    assert!(rewritten(&written).expect("a record can be written down and read again") == written);
}

/// Concludes without a key of the verifier's own.
fn judge(exhibits: Vec<Exhibit>) {
    let policy = Policy::default();
    let report = report(exhibits.iter().cloned(), &policy);
    assert_ne!(report.overall(), Outcome::Passed, "without a trusted key nothing passes");
    assert_eq!(report.overall(), report.axes.overall());
    let json = report.to_canonical_json();
    assert_eq!(serde_json::from_slice::<Report>(&json).expect("a report can be read again"), report);
    let reversed = self::report(exhibits.into_iter().rev(), &policy);
    assert!(reversed.to_canonical_json() == json, "the order of entries does not matter");
}

fn report(exhibits: impl Iterator<Item = Exhibit>, policy: &Policy) -> Report {
    let mut case = Case::new();
    exhibits.for_each(|exhibit| case.admit(exhibit));
    case.conclude(policy)
}

fn split<'a>(mut bytes: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while let Some(at) = bytes.windows(boundary.len()).position(|window| window == boundary) {
        parts.push(&bytes[..at]);
        bytes = &bytes[at + boundary.len()..];
    }
    parts.push(bytes);
    parts
}
