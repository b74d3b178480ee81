//! What is verified, and how it is measured.

use serde::Deserialize;
use trailseal_forge::bulk::Plan;

use crate::child::{Cost, cost};
use crate::data::{CONTAINERS, Data, at};
use crate::limit::Limit;
use crate::rivals::{ValidateLogs, gunzip};
use crate::{Options, Outcome};

/// How much is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// A few files, to see that the bench itself works.
    Tiny,
    /// A minute a workload.
    Default,
    /// The sizes of large organisations.
    Large,
}

impl Scale {
    pub(crate) fn named(name: &str) -> Outcome<Self> {
        match name {
            "tiny" => Ok(Self::Tiny),
            "default" => Ok(Self::Default),
            "large" => Ok(Self::Large),
            other => Err(format!("there is no scale '{other}'")),
        }
    }
}

/// An archive of a kind.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) plan: Plan,
}

impl Workload {
    pub(crate) fn all(scale: Scale) -> Vec<Self> {
        // Accounts, regions, hours, logs of an hour, bytes of a log.
        type Shape = (usize, usize, usize, usize, (usize, usize));
        let shapes: [(&str, [Shape; 3]); 4] = [
            (
                "log-heavy",
                [(1, 2, 16, 1, (20_000, 80_000)), (2, 2, 16, 2, (1_000_000, 20_000_000)), (2, 2, 96, 2, (1_000_000, 20_000_000))],
            ),
            ("small-files", [(1, 2, 16, 2, (2_000, 5_000)), (4, 4, 128, 10, (2_000, 20_000)), (40, 4, 128, 10, (2_000, 20_000))]),
            ("quiet", [(2, 2, 16, 0, (0, 0)), (10, 4, 512, 0, (0, 0)), (100, 4, 512, 0, (0, 0))]),
            (
                "one-huge-log",
                [
                    (1, 1, 1, 1, (2_000_000, 2_000_000)),
                    (1, 1, 1, 1, (1_000_000_000, 1_000_000_000)),
                    (1, 1, 1, 1, (1_000_000_000, 1_000_000_000)),
                ],
            ),
        ];
        shapes
            .into_iter()
            .map(|(name, shapes)| {
                let (accounts, regions, hours, logs, log_bytes) = shapes[scale as usize];
                let contents = accounts * regions * hours * logs;
                Self { name, plan: Plan { accounts, regions, hours, logs, log_bytes, contents } }
            })
            .collect()
    }

    /// The same with a part of the hours, or of the bytes if there is but one hour.
    fn shrunk(&self, by: usize) -> Plan {
        let mut plan = self.plan.clone();
        if plan.hours < by {
            plan.log_bytes = (plan.log_bytes.0 / by, plan.log_bytes.1 / by);
        } else {
            plan.hours /= by;
            plan.contents /= by;
        }
        plan
    }
}

/// All that was measured.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) measured: Vec<Measured>,
    pub(crate) growth: Vec<Growth>,
    pub(crate) memory: Vec<Sized>,
    pub(crate) example_milliseconds: f64,
}

/// One workload.
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    pub(crate) digests: u64,
    pub(crate) logs: u64,
    pub(crate) log_bytes: u64,
    pub(crate) gzip_ratio: f64,
    pub(crate) rounds: Vec<Round>,
}

/// Each program once, one after the other.
pub(crate) struct Round {
    /// In seconds.
    pub(crate) limit: f64,
    /// By container.
    pub(crate) trailseal: Vec<Cost>,
    /// From the folder.
    pub(crate) one_thread: Cost,
    /// In seconds.
    pub(crate) validate_logs: f64,
    /// In seconds.
    pub(crate) gunzip: f64,
}

/// One workload in several sizes.
pub(crate) struct Growth {
    pub(crate) name: &'static str,
    pub(crate) sizes: Vec<Sized>,
}

/// An archive of some size, verified from its folder.
pub(crate) struct Sized {
    pub(crate) files: u64,
    pub(crate) log_bytes: u64,
    pub(crate) seconds: f64,
    pub(crate) peak_bytes: u64,
}

impl Workload {
    /// Measures all programs in turn.
    pub(crate) fn measure(&self, data: &Data, options: &Options) -> Outcome<Measured> {
        let limit = Limit::load(data)?;
        let mut validate_logs = ValidateLogs::start(&options.root, data)?;
        let mut rounds = Vec::new();
        // The first round brings everything into memory and does not count.
        for _ in 0..=options.runs {
            let trailseal: Outcome<Vec<Cost>> = CONTAINERS.iter().map(|container| verify(data, container, &[], options)).collect();
            rounds.push(Round {
                limit: limit.run()?,
                trailseal: trailseal?,
                one_thread: verify(data, CONTAINERS[0], &["--threads", "1"], options)?,
                validate_logs: validate_logs.run(data)?,
                gunzip: gunzip(data)?,
            });
        }
        rounds.remove(0);
        validate_logs.end()?;
        let made = &data.made;
        Ok(Measured {
            name: self.name,
            digests: made.digests,
            logs: made.logs,
            log_bytes: made.log_bytes,
            gzip_ratio: data.gzip_ratio(),
            rounds,
        })
    }

