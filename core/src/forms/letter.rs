//! The letter to the other side: before anything is handed over, and for what is missing then.

use std::collections::BTreeSet;
use std::io;

use serde::Serialize;

use crate::forms::asks::{Ask, MOST_PATTERNS, folders};
use crate::forms::reading;
use crate::forms::table::{self, Cell};
use crate::forms::words::{Language, in_days};
use crate::report::Report;
use crate::terms::finding::Need;
use crate::terms::outcome::Outcome;
use crate::terms::scope::{Question, Scope};
use crate::terms::time::{DAY_SECONDS, Period};

/// A letter in its parts, for those who set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Letter {
    /// What it is about, in a line.
    pub subject: String,
    /// Paragraphs before what is asked for.
    pub opening: Vec<String>,
    /// What is asked for.
    pub asks: Vec<LetterItem>,
    /// Paragraphs behind it.
    pub closing: Vec<String>,
}

/// A numbered item of a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LetterItem {
    /// What is asked for.
    pub what: String,
    /// Why.
    pub why: String,
    /// What is meant, by name.
    pub names: Vec<String>,
    /// Commands for a POSIX shell with the AWS CLI.
    pub commands: Vec<String>,
}

impl Letter {
    /// Writes what is asked for as CSV by RFC 4180, a row each, safe to open in a spreadsheet.
    ///
    /// # Errors
    ///
    /// What `out` fails with.
    pub fn write_csv(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let rows = self.asks.iter().zip(1_u64..).map(|(item, number)| {
            let text = |text: &str| Cell::Text(text.to_owned().into());
            let listed = |texts: &[String]| text(&texts.join("\n"));
            vec![Cell::Integer(number), text(&item.what), text(&item.why), listed(&item.names), listed(&item.commands)]
        });
        table::write_csv(&["number", "what", "why", "names", "commands"], rows, out)
    }
}

impl LetterItem {
    fn of(ask: Ask) -> Self {
        let found = ask.why.join("; ");
        Self { what: ask.what, why: format!("Because: {found}."), names: ask.names, commands: ask.commands }
    }
}

impl Report {
    /// What to write for what is open, to the other side.
    pub fn letter(&self, language: Language) -> Letter {
        let asks = self.asks(language).into_iter().filter(|ask| ask.need != Need::Verifier).map(LetterItem::of).collect::<Vec<_>>();
        let about = self.asked_period().map_or_else(String::new, |period| format!(" for {}", in_days(&period)));
        let is_nothing = asks.is_empty();
        let subject = match (is_nothing, self.overall) {
            (false, _) => "what is still needed",
            (true, Outcome::Passed) => "nothing more is needed",
            (true, _) => "nothing to ask for yet",
        };
        let request = "Please send what follows in a further archive, unchanged, in the folders of its keys. You need not send anything again \
                       that is not named here.";
        Letter {
            subject: format!("CloudTrail evidence{about}: {subject}"),
            opening: [format!("The result of the verification so far: {}", self.sentence(language))]
                .into_iter()
                .chain((!is_nothing).then(|| request.to_owned()))
                .collect(),
            asks,
            closing: (!is_nothing).then(|| OTHER_WAY.to_owned()).into_iter().collect(),
        }
    }
}

/// A number that came with the file is worth no more than the file.
const OTHER_WAY: &str = "Please tell us the SHA-256 of each archive by another channel than the archive itself.";

impl Scope {
    /// What to write before anything is handed over; nothing where no period is asked.
    pub fn letter(&self, language: Language) -> Option<Letter> {
        match language {
            Language::En => self.letter_in_english(),
        }
    }

