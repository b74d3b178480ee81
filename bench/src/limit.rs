//! What this machine can do: every file inflated by libdeflate and hashed with SHA-256, and a signature checked for each digest file, on
//! all cores, without anything else.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use libdeflater::Decompressor;
use sha2::{Digest as _, Sha256};
use trailseal_forge::keys::US_EAST_1;

use crate::Outcome;
use crate::data::Data;

/// The gzip files of an archive, in memory: that the disk is slow is not the matter here.
pub(crate) struct Limit {
    files: Vec<Vec<u8>>,
    inflated_bytes: u64,
    digests: u64,
    key: ParsedPublicKey,
    /// Whatever was signed, checking the signature takes as long.
    signed: digest::Digest,
    signature: Vec<u8>,
}

impl Limit {
    pub(crate) fn load(data: &Data) -> Outcome<Self> {
        let files = data.files()?.into_iter().filter(|path| path.ends_with(".json.gz"));
        let files: Vec<Vec<u8>> = files.map(|path| data.read(&path)).collect::<Outcome<_>>()?;
        const TEXT: &str = "a digest file";
        Ok(Self {
            files,
            inflated_bytes: data.made.log_bytes + data.made.digest_bytes,
            digests: data.made.digests,
            key: ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &US_EAST_1.pkcs1).map_err(|error| error.to_string())?,
            signed: digest::digest(&digest::SHA256, TEXT.as_bytes()),
            signature: hex::decode(US_EAST_1.sign(TEXT)).map_err(|error| error.to_string())?,
        })
    }

    /// The seconds that it takes.
    pub(crate) fn run(&self) -> Outcome<f64> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(self.files.len());
        let (next, checked) = (AtomicUsize::new(0), AtomicU64::new(0));
        let inflated_bytes = AtomicU64::new(0);
        let work = || -> Outcome {
            let mut decompressor = Decompressor::new();
            let mut content = Vec::new();
            while let Some(file) = self.files.get(next.fetch_add(1, Ordering::Relaxed)) {
                // A gzip file ends with the length of its content (RFC 1952, 2.3.1).
                let length = file.last_chunk().map_or(0, |length| u32::from_le_bytes(*length)) as usize;
                if content.len() < length {
                    content.resize(length, 0);
                }
                let inflated = decompressor.gzip_decompress(file, &mut content[..length]).map_err(|error| error.to_string())?;
                black_box(Sha256::digest(&content[..inflated]));
                inflated_bytes.fetch_add(inflated as u64, Ordering::Relaxed);
            }
            while checked.fetch_add(1, Ordering::Relaxed) < self.digests {
                self.key
                    .verify_digest_sig(&self.signed, &self.signature)
                    .map_err(|_| "the signature does not verify".to_owned())?;
            }
            Ok(())
        };
        let start = Instant::now();
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a worker panicked".to_owned())?)
        })?;
        let seconds = start.elapsed().as_secs_f64();
        let inflated_bytes = inflated_bytes.into_inner();
        if inflated_bytes != self.inflated_bytes {
            return Err(format!("libdeflate inflates {inflated_bytes} bytes, but {} were made", self.inflated_bytes));
        }
        Ok(seconds)
    }
}
