//! Tensor operations whose gradients and speed we answer for.