    /// Measures a sixteenth, a quarter and the whole in turn.
    pub(crate) fn grow(&self, options: &Options) -> Outcome<Growth> {
        let sizes: Outcome<Vec<Data>> = [16, 4, 1]
            .into_iter()
            .map(|part| match part {
                1 => Data::ensure(&options.folder, self.name, &self.plan),
                part => Data::ensure(&options.folder, &format!("{}-{part}", self.name), &self.shrunk(part)),
            })
            .collect();
        Ok(Growth { name: self.name, sizes: sized(&sizes?, options)? })
    }
}

/// A gigabyte and four of logs of a megabyte each.
pub(crate) fn memory(options: &Options) -> Outcome<Vec<Sized>> {
    let (bytes, hours) = if options.scale == Scale::Tiny { (10_000, 1) } else { (1_000_000, 25) };
    let plan = |hours| Plan { accounts: 2, regions: 2, hours, logs: 10, log_bytes: (bytes, bytes), contents: 16 };
    let one = Data::ensure(&options.folder, "memory-1", &plan(hours))?;
    let four = Data::ensure(&options.folder, "memory-4", &plan(4 * hours))?;
    sized(&[one, four], options)
}

fn sized(sizes: &[Data], options: &Options) -> Outcome<Vec<Sized>> {
    let mut costs: Vec<Vec<Cost>> = sizes.iter().map(|_| Vec::new()).collect();
    for _ in 0..options.runs {
        for (data, costs) in sizes.iter().zip(&mut costs) {
            costs.push(verify(data, CONTAINERS[0], &[], options)?);
        }
    }
    let sized = sizes.iter().zip(&costs).map(|(data, costs)| Sized {
        files: data.made.digests + data.made.logs,
        log_bytes: data.made.log_bytes,
        seconds: median(costs.iter().map(|cost| cost.seconds)),
        peak_bytes: median(costs.iter().map(|cost| cost.peak_bytes as f64)) as u64,
    });
    Ok(sized.collect())
}

/// The milliseconds from the start of the command to its verdict on the example of the README.
pub(crate) fn example(options: &Options) -> Outcome<f64> {
    let example = options.root.join("test-vectors/example");
    let (archive, keys) = (example.join("handover.zip"), example.join("public-keys"));
    let (archive, keys, report) = (text(&archive)?, text(&keys)?, text(&options.folder.join("example.txt"))?);
    let arguments =
        ["verify", &archive, "--keys", &keys, "--from", "2026-03-01", "--to", "2026-03-03", "--overwrite", "--output", &report];
    let mut seconds = Vec::new();
    for _ in 0..4 * options.runs {
        let cost = cost(&options.trailseal, &arguments)?;
        if cost.code != Some(0) {
            return Err(format!("the example is not passed: exit code {:?}", cost.code));
        }
        seconds.push(cost.seconds);
    }
    Ok(1000.0 * median(seconds))
}

#[derive(Deserialize)]
struct Report {
    overall: String,
    counts: Counts,
}

#[derive(Deserialize)]
struct Counts {
    digests: Digests,
    logs: Logs,
}

#[derive(Deserialize)]
struct Digests {
    proved: u64,
}

#[derive(Deserialize)]
struct Logs {
    proved: u64,
    proved_bytes: u64,
}

/// Runs `trailseal verify`; what it does not prove is an error. No period is asked, so that every log file counts.
fn verify(data: &Data, container: &str, more: &[&str], options: &Options) -> Outcome<Cost> {
    let (made, file) = (&data.made, data.scratch("report.json"));
    let (archive, keys) = (text(&data.archive(container))?, text(&data.keys())?);
    let report = text(&file)?;
    let arguments = ["verify", &archive, "--keys", &keys, "--format", "json", "--overwrite", "--output", &report];
    let cost = cost(&options.trailseal, &[arguments.as_slice(), more].concat())?;
    let json = std::fs::read(&file).map_err(at(&file))?;
    let report: Report = serde_json::from_slice(&json).map_err(|error| format!("{}: {error}", file.display()))?;
    std::fs::remove_file(&file).map_err(at(&file))?;
    let Counts { digests, logs } = report.counts;
    let proved = (digests.proved, logs.proved, logs.proved_bytes);
    if report.overall != "passed" || cost.code != Some(0) || proved != (made.digests, made.logs, made.log_bytes) {
        return Err(format!("{archive}: {}, exit code {:?}, proved {proved:?} of {made:?}", report.overall, cost.code));
    }
    Ok(cost)
}

fn text(path: &std::path::Path) -> Outcome<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| format!("{}: no UTF-8", path.display()))
}

/// The middle one; of an even number, the mean of the two in the middle.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}
