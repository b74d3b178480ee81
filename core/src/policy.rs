//! What the caller demands: whom to trust, what to cover, how much to read, how to weigh.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::entry::{self, ChainId, DigestName, Kind, LogName, SplitPath};
use crate::error::Error;
use crate::examine::keys::{self, KeyEntry};
use crate::finding::{Code, Effect};
use crate::time::{HOUR_SECONDS, MINUTE_SECONDS, Period, Time};

/// Everything that a verdict depends on besides the archive.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Whose keys count.
    pub trust: Trust,
    /// What was asked.
    pub scope: Scope,
    /// How codes are weighed, where the caller departs from the catalogue.
    pub weights: Weights,
}

/// The verifier's own keys and pins. Keys inside the archive never become trust.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    pub(crate) keys: Vec<KeyEntry>,
    pub(crate) enclosed: Vec<KeyEntry>,
    pub(crate) pins: Option<BTreeSet<[u8; 32]>>,
}

/// Whether the verifier got a key file without the sender's help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// Got by the verifier from AWS.
    Own,
    /// Lies in the archive, or was handed over with it.
    Enclosed,
}

impl Trust {
    /// Adds a key file: the output of `aws cloudtrail list-public-keys`. A `file_name` of the form `REGION.json` or
    /// `public-keys-REGION.json` states the region of its keys.
    ///
    /// # Errors
    ///
    /// [`Error::Keys`] if it is no key list.
    pub fn add_keys(&mut self, file_name: &str, json: &[u8], provenance: Provenance) -> Result<(), Error> {
        let entries = keys::read_list(json, entry::stated_region(file_name.as_bytes()), crate::Limits::default().json_depth)
            .map_err(|reason| Error::Keys { reason })?;
        match provenance {
            Provenance::Own => self.keys.extend(entries),
            Provenance::Enclosed => self.enclosed.extend(entries),
        }
        Ok(())
    }

    /// Adds a pin file: one SHA-256 of a key's DER bytes in hexadecimal per line, `#` begins a comment. From then on a key
    /// that is not listed is at best enclosed.
    ///
    /// # Errors
    ///
    /// [`Error::Pin`] with the line that is no SHA-256.
    pub fn add_pins(&mut self, text: &str) -> Result<(), Error> {
        let mut pins = BTreeSet::new();
        for (index, line) in text.lines().enumerate() {
            let pin = line.split('#').next().unwrap_or("").trim();
            if pin.is_empty() {
                continue;
            }
            let mut sha256 = [0; 32];
            hex::decode_to_slice(pin, &mut sha256).map_err(|_| Error::Pin { line: index.saturating_add(1) })?;
            pins.insert(sha256);
        }
        self.pins.get_or_insert_default().extend(pins);
        Ok(())
    }

    /// True if the verifier brought no key and no pin.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.pins.as_ref().is_none_or(BTreeSet::is_empty)
    }
}

/// One question: these accounts, regions and trails, in this period. An empty list does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Question {
    /// The accounts asked.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub accounts: BTreeSet<String>,
    /// The source regions asked.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub regions: BTreeSet<String>,
    /// The trails asked: names, or ARNs, which also ask for the home region and the account.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub trails: BTreeSet<String>,
    /// The period asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
}

impl Question {
    pub(crate) fn matches_place(&self, account: &str, region: &str, chain: Option<&ChainId<'_>>) -> bool {
        let in_list = |list: &BTreeSet<String>, name: &str| list.is_empty() || list.contains(name);
        let is_trail =
            |chain: &ChainId<'_>| self.trails.is_empty() || self.trails.iter().any(|asked| TrailAsked::of(asked).fits(chain));
        in_list(&self.accounts, account) && in_list(&self.regions, region) && chain.is_none_or(is_trail)
    }

