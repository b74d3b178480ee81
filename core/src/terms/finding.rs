//! The catalogue: every code that a report can contain, declared once, with its axis, its effect and its words.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::terms::reason::Reason;
use crate::terms::time::Time;

/// The four questions of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Do the bytes that were handed over equal the bytes that the signed digest files commit to?
    Integrity,
    /// Did AWS sign those digest files, under keys that the verifier trusts?
    Authenticity,
    /// Is each digest file linked to its predecessor, with none missing, doubled or forked?
    Continuity,
    /// Does what is proved cover what was asked?
    Coverage,
}

impl Axis {
    /// All four, in the order in which reports show them.
    pub const ALL: [Self; 4] = [Self::Integrity, Self::Authenticity, Self::Continuity, Self::Coverage];

    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Integrity => "integrity",
            Self::Authenticity => "authenticity",
            Self::Continuity => "continuity",
            Self::Coverage => "coverage",
        }
    }
}

/// What a finding does to its axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing: it is only said.
    Informs,
    /// The axis cannot pass any more: it is indeterminate.
    Limits,
    /// The axis fails.
    Refutes,
}

impl Effect {
    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Informs => "informs",
            Self::Limits => "limits",
            Self::Refutes => "refutes",
        }
    }
}

/// What a finding is about: what its first and last subject name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// The whole case: `(case)`.
    Case,
    /// An archive as a whole: `(archive)`, or the path of one that lies inside another or in a folder.
    Archive,
    /// A folder as a whole: `(folder)`.
    Folder,
    /// An entry, by its path.
    Entry,
    /// Entries that are no evidence, by what they are: `captures`, `system`, `json` or `other`.
    Ignored,
    /// An object in S3: `s3://BUCKET/KEY`.
    Object,
    /// A chain, by its id.
    Chain,
    /// What was asked: `ACCOUNT/REGION/TRAIL`, with `*` for what was not named.
    Asked,
    /// A trail that was asked by its ARN.
    Trail,
    /// A key, by the SHA-256 of its DER bytes.
    Key,
    /// Keys that share a fingerprint, by that: the MD5 of their DER bytes.
    Fingerprint,
    /// An entry of a key list: `LIST#NUMBER`, where LIST is the path of a list in the archive, `(verifier)` or `(beside)`.
    KeyEntry,
}

impl About {
    /// True if its subjects are names that somebody can look for: of files, or of what was asked.
    pub(crate) const fn is_named(self) -> bool {
        matches!(self, Self::Object | Self::Entry | Self::Archive | Self::Asked | Self::Trail)
    }
}

impl About {
    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Archive => "archive",
            Self::Folder => "folder",
            Self::Entry => "entry",
            Self::Ignored => "ignored",
            Self::Object => "object",
            Self::Chain => "chain",
            Self::Asked => "asked",
            Self::Trail => "trail",
            Self::Key => "key",
            Self::Fingerprint => "fingerprint",
            Self::KeyEntry => "key_entry",
        }
    }
}

/// What kind of thing is asked for, and of whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// An archive that could not be read, wholly or in part: what else is missing may lie in it.
    Container,
    /// Day folders that are missing, wholly or in part.
    Days,
    /// All files of an account, a region or a trail.
    Everything,
    /// The signatures of digest files, which stand in their metadata.
    Metadata,
    /// Files that came damaged or other than they were signed.
    Again,
    /// Nothing to send: an explanation.
    Explanation,
    /// Nothing of the other side: the verifier does it.
    Verifier,
}

/// Everything that is the same for all findings of one code. A code that informs belongs to an axis too: a policy may raise it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// The public, stable name.
    pub name: &'static str,
    /// The effect unless the circumstances named in `means` change it.
    pub effect: Effect,
    /// The axis that it belongs to.
    pub axis: Axis,
    /// What answers it, and who can give that.
    #[serde(skip)]
    pub need: Need,
    /// What was seen.
    pub means: &'static str,
    /// Why that matters.
    pub matters_because: &'static str,
    /// What the reader can do.
    pub remedy: &'static str,
}

macro_rules! catalogue {
    ($($variant:ident $name:literal $effect:ident $axis:ident $need:ident, $means:literal, $because:literal, $remedy:literal;)*) => {
        /// The code of a finding: a public, stable interface; codes are added, never renamed. Each is explained in
        /// [findings.md](findings.md).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $means] #[serde(rename = $name)] $variant,)*
        }

        impl Code {
            /// Every code, in the catalogue's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The catalogue's entry.
            pub const fn explain(self) -> &'static Explanation {
                match self {
                    $(Self::$variant => &Explanation {
                        name: $name,
                        effect: Effect::$effect,
                        axis: Axis::$axis,
                        need: Need::$need,
                        means: $means,
                        matters_because: $because,
                        remedy: $remedy,
                    },)*
                }
            }
        }
    };
}

