//! Damage and additions to the gzip files themselves.

use super::{chain, quiet_end};
use crate::archive::Archive;
use crate::gzip::{Header, gunzip, gzip, gzip_with};
use crate::vector::Importance::{Critical, Medium};
use crate::vector::Vector;
use crate::vector::Verdict::{Failed, Indeterminate};

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    vec![
        log_second_member(),
        log_zero_padding(),
        digest_second_member(),
        digest_junk(),
        log_trailer_cut(),
        log_wrong_crc(),
        log_wrong_length(),
        log_wrong_crc_and_content(),
        log_cut(),
        log_empty(),
        log_lone_byte(),
        digest_cut(),
        digest_trailer_cut(),
        header_name(),
        header_comment(),
        header_extra(),
        decoded_log(),
        decoded_tree(),
        decoded_names(),
        decoded_names_with_sidecar(),
        decoded_and_altered(),
        error_page(),
    ]
}

/// The standard chain with one file's bytes changed: the log of the second hour.
fn log(id: &str, edit: impl FnOnce(&mut Vec<u8>)) -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    archive.edit(chain.log(1, 0), edit);
    Vector::new(id, &[&chain], archive).near("baseline/account-trail")
}

/// The same for the digest of the second hour.
fn digest(id: &str, edit: impl FnOnce(&mut Vec<u8>)) -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    archive.edit(chain.key(1), edit);
    Vector::new(id, &[&chain], archive).near("baseline/account-trail")
}

/// An integrity failure with one code.
fn broken(vector: Vector, code: &str) -> Vector {
    vector.codes(&[code]).integrity(Failed)
}

fn log_second_member() -> Vector {
    let vector = log("container/log-with-second-member", |bytes| bytes.extend(gzip(b"{\"Records\":[]}")));
    broken(vector, "container.trailing_data").importance(Critical).says(
        "A second gzip member with records is appended to a log.",
        "gunzip shows both; only the first is what AWS hashed. validate-logs accepted this until May 2026.",
    )
}

fn log_zero_padding() -> Vector {
    let vector = log("container/log-with-zero-padding", |bytes| bytes.extend([0; 512]));
    broken(vector, "container.trailing_data")
        .says("A log is padded with zeros to a block's length.", "Any byte after the member was not signed.")
}

fn digest_second_member() -> Vector {
    let vector = digest("container/digest-with-second-member", |bytes| bytes.extend(gzip(b"{}")));
    broken(vector, "container.trailing_data")
        .missed_by_validate_logs(&[17])
        .says("A second gzip member is appended to a digest.", "validate-logs looks for trailing data in logs only.")
}

fn digest_junk() -> Vector {
    let vector = digest("container/digest-with-junk", |bytes| bytes.extend(b"\r\n"));
    broken(vector, "container.trailing_data")
        .missed_by_validate_logs(&[17])
        .says("An end of line is appended to a digest.", "Any byte after the member was not signed.")
}

fn log_trailer_cut() -> Vector {
    let vector = log("container/log-without-trailer", |bytes| bytes.truncate(bytes.len() - 8));
    broken(vector, "container.truncated").missed_by_validate_logs(&[18]).says(
        "CRC and length are cut off a log; the deflate stream is whole.",
        "The content is the one that was signed, but the file is not whole.",
    )
}

/// Changes a byte that is counted from the end.
fn flip(bytes: &mut [u8], from_end: usize) {
    let place = bytes.len() - from_end;
    bytes[place] ^= 0x40;
}

fn log_wrong_crc() -> Vector {
    let vector = log("container/log-with-wrong-crc", |bytes| flip(bytes, 8));
    broken(vector, "container.truncated")
        .says("The CRC at the end of a log is wrong.", "The content is the one that was signed, but the file is damaged.")
}

fn log_wrong_length() -> Vector {
    let vector = log("container/log-with-wrong-length", |bytes| flip(bytes, 4));
    broken(vector, "container.truncated")
        .says("The length at the end of a log is wrong.", "The content is the one that was signed, but the file is damaged.")
}

fn log_wrong_crc_and_content() -> Vector {
    log("container/log-altered-under-its-old-crc", |bytes| {
        let text = gunzip(bytes);
        let altered = [&text[..text.len() - 2], b" ]}"].concat();
        let old_crc = bytes[bytes.len() - 8..bytes.len() - 4].to_vec();
        *bytes = gzip(&altered);
        let place = bytes.len() - 8;
        bytes[place..place + 4].copy_from_slice(&old_crc);
    })
    .near("container/log-with-wrong-crc")
    .codes(&["container.truncated", "log.hash_mismatch"])
    .integrity(Failed)
    .says(
        "A log's content is altered, and the trailer keeps the old CRC.",
        "A whole stream with a wrong trailer is judged as well.",
    )
}

fn log_cut() -> Vector {
    let vector = log("container/log-cut-off", |bytes| bytes.truncate(bytes.len() / 2));
    broken(vector, "container.truncated").says(
        "A log is cut off in the middle of its deflate stream.",
        "Its content is unknown: truncated, but nothing is said about a hash.",
    )
}