    /// Every combination of what is named; each owes a chain. Nothing named owes nothing.
    pub(crate) fn combinations(&self) -> Vec<[Option<&str>; 3]> {
        fn or_any(list: &BTreeSet<String>) -> Vec<Option<&str>> {
            if list.is_empty() { vec![None] } else { list.iter().map(|name| Some(name.as_str())).collect() }
        }
        if self.accounts.is_empty() && self.regions.is_empty() && self.trails.is_empty() {
            return Vec::new();
        }
        let mut all = Vec::new();
        for account in or_any(&self.accounts) {
            for region in or_any(&self.regions) {
                for trail in or_any(&self.trails) {
                    all.push([account, region, trail]);
                }
            }
        }
        all
    }
}

/// A trail as it was asked: by its name, or by its ARN, `arn:PARTITION:cloudtrail:HOME-REGION:ACCOUNT:trail/NAME`
/// ([AWS](https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Trail.html)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrailAsked<'a> {
    pub(crate) name: &'a str,
    /// Home region and account, of an ARN.
    pub(crate) origin: Option<(&'a str, &'a str)>,
}

impl<'a> TrailAsked<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let mut parts = text.splitn(6, ':');
        let of_arn = (|| match (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?) {
            ("arn", _, "cloudtrail", home, account, trail) => {
                Some(Self { name: trail.strip_prefix("trail/")?, origin: Some((home, account)) })
            }
            _ => None,
        })();
        of_arn.unwrap_or(Self { name: text, origin: None })
    }

    /// True if a chain may be this trail's. Below the folder of an organization the digest files do not state the account of the trail,
    /// which is the management account's or a delegated administrator's.
    pub(crate) fn fits(&self, chain: &ChainId<'_>) -> bool {
        self.name == chain.trail
            && self.origin.is_none_or(|(home, account)| {
                home == chain.home_region
                    && (account == chain.account || chain.place.is_of_organization() || !chain.place.is_known())
            })
    }
}

/// What was asked, and the renamings that the verifier knows of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The questions; never empty when made by [`Request::scope`]. No question asks for everything.
    pub questions: Vec<Question>,
    /// Known renamings of buckets and prefixes.
    pub relocations: Vec<Relocation>,
}

impl Scope {
    /// The one question of this period, all accounts, regions and trails.
    pub fn covering(period: Period) -> Self {
        Self { questions: vec![Question { period: Some(period), ..Question::default() }], relocations: Vec::new() }
    }

    /// True if no question states a period.
    pub fn has_no_period(&self) -> bool {
        self.questions.iter().all(|question| question.period.is_none())
    }

    /// True if the digest file that bears this name is asked; its interval is taken to be the hour before the time in it.
    pub(crate) fn is_named(&self, name: &DigestName<'_>) -> bool {
        let DigestName { chain, time } = name;
        let hour = Period { from: time.plus(-HOUR_SECONDS), to: *time };
        self.is_asked(chain.account, chain.region, Some(chain), Some(hour))
    }

    /// True if a log file that a digest file of this chain lists may hold events of the asked period: unless it was delivered before the
    /// period and its newest event lies before it, or delivered after the period and its oldest event lies after it, or at its end. The
    /// minute of delivery is that in its name; what is not known leaves it in.
    pub(crate) fn is_listing_asked(
        &self,
        chain: &ChainId<'_>,
        minute: Option<Time>,
        newest: Option<Time>,
        oldest: Option<Time>,
    ) -> bool {
        let is_outside = |asked: &Period| {
            minute.is_some_and(|minute| {
                let is_before = minute.plus(MINUTE_SECONDS) <= asked.from && newest.is_some_and(|newest| newest < asked.from);
                let is_after = minute >= asked.to && oldest.is_some_and(|oldest| oldest >= asked.to);
                is_before || is_after
            })
        };
        self.questions.is_empty()
            || self.questions.iter().any(|question| {
                question.matches_place(chain.account, chain.region, Some(chain))
                    && !question.period.as_ref().is_some_and(is_outside)
            })
    }

