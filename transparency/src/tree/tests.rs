//! The reference tree of Certificate Transparency, and a plain recursive tree beside ours.

use std::collections::HashMap;

use tlog_tiles::record_hash;

use super::*;

/// The leaves of the reference implementation's tests, and the root after each (RFC 6962).
pub(crate) const REFERENCE: [(&[u8], &str); 8] = [
    (b"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    (b"\x00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    (b"\x10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    (b"\x20\x21", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (b"\x30\x31", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    (b"@ABC", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    (b"PQRSTUVW", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    (b"`abcdefghijklmno", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
];

pub(crate) fn hex(hash: Hash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

pub(crate) fn leaf(number: u64) -> Hash {
    record_hash(&number.to_be_bytes())
}

/// The definition of RFC 6962, 2.1, word for word.
pub(crate) fn plain_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => EMPTY_HASH,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(plain_root(left), plain_root(right))
        }
    }
}

/// A tree of so many leaves, and all its tiles.
pub(crate) fn grown(size: u64) -> (Tree, HashMap<TileId, Vec<u8>>) {
    let mut tree = Tree::default();
    (0..size).for_each(|number| tree.append(leaf(number)));
    let tiles = tree.take_changed().into_iter().collect();
    (tree, tiles)
}

#[test]
fn has_the_roots_of_the_reference_tree() {
    let mut tree = Tree::default();
    assert_eq!(hex(tree.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (input, root) in REFERENCE {
        tree.append(record_hash(input));
        assert_eq!(hex(tree.root()), root, "{} leaves", tree.size());
    }
}

#[test]
fn has_the_root_of_the_plain_definition_at_every_size() {
    let leaves: Vec<Hash> = (0..1_100).map(leaf).collect();
    let mut tree = Tree::default();
    for (size, leaf) in leaves.iter().enumerate() {
        assert!(tree.root() == plain_root(&leaves[..size]), "{size} leaves");
        tree.append(*leaf);
    }
}

#[test]
fn hands_out_every_tile_of_the_specification_once_it_has_changed() {
    let (mut tree, tiles) = grown(70_000);
    assert_eq!(tiles.len(), 273 + 1 + 1 + 1 + 1);
    for (id, hashes) in &tiles {
        assert_eq!(hashes.len() as u64, id.width(70_000) * 32, "{id:?}");
    }
    assert_eq!(tree.take_changed(), []);
    tree.append(leaf(70_000));
    let changed: Vec<TileId> = tree.take_changed().into_iter().map(|(id, _)| id).collect();
    assert_eq!(changed, [TileId { level: 0, number: 273 }], "the levels above stand as they stood");
    let first = tiles[&TileId { level: 0, number: 0 }].as_slice();
    assert!(crate::hashes(&tiles[&TileId { level: 1, number: 0 }]).next() == Some(Tile::subtree_hash(first)));
}

#[test]
fn grows_on_from_its_right_edge_as_if_it_had_never_stopped() {
    for stopped in [0, 1, 255, 256, 257, 511, 65_535, 65_536, 65_537, 65_792] {
        let (mut tree, tiles) = grown(stopped);
        let mut resumed = Tree::resume(stopped, |id| tiles.get(&id).cloned()).unwrap();
        for number in stopped..stopped + 600 {
            tree.append(leaf(number));
            resumed.append(leaf(number));
        }
        assert_eq!((resumed.size(), resumed.root()), (tree.size(), tree.root()), "stopped at {stopped}");
        assert_eq!(resumed.take_changed(), tree.take_changed(), "stopped at {stopped}");
    }
}

#[test]
fn goes_back_to_a_smaller_tree_but_never_on_from_less_than_it_needs() {
    let (_, tiles) = grown(600);
    let earlier = Tree::resume(300, |id| tiles.get(&id).cloned()).unwrap();
    assert!(earlier.root() == grown(300).0.root());
    let missing = Tree::resume(601, |id| tiles.get(&id).cloned()).unwrap_err();
    assert_eq!(missing.to_string(), "tile 0/002.p/89 of the tree's right edge is missing or too short");
    assert!(Tree::resume(600, |id| tiles.get(&id).filter(|_| id.level == 0).cloned()).is_err());
}
