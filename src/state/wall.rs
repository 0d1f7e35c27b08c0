//! The samples on the wall: many rows at once, each with what the student and its baseline say of it.

use std::sync::Arc;

use super::{SampleChoice, State};
use crate::distill::soften::{has_top_class, top_class};
use crate::protocol::{Answers, Gather, Gathered, JobId, Part, Role, RunId, RunInfo};
use crate::recipe::Baseline;
use crate::text::Phrase;

/// Rows on the wall, at most: what comes after them is counted.
pub const MOST: usize = 1000;

/// Numbers of their inputs that are asked for, at most: 16 MiB.
const MOST_INPUTS: usize = 4 << 20;

/// Rows that no probe set holds, from the moment at which they were asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Pictures {
    /// Whose rows, and which.
    pub of: (JobId, RunId, Vec<u32>),
    /// Their inputs, or why there are none.
    pub found: Option<Result<Arc<Gathered>, Phrase>>,
}

/// What is on the wall.
#[derive(Clone, Debug)]
pub struct Wall<'a> {
    /// The samples, in order.
    pub samples: Vec<Hung<'a>>,
    /// How many there are of the choice; of very many the first are shown.
    pub of: usize,
    /// The names of the classes.
    pub classes: &'a [String],
    /// Shape of one example.
    pub shape: &'a [usize],
    /// Whether they are texts.
    pub of_texts: bool,
    /// Which baseline there is to compare with.
    pub baseline: Option<&'static Baseline>,
    /// Why some have no picture.
    pub fault: Option<&'a Phrase>,
}

/// One sample on the wall.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hung<'a> {
    /// Its row in the data.
    pub row: u32,
    /// Its index in the probe set, where the lens can show it.
    pub probe: Option<usize>,
    /// Its inputs, once they are known; of a text none.
    pub input: Option<&'a [f32]>,
    /// Its text, or the first of a pair.
    pub text: Option<&'a str>,
    /// Its class.
    pub label: usize,
    /// The top class of the student, of its baseline and of the teacher; none where it is not known or no number.
    pub student: Option<usize>,
    /// See [`Hung::student`].
    pub baseline: Option<usize>,
    /// See [`Hung::student`].
    pub teacher: Option<usize>,
}

/// What the run on show, its teacher and its baseline answered on all validation rows.
struct AllAnswers<'a> {
    run: RunId,
    student: &'a Answers,
    teacher: Option<&'a Answers>,
    baseline: Option<&'a Answers>,
    /// What the run answers with its biases, where these are in the table whose cell is looked at.
    moved: Option<Vec<Option<usize>>>,
}

/// The indices of the rows that two runs answer differently.
fn apart<'a>(ours: &'a Answers, theirs: &'a Answers) -> impl Iterator<Item = usize> + 'a {
    let pairs = ours.predicted.iter().zip(&*theirs.predicted).enumerate();
    pairs.filter(|(_, (ours, theirs))| ours != theirs).map(|(at, _)| at)
}

impl State {
    /// The kept answers of the run on show and of its baseline, row by row: those that differ are not only in the probe set.
    fn kept_answers(&self) -> Option<(RunId, &Answers, &Answers)> {
        let job = self.focused()?;
        let student = job.shown_run(self.lit_cell()).filter(|run| run.role == Role::Student)?;
        let of = |run: &RunInfo| job.answers.get(&(run.run, Part::Validation));
        let (ours, theirs) = (of(student)?, of(job.baseline_of(student)?)?);
        (ours.rows == theirs.rows).then_some((student.run, ours, theirs))
    }

