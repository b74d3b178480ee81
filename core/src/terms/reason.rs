//! Why something was found: a closed list, each reason with the facts that it states and its words, declared once.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::bytes::json::{Looks, Problem};
use crate::bytes::text::printable;
use crate::terms::time::Time;

/// Why a file could not be opened or read, as far as all systems tell it alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ReadError {
    /// There is none of this name.
    NotFound,
    /// Who reads may not.
    PermissionDenied,
    /// It ended before its end.
    UnexpectedEnd,
    /// Something took too long.
    TimedOut,
    /// It is a folder.
    IsAFolder,
    /// Anything else.
    Other,
}

impl ReadError {
    const ALL: [Self; 6] =
        [Self::NotFound, Self::PermissionDenied, Self::UnexpectedEnd, Self::TimedOut, Self::IsAFolder, Self::Other];

    const fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::PermissionDenied => "permission_denied",
            Self::UnexpectedEnd => "unexpected_end",
            Self::TimedOut => "timed_out",
            Self::IsAFolder => "is_a_folder",
            Self::Other => "other",
        }
    }
}

impl From<&std::io::Error> for ReadError {
    fn from(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::NotFound,
            std::io::ErrorKind::PermissionDenied => Self::PermissionDenied,
            std::io::ErrorKind::UnexpectedEof => Self::UnexpectedEnd,
            std::io::ErrorKind::TimedOut => Self::TimedOut,
            std::io::ErrorKind::IsADirectory => Self::IsAFolder,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "there is no such file",
            Self::PermissionDenied => "permission denied",
            Self::UnexpectedEnd => "it ended before its end",
            Self::TimedOut => "it took too long",
            Self::IsAFolder => "it is a folder",
            Self::Other => "reading it failed",
        })
    }
}

/// A fact that a reason states, as reports write it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Written {
    Number(u64),
    Text(String),
}

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl Visitor<'_> for Read {
            type Value = Written;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a text")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Written, E> {
                Ok(Written::Number(number))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Written, E> {
                Ok(Written::Text(text.to_owned()))
            }
        }

        deserializer.deserialize_any(Read)
    }
}

/// What may stand in a reason.
trait Fact: Sized {
    fn write(&self) -> Written;
    fn read(written: Written) -> Option<Self>;

    /// Calls `edit` if it is a text of the archive's.
    fn edit_text(&mut self, _edit: impl FnMut(&mut String)) {}
}

impl Fact for u64 {
    fn write(&self) -> Written {
        Written::Number(*self)
    }

    fn read(written: Written) -> Option<Self> {
        match written {
            Written::Number(number) => Some(number),
            Written::Text(_) => None,
        }
    }
}

impl Fact for String {
    fn write(&self) -> Written {
        Written::Text(self.clone())
    }

    fn read(written: Written) -> Option<Self> {
        match written {
            Written::Text(text) => Some(text),
            Written::Number(_) => None,
        }
    }

    fn edit_text(&mut self, mut edit: impl FnMut(&mut Self)) {
        edit(self);
    }
}

impl Fact for Time {
    fn write(&self) -> Written {
        Written::Text(self.to_string())
    }

    fn read(written: Written) -> Option<Self> {
        Self::from_text(&String::read(written)?).ok()
    }
}

impl Fact for ReadError {
    fn write(&self) -> Written {
        Written::Text(self.name().to_owned())
    }

    fn read(written: Written) -> Option<Self> {
        let name = String::read(written)?;
        Self::ALL.into_iter().find(|error| error.name() == name)
    }
}

/// An object with a reason's facts by their names, and its own name under [`IS`].
#[derive(Default)]
struct Facts(BTreeMap<String, Written>);

const IS: &str = "is";

impl Facts {
    fn take<T: Fact>(&mut self, name: &str) -> Option<T> {
        T::read(self.0.remove(name)?)
    }
}

impl<'de> Visitor<'de> for Facts {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reason")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        while let Some((name, written)) = map.next_entry()? {
            if self.0.insert(name, written).is_some() {
                return Err(de::Error::custom("a fact stands twice in one reason"));
            }
        }
        Ok(self)
    }
}