    /// True if a digest or log file's name says that it was asked.
    pub(crate) fn is_path_asked(&self, path: SplitPath<'_>) -> bool {
        let Ok(name) = std::str::from_utf8(path.name) else { return false };
        self.questions.is_empty()
            || entry::log_name(name).is_some_and(|name| self.is_log_asked(&name))
            || entry::digest_name(name).is_some_and(|name| self.is_named(&name))
    }

    /// True if a log file of this name is asked, whatever lists it: names do not tell trails.
    pub(crate) fn is_log_asked(&self, name: &LogName<'_>) -> bool {
        let minute = Period { from: name.time, to: name.time.plus(MINUTE_SECONDS) };
        self.is_asked(name.account, name.region, None, Some(minute))
    }

    /// Whether what has a name that is no CloudTrail file's may be asked: by the name with which it begins, or by the account.
    pub(crate) fn may_be_asked(&self, file_name: &[u8]) -> bool {
        match entry::continued(file_name).map(|continued| continued.claims) {
            Some(Kind::Digest(name)) => return self.is_named(&name),
            Some(Kind::Log(name)) => return self.is_log_asked(&name),
            _ => {}
        }
        let account = file_name.split(|byte| *byte == b'_').next().and_then(|account| std::str::from_utf8(account).ok());
        account.filter(|account| entry::is_account(account)).is_none_or(|account| {
            let asks = |question: &Question| question.accounts.is_empty() || question.accounts.contains(account);
            self.questions.is_empty() || self.questions.iter().any(asks)
        })
    }

    pub(crate) fn is_asked(&self, account: &str, region: &str, chain: Option<&ChainId<'_>>, period: Option<Period>) -> bool {
        self.questions.is_empty()
            || self.questions.iter().any(|question| {
                question.matches_place(account, region, chain)
                    && match (question.period, period) {
                        (Some(asked), Some(period)) => asked.meets(&period),
                        _ => true,
                    }
            })
    }
}

/// A renaming of a bucket or prefix that the verifier knows of: `s3://OLD[/PREFIX]=s3://NEW[/PREFIX]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relocation {
    old: (String, String),
    new: (String, String),
}

impl Relocation {
    /// Where an object of the old place is now: bucket and key.
    pub(crate) fn apply(&self, bucket: &str, key: &str) -> Option<(String, String)> {
        if bucket != self.old.0 {
            return None;
        }
        let rest = if self.old.1.is_empty() { key } else { key.strip_prefix(&self.old.1)?.strip_prefix('/')? };
        let key = if self.new.1.is_empty() { rest.to_owned() } else { format!("{}/{rest}", self.new.1) };
        Some((self.new.0.clone(), key))
    }
}

impl std::str::FromStr for Relocation {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        fn place(text: &str) -> Option<(String, String)> {
            let (bucket, prefix) = text.strip_prefix("s3://")?.split_once('/').unwrap_or((text.strip_prefix("s3://")?, ""));
            (!bucket.is_empty()).then(|| (bucket.to_owned(), prefix.trim_end_matches('/').to_owned()))
        }
        text.split_once('=')
            .and_then(|(old, new)| Some(Self { old: place(old)?, new: place(new)? }))
            .ok_or_else(|| Error::Relocation { text: text.to_owned() })
    }
}

impl std::fmt::Display for Relocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = |(bucket, prefix): &(String, String)| {
            if prefix.is_empty() { format!("s3://{bucket}") } else { format!("s3://{bucket}/{prefix}") }
        };
        write!(f, "{}={}", place(&self.old), place(&self.new))
    }
}

/// Where the caller departs from the catalogue: any code may be raised, one that limits may be lowered to inform, and one that
/// refutes stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weights(BTreeMap<Code, Effect>);

impl Weights {
    /// Gives a code another effect.
    ///
    /// # Errors
    ///
    /// [`Error::Policy`] if the code is unknown, or is one that refutes and would be lowered.
    pub fn set(&mut self, code: &str, effect: Effect) -> Result<(), Error> {
        let code = Code::from_name(code).ok_or_else(|| Error::Policy { reason: format!("there is no code '{code}'") })?;
        if code.explain().effect == Effect::Refutes && effect != Effect::Refutes {
            return Err(Error::Policy { reason: format!("'{code}' refutes and cannot be lowered") });
        }
        self.0.insert(code, effect);
        Ok(())
    }

