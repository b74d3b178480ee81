//! From a verification to its record.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use trailseal::{Case, Enclosure, Language, Limits, Report, Time, printable};

use crate::args::RecordArgs;
use crate::evidence::Threads;
use crate::record::files::{self, Seen, Single, Sum};
use crate::record::form::{Evidence, Form, Input, KeyFile, Machine, Notes, Program, Record, ReportFile, Role, Verdict};
use crate::{Failure, exit_code, output};

/// What is verified, as it was before.
pub(crate) struct Begun {
    began: Time,
    most_entries: u64,
    evidence: Vec<Seen>,
    keys: Vec<Single>,
    inputs: Vec<(Role, Single)>,
}

/// What was verified: bytes that were the same before and afterwards.
pub(crate) struct Sealed {
    began: Time,
    pub(crate) evidence: Vec<Evidence>,
    /// Each with its bytes.
    pub(crate) keys: Vec<(KeyFile, Vec<u8>)>,
    pub(crate) inputs: Vec<Input>,
}

impl Begun {
    /// Looks at everything that a verdict will depend on, and opens nothing.
    pub(crate) fn look(
        archives: &[PathBuf],
        keys: &[PathBuf],
        inputs: &[(Role, PathBuf)],
        limits: &Limits,
    ) -> Result<Self, Failure> {
        Ok(Self {
            began: now()?,
            most_entries: limits.entries,
            evidence: archives.iter().map(|path| Seen::of(path, limits.entries)).collect::<Result<_, _>>()?,
            keys: keys.iter().map(|path| Single::of(path)).collect::<Result<_, _>>()?,
            inputs: inputs.iter().map(|(role, path)| Ok((*role, Single::of(path)?))).collect::<Result<_, Failure>>()?,
        })
    }

    /// Hashes it. What was judged is asked for the key lists in it.
    pub(crate) fn seal(&self, case: &Case, threads: &Threads<'_>) -> Result<Sealed, Failure> {
        let key_file = |file: &Single| {
            let mut json = Vec::new();
            let Sum { size_bytes, sha256 } = file.hash(&mut |bytes| json.extend_from_slice(bytes))?;
            let wrong = |error| Failure::at(&file.path, error);
            let stating = file.path.file_name().unwrap_or_default().to_string_lossy();
            let list = KeyFile {
                name: files::name(&file.path),
                given: files::shown(&file.path),
                size_bytes,
                sha256,
                enclosed: case.encloses(&json).map_err(wrong)?,
                keys: trailseal::read_keys(&stating, &json).map_err(wrong)?,
            };
            Ok((list, json))
        };
        let input = |(role, file): &(Role, Single)| {
            let Sum { size_bytes, sha256 } = file.hash(&mut |_| ())?;
            Ok(Input { role: *role, name: files::name(&file.path), given: files::shown(&file.path), size_bytes, sha256 })
        };
        Ok(Sealed {
            began: self.began,
            evidence: self.evidence.iter().map(|seen| seen.hash(self.most_entries, threads)).collect::<Result<_, _>>()?,
            keys: self.keys.iter().map(key_file).collect::<Result<_, Failure>>()?,
            inputs: self.inputs.iter().map(input).collect::<Result<_, Failure>>()?,
        })
    }
}

impl Sealed {
    /// The record of a verification that came to this report, which was written to `output` in this format.
    pub(crate) fn record(
        self,
        report: &Report,
        limits: &Limits,
        output: Option<(&Path, String)>,
        args: &RecordArgs,
        command: &[OsString],
    ) -> Result<Record, Failure> {
        let Self { began, evidence, keys, inputs } = self;
        let written = |(path, format): (&Path, String)| {
            let Sum { size_bytes, sha256 } = files::sum_of(path).map_err(|error| Failure::read(path, &error))?;
            Ok::<_, Failure>(ReportFile { name: files::name(path), format, size_bytes, sha256 })
        };
        let RecordArgs { by, reviewed_by, reference, received, exceptions, .. } = args.clone();
        Ok(Record {
            schema: Record::form(),
            notes: Notes { by, reviewed_by, reference, received, exceptions },
            evidence,
            keys: keys.into_iter().map(|(list, _)| list).collect(),
            inputs,
            asked: report.asked.clone(),
            limits: limits.clone(),
            verdict: Verdict::of(report),
            // A device or a pipe keeps nothing that could be hashed.
            report: output.filter(|(path, _)| path.is_file()).map(written).transpose()?,
            program: Program::running(command),
            machine: Machine { host: host(), began, ended: now()? },
        })
    }
}

impl Verdict {
    pub(crate) fn of(report: &Report) -> Self {
        Self {
            overall: report.overall,
            axes: report.axes,
            sentence: report.sentence(Language::En),
            exit_code: exit_code(report.overall),
            evidence_root: report.evidence_root.clone(),
            report_digest: report.digest(),
        }
    }
}

impl Program {
    fn running(command: &[OsString]) -> Self {
        let file = std::env::current_exe().ok();
        // On Linux the file that runs can be read even if another one has taken its name.
        let running = Path::new("/proc/self/exe");
        let readable = if running.exists() { Some(running) } else { file.as_deref() };
        Self {
            name: "trailseal".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            file: file.as_deref().map(files::name),
            sha256: readable.and_then(|path| Some(files::sum_of(path).ok()?.sha256)),
            command: command.iter().map(|word| printable(word.as_encoded_bytes())).collect(),
        }
    }
}

fn host() -> String {
    printable(gethostname::gethostname().as_encoded_bytes())
}

fn now() -> Result<Time, Failure> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_secs()).ok());
    seconds.and_then(Time::from_unix).ok_or_else(|| Failure::new("the clock of this machine says no time that can be written down"))
}

/// Whether the sender enclosed the same list, as people read it.
pub(crate) fn enclosed_words(enclosed: Enclosure) -> &'static str {
    match enclosed {
        Enclosure::NoneEnclosed => "none enclosed",
        Enclosure::OtherKeys => "no: other keys than in each list enclosed by the sender",
        Enclosure::SameKeys => "by its keys: the sender enclosed the same keys in other bytes",
        Enclosure::SameBytes => "yes, byte for byte: may be a copy of the sender's list",
    }
}

impl RecordArgs {
    /// Refuses what cannot be written, before anything is read: names of no form, what is read, and what is written besides.
    pub(crate) fn guard(&self, output: Option<&Path>, inputs: &[PathBuf], overwrite: bool) -> Result<(), Failure> {
        for (index, path) in self.records.iter().enumerate() {
            Form::of(path)?;
            output::guard(Some(path), inputs, overwrite)?;
            let others = self.records.iter().take(index).map(PathBuf::as_path).chain(output);
            if others.into_iter().any(|other| output::is_one_file(other, path)) {
                return Err(Failure::at(path, "two things cannot be written to one file"));
            }
        }
        Ok(())
    }

    /// Writes a record to each of the files that were named.
    pub(crate) fn write(&self, record: &Record) -> Result<(), Failure> {
        self.records.iter().try_for_each(|path| crate::write_file(path, &Form::of(path)?.write(record)))
    }
}