// By hand: what serde derives for so many kinds is a tenth of the program in WebAssembly.
impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let facts = self.facts();
        let mut map = serializer.serialize_map(Some(facts.len() + 1))?;
        map.serialize_entry(IS, self.name())?;
        for (name, written) in facts {
            map.serialize_entry(name, &written)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut facts = deserializer.deserialize_map(Facts::default())?;
        let name: String = facts.take(IS).ok_or_else(|| de::Error::missing_field(IS))?;
        let unknown = || de::Error::custom(format_args!("no reason, or not with these facts: '{}'", printable(name.as_bytes())));
        Self::stated(&name, &mut facts).ok_or_else(unknown)
    }
}

macro_rules! reasons {
    ($($variant:ident $name:literal $({ $($field:ident: $type:ty),* })? $words:literal;)*) => {
        /// Why something was found, from a closed list: its name (`is`), and the facts that it states. Each stands in
        /// [reasons.md](reasons.md).
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(tag = "is"))]
        #[allow(rustdoc::broken_intra_doc_links, reason = "the words speak of `[[expect]]` blocks")]
        #[expect(missing_docs, reason = "each reason has its words beside it, and fields are named after what stands in them")]
        #[non_exhaustive]
        pub enum Reason {
            $(#[doc = $words] #[cfg_attr(feature = "schema", schemars(rename = $name))] $variant $({ $($field: $type),* })?,)*
        }

        impl Reason {
            /// All of them: the name of each, the names of its facts, and its words with these names in the places of the facts.
            pub const ALL: &'static [(&'static str, &'static [&'static str], &'static str)] =
                &[$(($name, &[$($(stringify!($field)),*)?], $words),)*];

            /// Its name in reports.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant $({ $($field: _),* })? => $name,)*
                }
            }

            /// What it states, in the order in which it is declared.
            fn facts(&self) -> Vec<(&'static str, Written)> {
                match self {
                    $(Self::$variant $({ $($field),* })? => vec![$($((stringify!($field), $field.write())),*)?],)*
                }
            }

            /// The reason of this name, with these facts; `None` if there is none, or a fact is missing or another thing.
            fn stated(name: &str, facts: &mut Facts) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant $({ $($field: facts.take(stringify!($field))?),* })?),)*
                    _ => None,
                }
            }

            /// Calls `edit` for each of its facts that is a text.
            pub(crate) fn edit_texts(&mut self, mut edit: impl FnMut(&mut String)) {
                match self {
                    $(Self::$variant $({ $($field),* })? => { $($($field.edit_text(&mut edit);)*)? })*
                }
            }
        }

        impl fmt::Display for Reason {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$variant $({ $($field),* })? => write!(f, $words),)*
                }
            }
        }
    };
}

