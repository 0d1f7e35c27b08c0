//! Teachers from outside: files of logits, what a job kept of such a teacher's answers, and rows of which it says nothing.

use std::io::Read as _;

use sha2::{Digest as _, Sha256};

use super::error::PrepareError;
use super::prepared::TeacherModel;
use crate::data::{Dataset, GivenLogits, Remark, TransferSet, Watch};
use crate::model::Given;
use crate::protocol::{KeptOutside, OutsideTeacher};
use crate::recipe::fields::TEACHER_LOGITS;
use crate::recipe::{CheckpointSource, LogitsFile, Recipe};
use crate::text::{number, phrase};

/// Takes rows out that have neither label nor target, and says of how many the teacher says nothing.
pub(super) fn leave_out_silent(
    teachers: &[TeacherModel],
    transfer: &mut TransferSet,
) -> Result<Option<Remark>, PrepareError> {
    let is_silent = |row: u32| {
        teachers.iter().any(|teacher| matches!(teacher, TeacherModel::Ready(teacher) if !teacher.knows_row(row)))
    };
    let of = transfer.rows.len();
    let silent = transfer.rows.iter().filter(|row| is_silent(**row)).count();
    if silent == 0 {
        return Ok(None);
    }
    let kept = transfer.rows.iter().zip(&transfer.labels).filter(|(row, label)| label.is_some() || !is_silent(**row));
    let (rows, labels): (Vec<u32>, Vec<Option<u32>>) = kept.map(|(row, label)| (*row, *label)).unzip();
    if rows.is_empty() {
        let problem = phrase!("logits-of-no-row", of = of as u64);
        return Err(PrepareError::Method { field: TEACHER_LOGITS.path, problem });
    }
    let left = of - rows.len();
    *transfer = TransferSet { rows, labels };
    let (silent, left, of) = (silent as u64, left as u64, of as u64);
    let message = phrase!("remark-rows-without-target", silent = silent, of = of, left = left);
    Ok(Some(Remark::warning("rows-without-target", message, [("silent", silent), ("of", of), ("left_out", left)])))
}

/// What a teacher from outside said of the very data when the job began; none where shifted or synthetic inputs are asked about as well.
pub(super) fn kept_outside(
    outside: &[KeptOutside],
    source: &CheckpointSource,
    recipe: &Recipe,
    dataset: &Dataset,
) -> Option<Given> {
    if outside.is_empty() || recipe.training.jitter > 0 || recipe.data.augment.tries > 0 {
        return None;
    }
    let (source, data) = (source.written(), data_digest(dataset));
    let kept = outside.iter().find(|kept| kept.teacher.source == source && kept.teacher.data == data)?;
    let read = || -> std::io::Result<Vec<f32>> {
        let (mut file, mut hasher) = (std::fs::File::open(&kept.file)?, Sha256::new());
        let mut values = Vec::with_capacity(file.metadata()?.len() as usize / 4);
        let mut part = vec![0; 1 << 18];
        loop {
            let mut len = 0;
            while len < part.len() {
                match file.read(&mut part[len..])? {
                    0 => break,
                    more => len += more,
                }
            }
            hasher.update(&part[..len]);
            values.extend(part[..len].as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)));
            if len < part.len() {
                break;
            }
        }
        if number::hex(&hasher.finalize()) == kept.address {
            Ok(values)
        } else {
            Err(std::io::ErrorKind::InvalidData.into())
        }
    };
    match read() {
        Ok(values) => {
            let OutsideTeacher { name, digest, parameters, .. } = kept.teacher.clone();
            Given::kept(name, digest, parameters, values, dataset)
        }
        Err(error) => {
            log::warn!("{}: {error}; the teacher is asked again", kept.file.display());
            None
        }
    }
}

/// By which what a teacher said is known to be of the same data.
pub(super) fn data_digest(dataset: &Dataset) -> String {
    number::hex(&dataset.digest()[..16])
}

/// A file of logits, in the order of the data, and how well it fits them.
pub(super) fn given(
    file: &LogitsFile,
    dataset: &Dataset,
    watch: &dyn Watch,
) -> Result<(Given, Vec<Remark>), PrepareError> {
    let found = GivenLogits::read(&file.path, file.key.column(), &dataset.classes, watch);
    let found = found.map_err(PrepareError::Logits)?;
    let of_logits = |error| PrepareError::Checkpoint { whose: TEACHER_LOGITS.path, error };
    Given::new(file, found, dataset).map_err(of_logits)
}
