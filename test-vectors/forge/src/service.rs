//! How CloudTrail delivers and signs, over simulated time: trails that are made, stopped, moved and made again, the files that they
//! leave in each account and region, and which of their time AWS signed for.
//!
//! A digest file of an hour comes while a trail logs and validates, at a fixed offset from the instant at which both were on. At that
//! instant comes a starting digest file, whose interval is the hour before: time in which the trail was off.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use crate::archive::Archive;
use crate::counter::Counter;
use crate::digest::{Digest, Log, Sealed, sha256};
use crate::records;
use crate::time::{iso, minute};
use crate::trail::Trail;

/// A span of time: from, and the first instant after it.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

/// Where a trail delivers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// The bucket.
    pub bucket: &'static str,
    /// The key prefix; may be empty.
    pub prefix: &'static str,
    /// For all accounts, below the `o-…` folder.
    pub in_organisation: bool,
}

impl Site {
    /// A bucket without a prefix, for one account.
    pub fn bucket(bucket: &'static str) -> Self {
        Self { bucket, prefix: "", in_organisation: false }
    }

    /// The same in another bucket, and from there back.
    fn other_bucket(self) -> Self {
        let bucket = if self.bucket == "trail-archive" { "audit-archive" } else { "trail-archive" };
        Self { bucket, ..self }
    }

    /// The same for an organisation.
    pub fn of_organisation(self) -> Self {
        Self { in_organisation: true, ..self }
    }
}

/// What somebody does to a trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// `CreateTrail`, with validation; it does not log yet.
    Create(Site),
    /// `DeleteTrail`
    Delete,
    /// `StartLogging`
    Start,
    /// `StopLogging`
    Stop,
    /// `UpdateTrail` that switches validation on.
    Validate,
    /// `UpdateTrail` that switches validation off.
    Unvalidate,
    /// `UpdateTrail` to another bucket or prefix, into an organisation or out of it.
    Move(Site),
    /// The account enables one more region.
    EnableRegion(&'static str),
}

/// How the last digest file of a run looks; AWS does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Last {
    /// It ends when the trail was switched off.
    #[default]
    Short,
    /// It is a whole hour, and ends after that.
    Whole,
    /// There is none.
    None,
}

/// A trail and what happens to it, in the order of time.
#[derive(Clone, Debug)]
pub struct Story {
    /// The account that owns the trail.
    pub owner: &'static str,
    /// The trail's name.
    pub name: &'static str,
    /// Its home region.
    pub home: &'static str,
    /// The source regions that are enabled from the start.
    pub regions: Vec<&'static str>,
    /// When, and what.
    pub acts: Vec<(DateTime<Utc>, Act)>,
    /// The last digest file of each run.
    pub last: Last,
    /// Whether a starting digest file lists what was delivered while validation was off.
    pub starting_lists_logs: bool,
}

impl Story {
    /// A trail that logs at a site from an instant on.
    pub fn new(owner: &'static str, name: &'static str, home: &'static str, begin: DateTime<Utc>, site: Site) -> Self {
        Self {
            owner,
            name,
            home,
            regions: vec![home],
            acts: vec![(begin, Act::Create(site)), (begin, Act::Start)],
            last: Last::default(),
            starting_lists_logs: false,
        }
    }

    /// Something more happens.
    pub fn then(mut self, time: DateTime<Utc>, act: Act) -> Self {
        self.acts.push((time, act));
        self
    }

