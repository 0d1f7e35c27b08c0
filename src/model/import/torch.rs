//! The archive that `torch.save` writes: a pickle that describes the tensors, and an entry of numbers for each storage.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::rc::Rc;

use zip::ZipArchive;

use super::pickle::{self, Id, Pickle, Storage, TensorView, Value};
use super::{NamedTensor, StateDict, Values};
use crate::model::CheckpointError;
use crate::model::elements::Element;
use crate::model::foreign::pickle_name;
use crate::text::{Between, Phrase, phrase};

/// Keys under which training scripts keep the `state_dict` in a checkpoint.
const KEYS: [&str; 7] = ["state_dict", "model_state_dict", "model", "net", "weights", "model_state", "network"];

/// Most bytes that an archive may unpack to, and its tensors take, as a multiple of its own: archives are stored as they are,
/// but half precision doubles and tensors may share numbers.
const MOST_TIMES: usize = 16;

/// Reads a `.pt` archive; `path` is for messages.
pub(super) fn read(path: &str, bytes: &[u8]) -> Result<StateDict, CheckpointError> {
    let broken = |problem: Phrase| CheckpointError::Torch { path: path.to_owned(), problem };
    let mut archive = Archive::open(bytes).map_err(broken)?;
    let text = archive.entry("data.pkl").map_err(broken)?;
    let pickle = pickle::read(&text).map_err(broken)?;
    let tensors = state_dict(&pickle).map_err(broken)?;
    let mut named = Vec::with_capacity(tensors.len());
    let mut storages = HashMap::new();
    for (name, view) in tensors {
        let (shape, values) = archive
            .gather(&pickle, view, &mut storages)
            .map_err(|problem| CheckpointError::Tensor { path: path.to_owned(), name: name.to_owned(), problem })?;
        named.push(NamedTensor { name: name.to_owned(), shape, values });
    }
    Ok(StateDict { path: path.to_owned(), tensors: named, in_order: true })
}

/// The named tensors of the model: the root itself, or what stands under one of [`KEYS`], looked into twice.
fn state_dict(pickle: &Pickle) -> Result<Vec<(&str, &TensorView)>, Phrase> {
    let mut at = pickle.root;
    for _ in 0..3 {
        let pairs = match &pickle.values[at] {
            Value::Dict(pairs) => pairs,
            Value::Opaque(class) => return Err(phrase!("torch-whole-model", class = short(class))),
            Value::Tensor(_) => return Err(phrase!("torch-one-tensor")),
            _ => return Err(phrase!("torch-no-dictionary")),
        };
        // A key that is written twice means its last value, as in Python.
        let mut entries: Vec<(&str, Id)> = Vec::new();
        let mut positions: HashMap<&str, usize> = HashMap::new();
        for (key, value) in pairs {
            let Value::Text(key) = &pickle.values[*key] else { continue };
            let position = *positions.entry(key).or_insert(entries.len());
            if position == entries.len() {
                entries.push((key, *value));
            } else {
                entries[position].1 = *value;
            }
        }
        let inner: Vec<_> = entries
            .iter()
            .filter(|(key, value)| {
                KEYS.contains(key) && matches!(pickle.values[*value], Value::Dict(_) | Value::Opaque(_))
            })
            .collect();
        match inner.as_slice() {
            [(_, value)] => at = *value,
            [] => {
                let tensors = entries.iter().filter_map(|(key, value)| match &pickle.values[*value] {
                    Value::Tensor(view) => Some((*key, view)),
                    _ => None,
                });
                let tensors: Vec<_> = tensors.collect();
                if tensors.is_empty() {
                    let keys = entries.iter().take(8).map(|(key, _)| format!("\"{}\"", short(key)).into());
                    let keys = Phrase::several(Between::Commas, keys);
                    return Err(phrase!("torch-no-state-dict", keys = keys));
                }
                return Ok(tensors);
            }
            [(first, _), (second, _), ..] => {
                return Err(phrase!("torch-two-models", first = *first, second = *second));
            }
        }
    }
    Err(phrase!("torch-nested"))
}

fn short(name: &str) -> String {
    let mut short: String = name.chars().take(60).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
}

struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// The top folder, with its slash.
    folder: String,
    big_endian: bool,
    /// Bytes that may still be unpacked or taken by tensors.
    room: usize,
}

