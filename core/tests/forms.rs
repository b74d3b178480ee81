//! The machine-readable forms of a report, over the test vectors.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Vector, load};
use trailseal::{
    Answer, Axis, Case, Cause, Cell, Change, Code, ColumnType, Comparison, Effect, Fate, Language, ObjectKind, Objects, Outcome,
    Reading, Reason, Report, Table, Time,
};

fn judged(vector: &Vector) -> (Report, Objects) {
    let mut case = Case::new();
    vector.exhibits().into_iter().for_each(|exhibit| case.admit(exhibit));
    case.conclude_with_objects(&vector.policy(), &|_, _| ())
}

fn vector(id: &str) -> Vector {
    load().into_iter().find(|vector| vector.id == id).unwrap_or_else(|| panic!("no vector {id}"))
}

fn csv_of(table: Table, report: &Report, objects: &Objects) -> Vec<u8> {
    let mut bytes = Vec::new();
    table.write_csv(report, objects, &mut bytes).unwrap();
    bytes
}

/// Every vector at once, because judging them is what takes time.
#[test]
fn every_form_of_every_vector_is_sound() {
    for vector in load() {
        let (report, objects) = judged(&vector);
        assert_eq!(report, vector.report(), "{}: objects change no report", vector.id);
        objects_agree_with_the_counts(&vector.id, &report, &objects);
        cells_are_of_their_columns(&vector.id, &report, &objects);
        suites_agree_with_the_verdict(&vector.id, &report);
        axes_are_answered_by_what_was_found(&vector.id, &report);
        causes_hold_every_finding_once(&vector.id, &report);
        every_cause_is_asked_for(&vector.id, &report);
        let of_chains = report.chains.iter().filter(|chain| chain.in_scope).map(|chain| chain.digests.proved);
        assert!(report.left_out.chains > 0 || of_chains.sum::<u64>() == report.counts.digests.proved, "{}", vector.id);
        let statement: serde_json::Value = serde_json::from_slice(&report.to_in_toto()).unwrap();
        let expected = if report.overall == Outcome::Passed { "PASSED" } else { "FAILED" };
        assert_eq!(statement["predicate"]["verificationResult"], expected, "{}", vector.id);
        let read = Report::from_json(&report.to_canonical_json()).unwrap();
        assert_eq!(read, report, "{}: a report survives being written", vector.id);
        let same = Comparison::of(&report, &read);
        assert!(!same.is_worse && same.findings.appeared.is_empty() && same.to_string().starts_with("THE SAME"), "{}", vector.id);
    }
}

fn objects_agree_with_the_counts(id: &str, report: &Report, objects: &Objects) {
    let mut seen: BTreeMap<(ObjectKind, Fate), u64> = BTreeMap::new();
    let mut outside = (0, 0);
    for object in objects.iter() {
        if !object.in_scope && (object.kind, object.fate) != (ObjectKind::Digest, Fate::Missing) {
            let slot = if object.kind == ObjectKind::Digest { &mut outside.0 } else { &mut outside.1 };
            *slot += u64::from(object.entry.is_some() && object.fate != Fate::Duplicate);
            continue;
        }
        *seen.entry((object.kind, object.fate)).or_default() += 1;
        assert_eq!(
            object.entry.is_none(),
            object.fate == Fate::Missing || object.sha256.is_none() && object.entry.is_none(),
            "{id}"
        );
    }
    let count = |kind, fate| seen.get(&(kind, fate)).copied().unwrap_or(0);
    let (digests, logs) = (report.counts.digests, report.counts.logs);
    for (kind, fate, expected) in [
        (ObjectKind::Digest, Fate::Proved, digests.proved),
        (ObjectKind::Digest, Fate::Unproved, digests.unproved),
        (ObjectKind::Log, Fate::Proved, logs.proved),
        (ObjectKind::Log, Fate::Failed, logs.failed),
        (ObjectKind::Log, Fate::Missing, logs.missing),
        (ObjectKind::Log, Fate::Unproved, logs.unproved),
        (ObjectKind::Log, Fate::Unreferenced, logs.unreferenced),
    ] {
        assert_eq!(count(kind, fate), expected, "{id}: {kind:?} {fate:?}");
    }
    assert_eq!(outside, (report.counts.outside.digests, report.counts.outside.logs), "{id}: outside");
    // A readable digest file that names no place at all is in no chain and in no count, but it has a row.
    assert!(count(ObjectKind::Digest, Fate::Failed) >= digests.failed, "{id}");
    let missing = report.findings.iter().filter(|finding| finding.code.name() == "chain.digest_missing").count() as u64;
    assert_eq!(count(ObjectKind::Digest, Fate::Missing), missing, "{id}");
}