    /// A life by numbers: each step is a pause in minutes and what happens then.
    pub fn live(mut self, steps: &[(u16, u8)]) -> Self {
        let (mut time, first) = self.acts[0].clone();
        let Act::Create(mut site) = first else { panic!("a story begins with its trail") };
        let (mut exists, mut logs, mut validates) = (true, true, true);
        for (pause, what) in steps {
            time += Duration::minutes(2 + i64::from(pause % 170)) + Duration::seconds(i64::from(pause % 53));
            if !exists {
                if what % 2 == 1 {
                    site = site.other_bucket();
                }
                (exists, logs, validates) = (true, true, true);
                self.acts.extend([(time, Act::Create(site.clone())), (time, Act::Start)]);
                continue;
            }
            let act = match what % 9 {
                0 | 1 => {
                    logs = !logs;
                    if logs { Act::Start } else { Act::Stop }
                }
                2 => {
                    validates = !validates;
                    if validates { Act::Validate } else { Act::Unvalidate }
                }
                3 | 4 => {
                    exists = false;
                    Act::Delete
                }
                5 => Act::EnableRegion("us-west-2"),
                which => {
                    site = match which {
                        6 => site.other_bucket(),
                        7 => Site { prefix: if site.prefix.is_empty() { "trail" } else { "" }, ..site },
                        _ => Site { in_organisation: !site.in_organisation, ..site },
                    };
                    Act::Move(site.clone())
                }
            };
            self.acts.push((time, act));
        }
        self
    }
}

/// What the service delivered.
#[derive(Clone, Default)]
pub struct World {
    /// The digest files.
    pub digests: Vec<Issued>,
    /// The log files that no digest file lists.
    pub undigested: Vec<Log>,
    /// When the trails logged.
    pub recorded: Vec<Recorded>,
}

/// A digest file, and which story it belongs to.
#[derive(Clone)]
pub struct Issued {
    /// The file.
    pub sealed: Sealed,
    /// The story.
    pub story: usize,
    /// The chain that its name states.
    pub name: Name,
    /// Its bucket, and the folders of its key above the account.
    pub place: String,
    /// The place of the predecessor that it names.
    pub place_before: Option<String>,
}

/// What the name of a digest file states, but for the time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The account.
    pub account: String,
    /// The source region.
    pub region: String,
    /// The trail's name.
    pub trail: String,
    /// The home region.
    pub home: String,
}

/// A span in which a trail logged.
#[derive(Clone)]
pub struct Recorded {
    /// The chain.
    pub name: Name,
    /// When.
    pub span: Span,
}

/// Lets stories happen in some accounts until an instant.
pub fn deliver(accounts: &[&str], stories: &[Story], until: DateTime<Utc>) -> World {
    let mut world = World::default();
    for (index, story) in stories.iter().enumerate() {
        let mut regions = story.regions.clone();
        for (_, act) in &story.acts {
            if let Act::EnableRegion(region) = act {
                regions.push(region);
            }
        }
        regions.sort_unstable();
        regions.dedup();
        for account in accounts {
            for region in &regions {
                Line::new(index, story, account, region).run(until, &mut world);
            }
        }
    }
    world
}

/// One trail in one account and source region.
struct Line<'a> {
    index: usize,
    story: &'a Story,
    account: &'a str,
    region: &'static str,
    site: Option<Site>,
    logging: bool,
    validating: bool,
    enabled: bool,
    /// The newest digest file of the run, while digest files are made.
    newest: Option<Issued>,
    /// Since when logs are delivered.
    logging_since: Option<DateTime<Utc>>,
    /// Up to where logs were delivered.
    delivered: DateTime<Utc>,
    /// Logs that no digest file lists yet.
    pending: Vec<(DateTime<Utc>, Log)>,
}

impl<'a> Line<'a> {
    fn new(index: usize, story: &'a Story, account: &'a str, region: &'static str) -> Self {
        Self {
            index,
            story,
            account,
            region,
            site: None,
            logging: false,
            validating: false,
            enabled: story.regions.contains(&region),
            newest: None,
            logging_since: None,
            delivered: story.acts[0].0,
            pending: Vec::new(),
        }
    }

    fn name(&self) -> Name {
        let Story { name, home, .. } = self.story;
        Name {
            account: self.account.to_owned(),
            region: self.region.to_owned(),
            trail: (*name).to_owned(),
            home: (*home).to_owned(),
        }
    }

