//! `--bias CLASS=VALUE`: what is added to the logits of classes before anything is made of them.

use std::collections::BTreeMap;

use super::voice::Problem;
use crate::distill::add_biases;

/// The biases that were asked for, in their order, with the index of each class.
pub(super) struct Biases(Vec<(usize, String, f64)>);

impl Biases {
    /// Reads them. Each class is one of `classes`, and named once; a name may hold a `=` itself.
    pub fn read(asked: &[String], classes: &[String], problems: &mut Vec<Problem>) -> Self {
        let mut read: Vec<(usize, String, f64)> = Vec::new();
        for text in asked {
            match one(text, classes) {
                Ok((class, _)) if read.iter().any(|(known, ..)| *known == class) => {
                    let message = format!("--bias {text}: `{}` has a bias already; give one a class", classes[class]);
                    problems.push(Problem::new("not-allowed", message));
                }
                Ok((class, bias)) => read.push((class, classes[class].clone(), bias)),
                Err(problem) => problems.push(problem),
            }
        }
        Self(read)
    }

    /// Adds them to logits `[rows, classes]`.
    pub fn add_to(&self, logits: &mut [f32], classes: usize) {
        if self.0.is_empty() {
            return;
        }
        let mut all = vec![0.0; classes];
        for (class, _, bias) in &self.0 {
            all[*class] = *bias;
        }
        add_biases(logits, &all);
    }

    /// By class, where there are any.
    pub fn by_class(&self) -> Option<BTreeMap<&str, f64>> {
        let all: BTreeMap<&str, f64> = self.0.iter().map(|(_, name, bias)| (name.as_str(), *bias)).collect();
        Some(all).filter(|all| !all.is_empty())
    }

    /// That they were added, where there are any.
    pub fn sentence(&self) -> Option<String> {
        let all: Vec<String> = self.0.iter().map(|(_, name, bias)| format!("{name} {bias:+}")).collect();
        (!all.is_empty()).then(|| format!("added to the logits: {}\n", all.join(", ")))
    }
}

/// The index of a class and its bias.
fn one(text: &str, classes: &[String]) -> Result<(usize, f64), Problem> {
    let not_allowed = |message: String| Problem::new("not-allowed", format!("--bias {text}: {message}"));
    let (class, value) = text
        .rsplit_once('=')
        .ok_or_else(|| not_allowed("give a class and a number, CLASS=VALUE, e.g. --bias 3=1.5".to_owned()))?;
    let bias = value.trim().parse().ok().filter(|bias: &f64| (*bias as f32).is_finite());
    let bias = bias.ok_or_else(|| not_allowed(format!("value `{value}` is not allowed; give a finite number")))?;
    let at = classes.iter().position(|known| known == class);
    let at = at.ok_or_else(|| {
        let message =
            format!("--bias {text}: the model has no class `{class}`; its classes are {}", classes.join(", "));
        Problem::new("unknown-class", message)
    })?;
    Ok((at, bias))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_what_stands_before_the_last_sign() {
        let classes = ["a", "a=1", "=", ""].map(str::to_owned);
        let read = |text: &str| one(text, &classes).map_err(|problem| problem.message);
        assert_eq!(
            [read("a=-2.5"), read("a=1=2"), read("==3"), read("=4")],
            [Ok((0, -2.5)), Ok((1, 2.0)), Ok((2, 3.0)), Ok((3, 4.0))]
        );
        for (text, words) in [
            ("a", "CLASS=VALUE"),
            ("a=", "value `` is not allowed"),
            ("a=inf", "finite"),
            ("a=1e39", "finite"),
            ("A=1", "no class `A`; its classes are a, a=1, =, "),
        ] {
            assert!(read(text).is_err_and(|message| message.contains(words)), "{text}");
        }
    }

    #[test]
    fn logits_are_moved_by_class_and_a_class_has_one_bias() {
        let classes = ["x", "y"].map(str::to_owned);
        let mut problems = Vec::new();
        let biases = Biases::read(&["y=0.5", "y=1", "x=-2"].map(str::to_owned), &classes, &mut problems);
        assert!(problems.len() == 1 && problems[0].message.contains("`y` has a bias already"));
        let mut logits = vec![1.0, 2.0, 3.0, 4.0];
        biases.add_to(&mut logits, 2);
        assert_eq!(logits, [-1.0, 2.5, 1.0, 4.5]);
        assert_eq!(biases.sentence().as_deref(), Some("added to the logits: y +0.5, x -2\n"));
    }
}
