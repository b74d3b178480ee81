//! Digest files, packed: an archive may have a million of them, which differ in little but their hashes and signatures.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::terms::object::Object;
use crate::terms::packed::{Part, Position, at, put_item};
use crate::terms::time::{Period, Time};
use crate::trust::signature::{Commits, SignatureRef, Signed};

/// The facts of one digest file. Nothing about it is believed before its signature is checked.
pub(crate) struct Stated<'a> {
    /// The object that it claims to be.
    pub(crate) object: Object<'a>,
    pub(crate) account: &'a str,
    pub(crate) period: Period,
    /// The key that signed it, in lower case.
    pub(crate) fingerprint: &'a str,
    pub(crate) previous: Option<Previous<'a>>,
    pub(crate) list: Arc<List>,
    /// Algorithms that AWS does not document, wherever they are named.
    pub(crate) unsupported: Option<&'a str>,
    /// Its own signature's algorithm is not supported.
    pub(crate) signature_unsupported: bool,
    /// How its form departs from the one that AWS documents.
    pub(crate) odd: Option<Odd<'a>>,
    /// SHA-256 of the inflated bytes.
    pub(crate) sha256: [u8; 32],
    pub(crate) string_to_sign_sha256: [u8; 32],
}

/// What a digest file says about its predecessor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Previous<'a> {
    pub(crate) object: Object<'a>,
    /// None if the hash's algorithm is not supported.
    pub(crate) sha256: Option<[u8; 32]>,
    pub(crate) signature: SignatureRef<'a>,
}

/// A log file in a digest file's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listed<'a> {
    pub(crate) object: Object<'a>,
    /// None if the hash's algorithm is not supported.
    pub(crate) sha256: Option<&'a [u8; 32]>,
    /// When the newest of its events happened, if that is stated.
    pub(crate) newest: Option<Time>,
    /// When the oldest of its events happened, if that is stated.
    pub(crate) oldest: Option<Time>,
}

/// How the form of a digest file departs from the one that AWS documents, where it can be read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Odd<'a> {
    /// As [`packed`](crate::terms::reason::packed) writes them.
    pub(crate) reasons: &'a str,
    /// Something in it has no meaning for us; else it has one only, and was taken so.
    pub(crate) is_loss: bool,
}

/// Digest files. What many share is kept once where it is the same as just before. Nothing about any of them is believed before its
/// signature is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Digests {
    text: String,
    signatures: Vec<u8>,
    places: Vec<PackedPlace>,
    origins: Vec<Origin>,
    rows: Vec<Row>,
    links: Vec<Link>,
    /// The lists of log files. Links of an archive to one digest file share its list.
    lists: Vec<Arc<List>>,
}

/// One of several packed digest files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest<'a> {
    all: &'a Digests,
    row: &'a Row,
}

/// Where objects lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct PackedPlace {
    bucket: Part,
    folder: Part,
}

/// What the digest files of one folder share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Origin {
    place: Position,
    account: Part,
    fingerprint: Part,
    unsupported: Option<Part>,
    signature_unsupported: bool,
    odd: Option<Part>,
    is_odd_loss: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Row {
    sha256: [u8; 32],
    string_to_sign_sha256: [u8; 32],
    /// Where its interval begins and ends; one that is none does neither.
    start: Time,
    end: Time,
    name: Part,
    origin: Position,
    link: Position,
    list: Position,
}

/// What a digest file says about its predecessor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Link {
    sha256: Option<[u8; 32]>,
    /// True if the signature is hexadecimal, and its bytes stand among the signatures; else what was given in its place stands in the text.
    is_hex: bool,
    place: Position,
    name: Part,
    signature: Part,
}

/// A list of log files. Of a large archive most facts are such lists: of the folders and buckets they have those that differ from the
/// row before.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct List {
    text: String,
    places: Vec<PackedPlace>,
    rows: Vec<ListRow>,
    /// Some log file of it could not be read, and has no row.
    is_cut: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct ListRow {
    /// Zeros if the hash's algorithm is not supported.
    sha256: [u8; 32],
    name_start: u32,
    place: Position,
    newest: Second,
    oldest: Second,
    name_bytes: u16,
    is_hashed: bool,
}