reasons! {
    // What stood in the way of reading.
    Limit "limit" { option: String, most: u64 } "{option} is {most}";
    TooDeep "too_deep" "containers are read one level inside another, not deeper";
    Ratio "ratio" { unpacked_ratio: u64 }
        "unpacked_ratio is {unpacked_ratio}: what comes out of it is too much for its size, and none of it was judged";
    NestedBytes "nested_bytes" { most: u64 } "a nested zip archive that is packed itself, or lies in a stream, may have {most} bytes";
    ManyLinks "many_links" { most: u64 } "more than {most} links lead to one entry";
    Unreadable "unreadable" { error: ReadError } "it could not be read: {error}";
    PassedOver "passed_over" "it was passed over";
    Grew "grew" "it grew while it was read";
    SizeChanged "size_changed" "its size changed while it was read";
    LoopOfLinks "loop_of_links" "a loop of links";
    CutOff "cut_off" "it is cut off";
    Damaged "damaged" "its packed data is damaged, or ends where the entry does not";
    Password "password" "it is protected by a password";

    // Kinds of archives.
    NotRead "not_read" { kind: String } "an archive of the kind {kind}, which is not read: unpack it first";
    OnePart "one_part" "one part of a split archive: join the parts first";
    OtherName "other_name" { kind: String }
        "a {kind} archive by its content, and not by its name: give it the name of one";
    NoArchive "no_archive" "neither a folder nor an archive (zip, tar, tar.gz, tar.zst)";

    // Paths and links.
    UnsafePath "unsafe_path" "its path leaves the archive, is absolute or holds a NUL";
    LinkOut "link_out" "a link that leaves the archive";
    Device "device" "it is a device, a FIFO or a socket";
    LinkToDevice "link_to_device" "a link to a device, a FIFO or a socket";
    LongLink "long_link" { path_bytes: u64 } "it leads to a longer path than path_bytes, {path_bytes}";
    LinkIntoNothing "link_into_nothing" "a link that leads to no entry that was read, or to several";
    LinkToOtherKind "link_to_other_kind" "a link to an entry of another kind";
    LinkWithEntriesBehind "link_with_entries_behind" "a link, and other entries lie behind it";
    LinkAndEntry "link_and_entry" "a link has its name, and another entry";
    LinkBelowUnread "link_below_unread" "a link under a name below which nothing is read: some programs write through it";
    LinkToEvidence "link_to_evidence" "a link to evidence, under a name that is none: some programs write through it";
    LinkAsFile "link_as_file" "a link, which some programs unpack as a file that holds its target";
    FolderAndEntry "folder_and_entry" "a folder has its name, and another entry";
    SecondOfName "second_of_name" "its name is that of an entry before";
    Backslash "backslash" "its path holds a backslash, which some programs take for a slash";

    // Zip archives.
    ZipDirectory "zip.directory" "its directory cannot be read";
    ZipEndFilled "zip.end_filled" "something stands between its directory and its end, or behind it, which some programs would read";
    ZipEndDisagrees "zip.end_disagrees" "its end records disagree with its directory";
    ZipEndInComment "zip.end_in_comment" "its comment holds an end record, which some programs would read";
    ZipBegin "zip.begin" "something stands before its first entry";
    ZipHeadersDisagree "zip.headers_disagree" "its local and central headers disagree";
    ZipLocalCut "zip.local_cut" "its local header is cut off";
    ZipLocalMissing "zip.local_missing" "its local header is not where the directory says";
    ZipBehind "zip.behind" "behind it stands what belongs to no entry, and some programs would read";
    ZipFolderWithContent "zip.folder_with_content" "it claims to be a folder, and has a file's name and content";
    ZipShared "zip.shared" "its bytes are also those of another entry";
    ZipTwoReadings "zip.two_readings" "its entry in the directory can be read in two ways";
    ZipHidden "zip.hidden" "some programs would end it before its end, and find another entry in it";
    ZipMore "zip.more" "it holds more than its header states";
    ZipChecksum "zip.checksum" "its checksum or size in the archive is wrong";
    ZipMethod "zip.method" { method: u64 }
        "it is packed in a way that is not read (method {method}): unpack the archive, and pack it anew";
    TwoNames "two_names" "it is stated to have two names";

    // Tar archives.
    TarPacking "tar.packing" "what it is packed in is damaged";
    TarMembers "tar.members" "its gzip data consists of several members, of which some programs read only the first";
    TarEndsInHeaders "tar.ends_in_headers" "it ends behind the headers of an entry";
    TarNoEntry "tar.no_entry" "what stands where an entry should begin is none";
    TarSize "tar.size" "the size of an entry is no number";
    TarNoEnd "tar.no_end" "it has no end mark: it may be cut off";
    TarBehindEnd "tar.behind_end" "something stands behind its end, which some programs would read";
    TarPadding "tar.padding" { most: u64 } "more than {most} bytes of padding stand behind its end";
    TarHeaderBytes "tar.header_bytes" { most: u64 } "the names and attributes of an entry take more than {most} bytes";
    TarGlobal "tar.global" "headers for all entries that follow, which programs read differently";
    TarSizeOfNoFile "tar.size_of_no_file" "it is no file, and states a size: programs differ in where the next entry begins";
    TarTargetOfNoLink "tar.target_of_no_link" "it is no link, and has a target";
    TarLinkNamedFolder "tar.link_named_folder" "it is a link, and has a folder's name";
    TarFolderOrFile "tar.folder_or_file" "it is a folder by one of its names, and by the other a file";
    TarNamedFolder "tar.named_folder" "it is a folder by its name, and to some programs a file";
    TarLabel "tar.label" "it is the archive's name, and to some programs an entry";
    TarKind "tar.kind" "an entry of a kind that is not read";
    TarForm "tar.form" "its header is of no known form";
    TarPrefix "tar.prefix" "its header holds what some programs take for a folder";
    TarNumber "tar.number" "a number in its header is none, and there some programs stop";
    TarLongNameGoesOn "tar.long_name_goes_on" "the names in front of it go on behind their end, as some programs read them";
    TarHoles "tar.holes" "its holes can be read in two ways";
    TarPaxHoles "tar.pax_holes" "it is stored with holes in a way that is not read";
    TarFields "tar.fields" "its fields cannot be read";
    TarFieldsTorn "tar.fields_torn" "its fields can be read in two ways";
    TwoTargets "two_targets" "it is stated to have two targets";
    TwoSizes "two_sizes" "it is stated to have two sizes";

    // Texts.
    Line "line" { number: u64 } "line {number}:";
    More "more" { count: u64 } "and {count} more";
    NotReadOn "not_read_on" "it was not read on";
    NoText "no_text" "it is neither UTF-8 nor UTF-16 with a byte order mark";
    NoUtf8 "no_utf8" "it is not UTF-8";
    Empty "empty" "it is empty";
    JsonEnds "json.ends" "it ends in the middle of a JSON value";
    NoJson "json.none" "it is no JSON";
    JsonTwice "json.twice" { key: String } "the key '{key}' stands twice in one object";
    JsonDeep "json.deep" "it is nested too deep";
    JsonValues "json.values" { most: u64 } "it holds more than {most} values";
    NoObject "json.no_object" "it is no JSON object";
    NoList "json.no_list" "it is neither an array nor an object";
    LooksEmpty "looks.empty" "it is empty, as if the command had printed nothing: run it again, and look at its messages";
    LooksMarkup "looks.markup" "it looks like HTML or XML, and not like what the command printed: fetch it again";
    LooksError "looks.error" "it holds the message of a command that failed: run the command again, with what the message asks for";
    LooksTable "looks.table" "it looks like a table: run the command again with `--output json`";
    LooksYaml "looks.yaml" "it looks like YAML: run the command again with `--output json`";
    LooksColumns "looks.columns" "it looks like plain text in columns: run the command again with `--output json`";
    LooksOther "looks.other" "it is no JSON: run the command again with `--output json`";

    // Object metadata.
    MetadataNoObject "metadata.no_object" "its Metadata is no object";
    MetadataNoKey "metadata.no_key" "a row names no key: one of Path, key or Key is expected";
    MetadataOfKey "metadata.of_key" { key: String } "the metadata of {key} is no object";
    RowNoKey "metadata.row_no_key" { number: u64 } "row {number} names no key";
    RowNone "metadata.row_none" { number: u64 } "row {number} is none of a table with commas (CSV)";
    NoColumn "metadata.no_column" { column: String } "it has no column named {column}";

    // Key lists and keys.
    KeyListNone "key.no_list"
        "it holds no list named PublicKeyList, as `aws cloudtrail list-public-keys --output json` prints it";
    KeyBase64 "key.base64" "its value is no base64 text";
    KeyFingerprint "key.fingerprint" { stated: String } "the list states another fingerprint, {stated}";
    KeyValidity "key.validity" "its validity cannot be read";
    KeyNone "key.none" "it is no RSA public key";
    KeyBits "key.bits" { bits: u64 } "{bits} bits";
    KeyEven "key.even" "even modulus";
    KeyExponent "key.exponent" "exponent out of bounds";
    KeyPassedOver "key.passed_over" "enclosed, named by no digest file, and too many to be looked at";

    // The content of digest files.
    FieldMissing "field.missing" { field: String } "{field} is missing";
    FieldNoText "field.no_text" { field: String } "{field} is no string";
    FieldNoTextOrNull "field.no_text_or_null" { field: String } "{field} is neither a string nor null";
    FieldNoList "field.no_list" { field: String } "{field} is no array";
    FieldLong "field.long" { field: String } "{field} is longer than S3 allows";
    FieldNoTime "field.no_time" { field: String } "{field} is no time of the form YYYY-MM-DDTHH:MM:SSZ";
    FieldNoHash "field.no_hash" { field: String } "{field} is no SHA-256";
    FieldDigits "field.digits" { field: String, digits: u64 } "{field} has {digits} digits, and is compared as a number";
    InLogFiles "field.log_files" "logFiles:";
    StartAfterEnd "start_after_end" "digestStartTime is not before digestEndTime";
    SomeNull "some_null" "some of its previousDigest… fields are null and others are not";
    ListTooLong "list_too_long" "logFiles holds too many bytes";

    // Digest files and their chains.
    NoDigestKey "no_digest_key" "the object key inside it is no digest file's";
    OtherAccount "other_account" "awsAccountId is not the account in its key";
    OtherEnd "other_end" "digestEndTime is not the time in its key";
    OtherFileName "other_file_name" "its file name is another digest file's";
    ByHashLink "by_hash_link" "a signed successor commits to it by hash";
    QuotesOther "quotes_other" "the signature of its predecessor that it quotes is another";
    MetadataOther "metadata_other" "its metadata holds another signature";
    SignatureBytes "signature.bytes" { bytes: u64 } "it has {bytes} bytes";
    SignatureNoHex "signature.no_hex" { text: String } "it is not hexadecimal: {text}";
    SignatureEmpty "signature.empty" "it is empty";
    OlderEnds "older_ends" { at: Time } "an older digest file ends at {at}";
    MayLieIn "may_lie_in" { path: String } "it may lie in {path}, which could not be read";

    // Copies.
    SameBytes "same_bytes" "the same bytes";
    TwoContents "two_contents" "two different contents";
    BesideSigned "beside_signed" "another content than the signed one, which lies beside it: this one is no evidence";

    // Result sets of CloudTrail Lake.
    LakeListsNothing "lake.lists_nothing" "it lists no file";
    LakeNoKey "lake.no_key" "no accepted key has this fingerprint";
    LakeOtherAlgorithm "lake.other_algorithm"
        "it names another algorithm, and its signature does not verify as SHA256withRSA over SHA-256";
    LakeNoRegion "lake.no_region" "it states no region";
    LakeOtherRegion "lake.other_region" { stated: String, key: String } "it states the region {stated}, and its key is of {key}";
    LakeNoTime "lake.no_time" "it states no time of the form YYYY-MM-DDTHH:MM:SSZ";
    LakeOtherTime "lake.other_time" { stated: Time } "it states the time {stated}, at which its key is not valid";
    LakeListedAs "lake.listed_as" { name: String } "it is listed as {name}";

    // What stands for several.
    Further "further" "further ones, which are too many to be listed one by one";

    // Gaps and absences.
    Between "gap.between" { end: Time, begin: Time } "between signed digest files that end at {end} and begin at {begin}";
    After "gap.after" { end: Time } "after the last signed digest file, which ends at {end}";
    Before "gap.before" { begin: Time } "before the first signed digest file, which begins at {begin}";
    NoneSigned "gap.none_signed" "no digest file of the chain is signed";
    UnsignedInside "gap.unsigned_inside" { count: u64 } "digest files in it that are not signed: {count}";
    BeginsHere "gap.begins_here" { at: Time }
        "a starting digest file says that the chain begins here: logging or log file validation was switched on at {at}";
    BeginsAgain "gap.begins_again" { at: Time, home_region: String }
        "a starting digest file says that logging or log file validation was switched on again at {at}: look for StopLogging, StartLogging, UpdateTrail, DeleteTrail and CreateTrail before and after, in {home_region}; if a trail was made again elsewhere, state what is owed with [[expect]] blocks, or a renaming with --relocated";
    OlderExisted "gap.older_existed" { object: String } "an older digest file existed, and is not in the archive: {object}";
    UnreadThere "unread_there" { count: u64 } "digest files of it that are in the archive, but could not be read: {count}";

    // Log files.
    ListedBy "listed_by" { object: String } "listed by {object}";
    DeliveredOutside "delivered_outside" { at: Time, oldest: Time, newest: Time }
        "delivered at {at} with events from {oldest} to {newest}: none of the period asked";
    ListedOutside "listed_outside" "listed outside of what was asked, under a key that only the archive vouches for";
    OneHash "one_hash" "with one hash";
    OtherHashes "other_hashes" "with different hashes";
    NamesMore "names_more" { count: u64 } "and {count} digest files more";
    ForeignPlace "foreign_place" "it is of another account or region";
    ForeignName "foreign_name" "its name is no log file's";
    AbsentToo "absent_too" "not in the archive either";
    DiffersFromUnsigned "differs_from_unsigned" "their contents differ from the unsigned list, too";
    OfPlace "of_place" { account: String, region: String } "of account {account} in {region}";
    UnreadDigests "unreferenced.unread_digests" "digest files of this account and region are in the archive, but could not be read";
    NoSignedDigests "unreferenced.none_signed" "no signed digest file of this account and region is in the archive";
    NewerThanSigned "unreferenced.newer" "newer than the last signed digest file";
    OlderThanSigned "unreferenced.older" "older than the first signed digest file";
    WithinSigned "unreferenced.within"
        "within the time of the signed digest files, yet none lists it; a second trail without validation may have written it";

    // Names that go on after a CloudTrail name.
    Copy "name.copy" "a copy under a name of its own: give it its own name back";
    PackedAgain "name.packed_again" { kind: String, command: String } "packed again with {kind}: unpack it with `{command}`";
    EncryptedFile "name.encrypted" "encrypted: ask for it in the clear, or decrypt it";
    Unended "name.unended" "a download that did not end: fetch the object again";
    GoesOn "name.goes_on" "its name goes on after that of a CloudTrail file: give it that name back, or fetch the object again";
}

