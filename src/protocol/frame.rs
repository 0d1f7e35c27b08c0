//! Messages between two processes. A message is in the format `MessagePack`, in frames: the number of bytes (four, little end first), whether more frames of
//! it follow (one byte), the bytes. Numbers that are not finite stay what they are, and bytes are bytes.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::text::{Phrase, phrase, prints_its_phrase};

/// Most bytes of a frame; a longer message takes several.
pub const LARGEST_FRAME: usize = 64 << 20;

/// Most bytes of a message. Weights and states of the largest populations are some hundred megabytes.
const LARGEST_MESSAGE: usize = 64 * LARGEST_FRAME;

/// The first word of a greeting, the same for ever.
const NAME: &str = "stillroom worker";

/// Greetings are short; what is longer is none.
const LONGEST_GREETING: usize = 256;

/// Why there is no message.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The stream ends, or breaks, in the midst of a message.
    Cut,
    /// What came is no message.
    Noise(Phrase),
    /// The other one is of another version.
    Version {
        /// Its version.
        theirs: String,
        /// This one's.
        ours: String,
    },
    /// The stream failed.
    Io(#[from] io::Error),
}

impl FrameError {
    /// In words.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Cut => phrase!("frame-cut"),
            Self::Noise(what) => phrase!("frame-noise", what = what),
            Self::Version { theirs, ours } => phrase!("frame-version", theirs = theirs, ours = ours),
            Self::Io(error) => phrase!("frame-io", problem = error.to_string()),
        }
    }
}

prints_its_phrase!(FrameError);

/// Says who this is. Both sides begin with it.
///
/// # Errors
/// When the stream fails.
pub fn greet(to: &mut impl Write) -> Result<(), FrameError> {
    write_frames(to, format!("{NAME} {}", version()).as_bytes())
}

/// Hears who the other one is.
///
/// # Errors
/// When it is of another version, or something else.
pub fn hear_greeting(from: &mut impl Read) -> Result<(), FrameError> {
    let greeting = read_frames(from, LONGEST_GREETING)?.ok_or(FrameError::Cut)?;
    let text = String::from_utf8_lossy(&greeting);
    let Some(theirs) = text.strip_prefix(NAME) else { return Err(noise(&greeting)) };
    if theirs.trim() == version() {
        return Ok(());
    }
    Err(FrameError::Version { theirs: theirs.trim().to_owned(), ours: version().to_owned() })
}

/// Messages of one version are read by that version alone.
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Writes a message and sends it off.
///
/// # Errors
/// When the stream fails, or the message is longer than any may be.
pub fn write_message<T: Serialize>(to: &mut impl Write, message: &T) -> Result<(), FrameError> {
    let mut bytes = Vec::new();
    let serializer = rmp_serde::Serializer::new(&mut bytes);
    let mut serializer = serializer.with_struct_map().with_bytes(rmp_serde::config::BytesMode::ForceIterables);
    message.serialize(&mut serializer).map_err(io::Error::other)?;
    if bytes.len() > LARGEST_MESSAGE {
        return Err(io::Error::other(format!("a message of {} bytes is too long", bytes.len())).into());
    }
    write_frames(to, &bytes)
}

/// The next message; none where the stream ends before it.
///
/// # Errors
/// When it is cut, or what comes is no message.
pub fn read_message<T: DeserializeOwned>(from: &mut impl Read) -> Result<Option<T>, FrameError> {
    let Some(bytes) = read_frames(from, LARGEST_MESSAGE)? else { return Ok(None) };
    match rmp_serde::from_slice(&bytes) {
        Ok(message) => Ok(Some(message)),
        Err(error) => {
            log::debug!("no message: {error}");
            Err(noise(&bytes))
        }
    }
}

fn write_frames(to: &mut impl Write, bytes: &[u8]) -> Result<(), FrameError> {
    let mut frames = bytes.chunks(LARGEST_FRAME).peekable();
    while let Some(frame) = frames.next() {
        to.write_all(&(frame.len() as u32).to_le_bytes())?;
        to.write_all(&[u8::from(frames.peek().is_some())])?;
        to.write_all(frame)?;
    }
    to.flush()?;
    Ok(())
}

fn read_frames(from: &mut impl Read, most: usize) -> Result<Option<Vec<u8>>, FrameError> {
    let mut message = Vec::new();
    loop {
        let mut head = [0; 5];
        let got = read_up_to(from, &mut head)?;
        if got == 0 && message.is_empty() {
            return Ok(None);
        }
        let len = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let is_head = got == head.len() && head[4] <= 1 && len <= LARGEST_FRAME && len > 0;
        if !is_head || message.len() + len > most {
            // A stream that breaks within a head looks the same as one that is noise and short.
            return Err(if got < head.len() { FrameError::Cut } else { noise(&head) });
        }
        // Memory is taken as bytes come, not as a length asks for it.
        if from.take(len as u64).read_to_end(&mut message)? < len {
            return Err(FrameError::Cut);
        }
        if head[4] == 0 {
            return Ok(Some(message));
        }
    }
}