/// A time in a list, which may be unknown: seconds since 1970. What does not fit is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Second(u32);

impl Second {
    const UNKNOWN: u32 = u32::MAX;

    fn of(time: Option<Time>) -> Self {
        Self(time.and_then(|time| u32::try_from(time.unix()).ok()).unwrap_or(Self::UNKNOWN))
    }

    fn time(self) -> Option<Time> {
        if self.0 == Self::UNKNOWN { None } else { Time::from_unix(self.0.into()) }
    }
}

fn put_place(text: &mut String, places: &mut Vec<PackedPlace>, object: &Object<'_>) -> Position {
    let last = places.last().copied();
    let bucket = Part::put(text, last.map(|last| last.bucket), object.bucket);
    let folder = Part::put(text, last.map(|last| last.folder), object.folder);
    put_item(places, PackedPlace { bucket, folder })
}

fn object_at<'a>(text: &'a str, places: &[PackedPlace], place: Position, name: &'a str) -> Object<'a> {
    let (bucket, folder) = at(places, place).map_or(("", ""), |place| (place.bucket.of(text), place.folder.of(text)));
    Object { bucket, folder, name }
}

impl Digests {
    /// One digest file.
    pub(crate) fn of(facts: Stated<'_>) -> Self {
        let objects = [Some(facts.object), facts.previous.map(|previous| previous.object)];
        let of_object = |Object { bucket, folder, name }: Object<'_>| bucket.len() + folder.len() + name.len();
        let text_bytes: usize = objects.into_iter().flatten().map(of_object).sum();
        let signature_bytes = match facts.previous.map(|previous| previous.signature) {
            Some(SignatureRef::Bytes(bytes)) => bytes.len(),
            Some(SignatureRef::NotHex(_)) | None => 0,
        };
        // Of most there is one of each, and what they take is known: each is asked for once.
        let mut one = Self {
            text: String::with_capacity(text_bytes + facts.account.len() + facts.fingerprint.len()),
            signatures: Vec::with_capacity(signature_bytes),
            places: Vec::with_capacity(objects.len()),
            origins: Vec::with_capacity(1),
            rows: Vec::with_capacity(1),
            links: Vec::with_capacity(1),
            lists: Vec::new(),
        };
        one.push(facts);
        one
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn get(&self, index: usize) -> Option<Digest<'_>> {
        Some(Digest { all: self, row: self.rows.get(index)? })
    }

    /// Adds those of another, in their order.
    pub(crate) fn append(&mut self, other: Self) {
        for row in &other.rows {
            let digest = Digest { all: &other, row };
            self.push(digest.facts(digest.shared_list()));
        }
    }

    fn push(&mut self, facts: Stated<'_>) {
        let Self { text, signatures, places, origins, rows, links, lists } = self;
        let last = rows.last().map(|last| last.name);
        // Its predecessor's place first: where digest files come in the order of time, that is the one that was added last.
        let link = facts.previous.map(|Previous { object, sha256, signature }| {
            let place = put_place(text, places, &object);
            let name = Part::put(text, last, object.name);
            let (is_hex, signature) = match signature {
                SignatureRef::Bytes(bytes) => {
                    let part = Part { start: signatures.len() as u64, bytes: bytes.len() as u64 };
                    signatures.extend_from_slice(bytes);
                    (true, part)
                }
                SignatureRef::NotHex(given) => (false, Part::put(text, None, given)),
            };
            links.push(Link { sha256, is_hex, place, name, signature });
            Position::of(links.len().saturating_sub(1))
        });
        let place = put_place(text, places, &facts.object);
        let before = origins.last().copied();
        let origin = Origin {
            place,
            account: Part::put(text, before.map(|before| before.account), facts.account),
            fingerprint: Part::put(text, before.map(|before| before.fingerprint), facts.fingerprint),
            unsupported: facts.unsupported.map(|name| Part::put(text, before.and_then(|before| before.unsupported), name)),
            signature_unsupported: facts.signature_unsupported,
            odd: facts.odd.map(|odd| Part::put(text, before.and_then(|before| before.odd), odd.reasons)),
            is_odd_loss: facts.odd.is_some_and(|odd| odd.is_loss),
        };
        let list = (facts.list.is_cut || !facts.list.rows.is_empty()).then(|| {
            lists.push(facts.list);
            Position::of(lists.len().saturating_sub(1))
        });
        rows.push(Row {
            sha256: facts.sha256,
            string_to_sign_sha256: facts.string_to_sign_sha256,
            start: facts.period.from,
            end: facts.period.to,
            name: Part::put(text, last, facts.object.name),
            origin: put_item(origins, origin),
            link: link.unwrap_or(Position::NONE),
            list: list.unwrap_or(Position::NONE),
        });
    }
}