    fn run(mut self, until: DateTime<Utc>, world: &mut World) {
        for (time, act) in &self.story.acts {
            if *time >= until {
                break;
            }
            self.advance(*time, world);
            let (site, logged, signed) = (self.site.clone(), self.logs(), self.logs() && self.validating);
            self.apply(act);
            let (logs, signs) = (self.logs(), self.logs() && self.validating);
            if signed && !signs {
                // Whatever is still on its way comes with the last digest file, from the old site.
                let new = std::mem::replace(&mut self.site, site);
                self.finish(*time, !logs, world);
                self.site = new;
            }
            if logged && !logs {
                self.record(*time, world);
            }
            if !signed && signs {
                self.begin(*time, world);
            }
            if logs && self.logging_since.is_none() {
                self.logging_since = Some(*time);
            }
            if !logs {
                world.undigested.extend(self.pending.drain(..).map(|(_, log)| log));
            }
        }
        self.advance(until, world);
        self.record(until, world);
        world.undigested.extend(self.pending.drain(..).map(|(_, log)| log));
    }

    fn apply(&mut self, act: &Act) {
        match act {
            Act::Create(site) => {
                if self.site.is_none() {
                    self.site = Some(site.clone());
                    (self.logging, self.validating) = (false, true);
                }
            }
            Act::Move(site) => {
                if self.site.is_some() {
                    self.site = Some(site.clone());
                }
            }
            Act::Delete => self.site = None,
            Act::Start => self.logging = true,
            Act::Stop => self.logging = false,
            Act::Validate => self.validating = true,
            Act::Unvalidate => self.validating = false,
            Act::EnableRegion(region) => self.enabled |= *region == self.region,
        }
    }

    /// True while log files are delivered here.
    fn logs(&self) -> bool {
        let reaches = |site: &Site| site.in_organisation || self.account == self.story.owner;
        self.enabled && self.logging && self.site.as_ref().is_some_and(reaches)
    }

    /// The trail as it delivers now.
    fn trail(&self) -> Trail {
        let site = self.site.as_ref().expect("a trail that exists");
        let mut trail = Trail::new(self.account, self.region, self.story.name, self.story.home).in_bucket(site.bucket);
        if !site.prefix.is_empty() {
            trail = trail.with_prefix(site.prefix);
        }
        if site.in_organisation { trail.in_organisation() } else { trail }
    }

    fn record(&mut self, time: DateTime<Utc>, world: &mut World) {
        if let Some(since) = self.logging_since.take().filter(|since| *since < time) {
            world.recorded.push(Recorded { name: self.name(), span: (since, time) });
        }
    }

    /// Time passes: logs come at marks of five minutes, digest files every hour.
    fn advance(&mut self, to: DateTime<Utc>, world: &mut World) {
        while let Some(newest) = &self.newest {
            let start = newest.sealed.digest.end;
            let end = start + Duration::hours(1);
            if end > to {
                break;
            }
            self.deliver_logs(end);
            self.sign(start, end, world);
        }
        self.deliver_logs(to);
    }

    fn deliver_logs(&mut self, to: DateTime<Utc>) {
        let from = self.delivered;
        self.delivered = from.max(to);
        if !self.logs() {
            return;
        }
        let mut mark = from - Duration::seconds(from.timestamp() % 300) + Duration::minutes(5);
        while mark < to {
            let mut counter = Counter::new(format!("mark {} {} {} {}", self.index, self.account, self.region, iso(mark)));
            if counter.below(6) == 0 {
                self.pending.push((mark, self.log(mark, counter.below(5) == 0, "")));
            }
            mark += Duration::minutes(5);
        }
    }

    /// A log delivered then; a late one holds events of an hour or more before.
    fn log(&self, delivered: DateTime<Utc>, is_late: bool, salt: &str) -> Log {
        let trail = self.trail();
        let seed = trail.log_seed("CloudTrail", delivered, &format!("{} {} {salt}", self.story.home, self.index));
        let since = self.logging_since.unwrap_or(delivered);
        let late = delivered - Duration::minutes(75);
        let time = if is_late && since < late - Duration::minutes(10) { late } else { delivered };
        let content = records::log(self.account, self.region, &seed, time, 1);
        let key = trail.log_key("CloudTrail", delivered, &seed);
        Log { events: Some((content.newest, content.oldest)), ..Log::new(&trail.bucket, key, content.text) }
    }

