//! The HTML report as bytes; how it opens is tested in a real browser, in `tests/browser`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::disallowed_methods, reason = "a test")]

mod common;

use base64::Engine as _;
use common::reports::{PAYLOAD, hostile, large};
use sha2::{Digest as _, Sha256};
use trailseal::{Axis, Code, Report};

fn reports() -> impl Iterator<Item = (String, Report)> {
    common::load().into_iter().map(|vector| (vector.id.clone(), vector.report()))
}

fn vector(id: &str) -> Report {
    common::load().iter().find(|vector| vector.id == id).unwrap().report()
}

/// Everything between `<` and `>`.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()).collect()
}

#[test]
fn every_vector_has_a_report_that_says_its_verdict_and_findings() {
    for (id, report) in reports() {
        let html = report.to_html();
        assert!(html.starts_with("<!doctype html>\n") && html.ends_with("</html>"), "{id}");
        assert!(html.contains(&report.digest()) && html.contains(&report.evidence_root), "{id}");
        let (outside, asked): (Vec<_>, Vec<_>) = report.findings.iter().partition(|finding| finding.outside_scope);
        for finding in asked {
            assert!(html.contains(&format!("<code>{}</code></h3>", finding.code)), "{id}: {}", finding.code);
        }
        let line = match outside.len() {
            1 => "1 finding about it is in the canonical JSON".to_owned(),
            many => format!("{many} findings about it are in the canonical JSON"),
        };
        assert_eq!(html.contains(&line), !outside.is_empty(), "{id}: {line}");
        for axis in Axis::ALL {
            assert!(html.contains(&format!("outcome {}", report.axes.of(axis).name())), "{id}");
        }
        assert!(!html.contains("not listed here"), "{id}: nothing of an ordinary report is left out");
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for (id, report) in reports().step_by(7) {
        let read_back: Report = serde_json::from_slice(&report.to_canonical_json()).unwrap();
        assert_eq!(report.to_html(), read_back.to_html(), "{id}");
    }
}

#[test]
fn only_its_own_style_may_apply_and_nothing_may_run() {
    let html = vector("baseline/account-trail").to_html();
    let styles: Vec<&str> = html.split("<style>").skip(1).map(|rest| rest.split_once("</style>").unwrap().0).collect();
    let hash = |style: &&str| format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style)));
    let allowed = styles.iter().map(hash).collect::<Vec<_>>().join(" ");
    assert_eq!(styles.len(), 2);
    assert!(html.contains(&format!("content=\"default-src 'none'; style-src {allowed}; base-uri 'none'; form-action 'none'\"")));
    assert!(styles.iter().all(|style| !style.contains("@import") && !style.contains("url(")));
}

#[test]
fn hostile_text_is_inert_in_every_place() {
    let plain = large(4, 9, 50);
    let (plain_html, html) = (plain.to_html(), hostile(&plain).to_html());
    let element = |tag: &&str| tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap_or_default().to_owned();
    let known: std::collections::BTreeSet<String> =
        tags(&plain_html).iter().map(element).chain(["pre", "strong"].map(str::to_owned)).collect();
    for tag in tags(&html) {
        assert!(known.contains(&element(&tag)), "<{tag}>");
        for forbidden in ["script", "onload", "onerror", "evil", "javascript", "style=", "src=", "http:"] {
            assert!(!tag.contains(forbidden), "<{tag}>");
        }
    }
    assert!(html.matches("&#60;script&#62;document.title").count() > 200, "the payload is shown, as text");
    let strange = |character: char| {
        (character.is_control() && character != '\n')
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}')
    };
    assert!(!html.contains(strange));
    assert!(PAYLOAD.contains(strange), "the payload has such characters");
    assert!(html.contains("%E2%80%AEgpj.exe") && html.contains("%1B[31m%00"));
}

#[test]
fn a_large_report_stays_small_and_says_what_it_leaves_out() {
    let report = large(1_000, 365, 10_000);
    let html = report.to_html();
    assert!(html.len() < 5_000_000, "{}", html.len());
    let shown = html.matches("<li><code>").count();
    let left_out: usize = html
        .split(" more are not. The canonical JSON of this report holds them all.")
        .filter_map(|before| before.rsplit_once("listed here; ")?.1.replace(',', "").parse::<usize>().ok())
        .sum();
    assert!(left_out > 0, "so much does not fit");
    assert_eq!(shown + left_out, 10_000);
    assert!(html.contains("The 60 chains with most to say are drawn; 940 more stand in the table of chains only."));
    assert_eq!(html.matches("<th scope=\"row\">").count(), 4 + 5 + 1_000 + 5, "axes, causes, chains, keys");
}

