//! Stillroom: a native desktop lab for knowledge distillation.
//!
//! A **recipe** names a teacher, a student, a method and the values of its **fields**. **Data** and **models** are built from it.
//! **Distill** turns what student and teacher say into one loss. **Training** repeats that on a thread or in a process of its own and
//! sends **reports** in the words of the **protocol**. **Runs** remembers them. **Views** show runs and send **commands** back.
//!
//! Rooms and the arrows between them (held by `tests/layers.rs`):
//! `field ← distill ← recipe ← data ← model ← training ← runs ← state ← command ← views ← app`; `ops ← distill, model`;
//! `recipe, data ← protocol ← training` and all above; `protocol ← onnx ← model`; `views → widgets, theme, text`; `cli → training, runs`. What goes wrong is a phrase of `text`, which any room may make and
//! only the window and the terminal put into words.

pub mod app;
pub mod cli;
pub mod command;
pub mod data;
pub mod distill;
pub mod field;
pub mod figure;
pub mod lesson;
pub mod model;
pub mod onnx;
pub mod ops;
pub mod overheard;
pub mod protocol;
pub mod recipe;
pub mod rng;
pub mod runs;
pub mod signals;
pub mod state;
pub mod text;
pub mod theme;
pub mod training;
pub mod views;
pub mod widgets;
