//! What the window wants to know of rows, pictures and texts: answered between jobs, and between two steps of one.

use super::device::of_device;
use super::engine::Engine;
use super::gather;
use super::inbox::Inbox;
use super::stage::StageRun;
use crate::model::Network;
use crate::protocol::{Live, Request, RunId};
use crate::text::Phrase;

impl Engine {
    /// Answers a question; of those that wait, of each kind the newest alone. What goes wrong is said to who asked and ends no job,
    /// whose present students look.
    pub fn answer(&mut self, question: Request, stage: Option<&StageRun<'_>>, inbox: &Inbox) {
        if inbox.is_outdated(&question) {
            return;
        }
        match question {
            Request::Gather(gather) => {
                let gathered = gather::answer(&gather, &self.cache).map(Box::new);
                self.observer.live(Live::Gathered(gathered));
            }
            Request::Inspect(look) => {
                let looked = Present::of(stage, look.readers.run).and_then(|own| {
                    self.eyes.answer(&look, &mut self.cache, own.as_ref().map(Present::asked), &self.device)
                });
                self.observer.live(Live::Inspected(looked.map(Box::new)));
            }
            Request::Explain(asked) => {
                let explained = Present::of(stage, asked.readers.run).and_then(|own| {
                    self.eyes.explain(&asked, &mut self.cache, own.as_ref().map(Present::asked), &self.device)
                });
                self.observer.live(Live::Explained(explained.map(Box::new)));
            }
            // What is wrong with models is said when they are asked.
            Request::MakeReady(readers) => {
                if let Err(problem) = self.eyes.make_ready(&readers, &mut self.cache, &self.device) {
                    log::debug!("{problem}");
                }
            }
            _ => {}
        }
    }
}

/// The students of a stage as they are now, and which of them is asked.
struct Present {
    students: Box<dyn Network>,
    member: usize,
}

impl Present {
    /// The students among whom a run trains now.
    fn of(stage: Option<&StageRun<'_>>, run: Option<RunId>) -> Result<Option<Self>, Phrase> {
        let Some((stage, run)) = stage.zip(run) else { return Ok(None) };
        let Some(member) = stage.member_of(run) else { return Ok(None) };
        let students = stage.kept_population().map_err(|error| of_device(&error))?;
        Ok(Some(Self { students, member }))
    }

    fn asked(&self) -> (&dyn Network, usize) {
        (&*self.students, self.member)
    }
}
