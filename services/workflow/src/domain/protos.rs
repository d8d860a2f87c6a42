//! Protobuf descriptors of services outside the blocks: compiled, completed, written in one way.

use std::collections::BTreeMap;

use prost::Message as _;
use prost_types::FileDescriptorSet;
use protox::{
    Compiler, Error,
    file::{ChainFileResolver, DescriptorSetFileResolver, File, FileResolver, GoogleFileResolver},
};

/// The deepest nesting of braces in a file: its parser goes down as deep as the text does.
const MAX_DEPTH: usize = 64;

/// Compiles files in the protobuf language, named as they import one another.
///
/// # Errors
///
/// What is wrong with them, with file and line.
pub fn compile(files: BTreeMap<String, String>) -> Result<Vec<u8>, String> {
    let deep = files.iter().find(|(_, text)| depth(text) > MAX_DEPTH);
    if let Some((name, _)) = deep {
        return Err(format!("{name} is nested more than {MAX_DEPTH} levels deep"));
    }
    let names: Vec<_> = files.keys().cloned().collect();
    write(Sources(files), &names)
}

/// Completes an encoded set with what it imports of `google/protobuf`, and writes it anew, so that
/// the same contracts always have the same digest.
///
/// # Errors
///
/// When it is no set, or something that it imports is missing.
pub fn complete(encoded: &[u8]) -> Result<Vec<u8>, String> {
    let set = FileDescriptorSet::decode(encoded).map_err(|error| error.to_string())?;
    if set.file.is_empty() {
        return Err("there is no file in it".to_owned());
    }
    let names: Vec<_> = set.file.iter().map(|file| file.name().to_owned()).collect();
    // Decoded in this way, the options that a contract defines itself are kept.
    let set = DescriptorSetFileResolver::decode(encoded).map_err(|error| error.to_string())?;
    write(set, &names)
}

fn write(files: impl FileResolver + 'static, names: &[String]) -> Result<Vec<u8>, String> {
    let mut all = ChainFileResolver::new();
    all.add(files);
    all.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(all);
    compiler.include_imports(true);
    compiler.open_files(names).map_err(|error| said(&error))?;
    Ok(compiler.encode_file_descriptor_set())
}

/// What is wrong, with the place where there is one.
fn said(error: &Error) -> String {
    let place = format!("{error:?}");
    let first = place.lines().next().unwrap_or_default();
    if first.is_empty() { error.to_string() } else { first.to_owned() }
}

/// How deep the braces of a text go, wherever they stand.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' | b'<' | b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' | b'>' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Files that are at hand as texts.
struct Sources(BTreeMap<String, String>);

impl FileResolver for Sources {
    fn open_file(&self, name: &str) -> Result<File, Error> {
        let text = self.0.get(name).ok_or_else(|| Error::file_not_found(name))?;
        File::from_source(name, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARCEL: &str = "syntax = \"proto3\";\npackage land.v1;\n\
        import \"google/protobuf/timestamp.proto\";\n\
        message Parcel { string number = 1; google.protobuf.Timestamp at = 2; }\n";

    fn files(text: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("land/v1/parcel.proto".to_owned(), text.to_owned())])
    }

    #[test]
    fn files_compile_with_what_they_import_and_a_set_is_completed_to_the_same() {
        let compiled = compile(files(PARCEL)).unwrap();
        let mut alone = FileDescriptorSet::decode(compiled.as_slice()).unwrap();
        assert_eq!(alone.file.len(), 2);
        alone.file.retain(|file| file.name().starts_with("land/"));

        assert_eq!(complete(&alone.encode_to_vec()).unwrap(), compiled);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_with_its_place() {
        let missing = compile(files(&PARCEL.replace("google/protobuf/timestamp", "land/v1/owner")));
        assert!(missing.unwrap_err().contains("land/v1/owner.proto"));
        let broken = compile(files(&PARCEL.replace("number = 1", "number =")));
        assert!(broken.unwrap_err().contains("land/v1/parcel.proto:4"));
        let deep = format!("message A {}{}", "{ message B ".repeat(10_000), "}".repeat(10_000));
        assert!(compile(files(&deep)).unwrap_err().contains("levels deep"));
        assert!(complete(b"no descriptors").is_err());
        assert!(complete(b"").is_err());
    }
}
