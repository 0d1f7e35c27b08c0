//! What was kept by a version that knew more.

use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Deserializer};

/// What another version knows and this one does not is as if nothing had been chosen.
pub(super) fn known_or_default<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(serde_json::from_value(serde_json::Value::deserialize(deserializer)?).unwrap_or_default())
}
