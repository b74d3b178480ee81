//! What is said of a report: sentences and commands, made from its facts and from nothing else, so that a better word changes no digest.

use std::collections::BTreeSet;

use crate::bytes::text::counted;
use crate::evidence::IgnoredKind;
use crate::evidence::trail::fetch;
use crate::evidence::trail::name::DigestKind;
use crate::evidence::trail::section::Chain;
use crate::report::Report;
use crate::terms::finding::{About, Axis, Code, Effect, Finding};
use crate::terms::object::Object;
use crate::terms::outcome::Outcome;
use crate::terms::reason::in_words;
use crate::terms::time::{DAY_SECONDS, HOUR_SECONDS, Period};

/// A language in which reports can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Language {
    /// English.
    #[default]
    En,
}

impl Language {
    /// The language of a tag by RFC 5646, if there are words in it.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        primary.eq_ignore_ascii_case("en").then_some(Self::En)
    }

    /// What no report of this kind claims.
    pub const fn not_claimed(self) -> &'static [&'static str] {
        match self {
            Self::En => &[
                "That the trail was configured to record what matters.",
                "Anything about events outside the period, or about log files that CloudTrail never delivered.",
                "That no backfill digest file was withheld: nothing in the hourly chain refers to them.",
                "Without keys that the verifier got independently: that AWS signed the digest files.",
                "That an event near the end of the period is included: digest files count delivery hours, and an event can be delivered later; ask for the day folders of the day before and the day after, too.",
            ],
        }
    }

    /// What the signature of a result set of CloudTrail Lake does not cover.
    pub const fn not_signed(self) -> &'static str {
        match self {
            Self::En => {
                "Of result sets of CloudTrail Lake the signature covers the stored bytes of the listed files, their number and their order, and nothing else: not their names, the region, the time or the key in the sign file, nor whose query it was; and not that its rows are all that there are."
            }
        }
    }
}

impl Finding {
    /// The particular circumstances, in words; `None` if there are none.
    pub fn detail(&self, language: Language) -> Option<String> {
        match language {
            Language::En => (!self.reasons.is_empty()).then(|| in_words(&self.reasons)),
        }
    }

    /// A subject of it, its first or its last one, as people read it.
    pub fn subject(&self, subject: &str, language: Language) -> String {
        match language {
            Language::En => shown(self.about, subject),
        }
    }

    /// A command for a POSIX shell that fetches what is missing, if there is one.
    pub fn command(&self) -> Option<String> {
        let is_fetched = self.code == Code::DigestSignatureMissing && self.about == About::Object;
        is_fetched.then(|| fetch::sidecar_command(Object::from_uri(&self.first)?)).flatten()
    }
}

/// A subject in English.
fn shown(about: About, subject: &str) -> String {
    match about {
        About::Case => "the whole archive".to_owned(),
        About::Archive if subject == "(archive)" => "the archive itself".to_owned(),
        About::Folder => "the folder".to_owned(),
        About::Ignored => IgnoredKind::in_words(subject).to_owned(),
        About::Asked => {
            let names = subject.splitn(3, '/').zip(["account", "region", "trail"]);
            let named: Vec<String> = names.filter(|(name, _)| *name != "*").map(|(name, what)| format!("{what} {name}")).collect();
            named.join(", ")
        }
        About::KeyEntry => match subject.rsplit_once('#') {
            Some(("(verifier)", number)) => format!("the verifier's own key list, entry {number}"),
            Some(("(beside)", number)) => format!("a key file that was handed over, entry {number}"),
            Some((list, number)) => format!("{list}, entry {number}"),
            None => subject.to_owned(),
        },
        About::Archive | About::Entry | About::Object | About::Chain | About::Trail | About::Key | About::Fingerprint => {
            subject.to_owned()
        }
    }
}

impl Report {
    /// The verdict in one sentence.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::En => sentence(self),
        }
    }
}

