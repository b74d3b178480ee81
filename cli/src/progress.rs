//! The progress bar, on stderr and only on a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// Files, bytes, rate and time left.
pub(crate) struct Progress {
    bar: ProgressBar,
    files: std::sync::atomic::AtomicUsize,
    expected: std::sync::atomic::AtomicUsize,
}

impl Progress {
    pub(crate) fn new() -> Self {
        // Hidden unless stderr is a terminal: indicatif looks for itself.
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left  {msg}") {
            bar.set_style(style);
        }
        Self { bar, files: 0.into(), expected: 0.into() }
    }

    /// More is to be read.
    pub(crate) fn expect(&self, files: usize, bytes: u64) {
        self.expected.fetch_add(files, std::sync::atomic::Ordering::Relaxed);
        self.bar.inc_length(bytes);
    }

    /// One file was read.
    pub(crate) fn step(&self, bytes: u64) {
        use std::sync::atomic::Ordering::Relaxed;
        let files = self.files.fetch_add(1, Relaxed) + 1;
        self.bar.inc(bytes);
        // A new message for each of a million files would cost more than it shows.
        if files.is_multiple_of(64) {
            self.bar.set_message(format!("{files}/{} files", self.expected.load(Relaxed)));
        }
    }

    /// A reader whose bytes count as read.
    pub(crate) fn watch<R: std::io::Read>(&self, reader: R) -> indicatif::ProgressBarIter<R> {
        self.bar.wrap_read(reader)
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