    /// The digest file of an interval, with what was delivered by then.
    fn sign(&mut self, start: DateTime<Utc>, end: DateTime<Utc>, world: &mut World) {
        let trail = self.trail();
        let (listed, pending) = std::mem::take(&mut self.pending).into_iter().partition(|(mark, _)| *mark < end);
        self.pending = pending;
        let mut digest = Digest {
            account: trail.account.clone(),
            start,
            end,
            bucket: trail.bucket.clone(),
            key: trail.digest_key(end),
            signer: trail.signer,
            fingerprint: trail.signer.fingerprint(),
            algorithm: "SHA256withRSA".to_owned(),
            previous: None,
            logs: Vec::from_iter(listed).into_iter().map(|(_, log): (_, Log)| log).collect(),
            rewrite: None,
        };
        if let Some(newest) = &self.newest {
            digest.follow(&newest.sealed);
        }
        let place_before = self.newest.as_ref().map(|newest| newest.place.clone());
        let issued = Issued { sealed: digest.seal(), story: self.index, name: self.name(), place: place(&trail), place_before };
        self.newest = Some(issued.clone());
        world.digests.push(issued);
    }

    /// Logging and validation are on.
    fn begin(&mut self, time: DateTime<Utc>, world: &mut World) {
        let start = time - Duration::hours(1);
        let lists = self.story.starting_lists_logs;
        let (listed, earlier): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.pending).into_iter().partition(|(mark, _)| lists && *mark >= start);
        world.undigested.extend(earlier.into_iter().map(|(_, log)| log));
        self.pending = listed;
        self.sign(start, time, world);
    }

    /// Logging or validation are off.
    fn finish(&mut self, time: DateTime<Utc>, is_stopped: bool, world: &mut World) {
        let Some(start) = self.newest.as_ref().map(|newest| newest.sealed.digest.end) else { return };
        let end = match self.story.last {
            Last::Short => time,
            Last::Whole => start + Duration::hours(1),
            Last::None => start,
        };
        if start < end {
            if is_stopped {
                // What was recorded up to the stop, the stop itself among it.
                self.pending.push((time - Duration::seconds(1), self.log(time, false, "stop")));
            }
            self.sign(start, end, world);
        }
        self.newest = None;
    }
}

/// Bucket and folders above the account.
fn place(trail: &Trail) -> String {
    format!("{}/{}AWSLogs/{}", trail.bucket, trail.prefix, trail.org)
}

/// Which of the files were handed over, by content.
#[derive(Clone, Debug, Default)]
pub struct Handed {
    /// The SHA-256 of all contents.
    pub contents: BTreeSet<String>,
    /// The signatures that stand beside digest files, or that some file quotes.
    pub signatures: BTreeSet<String>,
}

