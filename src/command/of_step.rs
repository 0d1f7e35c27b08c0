//! What a lesson asks for as commands of the window.

use super::{Action, Command, ExampleCommand, LensCommand, RecipeCommand, WindowCommand};
use crate::lesson::{Sample, Step, Walk, with_field};
use crate::state::{Beside, Mover, PhotoOf, SampleChoice, State, Subject, Workspace};
use crate::text::Phrase;

/// The commands that a step comes to as things stand.
///
/// # Errors
/// When the recipe cannot have what is asked for.
pub fn commands_of(step: &Step, state: &State) -> Result<Vec<Command>, Phrase> {
    let lens = &state.screen.lens;
    let class = |name: &str| state.lens_view()?.probe.classes.iter().position(|class| class == name);
    let toggled = |is: bool, wanted: bool, action: Action| if is == wanted { Vec::new() } else { vec![action.into()] };
    Ok(match step {
        Step::Arrangement(workspace) => vec![
            match workspace {
                Workspace::Lab => Action::Lab,
                Workspace::Compare => Action::Compare,
                Workspace::Learn => Action::Learn,
            }
            .into(),
        ],
        Step::Panel(panel) => vec![WindowCommand::BringUp(*panel).into()],
        Step::Preset(name) => vec![RecipeCommand::Preset(name).into()],
        Step::Recipe(path, value) => {
            let sweep = with_field(&state.recipe.sweep, path, value.clone())?;
            vec![RecipeCommand::Edit(path, Box::new(sweep)).into()]
        }
        Step::Subject(subject) => vec![LensCommand::Subject(*subject).into()],
        Step::Page(page) => vec![LensCommand::LensPage(*page).into()],
        Step::Photo(shipped) => vec![LensCommand::Photo(PhotoOf::Shipped(*shipped)).into()],
        Step::Temperature(t) => vec![LensCommand::LensTemperature(*t).into()],
        Step::Log(log) => vec![LensCommand::LensLog(*log).into()],
        Step::Zoom(zoomed) => vec![LensCommand::LensZoom(*zoomed).into()],
        Step::Plays(plays) => toggled(lens.plays.is_some(), *plays, Action::PlayTemperature),
        Step::Biases(biases) => toggled(lens.biases, *biases, Action::ToggleBiases),
        Step::Order(order) => vec![LensCommand::LensOrder(*order).into()],
        Step::Choice(choice) => vec![LensCommand::SampleChoice(*choice).into()],
        Step::Class(None) => vec![LensCommand::LensClass(None).into()],
        Step::Class(Some(name)) => class(name).map(|at| LensCommand::LensClass(Some(at)).into()).into_iter().collect(),
        Step::Row(row) => vec![LensCommand::LensRow(*row).into()],
        Step::Sample(walk) => vec![
            match walk {
                Walk::Next => Action::NextSample,
                Walk::Previous => Action::PreviousSample,
                Walk::Random => Action::RandomSample,
            }
            .into(),
        ],
        Step::Drilled(name) => class(name).map(|at| LensCommand::Drill(at).into()).into_iter().collect(),
        Step::BesideTemperature(t) => vec![LensCommand::Beside(Beside::Temperature(*t)).into()],
        Step::Logit(whose, at, z) => vec![ExampleCommand::MoveLogit(*whose, *at, *z).into()],
        Step::ExampleLabel(at) => vec![ExampleCommand::ExampleLabel(*at).into()],
        Step::Bias(name, to) => {
            let of = class(name).map(|at| [LensCommand::BiasOf(Mover::Class(at)), LensCommand::Bias(*to)]);
            of.into_iter().flatten().map(Command::from).collect()
        }
        Step::DarkPage(page) => vec![LensCommand::DarkPage(*page).into()],
        Step::Distil => vec![Action::Distil.into()],
    })
}

/// The commands that let the lens look at something.
pub fn commands_of_sample(sample: &Sample, state: &State) -> Vec<Command> {
    let subject = |subject| LensCommand::Subject(subject).into();
    match sample {
        Sample::Photo(shipped) => {
            let of = PhotoOf::Shipped(*shipped);
            let is_asked = state.screen.photo.as_ref().is_some_and(|photo| photo.of == of);
            if is_asked { vec![subject(Subject::Photo)] } else { vec![LensCommand::Photo(of).into()] }
        }
        Sample::Example => vec![subject(Subject::Example)],
        Sample::Mean => vec![subject(Subject::Mean)],
        Sample::Any => vec![LensCommand::SampleChoice(state.screen.lens.choice).into(), subject(Subject::Sample)],
        Sample::Class(name) => {
            let Some(view) = state.probe_view() else { return vec![subject(Subject::Sample)] };
            let at = view.probe.classes.iter().position(|class| class == name);
            let mut commands = vec![subject(Subject::Sample)];
            if at.is_some() {
                commands.push(LensCommand::SampleChoice(SampleChoice::Any).into());
                commands.push(LensCommand::LensClass(at).into());
            }
            commands
        }
    }
}
