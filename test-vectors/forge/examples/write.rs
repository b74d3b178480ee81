//! Writes every generated file of `test-vectors/`.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for folder in ["archives", "example", "keys"] {
        if root.join(folder).exists() {
            fs::remove_dir_all(root.join(folder))?;
        }
    }
    let files = trailseal_forge::files();
    for (path, bytes) in &files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder"))?;
        fs::write(path, bytes)?;
    }
    println!("{} files", files.len());
    Ok(())
}