/// As many bytes as there are, at most as many as fit.
fn read_up_to(from: &mut impl Read, bytes: &mut [u8]) -> Result<usize, FrameError> {
    let mut got = 0;
    while got < bytes.len() {
        match from.read(&mut bytes[got..]) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(got)
}

fn noise(bytes: &[u8]) -> FrameError {
    let first = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]);
    FrameError::Noise(Phrase::plain(first.escape_debug()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::protocol::{
        Answers, Ask, FromWorker, JobEnded, JobId, JobOutcome, JournalError, Live, Part, Report, RunId, Snapshot,
        ToWorker,
    };
    use crate::text::{Between, phrase};

    fn sent<T: Serialize>(message: &T) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_message(&mut bytes, message).unwrap();
        bytes
    }

    fn back<T: Serialize + DeserializeOwned>(message: &T) -> T {
        let bytes = sent(message);
        let mut from = &bytes[..];
        let back = read_message(&mut from).unwrap().unwrap();
        assert!(from.is_empty());
        back
    }

    #[test]
    fn numbers_that_are_not_finite_and_bytes_come_back() {
        let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, f32::MIN_POSITIVE / 2.0, 1e-7];
        let snapshot = Report::Snapshot(Snapshot { run: RunId(1), step: 7, logits: Arc::new(odd.to_vec()) });
        let FromWorker::Ask(Ask::Keep(report)) = back(&FromWorker::Ask(Ask::Keep(Arc::new(snapshot)))) else {
            panic!()
        };
        let Report::Snapshot(snapshot) = &*report else { panic!() };
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&snapshot.logits), bits(&odd));
        let wide: BTreeMap<String, f64> =
            back(&BTreeMap::from([("a".to_owned(), f64::NEG_INFINITY), ("b".to_owned(), 0.1)]));
        assert_eq!(wide["a"].to_bits(), f64::NEG_INFINITY.to_bits());
        assert_eq!(wide["b"].to_bits(), 0.1_f64.to_bits());
        // A byte takes a byte.
        let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        assert!(sent(&bytes).len() < 100_020);
        assert_eq!(back(&bytes), bytes);
    }

    #[test]
    fn phrases_come_back_by_key_and_values() {
        let inner = Phrase::several(Between::And, [phrase!("journal-busy"), Phrase::plain("`a`")]);
        let phrase = phrase!("frame-io", problem = inner);
        let Report::JobEnded(ended) = back(&Report::JobEnded(JobEnded {
            job: JobId(3),
            outcome: JobOutcome::Failed,
            message: Some(phrase.clone()),
            at_millis: 9,
        })) else {
            panic!()
        };
        assert_eq!(ended.message, Some(phrase));
        let error = JournalError::Failed(phrase!("journal-busy"));
        let ToWorker::Answer(answer) = back(&ToWorker::Answer(Err(error.clone()))) else { panic!() };
        assert_eq!(answer, Err(error));
        let FromWorker::Live(live) = back(&FromWorker::Live(Box::new(Live::Reading(1, 2)))) else { panic!() };
        assert!(matches!(*live, Live::Reading(1, 2)));
    }

    #[test]
    fn a_long_message_takes_several_frames() {
        let bytes = vec![7_u8; LARGEST_FRAME + 1000];
        let long = sent(&bytes);
        assert!(long.len() > LARGEST_FRAME + 1000 + 10 && long[4] == 1);
        assert_eq!(read_message::<Vec<u8>>(&mut &long[..]).unwrap().unwrap(), bytes);
        for cut in [3, 5, LARGEST_FRAME, LARGEST_FRAME + 5, LARGEST_FRAME + 8, long.len() - 1] {
            assert!(matches!(read_message::<Vec<u8>>(&mut &long[..cut]), Err(FrameError::Cut)), "{cut}");
        }
        let too_long = [&(LARGEST_FRAME as u32 + 1).to_le_bytes()[..], &[0; 100]].concat();
        assert!(matches!(read_message::<Vec<u8>>(&mut &too_long[..]), Err(FrameError::Noise(_))));
    }

    #[test]
    fn greetings_tell_versions_apart() {
        let mut greeting = Vec::new();
        greet(&mut greeting).unwrap();
        hear_greeting(&mut &greeting[..]).unwrap();
        let mut other = Vec::new();
        write_frames(&mut other, b"stillroom worker 77.1.0").unwrap();
        let error = hear_greeting(&mut &other[..]).unwrap_err().to_string();
        assert!(error.contains("77.1.0") && error.contains(env!("CARGO_PKG_VERSION")), "{error}");
        for noise in [&b"Segmentation fault\n"[..], b"\x05\0\0\0\0hello", b"\x05\0\0\0\x07hello"] {
            assert!(matches!(hear_greeting(&mut &*noise), Err(FrameError::Noise(_))));
        }
        assert!(matches!(hear_greeting(&mut &b""[..]), Err(FrameError::Cut)));
    }

    proptest! {
        #[test]
        fn a_message_that_is_cut_or_garbled_is_refused(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let message = FromWorker::Ask(Ask::Keep(Arc::new(Report::Answers(Answers {
                run: RunId(4),
                part: Part::Validation,
                rows: Arc::new(vec![4, 5, 70_000]),
                labels: Arc::new(vec![0, 1, 2]),
                predicted: Arc::new(vec![1, 2, 3]),
                logits: Some(Arc::new(vec![0.5; 9])),
            }))));
            let bytes = sent(&message);
            let cut = at.index(bytes.len());
            match read_message::<FromWorker>(&mut &bytes[..cut]) {
                Ok(None) => prop_assert_eq!(cut, 0),
                Ok(Some(_)) => prop_assert!(false, "a part is no message"),
                Err(error) => prop_assert!(matches!(error, FrameError::Cut)),
            }
            let mut garbled = bytes;
            garbled[cut] = byte;
            // It may be another message; it never panics and never takes memory that is not there.
            drop(read_message::<FromWorker>(&mut &garbled[..]));
        }
    }
}
