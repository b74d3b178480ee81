//! Trails: what their digest files list, sign and join, and what is there of it.

pub(crate) mod apart;
pub(crate) mod asked;
pub(crate) mod chain;
pub(crate) mod continued;
pub(crate) mod coverage;
pub(crate) mod digest;
pub(crate) mod digests;
pub(crate) mod fetch;
pub(crate) mod files;
pub(crate) mod graph;
pub(crate) mod logs;
pub(crate) mod metadata;
pub(crate) mod name;
pub(crate) mod place;
pub(crate) mod register;
pub(crate) mod root;
pub(crate) mod section;
pub(crate) mod sign;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::container::Treatment;
use crate::evidence::content::{Content, Opened};
use crate::evidence::kind::Evidence;
use crate::evidence::trail::continued::Continued;
use crate::evidence::trail::digests::Digests;
use crate::evidence::trail::metadata::{MetadataShape, ObjectMetadata};
use crate::evidence::trail::name::{DigestName, LogName, digest_name, log_name};
use crate::terms::finding::{Code, Effect};
use crate::terms::path::{EntryPath, SplitPath};
use crate::terms::scope::Scope;

/// What a trail delivers, and what exports put beside it.
pub(crate) struct Trail;

/// What a name claims to be of a trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim<'n> {
    Digest(DigestName<'n>),
    Log(LogName<'n>),
    Metadata(MetadataShape),
    /// Named like a CloudTrail file, but not by its grammar.
    Unrecognised,
    /// JSON of unknown purpose: it is hashed, because it may be a log file under another name.
    Stray,
}

/// What is known of a trail's file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Facts {
    /// A digest file; `None` where a note says why it could not be read.
    Digest(Content, Option<Box<Digests>>),
    Log(Content),
    /// Shared by all links to the file.
    Metadata(Arc<[ObjectMetadata]>),
    /// No log file by its name, but perhaps by its content.
    Stray(Content),
}

impl Trail {
    fn read_digest(content: &mut Opened<'_>) -> Facts {
        let json_depth = content.limits().json_depth;
        match content.whole() {
            Ok((bytes, sha256)) => {
                let inflated_bytes = bytes.len() as u64;
                let digest = digest::read(bytes, sha256, json_depth);
                let digest = digest.map_err(|reason| content.tell(Code::DigestMalformed, vec![reason])).ok().map(Box::new);
                Facts::Digest(Content::Whole { sha256, inflated_bytes }, digest)
            }
            Err(content) => Facts::Digest(content, None),
        }
    }
}

impl Evidence for Trail {
    type Claim<'n> = Claim<'n>;
    type Facts = Facts;

    fn claim(SplitPath { name, .. }: SplitPath<'_>) -> Option<Claim<'_>> {
        if let Some(shape) = MetadataShape::of(name) {
            return Some(Claim::Metadata(shape));
        }
        if let Ok(text) = std::str::from_utf8(name) {
            let digest = digest_name(text).map(Claim::Digest);
            if let Some(claim) = digest.or_else(|| log_name(text).map(Claim::Log)) {
                return Some(claim);
            }
        }
        let lower = name.to_ascii_lowercase();
        let is_like_one = || lower.windows(b"_cloudtrail".len()).any(|part| part == b"_cloudtrail");
        (is_json(&lower) && is_like_one()).then_some(Claim::Unrecognised)
    }

    fn treatment(claim: Claim<'_>) -> Treatment {
        match claim {
            Claim::Digest(_) | Claim::Log(_) | Claim::Unrecognised => Treatment::Read,
            // Nothing that is signed names these.
            Claim::Metadata(_) | Claim::Stray => Treatment::ReadOne,
        }
    }

    fn read(claim: Claim<'_>, path: &EntryPath, content: &mut Opened<'_>) -> Option<Facts> {
        match claim {
            Claim::Digest(_) => Some(Self::read_digest(content)),
            Claim::Log(_) => Some(Facts::Log(content.hashed())),
            Claim::Unrecognised => {
                let hashed = content.hashed();
                let continued = Continued::of(path.file_name());
                if continued.is_some() {
                    // Of what form the file has that it claims to be, its own form tells nothing; but it may serve for a log file as it is.
                    let is_of_form = |code: Code| code.name().starts_with("container.");
                    content.silence(|note| is_of_form(note.code) && note.code.explain().effect != Effect::Refutes);
                }
                content.tell(Code::ArchiveEntryUnrecognised, continued.map(|continued| continued.undo).into_iter().collect());
                Some(Facts::Stray(hashed))
            }
            Claim::Stray => {
                let hashed = content.hashed();
                // What refutes matters if it serves for a log file under another name.
                content.silence(|note| note.code != Code::ArchiveEntryUnreadable && note.code.explain().effect != Effect::Refutes);
                Some(Facts::Stray(hashed))
            }
            Claim::Metadata(shape) => {
                let found = metadata::read(path, shape, &content.plain()?, content.limits().json_depth);
                let reasons = found.reasons();
                if !reasons.is_empty() {
                    content.tell(Code::MetadataMalformed, reasons);
                }
                Some(Facts::Metadata(found.metadata.into()))
            }
        }
    }

    fn unread(claim: Claim<'_>) -> Option<Facts> {
        match claim {
            Claim::Digest(_) => Some(Facts::Digest(Content::Unread, None)),
            Claim::Log(_) => Some(Facts::Log(Content::Unread)),
            Claim::Metadata(_) | Claim::Unrecognised | Claim::Stray => None,
        }
    }

    fn under(facts: &Facts, claim: Claim<'_>, path: &EntryPath) -> Option<Facts> {
        match (facts, claim) {
            // Only a sidecar tells by its name whose metadata it holds.
            (Facts::Metadata(found), Claim::Metadata(MetadataShape::Sidecar)) => {
                Some(Facts::Metadata(found.iter().map(|metadata| metadata.under(path)).collect()))
            }
            (Facts::Metadata(_), Claim::Metadata(_))
            | (Facts::Digest(..), Claim::Digest(_))
            | (Facts::Log(_), Claim::Log(_))
            | (Facts::Stray(_), Claim::Stray) => Some(facts.clone()),
            _ => None,
        }
    }

    fn is_asked(claim: Claim<'_>, path: &EntryPath, scope: &Scope) -> bool {
        match claim {
            Claim::Digest(name) => scope.is_named(&name),
            Claim::Log(name) => scope.is_log_asked(&name),
            Claim::Unrecognised => scope.may_be_asked(path.file_name()),
            Claim::Metadata(_) | Claim::Stray => true,
        }
    }

    fn inflated_bytes(facts: &Facts) -> u64 {
        match facts {
            Facts::Digest(Content::Whole { inflated_bytes, .. }, _)
            | Facts::Log(Content::Whole { inflated_bytes, .. })
            | Facts::Stray(Content::Whole { inflated_bytes, .. }) => *inflated_bytes,
            _ => 0,
        }
    }
}

/// What a path may be that no kind of evidence claims: a log file under another name, or one whose name goes on.
pub(crate) fn left_over(SplitPath { name, .. }: SplitPath<'_>) -> Option<Claim<'_>> {
    if is_json(&name.to_ascii_lowercase()) { Some(Claim::Stray) } else { Continued::of(name).map(|_| Claim::Unrecognised) }
}

fn is_json(lower: &[u8]) -> bool {
    lower.ends_with(b".json") || lower.ends_with(b".json.gz")
}