impl Reason {
    /// Something that passes a limit.
    pub(crate) fn limit(option: &str, most: u64) -> Self {
        Self::Limit { option: option.to_owned(), most }
    }
}

impl From<&std::io::Error> for Reason {
    fn from(error: &std::io::Error) -> Self {
        Self::Unreadable { error: error.into() }
    }
}

impl From<Problem> for Reason {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::NoUtf8 => Self::NoUtf8,
            Problem::Empty => Self::Empty,
            Problem::Ends => Self::JsonEnds,
            Problem::NoJson => Self::NoJson,
            Problem::Twice(key) => Self::JsonTwice { key },
            Problem::TooDeep => Self::JsonDeep,
            Problem::Values(most) => Self::JsonValues { most },
        }
    }
}

impl From<Looks> for Reason {
    fn from(looks: Looks) -> Self {
        match looks {
            Looks::Empty => Self::LooksEmpty,
            Looks::Markup => Self::LooksMarkup,
            Looks::Error => Self::LooksError,
            Looks::Table => Self::LooksTable,
            Looks::Yaml => Self::LooksYaml,
            Looks::Columns => Self::LooksColumns,
            Looks::Other => Self::LooksOther,
        }
    }
}

/// Several reasons in words. One that ends with a colon says of what the next one speaks.
pub(crate) fn in_words(reasons: &[Reason]) -> String {
    let mut words = String::new();
    for reason in reasons {
        if !words.is_empty() {
            words.push_str(if words.ends_with(':') { " " } else { "; " });
        }
        words.push_str(&reason.to_string());
    }
    words
}

