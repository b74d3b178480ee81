//! The `trailseal` command.

fn main() -> std::process::ExitCode {
    trailseal_cli::run(std::env::args_os()).into()
}
