//! Turns every contract under `proto/` into Rust.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use prost_build::Config;

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script where to write this way")]
fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new("../../proto");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed={}", root.display());

    let mut compiler = protox::Compiler::new([root])?;
    compiler.include_imports(true).include_source_info(true).open_files(contracts(root)?)?;
    // The encoded form keeps the custom options; the decoded one drops them.
    fs::write(out.join("contracts.bin"), compiler.encode_file_descriptor_set())?;

    // Ordered maps make the encoding of a request the same each time, and so its digest.
    let mut config = Config::new();
    config.enable_type_names().btree_map(["."]);
    tonic_prost_build::configure()
        .include_file("contracts.rs")
        .compile_fds_with_config(compiler.file_descriptor_set(), config)?;
    Ok(())
}

/// Every `.proto` file in a `proto/rangkai/<package>/v1` folder, in a stable order.
fn contracts(root: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for package in fs::read_dir(root.join("rangkai"))? {
        for file in fs::read_dir(package?.path().join("v1"))? {
            found.push(file?.path());
        }
    }
    found.sort();
    Ok(found)
}