    /// The departures, by code.
    pub fn iter(&self) -> impl Iterator<Item = (Code, Effect)> {
        self.0.iter().map(|(code, effect)| (*code, *effect))
    }

    /// A finding that refutes in its circumstances keeps doing so, whatever its code's usual effect.
    pub(crate) fn weigh(&self, code: Code, effect: Effect) -> Effect {
        match (self.0.get(&code), effect) {
            (_, Effect::Refutes) | (None, _) => effect,
            (Some(asked), _) => *asked,
        }
    }
}

/// How much is read, with the default of each bound. Passing one is the finding `archive.limit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Inflated bytes of one digest file, key list or metadata file. A digest file lists some 600 bytes per log file, so this is
    /// 100,000 log files in an hour.
    pub digest_bytes: u64,
    /// Inflated bytes of one log file. AWS delivers at most 50 MB compressed.
    pub log_bytes: u64,
    /// Stored bytes of one entry; containers apart.
    pub entry_bytes: u64,
    /// Entries of one case.
    pub entries: u64,
    /// Nesting of JSON. AWS's files nest two deep.
    pub json_depth: u32,
    /// Bytes of a path. S3 keys have at most 1,024.
    pub path_bytes: u32,
    /// What may come out of an archive for each byte of it. Log and digest files are packed to a tenth of their size, rarely to a
    /// fiftieth; `docs/semantics.md` says what is counted.
    pub unpacked_ratio: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            digest_bytes: 64 << 20,
            log_bytes: 1 << 30,
            entry_bytes: 4 << 30,
            entries: 100_000_000,
            json_depth: 64,
            path_bytes: 1024,
            unpacked_ratio: 512,
        }
    }
}

/// A scope as people write it: the fields of a scope file (TOML or JSON), which are those of the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// Start of the period: a date (midnight in UTC) or a time with an offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// End of the period, not inside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Accounts, twelve digits each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// Source regions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// Trail names, or trail ARNs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trails: Vec<String>,
    /// Questions of their own, for uneven organisations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expect>,
    /// Known renamings, `s3://OLD[/PREFIX]=s3://NEW[/PREFIX]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relocated: Vec<String>,
    /// Codes with another effect: `refutes`, `limits` or `informs`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub policy: BTreeMap<String, Effect>,
}

