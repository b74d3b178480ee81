//! Measures trailseal: `cargo xtask bench`.
//!
//! Whatever is compared is measured in turn, several times, and what is told is the median of the ratios, so that a machine that
//! has other things to do treats all alike.

mod child;
mod data;
mod limit;
mod page;
mod plot;
mod rivals;
mod workload;

use std::path::PathBuf;
use std::process::ExitCode;

use data::Data;
use workload::{Figures, Scale, Workload};

/// What a part of the bench says when it fails.
type Outcome<T = ()> = Result<T, String>;

const HELP: &str = "\
Measures trailseal against what the machine can do and against other programs. The data are made once.

    --scale tiny|default|large   how much is verified: for a test; 1 GB; 8 GB, 200,000 files and 200,000 digest files
    --workload NAME              one workload instead of all
    --runs N                     rounds of which the median is told; 5 unless told
    --write                      write docs/performance.md
";

struct Options {
    scale: Scale,
    workload: Option<String>,
    runs: usize,
    writes: bool,
    /// The project's folder.
    root: PathBuf,
    /// Where data are made.
    folder: PathBuf,
    /// The command that is measured.
    trailseal: PathBuf,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["spend", program, arguments @ ..] => child::spend(program, arguments),
        ["--help" | "-h", ..] | [_, "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        options => self::options(options).and_then(|options| run(&options)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn options(words: &[&str]) -> Outcome<Options> {
    let mut options = Options {
        scale: Scale::Default,
        workload: None,
        runs: 5,
        writes: false,
        root: PathBuf::new(),
        folder: PathBuf::new(),
        trailseal: PathBuf::new(),
    };
    let mut rest = words.iter();
    while let Some(name) = rest.next() {
        let mut value = || rest.next().copied().ok_or_else(|| format!("{name} lacks its value"));
        match *name {
            "--scale" => options.scale = Scale::named(value()?)?,
            "--workload" => options.workload = Some(value()?.to_owned()),
            "--runs" => options.runs = value()?.parse().map_err(|_| "--runs wants a number".to_owned())?,
            "--write" => options.writes = true,
            "--root" => options.root = value()?.into(),
            "--data" => options.folder = value()?.into(),
            "--trailseal" => options.trailseal = value()?.into(),
            other => return Err(format!("there is no option '{other}'\n\n{HELP}")),
        }
    }
    if options.runs == 0 {
        return Err("no run has no median".to_owned());
    }
    Ok(options)
}

fn run(options: &Options) -> Outcome {
    let all = Workload::all(options.scale);
    let names: Vec<&str> = all.iter().map(|workload| workload.name).collect();
    let names = names.join(", ");
    let chosen: Vec<&Workload> =
        all.iter().filter(|workload| options.workload.as_ref().is_none_or(|name| name == workload.name)).collect();
    if chosen.is_empty() {
        return Err(format!("there is no such workload; there are {names}"));
    }
    let mut figures = Figures::default();
    for workload in chosen {
        println!("== {}", workload.name);
        let data = Data::ensure(&options.folder, workload.name, &workload.plan)?;
        figures.measured.push(workload.measure(&data, options)?);
        figures.growth.push(workload.grow(options)?);
    }
    if options.workload.is_none() {
        figures.memory = workload::memory(options)?;
        figures.example_milliseconds = workload::example(options)?;
    }
    let tables = page::tables(&figures);
    println!("\n{tables}");
    if options.writes {
        page::write(&options.root, &figures, &tables)?;
    }
    Ok(())
}
