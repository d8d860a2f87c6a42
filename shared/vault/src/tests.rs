//! What a vault promises.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{Vault, VaultError, WrappedKey};

fn vault(fill: u8) -> Vault {
    Vault::new(&STANDARD.encode([fill; 32]).into()).unwrap()
}

#[test]
fn what_was_sealed_opens_again() {
    for text in [&b""[..], b"x", &[7; 5_000]] {
        let sealed = vault(1).seal(text).unwrap();

        assert_eq!(vault(1).open(&sealed).unwrap(), text);
    }
}

#[test]
fn a_changed_byte_is_refused() {
    let sealed = vault(1).seal(b"a name").unwrap();

    for index in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[index] ^= 1;
        assert_eq!(vault(1).open(&changed), Err(VaultError::Refused), "byte {index}");
        assert_eq!(vault(1).open(&sealed[..index]), Err(VaultError::Refused), "cut at {index}");
    }
}

#[test]
fn two_seals_of_one_text_differ() {
    let vault = vault(1);
    let key = vault.new_key().unwrap();

    assert_ne!(vault.seal(b"a name").unwrap(), vault.seal(b"a name").unwrap());
    assert_ne!(
        vault.seal_with(&key, b"a name").unwrap(),
        vault.seal_with(&key, b"a name").unwrap()
    );
}

#[test]
fn another_master_key_opens_nothing() {
    let key = vault(1).new_key().unwrap();
    let sealed = vault(1).seal(b"a name").unwrap();
    let sealed_with = vault(1).seal_with(&key, b"a name").unwrap();

    assert_eq!(vault(2).open(&sealed), Err(VaultError::Refused));
    assert_eq!(vault(2).open_with(&key, &sealed_with), Err(VaultError::Refused));
    assert_eq!(vault(2).seal_with(&key, b"a name"), Err(VaultError::Refused));
}

#[test]
fn without_a_persons_key_nothing_about_the_person_opens() {
    let vault = vault(1);
    let key = vault.new_key().unwrap();
    let kept = WrappedKey::from(key.as_bytes().to_vec());
    let sealed = vault.seal_with(&key, b"a name").unwrap();

    assert_eq!(vault.open_with(&kept, &sealed).unwrap(), b"a name");
    assert_eq!(vault.open_with(&vault.new_key().unwrap(), &sealed), Err(VaultError::Refused));
    assert_eq!(vault.open(&sealed), Err(VaultError::Refused));
    assert_eq!(vault.open_with(&WrappedKey::from(Vec::new()), &sealed), Err(VaultError::Refused));
}

#[test]
fn a_hash_depends_on_key_context_and_value() {
    let hash = vault(1).keyed_hash("nik", b"1");

    assert_eq!(hash, vault(1).keyed_hash("nik", b"1"));
    assert_ne!(hash, vault(1).keyed_hash("nik", b"2"));
    assert_ne!(hash, vault(1).keyed_hash("code", b"1"));
    assert_ne!(hash, vault(2).keyed_hash("nik", b"1"));
}

#[test]
fn what_is_made_ready_once_seals_and_hashes_alike() {
    let vault = vault(1);
    let key = vault.new_key().unwrap();
    let sealer = vault.sealer(&key).unwrap();

    assert_eq!(vault.open_with(&key, &sealer.seal(b"a name").unwrap()).unwrap(), b"a name");
    assert_eq!(sealer.open(&vault.seal_with(&key, b"a name").unwrap()).unwrap(), b"a name");
    assert_eq!(vault.hasher("nik").hash(b"1"), vault.keyed_hash("nik", b"1"));
    assert!(vault.sealer(&WrappedKey::from(Vec::new())).is_err());
}

#[test]
fn a_master_key_is_32_bytes_in_base64() {
    for wrong in ["not base64!".to_owned(), STANDARD.encode([1; 31])] {
        assert_eq!(Vault::new(&wrong.into()).err(), Some(VaultError::MasterKey));
    }
    assert_eq!(Vault::new(&String::new().into()).err(), Some(VaultError::NoMasterKey));
}

#[test]
fn nothing_of_a_key_is_printed() {
    let key = vault(1).new_key().unwrap();

    let (sealer, hasher) = (vault(1).sealer(&vault(1).new_key().unwrap()), vault(1).hasher("nik"));

    assert_eq!(format!("{:?} {key:?}", vault(1)), "Vault(***) WrappedKey(***)");
    assert_eq!(format!("{:?} {hasher:?}", sealer.unwrap()), "Sealer(***) Hasher(***)");
}