impl<'a> Digest<'a> {
    fn facts(self, list: Arc<List>) -> Stated<'a> {
        Stated {
            object: self.object(),
            account: self.account(),
            period: self.period(),
            fingerprint: self.fingerprint(),
            previous: self.previous(),
            list,
            unsupported: self.unsupported(),
            signature_unsupported: self.signature_unsupported(),
            odd: self.odd(),
            sha256: self.sha256(),
            string_to_sign_sha256: self.row.string_to_sign_sha256,
        }
    }

    /// This digest file, packed without those beside it.
    pub(crate) fn alone(self) -> Digests {
        Digests::of(self.facts(self.shared_list()))
    }

    fn origin(self) -> Option<&'a Origin> {
        at(&self.all.origins, self.row.origin)
    }

    fn text(self, part: impl FnOnce(&Origin) -> Option<Part>) -> Option<&'a str> {
        Some(part(self.origin()?)?.of(&self.all.text))
    }

    /// The object that it claims to be.
    pub(crate) fn object(self) -> Object<'a> {
        let place = self.origin().map_or(Position::NONE, |origin| origin.place);
        object_at(&self.all.text, &self.all.places, place, self.name())
    }

    /// The name of the object that it claims to be: the last part of its key.
    pub(crate) fn name(self) -> &'a str {
        self.row.name.of(&self.all.text)
    }

    pub(crate) fn account(self) -> &'a str {
        self.text(|origin| Some(origin.account)).unwrap_or_default()
    }

    pub(crate) fn period(self) -> Period {
        Period { from: self.row.start, to: self.row.end }
    }

    /// The key that signed it, in lower case.
    pub(crate) fn fingerprint(self) -> &'a str {
        self.text(|origin| Some(origin.fingerprint)).unwrap_or_default()
    }

    /// What it says about its predecessor.
    pub(crate) fn previous(self) -> Option<Previous<'a>> {
        let Link { sha256, is_hex, place, name, signature } = *at(&self.all.links, self.row.link)?;
        let signature = if is_hex {
            SignatureRef::Bytes(self.all.signatures.get(signature.range()).unwrap_or_default())
        } else {
            SignatureRef::NotHex(signature.of(&self.all.text))
        };
        let object = object_at(&self.all.text, &self.all.places, place, name.of(&self.all.text));
        Some(Previous { object, sha256, signature })
    }

    /// Algorithms that AWS does not document, wherever they are named.
    pub(crate) fn unsupported(self) -> Option<&'a str> {
        self.text(|origin| origin.unsupported)
    }

    /// Its own signature's algorithm is not supported.
    pub(crate) fn signature_unsupported(self) -> bool {
        self.origin().is_some_and(|origin| origin.signature_unsupported)
    }

    /// How its form departs from the one that AWS documents.
    pub(crate) fn odd(self) -> Option<Odd<'a>> {
        let is_loss = self.origin()?.is_odd_loss;
        self.text(|origin| origin.odd).map(|reasons| Odd { reasons, is_loss })
    }

    /// SHA-256 of the inflated bytes.
    pub(crate) fn sha256(self) -> [u8; 32] {
        self.row.sha256
    }

    fn list(self) -> Option<&'a List> {
        at(&self.all.lists, self.row.list).map(Arc::as_ref)
    }

    fn shared_list(self) -> Arc<List> {
        at(&self.all.lists, self.row.list).cloned().unwrap_or_default()
    }

    /// How many log files it lists.
    pub(crate) fn log_count(self) -> usize {
        self.list().map_or(0, |list| list.rows.len())
    }

    /// True if its list has no log file at all, also none that could not be read.
    pub(crate) fn is_silent(self) -> bool {
        self.list().is_none_or(|list| list.rows.is_empty() && !list.is_cut)
    }

    /// The log file in this place of its list.
    pub(crate) fn log(self, index: usize) -> Option<Listed<'a>> {
        let List { text, places, rows, .. } = self.list()?;
        let row = rows.get(index)?;
        let name = Part { start: row.name_start.into(), bytes: row.name_bytes.into() };
        Some(Listed {
            object: object_at(text, places, row.place, name.of(text)),
            sha256: row.is_hashed.then_some(&row.sha256),
            newest: row.newest.time(),
            oldest: row.oldest.time(),
        })
    }
}