/// What speaks against a chain is told with it, on whatever face: worst first, and never as if there were nothing.
#[test]
fn a_chain_that_a_finding_speaks_against_is_not_clean() {
    let mut by_finding_alone = 0;
    for vector in load() {
        let report = vector.report();
        let chains = trailseal::Reading::of(&report, Language::En).chains;
        assert!(chains.is_sorted_by_key(|standing| std::cmp::Reverse(standing.outcome)), "{}", vector.id);
        for standing in &chains {
            let chain = report.chains.iter().find(|chain| chain.id == standing.id).unwrap();
            let about = report.findings.iter().filter(|finding| finding.chain.as_ref() == Some(&chain.id));
            let worst = about.map(|finding| finding.effect).max().unwrap_or(Effect::Informs);
            match standing.outcome {
                Outcome::Failed => {}
                Outcome::Indeterminate => assert!(worst <= Effect::Limits, "{}", vector.id),
                Outcome::Passed => assert!(worst == Effect::Informs && chain.in_scope, "{}", vector.id),
                Outcome::NotAssessed => assert!(worst == Effect::Informs && !chain.in_scope, "{}", vector.id),
            }
            let is_counted = chain.digests.failed + chain.logs.failed + chain.logs.missing > 0;
            by_finding_alone += u64::from(standing.outcome == Outcome::Failed && !is_counted);
        }
        // The tables say the same.
        let objects = Objects::default();
        let standings = Table::Chains.rows(&report, &objects, 0).zip(&report.chains).map(|(row, chain)| {
            let outcome = Table::Chains.columns().iter().position(|column| column.name == "outcome").unwrap();
            (chain.id.clone(), row[outcome].clone())
        });
        for (id, outcome) in standings {
            let standing = chains.iter().find(|standing| standing.id == id).unwrap();
            assert_eq!(outcome, Cell::Text(standing.outcome.name().into()), "{}", vector.id);
        }
    }
    assert!(by_finding_alone > 10, "cycles, forks, foreign links: {by_finding_alone}");
}

fn cells_are_of_their_columns(id: &str, report: &Report, objects: &Objects) {
    for table in Table::ALL {
        let columns = table.columns();
        let mut rows = 0;
        for row in table.rows(report, objects, 0) {
            rows += 1;
            assert_eq!(row.len(), columns.len(), "{id} {table:?}");
            for (cell, column) in row.iter().zip(&columns) {
                let fits = match cell {
                    Cell::Empty => true,
                    Cell::Text(_) => column.holds == ColumnType::Text,
                    Cell::Integer(_) => column.holds == ColumnType::Integer,
                    Cell::Time(_) => column.holds == ColumnType::Time,
                    Cell::Boolean(_) => column.holds == ColumnType::Boolean,
                };
                assert!(fits, "{id} {table:?} {}: {cell:?}", column.name);
            }
        }
        assert_eq!(rows, table.row_count(report, objects), "{id} {table:?}");
        assert!(table.rows(report, objects, rows / 2).eq(table.rows(report, objects, 0).skip(rows / 2)), "{id} {table:?}");
        let bytes = csv_of(table, report, objects);
        assert!(bytes.ends_with(b"\r\n"), "{id} {table:?}");
        assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), rows + 1, "{id} {table:?}: one line per row and a head");
    }
}

/// No suite is greener than what it stands for.
fn suites_agree_with_the_verdict(id: &str, report: &Report) {
    let xml = String::from_utf8(report.to_junit()).unwrap();
    let (_, verdict) = xml.split_once("<testsuite name=\"verdict\"").unwrap();
    let (verdict, chains) = verdict.split_once("</testsuite>").unwrap();
    for axis in Axis::ALL {
        let case = verdict.split_once(&format!("name=\"{}\"", axis.name())).unwrap().1;
        let inner = case.split_once('<').map_or("", |(_, inner)| inner);
        let found = match report.axes.of(axis) {
            Outcome::Passed => case.starts_with("/>"),
            Outcome::NotAssessed => inner.starts_with("skipped "),
            Outcome::Indeterminate => inner.starts_with("error "),
            Outcome::Failed => inner.starts_with("failure "),
        };
        assert!(found, "{id}: {axis:?} {case}");
    }
    let on_chains = |effect| {
        report.findings.iter().any(|finding| finding.effect == effect && finding.chain.is_some() && finding.from.is_some())
    };
    assert_eq!(chains.contains("<failure "), on_chains(Effect::Refutes), "{id}: {chains}");
    if on_chains(Effect::Limits) && !on_chains(Effect::Refutes) {
        assert!(chains.contains("<error "), "{id}: {chains}");
    }
}

