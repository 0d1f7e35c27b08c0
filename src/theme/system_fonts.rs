//! Faces of the system for characters that neither the bundled faces nor eframe's own fallback draws: class names in any script.
//! eframe asks fontconfig, which many systems with fonts lack; here the folders themselves are looked through.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use eframe::egui::epaint::text::InsertFontFamily;
use eframe::egui::{Context, FallbackRequest, FontData, FontInsert, FontPriority, FontProvider};
use fontdb::{Database, FaceInfo, ID, Source, Style};

use super::cmap;

/// Puts the system's faces behind all others of `ctx`.
///
/// Nothing is read before a character is missing. Then a thread of its own indexes the faces, and loads as few as draw what is
/// missing; the frames in between show the character as missing. Without fonts on the system it stays so.
pub fn fall_back_to_system_fonts(ctx: &Context) {
    install(ctx, || {
        let mut faces = Database::new();
        faces.load_system_fonts();
        faces
    });
}

/// Characters that may wait for the thread. One that finds no room is asked for again with the next face.
const QUEUE: usize = 4096;

/// What is missing in one frame is looked for together, so that one face serves for all of a script.
const FRAME: Duration = Duration::from_millis(30);

/// Faces that are loaded at most.
const MOST: usize = 24;

/// Files that are larger are left alone.
const LARGEST: u64 = 128 << 20;

fn install(ctx: &Context, index: impl FnOnce() -> Database + Send + 'static) {
    let (sender, receiver) = sync_channel(QUEUE);
    let reloaded = ctx.clone();
    let find = move || find(&receiver, index, |face| reloaded.add_font_provider(Arc::new(face)));
    match std::thread::Builder::new().name("stillroom-fonts".to_owned()).spawn(find) {
        Ok(_) => ctx.add_font_provider(Arc::new(Missing(sender))),
        Err(error) => log::warn!("no faces of the system are used: the system gives no thread: {error}"),
    }
}

/// Tells the thread what is missing. It never waits, and knows no face itself.
struct Missing(SyncSender<char>);

impl FontProvider for Missing {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        if let Some(c) = request.cluster.chars().next() {
            self.0.try_send(c).ok();
        }
        None
    }
}

/// A face that was found. A damaged one that egui cannot read is told in the log and not used.
struct Face {
    name: String,
    data: FontData,
}

impl Face {
    fn has(&self, c: char) -> bool {
        cmap::has_glyph(self.data.bytes(), self.data.index, c)
    }
}

impl FontProvider for Face {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let family = request.family.clone();
        self.has(request.cluster.chars().next()?).then(|| FontInsert {
            name: self.name.clone(),
            data: self.data.clone(),
            families: vec![InsertFontFamily { family, priority: FontPriority::Lowest }],
        })
    }
}

