"""The readings of docs/specification.md that the second opinion can change, one at a time, to see whether a vector decides them.

One line each: the name; what is right, as the second opinion reads it; and how else the rule could be read, or be forgotten. What the first
list holds must show in axes, codes or the evidence root of some vector; what the second holds, in the bytes of its report.
"""

DECLARED = """
checksum-files-are-not-judged | NAME.json.gz.sha256 is no evidence | it is a log file under a name that goes on
place-by-the-last-account-folder | the last ACCOUNT/CloudTrail-Digest of a key ends its place | the first does
empty-file-is-truncated | a file of zero bytes is cut off | it is a text of no length
wrong-trailer-leaves-the-content-known | where only the trailer of gzip is wrong, the content is judged | it is unknown
zeros-behind-a-member-are-bytes | zeros behind a gzip member are trailing data | they are padding
doubled-key-is-malformed | an object with one key twice is malformed | the last one counts
outermost-value-counts-as-a-level | the outermost value of a JSON text is its first level | it is level 0
not-a-number-is-no-json | NaN makes a JSON text malformed | it is a number
half-a-surrogate-pair-is-malformed | an escape of half a surrogate pair makes a JSON text malformed | it is a character
absent-quote-leaves-no-string-to-sign | without one of its previousDigest fields a digest file is malformed | the field is null
listed-without-object-limits | an entry of a list that names no object limits | it informs
starting-digest-covers-nothing-before-its-end | of its hour a starting digest file covers only what it lists | it covers its hour
starting-digest-covers-from-its-first-log | it covers from the first delivery that it lists on | it covers nothing, whatever it lists
starting-digest-covers-nothing-before-its-start | it covers from its start on at most | from the first delivery on, even before its start
hash-of-another-length-informs | a hash of more or fewer than 64 digits informs | it limits
hash-is-a-number | hashes are compared as numbers | they are compared as texts
next-bears-its-own-name | only under its own name is a digest file the next one | its file may have any name
next-is-two-hours-later-at-most | the next digest file ends at most two hours later | however much later
backfill-end-is-not-in-its-name | the end of a backfill digest is not compared with its name | it is
signature-is-below-the-modulus | a signature that is not below the modulus is none | it is taken modulo the modulus
padding-is-compared-as-a-whole | the block that was signed is compared as a whole | its end is, where the hash stands
macos-folders-are-ignored | what lies in __MACOSX is ignored, whatever its name | it is evidence
apple-double-names-are-ignored | names that begin with ._ are ignored | they are names like any other
what-is-read-all-the-same-is-unopened | an archive of which something is told, though it is read, counts as unopened | only what is not read to its end does
what-a-remark-refuses-is-unopened | an entry that a remark refuses counts as unopened if it may be an archive | only other refusals do so
root-has-the-hash-of-inflated-bytes | in the evidence root stands the hash of what was inflated | that of the bytes as stored
root-has-the-hash-of-what-is-damaged | of what cannot be inflated the hash of the stored bytes stands there | `damaged` alone does
root-holds-what-is-unread | what could not be read has a line | it has none
root-names-end-in-gz | names in the evidence root end in .gz, with or without it in the archive | they are as in the archive
root-part-by-the-own-name | a digest file belongs to the part that its own key names | to that of its file name
log-names-tell-no-trail | a log file that no digest lists is asked whatever trails are | it is asked only if no trail is named
end-of-a-period-lies-outside | the end of a period is no part of it | what begins then is asked
digest-ending-at-the-start-is-outside | a digest file that ends when the period begins is outside | it is asked
digest-name-is-placed-by-the-hour-before | a digest file's name stands for the hour before its time | for that second
log-name-is-a-whole-minute | the name of a log file that no digest lists stands for a minute | for its first second
unsigned-digest-is-placed-by-its-files-name | what an unsigned digest file says of itself is not asked | it is asked as if it were signed
contradicted-names-are-asked-too | a digest file is in scope by a name that it contradicts, too | only by what it says
unsigned-and-not-asked-is-no-party | an unsigned digest file whose name was not asked contradicts nothing | it is a party
invalid-is-no-party | an invalid digest file is no party to forks and duplicates | it is one
either-end-of-a-link-is-enough | what is found about several files is in scope if one of them is | if all are
unknown-event-time-leaves-a-log-in | a listed log file whose event times are unknown stays in scope | its minute alone decides
events-count-besides-delivery | a listed log file is asked if its minute or its events are | its minute alone decides
listed-log-is-a-whole-minute | the name of a listed log file stands for a minute | for its first second
equal-digests-are-one | entries with one content of a digest file are one digest file | each is one
malformed-digest-may-be-a-log | a malformed digest file may hold a listed log file's bytes | only other JSON may
name-that-goes-on-is-placed-by-its-whole-name | a name that goes on is in the scope of what it begins with | it is in scope always
digest-whose-name-goes-on-is-there | a digest file whose name goes on is there and cannot be read | it is missing
unrecognised-of-others-is-outside | an unrecognised name that begins with an account not asked is outside | it is in scope
pins-narrow | with pins, other keys of the verifier's are at best enclosed | they are trusted all the same
validity-has-slack-at-its-start | two hours of slack before a validity begins | none
validity-has-slack-at-its-end | two hours of slack after a validity ends | none
own-list-speaks-alone-under-pins | of a pinned key's sources the verifier's list alone states the validity | all sources do
own-list-with-a-wrong-fingerprint-informs | a wrong fingerprint in the verifier's list informs | it refutes if a digest names it
wrapper-by-what-was-asked | the wrapper is what evidence shares whose names were asked | what all evidence shares
wrapper-of-the-whole-case | the wrapper is one for all archives of a case | one for each archive
predecessor-stated-elsewhere-is-none | the name alone finds no predecessor at a place where others are signed | it does
link-into-another-chain-lends-nothing | a link into another chain lends neither signature nor hash | it lends both
metadata-beside-before-that-of-the-key | metadata beside a digest file comes before what bears its key | after it
metadata-of-another-digest-is-not-its-own | metadata that belongs to one digest file serves no other | it serves all that its folders agree with
hash-link-signs | a digest file to which a signed one commits by hash is signed | only its own signature signs it
hash-link-authenticates | what an authenticated digest file commits to by hash is authenticated | it is signed only
signature-of-another-algorithm-is-not-tried | a digest file of another algorithm is reported alone | its signature is tried
conflicting-keys-are-not-used | of two keys with one fingerprint neither is used | the first is
quote-of-the-next-counts | what the next digest file quotes counts, though it is neither signed nor asked | only if it verifies
quotes-alone-contradict-nobody | where nothing verifies and no metadata is there, quotes are not compared | they are compared among themselves
unsigned-quote-can-contradict | a quote in an unsigned successor can be a mismatch | only in a signed one
malformed-signature-is-told-without-a-key | a signature that is no hex is malformed, key or not | nothing can be said without a key
unknown-key-informs-where-hash-links-sign | an unknown key informs if a hash link signs | it limits
invalid-stays-invalid-under-a-hash-link | an invalid digest file stays so if a signed one commits to it | the hash link signs it
copy-is-not-invalid | an unsigned copy of a signed object is not invalid | its signature refutes
best-sources-alone-state-windows-and-regions | a key's windows and regions are those of its best sources | those of all
one-stated-region-is-enough | a key is good for a region if one source states it | if all do
backfill-is-held-against-its-generation | a backfill digest is held against a validity when it was made | at its end, like others
one-validity-window-is-enough | one of a key's windows must hold the time | all must
unsigned-content-elsewhere-is-a-copy | an unsigned content of a signed object under another path is a copy | it is a digest file
unreadable-claims-no-object | what cannot be read as a digest file claims no object | it claims what its name does
only-authenticated-joins-authenticated-places | only an authenticated digest file joins two places of authenticated ones | any does
unreadable-may-have-lain-elsewhere | an unreadable digest file in the folders of another place is of another chain | its name makes it of the chain
invalid-is-not-asked-for-its-place | an invalid digest file is not asked for its identity or place | it is
hash-algorithms-are-asked | another hash algorithm than SHA-256 is unsupported | it is not looked at
account-inside-is-compared-with-the-key | awsAccountId must be the account of the key | it is not compared
two-buckets-are-told-apart | of one key in two buckets the folders must tell which | they need not
relocated-is-said-under-the-own-name | digest.relocated is said of files under their own names | under any
each-entry-is-asked-for-its-place | each entry of a digest file is asked for its place | one in its place is enough
unsigned-link-is-not-judged | the links of an unsigned digest file are not judged | they are
backfill-owes-nothing | backfill digests raise no restart, gap or overlap | they do like others
older-ones-are-signed-or-asked | older digest files count if they are signed or asked | all do
missing-digest-is-older-than-all-or-passes-over-signed-ones | a link past signed digest files to one older than all misses it | it is the edge
unknown-hash-differs-from-nothing | a hash that is unknown contradicts no link | it does
link-is-held-against-the-stated-end | a link begins when its predecessor says that it ends | when the predecessor's name says so
hole-begins-at-the-newest-authenticated | a hole begins at the newest older authenticated digest file | at the newest older one
one-hour-is-one-time-in-the-name | duplicates have one time in their names | one digestEndTime
fork-has-different-ends | two successors with one end are no fork | they are one
duplicate-limits-if-all-are-signed | duplicates and forks limit if all are signed | if one is
overlap-is-of-signed-ones | an unsigned digest file is no party to an overlap | it is one
starting-digest-overlaps-nothing | a starting digest file is no party to an overlap | it is one
overlap-is-of-different-runs | digest files that links join do not overlap | they may
overlap-is-of-different-ends | two digest files of one end do not overlap | they may
overlap-is-placed-by-the-time-covered-twice | an overlap is in scope if the time covered twice is asked | if either digest file is
best-lists-alone-say-what-is-right | the best lists alone say which content is right | all do
better-lists-choose-first | lists of authenticated digest files choose first | last
listed-without-json-is-not-looked-for | what does not end in .json is not looked for | it is missing
entry-serves-one-object | an entry serves one listed log file | all that have its content
container-of-an-unlisted-log-is-judged | the container of a log file that nobody lists is judged | it is not
equal-copies-go-with-their-log | an equal copy in other folders goes with its log file | nobody lists it
place-comes-before-right-bytes-elsewhere | what lies in the place of a log file is its own, whatever it holds | right bytes under its name come first
right-bytes-in-place-come-first | of several objects in whose place an entry lies it serves the one whose bytes it has | the first in the list
lesser-list-out-of-scope-excuses-nothing | a lesser list out of scope takes no log file out of it | it does
foreign-is-placed-by-its-own-list | log.foreign is in scope if the list that is foreign is | if any list is
two-listed-hashes-contradict | log.doubly_listed refutes if the hashes differ | it informs
copy-whose-content-is-known-is-not-the-log | a copy whose known content is another leaves the log file missing | its name is enough
unsigned-list-misses-nothing | what an unsigned digest file lists is not missing | it is
entry-whose-name-is-asked-stays-in-scope | an entry whose own name is asked stays in scope whatever list claims it | the list decides
other-content-under-another-path-limits | of two paths of a log file the unsigned content limits | it refutes
two-contents-of-which-none-is-signed-refute | two paths of which none has the signed content refute | they limit
two-listed-hashes-are-a-mismatch | a log file that is listed with two hashes contradicts one | it is proved by the other
damaged-log-is-not-asked-for-its-place | of a log file whose container is damaged the place is not said | it is
one-log-in-its-place-is-enough | a log file of which one entry lies in its place is not relocated | each entry is asked
backfill-covers-nothing | backfill digests cover nothing | they cover their interval
backfill-answers-nothing-that-is-asked | a backfill chain is no answer to what was asked | it is like any other
dimension-not-asked-drops-no-other | accounts asked without trails owe a chain each | nothing is owed unless all is named
unreadable-is-absent | a chain of which no digest file can be read is absent | it is there
owner-is-stated-by-one-chain | the owner is unstated if no chain is of the account in the ARN | if one is of another
unsigned-digest-widens-the-extent | unsigned digest files widen the extent for which a chain is judged | signed ones alone make it
extent-is-of-readable-digests | the extent of a chain is that of digest files that can be read | malformed ones widen it by name
"""
IN_REPORTS = """
other-white-space-is-escaped | white space other than the blank is escaped | it stands for itself
oddities-of-a-list-are-told-behind-its-name | what is odd in an entry of logFiles is told behind field.log_files | it is told alone
undecoded-keys-are-taken-together | entries without a key that follow each other in a list are one finding | each is one
codes-are-in-the-order-of-the-catalogue | codes are sorted as findings.md has them | by their letters
findings-are-sorted-by-time-before-name | findings of a chain are sorted by time, then by what they are about | the other way round
the-worst-finding-comes-first | what refutes comes first, what informs last | the other way round
what-refutes-is-told-one-by-one | findings that refute are told each by itself | they are told as runs like others
a-run-has-one-list-of-reasons | findings with different reasons are of different runs | the reasons of the first are those of the run
equal-findings-are-one | findings that are equal in everything are told once | each is told
neighbours-are-one-apart | findings at positions that follow each other are one run | only those at one position are
the-last-of-a-run-is-told | the last of a run is that of its last finding | it is its first one
what-differs-in-a-run-is-not-told | entry, expected and found of a run stand there only if all have the same | they are those of its first
a-run-ends-with-its-latest | a run ends at the latest end | at the end of its first finding
the-last-of-longer-names-is-told | of several names that go on from a missing log file's the last is told | the first is
hashes-that-are-unknown-are-an-empty-text | of a missing log file without a known hash the expected value is an empty text | it is absent
unreferenced-ones-are-sorted-by-kind | unreferenced log files are sorted by kind before time | all kinds are one sequence
an-hour-ends-a-run-of-unreferenced-ones | unreferenced log files more than an hour apart are no neighbours | all of a place are
what-ended-before-a-gap-is-not-inside | unsigned digest files that ended before a gap do not reach into it | all that begin before its end do
an-hour-with-an-invalid-digest-is-marked-before-one-that-is-proved-in-part | an hour is marked for an invalid or unsigned digest file before it is for a part that is proved | the other way round
stray-json-is-told-as-ignored | stray JSON is told among what is ignored | it is not, as it was hashed
a-remark-is-in-scope-whatever-was-asked | a remark is in scope whatever was asked | it is where its entry is
headers-of-one-region-are-told-as-one | payloads of gzip headers of one account and region are one finding | each entry is one
asked-successors-are-asked-first | of many successors those whose names were asked are asked first for their quotes | in the order of time
a-signature-is-as-long-as-its-modulus | a signature of another length than the modulus is malformed | it is invalid
the-own-algorithm-is-told-first | of several algorithms that are not supported the digest file's own is told | the metadata's is
a-first-line-with-a-number-sign-is-no-row | a first line of a result file that begins with # is no row | it is the head
proved-bytes-are-those-inflated | proved bytes are counted as they are inflated | as they are stored
what-is-absent-is-not-written | a field of the report that is absent is not written | it is null
what-is-told-of-an-archive-inside-counts-as-an-entry | an archive inside that was opened counts as an entry for each thing that is told of it | it never does
what-is-unread-is-unproved | a digest file that a limit or a password keeps from being read is unproved | it is failed
what-is-outside-and-not-there-is-not-counted | log files outside of what was asked are counted if some entry serves them | all that are listed are
findings-of-a-run-count-each | the numbers of findings count each finding of a run | each run once
proved-time-is-cut-to-what-was-asked | a chain's proved time is told within its digest files in scope | all of it is
the-first-signed-digest-names-what-came-before | the predecessor is that of the first signed digest file, and absent if that names none | that of the first one that names one
"""


def declared(lines: str) -> dict[str, tuple[str, str]]:
    return {name: (right, other) for name, right, other in (line.split(" | ") for line in lines.split("\n") if line)}


IN_REPORTS_ALONE = declared(IN_REPORTS)
READINGS = declared(DECLARED) | IN_REPORTS_ALONE
changed: set[str] = set()
consulted: set[str] = set()


def reads(name: str) -> bool:
    """Whether the rule is read as is right; not so if this reading is changed."""
    consulted.add(name)
    return name not in changed