/// Reasons on their way between processes, in whose form a field does not bear its name.
pub(crate) mod packed {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Reason;

    pub(crate) fn text(reasons: &[Reason]) -> String {
        serde_json::to_string(reasons).unwrap_or_default()
    }

    pub(crate) fn read(text: &str) -> Vec<Reason> {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(crate) fn serialize<S: Serializer>(reasons: &[Reason], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&text(reasons))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Reason>, D::Error> {
        String::deserialize(deserializer).map(|text| read(&text))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_has_a_name_of_its_own_and_words() {
        let names: BTreeSet<&str> = Reason::ALL.iter().map(|(name, ..)| *name).collect();
        assert_eq!(names.len(), Reason::ALL.len());
        for (name, facts, words) in Reason::ALL {
            assert!(words.len() > 5 && !words.ends_with('.'), "{name}");
            assert!(facts.iter().all(|fact| words.contains(&format!("{{{fact}}}"))), "{name}: {words}");
        }
    }

    #[test]
    fn what_is_no_reason_is_refused() {
        for (json, problem) in [
            (r#"{"number":2}"#, "`is`"),
            (r#"{"is":"lines","number":2}"#, "'lines'"),
            (r#"{"is":"line"}"#, "'line'"),
            (r#"{"is":"line","number":"2"}"#, "'line'"),
            (r#"{"is":"line","number":-2}"#, "a number or a text"),
            (r#"{"is":"line","number":2,"number":2}"#, "twice"),
            (r#"{"is":"unreadable","error":"none"}"#, "'unreadable'"),
            (r#""line""#, "a reason"),
        ] {
            let error = serde_json::from_str::<Reason>(json).unwrap_err().to_string();
            assert!(error.contains(problem), "{json}: {error}");
        }
    }

    #[test]
    fn reasons_are_written_as_their_name_and_their_facts() {
        let reasons = [Reason::Line { number: 2 }, Reason::JsonTwice { key: "a".into() }, Reason::More { count: 3 }];
        let json = r#"[{"is":"line","number":2},{"is":"json.twice","key":"a"},{"is":"more","count":3}]"#;
        assert_eq!(packed::text(&reasons), json);
        assert_eq!(packed::read(json), reasons);
        for error in ReadError::ALL {
            let reasons = [Reason::Unreadable { error }, Reason::limit("entries", 5)];
            assert_eq!(packed::read(&packed::text(&reasons)), reasons);
        }
        assert_eq!(in_words(&reasons), "line 2: the key 'a' stands twice in one object; and 3 more");
    }
}
