//! Build script: lists the dataset's files so that the program carries them.

#[path = "dataset/folder/names.rs"]
#[expect(dead_code, reason = "the program needs the rest")]
mod names;

use std::{env, fmt::Write as _, fs, io, path::Path};

fn main() -> io::Result<()> {
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    println!("cargo:rerun-if-changed=data");
    let mut files = Vec::new();
    list(&Path::new(&root).join("data"), &mut files)?;
    files.sort();
    let mut code = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&root).unwrap_or(&file).trim_start_matches('/').to_owned();
        // The checkout that is compiled, not the one that this was run in: a build folder may serve several.
        let _ = writeln!(code, "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/\", {name:?}))),");
    }
    code.push(']');
    fs::write(Path::new(&out).join("bundled.rs"), code)
}

fn list(dir: &Path, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let Some(name) = path.file_name().filter(|name| !names::is_hidden(name)) else { continue };
        if path.is_dir() {
            list(&path, files)?;
        } else if names::form(name).is_some() {
            files.push(path.to_string_lossy().into_owned());
        }
    }
    Ok(())
}
