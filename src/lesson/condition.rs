//! What a lesson waits for: a reading compared with a value, or with what it was when the page was entered.

use std::collections::BTreeMap;

use super::reading::{Holds, Reading, Value};
use crate::text::{Phrase, phrase};

/// Values of readings by their names, as they were when a page was entered.
pub type Entered = BTreeMap<String, Value>;

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is compared.
    pub reading: Reading,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Equal(Value),
    Unequal(Value),
    Number(Order, f64),
    /// With what it was, and so much more.
    Was(Order, f64),
    Changed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Less,
    AtMost,
    More,
    AtLeast,
}

/// Sets of comparisons, of one of which all must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Until(pub Vec<Vec<Condition>>);

impl Until {
    /// All comparisons.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.0.iter().flatten()
    }

    /// Whether those of one set hold.
    pub fn holds(&self, now: &impl Fn(&Reading) -> Option<Value>, entered: &Entered) -> bool {
        self.0.iter().any(|all| all.iter().all(|condition| condition.holds(now, entered)))
    }
}

/// How far apart two numbers may be that are the same to a reader.
const SAME: f64 = 1e-6;

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => (a - b).abs() <= SAME * b.abs().max(1.0),
        _ => a == b,
    }
}

impl Condition {
    /// Reads what stands behind a reading's name: a value, or an operator with one.
    ///
    /// # Errors
    /// What is allowed instead.
    pub fn read(name: &str, value: &toml::Value) -> Result<Self, Phrase> {
        let reading = Reading::read(name)?;
        let holds = reading.holds();
        let written = match value {
            toml::Value::String(written) => written.trim(),
            plain => {
                let value = Value::of(plain).ok_or_else(|| phrase!("lesson-no-value", reading = name))?;
                return holds.check(name, &value).map(|()| Self { reading, test: Test::Equal(value) });
            }
        };
        if written == "changed" {
            return Ok(Self { reading, test: Test::Changed });
        }
        let operators = [(">=", Order::AtLeast), ("<=", Order::AtMost), (">", Order::More), ("<", Order::Less)];
        for (sign, order) in operators {
            let Some(operand) = written.strip_prefix(sign).map(str::trim) else { continue };
            if !matches!(holds, Holds::Number | Holds::Any) {
                return Err(phrase!("lesson-no-order", reading = name, operator = sign));
            }
            let test = match operand.strip_prefix("was").map(str::trim) {
                Some("") => Some(Test::Was(order, 0.0)),
                Some(by) => {
                    let by: String = by.split_whitespace().collect();
                    by.parse().ok().map(|by| Test::Was(order, by))
                }
                None => operand.parse().ok().map(|number| Test::Number(order, number)),
            };
            let test = test.ok_or_else(|| phrase!("lesson-no-number", reading = name, found = operand))?;
            return Ok(Self { reading, test });
        }
        let (word, is_not) = match (written.strip_prefix("!="), written.strip_prefix('=')) {
            (Some(word), _) => (word.trim(), true),
            (None, Some(word)) => (word.trim(), false),
            (None, None) => (written, false),
        };
        let value = match holds {
            Holds::Number => match word.parse() {
                Ok(number) => Value::Number(number),
                Err(_) => return Err(phrase!("lesson-no-number", reading = name, found = word)),
            },
            Holds::Truth => match word {
                "true" => Value::Truth(true),
                "false" => Value::Truth(false),
                _ => return Err(phrase!("lesson-no-truth", reading = name, found = word)),
            },
            _ => Value::Word(word.to_owned()),
        };
        holds.check(name, &value)?;
        Ok(Self { reading, test: if is_not { Test::Unequal(value) } else { Test::Equal(value) } })
    }

    /// All of a table; every one of them must hold.
    ///
    /// # Errors
    /// What is wrong with the first that cannot be read.
    pub fn read_all(table: &toml::Table) -> Result<Vec<Self>, Phrase> {
        table.iter().map(|(name, value)| Self::read(name, value)).collect()
    }

