//! The project's tasks. `cargo xtask --help` lists them.

mod attacks;
mod bans;
mod bench;
mod comparison;
mod findings;
mod fuzz;
mod generated;
mod index;
mod instructions;
mod limits;
mod msrv;
mod mutants;
mod nasties;
mod page;
mod properties;
mod readings;
mod shell;
mod test;
mod unpack;
mod wasm;

use std::process::ExitCode;

use generated::Mode;

/// What a task says when it fails.
type Outcome<T = ()> = Result<T, String>;

const HELP: &str = "\
The project's tasks.

    cargo xtask test                 everything that CI runs, in order; stops at the first step that fails
    cargo xtask vectors [--check]    write test-vectors/ from the forge, or compare
    cargo xtask generate [--check]   write the generated pages and schemas in docs/, or compare
    cargo xtask page [OPTIONS]       build bindings-wasm/dist/: the verification page, the JavaScript package, their SHA-256
        --toolchain NAME             rustup, debian or all, instead of the first that is there; all writes a sum for each
        --types                      write the type declarations that are generated from the schemas, and build nothing
        --check                      build twice, in two folders, and compare
    cargo xtask fuzz [OPTIONS]       run the fuzz targets (nightly Rust and cargo-fuzz)
        --minutes N                  for each target; 1 unless told
        --target NAME                one target instead of all
    cargo xtask properties [OPTIONS] try the properties of the core with other cases, one seed after the other
        --minutes N                  1 unless told; a round is always ended
        --seed S                     the first seed; 1 unless told, as in all tests
    cargo xtask unpack [OPTIONS]     compare what trailseal reads in altered archives with what other programs unpack (Debian, as root)
        --minutes N                  2 unless told
        --seed S                     where chance begins, to see the same again
    cargo xtask readings [OPTIONS]   change each reading of the second opinion, and see whether a vector notices
        --all                        ask every vector, and count those that notice (some minutes)
        --write                      write down the vector that notices
    cargo xtask mutants MODULE       break one module in every way, and see whether the core's tests notice (cargo-mutants, an hour)
    cargo xtask bench [OPTIONS]      measure the released command; see docs/performance.md
        --scale default|large        1 GB of logs and some 20,000 files, made once; or 8 GB and 200,000 files
        --workload NAME              one workload instead of all
        --runs N                     rounds of which the median is told; 5 unless told
        --write                      write docs/performance.md
    cargo xtask instructions [--check]
                                     write bench/instructions.txt, how many instructions verifications take, or compare
    cargo xtask nasties [NAME]       count and measure archives that are made against the program: growth, time, memory, reports
                                     (valgrind, some minutes); a part of a name measures what has it in its name
    cargo xtask limits [NAME]        measure time and memory at the limits: the table of docs/limits.md (Linux, some minutes)

`generate` reads the index of the test vectors: after a change in the forge, run `vectors` first.
The folder fuzz/seeds/ and the vectors' archives are what fuzzing starts from; `cargo xtask test` replays both.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        [] | ["--help" | "-h" | "help", ..] | [_, "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        ["test"] => test::run(),
        ["vectors"] => generated::vectors(Mode::Write),
        ["vectors", "--check"] => generated::vectors(Mode::Check),
        ["generate"] => generated::docs(Mode::Write),
        ["generate", "--check"] => generated::docs(Mode::Check),
        ["page", options @ ..] => page::run(options),
        ["fuzz", options @ ..] => fuzz::run(options),
        ["mutants", options @ ..] => mutants::run(options),
        ["bench", options @ ..] => bench::run(options),
        ["instructions"] => instructions::count(Mode::Write),
        ["instructions", "--check"] => instructions::count(Mode::Check),
        ["nasties"] => nasties::measure("", nasties::PARTS),
        ["nasties", name] => nasties::measure(name, nasties::PARTS),
        ["properties", options @ ..] => properties::run(options),
        ["unpack", options @ ..] => unpack::run(options),
        ["readings"] => readings::check(readings::Vectors::First),
        ["readings", "--all"] => readings::check(readings::Vectors::All),
        ["readings", "--write"] => readings::check(readings::Vectors::Written),
        ["limits"] => limits::measure(""),
        ["limits", only] => limits::measure(only),
        _ => Err(format!("there is no task '{}'; `cargo xtask --help` lists them", words.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
    }
}