/// A trail that is asked.
#[derive(Clone, Debug)]
pub enum Asked {
    /// All of this name.
    Name(&'static str),
    /// The one of this owner, name and home region.
    Arn(&'static str, &'static str, &'static str),
}

impl Asked {
    /// As it is written.
    pub fn text(&self) -> String {
        match self {
            Self::Name(name) => (*name).to_owned(),
            Self::Arn(owner, name, home) => format!("arn:aws:cloudtrail:{home}:{owner}:trail/{name}"),
        }
    }
}

/// A question about a period; an empty list does not restrict.
#[derive(Clone, Debug)]
pub struct Question {
    /// The period.
    pub period: Span,
    /// The accounts.
    pub accounts: Vec<&'static str>,
    /// The source regions.
    pub regions: Vec<&'static str>,
    /// The trails.
    pub trails: Vec<Asked>,
}

/// The digest files of one chain that were handed over.
pub struct Handful<'w> {
    /// What their names state.
    pub name: Name,
    /// Their places, and those of the predecessors that they name.
    pub places: BTreeSet<&'w str>,
    /// The files.
    pub digests: Vec<&'w Issued>,
    is_signed: bool,
    /// The first time, and where; what is signed counts first.
    first: (bool, DateTime<Utc>, &'w str),
}

impl<'w> Handful<'w> {
    fn new(issued: &'w Issued, is_signed: bool) -> Self {
        let place = issued.place.as_str();
        let before = issued.place_before.as_deref().map(|place| (!is_signed, issued.sealed.digest.start, place));
        let own = (!is_signed, issued.sealed.digest.end, place);
        let first = before.into_iter().chain([own]).min().unwrap_or(own);
        Self { name: issued.name.clone(), places: BTreeSet::from([place]), digests: vec![issued], is_signed, first }
    }

    fn join(&mut self, other: Self) {
        self.places.extend(other.places);
        self.digests.extend(other.digests);
        self.is_signed |= other.is_signed;
        self.first = self.first.min(other.first);
    }
}

impl Question {
    fn fits(&self, trail: &Asked, chain: &Handful<'_>) -> bool {
        match trail {
            Asked::Name(name) => chain.name.trail == *name,
            // Below an organisation's folder the trail's owner is not the account of the digest file.
            Asked::Arn(owner, name, home) => {
                chain.name.trail == *name
                    && chain.name.home == *home
                    && (chain.name.account == *owner || chain.first.2.contains("/o-"))
            }
        }
    }

    /// True if the question is about this chain.
    pub fn asks(&self, chain: &Handful<'_>) -> bool {
        self.asks_place(&chain.name.account, &chain.name.region)
            && (self.trails.is_empty() || self.trails.iter().any(|trail| self.fits(trail, chain)))
    }

    fn asks_place(&self, account: &str, region: &str) -> bool {
        (self.accounts.is_empty() || self.accounts.contains(&account))
            && (self.regions.is_empty() || self.regions.contains(&region))
    }

    fn has_absence(&self, chains: &[Handful<'_>]) -> bool {
        fn any<T: Clone>(list: &[T]) -> Vec<Option<T>> {
            if list.is_empty() { vec![None] } else { list.iter().cloned().map(Some).collect() }
        }
        any(&self.accounts).iter().any(|account| {
            any(&self.regions).iter().any(|region| {
                any(&self.trails).iter().any(|trail| {
                    !chains.iter().any(|chain| {
                        account.is_none_or(|account| chain.name.account == account)
                            && region.is_none_or(|region| chain.name.region == region)
                            && trail.as_ref().is_none_or(|trail| self.fits(trail, chain))
                    })
                })
            })
        })
    }
}

impl World {
    /// An archive of everything, with object metadata beside each digest file. Of two at one key the later one has replaced the other:
    /// a trail that is made again in the second in which the last digest file of the one before ends.
    pub fn archive(&self) -> Archive {
        let mut archive = Archive::default();
        let newest: BTreeMap<&str, &Sealed> =
            self.digests.iter().map(|issued| (issued.sealed.digest.key.as_str(), &issued.sealed)).collect();
        for sealed in self.digests.iter().map(|issued| &issued.sealed) {
            if newest[sealed.digest.key.as_str()].signature == sealed.signature {
                archive.digest(sealed);
                archive.sidecar(sealed);
            } else {
                sealed.digest.logs.iter().for_each(|log| archive.log(log));
            }
        }
        self.undigested.iter().for_each(|log| archive.log(log));
        archive
    }

    /// Everything is handed over.
    pub fn whole(&self) -> Handed {
        let digests = || self.digests.iter().map(|issued| &issued.sealed);
        let logs = digests().flat_map(|sealed| &sealed.digest.logs).chain(&self.undigested);
        Handed {
            contents: logs.map(|log| log.hash.clone()).chain(digests().map(content)).collect(),
            signatures: digests().map(|sealed| sealed.signature.clone()).collect(),
        }
    }

    /// Time that was signed though no trail of that name logged, in one account and region.
    pub fn unrecorded(&self) -> Vec<Span> {
        let recorded = |name: &Name| {
            let of_name = self.recorded.iter().filter(|recorded| recorded.name == *name);
            union(of_name.map(|recorded| recorded.span).collect())
        };
        let signed = self.digests.iter().filter_map(|issued| Some((&issued.name, own_time(&issued.sealed.digest)?)));
        signed.flat_map(|(name, span)| without(span, &recorded(name))).collect()
    }

    fn handed<'w>(&'w self, handed: &Handed) -> Vec<&'w Issued> {
        self.digests.iter().filter(|issued| handed.contents.contains(&content(&issued.sealed))).collect()
    }

    /// The chains of what was handed over: digest files of one name whose places are joined by links. What nobody signed joins no
    /// places for which others are signed.
    pub fn chains<'w>(&'w self, handed: &Handed) -> Vec<Handful<'w>> {
        let digests = self.handed(handed);
        let signatures = signatures(&digests, handed);
        let is_signed = |issued: &&Issued| signatures.contains(&issued.sealed.signature.as_str());
        let (signed, unsigned): (Vec<&Issued>, Vec<&Issued>) = digests.iter().partition(|issued| is_signed(issued));
        let mut named: BTreeMap<&Name, Vec<Handful<'w>>> = BTreeMap::new();
        for issued in signed.into_iter().chain(unsigned) {
            let chains = named.entry(&issued.name).or_default();
            let mut own = Handful::new(issued, is_signed(&issued));
            let at = |chains: &[Handful<'w>], place: &str| chains.iter().position(|chain| chain.places.contains(place));
            if let Some(index) = at(chains, &issued.place) {
                own.join(chains.remove(index));
            }
            if let Some(before) = issued.place_before.as_deref() {
                match at(chains, before) {
                    Some(index) if is_signed(&issued) || !(own.is_signed && chains[index].is_signed) => {
                        own.join(chains.remove(index))
                    }
                    Some(_) => (),
                    None => drop(own.places.insert(before)),
                }
            }
            chains.push(own);
        }
        named.into_values().flatten().collect()
    }

