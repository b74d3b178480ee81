//! `docs/performance.md`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Outcome;
use crate::data::{CONTAINERS, at};
use crate::plot;
use crate::workload::{Figures, Measured, Round, Sized, median};

impl Measured {
    /// The median over the rounds.
    pub(crate) fn median(&self, figure: impl Fn(&Round) -> f64) -> f64 {
        median(self.rounds.iter().map(figure))
    }

    /// A workload without log files is counted in digest files.
    pub(crate) fn is_quiet(&self) -> bool {
        self.logs == 0
    }
}

/// The tables in Markdown.
pub(crate) fn tables(figures: &Figures) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    line("| workload | digest files | log files | inflated | gzip ratio |");
    line("|---|--:|--:|--:|--:|");
    for found in &figures.measured {
        let (size, ratio) = if found.is_quiet() {
            ("".into(), "".into())
        } else {
            (megabytes(found.log_bytes), format!("{:.1}", found.gzip_ratio))
        };
        line(&format!("| {} | {} | {} | {size} | {ratio} |", found.name, found.digests, found.logs));
    }
    line("");
    line(
        "| workload | from | seconds | CPU seconds | a second | of the limit | `validate-logs` | `gunzip \\| sha256sum` | peak memory |",
    );
    line("|---|---|--:|--:|--:|--:|--:|--:|--:|");
    for found in &figures.measured {
        for (n, container) in CONTAINERS.iter().enumerate() {
            let seconds = found.median(|round| round.trailseal[n].seconds);
            // What this one leaves out, parsing and signatures, is all there is where there are no logs.
            let gunzip = if found.is_quiet() {
                String::new()
            } else {
                format!("{:.1} ×", found.median(|round| round.gunzip / round.trailseal[n].seconds))
            };
            line(&format!(
                "| {} | {container} | {seconds:.3} | {:.3} | {} | {:.2} | {:.1} × | {gunzip} | {} |",
                found.name,
                found.median(|round| round.trailseal[n].cpu_seconds),
                rate(found, seconds),
                found.median(|round| round.limit / round.trailseal[n].seconds),
                found.median(|round| round.validate_logs / round.trailseal[n].seconds),
                mebibytes(found.median(|round| round.trailseal[n].peak_bytes as f64) as u64),
            ));
        }
    }
    line("");
    line(
        "| workload | limit, seconds | `validate-logs`, seconds | `gunzip \\| sha256sum`, seconds | one thread, seconds | all threads are faster by |",
    );
    line("|---|--:|--:|--:|--:|--:|");
    for found in &figures.measured {
        let gunzip = if found.is_quiet() { String::new() } else { format!("{:.3}", found.median(|round| round.gunzip)) };
        line(&format!(
            "| {} | {:.3} | {:.3} | {gunzip} | {:.3} | {:.2} × |",
            found.name,
            found.median(|round| round.limit),
            found.median(|round| round.validate_logs),
            found.median(|round| round.one_thread.seconds),
            found.median(|round| round.one_thread.seconds / round.trailseal[0].seconds),
        ));
    }
    line("");
    line("| workload | size | files | inflated | seconds | seconds, by size | peak memory |");
    line("|---|--:|--:|--:|--:|--:|--:|");
    for growth in &figures.growth {
        let Some(whole) = growth.sizes.last() else { continue };
        for (part, size) in ["1/16", "1/4", "1"].iter().zip(&growth.sizes) {
            let shares = if whole.log_bytes == 0 {
                whole.files as f64 / size.files as f64
            } else {
                whole.log_bytes as f64 / size.log_bytes as f64
            };
            line(&format!(
                "| {} | {part} |{} {:.2} | {} |",
                growth.name,
                sizes(size),
                size.seconds * shares / whole.seconds,
                mebibytes(size.peak_bytes)
            ));
        }
    }
    if let [one, four] = figures.memory.as_slice() {
        line("");
        line("| logs of 1 MB | files | inflated | seconds | peak memory |");
        line("|---|--:|--:|--:|--:|");
        for (name, size) in [("a thousand", one), ("four thousand", four)] {
            line(&format!("| {name} |{} {} |", sizes(size), mebibytes(size.peak_bytes)));
        }
        line("");
        let more = four.peak_bytes.abs_diff(one.peak_bytes);
        line(&format!("Four times the logs change the peak by {:.1} MB.", more as f64 / 1e6));
        line(&format!("From start to verdict on the example of the README: {:.0} ms.", figures.example_milliseconds));
    }
    out
}

fn sizes(size: &Sized) -> String {
    let inflated = if size.log_bytes == 0 { String::new() } else { megabytes(size.log_bytes) };
    format!(" {} | {inflated} | {:.3} |", size.files, size.seconds)
}

fn rate(found: &Measured, seconds: f64) -> String {
    match found.name {
        "quiet" => format!("{:.0} digest files", found.digests as f64 / seconds),
        "small-files" => format!("{:.0} log files", found.logs as f64 / seconds),
        _ => megabytes((found.log_bytes as f64 / seconds) as u64),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20))
}

/// Writes the page and its picture.
pub(crate) fn write(root: &Path, figures: &Figures, tables: &str) -> Outcome {
    let docs = root.join("docs");
    let page = docs.join("performance.md");
    let mut text = String::new();
    let _ = write!(
        text,
        "<!-- Written by `cargo xtask bench --write`; not to be edited. -->\n\n{}",
        include_str!("page.md").replace("{machine}", &machine()).replace("{tables}", tables.trim_end())
    );
    fs::write(&page, text).map_err(at(&page))?;
    let picture = docs.join("performance.svg");
    fs::write(&picture, plot::plot(figures)).map_err(at(&picture))?;
    println!("written: {} and {}", page.display(), picture.display());
    Ok(())
}

/// The processor, as far as it matters.
fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name));
        line.and_then(|line| line.split(':').nth(1)).unwrap_or("unknown").trim().to_owned()
    };
    let flags = field("flags");
    let matter = ["sha_ni", "pclmulqdq", "vpclmulqdq", "bmi2", "avx2", "avx512f", "avx512ifma"];
    let found: Vec<&str> = matter.into_iter().filter(|flag| flags.split(' ').any(|found| found == *flag)).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let virtual_machine = if flags.contains("hypervisor") { ", a virtual machine" } else { "" };
    let extensions = if found.is_empty() { "none of those that matter".to_owned() } else { found.join(", ") };
    format!(
        "{} cores of {} (family {}, model {}){virtual_machine}; extensions: {extensions}; {}. At the end of the measurement the load \
         average of the last quarter of an hour was {}.",
        cores,
        field("model name"),
        field("cpu family"),
        field("model"),
        std::env::consts::OS,
        fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').nth(2).unwrap_or("unknown"),
    )
}