#[test]
fn the_policy_digest_is_that_of_what_was_asked() {
    let report = vector("scope/policy-lowers").report();
    let statement: serde_json::Value = serde_json::from_slice(&report.to_in_toto()).unwrap();
    let predicate = &statement["predicate"];
    let verdict = &predicate["https://github.com/trailseal/trailseal/report/v1"];
    assert_eq!(verdict["asked"]["policy"]["log.unreferenced"], "informs");
    assert_eq!(verdict["digest"]["sha256"], report.digest());
    assert_eq!(statement["subject"][0]["digest"]["sha256"], report.evidence_root);
    let other = vector("scope/policy-raises").report();
    let other: serde_json::Value = serde_json::from_slice(&other.to_in_toto()).unwrap();
    assert_ne!(predicate["policy"]["digest"], other["predicate"]["policy"]["digest"]);
}

fn axes_are_answered_by_what_was_found(id: &str, report: &Report) {
    for Answer { axis, outcome, answer, found, .. } in Reading::of(report, Language::En).axes {
        let is_any = |effect| report.findings.iter().any(|finding| finding.axis == axis && finding.effect == effect);
        let decides = match outcome {
            Outcome::Failed => is_any(Effect::Refutes),
            Outcome::Indeterminate => is_any(Effect::Limits),
            Outcome::Passed | Outcome::NotAssessed => id == "scope/policy-lowers" && axis == Axis::Integrity,
        };
        assert_eq!(decides, !found.is_empty(), "{id}: {} {found}", axis.name());
        assert!(answer.contains(&found), "{id}: {answer}");
    }
}

/// What bears on the verdict is told of once, as a cause or as what follows from one that weighs as much.
/// What is told as a cause is also asked for, of the other side or of the verifier; nothing is asked for where nothing is open.
fn every_cause_is_asked_for(id: &str, report: &Report) {
    let causes = report.causes(Language::En);
    let asks = report.asks(Language::En);
    let asked: BTreeSet<Code> = asks.iter().flat_map(|ask| ask.codes.iter().copied()).collect();
    for cause in causes.iter().filter(|cause| cause.code != Code::LogUnproved) {
        assert!(asked.contains(&cause.code), "{id}: nobody asks for {}", cause.code);
    }
    assert!(!causes.is_empty() || asks.is_empty(), "{id}: {asks:?}");
    for ask in &asks {
        assert!(ask.what.ends_with(['.', '?']) && !ask.why.is_empty(), "{id}: {ask:?}");
        assert!(ask.commands.iter().all(|command| command.starts_with("aws ") && !command.contains('\n')), "{id}: {ask:?}");
    }
    let letter = report.letter(Language::En);
    let for_others = asks.iter().filter(|ask| ask.need != trailseal::Need::Verifier).count();
    assert_eq!(letter.asks.len(), for_others, "{id}");
}

fn causes_hold_every_finding_once(id: &str, report: &Report) {
    let causes = report.causes(Language::En);
    let number = |text: &str| text.split(' ').next().and_then(|word| word.parse::<u64>().ok()).unwrap_or(1);
    // Of these there is one in a case.
    let single = ["archive.empty", "coverage.period_unstated"];
    let bearing = report.findings.iter().filter(|finding| finding.effect > Effect::Informs);
    let of_findings: u64 = bearing.map(|finding| if single.contains(&finding.code.name()) { 1 } else { finding.count }).sum();
    let of_cause = |cause: &Cause| number(&cause.what) + cause.follows.iter().map(|text| number(text)).sum::<u64>();
    assert_eq!(causes.iter().map(of_cause).sum::<u64>(), of_findings, "{id}: {causes:?}");
    assert_eq!(causes.is_empty(), report.findings.iter().all(|finding| finding.effect == Effect::Informs), "{id}");
    assert!(causes.is_sorted_by_key(|cause| std::cmp::Reverse(cause.effect)), "{id}");
}