fn sentence(report: &Report) -> String {
    let span = match (report.asked_period(), report.proved_extent) {
        (Some(asked), _) => {
            match report.asked.questions.iter().filter_map(|question| question.period).collect::<BTreeSet<_>>().len() {
                0 | 1 => format!("for {}", in_days(&asked)),
                several => format!("for {several} different periods within {}", in_days(&asked)),
            }
        }
        (None, Some(extent)) => format!("for {}, the archive's own extent; no period was asked", in_days(&extent)),
        (None, None) => "with no period asked".to_owned(),
    };
    let chains = counted(report.counts.chains, "chain", "chains");
    let (digests, logs) = (report.counts.digests, report.counts.logs);
    let files = |digests: u64, logs: u64| {
        format!("{} and {}", counted(digests, "digest file", "digest files"), counted(logs, "log file", "log files"))
    };
    // Whoever encloses a key can sign whatever he likes with it.
    let enclosed = files(digests.proved.saturating_sub(digests.authenticated), logs.proved.saturating_sub(logs.authenticated));
    let is_any_enclosed = (digests.proved, logs.proved) != (digests.authenticated, logs.authenticated);
    let proved = format!("{} in {chains}", files(digests.authenticated, logs.authenticated));
    let named = |wanted: Outcome| {
        let names: Vec<&str> = Axis::ALL.iter().filter(|axis| report.axes.of(**axis) == wanted).map(|axis| axis.name()).collect();
        match names.split_last() {
            Some((last, [])) => (*last).to_owned(),
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
            None => String::new(),
        }
    };
    let policy = if report.asked.policy.is_empty() {
        String::new()
    } else {
        let changed: Vec<String> = report.asked.policy.iter().map(|(code, effect)| format!("{code} {}", effect.name())).collect();
        format!(" This is judged under the verifier's own policy: {}.", changed.join(", "))
    };
    let open = named(Outcome::Indeterminate);
    match report.overall {
        Outcome::Passed | Outcome::NotAssessed => format!(
            "Passed {span}: {proved} are what AWS signed and delivered, unaltered and in an unbroken chain, under keys that the verifier supplied.{}{}{policy}",
            if is_any_enclosed { format!(" Only enclosed keys vouch for {enclosed} more.") } else { String::new() },
            unnamed(report)
        ),
        Outcome::Indeterminate => format!(
            "Indeterminate {span}: nothing contradicts the evidence, but {open} could not be established; {} are proved{}.{}{}{policy}",
            files(digests.authenticated, logs.authenticated),
            if is_any_enclosed { format!(", and only enclosed keys vouch for {enclosed} more") } else { String::new() },
            measure(report),
            unnamed(report)
        ),
        Outcome::Failed => {
            let also = if open.is_empty() { String::new() } else { format!("; {open} could not be established") };
            let failed = named(Outcome::Failed);
            // What only the verifier weighs so contradicts nothing that was signed.
            let mut refuting = report.findings.iter().filter(|finding| finding.effect == Effect::Refutes).peekable();
            let is_by_policy = refuting.peek().is_some() && refuting.all(|finding| finding.code.explain().effect < Effect::Refutes);
            let why = if is_by_policy { "by the verifier's own policy" } else { "the archive contradicts what was signed" };
            format!("Failed {span}: {why} ({failed} failed{also}).{policy}")
        }
    }
}

/// A period as people say it: whole days with the last one inside it, otherwise its instants.
pub(crate) fn in_days(period: &Period) -> String {
    whole_days(period).unwrap_or_else(|| format!("{} to {}", period.from, period.to))
}

/// A period of whole days, if it is one.
pub(crate) fn whole_days(period: &Period) -> Option<String> {
    let is_whole = period.from == period.from.day() && period.to == period.to.day() && period.from < period.to;
    if !is_whole {
        return None;
    }
    let days = period.seconds() / DAY_SECONDS.unsigned_abs();
    let (first, last) = (period.from.date_text(), period.to.plus(-DAY_SECONDS).date_text());
    let count = format!("{} {}, UTC", number(days), if days == 1 { "day" } else { "days" });
    Some(if days == 1 { format!("{first} ({count})") } else { format!("{first} to {last} ({count})") })
}

/// 10,000 instead of 10000.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// 36 h, or 36 h 5 min; shorter than a minute in seconds.
pub(crate) fn duration(seconds: u64) -> String {
    let (hours, minutes) = (seconds / HOUR_SECONDS.unsigned_abs(), seconds % HOUR_SECONDS.unsigned_abs() / 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{} h", number(hours)),
        (hours, minutes) => format!("{} h {minutes} min", number(hours)),
    }
}