    /// What AWS signed for, of what was handed over of a chain: disjoint and sorted.
    pub fn signed(&self, chain: &Handful<'_>, handed: &Handed) -> Vec<Span> {
        let signatures = signatures(&self.handed(handed), handed);
        let signed = chain.digests.iter().filter(|issued| signatures.contains(&issued.sealed.signature.as_str()));
        union(signed.filter_map(|issued| own_time(&issued.sealed.digest)).collect())
    }

    /// The time of a period that nobody signed for, chain by chain of those that are asked.
    pub fn holes(&self, question: &Question, handed: &Handed) -> Vec<(Name, Vec<Span>)> {
        let chains = self.chains(handed);
        let asked = chains.iter().filter(|chain| question.asks(chain));
        let mut holes: Vec<(Name, Vec<Span>)> =
            asked.map(|chain| (chain.name.clone(), without(question.period, &self.signed(chain, handed)))).collect();
        holes.sort();
        holes
    }

    /// Why it would be wrong to say that everything asked is proved; none, if it may be said.
    pub fn objection(&self, question: &Question, handed: &Handed) -> Option<String> {
        let chains = self.chains(handed);
        if !chains.iter().any(|chain| question.asks(chain)) || question.has_absence(&chains) {
            return Some("what was asked is absent".to_owned());
        }
        if let Some((name, holes)) = self.holes(question, handed).iter().find(|(_, holes)| !holes.is_empty()) {
            return Some(format!("nobody signed for {holes:?} of {name:?}"));
        }
        let (from, to) = question.period;
        if let Some(overlap) = self.overlaps(question, handed).iter().find(|overlap| overlap.0 < to && from < overlap.1) {
            return Some(format!("two runs for {overlap:?}"));
        }
        for issued in chains.iter().filter(|chain| question.asks(chain)).flat_map(|chain| &chain.digests) {
            let digest = &issued.sealed.digest;
            if digest.start >= to || digest.end <= from {
                continue;
            }
            if let Some(log) = digest.logs.iter().find(|log| is_of(log, from, to) && !handed.contents.contains(&log.hash)) {
                return Some(format!("{} is listed and missing", log.key));
            }
        }
        let listed: BTreeSet<&str> =
            self.handed(handed).iter().flat_map(|issued| &issued.sealed.digest.logs).map(|log| log.hash.as_str()).collect();
        let logs = self.digests.iter().flat_map(|issued| &issued.sealed.digest.logs).chain(&self.undigested);
        for log in logs.filter(|log| handed.contents.contains(&log.hash) && !listed.contains(log.hash.as_str())) {
            let name = log.key.rsplit('/').next().unwrap_or_default();
            let parts: Vec<&str> = name.split('_').collect();
            let delivered = delivered(log);
            if question.asks_place(parts[0], parts[2]) && from < delivered + Duration::minutes(1) && delivered < to {
                return Some(format!("{} is not listed", log.key));
            }
        }
        None
    }