#[test]
fn one_cause_is_told_once_with_what_follows() {
    let told = |id: &str| -> Vec<(&'static str, usize)> {
        vector(id).report().causes(Language::En).iter().map(|cause| (cause.code.name(), cause.follows.len())).collect()
    };
    assert_eq!(told("logs/deleted"), [("log.missing", 0)]);
    assert_eq!(told("scope/account-absent"), [("coverage.absent", 0)]);
    assert_eq!(told("baseline/one-digest"), []);
    // The gap that it leaves goes with the digest file that is missing.
    let causes = vector("backfill/does-not-cover").report().causes(Language::En);
    assert_eq!(causes.iter().map(|cause| cause.code.name()).collect::<Vec<_>>(), ["chain.digest_missing"]);
    assert_eq!(causes[0].follows, ["1 stretch of time is covered by no signed digest file"]);
}

#[test]
fn one_request_does_not_take_the_place_of_another() {
    let mut report = vector("entries/encrypted-log").report();
    let encrypted = report.findings.iter().find(|finding| finding.code == Code::ArchiveEntryEncrypted).unwrap().clone();
    let mut unreadable = encrypted;
    unreadable.code = Code::ArchiveEntryUnreadable;
    report.findings.push(unreadable);
    let asks = report.asks(Language::En);
    let container = asks.iter().find(|ask| ask.need == trailseal::Need::Container).unwrap();
    assert!(container.what.contains("without a password") && container.what.contains("made by another tool"), "{}", container.what);
}

#[test]
fn what_no_archive_could_be_called_is_put_into_no_command() {
    let mut report = vector("backfill/does-not-cover").report();
    assert!(report.asks(Language::En).iter().any(|ask| !ask.commands.is_empty()));
    for chain in &mut report.chains {
        chain.account = "1'; touch x; '".to_owned();
    }
    // Where not all chains are concerned, commands name the places.
    report.chains.push(report.chains[0].clone());
    report.chains.last_mut().unwrap().id.push('x');
    let asks = report.asks(Language::En);
    assert!(asks.iter().flat_map(|ask| &ask.commands).all(|command| !command.contains("touch")), "{asks:?}");
}

#[test]
fn a_place_with_a_log_file_that_nothing_lists_is_not_called_proved() {
    let report = vector("logs/planted").report();
    let state = Table::Asked.columns().iter().position(|column| column.name == "state").unwrap();
    let objects = Objects::default();
    let rows: Vec<_> = Table::Asked.rows(&report, &objects, 0).map(|row| row[state].clone()).collect();
    assert_eq!(report.overall, Outcome::Indeterminate);
    assert!(!rows.is_empty() && rows.iter().all(|cell| *cell == Cell::Text("partly".into())), "{rows:?}");
}

#[test]
fn answers_name_what_is_missing_apart_from_what_is_altered() {
    for (id, axis, answer) in [
        ("logs/deleted", 0, "No: 1 listed log file is missing."),
        (
            "scope/policy-lowers",
            0,
            "Yes, but for what the verifier's policy let pass: 1 log file is listed by no digest file here.",
        ),
        (
            "scope/account-absent",
            3,
            "Open: 1 combination of account, region and trail that was asked has no readable digest file here.",
        ),
        ("baseline/one-digest", 3, "Yes, all of it."),
    ] {
        assert_eq!(Reading::of(&vector(id).report(), Language::En).axes[axis].answer, answer, "{id}");
    }
}

#[test]
fn an_open_verdict_says_how_much_of_what_was_asked_is_covered() {
    let absent = "1 combination of account, region and trail that was asked has no readable digest file here";
    for (id, measure) in [
        ("scope/period-ends-later", " Signed digest files cover 83.3 %, 5 h, of the 6 h that were asked for 1 chain."),
        ("scope/period-begins-earlier", " Signed digest files cover all but 1 s of the 5 h that were asked for 1 chain."),
        ("scope/period-without-digests", " Signed digest files cover nothing of the 2 h that were asked for 1 chain."),
        (
            "scope/account-absent",
            &format!(" {absent}. Signed digest files cover all of the 5 h that were asked for 1 chain that is here."),
        ),
        ("keys/enclosed", " and only enclosed keys vouch for 5 digest files and 6 log files more."),
    ] {
        let sentence = vector(id).report().sentence(Language::En);
        assert!(sentence.ends_with(measure), "{id}: {sentence}");
    }
}

