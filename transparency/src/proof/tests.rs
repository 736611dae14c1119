//! The proofs of the reference tree, and every proof of a tree of several tiles.

use tlog_tiles::record_hash;

use super::*;
use crate::Tree;
use crate::tree::tests::{REFERENCE, grown, hex, leaf};

fn reference() -> (Tiles, Vec<Hash>) {
    let mut tree = Tree::default();
    let leaves = REFERENCE.map(|(input, _)| record_hash(input));
    let roots = leaves.map(|leaf| {
        tree.append(leaf);
        tree.root()
    });
    (tree.take_changed().into_iter().collect(), roots.to_vec())
}

fn hexes(proof: Vec<Hash>) -> Vec<String> {
    proof.into_iter().map(hex).collect()
}

#[test]
fn gives_the_inclusion_proofs_of_the_reference_tree() {
    let (tiles, _) = reference();
    let proof = |index, size| hexes(inclusion(index, size, &tiles).unwrap());
    assert_eq!(proof(0, 1), [""; 0]);
    assert_eq!(
        proof(0, 8),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        proof(5, 8),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(proof(2, 3), ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]);
}

#[test]
fn gives_the_consistency_proofs_of_the_reference_tree() {
    let (tiles, roots) = reference();
    let proof = |old, size| hexes(consistency(old, size, &tiles).unwrap());
    assert_eq!(proof(1, 1), [""; 0]);
    assert_eq!(
        proof(6, 8),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        proof(2, 5),
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]
    );
    for (old, size) in (1..=8).flat_map(|size| (1..=size).map(move |old| (old, size))) {
        let proof = consistency(old, size, &tiles).unwrap();
        let (old_root, root) = (roots[old as usize - 1], roots[size as usize - 1]);
        assert!(proves_consistency(&proof, (old, old_root), (size, root)), "{old} in {size}");
        assert!(old == size || !proves_consistency(&proof, (old, root), (size, root)), "{old} in {size}");
    }
}

#[test]
fn proves_leaves_of_older_trees_out_of_tiles_that_have_grown() {
    let (_, tiles) = grown(66_000);
    for size in [1, 2, 255, 256, 257, 65_535, 65_536, 65_793] {
        let root = grown(size).0.root();
        for index in [0, 1, 254, 255, 256, 65_535, 65_792].into_iter().filter(|index| *index < size) {
            let wanted: Tiles =
                inclusion_tiles(index, size).unwrap().into_iter().map(|id| (id, tiles[&id].clone())).collect();
            let proof = inclusion(index, size, &wanted).unwrap();
            assert!(proves_inclusion(&proof, index, leaf(index), size, root), "{index} in {size}");
            assert!(!proves_inclusion(&proof, index, leaf(index + 1), size, root), "{index} in {size}");
            assert!(size == 1 || !proves_inclusion(&proof[1..], index, leaf(index), size, root));
        }
    }
}

#[test]
fn proves_nothing_that_is_not_so() {
    let (tiles, roots) = reference();
    assert!(inclusion(8, 8, &tiles).is_err());
    assert!(inclusion(0, 0, &tiles).is_err());
    assert!(inclusion(0, 9, &tiles).is_err(), "the tiles know of no ninth leaf");
    assert!(consistency(0, 8, &tiles).is_err());
    assert!(consistency(9, 8, &tiles).is_err());
    assert!(inclusion(0, 8, &Tiles::new()).is_err());
    assert!(!proves_inclusion(&[], 8, roots[0], 8, roots[7]));
    assert!(!proves_consistency(&[], (0, roots[0]), (8, roots[7])));
}