/// The thread. It ends when nobody can ask any more.
fn find(asked: &Receiver<char>, index: impl FnOnce() -> Database, found: impl Fn(Face)) {
    let Ok(first) = asked.recv() else { return };
    let start = Instant::now();
    let faces = index();
    log::debug!("{} faces of the system indexed in {:?}", faces.len(), start.elapsed());
    let mut loaded = 0;
    // Looked for once: found, or on no face.
    let mut known = HashSet::new();
    let mut wanted = BTreeSet::from([first]);
    loop {
        loop {
            match asked.recv_timeout(FRAME) {
                Ok(c) => drop(wanted.insert(c)),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        wanted.retain(|c| known.insert(*c));
        let mut refused = HashSet::new();
        while !wanted.is_empty() && loaded < MOST {
            let Some(id) = best(&faces, &wanted, &refused) else { break };
            match load(&faces, id) {
                Some(face) if wanted.iter().any(|c| face.has(*c)) => {
                    log::debug!("{} draws some of {wanted:?}", face.name);
                    wanted.retain(|c| !face.has(*c));
                    loaded += 1;
                    found(face);
                }
                _ => drop(refused.insert(id)),
            }
        }
        wanted.clear();
        match asked.recv() {
            Ok(c) => wanted.insert(c),
            Err(_) => return,
        };
    }
}

/// The face with the most of the wanted characters; of equals the plainest.
fn best(faces: &Database, wanted: &BTreeSet<char>, refused: &HashSet<ID>) -> Option<ID> {
    let count = |face: &FaceInfo| {
        let count = |file: &[u8], index| wanted.iter().filter(|c| cmap::has_glyph(file, index, **c)).count();
        faces.with_face_data(face.id, count).unwrap_or(0)
    };
    let usable = faces.faces().filter(|face| !refused.contains(&face.id) && !draws_boxes(face));
    let ranked = usable.map(|face| (count(face), face)).filter(|(count, _)| *count > 0);
    ranked
        .min_by_key(|(count, face)| (is_makeshift(face), std::cmp::Reverse(*count), plainness(face)))
        .map(|it| it.1.id)
}

fn named(face: &FaceInfo, parts: &[&str]) -> bool {
    let has = |name: &str| parts.iter().any(|part| name.contains(part));
    has(&face.post_script_name) || face.families.iter().any(|(name, _)| has(name))
}

/// Faces with a box for every character there is.
fn draws_boxes(face: &FaceInfo) -> bool {
    named(face, &["LastResort", "Last Resort", "NotDef", "Adobe Blank", "AdobeBlank", "Tofu"])
}

/// Faces that have every character, as coarse bitmaps: better than none.
fn is_makeshift(face: &FaceInfo) -> bool {
    named(face, &["Unifont", "unifont", "Unscii"])
}

/// Smaller is plainer: upright, sans-serif, of regular weight; Han as in the bundled face.
fn plainness(face: &FaceInfo) -> (bool, bool, u16, bool, bool) {
    (
        face.style != Style::Normal,
        named(face, &["Serif", "Song", "Ming", "Mincho", "Batang"]),
        face.weight.0.abs_diff(400),
        face.monospaced,
        !named(face, &[" SC", "SC-", "Hans", "YaHei"]),
    )
}

fn load(faces: &Database, id: ID) -> Option<Face> {
    let info = faces.face(id)?;
    let font: Arc<dyn AsRef<[u8]> + Send + Sync> = match &info.source {
        Source::Binary(bytes) | Source::SharedFile(_, bytes) => bytes.clone(),
        Source::File(path) => {
            let read = std::fs::metadata(path).and_then(|about| {
                if about.len() > LARGEST { Err(std::io::Error::other("it is too large")) } else { std::fs::read(path) }
            });
            match read {
                Ok(bytes) => Arc::new(bytes),
                Err(error) => {
                    log::debug!("{}: not used as a font: {error}", path.display());
                    return None;
                }
            }
        }
    };
    let name = format!("system: {} {}", info.post_script_name, info.index);
    Some(Face { name, data: FontData::from_blob(font, info.index) })
}

#[cfg(test)]
mod tests {
    use eframe::egui::{FontDefinitions, FontFamily, FontId, RawInput};

    use super::*;
    use crate::theme::fonts::FACES;

    /// Our own faces, as if they were the system's: each cut to a share of its bytes.
    fn cut_faces(share: usize) -> Database {
        let mut faces = Database::new();
        for (name, bytes) in FACES {
            faces.push_face_info(FaceInfo {
                id: ID::dummy(),
                source: Source::Binary(Arc::new(bytes[..bytes.len() / share].to_vec())),
                index: 0,
                families: vec![(name.to_owned(), fontdb::Language::English_UnitedStates)],
                post_script_name: name.to_owned(),
                style: Style::Normal,
                weight: fontdb::Weight(if name.ends_with("bold") { 700 } else { 400 }),
                stretch: fontdb::Stretch::Normal,
                monospaced: false,
            });
        }
        faces
    }

    fn faces() -> Database {
        cut_faces(1)
    }

    fn latin_alone() -> Context {
        let mut fonts = FontDefinitions::empty();
        fonts.font_data.insert("inter".to_owned(), FontData::from_static(FACES[0].1).into());
        for family in [FontFamily::Proportional, FontFamily::Monospace] {
            fonts.families.insert(family, vec!["inter".to_owned()]);
        }
        let ctx = Context::default();
        ctx.set_fonts(fonts);
        ctx
    }

    fn draws(ctx: &Context, font: &FontId, c: char) -> bool {
        ctx.run_ui(RawInput::default(), |_| {}).drop_without_applying_deltas();
        ctx.fonts_mut(|fonts| fonts.has_glyph(font, c))
    }

    #[test]
    fn a_missing_character_is_drawn_some_frames_later() {
        let ctx = latin_alone();
        install(&ctx, faces);
        let fonts = [FontId::proportional(12.0), FontId::monospace(12.0)];
        assert!(!draws(&ctx, &fonts[0], '中'));
        let start = Instant::now();
        while !fonts.iter().all(|font| draws(&ctx, font, '中')) {
            assert!(start.elapsed() < Duration::from_secs(20), "no face is found");
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(fonts.iter().all(|font| draws(&ctx, font, '文')));
        assert!(!draws(&ctx, &fonts[0], '\u{e000}'));
    }

    #[test]
    fn no_fonts_and_damaged_fonts_are_no_error() {
        for index in [Database::new as fn() -> Database, || cut_faces(2), || cut_faces(20)] {
            let ctx = latin_alone();
            install(&ctx, index);
            let font = FontId::proportional(12.0);
            for _ in 0..20 {
                draws(&ctx, &font, '中');
                draws(&ctx, &font, 'ก');
                std::thread::sleep(Duration::from_millis(10));
            }
            assert!(draws(&ctx, &font, 'a'));
            assert!(!draws(&ctx, &font, 'ก'));
        }
    }

    #[test]
    fn one_face_serves_for_all_that_it_has() {
        let (sender, asked) = sync_channel(QUEUE);
        "中文鹦".chars().for_each(|c| sender.send(c).unwrap());
        let (found, kept) = sync_channel(MOST);
        let thread = std::thread::Builder::new().spawn(move || {
            find(&asked, faces, |face| found.send(face.name).unwrap());
        });
        let first = kept.recv_timeout(Duration::from_secs(20)).unwrap();
        assert_eq!(first, "system: noto 0");
        sender.send('中').unwrap();
        sender.send('文').unwrap();
        assert!(kept.recv_timeout(Duration::from_millis(300)).is_err(), "what is loaded is not loaded again");
        drop(sender);
        thread.unwrap().join().unwrap();
    }
}