    fn letter_in_english(&self) -> Option<Letter> {
        let periods = || self.questions.iter().filter_map(|question| question.period);
        let whole = Period::new(periods().map(|period| period.from).min()?, periods().map(|period| period.to).max()?).ok()?;
        let days = Period { from: whole.from.day().plus(-DAY_SECONDS), to: whole.to.plus(2 * DAY_SECONDS - 1).day() };
        let asked: Vec<String> = self.questions.iter().map(|question| format!("{}.", reading::asked_of(question, ""))).collect();
        let first = days.from.date_text().replace('-', "/");
        let last = days.to.plus(-DAY_SECONDS).date_text().replace('-', "/");
        let plain =
            |what: &str, why: &str| LetterItem { what: what.to_owned(), why: why.to_owned(), names: vec![], commands: vec![] };
        let mut asks = vec![
            LetterItem {
                what: format!(
                    "The log files (CloudTrail) and the digest files (CloudTrail-Digest): the day folders {first} to {last}, which are those of \
                     the period, of the day before and of the day after."
                ),
                why: "The hour of a digest file reaches across midnight, and the signature of each stands in the one after it."
                    .to_owned(),
                names: Vec::new(),
                commands: self.copies(days),
            },
            plain(
                "Each file as it lies in the bucket: not unpacked, not renamed, in the folders of its key, with the bucket's name on top. Any \
                 archiver may pack the whole.",
                "AWS signed the bytes and the place of each file.",
            ),
            plain(
                "Every account, region and trail that is named above, also where nothing happened.",
                "CloudTrail delivers a digest file for silent hours, too; one that is missing is a gap.",
            ),
        ];
        asks.push(LetterItem {
            what: "If you like, how the trails are set up.".to_owned(),
            why: "It proves nothing, and answers questions.".to_owned(),
            names: Vec::new(),
            commands: self.captures(),
        });
        Some(Letter {
            subject: format!("CloudTrail evidence for {}", in_days(&whole)),
            opening: ["We want to verify, without access to your accounts, that the CloudTrail log files of a period are complete and unaltered. \
                       AWS signs them hourly, in digest files. Please send us what AWS delivered, for:"
                .to_owned()]
            .into_iter()
            .chain(asked)
            .collect(),
            asks,
            closing: vec![
                "CloudTrail's public keys are not needed from you: we fetch them from AWS.".to_owned(),
                OTHER_WAY.to_owned(),
            ],
        })
    }

    fn copies(&self, days: Period) -> Vec<String> {
        let folders = folders(days);
        if folders.len() > MOST_PATTERNS {
            return Vec::new();
        }
        let names = |of: fn(&Question) -> &BTreeSet<String>| -> BTreeSet<&str> {
            let is_all = self.questions.iter().any(|question| of(question).is_empty());
            let named = self.questions.iter().flat_map(of).map(String::as_str);
            if is_all { BTreeSet::from(["*"]) } else { named.collect() }
        };
        let (accounts, regions) = (names(|question| &question.accounts), names(|question| &question.regions));
        let is_few = accounts.len().saturating_mul(regions.len()).saturating_mul(folders.len()) <= MOST_PATTERNS;
        let any = BTreeSet::from(["*"]);
        let (accounts, regions) = if is_few { (&accounts, &regions) } else { (&any, &any) };
        let mut patterns = Vec::new();
        for (account, region) in accounts.iter().flat_map(|account| regions.iter().map(move |region| (account, region))) {
            // An organization's folder may stand before that of the account.
            let account = if *account == "*" { "*".to_owned() } else { format!("*{account}") };
            patterns.extend(folders.iter().map(|folder| format!("--include '{account}/CloudTrail*/{region}/{folder}/*'")));
        }
        let places = "s3://BUCKET/PREFIX/AWSLogs/ evidence/BUCKET/PREFIX/AWSLogs/";
        vec![format!("aws s3 cp {places} --recursive --exclude '*' {}", patterns.join(" "))]
    }

    fn captures(&self) -> Vec<String> {
        let regions: BTreeSet<&str> =
            self.questions.iter().flat_map(|Question { regions, .. }| regions).map(String::as_str).collect();
        let regions = if regions.is_empty() { BTreeSet::from(["REGION"]) } else { regions };
        let command = |region: &str| {
            format!("aws cloudtrail describe-trails --region {region} --output json > captures/describe-trails-{region}.json")
        };
        regions.into_iter().map(command).collect()
    }
}