/// How much of what was asked is proved, whatever the verdict.
pub(crate) fn measured(report: &Report) -> String {
    let (digests, logs) = (&report.counts.digests, &report.counts.logs);
    format!(
        "Under keys that the verifier supplied, {} of {} digest files and {} of {} listed log files are proved.{}",
        number(digests.authenticated),
        number(digests.all()),
        number(logs.authenticated),
        number(logs.listed()),
        measure(report)
    )
}

/// How much of what was asked is covered, where one period was asked and all chains are listed: of an open verdict that is the first
/// question. What only enclosed keys vouch for is no measure, because whoever encloses a key can sign any time with it.
fn measure(report: &Report) -> String {
    let absent = report.findings.iter().filter(|finding| finding.code == Code::CoverageAbsent && finding.effect > Effect::Informs);
    let absent = absent.map(|finding| finding.count).fold(0, u64::saturating_add);
    let mut sentences = Vec::new();
    if absent > 0 {
        sentences.push(format!(" {}.", found(Code::CoverageAbsent, Effect::Limits, absent)));
    }
    let owing: Vec<&Chain> = report.chains.iter().filter(|chain| chain.in_scope && chain.kind == DigestKind::Normal).collect();
    let is_of_enclosed_keys = |chain: &&Chain| chain.digests.proved != chain.digests.authenticated;
    let periods: BTreeSet<Option<Period>> = report.asked.questions.iter().map(|question| question.period).collect();
    if let [Some(period)] = periods.into_iter().collect::<Vec<_>>().as_slice()
        && report.left_out.chains == 0
        && !owing.is_empty()
        && !owing.iter().any(is_of_enclosed_keys)
    {
        let asked = period.seconds().saturating_mul(owing.len() as u64);
        let gaps = owing.iter().flat_map(|chain| &chain.gaps).map(Period::seconds).fold(0, u64::saturating_add);
        let count = owing.len() as u64;
        let chains = if absent > 0 {
            counted(count, "chain that is here", "chains that are here")
        } else {
            counted(count, "chain", "chains")
        };
        sentences.push(format!(" Signed digest files cover {} that were asked for {chains}.", part(asked, gaps)));
    }
    sentences.concat()
}

/// How much of an asked time is covered. Rounded down, and what is not all is never called all of it.
fn part(asked: u64, gaps: u64) -> String {
    let covered = asked.saturating_sub(gaps);
    let whole = duration(asked);
    let thousandths = (u128::from(covered) * 1000).checked_div(asked.into()).unwrap_or_default();
    match covered {
        0 => format!("nothing of the {whole}"),
        _ if gaps == 0 => format!("all of the {whole}"),
        _ if duration(covered) == whole => format!("all but {} of the {whole}", duration(gaps)),
        _ => format!("{}.{} %, {}, of the {whole}", thousandths / 10, thousandths % 10, duration(covered)),
    }
}

/// What a verdict cannot notice, because nobody asked: who quotes the sentence must not lose that.
fn unnamed(report: &Report) -> &'static str {
    let questions = &report.asked.questions;
    let no_account = questions.iter().any(|question| question.accounts.is_empty());
    let no_region = questions.iter().any(|question| question.regions.is_empty());
    match (no_account, no_region) {
        (true, true) => " No account or region was named: one that is missing altogether would not be noticed.",
        (true, false) => " No account was named: one that is missing altogether would not be noticed.",
        (false, true) => " No region was named: one that is missing altogether would not be noticed.",
        (false, false) => "",
    }
}

