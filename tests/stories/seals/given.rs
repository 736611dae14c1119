//! A verifier that shares no code with the platform: RFC 6962 and signed notes by the book.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub(super) type Hash = [u8; 32];

pub(super) fn base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

pub(super) fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

fn node_hash(left: Hash, right: Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root over some leaves' hashes (RFC 6962, 2.1).
pub(super) fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(root(left), root(right))
        }
    }
}

/// The root that a proof leads to (RFC 9162, 2.1.3.2).
pub(super) fn root_of_proof(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Hash {
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        assert_ne!(last, 0, "the proof is too long");
        if node % 2 == 1 || node == last {
            hash = node_hash(*sibling, hash);
            while node % 2 == 0 && node != 0 {
                (node, last) = (node / 2, last / 2);
            }
        } else {
            hash = node_hash(hash, *sibling);
        }
        (node, last) = (node / 2, last / 2);
    }
    assert_eq!(last, 0, "the proof is too short");
    hash
}

/// A checkpoint whose signature was right.
pub(super) struct Checkpoint {
    pub(super) origin: String,
    pub(super) size: u64,
    pub(super) root: Hash,
}

/// Reads a signed checkpoint with a key as other tools write it.
pub(super) fn opened(note: &str, vkey: &str) -> Checkpoint {
    let (name, rest) = vkey.trim().split_once('+').unwrap();
    let (id, key) = rest.split_once('+').unwrap();
    let key = base64(key);
    let hashed = Sha256::new().chain_update(name).chain_update("\n").chain_update(&key).finalize();
    let expected: String = hashed[..4].iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    assert_eq!((key[0], id), (1, expected.as_str()));

    let (text, signature) = note.split_once("\n\n— ").unwrap();
    let text = format!("{text}\n");
    let (signer, signature) = signature.trim_end().split_once(' ').unwrap();
    let signature = base64(signature);
    assert_eq!((signer, &signature[..4]), (name, &hashed[..4]));
    UnparsedPublicKey::new(&ED25519, &key[1..]).verify(text.as_bytes(), &signature[4..]).unwrap();

    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    Checkpoint { origin: lines[0].into(), size: lines[1].parse().unwrap(), root: base64(lines[2]).try_into().unwrap() }
}

/// Checks every event of a booking's proof; tells their types and the bytes that were proven, where they are shown.
pub(super) fn checked(proof: &Value) -> Vec<(String, Option<Vec<u8>>)> {
    let checkpoint = opened(proof["checkpoint"].as_str().unwrap(), proof["vkey"].as_str().unwrap());
    assert_eq!(proof["tree_size"], checkpoint.size);
    let events = proof["events"].as_array().unwrap().iter().map(|event| {
        let leaf = event.get("leaf").map(|leaf| base64(leaf.as_str().unwrap()));
        let hash: Hash = base64(event["leaf_hash"].as_str().unwrap()).try_into().unwrap();
        let index = event["leaf_index"].as_u64().unwrap();
        assert_eq!(event["position"], index + 1);
        if let Some(leaf) = &leaf {
            assert_eq!(leaf_hash(leaf), hash);
            assert_eq!(leaf[1..9], (index + 1).to_be_bytes(), "the leaf itself says where it stands");
        }
        let hashes = event["inclusion_proof"].as_array().unwrap().iter();
        let hashes: Vec<Hash> = hashes.map(|hash| base64(hash.as_str().unwrap()).try_into().unwrap()).collect();
        let led_to = root_of_proof(hash, index, checkpoint.size, &hashes);
        assert_eq!(led_to, checkpoint.root, "{}", event["type"]);
        (event["type"].as_str().unwrap().to_owned(), leaf)
    });
    events.collect()
}