    /// Spans for which two digest files of an asked chain speak. A starting digest file is no party: a trail that is stopped and started
    /// again within an hour may end with a digest file of the whole hour, and begin with one that lists log files of the same.
    pub fn overlaps(&self, question: &Question, handed: &Handed) -> Vec<Span> {
        let signatures = signatures(&self.handed(handed), handed);
        let mut found = Vec::new();
        for chain in self.chains(handed).iter().filter(|chain| question.asks(chain)) {
            let digests = chain.digests.iter().map(|issued| &issued.sealed);
            let parties = digests.filter(|sealed| sealed.digest.previous.is_some());
            let signed = parties.filter(|sealed| signatures.contains(&sealed.signature.as_str()));
            let mut spans: Vec<Span> = signed.filter_map(|sealed| own_time(&sealed.digest)).collect();
            spans.sort_unstable();
            for pair in spans.windows(2) {
                let (from, to) = (pair[1].0, pair[0].1.min(pair[1].1));
                found.extend((from < to).then_some((from, to)));
            }
        }
        found
    }
}

/// The content's SHA-256.
fn content(sealed: &Sealed) -> String {
    sha256(sealed.text.as_bytes())
}

/// The signatures that stand beside a digest file, or in its successor.
fn signatures<'w>(digests: &[&'w Issued], handed: &'w Handed) -> BTreeSet<&'w str> {
    let quoted = digests.iter().filter_map(|issued| Some(issued.sealed.digest.previous.as_ref()?.signature.as_str()));
    quoted.chain(handed.signatures.iter().map(String::as_str)).collect()
}

/// What a digest file signs for. One without predecessor ends when the trail was switched on: it speaks for the log files that it
/// lists, from the delivery of the first of them on.
fn own_time(digest: &Digest) -> Option<Span> {
    let start = match &digest.previous {
        Some(_) => digest.start,
        None => digest.logs.iter().map(delivered).min()?,
    };
    Some((start, digest.end)).filter(|(start, end)| start < end)
}

/// The minute in a log file's name.
pub fn delivered(log: &Log) -> DateTime<Utc> {
    let name = log.key.rsplit('/').next().unwrap_or_default();
    let text = name.split('_').nth(3).unwrap_or_default();
    let time = chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%MZ").expect("a log file's name");
    debug_assert_eq!(minute(time.and_utc()), text);
    time.and_utc()
}

/// True if a listed log file may hold an event of a period.
fn is_of(log: &Log, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
    let delivered = delivered(log);
    log.events.is_none_or(|(newest, oldest)| !(delivered.max(newest) < from || delivered.min(oldest) >= to))
}

/// Sorted spans of which none meet.
fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut whole: Vec<Span> = Vec::new();
    for (from, to) in spans {
        match whole.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => whole.push((from, to)),
        }
    }
    whole
}

/// What of a span is in none of others, which are disjoint and sorted.
fn without((mut from, to): Span, spans: &[Span]) -> Vec<Span> {
    let mut rest = Vec::new();
    for (start, end) in spans {
        if from < *start && from < to {
            rest.push((from, to.min(*start)));
        }
        from = from.max(*end);
    }
    if from < to {
        rest.push((from, to));
    }
    rest
}