#[test]
fn long_names_cannot_make_it_large() {
    let mut report = large(200, 400, 500);
    for finding in &mut report.findings {
        finding.first = "<".repeat(3_000);
        finding.reasons = vec![trailseal::Reason::MayLieIn { path: "\u{202e}".repeat(1_000) }];
    }
    for chain in &mut report.chains {
        chain.trail = "&".repeat(9_000);
    }
    assert!(report.to_html().len() < 5_000_000);
}

#[test]
fn the_words_of_the_catalogue_stand_beside_the_findings() {
    let mut report = large(1, 1, 1);
    for code in Code::ALL {
        report.findings[0].code = *code;
        let html = report.to_html().replace("&#39;", "'").replace("&#34;", "\"").replace("&#62;", ">");
        let words = code.explain();
        for text in [words.means, words.matters_because, words.remedy] {
            assert!(html.contains(text), "{code}: {text}");
        }
    }
}

#[test]
fn the_way_to_reproduce_it_asks_the_same() {
    let html = large(1, 3, 0).to_html();
    let line = "trailseal verify ARCHIVE --keys KEYS --from 2025-01-01T00:00:00Z --to 2025-01-04T00:00:00Z --format html --output report.html";
    assert!(html.contains(line));
    let python =
        "trailseal.verify(\"ARCHIVE\", keys=\"KEYS\", covering=(\"2025-01-01T00:00:00Z\", \"2025-01-04T00:00:00Z\")).digest";
    assert!(html.replace("&#34;", "\"").contains(python));
    // Every scope of the vectors can be asked again: by options, or by a scope file that asks the same.
    for vector in common::load() {
        let html = vector.report().to_html();
        assert!(!html.contains("cannot be written as a scope file"), "{}", vector.id);
        if let Some((_, rest)) = html.split_once("<code>scope.json</code>:</p>\n<pre><code>") {
            let file = rest.split_once("</code>").unwrap().0.replace("&#34;", "\"");
            let again = trailseal::Request::from_file(&file).unwrap();
            assert_eq!(again.scope().unwrap().questions, vector.scope.scope().unwrap().questions, "{}", vector.id);
            assert_eq!(again.weights().unwrap(), vector.scope.weights().unwrap(), "{}", vector.id);
        }
    }
}

#[test]
fn the_picture_tells_the_states_of_an_hour_apart() {
    let html = large(4, 5, 0).to_html();
    let used = |state: &str| html.matches(&format!("<path fill=\"url(#m-{state})\"")).count();
    assert!(used("proved") > 0 && used("silent") > 0);
    let days = large(12, 365, 0).to_html();
    for state in ["proved", "silent", "unproved", "gap", "failed"] {
        assert!(days.contains(&format!("<path fill=\"url(#m-{state})\"")), "{state}");
        assert!(days.contains(&format!("<pattern id=\"m-{state}\"")), "{state}");
    }
    let (summary, annex) = days.split_once("<div class=\"annex\">").unwrap();
    for (part, chains) in [(summary, 6), (annex, 12)] {
        assert_eq!(part.matches("role=\"img\"").count(), 4, "a panel for each quarter of the year");
        assert_eq!(part.matches("<g transform=").count(), 4 * chains);
    }
}

#[test]
fn a_fragment_disturbs_nothing_on_the_page_of_others() {
    let ids = |html: &str| -> Vec<String> {
        tags(html).iter().filter_map(|tag| Some(tag.split_once(" id=\"")?.1.split('"').next()?.to_owned())).collect()
    };
    let mut seen = std::collections::BTreeSet::new();
    for (id, report) in reports().step_by(5) {
        let html = report.to_html_fragment();
        let style = html.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let mut depth = 0;
        for line in style.lines() {
            assert!(depth > 0 || line.starts_with(".trailseal {") || line.ends_with(".trailseal {"), "{id}: {line}");
            depth += line.matches('{').count() as i32 - line.matches('}').count() as i32;
        }
        assert_eq!(depth, 0, "{id}");
        assert!(!style.contains("@import") && !style.contains("url("), "{id}");
        if seen.insert(report.digest()) {
            for name in ids(&html) {
                assert!(seen.insert(name.clone()), "{id}: {name} stands on the page already");
            }
        }
        for finding in report.findings.iter().take(20) {
            assert!(html.contains(&format!("<code>{}</code></th>", finding.code)), "{id}: {}", finding.code);
        }
    }
    let hostile = hostile(&large(30, 9, 50)).to_html_fragment();
    assert!(hostile.len() < 400_000, "{}", hostile.len());
    for tag in tags(&hostile) {
        for forbidden in ["script", "onload", "onerror", "evil", "javascript", "src=", "http:"] {
            assert!(!tag.contains(forbidden), "<{tag}>");
        }
    }
    assert!(hostile.contains("30 more are not shown here.") && hostile.contains("10 more stand in the table of chains only"));
}