#[test]
fn a_policy_is_recorded_and_named_in_the_sentence() {
    let raised = vector("scope/policy-raises").report().sentence(Language::En);
    assert!(
        raised.contains(": by the verifier's own policy (integrity failed"),
        "what only the verifier weighs so contradicts nothing: {raised}"
    );
    for (id, words) in [("scope/policy-lowers", "log.unreferenced informs"), ("scope/policy-raises", "log.unreferenced refutes")] {
        let report = vector(id).report();
        assert_eq!(report.asked.policy.len(), 1);
        assert!(
            report.sentence(Language::En).contains(&format!("the verifier's own policy: {words}")),
            "{}",
            report.sentence(Language::En)
        );
        assert!(report.findings.iter().any(|finding| finding.code.name() == "log.unreferenced"), "nothing is silenced");
    }
}

#[test]
fn what_a_tamperer_takes_away_is_a_change_for_the_worse_and_its_return_is_not() {
    let (whole, tampered) = (vector("example/handover").report(), vector("example/tampered").report());
    let worse = Comparison::of(&whole, &tampered);
    assert!(worse.is_worse && worse.is_same_question);
    assert_eq!(worse.overall, Change { old: Outcome::Passed, new: Outcome::Failed });
    assert_eq!(worse.axes.len(), 4);
    assert_eq!((worse.gaps.appeared.len(), worse.gaps.disappeared.len()), (3, 0));
    let better = Comparison::of(&tampered, &whole);
    assert!(!better.is_worse, "{:?}", better.worse);
    assert_eq!(better.gaps.disappeared, worse.gaps.appeared);
    assert_eq!(better.findings.disappeared.len(), worse.findings.appeared.len());
    assert!(better.to_string().starts_with("NOT WORSE"));
}

/// One change at a time, so that each rule is seen to hold alone.
#[test]
fn each_rule_alone_makes_a_change_for_the_worse() {
    let old = vector("example/handover").report();
    let reason = |change: &dyn Fn(&mut Report)| {
        let mut new = old.clone();
        change(&mut new);
        Comparison::of(&old, &new).worse.join("; ")
    };
    assert_eq!(reason(&|_| {}), "");
    assert_eq!(reason(&|report| report.axes.coverage = Outcome::NotAssessed), "coverage went from passed to not assessed");
    assert_eq!(reason(&|report| report.findings[0].count += 1), "", "what informs may count more");
    assert_eq!(reason(&|report| report.findings[0].effect = Effect::Limits), "1 finding weighs or counts more");
    assert_eq!(
        reason(&|report| {
            let mut finding = report.findings[0].clone();
            (finding.first, finding.effect) = ("another".to_owned(), Effect::Limits);
            report.findings.push(finding);
        }),
        "1 new finding limits"
    );
    let day = "2026-03-01/2026-03-02".parse().unwrap();
    assert_eq!(reason(&|report| report.chains[0].gaps.push(day)), "24 h of asked time is no longer covered");
    assert_eq!(reason(&|report| drop(report.chains.pop())), "1 chain disappeared");
    assert_eq!(reason(&|report| report.chains[0].digests.proved -= 1), "1 digest file fewer is proved");
    assert_eq!(reason(&|report| report.chains[0].logs.proved -= 2), "2 log files fewer are proved");
    assert_eq!(reason(&|report| report.chains[0].proved_seconds -= 3661), "1 h 1 min 1 s fewer are proved");
    assert_eq!(reason(&|report| report.keys[0].level = trailseal::Level::Enclosed), "1 key is believed less");
    assert_eq!(reason(&|report| drop(report.keys.pop())), "", "a key that is not needed may go");
}

#[test]
fn a_file_of_another_form_is_no_report() {
    let json = String::from_utf8(vector("baseline/account-trail").report().to_canonical_json()).unwrap();
    for (wrong, reason) in [
        (json.replace("trailseal-report/2", "trailseal-report/9"), "trailseal-report/9"),
        (json.replace("\"overall\":", "\"overal\":"), "overall"),
        ("{}".to_owned(), "schema"),
        ("[]".to_owned(), ""),
        (String::new(), "EOF"),
        ("[".repeat(100_000), ""),
    ] {
        let error = Report::from_json(wrong.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("no report") && error.contains(reason), "{error}");
    }
}

