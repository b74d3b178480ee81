//! Writes all nasties, as large as a megabyte may be, to a folder: `cargo run -p trailseal-forge --example nasties FOLDER [PERCENT]`.

use trailseal_forge::nasties;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().expect("a folder");
    let percent: usize = arguments.get(1).map_or(100, |text| text.parse().expect("a number"));
    std::fs::create_dir_all(folder)?;
    std::fs::write(format!("{folder}/us-east-1.json"), nasties::keys())?;
    for nasty in &nasties::ALL {
        let bytes = (nasty.make)(nasty.many * percent / 100);
        println!("{} {}: {} bytes", nasty.many * percent / 100, nasty.name, bytes.len());
        std::fs::write(format!("{folder}/{}", nasty.name.replace([' ', ',', '\''], "-")), bytes)?;
    }
    Ok(())
}
