//! The kinds of networks: whoever has a plan gets a network of its kind here, and nowhere else.

use candle_core::{DType, Device, Result, Tensor};

use super::parameter::{as_variables, seeded};
use super::text::TextNetwork;
use super::{ModelSpec, Network, Population};

impl ModelSpec {
    /// Members with seeded initial weights, one for each of `seeds`. Equal seeds give equal members.
    ///
    /// # Errors
    /// When memory cannot be had.
    pub fn seeded(&self, seeds: &[u64], device: &Device) -> Result<Box<dyn Network>> {
        self.of(seeded(&self.parameters(), self.pretrained.as_ref(), seeds, DType::F32, device)?)
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
