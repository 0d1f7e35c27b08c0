//! The maths of distillation: softened distributions, targets, methods and their losses, metrics.