catalogue! {
    ArchiveEmpty "archive.empty" Limits Coverage Days,
        "The archive holds no digest file at all.",
        "Without digest files nothing can be proved; an empty answer must not look like a clean one.",
        "Ask for the CloudTrail-Digest folders of the bucket, and check that log file validation is switched on for the trail.";
    ArchiveEntryUnreadable "archive.entry.unreadable" Limits Integrity Container,
        "An entry, or the rest of a container, could not be read as its container describes it: an I/O error, a truncated container, an encoding that is not supported, a checksum or headers that disagree.",
        "What could not be read may be evidence; where a container contradicts itself, two programs may unpack different things.",
        "Ask for the archive again, made by another tool or as a plain folder, and compare the checksums of the transfer.";
    ArchiveEntryUnsafe "archive.entry.unsafe" Limits Integrity Container,
        "An entry's path leaves the archive or is absolute, or the entry is a device, a FIFO, a socket or a link out of the tree; it was refused and not followed.",
        "No AWS tool makes such entries; unpacking them elsewhere could overwrite files.",
        "Do not unpack the archive with other tools; ask how it was made.";
    ArchiveEntryUnrecognised "archive.entry.unrecognised" Limits Integrity Container,
        "A file is named like a CloudTrail file, but its name does not follow CloudTrail's grammar, or goes on after such a name.",
        "A digest or log file that was renamed, packed once more, or not downloaded to its end would otherwise be passed over in silence; what is in it is not proved.",
        "Undo what the finding names, or give the file its original name back; take it out of the archive if it is no CloudTrail file.";
    ArchiveEntryDuplicate "archive.entry.duplicate" Refutes Integrity Explanation,
        "Two entries claim to be the same object. With different contents that refutes; with equal contents it only informs.",
        "Only one of two contents can be what AWS delivered; somebody chose to put another beside it.",
        "Ask which of the two came from the bucket, and how the other came in.";
    ArchiveEntryEncrypted "archive.entry.encrypted" Limits Integrity Container,
        "The entry is protected by a password and could not be read.",
        "What cannot be read is not proved.",
        "Ask for the archive without a password, or unpack it and verify the folder.";
    ArchiveLimit "archive.limit" Limits Integrity Verifier,
        "A stated limit stopped the reading of something.",
        "What lies beyond the limit was not examined.",
        "If the input is honest, raise the limit that is named and verify again.";
    ArchiveIgnored "archive.ignored" Informs Integrity Explanation,
        "Entries that are no CloudTrail evidence were counted and not judged. What was refused or could not be read is not counted here.",
        "Nothing is passed over in silence.",
        "Nothing, unless a file that you expected to be judged is among them.";
    MetadataMalformed "metadata.malformed" Informs Integrity Again,
        "A sidecar, an object listing or a key file in the archive could not be read.",
        "Signatures or keys that it may hold are not available; the digest files that needed them say so themselves.",
        "Make the file again: `aws s3api head-object` and `aws cloudtrail list-public-keys`, with `--output json`, print the form that is expected.";
    ContainerTrailingData "container.trailing_data" Refutes Integrity Again,
        "Bytes follow the gzip member of a log or digest file.",
        "AWS delivers exactly one member. Other programs would read the added bytes as log records, although no signature covers them.",
        "Ask for the original object; treat everything after the first member as added by somebody.";
    ContainerTruncated "container.truncated" Refutes Integrity Again,
        "A log or digest file's gzip stream ends early, or its checksum or length is wrong.",
        "The file is not what AWS delivered, whether by accident or by intent.",
        "Fetch the object again and compare its size with the bucket's.";
    ContainerHeaderPayload "container.header_payload" Informs Integrity Again,
        "The gzip header of a log or digest file carries a name, a comment or extra bytes.",
        "The file is valid, but these bytes are outside AWS's hash: anybody could have put them there.",
        "Usually nothing: gzip tools write names there when a file is packed again.";
    ContainerDecoded "container.decoded" Informs Integrity Again,
        "A log or digest file is plain JSON instead of gzip.",
        "Browsers and consoles decode while they download; AWS's hash is over the plain bytes, so nothing is lost.",
        "Nothing.";
    DigestIrregular "digest.irregular" Limits Integrity Again,
        "A digest file departs from the form that AWS documents, and could be read all the same. It informs if nothing was lost by that, as where a hash lacks zeros in front and was compared as a number.",
        "What AWS signed and is merely odd contradicts nothing; but what could not be read of it was not judged.",
        "Compare with the object in the bucket; if it is the same there, ask AWS support.";
    DigestMalformed "digest.malformed" Refutes Integrity Again,
        "A file with a digest file's name is no valid digest file.",
        "AWS does not write such files; what it listed can no longer be proved.",
        "Fetch the object again from the bucket; if it is the same there, ask who changed it.";
    DigestIdentityMismatch "digest.identity_mismatch" Refutes Continuity Again,
        "A digest file's name contradicts the identity that is signed inside it, or its content contradicts that identity.",
        "A genuine digest file was given another's name: of another account, region, trail or hour.",
        "Compare the two names in the finding; ask for the object that belongs under this name.";
    DigestRelocated "digest.relocated" Limits Continuity Explanation,
        "A digest file lies in other folders than the object key that is signed inside it.",
        "AWS signs the place of a digest file; moved files may have been selected.",
        "If you know that the bucket was copied or renamed, say so with --relocated; otherwise ask why the file was moved.";
    DigestDuplicate "digest.duplicate" Refutes Continuity Explanation,
        "Two different digest files exist for one hour of one chain. It refutes unless both are signed; then it limits.",
        "There is one truth per hour. A second one is a forgery or a fault of the service.",
        "Compare what the two list; ask AWS support if both are signed.";
    ChainFork "chain.fork" Refutes Continuity Explanation,
        "Two digest files of different hours name the same predecessor. It refutes unless all of them are signed; then it limits.",
        "A chain has one continuation; a fork hides what one of its branches replaced.",
        "Compare the branches; ask for the digest files that are missing from either.";
    ChainCycle "chain.cycle" Refutes Continuity Explanation,
        "The links of digest files lead back to a digest file that was already passed.",
        "Time does not run in circles: at least one link is forged.",
        "Ask for the digest files again, from the bucket itself.";
    ChainDigestMissing "chain.digest_missing" Refutes Continuity Days,
        "A signed digest file names a predecessor that is not in the archive, while older ones of its chain are.",
        "AWS delivered it: an hour without activity still gets a digest file. It was left out or deleted. If an archive inside could not be read, it may lie in that, and this limits.",
        "Ask for the digest files of the hours named, and for their log files.";
    ChainLinkHashMismatch "chain.link.hash_mismatch" Refutes Continuity Again,
        "A signed digest file commits to another content of its predecessor than the one in the archive.",
        "The predecessor was altered after AWS delivered it.",
        "Fetch the predecessor again from the bucket, with all its versions.";
    ChainLinkSignatureMismatch "chain.link.signature_mismatch" Refutes Continuity Again,
        "Two sources give different signatures for one digest file: its metadata and its successors do not agree.",
        "A digest file has one signature; one of the sources was altered.",
        "Fetch the object's metadata again; compare with previousDigestSignature of the next digest file.";
    ChainLinkTimeGap "chain.link.time_gap" Limits Continuity Explanation,
        "A digest file begins after the end of the predecessor that it names.",
        "AWS signed both, but the time between them is covered by neither.",
        "Ask AWS support what happened in the time named; look for the activity elsewhere.";
    ChainLinkTimeOverlap "chain.link.time_overlap" Limits Continuity Explanation,
        "A digest file begins before the end of the predecessor that it names.",
        "AWS signed both, but they speak twice about the same time.",
        "Compare what both list for the time named.";
    ChainOverlap "chain.overlap" Limits Continuity Explanation,
        "Digest files of one chain that no links join speak about the same time.",
        "One trail lives once at one place: a trail that was made again under its name does not overlap with the one before.",
        "Compare what both list for the time named; look for DeleteTrail, CreateTrail and UpdateTrail records in the trail's home region.";
    ChainLinkForeign "chain.link.foreign" Refutes Continuity Explanation,
        "A signed digest file names a predecessor of another account, region or trail.",
        "Chains do not cross; such a link replaces the true predecessor.",
        "Ask for the digest files again, from the bucket itself.";
    ChainMoved "chain.moved" Informs Continuity Explanation,
        "A chain goes on in another bucket, key prefix or organization folder.",
        "Trails may be redirected; what lies under the old place must be handed over too.",
        "Make sure that the archive holds both places; compare with the trail's UpdateTrail records.";
    ChainRestart "chain.restart" Informs Continuity Explanation,
        "A digest file without a predecessor begins a chain anew while older digest files exist.",
        "AWS does that when logging or validation is switched on again. If time is missing in between, coverage.gap says so.",
        "Look for StopLogging, UpdateTrail or DeleteTrail records before the restart.";
    DigestSignatureInvalid "digest.signature.invalid" Refutes Authenticity Again,
        "A digest file's signature does not verify.",
        "The digest file, its place or its signature is not what AWS signed; nothing that it lists is proved.",
        "Fetch the digest file and its metadata again from the bucket, with all versions.";
    DigestSignatureMalformed "digest.signature.malformed" Refutes Authenticity Again,
        "The signature given for a digest file is not hexadecimal of exactly the key's length.",
        "AWS does not write such signatures.",
        "Fetch the object's metadata again with `aws s3api head-object --output json`.";
    DigestSignatureMissing "digest.signature.missing" Limits Authenticity Metadata,
        "No signature of the digest file is in the archive: neither its metadata nor a successor that quotes it.",
        "`aws s3 sync` drops the metadata. This is metadata lost, not a forgery; but without a signature the digest file proves nothing.",
        "Ask for the sidecar that is named: `aws s3api head-object --bucket BUCKET --key KEY --output json > NAME.head.json`; or for the next digest file.";
    DigestAlgorithmUnsupported "digest.algorithm.unsupported" Limits Authenticity Verifier,
        "A digest file or its metadata names another algorithm than SHA256withRSA and SHA-256.",
        "AWS documents no other; trailseal does not guess.",
        "Compare with AWS's documentation; if AWS has added an algorithm, use a newer trailseal.";
    DigestKeyUnknown "digest.key.unknown" Limits Authenticity Verifier,
        "No accepted key has the fingerprint that the digest file names. If a signed successor commits to the digest file by hash, this only informs.",
        "Without the key the signature cannot be checked.",
        "Fetch the keys of the region and time with an AWS account of your own; the report prints the command.";
    DigestKeyOtherRegion "digest.key.other_region" Limits Authenticity Explanation,
        "The key that verifies a digest file comes from a key file that states another region.",
        "AWS uses other keys in each region; a key of another region should not sign here.",
        "Fetch the keys of the digest file's own region, and name key files by the region that they come from.";
    DigestKeyOutsideValidity "digest.key.outside_validity" Limits Authenticity Explanation,
        "The digest file was made outside the validity of its key, with two hours of slack.",
        "AWS signs with a key that is valid at the time.",
        "Fetch the keys again for the time of the digest file.";
    KeyEnclosed "key.enclosed" Limits Authenticity Verifier,
        "Only keys that came with the archive vouch for the digest file: it is consistent with the keys that the sender enclosed.",
        "A forger signs with a key of his own and encloses it.",
        "Fetch the keys with an AWS account of your own and give them with --keys; the report prints the command.";
    KeyFingerprintMismatch "key.fingerprint_mismatch" Refutes Authenticity Verifier,
        "A key list states a fingerprint that is not the MD5 of the key beside it; the entry was refused. It refutes if the list was enclosed and a digest file names that fingerprint, otherwise it informs.",
        "A key under another's fingerprint is the simplest way to smuggle in a key.",
        "Fetch the keys again with an AWS account of your own.";
    KeyConflict "key.conflict" Refutes Authenticity Verifier,
        "Two different keys have one fingerprint; neither was used.",
        "MD5 collisions can be made on purpose: somebody did.",
        "Fetch the keys again with an AWS account of your own, and keep the archive as it is.";
    KeyWeak "key.weak" Informs Authenticity Verifier,
        "A key is outside what is accepted: 2048 to 8192 bits, odd modulus, odd exponent from 65537 to below 2^33.",
        "Such a key proves nothing; the digest files that needed it say so themselves.",
        "Fetch the keys again with an AWS account of your own.";
    KeyMalformed "key.malformed" Informs Authenticity Verifier,
        "An entry of a key list is no RSA public key, or has no readable validity.",
        "It is as if the key were absent; the digest files that needed it say so themselves.",
        "Fetch the keys again; the verbatim output of `aws cloudtrail list-public-keys --output json` is expected.";
    KeyUnused "key.unused" Informs Authenticity Verifier,
        "A key was given that no digest file needed.",
        "That is normal when keys were fetched for a whole period.",
        "Nothing.";
    LogMissing "log.missing" Refutes Integrity Days,
        "A signed digest file lists a log file, and nothing in the archive has its name or its content.",
        "AWS delivered it. It was left out or deleted. If an archive inside could not be read, it may lie in that, and this limits.",
        "Ask for the log file that is named.";
    LogHashMismatch "log.hash_mismatch" Refutes Integrity Again,
        "A log file's content is not the content that a signed digest file commits to.",
        "The log file was altered after AWS delivered it.",
        "Fetch the object again from the bucket, with all its versions.";
    LogRelocated "log.relocated" Limits Integrity Explanation,
        "The right content of a log file lies under another name or in other folders.",
        "The bytes are proved, the place is not; moved files may have been selected.",
        "If you know that the bucket was copied or renamed, say so with --relocated; otherwise ask why the file was moved.";
    LogForeign "log.foreign" Limits Integrity Explanation,
        "A signed digest file lists a log file of another account or region, or an object that is no log file.",
        "AWS documents no such entries.",
        "Look at the object; ask AWS support if the digest file is genuine.";
    LogDoublyListed "log.doubly_listed" Refutes Integrity Explanation,
        "Signed digest files list one log file twice. It refutes if the hashes differ; if they agree it informs.",
        "One object has one content.",
        "Compare the digest files that are named.";
    LogUnreferenced "log.unreferenced" Limits Integrity Explanation,
        "A log file is in the archive, but no digest file in the archive commits to it: it is not evidence.",
        "Anybody who may write to the bucket can place a log file there. A second trail without validation may have written it, or its digest file is newer than the archive.",
        "Ask for the digest files of that time, with the day before and the day after the period. If digest files are there and could not be read, that comes first. Without one the log file is no evidence.";
    LogUnreferencedUndocumentedKind "log.unreferenced.undocumented_kind" Limits Integrity Explanation,
        "An Insight, network activity or aggregated file is in the archive, but no digest file commits to it.",
        "AWS does not document whether digest files list files of this kind, so this may be normal; it is not evidence all the same.",
        "Do not rely on these files without other proof.";
    LogUnproved "log.unproved" Limits Integrity Explanation,
        "Log files are listed only by digest files that are not signed.",
        "An unsigned list commits nobody.",
        "Make the digest file provable first: its own finding says what is missing.";
    LakeSignFileMalformed "lake.sign_file.malformed" Refutes Integrity Again,
        "A file with the name of a CloudTrail Lake sign file is no valid one: no JSON with one reading, no list of files with their hashes, or no signature.",
        "AWS does not write such files; what it listed can no longer be proved.",
        "Fetch the sign file again from the bucket; if it is the same there, ask who changed it.";
    LakeSignatureInvalid "lake.signature.invalid" Refutes Authenticity Again,
        "The signature of a CloudTrail Lake result set does not verify.",
        "AWS signs the hashes of the files in their order: one was changed, added, taken out or moved, or the signature is another's.",
        "Fetch the sign file again from the bucket, with all its versions.";
    LakeSignatureUnchecked "lake.signature.unchecked" Limits Authenticity Verifier,
        "The signature of a CloudTrail Lake result set could not be checked: no accepted key has the fingerprint that its sign file names, or it names another algorithm.",
        "Without its key a list of hashes commits nobody; the key is not signed, and anybody may have changed its name.",
        "Fetch the keys of the region and time that the sign file states, with an AWS account of your own.";
    LakeKeyEnclosed "lake.key.enclosed" Limits Authenticity Verifier,
        "Only keys that came with the archive vouch for a CloudTrail Lake result set.",
        "A forger signs with a key of his own and encloses it.",
        "Fetch the keys with an AWS account of your own and give them with --keys.";
    LakeKeyUnfit "lake.key.unfit" Limits Authenticity Verifier,
        "The key that verifies a CloudTrail Lake result set is not one of the region and the time that its sign file states, or it states none.",
        "Neither is signed: either one was changed, or a key signs where it should not.",
        "Compare with the object in the bucket; name key files by the region that they come from, and fetch the keys again for the time stated.";
    LakeFileHashMismatch "lake.file.hash_mismatch" Refutes Integrity Again,
        "A file of a CloudTrail Lake result set has other bytes than those whose hash is signed. If the list is not signed, this limits.",
        "The file was altered, or packed anew, after AWS delivered it: the signature is over the packed bytes.",
        "Fetch the object again from the bucket, with all its versions.";
    LakeFileMissing "lake.file.missing" Refutes Integrity Again,
        "A sign file lists a file, and nothing in the archive has its content or lies under its name. If the list is not signed, or if an archive inside could not be read, this limits.",
        "AWS delivered it. It was left out or deleted, and its rows are missing.",
        "Ask for the file that is named.";
    LakeFileInflated "lake.file.inflated" Limits Integrity Again,
        "Under the name of a listed CloudTrail Lake file lies a text that is not packed any more. AWS signs the compressed bytes; it cannot be compared.",
        "Browsers inflate while they download: this may be honest, and proves nothing.",
        "Fetch the object again with `aws s3 cp`, which leaves it as it is.";
    LakeFileUnlisted "lake.file.unlisted" Limits Integrity Explanation,
        "A file has the name of a CloudTrail Lake result, and no readable sign file in the archive lists its content: it is not evidence.",
        "Anybody can put a file beside those that AWS delivered.",
        "Ask for the sign file of its query; take the file out of the archive if it is none of AWS's.";
    LakeFileNameUnsafe "lake.file.name_unsafe" Limits Integrity Again,
        "A sign file lists a file under a name that leads elsewhere than beside it, or that is none; it was not followed.",
        "Names are not signed, and AWS writes plain ones: somebody changed this one, and other programs may follow it.",
        "Do not check the set with other programs; fetch the sign file again from the bucket.";
    LakeFileRenamed "lake.file.renamed" Informs Integrity Explanation,
        "A file of a CloudTrail Lake result set lies under another name than the sign file's, or elsewhere.",
        "Files are found by their content; their names are not signed, and may mislead.",
        "Go by the order in the sign file, which is signed, and not by the names.";
    CoverageGap "coverage.gap" Limits Coverage Days,
        "A stretch of the asked period (none asked: between the chain's first and last digest file) is not covered by signed digest files of the chain.",
        "Missing from the hand-over, deleted and never delivered look alike from here; nothing is proved for this time.",
        "Ask for the digest files of the time named, or for the reason why there are none.";
    CoverageAbsent "coverage.absent" Limits Coverage Everything,
        "An account, region or trail that was asked has no digest file in the archive, or none that could be read.",
        "A region without evidence may be a region without a trail, or one that was left out.",
        "Ask for its digest files, or make those readable that are there; if it has no trail, take it out of the scope and say so.";
    CoverageOwnerUnstated "coverage.owner_unstated" Informs Coverage Verifier,
        "A trail was asked by its ARN, and the digest files that fit it are an organization trail's, which do not state the account that owns the trail.",
        "Name and home region are compared; that the trail is the one of the account in the ARN is not in the evidence.",
        "If it matters, compare the ARN with the output of `aws cloudtrail describe-trails`.";
    CoveragePeriodUnstated "coverage.period_unstated" Informs Coverage Verifier,
        "No period was asked: the verdict is for the archive's own extent.",
        "Whoever chose the archive chose the period.",
        "State the period that you were promised with --from and --to.";
}

