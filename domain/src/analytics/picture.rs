//! The numbers of everything that changed within a block, as it stood at one position: a list of scopes,
//! written close together so that thousands of them are one row.

use alloc::vec::Vec;

use super::Totals;
use super::totals::{read_varint, write_varint};

/// Adds a scope, under the number that stands for it, and its totals.
pub fn write_entry(scope: u32, totals: &Totals, into: &mut Vec<u8>, scratch: &mut Vec<u8>) {
    scratch.clear();
    totals.encode(scratch);
    write_varint(scope.into(), into);
    write_varint(scratch.len() as u64, into);
    into.extend_from_slice(scratch);
}

/// The scopes that [`write_entry`] wrote, with the bytes of their totals; `None` where the bytes are something
/// else, and nothing after that.
pub fn entries(mut bytes: &[u8]) -> impl Iterator<Item = Option<(u32, &[u8])>> {
    core::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let entry = read_entry(&mut bytes);
        if entry.is_none() {
            bytes = &[];
        }
        Some(entry)
    })
}

fn read_entry<'a>(bytes: &mut &'a [u8]) -> Option<(u32, &'a [u8])> {
    let scope = u32::try_from(read_varint(bytes)?).ok()?;
    let length = usize::try_from(read_varint(bytes)?).ok()?;
    let (totals, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some((scope, totals))
}
