//! trailseal in WebAssembly, for one worker of several: each examines its share of the entries, one puts the shares together and
//! judges. What crosses to JavaScript is text: canonical JSON, HTML, CSV; and cases, as bytes that only this version reads.
//!
//! A text that is thrown says why something could not be done. Whatever else is thrown is a defect of trailseal.

mod digest;
mod source;

use std::cell::RefCell;
use std::ops::Range;

use js_sys::{Function, Uint8Array};
use serde::{Deserialize, Serialize};
use trailseal::container::{FolderFile, Host, Watch, Workspace, folder_is_cut, read_archive, read_file, read_start};
use trailseal::{
    Case, Code, EntryPath, Examine, Language, Limits, Objects, Policy, Provenance, Reading, Report, Request, Separator, Table,
    Trust, View,
};
use wasm_bindgen::prelude::*;

use crate::source::{Opened, Source};

thread_local! {
    /// What [`examine`] works on.
    static EXAMINER: RefCell<Option<Examiner>> = const { RefCell::new(None) };
    /// Whom to tell how far the work is: JavaScript's functions cannot be part of a host, which threads could share.
    static WATCH: RefCell<Option<Function>> = const { RefCell::new(None) };
    /// The last panic: the trap that follows it says nothing.
    static DEFECT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// To be called first.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| DEFECT.with_borrow_mut(|defect| *defect = Some(panic.to_string()))));
}

/// What a trap was about, if it was a panic.
#[wasm_bindgen]
pub fn defect() -> Option<String> {
    DEFECT.with_borrow_mut(Option::take)
}

/// The version of trailseal.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Why something could not be done, as JavaScript gets it.
fn told(error: impl std::fmt::Display) -> JsValue {
    error.to_string().into()
}

fn json(value: &impl Serialize) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(told)
}

fn read<'a, T: Deserialize<'a>>(what: &str, text: &'a str) -> Result<T, JsValue> {
    serde_json::from_str(text).map_err(|error| told(format!("{what}: {error}")))
}

/// One of the workers that share an archive.
#[derive(Clone, Copy)]
struct Share {
    index: u64,
    of: u64,
}

impl Share {
    /// A file costs as much besides as so many bytes of others.
    const FILE_BYTES: u64 = 8 << 10;

    fn tell(files: u64, bytes: u64, expected_files: u64, expected_bytes: u64) {
        let numbers = [files, bytes, expected_files, expected_bytes].map(|number| JsValue::from(number as f64));
        let [files, bytes, expected_files, expected_bytes] = &numbers;
        WATCH.with_borrow(|watch| {
            if let Some(watch) = watch {
                // A watch that throws is not worth a verdict.
                let _ = watch.call4(&JsValue::NULL, files, bytes, expected_files, expected_bytes);
            }
        });
    }
}

impl Host for Share {
    fn takes(&self, index: u64) -> bool {
        index % self.of == self.index
    }

    /// Each worker takes as many bytes as the others. What lies together is read together, and not by two.
    fn stretch(&self, sizes_bytes: &[u64]) -> Range<usize> {
        // What an archive states may be a lie of any size, of which the sums still have room here.
        let mut sum = 0_u128;
        let ends: Vec<u128> = sizes_bytes
            .iter()
            .map(|size_bytes| {
                sum += u128::from(size_bytes.saturating_add(Self::FILE_BYTES));
                sum
            })
            .collect();
        let [start, end] = [self.index, self.index + 1].map(|index| {
            let bound = sum * u128::from(index) / u128::from(self.of);
            ends.partition_point(|end| *end <= bound)
        });
        start..end
    }

    fn is_first(&self) -> bool {
        self.index == 0
    }

    fn watch(&self) -> &dyn Watch {
        self
    }
}

impl Watch for Share {
    fn expect(&self, files: u64, bytes: &dyn Fn() -> u64) {
        // All workers read the same directory.
        if self.is_first() {
            Self::tell(0, 0, files, bytes());
        }
    }

    fn advance(&self, files: u64, bytes: u64) {
        // A stream is read by all of them, a file by one.
        if files > 0 || self.is_first() {
            Self::tell(files, bytes, 0, 0);
        }
    }
}

/// A share of the work, and what it gathered.
struct Examiner {
    case: Case,
    share: Share,
    visitor: Examine,
    workspace: Workspace<Examine>,
    next: Option<Next>,
}

/// What was opened, to be examined next.
enum Next {
    Archive { at: Option<EntryPath>, opened: Opened },
    File { path: EntryPath, opened: Opened },
}

impl Examiner {
    fn with<T>(work: impl FnOnce(&mut Self) -> T) -> T {
        EXAMINER.with_borrow_mut(|examiner| work(examiner.as_mut().expect("a share was begun")))
    }

