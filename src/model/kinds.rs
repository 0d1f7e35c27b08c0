//! The kinds of networks: whoever has a plan gets a network of its kind here, and nowhere else.

use candle_core::{DType, Device, Result, Tensor};

use super::{ModelSpec, Network, Population};

impl ModelSpec {
    /// Members with seeded initial weights, one for each of `seeds`. Equal seeds give equal members.
    ///
    /// # Errors
    /// When memory cannot be had.
    pub fn seeded(&self, seeds: &[u64], device: &Device) -> Result<Box<dyn Network>> {
        let population = Population::seeded(self.plan.clone(), self.normalisation.clone(), seeds, DType::F32, device)?;
        Ok(Box::new(population))
    }

    /// Members with given weights, each `[K, …]`.
    ///
    /// # Errors
    /// When a tensor is missing or of another shape.
    pub fn with_parameters(&self, parameters: Vec<Tensor>) -> Result<Box<dyn Network>> {
        Ok(Box::new(Population::from_parameters(self.plan.clone(), self.normalisation.clone(), parameters)?))
    }
}
