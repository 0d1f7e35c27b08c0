//! Parts that know nothing of distillation: curve plot, probability bars, log slider, chip.
