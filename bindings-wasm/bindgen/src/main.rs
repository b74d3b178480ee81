//! `trailseal-bindgen IN.wasm FOLDER`: writes `FOLDER/trailseal.js` and `FOLDER/trailseal_bg.wasm`, without the names that only
//! debuggers read.
//!
//! The library behind wasm-bindgen's own command, which would bring an HTTP client and server with it.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, folder] = arguments.as_slice() else { return Err("usage: trailseal-bindgen IN.wasm FOLDER".into()) };
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen.input_path(input).out_name("trailseal").typescript(true);
    bindgen.remove_name_section(true).remove_producers_section(true).web(true)?;
    Ok(bindgen.generate(folder)?)
}
