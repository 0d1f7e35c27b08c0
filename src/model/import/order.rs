//! The order of layers: as their names count, held against the sizes that must chain; by sizes alone where names fail.

use super::modules::Layer;
use crate::text::{Phrase, phrase};

/// How the order was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Names count so, and sizes chain.
    Names,
    /// Names do not chain or leave it open; sizes chain in one order only.
    Sizes,
    /// Sizes leave it open; the pickle lists the layers in the order in which they were made.
    File,
}

/// Most layers that are put in order.
pub(super) const MOST_LAYERS: usize = 512;

/// Steps of the search for an order.
const MOST_STEPS: usize = 200_000;

/// Puts `layers` (in the order of the file) in the order in which data pass them.
///
/// # Errors
/// Names two layers where sizes cannot chain, or chain in several orders that nothing decides between.
pub(super) fn arrange(layers: &mut Vec<Layer<'_>>, file_counts: bool, row: usize) -> Result<Order, (String, Phrase)> {
    let in_file: Vec<String> = layers.iter().map(|layer| layer.name.full.clone()).collect();
    layers.sort_by(|a, b| a.name.natural(&b.name));
    let natural: Vec<usize> = (0..layers.len()).collect();
    let certain = layers
        .windows(2)
        .all(|pair| pair[0].name.order_is_certain(&pair[1].name) || (pair[0].is_conv() && !pair[1].is_conv()));
    if chains(layers, &natural) && certain {
        return Ok(Order::Names);
    }
    let mut found = orders(layers, None);
    if found.as_ref().is_some_and(|found| found.len() > 1) {
        found = orders(layers, Some(row));
    }
    match found.as_deref() {
        Some([order]) => {
            let same = *order == natural;
            put(layers, order);
            Ok(if same { Order::Names } else { Order::Sizes })
        }
        Some([]) => Err(broken(layers)),
        _ => {
            let position = |layer: &Layer<'_>| in_file.iter().position(|name| *name == layer.name.full);
            let mut order = natural;
            order.sort_by_key(|i| position(&layers[*i]));
            if file_counts && chains(layers, &order) {
                put(layers, &order);
                return Ok(Order::File);
            }
            let pair = layers.windows(2).find(|pair| !pair[0].name.order_is_certain(&pair[1].name));
            let (first, second) = match pair {
                Some([first, second]) => (first.weight_name(), second.weight_name()),
                _ => (layers[0].weight_name(), layers[layers.len() - 1].weight_name()),
            };
            Err((first, phrase!("import-order-open", other = second)))
        }
    }
}

fn put(layers: &mut Vec<Layer<'_>>, order: &[usize]) {
    *layers = order.iter().map(|i| layers[*i].clone()).collect();
}

fn chains(layers: &[Layer<'_>], order: &[usize]) -> bool {
    order.windows(2).all(|pair| follows(&layers[pair[0]], &layers[pair[1]]))
}

/// Whether `next` can take what `layer` gives; pictures become rows of as many numbers as channels, times pixels.
fn follows(layer: &Layer<'_>, next: &Layer<'_>) -> bool {
    match (layer.is_conv(), next.is_conv()) {
        (false, true) => false,
        (true, false) => next.input.is_multiple_of(layer.output),
        _ => layer.output == next.input,
    }
}

/// The first two of the orders that chain, or `None` where the search would take too long. `row` is what the first layer
/// must take.
fn orders(layers: &[Layer<'_>], row: Option<usize>) -> Option<Vec<Vec<usize>>> {
    let mut search =
        Search { layers, row, found: Vec::new(), steps: 0, path: Vec::new(), used: vec![false; layers.len()] };
    search.go();
    (search.steps < MOST_STEPS).then_some(search.found)
}

struct Search<'a, 'b> {
    layers: &'a [Layer<'b>],
    row: Option<usize>,
    found: Vec<Vec<usize>>,
    steps: usize,
    path: Vec<usize>,
    used: Vec<bool>,
}

impl Search<'_, '_> {
    /// Goes on from the path so far; as deep as there are layers, of which there are at most [`MOST_LAYERS`].
    fn go(&mut self) {
        if self.path.len() == self.layers.len() {
            self.found.push(self.path.clone());
        }
        for i in 0..self.layers.len() {
            if self.found.len() > 1 || self.steps >= MOST_STEPS {
                return;
            }
            self.steps += 1;
            let layer = &self.layers[i];
            let fits = match self.path.last() {
                Some(last) => follows(&self.layers[*last], layer),
                // Convolutions come first where there are any; they take channels, of which the row says nothing.
                None => layer.is_conv() || self.row.is_none_or(|row| row == layer.input),
            };
            if fits && !self.used[i] {
                self.used[i] = true;
                self.path.push(i);
                self.go();
                self.path.pop();
                self.used[i] = false;
            }
        }
    }
}

/// The first pair in natural order that does not chain.
fn broken(layers: &[Layer<'_>]) -> (String, Phrase) {
    let pair = layers.windows(2).find(|pair| !follows(&pair[0], &pair[1]));
    let Some([layer, next]) = pair else { return (layers[0].weight_name(), phrase!("import-order-none")) };
    let problem = phrase!(
        "import-no-chain",
        takes = next.input,
        other = layer.weight_name(),
        gives = layer.output,
        understood = phrase!("import-understood")
    );
    (next.weight_name(), problem)
}
