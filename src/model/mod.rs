//! The networks, as populations; parameters by name, seeded, saved, loaded; normalisation.