    /// The kept answers of the run on show on all validation rows, and its teacher's, where it is looked at as it ended.
    fn all_answers(&self) -> Option<AllAnswers<'_>> {
        let job = self.focused().filter(|_| self.moment_step().is_none())?;
        let run = job.shown_run(self.lit_cell()).filter(|run| run.role == Role::Student)?;
        let of = |run: &RunInfo| job.answers.get(&(run.run, Part::Validation));
        let student = of(run)?;
        let alike = |it: &&Answers| it.rows == student.rows;
        let teacher = job.teacher_of(Some(run)).and_then(of).filter(alike);
        let baseline = job.baseline_of(run).and_then(of).filter(alike);
        Some(AllAnswers { run: run.run, student, teacher, baseline, moved: self.moved_answers(run.run) })
    }

    /// The indices among all validation rows of those of the lens's choice, where that is one of answers; none where it is known on the
    /// probe set alone.
    fn chosen_of_all(&self) -> Option<(AllAnswers<'_>, Vec<usize>)> {
        let answers = self.all_answers()?;
        let class = |of: Option<&Answers>, at: usize| of.map(|of| of.predicted[at] as usize);
        let cell = self.screen.lens.cell;
        let holds = |at: &usize| {
            let label = answers.student.labels[*at] as usize;
            let moved = answers.moved.as_ref();
            let student = moved.map_or_else(|| class(Some(answers.student), *at), |moved| moved[*at]);
            let teacher = class(answers.teacher, *at);
            match self.screen.lens.choice {
                SampleChoice::Apart => {
                    answers.baseline.is_some_and(|baseline| baseline.predicted[*at] != answers.student.predicted[*at])
                }
                SampleChoice::StudentWrong => student != Some(label),
                SampleChoice::Disagree => teacher.is_some() && teacher != student,
                SampleChoice::Answered => !cell.is_any() && cell.holds(Some(label), teacher, student),
                SampleChoice::Any | SampleChoice::TeacherUnsure => false,
            }
        };
        let is_of_answers = match self.screen.lens.choice {
            SampleChoice::Any | SampleChoice::TeacherUnsure => false,
            SampleChoice::Apart => answers.baseline.is_some(),
            SampleChoice::Disagree => answers.teacher.is_some(),
            SampleChoice::Answered => cell.teacher.is_none() || answers.teacher.is_some(),
            SampleChoice::StudentWrong => true,
        };
        let wanted = self.known().and_then(|known| known.class(&self.screen.lens));
        let is_wanted = |at: &usize| wanted.is_none_or(|class| class == answers.student.labels[*at] as usize);
        let rows = (0..answers.student.rows.len()).filter(is_wanted).filter(holds).collect();
        is_of_answers.then_some((answers, rows))
    }

    /// What a run answers on all validation rows with its biases, where any was moved and the table that is looked at has them.
    fn moved_answers(&self, run: RunId) -> Option<Vec<Option<usize>>> {
        let kept = self.screen.kept.logits(run).filter(|_| self.screen.lens.choice == SampleChoice::Answered)?;
        let moved = self.with_biases(kept)?;
        let classes = self.focused()?.probe.classes.len().max(1);
        let of_row = |z: &[f32]| has_top_class(z).then(|| top_class(z));
        Some(moved.chunks_exact(classes).map(of_row).collect())
    }

    /// The samples of the lens's choice, all of them.
    pub fn wall(&self) -> Option<Wall<'_>> {
        let known = self.known()?;
        let probe = known.probe;
        let len: usize = probe.shape.iter().product();
        let input = |at: usize| probe.input(at);
        let text_at = |at: usize| (at < probe.texts.rows()).then(|| probe.texts.first(at));
        let top = |logits, at| known.row(logits, at).map(top_class);
        let hung = |at: usize| {
            Some(Hung {
                row: *probe.rows.get(at)?,
                probe: Some(at),
                input: input(at),
                text: text_at(at),
                label: *probe.labels.get(at)? as usize,
                student: top(known.student, at),
                baseline: top(known.baseline_logits(), at),
                teacher: known.teacher_top(at),
            })
        };
        let mut wall = Wall {
            samples: Vec::new(),
            of: 0,
            classes: &probe.classes,
            shape: &probe.shape,
            of_texts: probe.texts.rows() > 0,
            baseline: known.baseline.map(|(baseline, _)| baseline),
            fault: None,
        };
        let Some((answers, rows)) = self.chosen_of_all() else {
            let rows = self.sample_rows(self.screen.lens.choice).into_iter().filter_map(hung);
            wall.samples = rows.filter(|hung| self.has_words(hung)).collect();
            wall.of = wall.samples.len();
            wall.samples.truncate(MOST);
            return Some(wall);
        };
        let asked = self.asked_of(&answers, &rows);
        let pictures = self.screen.pictures.as_ref().filter(|pictures| Some(&pictures.of) == asked.as_ref());
        let gathered = match pictures.and_then(|pictures| pictures.found.as_ref()) {
            Some(Ok(gathered)) => Some(gathered),
            Some(Err(fault)) => {
                wall.fault = Some(fault);
                None
            }
            None => None,
        };
        let class = |class: u32| usize::try_from(class).ok().filter(|class| *class < probe.classes.len());
        let (ours, moved) = (answers.student, &answers.moved);
        let answered = |of: Option<&Answers>, at: usize| of.and_then(|of| class(of.predicted[at]));
        wall.of = rows.len();
        wall.samples = rows
            .into_iter()
            .take(MOST)
            .map(|at| {
                let row = ours.rows[at];
                let index = probe.rows.binary_search(&row).ok();
                let found = gathered.and_then(|gathered| Some((gathered, gathered.rows.binary_search(&row).ok()?)));
                let read = || found.and_then(|(gathered, at)| gathered.inputs.get(at * len..(at + 1) * len));
                let read_text = || {
                    let (gathered, at) = found.filter(|(gathered, at)| *at < gathered.texts.rows())?;
                    Some(gathered.texts.first(at))
                };
                Hung {
                    row,
                    probe: index,
                    input: index.and_then(input).or_else(read),
                    text: index.and_then(text_at).or_else(read_text),
                    label: ours.labels[at] as usize,
                    student: moved.as_ref().map_or_else(|| class(ours.predicted[at]), |moved| moved[at]),
                    baseline: answered(answers.baseline, at),
                    teacher: answered(answers.teacher, at).or_else(|| index.and_then(|at| known.teacher_top(at))),
                }
            })
            .collect();
        if wall.of_texts && !self.screen.words.trim().is_empty() {
            wall.samples.retain(|hung| self.has_words(hung));
            wall.of = wall.samples.len();
        }
        Some(wall)
    }

    /// Whether a text holds the words that are looked for, in any order and however they are written; what is no text holds all.
    fn has_words(&self, hung: &Hung<'_>) -> bool {
        let Some(text) = hung.text.filter(|_| !self.screen.words.trim().is_empty()) else { return true };
        let text = text.to_lowercase();
        self.screen.words.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    /// How many validation rows the student on show and its baseline answer differently.
    pub fn rows_apart(&self) -> usize {
        let Some((_, ours, theirs)) = self.kept_answers() else { return self.sample_rows(SampleChoice::Apart).len() };
        apart(ours, theirs).count()
    }

    fn asked_of(&self, answers: &AllAnswers<'_>, rows: &[usize]) -> Option<(JobId, RunId, Vec<u32>)> {
        let job = self.focused()?;
        let len: usize = job.probe.shape.iter().product();
        let missing = rows.iter().map(|at| answers.student.rows[*at]);
        let missing = missing.filter(|row| job.probe.rows.binary_search(row).is_err());
        Some((job.id, answers.run, missing.take(MOST.min(MOST_INPUTS / len.max(1))).collect()))
    }

    /// What the wall lacks and has not asked for: the inputs of rows that differ and that are not in the probe set.
    pub fn wanted_pictures(&self) -> Option<(RunId, Gather)> {
        let (answers, rows) = self.chosen_of_all()?;
        let of = self.asked_of(&answers, &rows)?;
        if self.screen.pictures.as_ref().is_some_and(|pictures| pictures.of == of) {
            return None;
        }
        let source = self.focused()?.runs.iter().find(|info| info.run == answers.run)?.recipe.data.source.clone();
        let at = |row: &u32| answers.student.rows.binary_search(row).ok();
        let labels = of.2.iter().filter_map(at).map(|at| answers.student.labels[at]).collect();
        Some((answers.run, Gather { job: of.0, source, rows: of.2, labels }))
    }
}