impl<'a> Archive<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, Phrase> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(Phrase::plain)?;
        let names: Vec<String> = zip.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        let pickle = pickle_name(&names).ok_or_else(|| phrase!("foreign-zip"))?;
        let folder = pickle.strip_suffix("data.pkl").unwrap_or_default().to_owned();
        let room = bytes.len().saturating_mul(MOST_TIMES).saturating_add(1 << 16);
        let mut archive = Self { zip, folder, big_endian: false, room };
        if names.contains(&format!("{}byteorder", archive.folder)) {
            archive.big_endian = match archive.entry("byteorder")?.trim_ascii() {
                b"little" => false,
                b"big" => true,
                other => {
                    let order = short(&String::from_utf8_lossy(other));
                    return Err(phrase!("torch-byte-order", order = order));
                }
            };
        }
        Ok(archive)
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Phrase> {
        self.room = self.room.checked_sub(bytes).ok_or_else(|| phrase!("torch-too-large", times = MOST_TIMES))?;
        Ok(())
    }

    fn entry(&mut self, name: &str) -> Result<Vec<u8>, Phrase> {
        let full = format!("{}{name}", self.folder);
        let room = self.room;
        let entry = self.zip.by_name_raw(full.as_bytes());
        let mut entry =
            entry.map_err(|error| phrase!("torch-entry", entry = short(&full), problem = Phrase::plain(error)))?;
        let mut bytes = Vec::new();
        // What the entry says of its size is not believed: reading ends where the room does.
        let read = entry.by_ref().take(room as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| phrase!("torch-entry", entry = short(&full), problem = Phrase::plain(error)))?;
        drop(entry);
        self.spend(bytes.len())?;
        Ok(bytes)
    }

    /// Shape and numbers of a tensor. Every index lies inside the storage before anything is read.
    fn gather(
        &mut self,
        pickle: &Pickle,
        view: &TensorView,
        storages: &mut HashMap<String, Rc<Vec<u8>>>,
    ) -> Result<(Vec<usize>, Values), Phrase> {
        let Value::Storage(Storage { kind, key, len }) = &pickle.values[view.storage] else {
            return Err(phrase!("torch-no-storage"));
        };
        let shape = view.shape.iter().map(|side| usize::try_from(*side)).collect::<Result<Vec<_>, _>>();
        let shape = shape.map_err(|_| phrase!("torch-outside"))?;
        let Some(element) = element(kind) else {
            let kind = kind.strip_suffix("Storage").unwrap_or(kind).to_ascii_lowercase();
            return Ok((shape, Values::Other(short(&kind))));
        };
        let count = view.shape.iter().try_fold(1_u64, |count, side| count.checked_mul(*side));
        let count = count.ok_or_else(|| phrase!("torch-outside"))?;
        if count == 0 {
            return Ok((shape, Values::Real(Vec::new())));
        }
        let last = view
            .shape
            .iter()
            .zip(&view.strides)
            .try_fold(view.offset, |last, (side, stride)| last.checked_add((side - 1).checked_mul(*stride)?));
        if last.is_none_or(|last| last >= *len) {
            return Err(phrase!("torch-outside"));
        }
        let bytes = if let Some(bytes) = storages.get(key) {
            Rc::clone(bytes)
        } else {
            let bytes = Rc::new(self.entry(&format!("data/{key}"))?);
            storages.insert(key.clone(), Rc::clone(&bytes));
            bytes
        };
        // Both are checked: what the pickle says of the storage, and what is there.
        if len.checked_mul(element.size() as u64).is_none_or(|needed| needed > bytes.len() as u64) {
            let (found, needed) = (bytes.len() / element.size(), *len);
            return Err(phrase!("torch-storage-short", found = found, needed = needed));
        }
        self.spend(usize::try_from(count.saturating_mul(4)).unwrap_or(usize::MAX))?;
        let count = count as usize;
        let mut values = Vec::with_capacity(count);
        let mut index = vec![0_u64; shape.len()];
        for _ in 0..count {
            let at = index.iter().zip(&view.strides).fold(view.offset, |at, (i, stride)| at + i * stride);
            let start = at as usize * element.size();
            values.push(element.one(&bytes[start..], self.big_endian));
            for (i, side) in index.iter_mut().zip(&view.shape).rev() {
                *i += 1;
                if *i < *side {
                    break;
                }
                *i = 0;
            }
        }
        Ok((shape, Values::Real(values)))
    }
}

fn element(kind: &str) -> Option<Element> {
    match kind {
        "HalfStorage" => Some(Element::F16),
        "BFloat16Storage" => Some(Element::BF16),
        "FloatStorage" => Some(Element::F32),
        "DoubleStorage" => Some(Element::F64),
        _ => None,
    }
}
