//! Lessons as data: their pages and words, read from a folder and checked; what they may do, what they wait for, how far one has come.
//!
//! A lesson is bound to the window by names alone: [`Reading`]s of the state, [`Step`]s of an allow-list and [`callouts`](CALLOUTS). It
//! can name no file but the pictures of its own folder, and it can write nothing.

mod answer;
mod callout;
mod condition;
mod curriculum;
mod fault;
mod markdown;
mod needs;
mod progress;
mod read;
mod reading;
mod schema;
mod shape;
mod step;
mod study;
mod truth;
mod words;

pub use answer::{Answer, CURVE_POINTS, GUESSES, Shown};
pub use callout::{CALLOUTS, panel_of};
pub use condition::{Condition, Until};
pub use curriculum::shipped;
pub use fault::{Fault, Faults};
pub use needs::{Lacking, OwnJob};
pub use progress::{LessonProgress, Progress};
pub use read::read_folder;
pub use reading::{Learner, Reading, Speaker, Value};
pub use shape::{Kind, Lesson, Needs, Page, Predict, Sample, Task, Training, picture_address};
pub use step::{Step, Walk, with_field};
pub use study::{Lessons, Opened, Study, TaskState};
pub use words::{LessonWords, PageWords, TaskWords};