/// What a code says of one subject, and of several.
const FOUND: [(Code, &str, &str); 63] = [
    (
        Code::ArchiveEntryUnreadable,
        "entry or container is not what it is described as, or could not be read",
        "entries or containers are not what they are described as, or could not be read",
    ),
    (Code::ArchiveEntryUnsafe, "entry is unsafe and was refused", "entries are unsafe and were refused"),
    (
        Code::ArchiveEntryUnrecognised,
        "file has nearly a CloudTrail file's name, and was not judged by it",
        "files have nearly CloudTrail files' names, and were not judged by them",
    ),
    (Code::ArchiveEntryDuplicate, "object is here more than once", "objects are here more than once"),
    (Code::ArchiveEntryEncrypted, "entry is protected by a password", "entries are protected by a password"),
    (Code::ArchiveLimit, "entry was not read because of a limit", "entries were not read because of a limit"),
    (Code::ArchiveIgnored, "entry was not judged", "entries were not judged"),
    (Code::MetadataMalformed, "metadata file or key list could not be read", "metadata files or key lists could not be read"),
    (Code::ContainerTrailingData, "file has bytes behind its gzip data", "files have bytes behind their gzip data"),
    (Code::ContainerTruncated, "file is cut off or damaged", "files are cut off or damaged"),
    (
        Code::ContainerHeaderPayload,
        "file has a name or other bytes in its gzip header",
        "files have names or other bytes in their gzip headers",
    ),
    (Code::ContainerDecoded, "file is plain JSON", "files are plain JSON"),
    (Code::DigestIrregular, "digest file departs from the documented form", "digest files depart from the documented form"),
    (Code::DigestMalformed, "file with a digest file's name is no valid one", "files with digest files' names are no valid ones"),
    (Code::DigestIdentityMismatch, "digest file contradicts its own name", "digest files contradict their own names"),
    (
        Code::DigestRelocated,
        "digest file lies in other folders than AWS signed",
        "digest files lie in other folders than AWS signed",
    ),
    (Code::DigestDuplicate, "digest file shares its hour with another one", "digest files share their hours with others"),
    (
        Code::ChainFork,
        "digest file names a predecessor that another one names, too",
        "digest files name predecessors that others name, too",
    ),
    (Code::ChainCycle, "chain of links leads back to itself", "chains of links lead back to themselves"),
    (
        Code::ChainDigestMissing,
        "signed digest file names a predecessor that is missing",
        "signed digest files name predecessors that are missing",
    ),
    (
        Code::ChainLinkHashMismatch,
        "digest file is not the one that its successor commits to",
        "digest files are not those that their successors commit to",
    ),
    (
        Code::ChainLinkSignatureMismatch,
        "source gives another signature of a digest file than others do",
        "sources give other signatures of digest files than others do",
    ),
    (Code::ChainLinkTimeGap, "digest file starts after its predecessor ends", "digest files start after their predecessors end"),
    (
        Code::ChainLinkTimeOverlap,
        "digest file starts before its predecessor ends",
        "digest files start before their predecessors end",
    ),
    (
        Code::ChainOverlap,
        "digest file covers time that another covers, too, with no link between them",
        "digest files cover time that others cover, too, with no link between them",
    ),
    (
        Code::ChainLinkForeign,
        "link leads to what is no digest file of its chain",
        "links lead to what are no digest files of their chains",
    ),
    (Code::ChainMoved, "chain goes on at another place", "chains go on at other places"),
    (Code::ChainRestart, "chain begins anew", "chains begin anew"),
    (Code::DigestSignatureInvalid, "signature does not verify", "signatures do not verify"),
    (
        Code::DigestSignatureMalformed,
        "signature is not hexadecimal of its key's length",
        "signatures are not hexadecimal of their keys' length",
    ),
    (Code::DigestSignatureMissing, "digest file has no signature here", "digest files have no signature here"),
    (Code::DigestAlgorithmUnsupported, "digest file names another algorithm", "digest files name other algorithms"),
    (
        Code::DigestKeyUnknown,
        "digest file names a key that is not among the accepted ones",
        "digest files name keys that are not among the accepted ones",
    ),
    (
        Code::DigestKeyOtherRegion,
        "digest file is signed by a key of another region",
        "digest files are signed by keys of another region",
    ),
    (
        Code::DigestKeyOutsideValidity,
        "digest file is signed outside its key's validity",
        "digest files are signed outside their keys' validity",
    ),
    (Code::KeyEnclosed, "digest file is vouched for by an enclosed key only", "digest files are vouched for by enclosed keys only"),
    (
        Code::KeyFingerprintMismatch,
        "key is not the one that its fingerprint says",
        "keys are not those that their fingerprints say",
    ),
    (Code::KeyConflict, "fingerprint stands for two keys", "fingerprints stand for two keys"),
    (Code::KeyWeak, "key is too weak", "keys are too weak"),
    (Code::KeyMalformed, "key entry could not be read", "key entries could not be read"),
    (Code::KeyUnused, "key verified nothing", "keys verified nothing"),
    (Code::LogMissing, "listed log file is missing", "listed log files are missing"),
    (Code::LogHashMismatch, "log file is altered", "log files are altered"),
    (
        Code::LogRelocated,
        "log file lies under another name or in other folders",
        "log files lie under other names or in other folders",
    ),
    (
        Code::LogForeign,
        "listed object is no log file of its digest file's account and region",
        "listed objects are no log files of their digest files' accounts and regions",
    ),
    (Code::LogDoublyListed, "log file is listed twice", "log files are listed twice"),
    (Code::LogUnreferenced, "log file is listed by no digest file here", "log files are listed by no digest file here"),
    (
        Code::LogUnreferencedUndocumentedKind,
        "log file of an undocumented kind is listed by no digest file",
        "log files of an undocumented kind are listed by no digest file",
    ),
    (
        Code::LogUnproved,
        "log file is listed only by digest files that are not proved",
        "log files are listed only by digest files that are not proved",
    ),
    (Code::LakeSignFileMalformed, "sign file of CloudTrail Lake is not valid", "sign files of CloudTrail Lake are not valid"),
    (Code::LakeSignatureInvalid, "signature of a Lake result set does not verify", "signatures of Lake result sets do not verify"),
    (
        Code::LakeSignatureUnchecked,
        "signature of a Lake result set could not be checked",
        "signatures of Lake result sets could not be checked",
    ),
    (
        Code::LakeKeyEnclosed,
        "Lake result set is vouched for by an enclosed key only",
        "Lake result sets are vouched for by enclosed keys only",
    ),
    (
        Code::LakeKeyUnfit,
        "Lake result set is signed by a key that does not fit its region and time",
        "Lake result sets are signed by keys that do not fit their region and time",
    ),
    (
        Code::LakeFileHashMismatch,
        "Lake result file is not what its sign file lists",
        "Lake result files are not what their sign files list",
    ),
    (Code::LakeFileMissing, "Lake result file is missing", "Lake result files are missing"),
    (Code::LakeFileInflated, "Lake result file is unpacked", "Lake result files are unpacked"),
    (Code::LakeFileUnlisted, "Lake result file is listed by no sign file", "Lake result files are listed by no sign file"),
    (Code::LakeFileNameUnsafe, "Lake sign file lists an unsafe name", "Lake sign files list unsafe names"),
    (Code::LakeFileRenamed, "Lake result file bears another name", "Lake result files bear other names"),
    (
        Code::CoverageGap,
        "stretch of time is covered by no signed digest file",
        "stretches of time are covered by no signed digest file",
    ),
    (
        Code::CoverageAbsent,
        "combination of account, region and trail that was asked has no readable digest file here",
        "combinations of account, region and trail that were asked have no readable digest file here",
    ),
    (Code::CoverageOwnerUnstated, "trail's owner is not known", "trails' owners are not known"),
];