/// Also a forged period of any length takes little time and little space.
#[test]
fn a_case_names_the_worst_findings_and_counts_the_others() {
    let mut report = vector("example/handover").report();
    let id = report.chains[0].id.clone();
    let mut finding = report.findings[0].clone();
    finding.chain = Some(id);
    (finding.effect, finding.from, finding.to) =
        (Effect::Limits, Time::from_text("0001-01-01").ok(), Time::from_text("9999-12-31").ok());
    report.findings = vec![finding.clone(); 10_000];
    finding.effect = Effect::Refutes;
    report.findings.insert(0, finding);
    report.chains[0].gaps.push("0001-01-01/9999-12-31".parse().unwrap());
    let xml = String::from_utf8(report.to_junit()).unwrap();
    assert!(xml.contains("0001-01-01 to 2026-02-27"), "a stretch without digest files is one case");
    // What was not asked is skipped: of the days with digest files two were.
    assert_eq!(xml.matches("and 9981 more findings (the canonical report names all)").count(), 2);
    assert!(xml.len() < 300_000, "{}", xml.len());
}
/// A report may come from a file that somebody wrote to harm its reader.
#[test]
fn hostile_text_is_inert_in_every_form() {
    const HOSTILE: &str = "=cmd|'/c calc'!A0\"</failure><script>&amp;]]>\u{1b}[31m\r\n\0\u{202e}\u{ffff};=1+1";
    let mut report = vector("example/tampered").report();
    for finding in &mut report.findings {
        finding.first = HOSTILE.to_owned();
        finding.reasons = vec![Reason::MayLieIn { path: HOSTILE.to_owned() }];
    }
    report.chains[0].id = HOSTILE.to_owned();
    report.findings[0].chain = Some(HOSTILE.to_owned());
    let xml = String::from_utf8(report.to_junit()).unwrap();
    let text = Comparison::of(&vector("example/handover").report(), &report).to_string();
    for (form, shown) in [("junit", &xml), ("compare", &text)] {
        assert!(shown.contains("%1B[31m%0D%0A%00%E2%80%AE"), "{form}");
        assert!(!shown.contains(['\u{1b}', '\r', '\0', '\u{202e}']), "{form}");
    }
    assert!(!xml.contains("<script>") && !xml.contains('\u{ffff}') && xml.contains("%EF%BF%BF"));
    let csv = String::from_utf8(csv_of(Table::Findings, &report, &Objects::default())).unwrap();
    let mut rows = csv_reader(&csv);
    let head = rows.remove(0);
    let first = head.iter().position(|name| name == "first").unwrap();
    for row in rows {
        assert_eq!(row[first], "'=cmd|'/c calc'!A0\"</failure><script>&amp;]]>%1B[31m%0D%0A%00%E2%80%AE\u{ffff}%3B=1+1");
    }
}

/// RFC 4180, read as simply as it is written there.
fn csv_reader(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for line in text.strip_suffix("\r\n").unwrap().split("\r\n") {
        let mut row = vec![String::new()];
        let mut quoted = false;
        for character in line.chars() {
            match character {
                '"' if quoted || row.last().unwrap().is_empty() => quoted = !quoted,
                '"' => {
                    row.last_mut().unwrap().push('"');
                    quoted = true;
                }
                ',' if !quoted => row.push(String::new()),
                other => row.last_mut().unwrap().push(other),
            }
        }
        rows.push(row);
    }
    rows
}

#[test]
fn chains_of_one_name_are_told_apart() {
    let notes = |id: &str| {
        let report = load().into_iter().find(|vector| vector.id == id).unwrap().report();
        let notes = trailseal::Reading::of(&report, Language::En).chains.into_iter().map(|chain| chain.notes.first().cloned());
        notes.collect::<Option<Vec<String>>>().unwrap_or_default()
    };
    assert_eq!(notes("layout/two-buckets-one-key"), ["at s3://audit-archive/AWSLogs", "at s3://trail-archive/AWSLogs"]);
    assert!(notes("trails/one-of-two-homes-asked").iter().all(|note| note.starts_with("home region ")));
    assert_eq!(notes("baseline/two-trails-one-bucket"), Vec::<String>::new());
}
