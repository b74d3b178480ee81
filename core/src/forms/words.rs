//! What is said of a report: sentences and commands, made from its facts and from nothing else, so that a better word changes no digest.

use crate::bytes::text::counted;
use crate::evidence::IgnoredKind;
use crate::evidence::trail::fetch;
use crate::report::Report;
use crate::terms::finding::{About, Axis, Code, Finding};
use crate::terms::object::Object;
use crate::terms::outcome::Outcome;
use crate::terms::reason::in_words;

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
        (Some(asked), _) => format!("for {} to {}", asked.from, asked.to),
        (None, Some(extent)) => {
            format!("for {} to {}, the archive's own extent; no period was asked", extent.from, extent.to)
        }
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
            "Indeterminate {span}: nothing contradicts the evidence, but {open} could not be established; {proved} are proved{}.{policy}",
            if is_any_enclosed { format!(", and only enclosed keys vouch for {enclosed} more") } else { String::new() }
        ),
        Outcome::Failed => {
            let also = if open.is_empty() { String::new() } else { format!("; {open} could not be established") };
            format!("Failed {span}: the archive contradicts what was signed ({} failed{also}).{policy}", named(Outcome::Failed))
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trail::section::{DigestCounts, LogCounts};
    use crate::report::Axes;
    use crate::terms::finding::Effect;
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
             could not be established; 0 digest files and 0 log files in 0 chains are proved."
        );
        assert_eq!(
            sentence(passed, passed, passed, passed, &ask_two_questions),
            "Passed for 2026-03-01T00:00:00Z to 2026-03-03T00:00:00Z: 25 digest files and 1 log file in 2 chains are what AWS signed and \
             delivered, unaltered and in an unbroken chain, under keys that the verifier supplied. No region was named: one that is \
             missing altogether would not be noticed."
        );
        let of_enclosed_keys = |report: &mut Report| report.counts.digests.authenticated = 24;
        assert_eq!(
            sentence(passed, open, passed, passed, &of_enclosed_keys),
            "Indeterminate for 2026-03-01T00:00:00Z to 2026-03-03T00:00:00Z: nothing contradicts the evidence, but authenticity could not \
             be established; 24 digest files and 1 log file in 2 chains are proved, and only enclosed keys vouch for 1 digest file and 0 \
             log files more."
        );
        assert!(
            sentence(passed, passed, passed, passed, &|_| ())
                .contains(" Only enclosed keys vouch for 1 digest file and 0 log files")
        );
        assert_eq!(
            sentence(failed, passed, failed, open, &|_| ()),
            "Failed for 2026-03-01T00:00:00Z to 2026-03-03T00:00:00Z: the archive contradicts what was signed (integrity and continuity \
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
