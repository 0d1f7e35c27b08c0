//! Examples in, batches out: built-in sets, IDX, CSV, image folders; splits, seeded order.