/// What is printed on the first two pages.
fn summary(html: &str) -> &str {
    html.split_once("<div class=\"summary").unwrap().1.split_once("<nav").unwrap().0
}

#[test]
fn the_summary_has_room_for_so_much_and_counts_the_rest() {
    let mut report = large(240, 3, 2_000);
    let codes = [Code::LogMissing, Code::LogHashMismatch, Code::ChainFork, Code::ChainCycle, Code::ChainLinkForeign];
    let all = Code::ALL.iter().filter(|code| !codes.contains(code)).take(12);
    report.findings.iter_mut().zip(all).for_each(|(finding, code)| finding.code = *code);
    report.asked.questions = (0..9)
        .map(|number| {
            let mut question = report.asked.questions[0].clone();
            question.accounts = (0..240).map(|account| format!("{:012}", number * 1_000 + account)).collect();
            question
        })
        .collect();
    for report in [hostile(&report), report] {
        let (html, asks) = (report.to_html(), report.asks(trailseal::Language::En).len());
        let (summary, causes) = (summary(&html), report.causes(trailseal::Language::En).len());
        let rows = summary.split_once("<table class=\"causes\">").unwrap().1.split_once("</table>").unwrap().0;
        assert_eq!(rows.matches("<th scope=\"row\">").count(), 6);
        assert!(summary.contains(&format!("{} more causes are among the findings.", causes - 6)));
        assert!(asks > 4 && summary.contains(&format!("{} more: <code>trailseal request</code>", asks - 4)), "{asks}");
        assert!(summary.contains("<li>6 more in the annex</li>"), "questions");
        let shown = summary.split_once("<dl class=\"facts\">").unwrap().1.split_once("<div class=\"scroll panel\"").unwrap().0;
        let text: String = shown.split('<').filter_map(|part| Some(part.split_once('>')?.1)).collect();
        assert!(text.len() < 8_000, "{}", text.len());
        assert!(html.contains("What was asked, in full"));
    }
}

#[test]
fn every_printed_page_says_the_verdict_and_the_report() {
    for id in ["baseline/account-trail", "logs/deleted"] {
        let (report, html) = (vector(id), vector(id).to_html());
        let digest = report.digest();
        let verdict = report.overall().name().to_uppercase();
        let boxes = format!(
            "@page {{ @top-left {{ content: \"{verdict}\"; }} @top-right {{ content: \"report digest {}…\"; }} }}",
            digest.get(..12).unwrap()
        );
        assert!(html.contains(&boxes), "{id}");
        // Browsers that know no boxes print the title.
        assert!(
            html.contains(&format!("<title>{}, report digest {}…", report.overall().name(), digest.get(..12).unwrap())),
            "{id}"
        );
        let version = concat!("trailseal ", env!("CARGO_PKG_VERSION"));
        assert_eq!(html.matches(version).count(), 2, "in the summary and in how to repeat it");
    }
}

#[test]
fn lines_to_sign_are_there_only_where_they_are_asked_for() {
    let report = vector("baseline/account-trail");
    let (plain, to_sign) = (report.to_html(), report.to_html_to_sign());
    assert!(!plain.contains("Performed by") && !plain.contains("--sign-off"));
    for line in ["Performed by", "Reviewed by", "Date", "Client", "Reference", "Conclusion", "Exceptions", "Signature"] {
        assert!(summary(&to_sign).contains(&format!("<dt>{line}</dt><dd></dd>")), "{line}");
    }
    assert!(to_sign.contains(" --format html --sign-off --output report.html"));
    assert!(to_sign.contains(&report.digest()));
}
