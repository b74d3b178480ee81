//! File names that go on after a whole CloudTrail name.

use crate::evidence::trail::name::{Named, digest_of_stem, json_stem, log_of_stem};
use crate::terms::reason::Reason;

/// A file name that begins with a whole CloudTrail name and goes on: the file was packed once more, its download did not end, or a
/// program gave a copy a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Continued<'a> {
    /// The name with which it begins, without `.json` and `.gz`.
    pub(crate) stem: &'a str,
    /// What that name claims: a digest or a log file.
    pub(crate) claims: Named<'a>,
    /// What happened to the file, and how to undo it.
    pub(crate) undo: Reason,
    /// True if only its name keeps the file from being read: its content is the one that it would have under its own name.
    pub(crate) is_copy: bool,
}

impl<'a> Continued<'a> {
    /// The CloudTrail name with which a file name begins, unless it is one. Files with checksums and signatures, which lie beside the file
    /// whose name they bear, claim nothing.
    pub(crate) fn of(name: &'a [u8]) -> Option<Self> {
        const BESIDE: [&str; 13] = [
            "sha256",
            "sha256sum",
            "sha512",
            "sha512sum",
            "sha384",
            "sha1",
            "sha1sum",
            "md5",
            "md5sum",
            "asc",
            "sig",
            "ots",
            "tsr",
        ];
        let text = std::str::from_utf8(name).ok()?;
        let claimed = |stem| {
            let digest = digest_of_stem(stem).map(Named::Digest);
            digest.or_else(|| log_of_stem(stem).map(Named::Log))
        };
        for (at, json) in text.match_indices(".json") {
            let (stem, rest) = text.split_at_checked(at)?;
            let Some(claims) = claimed(stem) else { continue };
            let rest = rest.strip_prefix(json)?;
            let rest = rest.strip_prefix(".gz").unwrap_or(rest).to_ascii_lowercase();
            let last = rest.rsplit_once('.').map_or(rest.as_str(), |(_, last)| last);
            // What goes on after a sidecar's name is no digest file either.
            let is_beside = BESIDE.contains(&last) || rest.starts_with(".head.json");
            let undo = undo(&rest, last);
            let is_copy = matches!(undo, Reason::Copy | Reason::GoesOn);
            return (!rest.is_empty() && !is_beside).then_some(Self { stem, claims, undo, is_copy });
        }
        // `NAME (1).json.gz`, `NAME - Copy.json.gz`
        let stem = json_stem(text)?;
        let (stem, _) = stem.split_at_checked(stem.find([' ', '('])?)?;
        Some(Self { stem, claims: claimed(stem)?, undo: Reason::Copy, is_copy: true })
    }
}

/// What a program did to a file whose name goes on like this, in lower case; `last` stands behind the last dot.
pub(crate) fn undo(rest: &str, last: &str) -> Reason {
    // The AWS CLI downloads into files with eight hexadecimal digits at the end.
    let is_of_aws = rest.strip_prefix('.').is_some_and(|end| end.len() == 8 && end.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let packed = |kind: &str, command: &str| Reason::PackedAgain { kind: kind.to_owned(), command: command.to_owned() };
    match last {
        _ if rest.starts_with([' ', '(']) => Reason::Copy,
        "zst" | "zstd" => packed("Zstandard", "zstd -d"),
        "gz" | "gzip" => packed("gzip", "gunzip"),
        "bz2" => packed("bzip2", "bunzip2"),
        "xz" | "lzma" => packed("xz", "xz -d"),
        "lz4" => packed("LZ4", "lz4 -d"),
        "br" => packed("Brotli", "brotli -d"),
        "7z" => packed("7-Zip", "7z x"),
        "rar" => packed("RAR", "unrar x"),
        "gpg" | "pgp" | "age" | "enc" | "aes" | "p7m" => Reason::EncryptedFile,
        "part" | "partial" | "crdownload" | "download" | "filepart" | "opdownload" | "aria2" | "!ut" | "tmp" | "temp" => {
            Reason::Unended
        }
        _ if is_of_aws => Reason::Unended,
        "bak" | "old" | "orig" | "copy" => Reason::Copy,
        _ if rest.ends_with('~') || !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()) => Reason::Copy,
        _ => Reason::GoesOn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trail::Claim;
    use crate::evidence::{Kind, classify};
    use crate::terms::path::EntryPath;

    #[test]
    fn a_name_that_goes_on_is_told_and_how_to_undo_it() {
        let log = "111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789";
        let digest = "111122223333_CloudTrail-Digest_us-east-1_t.json_us-east-1_20260301T000131Z";
        let undo = |name: &str| {
            let path = EntryPath::new(name);
            let found = Continued::of(name.as_bytes());
            assert_eq!(found.is_some(), classify(&path) == Kind::Trail(Claim::Unrecognised), "{name}");
            found.map(|found| {
                assert!(found.stem == log || found.stem == digest);
                assert_eq!(found.stem == digest, matches!(found.claims, Named::Digest(_)));
                found.undo
            })
        };
        for stem in [log, digest] {
            for (end, words) in [
                (".json.gz.zst", "`zstd -d`"),
                (".json.zst", "`zstd -d`"),
                (".json.gz.gz", "`gunzip`"),
                (".json.gz.part", "did not end"),
                (".json.gz.crdownload", "did not end"),
                (".json.gz.6eF4D2b1", "did not end"),
                (".json.gz.1", "give it its own name back"),
                (".json.gz~", "give it its own name back"),
                (".json (1).gz", "give it its own name back"),
                (" (1).json.gz", "give it its own name back"),
                (" - Copy.json", "give it its own name back"),
                (".json.gz.txt", "goes on"),
            ] {
                let name = format!("{stem}{end}");
                assert!(undo(&name).is_some_and(|undo| undo.to_string().contains(words)), "{name}");
            }
            for end in [".json.gz.sha256", ".json.gz.MD5", ".json.gz.head.json.bak"] {
                assert_eq!(undo(&format!("{stem}{end}")), None, "{end}");
            }
            assert_eq!(Continued::of(format!("{stem}.json.gz").as_bytes()), None);
        }
    }
}
