//! Trails, and the chains of digests that they leave.

use chrono::{DateTime, Duration, Utc};

use crate::counter::Counter;
use crate::digest::{Digest, Log, Sealed};
use crate::keys::{self, TestKey};
use crate::records;
use crate::time::{at, basic, day, minute};

/// One trail in one account and source region.
#[derive(Clone)]
pub struct Trail {
    /// The account.
    pub account: String,
    /// The source region.
    pub region: String,
    /// The trail's name.
    pub name: String,
    /// The region in which the trail was made.
    pub home: String,
    /// The bucket.
    pub bucket: String,
    /// The key prefix, with its slash; may be empty.
    pub prefix: String,
    /// The organisation's folder, with its slash; may be empty.
    pub org: String,
    /// The start of the first digest.
    pub first: DateTime<Utc>,
    /// The key that signs.
    pub signer: &'static TestKey,
    /// The first digest starts a chain; otherwise it names a predecessor that is older than what is handed over.
    pub is_starting: bool,
}

impl Trail {
    /// An account's trail.
    pub fn new(account: &str, region: &str, name: &str, home: &str) -> Self {
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
            name: name.to_owned(),
            home: home.to_owned(),
            bucket: "trail-archive".to_owned(),
            prefix: String::new(),
            org: String::new(),
            first: at("2026-03-01T00:01:31Z"),
            signer: keys::of_region(region),
            is_starting: false,
        }
    }

    /// The same trail in an organisation.
    pub fn in_organisation(mut self) -> Self {
        self.org = "o-exampleorg1/".to_owned();
        self
    }

    /// The same trail with a key prefix.
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        self.prefix = format!("{prefix}/");
        self
    }

    /// The same trail in another bucket.
    pub fn in_bucket(mut self, bucket: &str) -> Self {
        self.bucket = bucket.to_owned();
        self
    }

    /// The same trail with digests from another hour on.
    pub fn from(mut self, first: &str) -> Self {
        self.first = at(first);
        self
    }

    /// The same trail where its first digest starts a chain: logging was switched on.
    pub fn starting(mut self) -> Self {
        self.is_starting = true;
        self
    }

    /// The digest before the first.
    fn before(&self) -> Sealed {
        Self { first: self.first - Duration::hours(1), ..self.clone() }.digest(0, 0).seal()
    }

    fn folder(&self, kind: &str, time: DateTime<Utc>) -> String {
        let Self { prefix, org, account, region, .. } = self;
        format!("{prefix}AWSLogs/{org}{account}/{kind}/{region}/{}/", day(time))
    }

    /// The key of a digest that ends at a time.
    pub fn digest_key(&self, end: DateTime<Utc>) -> String {
        let Self { account, region, name, home, .. } = self;
        let file = format!("{account}_CloudTrail-Digest_{region}_{name}_{home}_{}.json.gz", basic(end));
        self.folder("CloudTrail-Digest", end) + &file
    }

    /// A log of a kind (`CloudTrail`, `CloudTrail-Insight`, …), delivered at a time, with a number of records.
    pub fn log_of(&self, kind: &str, delivered: DateTime<Utc>, salt: &str, records: usize) -> Log {
        let Self { account, region, .. } = self;
        let seed = self.log_seed(kind, delivered, salt);
        let content = records::log(account, region, &seed, delivered, records);
        let key = self.log_key(kind, delivered, &seed);
        Log { events: Some((content.newest, content.oldest)), ..Log::new(&self.bucket, key, content.text) }
    }

    /// What a log's content and the end of its name depend on; the salt tells apart what is delivered in the same minute.
    pub fn log_seed(&self, kind: &str, delivered: DateTime<Utc>, salt: &str) -> String {
        let Self { account, region, name, .. } = self;
        format!("{account} {region} {name} {kind} {} {salt}", minute(delivered))
    }

    /// The key of a log of that seed.
    pub fn log_key(&self, kind: &str, delivered: DateTime<Utc>, seed: &str) -> String {
        let Self { account, region, .. } = self;
        let unique = Counter::new(format!("name of {seed}")).unique();
        self.folder(kind, delivered) + &format!("{account}_{kind}_{region}_{}_{unique}.json.gz", minute(delivered))
    }

    /// A log of management events with one or two records.
    pub fn log(&self, delivered: DateTime<Utc>, salt: &str) -> Log {
        self.log_of("CloudTrail", delivered, salt, 1 + delivered.timestamp().unsigned_abs() as usize / 300 % 2)
    }

    /// The start of an hour, counted from the first digest.
    pub fn hour(&self, n: usize) -> DateTime<Utc> {
        self.first + Duration::hours(n as i64)
    }

    /// A digest of an hour, still without predecessor; its logs come at the fifth minute and every 20 minutes.
    pub fn digest(&self, hour: usize, logs: usize) -> Digest {
        let (start, end) = (self.hour(hour), self.hour(hour + 1));
        let minute = Duration::minutes(1);
        let whole = start - Duration::seconds(start.timestamp() % 300);
        Digest {
            account: self.account.clone(),
            start,
            end,
            bucket: self.bucket.clone(),
            key: self.digest_key(end),
            signer: self.signer,
            fingerprint: self.signer.fingerprint(),
            algorithm: "SHA256withRSA".to_owned(),
            previous: None,
            logs: (0..logs).map(|n| self.log(whole + minute * (5 + 20 * n as i32), "")).collect(),
            rewrite: None,
        }
    }

    /// A chain with so many logs in each hour.
    pub fn chain(&self, hours: &[usize]) -> Chain {
        self.chain_with(hours, |_, _| ())
    }

    /// A chain whose digests are edited before they are signed.
    pub fn chain_with(&self, hours: &[usize], mut edit: impl FnMut(usize, &mut Digest)) -> Chain {
        let mut digests: Vec<Sealed> = Vec::new();
        for (hour, logs) in hours.iter().enumerate() {
            let mut digest = self.digest(hour, *logs);
            match digests.last() {
                Some(previous) => digest.follow(previous),
                None if self.is_starting => {}
                None => digest.follow(&self.before()),
            }
            edit(hour, &mut digest);
            digests.push(digest.seal());
        }
        Chain { trail: self.clone(), digests }
    }
}

/// Digests in their order, with their logs.
#[derive(Clone)]
pub struct Chain {
    /// The trail that left them.
    pub trail: Trail,
    /// The digests.
    pub digests: Vec<Sealed>,
}

impl Chain {
    /// The key of a digest.
    pub fn key(&self, hour: usize) -> &str {
        &self.digests[hour].digest.key
    }

    /// The key of a log.
    pub fn log(&self, hour: usize, n: usize) -> &str {
        self.digests[hour].log(n)
    }

    /// The newest digest.
    pub fn newest(&self) -> &Sealed {
        self.digests.last().expect("a chain with digests")
    }
}
