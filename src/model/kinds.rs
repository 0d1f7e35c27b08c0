//! The kinds of networks: whoever has a plan gets a network of its kind here, and nowhere else.

use candle_core::{DType, Device, Result, Tensor};

use super::parameter::{as_variables, seeded};
use super::text_network::TextNetwork;
use super::{ModelSpec, Network, ParameterSpec, Population};

impl ModelSpec {
    /// Members with seeded initial weights, one for each of `seeds`. Equal seeds give equal members.
    ///
    /// # Errors
    /// When memory cannot be had.
    pub fn seeded(&self, seeds: &[u64], device: &Device) -> Result<Box<dyn Network>> {
        self.of(seeded(&self.parameters(), self.pretrained.as_ref(), seeds, DType::F32, device)?)
    }

    /// The same, where each member begins with what a network of its own has under the same names, and only the rest is drawn. Beside each
    /// network stands the index of every class among its own.
    ///
    /// # Errors
    /// When memory cannot be had, or a tensor is of another shape.
    pub fn seeded_from(
        &self,
        seeds: &[u64],
        networks: &[(&dyn Network, &[usize])],
        device: &Device,
    ) -> Result<Box<dyn Network>> {
        let of_member = |spec: &ParameterSpec, seed: u64, (network, classes): (&dyn Network, &[usize])| {
            let theirs = network.spec().parameters().iter().position(|their| their.name == spec.name);
            let Some(at) = theirs else { return Tensor::from_vec(spec.drawn(&[seed]), spec.shape.as_slice(), device) };
            let tensor = network.parameters()[at].as_detached_tensor().get(0)?;
            if !spec.name.starts_with("classifier.") {
                return Ok(tensor);
            }
            // Its rows are classes, in an order of its own.
            let rows: Vec<u32> = classes.iter().map(|class| *class as u32).collect();
            tensor.index_select(&Tensor::from_vec(rows, classes.len(), device)?, 0)
        };
        let parameter = |spec: &ParameterSpec| {
            let each = seeds.iter().zip(networks).map(|(seed, network)| of_member(spec, *seed, *network));
            Tensor::stack(&each.collect::<Result<Vec<_>>>()?, 0)
        };
        self.with_parameters(self.parameters().iter().map(parameter).collect::<Result<_>>()?)
    }

    /// Members with given weights, each `[K, …]`.
    ///
    /// # Errors
    /// When a tensor is missing or of another shape.
    pub fn with_parameters(&self, parameters: Vec<Tensor>) -> Result<Box<dyn Network>> {
        self.of(as_variables(&self.parameters(), parameters)?)
    }

    fn of(&self, parameters: Vec<candle_core::Var>) -> Result<Box<dyn Network>> {
        Ok(match self.plan.text() {
            None => Box::new(Population::new(self.clone(), parameters)),
            Some(_) => Box::new(TextNetwork::new(self.clone(), parameters)?),
        })
    }
}