fn log_empty() -> Vector {
    let vector = log("container/empty-file", Vec::clear);
    broken(vector, "container.truncated")
        .near("container/log-cut-off")
        .says("A log is a file of zero bytes.", "An interrupted copy, not an altered log.")
}

fn log_lone_byte() -> Vector {
    let vector = log("container/lone-magic-byte", |bytes| bytes.truncate(1));
    broken(vector, "container.truncated")
        .near("container/empty-file")
        .says("Only the first byte of a log is left.", "An interrupted copy, not plain text.")
}

fn digest_cut() -> Vector {
    let chain = quiet_end();
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[2]);
    archive.edit(chain.key(3), |bytes| bytes.truncate(bytes.len() / 2));
    Vector::new("container/digest-cut-off", &[&chain], archive)
        .near("baseline/account-trail")
        .codes(&["container.truncated", "coverage.gap"])
        .integrity(Failed)
        .coverage(Indeterminate)
        .says(
            "The newest digest, a silent one, is cut off; its predecessor has a sidecar of its own.",
            "Its content is unknown: not malformed, and its hour is not covered.",
        )
}

fn digest_trailer_cut() -> Vector {
    let vector = digest("container/digest-without-trailer", |bytes| bytes.truncate(bytes.len() - 8));
    broken(vector, "container.truncated").says(
        "CRC and length are cut off a digest; the deflate stream is whole.",
        "The content is judged, and it is the one that was signed.",
    )
}

/// The log of the second hour under another header.
fn header(id: &str, header: &Header<'_>) -> Vector {
    log(id, |bytes| *bytes = gzip_with(&gunzip(bytes), header, 6)).codes(&["container.header_payload"]).importance(Medium)
}

fn header_name() -> Vector {
    let name = Some("111122223333_CloudTrail.json");
    header("container/header-with-name", &Header { name, ..Header::default() })
        .says("A log was unpacked and packed again by gzip, which notes the file's name.", "The header is outside what AWS hashes.")
}

fn header_comment() -> Vector {
    let comment = Some("checked by J. Doe");
    header("container/header-with-comment", &Header { comment, ..Header::default() })
        .near("container/header-with-name")
        .says("The gzip header of a log holds a comment.", "The header is outside what AWS hashes.")
}

fn header_extra() -> Vector {
    let extra = Some(b"EV\x04\0note".as_slice());
    header("container/header-with-extra-field", &Header { extra, ..Header::default() })
        .near("container/header-with-name")
        .says("The gzip header of a log holds an extra field.", "The header is outside what AWS hashes.")
}

fn decoded_log() -> Vector {
    log("container/decoded-log", |bytes| *bytes = gunzip(bytes)).codes(&["container.decoded"]).importance(Medium).says(
        "One log is plain JSON under its name in .json.gz.",
        "Browsers and consoles decode Content-Encoding: gzip. The bytes are the ones that AWS hashed.",
    )
}

/// The standard chain with everything decoded.
fn decoded() -> (crate::trail::Chain, Archive) {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    archive.decode();
    (chain, archive)
}

fn decoded_tree() -> Vector {
    let (chain, archive) = decoded();
    Vector::new("container/decoded-tree", &[&chain], archive)
        .near("container/decoded-log")
        .codes(&["container.decoded"])
        .says("All logs and digests are plain JSON under names in .json.gz.", "Digests can be decoded like logs.")
}

fn decoded_names() -> Vector {
    let (chain, mut archive) = decoded();
    archive.rename(|path| path.strip_suffix(".gz").unwrap_or(path).to_owned());
    Vector::new("container/decoded-names", &[&chain], archive).near("container/decoded-tree").codes(&["container.decoded"]).says(
        "All logs and digests are plain JSON under names in .json; the sidecar kept the name with .gz.",
        "`gunzip -r` leaves this.",
    )
}

fn decoded_names_with_sidecar() -> Vector {
    let (chain, mut archive) = decoded();
    archive.rename(|path| path.replace(".json.gz", ".json"));
    Vector::new("container/decoded-names-and-sidecar", &[&chain], archive)
        .near("container/decoded-names")
        .codes(&["container.decoded"])
        .says(
            "All logs and digests are plain JSON under names in .json, and so is the sidecar's name.",
            "A final .gz aside, names are the same.",
        )
}

fn decoded_and_altered() -> Vector {
    log("container/decoded-and-altered", |bytes| {
        *bytes = gunzip(bytes);
        let place = bytes.len() - 2;
        bytes.insert(place, b' ');
    })
    .near("container/decoded-log")
    .codes(&["container.decoded", "log.hash_mismatch"])
    .integrity(Failed)
    .says("One log is plain JSON, and a space was added.", "What is not gzip is hashed as it is.")
}

fn error_page() -> Vector {
    let vector = log("container/error-page", |bytes| {
        *bytes = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code></Error>".to_vec();
    });
    broken(vector, "log.hash_mismatch").says(
        "In the place of a log lies an error message of S3.",
        "A failed download saved as a file; it is neither gzip nor JSON.",
    )
}