/// What one account owes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// The account, twelve digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Its regions; absent: those stated at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regions: Option<Vec<String>>,
    /// Its trails; absent: those stated at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trails: Option<Vec<String>>,
    /// Start of its period; absent: the one stated at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// End of its period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl Request {
    /// Reads a scope file: JSON if its first character is `{`, otherwise TOML.
    ///
    /// # Errors
    ///
    /// [`Error::Scope`] with the parser's reason; unknown fields are refused.
    pub fn from_file(text: &str) -> Result<Self, Error> {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.starts_with('{') {
            serde_json::from_str(text).map_err(|error| Error::Scope { reason: error.to_string() })
        } else {
            toml::from_str(text).map_err(|error| Error::Scope { reason: error.to_string() })
        }
    }

    /// What two requests ask together, for example a scope file and the options beside it.
    ///
    /// # Errors
    ///
    /// [`Error::Scope`] with the field that both state; nothing may be stated twice. Only renamings add up.
    pub fn joined(self, other: Self) -> Result<Self, Error> {
        fn once<T: PartialEq + Default>(field: &str, one: T, other: T) -> Result<T, Error> {
            match (one == T::default(), other == T::default()) {
                (true, _) => Ok(other),
                (false, true) => Ok(one),
                (false, false) => Err(Error::Scope { reason: format!("'{field}' is stated there and also beside it") }),
            }
        }
        Ok(Self {
            from: once("from", self.from, other.from)?,
            to: once("to", self.to, other.to)?,
            accounts: once("accounts", self.accounts, other.accounts)?,
            regions: once("regions", self.regions, other.regions)?,
            trails: once("trails", self.trails, other.trails)?,
            expect: once("expect", self.expect, other.expect)?,
            relocated: [self.relocated, other.relocated].concat(),
            policy: once("policy", self.policy, other.policy)?,
        })
    }

    /// The questions that it asks.
    ///
    /// # Errors
    ///
    /// The first field that cannot be used: half a period, an empty one, a name that is none.
    pub fn scope(&self) -> Result<Scope, Error> {
        let period = period(self.from.as_deref(), self.to.as_deref())?;
        let mut questions = Vec::new();
        if self.expect.is_empty() || !self.accounts.is_empty() {
            questions.push(Question {
                accounts: checked(&self.accounts, account)?,
                regions: checked(&self.regions, region)?,
                trails: checked(&self.trails, trail)?,
                period,
            });
        }
        for expect in &self.expect {
            let own = self::period(expect.from.as_deref(), expect.to.as_deref())?;
            questions.push(Question {
                accounts: checked(expect.account.as_slice(), account)?,
                regions: checked(stated(expect.regions.as_ref(), &self.regions), region)?,
                trails: checked(stated(expect.trails.as_ref(), &self.trails), trail)?,
                period: own.or(period),
            });
        }
        questions.sort();
        questions.dedup();
        let mut relocations = self.relocated.iter().map(|text| text.parse()).collect::<Result<Vec<Relocation>, _>>()?;
        relocations.sort();
        relocations.dedup();
        Ok(Scope { questions, relocations })
    }

    /// How it weighs codes.
    ///
    /// # Errors
    ///
    /// [`Error::Policy`] as [`Weights::set`].
    pub fn weights(&self) -> Result<Weights, Error> {
        let mut weights = Weights::default();
        for (code, effect) in &self.policy {
            weights.set(code, *effect)?;
        }
        Ok(weights)
    }
}

/// What a block states, or the top: an empty list states nothing, and must not ask for less.
fn stated<'a>(own: Option<&'a Vec<String>>, top: &'a [String]) -> &'a [String] {
    own.filter(|own| !own.is_empty()).map_or(top, Vec::as_slice)
}

fn period(from: Option<&str>, to: Option<&str>) -> Result<Option<Period>, Error> {
    match (from, to) {
        (None, None) => Ok(None),
        (Some(from), Some(to)) => Period::new(Time::from_text(from)?, Time::from_text(to)?).map(Some),
        _ => Err(Error::HalfPeriod),
    }
}

fn checked(names: &[String], check: fn(&str) -> Result<String, Error>) -> Result<BTreeSet<String>, Error> {
    names.iter().map(|name| check(name)).collect()
}

fn account(text: &str) -> Result<String, Error> {
    if entry::is_account(text) { Ok(text.to_owned()) } else { Err(Error::Account { text: text.to_owned() }) }
}

fn region(text: &str) -> Result<String, Error> {
    if entry::is_region(text) { Ok(text.to_owned()) } else { Err(Error::Name { what: "region", text: text.to_owned() }) }
}

