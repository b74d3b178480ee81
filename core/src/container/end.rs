//! How a zip archive ends: its end records, and what they say of its directory. Programs find both in different ways, from the end,
//! from offsets, or from what precedes; all of them come to one place, or it is told.

use memchr::memmem;
use rawzip::ReaderAt;

use super::stretch::read_exactly_at;
use crate::terms::reason::Reason;

const END: &[u8] = b"PK\x05\x06";
const END_BYTES: u64 = 22;
const ZIP64_END: &[u8] = b"PK\x06\x06";
const ZIP64_END_BYTES: u64 = 56;
const ZIP64_LOCATOR: &[u8] = b"PK\x06\x07";
const ZIP64_LOCATOR_BYTES: u64 = 20;
/// The end record, its comment, and what a block is filled up with.
const MOST_TAIL_BYTES: u64 = 128 << 10;

/// What is wrong with the end of an archive of `length_bytes` whose end record stands at `end`, and whose directory was read from the
/// first to the second of these places and holds `count` entries.
pub(super) fn end_problem(
    reader: &impl ReaderAt,
    end: u64,
    length_bytes: u64,
    (directory, directory_end): (u64, u64),
    count: u64,
) -> Option<Reason> {
    let tail_bytes = length_bytes.saturating_sub(end).min(MOST_TAIL_BYTES);
    let mut tail = vec![0; usize::try_from(tail_bytes).unwrap_or_default()];
    let is_read = read_exactly_at(reader, end, &mut tail) && end.saturating_add(tail_bytes) == length_bytes;
    let comment = tail.get(END_BYTES as usize..).and_then(|rest| rest.split_at_checked(u16_at(&tail, 20).into()));
    // Who writes a whole block at a time fills the last one.
    let Some((comment, _)) = comment.filter(|(_, rest)| is_read && tail.starts_with(END) && rest.iter().all(|byte| *byte == 0))
    else {
        return Some(Reason::ZipEndFilled);
    };
    if [END, ZIP64_END, ZIP64_LOCATOR].iter().any(|magic| memmem::find(comment, magic).is_some()) {
        return Some(Reason::ZipEndInComment);
    }
    let mut locator = [0; ZIP64_LOCATOR_BYTES as usize];
    let locator_at = end.checked_sub(ZIP64_LOCATOR_BYTES);
    let has_locator = locator_at.is_some_and(|at| read_exactly_at(reader, at, &mut locator)) && locator.starts_with(ZIP64_LOCATOR);
    let found = Directory { start: directory, end: directory_end, count };
    match locator_at.filter(|_| has_locator) {
        None => short_problem(&tail, end, found),
        Some(at) => zip64_problem(reader, &tail, at, &locator, found),
    }
}

/// A directory as it was read.
#[derive(Clone, Copy)]
struct Directory {
    start: u64,
    end: u64,
    count: u64,
}

/// What is wrong with an end record that stands alone, at `end`.
fn short_problem(record: &[u8], end: u64, directory: Directory) -> Option<Reason> {
    let [disk, directory_disk, here, total] = [4, 6, 8, 10].map(|at| u16_at(record, at));
    let [bytes, offset] = [12, 16].map(|at| u32_at(record, at));
    if disk != 0 || directory_disk != 0 {
        return Some(Reason::OnePart);
    }
    if directory.end != end {
        return Some(Reason::ZipEndFilled);
    }
    // Some programs let the number of entries overflow.
    let agrees = u64::from(total) == directory.count & 0xffff
        && here == total
        && u64::from(bytes) == directory.end.saturating_sub(directory.start)
        && u64::from(offset) == directory.start;
    (!agrees).then_some(Reason::ZipEndDisagrees)
}

/// What is wrong with an end record for whose large numbers there is another one, which a locator at `locator_at` names.
fn zip64_problem(reader: &impl ReaderAt, short: &[u8], locator_at: u64, locator: &[u8], directory: Directory) -> Option<Reason> {
    let mut record = [0; ZIP64_END_BYTES as usize];
    let record_at = locator_at.checked_sub(ZIP64_END_BYTES);
    let is_read = record_at.is_some_and(|at| read_exactly_at(reader, at, &mut record)) && record.starts_with(ZIP64_END);
    if !is_read || record_at != Some(directory.end) || record_at != Some(u64_at(locator, 8)) {
        return Some(Reason::ZipEndFilled);
    }
    let [disk, directory_disk, here, total] = [4, 6, 8, 10].map(|at| u16_at(short, at));
    let [bytes, offset] = [12, 16].map(|at| u32_at(short, at));
    // How many disks there are, some programs count from zero.
    let is_whole = u32_at(locator, 4) == 0 && u32_at(locator, 16) <= 1 && u32_at(&record, 16) == 0 && u32_at(&record, 20) == 0;
    let fits = |short: u16, long: u64| short == u16::MAX || u64::from(short) == long;
    if !is_whole || !fits(disk, 0) || !fits(directory_disk, 0) {
        return Some(Reason::OnePart);
    }
    let Directory { start, end, count } = directory;
    let directory_bytes = end.saturating_sub(start);
    let is_told = |short: u32, long: u64| short == u32::MAX || u64::from(short) == long;
    let agrees = [4, 24, 32, 40, 48].map(|at| u64_at(&record, at)) == [ZIP64_END_BYTES - 12, count, count, directory_bytes, start]
        && fits(here, count)
        && fits(total, count)
        && is_told(bytes, directory_bytes)
        && is_told(offset, start);
    (!agrees).then_some(Reason::ZipEndDisagrees)
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u16::from_le_bytes(*bytes))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
