//! The recipe as text, while it is edited: what was typed, and what is wrong with it line by line.

use crate::recipe::{Fault, Sweep};

/// The text in the editor.
#[derive(Clone, Debug, PartialEq)]
pub struct RecipeText {
    /// What stands in the editor.
    pub text: String,
    /// What stood there last without faults.
    pub sound: String,
    /// What is wrong with it, and where. Without faults it is the recipe of the panel.
    pub faults: Vec<Fault>,
}

impl RecipeText {
    /// A recipe as text.
    pub fn of(sweep: &Sweep) -> Self {
        Self::faultless(sweep.to_toml())
    }

    /// A text that has no faults.
    pub fn faultless(text: String) -> Self {
        Self { sound: text.clone(), text, faults: Vec::new() }
    }

    /// Takes what was typed; gives the recipe that it is, if it is one.
    pub fn typed(&mut self, text: String) -> Option<Sweep> {
        let read = Sweep::parse(&text, None, &[]).and_then(|sweep| sweep.check().map(|()| sweep));
        self.text = text;
        match read {
            Ok(sweep) => {
                self.faults.clear();
                self.sound.clone_from(&self.text);
                Some(sweep)
            }
            Err(faults) => {
                self.faults = faults.0;
                None
            }
        }
    }

    /// The panel has another recipe now: the text follows, unless it says the same in other words.
    pub fn follow(&mut self, sweep: &Sweep) {
        if !Sweep::parse(&self.text, None, &[]).is_ok_and(|own| own == *sweep) {
            *self = Self::of(sweep);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::QUICKSTART;

    #[test]
    fn what_is_typed_is_a_recipe_or_says_on_which_line_it_is_not() {
        let sweep = QUICKSTART.sweep().unwrap();
        let mut text = RecipeText::of(&sweep);
        assert_eq!(text.typed(text.text.clone()), Some(sweep.clone()));
        let wrong = text.text.replace("temperature = ", "temprature = ");
        assert_eq!(text.typed(wrong.clone()), None);
        let line = 1 + wrong.lines().position(|line| line.starts_with("temprature")).unwrap();
        assert!(
            text.faults.iter().any(|fault| fault.line() == Some(line) && fault.to_string().contains("temperature"))
        );
        assert_eq!(text.typed("title = \"".to_owned()), None);
        assert_eq!(text.faults.len(), 1);

        // Other words for the same stay, another recipe does not.
        let same = format!("# My recipe\n{}", RecipeText::of(&sweep).text);
        text.typed(same.clone());
        text.follow(&sweep);
        assert_eq!(text.text, same);
        let mut other = sweep;
        other.base.training.epochs += 1;
        text.follow(&other);
        assert_eq!(text, RecipeText::of(&other));
    }
}