fn trail(text: &str) -> Result<String, Error> {
    let TrailAsked { name, origin } = TrailAsked::of(text);
    let is_origin = origin.is_none_or(|(home, account)| entry::is_region(home) && entry::is_account(account));
    let is_trail = entry::is_trail(name) && is_origin;
    if is_trail { Ok(text.to_owned()) } else { Err(Error::Name { what: "trail name", text: text.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{DigestKind, Place};

    #[test]
    fn a_scope_file_reads_the_same_in_toml_and_json() {
        let toml = Request::from_file(
            "from = \"2026-03-01\"\nto = \"2026-03-02\"\nregions = [\"us-east-1\"]\n[[expect]]\naccount = \"111122223333\"\n\
             [policy]\n\"chain.restart\" = \"refutes\"\n",
        )
        .unwrap();
        let json = Request::from_file(
            r#"{"from":"2026-03-01","to":"2026-03-02","regions":["us-east-1"],"expect":[{"account":"111122223333"}],
                "policy":{"chain.restart":"refutes"}}"#,
        )
        .unwrap();
        assert_eq!(toml, json);
        assert_eq!(toml.weights().unwrap(), Weights([(Code::ChainRestart, Effect::Refutes)].into()));
        let scope = toml.scope().unwrap();
        assert_eq!(scope.questions.len(), 1);
        assert_eq!(scope.questions[0].regions.iter().collect::<Vec<_>>(), ["us-east-1"]);
        assert!(scope.questions[0].period.is_some());
        let emptied = Request { expect: vec![Expect { regions: Some(Vec::new()), ..toml.expect[0].clone() }], ..toml };
        assert_eq!(emptied.scope().unwrap(), scope, "an empty list states nothing");
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        let refused = |request: Request| request.scope().unwrap_err().to_string();
        assert!(refused(Request { from: Some("2026-03-01".into()), ..Request::default() }).contains("both ends"));
        for account in ["1", "1234567890123", "12345678901a", "１２３４５６７８９０１２"] {
            assert!(refused(Request { accounts: vec![account.into()], ..Request::default() }).contains("twelve digits"));
        }
        let period = |from: &str, to: &str| Request { from: Some(from.into()), to: Some(to.into()), ..Request::default() };
        assert!(refused(period("2026-03-01", "2026-03-01")).contains("empty"));
        assert!(refused(period("2026-03-01T00:00:00", "2026-03-02")).contains("offset"));
        assert!(Request::from_file("form = \"2026-03-01\"").is_err());
        assert!(Request::from_file("[[expect]]\nregion = \"us-east-1\"").is_err());
    }

    #[test]
    fn nothing_is_stated_twice() {
        let file = Request { from: Some("2026-03-01".into()), relocated: vec!["s3://a=s3://b".into()], ..Request::default() };
        let beside =
            Request { accounts: vec!["111122223333".into()], relocated: vec!["s3://c=s3://d".into()], ..Request::default() };
        let joined = file.clone().joined(beside).unwrap();
        assert_eq!((joined.from.as_deref(), joined.accounts.len(), joined.relocated.len()), (Some("2026-03-01"), 1, 2));
        let twice = file.clone().joined(file).unwrap_err().to_string();
        assert!(twice.contains("'from' is stated there and also beside it"), "{twice}");
    }

    #[test]
    fn a_policy_raises_anything_and_lowers_no_refutation() {
        let mut weights = Weights::default();
        weights.set("chain.restart", Effect::Refutes).unwrap();
        weights.set("log.unreferenced", Effect::Informs).unwrap();
        assert!(weights.set("log.missing", Effect::Limits).is_err());
        assert!(weights.set("log.mising", Effect::Refutes).is_err());
        let departures: BTreeMap<Code, Effect> = weights.iter().collect();
        assert_eq!(departures, [(Code::ChainRestart, Effect::Refutes), (Code::LogUnreferenced, Effect::Informs)].into());
        assert_eq!(weights.weigh(Code::ChainRestart, Effect::Informs), Effect::Refutes);
        assert_eq!(weights.weigh(Code::LogUnreferenced, Effect::Limits), Effect::Informs);
        assert_eq!(weights.weigh(Code::LogUnreferenced, Effect::Refutes), Effect::Refutes);
    }

    #[test]
    fn relocations_map_keys_below_their_prefix() {
        let rule: Relocation = "s3://old/a=s3://new/b/c/".parse().unwrap();
        assert_eq!(rule.apply("old", "a/AWSLogs/x"), Some(("new".into(), "b/c/AWSLogs/x".into())));
        assert_eq!(rule.apply("old", "ab/AWSLogs/x"), None);
        assert_eq!(rule.apply("new", "a/AWSLogs/x"), None);
        assert_eq!(rule.to_string(), "s3://old/a=s3://new/b/c");
        let bucket: Relocation = "s3://old=s3://new".parse().unwrap();
        assert_eq!(bucket.apply("old", "AWSLogs/x"), Some(("new".into(), "AWSLogs/x".into())));
        for wrong in ["s3://old", "old=new", "s3://=s3://new", ""] {
            assert!(wrong.parse::<Relocation>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn pins_are_one_hash_a_line() {
        let mut trust = Trust::default();
        let pin = "ab".repeat(32);
        trust.add_pins(&format!("# keys of us-east-1\n\n{pin}  # first\n")).unwrap();
        assert_eq!(trust.pins.as_ref().map(BTreeSet::len), Some(1));
        assert!(matches!(trust.add_pins("# x\nabcd"), Err(Error::Pin { line: 2 })));
    }

    #[test]
    fn only_what_the_verifier_brought_is_trust() {
        let list = trailseal_forge::keys::list(&[trailseal_forge::keys::Listed::key(&trailseal_forge::keys::US_EAST_1)]);
        let mut trust = Trust::default();
        trust.add_keys("us-east-1.json", &list, Provenance::Enclosed).unwrap();
        trust.add_pins("# none yet").unwrap();
        assert!(trust.is_empty());
        let mut with_pin = trust.clone();
        with_pin.add_pins(&"ab".repeat(32)).unwrap();
        assert!(!with_pin.is_empty());
        trust.add_keys("us-east-1.json", &list, Provenance::Own).unwrap();
        assert!(!trust.is_empty());
        assert!(matches!(trust.add_keys("us-east-1.json", b"{}", Provenance::Own), Err(Error::Keys { .. })));
    }

    #[test]
    fn every_combination_of_what_is_named_owes_a_chain() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
        let question = |accounts: &[&str], regions: &[&str], trails: &[&str]| Question {
            accounts: set(accounts),
            regions: set(regions),
            trails: set(trails),
            period: None,
        };
        assert_eq!(question(&[], &[], &[]).combinations(), Vec::<[Option<&str>; 3]>::new());
        assert_eq!(question(&["1"], &[], &[]).combinations(), [[Some("1"), None, None]]);
        assert_eq!(question(&[], &["r"], &[]).combinations(), [[None, Some("r"), None]]);
        assert_eq!(question(&[], &[], &["t"]).combinations(), [[None, None, Some("t")]]);
        let two = [[Some("1"), Some("r"), Some("t")], [Some("2"), Some("r"), Some("t")]];
        assert_eq!(question(&["1", "2"], &["r"], &["t"]).combinations(), two);
    }

    fn chain<'a>(trail: &'a str, home_region: &'a str, folder: &'a str) -> ChainId<'a> {
        let (kind, place) = (DigestKind::Normal, Place { bucket: "b", folder });
        ChainId { account: "111122223333", region: "us-east-1", trail, home_region, kind, place }
    }

    #[test]
    fn a_listed_log_file_is_outside_if_both_its_delivery_and_its_events_are() {
        let time = |text: &str| Time::from_text(&format!("2026-03-0{text}Z")).unwrap();
        let scope = Scope::covering(Period { from: time("1T10:00:00"), to: time("1T12:00:00") });
        let is_asked = |minute: &str, newest: Option<&str>, oldest: Option<&str>| {
            scope.is_listing_asked(&chain("t", "h", ""), Some(time(minute)), newest.map(time), oldest.map(time))
        };
        let (last_second, first_second) = (Some("1T09:59:59"), Some("1T10:00:00"));
        assert!(!is_asked("1T09:59:00", last_second, last_second));
        assert!(is_asked("1T09:59:00", first_second, last_second), "its newest event lies in the period");
        assert!(is_asked("1T10:00:00", last_second, last_second), "it was delivered in the period");
        assert!(is_asked("1T09:59:00", None, last_second) && is_asked("1T12:00:00", last_second, None), "who knows");
        assert!(!is_asked("1T12:00:00", Some("1T12:00:00"), Some("1T12:00:00")));
        assert!(is_asked("1T12:00:00", Some("1T12:00:00"), Some("1T11:59:59")), "its oldest event lies in the period");
        assert!(is_asked("1T11:59:00", Some("1T12:00:00"), Some("1T12:00:00")), "it was delivered in the period");
        assert!(is_asked("1T09:00:00", Some("1T12:00:00"), Some("1T12:00:00")), "both on one side");
        let half = Scope::covering(Period { from: time("1T10:00:30"), to: time("1T12:00:30") });
        let minute = |minute: &str| {
            half.is_listing_asked(&chain("t", "h", ""), Some(time(minute)), Some(time("1T08:00:00")), Some(time("1T13:00:00")))
        };
        assert!(minute("1T10:00:00") && !minute("1T09:59:00"), "a minute that reaches into the period");
        assert!(minute("1T12:00:00") && !minute("1T12:01:00"));
    }

    #[test]
    fn a_question_asks_for_what_it_names_and_restricts_nothing_else() {
        let period = |text: &str| text.parse::<Period>().unwrap();
        let asked = period("2026-03-01T00:00:00Z/2026-03-02T00:00:00Z");
        let scope = Scope::covering(asked);
        assert!(scope.is_asked("1", "r", None, Some(period("2026-03-01T23:00:00Z/2026-03-02T01:00:00Z"))));
        assert!(!scope.is_asked("1", "r", None, Some(period("2026-03-02T00:00:00Z/2026-03-02T01:00:00Z"))));
        assert!(scope.is_asked("1", "r", Some(&chain("t", "h", "AWSLogs")), None));
        let is_named = |text: &str| {
            let name = format!("111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_{text}.json");
            scope.is_named(&entry::digest_name(&name).unwrap())
        };
        assert!(is_named("20260302T005959Z") && is_named("20260301T000001Z"));
        assert!(!is_named("20260302T010000Z") && !is_named("20260301T000000Z"));

        let names =
            Question { regions: BTreeSet::from(["r".to_owned()]), trails: BTreeSet::from(["t".to_owned()]), ..Question::default() };
        let trail = |trail| chain(trail, "h", "AWSLogs");
        assert!(names.matches_place("1", "r", Some(&trail("t"))) && names.matches_place("1", "r", None));
        assert!(!names.matches_place("1", "s", Some(&trail("t"))) && !names.matches_place("1", "r", Some(&trail("u"))));
    }

    #[test]
    fn a_trail_is_asked_by_its_name_or_its_arn() {
        let asked = |text: &str| Request { trails: vec![text.to_owned()], ..Request::default() }.scope();
        let fits = |text: &str, chain: &ChainId<'_>| asked(text).unwrap().is_asked(chain.account, chain.region, Some(chain), None);
        let of_account = chain("mgmt", "us-east-1", "AWSLogs");
        let of_organization = chain("mgmt", "us-east-1", "p/AWSLogs/o-exampleorg1");
        let arn = |home: &str, account: &str| format!("arn:aws:cloudtrail:{home}:{account}:trail/mgmt");
        assert!(fits("mgmt", &of_account) && fits("mgmt", &of_organization));
        assert!(fits(&arn("us-east-1", "111122223333"), &of_account) && fits(&arn("us-east-1", "111122223333"), &of_organization));
        assert!(
            !fits(&arn("us-west-2", "111122223333"), &of_account) && !fits(&arn("us-west-2", "111122223333"), &of_organization)
        );
        assert!(!fits(&arn("us-east-1", "999988887777"), &of_account), "an account's trail is its own");
        assert!(fits(&arn("us-east-1", "999988887777"), &of_organization), "whose account its digest files do not state");
        assert!(fits(&arn("us-east-1", "999988887777"), &of_account.without_place()), "a name alone does not tell");
        for wrong in [
            "arn:aws:s3:::bucket",
            "arn:aws:cloudtrail:us-east-1:1:trail/t",
            "arn:aws:sns:us-east-1:111122223333:trail/t",
            "a b",
            "",
        ] {
            assert!(asked(wrong).is_err(), "{wrong}");
        }
    }
}