    /// Whether it holds; a reading that there is not holds nothing.
    pub fn holds(&self, now: &impl Fn(&Reading) -> Option<Value>, entered: &Entered) -> bool {
        let found = now(&self.reading);
        let was = entered.get(&self.reading.name());
        match (&self.test, &found) {
            (Test::Changed, _) => match (was, &found) {
                (Some(was), Some(now)) => !is_same(now, was),
                (None, Some(_)) | (Some(_), None) => true,
                (None, None) => false,
            },
            (Test::Equal(value), Some(found)) => is_same(found, value),
            (Test::Unequal(value), Some(found)) => !is_same(found, value),
            (Test::Number(order, number), Some(Value::Number(found))) => order.holds(*found, *number),
            (Test::Was(order, by), Some(Value::Number(found))) => match was {
                Some(Value::Number(was)) => order.holds(*found, was + by),
                _ => false,
            },
            // What is not there, and what is no number, compares with nothing.
            (_, None) | (Test::Number(..) | Test::Was(..), Some(_)) => false,
        }
    }
}

impl Order {
    /// A slider that stands at a value is at it, whatever its last bit.
    fn holds(self, found: f64, than: f64) -> bool {
        let slack = SAME * than.abs().max(1.0);
        match self {
            Self::Less => found < than - slack,
            Self::AtMost => found <= than + slack,
            Self::More => found > than + slack,
            Self::AtLeast => found >= than - slack,
        }
    }
}

impl Until {
    /// Reads a table, or a list of tables of which one must hold.
    ///
    /// # Errors
    /// What is allowed instead.
    pub fn read(value: &toml::Value) -> Result<Self, Phrase> {
        let table = |value: &toml::Value| match value {
            toml::Value::Table(table) => Condition::read_all(table),
            _ => Err(Phrase::message("lesson-no-conditions")),
        };
        match value {
            toml::Value::Array(tables) if !tables.is_empty() => tables.iter().map(table).collect::<Result<_, _>>(),
            one => table(one).map(|all| vec![all]),
        }
        .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(until: &str, now: f64, was: f64) -> bool {
        let table: toml::Table = format!("until = {{ \"lens.temperature\" = {until} }}").parse().unwrap();
        let until = Until::read(&table["until"]).unwrap();
        let entered = [("lens.temperature".to_owned(), Value::Number(was))].into();
        until.holds(&|_| Some(Value::Number(now)), &entered)
    }

    #[test]
    fn comparisons_are_with_a_value_or_with_what_was() {
        assert!(holds("8", 8.000_000_1, 1.0) && !holds("8", 8.1, 1.0));
        assert!(holds("\">= 8\"", 8.0, 1.0) && !holds("\"> 8\"", 8.0, 1.0) && holds("\"< 8\"", 7.9, 1.0));
        assert!(holds("\"changed\"", 2.0, 1.0) && !holds("\"changed\"", 1.0, 1.0));
        assert!(holds("\">= was + 2\"", 3.0, 1.0) && !holds("\">= was + 2\"", 2.9, 1.0));
        assert!(holds("\"< was\"", 0.5, 1.0) && holds("\"!= 3\"", 4.0, 1.0) && holds("\"= 3\"", 3.0, 1.0));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (name, value) in [
            ("lens.temprature", "8"),
            ("lens.temperature", "\"warm\""),
            ("lens.temperature", "true"),
            ("lens.subject", "\"> 3\""),
            ("lens.subject", "\"film\""),
            ("lens.log", "\"maybe\""),
            ("data.source", "\"x.csv\""),
        ] {
            let table: toml::Table = format!("v = {value}").parse().unwrap();
            Condition::read(name, &table["v"]).unwrap_err();
        }
    }

    #[test]
    fn one_set_of_several_is_enough() {
        let table: toml::Table =
            "u = [ { \"lens.temperature\" = 1 }, { \"lens.temperature\" = 2, \"lens.row\" = 3 } ]".parse().unwrap();
        let until = Until::read(&table["u"]).unwrap();
        let now =
            |t: f64| move |reading: &Reading| Some(Value::Number(if reading.name() == "lens.row" { 3.0 } else { t }));
        assert!(until.holds(&now(1.0), &Entered::new()) && until.holds(&now(2.0), &Entered::new()));
        assert!(!until.holds(&now(3.0), &Entered::new()));
    }
}