    /// What is passed over would be missing from the case without a word.
    fn assert_all_is_examined(&self) {
        assert!(self.next.is_none(), "something was opened and not examined");
    }

    fn open(&mut self, next: Next) {
        self.assert_all_is_examined();
        self.next = Some(next);
    }
}

/// Begins the share of the worker `index` of `of`, from zero, and says how many entries of a folder are read. `limits` is a JSON object
/// with the limits that differ from the usual ones; `watch` is called with the files and bytes that were read, and with those that are
/// to be read besides.
///
/// # Errors
///
/// If a limit is none.
#[wasm_bindgen]
pub fn begin(index: u32, of: u32, limits: &str, watch: Function) -> Result<f64, JsValue> {
    let share = Share { index: index.into(), of: of.max(1).into() };
    let limits: Limits = read("limits", limits)?;
    let entries = limits.entries as f64;
    WATCH.set(Some(watch));
    let visitor = digest::examine_within(&limits);
    EXAMINER.set(Some(Examiner { case: Case::new(), share, visitor, workspace: Workspace::default(), next: None }));
    Ok(entries)
}

/// Opens an archive, of which [`examine`] examines a share: one that was given itself, or one that lies in a folder at this path.
///
/// # Errors
///
/// If it was given itself and cannot be read at all.
#[wasm_bindgen]
pub fn archive(name: &str, at: Option<String>, source: Source) -> Result<(), JsValue> {
    let opened = Opened::new(source);
    let at = at.map(|path| EntryPath::normalise(path.as_bytes(), Separator::Slash).0);
    if at.is_none() {
        read_start(&mut opened.stream()).map_err(|error| told(format!("{name}: cannot be read: {error}")))?;
    }
    Examiner::with(|examiner| examiner.open(Next::Archive { at, opened }));
    Ok(())
}

/// Opens a file of a folder, which [`examine`] examines. False if it is an archive by its name, which all workers share: nothing was
/// done.
#[wasm_bindgen]
pub fn file(path: &str, source: Source) -> bool {
    Examiner::with(|examiner| {
        match FolderFile::of(&examiner.visitor, path.as_bytes(), Separator::Slash) {
            FolderFile::Refused(exhibit) => examiner.case.admit(exhibit),
            FolderFile::Archive(_) => return false,
            FolderFile::Entry(path) => examiner.open(Next::File { path, opened: Opened::new(source) }),
        }
        true
    })
}

/// Examines what was opened, if anything was. It takes nothing and returns nothing, so that no function of JavaScript's stands
/// between it and who calls it: it is suspended while the browser hashes.
#[wasm_bindgen]
pub fn examine() {
    Examiner::with(|Examiner { case, share, visitor, workspace, next }| match next.take() {
        Some(Next::Archive { at, opened }) => {
            let found: Case = read_archive(share, visitor, at.as_ref(), opened, opened.size_bytes());
            case.merge(found);
        }
        Some(Next::File { path, opened }) => {
            let size_bytes = opened.size_bytes();
            let open = || Ok((opened.stream(), size_bytes));
            case.admit(read_file(share, visitor, path, open, |_| Some(size_bytes), workspace));
            Share::tell(1, size_bytes, 0, 0);
        }
        None => {}
    });
}

/// Says that a folder holds more entries than are read.
#[wasm_bindgen]
pub fn cut() {
    Examiner::with(|Examiner { case, visitor, .. }| case.admit(folder_is_cut(visitor)));
}

/// Ends the share, and returns what it gathered.
#[wasm_bindgen]
pub fn end() -> Uint8Array {
    Examiner::with(|examiner| examiner.assert_all_is_examined());
    WATCH.set(None);
    let case = EXAMINER.take().map(|examiner| examiner.case).unwrap_or_default();
    Uint8Array::from(case.to_bytes().as_slice())
}

/// Everything that a verdict depends on besides the archive.
#[wasm_bindgen]
pub struct Demand {
    trust: Trust,
    request: Request,
}

#[wasm_bindgen]
impl Demand {
    /// `request` is the JSON of the fields of a scope file; `scope_file` is the text of one, in TOML or JSON.
    ///
    /// # Errors
    ///
    /// What cannot be asked.
    #[wasm_bindgen(constructor)]
    pub fn new(request: &str, scope_file: Option<String>) -> Result<Self, JsValue> {
        let file = scope_file.as_deref().map(Request::from_file).transpose().map_err(told)?.unwrap_or_default();
        let request = file.joined(read("what is asked", request)?).map_err(told)?;
        request.scope().map_err(told)?;
        request.weights().map_err(told)?;
        Ok(Self { trust: Trust::default(), request })
    }

    /// Adds a key list that the verifier got from AWS; a name of the form `REGION.json` states the region of its keys.
    ///
    /// # Errors
    ///
    /// If it is no key list.
    pub fn keys(&mut self, name: &str, json: &[u8]) -> Result<(), JsValue> {
        self.trust.add_keys(name, json, Provenance::Own).map_err(|error| told(format!("{name}: {error}")))
    }