impl Signed for Digest<'_> {
    fn message_sha256(&self) -> [u8; 32] {
        self.row.string_to_sign_sha256
    }
}

impl Commits<Digest<'_>> for Digest<'_> {
    fn commits_to(&self, predecessor: &Digest<'_>) -> bool {
        self.previous().is_some_and(|previous| previous.sha256 == Some(predecessor.sha256()))
    }
}

impl List {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self { rows: Vec::with_capacity(rows), ..Self::default() }
    }

    /// Adds a log file. None if the list is too long.
    pub(crate) fn push(&mut self, Listed { object, sha256, newest, oldest }: Listed<'_>) -> Option<()> {
        let place = put_place(&mut self.text, &mut self.places, &object);
        let name = Part::put(&mut self.text, None, object.name);
        self.rows.push(ListRow {
            sha256: sha256.copied().unwrap_or_default(),
            name_start: u32::try_from(name.start).ok()?,
            place,
            newest: Second::of(newest),
            oldest: Second::of(oldest),
            name_bytes: u16::try_from(name.bytes).ok()?,
            is_hashed: sha256.is_some(),
        });
        Some(())
    }

    /// Remembers a log file that could not be read.
    pub(crate) fn pass_over(&mut self) {
        self.is_cut = true;
    }

    /// Gives back the memory that it does not need.
    pub(crate) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.places.shrink_to_fit();
        self.rows.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::trust::signature::Signature;

    /// A list with its objects' buckets, keys and the first bytes of their hashes.
    fn list(rows: &[(impl AsRef<str>, impl AsRef<str>, Option<u8>)]) -> List {
        let mut list = List::with_capacity(rows.len());
        for (bucket, key, first) in rows {
            let sha256 = first.map(|first| [first; 32]);
            let (newest, oldest) = (first.and_then(|first| Time::from_unix(first.into())), None);
            list.push(Listed { object: Object::new(bucket.as_ref(), key.as_ref()), sha256: sha256.as_ref(), newest, oldest })
                .unwrap();
        }
        list
    }

    fn period(hour: i64) -> Period {
        let at = |hour: i64| Time::from_unix(hour * 3600).unwrap();
        Period::new(at(hour), at(hour + 1)).unwrap()
    }

    fn facts<'a>(key: &'a str, previous: Option<&'a str>) -> Stated<'a> {
        let previous = previous.map(|key| Previous {
            object: Object::new("bucket", key),
            sha256: Some([1; 32]),
            signature: SignatureRef::Bytes(&[2; 256]),
        });
        Stated {
            object: Object::new("bucket", key),
            account: "111122223333",
            period: period(0),
            fingerprint: "7f3f",
            previous,
            list: Arc::default(),
            unsupported: None,
            signature_unsupported: false,
            odd: None,
            sha256: [3; 32],
            string_to_sign_sha256: [4; 32],
        }
    }

    #[test]
    fn a_digest_file_costs_its_row_its_link_its_name_and_the_signature_that_it_quotes() {
        assert_eq!((size_of::<Row>(), size_of::<Link>()), (112, 72));
        let keys = ["2026/02/28/a", "2026/03/01/b", "2026/03/01/c", "2026/03/01/d"];
        let mut digests = Digests::default();
        for (index, key) in keys.iter().enumerate() {
            let previous = index.checked_sub(1).map(|index| keys[index]);
            digests.append(Digests::of(facts(key, previous)));
        }
        assert_eq!(digests.text, "bucket2026/02/28/1111222233337f3fa2026/03/01/bcd");
        assert_eq!((digests.places.len(), digests.origins.len(), digests.signatures.len()), (2, 2, 3 * 256));
    }

    #[test]
    fn lists_are_packed_and_keep_their_rows() {
        let rows = [
            ("b", "a/one", Some(1)),
            ("b", "a/two", None),
            ("other", "a/two", Some(0)),
            ("other", "c/d/", None),
            ("", "one", None),
            ("b", "", None),
        ];
        let digests = Digests::of(Stated { list: list(&rows).into(), ..facts("key", None) });
        let digest = digests.get(0).unwrap();
        let found = (0..digest.log_count()).map(|index| digest.log(index).unwrap());
        let found: Vec<_> = found.map(|log| (log.object.bucket, log.object.key(), log.sha256.map(|sha256| sha256[0]))).collect();
        assert_eq!(found, rows.map(|(bucket, key, first)| (bucket, key.to_owned(), first)));
        let List { text, places, .. } = &*digests.lists[0];
        assert_eq!((text.matches("a/").count(), places.len()), (1, 5));
        assert_eq!(size_of::<ListRow>(), 52);
    }

    #[test]
    fn a_name_that_is_too_long_for_a_row_is_refused() {
        let mut list = List::default();
        let mut push =
            |name: String| list.push(Listed { object: Object::new("", &name), sha256: None, newest: None, oldest: None });
        assert_eq!(push("a".repeat(1 << 16)), None);
        assert_eq!(push("a".repeat((1 << 16) - 1)), Some(()));
    }

    prop_compose! {
        fn any_digest()(
            text in ["[ab]{0,2}", "(a/|b/)?[ab]{0,2}", "[12]{0,2}", "[ef]{0,2}"],
            previous in prop::option::of(("[ab]{0,2}", "(a/|b/)?[ab]{0,2}", prop::option::of(any::<u8>()), "[0-9a-g]{0,3}")),
            logs in prop::collection::vec(("[ab]{0,2}", "(a/|b/)?[ab]{0,2}", prop::option::of(any::<u8>())), 0..3),
            unsupported in prop::option::of("[MD]{1,2}"), signature_unsupported in any::<bool>(),
            odd in prop::option::of(("[no]{1,2}", any::<bool>())), first in any::<u8>(), hour in 0_i64..9,
        ) -> Digests {
            let [bucket, key, account, fingerprint] = &text;
            let signature = previous.as_ref().map(|(_, _, _, signature)| Signature::from_hex(signature));
            Digests::of(Stated {
                object: Object::new(bucket, key),
                account,
                period: period(hour),
                fingerprint,
                previous: previous.as_ref().zip(signature.as_ref()).map(|((bucket, key, first, _), signature)| Previous {
                    object: Object::new(bucket, key),
                    sha256: first.map(|first| [first; 32]),
                    signature: signature.borrowed(),
                }),
                list: list(&logs).into(),
                unsupported: unsupported.as_deref(),
                signature_unsupported,
                odd: odd.as_ref().map(|(reasons, is_loss)| Odd { reasons, is_loss: *is_loss }),
                sha256: [first; 32],
                string_to_sign_sha256: [!first; 32],
            })
        }
    }

    proptest! {
        #[test]
        fn digest_files_are_given_back_as_they_were(ones in prop::collection::vec(any_digest(), 0..9), half in 0_usize..9) {
            let mut halves = [Digests::default(), Digests::default()];
            for (index, one) in ones.iter().enumerate() {
                halves[usize::from(index >= half)].append(one.clone());
            }
            let [mut all, rest] = halves;
            all.append(rest);
            prop_assert_eq!(all.len(), ones.len());
            let found: Vec<Digests> = (0..all.len()).map(|index| all.get(index).unwrap().alone()).collect();
            prop_assert_eq!(found, ones);
        }
    }
}
