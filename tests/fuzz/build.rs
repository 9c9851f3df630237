//! The dataset is read from its folder here, so that nothing is built in.

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    let out = std::env::var("OUT_DIR").map_err(std::io::Error::other)?;
    std::fs::write(std::path::Path::new(&out).join("bundled.rs"), "&[]")
}