    /// Adds pins, one SHA-256 of a key a line.
    ///
    /// # Errors
    ///
    /// If a line is none.
    pub fn pins(&mut self, text: &str) -> Result<(), JsValue> {
        self.trust.add_pins(text).map_err(told)
    }

    /// Puts the shares together, judges them, and returns the report as canonical JSON.
    ///
    /// # Errors
    ///
    /// If a share was written by another version.
    pub fn conclude(self, shares: Vec<Uint8Array>) -> Result<String, JsValue> {
        let report = together(shares)?.conclude(&self.policy()?);
        String::from_utf8(report.to_canonical_json()).map_err(told)
    }

    /// The same, but returns what became of each single file, as CSV.
    ///
    /// # Errors
    ///
    /// If a share was written by another version.
    pub fn objects(self, shares: Vec<Uint8Array>) -> Result<String, JsValue> {
        let (report, objects) = together(shares)?.conclude_with_objects(&self.policy()?, &|_, _| ());
        csv(Table::Objects, &report, &objects)
    }

    /// Puts the shares together and says what they hold and lack, as JSON; nothing is verified.
    ///
    /// # Errors
    ///
    /// If a share was written by another version.
    pub fn inspect(self, shares: Vec<Uint8Array>) -> Result<String, JsValue> {
        json(&together(shares)?.inspect(&self.trust))
    }
}

impl Demand {
    fn policy(self) -> Result<Policy, JsValue> {
        self.request.policy(self.trust).map_err(told)
    }
}

fn csv(table: Table, report: &Report, objects: &Objects) -> Result<String, JsValue> {
    let mut csv = Vec::new();
    table.write_csv(report, objects, &mut csv).map_err(told)?;
    String::from_utf8(csv).map_err(told)
}

fn together(shares: Vec<Uint8Array>) -> Result<Case, JsValue> {
    let mut case = Case::new();
    for share in shares {
        case.merge(Case::from_bytes(&share.to_vec()).map_err(told)?);
    }
    Ok(case)
}

/// A report, to be shown.
#[wasm_bindgen]
pub struct Shown(Report);

#[wasm_bindgen]
impl Shown {
    /// Reads canonical JSON.
    ///
    /// # Errors
    ///
    /// If it is no report.
    #[wasm_bindgen(constructor)]
    pub fn new(report: &str) -> Result<Self, JsValue> {
        Report::from_json(report.as_bytes()).map(Self).map_err(told)
    }

    /// The report as an HTML file.
    pub fn html(&self) -> String {
        self.0.to_html()
    }

    /// One of its tables as CSV: `findings`, `asked`, `coverage`, `chains`, `keys` or `lake`.
    ///
    /// # Errors
    ///
    /// If there is no such table, or not in a report.
    pub fn csv(&self, table: &str) -> Result<String, JsValue> {
        let known = Table::from_name(table).filter(|table| *table != Table::Objects);
        let table = known.ok_or_else(|| told(format!("'{table}' is no table of a report")))?;
        csv(table, &self.0, &Objects::default())
    }

    /// The report in words, as canonical JSON, with the report digest; `language` is a tag by BCP 47.
    ///
    /// # Errors
    ///
    /// If there are no words in this language.
    pub fn reading(&self, language: &str) -> Result<String, JsValue> {
        let known = Language::from_tag(language).ok_or_else(|| told(format!("there are no words in the language '{language}'")))?;
        String::from_utf8(Reading::of(&self.0, known).to_json()).map_err(told)
    }

    /// Its coverage picture as JSON, or the part of it that `view` asks for; `null` without a time to draw.
    ///
    /// # Errors
    ///
    /// If `view` is none.
    pub fn picture(&self, view: &str) -> Result<String, JsValue> {
        json(&self.0.picture(&read::<View>("view", view)?))
    }
}

/// What codes mean, as JSON: one, or all in the catalogue's order.
///
/// # Errors
///
/// If there is no such code.
#[wasm_bindgen]
pub fn explain(code: Option<String>) -> Result<String, JsValue> {
    let codes = match &code {
        Some(name) => vec![Code::from_name(name).ok_or_else(|| told(format!("there is no code '{name}'")))?],
        None => Code::ALL.to_vec(),
    };
    json(&codes.into_iter().map(Code::explain).collect::<Vec<_>>())
}

/// What a key list holds, as JSON.
///
/// # Errors
///
/// If it is no key list.
#[wasm_bindgen]
pub fn key_list(name: &str, list: &[u8]) -> Result<String, JsValue> {
    json(&trailseal::read_keys(name, list).map_err(|error| told(format!("{name}: {error}")))?)
}
