//! The picture of `docs/performance.md`: bars, readable on light and on dark ground.

use std::fmt::Write as _;

use crate::workload::{Figures, Measured};

const WIDTH: f64 = 760.0;
const LABEL: f64 = 170.0;
const BAR: f64 = 16.0;
const STEP: f64 = 21.0;
const HEAD: f64 = 30.0;

/// How fast each program is, for each workload to a scale of its own.
pub(crate) fn plot(figures: &Figures) -> String {
    let mut body = String::new();
    let mut y = 12.0;
    for found in &figures.measured {
        let (unit, amount) =
            if found.is_quiet() { ("digest files/s", found.digests as f64) } else { ("MB/s", found.log_bytes as f64 / 1e6) };
        let _ = writeln!(
            body,
            r#"<text class="head" x="0" y="{:.0}">{} <tspan class="unit">{unit}</tspan></text>"#,
            y + 12.0,
            found.name
        );
        y += HEAD - 8.0;
        let bars = bars(found);
        let fastest = bars.iter().map(|(_, _, seconds)| amount / seconds).fold(0.0, f64::max);
        for (name, class, seconds) in bars {
            let speed = amount / seconds;
            let width = (WIDTH - LABEL - 80.0) * speed / fastest;
            let middle = y + BAR - 4.0;
            let _ = writeln!(body, r#"<text x="{:.0}" y="{middle:.0}" text-anchor="end">{name}</text>"#, LABEL - 8.0);
            let _ = writeln!(body, r#"<rect class="{class}" x="{LABEL:.0}" y="{y:.0}" width="{width:.1}" height="{BAR:.0}"/>"#);
            let _ = writeln!(body, r#"<text x="{:.1}" y="{middle:.0}">{speed:.0}</text>"#, LABEL + width + 6.0);
            y += STEP;
        }
        y += 16.0;
    }
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0} {y:.0}" role="img" aria-label="Speed of trailseal and of other programs">
<style>
text {{ font: 13px system-ui, sans-serif; fill: #24292f }}
.head {{ font-weight: 600 }}
.unit {{ font-weight: 400; fill: #57606a }}
.own {{ fill: #0969da }}
.limit {{ fill: #8c959f }}
.other {{ fill: #d0b37a }}
@media (prefers-color-scheme: dark) {{
text {{ fill: #e6edf3 }}
.unit {{ fill: #9198a1 }}
.own {{ fill: #4493f8 }}
.limit {{ fill: #656c76 }}
.other {{ fill: #9e7f3f }}
}}
</style>
{body}</svg>
"#
    )
}

/// Name, class and seconds.
fn bars(found: &Measured) -> Vec<(&'static str, &'static str, f64)> {
    let mut bars = vec![
        ("the limit", "limit", found.median(|round| round.limit)),
        ("trailseal, folder", "own", found.median(|round| round.trailseal[0].seconds)),
        ("trailseal, zip", "own", found.median(|round| round.trailseal[1].seconds)),
        ("trailseal, tar", "own", found.median(|round| round.trailseal[2].seconds)),
        ("trailseal, tar.zst", "own", found.median(|round| round.trailseal[3].seconds)),
    ];
    if !found.is_quiet() {
        bars.push(("gunzip | sha256sum", "other", found.median(|round| round.gunzip)));
    }
    bars.push(("validate-logs", "other", found.median(|round| round.validate_logs)));
    bars
}
