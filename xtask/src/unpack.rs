//! What trailseal reads in archives, compared with what other people's programs unpack.

use crate::{Outcome, shell};

pub(crate) fn run(options: &[&str]) -> Outcome {
    let mut rest = options;
    while let [name, value, after @ ..] = rest {
        let is_number = value.parse::<f64>().is_ok_and(|number| number >= 0.0);
        match *name {
            "--minutes" | "--seed" if is_number => rest = after,
            "--minutes" | "--seed" => return Err(format!("'{value}' is no number")),
            other => return Err(format!("there is no option '{other}'")),
        }
    }
    if let [option] = rest {
        return Err(format!("'{option}' is no option, or lacks its value"));
    }
    let arguments: Vec<&str> = std::iter::once("tests/unpack/run").chain(options.iter().copied()).collect();
    shell::run(&mut shell::program("bash", &arguments))
}
