//! The progress bar, on stderr and only on a terminal.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use trailseal::container::Watch;

/// Files, bytes, rate and time left.
pub(crate) struct Progress {
    bar: ProgressBar,
    is_shown: bool,
    files: AtomicU64,
    expected: AtomicU64,
}

impl Progress {
    pub(crate) fn new() -> Self {
        // Hidden unless stderr is a terminal: indicatif looks for itself.
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left  {msg}") {
            bar.set_style(style);
        }
        Self { is_shown: !bar.is_hidden(), bar, files: 0.into(), expected: 0.into() }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Progress {
    fn expect(&self, files: u64, bytes: &dyn Fn() -> u64) {
        if self.is_shown {
            self.expected.fetch_add(files, Ordering::Relaxed);
            self.bar.inc_length(bytes());
        }
    }

    fn advance(&self, files: u64, bytes: u64) {
        if !self.is_shown {
            return;
        }
        if bytes > 0 {
            self.bar.inc(bytes);
        }
        if files > 0 {
            let read = self.files.fetch_add(files, Ordering::Relaxed).saturating_add(files);
            // A new message for each of a million files would cost more than it shows.
            if read.is_multiple_of(64) {
                self.bar.set_message(format!("{read}/{} files", self.expected.load(Ordering::Relaxed).max(read)));
            }
        }
    }
}
