//! Maps by id, as fast as ids allow.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use uuid::Uuid;

/// By ids that are all different anyway.
pub(in crate::check) type Ids<T> = HashMap<Uuid, T, BuildHasherDefault<IdHasher>>;

/// Ids need no more stirring than this.
#[derive(Default)]
pub(in crate::check) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