impl Code {
    /// The public, stable name.
    pub const fn name(self) -> &'static str {
        self.explain().name
    }

    /// The code of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One thing that was seen, about one subject or one contiguous run of subjects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Finding {
    /// What was seen; the catalogue explains it.
    pub code: Code,
    /// What it does to its axis, after scope and policy.
    pub effect: Effect,
    /// The axis that it belongs to, and touches unless it only informs.
    pub axis: Axis,
    /// True if it lies outside what was asked, and therefore only informs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside_scope: bool,
    /// The chain that it is about, as the `id` of a chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain: Option<String>,
    /// How many subjects it counts.
    pub count: u64,
    /// What its subjects are.
    pub about: About,
    /// The first subject.
    pub first: String,
    /// The last subject of the run; absent if there is one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// The entry in the archive, where it is not the subject itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Start of the time concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// End of the time concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Time>,
    /// What the evidence demands (a hash, a name, a limit).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was found instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The particular circumstances.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_named_in_serde_as_in_the_catalogue() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
            assert_eq!(Code::from_name(code.name()), Some(*code));
        }
    }

    #[test]
    fn every_code_has_all_its_words() {
        for code in Code::ALL {
            let words = code.explain();
            for text in [words.means, words.matters_because, words.remedy] {
                assert!(text.ends_with('.') && text.len() > 7, "{code}: {text}");
            }
        }
    }
}