/// How many findings there are of a code, and what it says of each, as a clause.
pub(crate) fn found(code: Code, effect: Effect, count: u64) -> String {
    match (code, effect) {
        // It may lie in what could not be read.
        (Code::LogMissing, Effect::Limits) => counted(
            count,
            "listed log file was not found in what could be read",
            "listed log files were not found in what could be read",
        ),
        (Code::ChainDigestMissing, Effect::Limits) => counted(
            count,
            "signed digest file names a predecessor that was not found in what could be read",
            "signed digest files name predecessors that were not found in what could be read",
        ),
        (Code::ArchiveEntryDuplicate, Effect::Refutes | Effect::Limits) => counted(
            count,
            "object is here more than once, with different contents",
            "objects are here more than once, with different contents",
        ),
        (Code::ArchiveEmpty, _) => "no digest file was found".to_owned(),
        (Code::CoveragePeriodUnstated, _) => "no period was asked".to_owned(),
        // A test holds that each of the others is there.
        _ => FOUND.iter().find(|row| row.0 == code).map_or_else(String::new, |(_, one, many)| counted(count, one, many)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trail::section::{DigestCounts, LogCounts};
    use crate::report::Axes;
    use crate::terms::scope::Question;

    /// Questions about two accounts, a day each, and an archive that answers both.
    fn ask_two_questions(report: &mut Report) {
        let question = |account: &str, period: &str| Question {
            accounts: [account.to_owned()].into(),
            period: Some(period.parse().unwrap()),
            ..Question::default()
        };
        report.asked.questions = vec![
            question("111122223333", "2026-03-02T00:00:00Z/2026-03-03T00:00:00Z"),
            question("444455556666", "2026-03-01T00:00:00Z/2026-03-02T00:00:00Z"),
        ];
        report.counts.chains = 2;
        report.counts.digests = DigestCounts { proved: 25, authenticated: 25, ..DigestCounts::default() };
        report.counts.logs = LogCounts { proved: 1, authenticated: 1, ..LogCounts::default() };
    }

    #[test]
    fn whole_days_are_told_by_the_first_and_the_last() {
        let said = |period: &str| in_days(&period.parse().unwrap());
        assert_eq!(said("2026-07-01T00:00:00Z/2026-07-08T00:00:00Z"), "2026-07-01 to 2026-07-07 (7 days, UTC)");
        assert_eq!(said("2026-07-01T00:00:00Z/2026-07-02T00:00:00Z"), "2026-07-01 (1 day, UTC)");
        assert_eq!(said("2026-07-01T00:00:00Z/2026-07-08T00:00:01Z"), "2026-07-01T00:00:00Z to 2026-07-08T00:00:01Z");
    }

    #[test]
    fn every_code_has_words_for_one_and_for_several() {
        for code in Code::ALL {
            let [one, several] = [1, 2].map(|count| found(*code, Effect::Refutes, count));
            let is_single = matches!(code, Code::ArchiveEmpty | Code::CoveragePeriodUnstated);
            assert!(!one.is_empty() && (one == several) == is_single, "{code}: {one}; {several}");
        }
        assert_eq!(FOUND.len() + 2, Code::ALL.len());
    }

    #[test]
    fn the_sentence_says_for_when_what_and_why() {
        let mut report = crate::Case::new().conclude(&crate::Policy::default());
        let mut sentence = |integrity, authenticity, continuity, coverage, change: &dyn Fn(&mut Report)| {
            report.axes = Axes { integrity, authenticity, continuity, coverage };
            report.overall = report.axes.overall();
            change(&mut report);
            report.sentence(Language::En)
        };
        let (passed, open, failed) = (Outcome::Passed, Outcome::Indeterminate, Outcome::Failed);
        assert_eq!(
            sentence(open, open, open, open, &|_| ()),
            "Indeterminate with no period asked: nothing contradicts the evidence, but integrity, authenticity, continuity and coverage \
             could not be established; 0 digest files and 0 log files are proved."
        );
        assert_eq!(
            sentence(passed, passed, passed, passed, &ask_two_questions),
            "Passed for 2 different periods within 2026-03-01 to 2026-03-02 (2 days, UTC): 25 digest files and 1 log file in 2 chains are what AWS signed and \
             delivered, unaltered and in an unbroken chain, under keys that the verifier supplied. No region was named: one that is \
             missing altogether would not be noticed."
        );
        let of_enclosed_keys = |report: &mut Report| report.counts.digests.authenticated = 24;
        assert_eq!(
            sentence(passed, open, passed, passed, &of_enclosed_keys),
            "Indeterminate for 2 different periods within 2026-03-01 to 2026-03-02 (2 days, UTC): nothing contradicts the evidence, but authenticity could not \
             be established; 24 digest files and 1 log file are proved, and only enclosed keys vouch for 1 digest file and 0 log files \
             more. No region was named: one that is missing altogether would not be noticed."
        );
        assert!(
            sentence(passed, passed, passed, passed, &|_| ())
                .contains(" Only enclosed keys vouch for 1 digest file and 0 log files")
        );
        assert_eq!(
            sentence(failed, passed, failed, open, &|_| ()),
            "Failed for 2 different periods within 2026-03-01 to 2026-03-02 (2 days, UTC): the archive contradicts what was signed (integrity and continuity \
             failed; coverage could not be established)."
        );
        let of_own_extent = |report: &mut Report| {
            report.asked.questions.iter_mut().for_each(|question| question.period = None);
            report.proved_extent = Some("2026-03-01T00:00:00Z/2026-03-01T05:00:00Z".parse().unwrap());
            report.asked.policy.insert(Code::ChainRestart, Effect::Refutes);
        };
        assert_eq!(
            sentence(failed, passed, passed, passed, &of_own_extent),
            "Failed for 2026-03-01T00:00:00Z to 2026-03-01T05:00:00Z, the archive's own extent; no period was asked: the archive \
             contradicts what was signed (integrity failed). This is judged under the verifier's own policy: chain.restart refutes."
        );
    }
}
